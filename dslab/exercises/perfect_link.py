"""Exercise 2.1: a perfect link over one that loses messages [Cachin, Guerraoui and Rodrigues 2011, chapter 2]."""

from collections import Counter
from collections.abc import Iterator
from random import Random

from dslab.grader.demands import Demand, Objection, for_each
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.runs import asks, calm, drops
from dslab.network import Network, uniform
from dslab.node import Node
from dslab.protocols.links import (
    Ack,
    Packet,
    Say,
    delivered,
    miscounted,
    no_creation,
    no_duplication,
    reliable_delivery,
    sent,
)
from dslab.run import Run
from dslab.script import At, at, cut, duplicate, heal, set_link
from dslab.trace import Envelope, Trace

# ---- what the learner starts from ------------------------------------------------------------------------------------


class Link(Node):
    """A node whose application sends messages; what is missing is the link that delivers each exactly once."""

    shown = ("sent", "open")

    def init(self):
        self.sent = 0                   # for you: how many messages were sent so far
        self.open = {}                  # for you: what is not acknowledged yet
        self.seen = set()               # for you: what has arrived

    def transmit(self, dst, payload):
        """The application sends `payload` to `dst`: give it a number, and send Packet(number, payload).

        The packet may be lost: self.set_timer("retry", 60) wakes you in 60 ms.
        """

    def on_packet(self, src, msg):
        """A copy of a Packet with msg.number and msg.payload has arrived from `src`.

        Send `src` an Ack(msg.number), and hand the payload to the application by self.deliver(src, msg.payload).
        """

    def on_ack(self, src, msg):
        """An Ack with msg.number has arrived from `src`."""

    def on_retry_timer(self):
        """The timer that you set has gone off."""

    def on_say(self, src, msg):
        self.output("send", msg.to, msg.payload)
        self.transmit(msg.to, msg.payload)

    def deliver(self, src, payload):
        self.output("deliver", src, payload)


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Link):
    def transmit(self, dst, payload):
        self.sent += 1
        self.open[self.sent] = (dst, payload)
        self.send(dst, Packet(self.sent, payload))
        self.set_timer("retry", 60)

    def on_packet(self, src, msg):
        self.send(src, Ack(msg.number))
        if (src, msg.number) not in self.seen:
            self.seen.add((src, msg.number))
            self.deliver(src, msg.payload)

    def on_ack(self, src, msg):
        self.open.pop(msg.number, None)

    def on_retry_timer(self):
        for number, (dst, payload) in self.open.items():
            self.send(dst, Packet(number, payload))
        if self.open:
            self.set_timer("retry", 60)


class NumbersForEachReceiver(Reference):
    """Right: each receiver has numbers of its own, and the timeout grows with each retry."""

    def init(self):
        super().init()
        self.counts, self.wait = {}, 40

    def transmit(self, dst, payload):
        number = self.counts[dst] = self.counts.get(dst, 0) + 1
        self.open[dst, number] = Packet(number, payload)
        self.send(dst, self.open[dst, number])
        self.set_timer("retry", 40)

    def on_ack(self, src, msg):
        if self.open.pop((src, msg.number), None):
            self.wait = 40

    def on_retry_timer(self):
        for (dst, _), packet in sorted(self.open.items()):
            self.send(dst, packet)
        if self.open:
            self.wait = min(2 * self.wait, 200)
            self.set_timer("retry", self.wait)


class OneAtATime(Reference):
    """Right: stop-and-wait, so that one number for each sender will do."""

    def init(self):
        super().init()
        self.queue, self.last = [], {}

    def transmit(self, dst, payload):
        self.sent += 1
        self.queue.append((dst, Packet(self.sent, payload)))
        if len(self.queue) == 1:
            self.on_retry_timer()

    def on_packet(self, src, msg):
        if msg.number > self.last.get(src, 0):
            self.last[src] = msg.number
            self.deliver(src, msg.payload)
        self.send(src, Ack(msg.number))

    def on_ack(self, src, msg):
        if self.queue and self.queue[0][1].number == msg.number:
            self.queue.pop(0)
            self.on_retry_timer()

    def on_retry_timer(self):
        if self.queue:
            self.send(*self.queue[0])
            self.set_timer("retry", 60)
        else:
            self.cancel_timer("retry")


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class SendsOnce(Reference):
    """Never sends anything again."""

    def on_retry_timer(self):
        self.open.clear()


