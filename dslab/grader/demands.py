"""Demands: the properties that an attempt must have, each with the sentence for a violation.

A demand is a promise, or a function from a trace to an `Objection`. `for_each` makes one from a check of single steps,
messages or outputs; `at_the_end` from a check of a whole run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from dslab.model_checker.client_history import HistoryNeeded
from dslab.properties import Promise, Verdict, judge
from dslab.trace import Envelope, Step, Trace


@dataclass(frozen=True, slots=True)
class Objection:
    """A violation in a trace: a sentence that names the two events in conflict, and the step that shows it."""

    sentence: str
    step: int


@dataclass(frozen=True)
class Demand:
    """A property that an attempt must have, and the rule of the algorithm behind it.

    Args:
        what: a promise, or a function from a trace to an `Objection` (None: no violation).
        rule: the rule, in one sentence, as in the paper or the chapter.
        hint: the index of the exercise's hint that helps, from 0.
    """

    what: Promise | Callable[[Trace], Objection | None]
    rule: str
    hint: int = 0

    @property
    def name(self) -> str:
        """Its name, as words."""
        return self.what.name if isinstance(self.what, Promise) else self.what.__name__.replace("_", " ")

    def look(self, trace: Trace) -> Objection | None:
        """The first violation in a trace, if there is one."""
        if isinstance(self.what, Promise):
            verdict, = judge(trace, [careful(self.what)])
            return objection(verdict) if verdict.status == "broken" else None
        try:
            return self.what(trace)
        except Exception as problem:
            return Objection(cannot_be_judged(problem), max(len(trace) - 1, 0))


def careful(promise: Promise) -> Promise:
    """The same promise, made robust against values of any type in an attempt's outputs and states."""
    def judge(world: Any) -> Any:
        try:
            return promise.judge(world)
        except HistoryNeeded:                       # for `explore`, which begins again and keeps the operations
            raise
        except Exception as problem:
            return cannot_be_judged(problem)

    return replace(promise, judge=judge)


def cannot_be_judged(problem: Exception) -> str:
    """The sentence for records on which a promise raises an exception."""
    return f"what your nodes recorded makes no sense there ({type(problem).__name__}: {problem})"


def objection(verdict: Verdict) -> Objection:
    """A broken promise as an objection."""
    return Objection(verdict.sentence, verdict.step or 0)


# ---- demands made from sentences -------------------------------------------------------------------------------------

Reading = str | Callable[[Trace], Iterable[Any]]


def for_each(reading: Reading) -> Callable[[Callable[[Trace, Any], str | None]], Callable[[Trace], Objection | None]]:
    """A demand on each step, message, output or record of a trace.

        @for_each("told")
        def a_caller_is_told_the_truth(trace, output):
            if output.values[1] not in ("ok", "error"):
                return f"{output.node} is told {output.values[1]}"

    Args:
        reading: the name of outputs; or from a trace to steps, messages, outputs, or records with a `step`.

    Returns:
        A decorator of a function from the trace and one of these to the violation, as a sentence (None or "": none).
        The demand returns the first sentence, at the step of that item.
    """
    def made(look: Callable[[Trace, Any], str | None]) -> Callable[[Trace], Objection | None]:
        @wraps(look)
        def demand(trace: Trace) -> Objection | None:
            for one in trace.outputs(reading) if isinstance(reading, str) else reading(trace):
                sentence = look(trace, one)
                if sentence:
                    return Objection(sentence, step_of(one))
            return None

        return demand

    return made


def at_the_end(look: Callable[[Trace], str | None]) -> Callable[[Trace], Objection | None]:
    """A demand on a whole run, from a function that returns the violation as a sentence, shown at the last step."""
    @wraps(look)
    def demand(trace: Trace) -> Objection | None:
        sentence = look(trace)
        return Objection(sentence, max(len(trace) - 1, 0)) if sentence else None

    return demand


def step_of(one: Any) -> int:
    """The step that shows an item: of an output or a record its own, of a message that of its sending."""
    step = one if isinstance(one, Step) else one.sent if isinstance(one, Envelope) else one.step
    return step.index if isinstance(step, Step) else step
