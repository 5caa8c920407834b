"""Links: from a network that loses, doubles and reorders messages to one that does nothing of the kind.

Each layer stands on the one before and repairs one fault: the bare link loses messages, the stubborn one sends until
it is told that they have arrived, the perfect one delivers each once, the FIFO link in the order in which they were
sent. The last one, for nodes that crash and recover, keeps what all of this takes on disk.

Source: Cachin, Guerraoui and Rodrigues, "Introduction to Reliable and Secure Distributed Programming" (2011),
chapter 2. Their stubborn link repeats a message for ever; this one stops when it is acknowledged. Left out: windows,
congestion, and messages that an adversary has changed.
"""

from collections import Counter
from typing import Any

from dslab.network import Network, uniform
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run
from dslab.script import At, at, crash, drop, duplicate, pause, recover, request, resume


@message
class Say:
    """A request: send `payload` to a node."""

    to: str
    payload: Any


@message
class Packet:
    number: int         # which message of its sender to this receiver, from 1
    payload: Any


@message
class Ack:
    number: int         # of the packet that has arrived


class FairLoss(Node):
    """The bare link: a message is sent once, and delivered whenever a copy of it arrives, if one does."""

    shown = ("sent",)

    def init(self):
        self.sent = {}                  # receiver -> how many messages so far

    def on_say(self, src, msg):
        self.output("send", msg.to, msg.payload)
        self.sent[msg.to] = self.sent.get(msg.to, 0) + 1
        self.transmit(msg.to, self.sent[msg.to], msg.payload)

    def transmit(self, dst, number, payload):
        """On the way down: send a message."""
        self.send(dst, Packet(number, payload))

    def on_packet(self, src, msg):
        self.arrived(src, msg)

    def arrived(self, src, msg):
        """On the way up: a copy of a message has arrived."""
        self.deliver(src, msg.payload)

    def deliver(self, src, payload):
        self.output("deliver", src, payload)


class Stubborn(FairLoss):
    """Sends a message again until it is acknowledged: what is sent often enough arrives, once or more often."""

    shown = ("sent", "open")
    patience = 60                       # ms, longer than most round trips

    def init(self):
        super().init()
        self.open = {}                  # (receiver, number) -> payload: what is not acknowledged yet

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
        self.send(src, Ack(msg.number))     # each copy is acknowledged: the last acknowledgement may be lost
        super().on_packet(src, msg)

    def on_ack(self, src, msg):
        if self.open.pop((src, msg.number), None) is None:
            return self.note("knows that already")
        if not self.open:
            self.cancel_timer("retry")


class Perfect(Stubborn):
    """Remembers what has arrived, by sender and number: each message is delivered once."""

    def init(self):
        super().init()
        self.seen = set()               # (sender, number)

    def arrived(self, src, msg):
        if (src, msg.number) in self.seen:
            return self.note("has delivered this one before")
        self.seen.add((src, msg.number))
        self.first_copy(src, msg)

    def first_copy(self, src, msg):
        """On the way up: a message has arrived that is new."""
        self.deliver(src, msg.payload)


class Fifo(Perfect):
    """Holds back what has overtaken others: messages are delivered in the order in which they were sent."""

    shown = ("sent", "open", "next")

    def init(self):
        super().init()
        self.next = {}                  # sender -> the number that is delivered next, 1 if there is none
        self.early = {}                 # (sender, number) -> payload: what waits for its turn

    def first_copy(self, src, msg):
        self.early[src, msg.number] = msg.payload
        due = self.next.get(src, 1)
        if msg.number > due:
            self.note(f"number {due} has to come first")
        while (src, due) in self.early:
            self.deliver(src, self.early.pop((src, due)))
            due += 1
        self.next[src] = due


class Durable(Fifo):
    """For nodes that crash and recover: numbers, and messages that are not settled, are on disk."""

    persistent = ("sent", "open", "seen", "next", "early")

    def on_recover(self):
        if self.open:
            self.set_timer("retry", 0)


# ---- what links promise ------------------------------------------------------------------------------------------

def sent(world):
    """How often each (sender, receiver, payload) was sent."""
    return Counter((output.node, *output.values) for output in world.outputs("send"))


def delivered(world):
    """How often each (sender, receiver, payload) was delivered."""
    return Counter((output.values[0], output.node, output.values[1]) for output in world.outputs("deliver"))


@always
def no_creation(world):
    """What is delivered was sent, by that sender to that receiver."""
    for src, dst, payload in delivered(world) - sent(world):
        if (src, dst, payload) not in sent(world):
            return f"{dst} delivers {payload!r} of {src}, and {src} has sent it no such thing"


