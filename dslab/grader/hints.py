"""Hints, from vague to exact: each call returns the next one, across sessions; a failed attempt selects the first."""

from __future__ import annotations

from dslab.grader.exercise import Exercise
from dslab.progress_file import hints_read, note, recall


class Said(str):
    """A sentence that a notebook and a terminal show without quotation marks."""

    __repr__ = str.__str__


def hint(exercise: Exercise, first: int | None = None) -> Said:
    """The next hint, from vague to exact; after a failed attempt, the one that helps with it.

    Args:
        exercise: the exercise, from `exercise("4.1")`.
        first: the index of the first hint, from 0, such as `report.hint`; None: the one for your last attempt.

    >>> hint(exercise("3.4"))
    Hint 1 of 3: Which of the clocks can be set while it is read?
    """
    count = len(exercise.hints)
    if not count:
        return Said(f"Exercise {exercise.number} has no hints.")
    entry = recall().get(exercise.number, {})
    read, begin = hints_read(entry), entry.get("hint") if first is None else first
    if type(begin) is not int or not 0 <= begin < count:
        begin = 0
    unread = [place for place in (*range(begin, count), *range(begin)) if place not in read]
    if not unread:
        told = "\n".join(f"{place}. {hint}" for place, hint in enumerate(exercise.hints, 1))
        return Said(f"You have read all hints of exercise {exercise.number}:\n{told}")
    note(exercise.number, hints=[*read, unread[0]])
    return Said(f"Hint {unread[0] + 1} of {count}: {exercise.hints[unread[0]]}")

