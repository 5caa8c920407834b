"""What the browser gets: the trace as JSON, and what is easier to work out in Python.

The widget has five traits. `step` is the cursor, `notice` the sentence of an error, `guesses` are the answers to
`questions`; the other two are data:

`payload`: what is seen; a new one for each new trace, and all that an exported page has. Before the first one it has
the language only, and the player says that it waits.
    trace       see `dslab.trace_json`; its reasons are sentences in the reader's language
    title, positions, height, show (the views to open), tour (begin with one?), focus (the step to open at),
                serial; missing, if there is no such step
    lights      for each promise {name, kind, status, step, sentence}: "holds", "broken" (at step), "not decided"
    sources     {"Raft receive Vote": {caption, first, code}}: the handlers that ran, by protocol, kind and name of step
    script, json, test      the run to copy: as Python, as JSON, and as a test that says what happened; "" without a run
    editable, reason        can the run be changed, and why not; edits: how often `undo` goes back
    lang, words the language, and its translations by the English sentence; no words for English
    comparison  null, or a second trace beside this one: {branch, first, trace, lights}; they are alike before
                step `first`, which may be the number of steps of one of them; null: they never differ
    questions   [{id, text, section, form, choices, answer, shown, at, until}]: see `dslab.predictions`; what comes
                after step `at` is hidden until the question is answered

`acts`: what can be done; new after each answer, so that whoever asked knows that it was given (`serial`).
    branch      the name of the one that is shown; branches: [{name, parent, events}], parents first
    scenarios   names of changes that a notebook offers
    requests    what a client can ask: [{type, fields, nodes, example}]
    mode        "" or "break"; there choices: {decisions, next: [{decision, verb, target, text}], budget}, else null

What the browser may ask is in `dslab.player.requests`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

from dslab.describe import describe, told
from dslab.player.code_export import script_of, simulating, test_of
from dslab.player.handlers import sources
from dslab.player.language import catalogue, language
from dslab.player.layout import Layout, Point, positions
from dslab.player.network_labels import network_data
from dslab.player.options import Look, height_for, listed_views
from dslab.player.verdicts import lights, promises_of
from dslab.predictions.prediction import Prediction, asked_of, opened
from dslab.properties import Promise
from dslab.trace import Trace

# Why a run cannot be changed: the browser says it in the reader's language.
NO_KERNEL = "Changes need a running kernel."
NO_RUN = "This trace has no run that could be changed."
CHOSEN = "Here the next event is chosen: the script is left alone."


def payload(trace: Trace, *, promises: Sequence[Promise] | None = None, error: str = "", focus: int = 0,
            ask: Sequence[Prediction] = (), **look: Unpack[Look]) -> dict[str, Any]:
    """The JSON data of one player without a kernel; a widget writes over what its kernel can do.

    Args:
        trace: what is shown.
        promises: those that have a light; None takes what the trace's protocols promise.
        error: why the trace ends early, if it does.
        focus: the step at which the player opens.
        ask: the questions that are asked before what they are about is shown.
        look: the options of `play` that say how the player looks.
    """
    lang = language(look.get("lang"))
    promises = promises_of(trace) if promises is None else tuple(promises)
    judged, questions = lights(trace, promises, catalogue(lang)), asked_of(ask, trace)
    return {
        "trace": trace_data(trace, catalogue(lang)), "title": title(trace),
        "positions": [list(point) for point in places_in(trace, look.get("layout"))],
        "lights": judged, "sources": sources(trace),
        "script": script_of(trace), "json": "" if trace.run is None else trace.run.to_json(),
        "test": "" if trace.run is None else test_of(simulating(trace.run), trace, promises, judged, error),
        "height": height_for(trace, look.get("height")), "show": list(listed_views(look.get("show", ()))),
        "tour": look.get("tour", False), "questions": questions,
        "editable": False, "reason": NO_KERNEL, "edits": 0, "serial": 0, "comparison": None,
    } | focused(trace, opened(questions, {}, focus)) | spoken(lang)


def focused(trace: Trace, step: int) -> dict[str, int]:
    """The step to open at; and, if the trace is too short for it, which step is missing."""
    last = max(0, len(trace) - 1)
    return {"focus": max(0, min(step, last))} | ({"missing": step} if step > last else {})


def spoken(lang: str) -> dict[str, Any]:
    """The language of a payload: all that a player knows before it is told what to play."""
    return {"lang": lang} | ({"words": catalogue(lang)} if catalogue(lang) else {})


def trace_data(trace: Trace, words: dict[str, str]) -> dict[str, Any]:
    """The trace as JSON data, with sentences in the place of its reasons, in other words if there are any."""
    data = trace.to_dict()
    if words:
        for step, shown in zip(trace.steps, data["steps"], strict=True):
            shown["text"] = describe(step, words)
    for message, shown in zip(trace.messages, data["messages"], strict=True):
        shown["why"] = told(message.why or "", words)
        shown["label"] = message.label
    data["unapplied"] = [[event, told(why, words)] for event, why in trace.unapplied]
    data["end"] = told(trace.end, words)
    return data | network_data(trace)


def places_in(trace: Trace, layout: Layout) -> list[Point]:
    """Where the nodes of a trace stand."""
    sites = {} if trace.run is None else trace.run.network.sites
    return positions(trace.nodes, trace.links, layout=layout, sites=sites)


def title(trace: Trace) -> str:
    """The run's title, or the names of its protocols."""
    return trace.title or ", ".join(dict.fromkeys(info.protocol for info in trace.infos)) or "an empty trace"
