"""Broadcast in FIFO and in causal order: no message is delivered before those that it follows.

The idea is to hold a message back, though it has arrived, until nothing speaks against its delivery. FIFO
order waits for the sender's earlier messages; causal order waits for all that the sender had delivered before
it spoke. Both are built on reliable broadcast, need no leader and no round trip, and leave open the order of
messages that nothing connects.

Sources: Hadzilacos and Toueg, "A modular approach to fault-tolerant broadcasts" (1994); Birman, Schiper and
Stephenson, "Lightweight causal and atomic group multicast" (1991). Left out: forgetting old ids. One order
for all: `total_order`.
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
    id: tuple           # (sender, the sender's count)
    payload: Any
    deps: tuple         # for each node, how many of its messages the sender had delivered


class HoldBack(EagerReliable):
    """What the ordering algorithms share: a message waits until there is no `obstacle` to its delivery."""

    shown = ("delivered", "held")

    def init(self):
        super().init()
        self.held = []                              # messages that have arrived and wait
        nodes = sorted((self.id, *self.peers))
        self.counts = dict.fromkeys(nodes, 0)       # node -> how many of its messages were delivered here

    def accept(self, msg):
        self.held.append(msg)
        self.release()
        if msg in self.held:
            self.note(f"held back: {self.obstacle(msg)}")

    def release(self):
        """Deliver all that can be delivered; each delivery may free others."""
        while ready := [msg for msg in self.held if not self.obstacle(msg)]:
            self.held.remove(ready[0])
            self.counts[ready[0].id[0]] += 1
            self.deliver(ready[0])

    def obstacle(self, msg):
        """Why the message cannot be delivered yet; empty if it can."""
        return ""


class Fifo(HoldBack):
    """The messages of one sender are delivered in the order in which it sent them."""

    def obstacle(self, msg):
        sender, number = msg.id
        due = self.counts[sender] + 1
        return f"it is message {number} of {sender}, and message {due} comes first" if number > due else ""


class Causal(HoldBack):
    """A message is delivered after all that its sender had delivered before.

    `deps` counts *delivered* messages, not events, the message itself not included: deliver it as soon as
    `deps <= counts` in every entry (Kleppmann's convention). Birman, Schiper and Stephenson include it: the
    sender's entry must then be exactly one above the receiver's. Mixed, they deliver too early or never.
    """

    def pack(self, payload):
        return Dependent((self.id, self.sent), payload, tuple(self.counts.values()))

    on_dependent = HoldBack.on_packet

    def obstacle(self, msg):
        for (node, count), needed in zip(self.counts.items(), msg.deps, strict=True):
            if count < needed:
                return f"depends on {needed} message{'s' * (needed > 1)} of {node}, delivered {count}"
        return ""


# ---- what the orders promise -------------------------------------------------------------------------------

@always
def messages_of_one_sender_are_delivered_in_its_order(world):
    """FIFO order: none is left out or overtaken."""
    for node, ids in deliveries(world).items():
        count = dict.fromkeys(world.nodes, 0)
        for sender, number in ids:
            if number != count[sender] + 1:
                return f"{node} delivers message {number} of {sender} before message {count[sender] + 1}"
            count[sender] = number


@always
def causes_are_delivered_before_their_effects(world):
    """Causal order: what a sender had broadcast or delivered before it spoke comes first everywhere."""
    heard = {node: set() for node in world.nodes}   # what a node has said or delivered, and what was before
    got = {node: set() for node in world.nodes}
    past = {}
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
    """Does a node that delivers in this order deliver the first message of each pair before the second?"""
    return all(order.index(first) < order.index(second) for first, second in before)


def allowed_orders(messages: tuple[str, ...], *, before: tuple[tuple[str, str], ...] = (), nodes: int = 3,
                   total: bool = False) -> list[tuple[tuple[str, ...], ...]]:
    """All ways in which `nodes` nodes may deliver the messages, as tuples with the order of each node.

    Each node respects the pairs in `before`; `total`: and all deliver in the same order.
    """
    orders = [order for order in permutations(messages) if respects(order, before)]
    return [each for each in product(orders, repeat=nodes) if not total or len(set(each)) == 1]


# A broadcasts m1 and then m3; B delivers m1 and then broadcasts m2.
SENT_IN_ORDER = (("m1", "m3"),)
CAUSED = (("m1", "m3"), ("m1", "m2"))
GUARANTEES = {
    "none": {},
    "FIFO": {"before": SENT_IN_ORDER},
    "causal": {"before": CAUSED},
    "total": {"total": True},
    "FIFO and total": {"before": SENT_IN_ORDER, "total": True},
    "causal and total": {"before": CAUSED, "total": True},
}


# ---- which class keeps what, and runs to see it ------------------------------------------------------------

FIFO_ORDER = messages_of_one_sender_are_delivered_in_its_order
CAUSAL_ORDER = causes_are_delivered_before_their_effects
PROMISES = (*SAFETY, FIFO_ORDER, CAUSAL_ORDER, all_nodes_that_are_up_deliver_a_message)
KEEPS = {
    Fifo: (*SAFETY, FIFO_ORDER, *LIVENESS),
    Causal: (*SAFETY, FIFO_ORDER, CAUSAL_ORDER, *LIVENESS),
}


def same_run(protocol: type[Node], *, seed: int = 15, fifo: bool = False) -> Run:
    """A broadcasts m1, then m3; B answers m1 with m2: the same requests and network for each class."""
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


def early_answer(protocol: type[Node]) -> Run:
    """Alice asks, Bob answers, and Carol receives the answer first: the question is slow both ways to her."""
    return Run(protocol, ("Alice", "Bob", "Carol"), network=Network(latency=constant(10)), script=[
        at(0, delay("Alice->Carol#1", by=50)),
        at(0, delay("Bob->Carol#1", by=50)),
        at(0, request("Bob", Answer("Tea?", "Yes."))),
        at(10, request("Alice", Broadcast("Tea?"))),
    ], title=f"{protocol.__name__}: Carol receives the answer before the question")


DEMO = early_answer(Causal)
DEMOS = {
    "reliable breaks FIFO order": overtaking(EagerReliable),
    "FIFO": overtaking(Fifo),
    "FIFO breaks causal order": early_answer(Fifo),
    "causal": DEMO,
}
