"""Controls above what they change: a slider for (low, high), a menu for a list, a check box for a bool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from inspect import Parameter, signature
from math import ceil, log10
from typing import Any

import anywidget
import ipywidgets
from traitlets import TraitError

from dslab.player.bundle import widget_module
from dslab.player.static_page import StaticPage
from dslab.values import DslabError, brief

STEPS = 100                 # of a slider over floats, about: each step is a power of ten


class Under(ipywidgets.VBox):        # type: ignore[misc]  # ipywidgets has no types
    """A column of widgets; its text and picture for readers without widgets are those of the last."""

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return (super()._repr_mimebundle_(**kwargs) or {}) | self.children[-1].still()


class ControlNames(anywidget.AnyWidget):
    """Gives the controls beside it what ipywidgets leaves out: names for screen readers, and keys in JupyterLab."""

    _esm = widget_module("widgets/controls.js")


def with_choices(function: Callable[..., Any], choices: Mapping[str, Any], play: Callable[[Any], Any]) -> Any:
    """The player under controls for the arguments of `function`."""
    controls = controls_of(choices, function)

    def chosen() -> Any:
        return function(**{name: control.value for name, control in controls.items()})

    player = play(chosen())
    if isinstance(player, StaticPage):
        return player
    return under(controls, player, lambda: player.attempt(lambda: player.show(chosen())))


def controls_of(choices: Mapping[str, Any], function: Callable[..., Any], *, live: bool = False) -> dict[str, Any]:
    """A control for each argument of a function, at the argument's default value if it has one.

    Args:
        choices: argument -> its range: (low, high), (low, high, step), either with a unit behind it; a list, or a
            dict from names to values; a bool.
        function: what takes them.
        live: whether a slider answers while it moves, and not only when it is released.

    Raises:
        DslabError: one is no range, list or bool, or they do not fit the function.
    """
    parameters = _parameters(function, choices)
    controls = {name: _control(name, choice) for name, choice in choices.items()}
    for name, control in controls.items():
        default = parameters[name].default if name in parameters else Parameter.empty
        if default is not Parameter.empty:
            _start(name, control, default)
        if live and hasattr(control, "continuous_update"):
            control.continuous_update = True
    return controls


def under(controls: Mapping[str, Any], shown: Any, changed: Callable[[], None]) -> Any:
    """The widget `shown` under its controls; `changed` is called at each change of one."""
    for control in controls.values():
        control.observe(lambda _: changed(), names="value")
    return Under([bar(controls), shown])


def bar(controls: Mapping[str, Any]) -> ipywidgets.HBox:
    """The controls in a row, which wraps."""
    row = ipywidgets.HBox([*controls.values(), ControlNames()], layout={"flex_flow": "row wrap"})
    return row.add_class("dslab-varied")


def _parameters(function: Callable[..., Any], choices: Mapping[str, Any]) -> Mapping[str, Parameter]:
    try:
        signature(function).bind(**choices)
    except TypeError as problem:
        raise DslabError(f"the choices do not fit the function ({problem}): give each of its arguments what it can be,"
                         " such as play(lambda seed: ..., seed=(0, 9))") from None
    return signature(function).parameters


def _control(name: str, choice: Any) -> Any:
    words = name.replace("_", " ")
    if isinstance(choice, bool):
        return ipywidgets.Checkbox(choice, description=words, indent=False)
    if isinstance(choice, (list, dict)) and choice:
        options = list(choice.items() if isinstance(choice, dict) else choice)
        return ipywidgets.Dropdown(options=options, description=words, style={"description_width": "initial"})
    if isinstance(choice, tuple):
        unit = choice[-1] if choice and isinstance(choice[-1], str) else ""
        numbers = choice[:-1] if unit else choice
        if len(numbers) in (2, 3) and all(type(number) in (int, float) for number in numbers):
            return _slider(f"{words} ({unit})" if unit else words, *numbers)
    raise DslabError(f"{name}={brief(choice)}: a choice is (low, high), a list of options, or True or False")


def _slider(words: str, low: float, high: float, step: float | None = None) -> Any:
    layout = {"width": "340px", "max_width": "100%"}
    options = {"min": low, "max": high, "value": low, "description": words, "continuous_update": False,
               "layout": layout, "style": {"description_width": "initial"}}
    if all(type(number) in (int, type(None)) for number in (low, high, step)):
        return ipywidgets.IntSlider(step=step or 1, **options)
    step = step or 10 ** round(log10((high - low) / STEPS))
    return ipywidgets.FloatSlider(step=step, readout_format=f".{max(0, ceil(-log10(step)))}f", **options)


def _start(name: str, control: Any, value: Any) -> None:
    """Set the control to a default value."""
    with suppress(TraitError):          # of a menu; a slider takes the nearest value instead
        control.value = value
    if control.value != value:
        raise DslabError(f"{name}={brief(value)} is the function's default, and not among the choices for {name}")
