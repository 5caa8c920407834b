"""Total order broadcast: all nodes deliver all messages in one order, as if there were one queue.

Two ways to the order. By Lamport stamps: all sort by (stamp, sender), and a message waits until none can come
that precedes it. By a leader: it gives each message the next position, and a message waits for the positions
before its own. Neither survives the crash of a node (by stamps, any node; by a leader, the leader): that
takes consensus.

Sources: Lamport (1978); Défago, Schiper and Urbán, "Total order broadcast and multicast algorithms" (2004).
Both need links that are first in, first out (`Network(fifo=True)`): the stamps for the order itself, the
leader for FIFO order.
"""

from typing import Any

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always
from dslab.protocols.broadcast import (
    LIVENESS,
    SAFETY,
    BestEffort,
    Broadcast,
    all_nodes_that_are_up_deliver_a_message,
    deliveries,
)
from dslab.protocols.causal_broadcast import CAUSAL_ORDER, FIFO_ORDER, Causal, HoldBack, same_run
from dslab.run import Run
from dslab.script import at, delay, request


@message
class Stamped:
    id: tuple           # (sender, the sender's count)
    payload: Any
    time: int           # the Lamport stamp of the broadcast


@message
class Acknowledgement:
    time: int


@message
class Placed:
    id: tuple
    payload: Any
    position: int       # its place in the order of all messages, from 1


class LamportOrder(HoldBack):
    """Total order by (stamp, sender): deliver what no message still to come can precede.

    On FIFO links the stamps from a node only grow. So nothing stamped at or below the `threshold`, the least
    of the greatest stamps seen from each node, is still to come. One silent node holds up the others: hence
    the acknowledgements.
    """

    relay = BestEffort.relay                        # a detour through others would not be first in, first out
    shown = ("time", "delivered", "held")

    def init(self):
        super().init()
        self.time = 0                               # the Lamport clock
        self.greatest = dict.fromkeys(self.counts, 0)       # node -> the greatest stamp seen from it

    def pack(self, payload):
        self.time += 1
        return Stamped((self.id, self.sent), payload, self.time)

    on_stamped = HoldBack.on_packet

    def accept(self, msg):
        sender = msg.id[0]
        self.hear(sender, msg.time)
        super().accept(msg)
        if sender != self.id:
            self.acknowledge()

    def acknowledge(self):
        self.time += 1
        self.broadcast(Acknowledgement(self.time))

    def on_acknowledgement(self, src, msg):
        self.hear(src, msg.time)
        self.release()

    def hear(self, src, time):
        self.time = self.greatest[self.id] = max(self.time, time)
        self.greatest[src] = max(self.greatest[src], time)

    def threshold(self):
        return min(self.greatest.values())

    def obstacle(self, msg):
        if msg.time > self.threshold():
            silent = [node for node, time in self.greatest.items() if time < msg.time]
            return f"a message with a stamp up to {msg.time} may still come from {' and '.join(silent)}"
        first = min(self.held, key=lambda held: (held.time, held.id))
        return "" if msg == first else f"{first.payload!r} of {first.id[0]}, stamped {first.time}, is first"


class LeaderOrder(HoldBack):
    """Total order by a leader, which gives each message its position: FIFO if the links to it are."""

    relay = BestEffort.relay                        # the leader alone sends copies
    shown = ("leader", "delivered", "held")

    def init(self):
        super().init()
        self.leader = min(self.counts)              # who gives the positions
        self.position = 0                           # leader: the last position given

    def spread(self, msg):
        if self.id == self.leader:
            self.on_packet(self.id, msg)
        else:
            self.send(self.leader, msg)

    def on_packet(self, src, msg):
        """The leader puts the message at the end of the order."""
        if self.id != self.leader:
            return self.note(f"{self.leader} gives the positions: {msg.payload!r} of {src} is lost")
        self.position += 1
        self.output("position", self.position, *msg.id)
        self.on_placed(self.id, Placed(msg.id, msg.payload, self.position))

    on_placed = HoldBack.on_packet

    def obstacle(self, msg):
        due = len(self.delivered) + 1
        return f"its position is {msg.position}, and position {due} comes first" if msg.position > due else ""


