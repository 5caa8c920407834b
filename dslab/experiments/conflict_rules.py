"""How many acknowledged writes each rule for conflicts loses, if one clock is ahead.

The same writes under four rules. alice writes at replica A, whose clock is ahead, and bob at B: first both at once;
then alice, who has seen the value that was kept, and a quarter of a second later bob, who has seen hers and goes on
twice a second. A write is lost if it is nowhere and nobody who had seen it has overwritten it: only of two writes at
once can a rule lose one for a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dslab.properties import World
from dslab.protocols import multi_value
from dslab.protocols.anti_entropy import ArrivalOrder, LastWriterWins, Put, WallClock, cluster, lost_writes
from dslab.run import Run
from dslab.script import at, clock, request
from dslab.simulator.simulate import simulate
from dslab.text import text_table

READS = 50                      # ms from a client's read to its write, where it reads

# (moment in ms, client, value)
WRITES = ((200, "alice", 1), (200, "bob", 2), (1000, "alice", 3),
          *((1250 + 500 * place, "bob", 4 + place) for place in range(12)))
LENGTH = 8000                   # ms


def last_writer(replica: type[LastWriterWins], ahead: float) -> Run:
    """The writes at replicas that keep one value; `ahead`: of A's clock, in seconds."""
    at_replica = {"alice": "A", "bob": "B"}
    writes = [at(time, request(at_replica[client], Put("x", value), client=client)) for time, client, value in WRITES]
    return cluster(at(0, clock("A", offset=1000 * ahead)), *writes, replica=replica, nodes="AB", duration=LENGTH)


def multi_valued(ahead: float) -> Run:
    """The writes at replicas that keep siblings; each client reads before it writes."""
    script = [at(0, clock("A", offset=1000 * ahead))]
    for time, client, value in WRITES:
        script += [at(time - READS, request(client, multi_value.Read(), client=f"user of {client}")),
                   at(time, request(client, multi_value.Write(str(value)), client=f"user of {client}"))]
    return multi_value.cluster(*script, at_server=(("alice", "A"), ("bob", "B")), duration=LENGTH)


def _lost_by_one_value(replica: type[LastWriterWins]) -> Callable[[float], int]:
    return lambda ahead: len(lost_writes(_end(last_writer(replica, ahead))))


def _lost_by_siblings(ahead: float) -> int:
    return len(multi_value.lost_writes(_end(multi_valued(ahead))))


def _end(run: Run) -> World:
    """The world at the end of a run."""
    trace = simulate(run)
    world = World(trace.nodes, trace.initial, trace.operations)
    for step in trace.steps:
        world.after(step)
    return world


RULES: dict[str, Callable[[float], int]] = {
    "order of arrival": _lost_by_one_value(ArrivalOrder),
    "last writer wins, time of day": _lost_by_one_value(WallClock),
    "last writer wins, Lamport": _lost_by_one_value(LastWriterWins),
    "multi-value": _lost_by_siblings,
}


def lost(rule: str, ahead: float) -> int:
    """How many of the acknowledged writes a rule loses, if A's clock is `ahead` by so many seconds."""
    return RULES[rule](ahead)


def lost_table(aheads: Iterable[float] = range(6)) -> str:
    """The lost writes of each rule, a column for each number of seconds that A's clock is ahead."""
    aheads = list(aheads)
    rows = [(f"of {len(WRITES)} writes, lost", *(f"{ahead:g} s" for ahead in aheads)),
            *((rule, *(str(lost(rule, ahead)) for ahead in aheads)) for rule in RULES)]
    return text_table(rows, "<" + ">" * len(aheads))
