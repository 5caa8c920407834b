"""The synchrony dial: how often an algorithm that relies on a bound fails, if the bound holds most of the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

from dslab.network import Latency, constant, exponential, long_tail, uniform
from dslab.protocols.timed_lock import BOUND, WORK, lock
from dslab.script import At, at, pause, resume
from dslab.simulator.simulate import simulate
from dslab.trace import Trace

LATE = 1e-4             # the share of messages that exceed the bound


@dataclass(frozen=True)
class Count:
    """Counts of a run of the lock."""

    messages: int
    late: int               # messages handled later than the bound
    violations: int         # how often a worker entered while another one was inside


def exponential_tail(late: float = LATE) -> Latency:
    """Exponential delays, of which this share exceeds the bound."""
    return exponential(-BOUND / log(late))


def heavy_tail(late: float = LATE, *, alpha: float = 1.5) -> Latency:
    """Pareto delays, of which this share exceeds the bound."""
    return long_tail(BOUND * late ** (1 / alpha), alpha=alpha)


DIAL: Mapping[str, Latency] = {
    f"never more than {BOUND} ms": uniform(5, BOUND),
    f"99.99 % within {BOUND} ms, exponential": exponential_tail(),
    f"99.99 % within {BOUND} ms, heavy tail": heavy_tail(),
    f"99 % within {BOUND} ms, heavy tail": heavy_tail(1e-2),
}


def collections(seconds: float = 60, *, length: float = 200, turns: int = 10_000) -> list[At]:
    """Garbage collection pauses of A: one every `seconds`, of `length` ms."""
    end, each = turns * (BOUND + WORK), seconds * 1000
    moments = [number * each for number in range(1, int((end - length) // each) + 1)]
    return [event for moment in moments for event in (at(moment, pause("A")), at(moment + length, resume("A")))]


def dial(turns: int = 10_000, *, seed: int = 0) -> dict[str, Trace]:
    """The lock at each setting of the dial, and with pauses on a perfect network."""
    runs = {name: lock(latency, turns=turns, seed=seed) for name, latency in DIAL.items()}
    runs["always 5 ms, but A pauses 0.2 s a minute"] = lock(constant(5), *collections(turns=turns), turns=turns)
    return {name: simulate(run, states=False) for name, run in runs.items()}


def count(trace: Trace) -> Count:
    """The counts of a run of the lock."""
    return Count(len(trace.messages), sum(delay > BOUND for delay in delays(trace)), len(violations(trace)))


def delays(trace: Trace) -> list[float]:
    """The delay of each message of a run, in ms, until it is handled: the pause of a receiver is part of it."""
    return [message.arrives - message.departs for message in trace.messages]


def violations(trace: Trace) -> list[int]:
    """The turns in which a worker enters while another one is inside."""
    inside: set[str] = set()
    found = []
    for output in trace.outputs():
        if output.name == "out":
            inside.discard(output.node)
            continue
        if inside - {output.node}:
            found.append(output.values[0])
        inside.add(output.node)
    return found


def dial_table(traces: Mapping[str, Trace]) -> str:
    """For each setting of the dial: late messages, and violations."""
    lines = [f"{'network':40}  {'messages':>8}  {'late':>5}  {'two inside':>10}"]
    for name, trace in traces.items():
        found = count(trace)
        lines.append(f"{name:40}  {found.messages:8,}  {found.late:5}  {found.violations:10}")
    return "\n".join(lines)
