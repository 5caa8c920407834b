"""The placement of message names along their arrows, where they overlap other parts least."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dslab.diagrams.spacetime import Arrow
from dslab.diagrams.style import LETTER, label, num
from dslab.text import fit, visible, width_of

CELL = 6.0                      # px: two texts that share a square of this size overlap
HEAD, TAIL, STEP = 18.0, 14.0, 20.0     # px: kept free at the ends of an arrow, and between two places to try
TEXT, LINE = 6, 1               # the cost of covering a text, and a line
BENDS = (-13.0, 13.0, -20.0, 20.0, -30.0, 30.0)  # px: how far a line may be bent, in the order of preference
CLEAR = 8.5                     # px: its least distance from the sign of a step
LONGEST = 26                    # the limit of characters in a name

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ArrowLine:
    """An arrow as drawn, in px: `bend` is how far its middle is below the straight line."""

    arrow: Arrow
    x1: float
    y1: float
    x2: float
    y2: float
    bend: float = 0.0

    @property
    def length(self) -> float:
        """From end to end, px."""
        return math.dist((self.x1, self.y1), (self.x2, self.y2))

    @property
    def path(self) -> str:
        """The line as SVG."""
        start, end = f"M{num(self.x1)} {num(self.y1)}", f"{num(self.x2)} {num(self.y2)}"
        if not self.bend:
            return f"{start}L{end}"
        return f"{start}Q{num((self.x1 + self.x2) / 2)} {num((self.y1 + self.y2) / 2 + 2 * self.bend)} {end}"

    def slope(self, back: float = 0.0) -> tuple[float, float]:
        """The direction `back` px before the end, as a vector of length 1."""
        t = 1 - back / max(self.length, 1.0)
        dx, dy = self.x2 - self.x1, self.y2 - self.y1 + 4 * self.bend * (1 - 2 * t)
        size = max(math.hypot(dx, dy), 1e-9)
        return dx / size, dy / size

    def degrees(self, back: float = 0.0) -> float:
        """The direction `back` px before the end, clockwise from rightwards."""
        dx, dy = self.slope(back)
        return math.degrees(math.atan2(dy, dx))

    def point(self, back: float, aside: float = 0.0) -> tuple[float, float]:
        """The point `back` px before the end, and `aside` px above the line."""
        t = 1 - back / max(self.length, 1.0)
        dx, dy = self.slope(back)
        up = aside if dx >= 0 else -aside
        x = self.x1 + t * (self.x2 - self.x1)
        y = self.y1 + t * (self.y2 - self.y1) + 4 * t * (1 - t) * self.bend
        return x + up * dy, y - up * dx

    def clearance(self, spots: Iterable[tuple[float, float]]) -> float:
        """The least distance of the line from these points, px, among those that are beside it."""
        span = self.x2 - self.x1
        beside = [(x, y) for x, y in spots if span and 0.02 < (x - self.x1) / span < 0.98]
        cosine = abs(span) / max(self.length, 1.0)
        return min(
            (abs(self.point(self.length * (self.x2 - x) / span)[1] - y) * cosine for x, y in beside),
            default=99.0,
        )


def around(line: ArrowLine, spots: Sequence[tuple[float, float]]) -> ArrowLine:
    """The line, bent if it would pass through another node's step, which would look like a relay.

    It is never bent so far that it turns upwards, which would look like a message into the past.
    """
    most = abs(line.y2 - line.y1) / 4
    tried = [replace(line, bend=bend) for bend in (0.0, *BENDS) if abs(bend) <= most + 0.1]
    rooms = [bent.clearance(spots) for bent in tried]
    return next(
        (bent for bent, room in zip(tried, rooms, strict=True) if room >= CLEAR),
        tried[rooms.index(max(rooms))],
    )


class Crowd:
    """The space that is taken by lines and texts."""

    def __init__(self) -> None:
        self.texts: set[Cell] = set()
        self.lines: dict[Cell, set[int]] = {}

    def add_line(self, line: ArrowLine) -> None:
        """Add a line, which names should not cover if possible."""
        for cell in _cells(line, 0.0, line.length, 0.0):
            self.lines.setdefault(cell, set()).add(line.arrow.message.id)

    def add_box(self, left: float, right: float, y: float) -> None:
        """Add a horizontal text, which names should not cover."""
        x = left
        while x <= right:
            self.texts |= {_cell(x, y - 4), _cell(x, y + 4)}
            x += CELL / 2

    def trouble(self, cells: set[Cell], own: int) -> int:
        """The cost of a text on these cells."""
        covered_texts = sum(cell in self.texts for cell in cells)
        covered_lines = sum(not self.lines.get(cell, set()) <= {own} for cell in cells)
        return TEXT * covered_texts + LINE * covered_lines

    def place(self, line: ArrowLine, width: float) -> float:
        """The best place for a name of this width, in px before the end of its arrow: near the head if possible."""
        last = max(line.length - TAIL - width, HEAD)
        places = [HEAD + STEP * count for count in range(int((last - HEAD) / STEP) + 1)]
        tried = [
            (self.trouble(_name_cells(line, back, width), line.arrow.message.id), back) for back in places
        ]
        back = min(tried)[1]
        self.texts |= _name_cells(line, back, width)
        return back


def name(line: ArrowLine, crowd: Crowd) -> str:
    """What a message says, written along its arrow."""
    style = "bad halo" if line.arrow.message.fate == "lost" else "soft halo"
    words = line.arrow.message.label
    if line.arrow.is_stub:
        words += f" from {line.arrow.message.src}"
        side = -1 if line.arrow.src < line.arrow.dst else 1
        left, right = sorted((line.x1, line.x1 + side * LETTER * min(width_of(words[:100]), LONGEST)))
        crowd.add_box(left, right, line.y1 - 4)
        return label(line.x1, line.y1, words, style, LONGEST, anchor="end" if side < 0 else "start")
    most = min(int((line.length - HEAD - TAIL) / LETTER), LONGEST)
    if most < 3:
        return ""
    width = LETTER * width_of(fit(visible(words[:100]), most))
    middle = crowd.place(line, width) + width / 2
    turn = line.degrees(middle) if line.x2 >= line.x1 else line.degrees(middle) - 180
    x, y = line.point(middle)
    text = label(0, -4, words, style, most, anchor="middle")
    return f'<g transform="translate({num(x)} {num(y)}) rotate({num(turn)})">{text}</g>'


def _name_cells(line: ArrowLine, back: float, width: float) -> set[Cell]:
    return {*_cells(line, back, back + width, 5.0), *_cells(line, back, back + width, 11.0)}


def _cells(line: ArrowLine, start: float, end: float, aside: float) -> Iterator[Cell]:
    at = start
    while at <= end:
        yield _cell(*line.point(at, aside))
        at += CELL / 2


def _cell(x: float, y: float) -> Cell:
    return math.floor(x / CELL), math.floor(y / CELL)
