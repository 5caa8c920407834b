"""Small tasks of chapter 1: what a caller knows, who waits for whom, and how to make somebody pay twice."""

from typing import Any

from dslab.grader.exercise import BreakIt, Predict
from dslab.protocols import pipelining, rolling_upgrade, rpc
from dslab.protocols.rpc import (
    Bank,
    CarefulBank,
    PatientShop,
    RememberingBank,
    charging,
    nothing_is_executed_twice,
)
from dslab.run import Run
from dslab.script import at, crash, drop, duplicate, recover
from dslab.trace import Trace


def facts(trace: Trace) -> dict[str, Any]:
    """What the shop says in the end, and how often the bank charged."""
    return {"outcome": trace.outputs("outcome")[0].values[1], "times": len(trace.outputs("executed"))}


def last_steps(trace: Trace) -> dict[str, int]:
    """The step of the outcome, and of the last charge."""
    done = trace.outputs("executed")
    return {"outcome": trace.outputs("outcome")[0].step, "times": done[-1].step if done else len(trace) - 1}


def mishap(number: str, title: str, run: Run, task: str, why: tuple[str, str], right: tuple, wrong: tuple) -> Predict:
    """What becomes of a call?"""
    names = ("outcome", "times")
    words = dict(zip(names, ("the outcome at the shop: 'ok', 'error' or 'unknown'", "how often the bank charges Carol"),
                     strict=True))
    return Predict(number=number, title=title, run=run, task=task, questions=words, answer=facts, look=last_steps,
                   why=lambda trace: dict(zip(names, why, strict=True)), right=(dict(zip(names, right, strict=True)),),
                   wrong=tuple(({name: value}, words[name]) for name, value in zip(names, wrong, strict=True)))


# ---- who waits for whom ----------------------------------------------------------------------------------------------

def waits(trace: Trace) -> dict[str, Any]:
    """How long each page took, in ms."""
    return {f"page {output.values[0]}": round(output.values[1]) for output in trace.outputs("page")}


PAGES = {f"page {number}": f"how many ms page {number} takes" for number in (1, 2, 3)}
BLOCKED = Predict(
    number="1.2a", title="Behind the slow one", run=pipelining.DEMOS["in order"], questions=PAGES, answer=waits,
    task="Three pages take the server 300, 20 and 20 ms; it works on all at once, and answers in the order of the "
         "questions. Each way takes 10 ms.",
    look=lambda trace: {f"page {output.values[0]}": output.step for output in trace.outputs("page")},
    why=lambda trace: dict.fromkeys(PAGES, "Its answer is ready early, and waits until page 1 is sent, at 310 ms.")
    | {"page 1": "10 ms there, 300 ms of work, 10 ms back."},
    right=({"page 1": 320, "page 2": 320, "page 3": 320},),
    wrong=(({"page 2": 40}, "page 2 takes"), ({"page 1": 300}, "page 1 takes"), ({"page 3": 360}, "page 3 takes")))


# ---- how many replicas -----------------------------------------------------------------------------------------------

def refused(trace: Trace) -> dict[str, Any]:
    """How many requests are rejected."""
    return {"rejected": len(trace.outputs("rejected"))}


def upgrading(number: str, title: str, name: str, task: str, why: str, wrong: int) -> Predict:
    """How many requests are rejected?"""
    words = "how many requests are rejected"
    run = rolling_upgrade.DEMOS[name]

    def where(trace: Trace) -> dict[str, int]:
        found = trace.outputs("rejected")
        return {"rejected": found[0].step if found else len(trace) - 1}

    return Predict(number=number, title=title, run=run, task=task, questions={"rejected": words}, answer=refused,
                   look=where, why=lambda trace: {"rejected": why}, wrong=(({"rejected": wrong}, words),),
                   right=({"rejected": 0 if name == "five and a crash" else 2},))


EXERCISES = (
    BLOCKED,
    mishap("1.3a", "No retry, a lost reply", rpc.DEMOS["maybe"],
           "The bank's reply is lost, and the shop does not send its call again.",
           ("The shop cannot know whether the request or the reply was lost.", "The request did arrive."),
           ("unknown", 1), ("error", 0)),
    mishap("1.3b", "A crash at the wrong moment", rpc.DEMOS["at most once, crash"],
           "The shop sends its call again until it is answered. The bank remembers in memory what it has executed; it "
           "crashes after it has charged and before it has answered, and recovers.",
           ("The second copy is answered.", "What it remembered is gone: the second copy is executed, too."),
           ("ok", 2), ("unknown", 1)),
    BreakIt(
        number="1.3c", title="Make Carol pay twice", run=charging(PatientShop, Bank), mended=RememberingBank,
        promise=nothing_is_executed_twice, allowed={"drop": 1, "delay": 1, "duplicate": 1},
        task="The shop sends a call again that is not answered within 100 ms; the bank remembers nothing. Make it "
             "charge Carol twice.",
        hints=("What does the shop do if it hears nothing?", 'The bank\'s first message is called "bank->shop#1".'),
        right=((at(0, drop("bank->shop#1")),), (at(0, duplicate("shop->bank#1", after=30)),)),
        wrong=(((at(0, drop("shop->bank#1")),), "the promise holds"), ((at(5, crash("bank")),), "this exercise allows"),
               ((at(0, drop("bank->shop#7")),), "the promise holds"))),
    BreakIt(
        number="1.3d", title="Make a forgetful bank charge twice", run=charging(PatientShop, RememberingBank),
        mended=CarefulBank, promise=nothing_is_executed_twice, allowed={"crash": 1, "recover": 1},
        task="Now the bank remembers what it has executed, but in memory. The request arrives at 20 ms and is executed "
             "at 25, the reply leaves at 30. You may let the bank crash and recover, once.",
        hints=("When must it crash, so that the charge has happened and the shop does not hear of it?",
               "Between 25 and 30 ms; the shop asks again at 110 ms."),
        right=((at(27, crash("bank")), at(60, recover("bank"))),),
        wrong=(((at(22, crash("bank")), at(60, recover("bank"))), "the promise holds"),
               ((at(35, crash("bank")), at(60, recover("bank"))), "the promise holds"),
               ((at(27, crash("bank")),), "the promise holds"))),
    upgrading("1.4a", "Three replicas, an upgrade and a crash", "three and a crash",
              "Three replicas are upgraded one by one; a request needs a majority. Replica A crashes at 480 ms, while "
              "B is down for its upgrade (450 to 650 ms), and recovers at 700 ms. A request comes every 100 ms, and "
              "waits 50 ms for answers.",
              "From 480 to 650 ms only C is up: the requests at 500 and 600 ms find one answer.", 0),
    upgrading("1.4b", "Five replicas, an upgrade and a crash", "five and a crash",
              "The same with five replicas.", "Three of five are up at every moment, and that is a majority.", 2),
)
