"""A trace in words: one sentence for a step, one line of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dslab.trace import Step
from dslab.values import brief, shorten

BEFELL = {"drop": "dropped", "delay": "held back", "duplicate": "doubled", "deliver": "delivered at once"}


def describe(step: Step) -> str:
    """What happened in a step, what followed at once, and the protocol's own reasons."""
    return " ".join([_sentence(step), *(f"({note})" for note in step.notes)])


def _sentence(step: Step) -> str:
    told = step.node and step.kind != "event"       # a log's own words say already what was sent
    happening, consequences = _happening(step), list(_consequences(step)) if told else []
    return f"{happening}{': it ' if consequences else ''}{_listed(consequences)}."


def _happening(step: Step) -> str:
    node, message = step.node, step.message
    if step.kind == "receive":
        return f"{node} receives {brief(message.payload)} from {message.src}"
    if step.kind == "loss":
        return f"{brief(message.payload)} from {message.src} to {message.dst} is lost: {message.why}"
    if step.kind in BEFELL:
        told = f"{message.name}, {brief(message.payload)} from {message.src} to {message.dst}"
        return f"The script: {told}, is {BEFELL[step.kind]}"
    if step.kind == "timer":
        return f"{node}'s {step.name} timer goes off"
    if step.kind == "request":
        return _asking(*step.request) if step.request else f"a client asks: {step.name}"
    if step.kind == "event":                # of a log from elsewhere, which has its own words
        return f"{node}: {step.name.rstrip('.')}"
    said = {"start": "starts", "crash": "crashes", "recover": "recovers", "pause": "stands still", "resume": "goes on"}
    return f"{node} {said[step.kind]}" if step.kind in said else f"The script: {step.name}"


def _asking(client: str, node: str, msg: Any) -> str:
    return f"{client} asks {node} for {brief(msg)}"


def _consequences(step: Step) -> Iterable[str]:
    """What the handler asked for, in short: outputs first, since they count most."""
    for name, *values in step.outputs:
        yield f"outputs {' '.join([name, *map(brief, values)])}"
    for client, value in step.replies:
        yield f"answers {brief(value)} to {client}"
    receivers: dict[str, list[str]] = {}
    for message in step.sent:
        lost_at_once = message.fate == "lost" and message.ended is None
        receivers.setdefault(brief(message.payload), []).append(message.dst + (" (lost)" if lost_at_once else ""))
    for payload, names in receivers.items():
        yield f"sends {payload} to {', '.join(names) if len(names) < 8 else f'{len(names)} nodes'}"


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def table(steps: Sequence[Step]) -> str:
    """A line for each step: number, time, node, Lamport timestamp, what happened, why, and the new state."""
    rows = [("step", "time", "node", "L", "what happened", "why", "state that changed")]
    for step in steps:
        changes = ", ".join(f"{name} = {brief(value, limit=30)}" for name, value in step.changes.items())
        rows.append((str(step.index), f"{step.time:.1f}", step.node or "-", str(step.lamport or ""),
                     shorten(_sentence(step), limit=90), shorten("; ".join(step.notes), limit=70),
                     shorten(changes, limit=90)))
    used = [column for column in range(7) if column < 5 or any(row[column] for row in rows[1:])]
    widths = {column: max(len(row[column]) for row in rows) for column in used}
    return "\n".join("  ".join(row[column].ljust(widths[column]) for column in used).rstrip() for row in rows)
