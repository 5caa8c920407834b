"""Linearizability: can each operation be given a linearization point between its invocation and its return?

    verdict = linearizable(history, REGISTER)
    verdict.status          # "linearizable", "not linearizable" or "unknown"
    diagram(verdict)        # the operations as bars, with those points, or with the operation that fits nowhere
    explore(run, [linearizable(REGISTER)])      # the same as a promise, about the operations of every run

Each key is judged apart, since linearizability is local [Herlihy and Wing 1990]. Sequential consistency, which is
weaker, is not local.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, overload

from dslab.checkers.history import Call, History, Operation, history_of
from dslab.checkers.linearization_search import Deadline, OrderSearch, fits
from dslab.checkers.precedence import ProgramOrder, RealTime
from dslab.checkers.specs import KEY_VALUE, Spec, without_key
from dslab.mistakes.calls import teaching
from dslab.properties import Promise, World
from dslab.trace import ClientOperation
from dslab.values import DslabError, brief

Searches = Mapping[Hashable, tuple[Sequence[Operation], OrderSearch]]       # key -> its operations, and their search


@dataclass(frozen=True)
class Consistency:
    """The verdict on a history. It is true if the history is consistent.

    status: the model ("linearizable", "sequentially consistent"), "not " and the model, or "unknown".
    """

    question: str
    status: str
    history: tuple[Operation, ...] = field(repr=False)
    spec: Spec
    orders: Mapping[Hashable, tuple[Operation, ...]] = field(repr=False)    # key -> a valid order of its operations
    key: Hashable = None                    # "not ...": the key with the violation
    prefix: tuple[Operation, ...] = ()      # "not ...": the longest prefix that can be explained, in a valid order
    stuck: tuple[Operation, ...] = ()       # the operations that cannot come next, in any order of that prefix
    possible: tuple[Any, ...] = ()          # the results that the first of these could have had there
    configurations: int = 0                 # the number that the search visited
    remark: str = ""                        # "unknown": why the search gave up

    @property
    def culprit(self) -> Operation | None:
        """The operation that fits nowhere, if there is one. (Without real-time order it is not unique.)"""
        return self.stuck[0] if self.stuck and self.is_by_key_and_time else None

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
        if not self.is_by_key_and_time:
            most = _count(len(self.prefix), "operation")
            return f"an order explains {most} at most, and what comes next does not fit: {_listed(self.stuck)}"
        where = f" (key {brief(self.key)})" if self.spec.part else ""
        results = list(dict.fromkeys(brief(result, limit=60) for result in self.possible))
        listed = " or ".join(results if len(results) < 6 else [*results[:4], f"one of {len(results) - 4} more"])
        return f"{self.stuck[0]} fits nowhere{where}: it could only be told {listed}"


@overload
def linearizable(history: History, spec: Spec = ..., *, seconds: float = ...,
                 configurations: int = ...) -> Consistency: ...
@overload
def linearizable(history: Spec, *, seconds: float = ..., configurations: int = ...) -> Promise: ...
@teaching("linearizable(simulate(run), spec=REGISTER)")
def linearizable(history: History | Spec, spec: Spec = KEY_VALUE, *, seconds: float = 10.0,
                 configurations: int = 1_000_000) -> Consistency | Promise:
    """Can each operation take effect at one moment between its invocation and its return, with the results it had?

    An operation that never returned may take effect at any moment after its invocation, or never. The keys are searched
    in turns, and the first that is not linearizable ends the search.

    With a specification alone, `linearizable(REGISTER)`, it is a promise for `judge`, `search`, `explore` and `play`:
    the clients' operations so far are linearizable, always.

    Args:
        history: a Trace, or a list of operations (`dslab.checkers.history`); or a specification, for a promise.
        spec: the sequential specification of the object (`dslab.checkers.specs`).
        seconds: the limit of CPU time, after which the verdict is "unknown".
        configurations: the limit of configurations stored, after which the verdict is "unknown".

    Raises:
        Malformed: the history cannot have happened: an operation returned before its invocation, or a client has two
            outstanding at once.

    >>> from dslab.checkers.specs import REGISTER
    >>> from dslab.testing import history
    >>> print(linearizable(history('''
    ...     alice  |-- write 1 --|
    ...     bob                      |-- read -> None --|
    ... '''), spec=REGISTER))
    not linearizable: bob's read -> None fits nowhere: it could only be told 1
    """
    if isinstance(history, Spec):
        return _promise(history, seconds, configurations)
    operations, deadline = _begin(history, spec, seconds, configurations)
    parts = _by_key(operations) if spec.part else {None: [(operation, operation.call) for operation in operations]}
    searches: dict[Hashable, tuple[Sequence[Operation], OrderSearch]] = {}
    for key, part in parts.items():
        asked = [replace(operation, call=call) for operation, call in part]
        searches[key] = [operation for operation, _ in part], OrderSearch(RealTime(asked), asked, spec.part or spec)
    return _decide("linearizable", operations, spec, searches, deadline, configurations)


def _promise(spec: Spec, seconds: float, configurations: int) -> Promise:
    """The promise that the operations so far are linearizable."""
    asked: tuple[ClientOperation, ...] = ()     # what was judged last: a world gives the same tuple until it changes
    objection = ""

    def operations_are_linearizable(world: World) -> str:
        nonlocal asked, objection
        if world.operations is not asked:
            verdict = linearizable(world.operations, spec, seconds=seconds, configurations=configurations)
            if verdict.remark:
                raise DslabError(f"{promise.name}: {verdict.remark}. Give more of it, as in linearizable(REGISTER,"
                                 " seconds=60), or fewer operations")
            asked, objection = world.operations, verdict.objection()
        return objection

    promise = Promise("always", f"operations on a {spec.name} are linearizable", operations_are_linearizable)
    return promise


def sequentially_consistent(history: History, spec: Spec = KEY_VALUE, *, seconds: float = 10.0,
                            configurations: int = 1_000_000) -> Consistency:
    """Is there one order with these results that respects each client's program order [Lamport 1979]?

    Real-time order between clients is ignored. All keys are searched together: two objects may each be sequentially
    consistent, and not be so together. Arguments and errors are those of `linearizable`.
    """
    operations, deadline = _begin(history, spec, seconds, configurations)
    searches: Searches = {None: (operations, OrderSearch(ProgramOrder(operations), operations, spec))}
    return _decide("sequentially consistent", operations, spec, searches, deadline, configurations)


def linearizations(history: History, spec: Spec = KEY_VALUE) -> Iterator[tuple[Operation, ...]]:
    """Enumerates all linearizations of a (short) history.

    Each ends with an operation that returned. An operation that never returned is in some of them only; of two such
    with equal calls, the earlier comes first.
    """
    operations = history_of(history)
    order = RealTime(operations)

    def extend(place: Any, state: Any, done: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if order.is_complete(place):
            yield done
            return
        for number in order.choices(place):
            after, result = spec.step(state, operations[number].call)
            if fits(operations[number].result, result):
                yield from extend(order.after(place, number), after, (*done, number))

    for numbers in extend(order.start, spec.init, ()):
        yield tuple(operations[number] for number in numbers)


def _begin(history: History, spec: Spec, seconds: float, configurations: int) -> tuple[tuple[Operation, ...], Deadline]:
    """The operations to judge, and the deadline."""
    if not isinstance(spec, Spec):
        raise DslabError(f"{brief(spec)} is not a specification: expected a Spec, such as REGISTER")
    for name, limit in (("seconds", seconds), ("configurations", configurations)):
        if not isinstance(limit, (int, float)) or not limit >= 0:
            raise DslabError(f"{name}={brief(limit)} is not a limit: expected a number")
    return history_of(history), Deadline(seconds)


# ---- many keys, one verdict ------------------------------------------------------------------------------------------

def _by_key(operations: tuple[Operation, ...]) -> dict[Hashable, list[tuple[Operation, Call]]]:
    """Key -> its operations, each with its call without the key."""
    parts = defaultdict(list)
    for operation in operations:
        key, call = without_key(operation.call)
        parts[key].append((operation, call))
    return parts


def _decide(question: str, history: tuple[Operation, ...], spec: Spec, searches: Searches, deadline: Deadline,
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
