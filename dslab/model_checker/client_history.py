"""The history of clients' operations as a part of a state, for promises that look at it (`World.operations`).

Two paths to one state of the nodes can differ in what clients have seen: a read that returned before a write began
precedes it, one that overlaps it does not. So a state with a history holds the requests that were made and, for each
answer, its result and how many requests had been made by then. That is the whole real-time order, for one operation
precedes another one if it returned before that was asked; and histories that differ in nothing else are one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple

from dslab.trace import ClientOperation
from dslab.values import DslabError

Request = tuple[str, str, Any]                  # client, node, message


class HistoryNeeded(DslabError):
    """A promise has looked at operations, and the states of this search do not hold them."""


class Result:
    """A result, compared by its frozen form."""

    __slots__ = ("frozen", "plain")

    def __init__(self, frozen: Hashable, plain: Any) -> None:
        self.frozen, self.plain = frozen, plain

    def __eq__(self, other: Any) -> bool:
        return bool(self.frozen == other.frozen)

    def __hash__(self) -> int:
        return hash(self.frozen)


class Returned(NamedTuple):
    """An operation that has returned."""

    request: int                                # its number in the script, from 0
    asked: int                                  # the requests made by then: it precedes all later ones
    result: Result


def with_answers(requests: Sequence[Request], asked: int, returned: tuple[Returned, ...],
                 answers: Iterable[tuple[str, Result]]) -> tuple[Returned, ...]:
    """The operations that have returned after these answers, each to a client's open request, if it has one."""
    done = {one.request for one in returned}
    found = list(returned)
    for client, result in answers:
        number = next((number for number in range(asked) if requests[number][0] == client and number not in done), None)
        if number is not None:
            done.add(number)
            found.append(Returned(number, asked, result))
    return tuple(sorted(found, key=lambda one: one.request))


def operations(requests: Sequence[Request], asked: int, returned: Iterable[Returned]) -> tuple[ClientOperation, ...]:
    """The operations so far. Request n begins at moment 2n + 1, and n requests have been made before moment 2n."""
    ends = {one.request: one for one in returned}
    found = []
    for number, (client, node, call) in enumerate(requests[:asked]):
        begin, end = 2 * number + 1, ends.get(number)
        moment = None if end is None else 2 * end.asked
        result = None if end is None else end.result.plain
        found.append(ClientOperation(client, node, call, begin, float(begin), moment,
                                     None if moment is None else float(moment), result))
    return tuple(found)
