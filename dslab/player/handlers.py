"""The source code of the handlers that run in a trace, for the player to show beside a step."""

from __future__ import annotations

from typing import Any

from dslab.contract import handler_name
from dslab.diagrams.source import source
from dslab.trace import Step, Trace
from dslab.values import DslabError

Code = dict[str, Any]
MOST = 60_000           # the limit of characters of code in one player


def sources(trace: Trace) -> dict[str, Code]:
    """For each kind of step that a protocol has handled, "Raft receive RequestVote": caption, first line and code.

    Handlers whose source is unavailable are left out, and so are those beyond `MOST`.
    """
    classes = {trace.protocols[node]: None for node in trace.nodes if node in trace.protocols}
    names = [cls.__name__ for cls in classes]
    alone = {cls for cls in classes if names.count(cls.__name__) == 1}         # two classes of one name are ambiguous
    found: dict[str, Code] = {}
    room = MOST
    for step in trace.steps:
        cls, handler = trace.protocols.get(step.node or ""), _handler(step)
        key = f"{cls.__name__} {step.kind} {step.name if step.kind not in ('start', 'recover') else ''}" if cls else ""
        if cls in alone and handler and key not in found:
            found[key] = _code(getattr(cls, handler, None))
            room -= len(found[key].get("code", ""))
            if room < 0:
                found[key] = {}
    return {key: code for key, code in found.items() if code}


def _handler(step: Step) -> str:
    if step.kind in ("receive", "request"):
        return handler_name(step.name)
    return {"timer": f"on_{step.name}_timer", "start": "on_start", "recover": "on_recover"}.get(step.kind, "")


def _code(function: object) -> Code:
    try:
        piece, = source(function).pieces
    except DslabError:                      # the class is from a deleted cell, or from another process
        return {}
    return {"caption": piece.caption, "first": piece.first, "code": piece.code}
