"""Exercise 6.4: a linearizable register with compare-and-set, over total order broadcast."""

from collections.abc import Iterator
from itertools import permutations
from random import Random
from typing import Any

from dslab.checkers.linearizability import linearizable
from dslab.checkers.specs import CAS_REGISTER
from dslab.grader.demands import Demand, for_each
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.runs import asks, calm
from dslab.network import Network, uniform
from dslab.node import Node
from dslab.properties import in_the_end
from dslab.protocols.compare_and_set import Cas, Get, Put
from dslab.protocols.total_order import LeaderOrder
from dslab.run import Run
from dslab.script import At, at, crash, delay, duplicate

# ---- what the learner starts from ------------------------------------------------------------------------------------


class Copy(LeaderOrder):
    """A replica of a register. The total order broadcast is there: self.begin(payload) broadcasts any plain data.

    A broadcast may be delivered to its sender before begin returns.
    """

    shown = ("value",)

    def init(self):
        super().init()
        self.value = 0
        self.open = {}              # for you

    def on_get(self, src, msg):
        self.asked(src, msg)

    on_put = on_cas = on_get

    def deliver(self, msg):
        super().deliver(msg)
        sender, number = msg.id
        self.execute(sender, number, msg.payload)

    def asked(self, client, operation):
        """A client asks this replica for an operation: Get(), Put(value) or Cas(old, new).

        self.reply(client, result) answers it, perhaps in another handler: a Get with the value, a Cas with True or
        False, a Put with None.
        """

    def execute(self, sender, number, payload):
        """A broadcast is delivered, on each replica in the same order: the payload of the broadcast `number`, from 1,
        of `sender`, who may be this replica itself."""


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Copy):
    """Everything goes through the order, also a get; who has asked is in the broadcast."""

    def asked(self, client, operation):
        self.begin((client, operation))

    def execute(self, sender, number, payload):
        client, operation = payload
        result = self.apply(operation)
        if sender == self.id:
            self.reply(client, result)

    def apply(self, operation):
        if isinstance(operation, Get):
            return self.value
        if isinstance(operation, Cas):
            return self.compare_and_set(operation)
        self.value = operation.value
        return None

    def compare_and_set(self, operation):
        succeeds = self.value == operation.old
        if succeeds:
            self.value = operation.new
        return succeeds


class ByNumber(Copy):
    """Right: remembers the client by the number that the broadcast will have."""

    def asked(self, client, operation):
        self.open[self.sent + 1] = client
        self.begin(operation)

    def execute(self, sender, number, payload):
        before = self.value
        if isinstance(payload, Put) or (isinstance(payload, Cas) and before == payload.old):
            self.value = payload.value if isinstance(payload, Put) else payload.new
        if sender == self.id and number in self.open:
            result = {Get: before, Put: None, Cas: isinstance(payload, Cas) and before == payload.old}[type(payload)]
            self.reply(self.open.pop(number), result)


class FirstInFirstOut(Copy):
    """Right: its own broadcasts are delivered in the order in which they were sent, if it has one under way at most."""

    def init(self):
        super().init()
        self.queue = []

    def asked(self, client, operation):
        self.queue.append((client, operation))
        if len(self.queue) == 1:
            self.begin(operation)

    def execute(self, sender, number, payload):
        result = None
        match payload:
            case Get():
                result = self.value
            case Put(value):
                self.value = value
            case Cas(old, new):
                result = self.value == old
                self.value = new if result else self.value
        if sender == self.id:
            client, _ = self.queue.pop(0)
            self.reply(client, result)
            if self.queue:
                self.begin(self.queue[0][1])


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class ReadsAtOnce(Reference):
    """Answers a get from its own state: a replica may be behind."""

    def asked(self, client, operation):
        if isinstance(operation, Get):
            return self.reply(client, self.value)
        super().asked(client, operation)


class PutsAtOnce(Reference):
    """Answers a put before it is delivered."""

    def asked(self, client, operation):
        if isinstance(operation, Put):
            self.reply(client, None)
        super().asked(client, operation)

    def execute(self, sender, number, payload):
        if isinstance(payload[1], Put):
            self.apply(payload[1])
        else:
            super().execute(sender, number, payload)


class TestsAtOnce(Reference):
    """Tests the condition when it is asked: until the delivery the value may change."""

    def asked(self, client, operation):
        if not isinstance(operation, Cas):
            return super().asked(client, operation)
        if self.value != operation.old:
            return self.reply(client, False)
        self.begin((client, operation))

    def compare_and_set(self, operation):
        self.value = operation.new
        return True


