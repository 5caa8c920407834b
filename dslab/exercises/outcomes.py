"""Predictions of chapter 7: the outcome of four runs of Raft whose logs the chapter does not show."""

from collections.abc import Callable, Mapping
from typing import Any

from dslab.experiments.raft_logs import attempts, voters
from dslab.grader.exercise import Predict
from dslab.grader.questions import YES_OR_NO, Question, end, predict
from dslab.grader.readings import receipts
from dslab.protocols.client import Put
from dslab.protocols.raft import Appended
from dslab.protocols.raft_figures import cluster
from dslab.protocols.raft_variants import DirectedBackUpByOne, DirectedRaft, Propose, TimeOut
from dslab.run import Run
from dslab.script import At, at, crash, cut, heal, isolate, request
from dslab.trace import Output, Trace

# ---- who gets how many votes? ----------------------------------------------------------------------------------------

CANDIDATES = {"A": "1222", "B": "1133", "C": "1133"}        # two logs are equal


def votes_for(candidate: str, *wrong: int) -> Question:
    """How many votes would it get, its own included?"""
    against = sorted(set(CANDIDATES) - set(voters(CANDIDATES, candidate)))
    refuse = f"{' and '.join(against)} would refuse" if against else "Nobody would refuse"
    return Question(
        f"the votes for {candidate}", lambda trace: len(voters(CANDIDATES, candidate)),
        lambda trace: trace.outputs("leader")[0].step,
        f"{refuse}: a server refuses only if its own log is more complete. The last terms are compared first, and the "
        "lengths only if the last terms are equal.", wrong)


# ---- how many attempts does the leader need? -------------------------------------------------------------------------

DIVERGED = {"leader": "1123355", "a": "112335", "b": "1122222", "c": "112335566", "d": "1444", "e": ""}


def attempts_at(follower: str, *wrong: int) -> Question:
    """How many AppendEntries does the leader send until one succeeds?"""
    def places(trace: Trace) -> list[int]:
        return attempts(trace, "leader")[follower]

    def look(trace: Trace) -> int:
        """The step at which the leader hears that it fits."""
        answers = [step.index for step in receipts(trace, Appended)
                   if (step.node, step.message.src) == ("leader", follower)]
        return answers[len(places(trace)) - 1]

    return Question(
        f"attempts at ({follower})", lambda trace: len(places(trace)), look,
        lambda trace: f"Its log and the leader's agree up to entry {places(trace)[-1]}; the leader begins after its "
        f"own last entry, number {len(DIVERGED['leader'])}, and goes back by one after each refusal.", wrong)


def repair() -> Run:
    """The leader is elected in term 8, and repairs the logs of its followers."""
    return cluster(DirectedBackUpByOne, DIVERGED, term=7, duration=400, title="Raft: a leader repairs five logs",
                   script=[at(10, request("leader", TimeOut()))])


# ---- is an entry on a majority committed? ----------------------------------------------------------------------------

INHERITED = {"A": "1122", "B": "1122", "C": "11", "D": "11", "E": "113"}
COPIES = [                          # A leads term 4, and copies its entries of term 2 to C
    at(0, isolate("E")), at(0, cut("A", "D")), at(10, request("A", TimeOut())),
]
E_STANDS = [                        # in term 4, in which B and C have voted, and in term 5
    at(200, crash("A")), at(210, heal()), at(220, request("E", TimeOut())), at(260, request("E", TimeOut())),
    at(300, request("E", Propose(Put("x", "5.4")))),
]
B_STANDS = [                        # after E has failed: in term 6
    at(100, request("A", Propose(Put("x", "4.5")))), *E_STANDS[:4], at(300, request("B", TimeOut())),
]


def is_applied(trace: Trace) -> bool:
    """Is entry 3 of term 2 ever applied?"""
    applied = [output.values for output in trace.outputs("apply")]
    return any(index == 3 and entry.term == 2 for index, entry, _ in applied)


def inherited_task(number: str, title: str, ending: list[At], task: str, why: str, wrong: Mapping[str, Any]) -> Predict:
    """What becomes of the entries of term 2? wrong: name of a question -> what is often said."""
    def last(trace: Trace) -> Output:
        return trace.outputs("leader")[-1]

    asked: dict[str, tuple[str, Callable[[Trace], Any], Callable[[Trace], int]]] = {
        "committed": ("entry 3, of term 2, is on A, B and C: does any server ever apply it",
                      is_applied, lambda trace: last(trace).step),
        "leader": ("who leads the last term of the run", lambda trace: last(trace).node,
                   lambda trace: last(trace).step),
        "entry 3": ("the term of entry 3 on D in the end", lambda trace: trace.state_at(-1)["D"]["log"][2].term, end),
    }
    choices = {"committed": YES_OR_NO, "leader": tuple(INHERITED)}
    questions = {name: Question(*parts, why, (wrong[name],) if name in wrong else (), choices.get(name, ()))
                 for name, parts in asked.items()}
    run = cluster(DirectedRaft, INHERITED, term=3, duration=500, title="Raft: entries of an earlier term",
                  script=COPIES + ending)
    return predict(questions, number=number, title=title, task=task, run=run)


SETTING = (f"Five servers are in term 3, with the logs {', '.join(f'{name} {log}' for name, log in INHERITED.items())}."
           " A, which cannot reach D and E, wins term 4 and copies its entries 3 and 4 to C. ")

EXERCISES = (
    predict({"A": votes_for("A", 2), "B": votes_for("B", 2), "C": votes_for("C")},
            number="7.1a", title="Three candidates",
            run=cluster(DirectedRaft, CANDIDATES, term=3, duration=400, title="Raft: three candidates",
                        script=[at(10, request("B", TimeOut()))]),
            task=f"Logs with the terms {', '.join(f'{name} {terms}' for name, terms in CANDIDATES.items())}: "
                 "how many votes does each server get if it stands in term 4, its own included?",
            right={"A": 1, "B": 3, "C": 3}, wrong=(({"A": 3, "B": 2, "C": 2}, "the votes for A"),)),
    predict({"a": attempts_at("a", 1), "b": attempts_at("b"), "c": attempts_at("c", 3), "d": attempts_at("d"),
             "e": attempts_at("e", 7)},
            number="7.2a", title="How many attempts?", run=repair(),
            task=f"The leader of term 8 has the log {DIVERGED['leader']}; its followers have "
                 f"{', '.join(f'{name} {log}' for name, log in DIVERGED.items() if name in 'abcd')}, and e has none. "
                 "It goes back by one entry after each refusal. How many AppendEntries does each follower get until "
                 "one fits?",
            right={"a": 2, "b": 5, "c": 1, "d": 7, "e": 8}),
    inherited_task("7.3a", "On three of five", E_STANDS,
                   SETTING + "A crashes, the links are repaired, and E stands for election twice.",
                   "An entry of an earlier term is not committed by counting copies: E's last entry is of term 3, and "
                   "B, C and D, whose last terms are 2 and 1, may vote for it.",
                   {"committed": True, "entry 3": 2}),
    inherited_task("7.3b", "One entry more", B_STANDS,
                   SETTING + "Then it appends entry 5, of term 4, and copies it to B and C, too. A crashes, the links "
                   "are repaired, E stands for election twice, and then B once.",
                   "B and C now end with an entry of term 4, later than E's term 3: they refuse E, and entries 3 and 4 "
                   "are committed along with entry 5. B has all of them, and may win.",
                   {"committed": False, "leader": "E", "entry 3": 3}),
)
