"""A demonstration: something to touch that computes in the browser, so that it answers at once and needs no kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anywidget
import traitlets

from dslab.player.bundle import style, widget_module
from dslab.player.html_export import page
from dslab.player.static_page import frame
from dslab.widgets.panel import has_kernel

STYLE = style("panel.css") + style("demonstration.css")


class Demonstration(anywidget.AnyWidget):
    """One demonstration. Without a kernel it is the same, in a frame; where no script runs it is a text.

    Args:
        root: its JavaScript module, below `player/js`.
        facts: what it begins with, as JSON data, with a `title`.
        text: its text form.
        height: px, of its frame.
    """

    _css = STYLE
    payload = traitlets.Dict().tag(sync=True)

    def __init__(self, root: str, facts: Mapping[str, Any], *, text: str, height: int = 560) -> None:
        super().__init__(payload=dict(facts), _esm=widget_module(root))
        self.root, self.text, self.height = root, text, height

    def _repr_html_(self) -> str:
        return frame(page({"focus": 0, **self.payload}, root=self.root, css=STYLE), title=self.text,
                      height=self.height)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        still = {"text/plain": self.text, "text/html": self._repr_html_()}
        made = super()._repr_mimebundle_(**kwargs) if has_kernel() else None
        shown = made[0] if isinstance(made, tuple) else made
        return (shown or {}) | still

    def __repr__(self) -> str:
        return self.text
