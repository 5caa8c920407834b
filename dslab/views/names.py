"""Where the names of messages stand: along their arrows, where they cover the least of all else."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from dslab.views.ascii import fit, type_name, visible, width_of
from dslab.views.ink import LETTER, label, num
from dslab.views.spacetime import Arrow

CELL = 6.0                      # px: two texts that share a square of this size are in each other's way
HEAD, TAIL, STEP = 18.0, 14.0, 20.0     # px: kept free at the ends of an arrow, and between two places to try
TEXT, LINE = 6, 1               # how bad it is to cover one of these
LONGEST = 26                    # letters

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Line:
    """An arrow as drawn, in px."""

    arrow: Arrow
    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def length(self) -> float:
        """From end to end, px."""
        return math.dist((self.x1, self.y1), (self.x2, self.y2))

    @property
    def degrees(self) -> float:
        """The direction in which it points, clockwise from rightwards."""
        return math.degrees(math.atan2(self.y2 - self.y1, self.x2 - self.x1))

    def point(self, back: float, aside: float = 0.0) -> tuple[float, float]:
        """The point `back` px before the end, and `aside` px above the line."""
        way = max(self.length, 1.0)
        dx, dy = (self.x2 - self.x1) / way, (self.y2 - self.y1) / way
        up = aside if dx >= 0 else -aside
        return self.x2 - back * dx + up * dy, self.y2 - back * dy - up * dx


class Crowd:
    """What stands where already."""

    def __init__(self) -> None:
        self.texts: set[Cell] = set()
        self.lines: dict[Cell, set[int]] = {}

    def add_line(self, line: Line) -> None:
        """A line that names should not cover if they can help it."""
        for cell in _cells(line, 0.0, line.length, 0.0):
            self.lines.setdefault(cell, set()).add(line.arrow.message.id)

    def add_box(self, left: float, right: float, y: float) -> None:
        """A horizontal text that no name may cover."""
        x = left
        while x <= right:
            self.texts |= {_cell(x, y - 4), _cell(x, y + 4)}
            x += CELL / 2

    def trouble(self, cells: set[Cell], own: int) -> int:
        """How bad it is to write on these cells."""
        return sum(TEXT * (cell in self.texts) + LINE * bool(self.lines.get(cell, set()) - {own}) for cell in cells)

    def place(self, line: Line, width: float) -> float:
        """How far before the end of its arrow a name of this width stands best: near the head if nothing is there."""
        last = max(line.length - TAIL - width, HEAD)
        places = [HEAD + STEP * count for count in range(int((last - HEAD) / STEP) + 1)]
        tried = [(self.trouble(_name_cells(line, back, width), line.arrow.message.id), back) for back in places]
        back = min(tried)[1]
        self.texts |= _name_cells(line, back, width)
        return back


def name(line: Line, crowd: Crowd) -> str:
    """The type of a message, written along its arrow."""
    style = "bad halo" if line.arrow.message.fate == "lost" else "soft halo"
    words = type_name(line.arrow.message)
    if line.arrow.is_stub:
        anchor = "end" if line.arrow.src < line.arrow.dst else "start"
        return label(line.x1, line.y1, f"{words} from {line.arrow.message.src}", style, LONGEST, anchor=anchor)
    most = min(int((line.length - HEAD - TAIL) / LETTER), LONGEST)
    if most < 3:
        return ""
    back = crowd.place(line, LETTER * width_of(fit(visible(words[:100]), most)))
    rightwards = line.x2 >= line.x1
    turn = line.degrees if rightwards else line.degrees - 180
    text = label(-back if rightwards else back, -4, words, style, most, anchor="end" if rightwards else "start")
    return f'<g transform="translate({num(line.x2)} {num(line.y2)}) rotate({num(turn)})">{text}</g>'


def _name_cells(line: Line, back: float, width: float) -> set[Cell]:
    return {*_cells(line, back, back + width, 5.0), *_cells(line, back, back + width, 11.0)}


def _cells(line: Line, start: float, end: float, aside: float) -> Iterator[Cell]:
    at = start
    while at <= end:
        yield _cell(*line.point(at, aside))
        at += CELL / 2


def _cell(x: float, y: float) -> Cell:
    return math.floor(x / CELL), math.floor(y / CELL)
