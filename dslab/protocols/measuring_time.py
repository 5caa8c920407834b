"""Measuring elapsed time: a machine has a time-of-day clock and a monotonic clock, and only one is right for it.

The time of day is comparable between machines, but may be set between two readings: then the elapsed time is too long,
too short or negative. The monotonic clock is never set, but counts from the boot of its own machine, so its readings
mean nothing on another one. Use the second for durations on one machine, the first for dates and between machines.

Source: Kleppmann, "Designing data-intensive applications" (2017), chapter 8, on monotonic and time-of-day clocks. Left
out: machines that are suspended, while some monotonic clocks stop.
"""

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, sometimes
from dslab.run import Run
from dslab.script import at, clock, crash, recover, request

BEGIN, WORK, WAY = 100, 200, 5          # ms: when work begins, how long it takes, and the delay of a message
FAST = 1e-3                             # the greatest error of a clock's rate: 500 ppm of slewing, 500 ppm of drift


@message
class Slew:
    """A request: correct the clock by slewing."""

    ms: float
    label = "{ms:+g} ms"


@message
class Begun:
    """Work has begun: the readings of the sender's clocks, ms."""

    day: float
    monotonic: float


class Stopwatch(Node):
    """Works once, announces the beginning to the others, and measures the duration by both clocks."""

    shown = ("took",)

    def init(self):
        self.began = None       # the readings when work began: (time of day, monotonic), ms
        self.took = None        # the duration by each clock, ms

    def on_start(self):
        self.set_timer("begin", BEGIN)

    def on_begin_timer(self):
        self.began = (self.now, self.monotonic)
        self.output("begins", *self.began)
        self.broadcast(Begun(*self.began))
        self.set_timer("end", WORK)

    def on_end_timer(self):
        self.took = (self.now - self.began[0], self.monotonic - self.began[1])
        self.output("took", *self.took)

    def on_begun(self, src, msg):
        day, monotonic = self.now - msg.day, self.monotonic - msg.monotonic
        self.note(f"the message of {src} took {day:g} ms by the times of day, {monotonic:g} ms by the monotonic clocks")
        self.output("way", day, monotonic)

    def on_slew(self, src, msg):
        self.slew_clock(msg.ms)


# ---- properties ------------------------------------------------------------------------------------------------------

@always
def spans_by_the_monotonic_clock_of_one_machine_are_right(world):
    """To within a thousandth: quartzes drift, and clocks are slewed."""
    began = {output.node: output.time for output in world.outputs("begins")}
    for output in world.outputs("took")[-1:]:
        passed, measured = output.time - began[output.node], output.values[1]
        if abs(measured - passed) > FAST * passed + 0.01:
            return f"{output.node} measured {measured:g} ms, but {passed:g} ms had passed"


@sometimes
def a_span_by_the_time_of_day_is_negative(world):
    return any(output.values[0] < 0 for output in world.outputs("took"))


@sometimes
def a_message_arrives_before_it_was_sent_by_the_monotonic_clocks(world):
    """The monotonic clocks of two machines count from different moments."""
    return any(output.values[1] < 0 for output in world.outputs("way"))


PROMISES = (spans_by_the_monotonic_clock_of_one_machine_are_right, a_span_by_the_time_of_day_is_negative,
            a_message_arrives_before_it_was_sent_by_the_monotonic_clocks)


def measuring(*meanwhile, title=""):
    """A works from 100 to 300 ms; B, which was rebooted before, receives the announcement of A."""
    return Run(Stopwatch, 2, network=Network(latency=constant(WAY)), title=title, duration=400,
               script=[at(20, crash("B")), at(40, recover("B")), *meanwhile])


DEMO = measuring(at(200, clock("A", step=-300)), title="A stopwatch by a clock that is set back by 300 ms")
DEMOS = {
    "set back": DEMO,
    "set forward": measuring(at(200, clock("A", step=300)), title="A stopwatch by a clock that is set forward"),
    "slewed": measuring(at(90, request("A", Slew(-100.0))), title="A stopwatch by clocks that are slewed"),
    "left alone": measuring(title="A stopwatch by clocks that nobody sets"),
}
