"""Promise lights: what became of each promise in a trace, and at which step."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from dslab.contract import protocol_of
from dslab.properties import Promise, Verdict, judge
from dslab.trace import Trace


def lights(trace: Trace, promises: Iterable[Promise]) -> list[dict[str, Any]]:
    """A light for each promise, as JSON data: name, kind, status, step, sentence."""
    return [{"name": verdict.promise.name, "kind": verdict.promise.kind, "status": verdict.status,
             "step": verdict.step, "sentence": verdict.sentence} for verdict in verdicts(trace, tuple(promises))]


def verdicts(trace: Trace, promises: tuple[Promise, ...]) -> list[Verdict]:
    """A verdict on each promise; one that raises an exception decides nothing, and does not stop the others."""
    try:
        return judge(trace, promises)
    except Exception as problem:            # a promise is code of the learner, and may be about other nodes than these
        if len(promises) == 1 and isinstance(promises[0], Promise):
            why = f"it cannot be judged here: {type(problem).__name__}, {problem}"
            return [Verdict(promises[0], "not decided", None, why, trace)]
        if not all(isinstance(promise, Promise) for promise in promises):
            raise
        return [verdict for promise in promises for verdict in verdicts(trace, (promise,))]


def promises_of(trace: Trace) -> tuple[Promise, ...]:
    """What the protocols of a trace promise: the `PROMISES` beside the class that gave each protocol its name.

    A view knows no protocol, so it looks where they all keep them: in the module of the first class below `Node`.
    """
    homes = {protocol_of(cls).__module__: None for cls in trace.protocols.values()}
    found = [promise for home in homes for promise in getattr(sys.modules.get(home), "PROMISES", ())]
    return tuple(dict.fromkeys(promise for promise in found if isinstance(promise, Promise)))
