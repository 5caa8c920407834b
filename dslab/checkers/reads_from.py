"""Which write each read saw, and what is causally before what: of histories in which each value is written once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

from dslab.checkers.history import ANY, Operation
from dslab.checkers.specs import Spec
from dslab.values import DslabError, brief

READS, WRITES = ("read", "get"), ("write", "put", "set")


def parts_of(operation: Operation) -> tuple[bool, Hashable, object]:
    """Whether it is a write, of which key, and the value that it wrote or read."""
    name, *rest = operation.call
    if name in WRITES and rest:
        return True, tuple(rest[:-1]), rest[-1]
    if name in READS:
        return False, tuple(rest), operation.result
    raise DslabError(f"{operation}: causal consistency is judged of read and write, or get and put; the result of"
                     f" {brief(name)} does not tell which operation it saw")


def reads_from(operations: Sequence[Operation]) -> tuple[dict[int, int | None], str]:
    """Read -> the write that it saw, or None for the initial value; and why that cannot be told, if so."""
    writers: dict[tuple[Hashable, object], list[int]] = defaultdict(list)
    parts = [parts_of(operation) for operation in operations]
    for number, (is_write, key, value) in enumerate(parts):
        if is_write:
            writers[key, value].append(number)
    sources: dict[int, int | None] = {}
    for number, (is_write, key, value) in enumerate(parts):
        if is_write or operations[number].returned is None or value is ANY:
            continue
        found = writers.get((key, value), [])
        if len(found) > 1 or found and value is None:
            return {}, f"{brief(value)} was written more than once, so {operations[number]} does not tell which it saw"
        sources[number] = found[0] if found else None
    return sources, ""


def initial_value(spec: Spec) -> object:
    """What is read of an object, or under a key, that nobody has written."""
    return (spec.part or spec).init


def causal_steps(operations: Sequence[Operation], sources: dict[int, int | None]) -> set[tuple[int, int]]:
    """The steps of the causal order: program order, and from a write to those who saw it."""
    latest: dict[Hashable, int] = {}
    pairs = {(source, number) for number, source in sources.items() if source is not None}
    for number, operation in enumerate(operations):
        if operation.client in latest:
            pairs.add((latest[operation.client], number))
        latest[operation.client] = number
    return pairs


def causally_before(order: Sequence[int], pairs: set[tuple[int, int]]) -> list[int]:
    """Operation -> all that is causally before it, as a bit mask."""
    direct = defaultdict(list)
    for source, target in pairs:
        direct[target].append(source)
    before = [0] * len(order)
    for number in order:
        for source in direct[number]:
            before[number] |= before[source] | 1 << source
    return before
