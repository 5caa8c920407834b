"""Logical clocks: what can be said about the order of events when no physical clock is to be trusted.

A Lamport clock counts: one up at each event, and above the stamp of a message at its receipt. What happened
before then has the smaller stamp, but a smaller stamp does not mean "before". A vector clock counts the
events of each node that can have had an influence, and its order is exactly "happened before".

Sources: Lamport, "Time, clocks, and the ordering of events in a distributed system" (1978); Fidge (1988) and
Mattern (1989) for vectors, with the rule of today: a receiver takes the element-wise maximum, then counts its
own event. Left out: clocks that survive a crash (keep the counter on disk) and hybrid logical clocks.
"""

from collections import Counter
from typing import Any, NamedTuple

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always
from dslab.run import Run
from dslab.script import at, delay, request


@message
class Local:
    """A request: let an event happen that nobody else hears of."""

    event: str          # its name, which no other event of the run has


@message
class Send:
    """A request: let an event happen at which messages are sent."""

    event: str
    to: tuple           # for each message: (the receiver, the name of the event of its receipt)


@message
class Stamped:
    stamp: Any          # of the event at which it was sent: a number or a vector
    sent: str           # the name of that event
    receipt: str        # what the receiver calls the event of its receipt


class LamportClock(Node):
    """A counter on each node [Lamport 1978, rules IR1 and IR2]."""

    shown = ("time",)

    def init(self):
        self.time = 0                           # the stamp of the latest event here

    def on_local(self, src, msg):
        self.tick(msg.event)

    def on_send(self, src, msg):
        self.tick(msg.event)
        for dst, receipt in msg.to:
            self.send(dst, Stamped(self.time, msg.event, receipt))

    def on_stamped(self, src, msg):
        self.note(f"max({self.time}, {msg.stamp}) + 1")
        self.time = max(self.time, msg.stamp)
        self.tick(msg.receipt, msg.sent)

    def tick(self, event, *cause):
        """Count an event; the receipt of a message names as its cause the event that sent it."""
        self.time += 1
        self.output("event", event, self.time, *cause)


class VectorClock(Node):
    """A counter for each node on each node, in the order of their names [Fidge 1988, Mattern 1989]."""

    shown = ("vector",)

    def init(self):
        self.vector = (0,) * (len(self.peers) + 1)      # how many events of each node can have had influence

    def on_local(self, src, msg):
        self.tick(msg.event)

    def on_send(self, src, msg):
        self.tick(msg.event)
        for dst, receipt in msg.to:
            self.send(dst, Stamped(self.vector, msg.event, receipt))

    def on_stamped(self, src, msg):
        self.note(f"the maximum of {self.vector} and {msg.stamp}, then one more for {self.id}")
        self.vector = tuple(map(max, self.vector, msg.stamp))
        self.tick(msg.receipt, msg.sent)

    def tick(self, event, *cause):
        """Count an event; the receipt of a message names as its cause the event that sent it."""
        own = sorted((self.id, *self.peers)).index(self.id)
        self.vector = (*self.vector[:own], self.vector[own] + 1, *self.vector[own + 1:])
        self.output("event", event, self.vector, *cause)


# ---- wrong variants ----------------------------------------------------------------------------------------

class Deaf(LamportClock):
    """What if a receiver takes no notice of the stamp on the message?"""

    def on_stamped(self, src, msg):
        self.tick(msg.receipt, msg.sent)


class UncountedSend(LamportClock):
    """What if sending were not counted as an event?"""

    def on_send(self, src, msg):
        self.output("event", msg.event, self.time)
        for dst, receipt in msg.to:
            self.send(dst, Stamped(self.time, msg.event, receipt))


class DeafVector(VectorClock):
    """What if a receiver takes no notice of the vector on the message?"""

    def on_stamped(self, src, msg):
        self.tick(msg.receipt, msg.sent)


class UncountedSendVector(VectorClock):
    """What if sending were not counted as an event?"""

    def on_send(self, src, msg):
        self.output("event", msg.event, self.vector)
        for dst, receipt in msg.to:
            self.send(dst, Stamped(self.vector, msg.event, receipt))


# ---- comparing stamps --------------------------------------------------------------------------------------

class Event(NamedTuple):
    """An event as the nodes told it."""

    name: str
    node: str
    stamp: Any
    cause: str = ""         # the event that sent the message, if this is its receipt


def events(world: Any) -> list[Event]:
    """The events of a world, or of a trace, in the order of true time."""
    return [Event(output.values[0], output.node, *output.values[1:]) for output in world.outputs("event")]


def happened_before(events: list[Event]) -> dict[str, set[str]]:
    """For each event the names of those that happened before it, on its node, through messages, or both."""
    past: dict[str, set[str]] = {"": set()}
    latest: dict[str, str] = {}
    for event in events:
        causes = {latest.get(event.node, ""), event.cause} - {""}
        past[event.name] = causes.union(*(past[cause] for cause in causes))
        latest[event.node] = event.name
    del past[""]
    return past


