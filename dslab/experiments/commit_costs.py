"""The cost of a commit in which nothing fails: messages, message delays and forced writes, counted in a run.

[Gray and Lamport, "Consensus on transaction commit", 2006, section 3 and figure 1]
"""

from __future__ import annotations

from typing import NamedTuple

from dslab.network import Network, Settings, constant
from dslab.protocols.two_phase_commit import commit
from dslab.run import Run, node_names
from dslab.simulator.simulate import simulate
from dslab.text import text_table
from dslab.trace import Trace

DELAY = 10.0                    # ms that each message takes
COORDINATOR = "coordinator"


class Cost(NamedTuple):
    """What is counted from a client's request until all participants have decided. The client's own request and the
    answer are no messages of the protocol."""

    messages: int               # between two machines
    delays: int                 # one after the other
    writes: int                 # records that were forced to a disk


def two_phase_run(participants: int, *, first: str = "", shared: bool = False) -> Run:
    """A commit by two-phase commit that begins at `first`, or else at the first participant.

    If it is `shared`, the coordinator is on the machine of the first participant: messages between them take no time.
    """
    names = node_names(participants)
    nearby: Settings = {"latency": constant(0)}
    links = {(COORDINATOR, names[0]): nearby, (names[0], COORDINATOR): nearby} if shared else {}
    return commit(names=names, first=first or names[0], network=Network(latency=constant(DELAY), links=links),
                  title=f"Two-phase commit with {participants} participants")


def two_phase_cost(participants: int, *, first: str = "", shared: bool = False) -> Cost:
    """The cost of `two_phase_run`."""
    machine = {COORDINATOR, node_names(participants)[0]} if shared else set()
    return cost_of(simulate(two_phase_run(participants, first=first, shared=shared)), machine)


def cost_of(trace: Trace, machine: set[str]) -> Cost:
    """The cost of the first request of a trace; messages within `machine`, a set of nodes, are not counted."""
    messages = sum(not {message.src, message.dst} <= machine for message in trace.messages)
    taken = trace.outputs("decide")[-1].time - trace.operations[0].invoked_at
    return Cost(messages, round(taken / DELAY), sum("log" in step.changes for step in trace))


def cost_table(participants: int = 5) -> str:
    """A line for each way to begin; in brackets what the paper says, which has the first two."""
    n = participants
    ways = [("a participant begins", two_phase_cost(n), Cost(3 * n - 1, 4, n + 1)),
            ("on the coordinator's machine", two_phase_cost(n, shared=True), Cost(3 * n - 3, 3, n + 1)),
            ("the coordinator begins", two_phase_cost(n, first=COORDINATOR), None)]
    rows = [[f"{n} participants", "messages", "delays", "forced writes"]]
    for name, counted, published in ways:
        rows.append([name, *(f"{one} ({other})" for one, other in zip(counted, published, strict=True))]
                    if published else [name, *map(str, counted)])
    return text_table(rows, "<>>>")