class FailsAtOnce(Reference):
    """Says False at once if its own value is another one, though it may be behind."""

    def asked(self, client, operation):
        if isinstance(operation, Cas) and self.value != operation.old:
            return self.reply(client, False)
        super().asked(client, operation)


class ExecutesAtOnce(Reference):
    """Executes what it is asked at once, and tells the others."""

    def asked(self, client, operation):
        self.reply(client, self.apply(operation))
        self.begin((client, operation))

    def execute(self, sender, number, payload):
        if sender != self.id:
            self.apply(payload[1])


class OnlyItsOwn(Reference):
    """Executes the operations of its own clients only."""

    def execute(self, sender, number, payload):
        if sender == self.id:
            super().execute(sender, number, payload)


class SetsAnyway(Reference):
    """Sets the new value also where the condition does not hold."""

    def compare_and_set(self, operation):
        succeeds = self.value == operation.old
        self.value = operation.new
        return succeeds


class TakesZeroForNothing(Reference):
    """Takes 0 and the empty text for no value, which is equal to any."""

    def compare_and_set(self, operation):
        succeeds = not self.value or self.value == operation.old
        self.value = operation.new if succeeds else self.value
        return succeeds


class OneClient(Reference):
    """Remembers the last client only."""

    def asked(self, client, operation):
        self.open["client"] = client
        self.begin(("", operation))

    def reply(self, client, value):
        super().reply(self.open["client"], value)


class EqualOperations(Reference):
    """Remembers the client by the operation: two may ask for the same."""

    def asked(self, client, operation):
        self.open[operation] = client
        self.begin(("", operation))

    def execute(self, sender, number, payload):
        result = self.apply(payload[1])
        if sender == self.id and payload[1] in self.open:
            self.reply(self.open.pop(payload[1]), result)


class NumberTooLate(ByNumber):
    """Remembers the client after the broadcast: the leader delivers it before that."""

    def asked(self, client, operation):
        self.begin(operation)
        self.open[self.sent] = client


class AllAnswer(Reference):
    """Each replica answers the client."""

    def execute(self, sender, number, payload):
        client, operation = payload
        self.reply(client, self.apply(operation))


class FailsInSilence(Reference):
    """Answers only a compare-and-set that succeeds."""

    def reply(self, client, value):
        if value is not False:
            super().reply(client, value)


# ---- what is judged --------------------------------------------------------------------------------------------------

@in_the_end
def every_operation_is_answered(world):
    """The leader, which orders the broadcasts, does not crash."""
    for operation in world.operations:
        if operation.returned is None and operation.node in world.up:
            return f"{operation.node} never answers {operation.client}'s {operation.call}"


@for_each(lambda trace: [step for step in trace.steps if step.replies])
def the_replica_that_was_asked_answers_once(trace, step):
    asked = {operation.client: operation for operation in trace.operations}
    for client, _ in step.replies:
        if asked[client].node != step.node:
            return f"{step.node} answers {client}, who has asked {asked[client].node}"
        if asked[client].returned != step.index:
            return f"{step.node} answers {client} a second time"
    return None


ORDERED = ("An operation is executed, and its condition tested, at its place in the common order, on all replicas; and "
           "it is answered when the replica that was asked has executed it there.")
DEMANDS = (
    Demand(linearizable(CAS_REGISTER.starting(0)), ORDERED, hint=1),
    Demand(the_replica_that_was_asked_answers_once, "All replicas execute an operation, and the one that was asked "
                                                    "answers: only it knows the client.", hint=2),
    Demand(every_operation_is_answered, "The replica that was asked answers each of its clients, with False, too.",
           hint=2),
)


# ---- runs ------------------------------------------------------------------------------------------------------------

def asked(time: float, node: str, *operations: Any) -> list[At]:
    """Each operation is that of a client of its own."""
    return [event for place, operation in enumerate(operations)
            for event in asks(time + place, node, operation, client=f"{node}-{time + place}")]


