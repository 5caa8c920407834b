"""Promise lights: the verdict on each promise in a trace, with the step that decides it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from dslab.describe import Words, told
from dslab.node import Node
from dslab.properties import Promise, Verdict, judge
from dslab.trace import Trace


def lights(trace: Trace, promises: Iterable[Promise], words: Words = None) -> list[dict[str, Any]]:
    """A light for each promise, as JSON data: name, kind, status, step, sentence (in other words, if given)."""
    return [{"name": verdict.promise.name, "kind": verdict.promise.kind, "status": verdict.status,
             "step": verdict.step, "sentence": told(verdict.why, words)}
            for verdict in verdicts(trace, tuple(promises))]


def verdicts(trace: Trace, promises: tuple[Promise, ...]) -> list[Verdict]:
    """A verdict on each promise; one that raises an exception is not decided, and does not stop the others."""
    try:
        return judge(trace, promises)
    except Exception as problem:            # promises are learners' code, and may be about other nodes than these
        if len(promises) == 1 and isinstance(promises[0], Promise):
            why = f"it cannot be judged here: {problem}"
            return [Verdict(promises[0], "not decided", None, why, trace)]
        if not all(isinstance(promise, Promise) for promise in promises):
            raise
        return [verdict for promise in promises for verdict in verdicts(trace, (promise,))]


def promises_of(trace: Trace) -> tuple[Promise, ...]:
    """The `PROMISES` of the modules of a trace's protocols.

    A variant in a module without `PROMISES`, or in a notebook, is judged by those of the protocol that it extends.
    """
    homes = {_home(cls): None for cls in trace.protocols.values()}
    found = [promise for home in homes for promise in _promises_in(home)]
    return tuple(dict.fromkeys(promise for promise in found if isinstance(promise, Promise)))


def _home(cls: type[Node]) -> str:
    """The module with promises of a class or its nearest base class; `__main__` comes last, since a notebook imports
    names from everywhere."""
    homes = [one.__module__ for one in cls.__mro__ if issubclass(one, Node) and one is not Node]
    return next(filter(_promises_in, sorted(homes, key=lambda home: home == "__main__")), "")


def _promises_in(home: str) -> Sequence[Any]:
    promises: Sequence[Any] = getattr(sys.modules.get(home), "PROMISES", ())
    return promises
