"""Broadcast: one node sends a message to all, though it may crash meanwhile and copies may be lost.

Best-effort broadcast sends a copy to each node: if the sender crashes half-way, some nodes never receive it. In
reliable broadcast the receivers relay it, all to all (eager) or each to a few at random (gossip). A message may be
*received* from the network several times, and is *delivered* to the application at most once.

Sources: Cachin, Guerraoui and Rodrigues, "Introduction to Reliable and Secure Distributed Programming" (2011,
chapter 3) for the properties; Demers et al., "Epidemic algorithms for replicated database maintenance" (1987)
for gossip. Left out: recovery (a node that crashes stays down), repeated gossip and uniform agreement. Orders of
delivery: `causal_broadcast` (FIFO and causal) and `total_order`.
"""

from typing import Any

from dslab.appearance import in_words
from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run, node_names
from dslab.script import at, crash, drop, request
from dslab.trace import Trace


@message
class Broadcast:
    """A request: broadcast this."""

    payload: Any
    label = "{payload}"


@message
class Answer:
    """A request: broadcast this as soon as the message `to` is delivered here."""

    to: Any
    payload: Any
    label = "{payload}"


@message
class Packet:
    id: tuple           # (the node that broadcasts it, its sequence number there)
    payload: Any
    label = "{payload}"


class BestEffort(Node):
    """Best-effort broadcast: send one copy to each node.

    The other algorithms change to whom a message is relayed, or when it is delivered.
    """

    shown = ("delivered",)

    def init(self):
        self.sent = 0               # the number of messages that this node has broadcast
        self.known = set()          # the ids of the messages received
        self.delivered = []         # payloads, in the order of delivery
        self.answers = {}           # payload -> what to broadcast when it is delivered

    def on_broadcast(self, src, msg):
        self.begin(msg.payload)

    def on_answer(self, src, msg):
        self.answers[msg.to] = msg.payload
        if msg.to in self.delivered:
            self.answer(msg.to)

    def begin(self, payload):
        self.sent += 1
        self.output("broadcast", self.id, self.sent, payload)
        self.spread(self.pack(payload))

    def pack(self, payload):
        return Packet((self.id, self.sent), payload)

    def spread(self, msg):
        """The sender receives its own message at once: no link is involved."""
        self.on_packet(self.id, msg)

    def on_packet(self, src, msg):
        if msg.id in self.known:
            return self.note(f"ignored: “{in_words(msg.payload)}” has been received before")
        self.known.add(msg.id)
        self.relay(src, msg)
        self.accept(msg)

    def relay(self, src, msg):
        """Only the original sender sends copies."""
        if src == self.id:
            self.broadcast(msg)

    def accept(self, msg):
        """Without an order to keep, deliver at once."""
        self.deliver(msg)

    def deliver(self, msg):
        self.delivered.append(msg.payload)
        self.output("deliver", *msg.id, msg.payload)
        self.answer(msg.payload)

    def answer(self, payload):
        if payload in self.answers:
            self.begin(self.answers.pop(payload))


class EagerReliable(BestEffort):
    """Each node relays a new message to all others: n(n - 1) copies, and agreement despite crashes."""

    def relay(self, src, msg):
        self.broadcast(msg)


class Gossip(BestEffort):
    """Each node relays a new message to a few others at random: fewer copies, and most nodes receive it."""

    roles = ("susceptible", "infective")        # the terms of Demers et al.
    shown = ()

    def init(self):
        super().init()
        self.fanout = 3             # the number of nodes to relay to
        self.role = "susceptible"   # infective: has received a message

    def relay(self, src, msg):
        self.role = "infective"
        for peer in self.draw(self.peers, self.fanout):
            self.send(peer, msg)


class Flooding(BestEffort):
    """Each node relays a new message to all neighbours but the one that it came from."""

    def relay(self, src, msg):
        for neighbour in self.neighbours:
            if neighbour != src:
                self.send(neighbour, msg)


# ---- safety properties -------------------------------------------------------------------------------------

def deliveries(world: Any) -> dict[str, list[tuple]]:
    """Node -> the ids (sender, number) of its deliveries in order, in a `World` or a `Trace`."""
    found: dict[str, list[tuple]] = {node: [] for node in world.nodes}
    for output in world.outputs("deliver"):
        found[output.node].append(output.values[:2])
    return found


