"""Exercise 1.3e: the caller's side of a remote call, which has three outcomes."""

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from dslab.exercises.exactly_once import PATIENCE, Add, bank, wants
from dslab.grader.demands import Demand, Objection, for_each
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.readings import first_repeated, sendings, unmatched
from dslab.grader.runs import drops, restart
from dslab.network import Network, uniform
from dslab.node import Node, message
from dslab.properties import always, in_the_end
from dslab.run import Run
from dslab.script import At, at, crash, delay, duplicate, recover
from dslab.trace import Trace

TRIES = 3               # how often it may send a call
LIMIT = 100             # the server refuses to add more at once


@message
class Done:
    number: int             # of the call that was executed
    label, look = "done {number}", "yes"


@message
class Refused:
    number: int             # of the call that will never be executed
    label, look = "refused {number}", "no"


class Account(Node):
    """A server that executes each call at most once, even across a crash, and answers every copy alike."""

    persistent = ("answers",)

    def init(self):
        self.answers = {}           # (caller, number) -> answer

    def on_add(self, src, msg):
        if (src, msg.number) not in self.answers:
            self.answers[src, msg.number] = self.execute(src, msg)
        self.send(src, self.answers[src, msg.number])

    def execute(self, src, msg):
        if msg.amount > LIMIT:
            return Refused(msg.number)
        self.output("added", src, msg.amount)
        return Done(msg.number)


# ---- what the learner starts from ------------------------------------------------------------------------------------

class Caller(Node):
    """Asks a server, self.neighbours[0], to add amounts, one after the other."""

    shown = ("number", "wanted")

    def init(self):
        self.wanted = []            # amounts; the first of them is being called for
        self.number = 0             # for you
        self.sent = 0               # for you

    def on_want(self, src, msg):
        self.output("wanted", msg.amount)
        self.wanted.append(msg.amount)
        if len(self.wanted) == 1:
            self.call(msg.amount)

    def finish(self, outcome):
        """Report the outcome of the call for self.wanted[0]: "ok", "error" or "unknown". The next call follows."""
        self.output("told", self.wanted.pop(0), outcome)
        if self.wanted:
            self.call(self.wanted[0])

    def call(self, amount):
        """Begin a call: send Add(number, amount) to self.neighbours[0], and set_timer("patience", PATIENCE).

        The server treats calls with the same number as one call.
        """

    def on_patience_timer(self):
        """No reply so far. Send the call again (TRIES times in all), or else end it with self.finish(...)."""

    def on_done(self, src, msg):
        """The server says that it has executed your call msg.number, which may be an old one."""

    def on_refused(self, src, msg):
        """The server says that it will never execute your call msg.number, which may be an old one."""


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Caller):
    """A number for each call, the same each time that it is sent."""

    def call(self, amount):
        self.number += 1
        self.sent = 0
        self.try_again()

    def try_again(self):
        self.sent += 1
        self.send(self.neighbours[0], Add(self.number, self.wanted[0]))
        self.set_timer("patience", PATIENCE)

    def on_patience_timer(self):
        if self.sent < TRIES:
            self.try_again()
        else:
            self.finish("unknown")

    def on_done(self, src, msg):
        self.close(msg.number, "ok")

    def on_refused(self, src, msg):
        self.close(msg.number, "error")

    def close(self, number, outcome):
        if number == self.number and self.wanted:
            self.cancel_timer("patience")
            self.finish(outcome)


class Backoff(Caller):
    """Waits twice as long each time; an open call is a value of its own."""

    def init(self):
        super().init()
        self.open = None            # (number, amount, how long it has waited last)

    def call(self, amount):
        self.number += 10
        self.open = (self.number, amount, PATIENCE)
        self.ask()

    def ask(self):
        number, amount, patience = self.open
        self.send(self.neighbours[0], Add(number, amount))
        self.set_timer("patience", patience)
        self.open = (number, amount, 2 * patience)

    def on_patience_timer(self):
        if self.open[2] < PATIENCE * 2 ** TRIES:
            return self.ask()
        self.open = None
        self.finish("unknown")

    def on_done(self, src, msg):
        if self.open and self.open[0] == msg.number:
            self.open = None
            self.cancel_timer("patience")
            self.finish("ok" if isinstance(msg, Done) else "error")

    on_refused = on_done


