"""Linearization points as moments: those of an order that was found, and a judgement of those that somebody placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dslab.checkers.history import Operation
from dslab.checkers.linearization_search import fits
from dslab.checkers.specs import Spec
from dslab.text import visible
from dslab.values import brief

State = tuple[float, str]           # a moment, and the state of the object from then on


@dataclass(frozen=True)
class Placement:
    """What becomes of the object if each operation acts at its point. It is true if all results are explained."""

    states: tuple[State, ...]       # where it changes, up to the first operation that was told something else
    stuck: Operation | None = None
    objection: str = ""

    def __bool__(self) -> bool:
        return not self.objection


def moments_of(order: Sequence[Operation]) -> list[float]:
    """A moment for each operation of a linearization, inside of its interval, in the order given and spread out."""
    horizon = 1 + max((moment for one in order for moment in (one.invoked, one.returned or 0)), default=0)
    latest: list[float] = []
    for one in reversed(order):
        latest.append(min([horizon if one.returned is None else one.returned, *latest[-1:]]))
    latest.reverse()
    found: list[float] = []
    for number, one in enumerate(order):
        low = max([one.invoked, *found[-1:]])
        rivals = sum(other.invoked < latest[number] for other in order[number:])
        found.append(low + (latest[number] - low) / (rivals + 1))
    return found


def placed(points: Mapping[int, float], operations: Sequence[Operation], spec: Spec) -> Placement:
    """Whether the operations may act at these points: each inside of its interval, with the result that it had.

    Args:
        points: the number of an operation -> its moment. One that never returned needs none; of those at one moment,
            which comes first here acts first.
    """
    for number, one in enumerate(operations):
        if number not in points and one.returned is not None:
            return Placement((), one, f"{one} has no point, and it returned")
        if number in points and not one.invoked <= points[number] <= one.end:
            return Placement((), one, f"the point of {one} lies outside of its bar")
    order = sorted(points, key=lambda number: points[number])
    return _replayed([(points[number], operations[number]) for number in order], spec)


def _replayed(points: Sequence[tuple[float, Operation]], spec: Spec) -> Placement:
    state, states = spec.init, list[State]()
    for place, (moment, one) in enumerate(points, 1):
        after, told = spec.step(state, one.call)
        if not fits(one.result, told):
            return Placement(tuple(states), one, f"operation {place} in the order of the points is {one}, and there"
                             f" it would be told {brief(told)}")
        if after != state:
            states.append((moment, state_in_words(spec, after)))
        state = after
    return Placement(tuple(states))


def state_in_words(spec: Spec, state: Any) -> str:
    """A state in a few characters; of an object with keys, each key with what is under it."""
    if not spec.part:
        return visible(brief(state, limit=24))
    held = sorted(f"{key}: {brief(value, limit=12)}" for key, value in state if value != spec.part.init)
    return visible(", ".join(held))
