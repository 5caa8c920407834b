"""Small tasks of chapter 4: stamps to fill in beside their events, and questions to answer before a run is played."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from dslab.exercises.lamport_clock import in_line
from dslab.grader.exercise import FillIn, Predict
from dslab.grader.questions import YES_OR_NO, Question, predict
from dslab.protocols.causal_broadcast import Causal, Fifo, early_answer
from dslab.protocols.logical_clocks import (
    EXAMPLE,
    FIGURE_1,
    LamportClock,
    VectorClock,
    compare,
    drawing,
    events,
    happened_before,
)
from dslab.simulator.simulate import simulate
from dslab.trace import Trace

RELATION = {"<": "before", ">": "after", "||": "concurrent"}


def reasons(trace: Trace) -> dict[str, str]:
    """Why each event has its stamp, without saying what it is."""
    found = {}
    for event, before in in_line(events(trace)):
        if event.cause:
            found[event.name] = (f"It is the receipt of what {event.cause} sent"
                                 + (f", after {before.name} on {event.node}" if before else "")
                                 + ": first the maximum, then one more.")
        else:
            found[event.name] = f"It comes after {before.name} on {event.node}: one more." if before else (
                f"It is the first event on {event.node}, and no message has arrived: the counter was at 0.")
    return found


def stamp(trace: Trace, name: str) -> Any:
    """The stamp of an event."""
    return next(event.stamp for event in events(trace) if event.name == name)


def later(trace: Trace, *names: str) -> int:
    """The step of the last of these events."""
    return max(output.step for output in trace.outputs("event") if output.values[0] in names)


def stamp_of(name: str, *wrong: Any) -> Question:
    """What is the stamp of this event?"""
    return Question(f"the stamp of {name}", partial(stamp, name=name), lambda trace: later(trace, name),
                    lambda trace: reasons(trace)[name], wrong)


def fill_in(number: str, title: str, clock: type, fixture: tuple, task: str, wrong: Mapping[str, Any]) -> Predict:
    """A diagram whose stamps are to be filled in. wrong: event -> the stamp that it is often given."""
    run = drawing(clock, *fixture, title=title)
    names = [event.name for event in events(simulate(run))]
    return predict({name: stamp_of(name, *([wrong[name]] if name in wrong else [])) for name in names},
                   number=number, title=title, task=task, run=run, form=FillIn)


# ---- before, after, or neither? --------------------------------------------------------------------------------------

def relation(one: str, other: str, *wrong: str) -> Question:
    """How are two events related, by their vectors?"""
    def why(trace: Trace) -> str:
        past = happened_before(events(trace))
        for first, second in ((one, other), (other, one)):
            if first in past[second]:
                return f"There is a path from {first} to {second}, along the life lines and the arrows."
        return "No path leads from one to the other, in either direction, whatever the clock on the wall said."

    return Question(f"{one} and {other}", lambda trace: RELATION[compare(stamp(trace, one), stamp(trace, other))],
                    lambda trace: later(trace, one, other), why, wrong, tuple(RELATION.values()))


# ---- who delivers what when ------------------------------------------------------------------------------------------

def carol(number: str, protocol: type, *, first: str, why: str) -> Predict:
    """What happens when the answer arrives before the question?"""
    def delivers(trace: Trace) -> str:
        return next(output.values[2] for output in trace.outputs("deliver") if output.node == "Carol")

    def look(trace: Trace) -> int:
        return next(step.index for step in trace.steps if step.node == "Carol" and step.kind == "receive")

    name, at_once = "FIFO broadcast" if protocol is Fifo else "causal broadcast", first == "Yes."
    return predict({
        "first": Question("the message that Carol delivers first", delivers, look, why,
                          ("Tea?" if at_once else "Yes.",), ("Tea?", "Yes.")),
        "at once": Question("does she deliver the answer as soon as it arrives",
                            lambda trace: delivers(trace) == "Yes.", look, why, (not at_once,), YES_OR_NO),
    }, number=number, title=f"The early answer, {name}", run=early_answer(protocol),
        task="Alice asks \"Tea?\", Bob answers \"Yes.\", and the answer reaches Carol first. "
             f"What does she do with {name}?",
        right={"first": first, "at once": at_once})


EXERCISES = (
    fill_in("4.1a", "Lamport stamps of three nodes", LamportClock, EXAMPLE,
            "Write the Lamport stamps beside the events.", {"c": 1, "f": 2}),
    fill_in("4.1b", "Lamport's figure 1", LamportClock, FIGURE_1,
            "Write the Lamport stamps into the first figure of Lamport's paper.", {"q7": 5, "r4": 3}),
    fill_in("4.2a", "Vectors of three nodes", VectorClock, EXAMPLE,
            "Write the vectors beside the events; the entries stand for A, B and C.", {"c": (0, 1, 0), "f": (2, 2, 1)}),
    predict({"a, f": relation("a", "f", "concurrent"), "c, g": relation("c", "g", "before"), "e, d": relation("e", "d"),
             "f, b": relation("f", "b"), "e, g": relation("e", "g")},
            number="4.2b", title="Before, after or concurrent", run=drawing(VectorClock, *EXAMPLE),
            task="Did the first event of each pair happen before the second, after it, or are they concurrent?"),
    carol("4.3a", Fifo, first="Yes.",
          why="FIFO order says nothing about messages from different senders: nothing holds the answer back."),
    carol("4.3b", Causal, first="Tea?",
          why="The answer says that it depends on a message from Alice, which Carol has not delivered."),
)
