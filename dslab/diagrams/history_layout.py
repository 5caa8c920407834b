"""The layout of a history's diagram: a bar for each operation, with its linearization point.

The order of all invocations, returns and points is true to the history, distances are not: each has its own column, as
far to the right as the labels in between need.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile, takewhile

from dslab.checkers.consistency import Consistency
from dslab.checkers.history import Operation
from dslab.checkers.specs import without_key
from dslab.text import fit, visible, width_of
from dslab.values import brief

MOST = 60                   # operations in one picture
LABEL, STATE = 30, 12       # columns of a bar's words, and of a state


Column = tuple[str, int]        # "call", "return" or "point", and the id of the operation


@dataclass(frozen=True, slots=True)
class Bar:
    """An operation, from one column to another."""

    operation: Operation
    row: int
    label: str
    start: int
    end: int
    point: int | None           # the column of its linearization point, if there is one
    is_stuck: bool              # whether it fits nowhere

    @property
    def is_open(self) -> bool:
        """Whether it never returned."""
        return self.operation.returned is None


@dataclass(frozen=True)
class HistoryPicture:
    """The parts of the drawing."""

    title: str                                  # the verdict
    sentence: str                               # the reason for it
    clients: tuple[str, ...]
    bars: tuple[Bar, ...]
    states: tuple[tuple[int, str], ...]         # (the column of a point, the state of the object after it)
    object: str                                 # the kind of the object
    width: int                                  # columns
    is_numbered: bool                           # whether numbers show the order, in place of points
    window: str                                 # which operations are shown; empty if all are


def picture(history: Sequence[Operation], verdict: Consistency | None, *, first: int, last: int | None,
            width: int) -> HistoryPicture:
    """As many operations as fit: from `first` on, or, with a violation, up to the moment that shows it."""
    history = _of_one_key(history, verdict)
    begin, end, _ = slice(first, last).indices(len(history))
    if verdict is not None and verdict.stuck and first == 0 and last is None:
        moment = max(operation.end for operation in verdict.stuck)
        end = sum(operation.invoked <= moment for operation in history)
        windows = [(begin, end) for begin in range(max(end - MOST, 0), end)]
    else:
        windows = [(begin, until) for until in range(min(end, begin + MOST), begin, -1)] or [(begin, begin)]
    for window in windows:
        made = _draw(history, *window, verdict)
        if made.width <= width:
            break
    return made


def _of_one_key(history: Sequence[Operation], verdict: Consistency | None) -> tuple[Operation, ...]:
    """Of an object with keys, the operations on the key with the violation."""
    if verdict is None or not verdict.stuck or not verdict.is_by_key_and_time or not verdict.spec.part:
        return tuple(history)
    return tuple(operation for operation in history if operation.call[1] == verdict.key)


def _orders(verdict: Consistency | None) -> list[tuple[Operation, ...]]:
    """The orders with linearization points: of the longest prefix, or of the operations on each key."""
    if verdict is None or not verdict.is_by_key_and_time:
        return []
    return [verdict.prefix] if verdict.stuck else [*verdict.orders.values()]


def _numbers(verdict: Consistency | None) -> dict[int, str]:
    """The number before each operation's label, in an order without points: one that ignores real time."""
    if verdict is None or verdict.is_by_key_and_time:
        return {}
    order = verdict.prefix if verdict.stuck else verdict.orders.get(None, ())
    return {id(one): f"{number}. " for number, one in enumerate(order, 1)}


def _object(verdict: Consistency | None) -> str:
    """The kind of the object whose states are shown."""
    if verdict is None or not verdict.spec.part:
        return "" if verdict is None else verdict.spec.name
    return f"value under {brief(verdict.key if verdict.stuck else next(iter(verdict.orders), None), limit=20)}"


def _draw(history: Sequence[Operation], begin: int, end: int, verdict: Consistency | None) -> HistoryPicture:
    """The picture of a few operations."""
    orders, numbers = [_before(history[end:], order) for order in _orders(verdict)], _numbers(verdict)
    early = _early(history[:begin], history[begin:end], orders)
    shown = [*early, *history[begin:end]]
    clients = sorted({operation.client for operation in shown}, key=_natural)
    acting = [one for order in orders for one in order]
    events = _events(shown, acting)
    gaps = {one: gap for order in orders for one, gap in _gaps(order, events)}
    columns = _columns(events, gaps, acting)
    labels = {id(one): fit(visible(numbers.get(id(one), "") + one.label()), LABEL) for one in shown}
    states = _states(orders[0], verdict, gaps) if verdict is not None and len(orders) == 1 else {}
    left = max((width_of(_name(client)) for client in clients), default=0) + 2
    rights = [left + right for right in _spread(len(columns), _rooms(shown, columns, labels, states))]
    place = dict(zip(columns, rights, strict=True))
    stuck = {id(one) for one in verdict.stuck} if verdict is not None else set()
    bars = tuple(Bar(one, clients.index(one.client), labels[id(one)], place["call", id(one)], place["return", id(one)],
                     place.get(("point", id(one))), id(one) in stuck) for one in shown)
    title, _, sentence = ("" if verdict is None else repr(verdict)).partition(": ")
    return HistoryPicture(title, sentence, tuple(map(_name, clients)), bars,
                   tuple((place["point", one], text) for one, text in states.items()),
                   _object(verdict), max(rights, default=left) + 2, bool(numbers),
                   _window(begin, end, len(history), len(early)))


