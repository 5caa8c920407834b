"""Exercise 2.2b: FIFO links between nodes that crash and recover, and what must be on disk for it."""

from collections.abc import Iterator

from dslab.exercises.fifo_link import InOrder, Line, talk
from dslab.exercises.perfect_link import (
    all_arrives_in_calm_weather,
    an_answer_has_time_to_come_back,
    it_becomes_quiet,
    says,
)
from dslab.grader.demands import Demand
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.runs import calm, drops, restart
from dslab.network import Network, uniform
from dslab.node import Node
from dslab.protocols.links import Ack, Packet, first_in_first_out, no_creation, no_duplication, reliable_delivery
from dslab.run import Run
from dslab.script import at, duplicate, set_link

# ---- what the learner starts from ------------------------------------------------------------------------------------


class Survivor(Line):
    """A node that crashes and recovers, over links that lose, duplicate and reorder messages."""

    persistent = ()                     # for you: the names of the attributes that are on disk

    def init(self):
        super().init()
        self.open = {}                  # for you: what is not acknowledged yet

    def transmit(self, dst, payload):
        """As in 2.1 and 2.2: number the message, remember it, send Packet(number, payload), and set a timer."""

    def on_packet(self, src, msg):
        """A copy of a packet has arrived. An Ack(msg.number) says: no need to send this again, whatever happens to me.

        When the handler has returned, the disk is written first; then messages leave and deliveries are made.
        """

    def on_ack(self, src, msg):
        """An Ack with msg.number has arrived from `src`."""

    def on_retry_timer(self):
        """The timer that self.set_timer("retry", 60) set has gone off."""

    def on_recover(self):
        """The node has recovered: what is on disk is there, all else is as after init, and no timer is set."""


# ---- answers ---------------------------------------------------------------------------------------------------------

class Disk(Survivor):
    """The reference: numbers and open messages on disk; what arrives early is dropped, and will be sent again."""

    persistent = ("sent", "open", "next")

    def transmit(self, dst, payload):
        number = self.sent[dst] = self.sent.get(dst, 0) + 1
        self.open[dst, number] = payload
        self.send(dst, Packet(number, payload))
        self.set_timer("retry", 60)

    def on_packet(self, src, msg):
        due = self.next.get(src, 1)
        if msg.number == due:
            self.next[src] = due + 1
            self.deliver(src, msg.payload)
        if msg.number <= due:
            self.send(src, Ack(msg.number))

    def on_ack(self, src, msg):
        self.open.pop((src, msg.number), None)

    def on_retry_timer(self):
        for (dst, number), payload in self.open.items():
            self.send(dst, Packet(number, payload))
        if self.open:
            self.set_timer("retry", 60)

    def on_recover(self):
        self.on_retry_timer()


class BuffersOnDisk(Disk):
    """Right: keeps early arrivals on disk, and so may acknowledge them."""

    persistent = ("sent", "open", "next", "early")

    def on_packet(self, src, msg):
        if msg.number >= self.next.get(src, 1):
            InOrder.on_packet(self, src, msg)       # type: ignore[arg-type]  # it has the same state
        self.send(src, Ack(msg.number))


class BuffersInMemory(Disk):
    """Right: keeps early arrivals in memory, and acknowledges them only when they are delivered."""

    def on_packet(self, src, msg):
        before = self.next.get(src, 1)
        if msg.number >= before:
            InOrder.on_packet(self, src, msg)       # type: ignore[arg-type]  # it has the same state
        for number in range(min(before, msg.number), self.next.get(src, 1)):
            self.send(src, Ack(number))


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class NothingOnDisk(Disk):
    """The crash-stop link, on nodes that recover."""

    persistent = ()


class ForgetsWhatIsNext(Disk):
    """After a crash the receiver starts again at number 1: it waits for it for ever, or takes an old message for
    new."""

    persistent = ("sent", "open")


class NumbersFromOneAgain(Disk):
    """After a crash the sender starts again at number 1: its new messages are taken for copies of old ones."""

    persistent = ("open", "next")


class ForgetsWhatIsOpen(Disk):
    """Does not resend what was unacknowledged before the crash."""

    persistent = ("sent", "next")


class AcknowledgesWhatIsInMemory(BuffersOnDisk):
    """Acknowledges early arrivals that are only in memory: a crash loses them."""

    persistent = ("sent", "open", "next")


