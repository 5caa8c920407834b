"""Static inspection of an attempt: methods that are still empty, and signatures that do not fit."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Iterable
from types import FunctionType
from typing import Any

from dslab.values import DslabError

IDLE = {"RESUME", "NOP", "POP_TOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE", "RETURN_GENERATOR", "COPY_FREE_VARS"}


def blanks(attempt: type, base: type, asks: Iterable[str]) -> list[str]:
    """The required methods that are not written."""
    return [name for name in asks if _inherited(attempt, base, name) or is_blank(getattr(attempt, name, None))]


def _inherited(attempt: type, base: type, name: str) -> bool:
    return getattr(attempt, name, None) is getattr(base, name, None)


def is_blank(function: Any) -> bool:
    """Whether a function is a stub: `...`, `pass`, `return None`, a docstring, or `raise NotImplementedError`."""
    if not isinstance(function, FunctionType):
        return function is None
    code = function.__code__
    told = {item.opname for item in dis.get_instructions(code)}
    returns = {item.argval for item in dis.get_instructions(code) if item.opname in ("RETURN_CONST", "LOAD_CONST")}
    if told <= IDLE and returns <= {None, ...}:
        return True
    return code.co_names[:1] == ("NotImplementedError",) and "RAISE_VARARGS" in told


def check_signatures(attempt: type, base: type, asks: Iterable[str]) -> None:
    """Raise `DslabError` if a method is a coroutine or generator, or does not accept the arguments of the base's."""
    for name in asks:
        check_signature(f"{attempt.__name__}.{name}", getattr(attempt, name), getattr(base, name))


def check_signature(where: str, mine: Any, base: Any) -> None:
    """Raise `DslabError` if a function is a coroutine or generator, or does not accept the arguments of `base`."""
    if inspect.iscoroutinefunction(mine) or inspect.isgeneratorfunction(mine):
        raise DslabError(f"{where} waits (async or yield): it must run to completion; a node waits with a timer")
    asked = inspect.signature(base)
    try:
        inspect.signature(mine).bind(*asked.parameters)
    except TypeError:
        expected = f"{base.__name__}{asked}"
        raise DslabError(f"{where}{inspect.signature(mine)} cannot be called: expected {expected}") from None
