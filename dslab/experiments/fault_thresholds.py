"""How many nodes are needed to tolerate t faults: a table of theorems, and runs that illustrate it.

[Dwork, Lynch and Stockmeyer, "Consensus in the presence of partial synchrony", 1988, table I]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dslab.experiments.byzantine_strategies import BOTH, all_say
from dslab.properties import Promise, judge
from dslab.protocols.byzantine import ATTACK, IC1, IC2, RETREAT, says
from dslab.protocols.flp import Arbiter, all_that_are_up_decide, votes
from dslab.protocols.raft import Raft, a_leader_is_elected
from dslab.protocols.signed_messages import signed
from dslab.run import Run
from dslab.script import at, crash, delay, drop
from dslab.simulator.simulate import simulate

FAILURES = ("fail-stop", "omission", "Byzantine, signed", "Byzantine")
NEVER = "impossible"
SYNCHRONOUS, ASYNCHRONOUS = "all synchronous", "all asynchronous"
LATE, LATE_AND_SLOW, SLOW = "messages may be late", "messages late, nodes slow", "nodes may be slow"
RESILIENCE: Mapping[str, tuple[str, ...]] = {
    SYNCHRONOUS: ("t", "t", "t", "3t + 1"),
    ASYNCHRONOUS: (NEVER,) * len(FAILURES),
    LATE: ("2t + 1", "2t + 1", "3t + 1", "3t + 1"),
    LATE_AND_SLOW: ("2t + 1", "2t + 1", "3t + 1", "3t + 1"),
    SLOW: ("t", "2t to 2t + 1", "2t + 1", "3t + 1"),
}


def resilience_table() -> str:
    """The least number of nodes for t faults; a mere "t" means any number of faults, of at least two nodes.

    "Late" and "slow" are partial synchrony: they end at an unknown time, or have an unknown bound.
    """
    width = max(map(len, RESILIENCE))
    rows = [("", FAILURES), *RESILIENCE.items()]
    return "\n".join(f"{name:{width}}  " + "  ".join(f"{cell:17}" for cell in cells).rstrip() for name, cells in rows)


def least(synchrony: str, failure: str) -> str:
    """One cell of the table."""
    return RESILIENCE[synchrony][FAILURES.index(failure)]


@dataclass(frozen=True)
class Example:
    """A run for a cell of the table, and the promises that it keeps or breaks: an illustration, not a proof."""

    synchrony: str
    failure: str
    name: str
    run: Run
    promises: tuple[Promise, ...] = (IC1, IC2)

    def outcome(self) -> str:
        """The outcome of the run, in a few words."""
        bad = [verdict for verdict in judge(simulate(self.run), self.promises) if not verdict]
        if not bad:
            return "as promised"
        return bad[0].sentence if bad[0].status == "broken" else f"it never happens that {bad[0].promise.name}"


SPLIT = signed(3, traitors={"A": says("A", B=(ATTACK,), C=(RETREAT,))}, title="What B and C tell each other is late")
SILENT = signed(3, title="The commander crashes while it speaks")
THREE = Run(Raft, 3, until="leader", title="Raft: one of three servers is down")

EXAMPLES = (
    Example(SYNCHRONOUS, "Byzantine", "OM(1), 3 generals, 1 traitor", all_say(3, 1, "C", RETREAT)),
    Example(SYNCHRONOUS, "Byzantine", "OM(1), 4 generals, 1 traitor", all_say(4, 1, "D", RETREAT)),
    Example(SYNCHRONOUS, "Byzantine", "OM(2), 6 generals, 2 traitors", all_say(6, 2, "EF", RETREAT)),
    Example(SYNCHRONOUS, "Byzantine", "OM(2), 7 generals, 2 traitors", all_say(7, 2, "FG", RETREAT)),
    Example(SYNCHRONOUS, "Byzantine, signed", "SM(1), 3 generals, 1 traitor",
            all_say(3, 1, "C", (RETREAT,), make=signed)),
    Example(SYNCHRONOUS, "Byzantine, signed", "SM(2), 4 generals, 2 traitors", all_say(4, 2, "AB", BOTH, make=signed)),
    Example(SYNCHRONOUS, "fail-stop", "SM(1), the commander crashes",
            SILENT.plus(at(0, drop("A->C#1")), at(25, crash("A")))),
    Example(ASYNCHRONOUS, "fail-stop", "an arbiter crashes", votes(Arbiter, "010", script=[at(1, crash("C"))]),
            (all_that_are_up_decide,)),
    Example(LATE, "fail-stop", "Raft, 3 servers, 1 is down", THREE.plus(at(0, crash("A"))), (a_leader_is_elected,)),
    Example(LATE, "fail-stop", "Raft, 2 servers, 1 is down",
            THREE.replace(nodes=2, title="Raft: one of two servers is down").plus(at(0, crash("A"))),
            (a_leader_is_elected,)),
    Example(LATE, "Byzantine, signed", "SM(1), 3 generals, 1 traitor",
            SPLIT.plus(at(0, delay("B->C#1", by=100)), at(0, delay("C->B#1", by=100)))),
)


def examples_of(synchrony: str, failure: str) -> list[Example]:
    """The examples for a cell of the table."""
    return [one for one in EXAMPLES if (one.synchrony, one.failure) == (synchrony, failure)]


def example_table() -> str:
    """A line for each example: its cell, the number of nodes needed there, and the outcome of the run."""
    lines = [f"{'':21}  {'':17}  {'at least':10}  {'run':31}  outcome"]
    for one in EXAMPLES:
        lines.append(f"{one.synchrony:21}  {one.failure:17}  {least(one.synchrony, one.failure):10}  {one.name:31}  "
                     f"{one.outcome()}")
    return "\n".join(lines)
