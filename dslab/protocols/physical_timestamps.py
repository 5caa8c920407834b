"""Physical timestamps: what goes wrong when messages, or writes, are ordered by time-of-day clocks.

Each message carries the reading of its sender's clock. Sorting by it assumes that a later event has a larger timestamp.
If one clock is a few milliseconds ahead, and the network faster than that, an answer gets a smaller timestamp than its
question: it is read first, and of two writes the newer one is discarded.

Sources: Lamport, "Time, clocks, and the ordering of events in a distributed system" (1978), section 1 for the relation
"happened before"; Kleppmann, "Designing Data-Intensive Applications", chapter "The trouble with distributed systems",
for the lost write. The remedy: `logical_clocks`, and `hybrid_clock` for timestamps close to physical time. Left out:
waiting out the uncertainty of the clocks, as Spanner does.
"""

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, sometimes
from dslab.protocols.logical_clocks import FIGURE_1, Stamped, drawing
from dslab.run import Run
from dslab.script import at, clock, delay, request


@message
class Say:
    """A request: send a statement to all others."""

    text: str
    answers: str = ""       # the statement that this one answers, if any
    label = "{text}"


@message
class Statement:
    text: str
    answers: str
    stamp: float            # ms: the reading of its sender's clock
    label = "{text}"
    sentence = "{src} says to {dst} at {stamp:.1f}, by its own clock: {text}"


@message
class Write:
    """A request: set the value."""

    value: int
    label = "= {value}"


@message
class Increment:
    """A request: add one to the value of this replica."""

    label = "+ 1"


@message
class Update:
    value: int
    stamp: float            # ms: the reading of the writer's clock
    label = "{value}, at {stamp:.1f}"


class Friend(Node):
    """Sends statements on request, answers those that it has an answer to, and reads all in the order of timestamps."""

    shown = ("reads",)

    def init(self):
        self.knows = {}             # statement -> this node's answer to it
        self.heard = []             # (timestamp, text), in the order of arrival
        self.reads = ()             # the texts, in the order of timestamps

    def on_say(self, src, msg):
        stamp = self.now
        self.output("said", msg.text, stamp, msg.answers)
        self.note(f"the clock of {self.id} shows {stamp:g} ms")
        self.broadcast(Statement(msg.text, msg.answers, stamp))
        self.hear(msg.text, stamp)

    def on_statement(self, src, msg):
        self.output("heard", msg.text, msg.answers)
        self.hear(msg.text, msg.stamp)
        if msg.text in self.knows:
            self.on_say(self.id, Say(self.knows[msg.text], msg.text))

    def hear(self, text, stamp):
        """Insert a statement at the place of its timestamp."""
        self.heard.append((stamp, text))
        self.reads = tuple(text for _, text in sorted(self.heard))
        self.output("reads", self.reads)


class Replica(Node):
    """A replica of one value. Of two writes the one with the larger timestamp is kept: last writer wins."""

    shown = ("value", "stamp")

    def init(self):
        self.value = 0
        self.stamp = -1.0           # ms: the timestamp of that value

    def on_write(self, src, msg):
        self.write(msg.value)

    def on_increment(self, src, msg):
        self.write(self.value + 1)

    def write(self, value):
        self.broadcast(Update(value, self.now))
        self.output("wrote", value, self.now)
        self.keep(value, self.now)

    def on_update(self, src, msg):
        self.keep(msg.value, msg.stamp)

    def keep(self, value, stamp):
        """Keep a write, unless the present value has a larger timestamp, or an equal one."""
        if stamp <= self.stamp:
            self.output("threw away", value, self.value)
            return self.note(f"{value} is stamped {stamp:g}, and {self.value} is stamped {self.stamp:g}")
        self.value, self.stamp = value, stamp


class WallClock(Node):
    """Timestamps each event of a drawing with the time of day; the events are those of `logical_clocks`."""

    shown = ("latest",)

    def init(self):
        self.latest = None          # ms: the reading of the clock at the latest event here

    def on_local(self, src, msg):
        self.tick(msg.event)

    def on_send(self, src, msg):
        self.tick(msg.event)
        for dst, receipt in msg.to:
            self.send(dst, Stamped(self.latest, msg.event, receipt))

    def on_stamped(self, src, msg):
        self.tick(msg.receipt, msg.sent)

    def tick(self, event, *cause):
        self.latest = self.now
        self.output("event", event, self.latest, *cause)


