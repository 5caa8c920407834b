"""Links: reliable, ordered delivery over a network that loses, duplicates and reorders messages.

Each layer is built on the one before and masks one fault: the fair-loss link loses messages, the stubborn one
retransmits until they are acknowledged, the perfect one delivers each once, the FIFO link delivers in the order of
sending. The last one, for nodes that crash and recover, keeps the state that this takes on disk.

Source: Cachin, Guerraoui and Rodrigues, "Introduction to Reliable and Secure Distributed Programming" (2011),
chapter 2. Their stubborn link retransmits for ever; this one stops at the acknowledgement. Left out: windows,
congestion control, and messages that an adversary has changed.
"""

from collections import Counter
from typing import Any

from dslab.network import Network, uniform
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run
from dslab.script import At, at, crash, drop, duplicate, recover, request


@message
class Say:
    """A request: send `payload` to a node."""

    to: str
    payload: Any
    label = "{payload}"


@message
class Packet:
    number: int         # sequence number from this sender to this receiver, from 1
    payload: Any
    label = "{number}: {payload}"


@message
class Ack:
    number: int         # of the packet that arrived
    label, look = "✓ {number}", "yes"
    sentence = "{src} acknowledges packet {number} of {dst}"


class FairLoss(Node):
    """A fair-loss link: each message is sent once, and every copy that arrives is delivered."""

    shown = ("sent",)

    def init(self):
        self.sent = {}                  # receiver -> the number of messages sent to it

    def on_say(self, src, msg):
        self.output("send", msg.to, msg.payload)
        self.sent[msg.to] = self.sent.get(msg.to, 0) + 1
        self.transmit(msg.to, self.sent[msg.to], msg.payload)

    def transmit(self, dst, number, payload):
        """Send a message: what the layers above change on the sender's side."""
        self.send(dst, Packet(number, payload))

    def on_packet(self, src, msg):
        self.arrived(src, msg)

    def arrived(self, src, msg):
        """A copy of a message has arrived: what the layers above change on the receiver's side."""
        self.deliver(src, msg.payload)

    def deliver(self, src, payload):
        self.output("deliver", src, payload)


class Stubborn(FairLoss):
    """A stubborn link: retransmits until acknowledged, so each message arrives at least once."""

    shown = ("sent", "open")
    patience = 60                       # ms: the retransmission timeout, longer than most round trips

    def init(self):
        super().init()
        self.open = {}                  # (receiver, number) -> payload: sent and not acknowledged

    def transmit(self, dst, number, payload):
        if not self.open:
            self.set_timer("retry", self.patience)
        self.open[dst, number] = payload
        super().transmit(dst, number, payload)

    def on_retry_timer(self):
        for (dst, number), payload in self.open.items():
            self.send(dst, Packet(number, payload))
        if self.open:
            self.note("no acknowledgement: was the message lost, or the acknowledgement?")
            self.set_timer("retry", self.patience)

    def on_packet(self, src, msg):
        self.send(src, Ack(msg.number))     # duplicates too: the earlier acknowledgement may be lost
        super().on_packet(src, msg)

    def on_ack(self, src, msg):
        if self.open.pop((src, msg.number), None) is None:
            return self.note("knows that already")
        if not self.open:
            self.cancel_timer("retry")


class Perfect(Stubborn):
    """A perfect link: removes duplicates by sender and number, so each message is delivered once."""

    def init(self):
        super().init()
        self.seen = set()               # (sender, number)

    def arrived(self, src, msg):
        if (src, msg.number) in self.seen:
            return self.note("has already delivered this one")
        self.seen.add((src, msg.number))
        self.first_copy(src, msg)

    def first_copy(self, src, msg):
        """A message has arrived that is no duplicate."""
        self.deliver(src, msg.payload)


class Fifo(Perfect):
    """A FIFO link: holds back messages that arrive early, and delivers in the order of sending."""

    shown = ("sent", "open", "next")

    def init(self):
        super().init()
        self.next = {}                  # sender -> the number to deliver next; 1 if absent
        self.early = {}                 # (sender, number) -> payload: held back

    def first_copy(self, src, msg):
        self.early[src, msg.number] = msg.payload
        due = self.next.get(src, 1)
        if msg.number > due:
            self.note(f"number {due} must come first")
        while (src, due) in self.early:
            self.deliver(src, self.early.pop((src, due)))
            due += 1
        self.next[src] = due


