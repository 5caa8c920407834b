"""Exercise 4.1: a Lamport clock [Lamport 1978, rules IR1 and IR2]."""

from collections.abc import Iterable, Iterator
from random import Random

from dslab.grader.demands import Demand
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.runs import asks, calm
from dslab.network import Network, uniform
from dslab.node import Node
from dslab.properties import always
from dslab.protocols.logical_clocks import (
    EXAMPLE,
    FIGURE_1,
    Event,
    Local,
    Send,
    Stamped,
    drawing,
    events,
    happened_before,
)
from dslab.run import Run

# ---- what the learner starts from ----------------------------------------------------------------------------------


class Clock(Node):
    """A node whose events are stamped. What is missing is when the counter is incremented, and how stamps are
    compared."""

    shown = ("time",)

    def init(self):
        self.time = 0                       # the stamp of the latest event here

    def tick(self):
        """A local event happens: returns its stamp."""

    def sending(self):
        """A message is being sent: returns the stamp of this event, which the message carries."""

    def receiving(self, stamp):
        """A message that was sent at `stamp` has arrived: returns the stamp of its receipt."""

    def key(self, stamp, node):
        """What all events are sorted by: a tuple made of the stamp and the name of the event's node."""

    def on_local(self, src, msg):
        self.stamp(msg.event, self.tick())

    def on_send(self, src, msg):
        stamp = self.sending()
        self.stamp(msg.event, stamp)
        for dst, receipt in msg.to:
            self.send(dst, Stamped(stamp, msg.event, receipt))

    def on_stamped(self, src, msg):
        self.stamp(msg.receipt, self.receiving(msg.stamp), msg.sent)

    def stamp(self, event, stamp, *cause):
        self.output("event", event, stamp, *cause)
        self.output("key", event, self.key(stamp, self.id))


# ---- answers -------------------------------------------------------------------------------------------------------

class Reference(Clock):
    def tick(self):
        self.time += 1
        return self.time

    def sending(self):
        return self.tick()

    def receiving(self, stamp):
        self.time = max(self.time, stamp)
        return self.tick()

    def key(self, stamp, node):
        return stamp, node


class OneFormula(Reference):
    """Right: without a helper, and the receipt in one expression."""

    sending = Reference.tick

    def receiving(self, stamp):
        self.time = 1 + (stamp if stamp > self.time else self.time)
        return self.time


class CountsWhatItHasSeen(Reference):
    """Right: the counter holds the next stamp rather than the last one."""

    def init(self):
        self.time = 1

    def tick(self):
        self.time += 1
        return self.time - 1

    def receiving(self, stamp):
        self.time = max(self.time, stamp + 1)
        return self.tick()


# ---- classic mistakes ----------------------------------------------------------------------------------------------

class SameStamp(Reference):
    """Takes the maximum, but does not add one."""

    def receiving(self, stamp):
        self.time = max(self.time, stamp)
        return self.time


class OneMoreTooEarly(Reference):
    """Adds one, then takes the maximum: equal to the stamp of the send if that was ahead."""

    def receiving(self, stamp):
        self.time = max(self.time + 1, stamp)
        return self.time


class UncountedSend(Reference):
    """Does not count sending as an event."""

    def sending(self):
        return self.time


class OnlyIfBehind(Reference):
    """A receipt counts only if the message is ahead."""

    def receiving(self, stamp):
        if stamp >= self.time:
            self.time = stamp + 1
        return self.time


class Deaf(Reference):
    """The stamp on the message is not looked at."""

    def receiving(self, stamp):
        return self.tick()


class NamesFirst(Reference):
    """Sorts by node, then by stamp."""

    def key(self, stamp, node):
        return node, stamp


class StampAlone(Reference):
    """Two events with equal stamps have no order."""

    def key(self, stamp, node):
        return (stamp,)


class TwoSteps(Reference):
    """Adds one for the maximum, and another for the event."""

    def receiving(self, stamp):
        self.time = max(self.time, stamp) + 1
        return self.tick()


# ---- what is judged ------------------------------------------------------------------------------------------------

def stamped(world) -> dict[str, Event]:
    """The events that have a number as stamp, by name."""
    return {event.name: event for event in events(world) if type(event.stamp) is int}


def in_line(events: Iterable[Event]) -> Iterator[tuple[Event, Event | None]]:
    """Each event with the one before it on its node; None before the first."""
    latest: dict[str, Event] = {}
    for event in events:
        yield event, latest.get(event.node)
        latest[event.node] = event


@always
def every_event_has_a_whole_number_as_its_stamp(world):
    for event in events(world):
        if type(event.stamp) is not int:
            return f"event {event.name} on {event.node} has the stamp {event.stamp!r}: expected a whole number"