class GivesUp(Reference):
    """Gives a message up after ten attempts, though any number of them may be lost."""

    def init(self):
        super().init()
        self.tries = 0

    def on_retry_timer(self):
        self.tries += 1
        if self.tries <= 10:
            super().on_retry_timer()


class AcknowledgesOnce(Reference):
    """Does not acknowledge a copy of what was delivered: if the first Ack is lost, there is never another."""

    def on_packet(self, src, msg):
        if (src, msg.number) not in self.seen:
            super().on_packet(src, msg)


class DeliversEachCopy(Reference):
    """Does not remember what has arrived."""

    def on_packet(self, src, msg):
        self.send(src, Ack(msg.number))
        self.deliver(src, msg.payload)


class KnowsByPayload(Reference):
    """Takes messages with equal payloads for copies."""

    def on_packet(self, src, msg):
        self.send(src, Ack(msg.number))
        if (src, msg.payload) not in self.seen:
            self.seen.add((src, msg.payload))
            self.deliver(src, msg.payload)


class KnowsByNumberOnly(Reference):
    """Confuses the numbers of two senders."""

    def on_packet(self, src, msg):
        self.send(src, Ack(msg.number))
        if msg.number not in self.seen:
            self.seen.add(msg.number)
            self.deliver(src, msg.payload)


class DeliversAtTheAck(Reference):
    """Delivers where the Ack arrives: at the sender."""

    def on_packet(self, src, msg):
        self.send(src, Ack(msg.number))

    def on_ack(self, src, msg):
        if msg.number in self.open:
            self.deliver(*self.open.pop(msg.number))


class OneAckForAll(NumbersForEachReceiver):
    """Each receiver has its own numbers, and the Ack of one settles the message of the same number to another."""

    def on_ack(self, src, msg):
        for dst in self.peers:
            super().on_ack(dst, msg)


class OnlyTheLast(Reference):
    """Only the last message is sent again."""

    def on_retry_timer(self):
        if self.sent in self.open:
            dst, payload = self.open[self.sent]
            self.send(dst, Packet(self.sent, payload))
            self.set_timer("retry", 60)


class WithoutPatience(Reference):
    """Sends again every millisecond, while an answer takes 20."""

    def transmit(self, dst, payload):
        super().transmit(dst, payload)
        self.set_timer("retry", 1)

    def on_retry_timer(self):
        super().on_retry_timer()
        if self.open:
            self.set_timer("retry", 1)


# ---- what is judged --------------------------------------------------------------------------------------------------

CALM = 500                      # ms after the last trouble, by which all should have arrived
LAST = 100                      # ms at the end of a run, in which it should be quiet
TROUBLE = ("request", "crash", "recover", "resume", "heal", "set_link")


def an_answer_has_time_to_come_back(trace: Trace) -> Objection | None:
    """At most ten copies of a packet in 100 ms."""
    copies: Counter = Counter()
    for message in trace.messages:
        if message.sent is not None and not message.name.endswith("'"):
            packet = (message.src, message.dst, message.payload, int(message.departs / 100))
            copies[packet] += 1
            if copies[packet] > 10:
                return Objection(f"{message.src} sends {message.payload!r} to {message.dst} for the 11th time within "
                                 "100 ms: expected at most 10", message.sent)
    return None


def restless(trace: Trace) -> list[Envelope]:
    """The first message between nodes that are up that is sent at the end of the run, long after the last trouble."""
    last = max([step.time for step in trace.steps if step.kind in TROUBLE]
               + [message.departs for message in trace.messages if message.fate == "lost"], default=0)
    begin = max(trace.run.duration - LAST, last + CALM) if trace.run else 0
    return [message for message in trace.messages
            if message.departs > begin and {message.src, message.dst} <= trace.up_at(-1)][:1]


@for_each(restless)
def all_arrives_in_calm_weather(trace, message):
    """Between nodes that are up, all that was sent is delivered, even while messages go on without end."""
    got = delivered(trace)
    for one, times in sent(trace).items():
        if got[one] < times and set(one[:2]) <= trace.up_at(-1):
            return miscounted(one, got[one], times)


@for_each(restless)
def it_becomes_quiet(trace, message):
    """Once the application sends nothing more, and nothing is lost, messages come to an end."""
    return (f"{message.src} sends {message.payload!r} to {message.dst} again and again, {CALM} ms after the last "
            "message was sent by the application or lost")


