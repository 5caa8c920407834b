"""The space-time diagram as SVG: no script, no link, nothing from outside, the same bytes for the same picture.

Time runs downwards: a notebook is as wide as a page and as long as you like, nodes are few and steps are many. Rows are
spaced by the order of steps, not by the clock: order is what causality is about, and with true distances the ten
messages of one millisecond would be a blot and the next 150 ms a void. The margin tells the times.

JupyterLab shows an SVG as an image, which cannot see the page's colours. So the picture brings its own card, and card and
ink change together with the reader's preference for light or dark.
"""

from __future__ import annotations

from collections.abc import Iterator

from dslab.narrate import describe
from dslab.values import brief
from dslab.views.ascii import request
from dslab.views.ink import CROSS, LETTER, SIGNS, label, num, sign, stylesheet, text_of
from dslab.views.labels import Label, labels
from dslab.views.letters import visible, width_of
from dslab.views.names import Crowd, Line, around, name
from dslab.views.spacetime import Arrow, Picture

TOP, WIDTH = 22, 900        # px: above the first row, and the width to fill
GUTTER, LONGEST = 140, 200  # px: of what is written beside a step, outside the life lines and anywhere
MARGIN = 96                             # px, for the numbers and times at the left
DASHES = {"up": None, "down": "2 5", "paused": "6 4"}
WORDS = {"timer": "timer goes off", "request": "client's request", "clock": "clock set"}


def svg(picture: Picture) -> str:
    """The drawing, as one <svg> element."""
    page = Page(picture)
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
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="dslab-diagram" role="img" width="{num(page.width)}" '
        f'height="{num(page.height)}" viewBox="0 0 {num(page.width)} {num(page.height)}" style="max-width:100%;height:auto">'
        f"<title>{text_of(name)}</title><desc>{text_of(picture.wording.summary, 1500)}</desc>"
        f"<style>{stylesheet()}</style>" + "\n".join(parts) + "</svg>"
    )


