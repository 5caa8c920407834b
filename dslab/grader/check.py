"""`check(exercise, attempt)`: whether an attempt is right, and if not, exactly why. It never raises and never hangs.

The attempt runs in a child process with limits of time, memory, output and events. This guards against accidents; it
is no security sandbox.
"""

from __future__ import annotations

import json
import os
from functools import partial
from typing import Any

import cloudpickle

from dslab.grader.child import Job
from dslab.grader.exercise import Exercise, MakeItRight
from dslab.grader.nondeterminism import likely_source
from dslab.grader.process import BY_USER, ChildProcess, Ending, answers, plain, reason_without_report
from dslab.grader.progress import remember
from dslab.grader.report import CANNOT_TELL, NOT_ATTEMPTED, NOT_DETERMINISTIC, RIGHT, WRONG, Report
from dslab.mistakes.calls import teaching
from dslab.values import DslabError, brief, first_difference

SECONDS = 20.0                  # of computing
GRADING, REPORTS = "DSLAB_GRADING", "DSLAB_REPORTS"     # names in the environment: see `check`


class NotRight(AssertionError):
    """In grading mode: the attempt is not right. The message is the report."""

    def _render_traceback_(self) -> list[str]:
        """IPython shows the sentence only: the grader's traceback would not help."""
        return [str(self)]


@teaching('check(exercise("4.1"), MyClock)')
def check(exercise: Exercise, attempt: Any = None, *, seconds: float = SECONDS) -> Report:
    """Judge an attempt.

    Args:
        exercise: from `dslab.exercises`.
        attempt: a class, a script, or a prediction: see the exercise.
        seconds: the limit of CPU time, after which the outcome is "too slow".

    Returns:
        A report with one of six outcomes: not attempted, right, wrong, cannot tell, too slow, not deterministic. The
        notebook shows it; `report.play()` opens the run that shows the mistake.

    Raises:
        NotRight: in grading mode only (the environment variable DSLAB_GRADING is set), if the attempt is not right.
            In this mode each check appends a line of JSON to the file in DSLAB_REPORTS.

    >>> check(exercise("4.1")).outcome
    'not attempted'
    """
    report = _report(exercise, attempt, seconds)
    remember(report)
    if os.environ.get(GRADING):
        _hand_in(report)
        if report.outcome != RIGHT:
            raise NotRight(str(report))
    return report


def _hand_in(report: Report) -> None:
    """Write the report to the notebook grader's file: a learner's cell can print or return anything."""
    path = os.environ.get(REPORTS)
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(report.replace(data=None).to_dict()) + "\n")


def _report(exercise: Exercise, attempt: Any, seconds: float) -> Report:
    if not isinstance(exercise, Exercise):
        return Report(exercise="?", outcome=CANNOT_TELL, sentence=f"{brief(exercise)} is not an exercise: write "
                      "check(exercise, your_attempt), the exercise first.")
    report = partial(Report, exercise=exercise.number)
    if type(seconds) not in (int, float) or not 0 <= seconds < 1e6:
        return report(outcome=CANNOT_TELL, sentence=f"seconds={brief(seconds)} is not a limit: expected a number "
                                                    "such as"
                      f" {SECONDS:g}.")
    try:
        missing = exercise.missing(attempt)
    except DslabError as problem:
        return report(outcome=WRONG, sentence=f"{problem}.".replace("..", "."))
    if missing:
        return report(outcome=NOT_ATTEMPTED, sentence=f"{missing}.".replace("..", "."))
    try:
        job = cloudpickle.dumps(Job(exercise, attempt, seconds))
    except Exception as problem:                    # an attempt can contain anything, also what cannot be pickled
        return report(outcome=CANNOT_TELL, sentence=f"your code cannot be run in a process of its own: "
                      f"{type(problem).__name__}: {problem}. Restart the kernel and run the cells in order.")
    children = [ChildProcess(job, "judge", hash_seed=1)]
    if isinstance(exercise, MakeItRight):
        children.append(ChildProcess(job, "repeat", hash_seed=2))
    judged, *repeats = answers(*children, seconds=10 * seconds + 60)
    return _read(judged, repeats, exercise, attempt, seconds)


def _read(judged: Ending, repeats: list[Ending], exercise: Exercise, attempt: Any, seconds: float) -> Report:
    """The child's report, or one about how it ended if it wrote none."""
    printed = plain(judged.printed, cut=judged.cut)
    if judged.report is None:
        outcome = CANNOT_TELL if judged.ended == BY_USER else WRONG
        return Report(exercise=exercise.number, outcome=outcome, printed=printed,
                      sentence=reason_without_report(judged))
    data = json.loads(judged.report)
    steps = data.pop("steps", None)
    report = Report(**data).replace(printed=printed)
    for repeat in repeats:
        others = json.loads(repeat.report).get("steps") if repeat.report else None
        if steps and others and steps != others:
            step = _first_different_step(steps, others)
            return Report(exercise=exercise.number, outcome=NOT_DETERMINISTIC, printed=printed, sentence=f"same seed, "
                          f"different behaviour at step {step}: {likely_source(attempt)}")
    return report


def _first_different_step(steps: list[list[int]], others: list[list[int]]) -> int:
    """The first step at which two processes differ, in the first run in which they do."""
    mine, other = next((pair for pair in zip(steps, others, strict=False) if pair[0] != pair[1]), ([], []))
    return first_difference(mine, other) or 0
