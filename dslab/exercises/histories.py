"""Histories for a checker of linearizability: drawn ones with their verdicts, and ones made by chance.

Here every operation has a result: None for a write, and for one that never returned.
"""

from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

from dslab.checkers import specs
from dslab.checkers.history import ANY, Operation
from dslab.checkers.linearizability import linearizable
from dslab.checkers.specs import Spec
from dslab.testing import history


def with_results(spec: Spec) -> Spec:
    """The same object, with None where a result says nothing."""
    def step(state, call):
        after, result = spec.step(state, call)
        return after, None if result is ANY else result

    return Spec(spec.name, spec.init, step)


REGISTER = with_results(specs.CAS_REGISTER.starting(0))
COUNTER, QUEUE = with_results(specs.COUNTER), with_results(specs.QUEUE)
STORE = with_results(specs.KEY_VALUE)


class Known(NamedTuple):
    """A history with its verdict."""

    operations: tuple[Operation, ...]
    model: Spec
    is_linearizable: bool


def drawn(model: Spec, verdict: bool, drawing: str) -> Known:
    """The history of a drawing: a line for each client, a bar for each operation."""
    operations = history(drawing)
    return Known(tuple(replace(one, result=None) if one.result is ANY else one for one in operations), model, verdict)


def timed(model: Spec, verdict: bool, *operations: tuple[Any, ...]) -> Known:
    """A history from tuples: client, call, invoked, returned, result."""
    return Known(tuple(Operation(*one) for one in operations), model, verdict)


def lecture(last: int, verdict: bool) -> Known:
    """Ten operations [Kleppmann, "Distributed systems", lecture notes, 2021]; `last` is the result of the last read."""
    return timed(
        REGISTER, verdict,
        ("A", ("set", 1), 1.5, 4.1, None), ("A", ("get",), 5.75, 7.25, 4), ("B", ("get",), 0.7, 2.3, 1),
        ("B", ("cas", 1, 2), 2.7, 5.3, True), ("B", ("get",), 7.85, 9.35, last), ("C", ("get",), 1.75, 3.25, 1),
        ("C", ("get",), 3.75, 5.25, 2), ("C", ("cas", 2, 4), 6.5, 8.9, True), ("D", ("set", 0), 1.0, 3.8, None),
        ("D", ("cas", 0, 3), 4.5, 7.5, False))