class Durable(Fifo):
    """A FIFO link for nodes that crash and recover: all its state is on disk."""

    persistent = ("sent", "open", "seen", "next", "early")

    def on_recover(self):
        if self.open:
            self.set_timer("retry", 0)


# ---- properties --------------------------------------------------------------------------------------------------

def sent(world):
    """How often each (sender, receiver, payload) was sent."""
    return Counter((output.node, *output.values) for output in world.outputs("send"))


def delivered(world):
    """How often each (sender, receiver, payload) was delivered."""
    return Counter((output.values[0], output.node, output.values[1]) for output in world.outputs("deliver"))


@always
def no_creation(world):
    """A message that is delivered was sent by that sender to that receiver."""
    for src, dst, payload in delivered(world) - sent(world):
        if (src, dst, payload) not in sent(world):
            return f"{dst} delivers {payload!r} from {src}, which {src} never sent to it"


@always
def no_duplication(world):
    """No message is delivered more often than it was sent."""
    expected = sent(world)
    for triple, times in delivered(world).items():
        if times > expected[triple] > 0:
            return miscounted(triple, times, expected[triple])


@in_the_end
def reliable_delivery(world):
    """Every message between two nodes that are up at the end is delivered."""
    got = delivered(world)
    for triple, times in sent(world).items():
        if set(triple[:2]) <= world.up and got[triple] < times:
            return miscounted(triple, got[triple], times)


def miscounted(triple, times, expected):
    """The violation: how often a message was delivered, and how often it was sent."""
    src, dst, payload = triple
    often = {count: "once" if count == 1 else f"{count} times" for count in (times, expected)}
    found = f"delivers {payload!r} from {src} {often[times]}" if times else f"never delivers {payload!r} from {src}"
    return f"{dst} {found}, but it was sent {often[expected]}"


@always
def first_in_first_out(world):
    """Messages from one sender to one receiver are delivered in the order of sending."""
    queues = {}                         # (sender, receiver) -> payloads sent and not delivered, in that order
    for output in world.outputs("send"):
        queues.setdefault((output.node, output.values[0]), []).append(output.values[1])
    for output in world.outputs("deliver"):
        src, payload = output.values
        queue = queues.get((src, output.node), [])
        if payload in queue[1:] and payload != queue[0]:
            return f"{output.node} delivers {payload!r} of {src} before {queue[0]!r}, which was sent earlier"
        if payload in queue:
            queue.remove(payload)


@sometimes
def a_message_is_delivered(world):
    return world.outputs("deliver")


PROMISES = (no_creation, no_duplication, reliable_delivery, first_in_first_out, a_message_is_delivered)


# ---- runs --------------------------------------------------------------------------------------------------------

ROUGH = Network(latency=uniform(5, 40), loss=0.3, duplication=0.2)


def laboratory(link: type[Node], *events: At, **options: Any) -> Run:
    """A sends m1 to m4 to B, one every 10 ms, over a network that loses, duplicates and reorders messages."""
    says = [at(10 * number, request("A", Say("B", f"m{number}"))) for number in range(1, 5)]
    run = Run(link, 2, script=[*says, *events], network=ROUGH,
              title=f"{link.__name__}: four messages over a bad network")
    return run.replace(**options)


DEMO = laboratory(Fifo, seed=78, title="A FIFO link over a bad network")

CALM = Network(latency=uniform(10, 10))

# The sender crashes after its only transmission was lost. Reliable delivery holds: it is required of correct senders.
SENDER_CRASHES = Run(Fifo, 2, network=CALM, title="The sender crashes after one lost transmission", script=[
    at(0, drop("A->B#1")), at(10, request("A", Say("B", "m1"))), at(30, crash("A"))])


def restart(link: type[Node], node: str) -> Run:
    """A sends m1; then one of the two crashes and recovers; then A sends m2: which sequence number comes next?"""
    return Run(link, 2, network=CALM, title=f"{link.__name__}: {node} crashes and recovers", script=[
        at(10, request("A", Say("B", "m1"))), at(50, crash(node)), at(60, recover(node)),
        at(100, request("A", Say("B", "m2")))])


def late_copy(link: type[Node]) -> Run:
    """B crashes and recovers, and then a late copy of m1 arrives."""
    return Run(link, 2, network=CALM, title=f"{link.__name__}: a copy arrives after the crash", script=[
        at(0, duplicate("A->B#1", after=100)), at(10, request("A", Say("B", "m1"))), at(50, crash("B")),
        at(60, recover("B"))])
