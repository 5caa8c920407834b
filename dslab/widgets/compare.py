"""`compare(one, other)`: two runs beside each other under one cursor, whole or as one node saw them.

The widget has one trait, `payload`, which an exported page has, too:
    names       what the two are called
    view        the node as which they are seen, or null
    verdict, sentence, first    whether they look the same, and the number of the first pair of steps that does not
    pairs       of steps: [{at: indices, or null where one has none; cells: what happened in each; time: ms; moment: the
                same in words; same}]
    sides       for each {trace, positions}: all that happened, and what is drawn if the reader asks for it;
                local: what the node saw of it, own: the indices of its steps in the whole trace; null without a node
    title, lang, words          as in `dslab.player.payload`
"""

from __future__ import annotations

import os
from html import escape
from typing import Any

import anywidget
import traitlets

from dslab.checkers.side_by_side import Comparison
from dslab.logical_time import SILENT
from dslab.mistakes.calls import teaching
from dslab.player.bundle import widget_module
from dslab.player.language import catalogue, language
from dslab.player.layout import Layout
from dslab.player.payload import places_in, spoken, trace_data
from dslab.player.scene import Playable, watched
from dslab.player.static_page import ROOT, STYLE, comparison_frame
from dslab.text import visible
from dslab.trace import Trace
from dslab.values import DslabError, brief, nearest
from dslab.widgets.question import StandaloneQuestion

DRAWN = "nodes", "links", "initial", "steps", "messages"
QUESTION = "Do the two runs differ?"
UNTITLED = "first run", "second run"


@teaching('compare(run, run.plus(at(500, crash("A"))))')
def compare(one: Playable, other: Playable, *, view: str | None = None, titles: tuple[str, str] | None = None,
            ask: bool | str = False, section: str = "", layout: Layout = None, lang: str | None = None) -> Any:
    """Two runs beside each other under one cursor, with what differs marked.

    Args:
        one, other: each a `Run`, a `Trace` or a `Verdict` with a trace.
        view: the name of a node: both are shown as it saw them (its own steps, its own clock, what it sent and
            received), and a sentence says whether it can tell them apart. None shows and compares everything.
        titles: what the two are called; None takes the titles of the runs.
        ask: the comparison is shown after a question, to be answered by yes or no: True asks whether the two can be
            told apart; a text asks the same in your words.
        section: with `ask`, the number of the heading above it, by which the guess is remembered.
        layout: where the nodes stand, as `play` takes it.
        lang: the language, as `play` takes it.

    Returns:
        An object that a notebook shows. `same` says whether the two look the same, `first` is the number of the first
        pair of steps that differs, `sentence()` says both; its text form has the two in columns.

    Raises:
        DslabError: one of them cannot be shown, or there is no such node.

    >>> from dslab.protocols.byzantine import FIGURE_1, FIGURE_2
    >>> compare(FIGURE_1, FIGURE_2, view="B").same
    True
    >>> print(compare(FIGURE_1, FIGURE_2, view="B").sentence())
    To B the two runs look the same to the end: B cannot tell them apart.
    """
    if not isinstance(ask, (bool, str)):
        raise DslabError(f"ask={brief(ask)}: expected True, or a question that is answered by yes if the two can be"
                         " told apart; ask(..., then=compare(...)) asks anything else")
    traces = watched(one, "compare")[0], watched(other, "compare")[0]
    _check_view(view, traces)
    shown = SideBySide(Comparison(_names(titles, traces), traces, view), layout=layout, lang=language(lang))
    if not ask:
        return shown
    question = ask if isinstance(ask, str) else f"Can {view} tell the two runs apart?" if view else QUESTION
    return StandaloneQuestion(question, None, not shown.same, shown, section)