HISTORIES = {
    "empty": Known((), REGISTER, True),
    "one read": drawn(REGISTER, True, "n1  |- read -> 0 -|"),
    "a value from nowhere": drawn(REGISTER, False, "n1  |- read -> 7 -|"),
    "write, then read": drawn(REGISTER, True, """
        n1   |- write 1 -|
        n10                 |- read -> 1 -|"""),
    "a stale read": drawn(REGISTER, False, """
        n1   |- write 1 -|
        n10                 |- read -> 0 -|"""),
    "a read beside a write sees it": drawn(REGISTER, True, """
        n1   |----- write 1 -----|
        n10     |- read -> 1 -|"""),
    "a read beside a write misses it": drawn(REGISTER, True, """
        n1   |----- write 1 -----|
        n10     |- read -> 0 -|"""),
    "the later one acts first": drawn(REGISTER, True, """
        n1   |------ write 1 ------|
        n10     |-- write 2 --|         |- read -> 1 -|"""),
    "the longer one acts first": drawn(REGISTER, True, """
        n1   |------ write 1 ------|
        n10     |-- write 2 --|         |- read -> 2 -|"""),
    "which began later and ended later": drawn(REGISTER, True, """
        n1   |-- write 1 --|
        n10        |-- write 2 --|   |- read -> 1 -|"""),
    "new, then old": drawn(REGISTER, False, """
        n1   |-------------- write 1 --------------|
        n10     |- read -> 1 -|
        n2                      |- read -> 0 -|"""),
    "old, then new": drawn(REGISTER, True, """
        n1   |-------------- write 1 --------------|
        n10     |- read -> 0 -|
        n2                      |- read -> 1 -|"""),
    "new and old at once": drawn(REGISTER, True, """
        n1   |-------------- write 1 --------------|
        n10     |- read -> 1 -|
        n2          |- read -> 0 -|"""),
    "two readers see two orders": drawn(REGISTER, False, """
        n1   |- write 1 -|
        n2   |- write 2 -|
        n10                  |- read -> 1 -|  |- read -> 2 -|
        n3                   |- read -> 2 -|  |- read -> 1 -|"""),
    "a value comes back": drawn(REGISTER, False, """
        n1   |- write 1 -|  |- write 2 -|
        n10                                 |- read -> 2 -|  |- read -> 1 -|"""),
    "own writes in order": drawn(REGISTER, True, "n1  |- write 1 -|  |- write 2 -|  |- read -> 2 -|"),
    "own write missed": drawn(REGISTER, False, "n1  |- write 1 -|  |- read -> 0 -|"),
    "the first that fits is wrong": drawn(REGISTER, True, """
        n1   |-------- write 1 --------|
        n2   |-------- write 2 --------|
        n10  |-------- read -> 1 ------|  |- read -> 2 -|"""),
    "zero again": drawn(REGISTER, True, """
        n1   |- write 1 -|  |----- write 0 -----|
        n10                     |- read -> 0 -|"""),
    "an empty text": drawn(REGISTER, True, "n1  |- write '' -|  |- read -> '' -|"),
    "touching operations overlap": timed(
        REGISTER, True, ("n1", ("write", 1), 0, 10, None), ("n10", ("read",), 10, 20, 0)),
    "just apart": timed(
        REGISTER, False, ("n1", ("write", 1), 0, 9.9, None), ("n10", ("read",), 10, 20, 0)),
    "not in the order of the list": timed(
        REGISTER, True, ("n10", ("read",), 20, 30, 1), ("n1", ("write", 1), 0, 10, None)),
    "a pending write took effect": drawn(REGISTER, True, """
        n1   |- write 1 ...
        n10                 |- read -> 1 -|"""),
    "a pending write did not": drawn(REGISTER, True, """
        n1   |- write 1 ...
        n10                 |- read -> 0 -|"""),
    "a pending write is late": drawn(REGISTER, True, """
        n1   |- write 1 ...
        n10                 |- read -> 0 -|  |- read -> 1 -|"""),
    "a pending write acts once": drawn(REGISTER, False, """
        n1   |- write 1 ...
        n10                 |- read -> 1 -|  |- write 2 -|  |- read -> 2 -|  |- read -> 1 -|"""),
    "a pending write is not undone": drawn(REGISTER, False, """
        n1   |- write 1 ...
        n10                 |- read -> 1 -|  |- read -> 0 -|"""),
    "a pending write from later": drawn(REGISTER, False, """
        n1                     |- write 1 ...
        n10  |- read -> 1 -|"""),
    "of two pending writes one": drawn(REGISTER, True, """
        n1   |- write 1 ...
        n2   |- write 2 ...
        n10                 |- read -> 2 -|  |- read -> 2 -|"""),
    "a pending read": drawn(REGISTER, True, """
        n1   |- read ...
        n10                 |- write 1 -|  |- read -> 1 -|"""),
    "a pending cas took effect": drawn(REGISTER, True, """
        n1   |- cas 0 1 ...
        n10                 |- read -> 1 -|"""),
    "a pending increment took effect": drawn(COUNTER, True, """
        n1   |- add 5 ...
        n10                 |- read -> 5 -|"""),
    "two told true": drawn(REGISTER, False, """
        n1   |- cas 0 1 -> True -|
        n10  |- cas 0 2 -> True -|"""),
    "one true, one false": drawn(REGISTER, True, """
        n1   |- cas 0 1 -> False -|
        n10  |- cas 0 2 -> True --|"""),
    "told false without a reason": drawn(REGISTER, False, """
        n1   |- cas 0 1 -> False -|
        n10                           |- cas 0 2 -> True -|"""),
    "a cas that orders two writes": drawn(REGISTER, False, """
        n1   |- write 1 -|
        n2   |- write 2 -|
        n10                  |- cas 1 3 -> True -|  |- read -> 2 -|"""),
    "an increment is lost": drawn(STORE, False, """
        n1   |- add x 1 -> 1 -|
        n10  |- add x 1 -> 1 -|"""),
    "no increment is lost": drawn(STORE, True, """
        n1   |- add x 1 -> 2 -|
        n10  |- add x 1 -> 1 -|"""),
    "out of turn": drawn(QUEUE, False, """
        n1   |- enqueue 1 -|  |- enqueue 2 -|
        n10                                     |- dequeue -> 2 -|"""),
    "overlapping enqueues": drawn(QUEUE, True, """
        n1   |- enqueue 1 -|
        n2   |- enqueue 2 -|
        n10                     |- dequeue -> 2 -|  |- dequeue -> 1 -|"""),
    "two keys": drawn(STORE, True, """
        n1   |- put x 1 -|                   |- get x -> 1 -|
        n10                 |- get y -> None -|  |- put y 2 -|"""),
    "two keys between each other": drawn(STORE, True, """
        n1   |- put x 1 -|  |- put y 2 -|  |- put x 3 -|
        n10                                               |- get y -> 2 -|  |- get x -> 3 -|"""),
    "the second key is stale": drawn(STORE, False, """
        n1   |- put x 1 -|  |- put y 2 -|
        n10                                |- get x -> 1 -|  |- get y -> None -|"""),
    "ten operations": lecture(2, False),
    "ten operations, and a last read of 4": lecture(4, True),
}


def by_chance(number: int) -> Known:
    """A few operations on a register, of which some never returned, and some perhaps have another result."""
    chance = Random(number)
    points: list[tuple[float, str, tuple[Any, ...], float, float | None]] = []
    for client in ("n1", "n10", "n2")[:chance.randint(1, 3)]:
        moment = chance.randint(0, 5)
        for _ in range(chance.randint(1, 4)):
            end = moment + chance.randint(1, 9)
            call = chance.choice([("read",), ("read",), ("write", chance.randint(0, 2)), ("cas", 0, 1), ("cas", 1, 2)])
            pending = chance.random() < 0.15
            points.append((chance.uniform(moment, end), client, call, moment, None if pending else end))
            if pending:
                break
            moment = end + chance.randint(1, 4)
    state, operations = REGISTER.init, []
    for _, client, call, invoked, returned in sorted(points):
        if returned is not None or chance.random() < 0.5:
            state, result = REGISTER.step(state, call)
        operations.append(Operation(client, call, invoked, returned, None if returned is None else result))
    for place, one in enumerate(operations):
        if one.returned is not None and one.call[0] != "write" and chance.random() < 0.4:
            values = (0, 1, 2) if one.call == ("read",) else (True, False)
            operations[place] = replace(one, result=chance.choice(values))
    chance.shuffle(operations)
    return Known(tuple(operations), REGISTER, bool(linearizable(operations, REGISTER)))
