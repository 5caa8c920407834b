"""Exercise 3.4: which clock for which purpose? A run in which each clock is put to each use, and fails or does not."""

from collections.abc import Callable

from dslab.grader.questions import Question, predict
from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.run import Run
from dslab.script import at, clock, crash, recover, request
from dslab.trace import Trace

TIME_OF_DAY, MONOTONIC, LOGICAL = "time of day", "monotonic", "logical"
TICK = 10               # ms


@message
class Begin:
    """A request: something begins whose duration is to be measured."""

    use: str


@message
class End:
    """A request: it ends."""

    use: str


@message
class Look:
    """A request: is a certificate still valid?"""

    expires: float          # ms, the date that its issuer wrote on it


@message
class Edit:
    """A request: change a file, or a row of a table."""

    use: str


@message
class Copy:
    use: str
    stamp: float            # ms, by the time of day
    edits: int              # how many edits the writer knew of, this one included


class Office(Node):
    """Does everything with every clock, and reports what each of them says."""

    persistent = ("stamps", "edits")

    def init(self):
        self.ticks = 0          # since this node started: its monotonic clock, which knows no date
        self.begun = {}         # use -> (time of day, ticks)
        self.stamps = {}        # use -> the time of day of the newest edit that is known here
        self.edits = {}         # use -> how many edits are known here

    def on_start(self):
        self.set_timer("tick", TICK)

    def on_tick_timer(self):
        self.ticks += 1
        self.set_timer("tick", TICK)

    def on_begin(self, src, msg):
        self.begun[msg.use] = (self.now, self.ticks)

    def on_end(self, src, msg):
        now, ticks = self.begun[msg.use]
        self.output(msg.use, TIME_OF_DAY, self.now - now)
        self.output(msg.use, MONOTONIC, (self.ticks - ticks) * TICK)

    def on_look(self, src, msg):
        self.output("certificate", TIME_OF_DAY, self.now < msg.expires)
        self.output("certificate", MONOTONIC, self.ticks * TICK < msg.expires)

    def on_edit(self, src, msg):
        self.stamps[msg.use], self.edits[msg.use] = self.now, self.edits.get(msg.use, 0) + 1
        self.broadcast(Copy(msg.use, self.now, self.edits[msg.use]))

    def on_copy(self, src, msg):
        if msg.use in self.stamps:
            self.output(msg.use, TIME_OF_DAY, msg.stamp > self.stamps[msg.use])
            self.output(msg.use, LOGICAL, msg.edits > self.edits[msg.use])
        self.stamps[msg.use], self.edits[msg.use] = msg.stamp, msg.edits


# A's time of day is set back and forth while A measures; A restarts; B's clock is 30 ms behind.
RUN = Run(Office, 2, network=Network(latency=constant(5)), title="Three clocks, five uses", duration=760, script=[
    at(0, clock("B", offset=-30)),
    at(101, request("A", Begin("scheduling"))), at(120, clock("A", step=-200)),
    at(151, request("A", End("scheduling"))),
    at(201, request("A", Begin("retry"))), at(240, clock("A", step=200)), at(301, request("A", End("retry"))),
    at(400, crash("A")), at(420, recover("A")), at(521, request("A", Look(500))),
    at(600, request("A", Edit("file"))), at(620, request("B", Edit("file"))),
    at(700, request("A", Edit("update"))), at(720, request("B", Edit("update")))])

TRUTH = {"scheduling": 50, "retry": 100, "certificate": False, "file": True, "update": True}
KIND = {MONOTONIC: "span", TIME_OF_DAY: "date", LOGICAL: "cause"}
WORDS = {"scheduling": "how long a process has been running, so that another one gets its turn",
         "retry": "when to resend a request that was not answered",
         "certificate": "whether another company's certificate is still valid",
         "file": "which of two versions of a file, on two machines, was made from the other",
         "update": "whether two updates of a row, on two machines, knew of each other"}
WHY = {MONOTONIC: "The time-of-day clock was set during the measurement; a time span needs a clock that is never set.",
       TIME_OF_DAY: "The node restarted, and a clock that counts from the start cannot read a date that others wrote.",
       LOGICAL: "B's clock is behind: its edit looks older than the one it was made from. The logical clock is right."}




def right_clock(trace: Trace, use: str) -> str:
    """The clock that told the truth."""
    return next(output.values[0] for output in trace.outputs(use) if output.values[1] == TRUTH[use])


def look(use: str) -> Callable[[Trace], int]:
    """The step at which the clocks disagree."""
    return lambda trace: trace.outputs(use)[-1].step


def which(use: str, *wrong: str) -> Question:
    """Which clock serves this use?"""
    return Question(WORDS[use], lambda trace: right_clock(trace, use), look(use),
                    lambda trace: WHY[right_clock(trace, use)], wrong, (MONOTONIC, TIME_OF_DAY, LOGICAL))


def what(use: str, *wrong: str) -> Question:
    """What does this use ask of a clock?"""
    return Question(f"about a span, a date or a cause: {use}", lambda trace: KIND[right_clock(trace, use)],
                    look(use), lambda trace: WHY[right_clock(trace, use)], wrong, tuple(KIND.values()))


EXERCISES = (
    predict(
        {"scheduling": which("scheduling", TIME_OF_DAY), "retry": which("retry", TIME_OF_DAY),
         "certificate": which("certificate", MONOTONIC), "file": which("file", TIME_OF_DAY),
         "update": which("update", MONOTONIC), "scheduling is a": what("scheduling"), "retry is a": what("retry"),
         "certificate is a": what("certificate", "span"), "file is a": what("file"), "update is a": what("update")},
        number="3.4", title="Which clock?", run=RUN,
        task="Which clock fits which use: 'monotonic', 'time of day' or 'logical'? And what is the question about: a "
             "'span' of time on one machine, a 'date' that others agree on, or a 'cause' (which event knew of which)? "
             "The run tries every clock for every use.",
        hints=("Which of the clocks can be set while it is read?", "Which of them means something on another machine?",
               "If one edit knew of the other, its logical clock has counted it."),
        right={"scheduling": MONOTONIC, "retry": MONOTONIC, "certificate": TIME_OF_DAY, "file": LOGICAL,
               "update": LOGICAL, "scheduling is a": "span", "retry is a": "span", "certificate is a": "date",
               "file is a": "cause", "update is a": "cause"}),
)
