"""The report of a check: outcome, sentence and evidence."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from dslab.trace import Trace
from dslab.values import DslabError

NOT_ATTEMPTED, RIGHT, WRONG = "not attempted", "right", "wrong"
CANNOT_TELL, TOO_SLOW, NOT_DETERMINISTIC = "cannot tell", "too slow", "not deterministic"
OUTCOMES = (NOT_ATTEMPTED, RIGHT, WRONG, CANNOT_TELL, TOO_SLOW, NOT_DETERMINISTIC)
MARKS = dict(zip(OUTCOMES, "○✓✗?⧗≠", strict=True))


@dataclass(frozen=True, kw_only=True)
class Report:
    """The outcome of a check, with its evidence. It is true if the attempt is right.

    Args:
        exercise: its number, such as "4.1".
        outcome: one of the six in `OUTCOMES`.
        sentence: the finding: the property, and the two events in conflict.
        rule: the rule of the algorithm that was broken.
        stage: the stage that found it: "scenario", "exploration" or "schedule".
        step: the step of the trace that shows it.
        code: the run as code, to reproduce it.
        hint: the index of the hint that helps most; None: the first that was not read.
        counted: the runs and states that were tried, as text.
        printed: the output of the attempt, shortened.
        data: the trace, as JSON data.
    """

    exercise: str
    outcome: str
    sentence: str
    rule: str = ""
    stage: str = ""
    step: int | None = None
    code: str = ""
    hint: int | None = None
    counted: str = ""
    printed: str = ""
    data: Mapping[str, Any] | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        return self.outcome == RIGHT

    @property
    def trace(self) -> Trace | None:
        """The trace of the shrunk run that shows the mistake. The attempt's code is not run again."""
        return None if self.data is None else Trace.from_json(json.dumps(self.data))

    def play(self, **options: Any) -> Any:
        """The player, open at the offending step; options are those of `dslab.play`."""
        trace = self.trace
        if trace is None:
            raise DslabError(f"there is nothing to play: {self.outcome}. {self.sentence}")
        from dslab.player.play import play

        return play(trace, **{"step": self.step or 0} | options)

    def panel(self, exercise: Any = None, *, folded: Sequence[tuple[str, str]] = ()) -> Any:
        """The widget of the report, with buttons for the player and for hints.

        Args:
            exercise: the exercise, for its hints; None looks it up by its number.
            folded: names and texts of collapsed sections, beside those of the report.
        """
        from dslab.grader.catalogue import exercises
        from dslab.grader.hints import hint
        from dslab.widgets.panel import panel

        asked = exercise or exercises().get(self.exercise)
        actions: dict[str, Callable[[], Any]] = {"Play it": self.play} if self.data is not None else {}
        if asked is not None and asked.hints and self.outcome != RIGHT:
            actions["Hint"] = lambda: hint(asked, self.hint)
        return panel(self.card(asked.title if asked else "", folded), actions)

    def card(self, title: str = "", folded: Sequence[tuple[str, str]] = ()) -> Any:
        """The texts of the panel."""
        from dslab.widgets.panel import Card

        rows = (("The rule", self.rule), ("Tried", self.counted))
        more = (("What your code printed", self.printed), ("See it again", self.code), *folded)
        return Card(title=f"Exercise {self.exercise} {title}".strip(), state=self.outcome, outcome=self.outcome,
                    sentence=self.sentence, rows=[row for row in rows if row[1]],
                    folded=[fold for fold in more if fold[1]])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """The panel where there is a kernel; HTML and text elsewhere."""
        from dslab.widgets.panel import shown

        return shown(text=str(self), html=self.card()._repr_html_(), widget=self.panel)

    def __str__(self) -> str:
        ending = f": {self.sentence}" if self.sentence else "."
        lines = [f"{MARKS[self.outcome]} Exercise {self.exercise}, {self.outcome}{ending}"]
        lines += [f"{name}: {text}" for name, text in (
            ("The rule", self.rule), ("Tried", self.counted), ("See it again", self.code),
            ("Your code printed", self.printed)) if text]
        return "\n".join(lines)

    __repr__ = __str__

    def replace(self, **changes: Any) -> Report:
        """A changed copy."""
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)
