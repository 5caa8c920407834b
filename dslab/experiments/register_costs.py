"""What an operation on each register costs: messages and round trips, counted in a trace."""

from __future__ import annotations

from dslab.node import Node
from dslab.protocols.abd import ABD, MajorityRegister, ManyWriters, Sparing
from dslab.protocols.quorums import Read, Write, replicated
from dslab.run import Run, node_names
from dslab.script import at, drop
from dslab.simulator.simulate import simulate
from dslab.text import text_table

LATENCY = 10                    # ms, one way, in these runs
REGISTERS = (MajorityRegister, ABD, Sparing, ManyWriters)


def cost(run: Run) -> tuple[int, float]:
    """The messages and the round trips of the last operation of a run, whose client does nothing else."""
    trace = simulate(run)
    last = trace.operations[-1]
    sent = sum(last.node in (message.src, message.dst) for message in trace.messages)
    return sent, ((last.returned_at or 0) - last.invoked_at) / (2 * LATENCY)


def write_alone(client: type[Node], n: int) -> Run:
    """alice writes."""
    return replicated(client, ("alice", Write("v1")), replicas=node_names(n))


def read_after_write(client: type[Node], n: int, *, stale: bool = False) -> Run:
    """alice writes; then bob reads. `stale`: of the replicas that he hears first, one has missed the write."""
    events = [at(0, drop("alice->A#1"))] if stale else []
    return replicated(client, ("alice", Write("v1")), ("bob", Read()), replicas=node_names(n), gap=100, events=events)


def cost_table(n: int = 3) -> str:
    """For each register: messages and round trips of a write, of a read, and of one that meets a stale replica."""
    rows: list[tuple[str, ...]] = [("register", "write", "read", "read of a stale replica")]
    for client in REGISTERS:
        runs = write_alone(client, n), read_after_write(client, n), read_after_write(client, n, stale=True)
        rows.append((client.__name__, *(f"{sent} messages, {_trips(trips)}" for sent, trips in map(cost, runs))))
    return text_table(rows, gap=3)


def _trips(trips: float) -> str:
    return f"{trips:g} round trip{'s' * (trips != 1)}"