class SideBySide(anywidget.AnyWidget):
    """Two runs beside each other: all that the browser shows is in the payload, and no kernel is asked."""

    _esm = widget_module(ROOT)
    _css = STYLE
    payload = traitlets.Dict().tag(sync=True)

    def __init__(self, comparison: Comparison, *, layout: Layout = None, lang: str = "en") -> None:
        super().__init__(payload=payload(comparison, layout=layout, lang=lang))
        self.comparison = comparison

    @property
    def same(self) -> bool:
        """Whether the two look the same: all of it, or what the node saw."""
        return self.comparison.same

    @property
    def first(self) -> int | None:
        """The number of the first pair of steps that differs, from 0; None if there is none."""
        return self.comparison.first

    def sentence(self) -> str:
        """Whether the two look the same, and up to which step."""
        return self.comparison.sentence()

    def __repr__(self) -> str:
        return repr(self.comparison)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        if os.environ.get("DSLAB_STATIC"):
            return self.still()
        made = super()._repr_mimebundle_(**kwargs)
        data = made[0] if isinstance(made, tuple) else made or {}
        return data | self.still()

    def still(self) -> dict[str, str]:
        """The static form: two columns of text, and a table; a page that steps while a site is built."""
        html = comparison_frame(self.payload) if os.environ.get("DSLAB_STATIC") else _table(self.comparison)
        return {"text/plain": repr(self), "text/html": html}


def payload(found: Comparison, *, layout: Layout = None, lang: str = "en") -> dict[str, Any]:
    """What the browser gets."""
    words = catalogue(lang)
    pairs = [{"at": [pair.one, pair.other], "cells": list(found.cells(pair, words)), "moment": found.moment(pair),
              "time": found.time(pair), "same": pair.same} for pair in found.pairs]
    return {
        "title": " / ".join(found.names), "names": list(found.names), "view": found.view, "first": found.first,
        "verdict": found.verdict(words), "sentence": found.sentence(words), "pairs": pairs,
        "sides": [_side(trace, seen, found.view, layout) for trace, seen in zip(found.traces, found.seen, strict=True)],
    } | spoken(lang)


def _side(trace: Trace, seen: Trace, view: str | None, layout: Layout) -> dict[str, Any]:
    own = [step.index for step in trace.steps if step.node == view and step.kind not in SILENT]
    return {"trace": _drawable(trace), "local": view and _local(seen), "own": view and own,
            "positions": [list(point) for point in places_in(trace, layout)]}


def _drawable(trace: Trace) -> dict[str, Any]:
    """What a picture of the cluster needs of a trace."""
    data = trace_data(trace, {})
    return {key: data[key] for key in (*DRAWN, "sites", "labels") if key in data}


def _local(trace: Trace) -> dict[str, Any]:
    """What a picture of a local view needs of it: what was sent is not drawn beyond its sender's next step."""
    data = _drawable(trace)
    for message in data["messages"]:
        message["fate"] = "received"
    return data


def _names(titles: Any, traces: tuple[Trace, Trace]) -> tuple[str, str]:
    """What the two are called."""
    if titles is None:
        one, other = (trace.title for trace in traces)
        return (one, other) if one and other and one != other else UNTITLED
    if isinstance(titles, (tuple, list)) and len(titles) == 2 and all(isinstance(name, str) for name in titles):
        return titles[0], titles[1]
    raise DslabError(f'titles={brief(titles)}: expected two names, such as ("it arrives", "it is lost")')


def _check_view(view: Any, traces: tuple[Trace, Trace]) -> None:
    """Raise `DslabError` unless `view` is a node of both."""
    for number, trace in enumerate(traces):
        if view is not None and view not in trace.nodes:
            where = "the first run" if number == 0 else "the second run"
            raise DslabError(f"view={brief(view)}: {where} has no such node, it has {', '.join(trace.nodes)}."
                             + nearest(str(view), trace.nodes))


def _table(found: Comparison) -> str:
    """The steps in a table, for where no script runs."""
    rows = [(found.moment(pair), one, "" if pair.same else "≠", other)
            for pair in found.pairs for one, other in [found.cells(pair)]]
    lines = "".join(f"<tr>{''.join(f'<td>{_plain(cell)}</td>' for cell in row)}</tr>" for row in rows)
    heads = "".join(f'<th scope="col">{_plain(name)}</th>' for name in ("", found.names[0], "", found.names[1]))
    return f"<p>{_plain(found.sentence())}</p><table><tr>{heads}</tr>{lines}</table>"


def _plain(text: str) -> str:
    return escape(visible(text))
