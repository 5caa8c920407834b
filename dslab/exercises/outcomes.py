"""Small tasks of chapter 7: what comes out of three runs of Raft, to be said before they are played."""

from collections.abc import Callable, Mapping
from typing import Any

from dslab.experiments.raft_logs import attempts, voters
from dslab.grader.exercise import Predict
from dslab.grader.questions import Question, end, predict
from dslab.grader.readings import receipts
from dslab.protocols.raft import Appended
from dslab.protocols.raft_figures import COMMITTED, FIGURE_7, OVERWRITTEN, THREE_LOGS, figure_7, figure_8, three_logs
from dslab.protocols.raft_variants import DirectedBackUpByOne
from dslab.trace import Output, Trace

# ---- who gets how many votes? ----------------------------------------------------------------------------------------

def votes_for(candidate: str, *wrong: int) -> Question:
    """How many votes would it get, its own included?"""
    against = sorted(set(THREE_LOGS) - set(voters(THREE_LOGS, candidate)))
    return Question(
        f"the votes for {candidate}", lambda trace: len(voters(THREE_LOGS, candidate)),
        lambda trace: trace.outputs("leader")[0].step,
        f"{' and '.join(against) or 'Nobody'} would refuse: the last term is compared first, and the length only if "
        "the last terms are equal.", wrong)


# ---- how often must the leader try? ----------------------------------------------------------------------------------

def attempts_at(follower: str, *wrong: int) -> Question:
    """How many places does the leader try, until one fits?"""
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
        f"own last entry, number {len(FIGURE_7['leader'])}, and goes back by one after each refusal.", wrong)


# ---- is an entry on a majority committed? ----------------------------------------------------------------------------

def is_applied(trace: Trace) -> bool:
    """Is entry 2 of term 2 ever applied?"""
    applied = [output.values for output in trace.outputs("apply")]
    return any(index == 2 and entry.term == 2 for index, entry, _ in applied)


def figure_8_task(number: str, title: str, ending: list, task: str, why: str, wrong: Mapping[str, Any]) -> Predict:
    """What becomes of entry 2, by one ending of figure 8? wrong: name of a question -> what is often said."""
    def last(trace: Trace) -> Output:
        return trace.outputs("leader")[-1]

    asked: dict[str, tuple[str, Callable[[Trace], Any], Callable[[Trace], int]]] = {
        "committed": ("entry 2, of term 2, is on S1, S2 and S3: does any server ever apply it (True or False)",
                      is_applied, lambda trace: last(trace).step),
        "leader": ("who leads the last term of the run", lambda trace: last(trace).node,
                   lambda trace: last(trace).step),
        "entry 2": ("the term of entry 2 on S3 in the end", lambda trace: trace.state_at(-1)["S3"]["log"][1].term, end),
    }
    questions = {name: Question(*parts, why, (wrong[name],) if name in wrong else ()) for name, parts in asked.items()}
    return predict(questions, number=number, title=title, task=task, run=figure_8(ending))


EXERCISES = (
    predict({"A": votes_for("A", 2), "B": votes_for("B"), "C": votes_for("C")},
            number="7.1a", title="Three logs, three candidates", run=three_logs("C"),
            task=f"Logs with the terms {', '.join(f'{name} {terms}' for name, terms in THREE_LOGS.items())}: "
                 "how many votes does each server get if it stands in term 4, its own included?",
            right={"A": 1, "B": 2, "C": 3}, wrong=(({"A": 1, "B": 3, "C": 1}, "the votes for B"),)),
    predict({"a": attempts_at("a", 1), "b": attempts_at("b"), "c": attempts_at("c"), "d": attempts_at("d", 2),
             "e": attempts_at("e"), "f": attempts_at("f")},
            number="7.2a", title="Figure 7: how many attempts?", run=figure_7(DirectedBackUpByOne),
            task="The leader of figure 7 goes back by one entry after each refusal. How many AppendEntries does each "
                 "follower get until one fits?",
            right={"a": 2, "b": 7, "c": 1, "d": 1, "e": 6, "f": 8}),
    figure_8_task("7.3a", "Figure 8 (d)", OVERWRITTEN,
                  "S1, leader of term 4, has copied entry 2 of term 2 to a majority; then it crashes, and S5 stands.",
                  "An entry of an earlier term is not committed by counting copies: S5's last entry is of term 3, and "
                  "S2, S3 and S4, whose last terms are 2 and 1, may vote for it.",
                  {"committed": True, "entry 2": 2}),
    figure_8_task("7.3b", "Figure 8 (e)", COMMITTED,
                  "This time S1 first copies an entry of its own term 4 to S2 and S3; then it crashes, and S5 stands.",
                  "S2 and S3 now end with an entry of term 4, later than S5's term 3: they refuse, and a majority of "
                  "the votes is out of reach. Entry 2 is committed along with entry 3.",
                  {"committed": False, "leader": "S5"}),
)
