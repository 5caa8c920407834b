"""Small tasks of chapter 3: before, after or concurrent; moments that were possible; stamps that lie."""


from collections.abc import Callable, Mapping
from typing import Any

from dslab.experiments.consistent_cuts import AFTER, BEFORE, chain, crossing, relation, total_orders
from dslab.grader.exercise import Predict
from dslab.grader.questions import YES_OR_NO, Question, predict
from dslab.protocols.logical_clocks import drawing
from dslab.protocols.physical_timestamps import MOON, NO, WallClock, moon
from dslab.run import Run
from dslab.trace import Trace

WORDS = {BEFORE: "before", AFTER: "after"}


def how(trace: Trace, one: str, other: str) -> str:
    """Before, after or concurrent, as a word."""
    return WORDS.get(relation(trace, one, other), "concurrent")


def why(trace: Trace, one: str, other: str) -> str:
    """The chain of steps and messages, or that there is none."""
    links = chain(trace, one, other) or chain(trace, other, one)
    if not links:
        return "No chain of steps and messages leads from one to the other, in either direction."
    return "Follow the chain " + " → ".join([links[0][0], *(end for _, _, end in links)]) + "."


def later(trace: Trace, one: str, other: str) -> int:
    """The step of the later event."""
    return max(output.step for output in trace.outputs("event") if output.values[0] in (one, other))


def pairs(number: str, title: str, run: Run, asked: str, wrong: Mapping[str, str]) -> Predict:
    """How are the events of these pairs related? wrong: pair -> a common wrong answer."""
    def of(read: Callable[[Trace, str, str], Any], pair: str) -> Callable[[Trace], Any]:
        one, other = pair.split("-")
        return lambda trace: read(trace, one, other)

    return predict({
        pair.replace("-", ", "): Question(pair.replace("-", " and "), of(how, pair), of(later, pair), of(why, pair),
                                          (wrong[pair],) if pair in wrong else (), ("before", "after", "concurrent"))
        for pair in asked.split()
    }, number=number, title=title, run=run,
        task="Did the first event of each pair happen 'before' the second or 'after' it, or are they 'concurrent'?")


# ---- cuts and orders -------------------------------------------------------------------------------------------------

def cut_question(counts: str, *wrong: bool) -> Question:
    """Is the cut with these numbers of events of A, B and C consistent: could it have been a moment?"""
    cut = dict(zip("ABC", map(int, counts.split()), strict=True))

    def reason(trace: Trace) -> str:
        """The message that crosses the cut backwards, if one does."""
        backwards = crossing(trace, cut)
        return (f"{backwards[0][1]} is in it, but {backwards[0][0]}, where that message was sent, is not."
                if backwards else "Every message that is received in it was also sent in it.")

    words = ", ".join(f"{count} of {node}" for node, count in cut.items())
    return Question(words, lambda trace: not crossing(trace, cut), why=reason, wrong=wrong, choices=YES_OR_NO)


CUTS = {counts: cut_question(counts, *wrong)
        for counts, *wrong in (("1 1 0", False), ("0 1 0", True), ("2 2 1", False), ("1 1 2",))}
ORDERS = Question("how many total orders of all six events put each cause before its effects",
                  lambda trace: len(total_orders(trace)), wrong=(720, 16),
                  why="u w x z form a chain. v has four places after u, and y has four before z; in the three places"
                      " that are open to both, either may come first.")


# ---- the moon and the cheese -----------------------------------------------------------------------------------------

def first_read(trace: Trace) -> str:
    """What C reads first, when it has both."""
    reads = [output for output in trace.outputs("reads") if output.node == "C"]
    return "answer" if reads[-1].values[0][0] == NO else "question"


def lie(trace: Trace) -> int:
    """By how much the timestamp of the question exceeds that of the answer, in ms."""
    said = {output.values[0]: output.values[1] for output in trace.outputs("said")}
    return round(said[MOON] - said[NO])


SIX = drawing(WallClock, {"A": "u . . v .", "B": ". w x . .", "C": "y . . . z"}, "u>w x>z",
              title="Six other events, two messages")

# A column is a moment, `p1>q1` a message.
FOUR = {"P": "p1 p2 .  .  p3 .  p4",
        "Q": ".  q1 q2 .  .  q3 . ",
        "R": "r1 .  .  r2 .  r3 . ",
        "S": ".  s1 .  s2 s3 .  s4"}, "p1>q1 r1>s1 q2>r2 s2>p3 s3>q3 r3>p4"

EXERCISES = (
    pairs("3.2a", "Six events", SIX, "u-z v-x y-x z-u v-w",
          {"y-x": "before", "u-z": "concurrent", "z-u": "before"}),
    pairs("3.2b", "Fourteen events", drawing(WallClock, *FOUR, title="Four nodes, six messages"),
          "p1-r3 p2-s3 r1-p3 q3-s1 q2-p3", {"p1-r3": "concurrent", "q3-s1": "before", "q2-p3": "before"}),
    predict(CUTS | {"orders": ORDERS}, number="3.2c", title="Moments and orders", run=SIX,
            task="A cut is given by how many events of A, B and C come before it. Is it consistent: could it have "
                 "been a moment in time?",
            right={"1 1 0": True, "0 1 0": False, "2 2 1": True, "1 1 2": False, "orders": 19}),
    predict({
        "first": Question("what C reads first once it has both", first_read, choices=("question", "answer"),
                          why="C goes by the stamps, and the answer's is smaller.", wrong=("question",)),
        "by": Question("the stamp of the question minus that of the answer, in ms", lie,
                       lambda trace: trace.outputs("said")[-1].step,
                       "The question is stamped 9 ms too late; the answer follows 4 ms after it.", (-4, 13)),
    }, number="3.2d", title="The moon and the cheese",
        run=moon(ahead=9, latency=4, title="The moon and the cheese: A's clock is 9 ms ahead"),
        task="A's clock is 9 ms ahead of B's. A's message reaches B after 4 ms, and B answers at once. C sorts by the "
             "stamps.",
        right={"first": "answer", "by": 5}),
)
