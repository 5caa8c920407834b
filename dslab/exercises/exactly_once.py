"""Exercise 1.3: however often a call arrives, and whenever the server crashes, its effect happens once."""

from collections.abc import Iterator
from random import Random
from typing import Any

from dslab.grader.demands import Demand, at_the_end
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.readings import first_repeated, unmatched
from dslab.grader.runs import asks, calm, drops, restart
from dslab.network import Network, uniform
from dslab.node import Node, message
from dslab.properties import always, in_the_end
from dslab.run import Run
from dslab.script import At, at, duplicate, set_link

PATIENCE = 60           # ms that a caller waits before it sends a call again


@message
class Want:
    """A request to a caller: add this amount."""

    amount: int


@message
class Add:
    number: int             # of the caller's calls; a call that is sent again keeps it
    amount: int
    label, look = "{number}: + {amount}", "ask"


@message
class Done:
    number: int
    result: int             # the total after that call
    label, look = "{number}: → {result}", "yes"


class Caller(Node):
    """Has one call open at a time, and sends it again until it is answered, even after a crash."""

    persistent = ("number", "wanted")

    def init(self):
        self.number = 0             # of the call that is open, or was the last
        self.wanted = []            # amounts; the first of them is the open call

    def on_want(self, src, msg):
        self.wanted.append(msg.amount)
        if len(self.wanted) == 1:
            self.next_call()

    def next_call(self):
        self.number += 1
        self.output("called", self.number, self.wanted[0])
        self.on_patience_timer()

    def on_patience_timer(self):
        self.send(self.neighbours[0], Add(self.number, self.wanted[0]))
        self.set_timer("patience", PATIENCE)

    def on_done(self, src, msg):
        if msg.number == self.number and self.wanted:
            self.output("done", msg.number, msg.result)
            self.cancel_timer("patience")
            self.wanted.pop(0)
            if self.wanted:
                self.next_call()


# ---- what the learner starts from ------------------------------------------------------------------------------------

class Account(Node):
    """A server that adds. Say which attributes are on disk; `total` already is."""

    persistent = ("total",)
    shown = ("total",)

    def init(self):
        self.total = 0
        self.results = {}       # for you

    def on_add(self, src, msg):
        """A call from `src` has arrived: msg.number, msg.amount. It may be a copy of an earlier one.

        Execute it once by result = self.execute(src, msg), and answer each copy by self.send(src, Done(msg.number,
        result)) with the result of *that* call. Between two handlers this node may crash: only what `persistent`
        names survives. Set it: persistent = ("total", ...).
        """

    def execute(self, src, msg):
        """The effect of a call. Returns its result, the new total."""
        self.total += msg.amount
        self.output("executed", src, msg.number, self.total)
        return self.total


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Account):
    """The results are on disk, written in the same handler as the effect."""

    persistent = ("total", "results")

    def on_add(self, src, msg):
        if (src, msg.number) not in self.results:
            self.results[src, msg.number] = self.execute(src, msg)
        self.send(src, Done(msg.number, self.results[src, msg.number]))


class LatestOfEach(Reference):
    """A caller has one call open at a time, so its latest result will do."""

    def on_add(self, src, msg):
        number, result = self.results.get(src, (0, 0))
        if msg.number > number:
            number, result = self.results[src] = (msg.number, self.execute(src, msg))
        if msg.number == number:
            self.send(src, Done(number, result))


class Journal(Account):
    """A list of all that was done."""

    persistent = ("total", "journal")

    def init(self):
        super().init()
        self.journal = []

    def on_add(self, src, msg):
        found = [result for caller, number, result in self.journal if (caller, number) == (src, msg.number)]
        if not found:
            found = [self.execute(src, msg)]
            self.journal.append((src, msg.number, found[0]))
        self.send(src, Done(msg.number, found[0]))


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class AlwaysExecutes(Account):
    """Treats each copy as a new call."""

    def on_add(self, src, msg):
        self.send(src, Done(msg.number, self.execute(src, msg)))


