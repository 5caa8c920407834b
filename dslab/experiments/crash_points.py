"""The crash points of a two-phase commit: what can the participants do, wherever the coordinator crashes?

The points are not listed by hand: a run without faults is simulated, and its coordinator is crashed before each of its
steps, and between any two messages that it sends in one step. Each crash is simulated four times: with participants
that ask the coordinator only; that ask each other too; the same, but whoever was told crashes as well; and with a
coordinator that restarts. [Bernstein, Hadzilacos and Goodman, "Concurrency control and recovery in database systems",
1987, section 7.4]
"""

from __future__ import annotations

from dataclasses import dataclass

from dslab.network import Network, Settings, constant
from dslab.node import Node
from dslab.protocols.two_phase_commit import ABORTED, COMMITTED, Coordinator, Decision, Participant, Prepare, commit
from dslab.protocols.two_phase_variants import AsksAgain, Cooperative
from dslab.run import Run, node_names
from dslab.script import At, at, crash, drop, recover
from dslab.simulator.simulate import simulate
from dslab.text import text_table
from dslab.trace import Envelope

MOMENTS = ("nobody was asked", "some were asked", "all were asked, nothing is decided", "decided, nobody was told",
           "some were told", "all were told")
ALONE, TOGETHER, SILENCED, RESTART = ("they ask the coordinator", "they ask each other too",
                                      "... and who was told is down", "the coordinator restarts")
WAYS: dict[str, type[Node]] = {ALONE: Participant, TOGETHER: Cooperative, SILENCED: Cooperative, RESTART: AsksAgain}
WORDS = {"prepared": "block", ABORTED: "abort", COMMITTED: "commit"}
TOLD_BY, RESTART_AT = 50.0, 300.0       # ms: all messages have arrived; all patience is over


@dataclass(frozen=True)
class CrashPoint:
    """A crash of the coordinator: how many it had asked by then, whether its decision was on disk, whom it had told."""

    asked: int
    decided: bool
    informed: tuple[str, ...]
    participants: int
    events: tuple[At, ...]      # the crash, and the messages that it no longer sends

    @property
    def told(self) -> int:
        """How many were told."""
        return len(self.informed)

    @property
    def moment(self) -> str:
        """Which of the `MOMENTS` it is."""
        if self.decided:
            return MOMENTS[3 + (self.told > 0) + (self.told == self.participants)]
        return MOMENTS[(self.asked > 0) + (self.asked == self.participants)]

    @property
    def name(self) -> str:
        """The point among all of its moment."""
        done = f"told {self.told}" if self.decided else f"asked {self.asked}"
        return f"{done} of {self.participants}, crash at {self.events[0].time:g} ms"


def healthy(participants: int = 3, coordinator: type[Node] = Coordinator, participant: type[Node] = Participant,
            ) -> Run:
    """The run without faults; the votes arrive one after the other."""
    names = node_names(participants)
    links: dict[tuple[str, str], Settings] = {
        (name, "coordinator"): {"latency": constant(10 + 2 * place)} for place, name in enumerate(names)}
    return commit(coordinator, participant, names=names, network=Network(latency=constant(10), links=links),
                  title="The coordinator crashes")


def crash_points(participants: int = 3, coordinator: type[Node] = Coordinator) -> list[CrashPoint]:
    """All points at which the crash of the coordinator differs in what it has read, written and sent by then."""
    steps = [step for step in simulate(healthy(participants, coordinator)) if step.node == "coordinator"]
    found: list[CrashPoint] = []
    sent: list[Envelope] = []
    decided = False
    for step in steps:
        found.append(_point(step.time - 0.5, sent, decided, participants))
        decided = decided or bool(step.changes.get("log"))
        for count in range(len(step.sent)):
            found.append(_point(step.time + 0.5, [*sent, *step.sent[:count]], decided, participants,
                                step.sent[count:]))
        sent += step.sent
    return [*found, _point(steps[-1].time + 0.5, sent, decided, participants)]


def _point(time: float, sent: list[Envelope], decided: bool, participants: int, unsent: tuple[Envelope, ...] = (),
           ) -> CrashPoint:
    asked, informed = (tuple(one.dst for one in sent if isinstance(one.payload, kind)) for kind in (Prepare, Decision))
    events = (at(time, crash("coordinator")), *(at(0, drop(one.name)) for one in unsent))
    return CrashPoint(len(asked), decided, informed, participants, events)


@dataclass(frozen=True)
class CrashRun:
    """A crash point, played in one of the `WAYS`."""

    point: CrashPoint
    way: str
    coordinator: type[Node] = Coordinator

    @property
    def name(self) -> str:
        """The name of the point."""
        return self.point.name

    @property
    def run(self) -> Run:
        """The run."""
        run = healthy(self.point.participants, self.coordinator, WAYS[self.way]).plus(*self.point.events)
        if self.way == SILENCED:
            return run.plus(*(at(TOLD_BY, crash(node)) for node in self.point.informed))
        return run.plus(at(RESTART_AT, recover("coordinator"))) if self.way == RESTART else run

    def ends(self) -> dict[str, str]:
        """Participant -> how it ends: block, abort or commit; without those that are down."""
        last = simulate(self.run).state_at(-1)
        down = self.point.informed if self.way == SILENCED else ()
        return {node: WORDS[state["role"]] for node, state in last.items() if "lock" in state and node not in down}

    def outcome(self) -> str:
        """Who ends how, in a few words."""
        ends = self.ends()
        groups = {word: [node for node in ends if ends[node] == word] for word in WORDS.values()}
        return ", ".join(f"{' '.join(nodes)}: {word}" for word, nodes in groups.items() if nodes)


@dataclass(frozen=True)
class CrashTable:
    """The crash-point table: `rows`, `columns` and `examples` are those of `Grid`.

    Args:
        participants: how many vote.
        coordinator: its class.
    """

    participants: int = 3
    coordinator: type[Node] = Coordinator

    @property
    def columns(self) -> tuple[str, ...]:
        """What is done about the crash."""
        return tuple(WAYS)

    @property
    def rows(self) -> dict[str, tuple[str, ...]]:
        """Moment of the crash -> a verdict for each column."""
        return {moment: tuple(self.verdict(moment, way) for way in WAYS) for moment in MOMENTS
                if self.examples(moment, ALONE)}

    def examples(self, moment: str, way: str) -> list[CrashRun]:
        """The runs of a cell: one for each crash point of the moment."""
        return [CrashRun(point, way, self.coordinator) for point in crash_points(self.participants, self.coordinator)
                if point.moment == moment and not (way == SILENCED and point.told == self.participants)]

    def verdict(self, moment: str, way: str) -> str:
        """How participants end, over all runs of a cell."""
        seen = {word for one in self.examples(moment, way) for word in one.ends().values()}
        return " or ".join(word for word in WORDS.values() if word in seen) or "nobody is up"

    def __repr__(self) -> str:
        return text_table([["the coordinator crashes when", *self.columns],
                           *([moment, *cells] for moment, cells in self.rows.items())])
