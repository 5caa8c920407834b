"""What the browser gets: the trace as JSON, and what is easier to work out in Python.

The widget has four traits. `step` is the cursor, `notice` the sentence of an error; the other two are data:

`payload`: what is seen; a new one for each new trace, and all that an exported page has. Before the first one it has
the language only, and the player says that it waits.
    trace       see `dslab.trace_json`
    title, positions, height, focus (the step to open at), serial
    cuts        for each step that changed the links: [step, [[src, dst], ...]], those that are cut after it
    lights      for each promise {name, kind, status, step, sentence}: "holds", "broken" (at step), "not decided"
    sources     {"Raft receive Vote": {caption, first, code}}: the handlers that ran, by protocol, kind and name of step
    script, json, test      the run to copy: as Python, as JSON, and as a test that says what happened; "" without a run
    editable, reason        can the run be changed, and why not; edits: how often `undo` goes back
    lang, words the language, and its translations by the English sentence; no words for English
    comparison  null, or a second trace beside this one: {branch, first, trace, cuts, lights}; they are alike before
                step `first`, which may be the number of steps of one of them; null: they never differ

`acts`: what can be done; new after each answer, so that whoever asked knows that it was given (`serial`).
    branch      the name of the one that is shown; branches: [{name, parent, events}], parents first
    scenarios   names of changes that a notebook offers
    requests    what a client can ask: [{type, fields, nodes, example}]
    mode        "" or "break"; there choices: {decisions, next: [{decision, verb, target, text}], budget}, else null

What the browser may ask is in `dslab.player.requests`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from dslab.describe import describe, told
from dslab.player.code_export import script_of, simulating, test_of
from dslab.player.handlers import sources
from dslab.player.language import catalogue, language
from dslab.player.layout import Layout, positions
from dslab.player.verdicts import lights, promises_of
from dslab.properties import Promise
from dslab.trace import Trace

# Why a run cannot be changed: the browser says it in the reader's language.
NO_KERNEL = "Changes need a running kernel."
NO_RUN = "This trace has no run that could be changed."
CHOSEN = "Here the next event is chosen: the script is left alone."


def payload(trace: Trace, *, layout: Layout = None, height: int = 600,
            promises: Sequence[Promise] | None = None, error: str = "", focus: int = 0,
            lang: str | None = None) -> dict[str, Any]:
    """The JSON data of one player without a kernel; a widget writes over what its kernel can do.

    Args:
        trace: what is shown.
        layout: where the nodes stand, as `dslab.player.layout.positions` takes it.
        height: of the four views, px.
        promises: those that have a light; None takes what the trace's protocols promise.
        error: why the trace ends early, if it does.
        focus: the step at which the player opens.
        lang: the language, as `dslab.player.language.language` takes it.
    """
    lang = language(lang)
    promises = promises_of(trace) if promises is None else tuple(promises)
    judged = lights(trace, promises)
    shown = [light | {"sentence": told(light["sentence"], catalogue(lang))} for light in judged]
    return {
        "trace": _told(trace, catalogue(lang)), "title": title(trace),
        "positions": [list(point) for point in positions(trace.nodes, trace.links, layout=layout)],
        "cuts": [[step, [list(link) for link in sorted(links)]] for step, links in cuts(trace)],
        "lights": shown, "sources": sources(trace),
        "script": script_of(trace), "json": "" if trace.run is None else trace.run.to_json(),
        "test": "" if trace.run is None else test_of(simulating(trace.run), trace, promises, judged, error),
        "height": height, "focus": focus, "editable": False, "reason": NO_KERNEL, "edits": 0, "serial": 0,
        "comparison": None,
    } | spoken(lang)


def spoken(lang: str) -> dict[str, Any]:
    """The language of a payload: all that a player knows before it is told what to play."""
    return {"lang": lang} | ({"words": catalogue(lang)} if catalogue(lang) else {})


def _told(trace: Trace, words: dict[str, str]) -> dict[str, Any]:
    """The trace as JSON data, with what is said in it in other words, if there are any."""
    data = trace.to_dict()
    if words:
        for step, said in zip(trace.steps, data["steps"], strict=True):
            said["text"] = describe(step, words)
        data["unapplied"] = [[event, told(why, words)] for event, why in data["unapplied"]]
        data["end"] = told(data["end"], words)
    return data


def title(trace: Trace) -> str:
    """The run's title, or the names of its protocols."""
    return trace.title or ", ".join(dict.fromkeys(info.protocol for info in trace.infos)) or "an empty trace"


def cuts(trace: Trace) -> Iterator[tuple[int, set[tuple[str, str]]]]:
    """For each step that changed the links: its index, and the links (sender, receiver) cut after it."""
    now: set[tuple[str, str]] = set()
    for step in trace.steps:
        if step.kind in ("partition", "isolate", "cut", "heal"):
            now = _after(step.kind, _arguments(step.name), now, trace.nodes)
            yield step.index, now


def _after(verb: str, args: tuple, now: set[tuple[str, str]],
           nodes: tuple[str, ...]) -> set[tuple[str, str]]:
    """The links that are cut after one event of the script, by the rules of `dslab.simulator.faults`."""
    if verb == "partition":
        group = {node: number for number, members in enumerate(args) for node in members}
        return {(a, b) for a in nodes for b in nodes if group.get(a) != group.get(b)}
    if verb == "isolate":
        return now | {(a, b) for a in nodes for b in nodes if a != b and args[0] in (a, b)}
    if verb == "cut":
        return now | {args}
    return now - {args} if args else set()


def _arguments(code: str) -> tuple:
    """The arguments of an event that shows itself as code, `cut('A', 'B')`; none if it is something else."""
    try:
        call = ast.parse(code, mode="eval").body
        return tuple(ast.literal_eval(arg) for arg in call.args) if isinstance(call, ast.Call) else ()
    except (SyntaxError, ValueError):
        return ()
