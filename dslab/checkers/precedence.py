"""The order that a consistency model preserves: real time, or each client's program order only.

Both give the operations that can take effect next. A place, a hashable value, stands for the set of operations that
have taken effect.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from heapq import heappop, heappush
from typing import Protocol, TypeVar

from dslab.checkers.history import Operation

Place = TypeVar("Place", bound=Hashable)


class Order(Protocol[Place]):
    """A partial order of operations, and the places on the way through it."""

    @property
    def start(self) -> Place:
        """The place at which no operation has taken effect."""

    def choices(self, place: Place) -> Sequence[int]:
        """The operations that can take effect next."""

    def after(self, place: Place, number: int) -> Place:
        """The place after one more operation."""

    def is_complete(self, place: Place) -> bool:
        """Whether all operations that returned have taken effect."""

    def progress(self, place: Place) -> int:
        """A measure of how much of the history is explained."""

    def stuck(self, place: Place) -> Sequence[int]:
        """The operations that cannot take effect next if no place has more progress."""


class RealTime:
    """Real-time order: an operation that returned before another one was invoked precedes it.

    A place is (the number of returns explained, the set of operations, open at that return, that have taken effect).
    Only operations invoked before the first unexplained return can take effect next. The set is a bit mask; a bit is
    reused when its operation has returned, so places stay small in long histories.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        ended = [number for number, operation in enumerate(operations) if operation.returned is not None]
        self.returns = sorted(ended, key=lambda number: (operations[number].end, number))
        self.bits = _bits(operations)
        self.windows = self._windows(operations)
        self.start = (0, 0)

    def choices(self, place: tuple[int, int]) -> list[int]:
        """The operations that can take effect next, in the order of their returns."""
        position, acted = place
        return [number for number, bit, needed in self.windows[position]
                if not acted & bit and acted & needed == needed]

    def after(self, place: tuple[int, int], number: int) -> tuple[int, int]:
        """The place after one more operation."""
        position, acted = place
        acted |= self.bits[number]
        while position < len(self.returns) and acted & self.bits[self.returns[position]]:
            acted ^= self.bits[self.returns[position]]
            position += 1
        return position, acted

    def is_complete(self, place: tuple[int, int]) -> bool:
        """Whether all operations that returned have taken effect."""
        return place[0] == len(self.returns)

    def progress(self, place: tuple[int, int]) -> int:
        """The number of returns explained."""
        return place[0]

    def stuck(self, place: tuple[int, int]) -> list[int]:
        """The operation of the first unexplained return."""
        return [self.returns[place[0]]]

    def _windows(self, operations: Sequence[Operation]) -> list[tuple[tuple[int, int, int], ...]]:
        """For each return: the operations that can take effect while it is the first unexplained one."""
        windows, open, later = [], [], 0
        for position, number in enumerate(self.returns):
            while later < len(operations) and operations[later].invoked <= operations[number].end:
                open.append(later)
                later += 1
            if position:
                open.remove(self.returns[position - 1])
            windows.append(tuple((one, self.bits[one], self._needed(one, open, operations))
                                 for one in sorted(open, key=lambda one: (operations[one].end, one))))
        return [*windows, ()]

    def _needed(self, number: int, open: list[int], operations: Sequence[Operation]) -> int:
        """The operations that must take effect before this one, as a bit mask.

        The previous operation of its client, if that returns at the moment of this invocation. And, to prune symmetric
        orders, earlier operations with an equal call that never returned, if this one never returned either.
        """
        one, needed = operations[number], 0
        for other in open:
            earlier = operations[other]
            alike = earlier.returned is None and one.returned is None and earlier.call == one.call
            if other < number and (alike or earlier.client == one.client):
                needed |= self.bits[other]
        return needed


def _bits(operations: Sequence[Operation]) -> list[int]:
    """A bit for each operation, distinct among those that are open at one moment."""
    bits: list[int] = []
    free: list[int] = []
    busy: list[tuple[float, int]] = []
    used = 0
    for operation in operations:
        while busy and busy[0][0] < operation.invoked:
            heappush(free, heappop(busy)[1])
        if not free:
            free, used = [1 << used], used + 1
        bits.append(heappop(free))
        heappush(busy, (operation.end, bits[-1]))
    return bits


class ProgramOrder:
    """Program order: each client's operations take effect in its own order, without an order between clients.

    A place is the number of operations of each client that have taken effect.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        programs: dict[Hashable, list[int]] = defaultdict(list)
        for number, operation in enumerate(operations):
            programs[operation.client].append(number)
        self.programs = list(programs.values())
        self.client = {number: index for index, program in enumerate(self.programs) for number in program}
        self.due = [sum(operations[number].returned is not None for number in program) for program in self.programs]
        self.start = (0,) * len(self.programs)

    def choices(self, place: tuple[int, ...]) -> list[int]:
        """The next operation of each client."""
        return [program[done] for program, done in zip(self.programs, place, strict=True) if done < len(program)]

    def after(self, place: tuple[int, ...], number: int) -> tuple[int, ...]:
        """The place after one more operation."""
        index = self.client[number]
        return (*place[:index], place[index] + 1, *place[index + 1:])

    def is_complete(self, place: tuple[int, ...]) -> bool:
        """Whether all operations that returned have taken effect. One that did not return is its client's last."""
        return all(done >= due for done, due in zip(place, self.due, strict=True))

    def progress(self, place: tuple[int, ...]) -> int:
        """The number of operations explained."""
        return sum(place)

    def stuck(self, place: tuple[int, ...]) -> list[int]:
        """The next operation of each client, if it returned."""
        return [program[done] for program, done, due in zip(self.programs, place, self.due, strict=True) if done < due]
