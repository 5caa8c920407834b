"""What the author of an exercise writes: a task, its answer, the classic mistakes, and how attempts are judged.

There are five forms, each judged by what happens, never by how the attempt is written:

* `MakeItRight`: the learner writes handlers or methods of a node.
* `Compute`: the learner writes a function, or a plain class, that computes something.
* `BreakIt`: the learner is the network, and writes the script that makes a wrong protocol break its promise.
* `Predict`: the learner says what will happen before it is played.
* `FillIn`: the learner writes the stamps into a space-time diagram.

An exercise file holds them in this order: what the learner starts from, the reference, right variants, wrong variants,
demands, runs, the exercise. A wrong variant is the reference with one method or attribute changed. For the rest there
are parts: `demands.for_each` for what is wrong with one step, message or output; `readings` for requests and replies,
states around a step, what is duplicated or missing; `runs` for calm networks and what goes wrong in them;
`questions.predict` for predictions. tests/small_exercise.py is a whole exercise made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from dslab.grader.demands import Demand
from dslab.grader.inspection import blanks, check_signature, check_signatures, is_blank
from dslab.node import Node
from dslab.properties import Promise
from dslab.run import Run
from dslab.trace import Trace
from dslab.values import DslabError, brief, nearest

Names = tuple[str, ...]
CLUSTERS: tuple[Names, ...] = (("A", "B", "C"), ("Q", "X", "B"))     # the second, for what is written for A, B, C only


@dataclass(frozen=True)
class Search:
    """A run that is explored: all orders of its events, within the budgets that `explore` takes."""

    run: Run
    budgets: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """What all forms have.

    Args:
        number: that of the course, such as "4.3"; a smaller task beside it is "4.3a".
        title, task: a name, and what is to be done, in a sentence or two.
        hints: from vague to exact.
        right: attempts that must pass, structurally different ones.
        wrong: classic mistakes, each with words that its sentence must have.
    """

    number: str
    title: str
    task: str
    hints: tuple[str, ...] = ()
    right: tuple[Any, ...] = ()
    wrong: tuple[tuple[Any, str], ...] = ()
    form = ""

    def __post_init__(self) -> None:
        _check_parts(self)

    def missing(self, attempt: Any) -> str:
        """Why this is no attempt yet, in one sentence; empty if it is one."""
        return "there is nothing here yet" if attempt is None or attempt is ... else ""

    def __repr__(self) -> str:
        return f"Exercise {self.number}, {self.title} ({self.form}). {self.task}"


def _check_parts(exercise: Exercise) -> None:
    """Raise `DslabError` for what an author of exercises gets wrong easily."""
    where = f"of exercise {exercise.number}"
    for name in ("hints", "right", "wrong", "asks", "demands", "faults", "clusters"):
        value = getattr(exercise, name, ())
        if not isinstance(value, tuple):
            raise DslabError(f"`{name}` {where} is a tuple, not {brief(value)}: a single item needs a trailing comma")
    for entry in exercise.wrong:
        if not isinstance(entry, tuple) or len(entry) != 2:
            raise DslabError(f"`wrong` {where} has pairs, an attempt and words of its sentence, not {brief(entry)}")
    base = getattr(exercise, "base", None)
    for asked in getattr(exercise, "asks", ()):
        if not hasattr(base, asked):
            raise DslabError(f"`asks` {where} names {asked!r}, which {getattr(base, '__name__', base)} does not have."
                             f"{nearest(str(asked), dir(base))}")
    for demand in getattr(exercise, "demands", ()):
        if not isinstance(demand, Demand):
            raise DslabError(f"`demands` {where} has demands, such as Demand(a_promise, \"the rule\"), not"
                             f" {brief(demand)}")
        if not 0 <= demand.hint < max(len(exercise.hints), 1):
            raise DslabError(f"the demand '{demand.name}' {where} names hint {demand.hint}: there are"
                             f" {len(exercise.hints)}, numbered from 0")


@dataclass(frozen=True, kw_only=True, repr=False)
class MakeItRight(Exercise):
    """The learner's class extends `base` and writes the methods that `asks` names.

    Args:
        lines: how long the methods are together in the reference, for the learner to know.
        demands: what is judged, the most telling first.
        scenarios: from a class and names of nodes to runs from the literature.
        searches: from a class and names of nodes to what is explored; only promises are judged there.
        swarm: from a class, names of nodes and a seed to a run for a schedule with `faults`; None: no such stage.
        schedules: how many of them.
        clusters: names of nodes; the attempt is judged with each.
    """

    base: type[Node]
    asks: tuple[str, ...]
    lines: int
    reference: type[Node]
    demands: tuple[Demand, ...]
    scenarios: Callable[[type[Node], Names], Iterable[Run]]
    searches: Callable[[type[Node], Names], Iterable[Search]] = lambda protocol, names: ()
    swarm: Callable[[type[Node], Names, int], Run] | None = None
    faults: tuple[str, ...] = ()
    schedules: int = 100
    clusters: tuple[Names, ...] = CLUSTERS
    form = "make it right"

    def missing(self, attempt: Any) -> str:
        """Why this is no attempt: not a class of the right kind, or a method that is still empty."""
        if attempt is None or attempt is ...:
            return super().missing(attempt)
        return _still_empty(attempt, self.base, self.asks)


def _still_empty(attempt: Any, base: type, asks: Sequence[str]) -> str:
    """Which methods are missing; raises `DslabError` for what is no class of the right kind."""
    if not isinstance(attempt, type):
        raise DslabError(f"expected your class, such as check(exercise, My{base.__name__}), not {brief(attempt)}")
    if not issubclass(attempt, base):
        raise DslabError(f"{attempt.__name__} does not extend {base.__name__}: "
                         f"write class {attempt.__name__}({base.__name__})")
    empty = blanks(attempt, base, asks)
    if not empty:
        check_signatures(attempt, base, asks)
        return ""
    return f"{' and '.join(empty)} {'are' if empty[1:] else 'is'} still empty{_misspelt(attempt, base, empty)}"


def _misspelt(attempt: type, base: type, empty: Sequence[str]) -> str:
    """A hint if a method that is missing is there under a name that nobody calls."""
    own = [name for name in vars(attempt) if not name.startswith("__") and not hasattr(base, name)]
    hint = next((nearest(name, own) for name in empty if nearest(name, own)), "")
    return f".{hint}" if hint else ""


@dataclass(frozen=True)
class Case:
    """One call of what a learner wrote.

    Args:
        code: the call, as a learner can type it.
        judge: from the attempt to what is wrong, in one sentence: what was expected and what was found; None: nothing.
        rule: the rule that is broken where it is wrong.
        hint: which of the exercise's hints helps, from 0.
        run: a run whose diagram shows the case, if there is one.
    """

    code: str
    judge: Callable[[Any], str | None]
    rule: str
    hint: int = 0
    run: Run | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Compute(Exercise):
    """The learner writes a function, or the methods of a plain class that `asks` names. It is called, case by case.

    Args:
        base: the function or class to start from, with docstrings and no bodies.
        lines: how long the reference is, for the learner to know.
        cases: from simple to hard; the first that fails is told.
        random_cases: a few by chance, small ones first.
    """

    base: Callable[..., Any]
    asks: tuple[str, ...] = ()
    lines: int
    reference: Callable[..., Any]
    cases: Callable[[], Iterable[Case]]
    random_cases: Callable[[Random], Iterable[Case]] = lambda chance: ()
    form = "compute"

    def missing(self, attempt: Any) -> str:
        """Why this is no attempt: nothing that can be called, or a body that is still empty."""
        if attempt is None or attempt is ...:
            return super().missing(attempt)
        if isinstance(self.base, type):
            return _still_empty(attempt, self.base, self.asks)
        if not callable(attempt):
            raise DslabError(f"expected your function {self.base.__name__}, not {brief(attempt)}")
        if is_blank(attempt):
            return f"{self.base.__name__} is still empty"
        check_signature(self.base.__name__, attempt, self.base)
        return ""


@dataclass(frozen=True, kw_only=True, repr=False)
class BreakIt(Exercise):
    """The learner's script, added to `run`, must make it break `promise`.

    Args:
        run: with the protocol that has a mistake.
        mended: the protocol without it, which must keep the promise under the same script.
        allowed: the verbs that a script may use, and how often each; others are not allowed.
    """

    run: Run
    mended: type[Node]
    promise: Promise
    allowed: Mapping[str, int]
    form = "break it"

    def missing(self, attempt: Any) -> str:
        """Why this is no attempt: a script without events."""
        empty = isinstance(attempt, (list, tuple)) and not attempt
        return "the script is empty" if empty else super().missing(attempt)


@dataclass(frozen=True, kw_only=True, repr=False)
class Predict(Exercise):
    """The learner says what comes out of a run before it is played.

    Args:
        run: what will be played.
        questions: what is asked: a name and its words.
        choices: of some of the names, all possible answers.
        answer: from the trace to the value for each name. Nothing is written down: the run is the answer.
        look: from the trace to the step that shows it, for each name.
    """

    run: Run
    questions: Mapping[str, str]
    answer: Callable[[Trace], Mapping[str, Any]]
    look: Callable[[Trace], Mapping[str, int]]
    choices: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    why: Callable[[Trace], Mapping[str, str]] = lambda trace: {}        # why each is so, once it was answered wrongly
    form = "predict"

    def missing(self, attempt: Any) -> str:
        """Why this is no attempt: nothing is filled in."""
        empty = isinstance(attempt, dict) and all(value is None or value is ... for value in attempt.values())
        return "nothing is filled in yet" if empty else super().missing(attempt)


@dataclass(frozen=True, kw_only=True, repr=False)
class FillIn(Predict):
    """The learner writes the values beside the steps of a space-time diagram: a prediction with a picture."""

    form = "fill in"
