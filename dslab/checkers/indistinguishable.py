"""The local view of a run, and indistinguishability: the argument behind most impossibility proofs.

If two runs are indistinguishable to a node, it takes the same steps in both. [Lynch, "Distributed Algorithms", 1996,
on indistinguishable executions]
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any, NamedTuple

from dslab.logical_time import SILENT
from dslab.trace import Step, Trace
from dslab.values import DslabError, nearest


class Seen(NamedTuple):
    """One step, as observed by the node that takes it."""

    time: float             # ms, by its own clock
    kind: str               # receive, timer, request, ...
    what: str               # the message and its sender, the timer, or the request
    sent: tuple[str, ...]   # the messages, each with its receiver
    changes: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        return " ".join(filter(None, (f"{self.time:g} ms:", self.kind, self.what, *(f"→ {one}" for one in self.sent))))


def view_of(trace: Trace, node: str, *, until: float = float("inf")) -> list[Seen]:
    """A node's local view: its own steps, at the times of its own clock, and nothing from elsewhere.

    Args:
        until: the end of the view, ms by the node's own clock.
    """
    if node not in trace.nodes:
        raise DslabError(f"there is no node {node!r}: there are {', '.join(trace.nodes)}.{nearest(node, trace.nodes)}")
    own = (step for step in trace.steps if step.node == node and step.kind not in SILENT)
    return [seen for step in own if (seen := _seen(step)).time <= until]


def first_distinction(one: Trace, other: Trace, node: str, *, until: float = float("inf")) -> tuple[Any, Any] | None:
    """The first step that differs between a node's local views of two runs, as (one's, other's); None if none does."""
    mine, its = view_of(one, node, until=until), view_of(other, node, until=until)
    return next(((a, b) for a, b in zip_longest(mine, its) if a != b), None)


def same_view(one: Trace, other: Trace, node: str, *, until: float = float("inf")) -> bool:
    """Whether two runs are indistinguishable to a node."""
    return first_distinction(one, other, node, until=until) is None


def _seen(step: Step) -> Seen:
    what = step.name
    if step.kind == "receive" and step.message is not None:
        what = f"{step.message.payload!r} from {step.message.src}"
    # A duplicate (A->B#3') has the same step of sending, but the network made it: the sender does not see it.
    own = (message for message in step.sent if not message.name.endswith("'"))
    sent = tuple(f"{message.payload!r} to {message.dst}" for message in own)
    changes = tuple(sorted((name, repr(value)) for name, value in step.changes.items()))
    return Seen(step.time if step.local is None else step.local, step.kind, what, sent, changes)