def _before(later: Sequence[Operation], order: Sequence[Operation]) -> list[Operation]:
    """The prefix of an order before the first later operation, which is not shown."""
    hidden = set(map(id, later))
    return list(takewhile(lambda one: id(one) not in hidden, order))


def _early(earlier: Sequence[Operation], shown: Sequence[Operation],
           orders: Iterable[Sequence[Operation]]) -> list[Operation]:
    """Earlier operations that take effect between those that are shown, and explain their results."""
    inside, acting = set(map(id, shown)), set[int]()
    for order in orders:
        acting |= set(map(id, dropwhile(lambda one: id(one) not in inside, order)))
    return [one for one in earlier if id(one) in acting]


def _window(begin: int, end: int, count: int, early: int) -> str:
    """Which operations are shown, and the call that shows the rest; empty if all are."""
    if end - begin == count:
        return ""
    more = f"; diagram(..., first={end}) shows more" if end < count else "; diagram(..., last=...) shows earlier ones"
    before = f" and {early} from before" if early else ""
    return f"operations {begin}–{max(end - 1, begin)} of {count}{before}{more}"


# ---- columns ---------------------------------------------------------------------------------------------------------

def _events(shown: Sequence[Operation], acting: Sequence[Operation]) -> list[Column]:
    """All invocations and returns in the order of time; those at one moment in the order of the points."""
    rank = {id(one): place for place, one in enumerate(acting)}
    events = []
    for place, one in enumerate(shown):
        number = rank.get(id(one), len(acting) + place)
        events += [(one.invoked, number, "call", id(one)), (one.end, number, "return", id(one))]
    return [event[2:] for event in sorted(events, key=lambda event: event[:3])]


def _gaps(order: Sequence[Operation], events: Sequence[Column]) -> list[tuple[int, int]]:
    """The operations of an order, each with the event after which it takes effect.

    Each has an earliest and a latest event, such that the points keep their order; the one half-way is chosen.
    """
    at = {event: place for place, event in enumerate(events)}
    acting = [id(one) for one in order if ("call", id(one)) in at]
    soonest: list[int] = []
    latest: list[int] = []
    for one in acting:
        soonest.append(max([at["call", one], *soonest[-1:]]))
    for one in reversed(acting):
        latest.append(min([at["return", one] - 1, *latest[-1:]]))
    return [(one, (low + high) // 2) for one, low, high in zip(acting, soonest, reversed(latest), strict=True)]


def _columns(events: Sequence[Column], gaps: Mapping[int, int], acting: Sequence[Operation]) -> list[Column]:
    """Invocations, returns and points from left to right."""
    points: dict[int, list[Column]] = {}
    for one in acting:
        if id(one) in gaps:
            points.setdefault(gaps[id(one)], []).append(("point", id(one)))
    return [column for place, event in enumerate(events) for column in (event, *points.get(place, ()))]


def _rooms(shown: Sequence[Operation], columns: Sequence[Column], labels: Mapping[int, str],
           states: Mapping[int, str]) -> list[tuple[int, int, int]]:
    """The least distances of columns: (left column, right column, distance)."""
    at = {column: place for place, column in enumerate(columns)}
    rooms = [(at["call", id(one)], at["return", id(one)], width_of(labels[id(one)]) + 1) for one in shown]
    points = [(at["point", one], text) for one, text in states.items()]
    rooms += [(left, right, width_of(text) + 1) for (left, text), (right, _) in zip(points, points[1:], strict=False)]
    previous: dict[Hashable, Operation] = {}
    for one in shown:
        if one.client in previous:
            rooms.append((at["return", id(previous[one.client])], at["call", id(one)], 2))
        previous[one.client] = one
    return rooms


def _spread(count: int, rooms: list[tuple[int, int, int]]) -> list[int]:
    """The positions of the columns, as far to the left as the least distances allow."""
    places: list[int] = []
    for column in range(count):
        wanted = [places[left] + distance for left, right, distance in rooms if right == column]
        places.append(max([*wanted, places[-1] + 1 if places else 0]))
    return places


# ---- labels ----------------------------------------------------------------------------------------------------------

def _states(order: Sequence[Operation], verdict: Consistency, gaps: Mapping[int, int]) -> dict[int, str]:
    """Column of a point -> the object's state after it, where that changes; empty if they are too long to show."""
    apart = verdict.spec.part if verdict.is_by_key_and_time else None
    spec = apart or verdict.spec
    state, found = spec.init, dict[int, str]()
    for one in order:
        after = spec.step(state, without_key(one.call)[1] if apart else one.call)[0]
        if id(one) in gaps and (after != state or not found):
            found[id(one)] = visible(brief(after))
        state = after
    return found if all(width_of(text) <= STATE for text in found.values()) else {}


def _name(client: Hashable) -> str:
    return fit(visible(str(client)), 14)


def _natural(client: Hashable) -> list[int | str]:
    """A sort key in natural order: 2 before 10."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"([0-9]+)", str(client))]
