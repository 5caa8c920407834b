"""The Berkeley algorithm: without a source of true time, all nodes set their clocks to their average.

One node, the master, polls every other node's clock, corrects the reading by half the round trip, discards outliers,
and sends each node the amount to adjust by. The clocks agree with each other, not with true time.

Source: Gusella and Zatti, "The accuracy of the clock synchronization achieved by TEMPO in Berkeley UNIX 4.3BSD"
(1989). Left out: the election of another master when this one crashes.
"""

from statistics import fmean, median

from dslab.network import Network, uniform
from dslab.node import Node, message
from dslab.properties import in_the_end, sometimes
from dslab.run import Run
from dslab.script import at, clock

FAR = 1000.0            # ms: a clock that is farther from the median is an outlier
NEAR = 10.0             # ms: the greatest difference between two clocks afterwards


@message
class Ask:
    sent: float             # ms, by the master's clock
    label, look = "time?", "ask"
    sentence = "{src} asks {dst} for its time"


@message
class Shows:
    sent: float             # ms: copied from the request
    time: float             # ms: the reading of this node's clock
    label = "{time:.1f}"
    sentence = "{src} tells {dst}: my clock shows {time:.1f}"


@message
class Move:
    by: float               # ms
    label = "{by:+.1f} ms"
    sentence = "{src} tells {dst}: set your clock by {by:+.1f} ms"


class Berkeley(Node):
    """A node; the first by name is the master, which waits `WAIT` ms for replies."""

    WAIT = 100

    shown = ("moved",)

    def init(self):
        self.apart = {}         # node -> ms: how far its clock is ahead of the master's
        self.moved = None       # ms: the adjustment of this clock

    def on_start(self):
        if self.id == min((self.id, *self.peers)):
            self.apart = {self.id: 0.0}
            self.broadcast(Ask(self.now))
            self.set_timer("count", self.WAIT)

    def on_ask(self, src, msg):
        self.send(src, Shows(msg.sent, self.now))

    def on_shows(self, src, msg):
        way = (self.now - msg.sent) / 2
        self.apart[src] = round(msg.time + way - self.now, 3)
        self.note(f"the clock of {src} is ahead by {self.apart[src]:g} ms, if both ways take {way:g} ms")

    def on_count_timer(self):
        middle = median(self.apart.values())
        believed = [apart for apart in self.apart.values() if abs(apart - middle) <= FAR]
        average = round(fmean(believed), 3)
        self.note(f"{len(believed)} of {len(self.apart)} clocks are believed; their average is {average:g} ms ahead")
        for node, apart in sorted(self.apart.items()):
            if node == self.id:
                self.move(average)
            else:
                self.send(node, Move(round(average - apart, 3)))

    def on_move(self, src, msg):
        self.move(msg.by)

    def move(self, by):
        """Step the clock. A real system slews a small adjustment."""
        self.moved = by
        self.step_clock(by)
        self.output("moved", by)
        self.set_timer("tell", 1000)

    def on_tell_timer(self):
        self.output("shows", self.now)


@in_the_end
def all_clocks_are_near_each_other(world):
    """Each node outputs its time a second after the adjustment, when all have been adjusted."""
    wrong = {output.node: output.values[0] - output.time for output in world.outputs("shows")}
    if wrong and max(wrong.values()) - min(wrong.values()) > NEAR:
        first, last = min(wrong, key=wrong.get), max(wrong, key=wrong.get)
        return f"the clock of {last} is {wrong[last] - wrong[first]:g} ms ahead of that of {first}"


@sometimes
def all_agree_and_nobody_is_right(world):
    wrong = [output.values[0] - output.time for output in world.outputs("shows")]
    return len(wrong) == len(world.nodes) and all(abs(error) > NEAR for error in wrong)


PROMISES = (all_clocks_are_near_each_other, all_agree_and_nobody_is_right)


def rounds(*offsets, seed=0, title=""):
    """One round of nodes A, B, C, ... whose clocks are ahead by these offsets, in ms."""
    names = tuple("ABCDEFGH"[:len(offsets)])
    return Run(Berkeley, names, network=Network(latency=uniform(2, 6)), seed=seed, title=title, duration=3000, script=[
        at(0, clock(name, offset=offset)) for name, offset in zip(names, offsets, strict=True) if offset])


DEMO = rounds(0, 90, -30, 150, title="Berkeley: four clocks, none of them right")
DEMOS = {"four clocks": DEMO, "a clock gone wrong": rounds(0, 90, -30, 3_600_000, title="Berkeley: D is an hour ahead")}
