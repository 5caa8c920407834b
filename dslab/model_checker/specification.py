"""A plain specification: a state machine, given by its initial states and its next-state function.

    def init():
        return [(0, 0)]

    def next(jugs):
        small, big = jugs
        return [(3, big), (small, 5), (0, big), (small, 0), ...]

    explore(Specification(init, next), [four_gallons])

A state is any hashable value; tuples of numbers are fastest. Promises are functions of the state itself. A
counter-example can be played: `shown` gives the attributes to show, and with `named` moves have names.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dslab.mistakes.calls import teaching
from dslab.values import DslabError, brief


@teaching("Specification(init=lambda: [0], next=lambda n: [n + 1])")
@dataclass(frozen=True)
class Specification:
    """A state machine without nodes and messages, as in TLA+ [Lamport 2002].

    Args:
        init: the initial states.
        next: the successors of a state, one for each move. A state may be its own successor.
        canonical: the representative of all states that differ by names only. The names must be
            interchangeable: if t can follow s, a renamed t can follow a renamed s; promises treat them alike.
        named: whether `next` returns pairs (name of the move, state).
        shown: what a player shows of a state, {node: {attribute: value}}. By default there is one node, `name`, with
            the fields of a named tuple, a dataclass or a mapping, or the attribute `state`.
        name: its title in the player.

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
        """The function from a state to its successors, or to their representatives."""
        following, canonical = self.states_after, self.canonical
        return following if canonical is None else lambda state: map(canonical, following(state))

    @property
    def states_after(self) -> Callable[[Any], Iterable[Hashable]]:
        """The function `next`, without the names of moves."""
        following = self.next
        return (lambda state: [after for _, after in following(state)]) if self.named else following

    def moves(self, state: Any) -> Iterable[tuple[str, Any]]:
        """The moves in a state: the name of each, empty if moves have none, and the next state."""
        return self.next(state) if self.named else (("", after) for after in self.next(state))

    def is_terminal(self, state: Hashable) -> bool:
        """Whether no move leads to another state."""
        return all(after == state for after in self.successors(state))

    def lift(self, judge: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """The function itself: promises of a specification are functions of its states."""
        return judge
