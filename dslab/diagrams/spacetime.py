"""The layout of a space-time diagram: rows of steps, arrows of messages, life lines.

Both forms, text and SVG, are drawn from one `SpacetimePicture`, so they cannot disagree.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dslab.reasons import Reason
from dslab.trace import Envelope, Step, Trace
from dslab.verbs import STATUS_AFTER

DOOR = 0.25  # columns between the receiver's life line and the end of a message that is lost there


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the picture: one step, or several of one kind at one moment and at different nodes."""

    steps: tuple[Step, ...]

    @property
    def time(self) -> float:
        """True time in ms, the same for all steps of the row."""
        return self.steps[0].time

    @property
    def is_of_the_network(self) -> bool:
        """Whether it is about the network, and not about a node, a message, or what a node was asked."""
        step = self.steps[0]
        return step.node is None and step.message is None and step.request is None


@dataclass(frozen=True, slots=True)
class Arrow:
    """A message, from one column and row to another. Half rows lie between two rows, or beyond the edge."""

    message: Envelope
    src: float
    dst: float
    top: float
    bottom: float
    end: float                  # the column where the line ends: `dst` if the message is received

    @property
    def is_stub(self) -> bool:
        """Whether its sender is not in the picture."""
        return not self.src.is_integer()


@dataclass(frozen=True, slots=True)
class Span:
    """A span of a life line: "up", "down" or "paused" from one row to another."""

    column: int
    top: float
    bottom: float
    status: str


@dataclass(frozen=True)
class SpacetimePicture:
    """The parts of the drawing: some steps of a trace, at some of its nodes."""

    trace: Trace
    nodes: tuple[str, ...]
    shown: tuple[Step, ...]
    rows: tuple[Row, ...]
    arrows: tuple[Arrow, ...]
    spans: tuple[Span, ...]
    stamps: str | None
    mark: int | None            # a step to mark: the one that broke a promise
    wording: Wording

    def column(self, node: str | None) -> int | None:
        """The column of a node, None if it is not shown."""
        return self.nodes.index(node) if node in self.nodes else None

    def unheard(self, step: Step) -> tuple[str, str] | None:
        """For a request that its node could not handle then: the node, and whether it was "paused" or "down"."""
        if step.node is not None or step.request is None:
            return None
        node = step.request[1]
        past = (one for one in reversed(self.trace.steps[:step.index]) if one.node == node)
        status = next((STATUS_AFTER[one.kind] for one in past if one.kind in STATUS_AFTER), "")
        return node, "down" if status == "down" else "paused"

    def stamp(self, step: Step) -> str:
        """The timestamp of a step, if stamps are shown and it has one."""
        if self.stamps == "lamport" and step.lamport is not None:
            return str(step.lamport)
        if self.stamps == "vector" and step.vector is not None:
            return f"[{' '.join(map(str, step.vector))}]"
        if self.stamps == "clock" and step.node is not None:
            return f"{step.time if step.local is None else step.local:.1f}"
        return ""

    def leaves(self, arrow: Arrow) -> bool:
        """Whether the message is still in flight where the picture ends."""
        return arrow.bottom >= len(self.rows) - 0.5 and (
            arrow.message.fate == "in flight" or arrow.message.ended is not None
        )

    def kinds(self) -> list[str]:
        """The kinds of steps that the picture shows, each once."""
        return list(dict.fromkeys(step.kind for step in self.shown))


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences around the picture."""

    title: str
    summary: str                # the text alternative, for screen readers
    window: tuple[str, ...]     # which part of the trace it is, and how to see the rest; empty if it is all


def draw(trace: Trace, shown: Sequence[Step], nodes: tuple[str, ...], messages: set[int], *, wording: Wording,
         stamps: str | None = None, mark: int | None = None) -> SpacetimePicture:
    """The picture of these steps at these nodes, with the arrows of these messages (their ids)."""
    rows = tuple(_rows(shown, share=stamps is None))
    place = Places(rows)
    arrows = tuple(arrow for message in trace.messages if message.id in messages
                   for arrow in _arrow(message, nodes, place))
    spans = tuple(span for column, node in enumerate(nodes) for span in _spans(trace, node, column, place))
    return SpacetimePicture(trace, nodes, tuple(shown), rows, arrows, spans, stamps, mark, wording)


class Places:
    """The positions of the trace's steps in the picture, shown or not."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.row = {step.index: float(place) for place, row in enumerate(rows) for step in row.steps}
        self.starts = [row.steps[0].index for row in rows]
        self.end = len(rows) - 0.5                  # the lower edge; the upper one is -0.5

    def of(self, index: int | None) -> float:
        """The row of a step; between two rows if it is not shown; the lower edge if there is none."""
        if index is None:
            return self.end
        return self.row.get(index, bisect_left(self.starts, index) - 0.5)


def _rows(shown: Sequence[Step], *, share: bool) -> Iterator[Row]:
    """The rows. Steps of one kind at one moment without effects share one, such as the start of all nodes."""
    group: list[Step] = []
    for step in shown:
        if group and not (share and _together(group, step)):
            yield Row(tuple(group))
            group = []
        group.append(step)
    if group:
        yield Row(tuple(group))


def _together(group: Sequence[Step], step: Step) -> bool:
    quiet = not any(
        one.node is None or one.message or one.sent or one.outputs or one.replies for one in (*group, step)
    )
    same = all(one.time == step.time and one.kind == step.kind and one.node != step.node for one in group)
    return quiet and same and step.kind in ("start", "crash", "recover")


def _arrow(message: Envelope, nodes: tuple[str, ...], place: Places) -> Iterator[Arrow]:
    if message.dst not in nodes or message.src == message.dst:
        return
    dst, top, bottom = float(nodes.index(message.dst)), place.of(message.sent), place.of(message.ended)
    if bottom < 0 or top >= place.end:
        return                                      # it ended before the window, or was sent after it
    if message.src not in nodes:
        if bottom.is_integer():
            yield _stub(message, dst, bottom, 1 if dst == 0 and len(nodes) > 1 else -1)
        return
    src = float(nodes.index(message.src))
    if message.fate == "lost" and message.ended is None:
        bottom = top + 0.8                          # lost at sending: it has no step of its own
    end = _end(message, src, dst)
    yield Arrow(message, src, dst, max(top, -0.5), min(bottom, place.end), end)


def _stub(message: Envelope, dst: float, row: float, side: int) -> Arrow:
    """A short arrow at the receiver, for a message from a node that is not in the picture."""
    lost = message.fate == "lost"
    return Arrow(
        message, dst + side * (DOOR + 0.25 if lost else 0.3), dst, row - 0.4, row, dst + side * DOOR * lost
    )


def _end(message: Envelope, src: float, dst: float) -> float:
    """The column where a message ends: before the receiver's if it is lost, and never on a life line."""
    if message.fate == "received":
        return dst
    at_the_door = message.ended is not None and message.why != Reason("dropped")
    if message.fate == "in flight" or at_the_door:
        return dst - DOOR if dst > src else dst + DOOR
    middle = (src + dst) / 2
    return middle if abs(dst - src) % 2 else middle + (DOOR if dst < src else -DOOR)


def _spans(trace: Trace, node: str, column: int, place: Places) -> Iterator[Span]:
    status, since = "up", -0.5
    for step in trace.steps:
        if step.node == node and step.kind in STATUS_AFTER:
            row = min(max(place.of(step.index), -0.5), place.end)
            if row > since:
                yield Span(column, since, row, status)
            status, since = STATUS_AFTER[step.kind], row
    if place.end > since:
        yield Span(column, since, place.end, status)
