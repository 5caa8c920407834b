"""The judging of an attempt, in the child process: from an exercise and an attempt to a report."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterable, Iterator
from functools import partial, singledispatch
from numbers import Real
from random import Random
from typing import Any
from zlib import crc32

from dslab.contract import protocol_of
from dslab.grader.exercise import BreakIt, Case, Compute, Exercise, MakeItRight, Predict
from dslab.grader.report import CANNOT_TELL, RIGHT, WRONG, Report
from dslab.grader.stages import Failure, Tally, first_failure, one_line
from dslab.properties import judge
from dslab.script import At
from dslab.simulator.errors import ProtocolError
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.trace_json import trace_to_dict
from dslab.values import DslabError, brief, nearest


@singledispatch
def examine(exercise: Exercise, attempt: Any, tally: Tally) -> Report:
    """Judge an attempt. The caller limits time and memory."""
    raise DslabError(f"there is no exercise of the kind {type(exercise).__name__}")


@examine.register
def _(exercise: MakeItRight, attempt: Any, tally: Tally) -> Report:
    failure = first_failure(exercise, attempt, tally)
    if failure is not None:
        return _failed(exercise, failure).replace(counted=str(tally))
    if tally.remark:
        return Report(exercise=exercise.number, outcome=CANNOT_TELL, counted=str(tally),
                      sentence=f"nothing wrong was found, but not everything was tried: {tally.remark}.")
    return Report(exercise=exercise.number, outcome=RIGHT, sentence="", counted=str(tally))


def _failed(exercise: MakeItRight, failure: Failure) -> Report:
    found, demand = failure.found, failure.demand
    sentence = found.sentence if demand is None else f"{demand.name}: {found.sentence}"
    first = exercise.clusters[0]
    if failure.names != first:
        sentence += f" (with nodes called {', '.join(failure.names)}; it passed with {', '.join(first)})"
    return Report(
        exercise=exercise.number, outcome=WRONG, sentence=sentence, stage=failure.stage, step=found.step,
        rule="" if demand is None else demand.rule, hint=None if demand is None else demand.hint,
        code=failure.code, data=recorded(failure.trace))


def recorded(trace: Trace) -> dict[str, Any]:
    """A trace as data without the attempt's classes: it can be played, but not simulated again."""
    return trace_to_dict(trace) | {"run": None}


SEEDS = 50                      # the number of seeds for random cases


@examine.register
def _(exercise: Compute, attempt: Any, tally: Tally) -> Report:
    for case in cases(exercise, SEEDS):
        tally.cases += 1
        found = call(case, attempt)
        if found:
            data, step = (None, None) if case.run is None else (recorded(simulate(case.run)), 0)
            return Report(exercise=exercise.number, outcome=WRONG, stage="case", rule=case.rule, hint=case.hint,
                          code=case.code, sentence=f"{case.code}: {found}.", counted=str(tally), data=data, step=step)
    return Report(exercise=exercise.number, outcome=RIGHT, sentence="", counted=str(tally))


def cases(exercise: Compute, seeds: int) -> Iterator[Case]:
    """All cases of an exercise, then random ones by `seeds` seeds."""
    yield from exercise.cases()
    for seed in range(seeds):
        yield from exercise.random_cases(Random(f"{exercise.number} {seed}"))


def call(case: Case, attempt: Any) -> str | None:
    """The sentence about a case that fails, by a wrong result or an exception; None if it passes."""
    try:
        return case.judge(attempt)
    except Exception as problem:
        frame = traceback.extract_tb(problem.__traceback__)[-1]
        return f"{type(problem).__name__} in {frame.name}, line {frame.lineno}: {problem}"


@examine.register
def _(exercise: BreakIt, attempt: Any, tally: Tally) -> Report:
    script = _script(attempt)
    run, too_much = exercise.run.plus(*script), _too_much(exercise, script)
    trace, kept = simulate(run), simulate(run.replace(protocol=_mended(exercise)))
    verdict, = judge(trace, [exercise.promise])
    by_rights, = judge(kept, [exercise.promise])
    report = partial(Report, exercise=exercise.number, code=f"simulate({one_line(run)})", data=recorded(trace))
    if too_much:
        return report(outcome=WRONG, step=0, sentence=too_much)
    if by_rights.status == "broken":
        return report(outcome=WRONG, step=verdict.step or 0, sentence="even the right protocol breaks under "
                      f"this script ({by_rights.sentence}): it must break only the protocol with the mistake.")
    if verdict.status == "broken":
        return report(outcome=RIGHT, step=verdict.step, sentence=verdict.sentence)
    idle = "".join(f" {event!r} did nothing: {why}." for event, why in trace.unapplied)
    stands = "the promise holds" if verdict.status == "holds" else "the run ends before the promise is due"
    return report(outcome=WRONG, step=max(len(trace) - 1, 0),
                  sentence=f"{stands}: {exercise.promise.name}.{idle}")


