"""Calls that do not fit: a sentence about what was given, with the right call beside it, not a bare `TypeError`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, TypeVar, cast

from dslab.values import DslabError, brief, nearest

Called = TypeVar("Called", bound=Callable[..., Any])


class NoAttribute(DslabError, AttributeError):
    """Something was asked for an attribute that it does not have."""


class WrongCall(DslabError, TypeError):
    """A function or a class was called with other arguments than it takes."""


def teaching(example: str, *, method: bool = False) -> Callable[[Called], Called]:
    """Give a function, or the constructor of a class, a sentence for calls that do not fit; it ends in this example.

    Python notices such a call before the first line of the function, so there is nothing else to check it there.
    """
    def decorate(called: Called) -> Called:
        if not isinstance(called, type):
            return cast(Called, _with_sentence(called, called.__name__, int(method), example))
        made: Any = called
        made.__init__ = _with_sentence(made.__init__, called.__name__, 1, example)
        return called

    return decorate


def _with_sentence(function: Callable[..., Any], name: str, hidden: int, example: str) -> Callable[..., Any]:
    """The function; `hidden` arguments, such as `self`, are not the caller's."""
    @wraps(function)
    def attempt(*args: Any, **named: Any) -> Any:
        try:
            return function(*args, **named)
        except TypeError as problem:
            inside = problem.__traceback__ is not None and problem.__traceback__.tb_next is not None
            if inside:                  # the call did fit
                raise
            why = objection(signature(function), args, named, hidden=hidden)
            advice = "" if why.endswith("?") else f": write, for example, {example}"
            raise WrongCall(f"{name} {why}{advice}") from None

    return attempt


def constructor(made: Any, check: Callable[[Any], None]) -> Callable[..., None]:
    """The constructor of a frozen dataclass that takes anything and refuses, with a sentence, what are not its fields.

    It is written out for the fields, as `dataclass` writes its own: to wrap that one would make messages slower.
    """
    parts = fields(made)
    example = ", ".join(f"{field.name}=..." for field in parts)
    taught = _with_sentence(made.__init__, made.__name__, 1, f"{made.__name__}({example})")
    if any(field.kw_only or field.default_factory is not MISSING for field in parts):
        return taught

    def refuse(one: Any, given: tuple[Any, ...], more: tuple[Any, ...], unknown: Mapping[str, Any]) -> None:
        named = {field.name: value for field, value in zip(parts, given, strict=True) if value is not MISSING}
        taught(one, *given, *more, **unknown) if more else taught(one, **named, **unknown)

    heads = ["__one", *(f"{field.name}=__{field.name}" for field in parts), "*__more", "**__unknown"]
    lacking = "".join(f" or {field.name} is __missing" for field in parts if field.default is MISSING)
    given = "".join(f"{field.name}, " for field in parts)
    code = [f"def __init__({', '.join(heads)}):", f" if __more or __unknown{lacking}:",
            f"  return __refuse(__one, ({given}), __more, __unknown)",
            *(f" __give(__one, {field.name!r}, {field.name})" for field in parts), " __check(__one)"]
    names: dict[str, Any] = {f"__{field.name}": field.default for field in parts}
    names |= {"__give": object.__setattr__, "__check": check, "__refuse": refuse, "__missing": MISSING}
    exec("\n".join(code), names)
    return cast(Callable[..., None], wraps(taught)(names["__init__"]))


def objection(expected: Signature, args: tuple[Any, ...], named: Mapping[str, Any], *, hidden: int = 0) -> str:
    """What is wrong with a call that does not fit this signature: `lacks node`, `has no argument 'nod' (node)`."""
    parameters = list(expected.parameters.values())[hidden:]
    by_place = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    placed = [one.name for one in parameters if one.kind in by_place]
    known = [one.name for one in parameters if one.kind not in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)]
    unknown = next((name for name in named if name not in known), None)
    given = args[hidden:]
    if unknown is not None and not any(one.kind is Parameter.VAR_KEYWORD for one in parameters):
        near = nearest(unknown, known)
        return f"has no argument {unknown!r} ({', '.join(known) or 'it takes none'})" + ("." + near if near else "")
    if len(given) > len(placed):
        return _too_many(placed, given[len(placed)])
    for name in placed[:len(given)]:
        if name in named:
            return f"is given {name} twice, by its place and by its name"
    missing = [one.name for one in parameters[len(given):] if one.name in known and one.name not in named
               and one.default is Parameter.empty]
    return f"lacks {' and '.join(filter(None, [', '.join(missing[:-1]), missing[-1]]))}"


def _too_many(placed: list[str], found: Any) -> str:
    if not placed:
        return f"takes no positional argument, found {brief(found)}"
    few = f"{len(placed)} positional argument{'s' * (len(placed) > 1)}"
    return f"takes {few} ({', '.join(placed)}), found one more, {brief(found)}"


def explained(problem: BaseException) -> str:
    """An exception in a sentence; the attribute that was meant, where one was misspelt."""
    said = f"{type(problem).__name__}: {problem}".removesuffix(": ")
    if not isinstance(problem, AttributeError) or problem.name is None:
        return said
    known = [name for name in dir(problem.obj) if not name.startswith("_")]
    return said.rstrip(".") + ("." + nearest(problem.name, known)).rstrip(".")
