"""A table of buttons: pressing a cell lists its runs below the table, and each can be played."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any, Protocol

import ipywidgets

from dslab.player.play import play
from dslab.run import Run
from dslab.widgets.panel import Card, framed, html_table, panel, shown

CHOSEN = "primary"      # the style of the button that was pressed last


class PlayedExample(Protocol):
    """A run with a name and an outcome."""

    name: str
    run: Run

    def outcome(self) -> str:
        """The outcome of the run, in a few words."""


@dataclass(frozen=True, repr=False)
class Grid:
    """A table of buttons; a static table where there is no kernel.

    Args:
        rows: the name of a row -> a text for each column.
        columns: their names.
        examples: from the names of a row and a column to the runs of that cell; a cell without any is disabled.
        title: the title above the table.
    """

    rows: Mapping[str, Sequence[str]]
    columns: Sequence[str]
    examples: Callable[[str, str], Sequence[PlayedExample]]
    title: str = ""

    def widget(self) -> ipywidgets.VBox:
        """The buttons, and a box for the runs of the chosen cell."""
        below = ipywidgets.VBox()
        buttons = {(row, column): self._button(row, column, cell)
                   for row, cells in self.rows.items() for column, cell in zip(self.columns, cells, strict=True)}
        for place, button in buttons.items():
            button.on_click(partial(self._press, place, buttons, below))
        heads = [_head(name) for name in ("", *self.columns)]
        body = [part for row in self.rows for part in (_head(row), *(buttons[row, name] for name in self.columns))]
        columns = f"max-content repeat({len(self.columns)}, minmax(96px, 1fr))"
        layout = {"grid_template_columns": columns, "grid_gap": "2px 6px", "max_width": "860px", "overflow": "auto"}
        box = ipywidgets.VBox([_head(self.title), ipywidgets.GridBox([*heads, *body], layout=layout), below])
        return box.add_class("dslab-grid")

    def _button(self, row: str, column: str, cell: str) -> ipywidgets.Button:
        found = self.examples(row, column)
        tooltip = f"{row}, {column}: {len(found) or 'no'} run{'' if len(found) == 1 else 's'}"
        return ipywidgets.Button(description=cell, tooltip=tooltip, disabled=not found, layout={"width": "auto"})

    def _press(self, place: tuple[str, str], buttons: Mapping[tuple[str, str], ipywidgets.Button],
               below: ipywidgets.VBox, _: Any) -> None:
        for one, button in buttons.items():
            button.button_style = CHOSEN if one == place else ""
        found = self.examples(*place)
        card = Card(title=f"{', '.join(place)}: {buttons[place].description}",
                    rows=[(one.name, one.outcome()) for one in found])
        below.children = (panel(card, {f"Play {one.name}": partial(play, one.run) for one in found}),)

    def __repr__(self) -> str:
        return "\n".join([self.title, *(f"{row}: {', '.join(cells)}" for row, cells in self.rows.items())])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        rows = [(row, *cells) for row, cells in self.rows.items()]
        html = framed(html_table(["", *self.columns], rows), title=self.title)
        return shown(text=repr(self), html=html, widget=self.widget)


def _head(text: str) -> ipywidgets.HTML:
    return ipywidgets.HTML(f"<b>{escape(text)}</b>")