def _mended(exercise: BreakIt) -> dict[str, Any]:
    """The trace of the same script with the correct protocol, as data."""
    family = protocol_of(exercise.mended)
    return {name: exercise.mended if protocol_of(cls) is family else cls
            for name, cls in exercise.run.protocols.items()}


def _script(attempt: Any) -> tuple[At, ...]:
    events = (attempt,) if isinstance(attempt, At) else attempt
    if not isinstance(events, Iterable) or isinstance(events, (str, dict)):
        raise DslabError(f'expected a script such as [at(500, crash("A"))], not {brief(attempt)}')
    events = tuple(events)
    for event in events:
        if not isinstance(event, At):
            raise DslabError(f'a script is a list of events such as at(500, crash("A")), not {brief(event)}')
    return events


def _too_much(exercise: BreakIt, script: tuple[At, ...]) -> str:
    """The sentence about a verb that is used too often; empty if none is."""
    allowed = ", ".join(f"{name} ({most})" for name, most in exercise.allowed.items())
    for verb in dict.fromkeys(event.action.verb for event in script):
        used = sum(event.action.verb == verb for event in script)
        if used > exercise.allowed.get(verb, 0):
            return f"{verb} is used {used} time{'s' * (used > 1)}: this exercise allows {allowed}."
    return ""


@examine.register
def _(exercise: Predict, attempt: Any, tally: Tally) -> Report:
    predicted = _predictions(exercise, attempt)
    trace = simulate(exercise.run)
    answer, look, why = exercise.answer(trace), exercise.look(trace), exercise.why(trace)
    wrong = [name for name in exercise.questions if name in predicted and not same(predicted[name], answer[name])]
    open_ = [name for name in exercise.questions if name not in predicted]
    report = partial(Report, exercise=exercise.number, data=recorded(trace), code=f"simulate({one_line(exercise.run)})")
    if wrong:
        name = wrong[0]
        count = f"{len(wrong)} of {len(exercise.questions)} are wrong; the first: " if len(wrong) > 1 else ""
        reason = f" {why[name]}" if name in why else " Play it up to the marked step."
        return report(outcome=WRONG, step=look.get(name, 0),
                      sentence=f"{count}{exercise.questions[name]}: not {brief(predicted[name])}.{reason}")
    if open_:
        return report(outcome=CANNOT_TELL, step=0,
                      sentence=f"right so far; still to answer: {', '.join(open_)}.")
    return report(outcome=RIGHT, sentence="", step=0)


def _predictions(exercise: Predict, attempt: Any) -> dict[str, Any]:
    """The learner's predictions, by the names of the questions."""
    if not isinstance(attempt, dict):
        if len(exercise.questions) == 1:
            return {next(iter(exercise.questions)): attempt}
        raise DslabError(f"expected a dict such as {{{next(iter(exercise.questions))!r}: ...}}, not {brief(attempt)}")
    for name in attempt:
        if name not in exercise.questions:
            raise DslabError(f"there is no question {brief(name)}.{nearest(str(name), exercise.questions)}")
    return {name: value for name, value in attempt.items() if value is not None and value is not ...}


def same(predicted: Any, answer: Any) -> bool:
    """Whether a prediction equals the answer as data: a list equals a tuple, 20 equals 20.0, 1 does not equal True."""
    predicted, answer = (tuple(one) if isinstance(one, list) else one for one in (predicted, answer))
    if isinstance(predicted, tuple) and isinstance(answer, tuple):
        return len(predicted) == len(answer) and all(map(same, predicted, answer))
    return (type(predicted) is type(answer) or (_is_number(predicted) and _is_number(answer))) and predicted == answer


def _is_number(value: Any) -> bool:
    """Whether it is a number. (In Python True is an int; in a prediction it is not.)"""
    return isinstance(value, Real) and not isinstance(value, bool)


# ---- determinism -------------------------------------------------------------------------------------------------

def behaviour(exercise: MakeItRight, attempt: Any) -> list[list[int]]:
    """A hash of each step of each scenario; if those of two processes differ, the attempt is not deterministic."""
    found = []
    for run in exercise.scenarios(attempt, exercise.clusters[0]):
        try:
            steps = trace_to_dict(simulate(run))["steps"]
        except ProtocolError as problem:
            steps = trace_to_dict(problem.trace)["steps"]
        found.append([crc32(json.dumps(step, sort_keys=True, default=str).encode()) for step in steps])
    return found
