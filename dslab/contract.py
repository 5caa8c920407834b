"""The contract of `Node`, enforced: handlers found by name, mistakes refused in one sentence.

Static mistakes (a misspelt or malformed handler, state shared through a class) are found before a run or at the
first message; `SharedState` watches for nodes that share what they must not while the run goes on.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from types import CodeType, FunctionType
from typing import Any

from dslab.marks import Mark
from dslab.mistakes.determinism import assigned, prints, untold
from dslab.node import Node
from dslab.values import DslabError, NotPlain, brief, cached, containers, fields_of, nearest, snapshot

OF_NODE = ("init", "on_start", "on_recover")        # what `Node` itself calls
DECLARED = ("persistent", "roles", "shown", "logs", "marks")
GIVEN = frozenset(name for name in (*vars(Node), *Node.__slots__)
                  if not name.startswith("_") and name not in (*OF_NODE, *DECLARED))
SHARED = "Nodes may talk by messages only: keep it in an attribute that `init` assigns."


class NotDeterministic(DslabError):
    """A method uses a clock, chance or something else that differs from one run to the next."""


class PrintsWarning(UserWarning):
    """A method prints."""


def protocol_of(cls: type[Node]) -> type[Node]:
    """The first class below `Node`: nodes are peers if they share it, also when one runs a variant."""
    return cls.__mro__[cls.__mro__.index(Node) - 1]


@cache
def handler_name(message_class_name: str) -> str:
    """`on_request_vote` for RequestVote."""
    return "on_" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", message_class_name).lower()


def timers_of(cls: type[Node]) -> list[str]:
    """The names of the timers for which a class has a handler."""
    return [name.removeprefix("on_").removesuffix("_timer") for name in dir(cls)
            if name.startswith("on_") and name.endswith("_timer")]


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


def run_handler(handler: Callable[..., Any], *args: Any) -> None:
    """Run a handler; raises `DslabError` if it returns something, since nobody takes that."""
    value = handler(*args)
    if value is not None:
        raise returned(handler, value)


def returned(handler: Callable[..., Any], value: Any) -> DslabError:
    """The error for a handler that returns a value."""
    where = f"{type(getattr(handler, '__self__', None)).__name__}.{handler.__name__}"
    return DslabError(f"{where} returned {brief(value)}, and nobody takes what a handler returns: to"
                      " answer, write self.send(src, ...), or self.reply(client, ...)")


def mistake(problem: BaseException) -> str:
    """The sentence for an exception of Python's that means a slip in the use of `Node`; empty for any other."""
    if isinstance(problem, AttributeError) and problem.name:
        return _no_attribute(problem.obj, problem.name)
    found = re.fullmatch(r"property '(\w+)' of '(\w+)' object has no setter", str(problem))
    if found is not None:
        return f"{found[2]}.{found[1]} is a property, which cannot be assigned: state is what init assigns first"
    found = re.fullmatch(r"Node\.(\w+)\(\) (.+)", str(problem)) if isinstance(problem, TypeError) else None
    if found is None:
        return ""
    what = re.sub(r"missing .+ arguments?: ", "lacks ", found[2]).replace("'", "")
    what = re.sub(r"takes .+ given", "is given too many arguments", what)
    what = re.sub(r"got an unexpected keyword argument", "has no argument", what)
    expected = ", ".join(list(inspect.signature(getattr(Node, found[1])).parameters)[1:])
    return f"self.{found[1]} {what}: expected self.{found[1]}({expected})"


def _no_attribute(of: Any, name: str) -> str:
    cls, fields = type(of), fields_of(type(of))
    if fields is not None:
        return f"a {cls.__name__} has no field {name!r} ({', '.join(fields) or 'it has none'}).{nearest(name, fields)}"
    if not isinstance(of, Node):
        return ""
    close = nearest(name, [one for one in dir(of) if not one.startswith("_")])
    return f"{cls.__name__} has no attribute or method {name!r}, and init assigns none.{close}"


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
    _check_drawn(cls)
    for name, value in _members(cls):
        if next(containers(value), None) is not None:
            raise DslabError(f"all nodes would share one {type(value).__name__}, {cls.__name__}.{name}. {SHARED}")
        if inspect.isfunction(value) and (name not in GIVEN or callable(getattr(Node, name))):
            _check_function(cls, name, value)
        elif name.startswith("on_") or name == "init" or name in GIVEN and not isinstance(value, property):
            _refuse_member(cls, name, value)


