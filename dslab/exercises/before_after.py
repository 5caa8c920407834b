"""Small tasks of chapter 3: before, after or concurrent; moments that were possible; stamps that lie."""

from collections.abc import Callable, Mapping
from typing import Any

from dslab.experiments.consistent_cuts import AFTER, BEFORE, chain, crossing, relation, total_orders
from dslab.grader.exercise import Predict
from dslab.protocols.physical_timestamps import DEMOS, MOON, NO
from dslab.run import Run
from dslab.simulator.simulate import simulate
from dslab.trace import Trace

WORDS = {BEFORE: "before", AFTER: "after"}


def how(trace: Trace, one: str, other: str) -> str:
    """Before, after or concurrent, as a word."""
    return WORDS.get(relation(trace, one, other), "concurrent")


def why(trace: Trace, one: str, other: str) -> str:
    """The chain of steps and messages, or that there is none."""
    links = chain(trace, one, other) or chain(trace, other, one)
    if not links:
        return "No chain of steps and messages leads from the one to the other, in either direction."
    return "Follow the chain " + " → ".join([links[0][0], *(end for _, _, end in links)]) + "."


def pairs(number: str, title: str, run: Run, asked: str, wrong: Mapping[str, str]) -> Predict:
    """How do the events of these pairs lie to each other?"""
    couples = [tuple(couple.split("-")) for couple in asked.split()]

    def each(value: Callable[[Trace, str, str], Any]) -> Callable[[Trace], dict[str, Any]]:
        return lambda trace: {f"{one}, {other}": value(trace, one, other) for one, other in couples}

    def later(trace: Trace, one: str, other: str) -> int:
        return max(output.step for output in trace.outputs("event") if output.values[0] in (one, other))

    return Predict(
        number=number, title=title, run=run, answer=each(how), look=each(later), why=each(why),
        task="Is the first event of each pair 'before' the second, 'after' it, or are they 'concurrent'?",
        questions={f"{one}, {other}": f"{one} and {other}" for one, other in couples},
        right=(each(how)(simulate(run)),),
        wrong=tuple(({pair: value}, pair.replace(", ", " and ")) for pair, value in wrong.items()))


# ---- cuts and orders -------------------------------------------------------------------------------------------------

CUTS = {"1 1 0": {"A": 1, "B": 1, "C": 0}, "2 1 1": {"A": 2, "B": 1, "C": 1}, "0 0 1": {"A": 0, "B": 0, "C": 1},
        "2 1 2": {"A": 2, "B": 1, "C": 2}}


def cuts(trace: Trace) -> dict[str, Any]:
    """Which cuts could have been a moment, and how many orders there are."""
    return {name: not crossing(trace, cut) for name, cut in CUTS.items()} | {"orders": len(total_orders(trace))}


def cuts_why(trace: Trace) -> dict[str, str]:
    """The message that crosses a cut backwards, if one does."""
    found = {}
    for name, cut in CUTS.items():
        wrong = crossing(trace, cut)
        found[name] = (f"{wrong[0][1]} is in it, and {wrong[0][0]}, where that message was sent, is not."
                       if wrong else "Every message that is received in it was also sent in it.")
    return found | {"orders": "a b c d are a chain, f comes after all: only e can move."}


CUT = Predict(
    number="3.2c", title="Moments and orders", run=DEMOS["riddle"],
    task="A cut says how many events of A, B and C lie before it. Could it have been a moment of the system?",
    questions={name: f"{', '.join(f'{count} of {node}' for node, count in cut.items())} (True or False)"
               for name, cut in CUTS.items()}
    | {"orders": "how many total orders of all six events put each cause before its effects"},
    answer=cuts, why=cuts_why, look=lambda trace: dict.fromkeys((*CUTS, "orders"), len(trace) - 1),
    right=({"1 1 0": False, "2 1 1": True, "0 0 1": True, "2 1 2": False, "orders": 5},),
    wrong=(({"1 1 0": True}, "1 of A, 1 of B, 0 of C"), ({"2 1 2": True}, "2 of A, 1 of B, 2 of C"),
           ({"orders": 720}, "how many total orders"), ({"0 0 1": False}, "0 of A, 0 of B, 1 of C")))


# ---- the moon and the cheese -----------------------------------------------------------------------------------------

def moon(trace: Trace) -> dict[str, Any]:
    """What C reads, and the stamps."""
    said = {output.values[0]: output.values[1] for output in trace.outputs("said")}
    reads = [output for output in trace.outputs("reads") if output.node == "C"]
    return {"first": "answer" if reads[-1].values[0][0] == NO else "question",
            "by": round(said[MOON] - said[NO])}


LIES = Predict(
    number="3.2d", title="The moon and the cheese", run=DEMOS["a clock ahead"],
    task="A's clock is 3 ms ahead of B's. A's message reaches B, who answers at once, after 2 ms. C sorts by stamps.",
    questions={"first": "what C reads first when it has both: 'question' or 'answer'",
               "by": "the stamp of the question minus that of the answer, in ms"},
    answer=moon, look=lambda trace: {"first": len(trace) - 1, "by": trace.outputs("said")[-1].step},
    why=lambda trace: {"first": "C goes by the stamps, and the answer's is smaller.",
                       "by": "The question is stamped 3 ms too late; the answer is given 2 ms after it."},
    right=({"first": "answer", "by": 1},),
    wrong=(({"first": "question"}, "what C reads first"), ({"by": -2}, "the stamp of the question"),
           ({"first": "answer", "by": 5}, "the stamp of the question")))

EXERCISES = (
    pairs("3.2a", "Six events", DEMOS["riddle"], "a-f e-d e-f c-b e-a",
          {"e, d": "after", "a, f": "concurrent", "c, b": "before"}),
    pairs("3.2b", "Lamport's figure 1", DEMOS["figure 1"], "p1-r4 p3-q3 q1-p3 q7-p4 r1-q6",
          {"p3, q3": "before", "p1, r4": "concurrent", "r1, q6": "before"}),
    CUT,
    LIES,
)