def replicas(protocol: type[Node], names: Names, *events: At | list[At], **options: Any) -> Run:
    return calm(protocol, names, *events, **{"title": "Compare-and-set in total order", "duration": 2000} | options)


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    """Pairs that conflict, on any two replicas; a replica that is behind; a crash; equal requests."""
    leader, one, two = sorted(names)
    for a, b, c in permutations(names):
        yield replicas(protocol, names, asked(10, a, Cas(0, 1)), asked(10, b, Cas(0, 2)), asked(60, c, Get()))
        yield replicas(protocol, names, asked(10, a, Cas(0, 1)), asked(12, b, Cas(1, 2)), asked(14, c, Cas(0, 3)),
                       asked(60, a, Get()))
        yield replicas(protocol, names, asked(10, a, Put("")), asked(50, b, Cas(0, "x")), asked(90, c, Cas("", 0)),
                       asked(130, b, Cas(None, 5)), asked(170, a, Get()))
        yield replicas(protocol, names, asked(10, a, Put(1), Put(1), Get(), Get(), Cas(1, 1), Cas(1, 1), Cas(2, 3)),
                       asked(13, b, Put(2), Get()))
        for number in 1, 2:
            for src, dst in permutations(names, 2):
                yield replicas(protocol, names, asked(10, a, Put(1)), asked(31, b, Cas(1, 2)), asked(60, c, Get()),
                               asked(61, b, Cas(2, 3)), asked(100, c, Cas(3, 1)), asked(140, a, Get()),
                               at(0, delay(f"{src}->{dst}#{number}", by=200)))
    yield replicas(protocol, names, asked(10, one, Cas(0, 1)), at(15, crash(two)), asked(50, leader, Cas(1, 2)),
                   asked(90, one, Get()))
    yield replicas(protocol, names, asked(10, one, Put(1)), at(15, crash(one)), asked(60, two, Get()),
                   at(0, duplicate(f"{one}->{leader}#1", after=30)), asked(61, two, Cas(1, 2)))
    yield replicas(protocol, (*names, "n4", "n30"), asked(10, one, Cas(0, 1), Get()), asked(10, two, Cas(0, 2), Get()),
                   asked(10, "n4", Cas(0, 3), Get()), asked(10, "n30", Cas(0, 4), Get()))


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    """Two that conflict, and a get, in all orders."""
    leader, one, two = sorted(names)
    yield Search(replicas(protocol, names, asked(0, one, Cas(0, 1)), asked(0, two, Cas(0, 2))))
    yield Search(replicas(protocol, names, asked(0, leader, Cas(0, 1)), asked(0, one, Get()), asked(1, two, Get())))


def swarm(protocol: type[Node], names: Names, seed: int) -> Run:
    """Nine operations anywhere; now and then a replica crashes that does not lead."""
    chance = Random(f"{seed} cas")
    values = chance.choice([(0, 1, 2), ("", 0, "x"), (0, None, 7)])
    events = [asked(moment, chance.choice(names), *chance.choice((
        [Get()], [Put(chance.choice(values))], [Cas(chance.choice(values), chance.choice(values))])))
        for moment in chance.sample(range(300), 9)]
    if chance.random() < 0.3:
        events.append([at(chance.randint(0, 300), crash(sorted(names)[chance.randint(1, 2)]))])
    return replicas(protocol, names, *events, seed=seed, network=Network(latency=uniform(1, 60)))


EXERCISES = (
    MakeItRight(
        number="6.4", title="Compare-and-set in total order", base=Copy, asks=("asked", "execute"), lines=16,
        task="Each replica has a copy of a register, and a total order broadcast. Write what it does when a client "
             "asks for a get, a put or a compare-and-set, and what it does when a broadcast is delivered, so that the "
             "register is linearizable.",
        reference=Reference, right=(ByNumber, FirstInFirstOut),
        clusters=(("A", "B", "C"), ("n2", "n10", "n1")),
        wrong=(*((mistake, "fits nowhere") for mistake in (
                   ReadsAtOnce, PutsAtOnce, TestsAtOnce, FailsAtOnce, ExecutesAtOnce, OnlyItsOwn, SetsAnyway,
                   TakesZeroForNothing, OneClient)),
               (EqualOperations, "never answers"), (NumberTooLate, "never answers"),
               (AllAnswer, "who has asked"), (FailsInSilence, "never answers")),
        demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=swarm, faults=("duplication", "delay"),
        hints=("Which operations need a place in the order? A get, too: this replica may be behind.",
               "asked only broadcasts the operation. execute does it, on each replica, and tests a condition only "
               "then.",
               "The replica that was asked answers: sender == self.id. Which client it was can stand in what it "
               "broadcasts: self.begin((client, operation))."),
    ),
)
