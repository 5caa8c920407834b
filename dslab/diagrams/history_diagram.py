"""The diagram of a history: the clients' operations as bars in time, with their linearization points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TypeGuard

from dslab.checkers.consistency import Consistency
from dslab.checkers.history import Operation, history_of
from dslab.diagrams.drawing import Drawing
from dslab.diagrams.history_layout import Bar, HistoryPicture, picture
from dslab.diagrams.style import CROSS, SIGNS, label, num, path, rect, stylesheet, text_of
from dslab.text import fit, pad, visible, width_of
from dslab.values import DslabError, brief

COLUMN, ROW, MARGIN = 7.2, 46, 14       # px: a column, a client's row, the edge
CAP = "M0 -7V7"                         # the end of a bar
ENDLESS = "M-5 -4.5L4 0L-5 4.5"         # and of one that never returned


def is_history(what: object) -> TypeGuard[Consistency | Sequence[Operation]]:
    """Whether it is a list of operations, or a verdict on one."""
    return isinstance(what, Consistency) or (
        isinstance(what, (list, tuple)) and bool(what) and all(isinstance(one, Operation) for one in what))


class HistoryDiagram(Drawing):
    """A finished drawing of a history."""

    def __init__(self, drawn: HistoryPicture, *, width: int) -> None:
        super().__init__(text="\n".join(line.rstrip() for line in _lines(drawn, width)), svg=_svg(drawn))
        self.picture = drawn

    def __repr__(self) -> str:
        return f"<diagram: {len(self.picture.bars)} operations of {', '.join(self.picture.clients)}>"


def history_diagram(what: Consistency | Sequence[Operation], *, first: int = 0, last: int | None = None,
                    width: int = 100) -> HistoryDiagram:
    """Draw operations, or a verdict with their linearization points, or with the operation that fits nowhere."""
    verdict, history = (what, what.history) if isinstance(what, Consistency) else (None, history_of(what))
    if type(first) is not int or not 0 <= first < max(len(history), 1):
        raise DslabError(f"there is no operation {brief(first)} to begin with: the history has {len(history)}, from 0")
    if last is not None and type(last) is not int:
        raise DslabError(f"last={brief(last)} is not an operation: expected a whole number, or None for as many as fit")
    if type(width) is not int or not 40 <= width <= 1000:
        raise DslabError(f"width={brief(width)} does not do: the text form takes a whole number of 40 to 1000 columns")
    return HistoryDiagram(picture(history, verdict, first=first, last=last, width=width), width=width)


# ---- text ------------------------------------------------------------------------------------------------------------

def _lines(drawn: HistoryPicture, width: int) -> Iterator[str]:
    if drawn.title:
        yield from wrap(fit(visible(f"{drawn.title}: {drawn.sentence}"), 5 * width), width)
    for row, client in enumerate(drawn.clients):
        bars = [bar for bar in drawn.bars if bar.row == row]
        yield fit(_placed([(bar.start + 1, bar.label) for bar in bars]), width)
        yield fit(_placed([(0, client), *((bar.start, _bar(bar)) for bar in bars)]), width)
    if drawn.states:
        yield ""
        yield fit(_placed(list(drawn.states)), width)
    if not drawn.bars:
        yield "nothing was asked"
    yield from (fit(line, width) for line in (_key(drawn), *_remarks(drawn)) if line)


def _remarks(drawn: HistoryPicture) -> list[str]:
    """The meaning of the numbers, and which operations are shown."""
    numbers = "1. 2. 3.: an order that keeps each client's own, whatever the time"
    return [remark for remark in (numbers if drawn.is_numbered else "", drawn.window) if remark]


def _placed(pieces: list[tuple[int, str]]) -> str:
    """Pieces of text at their columns."""
    line = ""
    for column, text in pieces:
        line = pad(line, column) + text
    return line


def _bar(bar: Bar) -> str:
    """├──●──┤, with double lines for an operation that fits nowhere, and an open end for one that never returned."""
    stroke, left, right = ("═", "╞", "╡") if bar.is_stuck else ("─", "├", "┤")
    inside = [stroke] * (bar.end - bar.start - 1)
    if bar.point is not None:
        inside[bar.point - bar.start - 1] = "●"
    return left + "".join(inside) + ("►" if bar.is_open else right)


def _key(drawn: HistoryPicture) -> str:
    """The legend in text: the signs that occur, with their meaning."""
    signs = {"●": "●", CROSS: "╞═╡", ENDLESS: "├─►"}
    return "   ".join(f"{signs.get(outline, '●')} {words}" for _, outline, words in _legend(drawn))


def _legend(drawn: HistoryPicture) -> Iterator[tuple[str, str, str]]:
    """The signs that occur: style, outline, meaning."""
    if any(bar.point is not None for bar in drawn.bars):
        below = f"; below, the {drawn.object} after it" if drawn.states else ""
        yield "receive", SIGNS["receive"], f"acts here{below}"
    if any(bar.is_stuck for bar in drawn.bars):
        yield "fault thick", CROSS, "cannot come next" if drawn.is_numbered else "fits nowhere"
    if any(bar.is_open for bar in drawn.bars):
        yield "ink thick", ENDLESS, "never returned"


# ---- picture ---------------------------------------------------------------------------------------------------------

def _svg(drawn: HistoryPicture) -> str:
    """The drawing, as one <svg> element."""
    legend = list(_legend(drawn))
    words = max(5.8 * width_of(drawn.sentence), sum(_room(text) for _, _, text in legend))
    width = max(COLUMN * drawn.width, min(words, 720), 400) + 2 * MARGIN
    sentence = wrap(fit(visible(drawn.sentence), 600), int((width - 2 * MARGIN) / 5.8))
    top = MARGIN + (24 + 16 * len(sentence) if drawn.title else 0)
    bottom = top + ROW * len(drawn.clients) + (26 if drawn.states else 0)
    remarks = _remarks(drawn)
    height = bottom + (26 if legend else 0) + 20 * len(remarks) + 10
    parts = [rect("card edge", 0.5, 0.5, width - 1, height - 1, 8), *_states(drawn, top, bottom),
             *_head(drawn, sentence, top, width),
             *(part for bar in drawn.bars for part in _strokes(bar, top, width - MARGIN)),
             *_signs(legend, bottom + 20),
             *(label(MARGIN, height - 10 - 20 * row, text, "soft") for row, text in enumerate(reversed(remarks)))]
    described = [str(bar.operation) for bar in drawn.bars[:30]]
    if drawn.title:
        described.insert(0, f"{drawn.title}: {drawn.sentence}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" class="dslab-diagram" role="img" width="{num(width)}" '
            f'height="{num(height)}" viewBox="0 0 {num(width)} {num(height)}" style="max-width:100%;height:auto">'
            f"<title>Operations of clients</title><desc>{text_of('; '.join(described), 1500)}</desc>"
            f"<style>{stylesheet()}</style>" + "\n".join(parts) + "</svg>")


def _x(column: float) -> float:
    return MARGIN + COLUMN * (column + 0.5)


def _y(row: float, top: float) -> float:
    return top + ROW * row + 32


def _states(drawn: HistoryPicture, top: float, bottom: float) -> Iterator[str]:
    """The states of the object, under the points after which it is in them."""
    rows = {bar.point: bar.row for bar in drawn.bars}
    for column, text in drawn.states:
        yield path("life line", "1 4", d=f"M{num(_x(column))} {num(_y(rows[column], top))}V{num(bottom - 16)}")
        yield label(_x(column), bottom - 4, text, "good strong", anchor="middle")


def _head(drawn: HistoryPicture, sentence: list[str], top: float, width: float) -> Iterator[str]:
    """The verdict, the clients, and a line for each."""
    if drawn.title:
        yield label(MARGIN, 25, drawn.title, "text title", int(width / 8.5))
        yield from (label(MARGIN, 44 + 16 * row, line, "text") for row, line in enumerate(sentence))
    for row, client in enumerate(drawn.clients):
        yield path("life line", "2 5", d=f"M{num(_x(0))} {num(_y(row, top))}H{num(width - MARGIN)}")
        yield label(MARGIN, _y(row, top) - 8, client, "text strong")


def _strokes(bar: Bar, top: float, edge: float) -> Iterator[str]:
    """A bar with its ends, label and linearization point. One that never returned extends to the edge."""
    left, right, y = _x(bar.start), edge if bar.is_open else _x(bar.end), _y(bar.row, top)
    style, one = "fault" if bar.is_stuck else "ink", bar.operation
    yield f"<g><title>{text_of(f'{one}: from {one.invoked:g} {_until(one)}')}</title>"
    yield path(f"{style} thick", "7 3" if bar.is_stuck else "", d=f"M{num(left)} {num(y)}H{num(right)}")
    yield path(f"{style} thick", d=CAP, at=(left, y))
    yield path(f"{style} thick", d=ENDLESS if bar.is_open else CAP, at=(right, y))
    yield label(left + 5, y - 9, bar.label, "bad halo strong" if bar.is_stuck else "text halo")
    if bar.is_stuck:
        yield path("fault thick", d=CROSS, at=((left + right) / 2, y))
    if bar.point is not None:
        yield path("receive", d=SIGNS["receive"], at=(_x(bar.point), y))
    yield "</g>"


def _until(one: Operation) -> str:
    return "on" if one.returned is None else f"to {one.returned:g}"


def _signs(legend: list[tuple[str, str, str]], y: float) -> Iterator[str]:
    x = float(MARGIN)
    for style, outline, words in legend:
        yield path(style, d=outline, at=(x + 6, y - 4)) + label(x + 18, y, words, "soft")
        x += _room(words)


def _room(words: str) -> float:
    return 34 + 5.8 * len(words)
