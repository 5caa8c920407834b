"""Exercise 3.3: a deadline that survives when the clock is set."""

from collections.abc import Iterator
from random import Random

from dslab.grader.demands import Demand, for_each
from dslab.grader.exercise import MakeItRight, Names
from dslab.grader.readings import earlier
from dslab.grader.runs import asks, restart
from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.protocols.measuring_time import FAST, Slew
from dslab.run import Run
from dslab.script import At, at, clock, pause, request, resume
from dslab.trace import Trace

LOOK = 50               # ms from one look at the deadline to the next


@message
class Work:
    """A request to the boss: have some work done."""

    seconds: float


@message
class Order:
    seconds: float          # until it must be done
    sent: float             # ms: what the boss's monotonic clock showed


class Boss(Node):
    """Gives orders, each with its time limit."""

    def on_work(self, src, msg):
        for worker in self.neighbours:
            self.send(worker, Order(msg.seconds, self.monotonic))


# ---- what the learner starts from ------------------------------------------------------------------------------------

class Deadline(Node):
    """A worker that looks every 50 ms whether the time for its order is over."""

    def init(self):
        self.mark = None        # for you: whatever `start` wants to remember
        self.done = True        # no order is under way

    def on_order(self, src, msg):
        self.start(msg.seconds, msg.sent)
        self.output("started", msg.seconds)
        self.done = False
        self.set_timer("look", LOOK)

    def on_slew(self, src, msg):
        self.slew_clock(msg.ms)

    def on_look_timer(self):
        over = self.expired()
        self.output("expired", over)
        self.done = over is True
        if not self.done:
            self.set_timer("look", LOOK)

    def start(self, seconds, sent):
        """The order has just arrived, and its deadline is `seconds` from now. Remember what you need in self.mark.

        sent: what the boss's monotonic clock showed, ms, when the order was sent.
        """

    def expired(self):
        """Has the deadline passed? True or False. You have self.now and self.monotonic, both in ms."""


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Deadline):
    """Remembers when the time will be up, by the monotonic clock."""

    def start(self, seconds, sent):
        self.mark = self.monotonic + seconds * 1000

    def expired(self):
        return self.monotonic >= self.mark


class SinceTheStart(Deadline):
    """Remembers the beginning."""

    def start(self, seconds, sent):
        self.mark = (self.monotonic, 1000 * seconds)

    def expired(self):
        began, span = self.mark
        return not self.monotonic - began < span


class Countdown(Deadline):
    """Subtracts what has passed since it last looked, in whole microseconds."""

    def start(self, seconds, sent):
        self.mark = (round(seconds * 1e6), round(self.monotonic * 1e3))

    def expired(self):
        left, looked = self.mark
        now = round(self.monotonic * 1e3)
        self.mark = (left - (now - looked), now)
        return self.mark[0] <= 0


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class WallClock(Reference):
    """Uses the time-of-day clock."""

    @property
    def monotonic(self):
        return self.now


class BossesClock(Reference):
    """Compares the monotonic clocks of two machines."""

    def start(self, seconds, sent):
        self.mark = sent + seconds * 1000


class WholeSeconds(Reference):
    """Truncates the limit to whole seconds."""

    def start(self, seconds, sent):
        super().start(int(seconds), sent)


class Mixed(Reference):
    """Starts with one clock and compares with the other."""

    def start(self, seconds, sent):
        self.mark = self.now + seconds * 1000


class TakesSecondsForMilliseconds(Reference):
    """Adds seconds to milliseconds."""

    def start(self, seconds, sent):
        self.mark = self.monotonic + seconds


class CountsItsLooks(Deadline):
    """Counts how many times it was asked, as if that were time: a pause is not counted."""

    def start(self, seconds, sent):
        self.mark = seconds * 1000

    def expired(self):
        self.mark -= LOOK
        return self.mark <= 0


# ---- what is judged --------------------------------------------------------------------------------------------------

