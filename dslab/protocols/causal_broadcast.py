"""FIFO and causal broadcast: no message is delivered before those that precede it.

A message that arrives early is held back. FIFO order waits for the sender's earlier messages; causal order waits
for all messages that the sender had delivered when it broadcast. Both are built on reliable broadcast, need no
leader and no round trip, and leave the order of concurrent messages open.

Sources: Hadzilacos and Toueg, "A modular approach to fault-tolerant broadcasts" (1994); Birman, Schiper and
Stephenson, "Lightweight causal and atomic group multicast" (1991). Left out: garbage collection of message ids. One
order for all nodes: `total_order`.
"""

from itertools import permutations, product
from typing import Any

from dslab.network import Network, constant, uniform
from dslab.node import Node, message
from dslab.properties import always
from dslab.protocols.broadcast import (
    LIVENESS,
    SAFETY,
    Answer,
    Broadcast,
    EagerReliable,
    all_nodes_that_are_up_deliver_a_message,
    deliveries,
)
from dslab.run import Run
from dslab.script import at, delay, request


@message
class Dependent:
    id: tuple           # (sender, its sequence number there)
    payload: Any
    deps: tuple         # for each node, the number of its messages that the sender had delivered
    label = "{payload}"


class HoldBack(EagerReliable):
    """The base of the ordering algorithms: a message is held back while there is an `obstacle` to its delivery."""

    shown = ("delivered", "held")

    def init(self):
        super().init()
        self.held = []                              # messages that have arrived and are held back
        nodes = sorted((self.id, *self.peers))
        self.counts = dict.fromkeys(nodes, 0)       # node -> the number of its messages delivered here

    def accept(self, msg):
        self.held.append(msg)
        self.release()
        if msg in self.held:
            self.note(f"held back: {self.obstacle(msg)}")

    def release(self):
        """Deliver every message without an obstacle; each delivery may remove the obstacle of others."""
        while ready := [msg for msg in self.held if not self.obstacle(msg)]:
            self.held.remove(ready[0])
            self.counts[ready[0].id[0]] += 1
            self.deliver(ready[0])

    def obstacle(self, msg):
        """The reason to hold the message back; empty if there is none."""
        return ""


class Fifo(HoldBack):
    """FIFO broadcast: messages of one sender are delivered in the order of sending."""

    def obstacle(self, msg):
        sender, number = msg.id
        due = self.counts[sender] + 1
        return f"it is message {number} of {sender}, and message {due} comes first" if number > due else ""


class Causal(HoldBack):
    """Causal broadcast: a message is delivered after all messages that its sender had delivered before.

    `deps` counts *delivered* messages, not events, without the message itself: it can be delivered once
    `deps <= counts` in every entry (Kleppmann's convention). Birman, Schiper and Stephenson include the message: the
    sender's entry must be exactly one above the receiver's. Mixing the two delivers too early or never.
    """

    def pack(self, payload):
        return Dependent((self.id, self.sent), payload, tuple(self.counts.values()))

    on_dependent = HoldBack.on_packet

    def obstacle(self, msg):
        for (node, count), needed in zip(self.counts.items(), msg.deps, strict=True):
            if count < needed:
                return f"depends on {needed} message{'s' * (needed > 1)} of {node}, delivered {count}"
        return ""


# ---- properties --------------------------------------------------------------------------------------------

@always
def messages_of_one_sender_are_delivered_in_its_order(world):
    """FIFO order: without gaps, too."""
    for node, ids in deliveries(world).items():
        count = dict.fromkeys(world.nodes, 0)
        for sender, number in ids:
            if number != count[sender] + 1:
                return f"{node} delivers message {number} of {sender} before message {count[sender] + 1}"
            count[sender] = number


@always
def causes_are_delivered_before_their_effects(world):
    """Causal order: all that a sender had broadcast or delivered before a message is delivered before it."""
    heard = {node: set() for node in world.nodes}   # node -> its broadcasts and deliveries, with their causes
    got = {node: set() for node in world.nodes}     # node -> its deliveries
    past = {}                                       # message -> its causes
    for output in world.outputs():
        node, id = output.node, output.values[:2]
        if output.name == "broadcast":
            past[id] = set(heard[node])
        elif output.name == "deliver":
            missing = sorted(past.get(id, set()) - got[node])
            if missing:
                (sender, number), (cause, earlier) = id, missing[0]
                return (f"{node} delivers message {number} of {sender} before message {earlier} of {cause},"
                        " on which it depends")
            got[node].add(id)
        else:
            continue
        heard[node] |= {id} | past.get(id, set())