@always
def no_duplication(world):
    """Nothing is delivered more often than it was sent."""
    asked = sent(world)
    for one, times in delivered(world).items():
        if times > asked[one] > 0:
            return told(one, times, asked[one])


@in_the_end
def reliable_delivery(world):
    """Between nodes that are up in the end, all that was sent is delivered. Of others nothing is promised."""
    got = delivered(world)
    for one, times in sent(world).items():
        if set(one[:2]) <= world.up and got[one] < times:
            return told(one, got[one], times)


def told(one, times, asked):
    """How often a message is delivered, and how often it was sent."""
    src, dst, payload = one
    often = {count: "once" if count == 1 else f"{count} times" for count in (times, asked)}
    found = f"delivers {payload!r} of {src} {often[times]}" if times else f"never delivers {payload!r} of {src}"
    return f"{dst} {found}, and it was sent {often[asked]}"


@always
def first_in_first_out(world):
    """A message is delivered after all that was sent before it, to the same node, by the same sender."""
    lines = {}                          # (sender, receiver) -> what is sent and not delivered yet
    for output in world.outputs("send"):
        lines.setdefault((output.node, output.values[0]), []).append(output.values[1])
    for output in world.outputs("deliver"):
        src, payload = output.values
        line = lines.get((src, output.node), [])
        if payload in line[1:] and payload != line[0]:
            return f"{output.node} delivers {payload!r} of {src} before {line[0]!r}, which was sent earlier"
        if payload in line:
            line.remove(payload)


@sometimes
def a_message_is_delivered(world):
    return world.outputs("deliver")


PROMISES = (no_creation, no_duplication, reliable_delivery, first_in_first_out, a_message_is_delivered)


# ---- runs --------------------------------------------------------------------------------------------------------

ROUGH = Network(latency=uniform(5, 40), loss=0.3, duplication=0.2)


def laboratory(link: type[Node], *events: At, **options: Any) -> Run:
    """A says m1 to m4 to B, one each 10 ms, over a network that loses, doubles and reorders messages."""
    says = [at(10 * number, request("A", Say("B", f"m{number}"))) for number in range(1, 5)]
    options = {"network": ROUGH, "title": f"{link.__name__}: four messages over a bad network"} | options
    return Run(link, 2, script=[*says, *events], **options)


DEMO = laboratory(Fifo, seed=78, title="A FIFO link over a bad network")

CALM = Network(latency=uniform(10, 10))

# The sender crashes after its only transmission was lost: no promise is broken, of a sender that is down.
SENDER_CRASHES = Run(Fifo, 2, network=CALM, title="The sender crashes after one lost transmission", script=[
    at(0, drop("A->B#1")), at(10, request("A", Say("B", "m1"))), at(30, crash("A"))])


def restart(link: type[Node], node: str) -> Run:
    """A says m1; then one of the two crashes and recovers; then A says m2: which number comes next?"""
    return Run(link, 2, network=CALM, title=f"{link.__name__}: {node} crashes and recovers", script=[
        at(10, request("A", Say("B", "m1"))), at(50, crash(node)), at(60, recover(node)),
        at(100, request("A", Say("B", "m2")))])


def old_as_new(link: type[Node]) -> Run:
    """B crashes and recovers, and then a late copy of m1 arrives."""
    return Run(link, 2, network=CALM, title=f"{link.__name__}: a copy arrives after the crash", script=[
        at(0, duplicate("A->B#1", after=100)), at(10, request("A", Say("B", "m1"))), at(50, crash("B")),
        at(60, recover("B"))])


# ---- one node: what a crash takes away, and a pause does not ------------------------------------------------------

@message
class Count:
    """A request: add one."""


class Memory(Node):
    """Counts the same events twice: in memory, and on disk."""

    persistent = ("on_disk",)
    shown = ("in_memory", "on_disk")

    def init(self):
        self.in_memory = 0
        self.on_disk = 0

    def on_count(self, src, msg):
        self.in_memory += 1
        self.on_disk += 1


# Five events reach each of three nodes: one works, one is paused from 25 to 45 ms, one is down at that time.
LIVES = Run(Memory, ("steady", "paused", "crashed"), title="Five events: a node that works, one that pauses, one that "
            "crashes", script=[
                at(25, pause("paused")), at(25, crash("crashed")), at(45, resume("paused")), at(45, recover("crashed")),
                *(at(10 * number, request(node, Count())) for number in range(1, 6)
                  for node in ("steady", "paused", "crashed"))])