class InMemory(Reference):
    """Remembers what was executed, but not across a crash."""

    persistent = ("total",)


class ByAmount(Reference):
    """Treats calls with equal amounts as one call."""

    def name(self, src, msg):
        return src, msg.amount

    def on_add(self, src, msg):
        if self.name(src, msg) not in self.results:
            self.results[self.name(src, msg)] = self.execute(src, msg)
        self.send(src, Done(msg.number, self.results[self.name(src, msg)]))


class ByNumberOnly(ByAmount):
    """Forgets that two callers may use the same numbers."""

    def name(self, src, msg):
        return msg.number


class NotesFirst(Reference):
    """Records the number, and executes a little later: a crash in between loses the effect."""

    persistent = ("total", "results", "due")

    def init(self):
        super().init()
        self.due = []

    def on_add(self, src, msg):
        if (src, msg.number) not in self.results:
            self.results[src, msg.number] = None
            self.due.append((src, msg))
            self.set_timer("work", 5)
        elif self.results[src, msg.number] is not None:
            super().on_add(src, msg)

    def on_work_timer(self):
        for src, msg in self.due:
            del self.results[src, msg.number]
            super().on_add(src, msg)
        self.due = []


class NotesLater(Reference):
    """Executes, and records the number a little later: after a crash in between, the call is executed again."""

    def init(self):
        super().init()
        self.fresh = {}             # what was executed, and is not on disk yet

    def on_add(self, src, msg):
        written = dict(self.results)
        self.results |= self.fresh
        super().on_add(src, msg)
        self.results, self.fresh = written, self.results
        self.set_timer("write", 5)

    def on_write_timer(self):
        self.results |= self.fresh


class AnswersWithTheTotal(Reference):
    """Executes once, but answers a copy with the current total."""

    def send(self, dst, msg):
        super().send(dst, Done(msg.number, self.total))


class IgnoresCopies(Reference):
    """Executes once, but does not answer a copy: its caller resends it forever."""

    def on_add(self, src, msg):
        if (src, msg.number) not in self.results:
            super().on_add(src, msg)


class ComparesWithTheLast(Reference):
    """An old copy that arrives after a newer call differs from the last call, too."""

    def on_add(self, src, msg):
        number, result = self.results.get(src, (0, 0))
        if msg.number != number:
            number, result = self.results[src] = (msg.number, self.execute(src, msg))
        self.send(src, Done(number, result))


# ---- what is judged --------------------------------------------------------------------------------------------------

@always
def no_call_is_executed_twice(world):
    if pair := first_repeated(world.outputs("executed"), key=lambda output: output.values[:2]):
        first, again = pair
        caller, number, total = again.values
        return (f"call {number} of {caller} is executed again in step {again.step}, after step {first.step}:"
                f" the total is {total}")


@always
def what_is_answered_was_executed_and_has_that_result(world):
    result = {output.values[:2]: output.values[2] for output in world.outputs("executed")}
    for output in world.outputs("done"):
        call, told = (output.node, output.values[0]), output.values[1]
        if call not in result:
            return f"{output.node} is told that its call {output.values[0]} is done, but it was never executed"
        if told != result[call]:
            return f"{output.node} is told {told} as the result of call {output.values[0]}, which was {result[call]}"


@in_the_end
def every_call_is_answered(world):
    for call in unmatched(world.outputs("called"), world.outputs("done")):
        if len(world.up) == len(world.nodes):
            return f"call {call.values[0]} of {call.node} is never answered"


@at_the_end
def after_the_good_time_all_is_answered(trace):
    """From 600 ms on nothing is lost, and all are up: ten retransmissions are enough."""
    for call in unmatched(trace.outputs("called"), trace.outputs("done")):
        if trace.steps[-1].time > call.time + 10 * PATIENCE:
            return f"call {call.values[0]} of {call.node} is sent again and again, but never answered"


