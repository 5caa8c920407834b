"""Small tasks of chapter 6: what an operation of ABD costs, two reads to invert, which compare-and-set succeeds."""

from dslab.checkers.linearizability import linearizable
from dslab.checkers.specs import REGISTER
from dslab.grader.exercise import BreakIt
from dslab.grader.questions import YES_OR_NO, Question, end, predict
from dslab.network import Network, Settings, constant
from dslab.protocols.abd import ABD, MajorityRegister, ManyWriters, Sparing
from dslab.protocols.compare_and_set import Cas, OrderedRegister, register
from dslab.protocols.quorums import Read, Write, replicated
from dslab.script import at, crash, delay, drop
from dslab.trace import Trace


def messages(why: str, wrong: tuple[int, ...]) -> Question:
    """The messages of the last operation, to and from its client."""
    def count(trace: Trace) -> int:
        client = trace.operations[-1].node
        return sum(client in (one.src, one.dst) for one in trace.messages)

    return Question("how many messages it takes in all", count, end, why, wrong)


def duration(why: str, wrong: tuple[int, ...]) -> Question:
    """How long the last operation takes, in ms."""
    def measure(trace: Trace) -> int:
        last = trace.operations[-1]
        return round((last.returned_at or 0) - last.invoked_at)

    return Question("how many ms it takes", measure, lambda trace: trace.operations[-1].returned or end(trace), why,
                    wrong)


def succeeded(client: str, why: str) -> Question:
    """Whether a client's compare-and-set succeeded."""
    def told(trace: Trace) -> bool:
        return next(one.result for one in trace.operations if one.client == client)

    def look(trace: Trace) -> int:
        return next(one.returned for one in trace.operations if one.client == client and one.returned is not None)

    return Question(f"is {client} told that it succeeded", told, look, why, (), YES_OR_NO)


LINKS: dict[tuple[str, str], Settings] = {("B", "A"): {"latency": constant(30)}}
INVERSION = replicated(MajorityRegister, ("alice", Write("v1")), ("bob", Read()), ("carol", Read()), gap=45,
                       duration=400, title="alice writes; bob reads, then carol")

EXERCISES = (
    predict({
        "messages": messages("Two phases. Each asks all six replicas, and the four that are up answer: 2 × (6 + 4).",
                             (24, 16, 10)),
        "ms": duration("Two round trips of 20 ms.", (20,))},
        number="6.3a", title="A read, with two of six down",
        run=replicated(ABD, ("alice", Write("v1")), ("bob", Read()), replicas="ABCDEF", gap=100, duration=400,
                       events=[at(50, crash("E")), at(50, crash("F"))], title="ABD: two of six replicas are down"),
        task="Six replicas, of which two have crashed; each message takes 10 ms. bob reads from an ABD register, whose "
             "reads always write back. Count what is sent, also what nobody receives.",
        right={"messages": 20, "ms": 40}),
    predict({
        "messages": messages("It asks seven, and seven answer. Of the first four, A, B, C and D, three store v1: it "
                             "writes back to the other four, which all answer. 7 + 7 + 4 + 4.", (28, 16, 14)),
        "ms": duration("A write-back was necessary: two round trips of 20 ms.", (20,))},
        number="6.3b", title="A read that spares what it can",
        run=replicated(Sparing, ("alice", Write("v1")), ("bob", Read()), replicas="ABCDEFG", gap=100, duration=400,
                       events=[at(0, drop(f"alice->{replica}#1")) for replica in "DEFG"],
                       title="ABD: three of seven replicas store v1"),
        task="Seven replicas; each message takes 10 ms. alice's write has reached A, B and C, and no other; her "
             "messages to the rest are lost. bob reads. The answers come in the order A, B, C, D, E, F, G, and what is "
             "known to store the newest pair is not sent it again.",
        right={"messages": 22, "ms": 40}),
    predict({
        "messages": messages("Two phases with eight replicas, of which seven answer: 2 × (8 + 7), with the answers "
                             "that come too late.", (15, 32, 28)),
        "ms": duration("A first round trip for the timestamp, a second one to store: 2 × 20 ms.", (20,))},
        number="6.3c", title="A write, with several writers",
        run=replicated(ManyWriters, ("alice", Write("v1")), replicas="ABCDEFGH", duration=400,
                       events=[at(5, crash("H"))], title="ABD: a write to eight replicas"),
        task="Eight replicas, of which one has crashed; each message takes 10 ms. alice writes to a register that has "
             "several writers. Count what is sent, also what nobody receives.",
        right={"messages": 30, "ms": 40}),
    BreakIt(
        number="6.3d", title="New, then old", run=INVERSION, mended=ABD,
        promise=linearizable(REGISTER.starting("v0")), allowed={"delay": 3},
        task="Clients take the answers of a majority, and write nothing back. Make bob read v1, and carol, who begins "
             "when he is done, v0. ABD must survive the same script.",
        hints=("alice's write must be under way: it reaches one replica, and the others late.",
               "bob must hear of that replica, and carol of the other two: whose answers come first?",
               'A delay names a message by its link and its number: at(0, delay("alice->B#1", by=200)).'),
        right=(tuple(at(0, delay(name, by=200)) for name in ("alice->B#1", "alice->C#1", "carol->A#1")),
               tuple(at(0, delay(name, by=250)) for name in ("alice->A#1", "alice->C#1", "carol->B#1"))),
        wrong=((tuple(at(0, delay(name, by=200)) for name in ("alice->B#1", "alice->C#1")), "the promise holds"),
               (tuple(at(0, delay(name, by=200)) for name in ("alice->A#1", "alice->B#1", "alice->C#1")),
                "the promise holds"),
               ((at(0, drop("alice->B#1")),), "this exercise allows"))),
    predict({
        "alice": succeeded("alice", "Her request is third in the order: the register holds 2 by then."),
        "bob": succeeded("bob", "His request is first in the order, and the register holds 0."),
        "carol": succeeded("carol", "Her request is second in the order, when bob's has set 1."),
        "value": Question("what the register holds in the end", lambda trace: trace.state_at(-1)["C"]["value"], end,
                          "bob sets 1, carol replaces it by 2, and alice finds no 0.", (3, 1))},
        number="6.4a", title="Three that compare and set",
        run=register(OrderedRegister, (10, "B", Cas(0, 3), "alice"), (12, "A", Cas(0, 1), "bob"),
                     (15, "C", Cas(1, 2), "carol"), network=Network(latency=constant(10), links=LINKS),
                     title="Three clients compare and set"),
        task="Replicas A, B and C execute what a total order broadcast delivers; A assigns the positions. A message "
             "from B to A takes 30 ms, each other one 10 ms. The register holds 0. At 10 ms alice asks B for cas 0, 3; "
             "at 12 ms bob asks A for cas 0, 1; at 15 ms carol asks C for cas 1, 2.",
        right={"alice": False, "bob": True, "carol": True, "value": 2}),
)