def _check_drawn(cls: type[Node]) -> None:
    """Raise `DslabError` if the logs and the marks of a class are not declared as views read them."""
    for log in cls.logs if isinstance(cls.logs, tuple) else (cls.logs,):
        if not (isinstance(log, tuple) and len(log) == 2 and all(isinstance(one, str) for one in log)):
            raise DslabError(f"{cls.__name__}.logs is a tuple of pairs, each a log and the attribute that counts its"
                             f' committed entries, such as (("log", "commit_index"),), not {brief(cls.logs)}')
    for mark in cls.marks if isinstance(cls.marks, tuple) else (cls.marks,):
        if not (isinstance(cls.marks, tuple) and isinstance(mark, Mark)):
            raise DslabError(f"{cls.__name__}.marks is a tuple of marks, each made by a class of dslab.marks, such as"
                             f' (Quorum("votes"),), not {brief(cls.marks)}')
        if mark.role and mark.role not in cls.roles:
            raise DslabError(f"{cls.__name__}.marks draws {mark.attribute!r} in the role {mark.role!r}, and its roles"
                             f" are {', '.join(cls.roles) or 'none'}.{nearest(mark.role, cls.roles)}")


def _refuse_member(cls: type, name: str, value: Any) -> None:
    """A handler, or what every node is given, that is no method of the class."""
    where, arguments = f"{cls.__name__}.{name}", _arguments(name)
    if name in GIVEN and name != "init":
        found = "a method" if inspect.isfunction(value) else brief(value)
        raise DslabError(f"{where} is {found}, but every node is given `{name}`: call it otherwise")
    if value is None:
        raise DslabError(f"{where} is None, which nothing can call: write {name}{arguments}; to ignore an event, let it"
                         " say why by self.note")
    raise DslabError(f"{where} is {_noun(value)}: write it as a plain method, {name}{arguments}")


def _noun(value: Any) -> str:
    kinds = ((staticmethod, "a static method"), (classmethod, "a class method"), (property, "a property"))
    return next((noun for kind, noun in kinds if isinstance(value, kind)), brief(value))


def _arguments(handler: str) -> str:
    """The arguments of a handler of this name."""
    return "(self)" if handler in OF_NODE or handler.endswith("_timer") else "(self, src, msg)"


@cached
def _check_function(cls: type, name: str, function: Any) -> None:
    where = f"{cls.__name__}.{name}"
    _check_code(where, function)
    for default in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
        if isinstance(default, (list, set, dict)):
            kind = type(default).__name__
            raise DslabError(f"all nodes would share the default value of {where}, a {kind}. {SHARED}")
    if not (name.startswith("on_") or name == "init"):
        return
    waiting = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    if any(waits(function) for waits in waiting):
        raise DslabError(f"{where} waits (async or yield): a handler runs to completion; use set_timer to wait")
    expected = _arguments(name)
    try:
        inspect.signature(function).bind(*expected.split(","))
    except TypeError:
        found = f"{where}{inspect.signature(function)} cannot be called: expected {name}{expected}"
        raise DslabError(found + _meant(name, function)) from None


def _meant(name: str, function: Any) -> str:
    """What a handler of messages without `src` and `msg` may have been meant to be."""
    if name in OF_NODE or name.endswith("_timer") or len(inspect.signature(function).parameters) != 1:
        return ""
    close = nearest(name, OF_NODE)
    return f".{close}" if close else f"; the timer {name[3:]!r} is handled by {name}_timer(self)"


def _check_code(where: str, function: Any) -> None:
    """Refuse a method that a run cannot repeat, or that takes away what the run has given to the node."""
    for line, what, why in untold(function):
        raise NotDeterministic(f"{where}, line {line}: {what} {why}")
    taken = assigned(function, GIVEN)
    if taken is not None:
        raise DslabError(f"{where}, line {taken[0]}, assigns self.{taken[1]}, which every node is given and keeps:"
                         " call your attribute otherwise")
    printed = prints(function)
    if printed is not None:
        # It may stay, while its author looks for a mistake; but there is something better.
        said = f"{where}, line {printed}, prints: self.note(...) says it beside its step, in every view"
        warnings.warn_explicit(said, PrintsWarning, function.__code__.co_filename, printed)


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
            for name in _mentioned(function):
                value = function.__globals__.get(name)
                if type(value) in (list, set, dict) and _is_plain(value):
                    yield name, value


@cache
def _mentioned(function: FunctionType) -> tuple[str, ...]:
    """The names of globals and attributes in a method: found once, since a thousand short runs ask for them."""
    return tuple(_names(function.__code__))


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
