"""The space-time diagram as SVG: no script, nothing from outside, the same bytes for the same picture.

Time runs downwards: a notebook's width is limited and its length is not, and there are few nodes and many steps.
Rows are spaced evenly in the order of steps, not by time: with true distances ten messages of one millisecond would
overlap, and the next 150 ms would be empty. The margin gives the times.

JupyterLab shows an SVG as an image, which cannot read the page's colours. So the picture has its own background, and
all its colours follow the reader's preference for light or dark.
"""

from __future__ import annotations

from collections.abc import Iterator

from dslab.appearance import mention
from dslab.describe import describe
from dslab.diagrams.ascii import request
from dslab.diagrams.legend import legend
from dslab.diagrams.message_labels import ArrowLine, Crowd, around, name
from dslab.diagrams.spacetime import Arrow, SpacetimePicture
from dslab.diagrams.step_labels import Label, labels
from dslab.diagrams.style import (
    CROSS,
    LETTER,
    LIFE,
    label,
    num,
    path,
    rect,
    sign,
    stylesheet,
    text_of,
    unheard_request,
)
from dslab.text import visible, width_of
from dslab.trace import Step

TOP, WIDTH = 22, 900        # px: above the first row, and the width to fill
GUTTER, LONGEST = 140, 240  # px: the widest label beside a step, outside the life lines and anywhere
MARGIN = 96                 # px: for the numbers and times at the left


def svg(picture: SpacetimePicture) -> str:
    """The drawing, as one <svg> element."""
    return drawn(SvgPage(picture))


def drawn(page: SvgPage) -> str:
    """A page that has been measured, as one <svg> element."""
    picture = page.picture
    parts = [
        *page.card(),
        *page.head(),
        *page.lives(),
        *page.across(),
        *page.arrows(),
        *page.steps(),
        *page.foot(),
    ]
    name = picture.wording.title or "Space-time diagram"
    size = f'width="{num(page.width)}" height="{num(page.height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="dslab-diagram" role="img" {size} '
        f'viewBox="0 0 {num(page.width)} {num(page.height)}" style="max-width:100%;height:auto">'
        f"<title>{text_of(name)}</title><desc>{text_of(picture.wording.summary, 1500)}</desc>"
        f"<style>{stylesheet()}</style>" + "\n".join(parts) + "</svg>"
    )


