"""The search for an order of operations that explains all answers [Wing and Gong 1993, Lowe 2017].

The clock here can only end a search that takes too long as undecided: no answer depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import process_time
from typing import Any

from dslab.checkers.history import ANY, Operation
from dslab.checkers.precedence import Order
from dslab.checkers.specs import Spec, check_state
from dslab.values import show

SLICE = 2_000                   # steps of the specification, after which others have their turn


class OrderSearch:
    """Tries one operation after the other, goes back when none fits, and never tries a configuration twice.

    `found` is None as long as it is not known whether there is an order. A configuration is a place (which operations
    have acted) with the state of the object there.
    """

    def __init__(self, order: Order[Any], operations: Sequence[Operation], spec: Spec) -> None:
        self.order, self.operations, self.spec = order, operations, spec
        self.found: bool | None = None
        self.seen = {(order.start, spec.init)}
        # An operation, and where it was chosen: place, state, the other choices.
        self.path: list[tuple[int, Any, Any, Iterator[int]]] = []
        self.deepest: Any = None                # the dead end with the most progress
        self.prefix: list[int] = []             # and the operations on the way there, or to the end
        self.kept = 0                           # how many of these the path still begins with

    def go(self) -> Iterator[None]:
        """Search; stop for a moment after each slice of work."""
        order, step, seen, path = self.order, self.spec.step, self.seen, self.path
        place, state, work = order.start, self.spec.init, 0
        choices = iter(order.choices(place))
        while not order.is_complete(place):
            for number in choices:
                work += 1
                operation = self.operations[number]
                after, result = step(state, operation.call)
                if not fits(operation.result, result) or (after == state and operation.returned is None):
                    continue                    # one that never returned and changes nothing need not act
                there = order.after(place, number)
                try:
                    is_new = (there, after) not in seen
                except TypeError:
                    return check_state(self.spec.name, after)
                if is_new:
                    seen.add((there, after))
                    path.append((number, place, state, choices))
                    place, state, choices = there, after, iter(order.choices(there))
                    break
            else:
                self.note_dead_end(place)
                if not path:
                    self.found = False
                    return
                _, place, state, choices = path.pop()
                self.kept = min(self.kept, len(path))
            if work >= SLICE:
                work = 0
                yield
        self.found, self.prefix = True, [number for number, *_ in path]

    def note_dead_end(self, place: Any) -> None:
        """Remember the way that explains the most."""
        if self.deepest is None or self.order.progress(place) > self.order.progress(self.deepest):
            self.deepest = place
            self.prefix[self.kept:] = [number for number, *_ in self.path[self.kept:]]
            self.kept = len(self.path)

    def possible(self, number: int) -> tuple[Any, ...]:
        """What an operation could have been told where the search came no further."""
        most = self.order.progress(self.deepest)
        results = [self.spec.step(state, self.operations[number].call)[1] for place, state in self.seen
                   if self.order.progress(place) == most and number in self.order.choices(place)]
        return tuple(sorted({show(result): result for result in results}.values(), key=show))


def fits(told: Any, result: Any) -> bool:
    """Can the client have been told this, if that is the result?"""
    return told is ANY or result is ANY or told == result


class Deadline:
    """So many seconds of CPU time from now on."""

    def __init__(self, seconds: float) -> None:
        self.end = process_time() + seconds

    def has_passed(self) -> bool:
        """Is the time over?"""
        return process_time() > self.end
