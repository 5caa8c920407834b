"""Linearizability: can each operation be given a linearization point between its invocation and its return?

    verdict = linearizable(history, REGISTER)
    verdict.status          # "linearizable", "not linearizable" or "unknown"
    diagram(verdict)        # the operations as bars, with those points, or with the operation that fits nowhere
    explore(run, [linearizable(REGISTER)])      # the same as a promise, about the operations of every run

Each key is judged apart, since linearizability is local [Herlihy and Wing 1990]. Sequential consistency, which is
weaker, is not local.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any, overload

from dslab.checkers.consistency import Consistency, begin, decide
from dslab.checkers.history import Call, History, Operation, history_of
from dslab.checkers.linearization_search import OrderSearch, fits
from dslab.checkers.precedence import RealTime
from dslab.checkers.specs import KEY_VALUE, Spec, without_key
from dslab.mistakes.calls import teaching
from dslab.properties import Promise, World
from dslab.trace import ClientOperation
from dslab.values import DslabError


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
    operations, deadline = begin(history, spec, seconds, configurations)
    parts = _by_key(operations) if spec.part else {None: [(operation, operation.call) for operation in operations]}
    searches: dict[Hashable, tuple[Sequence[Operation], OrderSearch]] = {}
    for key, part in parts.items():
        asked = [replace(operation, call=call) for operation, call in part]
        searches[key] = [operation for operation, _ in part], OrderSearch(RealTime(asked), asked, spec.part or spec)
    return decide("linearizable", operations, spec, searches, deadline, configurations)


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


def _by_key(operations: tuple[Operation, ...]) -> dict[Hashable, list[tuple[Operation, Call]]]:
    """Key -> its operations, each with its call without the key."""
    parts = defaultdict(list)
    for operation in operations:
        key, call = without_key(operation.call)
        parts[key].append((operation, call))
    return parts