# ---- wrong variants ----------------------------------------------------------------------------------------

class WithoutAcknowledgements(LamportOrder):
    """What if nodes speak only when they have something to say?"""

    def acknowledge(self):
        self.note("says nothing")


@message
class TakeOver:
    """A request: be the leader from now on."""


@message
class NewLeader:
    """The sender leads from now on."""


class NaiveSecondLeader(LeaderOrder):
    """What if a new leader goes on after the last position that it knows?"""

    def on_take_over(self, src, msg):
        self.leader, self.position = self.id, len(self.delivered)
        self.broadcast(NewLeader())

    def on_new_leader(self, src, msg):
        self.leader = src


# ---- what total order promises -----------------------------------------------------------------------------

@always
def all_nodes_deliver_in_one_order(world):
    """Total order: of two nodes' sequences of deliveries, one begins with the other."""
    got = deliveries(world)
    ahead = max(got, key=lambda node: len(got[node]))
    for node, ids in got.items():
        for place, (id, other) in enumerate(zip(ids, got[ahead], strict=False), 1):
            if id != other:
                return (f"delivery {place} is message {id[1]} of {id[0]} on {node},"
                        f" but message {other[1]} of {other[0]} on {ahead}")


@always
def two_messages_never_share_a_position(world):
    """A leader numbers messages without gaps or repetition, whoever leads."""
    placed = {}
    for output in world.outputs("position"):
        position, sender, number = output.values
        name = f"message {number} of {sender}"
        if placed.setdefault(position, name) != name:
            return f"two messages have number {position}: {placed[position]} and {name}"


# ---- which class keeps what, and runs to see it ------------------------------------------------------------

TOTAL_ORDER = all_nodes_deliver_in_one_order
ORDER = (FIFO_ORDER, CAUSAL_ORDER, TOTAL_ORDER, two_messages_never_share_a_position)
PROMISES = (*SAFETY, *ORDER, all_nodes_that_are_up_deliver_a_message)

# While no node crashes and the links are first in, first out.
KEEPS = {
    LamportOrder: (*SAFETY, *ORDER, *LIVENESS),
    LeaderOrder: (*SAFETY, *ORDER, *LIVENESS),
}


def together(protocol: type[Node]) -> Run:
    """A broadcasts m1 and B broadcasts m2 at the same time; C only listens."""
    return Run(protocol, network=Network(latency=constant(10), fifo=True), script=[
        at(10, request("A", Broadcast("m1"))),
        at(10, request("B", Broadcast("m2"))),
    ], title=f"{protocol.__name__}: two messages at once")


def reordered(protocol: type[Node], name: str, *, sender: str) -> Run:
    """A node broadcasts m1, then m2; the packet `name` is so slow that what follows overtakes it."""
    return Run(protocol, network=Network(latency=constant(10)), script=[
        at(0, delay(name, by=50)),
        at(10, request(sender, Broadcast("m1"))),
        at(15, request(sender, Broadcast("m2"))),
    ], title=f"{protocol.__name__}: a link that is not first in, first out")


# A gives m2 position 2 and seems dead to C, which knows of position 1 only and takes over.
SECOND_LEADER = Run(NaiveSecondLeader, network=Network(latency=constant(10), fifo=True), script=[
    at(0, delay("A->C#2", by=60)),
    at(10, request("A", Broadcast("m1"))),
    at(30, request("A", Broadcast("m2"))),
    at(45, request("C", TakeOver())),
    at(50, request("C", Broadcast("m3"))),
], title="A naive second leader: two messages have number 2")

DEMO = same_run(LamportOrder, fifo=True)
DEMOS = {
    "Lamport stamps": DEMO,
    "leader": same_run(LeaderOrder, fifo=True),
    "causal breaks total order": together(Causal),
    "two at once": together(LamportOrder),
    "a quiet node stops the others": together(WithoutAcknowledgements),
    "quiet nodes stop all": same_run(WithoutAcknowledgements, fifo=True),
    "Lamport stamps on links that reorder": reordered(LamportOrder, "A->C#1", sender="A"),
    "a leader on links that reorder": reordered(LeaderOrder, "B->A#1", sender="B"),
    "second leader": SECOND_LEADER,
}
