"""What must come before what: in real time, or in each client's own program only.

Both say which operations can come next when some have acted. A place, a value that can be hashed, is how far one is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from heapq import heappop, heappush
from typing import Protocol, TypeVar

from dslab.checkers.history import Operation

Place = TypeVar("Place", bound=Hashable)


class Order(Protocol[Place]):
    """What must come before what."""

    @property
    def start(self) -> Place:
        """The place where nothing has acted."""

    def choices(self, place: Place) -> Sequence[int]:
        """The operations that can come next."""

    def after(self, place: Place, number: int) -> Place:
        """The place when one more operation has acted."""

    def is_complete(self, place: Place) -> bool:
        """Have all operations acted that returned?"""

    def progress(self, place: Place) -> int:
        """How much is explained."""

    def stuck(self, place: Place) -> Sequence[int]:
        """What cannot come next if no place has more progress."""


class RealTime:
    """An operation that returned before another one was invoked comes first.

    A place is (how many returns have been accounted for, which of the operations that are open then have acted). The
    first return that is missing bounds what can come next: only what was invoked before it. Open operations are bits of
    a number; a bit is used again when its operation is over, so that places stay small in long histories.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        ended = [number for number, operation in enumerate(operations) if operation.returned is not None]
        self.returns = sorted(ended, key=lambda number: (operations[number].end, number))
        self.bits = _bits(operations)
        self.windows = self._windows(operations)
        self.start = (0, 0)

    def choices(self, place: tuple[int, int]) -> list[int]:
        """The operations that can come next, the one that returns first at the head."""
        position, acted = place
        return [number for number, bit, needed in self.windows[position]
                if not acted & bit and acted & needed == needed]

    def after(self, place: tuple[int, int], number: int) -> tuple[int, int]:
        """The place when one more operation has acted."""
        position, acted = place
        acted |= self.bits[number]
        while position < len(self.returns) and acted & self.bits[self.returns[position]]:
            acted ^= self.bits[self.returns[position]]
            position += 1
        return position, acted

    def is_complete(self, place: tuple[int, int]) -> bool:
        """Have all operations acted that returned?"""
        return place[0] == len(self.returns)

    def progress(self, place: tuple[int, int]) -> int:
        """How much is explained: the history up to this return."""
        return place[0]

    def stuck(self, place: tuple[int, int]) -> list[int]:
        """What fits nowhere if no place has more progress: the first return that is missing."""
        return [self.returns[place[0]]]

    def _windows(self, operations: Sequence[Operation]) -> list[tuple[tuple[int, int, int], ...]]:
        """For each return: the operations that can act while it is the first that is missing."""
        windows, open, coming = [], [], 0
        for position, number in enumerate(self.returns):
            while coming < len(operations) and operations[coming].invoked <= operations[number].end:
                open.append(coming)
                coming += 1
            if position:
                open.remove(self.returns[position - 1])
            windows.append(tuple((one, self.bits[one], self._needed(one, open, operations))
                                 for one in sorted(open, key=lambda one: (operations[one].end, one))))
        return [*windows, ()]

    def _needed(self, number: int, open: list[int], operations: Sequence[Operation]) -> int:
        """What else must have acted before an operation.

        Its client's last operation, if that ends as this one begins. And, to try fewer orders: earlier ones that never
        returned and ask the same, since it makes no difference which of them acts first.
        """
        one, needed = operations[number], 0
        for other in open:
            earlier = operations[other]
            alike = earlier.returned is None and one.returned is None and earlier.call == one.call
            if other < number and (alike or earlier.client == one.client):
                needed |= self.bits[other]
        return needed


def _bits(operations: Sequence[Operation]) -> list[int]:
    """A bit for each operation, different for those that are open at one moment."""
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
    """The operations of each client come in its own order; those of different clients in any.

    A place is how many operations of each client have acted.
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
        """The place when one more operation has acted."""
        index = self.client[number]
        return (*place[:index], place[index] + 1, *place[index + 1:])

    def is_complete(self, place: tuple[int, ...]) -> bool:
        """Have all operations acted that returned? One that did not is its client's last."""
        return all(done >= due for done, due in zip(place, self.due, strict=True))

    def progress(self, place: tuple[int, ...]) -> int:
        """How much is explained: so many operations."""
        return sum(place)

    def stuck(self, place: tuple[int, ...]) -> list[int]:
        """What does not fit if no place has more progress: the next operation of each client."""
        return [program[done] for program, done, due in zip(self.programs, place, self.due, strict=True) if done < due]