class CountsBeforeItDelivers(Disk):
    """Writes the number to disk at once and delivers a little later: a crash in between loses the message."""

    def on_packet(self, src, msg):
        due = self.next.get(src, 1)
        if msg.number == due:
            self.next[src] = due + 1
            self.early[src, due] = msg.payload
            self.set_timer("application", 5)
        if msg.number <= due:
            self.send(src, Ack(msg.number))

    def on_application_timer(self):
        for (src, _), payload in sorted(self.early.items()):
            self.deliver(src, payload)
        self.early = {}


class WaitsForTheApplication(Disk):
    """Sets no timer after a crash: it resends nothing until the application sends something new."""

    def on_recover(self):
        self.note("is back")


# ---- what is judged --------------------------------------------------------------------------------------------------

KEPT = ("What is unacknowledged is on the sender's disk, with its number; what is acknowledged is delivered, or on "
        "the receiver's disk; and after a crash the numbers continue where they were.")
DEMANDS = (
    Demand(no_duplication, "The next expected number is on disk, and changes in the handler that delivers.", hint=1),
    Demand(first_in_first_out, "After a crash the numbers continue where they were; and the next expected number "
                               "changes in the handler that delivers: earlier, and the message could still be "
                               "lost.", hint=1),
    Demand(no_creation, "A message is delivered only at the node it was sent to, with its payload.", hint=0),
    Demand(reliable_delivery, KEPT, hint=2),
    Demand(all_arrives_in_calm_weather, KEPT, hint=1),
    Demand(it_becomes_quiet, "A copy of a message that was delivered is acknowledged again.", hint=3),
    Demand(an_answer_has_time_to_come_back, "It is sent again only when an answer has had time to arrive.", hint=0),
)


# ---- the runs --------------------------------------------------------------------------------------------------------

def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    a, b, _ = names
    one, two = says(10, a, b, "m1"), says(40, a, b, "m2")
    for events in (
        *([*two, *restart(node, time, down=3)] for node in (a, b) for time in range(5, 75, 10)),
        [*two, *drops(a, b, 1), *restart(a, 15, down=5)],
        [*two, *drops(a, b, 1), *restart(b, 55, down=3)],
        [at(0, duplicate(f"{a}->{b}#1", after=60)), *restart(b, 40, down=5)],
    ):
        yield calm(protocol, names, one, events, duration=2000)


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    a, b, _ = names
    yield Search(Run(protocol, (a, b), script=says(0, a, b, "x", "y")),
                 {"crashes": 1, "recoveries": 1, "timers": {"retry": 2}})


def rough(protocol: type[Node], names: Names, seed: int) -> Run:
    run = talk(protocol, names, seed)
    return run.replace(network=Network(latency=uniform(1, 20), loss=0.2)).plus(at(600, set_link(loss=0.0)))


EXERCISES = (
    MakeItRight(
        number="2.2b", title="First in, first out, crash and recover",
        task="Now the network also loses messages, and nodes crash and recover. Write the whole link, and say in "
             "`persistent` which attributes are on disk.",
        base=Survivor, asks=("transmit", "on_packet", "on_ack", "on_retry_timer", "on_recover"), lines=17,
        reference=Disk, right=(BuffersOnDisk, BuffersInMemory),
        wrong=((CountsBeforeItDelivers, "before 'm1', which was sent earlier"),
               *((mistake, "never delivers") for mistake in (
                   NothingOnDisk, ForgetsWhatIsNext, NumbersFromOneAgain, ForgetsWhatIsOpen, AcknowledgesWhatIsInMemory,
                   WaitsForTheApplication))),
        demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=rough,
        faults=("crash", "loss", "duplication", "delay"),
        hints=("Write the link for nodes that do not crash first: 2.1 with the numbers of 2.2. A message that "
               "arrives too early need not be kept: if it is not acknowledged, it will be sent again.",
               "Ask of each attribute what happens if it is empty after a crash. The sender's numbers? The number "
               "that the receiver expects? The unacknowledged messages?",
               "Acknowledge only what is delivered, or on disk. And in on_recover set the timer if anything is open.",
               'persistent = ("sent", "open", "next"): then on_recover need only send what is open. A packet with a '
               "number below self.next is a copy: acknowledge it, and do not deliver it."),
    ),
)
