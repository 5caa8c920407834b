"""The labels of steps in a space-time diagram: their texts, and their sides, clear of the arrows."""

from __future__ import annotations

from dataclasses import dataclass

from dslab.appearance import in_words
from dslab.describe import output_in_words
from dslab.diagrams.ascii import request
from dslab.diagrams.spacetime import SpacetimePicture
from dslab.diagrams.style import LETTER, label, rect
from dslab.text import visible, width_of
from dslab.trace import Step

GAP, PADDING = 6.0, 6.0         # px: between two pieces, and inside an output's frame
LONGEST = 32                    # the limit of characters in one piece


@dataclass(frozen=True, slots=True)
class LabelPart:
    """A text and its style; a framed one is an output."""

    text: str
    style: str
    framed: bool = False

    @property
    def width(self) -> float:
        """Its estimated width, px: the reader's font is unknown."""
        letters = min(width_of(visible(self.text[:100])), LONGEST)
        return LETTER * (1.1 if "strong" in self.style else 1.0) * letters + 2 * PADDING * self.framed


@dataclass(frozen=True, slots=True)
class Label:
    """The pieces beside one step: at its left (-1) or right (1), on its line, above (-1) or below (1) it."""

    pieces: tuple[LabelPart, ...]
    column: int
    row: int
    side: int
    level: int
    is_crowded: bool            # other nodes act in the same row

    @property
    def width(self) -> float:
        """The width of all pieces, px."""
        return sum(piece.width + GAP for piece in self.pieces)

    def draw(self, x: float, y: float, room: float) -> str:
        """The pieces, from the step outwards; one that does not fit is shortened, or left to the tooltip."""
        parts, at, left = [], x + 11 * self.side, room - 11
        for piece in self.pieces:
            frame = 2 * PADDING * piece.framed
            share = (left - frame) / (piece.width - frame)
            most = min(int(share * min(width_of(visible(piece.text[:100])), LONGEST)), LONGEST)
            if most < 3 and most < len(piece.text):
                break
            width = min(piece.width, left)
            parts.append(self._draw(piece, at, y + 9 * self.level, width, most))
            at, left = at + self.side * (width + GAP), left - width - GAP
        return "".join(parts)

    def _draw(self, piece: LabelPart, at: float, y: float, width: float, most: int) -> str:
        if not piece.framed:
            return label(
                at, y + 4, piece.text, f"{piece.style} halo", most, anchor="end" if self.side < 0 else "start"
            )
        left = at if self.side > 0 else at - width
        frame = rect("card pill", left, y - 8, width, 16, 8)
        return frame + label(left + width / 2, y + 4, piece.text, piece.style, most, anchor="middle")


def labels(picture: SpacetimePicture) -> dict[int, Label]:
    """Index of a step at a node -> its label."""
    touching: dict[tuple[int, float, int], set[str]] = {}
    for arrow in picture.arrows:
        way = 1 if arrow.dst > arrow.src else -1
        touching.setdefault((int(arrow.src), arrow.top, way), set()).add("out")
        if arrow.end == arrow.dst:
            touching.setdefault((int(arrow.dst), arrow.bottom, -way), set()).add("in")
    made = {}
    for place, row in enumerate(picture.rows):
        for step in row.steps:
            column = picture.column(step.node)
            if column is not None:
                sides = {side: touching.get((column, float(place), side), set()) for side in (-1, 1)}
                made[step.index] = Label(
                    tuple(_pieces(picture, step)),
                    column,
                    place,
                    *_place(column, len(picture.nodes), sides),
                    len(row.steps) > 1,
                )
    return made


def _place(column: int, count: int, sides: dict[int, set[str]]) -> tuple[int, int]:
    """The side with the fewest arrows, if possible the outer one; above arrows that leave, below those that arrive."""
    outer = -1 if column == 0 and count > 1 else 1
    side = min((outer, -outer), key=lambda side: len(sides[side]))
    level = -1 if "out" in sides[side] else 1 if "in" in sides[side] else 0
    return side, level


def _pieces(picture: SpacetimePicture, step: Step) -> list[LabelPart]:
    name = {"timer": step.name, "event": step.name, "request": request(picture, step)}.get(step.kind, step.kind)
    style = "bad strong" if step.kind in ("crash", "pause", "clock") else "soft"
    pieces = [LabelPart(picture.stamp(step), "text strong")]
    pieces += [
        LabelPart(output_in_words(output, values), "good strong", True) for output, *values in step.outputs
    ]
    if step.kind not in ("start", "receive"):
        pieces.append(LabelPart(name, style))
    pieces += [LabelPart(f"{client}: {in_words(value, limit=20)}", "good") for client, value in step.replies]
    if step.kind == "event":                # it sends no messages, so its changes are shown
        pieces += [LabelPart(f"{key} = {in_words(value, limit=20, inside=True)}", "text")
                   for key, value in step.changes.items()]
    return [piece for piece in pieces if piece.text]
