"""Exercises 2.3a to 2.3d: what lieutenants obtain, and how to be a traitor."""

from typing import Any

from dslab.experiments.byzantine_strategies import recursion
from dslab.grader.exercise import BreakIt
from dslab.grader.questions import Question, predict
from dslab.protocols.byzantine import (
    ATTACK,
    IC1,
    IC2,
    RETREAT,
    General,
    Lie,
    council,
    says,
)
from dslab.script import at, request
from dslab.trace import Output, Trace

# ---- what do the lieutenants obtain? ---------------------------------------------------------------------------------


def obtained(trace: Trace, lieutenant: str) -> tuple[str, ...]:
    """What a lieutenant has heard from the commander, and obtains from each of the others."""
    tree = recursion(trace, lieutenant)
    return tree.heard, *(part.value for part in tree.parts)


def lieutenant(name: str, others: str, why: str, orders: tuple, *, obtains: tuple = (), obeys: tuple = ()
               ) -> dict[str, Question]:
    """Two questions about a lieutenant: what it obtains from these generals, and which order it obeys."""
    def decision(trace: Trace) -> Output:
        return next(output for output in trace.outputs("obey") if output.node == name)

    def look(trace: Trace) -> int:
        return decision(trace).step

    words = (f"what does {name} obtain from {', '.join(others)}, in this order, as a tuple such as (\"attack\","
             ' "retreat", ...)')
    return {f"{name} obtains": Question(words, lambda trace: obtained(trace, name), look, why, obtains),
            f"{name} obeys": Question(f"which order does {name} obey", lambda trace: decision(trace).values[0], look,
                                      why, obeys, orders)}


SAME_MAJORITY = ("All three have the same values, in different orders: so they find the same majority, although the "
                 "commander lied.")
A_LIEUTENANT_LIES = council(5, order=RETREAT, traitors={"C": says("AC", B=ATTACK, D=ATTACK)},
                            title="Five generals, and lieutenant C is a traitor")
THE_COMMANDER_LIES = council(4, traitors={"A": says("A", C=RETREAT)}, title="Four generals, and A is a traitor")

# ---- be the traitor --------------------------------------------------------------------------------------------------

def lie(traitor: str, to: str, path: str, value: Any, *, time: float = 5):
    """A request to a traitor, made before it sends anything."""
    return at(time, request(traitor, Lie(to, tuple(path), value)))


EXERCISES = (
    predict(
        lieutenant("B", "ACDE", "B hears the order from A, and the others relay what A told them: three of the four "
                                "values are true.", (ATTACK, RETREAT),
                   obtains=((RETREAT,) * 4, (RETREAT, ATTACK, RETREAT, ATTACK)),
                   obeys=(ATTACK,)),
        number="2.3a", title="Five generals, and a lieutenant lies", run=A_LIEUTENANT_LIES,
        task="OM(1). The commander A says retreat to B, C, D and E, and is loyal. C is a traitor: it tells B and D "
             "that A said attack, and tells E the truth.",
        hints=("With m = 1, what is obtained from a lieutenant is simply what it relays.",
               "B obeys the majority: the value of more than half of the four."),
        right={"B obtains": (RETREAT, ATTACK, RETREAT, RETREAT), "B obeys": RETREAT},
    ),
    predict(
        lieutenant("B", "ACD", SAME_MAJORITY, (ATTACK, RETREAT), obeys=(RETREAT,))
        | lieutenant("C", "ABD", SAME_MAJORITY, (ATTACK, RETREAT), obtains=((ATTACK, RETREAT, ATTACK),),
                     obeys=(RETREAT,)),
        number="2.3b", title="Four generals, and the commander lies", run=THE_COMMANDER_LIES,
        task="OM(1). The commander A is the traitor: it says attack to B, retreat to C and attack to D, who relay "
             "this faithfully.",
        hints=("Each has heard one of the three values from A, and obtains the other two.",
               "For each of them, two of the three values are equal."),
        right={"B obtains": (ATTACK, RETREAT, ATTACK), "B obeys": ATTACK,
               "C obtains": (RETREAT, ATTACK, ATTACK), "C obeys": ATTACK},
    ),
    BreakIt(
        number="2.3c", title="Be the traitor", mended=General, promise=IC2, allowed={"request": 1},
        run=council(3, traitors={"C": {}}, title="Three generals, and you control C"),
        task="Three generals, OM(1). The commander A says attack; C is a traitor and does what you say: "
             'at(5, request("C", Lie(to, path, value))) makes it send `to` this value, where a loyal C would relay '
             'what it heard along `path` (which ends with C itself). With one lie, make a loyal lieutenant disobey '
             'its loyal commander. The same request to a loyal C must change nothing.',
        hints=("Who listens to C? The commander does not.", "What C relays to B has the path A, C.",
               'at(5, request("C", Lie("B", ("A", "C"), "retreat"))): then B has one vote for each order.'),
        right=([lie("C", "B", "AC", RETREAT)], [lie("C", "B", "AC", "x")], [lie("C", "B", "AC", None, time=30)]),
        wrong=(([lie("C", "B", "AC", ATTACK)], "the promise holds"), ([lie("C", "A", "AC", RETREAT)], "the promise"),
               ([lie("B", "C", "AB", RETREAT)], "the promise holds"), ([lie("C", "B", "A", RETREAT)], "the promise"),
               ([lie("C", "B", "AC", RETREAT, time=45)], "the promise holds"),
               ([lie("C", "B", "AC", RETREAT), lie("C", "A", "AC", RETREAT)], "request is used 2 times")),
    ),
    BreakIt(
        number="2.3d", title="Two traitors among four", mended=General, promise=IC1, allowed={"request": 3},
        run=council(4, traitors={"A": {}, "D": {}}, title="Four generals, and you control A and D"),
        task="Four generals tolerate one traitor. Now you control both the commander A and the lieutenant D: with at "
             "most three lies, make B and C, who are loyal, obey different orders. They still run OM(1).",
        hints=("A tells B one thing and C another. What do they relay to each other?",
               "Then B and C have one vote for each order. D has the casting vote, and may tell each something else.",
               'Lie("C", ("A",), "retreat") to A, and Lie("C", ("A", "D"), "retreat") to D.'),
        right=([lie("A", "C", "A", RETREAT), lie("D", "C", "AD", RETREAT)],
               [lie("A", "B", "A", RETREAT), lie("D", "B", "AD", RETREAT)],
               [lie("A", "C", "A", RETREAT), lie("A", "D", "A", RETREAT), lie("D", "B", "AD", ATTACK)]),
        wrong=(([lie("A", "C", "A", RETREAT)], "the promise holds"),
               ([lie("D", "B", "AD", RETREAT), lie("D", "C", "AD", RETREAT)], "the promise holds"),
               ([lie("A", "C", "A", RETREAT), lie("D", "C", "AD", ATTACK)], "the promise holds"),
               ([lie("A", name, "A", RETREAT) for name in "BCD"] + [lie("D", "B", "AD", ATTACK)], "request is used 4")),
    ),
)
