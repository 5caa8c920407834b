"""Exercises 2.1a to 2.1d: what two generals know, and the messenger whose loss leaves one of them alone."""


from collections.abc import Callable

from dslab.experiments.messenger_losses import losing
from dslab.grader.exercise import BreakIt
from dslab.grader.questions import YES_OR_NO, Question, predict
from dslab.protocols.compensation import NoRefund, Payments, paid_and_shipped_or_neither, sale
from dslab.protocols.two_generals import (
    ATTACKS,
    AtOnce,
    General,
    both_attack_or_neither,
    generals,
    last_needed,
)
from dslab.run import Run
from dslab.script import at, cut, delay, drop, heal
from dslab.trace import Trace

# ---- who attacks, and who knows what? --------------------------------------------------------------------------------

FIFTH_IS_LOST: Run = losing(generals(6, {"A": 4, "B": 5}, title="Six messengers, and the fifth is caught"), [5])


def attacks(name: str) -> Callable[[Trace], bool]:
    return lambda trace: name in {output.node for output in trace.outputs(ATTACKS)}


def knows(name: str, what: str) -> Callable[[Trace], bool]:
    return lambda trace: what in trace.state_at(-1)[name]["knows"]


def dawn(name: str) -> Callable[[Trace], int]:
    """The step in which a general decides."""
    return lambda trace: next(step.index for step in trace.steps if step.name == "dawn" and step.node == name)


def last_heard(*names: str) -> Callable[[Trace], int]:
    """The step in which one of these has received its last message."""
    return lambda trace: max(step.index for step in trace.steps if step.kind == "receive" and step.node in names)


QUESTIONS = {
    "A": Question("does A, which needs message 4, attack", attacks("A"), dawn("A"),
                  "A has received messages 2 and 4, which is all that its rule requires.", (False,), YES_OR_NO),
    "B": Question("does B, which needs message 5, attack", attacks("B"), dawn("B"),
                  "B has received messages 1 and 3; at dawn it is still waiting for message 5.", (True,), YES_OR_NO),
    "A knows": Question("does A know that B knows the plan", knows("A", "B knows the plan"),
                        last_heard("A"), "B sent message 2 after it had received the plan.", choices=YES_OR_NO),
    "B knows": Question("does B know that A knows that B knows the plan",
                        knows("B", "A knows that B knows the plan"), last_heard("B"),
                        "A sent message 3 after it had received message 2.", (False,), YES_OR_NO),
    "arrived": Question("how many of the messages arrive",
                        lambda trace: sum(message.fate == "received" for message in trace.messages),
                        last_heard("A", "B"), "Message 6 would answer message 5, and is never sent.", (5,)),
}

EXERCISES = (
    predict(
        QUESTIONS, number="2.1a", title="The fifth messenger", run=FIFTH_IS_LOST,
        task="Six messages are planned: A sends 1, 3 and 5, B answers with 2, 4 and 6. A attacks if it has received "
             "message 4, B if it has received message 5. Message 5 is lost.",
        right={"A": True, "B": False, "A knows": True, "B knows": True, "arrived": 4},
    ),
    BreakIt(
        number="2.1b", title="The messenger who matters", run=generals(6, last_needed(6)), mended=AtOnce,
        promise=both_attack_or_neither, allowed={"drop": 1, "delay": 1},
        task="Six messages, and each general waits for the last one that can reach it: A for message 6, B for message "
             "5. Make one of them attack alone. Generals who attack as soon as they know the plan must survive the "
             "same "
             "script.",
        hints=("If an early message is lost, both miss what they wait for: nobody attacks.",
               "One general must receive everything that it waits for, and the other must not.",
               'A sends messages 1, 3, 5 as "A->B#1", "A->B#2", "A->B#3"; B sends 2, 4, 6 as "B->A#1" and so on.'),
        right=([at(0, drop("B->A#3"))], [at(0, delay("B->A#3", by=900))]),
        wrong=(([at(0, drop("A->B#3"))], "the promise holds"), ([at(0, drop("A->B#1"))], "even the right protocol"),
               ([at(0, drop("B->A#3")), at(0, drop("B->A#2"))], "drop is used 2 times"),
               ([at(0, drop("B->A#4"))], "did nothing"), ([at(0, delay("B->A#3", by=50))], "the promise holds")),
    ),
    BreakIt(
        number="2.1c", title="And who survives that?", run=generals(6, last_needed(6), protocol=AtOnce), mended=General,
        promise=both_attack_or_neither, allowed={"drop": 1},
        task="Now the other way round: these generals attack as soon as they know the plan. Make one attack alone, "
             "by a loss that generals who wait for the last message survive. Each rule survives the other's script, "
             "and neither survives all scripts.",
        hints=("A attacks in any case. What does B need?", "Without the plan B does not attack, and sends nothing."),
        right=([at(0, drop("A->B#1"))], [at(10, drop("A->B#1"))]),
        wrong=(([at(0, drop("B->A#3"))], "even the right protocol"), ([at(0, drop("A->B#2"))], "the promise holds"),
               ([at(30, drop("A->B#1"))], "no longer in flight")),
    ),
    BreakIt(
        number="2.1d", title="Paid, and never shipped", run=sale(NoRefund), mended=Payments,
        promise=paid_and_shipped_or_neither, allowed={"drop": 4, "cut": 1, "heal": 1, "delay": 1},
        task="A shop asks for the payment every 60 ms and gives up after 200 ms. This payment service never refunds: "
             "make the customer pay for nothing. A service that refunds must survive the same script.",
        hints=("The request must arrive, but no answer before the shop gives up.",
               "The shop asks again if no answer comes: one loss is not enough.",
               'cut("service", "shop") loses all answers until heal().'),
        right=([at(20, cut("service", "shop")), at(300, heal())],
               [at(0, drop(f"service->shop#{number}")) for number in (1, 2, 3, 4)],
               [at(20, cut("service", "shop")), at(220, heal("service", "shop"))]),
        wrong=(([at(0, drop("service->shop#1"))], "the promise holds"),
               ([at(5, cut("shop", "service")), at(300, heal())], "the promise holds"),
               ([at(20, cut("service", "shop"))], "before the promise is due")),
    ),
)
