"""A panel: a text with an outcome, rows and buttons; static HTML where there is no kernel.

It is independent of exercises: it is given texts, and an action for each button.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import anywidget
import ipywidgets
import traitlets

from dslab.player.bundle import style, widget_module
from dslab.text import visible
from dslab.values import DslabError

MOST = 20_000               # the limit of characters in one text: a learner's code may print a lot

# A shape for each outcome, as an SVG path in a box of 20 by 20.
SIGNS = {
    "right": "M3 11L8 16L17 4",
    "wrong": "M4 4L16 16M16 4L4 16",
    "not attempted": "M10 3A7 7 0 1 1 9.99 3Z",
    "cannot tell": "M6 7A4 4 0 1 1 11.500 10.500Q10 11.500 10 13M10 16.500V17",
    "too slow": "M5 3H15M5 17H15M6 3Q6 7.500 10 10Q14 12.500 14 17M14 3Q14 7.500 10 10Q6 12.500 6 17",
    "not deterministic": "M3 7.500H17M3 12.500H17M14 3L6 17",
}


@dataclass(frozen=True, kw_only=True)
class Card:
    """The texts of a panel.

    Args:
        title: the subject.
        state: an outcome in `SIGNS`, which gives shape and colour, or another word.
        outcome: the outcome as text.
        sentence: the main sentence.
        rows: names and texts under it.
        folded: names and texts in collapsed sections.
    """

    title: str
    state: str = ""
    outcome: str = ""
    sentence: str = ""
    rows: Sequence[tuple[str, str]] = ()
    folded: Sequence[tuple[str, str]] = ()

    def told(self) -> dict[str, Any]:
        """The card as JSON data, with invisible characters escaped."""
        return {**_clean(asdict(self)), "sign": SIGNS.get(self.state, "")}

    def _repr_html_(self) -> str:
        told = self.told()
        rows = "".join(f'<dt>{escape(name)}</dt><dd dir="auto">{escape(text)}</dd>' for name, text in told["rows"])
        folded = "".join(f"<details><summary>{escape(name)}</summary><pre>{escape(text)}</pre></details>"
                         for name, text in told["folded"])
        sentence = f'<p class="dslab-said" dir="auto">{escape(told["sentence"])}</p>' if told["sentence"] else ""
        table = f'<dl class="dslab-rows">{rows}</dl>' if rows else ""
        return framed(sentence + table + folded, title=told["title"], state=self.state, outcome=told["outcome"])


@dataclass(frozen=True)
class StaticPanel:
    """A panel as text for terminals, and as HTML for notebooks."""

    text: str
    html: str

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.html


def framed(html: str, *, title: str, state: str = "asked", outcome: str = "") -> str:
    """HTML with a title, in a panel's frame and colours."""
    suffix = f': <span class="dslab-outcome">{escape(outcome)}</span>' if outcome else ""
    head = f'<p class="dslab-head">{sign(state)}<bdi>{escape(title)}{suffix}</bdi></p>'
    card = f'<section class="dslab-told" data-state="{escape(state)}">{head}{html}</section>'
    return f"<style>{style('panel.css')}</style>{card}"


def sign(state: str) -> str:
    """The shape of an outcome, as SVG."""
    if state not in SIGNS:
        return ""
    return f'<svg class="dslab-shape" viewBox="0 0 20 20" aria-hidden="true"><path d="{SIGNS[state]}"/></svg>'


def html_table(head: Sequence[str], rows: Iterable[Sequence[Any]], *, caption: str = "") -> str:
    """A table whose first column holds row headers; a cell is text, a number, or a pair of a state and a text."""
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(f"<tr>{''.join(_cell(place, cell) for place, cell in enumerate(row))}</tr>" for row in rows)
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (f'<div class="dslab-wide"><table>{above}'
            f"<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>")


