"""Exercise 4.4: FIFO-total order broadcast by Lamport stamps [Lamport 1978]."""

from collections.abc import Iterator
from itertools import permutations, product
from random import Random

from dslab.grader.demands import Demand, Objection, at_the_end
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.readings import sendings
from dslab.grader.runs import asks, calm
from dslab.network import Network, Settings, constant, uniform
from dslab.node import Node
from dslab.protocols.broadcast import AGREEMENT, SAFETY, Broadcast
from dslab.protocols.causal_broadcast import FIFO_ORDER
from dslab.protocols.total_order import TOTAL_ORDER, Acknowledgement, LamportOrder, Stamped
from dslab.run import Run
from dslab.script import At
from dslab.trace import Trace
from dslab.values import DslabError, brief

# ---- what the learner starts from ------------------------------------------------------------------------------------


class Queue(LamportOrder):
    """Messages carry Lamport stamps, links are FIFO, and each receipt is acknowledged by all.

    self.held has the messages that wait, each with .time (its stamp), .id (sender, number) and .payload; self.greatest
    is for each node, this one included, the greatest stamp of a message or an acknowledgement seen from it.
    """

    def note_stamp(self, node, time):
        """A message or an acknowledgement stamped `time` has arrived from `node` (perhaps this one): note it."""

    def ready(self):
        """Which of the messages in self.held can be delivered now: a list in the order of delivery, empty if none.

        Leave self.held as it is; what you return is removed from it and delivered.
        """

    def hear(self, src, time):
        self.time = max(self.time, time)
        self.note_stamp(self.id, self.time)
        self.note_stamp(src, time)

    def release(self):
        ready = self.ready()
        if not isinstance(ready, list) or not all(msg in self.held for msg in ready):
            raise DslabError(f"ready returned {brief(ready)}: return a list of messages that are in self.held")
        for msg in ready:
            self.held.remove(msg)
            self.counts[msg.id[0]] += 1
            self.deliver(msg)

    def accept(self, msg):
        self.held.append(msg)
        self.hear(msg.id[0], msg.time)
        self.release()
        if msg.id[0] != self.id:
            self.acknowledge()


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Queue):
    def note_stamp(self, node, time):
        self.greatest[node] = max(self.greatest[node], time)

    def ready(self):
        threshold = min(self.greatest.values())
        return sorted((msg for msg in self.held if msg.time <= threshold), key=lambda msg: (msg.time, msg.id))


class OneAtATime(Queue):
    """Right: the first message of the queue, as long as every node has been heard from at its stamp or later."""

    def note_stamp(self, node, time):
        if time > self.greatest[node]:
            self.greatest[node] = time

    def ready(self):
        found = []
        for msg in sorted(self.held, key=lambda msg: (msg.time, msg.id[0])):
            if not all(self.greatest[node] >= msg.time for node in (self.id, *self.peers)):
                break
            found.append(msg)
        return found


class LastSeen(Reference):
    """Right: on FIFO links the stamps of a node only grow, so the last one is the greatest."""

    def note_stamp(self, node, time):
        self.greatest[node] = time


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class OldEnough(Reference):
    """The head of the queue is delivered when it has waited a while."""

    def accept(self, msg):
        super().accept(msg)
        self.set_timer("patience", 25)

    def on_patience_timer(self):
        self.greatest = dict.fromkeys(self.greatest, self.time)
        self.release()


class IgnoresOneNode(Reference):
    """One node is left out of the threshold: the one whose name comes last."""

    def ready(self):
        heard = [time for node, time in self.greatest.items() if node != max(self.greatest)]
        return sorted((msg for msg in self.held if msg.time <= min(heard)), key=lambda msg: (msg.time, msg.id))


class NoTieBreak(Reference):
    """Equal stamps: the one that came first."""

    def ready(self):
        ready = super().ready()
        return sorted((msg for msg in self.held if msg in ready), key=lambda msg: msg.time)


class LooksAtTheQueue(Reference):
    """The stamps are read from the messages that wait; what is known of a node is forgotten with its messages."""

    def ready(self):
        threshold = min([msg.time for msg in {msg.id[0]: msg for msg in self.held}.values()], default=0)
        return sorted((msg for msg in self.held if msg.time <= threshold), key=lambda msg: (msg.time, msg.id))


class DeliversAtOnce(Reference):
    """What has arrived is delivered, in the order of the stamps."""

    def ready(self):
        return sorted(self.held, key=lambda msg: (msg.time, msg.id))


class WaitsForMore(Reference):
    """A message waits until every node has been heard from with a later stamp than its own."""

    def ready(self):
        return [msg for msg in super().ready() if msg.time < min(self.greatest.values())]


class ForgetsItself(Reference):
    """Its own stamp is never noted, so the threshold stays at zero."""

    def note_stamp(self, node, time):
        if node != self.id:
            super().note_stamp(node, time)


# ---- what is judged --------------------------------------------------------------------------------------------------