DEMANDS = (
    Demand(no_creation, "A message is delivered at the node it was sent to, and nowhere else.", hint=1),
    Demand(no_duplication, "A receiver remembers what it has delivered, and delivers each message once.", hint=3),
    Demand(reliable_delivery, "A fair-loss link may lose any finite number of copies: send until the Ack arrives; "
                              "and two messages are the same only if sender and number are.", hint=2),
    Demand(all_arrives_in_calm_weather, "What is not acknowledged is sent again; what arrives is delivered.", hint=2),
    Demand(it_becomes_quiet, "Every copy is acknowledged, because each Ack may be lost too; what "
           "is acknowledged is not sent again.", hint=2),
    Demand(an_answer_has_time_to_come_back, "A message is sent again only when an answer has had time to arrive.",
           hint=0),
)


# ---- the runs --------------------------------------------------------------------------------------------------------

def says(time: float, src: str, dst: str, *payloads: str) -> list[At]:
    return asks(time, src, *(Say(dst, payload) for payload in payloads))


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    a, b, c = names
    for events in (
        says(10, a, b, "x"),
        [*says(10, a, b, "x"), *drops(a, b, 1, 2, 3)],
        [*says(10, a, b, "x"), *drops(b, a, 1, 2)],
        [*says(10, a, b, "x"), at(0, duplicate(f"{a}->{b}#1", after=200))],
        [*says(10, a, b, "x"), *says(15, a, b, "x")],
        [*says(10, b, a, "y"), *says(15, c, a, "z")],
        [*says(10, a, b, "x"), *says(15, a, c, "y"), *drops(a, c, 1)],
        [*says(10, a, b, "x"), *says(15, a, b, "y"), *drops(a, b, 1)],
        [at(5, cut(a, b)), *says(10, a, b, "x"), at(1000, heal(a, b))],
    ):
        yield calm(protocol, names, events, duration=2000)


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    a, b, c = names
    yield Search(Run(protocol, names, script=says(0, a, b, "x", "x")),
                 {"drops": 1, "duplicates": 1, "timers": {"retry": 2}})
    yield Search(Run(protocol, names, script=says(0, a, b, "x") + says(0, c, b, "x")),
                 {"drops": 1, "timers": {"retry": 1}})


def talk(protocol: type[Node], names: Names, seed: int) -> Run:
    """All send messages to others, over links that lose some for the first 600 ms."""
    draw = Random(f"{seed} talk")
    pairs = [draw.sample(names, 2) for _ in range(5)]
    return calm(protocol, names, *(says(draw.randrange(300), src, dst, draw.choice("xyz")) for src, dst in pairs),
                at(600, set_link(loss=0.0)), network=Network(latency=uniform(1, 20), loss=0.3), duration=2000)


EXERCISES = (MakeItRight(
    number="2.1", title="A perfect link",
    task="The network loses, duplicates and reorders messages. Write a link on top of it that delivers each message "
         "exactly once.",
    base=Link, asks=("transmit", "on_packet", "on_ack", "on_retry_timer"), lines=13,
    reference=Reference, right=(NumbersForEachReceiver, OneAtATime),
    wrong=((SendsOnce, "never delivers"), (GivesUp, "never delivers"),
           (AcknowledgesOnce, "sends Packet(number=1, payload='x') to B again and again"),
           (DeliversEachCopy, "2 times, but it was sent once"), (KnowsByPayload, "once, but it was sent 2 times"),
           (KnowsByNumberOnly, "never delivers"), (DeliversAtTheAck, "never sent to it"),
           (OneAckForAll, "never delivers"), (OnlyTheLast, "never delivers"), (WithoutPatience, "for the 11th time")),
    demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=talk, faults=("loss", "duplication", "delay"),
    hints=(
        "A message that is sent often enough arrives, perhaps more than once. So there are two tasks: send it again "
        "until you know that it has arrived, and recognise the copies. 60 ms is long enough for an answer.",
        "Number your messages. transmit remembers in self.open what it has sent; on_ack takes it out; self.deliver is "
        "called by the receiver, in on_packet.",
        "on_retry_timer sends all that is left in self.open, and sets the timer again as long as anything is. "
        "on_packet acknowledges every copy, even of a packet that it has seen: the last Ack may have been lost.",
        "A packet is a copy if its sender and number are the same: keep (src, msg.number) in self.seen.",
    ),
),)
