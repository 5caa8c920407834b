"""Queries of a trace, for demands: states before and after a step, messages by type, duplicates and missing outputs.

Functions of outputs accept those of a `Trace` or of a `World`, so that promises can use them as well.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import takewhile
from typing import Any, NamedTuple, TypeVar

from dslab.trace import Envelope, Output, Step, Trace

Key = Callable[[Output], Hashable]
T = TypeVar("T")


class Moment(NamedTuple):
    """A step of a node, with the node's attributes before it and after it."""

    step: Step
    before: dict[str, Any]
    after: dict[str, Any]


def moments(trace: Trace) -> Iterator[Moment]:
    """All steps of nodes, in order, without those of the network."""
    states = {node: dict(state) for node, state in trace.initial.items()}
    for step in trace.steps:
        if step.node is not None:
            before = states[step.node]
            states[step.node] = before | step.changes
            yield Moment(step, before, states[step.node])


def past(trace: Trace, step: Step) -> list[Step]:
    """The steps of the same node before this one."""
    return [one for one in trace.steps[:step.index] if one.node == step.node]


def receipts(trace: Trace, *types: type) -> list[Step]:
    """The steps in which a node received a message of one of these types."""
    return [step for step in trace.steps
            if step.kind == "receive" and step.message is not None and isinstance(step.message.payload, types)]


def sendings(trace: Trace, *types: type) -> list[Envelope]:
    """The messages of these types, in the order in which they were sent, lost ones too."""
    return [envelope for envelope in trace.messages if isinstance(envelope.payload, types)]


class Exchange(NamedTuple):
    """A request that a node received from another, and its reply: the first one to the sender in the same step."""

    step: Step                      # of the receipt
    message: Envelope               # that brought the request
    before: dict[str, Any]          # the receiver's attributes
    after: dict[str, Any]
    reply: Any                      # None: there is none

    @property
    def node(self) -> str:
        """The receiver of the request."""
        return self.message.dst

    @property
    def src(self) -> str:
        """The sender of the request."""
        return self.message.src

    @property
    def request(self) -> Any:
        """The request."""
        return self.message.payload


def exchanges(trace: Trace, request: type, reply: type) -> Iterator[Exchange]:
    """All received requests of a type, in order, each with the reply in the same step."""
    for step, before, after in moments(trace):
        message = step.message
        if step.kind == "receive" and message is not None and isinstance(message.payload, request):
            replies = [sent.payload for sent in step.sent
                       if sent.dst == message.src and isinstance(sent.payload, reply)]
            yield Exchange(step, message, before, after, replies[0] if replies else None)


# ---- outputs ---------------------------------------------------------------------------------------------------------

def of_node(output: Output) -> tuple[str, Any]:
    """The usual key of an output: its node and its first value, such as a caller and the number of its call."""
    return output.node, output.values[0]


def first_repeated(things: Iterable[T], key: Callable[[T], Hashable]) -> tuple[T, T] | None:
    """The first two items with equal keys, (the earlier one, the later one); None if all keys differ."""
    seen: dict[Hashable, T] = {}
    for one in things:
        earlier = seen.setdefault(key(one), one)
        if earlier is not one:
            return earlier, one
    return None


def unmatched(asked: Iterable[Output], answered: Iterable[Output], key: Key = of_node) -> list[Output]:
    """The outputs of `asked` without an output of `answered` with the same key."""
    keys = {key(output) for output in answered}
    return [output for output in asked if key(output) not in keys]


def earlier(trace: Trace, output: Output, *names: str) -> list[Output]:
    """The outputs before this one, also in the same step: all of them, or those with these names."""
    before = takewhile(lambda one: one is not output, trace.outputs())
    return [one for one in before if not names or one.name in names]
