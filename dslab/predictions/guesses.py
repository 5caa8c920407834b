"""The learner's guesses, kept in the file of the learner's progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dslab.progress_file import note, recall
from dslab.text import visible

MARK = "? "             # begins the keys of guesses in the file; exercises are numbers
LONGEST = 500           # characters of a text in the file


@dataclass(frozen=True)
class Guess:
    """One question, with what the learner said first and what was so."""

    section: str
    text: str
    said: str               # "" where the learner gave up
    shown: str              # the answer
    right: bool

    @property
    def words(self) -> str:
        """What the learner said."""
        return self.said or "gave up"

    @property
    def chapter(self) -> str:
        """The number of the chapter: "0" for section 2 of the first notebook; "" without a section."""
        chapter, dot, _ = self.section.partition(".")
        return chapter if dot else "0" if chapter else ""


def remember_guess(asked: Mapping[str, Any], guess: Mapping[str, Any]) -> None:
    """Record the first guess at a question; later ones know the answer."""
    key = MARK + asked["id"][:LONGEST]
    if key not in recall():
        note(key, section=asked["section"], text=asked["text"][:LONGEST], said=str(guess.get("said", ""))[:LONGEST],
             shown=asked["shown"][:LONGEST], right=guess.get("right") is True,
             last=datetime.now(UTC).isoformat(timespec="seconds"))


def remember_guesses(questions: Iterable[Mapping[str, Any]], made: Mapping[str, Any]) -> None:
    """Record the first guesses at these questions; `made` has them by the question's identity."""
    for asked in questions:
        if guess := made.get(asked["id"]):
            remember_guess(asked, guess)


def guesses() -> list[Guess]:
    """All guesses, by section."""
    entries = [entry for key, entry in recall().items() if key.startswith(MARK)]
    found = [Guess(**{name: _line(entry.get(name, "")) for name in ("section", "text", "said", "shown")},
                   right=entry.get("right") is True) for entry in entries]
    return sorted(found, key=lambda one: [int(part[:9]) if part.isdecimal() else 0
                                          for part in one.section.split(".")])


def _line(value: Any) -> str:
    """Something of the file, which may be malformed, as a line of text."""
    return visible(" ".join(str(value).split()))
