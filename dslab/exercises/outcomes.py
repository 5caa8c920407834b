"""Small tasks of chapter 7: what comes out of three runs of Raft, to be said before they are played."""

from typing import Any

from dslab.experiments.raft_logs import attempts, voters
from dslab.grader.exercise import Predict
from dslab.protocols.raft_figures import COMMITTED, FIGURE_7, OVERWRITTEN, THREE_LOGS, figure_7, figure_8, three_logs
from dslab.protocols.raft_variants import DirectedBackUpByOne
from dslab.trace import Trace

# ---- who gets how many votes? ----------------------------------------------------------------------------------------


def votes(trace: Trace) -> dict[str, int]:
    """For each server the number of votes that it would get, its own included."""
    return {candidate: len(voters(THREE_LOGS, candidate)) for candidate in THREE_LOGS}


def why_votes(trace: Trace) -> dict[str, str]:
    """Who would refuse each of them."""
    against = {candidate: sorted(set(THREE_LOGS) - set(voters(THREE_LOGS, candidate))) for candidate in THREE_LOGS}
    return {candidate: f"{' and '.join(others) or 'Nobody'} would refuse: the last term is compared first, and the "
            "length only if the last terms are equal." for candidate, others in against.items()}


# ---- how often must the leader try? ----------------------------------------------------------------------------------

FOLLOWERS = [name for name in FIGURE_7 if name != "leader"]


def tries(trace: Trace) -> dict[str, int]:
    """For each follower how many places the leader has tried until one fitted."""
    return {name: len(places) for name, places in attempts(trace, "leader").items()}


def first_answers(trace: Trace) -> dict[str, int]:
    """The step at which the leader hears each follower's last refusal, or its consent."""
    steps = [(step.message.src, step.index) for step in trace.steps
             if step.kind == "receive" and step.node == "leader" and step.name == "Appended"]
    tried = tries(trace)
    return {name: [index for src, index in steps if src == name][tried[name] - 1] for name in FOLLOWERS}


def why_tries(trace: Trace) -> dict[str, str]:
    """What each follower has in common with the leader."""
    agreed = {name: places[-1] for name, places in attempts(trace, "leader").items()}
    return {name: f"Its log and the leader's agree up to entry {agreed[name]}; the leader begins after its own last "
            f"entry, number {len(FIGURE_7['leader'])}, and goes back by one after each refusal." for name in FOLLOWERS}


# ---- is an entry on a majority committed? ----------------------------------------------------------------------------

FATE = {"committed": "entry 2, of term 2, is on S1, S2 and S3: does any server ever apply it (True or False)",
        "leader": "who leads the last term of the run",
        "entry 2": "the term of entry 2 on S3 in the end"}


def fate(trace: Trace) -> dict[str, Any]:
    """What becomes of entry 2 of term 2."""
    applied = [output.values for output in trace.outputs("apply")]
    return {"committed": any(index == 2 and entry.term == 2 for index, entry, _ in applied),
            "leader": trace.outputs("leader")[-1].node,
            "entry 2": trace.state_at(-1)["S3"]["log"][1].term}


def fate_steps(trace: Trace) -> dict[str, int]:
    """Where that is to be seen."""
    return dict.fromkeys(FATE, trace.outputs("leader")[-1].step) | {"entry 2": len(trace) - 1}


def figure_8_task(number: str, title: str, ending: list, task: str, why: str, mistakes: tuple) -> Predict:
    """One ending of figure 8."""
    return Predict(number=number, title=title, task=task, run=figure_8(ending), questions=FATE, answer=fate,
                   look=fate_steps, why=lambda trace: dict.fromkeys(FATE, why),
                   wrong=tuple(({name: value}, FATE[name]) for name, value in mistakes))


EXERCISES = (
    Predict(number="7.1a", title="Three logs, three candidates", run=three_logs("C"),
            task=f"Logs with the terms {', '.join(f'{name} {terms}' for name, terms in THREE_LOGS.items())}: "
                 "how many votes does each server get if it stands in term 4, its own included?",
            questions={name: f"the votes for {name}" for name in THREE_LOGS}, answer=votes,
            look=lambda trace: dict.fromkeys(THREE_LOGS, trace.outputs("leader")[0].step), why=why_votes,
            right=({"A": 1, "B": 2, "C": 3},),
            wrong=(({"A": 1, "B": 3, "C": 1}, "the votes for B"), ({"A": 2}, "the votes for A"))),
    Predict(number="7.2a", title="Figure 7: how many attempts?", run=figure_7(DirectedBackUpByOne),
            task="The leader of figure 7 goes back by one entry after each refusal. How many AppendEntries does each "
                 "follower get until one fits?",
            questions={name: f"attempts at ({name})" for name in FOLLOWERS}, answer=tries, look=first_answers,
            why=why_tries, right=({"a": 2, "b": 7, "c": 1, "d": 1, "e": 6, "f": 8},),
            wrong=(({"a": 1}, "attempts at (a)"), ({"d": 2}, "attempts at (d)"))),
    figure_8_task("7.3a", "Figure 8 (d)", OVERWRITTEN,
                  "S1, leader of term 4, has copied entry 2 of term 2 to a majority; then it crashes, and S5 stands.",
                  "An entry of an earlier term is not committed by counting copies: S5's last entry is of term 3, and "
                  "S2, S3 and S4, whose last terms are 2 and 1, may vote for it.",
                  (("committed", True), ("entry 2", 2))),
    figure_8_task("7.3b", "Figure 8 (e)", COMMITTED,
                  "This time S1 first copies an entry of its own term 4 to S2 and S3; then it crashes, and S5 stands.",
                  "S2 and S3 now end with an entry of term 4, later than S5's term 3: they refuse, and a majority of "
                  "the votes is out of reach. Entry 2 is committed along with entry 3.",
                  (("committed", False), ("leader", "S5"))),
)
