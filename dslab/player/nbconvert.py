"""Saved players in web pages: `jupyter nbconvert --to html` of a notebook that was run and saved with its widgets.

nbconvert shows widgets with scripts from the network. A player's saved state is all that it needs to play, so the
player is replaced by the exported page of that state, which works offline; other widgets of the course are replaced by
their HTML. The environment's configuration (tools/jupyter_nbconvert_config.json in the repository) enables this
preprocessor.
"""

from __future__ import annotations

from typing import Any

from nbconvert.preprocessors import Preprocessor

from dslab.player.html_export import page
from dslab.player.payload import NO_KERNEL
from dslab.player.static_page import comparison_frame, frame

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"


class Players(Preprocessor):
    """Replaces each player by its exported page, and other widgets by their HTML, if they have some."""

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """The notebook with its widgets replaced, and the resources."""
        states = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
        left = False
        for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
            shown = output.get("data", {}).get(VIEW)
            data = shown and _payload(shown["model_id"], states)
            if shown and "text/html" in output.data:
                del output.data[VIEW]
            elif data:
                output.data = type(output.data)({"text/html": _framed(data), "text/plain": output.data["text/plain"]})
            left = left or VIEW in output.get("data", {})
        if not left:
            notebook.metadata.pop("widgets", None)      # no widget needs scripts any more
        return notebook, resources


def _payload(model: str, states: dict[str, Any]) -> dict[str, Any] | None:
    """The payload of the player or the comparison that this widget is, or contains; None if there is none."""
    state = states.get(model, {}).get("state", {})
    payload: dict[str, Any] = state.get("payload", {})
    if "trace" in payload or "sides" in payload:
        return payload
    inside = (_payload(child.removeprefix("IPY_MODEL_"), states) for child in state.get("children", []))
    return next(filter(None, inside), None)


def _framed(data: dict[str, Any]) -> str:
    if "sides" in data:
        return comparison_frame(data)
    data = data | {"editable": False, "reason": NO_KERNEL, "edits": 0}
    return frame(page(data), title=f"<player: {data['title']}>", height=data["height"])
