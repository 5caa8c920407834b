"""The local view of a run, and indistinguishability: the argument behind most impossibility proofs.

If two runs are indistinguishable to a node, it takes the same steps in both. [Lynch, "Distributed Algorithms", 1996,
on indistinguishable executions]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, zip_longest
from typing import Any, NamedTuple

from dslab.logical_time import SILENT, Stamps
from dslab.trace import Envelope, NodeInfo, Step, Trace
from dslab.values import DslabError, brief, nearest


class Seen(NamedTuple):
    """One step, as observed by the node that takes it."""

    time: float             # ms, by its own clock
    kind: str               # receive, timer, request, ...
    what: str               # the message and its sender, the timer, or the request
    sent: tuple[str, ...]   # the messages, each with its receiver
    changes: tuple[tuple[str, Any], ...]
    said: tuple[str, ...] = ()      # its outputs, and its replies to clients

    def __str__(self) -> str:
        return " ".join(filter(None, (f"{self.time:g} ms:", self.kind, self.what, *(f"→ {one}" for one in self.sent))))


def view_of(trace: Trace, node: str, *, until: float = float("inf")) -> list[Seen]:
    """A node's local view: its own steps, at the times of its own clock, and nothing from elsewhere.

    Args:
        until: the end of the view, ms by the node's own clock.
    """
    return [seen for step in _own(trace, node) if (seen := observed(step)).time <= until]


def local_view(trace: Trace, node: str) -> Trace:
    """A node's local view as a trace of its own, which views can draw: its steps, at the times of its own clock.

    Of the other nodes it has the names only. A message is received where it arrives and was on its way at no other
    moment; one that the node sent stays in flight: what became of it the node cannot see.
    """
    own = list(_own(trace, node))
    messages: list[Envelope] = []
    stamps = Stamps(trace.nodes)
    for index, step in enumerate(own):
        arrived = [_arrived(step.message, index, step.local)] if step.kind == "receive" and step.message else []
        sent = [_left(message, index, step.local) for message in step.sent if _was_sent_by_the_node(message)]
        for number, message in enumerate((*arrived, *sent), len(messages)):
            message.id = number
            messages.append(message)
        ahead = step.local - step.time
        stamps.steps.append(replace(
            step, index=index, time=step.local, cause=None, cuts=None, stamps=stamps, sent=tuple(sent),
            message=arrived[0] if arrived else None,
            timers={name: None if due is None else due + ahead for name, due in step.timers.items()}))
    _show_until_the_next_step(stamps.steps)
    infos = [info if info.id == node else NodeInfo(info.id, "") for info in trace.infos]
    return Trace(nodes=infos, length=len(own), load=lambda: (stamps.steps, messages, []), end=trace.end,
                 title=trace.title, links=trace.links, initial={node: trace.initial[node]})


def _own(trace: Trace, node: str) -> Iterator[Step]:
    """The steps that a node observes."""
    if node not in trace.nodes:
        raise DslabError(f"there is no node {brief(node)}: there are {', '.join(trace.nodes)}."
                         + nearest(str(node), trace.nodes))
    return (step for step in trace.steps if step.node == node and step.kind not in SILENT)


def _arrived(message: Envelope, index: int, time: float) -> Envelope:
    return replace(message, sent=index, departs=time, arrives=time, fate="received", ended=index, why=None)


def _left(message: Envelope, index: int, time: float) -> Envelope:
    return replace(message, sent=index, departs=time, arrives=time + 1, fate="in flight", ended=None, why=None)


def _show_until_the_next_step(steps: list[Step]) -> None:
    """A message leaves until its sender does something else: when it arrives the sender cannot know."""
    for step, after in pairwise(steps):
        for message in step.sent:
            message.arrives = after.time


def _was_sent_by_the_node(message: Envelope) -> bool:
    """A duplicate (A->B#3') has the same step of sending, but the network made it: the sender does not see it."""
    return not message.name.endswith("'")


def first_distinction(one: Trace, other: Trace, node: str, *, until: float = float("inf")) -> tuple[Any, Any] | None:
    """The first step that differs between a node's local views of two runs, as (one's, other's); None if none does."""
    mine, its = view_of(one, node, until=until), view_of(other, node, until=until)
    return next(((a, b) for a, b in zip_longest(mine, its) if a != b), None)


def same_view(one: Trace, other: Trace, node: str, *, until: float = float("inf")) -> bool:
    """Whether two runs are indistinguishable to a node."""
    return first_distinction(one, other, node, until=until) is None


def observed(step: Step) -> Seen:
    """A step as its node observes it."""
    what = step.name
    if step.kind == "receive" and step.message is not None:
        what = f"{step.message.payload!r} from {step.message.src}"
    sent = tuple(f"{message.payload!r} to {message.dst}" for message in step.sent if _was_sent_by_the_node(message))
    changes = tuple(sorted((name, repr(value)) for name, value in step.changes.items()))
    said = tuple(map(repr, (*step.outputs, *step.replies)))
    return Seen(step.time if step.local is None else step.local, step.kind, what, sent, changes, said)
