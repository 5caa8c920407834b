"""Exercises 2.4a to 2.4c: what silence tells, and how to make a failure detector err."""


from dslab.experiments.detector_quality import suspicions
from dslab.grader.exercise import BreakIt
from dslab.grader.questions import YES_OR_NO, Question, predict
from dslab.network import Network, constant
from dslab.properties import always
from dslab.protocols.failure_detectors import (
    BOUND,
    SILENT_FROM,
    STRONG_ACCURACY,
    TICK,
    EventuallyPerfect,
    FixedTimeout,
    Perfect,
)
from dslab.run import Run
from dslab.script import at, crash, cut, delay, drop, heal, pause, resume, set_link
from dslab.trace import Trace

# ---- four causes of silence ------------------------------------------------------------------------------------------

CAUSES = {"B": "B is down (it crashed)", "C": "C is paused", "D": "all that D sends to A is lost",
          "E": "all that E sends to A is late"}
ASKED, MENDED = 800, 1000                   # ms: when A is asked, and when all but the crash comes to an end
QUIET = Network(latency=constant(10))

FOUR = Run(FixedTimeout, ("A", *CAUSES), network=QUIET, duration=2200, title="Four peers fall silent, for four reasons",
           script=[at(SILENT_FROM, crash("B")), at(SILENT_FROM, pause("C")), at(SILENT_FROM, cut("D", "A")),
                   at(SILENT_FROM, set_link("E", "A", latency=constant(700))),
                   at(MENDED, resume("C")), at(MENDED, heal("D", "A")),
                   at(MENDED, set_link("E", "A", latency=QUIET.default.latency))])


def suspected_by_a(trace: Trace, time: float) -> tuple[str, ...]:
    """Whom A suspects at a moment, in ms."""
    return tuple(sorted(one.subject for one in suspicions(trace)
                        if one.observer == "A" and one.begin <= time < one.end))


def suspected(name: str) -> Question:
    """Does A suspect it, whatever the cause of its silence?"""
    def begins(trace: Trace) -> int:
        return max(one.step for one in suspicions(trace) if (one.observer, one.subject) == ("A", name))

    return Question(f"From {SILENT_FROM} ms on {CAUSES[name]}: does A suspect {name} at {ASKED} ms",
                    lambda trace: name in suspected_by_a(trace, ASKED), begins,
                    "All that A observes is silence, and silence looks the same whatever its cause.", (False,),
                    YES_OR_NO)


IN_THE_END = Question(
    f"at {MENDED} ms every fault but the crash ends: whom does A suspect after that, as a tuple such as "
    '("B", "C")',
    lambda trace: suspected_by_a(trace, trace.steps[-1].time), wrong=(tuple(CAUSES),),
    why="A hears from three of the four again, and trusts them from that moment; only the crash is permanent.")


# ---- be the network --------------------------------------------------------------------------------------------------

LINE = Network(latency=constant(10), fifo=True)


@always
def nobody_makes_the_same_mistake_twice(world):
    """Two suspicions of one living peer; a patient detector would have learned from the first."""
    made = {}
    for output in world.outputs("trust"):
        pair = output.node, output.values[0]
        made[pair] = made.get(pair, 0) + 1
        if made[pair] > 1:
            return f"{pair[0]} has suspected {pair[1]} wrongly twice"


EXERCISES = (
    predict(
        {name: suspected(name) for name in CAUSES} | {"in the end": IN_THE_END},
        number="2.4a", title="Four causes of silence", run=FOUR,
        task=f"Every node sends heartbeats every {TICK} ms, and A suspects a peer that it has not heard from for "
             "more than two ticks. Four peers fall silent, each for a different reason. Whom does A suspect?",
        hints=("What does A see of each of the four?", "Nothing: that is the same for all.",
               "A cannot see the cause. It trusts a peer again as soon as it hears from it."),
        right={**dict.fromkeys(CAUSES, True), "in the end": ("B",)},
    ),
    BreakIt(
        number="2.4b", title="One late message", mended=Perfect, promise=STRONG_ACCURACY,
        allowed={"delay": 1, "drop": 1},
        run=Run(FixedTimeout, 2, network=LINE, title="Two nodes, both alive, and messages that stay in their order"),
        task="The fixed timeout of two ticks: with one event, make a node suspect the other, which is alive. The "
             "perfect "
             f"detector, which knows that no message takes longer than {BOUND} ms, must survive the same script.",
        hints=("A timeout of two ticks is a bet that no gap between two heartbeats is ever that long.",
               "The link keeps messages in order: those behind a late one must wait.",
               'delay("B->A#4", by=110): then nothing arrives for more than 150 ms.'),
        right=([at(0, delay("B->A#4", by=110))], [at(100, delay("A->B#6", by=110))]),
        wrong=(([at(0, drop("B->A#4"))], "the promise holds"), ([at(0, delay("B->A#4", by=20))], "the promise holds"),
               ([at(0, delay("B->A#4", by=900))], "even the right protocol breaks"),
               ([at(0, delay("B->A#4", by=110)), at(0, delay("A->B#4", by=110))], "delay is used 2 times"),
               ([at(320, crash("B"))], "crash is used 1 time")),
    ),
    BreakIt(
        number="2.4c", title="The same mistake twice", mended=EventuallyPerfect, allowed={"delay": 2},
        promise=nobody_makes_the_same_mistake_twice,
        run=Run(FixedTimeout, 2, network=LINE, title="Two nodes, both alive, and a network that you slow down"),
        task="The fixed timeout does not learn. Make a node wrongly suspect the other twice. The eventually "
             "perfect detector must survive the same script: it waits a tick longer after its first mistake.",
        hints=("The same thing twice, with some time in between.", "The second gap must not be longer than the first.",
               'Two delays of 110 ms, of "B->A#4" and of "B->A#10".'),
        right=([at(0, delay("B->A#4", by=110)), at(0, delay("B->A#10", by=110))],
               [at(0, delay("A->B#3", by=110)), at(0, delay("A->B#12", by=120))]),
        wrong=(([at(0, delay("B->A#4", by=110))], "the promise holds"),
               ([at(0, delay("B->A#4", by=110)), at(0, delay("A->B#10", by=110))], "the promise holds"),
               ([at(0, delay("B->A#4", by=110)), at(0, delay("B->A#10", by=500))], "even the right protocol breaks"),
               ([at(0, drop("B->A#4")), at(0, drop("B->A#5"))], "drop is used 2 times")),
    ),
)