class LazyTimer(Caller):
    """Never cancels the timer; when it goes off, checks whether the call is still open."""

    def init(self):
        super().init()
        self.tries = {}             # amount -> how often it was sent; the place of an amount is its call's number

    def call(self, amount):
        self.tries[amount] = 0
        self.on_patience_timer()

    def on_patience_timer(self):
        if not self.wanted:
            return None
        amount = self.wanted[0]
        if self.tries[amount] == TRIES:
            return self.finish("unknown")
        self.tries[amount] += 1
        self.send(self.neighbours[0], Add(len(self.tries), amount))
        self.set_timer("patience", PATIENCE)

    def on_done(self, src, msg):
        if self.wanted and list(self.tries)[msg.number - 1] == self.wanted[0]:
            self.finish("ok" if isinstance(msg, Done) else "error")

    on_refused = on_done


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class SilenceIsNo(Reference):
    """Reads a timeout as "it did not happen"."""

    def finish(self, outcome):
        super().finish("error" if outcome == "unknown" else outcome)


class SilenceIsYes(Reference):
    """Reads a timeout as "it has happened"."""

    def finish(self, outcome):
        super().finish("ok" if outcome == "unknown" else outcome)


class NewNumberEachTime(Reference):
    """Sends the call again as a new call."""

    def try_again(self):
        self.number += 1
        super().try_again()


class OneNumberForAll(Reference):
    """Gives all calls the same number, so that the server takes the second one for a copy of the first."""

    def call(self, amount):
        self.number = 0
        super().call(amount)


class AnyReplyWillDo(Reference):
    """Does not look at the number of a reply: it may be a late one, to a call that is over."""

    def close(self, number, outcome):
        super().close(self.number, outcome)


class GivesUpAtOnce(Reference):
    """Sends a call once."""

    def on_patience_timer(self):
        self.finish("unknown")


class NeverGivesUp(Reference):
    """Sends a call again and again."""

    on_patience_timer = Reference.try_again


class ForgetsTheTimer(Reference):
    """Leaves the timer running when its call is over: it will go off when no call is open."""

    def close(self, number, outcome):
        if number == self.number and self.wanted:
            self.finish(outcome)


class RefusalIsSilence(Reference):
    """Ignores refusals."""

    on_refused = Caller.on_refused


# ---- what is judged --------------------------------------------------------------------------------------------------

@always
def an_outcome_is_the_truth(world):
    added = {output.values: output.step for output in world.outputs("added")}
    for output in world.outputs("told"):
        amount, outcome = output.values
        step = added.get((output.node, amount))
        if outcome == "ok" and step is None:
            return f"{output.node} reports ok for {amount}, which was never added"
        if outcome == "error" and step is not None:
            return f"{output.node} reports an error for {amount}, which was added in step {step}"


@always
def nothing_is_added_twice(world):
    if pair := first_repeated(world.outputs("added"), key=lambda output: output.values):
        first, again = pair
        caller, amount = again.values
        return f"{amount} of {caller} is added in step {first.step}, and again in step {again.step}"


@in_the_end
def every_call_has_an_outcome(world):
    for want in unmatched(world.outputs("wanted"), world.outputs("told")):
        return f"{want.node} never reports the outcome of its call for {want.values[0]}"


def each_call_is_sent_as_often_as_it_may(trace: Trace) -> Objection | None:
    """At most `TRIES` times, and exactly so often before it is given up unanswered."""
    times: Counter = Counter()                  # (caller, amount) -> how often it was sent
    for one in sendings(trace, Add):
        times[one.src, one.payload.amount] += 1
        if times[one.src, one.payload.amount] > TRIES:
            return Objection(f"{one.src} sends its call for {one.payload.amount} more than {TRIES} times", one.sent)
    for output in trace.outputs("told"):
        amount, outcome = output.values
        if outcome == "unknown" and times[output.node, amount] < TRIES:
            return Objection(f"{output.node} gives up its call for {amount}, which it has sent only"
                             f" {times[output.node, amount]}×; it may do so {TRIES}×", output.step)
    return None


@for_each("told")
def whoever_was_told_knows(trace, output):
    """A call is not unknown if a reply to it has arrived before."""
    amount, outcome = output.values
    numbers = [one.payload.number for one in sendings(trace, Add)
               if (one.src, one.payload.amount) == (output.node, amount)]
    for reply in sendings(trace, Done, Refused) if outcome == "unknown" else ():
        told = reply.dst == output.node and reply.payload.number in numbers and reply.fate == "received"
        if told and reply.ended < output.step:
            return (f"{output.node} reports an unknown outcome for {amount}, although {reply.name} told it the outcome "
                    f"in step {reply.ended}")


