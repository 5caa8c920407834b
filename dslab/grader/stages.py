"""The stages that judge an attempt at `MakeItRight`: scenarios, then exploration of small runs, then random schedules.

Each stage is an iterator of failures, which are shrunk. Only recorded behaviour counts: messages, outputs and states.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from typing import Any
from zlib import crc32

from dslab.grader.demands import Demand, Objection, careful, objection
from dslab.grader.exercise import MakeItRight, Names
from dslab.model_checker.explore import explore
from dslab.model_checker.local_step import NotExplorable
from dslab.model_checker.random_faults import schedule
from dslab.model_checker.shrink import Fails, shrink
from dslab.node import Node
from dslab.properties import Promise
from dslab.run import Run
from dslab.simulator.errors import ProtocolError
from dslab.simulator.simulate import simulate
from dslab.trace import Trace

SCENARIO, EXPLORATION, SCHEDULE = STAGES = ("scenario", "exploration", "schedule")
MOST = 300                          # the limit of runs for shrinking one failure
MOST_STATES = 100_000               # the limit of states in the exploration of one run


@dataclass(frozen=True)
class Failure:
    """A failure, and the run that shows it."""

    stage: str
    trace: Trace
    found: Objection
    demand: Demand | None           # None: a handler failed, or the run did not end
    code: str                       # the run as code
    names: Names


class Tally:
    """The counts of what was tried so far, as text for the learner."""

    def __init__(self) -> None:
        self.stage = self.remark = ""           # the remark: why there was no exploration
        self.cases = self.scenarios = self.states = self.schedules = 0

    def __str__(self) -> str:
        counts = {"case": self.cases, "scenario": self.scenarios, "state": self.states,
                  "random schedule": self.schedules}
        return ", ".join(f"{count:,} {noun}{'s' * (count != 1)}" for noun, count in counts.items() if count)


def first_failure(exercise: MakeItRight, attempt: type[Node], tally: Tally) -> Failure | None:
    """The first failure of an attempt, shrunk."""
    for stage in STAGES:
        tally.stage = stage
        found = next(failures(exercise, attempt, stage, tally), None)
        if found is not None:
            return found
    return None


def failures(exercise: MakeItRight, attempt: type[Node], stage: str, tally: Tally) -> Iterator[Failure]:
    """The failures that one stage finds; the last runs have other node names."""
    for names in exercise.clusters:
        yield from STAGE[stage](exercise, attempt, names, tally)


# ---- the three stages ------------------------------------------------------------------------------------------------

def scenarios(exercise: MakeItRight, attempt: type[Node], names: Names, tally: Tally) -> Iterator[Failure]:
    """The failures in runs from the literature."""
    for run in exercise.scenarios(attempt, names):
        tally.scenarios += 1
        yield from _failing(exercise, run, SCENARIO, names)


def explorations(exercise: MakeItRight, attempt: type[Node], names: Names, tally: Tally) -> Iterator[Failure]:
    """The failures in all orders of the events of small runs."""
    promises = {careful(demand.what): demand for demand in exercise.demands if isinstance(demand.what, Promise)}
    for search in exercise.searches(attempt, names):
        try:
            explored = explore(search.run, promises, **{"states": MOST_STATES, **search.budgets})
        except ProtocolError as problem:
            yield _stumbled(problem, search.run, EXPLORATION, names)
            continue
        except NotExplorable as problem:            # it reads a clock or draws random numbers: schedules remain
            tally.remark = str(problem)
            continue
        tally.states += explored.states
        if explored.states >= MOST_STATES:
            why = f"states never repeat because of {explored.grows}" if explored.grows else "there are too many states"
            tally.remark = f"{why}; the search cannot finish"
        for verdict in explored.verdicts:
            if verdict.status == "broken" and verdict.trace is not None:
                code = f"follow({one_line(search.run)}, {explored.paths[verdict.promise.name]!r})"
                yield Failure(EXPLORATION, verdict.trace, objection(verdict), promises[verdict.promise], code, names)


def schedules(exercise: MakeItRight, attempt: type[Node], names: Names, tally: Tally) -> Iterator[Failure]:
    """The failures under random faults and delays, by seeds that differ from attempt to attempt."""
    if exercise.swarm is None:
        return
    first = crc32(_body(attempt)) % 1_000_000
    for seed in range(first, first + exercise.schedules // len(exercise.clusters)):
        tally.schedules += 1
        calm = exercise.swarm(attempt, names, seed).replace(seed=seed)
        try:
            run = schedule(calm, seed, exercise.faults)
        except ProtocolError as problem:            # in the run that collects the names of messages
            yield _stumbled(problem, calm, SCHEDULE, names)
            continue
        yield from _failing(exercise, run, SCHEDULE, names)


STAGE: dict[str, Callable[..., Iterator[Failure]]] = {
    SCENARIO: scenarios, EXPLORATION: explorations, SCHEDULE: schedules}


# ---- one run ---------------------------------------------------------------------------------------------------------

def _failing(exercise: MakeItRight, run: Run, stage: str, names: Names) -> Iterator[Failure]:
    """The first failure in a run, if it fails, with the shrunk run that still has it."""
    played = _played(run)
    found = [(demand, *seen) for demand in (None, *exercise.demands) if (seen := _judged(played, demand))]
    if found:
        demand, trace, first = min(found, key=lambda one: one[2].step)
        small = shrink(run, _fails(demand, _ending(played)), most=MOST)
        seen = _judged(_played(small), demand) or (trace, first)
        yield Failure(stage, *seen, demand, f"simulate({one_line(small)})", names)


def _played(run: Run) -> Trace | ProtocolError:
    """The trace of a run, or the error that ended it."""
    try:
        return simulate(run)
    except ProtocolError as problem:
        return problem


def _judged(played: Trace | ProtocolError, demand: Demand | None) -> tuple[Trace, Objection] | None:
    """The violation of a demand, with its trace. The demand None: handlers do not fail, and the run ends."""
    if isinstance(played, ProtocolError):
        return (played.trace, _last(played.trace, str(played))) if demand is None else None
    if demand is None:
        return (played, _last(played, str(played.end))) if played.was_cut_short else None
    found = demand.look(played)
    return None if found is None else (played, found)


def _fails(demand: Demand | None, ending: str) -> Fails:
    """The predicate of runs with the same failure: of the same demand, or with the same ending."""
    def moment(run: Run) -> float | None:
        played = _played(run)
        found = _judged(played, demand)
        if found is None or (demand is None and _ending(played) != ending):
            return None
        trace, seen = found
        at_the_end = demand is not None and isinstance(demand.what, Promise) and demand.what.kind == "in the end"
        return inf if at_the_end or not len(trace) else trace.steps[seen.step].time

    return moment


def _ending(played: Trace | ProtocolError) -> str:
    """How a run ended: the kind of its exception, or the code of its end."""
    return played.kind if isinstance(played, ProtocolError) else played.end.code


def one_line(run: Run) -> str:
    """A run as code, on one line."""
    return re.sub(r"\s*\n\s*", " ", run.replace(title="").code()).replace("[ at(", "[at(").replace("), ]", ")]")


def _stumbled(problem: ProtocolError, run: Run, stage: str, names: Names) -> Failure:
    return Failure(stage, problem.trace, _last(problem.trace, str(problem)), None, f"simulate({one_line(run)})", names)


def _last(trace: Trace, sentence: str) -> Objection:
    return Objection(sentence, max(len(trace) - 1, 0))


def _body(attempt: type[Node]) -> bytes:
    """The code of an attempt as bytes, from which its random schedules are seeded."""
    functions: list[Any] = [value for value in vars(attempt).values() if hasattr(value, "__code__")]
    return b"".join(function.__code__.co_code for function in functions)
