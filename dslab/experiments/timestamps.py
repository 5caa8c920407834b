"""The timestamps of a drawing by both logical clocks, and what follows from them about two events.

A drawing is that of `logical_clocks.drawing`: a row of events for each node, and the ends of each message.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from dslab.protocols.logical_clocks import (
    Event,
    LamportClock,
    VectorClock,
    compare,
    drawing,
    events,
    happened_before,
)
from dslab.simulator.simulate import simulate
from dslab.text import text_table

CLOCKS = (LamportClock, VectorClock)
CANNOT_TELL = "cannot tell"


def stamp_table(rows: dict[str, str], messages: str) -> str:
    """The Lamport and the vector timestamp of each event, a line for each node."""
    lamport, vector = _stamped(rows, messages)
    cells = {node: [f"{name} {lamport[name].stamp} {_vector(event)}" for name, event in vector.items()
                    if event.node == node] for node in rows}
    width = max(len(cell) for row in cells.values() for cell in row)
    return "\n".join(f"{node}   " + "   ".join(cell.ljust(width) for cell in row).rstrip()
                     for node, row in cells.items())


def relation_table(rows: dict[str, str], messages: str, pairs: Iterable[tuple[str, str]]) -> str:
    """For each pair of events what follows from their Lamport timestamps, and from their vectors."""
    lamport, vector = _stamped(rows, messages)
    lines = [("events", "Lamport", "tells", "vectors", "tell")]
    for a, b in pairs:
        lines.append((f"{a}, {b}", f"{lamport[a].stamp}, {lamport[b].stamp}", lamport_tells(lamport[a], lamport[b]),
                      f"{_vector(vector[a])}, {_vector(vector[b])}", vectors_tell(vector[a], vector[b])))
    return text_table(lines, gap=3)


def lamport_tells(a: Event, b: Event) -> str:
    """What follows from two Lamport timestamps and the names of their nodes alone."""
    if a.node == b.node:
        return f"{a.name} → {b.name}" if a.stamp < b.stamp else f"{b.name} → {a.name}"
    return f"{a.name} ∥ {b.name}" if a.stamp == b.stamp else CANNOT_TELL


def vectors_tell(a: Event, b: Event) -> str:
    """What follows from two vectors: everything."""
    return {"<": f"{a.name} → {b.name}", ">": f"{b.name} → {a.name}",
            "||": f"{a.name} ∥ {b.name}", "=": f"{a.name} = {b.name}"}[compare(a.stamp, b.stamp)]


def concurrent_pairs(history: list[Event]) -> list[tuple[Event, Event]]:
    """All pairs of events of which neither happened before the other."""
    past = happened_before(history)
    return [(a, b) for a, b in combinations(history, 2) if a.name not in past[b.name] and b.name not in past[a.name]]


def _stamped(rows: dict[str, str], messages: str) -> list[dict[str, Event]]:
    """For each clock the events of a run of the drawing, by name."""
    return [{event.name: event for event in events(simulate(drawing(clock, rows, messages)))} for clock in CLOCKS]


def _vector(event: Event) -> str:
    return "⟨" + ",".join(map(str, event.stamp)) + "⟩"
