"""A trace in words: one sentence for a step, one line of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dslab.trace import Step
from dslab.values import brief, shorten


def describe(step: Step) -> str:
    """What happened in a step, what followed at once, and the protocol's own reasons."""
    parts = [_happening(step), *_consequences(step)]
    sentence = parts[0] + (": " + ", ".join(parts[1:]) if len(parts) > 1 else "") + "."
    return " ".join([sentence, *(f"({note})" for note in step.notes)])


def _happening(step: Step) -> str:
    node, message = step.node, step.message
    if step.kind == "receive":
        return f"{node} receives {brief(message.payload)} from {message.src}"
    if step.kind == "loss":
        return f"{brief(message.payload)} from {message.src} is lost: {message.why}"
    if step.kind in ("drop", "delay", "duplicate"):
        verb = {"drop": "dropped", "delay": "held back", "duplicate": "doubled"}[step.kind]
        return f"{message.name}, {brief(message.payload)} from {message.src} to {message.dst}, is {verb}"
    if step.kind == "timer":
        return f"the {step.name} timer of {node} goes off"
    if step.kind == "request":
        return f"a client asks {node}: {step.name}" if node else f"a client asks in vain: {step.name}"
    return {"start": f"{node} starts", "crash": f"{node} crashes", "recover": f"{node} recovers", "pause": f"{node} stands still",
            "resume": f"{node} goes on"}.get(step.kind, f"the script says {step.name}")


def _consequences(step: Step) -> Iterable[str]:
    """What the handler asked for, in short: outputs first, since they count most."""
    for name, *values in step.outputs:
        yield f"output {' '.join([name, *map(brief, values)])}"
    for client, value in step.replies:
        yield f"answers {brief(value)} to {client}"
    receivers: dict[str, list[str]] = {}
    for message in step.sent:
        receivers.setdefault(brief(message.payload), []).append(message.dst + (" (lost)" if message.fate == "lost" and message.ended is None else ""))
    for payload, names in receivers.items():
        yield f"sends {payload} to {', '.join(names) if len(names) < 8 else f'{len(names)} nodes'}"


def table(steps: Sequence[Step]) -> str:
    """A line for each step: number, time, Lamport timestamp, what happened, and what it changed."""
    rows = [("step", "time", "node", "L", "what happened", "state that changed")]
    for step in steps:
        changes = ", ".join(f"{name} = {brief(value, limit=40)}" for name, value in step.changes.items())
        rows.append((str(step.index), f"{step.time:.1f}", step.node or "-", str(step.lamport or ""), shorten(describe(step), limit=90), changes))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True)).rstrip() for row in rows)
