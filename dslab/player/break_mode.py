"""The mode "break": the learner is the scheduler, and chooses each next event until a promise is broken.

The choices are the decisions of `dslab.follow`, so a counter-example is a list that can be copied.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from dslab.appearance import mention
from dslab.model_checker.follow import Follower
from dslab.player.code_export import following, script_of, test_of
from dslab.player.edits import asked
from dslab.player.scene import Scene
from dslab.run import Run
from dslab.simulator.errors import ProtocolError
from dslab.trace import Trace
from dslab.values import DslabError, brief, nearest

PACE = 10               # ms between two decisions
BUDGET = {"crash": 1, "recover": 1, "drop": 0, "duplicate": 0}      # how often each fault may occur


class Breaking:
    """A run whose events are chosen one by one."""

    def __init__(self, run: Run, budget: Mapping[str, int] | None = None) -> None:
        for fault, times in (budget or {}).items():
            if fault not in BUDGET or type(times) is not int or times < 0:
                raise DslabError(f"the budget says {fault!r}: {brief(times)}; expected numbers, at least 0, for"
                                 f" {', '.join(BUDGET)}.{nearest(str(fault), BUDGET)}")
        self.run, self.budget = run, BUDGET | dict(budget or {})
        self.decisions: tuple[str, ...] = ()
        self.next: list[str] = []

    def play(self, decisions: tuple[str, ...]) -> tuple[Trace, str]:
        """Replace the decisions: the trace of the new ones, and the sentence of the error that ended it."""
        try:
            follower = Follower(self.run)
            for number, decision in enumerate(decisions, 1):
                follower.take(number, decision, PACE * 1000)
            next_, found = follower.possible(self._left(decisions)), (follower.trace(), "")
        except ProtocolError as problem:
            problem.trace.run = None
            next_, found = [], (problem.trace, str(problem))
        self.decisions, self.next = decisions, next_
        return found

    def with_one_more(self, decision: str) -> tuple[str, ...]:
        """The decisions so far plus this one; raises `DslabError` if it is impossible now."""
        if decision not in self.next:
            raise DslabError(f"{brief(decision)} cannot happen now: there are {len(self.next)} other choices")
        return *self.decisions, decision

    def code(self) -> str:
        """Python code, without imports, that repeats the decisions."""
        return following(self.run, self.decisions)

    def texts(self, scene: Scene) -> dict[str, str]:
        """The script and the test to copy, of the scene that was chosen."""
        making = self.code()
        return {"script": script_of(scene.trace, making),
                "test": test_of(making, scene.trace, scene.promises, scene.data["lights"], scene.error)}

    def to_dict(self, trace: Trace) -> dict[str, Any]:
        """The decisions so far and the possible next ones, as JSON data."""
        return {"decisions": list(self.decisions), "next": [self._choice(decision, trace) for decision in self.next],
                "budget": self._left(self.decisions)}

    def _left(self, decisions: tuple[str, ...]) -> dict[str, int]:
        struck = Counter(decision.partition(" ")[0] for decision in decisions)
        return {fault: times - struck[fault] for fault, times in self.budget.items()}

    def _choice(self, decision: str, trace: Trace) -> dict[str, str]:
        verb, _, target = decision.partition(" ")
        text = ""
        if verb in ("deliver", "drop", "duplicate"):
            message = next(message for message in trace.messages if message.name == target)
            text = f"{mention(message.payload)} from {message.src} to {message.dst}"
        elif verb == "fire":
            target, _, text = target.rpartition(" ")
        elif verb == "request":
            target, msg = asked(self.run)[int(target) - 1]
            text = mention(msg)
        return {"decision": decision, "verb": verb, "target": target, "text": text}


def run_of(what: Any) -> Run:
    """The run whose events are to be chosen; raises `DslabError` for what has none."""
    run = what if isinstance(what, Run) else getattr(what, "run", None)
    if not isinstance(run, Run):
        raise DslabError(f'mode="break" needs a Run, of which it chooses what happens; not {brief(what)}')
    return run
