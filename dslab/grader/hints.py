"""Hints, from vague to exact: each call gives the next one, also tomorrow; a failed attempt chooses where to begin."""

from __future__ import annotations

from dslab.grader.exercise import Exercise
from dslab.grader.progress import hints_read, note, recall


def next_hint(exercise: Exercise, first: int | None = None) -> str:
    """The next hint that was not read yet, as a sentence.

    Args:
        exercise: it has the hints.
        first: which of them helps most, from 0; None: what the last attempt was told, or else the vaguest.
    """
    count = len(exercise.hints)
    if not count:
        return f"Exercise {exercise.number} has no hints."
    entry = recall().get(exercise.number, {})
    read, begin = hints_read(entry), entry.get("hint") if first is None else first
    if type(begin) is not int or not 0 <= begin < count:
        begin = 0
    unread = [place for place in (*range(begin, count), *range(begin)) if place not in read]
    if not unread:
        told = "\n".join(f"{place}. {hint}" for place, hint in enumerate(exercise.hints, 1))
        return f"You have read all hints of exercise {exercise.number}:\n{told}"
    note(exercise.number, hints=[*read, unread[0]])
    return f"Hint {unread[0] + 1} of {count}: {exercise.hints[unread[0]]}"

