"""Small tasks of chapter 6: is a history linearizable, sequentially consistent, causally consistent?"""

from collections.abc import Callable

from dslab.checkers.causal_consistency import causal
from dslab.checkers.consistency import Consistency
from dslab.checkers.linearizability import linearizable
from dslab.checkers.sequential_consistency import sequential
from dslab.checkers.specs import REGISTER, Spec
from dslab.grader.exercise import Predict
from dslab.grader.questions import YES_OR_NO, Question, predict
from dslab.protocols.abd import MajorityRegister
from dslab.protocols.compare_and_set import Get, InOrderOfArrival, Put, register
from dslab.protocols.quorums import Read, Write, replicated
from dslab.run import Run
from dslab.script import at, delay
from dslab.trace import Trace

MODELS: dict[str, Callable[..., Consistency]] = {"linearizable": linearizable, "sequential": sequential,
                                                 "causal": causal}
WORDS = {"linearizable": "is it linearizable", "sequential": "is it sequentially consistent",
         "causal": "is it causally consistent"}


def verdict(model: str, spec: Spec) -> Callable[[Trace], bool]:
    """What the checker says."""
    return lambda trace: bool(MODELS[model](trace, spec))


def last_return(trace: Trace) -> int:
    """The step in which the last operation returned."""
    return max(one.returned for one in trace.operations if one.returned is not None)


def judging(number: str, title: str, run: Run, spec: Spec, task: str, why: tuple[str, str, str],
            right: tuple[bool, bool, bool]) -> Predict:
    """Three questions about one history."""
    return predict(
        {model: Question(WORDS[model], verdict(model, spec), last_return, reason, (not answer,), YES_OR_NO)
         for model, reason, answer in zip(MODELS, why, right, strict=True)},
        number=number, title=title, run=run, task=f"{task} Which models allow this history?",
        right=dict(zip(MODELS, right, strict=True)))


def slow_write(*asked: tuple, slow: tuple[str, ...], title: str) -> Run:
    """alice's write of v1 reaches A at once, B and C late; the messages in `slow` are late, too."""
    return replicated(MajorityRegister, ("alice", Write("v1")), *asked, gap=45, duration=400, title=title,
                      events=[at(0, delay(name, by=250)) for name in ("alice->B#1", "alice->C#1", *slow)])


TWO_WRITES = register(InOrderOfArrival, (10, "B", Put(1), "alice"), (10, "C", Put(2), "bob"), (15, "B", Get(), "dan"),
                      (15, "C", Get(), "eve"), (30, "B", Get(), "dan"), (30, "C", Get(), "eve"),
                      title="Two puts, in order of arrival")
BEGAN_FIRST = replicated(MajorityRegister, ("zoe", Write("z")), ("bob", Write("b")), ("carol", Read()),
                         ("carol", Read()), gap=45, duration=300, title="Who began first",
                         events=[at(0, delay(f"zoe->{replica}#1", by=130)) for replica in "ABC"])

EXERCISES = (
    judging("6.2a", "The same reader, twice",
            slow_write(("bob", Read()), ("bob", Read()), slow=("bob->C#1", "bob->A#2"), title="bob reads twice"),
            REGISTER.starting("v0"),
            "A register holds v0. alice writes v1, from 10 to 280 ms. bob reads v1, from 55 to 75 ms, and then v0, "
            "from 100 to 120 ms.",
            ("bob has read v1, and later v0.", "bob's reads must stay in his order, and v0 comes before v1.",
             "bob has read v1: that write happened before his second read, and nobody writes v0 again."),
            (False, False, False)),
    judging("6.2b", "Two readers, far apart",
            slow_write(("bob", Read()), ("carol", Read()), ("carol", Read()),
                       slow=("bob->C#1", "carol->A#1", "carol->B#2"), title="bob reads, and then carol"),
            REGISTER.starting("v0"),
            "A register holds v0. alice writes v1, from 10 to 280 ms. bob reads v1, from 55 to 75 ms. carol reads v0, "
            "from 100 to 120 ms, and then v1, from 145 to 165 ms.",
            ("carol's first read begins after bob's has returned v1, and returns v0.",
             "carol's first read, alice's write, bob's read, carol's second: each client's order is kept.",
             "Sequential consistency implies it."), (False, True, True)),
    judging("6.2c", "Two writers, two readers", TWO_WRITES, REGISTER.starting(0),
            "A register holds 0. At 10 ms alice puts 1, and bob puts 2. dan gets 1 at 15 ms, and 2 at 30 ms; eve gets "
            "2 at 15 ms, and 1 at 30 ms. Each operation takes no time.",
            ("dan and eve disagree about which put came last.",
             "For dan 1 comes before 2, for eve 2 before 1: no single order does both.",
             "Neither put happened before the other: each client may see them in an order of its own."),
            (False, False, True)),
    judging("6.2d", "Who began first", BEGAN_FIRST, REGISTER.starting("v0"),
            "A register holds v0. zoe writes z, from 10 to 160 ms; bob writes b, from 55 to 75 ms. carol reads b, from "
            "100 to 120 ms, and then z, from 145 to 165 ms.",
            ("The writes overlap: bob's may take effect before zoe's, though hers began first.",
             "Linearizability implies it.", "Linearizability implies it."), (True, True, True)),
)
