"""The space-time diagram as text: for terminals, for tests, and for notebook cells that nbval compares.

Time runs downwards, a line a step: its number, its time, the life lines, and a sentence. A message is drawn in the line
of its arrival, as an arrow from its sender's life line (`├──►●`): slanted arrows that cross are illegible as text.
"""

from __future__ import annotations

from collections.abc import Iterator

from dslab.appearance import declared_label, in_words, mention
from dslab.describe import output_in_words
from dslab.diagrams.spacetime import Arrow, Row, SpacetimePicture
from dslab.text import fit, pad, visible, width_of
from dslab.trace import Envelope, Step
from dslab.verbs import OF_MESSAGES, VERBS

DOES = {verb.name: verb.does for verb in VERBS.values() if verb.does}
BEFELL = {verb.name: verb.befell for verb in OF_MESSAGES}

# Signs of the width of one character in every monospace font, which no system renders as emoji.
SIGNS = {
    "start": "○",
    "receive": "●",
    "timer": "▲",
} | {verb.name: verb.sign for verb in VERBS.values() if verb.sign}
UNHEARD = {"paused": ("◇", "waits at"), "down": ("×", "is lost at")}       # a request, by what its node was
LIFE = {"up": "│", "down": "┊", "paused": "╎"}
WORDS = {"timer": "timer"} | {verb.name: verb.word for verb in VERBS.values()}
GRAPH, TEXT = 0.6, 22  # the largest share of the width for life lines, and the least columns for sentences
NAME = 14                       # the limit of columns of a node's name in a sentence


def ascii(picture: SpacetimePicture, *, width: int = 100) -> str:
    """The diagram as lines of at most `width` columns."""
    return "\n".join(line.rstrip() for line in _lines(picture, width))


def _lines(picture: SpacetimePicture, width: int) -> Iterator[str]:
    if picture.wording.title:
        yield fit(visible(picture.wording.title), width)
    sheet = TextSheet(picture, width)
    yield fit(sheet.header(), width)
    for place, row in enumerate(picture.rows):
        yield fit(sheet.line(place, row), width)
    if not picture.rows:
        yield fit("nothing happened", width)
    on_their_way = [arrow.message for arrow in picture.arrows if picture.leaves(arrow)]
    if on_their_way:
        names = ", ".join(f"{visible(short_name(message))} {_way(message)}" for message in on_their_way)
        yield fit(f"still on their way: {names}", width)
    if picture.rows:
        yield fit(_key(picture), width)
    yield from (fit(sentence, width) for sentence in picture.wording.window)


