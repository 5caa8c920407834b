"""Exercise 2.2: messages in the order in which they were sent."""

from collections.abc import Iterator
from itertools import permutations
from random import Random

from dslab.exercises.perfect_link import says
from dslab.grader.demands import Demand
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.runs import calm
from dslab.network import Network, uniform
from dslab.node import Node
from dslab.protocols.links import Packet, first_in_first_out, no_creation, no_duplication, reliable_delivery
from dslab.run import Run
from dslab.script import at, delay

# ---- what the learner starts from ------------------------------------------------------------------------------------

class Line(Node):
    """A node over perfect links, on which messages may overtake each other; what is missing is FIFO order."""

    shown = ("sent", "next", "early")

    def init(self):
        self.sent = {}                  # for you: what was sent, by receiver
        self.next = {}                  # for you: what comes next, by sender
        self.early = {}                 # for you: what has to wait

    def transmit(self, dst, payload):
        """The application sends `payload` to `dst`: send Packet(number, payload), with a number you choose."""

    def on_packet(self, src, msg):
        """A Packet with msg.number and msg.payload has arrived from `src`: self.deliver(src, payload) what is due
        now."""

    def on_say(self, src, msg):
        self.output("send", msg.to, msg.payload)
        self.transmit(msg.to, msg.payload)

    def deliver(self, src, payload):
        self.output("deliver", src, payload)


# ---- answers ---------------------------------------------------------------------------------------------------------

class InOrder(Line):
    """The reference: sequence numbers for each pair of nodes, and a hold-back queue."""

    def transmit(self, dst, payload):
        self.sent[dst] = self.sent.get(dst, 0) + 1
        self.send(dst, Packet(self.sent[dst], payload))

    def on_packet(self, src, msg):
        self.early[src, msg.number] = msg.payload
        due = self.next.get(src, 1)
        while (src, due) in self.early:
            self.deliver(src, self.early.pop((src, due)))
            due += 1
        self.next[src] = due


class SortedLists(Line):
    """Right: numbers from 0, and a sorted list for each sender."""

    def transmit(self, dst, payload):
        self.send(dst, Packet(self.sent.get(dst, 0), payload))
        self.sent[dst] = self.sent.get(dst, 0) + 1

    def on_packet(self, src, msg):
        self.next.setdefault(src, 0)
        waiting = sorted([*self.early.get(src, []), (msg.number, msg.payload)])
        while waiting and waiting[0][0] == self.next[src]:
            self.deliver(src, waiting.pop(0)[1])
            self.next[src] += 1
        self.early[src] = waiting


class Chained(Line):
    """Right: one sequence for all receivers; each packet carries the number of the one before it to its receiver."""

    def init(self):
        super().init()
        self.count = 0

    def transmit(self, dst, payload):
        self.count += 1
        self.send(dst, Packet(self.count, (self.sent.get(dst, 0), payload)))
        self.sent[dst] = self.count

    def on_packet(self, src, msg):
        before, payload = msg.payload
        self.early[src, before] = (msg.number, payload)
        while (src, self.next.get(src, 0)) in self.early:
            self.next[src], payload = self.early.pop((src, self.next.get(src, 0)))
            self.deliver(src, payload)


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class DeliversAtOnce(InOrder):
    """Delivers whatever arrives."""

    def on_packet(self, src, msg):
        self.deliver(src, msg.payload)


class ThrowsAway(InOrder):
    """Drops what arrives too early, and nobody sends it again."""

    def on_packet(self, src, msg):
        if msg.number == self.next.get(src, 1):
            self.next[src] = msg.number + 1
            self.deliver(src, msg.payload)


class LooksOnce(InOrder):
    """After a delivery, looks for only one waiting message."""

    def on_packet(self, src, msg):
        self.early[src, msg.number] = msg.payload
        for due in (self.next.get(src, 1), self.next.get(src, 1) + 1):
            if due == self.next.get(src, 1) and (src, due) in self.early:
                self.deliver(src, self.early.pop((src, due)))
                self.next[src] = due + 1


