"""Demands, made from what is wrong with one thing at a time: a step, a message, an output."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from dslab.grader.exercise import Objection
from dslab.trace import Envelope, Step, Trace

Reading = str | Callable[[Trace], Iterable[Any]]


def for_each(reading: Reading) -> Callable[[Callable[[Trace, Any], str | None]], Callable[[Trace], Objection | None]]:
    """A demand on each of the things that a trace has.

        @for_each("told")
        def a_caller_is_told_the_truth(trace, output):
            if output.values[1] not in ("ok", "error"):
                return f"{output.node} is told {output.values[1]}"

    Args:
        reading: the name of outputs; or from a trace to steps, messages, outputs, or records with a `step`.

    Returns:
        What makes a demand of a function: from the trace and one of those things to what is wrong with it, in one
        sentence (None or "": nothing). The demand is its first sentence, at the step of that thing.
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


def step_of(one: Any) -> int:
    """The step to look at: of an output or a record its own, of a message that of its sending."""
    step = one if isinstance(one, Step) else one.sent if isinstance(one, Envelope) else one.step
    return step.index if isinstance(step, Step) else step
