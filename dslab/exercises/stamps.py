"""Small tasks of chapter 4: stamps to fill in beside their events, and questions to answer before a run is played."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from dslab.exercises.before_after import FOUR
from dslab.exercises.lamport_clock import in_line
from dslab.grader.exercise import FillIn, Predict
from dslab.grader.questions import YES_OR_NO, Question, predict
from dslab.network import Network, constant
from dslab.node import Node
from dslab.protocols.broadcast import Answer, Broadcast
from dslab.protocols.causal_broadcast import Causal, Fifo
from dslab.protocols.logical_clocks import (
    LamportClock,
    VectorClock,
    compare,
    drawing,
    events,
    happened_before,
)
from dslab.run import Run
from dslab.script import at, delay, request
from dslab.simulator.simulate import simulate
from dslab.trace import Trace

RELATION = {"<": "before", ">": "after", "||": "concurrent"}


def reasons(trace: Trace) -> dict[str, str]:
    """Why each event has its stamp, without saying what it is."""
    found = {}
    for event, before in in_line(events(trace)):
        if event.cause:
            found[event.name] = (f"It receives the message that {event.cause} sent"
                                 + (f", after {before.name} on {event.node}" if before else "")
                                 + ": take the maximum, then add one.")
        else:
            found[event.name] = f"It comes after {before.name} on {event.node}: add one." if before else (
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
                return f"There is a path from {first} to {second}, along the lifelines and the arrows."
        return "No path leads from one to the other, in either direction, whatever the clocks said."

    return Question(f"{one} and {other}", lambda trace: RELATION[compare(stamp(trace, one), stamp(trace, other))],
                    lambda trace: later(trace, one, other), why, wrong, tuple(RELATION.values()))


# ---- who delivers what when ------------------------------------------------------------------------------------------

def two_questions(protocol: type[Node]) -> Run:
    """Dan asks twice, Eve answers the second question, and Fay receives the three messages in the opposite order."""
    return Run(protocol, ("Dan", "Eve", "Fay"), network=Network(latency=constant(10)), script=[
        *(at(0, delay(f"{src}->Fay#{number}", by=ms)) for src in ("Dan", "Eve") for number, ms in ((1, 90), (2, 60))),
        at(0, request("Eve", Answer("At one?", "Yes."))),
        at(10, request("Dan", Broadcast("Lunch?"))),
        at(15, request("Dan", Broadcast("At one?"))),
    ], title=f"{protocol.__name__}: the answer comes first, the first question last")


def payloads(trace: Trace, kind: str) -> list[tuple[str, int]]:
    """What Fay delivers, or receives for the first time, in order, each with its step."""
    if kind == "deliver":
        return [(output.values[2], output.step) for output in trace.outputs("deliver") if output.node == "Fay"]
    first: dict[str, int] = {}
    for step in trace.steps:
        if step.node == "Fay" and step.kind == "receive":
            first.setdefault(step.message.payload.payload, step.index)
    return list(first.items())


def arrival(trace: Trace, payload: str) -> int:
    """The step at which Fay receives it."""
    return dict(payloads(trace, "receive"))[payload]


def delivered_before(trace: Trace, payload: str) -> int:
    """How many messages Fay has delivered when this one arrives."""
    return sum(step < arrival(trace, payload) for _, step in payloads(trace, "deliver"))


def in_order(trace: Trace) -> str:
    """The messages as Fay delivers them."""
    return " ".join(payload for payload, _ in payloads(trace, "deliver"))


def fay(number: str, protocol: type[Node], title: str, *, why: str, right: Mapping[str, Any]) -> Predict:
    """What does Fay do with messages that arrive in the opposite order?"""
    wrong = "Yes. At one? Lunch?", "Lunch? At one? Yes." if right["at once"] else "Yes. Lunch? At one?"
    return predict({
        "at once": Question("does she deliver \"Yes.\" as soon as it arrives",
                            lambda trace: dict(payloads(trace, "deliver"))["Yes."] == arrival(trace, "Yes."),
                            lambda trace: arrival(trace, "Yes."), why, (not right["at once"],), YES_OR_NO),
        "before": Question("how many messages she has delivered when \"Lunch?\" arrives",
                           lambda trace: delivered_before(trace, "Lunch?"), lambda trace: arrival(trace, "Lunch?"),
                           why, (1 - right["before"], 2), (0, 1, 2)),
        "order": Question("the order in which she delivers them", in_order, why=why, wrong=wrong,
                          choices=("Lunch? At one? Yes.", "Yes. Lunch? At one?", "Yes. At one? Lunch?")),
    }, number=number, title=f"Two questions, {title}", run=two_questions(protocol), right=right,
        task="Dan asks \"Lunch?\" and then \"At one?\". Eve answers the second with \"Yes.\". Fay receives the answer "
             f"first, then \"At one?\", then \"Lunch?\". What does she do with {title}?")


# A column is a moment, `o>m` a message.
TEN = {"A": "k . l . . m .",
       "B": ". n o . p v .",
       "C": "q t . . . . r"}, "o>m q>p v>r"
NINE = {"A": "g . h . . i .",
        "B": ". j . k . . l",
        "C": "m . . . n o ."}, "g>j m>h k>n o>l"

EXERCISES = (
    fill_in("4.1a", "Lamport stamps of ten events", LamportClock, TEN,
            "Write the Lamport stamps beside the events.", {"p": 2, "r": 3}),
    fill_in("4.1b", "Lamport stamps of four nodes", LamportClock, FOUR,
            "Write the Lamport stamps beside the events.", {"p3": 3, "q3": 4}),
    fill_in("4.2a", "Vectors of nine events", VectorClock, NINE,
            "Write the vectors beside the events; the entries stand for A, B and C.",
            {"j": (0, 1, 0), "n": (1, 2, 1)}),
    predict({"r, n": relation("r", "n"), "t, v": relation("t", "v", "before"), "m, r": relation("m", "r", "before"),
             "q, v": relation("q", "v", "concurrent"), "l, p": relation("l", "p")},
            number="4.2b", title="Before, after or concurrent", run=drawing(VectorClock, *TEN, title="Ten events"),
            task="Did the first event of each pair happen before the second, after it, or are they concurrent?"),
    fay("4.3a", Fifo, "FIFO broadcast", right={"at once": True, "before": 1, "order": "Yes. Lunch? At one?"},
        why="Dan's messages are delivered in the order in which he sent them. FIFO order says nothing about messages"
            " from different senders: nothing holds the answer back."),
    fay("4.3b", Causal, "causal broadcast", right={"at once": False, "before": 0, "order": "Lunch? At one? Yes."},
        why="The answer says that it depends on two messages from Dan: it waits until Fay has delivered both."),
)