def payloads(trace: Trace) -> dict[str, tuple]:
    """Node -> the payloads that it delivered, in order: {"A": ("m1", "m2"), ...}."""
    return {node: tuple(output.values[2] for output in trace.outputs("deliver") if output.node == node)
            for node in trace.nodes}


@always
def no_message_is_delivered_twice(world):
    """No duplication."""
    for node, ids in deliveries(world).items():
        for place, (sender, number) in enumerate(ids):
            if (sender, number) in ids[:place]:
                return f"{node} delivers message {number} of {sender} twice"


@always
def only_what_was_broadcast_is_delivered(world):
    """No creation: a delivered message was broadcast before, by the sender that it names."""
    sent = {output.values: output.step for output in world.outputs("broadcast")}
    for output in world.outputs("deliver"):
        sender, number, payload = output.values
        if sent.get(output.values, output.step + 1) > output.step:
            return f"{output.node} delivers {payload!r} as message {number} of {sender}, which {sender} never broadcast"


@sometimes
def all_nodes_that_are_up_deliver_a_message(world):
    got = deliveries(world)
    return world.outputs("broadcast") and all(got[node] for node in world.up)


# ---- liveness properties -----------------------------------------------------------------------------------

@in_the_end
def a_correct_sender_delivers_its_own_messages(world):
    """Validity. A node counts as correct if it is up at the end."""
    got = deliveries(world)
    for sender, number, payload in (output.values for output in world.outputs("broadcast")):
        if sender in world.up and (sender, number) not in got[sender]:
            return f"{sender} never delivers its own {payload!r}"


@in_the_end
def correct_nodes_deliver_the_same_messages(world):
    """Agreement: what one correct node delivers, all correct nodes deliver."""
    got = deliveries(world)
    for output in world.outputs("deliver"):
        for node in world.nodes:
            if {node, output.node} <= world.up and output.values[:2] not in got[node]:
                return f"{output.node} delivers {output.values[2]!r}, and {node} never does"


# ---- which class has which property, and runs that show it -------------------------------------------------

SAFETY = (no_message_is_delivered_twice, only_what_was_broadcast_is_delivered)
PROMISES = (*SAFETY, all_nodes_that_are_up_deliver_a_message)
VALIDITY, AGREEMENT = a_correct_sender_delivers_its_own_messages, correct_nodes_deliver_the_same_messages
LIVENESS = (VALIDITY, AGREEMENT)

# The properties of each class, even if nodes crash. Gossip misses some nodes by chance, flooding those that a crash
# disconnects.
KEEPS = {
    BestEffort: (*SAFETY, VALIDITY),
    Gossip: (*SAFETY, VALIDITY),
    EagerReliable: (*SAFETY, *LIVENESS),
    Flooding: (*SAFETY, VALIDITY),
}


def crashing_sender(protocol: type[Node], *, lost: tuple[str, ...] = ("C",)) -> Run:
    """A broadcasts, delivers its own message, and crashes before the copies to those in `lost` leave it."""
    return Run(protocol, network=Network(latency=constant(10)), script=[
        *(at(0, drop(f"A->{node}#1")) for node in lost),
        at(10, request("A", Broadcast("m1"))),
        at(10, crash("A")),
    ], title=f"{protocol.__name__}: the sender crashes half-way")


def gossip(nodes: int = 30, *, fanout: int = 3, seed: int = 0) -> Run:
    """The first of `nodes` nodes broadcasts; each node relays the message once, to `fanout` others."""
    names = node_names(nodes)
    return Run(Gossip, names, seed=seed, network=Network(latency=constant(10)),
               script=[at(10, request(names[0], Broadcast("m1")))],
               initial={name: {"fanout": fanout} for name in names},
               title=f"Gossip: {nodes} nodes, each tells {fanout}")


DEMO = crashing_sender(EagerReliable)
DEMOS = {
    "best effort": crashing_sender(BestEffort),             # breaks agreement
    "eager reliable": DEMO,
    "not uniform": crashing_sender(EagerReliable, lost=("B", "C")),     # only A, which crashes, ever delivers
    "gossip": gossip(),
}
