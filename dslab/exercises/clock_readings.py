"""Small tasks of chapter 3: readings of clocks, and what they say."""

from collections.abc import Callable, Mapping
from typing import Any

from dslab.grader.exercise import Predict
from dslab.protocols.clock_sync import DEMOS, ahead, asking, really_ahead, round_trip
from dslab.run import Run
from dslab.simulator.simulate import simulate
from dslab.trace import Trace


def four(trace: Trace) -> dict[str, Any]:
    """The way there and back, the estimate, and its error."""
    sample, = trace.state_at(len(trace) - 1)["C"]["samples"]
    truth = really_ahead(trace.outputs("shows"), trace.outputs("estimate")[0], "S")
    return {"delta": round(round_trip(sample)), "theta": round(ahead(sample)), "error": round(ahead(sample) - truth)}


QUESTIONS = {"delta": "δ, how long request and reply were under way together, in ms",
             "theta": "θ, how far ahead the server is by the estimate, in ms",
             "error": "θ minus the true offset, in ms"}
WHY = {"delta": "δ = (t4 − t1) − (t3 − t2).", "theta": "θ = ((t2 − t1) + (t3 − t4)) / 2.",
       "error": "The error is half of what the request took longer than the reply."}


def timestamps(number: str, title: str, run: Run, task: str, wrong: Mapping[str, int]) -> Predict:
    """The four timestamps of a run: what follows from them?"""
    def last(trace: Trace) -> dict[str, int]:
        return dict.fromkeys(QUESTIONS, trace.outputs("estimate")[0].step)

    why: Callable[[Trace], Mapping[str, str]] = lambda trace: WHY           # noqa: E731
    return Predict(number=number, title=title, run=run, task=task, questions=QUESTIONS, answer=four, look=last, why=why,
                   right=(four(simulate(run)),),
                   wrong=tuple(({name: value}, QUESTIONS[name]) for name, value in wrong.items()))


def adjusted(trace: Trace) -> dict[str, Any]:
    """What became of each clock."""
    return {"does": trace.outputs("adjust")[0].values[0]}


def setting(number: str, title: str, run: Run, task: str, why: str, wrong: str) -> Predict:
    """What does the client do about its clock?"""
    words = "what the client does: 'slew', 'step' or 'panic'"
    return Predict(number=number, title=title, run=run, task=task, questions={"does": words}, answer=adjusted,
                   look=lambda trace: {"does": trace.outputs("adjust")[0].step}, why=lambda trace: {"does": why},
                   right=(adjusted(simulate(run)),), wrong=(({"does": wrong}, words),))


EXERCISES = (
    timestamps("3.1a", "Four timestamps", DEMOS["four timestamps"],
               "The readings are t1 = 100, t2 = 165, t3 = 170 and t4 = 125 ms. The server is really 50 ms ahead.",
               {"delta": 25, "theta": 45, "error": 0}),
    timestamps("3.1b", "Behind, and slow to answer", asking(offset=-30, there=4, back=12, busy=20,
               title="Four timestamps: a server that is 30 ms behind"),
               "The request takes 4 ms, the server works for 20 ms, the reply takes 12 ms, and the server is 30 ms "
               "behind. The client sends at 100 ms by its clock: work the four timestamps out first.",
               {"delta": 36, "theta": -26, "error": 4}),
    setting("3.1c", "1000.1 seconds", DEMOS["panic"], "A clock is 1000.1 s behind. The limits are 125 ms and 1000 s.",
            "What is wrong by more than 1000 s is not believed: it is left to people.", "step"),
)
