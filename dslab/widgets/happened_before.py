"""A builder of space-time diagrams: events and messages are drawn, and it says what happened before what."""

from __future__ import annotations

from collections.abc import Mapping

from dslab.values import DslabError, brief, nearest
from dslab.widgets.demonstration import Demonstration

LINES = {"A": "a b . . . .", "B": ". . c d . .", "C": ". . . . e f"}
COLUMNS, MOST = 12, 5           # moments that a line has, and lines on a screen
Events = dict[str, tuple[int, int]]             # the name of an event -> its line and its moment


def happened_before(lines: Mapping[str, str] = LINES, messages: str = "b>c d>f") -> Demonstration:
    """A space-time diagram to draw in: with timestamps, and the relation of each two events.

    Args:
        lines: node -> its events in order, a letter each; a dot is a moment without one: {"A": "a . b"}. At most 5
            nodes and 12 moments.
        messages: "b>c d>f": from the sending to the receipt.

    Raises:
        DslabError: a message has no such ends, or would arrive before it was sent.

    >>> happened_before()
    <events to draw: A a b, B c d, C e f; b>c d>f>
    """
    events = _events(lines)
    pairs = [tuple(pair.split(">")) for pair in messages.split()]
    for pair in pairs:
        _check(pair, events)
    drawing = {"nodes": list(lines), "messages": [list(pair) for pair in pairs],
               "events": [{"id": name, "node": node, "time": time} for name, (node, time) in events.items()]}
    told = ", ".join(f"{node} {line.replace('.', '')}" for node, line in lines.items())
    return Demonstration("widgets/happened_before.js", {"title": "What happened before what?", "drawing": drawing},
                         text=f"<events to draw: {' '.join(told.split())}; {messages}>", height=500)


def _events(lines: Mapping[str, str]) -> Events:
    moments = [line.split() for line in lines.values()]
    if not 1 <= len(lines) <= MOST or any(len(line) > COLUMNS for line in moments):
        raise DslabError(f"there is room for {MOST} nodes and {COLUMNS} moments, and this has {len(lines)} nodes and"
                         f" {max(map(len, moments), default=0)} moments")
    names = [name for line in moments for name in line if name != "."]
    if len(set(names)) < len(names) or not all(len(name) == 1 and "a" <= name <= "z" for name in names):
        raise DslabError(f"each event is a small letter of its own, and these are {brief(' '.join(names))}")
    return {name: (node, time) for node, line in enumerate(moments) for time, name in enumerate(line) if name != "."}


def _check(pair: tuple[str, ...], events: Events) -> None:
    text = ">".join(pair)
    missing = [name for name in pair if name not in events]
    if len(pair) != 2 or missing:
        raise DslabError(f"the message {brief(text)} needs two events, as in b>c: there are {', '.join(events)}."
                         + (nearest(missing[0], events) if missing else ""))
    (node, time), (other, later) = (events[name] for name in pair)
    if later <= time or node == other:
        raise DslabError(f"the message {text} goes back in time, or to its own node: a message arrives at another node,"
                         " later than it was sent")
