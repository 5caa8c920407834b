"""A path through a model in words: the decisions that `follow` takes again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from copy import copy

from dslab.model_checker.model import Event, Model, Move, State
from dslab.values import DslabError, brief


def decisions_along(model: Model, path: list[State], canonical: Callable[[State], State] | None = None,
                    last: Move | None = None) -> tuple[str, ...]:
    """The decision for each step of a path, and for one more move from its end.

    If states stand for others (symmetry), each step goes to a state that the next one stands for.
    """
    same = canonical or (lambda state: state)
    if not path:
        return ()                   # it fails while the nodes start
    state, names, decisions = model.initial()[0], Names(model), []
    for milestone in path[1:]:
        move, after = next((move, after) for move, after in model.moves(state) if same(after) == milestone)
        decisions.append(names.say(state, move))
        state = after
    return (*decisions, names.say(state, last)) if last is not None else tuple(decisions)


def path_along(model: Model, decisions: Iterable[str]) -> list[State]:
    """The states along these decisions, the initial one included: the way back from words to a path."""
    path, names = model.initial(), Names(model)
    for number, decision in enumerate(decisions, 1):
        can_happen = {names.copy().say(path[-1], move): (move, after) for move, after in model.moves(path[-1])}
        if decision not in can_happen:
            raise DslabError(f"decision {number}, {brief(decision)}, cannot be taken:"
                             f" what can happen is {', '.join(sorted(can_happen)) or 'nothing'}")
        move, after = can_happen[decision]
        names.say(path[-1], move)
        path.append(after)
    return path


class Names:
    """Which message in flight has which name, while a path is told: to a model, equal ones are the same."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.sent: Counter[tuple[str, str]] = Counter()     # link -> messages so far
        self.copies: Counter[str] = Counter()               # name of a message -> its copies so far
        self.in_flight: list[tuple[int, str]] = []          # (message, its name)
        state = [model.local(model.stage.first(place)) for place in range(model.size)]
        for place, event in model.start_moves:
            self._send(model.known[state[place], event][1])

    def copy(self) -> Names:
        """The same names, for a move that is only thought of."""
        other = copy(self)
        other.sent, other.copies, other.in_flight = self.sent.copy(), self.copies.copy(), self.in_flight.copy()
        return other

    def say(self, state: State, move: Move) -> str:
        """The words for a move, after which its messages are in flight."""
        place, event = move
        words = self._words(self.model.nodes[place], event)
        if place >= 0:
            self._send(self.model.known.get((state[place], event), ((), ()))[1])
        return words

    def _words(self, node: str, event: Event) -> str:
        if isinstance(event, int):
            return f"deliver {self._take(event)}"
        if isinstance(event, str):
            return f"fire {node} {event}"
        verb, *what = event
        if verb == "request":
            return f"request {what[0] + 1}"
        if verb == "drop":
            return f"drop {self._take(what[0])}"
        return f"duplicate {self._double(what[0])}" if verb == "duplicate" else f"{verb} {node}"

    def _send(self, messages: tuple[int, ...]) -> None:
        for message in messages:
            src, dst, _ = self.model.messages[message]
            self.sent[src, dst] += 1
            self.in_flight.append((message, f"{src}->{dst}#{self.sent[src, dst]}"))

    def _take(self, message: int) -> str:
        return self.in_flight.pop(self._index(message))[1]

    def _double(self, message: int) -> str:
        index = self._index(message)
        name = self.in_flight[index][1]
        original = name.rstrip("'")
        self.copies[original] += 1
        self.in_flight.insert(index + 1, (message, original + "'" * self.copies[original]))
        return name

    def _index(self, message: int) -> int:
        return [number for number, _ in self.in_flight].index(message)
