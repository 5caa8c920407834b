"""A serial order of transactions that keeps all dependencies, and the search for one where choices are open.

A choice is decided as soon as one of its two edges would close a cycle. If choices are left, the transactions are put
in an order that keeps the edges so far; a choice that this order does not keep is tried both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush

from dslab.checkers.dependency_edges import Choice, Dependencies, Edge
from dslab.checkers.linearization_search import Deadline

Pairs = set[tuple[int, int]]            # (a transaction, one that comes after it)


class OutOfTime(Exception):
    """The search ended at its limit."""


def serial_order(found: Dependencies, deadline: Deadline) -> tuple[int, ...] | None:
    """The numbers of the committed transactions in an order that explains all reads; None if there is none.

    What follows from the dependencies without a guess is added to them: there a cycle shows why there is no order.

    Raises:
        OutOfTime: the time is over.
    """
    waiting: list[tuple[Pairs, list[Choice]]] = [(set(found.edges), found.choices)]
    is_certain = True
    while waiting:
        if deadline.has_passed():
            raise OutOfTime
        pairs, open = waiting.pop()
        order, open = _decided(found, pairs, open, is_certain=is_certain)
        if order is None:
            continue
        places = {number: place for place, number in enumerate(order)}
        broken = next((choice for choice in open if not _keeps(places, choice)), None)
        if broken is None:
            return order
        is_certain = False
        rest = [choice for choice in open if choice is not broken]
        waiting += [(pairs | {_pair(broken.later)}, rest), (pairs | {_pair(broken.earlier)}, rest)]
    return None


def _decided(found: Dependencies, pairs: Pairs, open: Iterable[Choice], *,
             is_certain: bool) -> tuple[tuple[int, ...] | None, list[Choice]]:
    """Add to `pairs` what they leave no choice about; give an order of them, and the choices that are left."""
    while True:
        order = topological_order(found.committed, pairs)
        if len(order) < len(found.committed):
            return None, []
        reach = reachable(order, pairs) if open else {}
        left, forced = [], []
        for choice in open:
            writer, reader, other = choice.earlier.target, choice.later.source, choice.earlier.source
            if reach[other] >> writer & 1 or reach[reader] >> other & 1:
                continue                                    # decided already
            if reach[writer] >> other & 1:
                forced.append(choice.later)
            elif reach[other] >> reader & 1:
                forced.append(choice.earlier)
            else:
                left.append(choice)
        if not forced:
            return order, left
        open = left
        for edge in forced:
            pairs.add(_pair(edge))
            if is_certain:
                found.add(edge)


def topological_order(numbers: Sequence[int], pairs: Pairs) -> tuple[int, ...]:
    """A topological order, in which the earlier ones come first where there is a choice; without cycles, and what
    comes after them."""
    after: dict[int, list[int]] = {number: [] for number in numbers}
    missing = dict.fromkeys(numbers, 0)
    for source, target in pairs:
        after[source].append(target)
        missing[target] += 1
    ready = [number for number, count in missing.items() if not count]
    heapify(ready)
    order = []
    while ready:
        order.append(heappop(ready))
        for target in after[order[-1]]:
            missing[target] -= 1
            if not missing[target]:
                heappush(ready, target)
    return tuple(order)


def reachable(order: Sequence[int], pairs: Pairs) -> dict[int, int]:
    """Transaction -> those that come after it in every order, as a bit mask."""
    after: dict[int, list[int]] = {number: [] for number in order}
    for source, target in pairs:
        after[source].append(target)
    reach: dict[int, int] = {}
    for number in reversed(order):
        reach[number] = 0
        for target in after[number]:
            reach[number] |= reach[target] | 1 << target
    return reach


def _keeps(places: dict[int, int], choice: Choice) -> bool:
    """Whether an order has the other write before the writer, or after the reader."""
    return any(places[edge.source] < places[edge.target] for edge in choice)


def _pair(edge: Edge) -> tuple[int, int]:
    return edge.source, edge.target
