"""A plain specification: in which states something can begin, and what can come next, as functions of values.

    def init():
        return [(0, 0)]

    def next(jugs):
        small, big = jugs
        return [(3, big), (small, 5), (0, big), (small, 0), ...]

    explore(Specification(init, next), [four_gallons])

A state is any value that can be hashed; tuples of numbers are fastest. The promises look at the state itself. What an
exploration finds can be played: `shown` says how a state looks there, and `named` moves have names.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dslab.calls import teaching
from dslab.values import DslabError, brief


@teaching("Specification(init=lambda: [0], next=lambda n: [n + 1])")
@dataclass(frozen=True)
class Specification:
    """What can happen, without nodes and messages: a state machine as in TLA+ [Lamport 2002].

    Args:
        init: the initial states.
        next: the states that can follow a state, one for each thing that can happen. One may follow itself.
        canonical: one and the same state for all that differ by names only. The names must be
            interchangeable: if t can follow s, a renamed t can follow a renamed s; promises treat them alike.
        named: does `next` give pairs (name of the move, state)?
        shown: what a player shows of a state, {node: {attribute: value}}. By default there is one node, `name`, with
            the fields of a named tuple, a dataclass or a mapping, or the attribute `state`.
        name: what it is called where it is played.

    >>> counter = Specification(init=lambda: [0], next=lambda n: [n + 1] if n < 3 else [])
    >>> explore(counter, progress=False).states
    4
    """

    init: Callable[[], Iterable[Hashable]]
    next: Callable[[Any], Iterable[Any]]
    canonical: Callable[[Any], Hashable] | None = None
    named: bool = False
    shown: Callable[[Any], Mapping[str, Mapping[str, Any]]] | None = None
    name: str = "system"

    def __post_init__(self) -> None:
        for name in ("init", "next", "canonical", "shown"):
            part = getattr(self, name)
            if not callable(part) and (part is not None or name in ("init", "next")):
                raise DslabError(f"Specification({name}={brief(part)}): expected a function, such as"
                                 " Specification(init=lambda: [0], next=lambda n: [n + 1])")

    def initial(self) -> Iterable[Hashable]:
        """The initial states."""
        return self.init() if self.canonical is None else map(self.canonical, self.init())

    @property
    def successors(self) -> Callable[[Any], Iterable[Hashable]]:
        """The function from a state to those that can follow it."""
        following, canonical = self.states_after, self.canonical
        return following if canonical is None else lambda state: map(canonical, following(state))

    @property
    def states_after(self) -> Callable[[Any], Iterable[Hashable]]:
        """What `next` gives, without names."""
        following = self.next
        return (lambda state: [after for _, after in following(state)]) if self.named else following

    def moves(self, state: Any) -> Iterable[tuple[str, Any]]:
        """The name of each move that can be made in a state, empty if moves have none, and what it leads to."""
        return self.next(state) if self.named else (("", after) for after in self.next(state))

    def at_rest(self, state: Hashable) -> bool:
        """Can nothing happen that would change this state?"""
        return all(after == state for after in self.successors(state))

    def asking(self, judge: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """What `judge` says of a state: it looks at the state itself."""
        return judge