# ---- which delivery orders are allowed ---------------------------------------------------------------------

def respects(order: tuple[str, ...], before: tuple[tuple[str, str], ...]) -> bool:
    """Whether the first message of each pair comes before the second in this order."""
    return all(order.index(first) < order.index(second) for first, second in before)


def allowed_orders(messages: tuple[str, ...], *, before: tuple[tuple[str, str], ...] = (), nodes: int = 3,
                   total: bool = False) -> list[tuple[tuple[str, ...], ...]]:
    """All ways in which `nodes` nodes may deliver the messages, each a tuple with one order per node.

    Every order respects the pairs in `before`; with `total`, all nodes have the same order.
    """
    orders = [order for order in permutations(messages) if respects(order, before)]
    return [each for each in product(orders, repeat=nodes) if not total or len(set(each)) == 1]


# A broadcasts m1 and then m3; B delivers m1 and then broadcasts m2.
SENT_IN_ORDER = (("m1", "m3"),)
CAUSED = (("m1", "m3"), ("m1", "m2"))
GUARANTEES: dict[str, dict[str, Any]] = {
    "none": {},
    "FIFO": {"before": SENT_IN_ORDER},
    "causal": {"before": CAUSED},
    "total": {"total": True},
    "FIFO and total": {"before": SENT_IN_ORDER, "total": True},
    "causal and total": {"before": CAUSED, "total": True},
}


# ---- which class has which property, and runs that show it -------------------------------------------------

FIFO_ORDER = messages_of_one_sender_are_delivered_in_its_order
CAUSAL_ORDER = causes_are_delivered_before_their_effects
PROMISES = (*SAFETY, FIFO_ORDER, CAUSAL_ORDER, all_nodes_that_are_up_deliver_a_message)
KEEPS = {
    Fifo: (*SAFETY, FIFO_ORDER, *LIVENESS),
    Causal: (*SAFETY, FIFO_ORDER, CAUSAL_ORDER, *LIVENESS),
}


def same_run(protocol: type[Node], *, seed: int = 15, fifo: bool = False) -> Run:
    """A broadcasts m1, then m3, and B answers m1 with m2; requests and network are the same for every class."""
    return Run(protocol, seed=seed, network=Network(latency=uniform(5, 60), fifo=fifo), script=[
        at(0, request("B", Answer("m1", "m2"))),
        at(10, request("A", Broadcast("m1"))),
        at(20, request("A", Broadcast("m3"))),
    ], title=f"{protocol.__name__}: three messages")


def overtaking(protocol: type[Node]) -> Run:
    """A broadcasts m1, then m2, and m1 is slow on its way to C."""
    return Run(protocol, network=Network(latency=constant(10)), script=[
        at(0, delay("A->C#1", by=50)),
        at(10, request("A", Broadcast("m1"))),
        at(15, request("A", Broadcast("m2"))),
    ], title=f"{protocol.__name__}: the second message overtakes the first")


def one_answer(protocol: type[Node]) -> Run:
    """Alice asks, Bob answers, and Carol receives the answer first: both copies of the question are delayed."""
    return Run(protocol, ("Alice", "Bob", "Carol"), network=Network(latency=constant(10)), script=[
        at(0, delay("Alice->Carol#1", by=50)),
        at(0, delay("Bob->Carol#1", by=50)),
        at(0, request("Bob", Answer("Tea?", "Yes."))),
        at(10, request("Alice", Broadcast("Tea?"))),
    ], title=f"{protocol.__name__}: Carol receives the answer before the question")


DEMO = one_answer(Causal)
DEMOS = {
    "reliable breaks FIFO order": overtaking(EagerReliable),
    "FIFO": overtaking(Fifo),
    "FIFO breaks causal order": one_answer(Fifo),
    "causal": DEMO,
}
