"""What the learner has done so far, in a local file that survives restarts and a broken write; and a page about it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from dslab.grader.catalogue import exercises
from dslab.grader.exercise import Exercise
from dslab.grader.report import MARKS, NOT_ATTEMPTED, RIGHT, Report


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
    """How far one exercise is."""

    exercise: Exercise
    state: str              # right, if it ever was; else the last outcome
    tries: int
    hints: int              # that were read

    @classmethod
    def of(cls, exercise: Exercise, entry: Mapping[str, Any]) -> ProgressLine:
        """From an entry of the file, whatever it holds."""
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
        """How many are right."""
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
                told = ", ".join([line.state, *(f"{n} {one if n == 1 else many}" for n, one, many in counts if n)])
                yield f"  {MARKS[line.state]} {line.exercise.number:5} {line.exercise.title} ({told})"

    def _repr_html_(self) -> str:
        from dslab.widgets.panel import framed, table

        head = ("exercise", "title", "form", "state", "tries", "hints read")
        tables = [table(head, [
            (line.exercise.number, line.exercise.title, line.exercise.form, (line.state, line.state), line.tries,
             line.hints) for line in lines], caption=f"Chapter {chapter}")
            for chapter, lines in groupby(self.lines, lambda line: line.chapter)]
        return framed(f"<p>{self.sentence}</p>{''.join(tables)}", title="Your progress")


# ---- the file --------------------------------------------------------------------------------------------------------

def progress_file() -> Path:
    """Where it is kept: $DSLAB_PROGRESS, or a file in the user's data folder."""
    named = os.environ.get("DSLAB_PROGRESS")
    return Path(named) if named else user_data_path("dslab") / "progress.json"


def recall() -> dict[str, dict[str, Any]]:
    """For each exercise that was tried: its outcome, whether it was ever right, how often, when, and the hints read."""
    for path in (progress_file(), _copy(progress_file())):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):               # not there, or half written: the copy from before is whole
            continue
        if isinstance(found, dict) and all(isinstance(entry, dict) for entry in found.values()):
            return found
    return {}


def remember(report: Report) -> None:
    """Note a report. A file that cannot be written costs the memory of this check, and nothing else."""
    before = recall().get(report.exercise, {})
    right = before.get("right") is True or report.outcome == RIGHT
    note(report.exercise, outcome=report.outcome, right=right, hint=report.hint,
         tries=tries(before) + (report.outcome != NOT_ATTEMPTED), last=datetime.now(UTC).isoformat(timespec="seconds"))


def note(number: str, **facts: Any) -> None:
    """Note facts about an exercise, beside those that are known."""
    known = recall()
    _write(known | {number: known.get(number, {}) | facts})


def tries(entry: Mapping[str, Any]) -> int:
    """How often an exercise was tried, by what the file says of it."""
    count = entry.get("tries")
    return count if type(count) is int and count > 0 else 0


def hints_read(entry: Mapping[str, Any]) -> list[int]:
    """Which hints were read, from 0, by what the file says of an exercise."""
    read = entry.get("hints")
    return list(dict.fromkeys(place for place in read if type(place) is int)) if isinstance(read, list) else []


def _write(entries: Mapping[str, Any]) -> None:
    """Replace the file in one go, and keep the one before beside it."""
    path = progress_file()
    half = path.with_suffix(f".{os.getpid()}.half")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_text(json.dumps(entries, indent=1), encoding="utf-8")
        if path.exists():
            os.replace(path, _copy(path))
        os.replace(half, path)
    except OSError:
        half.unlink(missing_ok=True)


def _copy(path: Path) -> Path:
    return path.with_suffix(".before.json")
