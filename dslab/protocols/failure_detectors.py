"""Failure detectors: which nodes have crashed? The only evidence is how long a node has been silent.

Every node sends heartbeats, and suspects peers from which none arrived within a timeout. A silent node may be crashed
or paused, its messages lost or late: the observer cannot tell. So in a partially synchronous system a detector makes
mistakes; one that raises its timeout after each of them eventually makes no more: it is *eventually perfect*.

Sources: Chandra and Toueg, "Unreliable failure detectors" (1996; the growing timeout, counted in ticks, is that of
section 9); Cachin, Guerraoui and Rodrigues (2011, sections 2.6.2 and 2.6.4) for the properties; Hayashibara et al.,
"The φ accrual failure detector" (2004). Left out: joining nodes. For groups too large for all-to-all heartbeats see
`swim`.
"""

from math import erfc, log, log10, pi, sqrt
from typing import Any

from dslab.marks import Suspects
from dslab.network import Network, uniform
from dslab.node import Node, message
from dslab.properties import always, sometimes
from dslab.run import Run
from dslab.script import At, at, crash, cut, delay, heal, pause, resume, set_link

TICK = 50               # ms: the heartbeat interval
BOUND = 120             # ms: the longest message delay in the synchronous model


@message
class Heartbeat:
    """The sender was up when it sent this."""

    label, look = "heartbeat", "quiet"


class FixedTimeout(Node):
    """Suspects a peer after some ticks of silence, and trusts it again at its next heartbeat.

    The timeout is counted in the node's own ticks, not read from a clock that may be set. A node that was paused
    therefore does not take its own pause for silence of the others.
    """

    marks = (Suspects("suspected"),)
    persistent = ("patience",)

    def init(self):
        self.patience = 2               # the initial timeout: ticks of silence that are allowed
        self.allowed = {}               # peer -> its timeout now, in ticks
        self.silent = {}                # peer -> ticks since its last heartbeat
        self.suspected = set()

    def on_start(self):
        self.allowed = dict.fromkeys(self.peers, self.patience)
        self.silent = dict.fromkeys(self.peers, 0)
        self.beat()

    def beat(self):
        self.broadcast(Heartbeat())
        self.set_timer("tick", TICK)

    def on_tick_timer(self):
        self.beat()
        for peer in self.peers:
            if peer not in self.suspected:
                self.wait_for(peer)

    def wait_for(self, peer):
        """One more tick without a heartbeat."""
        self.silent[peer] += 1
        if self.silent[peer] > self.allowed[peer]:
            self.suspect(peer, f"nothing was heard from {peer} for {self.silent[peer]} ticks, {self.allowed[peer]} are"
                               " allowed")

    def on_heartbeat(self, src, msg):
        if src in self.suspected:
            self.learn(src)
            self.trust(src)
        self.silent[src] = 0

    def suspect(self, peer, why):
        self.suspected.add(peer)
        self.note(why)
        self.output("suspect", peer)

    def learn(self, peer):
        """A suspicion was wrong. A fixed timeout stays as it is."""

    def trust(self, peer):
        self.suspected.discard(peer)
        self.output("trust", peer)


class EventuallyPerfect(FixedTimeout):
    """Raises a peer's timeout by a tick after each mistake: once delays are bounded, there is a last mistake."""

    shown = ("allowed",)

    def learn(self, peer):
        self.allowed[peer] += 1
        self.note(f"was wrong: {peer} may be silent for {self.allowed[peer]} ticks from now on")


class Perfect(FixedTimeout):
    """A perfect detector for the synchronous model: bounded delays, no pauses, reliable links.

    Two heartbeats arrive at most TICK + BOUND apart; the timeout is the number of own ticks in that time.
    """

    def init(self):
        super().init()
        self.patience = (TICK + BOUND) // TICK + 1


# ---- φ accrual: a level of suspicion instead of a verdict; the application chooses the threshold -------------------

class PhiAccrual(FixedTimeout):
    """φ measures how unusual this peer's silence is, and grows while it lasts."""

    shown = ("phi",)
    persistent = ("threshold", "slack", "window")

    def init(self):
        super().init()
        self.threshold = 8.0            # suspect from this φ on
        self.slack = 0                  # ms taken off the silence, for pauses that are not in the window
        self.window = 100               # the number of latest intervals that count
        self.arrival = {}               # peer -> the time of its last heartbeat, in ms since this node's start
        self.intervals = {}             # peer -> ms between its latest heartbeats
        self.phi = {}                   # peer -> φ at the last tick

    def wait_for(self, peer):
        """Compute φ in every tick."""
        self.phi[peer] = self.phi_of(peer)
        if self.phi[peer] >= self.threshold:
            self.suspect(peer, f"φ of {peer} is {self.phi[peer]:.1f}")

    def on_heartbeat(self, src, msg):
        if src in self.arrival:
            self.output("arrival", src, self.phi_of(src))
            interval = round(self.monotonic - self.arrival[src], 3)
            self.intervals[src] = [*self.intervals.get(src, ()), interval][-self.window:]
        self.arrival[src], self.phi[src] = self.monotonic, 0.0
        super().on_heartbeat(src, msg)

    def phi_of(self, peer):
        intervals = self.intervals.get(peer, ())
        if len(intervals) < 2:
            return 0.0                  # no estimate yet
        return round(phi(self.monotonic - self.arrival[peer] - self.slack, *mean_and_deviation(intervals)), 2)