DEMANDS = (
    Demand(an_outcome_is_the_truth, "Silence tells you nothing: the request may be lost, or the reply, or either may "
                                    "be late. "
           "So a call has three outcomes, and the third is unknown. And a reply belongs to the call whose number it "
           "carries.",
           hint=1),
    Demand(nothing_is_added_twice, "A call keeps its number each time it is sent: that is how the server recognises a "
                                   "copy.", hint=0),
    Demand(whoever_was_told_knows, "A refusal is an answer: it alone says for certain that nothing was done.", hint=1),
    Demand(each_call_is_sent_as_often_as_it_may, "A call that is not answered is sent again, but not forever: the "
                                                 "server may be gone for good.", hint=2),
    Demand(every_call_has_an_outcome, "Every caller gets an outcome in the end.", hint=2),
)


# ---- runs ------------------------------------------------------------------------------------------------------------

def calls(protocol: type[Node], names: Names, *events: At | list[At], **options: Any) -> Run:
    """No two wants of a caller are for the same amount."""
    return bank(protocol, Account, names, *events, duration=4000, title="Calls with three outcomes", **options)


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    """Lost and late replies, refusals, a server that is gone."""
    one, two, server = names
    late = [at(0, delay(f"{server}->{one}#{number}", by=165)) for number in (1, 2, 3)]
    for amounts, events in (
        ((3, 4), wants(11, two, 3)),
        ((LIMIT + 1,), []),
        ((3,), drops(server, one, 1)),
        ((3,), drops(one, server, 1, 2, 3)),
        ((3,), drops(server, one, 1, 2, 3)),
        ((3, 4), late),
        ((LIMIT + 1, 4), late),
        ((3, 4), at(0, duplicate(f"{server}->{one}#1", after=15))),
        ((3, LIMIT + 2), at(15, crash(server))),
        ((3,), restart(server, 25, down=35)),
    ):
        yield calls(protocol, names, wants(10, one, *amounts), events)


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    """One call, or two, with a drop or a copy, and timers that go off at any moment."""
    for amounts, faults in (((3,), {"drops": 1, "duplicates": 1}), ((LIMIT + 1, 4), {"drops": 1})):
        yield Search(calls(protocol, names, wants(0, names[0], *amounts)), faults | {"timers": {"patience": 2 * TRIES}})


def swarm(protocol: type[Node], names: Names, seed: int) -> Run:
    """Five wants, some too big; losses, delays, and a server that may be gone for a while."""
    chance = Random(f"{seed} wants")
    events: list[At | list[At]] = [
        wants(round(chance.uniform(0, 300), 3), chance.choice(names[:2]), number + chance.choice((0, LIMIT)))
        for number in range(1, 6)]
    if chance.random() < 0.5:
        gone = chance.uniform(0, 300)
        events += [at(round(gone, 3), crash(names[2])), at(round(gone + chance.uniform(20, 400), 3), recover(names[2]))]
    return calls(protocol, names, *events, network=Network(latency=uniform(1, 80), loss=0.25), seed=seed)


EXERCISES = (
    MakeItRight(
        number="1.3e", title="The third outcome", base=Caller, lines=14,
        asks=("call", "on_patience_timer", "on_done", "on_refused"),
        task="Now the caller's side. The server executes each call at most once, but requests and replies may be lost, "
             "delayed or duplicated, and the server may be gone. Send a call up to TRIES times, and then report its "
             "outcome: \"ok\", \"error\" or \"unknown\". Others rely on what you report.",
        reference=Reference, right=(Backoff, LazyTimer), clusters=(("ann", "bob", "server"), ("X", "Q", "A")),
        wrong=((SilenceIsNo, "reports an error for"), (SilenceIsYes, "reports ok for"),
               (NewNumberEachTime, "and again in step"), (OneNumberForAll, "which was never added"),
               (AnyReplyWillDo, "reports"), (GivesUpAtOnce, "sent only 1×"), (NeverGivesUp, "more than 3 times"),
               (ForgetsTheTimer, "IndexError"), (RefusalIsSilence, "told it the outcome in step")),
        demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=swarm,
        faults=("loss", "delay"),
        hints=("The server recognises a copy by its number: what must a call keep when it is sent again?",
               "A reply counts only if its number is that of the open call. Silence is neither \"ok\" nor \"error\".",
               "Count how many times the call has been sent. In on_patience_timer: send again while that is less than "
               "TRIES, "
               "else self.finish(\"unknown\"). When a reply has arrived, self.cancel_timer(\"patience\").")),
)
