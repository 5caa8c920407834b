"""Logical clocks: ordering events by causality, without physical clocks.

A Lamport clock is a counter, incremented at each event, and first raised to a message's timestamp at its receipt.
If a happened before b, then a has the smaller timestamp, but not conversely. A vector clock counts, for each node,
the events that causally precede; its partial order is exactly "happened before".

Sources: Lamport, "Time, clocks, and the ordering of events in a distributed system" (1978); Fidge (1988) and
Mattern (1989) for vectors, with today's rule: a receiver takes the element-wise maximum, then counts its own event.
Left out: clocks that survive a crash (the counter goes to disk). Timestamps close to physical time: `hybrid_clock`.
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
    """A request: a local event."""

    event: str          # its name, unique in the run
    label = "{event}"


@message
class Send:
    """A request: an event that sends messages."""

    event: str
    to: tuple           # for each message: (the receiver, the name of the event of its receipt)
    label = "{event}"


@message
class Stamped:
    stamp: Any          # the timestamp of the sending event: a number or a vector
    sent: str           # the name of that event
    receipt: str        # the name of the event of its receipt
    label = "{stamp}"


class LamportClock(Node):
    """A counter on each node [Lamport 1978, rules IR1 and IR2]."""

    shown = ("time",)

    def init(self):
        self.time = 0                           # the timestamp of the latest event here

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
        self.vector = (0,) * (len(self.peers) + 1)      # for each node, the number of its events in the causal past

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
    """What if a receiver ignores the timestamp on the message?"""

    def on_stamped(self, src, msg):
        self.tick(msg.receipt, msg.sent)


class UncountedSend(LamportClock):
    """What if sending were not counted as an event?"""

    def on_send(self, src, msg):
        self.output("event", msg.event, self.time)
        for dst, receipt in msg.to:
            self.send(dst, Stamped(self.time, msg.event, receipt))


class DeafVector(VectorClock):
    """What if a receiver ignores the vector on the message?"""

    def on_stamped(self, src, msg):
        self.tick(msg.receipt, msg.sent)


class UncountedSendVector(VectorClock):
    """What if sending were not counted as an event?"""

    def on_send(self, src, msg):
        self.output("event", msg.event, self.vector)
        for dst, receipt in msg.to:
            self.send(dst, Stamped(self.vector, msg.event, receipt))


# ---- comparing timestamps ----------------------------------------------------------------------------------

class Event(NamedTuple):
    """An event that a node recorded by an output."""

    name: str
    node: str
    stamp: Any
    cause: str = ""         # a receipt: the event that sent the message


def events(world: Any) -> list[Event]:
    """The events of a `World` or a `Trace`, in the order of true time."""
    return [Event(output.values[0], output.node, *output.values[1:]) for output in world.outputs("event")]


def happened_before(events: list[Event]) -> dict[str, set[str]]:
    """The relation of Lamport 1978: event -> the names of the events that happened before it."""
    past: dict[str, set[str]] = {"": set()}
    latest: dict[str, str] = {}
    for event in events:
        causes = {latest.get(event.node, ""), event.cause} - {""}
        past[event.name] = causes.union(*(past[cause] for cause in causes))
        latest[event.node] = event.name
    del past[""]
    return past


def compare(u: tuple[int, ...], v: tuple[int, ...]) -> str:
    """How two vectors compare: "<", ">", "=", or "||" for concurrent."""
    if u == v:
        return "="
    if all(a <= b for a, b in zip(u, v, strict=True)):
        return "<"
    return ">" if all(a >= b for a, b in zip(u, v, strict=True)) else "||"


def is_smaller(first: Any, second: Any) -> bool:
    """Whether one timestamp is smaller than another; both are numbers, or both are vectors."""
    return compare(first, second) == "<" if isinstance(first, tuple) else first < second


def in_total_order(events: list[Event]) -> list[str]:
    """The names of events in Lamport's total order: by timestamp, then by node."""
    return [event.name for event in sorted(events, key=lambda event: (event.stamp, event.node))]


# ---- properties --------------------------------------------------------------------------------------------

@always
def what_happened_before_has_the_smaller_stamp(world):
    """The clock condition [Lamport 1978]."""
    history = events(world)
    stamp = {event.name: event.stamp for event in history}
    for second, past in happened_before(history).items():
        for first in sorted(past):
            if not is_smaller(stamp[first], stamp[second]):
                return (f"{first} happened before {second}, but its stamp {stamp[first]} is not smaller"
                        f" than {stamp[second]}")


@always
def what_has_the_smaller_vector_happened_before(world):
    """The converse, which only vectors satisfy. Holds trivially for numbers."""
    vectors = [event for event in events(world) if isinstance(event.stamp, tuple)]
    past = happened_before(vectors)
    for first in vectors:
        for second in vectors:
            if is_smaller(first.stamp, second.stamp) and first.name not in past[second.name]:
                return (f"{first.name} did not happen before {second.name}, but {first.stamp} is smaller"
                        f" than {second.stamp}")


PROMISES = (what_happened_before_has_the_smaller_stamp, what_has_the_smaller_vector_happened_before)


# ---- runs from a drawing -----------------------------------------------------------------------------------

COLUMN = 10             # ms from one column of a drawing to the next


def drawing(clock: type[Node], rows: dict[str, str], messages: str, *, title: str = "") -> Run:
    """A run from a space-time diagram in letters.

    `rows` maps each node to its events, one column per instant, with a dot where nothing happens; `messages`
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

# Figure 1 of [Lamport 1978], with time from left to right.
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
    "own count": drawing(Deaf, *EXAMPLE, title="Each node counts its own events"),
    "uncounted send": drawing(UncountedSend, *EXAMPLE, title="A Lamport clock that does not count sends"),
}
