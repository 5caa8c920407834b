"""Exercises 4.3c to 4.3e: be the network, and make a broadcast break its promise."""

from dslab.grader.exercise import BreakIt
from dslab.network import Network, constant
from dslab.protocols.broadcast import AGREEMENT, Answer, BestEffort, Broadcast, EagerReliable
from dslab.protocols.causal_broadcast import CAUSAL_ORDER, FIFO_ORDER, Causal, Fifo
from dslab.run import Run
from dslab.script import at, crash, delay, drop, pause, request, resume

QUIET = Network(latency=constant(10))


def speech(protocol: type) -> Run:
    """A broadcasts two messages, one shortly after the other."""
    return Run(protocol, network=QUIET, title="A broadcasts m1, then m2", script=[
        at(10, request("A", Broadcast("m1"))), at(15, request("A", Broadcast("m2")))])


def conversation(protocol: type) -> Run:
    """Alice asks, and Bob answers as soon as he delivers the question."""
    return Run(protocol, ("Alice", "Bob", "Carol"), network=QUIET, title="Alice asks, Bob answers", script=[
        at(0, request("Bob", Answer("Tea?", "Yes."))), at(10, request("Alice", Broadcast("Tea?")))])


EXERCISES = (
    BreakIt(
        number="4.3c", title="Half a broadcast",
        run=speech(BestEffort).replace(title="Best effort: A broadcasts m1, then m2"),
        mended=EagerReliable, promise=AGREEMENT, allowed={"drop": 1, "crash": 1},
        task="Best-effort broadcast: make one node deliver a message that another node, which is up, never delivers. "
             "Reliable "
             "broadcast must survive the same script.",
        hints=("Who sends the copies? Only the sender.", "One lost copy is enough if nobody relays the message.",
               'A message is named by its link and its number: drop("A->C#1").'),
        right=([at(0, drop("A->C#1"))], [at(0, drop("A->B#1")), at(16, crash("A"))]),
        wrong=(([at(100, crash("A"))], "the promise holds"), ([at(12, crash("B"))], "the promise holds"),
               ([at(0, drop("A->B#1")), at(0, drop("A->C#1"))], "drop is used 2 times"),
               ([at(0, drop("C->A#1"))], "did nothing")),
    ),
    BreakIt(
        number="4.3d", title="The second word first", run=speech(EagerReliable), mended=Fifo, promise=FIFO_ORDER,
        allowed={"delay": 2, "pause": 1, "resume": 1},
        task="Reliable broadcast delivers what arrives: make a node deliver m2 before m1. FIFO broadcast must survive "
             "the same script.",
        hints=("m1 must take longer than m2.", "There are two paths to C: directly from A, and via B.",
               'delay("A->C#1", by=50) holds one copy back; the copy that B relays arrives 10 ms after A\'s.'),
        right=([at(0, delay("A->C#1", by=50))], [at(0, delay("A->B#1", by=30))]),
        wrong=(([at(0, delay("A->C#2", by=50))], "the promise holds"),
               ([at(0, delay("A->C#1", by=2))], "the promise holds"),
               ([at(12, pause("C")), at(50, resume("C"))], "the promise holds"),
               ([at(0, crash("A"))], "crash is used 1 time")),
    ),
    BreakIt(
        number="4.3e", title="The answer before the question", run=conversation(Fifo), mended=Causal,
        promise=CAUSAL_ORDER, allowed={"delay": 2},
        task="FIFO broadcast: make Carol deliver Bob's answer before Alice's question. Causal broadcast must survive "
             "the same script.",
        hints=("The question must reach Carol later than the answer.", "Bob relays the question too, so Carol is "
                                                                       "sent two copies.",
               'Hold back "Alice->Carol#1" and "Bob->Carol#1".'),
        right=([at(0, delay("Alice->Carol#1", by=50)), at(0, delay("Bob->Carol#1", by=50))],
               [at(11, delay("Alice->Carol#1", by=20)), at(20, delay("Bob->Carol#1", by=15))]),
        wrong=(([at(0, delay("Alice->Carol#1", by=50))], "the promise holds"),
               ([at(0, delay("Bob->Carol#2", by=50))], "the promise holds"),
               ([at(0, delay("Alice->Carol#7", by=50))], "did nothing"),
               ([at(0, drop("Alice->Carol#1"))], "drop is used 1 time")),
    ),
)
