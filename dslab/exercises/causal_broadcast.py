"""Exercise 4.3: causal broadcast [Birman, Schiper and Stephenson 1991]."""

from collections.abc import Iterator
from random import Random
from typing import Any

from dslab.grader.demands import Demand
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.runs import asks, calm
from dslab.network import Network, uniform
from dslab.node import Node, message
from dslab.properties import always
from dslab.protocols.broadcast import AGREEMENT, SAFETY, Answer, Broadcast, EagerReliable, deliveries
from dslab.protocols.causal_broadcast import CAUSAL_ORDER, FIFO_ORDER
from dslab.run import Run
from dslab.script import At, at, delay
from dslab.values import DslabError, brief

# ---- what the learner starts from ------------------------------------------------------------------------------------


@message
class Marked:
    id: tuple           # (sender, the sender's count of its messages, from 1)
    payload: Any
    deps: tuple         # what `dependencies` returned, as (node, number) pairs: dict(msg.deps) gives it back
    label = "{payload}"


class Careful(EagerReliable):
    """Reliable broadcast, which already relays every message; what is missing is the order of delivery."""

    shown = ("delivered", "held")

    def init(self):
        super().init()
        self.counts = dict.fromkeys(sorted((self.id, *self.peers)), 0)      # for you to count in, by node
        self.held = []                      # for messages that wait

    def dependencies(self):
        """What the message about to be sent depends on: a dict from node to number, which travels with the message."""

    def accept(self, msg):
        """A message has arrived (each does once; your own, immediately): deliver what you can, hold back the rest.

        msg.id is (sender, number), dict(msg.deps) is what it depends on, as its sender says; self.deliver(msg) hands a
        message to the application, which may answer immediately: then accept is called again before deliver returns.
        """

    def pack(self, payload):
        deps = self.dependencies()
        if not isinstance(deps, dict):
            raise DslabError(f"dependencies returned {brief(deps)}: return a dict from node to number")
        return Marked((self.id, self.sent), payload, tuple(sorted(deps.items())))

    on_marked = EagerReliable.on_packet


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Careful):
    def dependencies(self):
        return dict(self.counts)

    def accept(self, msg):
        self.held.append(msg)
        while ready := [one for one in self.held if self.is_free(one)]:
            self.held.remove(ready[0])
            self.counts[ready[0].id[0]] += 1
            self.deliver(ready[0])

    def is_free(self, msg):
        return all(self.counts[node] >= number for node, number in msg.deps)


class CountsTheMessageItself(Careful):
    """Right: as in the paper, the sender's entry counts the message itself and must be exactly one above."""

    def dependencies(self):
        return {**self.counts, self.id: self.counts[self.id] + 1}

    def accept(self, msg):
        self.held = [*self.held, msg]
        progress = True
        while progress:
            progress = False
            for one in list(self.held):
                sender, deps = one.id[0], dict(one.deps)
                due = deps.pop(sender)
                if self.counts[sender] + 1 == due and all(self.counts[node] >= deps[node] for node in deps):
                    self.held.remove(one)
                    self.counts[sender] = due
                    self.deliver(one)
                    progress = True


class OnlyWhatIsNotZero(Reference):
    """Right: entries of 0 are left out, and the search begins anew after each delivery, by recursion."""

    def dependencies(self):
        return {node: count for node, count in self.counts.items() if count}

    def accept(self, msg):
        self.held.append(msg)
        self.release()

    def release(self):
        for one in self.held:
            if self.is_free(one):
                self.take(one)
                return self.release()

    def take(self, msg):
        self.held.remove(msg)
        self.counts[msg.id[0]] += 1
        self.deliver(msg)


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class CountsEvents(Reference):
    """A vector clock of events: sending and delivering count, and not delivered messages only."""

    def dependencies(self):
        self.counts[self.id] += 1
        return dict(self.counts)

    def accept(self, msg):
        if msg.id[0] == self.id:
            return self.deliver(msg)
        self.held.append(msg)
        while ready := [one for one in self.held if self.is_next(one)]:
            self.held.remove(ready[0])
            self.counts[ready[0].id[0]] = dict(ready[0].deps)[ready[0].id[0]]
            self.counts[self.id] += 1
            self.deliver(ready[0])

    def is_next(self, msg):
        deps = dict(msg.deps)
        sent = deps.pop(msg.id[0])
        deps.pop(self.id, None)
        return sent == self.counts[msg.id[0]] + 1 and all(self.counts[node] >= deps[node] for node in deps)


class LooksOnce(OnlyWhatIsNotZero):
    """Looks through the held messages only once for each arrival."""

    def release(self):
        for one in list(self.held):
            if self.is_free(one):
                self.take(one)


class CountsReceived(OnlyWhatIsNotZero):
    """Counts what has arrived, though it may still be held back."""

    def accept(self, msg):
        self.counts[msg.id[0]] += 1
        super().accept(msg)

    def take(self, msg):
        self.held.remove(msg)
        self.deliver(msg)


class DependsOnItself(Reference):
    """The sender's own entry is too high by one."""

    def dependencies(self):
        return {**self.counts, self.id: self.counts[self.id] + 1}


class WaitsForItsOwn(OnlyWhatIsNotZero):
    """Delivers its own message after a round trip, as if it had come from another node."""

    def accept(self, msg):
        if msg.id[0] != self.id:
            return super().accept(msg)
        self.held.append(msg)
        self.set_timer("own", 20)

    def on_own_timer(self):
        self.release()


