"""What an exercise must have. Each rule yields sentences for the author of one that lacks it."""

from collections.abc import Iterator
from typing import Any

from dslab.grader.exercise import Compute, Exercise, MakeItRight
from dslab.grader.judging import cases, examine
from dslab.grader.report import RIGHT, WRONG, Report
from dslab.grader.stages import Tally

RIGHTS, WRONGS, HINTS = 2, 5, 3         # at least so many of each
ENDLESS = ("a property of the end is due only when nothing is left to happen: where runs of an attempt never come to"
           " rest, the demand is a function made by demands.at_the_end")


def name_of(attempt: Any) -> str:
    return getattr(attempt, "__name__", "") or repr(attempt)


def incomplete(exercise: Compute | MakeItRight) -> Iterator[str]:
    """Of one whose answer is written: too few answers, mistakes or hints; a demand without its rule or its hint."""
    for what, least in ("right", RIGHTS), ("wrong", WRONGS), ("hints", HINTS):
        if len(getattr(exercise, what)) < least:
            yield f"exercise {exercise.number}: `{what}` has {len(getattr(exercise, what))}, and needs at least {least}"
    for one in exercise.demands if isinstance(exercise, MakeItRight) else cases(exercise, 5):
        what = one.name if isinstance(exercise, MakeItRight) else one.code
        if not one.rule:
            yield f"exercise {exercise.number}: '{what}' needs the rule that is broken where it does not hold"
        if not 0 <= one.hint < len(exercise.hints):
            yield (f"exercise {exercise.number}: '{what}' names hint {one.hint}, and there are {len(exercise.hints)},"
                   " counted from 0")


def not_blank(exercise: Compute | MakeItRight) -> Iterator[str]:
    """The learner starts from what is no attempt, and the reference is one."""
    if not exercise.missing(exercise.base):
        yield (f"exercise {exercise.number}: {name_of(exercise.base)}, from which the learner starts, is complete: the"
               " methods that `asks` names have docstrings and no bodies")
    if missing := exercise.missing(exercise.reference):
        yield f"exercise {exercise.number}: the reference {name_of(exercise.reference)} is no attempt: {missing}"


def refused(exercise: Exercise, attempt: Any) -> Iterator[str]:
    """An answer that is right, and is not taken."""
    report = examine(exercise, attempt, Tally())
    if report.outcome != RIGHT:
        yield (f"exercise {exercise.number}: {name_of(attempt)} is among the right answers, and is judged"
               f" {report.outcome}: {report.sentence}")


def undetected(exercise: Exercise, attempt: Any, words: str, report: Report) -> Iterator[str]:
    """A mistake that is not found, or for another reason than that for which it is known."""
    if report.outcome != WRONG:
        why = f": {report.sentence}" if report.sentence else ""
        yield (f"exercise {exercise.number}: the mistake {name_of(attempt)} is judged {report.outcome}{why}. Let a"
               f" scenario show it ({ENDLESS})")
    elif words not in report.sentence:
        yield (f"exercise {exercise.number}: of the mistake {name_of(attempt)} it is said: '{report.sentence}'."
               f" In `wrong` stands that its sentence has the words '{words}'")


def complaints(exercise: Compute | MakeItRight) -> list[str]:
    """All that is wrong with an exercise: first what it lacks; if it lacks nothing, how its answers are judged."""
    found = [said for rule in (incomplete, not_blank) for said in rule(exercise)]
    if found:
        return found
    return [*(said for attempt in (exercise.reference, *exercise.right) for said in refused(exercise, attempt)),
            *(said for attempt, words in exercise.wrong
              for said in undetected(exercise, attempt, words, examine(exercise, attempt, Tally())))]
