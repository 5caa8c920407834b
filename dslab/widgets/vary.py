"""`vary(function, k=(1, 9))`: controls for a function's arguments, above what the function returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from dslab.mistakes.calls import teaching
from dslab.player.choices import bar, controls_of
from dslab.values import DslabError, brief
from dslab.widgets.panel import attempted, has_kernel
from dslab.widgets.rendering import html_of, text_of


class Varied(ipywidgets.VBox):      # type: ignore[misc]  # ipywidgets has no types
    """What a function returns, under controls for its arguments. `value` is what it returned last.

    Args:
        function: returns a chart, table, text, diagram or widget.
        controls: argument -> its control.
    """

    def __init__(self, function: Callable[..., Any], controls: Mapping[str, Any]) -> None:
        super().__init__()
        self.function, self.controls = function, dict(controls)
        self.value = None
        self.bar, self.page = bar(self.controls), ipywidgets.HTML(layout={"max_width": "100%"})
        for control in self.controls.values():
            control.observe(lambda _: self._redraw(attempted(self._answer)), names="value")
        self._redraw(self._answer())

    def _answer(self) -> Any:
        return self.function(**{name: control.value for name, control in self.controls.items()})

    def _redraw(self, value: Any) -> None:
        before, self.value = self.value, value
        if isinstance(value, ipywidgets.Widget):
            self.children = (self.bar, value)
            return
        self.page.value = _drawn(value, before)
        self.children = (self.bar, self.page)

    def __repr__(self) -> str:
        return text_of(self.value)

    def _repr_html_(self) -> str:
        """What the function returned last, without the controls."""
        return _drawn(self.value)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        still = {"text/plain": repr(self), "text/html": self._repr_html_()}
        return (super()._repr_mimebundle_(**kwargs) or {}) | still if has_kernel() else still


@teaching("vary(lambda k: table(k), k=(1, 9))")
def vary(function: Callable[..., Any], /, **choices: Any) -> Varied:
    """Controls for a function's arguments; what the function returns is below them, and follows while a slider moves.

    Without a kernel it is what the function returns at first: for the default value of each argument, or else for the
    low end of a slider and the first option of a menu.

    Args:
        function: returns a chart, a table, a text, a diagram or a widget. (A run is played: `play(function, ...)`.)
        choices: the range of each argument: (low, high) or (low, high, step) is a slider, and may end in a unit, as in
            (0, 200, "ms"); a list, or a dict from names to values, is a menu, a bool a check box.

    Raises:
        DslabError: a choice is none of these, or the choices do not fit the function.

    >>> vary(lambda n, wrong=1: f"{n} generals, {wrong} of them traitors", n=(3, 10), wrong=(0, 4))
    3 generals, 1 of them traitors
    """
    if not callable(function):
        raise DslabError(f"vary calls a function again and again, not {brief(function)}: write"
                         " vary(lambda k: ..., k=(1, 9))")
    if not choices:
        raise DslabError("vary has nothing to vary: give an argument of the function its range, as in"
                         " vary(lambda k: ..., k=(1, 9))")
    return Varied(function, controls_of(choices, function, live=True))


def _drawn(value: Any, before: Any = None) -> str:
    """A value as HTML; a chart is drawn more quickly if it resembles the one before."""
    return str(value.redrawn(before)) if hasattr(value, "redrawn") else html_of(value)
