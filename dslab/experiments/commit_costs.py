"""The cost of a commit in which nothing fails: messages, message delays and forced writes, counted in a run.

[Gray and Lamport, "Consensus on transaction commit", 2006, sections 3 to 5]
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dslab.network import Network, Settings, constant
from dslab.protocols import paxos_commit
from dslab.protocols.two_phase_commit import commit
from dslab.run import Run, node_names
from dslab.simulator.simulate import simulate
from dslab.text import text_table
from dslab.trace import Trace

DELAY = 10.0                    # ms that each message takes
COORDINATOR = "coordinator"
FORCED = {"log", "accepted"}    # the attributes that are on disk before a node goes on


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
    machines = [{COORDINATOR, node_names(participants)[0]}] if shared else []
    return cost_of(simulate(two_phase_run(participants, first=first, shared=shared)), machines)


def paxos_run(participants: int, faults: int = 1, *, faster: bool = False, shared: bool = False) -> Run:
    """A commit by Paxos Commit with 2 `faults` + 1 acceptors, which begins at the first participant.

    If machines are `shared`, those acceptors that take part are on the machines of the first participants.
    """
    names, acceptors = node_names(participants), tuple(f"acceptor {number + 1}" for number in range(2 * faults + 1))
    nearby: Settings = {"latency": constant(0)}
    pairs = list(zip(names, acceptors, strict=False)) if shared else []
    links = {link: nearby for one, other in pairs for link in ((one, other), (other, one))}
    classes = (paxos_commit.TellsAll, paxos_commit.Counts) if faster else ()
    return paxos_commit.commit(*classes, names=names, acceptors=acceptors, duration=90,
                               network=Network(latency=constant(DELAY), links=links),
                               title=f"Paxos Commit with {participants} participants and {len(acceptors)} acceptors")


def paxos_cost(participants: int, faults: int = 1, *, faster: bool = False, shared: bool = False) -> Cost:
    """The cost of `paxos_run`."""
    run = paxos_run(participants, faults, faster=faster, shared=shared)
    pairs = zip(node_names(participants), (name for name in run.nodes if " " in name), strict=False)
    return cost_of(simulate(run), [set(pair) for pair in pairs] if shared else [])


def cost_of(trace: Trace, machines: Iterable[set[str]]) -> Cost:
    """The cost of the first request of a trace; messages within one of the `machines`, sets of nodes, do not count."""
    messages = sum(not any({message.src, message.dst} <= machine for machine in machines) for message in trace.messages)
    taken = trace.outputs("decide")[-1].time - trace.operations[0].invoked_at
    return Cost(messages, round(taken / DELAY), sum(not FORCED.isdisjoint(step.changes) for step in trace))


def cost_table(participants: int = 5) -> str:
    """Two-phase commit, a line for each way to begin; in brackets what the paper says, which has the first two."""
    n = participants
    return _table(n, [("a participant begins", two_phase_cost(n), Cost(3 * n - 1, 4, n + 1)),
                      ("on the coordinator's machine", two_phase_cost(n, shared=True), Cost(3 * n - 3, 3, n + 1)),
                      ("the coordinator begins", two_phase_cost(n, first=COORDINATOR), None)])


def paxos_table(participants: int = 5, faults: int = 1) -> str:
    """Two-phase commit beside Paxos Commit that tolerates so many faults, on shared machines; in brackets the paper."""
    n, f = participants, faults
    return _table(n, [("two-phase commit", two_phase_cost(n, shared=True), Cost(3 * n - 3, 3, n + 1)),
                      ("Paxos Commit", paxos_cost(n, f, shared=True), Cost(n * (f + 3) - 3, 4, n + f + 1)),
                      ("Paxos Commit, faster", paxos_cost(n, f, faster=True, shared=True),
                       Cost((n - 1) * (2 * f + 3), 3, n + f + 1))])


def _table(participants: int, ways: Iterable[tuple[str, Cost, Cost | None]]) -> str:
    rows = [[f"{participants} participants", "messages", "delays", "forced writes"]]
    for name, counted, published in ways:
        rows.append([name, *(f"{one} ({other})" for one, other in zip(counted, published, strict=True))]
                    if published else [name, *map(str, counted)])
    return text_table(rows, "<>>>")
