"""The learner's progress: a page about it, and the record of each check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from dslab.grader.catalogue import exercises
from dslab.grader.exercise import Exercise
from dslab.grader.report import MARKS, NOT_ATTEMPTED, RIGHT, Report
from dslab.mistakes.calls import teaching
from dslab.progress_file import hints_read, note, recall, tries


@teaching("progress()")
def progress() -> Progress:
    """All exercises of the course, with what you have done so far: a table in a notebook, text elsewhere.

    >>> progress().sentence                         # on the first day
    '0 of ... exercises are right.'
    """
    known = recall()
    lines = (ProgressLine.of(exercise, known.get(exercise.number, {})) for exercise in exercises().values())
    return Progress(tuple(lines))


@dataclass(frozen=True)
class ProgressLine:
    """The progress in one exercise."""

    exercise: Exercise
    state: str              # right, if it ever was; else the last outcome
    tries: int
    hints: int              # that were read

    @classmethod
    def of(cls, exercise: Exercise, entry: Mapping[str, Any]) -> ProgressLine:
        """From an entry of the file, which may be malformed."""
        outcome = entry.get("outcome")
        state = RIGHT if entry.get("right") is True else outcome if outcome in MARKS else NOT_ATTEMPTED
        return cls(exercise, state, tries(entry), len(hints_read(entry)))

    @property
    def chapter(self) -> str:
        """The number of the chapter."""
        return self.exercise.number.partition(".")[0]


@dataclass(frozen=True)
class Progress:
    """A page over all chapters."""

    lines: tuple[ProgressLine, ...]

    @property
    def sentence(self) -> str:
        """The number of exercises that are right, as a sentence."""
        right = sum(line.state == RIGHT for line in self.lines)
        return f"{right} of {len(self.lines)} exercises are right."

    def __str__(self) -> str:
        return "\n".join([self.sentence, *self._texts()])

    __repr__ = __str__

    def _texts(self) -> Iterator[str]:
        for chapter, lines in groupby(self.lines, lambda line: line.chapter):
            yield f"\nChapter {chapter}"
            for line in lines:
                counts = ((line.tries, "try", "tries"), (line.hints, "hint read", "hints read"))
                details = ", ".join([line.state, *(f"{n} {one if n == 1 else many}" for n, one, many in counts if n)])
                yield f"  {MARKS[line.state]} {line.exercise.number:5} {line.exercise.title} ({details})"

    def _repr_html_(self) -> str:
        from dslab.widgets.panel import framed, html_table

        head = ("exercise", "title", "form", "state", "tries", "hints read")
        tables = [html_table(head, [
            (line.exercise.number, line.exercise.title, line.exercise.form, (line.state, line.state), line.tries,
             line.hints) for line in lines], caption=f"Chapter {chapter}")
            for chapter, lines in groupby(self.lines, lambda line: line.chapter)]
        return framed(f"<p>{self.sentence}</p>{''.join(tables)}", title="Your progress")


def remember(report: Report) -> None:
    """Record a report. If the file cannot be written, only the record of this check is lost."""
    before = recall().get(report.exercise, {})
    right = before.get("right") is True or report.outcome == RIGHT
    note(report.exercise, outcome=report.outcome, right=right, hint=report.hint,
         tries=tries(before) + (report.outcome != NOT_ATTEMPTED), last=datetime.now(UTC).isoformat(timespec="seconds"))
