"""Hybrid logical clocks: timestamps that respect causality and stay close to physical time.

A timestamp is a pair: the largest physical time that the node knows of, and a counter that orders events with equal
times. At each event the node takes the maximum of its own clock and the timestamps it knows; if its own clock is
ahead, the counter is reset to 0. The timestamp is ahead of the node's clock by no more than the clocks differ.

Source: Kulkarni, Demirbas, Madappa, Avva and Leone, "Logical physical clocks" (2014), figure 5. Left out: packing
the pair into 64 bits, and rejecting timestamps that are too far ahead, as real systems do.
"""

from dslab.node import Node
from dslab.properties import always
from dslab.protocols.logical_clocks import EXAMPLE, FIGURE_1, Stamped, drawing, events, happened_before
from dslab.script import at, clock

HOUR = 3_600_000        # ms
FAR = 50                # ms: the greatest difference between two clocks of `DEMO`


class HybridClock(Node):
    """A physical time and a counter."""

    shown = ("stamp",)

    def init(self):
        self.stamp = (0.0, 0)                   # the timestamp of the latest event here: ms, counter
        self.read = 0.0                         # ms: the reading of this node's clock at that event

    def on_local(self, src, msg):
        self.tick(msg.event)

    def on_send(self, src, msg):
        self.tick(msg.event)
        for dst, receipt in msg.to:
            self.send(dst, Stamped(self.stamp, msg.event, receipt))

    def on_stamped(self, src, msg):
        self.tick(msg.receipt, msg.sent, heard=msg.stamp)

    def tick(self, event, *cause, heard=(0.0, 0)):
        """Timestamp an event: not below this node's clock, and above every timestamp it knows."""
        known, self.read = max(self.stamp, heard), self.now
        if self.read > known[0]:
            self.note("its own clock is ahead of all that is known")
            self.stamp = (self.read, 0)
        else:
            self.note(f"{known[0]:g} ms is known, its own clock shows {self.read:g} ms: only the counter moves")
            self.stamp = (known[0], known[1] + 1)
        self.output("event", event, self.stamp, *cause)


@always
def what_happened_before_has_the_smaller_stamp(world):
    """The clock condition [Lamport 1978], with pairs in lexicographic order."""
    history = events(world)
    stamp = {event.name: event.stamp for event in history}
    for second, past in happened_before(history).items():
        for first in sorted(past):
            if not stamp[first] < stamp[second]:
                return (f"{first} happened before {second}, but its stamp {stamp[first]} is not smaller"
                        f" than {stamp[second]}")


@always
def a_stamp_is_near_the_clock_of_its_node(world):
    """Never behind the clock, and ahead of it by no more than the clocks differ."""
    for name, state in world.having("read").items():
        ahead = state.stamp[0] - state.read
        if not 0 <= ahead <= FAR:
            return f"the latest event of {name} is stamped {ahead:,.1f} ms ahead of its clock"


PROMISES = (what_happened_before_has_the_smaller_stamp, a_stamp_is_near_the_clock_of_its_node)

DEMO = drawing(HybridClock, *EXAMPLE, title="Hybrid clocks: B is 30 ms behind").plus(at(0, clock("B", offset=-30)))
DEMOS = {
    "hybrid clock": DEMO,
    "figure 1": drawing(HybridClock, *FIGURE_1, title="Lamport's figure 1, with hybrid stamps"),
    "an hour ahead": drawing(HybridClock, *EXAMPLE, title="Hybrid clocks: A is an hour ahead").plus(
        at(0, clock("A", offset=HOUR))),
}