class SvgPage:
    """The measures of one drawing, and its parts from back to front."""

    def __init__(self, picture: SpacetimePicture, width: float = WIDTH) -> None:
        self.picture = picture
        self.labels: dict[int, Label] = labels(picture)
        self.crowd = Crowd()
        self.row = 30 if len(picture.rows) <= 24 else 26
        count, last = len(picture.nodes), len(picture.nodes) - 1
        lengths = {
            side: max(
                (
                    label.width
                    for label in self.labels.values()
                    if label.column == column and label.side == side
                ),
                default=0,
            )
            for side, column in ((-1, 0), (1, last))
        }
        names = [4.5 * min(width_of(visible(node[:40])), 16) for node in picture.nodes] or [
            0.0
        ]  # half their widths
        gutter = GUTTER if count > 4 else LONGEST        # few life lines leave room for whole sentences
        self.left = MARGIN + max(min(lengths[-1], gutter) + 12, names[0], 34)
        right = max(min(lengths[1], gutter) + 20, names[-1] + 10, 40)
        self.pitch = min(max((width - self.left - right) / max(last, 1), 56), 230)
        self.width = max(self.left + self.pitch * max(last, 0) + right, 420)
        self.middle = self.left + self.pitch * max(last, 0) / 2
        self.legend = list(legend(picture, self.width))
        self.top = (
            26
            + (22 if picture.wording.title else 0)
            + 20 * (1 + max((line for line, _, _ in self.legend), default=0))
            + 22
        )
        self.bottom = self.y(len(picture.rows) - 0.5) + 6
        self.height = self.bottom + (44 if picture.wording.window else 26) if count else self.top + 40

    def x(self, column: float) -> float:
        """The middle of a column."""
        return self.left + self.pitch * column

    def y(self, row: float) -> float:
        """The middle of a row."""
        return self.top + TOP + self.row * row

    # ---- head, foot and background -------------------------------------------------------------------------

    def card(self) -> Iterator[str]:
        """The background, and a highlight of the marked row."""
        yield rect("card edge", 0.5, 0.5, self.width - 1, self.height - 1, 8)
        for place, row in enumerate(self.picture.rows):
            if any(step.index == self.picture.mark for step in row.steps):
                yield rect("now", 4, self.y(place) - self.row / 2, self.width - 8, self.row, 4)

    def head(self) -> Iterator[str]:
        """Title, legend, names of the nodes."""
        y = 24.0
        if self.picture.wording.title:
            yield label(14, y, self.picture.wording.title, "text title", int(self.width / 8.5))
            y += 22
        for line, x, drawing in self.legend:
            yield f'<g transform="translate({num(x)} {num(y + 20 * line - 4)})">{drawing}</g>'
        yield from self.names(self.top - 6)
        yield label(34, self.top - 6, "step", "soft end") + label(MARGIN - 16, self.top - 6, "ms", "soft end")

    def foot(self) -> Iterator[str]:
        """The names again, since a long picture scrolls, and which part of the trace it is."""
        if len(self.picture.rows) > 12:
            yield from self.names(self.bottom + 12)
        elif not self.picture.rows:
            yield label(14, self.y(0), "nothing happened", "soft")
        if self.picture.wording.window:
            window = "; ".join(self.picture.wording.window)
            yield label(14, self.height - 12, window, "soft", int(self.width / LETTER))

    def names(self, y: float) -> Iterator[str]:
        """The nodes' names over their life lines."""
        for column, node in enumerate(self.picture.nodes):
            yield label(self.x(column), y, node, "text name", min(int(self.pitch / 8.2), 16))

    # ---- steps and messages --------------------------------------------------------------------------------

    def lives(self) -> Iterator[str]:
        """The life lines: dotted in the colour of faults while a node is down, dashed while it is paused."""
        for span in self.picture.spans:
            x, top, bottom = self.x(span.column), self.y(span.top), self.y(span.bottom)
            yield path(*LIFE[span.status], d=f"M{num(x)} {num(top)}V{num(bottom)}")
        for place, row in enumerate(self.picture.rows):
            number = f"{'►' * (row.steps[0].index == self.picture.mark)}{row.steps[0].index}"
            yield label(34, self.y(place) + 4, number, "soft end")
            yield label(MARGIN - 16, self.y(place) + 4, f"{row.time:.1f}", "soft end")

    def across(self) -> Iterator[str]:
        """Steps of the network: a line across all nodes."""
        for place, row in enumerate(self.picture.rows):
            if row.is_of_the_network:
                style = "recover line" if row.steps[0].kind == "heal" else "fault line"
                yield path(style, "8 4", d=f"M{MARGIN} {num(self.y(place))}H{num(self.width - 14)}")

    def captions(self) -> Iterator[str]:
        """The captions of those lines, above the arrows."""
        for place, row in enumerate(self.picture.rows):
            step = row.steps[0]
            if row.is_of_the_network:
                words = step.name or step.kind
                style = f"{'good' if step.kind == 'heal' else 'bad'} halo strong"
                most = int((self.width - MARGIN) / 7)
                self.crowd.add_box(self.middle - 3.5 * min(width_of(words[:most]), most),
                                   self.middle + 3.5 * min(width_of(words[:most]), most), self.y(place) - 8)
                yield label(self.middle, self.y(place) - 5, words, style, most, anchor="middle")

    def arrows(self) -> Iterator[str]:
        """The messages, and then their names, so that no line crosses a name."""
        signs = [(self.x(beside.column), self.y(beside.row)) for beside in self.labels.values()]
        lines = [
            around(
                ArrowLine(arrow, self.x(arrow.src), self.y(arrow.top), self.x(arrow.end), self.y(arrow.bottom)),
                signs,
            )
            for arrow in self.picture.arrows
        ]
        for line in lines:
            self.crowd.add_line(line)
            yield f"<g><title>{text_of(story(line.arrow))}</title>{self.shaft(line)}</g>"
        yield from self.captions()
        for beside in self.labels.values():
            x, y = self.x(beside.column), self.y(beside.row)
            self.crowd.add_box(x - 6, x + 6, y)
            left, right = sorted((x, x + beside.side * min(beside.width, self.room(beside))))
            self.crowd.add_box(left, right, y + 9 * beside.level)
        yield from (name(line, self.crowd) for line in sorted(lines, key=lambda line: not line.arrow.is_stub))

    def shaft(self, line: ArrowLine) -> str:
        """The line of a message and its end: a head, an X where it is lost, nothing where the window ends."""
        fate, end = line.arrow.message.fate, (line.x2, line.y2)
        style, dash = "fault line" if fate == "lost" else "arrow line", "" if fate == "received" else "5 3"
        drawn = path(style, dash, d=line.path)
        if fate != "in flight" and self.picture.leaves(line.arrow):
            return drawn
        if fate == "lost":
            return drawn + path("fault thick", d=CROSS, at=end)
        return drawn + path("head", d="M-5 0L-14 -4.2V4.2Z", at=end, turn=line.degrees())

    def steps(self) -> Iterator[str]:
        """The signs on the life lines, with their labels."""
        for place, row in enumerate(self.picture.rows):
            for step in row.steps:
                column = self.picture.column(step.node)
                if column is not None:
                    x, y, beside = self.x(column), self.y(place), self.labels[step.index]
                    told = text_of(f"step {step.index}, {step.time:.1f} ms: {describe(step)}")
                    drawn = sign(step.kind, x, y) + beside.draw(x, y, self.room(beside))
                    yield f"<g><title>{told}</title>{drawn}</g>"
                yield from self.unheard(step, place)

    def unheard(self, step: Step, place: int) -> Iterator[str]:
        """A request that waits at a paused node, or that a node which is down does not hear."""
        found = self.picture.unheard(step)
        column = self.picture.column(found[0]) if found else None
        if found is None or column is None:
            return
        x, y, lost = self.x(column), self.y(place), found[1] == "down"
        side = -1 if 0 < column == len(self.picture.nodes) - 1 else 1
        words = f"{'lost' if lost else 'waits'}: {request(self.picture, step)}"
        room = min(x - MARGIN if side < 0 else self.width - 8 - x, self.pitch - 16)
        beside = label(x + 11 * side, y + 4, words, f"{'bad' if lost else 'soft'} halo", int(room / LETTER),
                       anchor="end" if side < 0 else "start")
        told = text_of(f"step {step.index}, {step.time:.1f} ms: {describe(step)}")
        yield f"<g><title>{told}</title>{unheard_request(x, y, lost=lost)}{beside}</g>"

    def room(self, beside: Label) -> float:
        """The room of a label: it may cover life lines without a step in this row, but not the edge."""
        x = self.x(beside.column)
        outside = x - MARGIN if beside.side < 0 else self.width - 8 - x
        return min(outside, self.pitch - 16 if beside.is_crowded else LONGEST)


def story(arrow: Arrow) -> str:
    """The fate of a message, for the tooltip."""
    message = arrow.message
    end = {"received": f"received {message.arrives:.1f} ms", "lost": f"lost: {message.why}"}.get(
        message.fate, "still on its way"
    )
    return f"{message.name}: {mention(message.payload, limit=200)}, sent {message.departs:.1f} ms, {end}"
