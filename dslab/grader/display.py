"""What a learner sees of an exercise: the form that asks, and the answer once it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from dslab.grader.check import check
from dslab.grader.exercise import BreakIt, Compute, Exercise, FillIn, MakeItRight, Predict
from dslab.grader.judging import same
from dslab.grader.report import RIGHT, WRONG
from dslab.mistakes.calls import teaching
from dslab.predictions.forms import Answer, Choices
from dslab.progress_file import hints_read, recall, tries
from dslab.run import Run
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.values import DslabError, brief

if TYPE_CHECKING:
    from dslab.widgets.form import DiagramForm


# ---- the answer ------------------------------------------------------------------------------------------------------

def solution(exercise: Exercise, *, sure: bool = False) -> Solution:
    """The answer, after a question: the reference, a script, or the values with their reasons.

    A notebook shows a button that asks; `solution(exercise("4.1")).play()` plays a run of the answer.

    Args:
        exercise: as `exercise("4.1")` finds it.
        sure: the question is answered with yes.

    >>> solution(exercise("4.3c"), sure=True)
    script = [at(0, drop('A->C#1'))]
    """
    return Solution(exercise, sure=sure)


class Solution:
    """The answer of an exercise. It is shown once the learner is sure."""

    def __init__(self, exercise: Exercise, *, sure: bool) -> None:
        self.exercise, self.sure = exercise, sure

    @property
    def question(self) -> str:
        """What the learner is asked first."""
        entry, count = recall().get(self.exercise.number, {}), len(self.exercise.hints)
        tried = {0: "You have not tried yet", 1: "You have tried once"}.get(
            tries(entry), f"You have tried {tries(entry)} times")
        read = f" and have read {len(hints_read(entry))} of {count} hints" if count else ""
        return f"{tried}{read}. Do you want to see the answer?"

    def play(self, **options: Any) -> Any:
        """The player, with a run of the answer; options are those of `dslab.play`."""
        from dslab.player.play import play

        run = run_of(self.exercise)
        if run is None:
            raise DslabError(f"exercise {self.exercise.number} has no run to play: call its function")
        return play(run, **options)

    def __str__(self) -> str:
        if self.sure:
            return str(answer(self.exercise))
        return f"{self.question} In code: solution(exercise({self.exercise.number!r}), sure=True)"

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from dslab.widgets.panel import Card, panel, shown, stacked

        title = f"Exercise {self.exercise.number}, {self.exercise.title}: the answer"
        buttons = {"Play it": self.play} if run_of(self.exercise) else {}

        def told() -> Any:
            code = answer(self.exercise)
            return stacked(code, panel(Card(title="See what it does", state="asked"), buttons)) if buttons else code

        if self.sure:
            return shown(text=str(self), html=answer(self.exercise)._repr_html_(), widget=told)
        question = Card(title=title, state="asked", sentence=self.question)
        return shown(text=str(self), html=question._repr_html_(),
                     widget=lambda: panel(question, {"Yes, show it": told}))


@singledispatch
def answer(exercise: Exercise) -> Any:
    """The answer, as text and HTML."""
    raise DslabError(f"exercise {exercise.number} has no answer to show")


@answer.register
def _(exercise: MakeItRight) -> Any:
    from dslab.diagrams.source import source

    return source(*(getattr(exercise.reference, name) for name in exercise.asks))


@answer.register
def _(exercise: Compute) -> Any:
    from dslab.diagrams.source import source

    return source(*(getattr(exercise.reference, name) for name in exercise.asks) if exercise.asks
                  else (exercise.reference,))


@answer.register
def _(exercise: BreakIt) -> Any:
    from dslab.widgets.panel import Card, StaticPanel

    script = "[" + ",\n ".join(map(repr, exercise.right[0])) + "]"
    card = Card(title="A script that breaks it", state="asked", sentence=exercise.task, rows=[("Script", script)])
    return StaticPanel(f"script = {script}", card._repr_html_())


@answer.register
def _(exercise: Predict) -> Any:
    from dslab.widgets.panel import StaticPanel, framed, html_table

    trace = simulate(exercise.run)
    values, why = exercise.answer(trace), exercise.why(trace)
    rows = [(words, brief(values[name], limit=200), why.get(name, "")) for name, words in exercise.questions.items()]
    text = "\n".join(f"{words}: {value}{f' ({reason})' if reason else ''}" for words, value, reason in rows)
    return StaticPanel(text, framed(html_table(("question", "answer", "why"), rows), title="The answers"))


def run_of(exercise: Exercise) -> Run | None:
    """A run that shows the answer; None if there is none, as for a function that computes a number."""
    if isinstance(exercise, MakeItRight):
        return next(iter(exercise.scenarios(exercise.reference, exercise.clusters[0])))
    if isinstance(exercise, BreakIt):
        return exercise.run.plus(*exercise.right[0])
    if isinstance(exercise, Predict):
        return exercise.run
    if isinstance(exercise, Compute):
        return next((case.run for case in exercise.cases() if case.run is not None), None)
    raise DslabError(f"exercise {exercise.number} has no run to play")


# ---- the form --------------------------------------------------------------------------------------------------------

@teaching('ask("Who leads in the end?", ["A", "B"], answer=lambda: simulate(DEMO).outputs("leader")[-1].node)')
def ask(question: Predict | str, choices: Choices = None, *, answer: Answer = MISSING, then: Any = None,
        section: str = "") -> Any:
    """A question that is answered before its answer is seen: a card in a notebook; elsewhere the answer is folded away.

    Args:
        question: the question; or a prediction, or a diagram to fill in, as `exercise("1.2a")` finds it.
        choices: what can be chosen; None: a number or a few words are typed, or "yes" or "no" is chosen.
        answer: one of the choices; a set of them: check boxes; a list of all of them: an order; a number (which is
            right within 1 % if it is not whole) or a text; True or False. Or a function that returns it.
        then: what is shown after the answer: an object, a text, or a function: what it prints and what it returns.
        section: the number of the heading above it, such as "2.1.3", by which the guess is remembered.

    Raises:
        DslabError: the exercise asks no questions, or the answer is none of the choices.

    >>> ask("How many of five are a majority?", [2, 3, 4], answer=lambda: 5 // 2 + 1)
    How many of five are a majority?
    answer: 3
    """
    if isinstance(question, Predict):
        return Asked(question)
    if isinstance(question, Exercise):
        raise DslabError(f"exercise {question.number} asks no questions: it is to be answered by"
                         f" check(exercise({question.number!r}), ...)")
    if answer is MISSING:
        raise DslabError(f"the question {brief(question)} has no answer: compute it, ask(..., answer=lambda: ...)")
    from dslab.widgets.question import StandaloneQuestion

    return StandaloneQuestion(question, choices, answer, then, section)


class Asked:
    """The questions of a prediction: a form in a notebook, text elsewhere."""

    def __init__(self, exercise: Predict) -> None:
        self.exercise = exercise
        self.sheet = sheet(exercise) if isinstance(exercise, FillIn) else None

    @property
    def title(self) -> str:
        """What is asked."""
        return f"Exercise {self.exercise.number}, {self.exercise.title}"

    def judge(self, said: Mapping[str, Any]) -> tuple[dict[str, str], Any]:
        """A mark for each answer, and the panel that says more."""
        given = {name: value for name, value in said.items() if value is not None}
        report = check(self.exercise, dict(said))
        in_a_cell = f"check(exercise({self.exercise.number!r}), {given!r})"
        return marks(self.exercise, given), report.panel(self.exercise, folded=[("Your answers as code", in_a_cell)])

    def __str__(self) -> str:
        questions = [f"  {name!r}: {words}" for name, words in self._in_words().items()]
        call = f"check(exercise({self.exercise.number!r}), {{{next(iter(self.exercise.questions))!r}: ..., ...}})"
        drawing = [self.sheet.text] if self.sheet else []
        return "\n".join([f"{self.title}. {self.exercise.task}", *drawing, *questions, f"Answer with {call}"])

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from dslab.widgets.form import form
        from dslab.widgets.panel import Card, shown

        asked = self.exercise
        card = Card(title=self.title, state="asked", sentence=asked.task, rows=list(self._in_words().items()))
        drawing = f'<div class="dslab-sheet">{self.sheet.svg}</div>' if self.sheet else ""
        return shown(text=str(self), html=card._repr_html_() + drawing, widget=lambda: form(
            title=self.title, task=asked.task, questions=asked.questions, choices=asked.choices, judge=self.judge,
            sheet=self.sheet))

    def _in_words(self) -> dict[str, str]:
        """The questions, each with its choices, if it has some."""
        choices = {name: f" ({' or '.join(map(repr, offered))})" for name, offered in self.exercise.choices.items()}
        return {name: words + choices.get(name, "") for name, words in self.exercise.questions.items()}


def marks(exercise: Predict, said: Mapping[str, Any]) -> dict[str, str]:
    """Right or wrong, for each answer that was given."""
    values = exercise.answer(simulate(exercise.run))
    return {name: RIGHT if same(value, values[name]) else WRONG for name, value in said.items()}


def sheet(exercise: FillIn) -> DiagramForm:
    """The diagram of a run with a box for each question; all boxes have room for the longest answer."""
    from dslab.widgets.form import DiagramForm

    trace: Trace = simulate(exercise.run)
    longest = max(len(brief(value)) for value in exercise.answer(trace).values())
    look = exercise.look(trace)
    return DiagramForm(trace, {name: look[name] for name in exercise.questions}, letters=longest + 4)