class OnlyFifo(Reference):
    """Waits only for the sender's own earlier messages."""

    def dependencies(self):
        return {self.id: self.counts[self.id]}


class WaitsForAll(Reference):
    """Holds a message back until something has been heard from every node."""

    def is_free(self, msg):
        others = set(self.counts) - {msg.id[0], self.id}
        return super().is_free(msg) and (msg.id[0] == self.id or all(self.counts[node] for node in others))


# ---- what is judged --------------------------------------------------------------------------------------------------

@always
def an_own_message_is_delivered_at_once(world):
    got = {(output.node, output.values[:2]): output.step for output in world.outputs("deliver")}
    for output in world.outputs("broadcast"):
        if got.get((output.node, output.values[:2])) != output.step:
            return f"{output.node} broadcasts {output.values[2]!r} but does not deliver it in the same step"


@always
def nothing_waits_without_a_reason(world):
    past, got = causes(world), {node: set(ids) for node, ids in deliveries(world).items()}
    for node, state in world.states.items():
        for id in sorted(state.known - got[node]):
            if id in past and past[id] <= got[node] and node in world.up:
                why = "all that it depends on is delivered" if past[id] else "it depends on nothing"
                return f"{node} has message {id[1]} of {id[0]} but does not deliver it, although {why}"


def causes(world: Any) -> dict[tuple, set]:
    """For each message what its sender had said or delivered before it spoke, and what came before that."""
    heard: dict[str, set] = {node: set() for node in world.nodes}
    past: dict[tuple, set] = {}
    for output in world.outputs():
        if output.name in ("broadcast", "deliver"):
            id = output.values[:2]
            if output.name == "broadcast":
                past[id] = set(heard[output.node])
            heard[output.node] |= {id} | past.get(id, set())
    return past


DEMANDS = (
    Demand(CAUSAL_ORDER, "A message is delivered after everything that its sender had delivered, or broadcast, before "
                         "it.",
           hint=1),
    Demand(FIFO_ORDER, "A sender's own earlier messages are causes too.", hint=1),
    Demand(an_own_message_is_delivered_at_once, "Causal order needs no round trip: a sender has delivered everything "
                                                "that its message depends on.", hint=0),
    Demand(nothing_waits_without_a_reason, "Only delivered messages count, not events, and not the message itself; "
           "each delivery may free others, so look again until no more can be delivered.", hint=2),
    *(Demand(promise, "Each message is delivered once, after it was broadcast.", hint=0) for promise in SAFETY),
    Demand(AGREEMENT, "What one node delivers, all nodes that are up deliver.", hint=2),
)


# ---- the runs --------------------------------------------------------------------------------------------------------

def says(time: float, node: str, *payloads: str) -> list[At]:
    return asks(time, node, *map(Broadcast, payloads))


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    a, b, c = names
    tea = [*asks(0, b, Answer("Tea?", "Yes.")), *asks(0, c, Answer("Yes.", "Milk?")), *says(10, a, "Tea?")]
    for late, events in (
        (0, tea),
        (50, tea),
        (90, [*says(10, a, "m1"), *says(20, a, "m2"), *says(30, a, "m3")]),
        (0, [*says(10, a, "m1"), *says(10, b, "m2"), *says(50, c, "m3")]),
    ):
        slow = [at(0, delay(f"{src}->{c}#1", by=late)) for src in (a, b) if late]
        yield calm(protocol, names, slow, events)


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    a, b, c = names
    yield Search(Run(protocol, names, script=asks(0, b, Answer("Tea?", "Yes.")) + says(10, a, "Tea?")))
    yield Search(Run(protocol, names, script=says(0, a, "m1") + says(0, c, "m2")))


def traffic(protocol: type[Node], names: Names, seed: int) -> Run:
    """Messages and answers from all, on links that reorder."""
    draw = Random(f"{seed} talk")
    answers = [asks(0, names[number % 3], Answer(f"m{draw.randrange(3)}", f"re {number}")) for number in range(3)]
    return calm(protocol, names, *answers,
                *(says(draw.randrange(60), draw.choice(names), f"m{number}") for number in range(3)),
                network=Network(latency=uniform(1, 60)))


EXERCISES = (MakeItRight(
    number="4.3", title="Causal broadcast",
    task="Write what a message depends on, and when a message that has arrived is delivered. Concurrent messages may "
         "be delivered in any order.",
    base=Careful, asks=("dependencies", "accept"), lines=8,
    reference=Reference, right=(CountsTheMessageItself, OnlyWhatIsNotZero),
    wrong=((CountsEvents, "but does not deliver it, although"), (LooksOnce, "all that it depends on is delivered"),
           (CountsReceived, "on which it depends"), (DependsOnItself, "does not deliver it in the same step"),
           (WaitsForItsOwn, "does not deliver it in the same step"), (OnlyFifo, "on which it depends"),
           (WaitsForAll, "it depends on nothing")),
    demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=traffic, faults=("delay", "pause"),
    hints=(
        "Count in self.counts how many messages of each sender were delivered here.",
        "dependencies returns a copy of these counts: a message depends on everything that was delivered before it was "
        "sent.",
        "accept puts the message into self.held, and then repeatedly delivers messages whose dependencies are all "
        "delivered.",
        "A message can be delivered if self.counts[node] >= number for all (node, number) in msg.deps. Count before "
        "you "
        "deliver: the application may answer at once.",
    ),
),)
