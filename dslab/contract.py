"""The contract of `Node`, enforced: handlers found by name, mistakes refused in one sentence.

Static mistakes (a misspelt or malformed handler, state shared through a class) are found before a run or at the
first message; `SharedState` watches for nodes that share what they must not while the run goes on.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from types import CodeType
from typing import Any

from dslab.node import Node
from dslab.values import DslabError, NotPlain, brief, cached, containers, snapshot

SHARED = "Nodes may talk by messages only: keep it in an attribute that `init` assigns."


def protocol_of(cls: type[Node]) -> type[Node]:
    """The first class below `Node`: nodes are peers if they share it, also when one runs a variant."""
    return cls.__mro__[cls.__mro__.index(Node) - 1]


@cache
def handler_name(message_class_name: str) -> str:
    """`on_request_vote` for RequestVote."""
    return "on_" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", message_class_name).lower()


def find_handler(node: Node, msg: Any) -> Callable[[str, Any], object]:
    """The bound method of `node` that handles `msg`; raises `DslabError` if there is none."""
    cls, wanted = type(node), handler_name(type(msg).__name__)
    if not hasattr(cls, wanted):
        others = [name for name in dir(cls) if name.startswith("on_") and not hasattr(Node, name)]
        has = f"; it has {', '.join(others)}" if others else ""
        close = get_close_matches(wanted, others, n=1)
        raise DslabError(f"{cls.__name__} has no handler {wanted}(self, src, msg) for {type(msg).__name__}{has}."
                         + (f" Did you mean {wanted} where it says {close[0]}?" if close else ""))
    if hasattr(Node, wanted) or wanted.endswith("_timer"):
        raise DslabError(f"a message cannot be called {type(msg).__name__}: {wanted} is not a handler of messages."
                         " Rename it")
    handler: Callable[[str, Any], object] = getattr(node, wanted)
    return handler


def check_protocol(cls: type[Node]) -> None:
    """Raise `DslabError`, in one sentence, if the class cannot keep the contract."""
    if not (isinstance(cls, type) and issubclass(cls, Node)):
        found = cls.__name__ if isinstance(cls, type) else brief(cls)
        raise DslabError(f"a protocol is a subclass of Node, not {found}")
    if cls.__init__ is not Node.__init__:
        raise DslabError(f"{cls.__name__} defines __init__: a node declares its state in init(self), without"
                         " underscores")
    for name in ("persistent", "roles", "shown"):
        value = getattr(cls, name)
        if isinstance(value, str):
            raise DslabError(f'{cls.__name__}.{name} is a tuple of names: write ("{value}",)')
        if not (isinstance(value, tuple) and all(isinstance(one, str) for one in value)):
            raise DslabError(f"{cls.__name__}.{name} is a tuple of names, not {brief(value)}")
    for log in cls.logs if isinstance(cls.logs, tuple) else (cls.logs,):
        if not (isinstance(log, tuple) and len(log) == 2 and all(isinstance(one, str) for one in log)):
            raise DslabError(f"{cls.__name__}.logs is a tuple of pairs, each a log and the attribute that counts its"
                             f' committed entries, such as (("log", "commit_index"),), not {brief(cls.logs)}')
    for name, value in _members(cls):
        if next(containers(value), None) is not None:
            raise DslabError(f"all nodes would share one {type(value).__name__}, {cls.__name__}.{name}. {SHARED}")
        if inspect.isfunction(value):
            _check_function(cls, name, value)


@cached
def _check_function(cls: type, name: str, function: Any) -> None:
    where = f"{cls.__name__}.{name}"
    for default in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
        if isinstance(default, (list, set, dict)):
            kind = type(default).__name__
            raise DslabError(f"all nodes would share the default value of {where}, a {kind}. {SHARED}")
    if not name.startswith("on_"):
        return
    waiting = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    if any(waits(function) for waits in waiting):
        raise DslabError(f"{where} waits (async or yield): a handler runs to completion; use set_timer to wait")
    arguments = 1 if name in ("on_start", "on_recover") or name.endswith("_timer") else 3
    try:
        inspect.signature(function).bind(*range(arguments))
    except TypeError:
        expected = "(self)" if arguments == 1 else "(self, src, msg)"
        raise DslabError(f"{where}{inspect.signature(function)} cannot be called: expected {name}{expected}") from None


def _members(cls: type) -> Iterator[tuple[str, Any]]:
    for kind in cls.__mro__[: cls.__mro__.index(Node)]:
        for name, value in vars(kind).items():
            if not name.startswith("__"):
                yield name, value


class SharedState:
    """Finds out when two nodes come to share a list, a set or a dict, or when handlers change a global one."""

    def __init__(self, classes: Iterable[type[Node]]) -> None:
        self.owners: dict[int, tuple[str, str, Any]] = {}       # id of a container -> its node, attribute, itself
        self.globals = [(cls, name, value, snapshot(value)) for cls in classes for name, value in _globals(cls)]

    def claim(self, node: str, attribute: str, value: Any) -> None:
        """Note that `value` belongs to `node`; raises `DslabError` if another node has it too."""
        for part in containers(value):
            owner, place, _ = self.owners.setdefault(id(part), (node, attribute, part))
            if owner != node:
                kind = type(part).__name__
                raise DslabError(f"{owner}.{place} and {node}.{attribute} are one and the same {kind}. {SHARED}")

    def check_globals(self) -> None:
        """Raise `DslabError` if a handler changed a module's list, set or dict."""
        for cls, name, value, before in self.globals:
            if value != before:
                kind = type(value).__name__
                raise DslabError(f"{cls.__name__} changed the global {kind} {name}, which all nodes share. {SHARED}")


def _globals(cls: type[Node]) -> Iterator[tuple[str, Any]]:
    """The global lists, sets and dicts of plain data that the methods of a class mention."""
    for _, function in _members(cls):
        if inspect.isfunction(function):
            for name in _names(function.__code__):
                value = function.__globals__.get(name)
                if type(value) in (list, set, dict) and _is_plain(value):
                    yield name, value


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _is_plain(value: Any) -> bool:
    try:
        snapshot(value)
    except (NotPlain, RecursionError):
        return False
    return True