# ---- properties, which hold only with perfect clocks -------------------------------------------------------

@always
def an_answer_has_a_larger_stamp_than_what_it_answers(world):
    said = {output.values[0]: output for output in world.outputs("said")}
    for output in said.values():
        text, stamp, answers = output.values
        if answers and stamp <= said[answers].values[1]:
            return (f"{output.node} answers {answers!r} of {said[answers].node}, which is stamped"
                    f" {said[answers].values[1]:g} ms, at {stamp:g} ms")


@always
def nobody_reads_an_answer_before_what_it_answers(world):
    question = {output.values[0]: output.values[2] for output in world.outputs("said") if output.values[2]}
    for output in world.outputs("reads"):
        texts = output.values[0]
        for text in texts:
            asked = question.get(text)
            if asked in texts and texts.index(text) < texts.index(asked):
                return f"{output.node} reads {text!r} before {asked!r}, which it answers"


@always
def a_write_that_knew_of_another_is_not_thrown_away_for_it(world):
    """In these runs each write is larger than all that its writer knew of."""
    for output in world.outputs("threw away"):
        lost, kept = output.values
        if lost > kept:
            return f"{output.node} discards {lost} and keeps {kept}, the value that {lost} was made from"


@sometimes
def an_answer_arrives_before_what_it_answers(world):
    known = {(output.node, output.values[0]) for output in world.outputs("said")}
    for output in world.outputs("heard"):
        text, answers = output.values
        if answers and (output.node, answers) not in known:
            return True
        known.add((output.node, text))


PROMISES = (
    an_answer_has_a_larger_stamp_than_what_it_answers,
    nobody_reads_an_answer_before_what_it_answers,
    a_write_that_knew_of_another_is_not_thrown_away_for_it,
    an_answer_arrives_before_what_it_answers,
)

# ---- runs --------------------------------------------------------------------------------------------------

MOON, NO = "the moon is made of cheese", "no, it is not"


def moon(*, ahead=0, latency=2, title=""):
    """A makes a statement and B contradicts; C receives B's first. A's clock is `ahead` ms fast."""
    return Run(Friend, initial={"B": {"knows": {MOON: NO}}}, network=Network(latency=constant(latency)), title=title,
               script=[*_set("A", ahead), at(0, delay("A->C#1", by=10)), at(100, request("A", Say(MOON)))])


def last_writer_wins(*, behind=0, title=""):
    """A writes 1; C receives it and adds one. C's clock is `behind` ms slow; a message takes 3 ms."""
    return Run(Replica, network=Network(latency=constant(3)), title=title, duration=42_100, script=[
        *_set("C", -behind), at(0, delay("A->B#1", by=5)),
        at(42_004, request("A", Write(1))), at(42_008, request("C", Increment()))])


def _set(node, offset):
    """The script that sets a clock's error to `offset` ms; empty for 0."""
    return [at(0, clock(node, offset=offset))] if offset else []


# Which event can have influenced which? Nodes, events in order, a column for each 10 ms, and messages.
RIDDLE = {"A": "a b . . . .",
          "B": ". . c d . .",
          "C": ". . . . e f"}, "b>c d>f"
RIDDLE_EARLIER = RIDDLE[0] | {"C": "e . . . . f"}, RIDDLE[1]       # the same, but e comes first in time

DEMO = moon(title="The moon and the cheese: right clocks")
DEMOS = {
    "right clocks": DEMO,
    "a clock ahead": moon(ahead=3, title="The moon and the cheese: A's clock is 3 ms ahead"),
    "writes in order": last_writer_wins(title="The last writer wins: right clocks"),
    "two writes": last_writer_wins(behind=5, title="The last writer wins: C's clock is 5 ms behind"),
    "riddle": drawing(WallClock, *RIDDLE, title="Three nodes, six events, two messages"),
    "e comes first": drawing(WallClock, *RIDDLE_EARLIER, title="The same events, e earlier in time"),
    "figure 1": drawing(WallClock, *FIGURE_1, title="Lamport's figure 1, with the time of day"),
}
