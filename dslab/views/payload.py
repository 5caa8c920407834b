"""What the browser gets: the trace as JSON, and what is easier to work out in Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from dslab.trace import Trace
from dslab.views.layout import Point, positions

NO_KERNEL = "Changes need a running kernel."
NO_RUN = "This trace has no run that could be changed."


def payload(trace: Trace, *, layout: str | Mapping[str, Point] | None = None, height: int = 600,
            focus: int = 0, editable: bool = False, reason: str = NO_KERNEL, edits: int = 0,
            serial: int = 0) -> dict[str, Any]:
    """The JSON data of one player: see `dslab.trace_file` for the trace in it.

    Args:
        trace: what is shown.
        layout: where the nodes stand, as `dslab.views.layout.positions` takes it.
        height: of the four views, px.
        focus: the step at which the player opens.
        editable: can the browser ask for a changed run? If not, `reason` says why.
        edits: how many changes can be undone.
        serial: tells this payload from an equal one, so that the browser is told of it.
    """
    return {
        "trace": trace.to_dict(), "title": title(trace),
        "script": "" if trace.run is None else trace.run.code(),
        "positions": [list(point) for point in positions(trace.nodes, trace.links, layout=layout)],
        "cuts": [[step, [list(link) for link in sorted(links)]] for step, links in cuts(trace)],
        "height": height, "focus": focus, "editable": editable, "reason": reason, "edits": edits,
        "serial": serial,
    }


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
    """The links that are cut after one event of the script, by the rules of `dslab.faults`."""
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