def compare(u: tuple[int, ...], v: tuple[int, ...]) -> str:
    """How two vectors lie to each other: "<", ">", "=", or "||" for concurrent."""
    if u == v:
        return "="
    if all(a <= b for a, b in zip(u, v, strict=True)):
        return "<"
    return ">" if all(a >= b for a, b in zip(u, v, strict=True)) else "||"


def is_smaller(first: Any, second: Any) -> bool:
    """Is a stamp smaller than another? Both are numbers, or both are vectors."""
    return compare(first, second) == "<" if isinstance(first, tuple) else first < second


def in_total_order(events: list[Event]) -> list[str]:
    """The names of events in Lamport's total order: by stamp, and by node where stamps are equal."""
    return [event.name for event in sorted(events, key=lambda event: (event.stamp, event.node))]


# ---- what logical clocks promise ---------------------------------------------------------------------------

@always
def what_happened_before_has_the_smaller_stamp(world):
    """The clock condition [Lamport 1978]."""
    told = events(world)
    stamp = {event.name: event.stamp for event in told}
    for second, past in happened_before(told).items():
        for first in sorted(past):
            if not is_smaller(stamp[first], stamp[second]):
                return (f"{first} happened before {second}, but its stamp {stamp[first]} is not smaller"
                        f" than {stamp[second]}")


@always
def what_has_the_smaller_vector_happened_before(world):
    """The converse, which only vectors keep. Says nothing about stamps that are numbers."""
    told = [event for event in events(world) if isinstance(event.stamp, tuple)]
    past = happened_before(told)
    for first in told:
        for second in told:
            if is_smaller(first.stamp, second.stamp) and first.name not in past[second.name]:
                return (f"{first.name} did not happen before {second.name}, but {first.stamp} is smaller"
                        f" than {second.stamp}")


PROMISES = (what_happened_before_has_the_smaller_stamp, what_has_the_smaller_vector_happened_before)


# ---- runs that follow a drawing ----------------------------------------------------------------------------

COLUMN = 10             # ms from one column of a drawing to the next


def drawing(clock: type[Node], rows: dict[str, str], messages: str, *, title: str = "") -> Run:
    """A run whose space-time diagram is drawn in letters.

    `rows` gives each node its events, a column for each instant and a dot where nothing happens; `messages`
    names the two ends of each message, such as "b>c d>f". An event that receives a message sends none.
    """
    place = {event: (node, COLUMN * column) for node, row in rows.items()
             for column, event in enumerate(row.split(), 1) if event != "."}
    arrows = [tuple(arrow.split(">")) for arrow in messages.split()]
    receipts, sent, script = {end for _, end in arrows}, Counter(), []
    for event, (node, time) in sorted(place.items(), key=lambda item: item[1][1]):
        to = tuple((place[end][0], end) for start, end in arrows if start == event)
        for dst, end in to:
            sent[node, dst] += 1
            script.append(at(0, delay(f"{node}->{dst}#{sent[node, dst]}", by=place[end][1] - time)))
        if event not in receipts:
            script.append(at(time, request(node, Send(event, to) if to else Local(event))))
    return Run(clock, tuple(rows), network=Network(latency=constant(0)), title=title,
               script=sorted(script, key=lambda event: event.time))


EXAMPLE = {"A": "a b . . g .",
           "B": ". . c d . .",
           "C": ". . . . e f"}, "b>c d>f"

# The first figure of [Lamport 1978], turned on its side.
FIGURE_1 = {"P": "p1 .  p2 .  p3 p4 . ",
            "Q": "q1 q2 q3 q4 q5 q6 q7",
            "R": "r1 r2 .  .  r3 r4 . "}, "p1>q2 q1>p2 q1>r4 q4>r3 r2>q7 q5>p4"

# Message i is sent at event s_i and received at r_i.
NINE_MESSAGES = {"A": "s1 s2 s3 .  .  .  .  r7 s8 .   . ",
                 "B": ".  r1 s4 s5 .  .  .  .  .  r8  r9",
                 "C": ".  .  r2 .  r5 s6 s7 s9 .  .   . ",
                 "D": ".  .  .  r3 r4 .  r6 .  .  .   . "}, " ".join(f"s{i}>r{i}" for i in range(1, 10))

DEMO = drawing(LamportClock, *EXAMPLE, title="Lamport clocks: three nodes, two messages")
DEMOS = {
    "Lamport clock": DEMO,
    "vector clock": drawing(VectorClock, *EXAMPLE, title="Vector clocks: three nodes, two messages"),
    "figure 1": drawing(LamportClock, *FIGURE_1, title="Lamport's figure 1, with stamps"),
    "nine messages": drawing(VectorClock, *NINE_MESSAGES, title="Vector clocks: four nodes, nine messages"),
    "deaf": drawing(Deaf, *EXAMPLE, title="A Lamport clock that ignores the stamps it receives"),
    "uncounted send": drawing(UncountedSend, *EXAMPLE, title="A Lamport clock that does not count sends"),
}