def nothing_that_comes_first_can_still_come(trace: Trace) -> Objection | None:
    """A delivery is safe only if every other node was heard from so late that it can send nothing earlier."""
    stamps = {one.payload.id: one.payload.time for one in sendings(trace, Stamped)}
    heard = {node: dict.fromkeys(trace.nodes, 0) for node in trace.nodes}
    for step in trace.steps:
        if step.kind == "receive" and isinstance(step.message.payload, (Stamped, Acknowledgement)):
            src, time = step.message.src, step.message.payload.time
            heard[step.node][src] = max(heard[step.node][src], time)
        for sender, number in (values[:2] for name, *values in step.outputs if name == "deliver"):
            stamp = stamps[sender, number]
            for other in sorted(set(trace.nodes) - {step.node, sender}):
                if (heard[step.node][other] + 1, other) < (stamp, sender):
                    said = f"{step.node} delivers message {number} of {sender}, stamped {stamp}"
                    return Objection(f"{said}, but has heard from {other} only up to {heard[step.node][other]}: an "
                                     f"earlier message may still arrive", step.index)
    return None


@at_the_end
def what_all_have_acknowledged_is_delivered(trace):
    """At the end of a run in which nobody fails, nothing waits without a reason."""
    got = {(output.node, *output.values[:2]) for output in trace.outputs("deliver")}
    for output, node in product(trace.outputs("broadcast") if trace.came_to_rest else (), trace.nodes):
        sender, number = output.values[:2]
        if (node, sender, number) not in got:
            return f"all have acknowledged message {number} of {sender}, but {node} never delivers it"


DEMANDS = (
    Demand(nothing_that_comes_first_can_still_come, "A message is delivered only when no node can still send one that "
           "precedes it: when the least of the greatest stamps seen has reached its own.", hint=1),
    Demand(TOTAL_ORDER, "All deliver by (stamp, sender): equal stamps need a tie-break that all share.", hint=2),
    Demand(FIFO_ORDER, "The messages of one sender have growing stamps, and are delivered in that order.", hint=2),
    *(Demand(promise, "Each message is delivered once, after it was broadcast.", hint=0) for promise in SAFETY),
    Demand(what_all_have_acknowledged_is_delivered, "A stamp equal to the threshold is enough: a node last heard "
                                                    "from at 5 stamps its next message 6 or later. Acknowledgements "
                                                    "carry the "
                                                    "stamps of quiet nodes.", hint=3),
    Demand(AGREEMENT, "What one node delivers, all nodes deliver.", hint=3),
)


# ---- the runs --------------------------------------------------------------------------------------------------------

Links = dict[tuple[str, str], Settings]


def says(time: float, node: str, payload: str) -> list[At]:
    return asks(time, node, Broadcast(payload))


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    a, b, c = names
    four = [*says(10, c, "m1"), *says(15, a, "m2"), *says(20, c, "m3"), *says(60, b, "m4")]
    links: list[Links] = [{}, {(a, c): {"latency": constant(80)}}, {(c, b): {"latency": constant(120)}}]
    for slow in links:
        network = Network(latency=constant(10), fifo=True, links=slow)
        yield calm(protocol, names, says(10, a, "m1"), says(10, b, "m2"), network=network)
        yield calm(protocol, names, four, network=network)


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    a, b, _ = names
    yield Search(Run(protocol, names, network=Network(fifo=True), script=says(0, a, "m1") + says(0, b, "m2")),
                 {"states": 30_000})


def traffic(protocol: type[Node], names: Names, seed: int) -> Run:
    """A few messages from all, on links of very different length."""
    draw = Random(f"{seed} messages")
    links: Links = {(src, dst): {"latency": uniform(1, draw.choice((10, 40, 120)))}
                    for src, dst in permutations(names, 2)}
    return calm(protocol, names, *(says(draw.randrange(100), draw.choice(names), f"m{number}") for number in range(5)),
                network=Network(fifo=True, links=links), duration=2000)


EXERCISES = (MakeItRight(
    number="4.4", title="Total order by Lamport stamps",
    task="Write which of the waiting messages can be delivered. Links are FIFO, and every node acknowledges every "
         "message; a node that sends nothing at all holds up the others, as it must.",
    base=Queue, asks=("note_stamp", "ready"), lines=3,
    reference=Reference, right=(OneAtATime, LastSeen),
    wrong=((OldEnough, "an earlier message may still arrive"),
           (IgnoresOneNode, "an earlier message may still arrive"), (NoTieBreak, "delivery 1 is"),
           (LooksAtTheQueue, "an earlier message may still arrive"),
           (DeliversAtOnce, "an earlier message may still arrive"), (WaitsForMore, "never delivers it"),
           (ForgetsItself, "never delivers it")),
    demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=traffic, faults=("pause",),
    hints=(
        "self.greatest says for each node the greatest stamp seen from it. What can still arrive from it?",
        "Nothing stamped at or below the least of those numbers can still arrive from any node.",
        "Sort what can be delivered by (msg.time, msg.id): equal stamps need a tie-break that all nodes share.",
        "A message can be delivered when msg.time <= min(self.greatest.values()).",
    ),
),)
