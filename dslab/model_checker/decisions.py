"""From a path through a model to the decisions that `follow` takes, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from dslab.model_checker.model import Model, Move, State
from dslab.values import DslabError, brief


def decisions_along(model: Model, path: list[State], canonical: Callable[[State], State] | None = None,
                    last: Move | None = None) -> tuple[str, ...]:
    """The decision for each step of a path, and for one more move from its end.

    With symmetry, each step leads to a state whose representative is the next one of the path.
    """
    representative = canonical or (lambda state: state)
    if not path:
        return ()                   # a handler failed while the nodes started
    state, names, decisions = model.initial()[0], MessageNames(model), []
    for milestone in path[1:]:
        move, after = next((move, after) for move, after in model.moves(state) if representative(after) == milestone)
        decisions.append(names.decision(move))
        names.update(state, move)
        state = after
    return (*decisions, names.decision(last)) if last is not None else tuple(decisions)


def path_along(model: Model, decisions: Iterable[str]) -> list[State]:
    """The states along these decisions, the initial one included."""
    path, names = model.initial(), MessageNames(model)
    for number, decision in enumerate(decisions, 1):
        can_happen = {names.decision(move): (move, after) for move, after in model.moves(path[-1])}
        if decision not in can_happen:
            raise DslabError(f"decision {number}, {brief(decision)}, cannot be taken:"
                             f" what can happen is {', '.join(sorted(can_happen)) or 'nothing'}")
        move, after = can_happen[decision]
        names.update(path[-1], move)
        path.append(after)
    return path


class MessageNames:
    """The names of the messages in flight along a path. (To a model, equal messages on one link are the same.)"""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.sent: Counter[tuple[str, str]] = Counter()     # link -> messages so far
        self.copies: Counter[str] = Counter()               # name of a message -> its duplicates so far
        self.in_flight: list[tuple[int, str]] = []          # (message, its name)
        state = [model.local(model.stage.first(place)) for place in range(model.size)]
        for place, event in model.start_moves:
            self._send(model.known[state[place], event][1])

    def decision(self, move: Move) -> str:
        """The decision, as `follow` reads it, that makes this move."""
        place, event = move
        node = self.model.nodes[place]
        if isinstance(event, int):
            return f"deliver {self._name(event)}"
        if isinstance(event, str):
            return f"fire {node} {event}"
        verb, *what = event
        if verb == "request":
            return f"request {what[0] + 1}"
        return f"{verb} {self._name(what[0])}" if verb in ("drop", "duplicate") else f"{verb} {node}"

    def update(self, state: State, move: Move) -> None:
        """Make a move from this state: it removes messages in flight, and adds those that it sends."""
        place, event = move
        if isinstance(event, int):
            self._remove(event)
        elif isinstance(event, tuple) and event[0] == "drop":
            self._remove(event[1])
        elif isinstance(event, tuple) and event[0] == "duplicate":
            self._duplicate(event[1])
        if place >= 0:
            self._send(self.model.known.get((state[place], event), ((), ()))[1])

    def _send(self, messages: tuple[int, ...]) -> None:
        for message in messages:
            src, dst, _ = self.model.messages[message]
            self.sent[src, dst] += 1
            self.in_flight.append((message, f"{src}->{dst}#{self.sent[src, dst]}"))

    def _name(self, message: int) -> str:
        return self.in_flight[self._index(message)][1]

    def _remove(self, message: int) -> None:
        del self.in_flight[self._index(message)]

    def _duplicate(self, message: int) -> None:
        index = self._index(message)
        original = self.in_flight[index][1].rstrip("'")
        self.copies[original] += 1
        self.in_flight.insert(index + 1, (message, original + "'" * self.copies[original]))

    def _index(self, message: int) -> int:
        return [number for number, _ in self.in_flight].index(message)
