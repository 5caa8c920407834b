"""The legend of a space-time diagram: the signs that occur in the picture, with their meaning."""

from __future__ import annotations

from collections.abc import Iterator

from dslab.diagrams.spacetime import SpacetimePicture
from dslab.diagrams.style import CROSS, LETTER, LIFE, SIGNS, label, path, rect, sign, unheard_request
from dslab.text import width_of
from dslab.verbs import VERBS

WORDS = {"timer": "timer goes off"} | {verb.name: verb.word for verb in VERBS.values()}
LEFT, BEFORE, AFTER = 20.0, 14.0, 24.0      # px: where a line begins, and the room round a word
SHAFT, HEAD = "M-9 0H5", "M9 0L2 -3.5V3.5Z"


def legend(picture: SpacetimePicture, width: float) -> Iterator[tuple[int, float, str]]:
    """The entries, in lines of this width: (line, x, drawing)."""
    x, line = LEFT, 0
    for drawing, word in _entries(picture):
        room = BEFORE + LETTER * width_of(word)
        if x + room > width - 10 and x > LEFT:
            x, line = LEFT, line + 1
        yield line, x, drawing + label(BEFORE, 4, word, "soft")
        x += room + AFTER


def _entries(picture: SpacetimePicture) -> Iterator[tuple[str, str]]:
    kinds = sorted(picture.kinds(), key=[*SIGNS, *picture.kinds()].index)
    for kind in kinds:
        if any(step.node for step in picture.shown if step.kind == kind):
            yield sign(kind, 0, 0), WORDS.get(kind, kind)
    for lost in sorted({found[1] == "down" for step in picture.shown if (found := picture.unheard(step))}):
        yield unheard_request(0, 0, lost=lost), "request that is lost" if lost else "request that waits"
    yield from _messages({arrow.message.fate for arrow in picture.arrows})
    for status in sorted({span.status for span in picture.spans} - {"up"}):
        yield path(*LIFE[status], d="M0 -8V8"), status
    if any(step.outputs for step in picture.shown):
        yield rect("card pill", -9, -5.5, 18, 11, 5.5), "output"
    if any(row.is_of_the_network for row in picture.rows):
        yield path("fault line", "8 4", d="M-9 0H9"), "the network"


def _messages(fates: set[str]) -> Iterator[tuple[str, str]]:
    if "received" in fates:
        yield path("arrow line", d=SHAFT) + path("head", d=HEAD), "message"
    if "lost" in fates:
        yield path("fault line", "4 3", d=SHAFT) + path("fault thick", d=CROSS, at=(5, 0)), "lost"
    if "in flight" in fates:
        yield path("arrow line", "4 3", d=SHAFT) + path("head", d=HEAD), "on its way at the end"
