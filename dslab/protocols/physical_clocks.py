"""Lamport's physical clocks: how closely clocks stay together if messages only ever set them forward.

Each message carries the sender's time. Its delay is at least `LEAST`, so a receiver whose clock shows less than the
timestamp plus `LEAST` is behind, and sets its clock forward; clocks are never set back. All clocks follow the fastest,
and no two differ by more than about d(2κτ + ξ): diameter d of the network, drift of at most κ, a message on each link
every τ, with a delay of up to ξ above the least.

Source: Lamport, "Time, clocks, and the ordering of events in a distributed system" (1978), section "Physical clocks"
and its theorem. Left out: the proof.
"""

from dslab.network import Network, uniform
from dslab.node import Node, message
from dslab.properties import always, sometimes
from dslab.run import Run
from dslab.script import at, clock

DRIFT, EVERY, LEAST, SPREAD = 200, 1000, 5, 10      # κ in ppm; τ, the shortest delay and ξ in ms
LINE = (("A", "B"), ("B", "C"), ("C", "D"), ("D", "E"))
BOUND = len(LINE) * (2 * DRIFT * 1e-6 * EVERY + SPREAD)     # ms


@message
class Stamp:
    time: float             # ms: the reading of the sender's clock
    label = "{time:.1f}"
    sentence = "{src} tells {dst}: my clock shows {time:.1f}"


class PhysicalClock(Node):
    """Sends its time to its neighbours, and is set forward if it is behind [rules IR1' and IR2']."""

    shown = ("pushed",)

    def init(self):
        self.pushed = 0.0       # ms: how far this clock was set forward, in total

    def on_start(self):
        self.set_timer("tell", EVERY)

    def on_tell_timer(self):
        for node in self.neighbours:
            self.send(node, Stamp(self.now))
        self.output("shows", self.now)
        self.set_timer("tell", EVERY)

    def on_stamp(self, src, msg):
        behind = msg.time + LEAST - self.now
        if behind > 0:
            self.pushed += behind
            self.step_clock(behind)


def errors(world):
    """Node -> the latest reading of its clock minus true time, in ms."""
    return {output.node: output.values[0] - output.time for output in world.outputs("shows")}


@always
def no_two_clocks_are_farther_apart_than_the_bound(world):
    """About d(2κτ + ξ), once the fastest clock's time has reached all nodes: after the first d times τ."""
    shown = world.outputs("shows")
    if not shown or shown[-1].time < (len(LINE) + 1) * EVERY:
        return None
    wrong = errors(world)
    first, last = min(wrong, key=wrong.get), max(wrong, key=wrong.get)
    if wrong[last] - wrong[first] > BOUND:
        return f"the clock of {last} is {wrong[last] - wrong[first]:g} ms ahead of that of {first}"


@always
def no_clock_goes_back(world):
    latest = {}
    for output in world.outputs("shows"):
        if output.values[0] < latest.get(output.node, output.values[0]):
            return f"the clock of {output.node} went from {latest[output.node]:g} back to {output.values[0]:g} ms"
        latest[output.node] = output.values[0]


@sometimes
def all_clocks_are_wrong(world):
    """Clocks stay close to each other, not to true time."""
    wrong = errors(world)
    return len(wrong) == len(world.nodes) and all(abs(error) > 1 for error in wrong.values())


PROMISES = (no_two_clocks_are_farther_apart_than_the_bound, no_clock_goes_back, all_clocks_are_wrong)


def line(*rates, seed=0, duration=20_000, title=""):
    """Five nodes in a line, whose clocks run fast by these rates, in ppm."""
    return Run(PhysicalClock, 5, topology=LINE, network=Network(latency=uniform(LEAST, LEAST + SPREAD)), seed=seed,
               duration=duration, title=title,
               script=[at(0, clock(node, drift=rate)) for node, rate in zip("ABCDE", rates, strict=True) if rate])


DEMO = line(DRIFT, -DRIFT, 0, DRIFT, -DRIFT, title="Physical clocks: five quartzes in a line")
