"""Total order broadcast: all nodes deliver all messages in the same order.

Two algorithms. By Lamport timestamps: messages are ordered by (timestamp, sender), and one is held back until no
message that precedes it can still arrive. By a leader: it assigns each message the next position, and a message is
held back until the positions before its own are delivered. Neither tolerates crashes (by timestamps, of any node; by a
leader, of the leader): that takes consensus.

Sources: Lamport (1978); Défago, Schiper and Urbán, "Total order broadcast and multicast algorithms" (2004).
Both need FIFO links (`Network(fifo=True)`): timestamps for the total order itself, the leader for FIFO order. Left out:
fault tolerance; see `raft`.
"""

from typing import Any

from dslab.appearance import in_words
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
    id: tuple           # (sender, its sequence number there)
    payload: Any
    time: int           # the Lamport timestamp of the broadcast
    label = "{payload}, stamped {time}"


@message
class Acknowledgement:
    time: int
    label, look = "✓ {time}", "yes"


@message
class Placed:
    id: tuple
    payload: Any
    position: int       # its place in the order of all messages, from 1
    label = "{position}: {payload}"


class LamportOrder(HoldBack):
    """Total order by (timestamp, sender): deliver a message when none that precedes it can still arrive.

    On FIFO links the timestamps from a node only grow. So no message with a timestamp up to the `threshold`, the
    minimum over all nodes of the greatest timestamp received, can still arrive. One silent node holds up the others:
    hence the acknowledgements.
    """

    relay = BestEffort.relay                        # relayed copies would not be FIFO
    shown = ("time", "delivered", "held")

    def init(self):
        super().init()
        self.time = 0                               # the Lamport clock
        self.greatest = dict.fromkeys(self.counts, 0)       # node -> the greatest timestamp received from it

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
        return "" if msg == first else f"“{in_words(first.payload)}” of {first.id[0]}, stamped {first.time}, is first"


class LeaderOrder(HoldBack):
    """Total order by a leader, which assigns the positions; also FIFO, if the links to it are."""

    relay = BestEffort.relay                        # only the leader sends copies
    shown = ("leader", "delivered", "held")

    def init(self):
        super().init()
        self.leader = min(self.counts)              # the node that assigns positions
        self.position = 0                           # leader: the last position assigned

    def spread(self, msg):
        if self.id == self.leader:
            self.on_packet(self.id, msg)
        else:
            self.send(self.leader, msg)

    def on_packet(self, src, msg):
        """The leader assigns the next position to a message."""
        if self.id != self.leader:
            return self.note(f"{self.leader} assigns the positions: “{in_words(msg.payload)}” of {src} is lost")
        if msg.id in self.known:
            return self.note(f"ignored: “{in_words(msg.payload)}” has a position already")
        self.position += 1
        self.output("position", self.position, *msg.id)
        self.on_placed(self.id, Placed(msg.id, msg.payload, self.position))

    on_placed = HoldBack.on_packet

    def obstacle(self, msg):
        due = len(self.delivered) + 1
        return f"its position is {msg.position}, and position {due} comes first" if msg.position > due else ""


# ---- wrong variants ----------------------------------------------------------------------------------------

class WithoutAcknowledgements(LamportOrder):
    """What if nodes send nothing but their own broadcasts?"""

    def acknowledge(self):
        self.note("says nothing")


@message
class TakeOver:
    """A request: be the leader from now on."""


@message
class NewLeader:
    """The sender leads from now on."""

    sentence = "{src} tells {dst}: I am the leader from now on"


class NaiveSecondLeader(LeaderOrder):
    """What if a new leader continues after the last position that it knows?"""

    def on_take_over(self, src, msg):
        self.leader, self.position = self.id, len(self.delivered)
        self.broadcast(NewLeader())

    def on_new_leader(self, src, msg):
        self.leader = src


# ---- properties --------------------------------------------------------------------------------------------

@always
def all_nodes_deliver_in_one_order(world):
    """Total order: of two nodes' sequences of deliveries, one is a prefix of the other."""
    got = deliveries(world)
    ahead = max(got, key=lambda node: len(got[node]))
    for node, ids in got.items():
        for place, (id, other) in enumerate(zip(ids, got[ahead], strict=False), 1):
            if id != other:
                return (f"delivery {place} is message {id[1]} of {id[0]} on {node},"
                        f" but message {other[1]} of {other[0]} on {ahead}")


@always
def two_messages_never_share_a_position(world):
    """Positions are unique, also across leaders."""
    placed = {}
    for output in world.outputs("position"):
        position, sender, number = output.values
        name = f"message {number} of {sender}"
        if placed.setdefault(position, name) != name:
            return f"two messages have number {position}: {placed[position]} and {name}"


# ---- which class has which property, and runs that show it -------------------------------------------------

TOTAL_ORDER = all_nodes_deliver_in_one_order
ORDER = (FIFO_ORDER, CAUSAL_ORDER, TOTAL_ORDER, two_messages_never_share_a_position)
PROMISES = (*SAFETY, *ORDER, all_nodes_that_are_up_deliver_a_message)

# If no node crashes and links are FIFO.
KEEPS = {
    LamportOrder: (*SAFETY, *ORDER, *LIVENESS),
    LeaderOrder: (*SAFETY, *ORDER, *LIVENESS),
}


def together(protocol: type[Node]) -> Run:
    """A broadcasts m1 and B broadcasts m2 at the same time; C broadcasts nothing."""
    return Run(protocol, network=Network(latency=constant(10), fifo=True), script=[
        at(10, request("A", Broadcast("m1"))),
        at(10, request("B", Broadcast("m2"))),
    ], title=f"{protocol.__name__}: two messages at once")


def reordered(protocol: type[Node], name: str, *, sender: str) -> Run:
    """A node broadcasts m1, then m2; the packet `name` is delayed, and the next one overtakes it."""
    return Run(protocol, network=Network(latency=constant(10)), script=[
        at(0, delay(name, by=50)),
        at(10, request(sender, Broadcast("m1"))),
        at(15, request(sender, Broadcast("m2"))),
    ], title=f"{protocol.__name__}: a link that is not first in, first out")


# A assigns position 2 to m2; C, which has received position 1 only, suspects A and takes over.
SECOND_LEADER = Run(NaiveSecondLeader, network=Network(latency=constant(10), fifo=True), script=[
    at(0, delay("A->C#2", by=60)),
    at(10, request("A", Broadcast("m1"))),
    at(30, request("A", Broadcast("m2"))),
    at(45, request("C", TakeOver())),
    at(50, request("C", Broadcast("m3"))),
], title="A second leader takes over")

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
