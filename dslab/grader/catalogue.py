"""The catalogue of exercises: the tuples EXERCISES of all modules in `dslab.exercises`."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from types import ModuleType

from dslab.grader.exercise import Exercise
from dslab.mistakes.calls import teaching
from dslab.values import DslabError, brief, nearest


@cache
def exercises() -> dict[str, Exercise]:
    """All exercises, by number, in the order of the course."""
    package = import_module("dslab.exercises")
    modules = [import_module(f"dslab.exercises.{found.name}") for found in pkgutil.iter_modules(package.__path__)]
    return collected(modules)


def collected(modules: Iterable[ModuleType]) -> dict[str, Exercise]:
    """The exercises of these modules, by number.

    Raises:
        DslabError: EXERCISES of a module is no tuple of exercises, or two have the same number.
    """
    found: dict[str, Exercise] = {}
    for module in modules:
        for one in _of(module):
            if one.number in found:
                raise DslabError(f"two exercises have the number {one.number}: {found[one.number].title!r}, and"
                                 f" {one.title!r} in {module.__name__}")
            found[one.number] = one
    return {number: found[number] for number in sorted(found, key=_place)}


def _of(module: ModuleType) -> tuple[Exercise, ...]:
    """The exercises of one module; none, if it only serves others."""
    found = getattr(module, "EXERCISES", ())
    for one in found if isinstance(found, tuple) else (found,):
        if not (isinstance(found, tuple) and isinstance(one, Exercise)):
            raise DslabError(f"{module.__name__}.EXERCISES is a tuple of exercises, (first, second) or (only,), and has"
                             f" {brief(one)}")
    return found


def of_chapter(chapter: int) -> list[Exercise]:
    """The exercises of one chapter."""
    return [exercise for number, exercise in exercises().items() if _place(number)[0] == chapter]


@teaching('exercise("4.1")')
def exercise(number: str) -> Exercise:
    """The exercise with this number.

    Args:
        number: that of the course, such as "4.1".

    Raises:
        DslabError: there is none of this number; the sentence names the nearest.

    >>> exercise("4.1").title
    'Lamport clock'
    """
    known = exercises()
    if type(number) is not str or number not in known:
        chapters = list(dict.fromkeys(other.partition(".")[0] for other in known))
        chapter = str(number).partition(".")[0]
        there = [other for other in known if other.startswith(f"{chapter}.")]
        told = f"chapter {chapter} has {', '.join(there)}" if there else f"chapters {', '.join(chapters)} have some"
        raise DslabError(f"there is no exercise {brief(number)}: {told}.{nearest(str(number), there)}")
    return known[number]


def _place(number: str) -> tuple[int, int, str]:
    """A sort key: "4.10b" comes after "4.9"."""
    parts = re.fullmatch(r"(\d+)\.(\d+)([a-z]?)", number)
    if parts is None:
        raise DslabError(f"an exercise's number is one such as 4.1 or 4.1b, not {brief(number)}")
    return int(parts[1]), int(parts[2]), parts[3]
