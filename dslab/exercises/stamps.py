"""Small tasks of chapter 4: stamps to fill in beside their events, and questions to answer before a run is played."""

from collections.abc import Mapping
from typing import Any

from dslab.grader.exercise import FillIn, Predict
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
from dslab.trace import Trace

RELATION = {"<": "before", ">": "after", "||": "concurrent"}


def stamps(trace: Trace) -> dict[str, Any]:
    """The stamp of each event."""
    return {event.name: event.stamp for event in events(trace)}


def steps(trace: Trace) -> dict[str, int]:
    """The step of each event."""
    return {output.values[0]: output.step for output in trace.outputs("event")}


def reasons(trace: Trace) -> dict[str, str]:
    """Why each event has its stamp, without saying what it is."""
    latest: dict[str, str] = {}
    found = {}
    for event in events(trace):
        before = latest.get(event.node)
        if event.cause:
            found[event.name] = (f"It is the receipt of what {event.cause} sent"
                                 + (f", after {before} on {event.node}" if before else "")
                                 + ": first the maximum, then one more.")
        else:
            found[event.name] = f"It comes after {before} on {event.node}: one more." if before else (
                f"It is the first event on {event.node}, and no message has come: the counter was at 0.")
        latest[event.node] = event.name
    return found


def fill_in(number: str, title: str, clock: type, fixture: tuple, task: str, mistake: Mapping[str, Any]) -> FillIn:
    """A diagram whose stamps are to be filled in."""
    names = [event.name for event in events(drawing_trace(clock, fixture))]
    return FillIn(number=number, title=title, task=task, run=drawing(clock, *fixture, title=title),
                  questions={name: f"the stamp of {name}" for name in names},
                  answer=stamps, look=steps, why=reasons,
                  right=(stamps(drawing_trace(clock, fixture)),),
                  wrong=tuple((stamps(drawing_trace(clock, fixture)) | {name: value}, f"the stamp of {name}")
                              for name, value in mistake.items()))


def drawing_trace(clock: type, fixture: tuple) -> Trace:
    """The trace of a drawing."""
    from dslab.simulator.simulate import simulate

    return simulate(drawing(clock, *fixture))


# ---- before, after, or neither? --------------------------------------------------------------------------------------

PAIRS = (("a", "f"), ("c", "g"), ("e", "d"), ("f", "b"), ("e", "g"))


def relations(trace: Trace) -> dict[str, str]:
    """How the events of each pair lie to each other, by their vectors."""
    stamp = stamps(trace)
    return {f"{one}, {other}": RELATION[compare(stamp[one], stamp[other])] for one, other in PAIRS}


def relation_steps(trace: Trace) -> dict[str, int]:
    """The later step of each pair."""
    step = steps(trace)
    return {f"{one}, {other}": max(step[one], step[other]) for one, other in PAIRS}


def relation_reasons(trace: Trace) -> dict[str, str]:
    """Why, for each pair."""
    past = happened_before(events(trace))

    def why(one: str, other: str) -> str:
        for first, second in ((one, other), (other, one)):
            if first in past[second]:
                return f"There is a way from {first} to {second}, along the life lines and the arrows."
        return "No way leads from the one to the other, in either direction, whatever the clock on the wall said."

    return {f"{one}, {other}": why(one, other) for one, other in PAIRS}


# ---- who delivers what when ------------------------------------------------------------------------------------------

def carols_order(trace: Trace) -> dict[str, Any]:
    """What Carol delivers first, and what she does with the answer when it arrives."""
    got = [output.values[2] for output in trace.outputs("deliver") if output.node == "Carol"]
    return {"first": got[0], "at once": got[0] == "Yes."}


def carols_steps(trace: Trace) -> dict[str, int]:
    """The step at which Carol receives the answer."""
    step = next(step.index for step in trace.steps if step.node == "Carol" and step.kind == "receive")
    return {"first": step, "at once": step}


CAROL = {"first": "the message that Carol delivers first ('Tea?' or 'Yes.')",
         "at once": "does she deliver the answer as soon as it arrives (True or False)"}


def carol(number: str, protocol: type, why: str) -> Predict:
    """What happens when the answer arrives before the question?"""
    name = "FIFO broadcast" if protocol is Fifo else "causal broadcast"
    right = {"first": "Yes.", "at once": True} if protocol is Fifo else {"first": "Tea?", "at once": False}
    return Predict(number=number, title=f"The early answer, {name}", run=early_answer(protocol), questions=CAROL,
                   task="Alice asks \"Tea?\", Bob answers \"Yes.\", and the answer reaches Carol first. "
                        f"What does she do with {name}?",
                   answer=carols_order, look=carols_steps, why=lambda trace: dict.fromkeys(CAROL, why),
                   right=(right,), wrong=(({**right, "at once": not right["at once"]}, "as soon as it arrives"),
                                          ({**right, "first": "No."}, "delivers first")))


EXERCISES = (
    fill_in("4.1a", "Lamport stamps of three nodes", LamportClock, EXAMPLE,
            "Write the Lamport stamps beside the events.", {"c": 1, "f": 2}),
    fill_in("4.1b", "Lamport's figure 1", LamportClock, FIGURE_1,
            "Write the Lamport stamps into the first figure of Lamport's paper.", {"q7": 5, "r4": 3}),
    fill_in("4.2a", "Vectors of three nodes", VectorClock, EXAMPLE,
            "Write the vectors beside the events; the entries stand for A, B and C.", {"c": (0, 1, 0), "f": (2, 2, 1)}),
    Predict(number="4.2b", title="Before, after or concurrent", run=drawing(VectorClock, *EXAMPLE),
            task="How does the first event of each pair lie to the second: before, after or concurrent?",
            questions={f"{one}, {other}": f"{one} and {other}" for one, other in PAIRS},
            answer=relations, look=relation_steps, why=relation_reasons,
            right=(relations(drawing_trace(VectorClock, EXAMPLE)),),
            wrong=(({"a, f": "concurrent"}, "a and f"), ({"c, g": "before"}, "c and g"))),
    carol("4.3a", Fifo, "FIFO order says nothing about messages of different senders: nothing holds the answer back."),
    carol("4.3b", Causal, "The answer carries that it depends on a message of Alice, which Carol has not delivered."),
)