def mean_and_deviation(values: list[float]) -> tuple[float, float]:
    """The mean of some numbers in ms, and their standard deviation, but at least 1 ms."""
    mean = sum(values) / len(values)
    return mean, max(1.0, sqrt(sum((value - mean) ** 2 for value in values) / len(values)))


def phi(silence: float, mean: float, deviation: float) -> float:
    """φ = -log10 of the probability that the next heartbeat of a live node comes later, for normal intervals.

    It is not the probability of a crash. Arguments in ms. Source: Hayashibara et al. 2004, section 4.
    """
    x = (silence - mean) / deviation / sqrt(2)
    if x < 25:
        return -log10(erfc(x) / 2) + 0.0        # never -0.0
    # Further out erfc underflows. This is the logarithm of its asymptote, with an error of less than a thousandth.
    return (x * x + log(2 * x * sqrt(pi))) / log(10)


def phi_exponential(silence: float, mean: float) -> float:
    """φ for exponentially distributed intervals: it grows linearly. Arguments in ms."""
    return silence / mean / log(10)


# ---- properties ----------------------------------------------------------------------------------------------------

@always
def silence_beyond_the_timeout_is_suspicious(world):
    """A peer that is silent beyond its timeout is suspected; strong completeness follows."""
    for node, state in world.having("allowed").items():
        for peer, allowed in state.allowed.items():
            if state.silent[peer] > allowed and peer not in state.suspected:
                return f"{node} has not heard from {peer} for {state.silent[peer]} ticks and does not suspect it"


@always
def nobody_is_suspected_before_it_crashes(world):
    """Strong accuracy: only a perfect detector has it."""
    for node, state in world.having("suspected").items():
        wrongly = sorted(state.suspected & world.up)
        if node in world.up and wrongly:
            return f"{node} suspects {wrongly[0]}, which is up"


@sometimes
def a_crash_is_noticed_by_all_who_are_up(world):
    down = set(world.nodes) - world.up
    return down and all(down <= world.states[node].suspected for node in world.up)


@sometimes
def a_suspicion_is_taken_back(world):
    return bool(world.outputs("trust"))


PROMISES = (silence_beyond_the_timeout_is_suspicious, a_crash_is_noticed_by_all_who_are_up, a_suspicion_is_taken_back)
STRONG_ACCURACY = nobody_is_suspected_before_it_crashes


# ---- runs ----------------------------------------------------------------------------------------------------------

CALM = Network(latency=uniform(5, 15))
ROUGH = uniform(5, 400)
CALM_AGAIN = 1000       # ms: when the delays of `rough` become short


def rough(protocol: type[Node], *, nodes: int = 3, **options: Any) -> Run:
    """Delays of up to 400 ms at first, short ones later; then C crashes."""
    script = [at(CALM_AGAIN, set_link(latency=CALM.default.latency)), at(1700, crash("C"))]
    return Run(protocol, nodes, network=Network(latency=ROUGH), script=script, duration=2200,
               **{"title": "Long delays, short delays, and a crash"} | options)


def for_ever(protocol: type[Node], *, duration: float = 20_000, **options: Any) -> Run:
    """Delays of up to 400 ms throughout: bounded, but the nodes do not know the bound. No node crashes."""
    return Run(protocol, 2, network=Network(latency=ROUGH), duration=duration,
               **{"title": "Delays of up to 400 ms, for ever"} | options)


SILENT_FROM = 330       # ms
SILENCES: dict[str, tuple[At, ...]] = {     # the fault -> how it stops B's messages to A
    "crashed": (at(SILENT_FROM, crash("B")),),
    "slow": (at(SILENT_FROM, pause("B")), at(1000, resume("B"))),
    "lost": (at(SILENT_FROM, cut("B", "A")), at(1000, heal("B", "A"))),
    "delayed": (at(SILENT_FROM, set_link("B", "A", latency=uniform(700, 710))),
                at(1000, set_link("B", "A", latency=CALM.default.latency))),
}


def silence(cause: str, protocol: type[Node] = FixedTimeout) -> Run:
    """B falls silent at 330 ms, for one of four reasons that A cannot tell apart."""
    return Run(protocol, 2, network=CALM, script=SILENCES[cause], duration=2000, title=f"B is silent: {cause}")


def synchronous(protocol: type[Node] = Perfect, *, seed: int = 0, late: float = 0) -> Run:
    """All delays keep to the bound, and C crashes. `late`: ms by which one heartbeat, and all behind it, are late."""
    slip = [at(0, delay("B->A#5", by=late))] if late else []
    return Run(protocol, 3, network=Network(latency=uniform(1, BOUND), fifo=True), seed=seed, duration=1500,
               script=[*slip, at(700 + seed % 50, crash("C"))], title="A synchronous system: delays have a bound")


DEMO = rough(EventuallyPerfect, seed=2)