class Page:
    """The measures of one drawing, and its parts from back to front."""

    def __init__(self, picture: Picture) -> None:
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
        self.left = MARGIN + max(min(lengths[-1], GUTTER) + 12, names[0], 34)
        right = max(min(lengths[1], GUTTER) + 20, names[-1] + 10, 40)
        self.pitch = min(max((WIDTH - self.left - right) / max(last, 1), 56), 230)
        self.width = max(self.left + self.pitch * max(last, 0) + right, 420)
        self.middle = self.left + self.pitch * max(last, 0) / 2
        self.legend = list(self._legend())
        self.top = (
            26
            + 22 * bool(picture.wording.title)
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

    # ---- around --------------------------------------------------------------------------------------------

    def card(self) -> Iterator[str]:
        """The background, and the row to look at."""
        yield (
            f'<rect class="card edge" x="0.5" y="0.5" rx="8" width="{num(self.width - 1)}" height="{num(self.height - 1)}"/>'
        )
        for place, row in enumerate(self.picture.rows):
            if any(step.index == self.picture.mark for step in row.steps):
                yield f'<rect class="now" x="4" y="{num(self.y(place) - self.row / 2)}" rx="4" width="{num(self.width - 8)}" height="{self.row}"/>'

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
            yield label(
                14, self.height - 12, "; ".join(self.picture.wording.window), "soft", int(self.width / LETTER)
            )

    def names(self, y: float) -> Iterator[str]:
        """The nodes' names over their life lines."""
        for column, node in enumerate(self.picture.nodes):
            yield label(self.x(column), y, node, "text name", min(int(self.pitch / 8.2), 16))

    def _legend(self) -> Iterator[tuple[int, float, str]]:
        """What the signs mean, as far as they occur: (line, x, drawing)."""
        x, line = 20.0, 0
        for drawing, word in self._legend_items():
            width = 14 + LETTER * width_of(word)
            if x + width > self.width - 10 and x > 20:
                x, line = 20.0, line + 1
            yield line, x, drawing + label(14, 4, word, "soft")
            x += width + 24

    def _legend_items(self) -> Iterator[tuple[str, str]]:
        kinds = self.picture.kinds()
        for kind in [
            *(kind for kind in SIGNS if kind in kinds),
            *(kind for kind in kinds if kind not in SIGNS),
        ]:
            if any(step.node for step in self.picture.shown if step.kind == kind):
                yield sign(kind, 0, 0), WORDS.get(kind, kind)
        line = '<path class="arrow line" d="M-9 0H5"{}/>'
        fates = {arrow.message.fate for arrow in self.picture.arrows}
        if "received" in fates:
            yield line.format("") + '<path class="head" d="M9 0L2 -3.5V3.5Z"/>', "message"
        if "lost" in fates:
            yield (
                f'<path class="fault line" d="M-9 0H5" stroke-dasharray="4 3"/><path class="fault thick" transform="translate(5 0) scale(0.8)" d="{CROSS}"/>',
                "lost",
            )
        if "in flight" in fates:
            yield (
                line.format(' stroke-dasharray="4 3"') + '<path class="head" d="M9 0L2 -3.5V3.5Z"/>',
                "on its way at the end",
            )
        statuses = {span.status for span in self.picture.spans}
        for status in sorted(statuses & {"down", "paused"}):
            yield (
                f'<path class="{life_class(status)}" d="M0 -8V8" stroke-dasharray="{DASHES[status]}"/>',
                status,
            )
        if any(step.outputs for step in self.picture.shown):
            yield '<rect class="card pill" x="-9" y="-5.5" width="18" height="11" rx="5.5"/>', "output"
        if any(row.is_of_the_network for row in self.picture.rows):
            yield '<path class="fault line" d="M-9 0H9" stroke-dasharray="8 4"/>', "the network"

    # ---- what happens --------------------------------------------------------------------------------------

    def lives(self) -> Iterator[str]:
        """The life lines: dotted in the colour of faults while a node is down, dashed while it is paused."""
        for span in self.picture.spans:
            dash = f' stroke-dasharray="{DASHES[span.status]}"' if DASHES[span.status] else ""
            yield (
                f'<path class="{life_class(span.status)}" d="M{num(self.x(span.column))} {num(self.y(span.top))}'
                f'V{num(self.y(span.bottom))}"{dash}/>'
            )
        for place, row in enumerate(self.picture.rows):
            number = f"{'►' * (row.steps[0].index == self.picture.mark)}{row.steps[0].index}"
            yield label(34, self.y(place) + 4, number, "soft end")
            yield label(MARGIN - 16, self.y(place) + 4, f"{row.time:.1f}", "soft end")

    def across(self) -> Iterator[str]:
        """What happens to the network: a line across all nodes."""
        for place, row in enumerate(self.picture.rows):
            if row.is_of_the_network:
                style = "recover" if row.steps[0].kind == "heal" else "fault"
                yield (f'<path class="{style} line" d="M{MARGIN} {num(self.y(place))}H{num(self.width - 14)}"'
                       ' stroke-dasharray="8 4"/>')

    def captions(self) -> Iterator[str]:
        """And what it is, over the arrows."""
        for place, row in enumerate(self.picture.rows):
            step = row.steps[0]
            if row.is_of_the_network:
                words = (
                    f"in vain: {request(self.picture, step)}"
                    if step.kind == "request"
                    else step.name or step.kind
                )
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
                Line(arrow, self.x(arrow.src), self.y(arrow.top), self.x(arrow.end), self.y(arrow.bottom)),
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
            self.crowd.add_box(
                *sorted((x, x + beside.side * min(beside.width, self.room(beside)))), y + 9 * beside.level
            )
        yield from (name(line, self.crowd) for line in sorted(lines, key=lambda line: not line.arrow.is_stub))

    def shaft(self, line: Line) -> str:
        """The line of a message and its end: a head, an X where it is lost, nothing where the window ends."""
        fate = line.arrow.message.fate
        dash = "" if fate == "received" else ' stroke-dasharray="5 3"'
        drawn = f'<path class="{"fault" if fate == "lost" else "arrow"} line" d="{line.path}"{dash}/>'
        there = f"translate({num(line.x2)} {num(line.y2)})"
        if fate != "in flight" and self.picture.leaves(line.arrow):
            return drawn
        if fate == "lost":
            return f'{drawn}<path class="fault thick" transform="{there}" d="{CROSS}"/>'
        return f'{drawn}<path class="head" transform="{there} rotate({num(line.degrees())})" d="M-5 0L-14 -4.2V4.2Z"/>'

    def steps(self) -> Iterator[str]:
        """The signs on the life lines, with what is written beside them."""
        for place, row in enumerate(self.picture.rows):
            for step in row.steps:
                column = self.picture.column(step.node)
                if column is not None:
                    told = f"step {step.index}, {step.time:.1f} ms: {describe(step)}"
                    beside = self.labels[step.index].draw(
                        self.x(column), self.y(place), self.room(self.labels[step.index])
                    )
                    yield f"<g><title>{text_of(told)}</title>{sign(step.kind, self.x(column), self.y(place))}{beside}</g>"

    def room(self, beside: Label) -> float:
        """How far a label may reach: over other life lines if nothing happens there, not over the edge of the card."""
        outside = (
            self.x(beside.column) - MARGIN if beside.side < 0 else self.width - 8 - self.x(beside.column)
        )
        return min(outside, self.pitch - 16 if beside.is_crowded else LONGEST)


def life_class(status: str) -> str:
    """The colours of a life line."""
    return "fault line" if status == "down" else "life line"


def story(arrow: Arrow) -> str:
    """What became of a message, for the tooltip."""
    message = arrow.message
    end = {"received": f"received {message.arrives:.1f} ms", "lost": f"lost: {message.why}"}.get(
        message.fate, "still on its way"
    )
    return f"{message.name}: {brief(message.payload, limit=200)}, sent {message.departs:.1f} ms, {end}"