@always
def a_receipt_has_a_greater_stamp_than_its_sending(world):
    told = stamped(world)
    for event in told.values():
        sent = told.get(event.cause)
        if sent and event.stamp <= sent.stamp:
            same = "the same timestamp as" if event.stamp == sent.stamp else "a smaller timestamp than"
            return (f"the receive {event.name} on {event.node} has {same} the send {sent.name} on {sent.node}"
                    f" ({event.stamp} and {sent.stamp})")


@always
def an_event_has_a_greater_stamp_than_the_one_before_it_on_its_node(world):
    for event, before in in_line(stamped(world).values()):
        if before and event.stamp <= before.stamp:
            return (f"{event.name} comes after {before.name} on {event.node}, and its stamp {event.stamp} is not"
                    f" greater than {before.stamp}")


@always
def a_stamp_is_no_greater_than_it_must_be(world):
    told = stamped(world)
    for event, before in in_line(told.values()):
        due = 1 + max(one.stamp if one else 0 for one in (before, told.get(event.cause)))
        if event.stamp > due:
            return f"{event.name} on {event.node} has the stamp {event.stamp}: expected {due}, since an event adds one"


@always
def all_events_stand_in_one_order_that_begins_with_causes(world):
    keys = {output.values[0]: output.values[1] for output in world.outputs("key")}
    told, past = events(world), happened_before(events(world))
    node = {event.name: event.node for event in told}
    for name, key in keys.items():
        if type(key) is not tuple:
            return f"the key of {name} is {key!r}: expected a tuple"
        for other in sorted(keys):
            if other != name and keys[other] == key:
                return f"{name} on {node[name]} and {other} on {node[other]} have the same key {key}"
            if other in past[name] and not _before(keys[other], key):
                return f"{other} happened before {name}, but its key {keys[other]} is not smaller than {key}"


def _before(first, second) -> bool:
    try:
        return first < second
    except TypeError:                       # a number beside a name
        return False


DEMANDS = (
    Demand(every_event_has_a_whole_number_as_its_stamp, "The stamp of an event is the counter's value.", hint=0),
    Demand(an_event_has_a_greater_stamp_than_the_one_before_it_on_its_node,
           "IR1: a node increments its counter between any two of its events; sending and receiving are events.",
           hint=1),
    Demand(a_receipt_has_a_greater_stamp_than_its_sending,
           "IR2: a receiver sets its counter to the maximum of its own and the message's, then adds one for the "
           "receipt.",
           hint=2),
    Demand(a_stamp_is_no_greater_than_it_must_be, "The counter goes up by one for each event, not by more.", hint=1),
    Demand(all_events_stand_in_one_order_that_begins_with_causes,
           "Lamport's total order: first by stamp, and by the node's name where the stamps are equal.", hint=3),
)


# ---- the runs ------------------------------------------------------------------------------------------------------

def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    for rows, messages in (EXAMPLE, FIGURE_1):
        yield drawing(protocol, dict(zip(names, rows.values(), strict=True)), messages)


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    a, b, c = names
    yield Search(Run(protocol, names, script=[
        *asks(0, a, Send("p", ((b, "q"), (c, "r")))), *asks(0, b, Send("s", ((c, "t"),))),
        *asks(0, c, Send("u", ((a, "v"),))), *asks(0, a, Local("w"))]))


def traffic(protocol: type[Node], names: Names, seed: int) -> Run:
    """A dozen events at random moments, half of them sendings."""
    draw = Random(f"{seed} traffic")
    script = []
    for number in range(12):
        src, dst = draw.sample(names, 2)
        event = Send(f"s{number}", ((dst, f"r{number}"),)) if draw.random() < 0.5 else Local(f"l{number}")
        script += asks(draw.randrange(100), src, event)
    return calm(protocol, names, script, network=Network(latency=uniform(1, 50)), duration=400)


EXERCISES = (MakeItRight(
    number="4.1", title="Lamport clock",
    task="Write when the counter is incremented (tick, sending, receiving), and the key by which all events can be "
         "sorted.",
    base=Clock, asks=("tick", "sending", "receiving", "key"), lines=8,
    reference=Reference, right=(OneFormula, CountsWhatItHasSeen),
    wrong=((SameStamp, "has the same timestamp as the send"), (OneMoreTooEarly, "has the same timestamp as the send"),
           (UncountedSend, "is not greater than"), (OnlyIfBehind, "is not greater than"), (Deaf, "timestamp"),
           (NamesFirst, "is not smaller than"), (StampAlone, "have the same key"), (TwoSteps, "an event adds one")),
    demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=traffic, faults=("delay", "pause"),
    hints=(
        "Each of the first three methods changes self.time and returns the stamp of the event that is happening.",
        "Sending is an event, and so is receiving: each adds one.",
        "A receipt must have a larger stamp than the send and than everything that has happened here: take the "
        "maximum first, then add one.",
        "return stamp, node: tuples are compared entry by entry, so the node decides only where stamps are equal.",
    ),
),)
