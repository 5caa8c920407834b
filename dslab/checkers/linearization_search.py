"""The search for a valid order of the operations of a history [Wing and Gong 1993, Lowe 2017].

The CPU clock can only end a search as undecided; no other verdict depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import process_time
from typing import Any

from dslab.checkers.history import ANY, Operation
from dslab.checkers.precedence import Order
from dslab.checkers.specs import Spec, check_state
from dslab.values import show

SLICE = 2_000                   # steps of the specification, after which the next search has its turn


class OrderSearch:
    """Depth-first search with backtracking, which visits each configuration at most once.

    A configuration is a place (the operations that have taken effect) with the state of the object there. `found` is
    None until it is known whether there is an order.
    """

    def __init__(self, order: Order[Any], operations: Sequence[Operation], spec: Spec) -> None:
        self.order, self.operations, self.spec = order, operations, spec
        self.found: bool | None = None
        self.seen = {(order.start, spec.init)}
        # Each operation on the path, with the place and state at which it was chosen, and the remaining choices.
        self.path: list[tuple[int, Any, Any, Iterator[int]]] = []
        self.deepest: Any = None                # the dead end with the most progress
        self.prefix: list[int] = []             # the operations on the path to it, or on the complete path
        self.kept = 0                           # the length of the common prefix of `prefix` and `path`

    def go(self) -> Iterator[None]:
        """Search; yield after each slice of work."""
        order, step, seen, path = self.order, self.spec.step, self.seen, self.path
        place, state, work = order.start, self.spec.init, 0
        choices = iter(order.choices(place))
        while not order.is_complete(place):
            for number in choices:
                work += 1
                operation = self.operations[number]
                after, result = step(state, operation.call)
                if not fits(operation.result, result) or (after == state and operation.returned is None):
                    continue                    # one that never returned and has no effect can be left out
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
        """Keep the path with the most progress."""
        if self.deepest is None or self.order.progress(place) > self.order.progress(self.deepest):
            self.deepest = place
            self.prefix[self.kept:] = [number for number, *_ in self.path[self.kept:]]
            self.kept = len(self.path)

    def possible(self, number: int) -> tuple[Any, ...]:
        """The results that an operation could have had at the deepest places of the search."""
        most = self.order.progress(self.deepest)
        results = [self.spec.step(state, self.operations[number].call)[1] for place, state in self.seen
                   if self.order.progress(place) == most and number in self.order.choices(place)]
        return tuple(sorted({show(result): result for result in results}.values(), key=show))


def fits(observed: Any, result: Any) -> bool:
    """Whether the result that a client observed matches the result of the specification."""
    return observed is ANY or result is ANY or observed == result


class Deadline:
    """A limit of CPU time, in seconds from its construction."""

    def __init__(self, seconds: float) -> None:
        self.end = process_time() + seconds

    def has_passed(self) -> bool:
        """Whether the time is over."""
        return process_time() > self.end
