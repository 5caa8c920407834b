"""A plain specification: in which states something can begin, and what can come next, as functions of values.

    def init():
        return [(0, 0)]

    def next(jugs):
        small, big = jugs
        return [(3, big), (small, 5), (0, big), (small, 0), ...]

    explore(Specification(init, next), [four_gallons])

A state is any value that can be hashed; tuples of numbers are fastest. The promises look at the state itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Specification:
    """What can happen, without nodes and messages: a state machine as in TLA+ [Lamport 2002].

    Args:
        init: the initial states.
        next: the states that can follow a state, one for each thing that can happen. One may follow itself.
        canonical: one and the same state for all that differ by names only. The names must be
            interchangeable: if t can follow s, a renamed t can follow a renamed s; promises treat them alike.
    """

    init: Callable[[], Iterable[Hashable]]
    next: Callable[[Any], Iterable[Hashable]]
    canonical: Callable[[Any], Hashable] | None = None

    def initial(self) -> Iterable[Hashable]:
        """The initial states."""
        return self.init() if self.canonical is None else map(self.canonical, self.init())

    @property
    def successors(self) -> Callable[[Any], Iterable[Hashable]]:
        """The function from a state to those that can follow it."""
        following, canonical = self.next, self.canonical
        return following if canonical is None else lambda state: map(canonical, following(state))

    def at_rest(self, state: Hashable) -> bool:
        """Can nothing happen that would change this state?"""
        return all(after == state for after in self.successors(state))

    def asking(self, judge: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """What `judge` says of a state: it looks at the state itself."""
        return judge

    def retrace(self, path: list[Hashable]) -> Iterator[Hashable]:
        """The states on a way from the beginning, without renaming: each can follow the one before it."""
        if self.canonical is None:
            yield from path
            return
        choices: Iterable[Hashable] = self.init()
        for milestone in path:
            state = next(choice for choice in choices if self.canonical(choice) == milestone)
            yield state
            choices = self.next(state)
