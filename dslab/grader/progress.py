"""The learner's progress: a page about it, and the record of each check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from dslab.grader.catalogue import exercises
from dslab.grader.exercise import Exercise
from dslab.grader.report import MARKS, NOT_ATTEMPTED, RIGHT, WRONG, Report
from dslab.mistakes.calls import teaching
from dslab.predictions.guesses import Guess, guesses
from dslab.progress_file import hints_read, note, recall, tries
from dslab.values import DslabError, brief


@teaching("progress(chapter=2)")
def progress(*, chapter: int | None = None) -> Progress:
    """Your exercises and what you guessed, of the course or of a chapter: tables in a notebook, text elsewhere.

    Args:
        chapter: its number; None: all chapters.

    Raises:
        DslabError: no chapter with exercises has this number.

    >>> progress().sentence                         # on the first day
    '0 of ... exercises are right.'
    """
    known = recall()
    lines = [ProgressLine.of(exercise, known.get(exercise.number, {})) for exercise in exercises().values()]
    asked = guesses()
    if chapter is not None:
        _check_chapter(chapter, {line.chapter for line in lines} | {guess.chapter for guess in asked})
        lines = [line for line in lines if line.chapter == str(chapter)]
        asked = [guess for guess in asked if guess.chapter == str(chapter)]
    return Progress(tuple(lines), tuple(asked))


def _check_chapter(chapter: Any, known: set[str]) -> None:
    if type(chapter) is not int or str(chapter) not in known:
        numbers = ", ".join(sorted(known - {""}))
        raise DslabError(f"chapter={brief(chapter)}: expected one of {numbers}, as a number")


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
        state = RIGHT if entry.get("right") is True else outcome if outcome in list(MARKS) else NOT_ATTEMPTED
        return cls(exercise, state, tries(entry), len(hints_read(entry)))

    @property
    def chapter(self) -> str:
        """The number of the chapter."""
        return self.exercise.number.partition(".")[0]


@dataclass(frozen=True)
class Progress:
    """A page over all chapters, or one: its exercises, and what was guessed at its questions."""

    lines: tuple[ProgressLine, ...]
    guesses: tuple[Guess, ...] = ()

    @property
    def sentence(self) -> str:
        """The number of exercises that are right, as a sentence; and of guesses, if there are any."""
        right = sum(line.state == RIGHT for line in self.lines)
        guessed = sum(guess.right for guess in self.guesses)
        counts = [f"{right} of {len(self.lines)} exercises are right."] if self.lines else []
        if self.guesses:
            counts.append(f"{guessed} of {len(self.guesses)} questions were answered right the first time.")
        return " ".join(counts)

    def __str__(self) -> str:
        return "\n".join([self.sentence, *self._texts(), *self._guessed()])

    __repr__ = __str__

    def _texts(self) -> Iterator[str]:
        for chapter, lines in groupby(self.lines, lambda line: line.chapter):
            yield f"\nChapter {chapter}"
            for line in lines:
                counts = ((line.tries, "try", "tries"), (line.hints, "hint read", "hints read"))
                details = ", ".join([line.state, *(f"{n} {one if n == 1 else many}" for n, one, many in counts if n)])
                yield f"  {MARKS[line.state]} {line.exercise.number:5} {line.exercise.title} ({details})"

    def _guessed(self) -> Iterator[str]:
        if self.guesses:
            yield "\nWhat you guessed"
        for guess in self.guesses:
            so = "" if guess.right else f"; it is {guess.shown}"
            yield f"  {MARKS[RIGHT if guess.right else WRONG]} {guess.section:5} {guess.text} {guess.words}{so}"

    def _repr_html_(self) -> str:
        from dslab.widgets.panel import framed, html_table

        head = ("exercise", "title", "form", "state", "tries", "hints read")
        tables = [html_table(head, [
            (line.exercise.number, line.exercise.title, line.exercise.form, (line.state, line.state), line.tries,
             line.hints) for line in lines], caption=f"Chapter {chapter}")
            for chapter, lines in groupby(self.lines, lambda line: line.chapter)]
        if self.guesses:
            tables.append(html_table(("section", "question", "your answer", "the answer"), [
                (guess.section, guess.text, (RIGHT if guess.right else WRONG, guess.words), guess.shown)
                for guess in self.guesses], caption="What you guessed"))
        return framed(f"<p>{self.sentence}</p>{''.join(tables)}", title="Your progress")


def remember(report: Report) -> None:
    """Record a report. If the file cannot be written, only the record of this check is lost."""
    before = recall().get(report.exercise, {})
    right = before.get("right") is True or report.outcome == RIGHT
    note(report.exercise, outcome=report.outcome, right=right, hint=report.hint,
         tries=tries(before) + (report.outcome != NOT_ATTEMPTED), last=datetime.now(UTC).isoformat(timespec="seconds"))
