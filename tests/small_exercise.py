"""A complete exercise, as small as they get: a model for authors. Exercise 9.1 of no course: a write to a majority."""

from collections.abc import Iterator
from random import Random

from dslab.grader.demands import Demand, for_each
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.questions import Question, predict
from dslab.grader.readings import earlier, first_repeated, receipts, unmatched
from dslab.grader.runs import asks, calm, drops
from dslab.network import Network, uniform
from dslab.node import Node, message
from dslab.properties import always
from dslab.run import Run
from dslab.script import at, crash, delay, duplicate


@message
class Write:
    """A request to the writer."""

    value: str


@message
class Store:
    number: int
    value: str


@message
class Stored:
    number: int


class Replica(Node):
    """Keeps what it is told, and says so."""

    def on_store(self, src, msg):
        self.output("stored", msg.number)
        self.send(src, Stored(msg.number))


# ---- what the learner starts from ------------------------------------------------------------------------------------

class Writer(Node):
    """Has each value stored by replicas, self.neighbours. What is missing is when a write is done."""

    def init(self):
        self.number = 0             # of the latest write
        self.have = set()           # for you

    def on_write(self, src, msg):
        self.number += 1
        self.output("begun", self.number)
        for replica in self.neighbours:
            self.send(replica, Store(self.number, msg.value))

    def on_stored(self, src, msg):
        """Replica src stores write msg.number: call self.done(msg.number) once, when more than half of them do."""

    def done(self, number):
        self.output("done", number)


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Writer):
    def on_stored(self, src, msg):
        if (src, msg.number) not in self.have:
            self.have.add((src, msg.number))
            if self.copies(msg.number) == len(self.neighbours) // 2 + 1:
                self.done(msg.number)

    def copies(self, number):
        return sum(of == number for _, of in self.have)


class LooksAfterwards(Reference):
    """Right: what is done is written down."""

    def init(self):
        super().init()
        self.told = []

    def on_stored(self, src, msg):
        self.have.add((src, msg.number))
        if 2 * self.copies(msg.number) > len(self.neighbours) and msg.number not in self.told:
            self.told.append(msg.number)
            self.done(msg.number)


class CrossesOff(Writer):
    """Right: a list of those that are missing, for each write."""

    def init(self):
        super().init()
        self.missing = {}

    def on_stored(self, src, msg):
        missing = self.missing.setdefault(msg.number, list(self.neighbours))
        if src in missing:
            missing.remove(src)
            if len(missing) == (len(self.neighbours) - 1) // 2:
                self.done(msg.number)


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class CountsAnswers(Reference):
    """The same replica counts twice if its answer comes twice."""

    def on_stored(self, src, msg):
        super().on_stored(f"{src} {len(self.have)}", msg)


class AnyWrite(Reference):
    """An answer to an earlier write counts for the latest one."""

    def on_stored(self, src, msg):
        super().on_stored(src, Stored(self.number))


class HalfIsEnough(Reference):
    """One of three is taken for a majority."""

    def copies(self, number):
        return super().copies(number) + 1


class WaitsForAll(Reference):
    """One replica that is down holds up everything."""

    def copies(self, number):
        return super().copies(number) - 1


class TellsEachTime(LooksAfterwards):
    """A write is done again with every further copy."""

    def done(self, number):
        super().done(number)
        self.told = []


# ---- what is judged --------------------------------------------------------------------------------------------------

@for_each("done")
def a_write_is_done_when_most_replicas_store_it(trace, done):
    have = sorted({one.node for one in earlier(trace, done, "stored") if one.values == done.values})
    if len(have) <= (len(trace.nodes) - 1) / 2:
        return f"{done.node} says that write {done.values[0]} is done, and only {have} store it"


@always
def no_write_is_done_twice(world):
    if pair := first_repeated(world.outputs("done"), key=lambda output: output.values):
        return f"write {pair[0].values[0]} is done in step {pair[0].step}, and again in step {pair[1].step}"


@for_each("begun")
def a_write_that_most_replicas_have_told_of_is_done(trace, begun):
    have = sorted({step.message.src for step in receipts(trace, Stored)
                   if step.message.payload.number == begun.values[0]})
    if len(have) > (len(trace.nodes) - 1) / 2 and begun in unmatched(trace.outputs("begun"), trace.outputs("done")):
        return f"{have} have said that they store write {begun.values[0]}, and {begun.node} never says that it is done"


# ---- the runs --------------------------------------------------------------------------------------------------------

def cluster(protocol: type[Node], names: Names, *events, **options) -> Run:
    return calm({name: Replica for name in names} | {names[0]: protocol}, names, *events, **options)


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    writer, one, two, three = names
    for events in (
        [],
        at(0, crash(two)),
        [at(0, duplicate(f"{one}->{writer}#1", after=5)), *drops(writer, two, 1), *drops(writer, three, 1)],
        [at(0, delay(f"{one}->{writer}#1", by=50)), *asks(50, writer, Write("y")), *drops(writer, one, 2),
         *drops(writer, two, 2)],
    ):
        yield cluster(protocol, names, asks(10, writer, Write("x")), events)


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    yield Search(cluster(protocol, names, asks(0, names[0], Write("x"))), {"duplicates": 1, "drops": 1})


def writes(protocol: type[Node], names: Names, seed: int) -> Run:
    draw = Random(f"{seed} writes")
    return cluster(protocol, names, *(asks(draw.randrange(100), names[0], Write(value)) for value in "xyz"),
                   network=Network(latency=uniform(1, 60)))


EXERCISES = (
    MakeItRight(
        number="9.1", title="A write to a majority", base=Writer, asks=("on_stored",), lines=5,
        task="Say when a write is done: as soon as more than half of the replicas store it.",
        reference=Reference, right=(LooksAfterwards, CrossesOff), clusters=(("W", "A", "B", "C"), ("B", "X", "A", "Q")),
        wrong=((CountsAnswers, "is done, and only"), (AnyWrite, "is done, and only"),
               (HalfIsEnough, "is done, and only"), (WaitsForAll, "never says that it is done"),
               (TellsEachTime, "and again in step")),
        demands=(
            Demand(a_write_is_done_when_most_replicas_store_it, "Two majorities share a replica.", hint=1),
            Demand(no_write_is_done_twice, "A write is done at one moment: when a majority has been heard of."),
            Demand(a_write_that_most_replicas_have_told_of_is_done, "A majority must do: others may be down.", hint=2)),
        scenarios=scenarios, searches=searches, swarm=writes, faults=("loss", "duplication", "delay"),
        hints=("An answer tells who stores what: remember both.", "The same answer may come twice, or very late.",
               "len(self.neighbours) // 2 + 1 replicas are more than half.")),
    predict(
        {"done": Question("when the write is done, in ms", lambda trace: round(trace.outputs("done")[0].time),
                          lambda trace: trace.outputs("done")[0].step, "Two of three are enough.", (80,)),
         "stored": Question("how many replicas store it in the end", lambda trace: len(trace.outputs("stored")),
                            why="All three: the slow one, too.", wrong=(2,))},
        number="9.1a", title="The slow replica", run=calm(
            {"W": Reference, "A": Replica, "B": Replica, "C": Replica}, (), asks(10, "W", Write("x")),
            at(0, delay("W->C#1", by=50))),
        task="A write begins at 10 ms. Each message takes 10 ms, and the one to C takes 60. Majority of three.",
        right={"done": 30, "stored": 3}),
)
