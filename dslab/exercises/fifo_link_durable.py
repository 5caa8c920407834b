"""Exercise 2.2b: messages in their order between nodes that crash, and what of that must be on disk."""

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
    """A node that crashes and recovers, over links that lose, double and reorder messages."""

    persistent = ()                     # for you: the names of the attributes that are on disk

    def init(self):
        super().init()
        self.open = {}                  # for you: what is not acknowledged yet

    def transmit(self, dst, payload):
        """As in 2.1 and 2.2: number the message, remember it, send Packet(number, payload), and set a timer."""

    def on_packet(self, src, msg):
        """A copy of a packet has come. An Ack(msg.number) says: you need not send this again, whatever happens to me.

        When the handler has returned, first the disk is written, and then messages leave and deliveries are made.
        """

    def on_ack(self, src, msg):
        """An Ack has come from `src`, with msg.number."""

    def on_retry_timer(self):
        """The timer self.set_timer("retry", 60) goes off."""

    def on_recover(self):
        """The node is back: what is on disk is there, all else is as after init, and no timer is set."""


# ---- answers ---------------------------------------------------------------------------------------------------------

class Disk(Survivor):
    """The reference: numbers and open messages on disk; what comes early is left to be sent again."""

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
    """Right: what comes early is kept, on disk, and so it can be acknowledged."""

    persistent = ("sent", "open", "next", "early")

    def on_packet(self, src, msg):
        if msg.number >= self.next.get(src, 1):
            InOrder.on_packet(self, src, msg)       # type: ignore[arg-type]  # it has the same state
        self.send(src, Ack(msg.number))


class BuffersInMemory(Disk):
    """Right: what comes early is kept in memory, and acknowledged only when it is delivered."""

    def on_packet(self, src, msg):
        before = self.next.get(src, 1)
        if msg.number >= before:
            InOrder.on_packet(self, src, msg)       # type: ignore[arg-type]  # it has the same state
        for number in range(min(before, msg.number), self.next.get(src, 1)):
            self.send(src, Ack(number))


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class NothingOnDisk(Disk):
    """The link of a node that never recovers, run on nodes that do."""

    persistent = ()


class ForgetsWhatIsNext(Disk):
    """The receiver begins again with number 1: it waits for it for ever, or takes an old message for a new one."""

    persistent = ("sent", "open")


class NumbersFromOneAgain(Disk):
    """The sender begins again with number 1, and is taken for its own past."""

    persistent = ("open", "next")


class ForgetsWhatIsOpen(Disk):
    """What was not acknowledged before the crash is not sent again."""

    persistent = ("sent", "next")


class AcknowledgesWhatIsInMemory(BuffersOnDisk):
    """What waits is acknowledged, and lost with the memory."""

    persistent = ("sent", "open", "next")


class CountsBeforeItDelivers(Disk):
    """The number is on disk at once, the message is delivered a little later: a crash comes between."""

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
    """After a crash it is quiet until the application says something: no timer survives."""

    def on_recover(self):
        self.note("is back")


# ---- what is judged --------------------------------------------------------------------------------------------------

KEPT = ("What is not acknowledged is on the sender's disk, with its number; what is acknowledged is delivered, or on "
        "the receiver's disk; and numbers go on after a crash where they were.")
DEMANDS = (
    Demand(no_duplication, "The number that comes next is on disk, and changes in the handler that delivers.", hint=1),
    Demand(first_in_first_out, "Numbers go on after a crash where they were; and the number that comes next changes in "
           "the handler that delivers: before it, the message could still get lost.", hint=1),
    Demand(no_creation, "A message is delivered where it was sent to, with its payload.", hint=0),
    Demand(reliable_delivery, KEPT, hint=2),
    Demand(all_arrives_in_calm_weather, KEPT, hint=1),
    Demand(it_becomes_quiet, "A copy of a message that was delivered is acknowledged again.", hint=3),
    Demand(an_answer_has_time_to_come_back, "A message is sent again after the time that an answer takes.", hint=0),
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
        task="Now the network loses messages, too, and nodes crash and recover. Write the whole link, and say in "
             "`persistent` which attributes are on disk.",
        base=Survivor, asks=("transmit", "on_packet", "on_ack", "on_retry_timer", "on_recover"), lines=17,
        reference=Disk, right=(BuffersOnDisk, BuffersInMemory),
        wrong=((CountsBeforeItDelivers, "before 'm1', which was sent earlier"),
               *((mistake, "never delivers") for mistake in (
                   NothingOnDisk, ForgetsWhatIsNext, NumbersFromOneAgain, ForgetsWhatIsOpen, AcknowledgesWhatIsInMemory,
                   WaitsForTheApplication))),
        demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=rough,
        faults=("crash", "loss", "duplication", "delay"),
        hints=("Write the link for nodes that do not crash first: 2.1 with the numbers of 2.2. A message that comes "
               "too early need not be kept: if it is not acknowledged, it will be sent again.",
               "Ask of each attribute what happens if it is empty after a crash. The sender's numbers? What the "
               "receiver waits for? What is not acknowledged?",
               "Acknowledge only what is delivered, or on disk. And in on_recover set the timer if anything is open.",
               'persistent = ("sent", "open", "next"): then on_recover has only to send what is open. A packet with a '
               "number below self.next is a copy: acknowledge it, and do not deliver it."),
    ),
)
