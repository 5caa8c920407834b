"""Exercise 2.4: an eventually perfect failure detector [Chandra and Toueg 1996, section 9]."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise, permutations
from random import Random

from dslab.experiments.detector_quality import crashes, suspicions
from dslab.grader.demands import Demand, Objection, at_the_end, for_each
from dslab.grader.exercise import MakeItRight, Names
from dslab.grader.runs import asks, calm
from dslab.network import Network, uniform
from dslab.node import Node, message
from dslab.properties import always
from dslab.protocols.failure_detectors import TICK, Heartbeat
from dslab.run import Run
from dslab.script import at, clock, crash, pause, resume, set_link
from dslab.trace import Trace

FIRST = 2               # ticks for which every peer may be silent at first

# ---- what the learner starts from ------------------------------------------------------------------------------------


@message
class Work:
    """A request: be busy for this many ticks."""

    ticks: int


@message
class Report:
    """What a busy node sends, in place of a heartbeat."""


class Watcher(Node):
    """Sends its peers a heartbeat in every tick. What is missing is whom it suspects, and when.

    A tick is 50 ms. self.suspect(peer) and self.trust(peer) change the set self.suspected and report the change.
    """

    shown = ("suspected",)

    def init(self):
        self.suspected = set()              # whom this node suspects
        self.allowed = {}                   # yours: peer -> ticks for which it may be silent
        self.silent = {}                    # yours: peer -> ticks since it was last heard
        self.busy = 0                       # ticks for which it sends reports

    def begin(self):
        """The node starts. Nobody is suspected; every peer may be silent for FIRST ticks. Set your attributes."""

    def on_heartbeat(self, src, msg):
        """A heartbeat has come from src. If src was suspected that was a mistake: trust it, and be more patient."""

    def on_report(self, src, msg):
        """A report has come from src, which is busy and sends no heartbeats."""

    def tick(self):
        """A tick is over: suspect the peers that have been silent for longer than they may."""

    def suspect(self, peer):
        if peer not in self.suspected:
            self.suspected.add(peer)
            self.output("suspect", peer)

    def trust(self, peer):
        if peer in self.suspected:
            self.suspected.discard(peer)
            self.output("trust", peer)

    def on_start(self):
        self.begin()
        self.speak()

    def on_tick_timer(self):
        self.speak()
        self.tick()

    def speak(self):
        self.broadcast(Report() if self.busy else Heartbeat())
        self.busy = max(0, self.busy - 1)
        self.set_timer("tick", TICK)

    def on_work(self, src, msg):
        self.busy = msg.ticks


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Watcher):
    def begin(self):
        self.allowed = dict.fromkeys(self.peers, FIRST)
        self.silent = dict.fromkeys(self.peers, 0)

    def on_heartbeat(self, src, msg):
        if src in self.suspected:
            self.allowed[src] += 1
            self.trust(src)
        self.silent[src] = 0

    def on_report(self, src, msg):
        self.on_heartbeat(src, msg)

    def tick(self):
        for peer in self.peers:
            self.silent[peer] += 1
            if self.silent[peer] > self.allowed[peer]:
                self.suspect(peer)


class OneTimeoutForAll(Watcher):
    """Right: all peers are looked at together, and one mistake makes the node more patient with all of them."""

    def begin(self):
        self.allowed, self.silent = {"all": FIRST}, {"since": 0, "heard": list(self.peers)}

    def on_heartbeat(self, src, msg):
        self.silent["heard"].append(src)

    on_report = on_heartbeat

    def tick(self):
        self.silent["since"] += 1
        if self.silent["since"] < self.allowed["all"]:
            return
        heard = set(self.silent["heard"])
        self.allowed["all"] += bool(heard & self.suspected)
        for peer in self.peers:
            (self.trust if peer in heard else self.suspect)(peer)
        self.silent = {"since": 0, "heard": []}


class Doubles(Reference):
    """Right: the timeout doubles, and what counts is the number of the tick in which a peer was heard."""

    def init(self):
        super().init()
        self.ticks = 0

    def on_heartbeat(self, src, msg):
        if src in self.suspected:
            self.allowed[src] *= 2
        self.trust(src)
        self.silent[src] = self.ticks

    def tick(self):
        self.ticks += 1
        for peer in self.peers:
            if self.ticks - self.silent[peer] > self.allowed[peer]:
                self.suspect(peer)


class MeasuresSpans(Reference):
    """Right: the silence is measured by the monotonic clock."""

    def begin(self):
        self.allowed = dict.fromkeys(self.peers, FIRST * TICK)
        self.silent = dict.fromkeys(self.peers, self.monotonic)

    def on_heartbeat(self, src, msg):
        if src in self.suspected:
            self.allowed[src] += TICK
            self.trust(src)
        self.silent[src] = self.monotonic

    def tick(self):
        for peer in self.peers:
            if self.monotonic - self.silent[peer] > self.allowed[peer]:
                self.suspect(peer)


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class NeverForgives(Reference):
    """Once suspected, always suspected."""

    def on_heartbeat(self, src, msg):
        self.silent[src] = 0


class FixedTimeout(Reference):
    """Nothing is learned from a mistake."""

    def on_heartbeat(self, src, msg):
        self.trust(src)
        self.silent[src] = 0


class BeginsAnew(Reference):
    """The timeout grows while a peer is suspected, and is reset to its first value when that peer is heard."""

    def on_heartbeat(self, src, msg):
        self.trust(src)
        self.allowed[src], self.silent[src] = FIRST, 0

    def tick(self):
        super().tick()
        for peer in self.suspected:
            self.allowed[peer] += 1


class DeafToReports(Reference):
    """Only heartbeats are signs of life."""

    def on_report(self, src, msg):
        self.note("no heartbeat")


class TimeOfDay(MeasuresSpans):
    """Measures silence by the time-of-day clock."""

    @property
    def monotonic(self):
        return self.now


class SuspectsItself(Reference):
    """Suspects itself, since a node hears nothing from itself."""

    def begin(self):
        self.allowed = dict.fromkeys((self.id, *self.peers), FIRST)
        self.silent = dict.fromkeys((self.id, *self.peers), 0)

    def tick(self):
        for node in self.silent:
            self.silent[node] += 1
            if self.silent[node] > self.allowed[node]:
                self.suspect(node)


class AnotherChance(Reference):
    """A suspicion expires, even if nothing was heard."""

    def tick(self):
        for peer in self.peers:
            if self.silent[peer] > self.allowed[peer] + 3:
                self.silent[peer] = 0
                self.trust(peer)
        super().tick()


class MorePatientEachTick(Reference):
    """The timeout grows as fast as the silence."""

    def tick(self):
        super().tick()
        for peer in self.peers:
            self.allowed[peer] += 1


# ---- what is judged --------------------------------------------------------------------------------------------------

Sign = tuple[float, int, str]               # when, at which step, of what kind


def signs_of_life(trace: Trace) -> dict[tuple[str, str], list[Sign]]:
    """(observer, subject) -> what the observer has heard of the subject; its own start and recovery count, too."""
    found = {pair: [(0.0, 0, "start")] for pair in permutations(trace.nodes, 2)}
    for step in trace.steps:
        if step.kind == "receive":
            found[step.node, step.message.src].append((step.time, step.index, step.name))
        elif step.kind == "recover":
            for peer in set(trace.nodes) - {step.node}:
                found[step.node, peer].append((step.time, step.index, "recovery"))
    return found


def longest(signs: list[Sign]) -> float:
    """The longest silence, in ms, that came to an end."""
    return max((later[0] - earlier[0] for earlier, later in pairwise(signs)), default=0.0)


def awake(trace: Trace) -> set[str]:
    """The nodes that are up, and not paused, at the end of the run."""
    last = {step.node: step.time for step in trace.steps}
    return {node for node in trace.nodes if last.get(node, 0) >= trace.steps[-1].time - 2 * TICK} - set(crashes(trace))


@always
def nobody_suspects_itself(world):
    for output in world.outputs("suspect"):
        if output.values[0] == output.node:
            return f"{output.node} suspects itself"
        if output.values[0] not in world.nodes:
            return f"{output.node} suspects {output.values[0]!r}, which is not a node"


@for_each(suspicions)
def a_suspicion_has_a_silence_as_its_reason(trace, one):
    before = [sign for sign in signs_of_life(trace).get((one.observer, one.subject), ()) if sign[1] < one.step]
    if before and one.begin - before[-1][0] < FIRST * TICK - 1:
        time, step, kind = before[-1]
        set_between = any(other.kind == "clock" and other.node == one.observer for other in trace.steps[step:one.step])
        why = ": its clock was set in between" if set_between else ""
        what = f"{one.subject}'s {kind} of step {step}" if kind in ("Heartbeat", "Report") else f"its own {kind}"
        return f"{one.observer} suspects {one.subject} only {one.begin - time:.0f} ms after {what}{why}"


@at_the_end
def in_the_end_the_crashed_are_suspected_and_only_they(trace):
    """Due a second after the last sign of life, and three times the longest silence so far."""
    end, down, up = trace.steps[-1].time, crashes(trace), awake(trace)
    lasting = {(one.observer, one.subject): one for one in suspicions(trace) if one.end > end}
    for (node, peer), signs in signs_of_life(trace).items():
        one, due = lasting.get((node, peer)), end - 1000 - 3 * longest(signs)
        if node in up and peer in down and not one and max(signs[-1][0], down[peer]) <= due:
            return (f"{node} does not suspect {peer} at the end of the run, though it crashed at {down[peer]:g} ms "
                    f"and was last heard from at {signs[-1][0]:.0f} ms")
        after = [sign for sign in signs if one and sign[1] > one.step]
        if node in up and peer in up and after and after[0][0] <= due:
            return (f"{node} still suspects {peer} at the end of the run, although {peer}'s {after[0][2]} came at step"
                    f" {after[0][1]}, after the suspicion of step {one.step}")


def the_mistakes_come_to_an_end(trace: Trace) -> Objection | None:
    """If each is worth a tick, so many ticks as the longest silence has are enough."""
    signs, made, gone = signs_of_life(trace), Counter(), {step.node for step in trace.steps if step.kind == "crash"}
    for one in suspicions(trace):
        pair = one.observer, one.subject
        if one.mistaken and one.observer not in gone and pair in signs:
            made[pair] += 1
            silence = longest([*signs[pair], (trace.steps[-1].time, 0, "end")])
            if made[pair] > silence / TICK + 1:
                return Objection(f"{one.observer} suspects {one.subject} wrongly for the {made[pair]}th time, although"
                                 f" {one.subject} was never silent for more than {silence:.0f} ms", one.step)
    return None


DEMANDS = (
    Demand(nobody_suspects_itself, "A detector is about the others: self.peers are all nodes but this one.", hint=0),
    Demand(a_suspicion_has_a_silence_as_its_reason, f"Silence of up to {FIRST} ticks is no reason to suspect anybody; "
           "every message is a sign of life, and a clock that can be set cannot measure a time span.", hint=1),
    Demand(in_the_end_the_crashed_are_suspected_and_only_they, "Strong completeness: every crashed node is suspected "
                                                               "for good. Eventual strong accuracy: every live node "
                                                               "is trusted again.", hint=2),
    Demand(the_mistakes_come_to_an_end, "Eventual strong accuracy: each mistake makes the timeout longer, for good, "
                                        "until it exceeds every delay.", hint=3),
)


# ---- the runs --------------------------------------------------------------------------------------------------------

QUIET = Network(latency=uniform(5, 15))


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    a, b, c = names
    for events in (
        [at(520, crash(a))], [at(520, crash(b))], [at(520, crash(c))],
        [at(520, pause(b)), at(800, resume(b)), *asks(820, b, Work(10))],
        [at(520, clock(a, step=60_000)), at(600, clock(a, step=-90_000)), at(700, crash(c))],
    ):
        yield Run(protocol, names, network=QUIET, duration=2000, script=events)
    doubling = [at(500 * place, set_link(latency=uniform(5, 50 * 2 ** place))) for place in (1, 2, 3)]
    yield Run(protocol, (a, b), network=Network(latency=uniform(5, 50)), script=doubling, duration=15_000, seed=1)


def days(protocol: type[Node], names: Names, seed: int) -> Run:
    """Delays of some length, nodes that are busy, and perhaps one that crashes."""
    draw = Random(f"{seed} days")
    events = asks(draw.randrange(800), draw.choice(names), Work(draw.randrange(20)))
    if draw.random() < 0.6:
        events.append(at(draw.randrange(1000), crash(draw.choice(names))))
    return calm(protocol, names, events, network=Network(latency=uniform(5, draw.choice((15, 60, 200)))), duration=2400)


EXERCISES = (MakeItRight(
    number="2.4", title="Eventually perfect failure detector",
    task="Write when a node suspects a peer and when it trusts it again. Crashed nodes must be suspected for good, "
         "and live nodes no longer, once message delays stay within some bound, which you do not know.",
    base=Watcher, asks=("begin", "on_heartbeat", "on_report", "tick"), lines=14,
    reference=Reference, right=(OneTimeoutForAll, Doubles, MeasuresSpans),
    wrong=((NeverForgives, "still suspects"), (FixedTimeout, "wrongly for the"), (BeginsAnew, "wrongly for the"),
           (DeafToReports, "'s Report of step"), (TimeOfDay, "its clock was set in between"),
           (SuspectsItself, "suspects itself"), (AnotherChance, "does not suspect"),
           (MorePatientEachTick, "does not suspect")),
    demands=DEMANDS, scenarios=scenarios, swarm=days, faults=("delay", "pause"),
    hints=(
        "In tick, go through self.peers. In begin, give each of them an entry in self.allowed and in self.silent.",
        "Count ticks rather than read a clock: one more in each tick, 0 again with every message, whatever it says.",
        "on_heartbeat: if src is in self.suspected, call self.trust(src). Nothing else ends a suspicion.",
        "When you trust somebody again, add one to self.allowed[src], and never take it back.",
    ),
),)
