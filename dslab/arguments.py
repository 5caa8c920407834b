"""The first argument of an engine or a view, looked at: what was given instead of a run, and how it becomes one."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from dslab.node import Node
from dslab.properties import Promise
from dslab.run import Run
from dslab.trace import Trace
from dslab.values import DslabError, brief, hint


def run_of(what: Any, verb: str) -> Run:
    """The run that `verb` was given; raises `DslabError`, with the call that was meant, for anything else."""
    if isinstance(what, Run):
        return what
    raise DslabError(f"{verb} takes a Run such as Run(Raft, 3), not {found(what)}{instead(what, verb)}")


def found(what: Any) -> str:
    """`the class Raft`, `a Trace`, `3`."""
    if isinstance(what, type):
        return f"the class {what.__name__}"
    if isinstance(what, (Node, Trace, Run, Promise)):
        return f"a {'node' if isinstance(what, Node) else type(what).__name__}"
    return brief(what)


def instead(what: Any, verb: str) -> str:
    """`: write play(Run(Raft, 3))` for the class `Raft`; nothing where we cannot know what was meant."""
    cls = what if isinstance(what, type) else type(what)
    if issubclass(cls, Node):
        return f": write {verb}(Run({cls.__name__}, 3))"
    if isinstance(what, ModuleType) and isinstance(getattr(what, "DEMO", None), Run):
        return f": write {verb}({what.__name__.rpartition('.')[2]}.DEMO)"
    if isinstance(what, Trace):
        return ": the run that it came from is trace.run"
    if isinstance(what, Promise) or isinstance(what, (list, tuple)) and any(isinstance(one, Promise) for one in what):
        return ": the run comes first, then the promises"
    if isinstance(what, (list, tuple)) and any(isinstance(one, (Run, Trace)) for one in what):
        return ": give one, or go through them in a loop"
    return ""


def whole(name: str, value: Any, *, least: int = 0) -> int:
    """A whole number of at least `least`; raises `DslabError` for anything else."""
    if type(value) is not int or value < least:
        raise DslabError(f"{name}={brief(value)}: expected a whole number, at least {least}{hint(value)}")
    return value


def names(what: Any, name: str, example: str) -> tuple[Any, ...]:
    """A list of strings, of which one alone is a list of one; raises `DslabError` for what cannot be gone through."""
    if isinstance(what, str):
        return (what,)
    try:
        return tuple(what)
    except TypeError:
        raise DslabError(f"{name}={brief(what)}: expected a list such as {example}") from None
