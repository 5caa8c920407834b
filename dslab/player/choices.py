"""Controls above a player: a slider for (low, high), a menu for a list, a check box for a bool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from dslab.values import DslabError, brief


class Under(ipywidgets.VBox):        # type: ignore[misc]  # ipywidgets has no types
    """A column of widgets; its text and picture for readers without widgets are those of the last."""

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return (super()._repr_mimebundle_(**kwargs) or {}) | self.children[-1].still()


def controls_of(choices: Mapping[str, Any]) -> dict[str, Any]:
    """A control for each choice; raises `DslabError` if one is no range, list or bool."""
    return {name: _control(name, choice) for name, choice in choices.items()}


def under(controls: Mapping[str, Any], player: Any, changed: Callable[[], None]) -> Any:
    """The player under its controls; `changed` is called at each change of one."""
    for control in controls.values():
        control.observe(lambda _: changed(), names="value")
    bar = ipywidgets.HBox(list(controls.values()), layout={"flex_flow": "row wrap"})
    return Under([bar, player])


def _control(name: str, choice: Any) -> Any:
    words = name.replace("_", " ")
    if isinstance(choice, bool):
        return ipywidgets.Checkbox(choice, description=words, indent=False)
    if isinstance(choice, list) and choice:
        return ipywidgets.Dropdown(options=choice, description=words)
    if isinstance(choice, tuple) and len(choice) == 2 and all(type(end) in (int, float) for end in choice):
        slider = ipywidgets.IntSlider if all(type(end) is int for end in choice) else ipywidgets.FloatSlider
        low, high = choice
        return slider(min=low, max=high, value=low, description=words, continuous_update=False)
    raise DslabError(f"{name}={brief(choice)}: a choice is (low, high), a list of options, or True or False")
