"""`Prediction`: a question about a run, which the player asks before it shows what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from dslab.mistakes.calls import teaching
from dslab.predictions.forms import Answer, Choices, asked, check_text, computed
from dslab.trace import Step, Trace
from dslab.values import DslabError, brief


@teaching('Prediction("Who leads?", ["A", "B"], answer=lambda trace: trace.outputs("leader")[-1].node, at=9)')
@dataclass(frozen=True, repr=False)
class Prediction:
    """A question about a run, for `play(run, ask=Prediction(...))`: what comes after `at` is hidden until the answer.

    Args:
        text: the question.
        choices: as for `ask`. Those that are names of nodes can be clicked in the picture, too.
        answer: a function from the trace to the answer: one of the choices, a set of them, a list of all in order, or
            without choices a number or a text; or that value, if it was computed before.
        at: the step at which the player stops and asks: a number, or a function from the trace to one.
        until: the step at which the answer can be seen, the same way; None: that of the next question, or the last.
        section: the number of the heading above it, such as "2.1.3", by which the guess is remembered.

    >>> Prediction("Is there a leader at the end?", answer=lambda trace: bool(trace.outputs("leader")), at=9)
    Prediction('Is there a leader at the end?')
    """

    text: str
    choices: Choices = None
    _: KW_ONLY
    answer: Answer
    at: Any
    until: Any = None
    section: str = ""

    def __post_init__(self) -> None:
        check_text(self.text, self.section)
        if self.choices is not None and not isinstance(self.choices, tuple):
            object.__setattr__(self, "choices", _kept(self.choices))

    def __repr__(self) -> str:
        return f"Prediction({self.text!r})"


def _kept(choices: Any) -> Any:
    """The choices, where they can be gone through only once, too."""
    return tuple(choices) if isinstance(choices, Iterable) and not isinstance(choices, str) else choices


def predictions_of(ask: Any) -> tuple[Prediction, ...]:
    """What `ask=` was given, as a tuple; raises `DslabError` for what is no prediction."""
    given = () if ask is None else (ask,) if isinstance(ask, Prediction) else ask
    if not isinstance(given, Sequence) or not all(isinstance(one, Prediction) for one in given):
        raise DslabError(f'ask={brief(ask)}: expected a question about the run, such as Prediction("Who leads?", '
                         '["A", "B"], answer=lambda trace: ..., at=9), or a list of them')
    return tuple(given)


def asked_of(predictions: Sequence[Prediction], trace: Trace) -> list[dict[str, Any]]:
    """The questions about this trace as JSON data, in order: those of `asked`, with the steps `at` and `until`.

    Raises:
        DslabError: one sentence, for a step that is not there, or an order in which one question gives another away.
    """
    begins = [_step(one, "at", one.at, trace) for one in predictions]
    latest = [*begins[1:], len(trace) - 1][:len(begins)]
    ends = [last if one.until is None else _step(one, "until", one.until, trace)
            for one, last in zip(predictions, latest, strict=True)]
    for place, one in enumerate(predictions):
        if begins[place] >= ends[place]:
            raise DslabError(f"{one!r} is asked at step {begins[place]} and seen at step {ends[place]}: expected a"
                             " later step")
        if place and begins[place] < ends[place - 1]:
            raise DslabError(f"{one!r} is asked at step {begins[place]}, before the one before it is answered, at"
                             f" step {ends[place - 1]}: give them in order, each until the next at most")
        if (one.section, one.text) in [(other.section, other.text) for other in predictions[:place]]:
            raise DslabError(f"{one!r} is asked twice: expected another text, since a guess is remembered by it")
    return [_asked(one, trace) | {"at": at, "until": until}
            for one, at, until in zip(predictions, begins, ends, strict=True)]


def _asked(one: Prediction, trace: Trace) -> dict[str, Any]:
    answer = computed(f"the answer to {brief(one.text)}", one.answer, trace)
    return dict(asked(one.text, one.choices, answer, one.section))


def _step(prediction: Prediction, name: str, given: Any, trace: Trace) -> int:
    """The number of a step of the trace."""
    found = computed(f"{name}= of {prediction!r}", given, trace)
    number = found.index if isinstance(found, Step) else found
    if type(number) is not int or not 0 <= number < len(trace):
        raise DslabError(f"{name}={brief(found)} of {prediction!r}: expected a step of the run, from 0 to"
                         f" {len(trace) - 1}")
    return number


def unanswered(questions: Sequence[Mapping[str, Any]], guesses: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The questions without a guess."""
    return [asked for asked in questions if not guesses.get(asked["id"])]


def opened(questions: Sequence[Mapping[str, Any]], guesses: Mapping[str, Any], step: int) -> int:
    """The step at which a player opens: that of the first question without a guess, or else this one."""
    return next((asked["at"] for asked in unanswered(questions, guesses)), step)