class SkipsAhead(InOrder):
    """Takes a number higher than expected as a new start."""

    def on_packet(self, src, msg):
        if msg.number >= self.next.get(src, 1):
            self.next[src] = msg.number + 1
            self.deliver(src, msg.payload)


class LetsAllGo(InOrder):
    """When the message that is due arrives, delivers all that are waiting, gaps or not."""

    def on_packet(self, src, msg):
        self.early[src, msg.number] = msg.payload
        if msg.number == self.next.get(src, 1):
            for number in sorted(number for sender, number in self.early if sender == src):
                self.deliver(src, self.early.pop((src, number)))
                self.next[src] = number + 1


class OneLineForAllSenders(InOrder):
    """The receiver keeps one next number for all senders."""

    def on_packet(self, src, msg):
        self.early[msg.number] = (src, msg.payload)
        while (due := self.next.get("all", 1)) in self.early:
            self.deliver(*self.early.pop(due))
            self.next["all"] = due + 1


class OneCountForAllReceivers(InOrder):
    """The sender keeps one count for all receivers: each then waits for messages sent to the others."""

    def transmit(self, dst, payload):
        self.sent["all"] = self.sent.get("all", 0) + 1
        self.send(dst, Packet(self.sent["all"], payload))


# ---- what is judged --------------------------------------------------------------------------------------------------

DEMANDS = (
    Demand(first_in_first_out, "FIFO order: a message waits until all that its sender sent to the same node before "
                               "it is delivered.", hint=0),
    Demand(no_creation, "A message is delivered only at the node it was sent to, with its payload.", hint=1),
    Demand(no_duplication, "Each message is delivered once.", hint=2),
    Demand(reliable_delivery, "A message that arrives early is held back and delivered in its turn; each pair of "
                              "nodes has its own numbers.", hint=2),
)


# ---- the runs --------------------------------------------------------------------------------------------------------

def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    a, b, c = names
    for places in permutations(range(4)):
        late = [at(0, delay(f"{a}->{b}#{number}", by=20 * place)) for number, place in enumerate(places, 1) if place]
        yield calm(protocol, names, late, *(says(number, a, b, f"m{number}") for number in range(1, 5)), duration=2000)
    for between in says(15, c, b, "n1"), says(15, a, c, "n1"):
        yield calm(protocol, names, says(10, a, b, "m1"), between, says(20, a, b, "m2"), duration=2000)


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    a, b, c = names
    yield Search(Run(protocol, names, script=says(0, a, b, *"xyx") + says(0, c, b, "z")))


def talk(protocol: type[Node], names: Names, seed: int) -> Run:
    draw = Random(f"{seed} talk")
    pairs = [draw.sample(names, 2) for _ in range(6)]
    return calm(protocol, names, *(says(draw.randrange(200), src, dst, f"m{number}")
                                   for number, (src, dst) in enumerate(pairs)),
                network=Network(latency=uniform(1, 60)), duration=2000)


EXERCISES = (
    MakeItRight(
        number="2.2", title="First in, first out",
        task="Nothing is lost, but messages may overtake each other. Deliver the messages of each sender in the "
             "order in "
             "which they were sent.",
        base=Line, asks=("transmit", "on_packet"), lines=8, reference=InOrder, right=(SortedLists, Chained),
        wrong=((DeliversAtOnce, "which was sent earlier"), (ThrowsAway, "never delivers"),
               (LooksOnce, "never delivers"), (SkipsAhead, "which was sent earlier"),
               (LetsAllGo, "which was sent earlier"), (OneLineForAllSenders, "never delivers"),
               (OneCountForAllReceivers, "never delivers")),
        demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=talk, faults=("delay", "pause"),
        hints=("Number the messages from 1, and let the receiver wait for the next number.",
               "Each pair of nodes has its own sequence: self.sent by receiver, self.next by sender.",
               "Put each packet into self.early under (src, msg.number). Then, while the number that is due is in "
               "there, take it out, deliver it, and go on to the next."),
    ),
)