class TextSheet:
    """One diagram in columns: the positions of life lines, and the characters on them."""

    def __init__(self, picture: SpacetimePicture, width: int) -> None:
        self.picture, self.width = picture, width
        self.arrows: dict[float, list[Arrow]] = {}      # those that end in a row
        for arrow in picture.arrows:
            if arrow.message.ended is not None and arrow.bottom.is_integer():
                self.arrows.setdefault(arrow.bottom, []).append(arrow)
        stamps = [*map(picture.stamp, picture.shown), _stamp_word(picture)] if picture.stamps else []
        columns = [[*(_number(picture, step) for step in picture.shown), "step"],
                   [*(f"{step.time:.1f}" for step in picture.shown), "time"], stamps]
        self.rooms = [min(max(map(len, column)), width // 4) for column in columns if column]
        self.left = sum(self.rooms) + 2 * len(self.rooms)
        wanted = max((width_of(visible(node)) for node in picture.nodes), default=1) + 1
        count = max(len(picture.nodes), 1)
        most = max(int(width * GRAPH - self.left) // count, min((width - self.left - TEXT) // count, 4))
        self.pitch = max(min(max(wanted, 5), most), 3)

    def header(self) -> str:
        """The names over the columns."""
        names = "".join(pad(fit(visible(node), self.pitch - 1), self.pitch) for node in self.picture.nodes)
        return self.margin("step", "time", _stamp_word(self.picture)) + names

    def line(self, place: int, row: Row) -> str:
        """One row: margin, life lines with signs and arrows, and the sentence."""
        step = row.steps[0]
        graph = self.graph(place, row)
        text = words(self.picture, row, self.width - self.left - len(graph) - 1)
        margin = self.margin(_number(self.picture, step), f"{step.time:.1f}", self.picture.stamp(step))
        return margin + graph + " " + text

    def margin(self, number: str, time: str, stamp: str) -> str:
        """The numbers at the left."""
        cells = (number, time, stamp) if self.picture.stamps else (number, time)
        return "".join(
            fit(cell, room).rjust(room) + "  " for cell, room in zip(cells, self.rooms, strict=True)
        )

    def graph(self, place: int, row: Row) -> str:
        """The life lines in this row, with the signs and arrows on them."""
        step, nodes = row.steps[0], self.picture.nodes
        across = row.is_of_the_network
        columns = self.pitch * (len(nodes) - 1) + (3 if nodes else 1)
        cells = ["╌" if across else " "] * columns
        for span in self.picture.spans:
            if span.top <= place < span.bottom or place == span.top:
                cells[span.column * self.pitch] = LIFE[span.status]
        for arrow in self.arrows.get(place, ()):
            self.arrow(cells, arrow)
        for one in row.steps:
            column = self.picture.column(one.node)
            if column is not None:
                cells[column * self.pitch] = SIGNS.get(one.kind, "■")
            if (unheard := self.picture.unheard(one)) and (column := self.picture.column(unheard[0])) is not None:
                cells[column * self.pitch] = UNHEARD[unheard[1]][0]
        self.stubs(cells, step)
        return "".join(cells)

    def arrow(self, cells: list[str], arrow: Arrow) -> None:
        """`├──►` up to the receiver's column, or `├──×` up to the point where the message was lost."""
        src, dst = int(arrow.src) * self.pitch, int(arrow.dst) * self.pitch
        way = 1 if arrow.dst > arrow.src else -1
        if arrow.is_stub:                           # from a node that is not in the picture: a head is all
            if 0 <= dst - way < len(cells):
                cells[dst - way] = "×" if arrow.end != arrow.dst else "►" if way == 1 else "◄"
            return
        end = dst - way if arrow.end == arrow.dst else round(arrow.end * self.pitch)
        for at in range(src + way, end, way):
            cells[at] = "─" if cells[at] == " " else cells[at]
        cells[end] = ("►" if way == 1 else "◄") if arrow.end == arrow.dst else "×"
        if cells[src] == LIFE["up"]:
            cells[src] = "├" if way == 1 else "┤"

    def stubs(self, cells: list[str], step: Step) -> None:
        """`●─×`: a message of this step was lost at once."""
        column = self.picture.column(step.node)
        for message in step.sent:
            target = self.picture.column(message.dst)
            if column is None or target is None or message.ended is not None or message.fate != "lost":
                continue
            way = 1 if target > column else -1
            near, far = column * self.pitch + way, column * self.pitch + 2 * way
            if cells[near] == cells[far] == " ":
                cells[near], cells[far] = "─", "×"


# ---- sentences ---------------------------------------------------------------------------------------------

def words(picture: SpacetimePicture, row: Row, room: int) -> str:
    """The sentence of a row, cut to the room: the contents of the message first, the consequences last."""
    step = row.steps[0]
    before, value, after = _sentence(picture, row)
    room_for_value = room - width_of(visible(before)) - width_of(visible(after))
    least = len(short_name(step.message)) + 3 if step.message else 12
    text = visible(before) + fit(visible(value), max(room_for_value, least)) + visible(after)
    return fit(text, max(room, 1))


def _sentence(picture: SpacetimePicture, row: Row) -> tuple[str, str, str]:
    """The beginning, the value that may be shortened, and the end."""
    step, message = row.steps[0], row.steps[0].message
    if step.kind == "event":
        changes = ", ".join(f"{name} = {in_words(value, limit=30, inside=True)}"
                            for name, value in step.changes.items())
        return f"{who(step.node or '')}: ", step.name, f"; {changes}" if changes else ""
    after = "".join(f"; {part}" for part in consequences(step))
    if step.kind == "receive" and message:
        return f"{_way(message)} ", mention(message.payload, limit=200), after
    if message:
        verb = BEFELL.get(step.kind, "lost")
        why = f": {message.why}" if step.kind == "loss" else ""
        return f"{_way(message)} {verb} ", mention(message.payload, limit=200), why
    nodes = ", ".join(who(one.node) for one in row.steps if one.node)
    s = "" if len(row.steps) > 1 else "s"
    if step.kind == "start":
        return f"{nodes} start{s}", "", after
    if step.kind in DOES:
        return f"{nodes} {DOES[step.kind] if s else step.kind}", "", after
    if step.kind == "timer":
        return f"{nodes}: {step.name} timer", "", after
    if unheard := picture.unheard(step):
        return "request ", request(picture, step), f" {UNHEARD[unheard[1]][1]} {who(unheard[0])}"
    if step.kind == "request":
        return f"{nodes}: request ", request(picture, step), after
    return "", step.name or step.kind, after


def request(picture: SpacetimePicture, step: Step) -> str:
    """A client's request, with the client if that is a node's name."""
    if step.request is None:
        return step.name
    client, _, msg = step.request
    return mention(msg, limit=200) + (f" by {who(client)}" if client not in ("", "client", step.node) else "")


def consequences(step: Step) -> Iterator[str]:
    """The effects of a step: its outputs first, since promises are about them."""
    for name, *values in step.outputs:
        yield output_in_words(name, values)
    for client, value in step.replies:
        yield f"answers {in_words(value, limit=30)} to {who(client)}"
    receivers: dict[str, list[str]] = {}
    for message in step.sent:
        lost = " (lost)" if message.fate == "lost" and message.ended is None else ""
        receivers.setdefault(short_name(message), []).append(who(message.dst) + lost)
    for kind, names in receivers.items():
        yield f"sends {kind} to {', '.join(names) if len(names) < 7 else f'{len(names)} nodes'}"


def who(node: str) -> str:
    """A node's name, cut to leave room for the rest of the sentence."""
    return fit(visible(node[:200]), NAME)


def _way(message: Envelope) -> str:
    return f"{who(message.src)}→{who(message.dst)}"


def short_name(message: Envelope) -> str:
    """What a message says, if its class gives it a label; else the name of its class."""
    given = declared_label(message.payload)
    return f"“{given}”" if given else type(message.payload).__name__


def _key(picture: SpacetimePicture) -> str:
    """The legend: the signs that occur, with their meaning."""
    kinds = [kind for kind in SIGNS if kind in picture.kinds()]
    unheard = {found[1] for step in picture.shown if (found := picture.unheard(step))}
    parts = [f"{SIGNS[kind]} {WORDS.get(kind, kind)}" for kind in kinds]
    parts += [
        f"■ {kind}"
        for kind in picture.kinds()
        if kind not in SIGNS and any(s.node for s in picture.shown if s.kind == kind)
    ]
    if "paused" in unheard:
        parts.append(f"{UNHEARD['paused'][0]} waits")
    if "down" in unheard or any(arrow.message.fate == "lost" for arrow in picture.arrows):
        parts.append("× lost")
    for status in ("down", "paused"):
        if any(span.status == status for span in picture.spans):
            parts.append(f"{LIFE[status]} {status}")
    return "key: " + "  ".join(parts) if parts else ""


def _number(picture: SpacetimePicture, step: Step) -> str:
    """A step's number, with an arrow at the marked one."""
    return f"{'►' * (step.index == picture.mark)}{step.index}"


def _stamp_word(picture: SpacetimePicture) -> str:
    return {"lamport": "L", "vector": "vector", "clock": "clock"}.get(picture.stamps or "", "")
