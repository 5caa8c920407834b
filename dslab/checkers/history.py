"""Histories: the operations of clients on an object, with results and times, as values that a checker can judge.

    history = [
        Operation("A", ("write", 1), 0, 4),
        Operation("B", ("read",), 3, 7, 1),
    ]

A history comes from a trace, from a log of another tool (`dslab.checkers.logs`), or is written by hand as above. Times
define real-time order alone: an operation precedes another one if it returned before that was invoked. Operations that
touch at one moment are concurrent, unless they are of one client.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from math import inf
from typing import Any, Protocol

from dslab.run import Run
from dslab.trace import Trace
from dslab.values import DslabError, brief, fields_of

Call = tuple[Any, ...]          # a name and arguments: ("write", 3)


class _Any:
    """A result that is unknown, or carries no information: it matches any other."""

    def __repr__(self) -> str:
        return "ANY"

    def __reduce__(self) -> str:
        return "ANY"                    # a copy is the same object


ANY = _Any()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a client: an interval from its invocation to its return.

    Args:
        client: the client. It has one operation outstanding at a time.
        call: a name and arguments, such as ("write", 3).
        invoked: the time of the invocation; in any unit, the same for all operations.
        returned: the time of the return. None: never; the operation may take effect at any later time, or not at all.
        result: the result. ANY: unknown, or without information.
    """

    client: Hashable
    call: Call
    invoked: float
    returned: float | None = None
    result: Any = ANY

    @property
    def end(self) -> float:
        """The time of the return; infinity if it never returned."""
        return inf if self.returned is None else self.returned

    def label(self) -> str:
        """The call and its result, such as "read -> 1"."""
        name, *args = self.call
        call = " ".join([str(name), *(brief(arg, limit=40) for arg in args)])
        return call if self.result is ANY else f"{call} -> {brief(self.result, limit=40)}"

    def __str__(self) -> str:
        return f"{self.client}'s {self.label()}{' (never returned)' if self.returned is None else ''}"


class OperationLike(Protocol):
    """A value that can be read as an operation: of a trace, or of another tool's class."""

    @property
    def client(self) -> Any:
        """The client."""

    @property
    def call(self) -> Any:
        """The call: a tuple such as ("write", 3), or a message."""

    @property
    def invoked(self) -> float:
        """The time of the invocation."""

    @property
    def returned(self) -> float | None:
        """The time of the return; None: it never returned."""

    @property
    def result(self) -> Any:
        """The result."""


History = Trace | Iterable[OperationLike]


class Malformed(DslabError):
    """A history that cannot have happened, so that there is nothing to judge."""


def history_of(what: History) -> tuple[Operation, ...]:
    """The operations of a trace, or of a list of operation-like values, in the order of their invocations.

    Raises:
        Malformed: a return precedes its invocation, or a client has two operations outstanding at once.
        DslabError: a value is no operation.
    """
    if isinstance(what, Run):
        raise DslabError("a run has no history before it is simulated: expected simulate(run), or a list of operations")
    if not isinstance(what, Trace) and not isinstance(what, Iterable):
        raise DslabError(f"expected a Trace or a list of operations, not {brief(what)}")
    given = what.operations if isinstance(what, Trace) else what
    operations = sorted(map(_operation, given), key=lambda operation: (operation.invoked, operation.end))
    _check(operations)
    return tuple(operations)


def call_of(msg: Any) -> Call:
    """A request as a call: Put("x", 1) becomes ("put", "x", 1); a tuple is returned as it is."""
    if isinstance(msg, tuple) and msg:
        return msg
    fields = fields_of(type(msg))
    if fields is None:
        raise DslabError(f"{brief(msg)} is not a call: expected a tuple such as ('write', 3), or a message")
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(msg).__name__).lower()
    return name, *(getattr(msg, field) for field in fields)


def _operation(one: Any) -> Operation:
    """An `Operation` from any value with a client, a call, two times and a result."""
    try:
        result = ANY if one.returned is None else one.result
        operation = Operation(one.client, call_of(one.call), one.invoked, one.returned, result)
    except AttributeError:
        raise DslabError(f"{brief(one)} is not an operation: expected Operation(client, call, invoked, returned, "
                         "result)"
                         ) from None
    for moment in (operation.invoked, operation.end):
        if not isinstance(moment, (int, float)) or moment != moment:
            raise DslabError(f"{operation}: {brief(moment)} is not a moment in time: expected a number")
    try:
        hash((operation.client, operation.call))
    except TypeError as problem:
        raise DslabError(f"{operation}: {problem}; arguments are plain constants, tuples, frozensets") from None
    return operation


def _check(operations: Iterable[Operation]) -> None:
    latest: dict[Hashable, Operation] = {}
    for operation in operations:
        if not operation.invoked <= operation.end:
            raise Malformed(f"malformed history: {operation} returned at {operation.returned}, before it was invoked"
                            f" at {operation.invoked}")
        earlier = latest.get(operation.client)
        if earlier and earlier.end > operation.invoked:
            raise Malformed(f"malformed history: {operation} was invoked at {operation.invoked}, while {earlier} was"
                            " still open; a client has one operation open at a time")
        latest[operation.client] = operation