ONCE = ("A call is identified by its caller and its number; both are on disk, with the result, in the same write as "
        "the effect [Birrell and Nelson 1984].")
DEMANDS = (
    Demand(no_call_is_executed_twice, ONCE, hint=1),
    Demand(what_is_answered_was_executed_and_has_that_result, "A copy gets the result of the original call.", hint=2),
    Demand(every_call_is_answered, "A copy is answered too: the first answer may have been lost.", hint=2),
    Demand(after_the_good_time_all_is_answered, "A copy is answered too: the first answer may have been lost; and a "
                                                "number is not recorded before the effect.", hint=2),
)


# ---- runs ------------------------------------------------------------------------------------------------------------

def bank(callers: type[Node], server: type[Node], names: Names, *events: At | list[At], **options: Any) -> Run:
    """Two callers and their server."""
    one, two, last = names
    return calm({one: callers, two: callers, last: server}, names, *events, topology=[(one, last), (two, last)],
                **options)


def wants(time: float, caller: str, *amounts: int) -> list[At]:
    return asks(time, caller, *map(Want, amounts))


def called(protocol: type[Node], names: Names, *events: At | list[At], **options: Any) -> Run:
    return bank(Caller, protocol, names, *events,
                **{"duration": 1600, "title": "Calls that come more than once"} | options)


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    """Lost replies, equal amounts, equal numbers, old copies, and a crash at every moment."""
    one, two, server = names
    for events in (
        [],
        drops(server, one, 1),
        wants(11, one, 3),
        wants(11, two, 4),
        [*wants(11, one, 4), at(0, duplicate(f"{one}->{server}#1", after=40))],
        [*wants(40, two, 4), *drops(server, one, 1)],
        *(restart(server, moment, down=30) for moment in range(15, 60, 4)),
    ):
        yield called(protocol, names, wants(10, one, 3), events)


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    """One call, or two, with a drop, a copy, a crash and a recovery anywhere."""
    one, two, _ = names
    faults = {"crashes": 1, "recoveries": 1, "timers": {"patience": 1}, "within": lambda world: {one, two} <= world.up}
    yield Search(called(protocol, names, wants(0, one, 3)), faults | {"drops": 1, "duplicates": 1})
    yield Search(called(protocol, names, wants(0, one, 3, 3)), faults)


def swarm(protocol: type[Node], names: Names, seed: int) -> Run:
    """Both callers, equal and different amounts, losses until 600 ms."""
    chance = Random(f"{seed} calls")
    events = [wants(round(chance.uniform(0, 300), 3), chance.choice(names[:2]), chance.choice((3, 3, 5)))
              for _ in range(5)]
    return called(protocol, names, *events, at(600, set_link(loss=0.0)), seed=seed, duration=2500,
                network=Network(latency=uniform(1, 40), loss=0.2))


EXERCISES = (
    MakeItRight(
        number="1.3", title="Exactly once", base=Account, asks=("on_add",), lines=4,
        task="Callers resend a call until it is answered, and your server may crash between any two handlers. Make "
             "each call take effect exactly once, and answer every copy with the call's own result.",
        reference=Reference, right=(LatestOfEach, Journal), clusters=(("ann", "bob", "server"), ("X", "Q", "A")),
        wrong=((AlwaysExecutes, "is executed again"), (InMemory, "is executed again"),
               (ByAmount, "was never executed"), (ByNumberOnly, "was never executed"),
               (NotesFirst, "never answered"), (NotesLater, "is executed again"),
               (AnswersWithTheTotal, "as the result of call"), (IgnoresCopies, "never answered"),
               (ComparesWithTheLast, "is executed again")),
        demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=swarm,
        faults=("loss", "duplication", "delay"),
        hints=("A call is identified by its caller and its number. What do you have to remember about it?",
               "Keep self.results[src, msg.number], and name it in `persistent`, or a crash makes you forget.",
               "If it is there, do not execute the call; in any case answer with self.results[src, msg.number].")),
)
