"""The verdict on a history of operations under a consistency model, and the searches behind it."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dslab.checkers.history import History, Operation, history_of
from dslab.checkers.linearization_search import Deadline, OrderSearch
from dslab.checkers.specs import Spec, check_spec
from dslab.values import DslabError, brief

Searches = Mapping[Hashable, tuple[Sequence[Operation], OrderSearch]]       # key -> its operations, and their search


@dataclass(frozen=True)
class Consistency:
    """The verdict on a history. It is true if the history is consistent.

    status: the model ("linearizable", "sequentially consistent", "causally consistent"), "not " and the model, or
        "unknown".
    """

    question: str
    status: str
    history: tuple[Operation, ...] = field(repr=False)
    spec: Spec
    orders: Mapping[Hashable, tuple[Operation, ...]] = field(repr=False)    # key, or client -> a valid order
    key: Hashable = None                    # "not ...": the key, or client, with the violation
    prefix: tuple[Operation, ...] = ()      # "not ...": the longest prefix that can be explained, in a valid order
    stuck: tuple[Operation, ...] = ()       # the operations that cannot come next, in any order of that prefix
    possible: tuple[Any, ...] = ()          # the results that the first of these could have had there
    configurations: int = 0                 # the number that the search visited
    remark: str = ""                        # "unknown": why the search gave up
    because: str = ""                       # "not ...": why, if no search was needed

    @property
    def culprit(self) -> Operation | None:
        """The operation that fits nowhere, if there is one. (One order for all clients may end at several.)"""
        return self.stuck[0] if self.stuck and self.question != "sequentially consistent" else None

    @property
    def is_by_key_and_time(self) -> bool:
        """Whether each key is judged apart, in real-time order."""
        return self.question == "linearizable"

    def __bool__(self) -> bool:
        return self.status == self.question

    def __repr__(self) -> str:
        if self.remark or self.stuck:
            return f"{self.status}: {self.remark or self.objection()}"
        clients = _count(len({operation.client for operation in self.history}), "client")
        return f"{self.status}: {_count(len(self.history), 'operation')} of {clients} on a {self.spec.name}"

    def objection(self) -> str:
        """The violation: the operations that fit nowhere, and why; empty if there is none."""
        if not self.stuck:
            return ""
        if self.because:
            return f"{self.stuck[0]} {self.because}"
        if self.culprit is None:
            most = _count(len(self.prefix), "operation")
            return f"an order explains {most} at most, and what comes next does not fit: {_listed(self.stuck)}"
        where = f" (key {brief(self.key)})" if self.spec.part and self.is_by_key_and_time else ""
        results = list(dict.fromkeys(brief(result, limit=60) for result in self.possible))
        listed = " or ".join(results if len(results) < 6 else [*results[:4], f"one of {len(results) - 4} more"])
        return f"{self.stuck[0]} fits nowhere{where}: it could only be told {listed}"


def begin(history: History, spec: Spec, seconds: float, configurations: int) -> tuple[tuple[Operation, ...], Deadline]:
    """The operations to judge, and the deadline."""
    check_spec(spec)
    for name, limit in (("seconds", seconds), ("configurations", configurations)):
        if not isinstance(limit, (int, float)) or not limit >= 0:
            raise DslabError(f"{name}={brief(limit)} is not a limit: expected a number")
    return history_of(history), Deadline(seconds)


def decide(question: str, history: tuple[Operation, ...], spec: Spec, searches: Searches, deadline: Deadline,
           limit: int) -> Consistency:
    """Run the searches in turns until one has failed, all are done, or a limit is reached."""
    turns = deque((key, search, search.go()) for key, (_, search) in searches.items())
    remark = ""
    while turns and not remark:
        key, search, work = turns.popleft()
        is_done = next(work, "done") == "done"
        if search.found is False:
            return _refuted(question, history, spec, searches, key)
        if not is_done:
            turns.append((key, search, work))
            remark = _limit_reached(searches, deadline, limit)
    orders = {key: _chosen(operations, search.prefix) for key, (operations, search) in searches.items() if search.found}
    return Consistency(question, "unknown" if remark else question, history, spec, orders, remark=remark,
                       configurations=_met(searches))


def _refuted(question: str, history: tuple[Operation, ...], spec: Spec, searches: Searches,
             key: Hashable) -> Consistency:
    """The verdict after the search of `key` has failed."""
    operations, search = searches[key]
    stuck = search.order.stuck(search.deepest)
    return Consistency(question, f"not {question}", history, spec, {}, key, _chosen(operations, search.prefix),
                       _chosen(operations, stuck), search.possible(stuck[0]), _met(searches))


def _chosen(operations: Sequence[Operation], numbers: Iterable[int]) -> tuple[Operation, ...]:
    return tuple(operations[number] for number in numbers)


def _met(searches: Searches) -> int:
    return sum(len(search.seen) for _, search in searches.values())


def _limit_reached(searches: Searches, deadline: Deadline, limit: int) -> str:
    """The limit that was reached, as a remark; empty if none was."""
    met, undecided = _met(searches), sum(search.found is None for _, search in searches.values())
    keys = f", {_count(undecided, 'key')} undecided" if len(searches) > 1 else ""
    if met > limit:
        return f"gave up after {met:,} configurations, the limit{keys}"
    return f"gave up at the time limit, after {met:,} configurations{keys}" if deadline.has_passed() else ""


def _listed(operations: tuple[Operation, ...]) -> str:
    return "; ".join(map(str, operations))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