def _cell(place: int, cell: Any) -> str:
    if isinstance(cell, tuple):
        state, text = cell
        return f'<td data-state="{escape(state)}">{sign(state)}{escape(text)}</td>'
    if isinstance(cell, int):
        return f'<td class="dslab-number">{cell or ""}</td>'
    text = f'<bdi dir="auto">{escape(_clean(cell))}</bdi>'
    return f"<td>{text}</td>" if place else f'<th scope="row">{text}</th>'


def _clean(data: Any) -> Any:
    """The same data with long texts cut, and invisible and bidirectional control characters escaped."""
    if isinstance(data, str):
        cut = data if len(data) <= MOST else data[:MOST] + " …"
        return "\n".join(visible(line.expandtabs(4)) for line in cut.split("\n"))
    if isinstance(data, (list, tuple)):
        return [_clean(one) for one in data]
    return {name: _clean(one) for name, one in data.items()} if isinstance(data, dict) else data


# ---- with a kernel ---------------------------------------------------------------------------------------------------

class Panel(anywidget.AnyWidget):
    """A card with buttons. The result of a button is shown below it: see `panel`."""

    _esm = widget_module("widgets/panel.js")
    _css = style("panel.css")
    told = traitlets.Dict().tag(sync=True)
    notes: traitlets.List[str] = traitlets.List().tag(sync=True)         # sentences that came later
    buttons: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)

    def __init__(self, card: Card, actions: Mapping[str, Callable[[], Any]], below: ipywidgets.VBox) -> None:
        super().__init__(told=card.told(), buttons=[{"label": label, "used": False} for label in actions])
        self.actions, self.below = list(actions.values()), below
        self.on_msg(lambda _, content, buffers: self.receive(content))

    def receive(self, content: Mapping[str, Any]) -> None:
        """Handle a message of the browser: a button was pressed."""
        place = content.get("place")
        if content.get("type") == "press" and type(place) is int and 0 <= place < len(self.actions):
            self.press(place)

    def press(self, place: int) -> None:
        """Run a button's action: a sentence becomes a note, anything else is shown below, once."""
        if self.buttons[place]["used"]:
            return
        made = attempted(self.actions[place])
        if isinstance(made, str):
            self.notes = [note for note in self.notes if note != made] + [_clean(made)]
            return
        self.buttons = [button | {"used": button["used"] or number == place}
                        for number, button in enumerate(self.buttons)]
        self.below.children = (*self.below.children, as_widget(made))

    def __repr__(self) -> str:
        return f"<panel: {self.told['title']}>"


def panel(card: Card, actions: Mapping[str, Callable[[], Any]]) -> ipywidgets.VBox:
    """A card with a button for each action. An action returns a sentence, or an object to show below."""
    box = ipywidgets.VBox()
    box.children = (Panel(card, actions, box),)
    return box


def stacked(*things: Any) -> ipywidgets.VBox:
    """The things, one below the other."""
    return ipywidgets.VBox([as_widget(thing) for thing in things])


def attempted(action: Callable[[], Any]) -> Any:
    """The result of an action, or the sentence of its error: an exception in a callback would not be seen."""
    try:
        return action()
    except Exception as problem:
        return str(problem) if isinstance(problem, DslabError) else f"{type(problem).__name__}: {problem}"


def as_widget(what: Any) -> ipywidgets.Widget:
    """A widget as it is, any other object by its HTML."""
    return what if isinstance(what, ipywidgets.Widget) else ipywidgets.HTML(what._repr_html_())


def shown(*, text: str, html: str, widget: Callable[[], ipywidgets.Widget]) -> dict[str, Any]:
    """A MIME bundle: the widget where there is a kernel, HTML and text everywhere else."""
    data = {"text/plain": text, "text/html": html}
    if not has_kernel():
        return data
    return (widget()._repr_mimebundle_() or {}) | data


def has_kernel() -> bool:
    """Whether a kernel will handle buttons: not in a terminal, and not while a static page is built."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return hasattr(shell, "kernel") and "DSLAB_STATIC" not in os.environ
