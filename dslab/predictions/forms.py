"""The form of a question: it follows from the choices and the answer, and is data that a browser can show and judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any, Literal, TypedDict

from dslab.values import LONGEST, DslabError, brief, in_order, nearest, show

Choices = Iterable[Any] | None
Form = Literal["one", "some", "order", "number", "words"]

CHOICES = 'expected at least two that differ, such as ["A", "B"]'
TYPED = (str, int, float, list, tuple, set, frozenset)      # what a reader can type


class AskedData(TypedDict):
    """A question as JSON data. `answer` is the place of a choice, a list of places, a number or a text, by the form."""

    id: str                 # the section and the text, by which a guess is remembered
    text: str
    section: str
    form: Form
    choices: list[str]      # in the order in which they are shown
    answer: Any
    shown: str              # the answer in words


def asked(text: Any, choices: Choices, answer: Any, section: Any = "") -> AskedData:
    """A question as data.

    Args:
        text: the question.
        choices: what can be chosen; None: a number or a few words are typed, or "yes" or "no" is chosen.
        answer: one of the choices; a set of them; a list or tuple of all of them, in order; or the value to be typed.
        section: the number of the heading above it, such as "2.1.3".

    Raises:
        DslabError: one sentence for a question without text, choices that cannot be told apart, or an answer that is
            none of them.
    """
    check_text(text, section)
    answer = plain(answer)
    options = _options(text, choices, answer)
    form = _form(text, options, answer)
    if form == "order":
        options = _shuffled(text, options, list(answer))
    data: AskedData = {"id": f"{section} {text}".strip(), "text": text, "section": section, "form": form,
                       "choices": [named(option) for option in options], "answer": _coded(form, options, answer),
                       "shown": ""}
    data["shown"] = answer_in_words(data)
    return data


def check_text(text: Any, section: Any) -> None:
    """Raise `DslabError` for a question without text, or a section that is none."""
    if not isinstance(text, str) or not text.strip():
        raise DslabError(f'the question is {brief(text)}: expected a text, such as "Who leads in the end?"')
    if not isinstance(section, str):
        raise DslabError(f'section={brief(section)}: expected the number of the heading above, as a text: "2.1.3"')


def computed(what: str, given: Any, *arguments: Any) -> Any:
    """The value of a function of these arguments, or the value that is given; an error names `what` was computed."""
    try:
        return plain(given(*arguments) if callable(given) else given)
    except DslabError:
        raise
    except Exception as problem:
        raise DslabError(f"{what} cannot be computed: {type(problem).__name__}: {problem}") from problem


def plain(value: Any) -> Any:
    """A value with numpy's numbers and arrays, which are not JSON, as Python's."""
    if type(value).__module__ == "numpy" and callable(getattr(value, "tolist", None)):
        return value.tolist()
    return type(value)(map(plain, value)) if type(value) in (list, tuple, set, frozenset) else value


def named(value: Any) -> str:
    """A choice or an answer in words: a text as it is, yes or no, a number without needless digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if 1e6 <= abs(value) < 1e15 else f"{value + 0.0:g}"     # no -0
    parts = in_order(value) if isinstance(value, (set, frozenset)) else value
    return ", ".join(map(named, parts)) if isinstance(parts, (list, tuple)) else show(value)


def answer_in_words(data: AskedData) -> str:
    """The answer in words."""
    places = [data["answer"]] if data["form"] == "one" else data["answer"]
    if not data["choices"]:
        return named(data["answer"])
    return ", ".join(data["choices"][place] for place in places) or "none of them"


def _options(text: str, choices: Choices, answer: Any) -> list[Any]:
    if choices is None:
        return [True, False] if isinstance(answer, bool) else []
    given = [] if isinstance(choices, str) or not isinstance(choices, Iterable) else choices
    options = list(map(plain, in_order(given) if isinstance(given, (set, frozenset)) else given))
    if len(options) < 2 or len({named(option).strip() for option in options} - {""}) < len(options):
        raise DslabError(f"the choices of {brief(text)} are {brief(choices)}: {CHOICES}")
    return options


def _form(text: str, options: Sequence[Any], answer: Any) -> Form:
    if not options:
        return _typed(text, answer)
    if _has(options, answer):
        return "one"
    if isinstance(answer, (set, frozenset)) and all(_has(options, one) for one in answer):
        return "some"
    if isinstance(answer, (list, tuple)) and len(answer) == len(options) and all(_has(answer, one) for one in options):
        return "order"
    names = [named(option) for option in options]
    raise DslabError(f"the answer to {brief(text)} is {brief(answer)}, and the choices are {', '.join(names)}: expected"
                     f" one of them, a set of some, or a list of all in order.{nearest(named(answer), names)}")


def _coded(form: Form, options: Sequence[Any], answer: Any) -> Any:
    """The answer as data."""
    if form == "one":
        return options.index(answer)
    if form == "number":
        return answer
    if form == "words":
        return named(answer)
    places = [options.index(one) for one in answer]
    return places if form == "order" else sorted(places)


def _typed(text: str, answer: Any) -> Form:
    if isinstance(answer, (int, float)) and -LONGEST <= answer <= LONGEST:
        return "number"
    if not isinstance(answer, TYPED) or isinstance(answer, float) or not any(map(str.isalnum, named(answer))):
        raise DslabError(f"the answer to {brief(text)} is {brief(answer)}: expected a value that can be typed, or"
                         ' choices=["A", "B"]')
    return "words"


def _has(options: Sequence[Any], value: Any) -> bool:
    """Whether the value is one of these, and of its type: 1 is not True."""
    return any(type(option) is type(value) and option == value for option in options)


def _shuffled(text: str, options: list[Any], answer: list[Any]) -> list[Any]:
    """Another order than the answer's, and the same each time."""
    mixed = sorted(options, key=named)
    Random(f"{text} order").shuffle(mixed)
    return mixed if mixed != answer else mixed[::-1]


Answer = Any | Callable[..., Any]
