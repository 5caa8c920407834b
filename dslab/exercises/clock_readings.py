"""Small tasks of chapter 3: readings of clocks, and what they say."""

from dslab.grader.exercise import Predict
from dslab.grader.questions import Question, predict
from dslab.protocols.clock_sync import ahead, asking, really_ahead, round_trip
from dslab.run import Run
from dslab.trace import Trace


def sample(trace: Trace) -> tuple[float, float, float, float]:
    """The four timestamps, in ms."""
    found, = trace.state_at(-1)["C"]["samples"]
    return found


def error(trace: Trace) -> int:
    """The estimated offset minus the true one, in ms."""
    return round(ahead(sample(trace)) - really_ahead(trace.outputs("shows"), trace.outputs("estimate")[0], "S"))


def timestamps(number: str, title: str, run: Run, task: str, *, delta: int, theta: int, error_: int) -> Predict:
    """What follows from the four timestamps of a run; the numbers are common wrong answers."""
    def look(trace: Trace) -> int:
        return trace.outputs("estimate")[0].step

    return predict({
        "delta": Question("δ, the time that request and reply spent on the network, in ms",
                          lambda trace: round(round_trip(sample(trace))), look, "δ = (t4 − t1) − (t3 − t2).", (delta,)),
        "theta": Question("θ, the estimate of how far the server is ahead, in ms",
                          lambda trace: round(ahead(sample(trace))), look,
                          "θ = ((t2 − t1) + (t3 − t4)) / 2.", (theta,)),
        "error": Question("θ minus the true offset, in ms", error, look,
                          "The error is half of the difference between the delays of request and reply.", (error_,)),
    }, number=number, title=title, run=run, task=task)


EXERCISES = (
    timestamps("3.1a", "Four timestamps", asking(offset=20, there=3, back=9,
               title="Four timestamps: a server that is 20 ms ahead"),
               "The readings are t1 = 100, t2 = 123, t3 = 128 and t4 = 117 ms. The server is really 20 ms ahead.",
               delta=17, theta=23, error_=0),
    timestamps("3.1b", "Behind, and slow to answer", asking(offset=-30, there=4, back=12, busy=20,
               title="Four timestamps: a server that is 30 ms behind"),
               "The request takes 4 ms, the server works for 20 ms, the reply takes 12 ms, and the server is 30 ms "
               "behind. The client sends at 100 ms by its own clock: work out the four timestamps first.",
               delta=36, theta=-26, error_=4),
    predict({"does": Question("what the client does",
                              lambda trace: trace.outputs("adjust")[0].values[0],
                              lambda trace: trace.outputs("adjust")[0].step,
                              "90 s is too much to slew, but less than the panic limit.", ("panic",),
                              ("slew", "step", "panic"))},
            number="3.1c", title="A minute and a half", run=asking(offset=90_000, title="A clock that is 90 s behind"),
            task="A clock is 90 s behind. The limits are 125 ms and 1000 s."),
)