@for_each("expired")
def it_is_over_neither_too_early_nor_too_late(trace, output):
    """Each answer, compared with true time; where a quartz and slewing can make a difference both are right."""
    started = [one for one in earlier(trace, output, "started") if one.node == output.node][-1]
    passed, span, said = output.time - started.time, started.values[0] * 1000, output.values[0]
    if type(said) is not bool:
        return f"{output.node} answers {said!r}: expected True or False"
    if said != (passed >= span) and abs(passed - span) > 0.002 + span * FAST:
        how = "over" if said else "not over"
        return (f"{output.node} says that {span:g} ms are {how} when {passed:g} ms have passed"
                f"{_why(trace, started.time, output.time)}")


def _why(trace: Trace, since: float, until: float) -> str:
    """What happened meanwhile to the clock, or to the node."""
    met = [step for step in trace.steps if since <= step.time <= until and step.kind in ("clock", "pause")]
    return f"; meanwhile: {met[0].name if met[0].kind == 'clock' else 'it was paused'}" if met else ""


DEMANDS = (
    Demand(it_is_over_neither_too_early_nor_too_late, "A span of time is measured by the monotonic clock of one "
           "machine: it is never set, and its readings mean nothing on another machine.", hint=1),
)


# ---- runs ------------------------------------------------------------------------------------------------------------

def work(protocol: type[Node], names: Names, seconds: float, *script: At, seed: int = 0) -> Run:
    """One order at 100 ms; the worker has restarted before, so its monotonic clock is behind the boss's."""
    boss, worker = names
    first = [*restart(worker, 20, down=40), *asks(100, boss, Work(seconds))]
    return Run({boss: Boss, worker: protocol}, network=Network(latency=constant(3)), seed=seed,
               script=[*first, *script], duration=2500 + 1000 * seconds, title=f"A deadline of {seconds:g} s")


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    """Steps forward and back, a leap second, another date, slewing both ways, a fast quartz, a pause, and nothing."""
    worker = names[1]
    yield work(protocol, names, 1)
    yield work(protocol, names, 0.375)
    yield work(protocol, names, 0.5, at(200, clock(worker, step=300)))
    yield work(protocol, names, 0.5, at(200, clock(worker, step=-300)))
    yield work(protocol, names, 1.5, at(700, clock(worker, step=-1000)))           # a leap second, repeated
    yield work(protocol, names, 0.5, at(0, clock(worker, offset=5_000)))
    yield work(protocol, names, 1.5, at(200, request(worker, Slew(100.0))), at(900, request(worker, Slew(-100.0))))
    yield work(protocol, names, 1.5, at(0, clock(worker, drift=400)))
    yield work(protocol, names, 0.5, at(200, pause(worker)), at(900, resume(worker)))


def swarm(protocol: type[Node], names: Names, seed: int) -> Run:
    """A limit, some steps and some slewing by chance."""
    chance = Random(f"{seed} deadline")
    steps = [at(round(chance.uniform(110, 1500), 3), clock(names[1], step=round(chance.uniform(-2000, 2000), 3)))
             for _ in range(chance.randrange(4))]
    slews = [at(round(chance.uniform(110, 1500), 3), request(names[1], Slew(round(chance.uniform(-200, 200), 3))))
             for _ in range(chance.randrange(3))]
    return work(protocol, names, round(chance.uniform(0.05, 2), 3), *steps, *slews, seed=seed)


EXERCISES = (
    MakeItRight(
        number="3.3", title="A deadline that survives", base=Deadline, asks=("start", "expired"), lines=2,
        task="Say whether the deadline of an order has passed, while the time-of-day clock is set forward and back.",
        reference=Reference, right=(SinceTheStart, Countdown), clusters=(("boss", "worker"), ("X", "A")),
        wrong=((WallClock, "meanwhile: clock"), (BossesClock, "when"), (WholeSeconds, "are over when"),
               (Mixed, "when"), (TakesSecondsForMilliseconds, "are over when"), (CountsItsLooks, "it was paused")),
        demands=DEMANDS, scenarios=scenarios, swarm=swarm, faults=("pause",),
        hints=("Which of the two clocks can be set while you wait?",
               "self.monotonic is never set. The `seconds` count from the moment the order arrives here; what the "
               "boss's clock showed is of no use on this machine.",
               "start: self.mark = self.monotonic + seconds * 1000; expired: compare self.monotonic with it.")),
)
