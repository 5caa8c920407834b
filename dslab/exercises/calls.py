"""Small tasks of chapter 1: what a caller knows, who waits for whom, and how to make somebody pay twice."""

from dslab.grader.exercise import BreakIt, Predict
from dslab.grader.questions import Question, end, predict
from dslab.protocols import pipelining, rolling_upgrade
from dslab.protocols.rpc import (
    MISHAPS,
    Bank,
    DurableBank,
    PatientShop,
    RememberingBank,
    charging,
    nothing_is_executed_twice,
)
from dslab.run import Run
from dslab.script import at, crash, drop, duplicate, recover
from dslab.trace import Trace


def last_charge(trace: Trace) -> int:
    """The step in which the bank has charged for the last time; the end if it never did."""
    return max((output.step for output in trace.outputs("executed")), default=end(trace))


def mishap(number: str, title: str, run: Run, task: str, why: tuple[str, str], right: tuple, wrong: tuple) -> Predict:
    """What becomes of a call? why, right and wrong are about the outcome and about the charges."""
    return predict({
        "outcome": Question("the outcome at the shop",
                            lambda trace: trace.outputs("outcome")[0].values[1],
                            lambda trace: trace.outputs("outcome")[0].step, why[0], wrong[:1],
                            ("ok", "error", "unknown")),
        "times": Question("how many times the bank charges Carol", lambda trace: len(trace.outputs("executed")),
                          last_charge, why[1], wrong[1:]),
    }, number=number, title=title, run=run, task=task, right={"outcome": right[0], "times": right[1]})


def waits(page: int, why: str, wrong: int) -> Question:
    """How long a page took, in ms."""
    return Question(f"how many ms page {page} takes", lambda trace: round(trace.outputs("page")[page - 1].values[1]),
                    lambda trace: trace.outputs("page")[page - 1].step, why, (wrong,))


def upgrading(number: str, title: str, replicas: int, task: str, why: str, right: int, wrong: int) -> Predict:
    """How many requests are rejected?"""
    question = Question("how many requests are rejected", lambda trace: len(trace.outputs("rejected")),
                        lambda trace: min((output.step for output in trace.outputs("rejected")), default=end(trace)),
                        why, (wrong,))
    run = rolling_upgrade.rolling(replicas, *rolling_upgrade.CRASH, title=title)
    return predict({"rejected": question}, number=number, title=title, run=run, task=task, right={"rejected": right})


EXERCISES = (
    predict({
        "page 1": waits(1, "10 ms there, 40 ms of work, 10 ms back.", 40),
        "page 2": waits(2, "10 ms there, 250 ms of work, 10 ms back.", 310),
        "page 3": waits(3, "Its response is ready early, but waits until page 2 is sent, at 260 ms.", 35),
    }, number="1.2a", title="Behind the slow one",
        run=pipelining.fetching(pipelining.InOrder, 40, 250, 15, title="Three pages, the second of which is slow"),
        task="Three pages take the server 40, 250 and 15 ms; it works on all of them at once, and responds in the "
             "order of the requests. Each way across the network takes 10 ms.",
        right={"page 1": 60, "page 2": 270, "page 3": 270}),
    mishap("1.3a", "A late reply, and patience",
           charging(PatientShop, Bank, *MISHAPS["the reply is late"], title="A late reply, and patience"),
           "The bank's reply is so late that by then the shop has sent its call again. The bank remembers nothing.",
           ("A late reply is still a reply.", "The second copy is executed as well, whether it was needed or not."),
           ("ok", 2), ("unknown", 1)),
    mishap("1.3b", "A crash before the charge",
           charging(PatientShop, RememberingBank, *MISHAPS["a crash before it is executed"],
                    title="The bank remembers, and crashes early"),
           "The shop resends its call until it is answered. The bank remembers in memory what it has executed; it "
           "crashes after it has received the call but before it executes it, and recovers.",
           ("The second copy is answered.", "The first copy was lost in the crash, before it had any effect."),
           ("ok", 1), ("unknown", 2)),
    BreakIt(
        number="1.3c", title="Make Carol pay twice", run=charging(PatientShop, Bank), mended=RememberingBank,
        promise=nothing_is_executed_twice, allowed={"drop": 1, "delay": 1, "duplicate": 1},
        task="The shop resends a call that is not answered within 100 ms; the bank remembers nothing. Make it "
             "charge Carol twice.",
        hints=("What does the shop do if it hears nothing?", 'The bank\'s first message is called "bank->shop#1".'),
        right=((at(0, drop("bank->shop#1")),), (at(0, duplicate("shop->bank#1", after=30)),)),
        wrong=(((at(0, drop("shop->bank#1")),), "the promise holds"), ((at(5, crash("bank")),), "this exercise allows"),
               ((at(0, drop("bank->shop#7")),), "the promise holds"))),
    BreakIt(
        number="1.3d", title="Make a forgetful bank charge twice", run=charging(PatientShop, RememberingBank),
        mended=DurableBank, promise=nothing_is_executed_twice, allowed={"crash": 1, "recover": 1},
        task="Now the bank remembers what it has executed, but only in memory. The request arrives at 20 ms and is "
             "executed at 25 ms; the reply leaves at 30 ms. You may make the bank crash and recover once.",
        hints=("When must it crash so that the charge has happened, but the shop does not hear of it?",
               "Between 25 and 30 ms; the shop tries again at 110 ms."),
        right=((at(27, crash("bank")), at(60, recover("bank"))),),
        wrong=(((at(22, crash("bank")), at(60, recover("bank"))), "the promise holds"),
               ((at(35, crash("bank")), at(60, recover("bank"))), "the promise holds"),
               ((at(27, crash("bank")),), "the promise holds"))),
    upgrading("1.4a", "Four replicas, an upgrade and a crash", 4,
              "Four replicas are upgraded one by one; a request needs a majority. Replica A crashes at 480 ms, while "
              "B is down for its upgrade (450 to 650 ms), and recovers at 700 ms. A request arrives every 100 ms and "
              "waits 50 ms for answers.",
              "From 480 to 650 ms only two of four are up, which is not a majority: the requests at 500 and 600 ms "
              "fail.",
              right=2, wrong=0),
    upgrading("1.4b", "Six replicas, an upgrade and a crash", 6,
              "The same with six replicas.", "Four of six are up at every moment, and that is a majority.", right=0,
              wrong=2),
)
