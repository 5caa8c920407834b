"""Predictions: questions, each with its answer from the run, the step that shows it, and common mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dslab.grader.exercise import Predict
from dslab.run import Run
from dslab.trace import Trace

YES_OR_NO = (True, False)


def end(trace: Trace) -> int:
    """The last step."""
    return len(trace) - 1


@dataclass(frozen=True)
class Question:
    """One question about a run.

    Args:
        words: the question, with the form of the answer.
        answer: from the trace to the value.
        look: from the trace to the step that shows it.
        why: the explanation after a wrong answer: a sentence, or a function from the trace to one.
        wrong: common wrong answers.
        choices: all possible answers, where they are few: a form shows a button for each.
    """

    words: str
    answer: Callable[[Trace], Any]
    look: Callable[[Trace], int] = end
    why: str | Callable[[Trace], str] = ""
    wrong: tuple[Any, ...] = ()
    choices: tuple[Any, ...] = ()

    def reason(self, trace: Trace) -> str:
        """The explanation for this run."""
        return self.why(trace) if callable(self.why) else self.why


def predict(asks: Mapping[str, Question], *, number: str, title: str, task: str, run: Run, hints: tuple[str, ...] = (),
            right: Mapping[str, Any] | None = None, wrong: tuple[tuple[Mapping[str, Any], str], ...] = (),
            form: type[Predict] = Predict) -> Predict:
    """An exercise made of questions, by name.

    Args:
        asks: name -> question.
        number, title, task, run, hints: as in `Predict`.
        right: all answers, where a test is to compare them with what the run says.
        wrong: mistakes in several answers at once, each with words that its sentence must have.
        form: `Predict`, or `FillIn` for stamps that are written into the diagram.
    """
    def each(read: Callable[[Question, Trace], Any]) -> Callable[[Trace], dict[str, Any]]:
        return lambda trace: {name: read(question, trace) for name, question in asks.items()}

    return form(
        number=number, title=title, task=task, run=run, hints=hints, right=() if right is None else (right,),
        questions={name: question.words for name, question in asks.items()},
        choices={name: question.choices for name, question in asks.items() if question.choices},
        answer=each(lambda question, trace: question.answer(trace)),
        look=each(lambda question, trace: question.look(trace)),
        why=lambda trace: {name: question.reason(trace) for name, question in asks.items() if question.why},
        wrong=(*(({name: value}, question.words) for name, question in asks.items() for value in question.wrong),
               *wrong))
