"""What the code of a handler must leave alone: clocks, chance, files, and what the run has given to the node.

Found by a look at the compiled code, once for each method and before anything runs, so that it costs a run nothing.
A look sees names: what is hidden behind two calls, or imported inside a method, the grader finds by comparing two
processes.
"""

from __future__ import annotations

import builtins
import dis
from collections.abc import Iterator
from itertools import pairwise, takewhile
from random import Random
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

CHANCE = "draws by itself, so the same run would not give the same trace; use self.draw(...), or a range in set_timer"
CLOCK = "reads the wall clock, so the same run would not give the same trace; use self.now or self.monotonic"
NAMES = "makes a name by chance, so the same run would not give the same trace; count instead"
THREAD = "starts what runs by itself; use set_timer"
ALL = frozenset[str]()
BUILT_IN = ("builtins", "io", "_io")          # what has no module's name before it

# module -> which of its names (ALL: each of them), and what is wrong with them
UNTOLD: dict[str, tuple[tuple[frozenset[str], str], ...]] = {
    "random": ((ALL, CHANCE),), "secrets": ((ALL, CHANCE),), "numpy": ((frozenset({"random"}), CHANCE),),
    "time": ((frozenset({"sleep"}), "waits, and a handler runs to completion; use set_timer"), (ALL, CLOCK)),
    "datetime": ((frozenset({"now", "utcnow", "today"}), CLOCK),),
    "uuid": ((frozenset({"uuid1", "uuid4"}), NAMES),),
    "os": ((frozenset({"urandom"}), CHANCE),), "posix": ((frozenset({"urandom"}), CHANCE),),
    "threading": ((ALL, THREAD),), "asyncio": ((ALL, THREAD),),
    "builtins": ((frozenset({"input"}), "waits for the keyboard, and a handler runs to completion; let a client ask,"
                                        " by request(...) in the script"),),
    **dict.fromkeys(("io", "_io"), ((frozenset({"open"}), "opens a file; what a node keeps is in its attributes, on"
                                                          " disk if `persistent` names them"),)),
}


class Use(NamedTuple):
    """What a line of a method uses, and why it should not."""

    line: int
    what: str                       # random.randint
    why: str


def untold(function: FunctionType) -> Iterator[Use]:
    """Where a method, or a function of its module that it calls, uses what no run decides."""
    for one in _with_helpers(function):
        for line, value, attributes in _globals_used(one):
            module, path = _origin(value, attributes)
            for names, why in UNTOLD.get(module, ()):
                used = [name for name in path if name in names] if names else path[:1]
                if used and used != ["Random"]:             # with a seed, that is no chance
                    yield Use(line, used[0] if module in BUILT_IN else f"{module}.{used[0]}", why)
                    break


def prints(function: FunctionType) -> int | None:
    """The first line on which a method prints, if it does."""
    return next((line for line, value, _ in _globals_used(function) if value is print), None)


def assigned(function: FunctionType, names: frozenset[str]) -> tuple[int, str] | None:
    """The first line on which a method assigns one of these attributes of its node, and which."""
    code = function.__code__
    if not (names.intersection(code.co_names) and code.co_argcount):
        return None
    this = code.co_varnames[0]
    for before, instruction in pairwise(dis.get_instructions(code)):
        if instruction.opname == "STORE_ATTR" and instruction.argval in names:
            loaded = before.argval[-1] if isinstance(before.argval, tuple) else before.argval
            if loaded == this:
                return _line(instruction), instruction.argval
    return None


def _with_helpers(function: FunctionType) -> list[FunctionType]:
    """The function and, of its own module, those that it mentions, and so on."""
    found = [function]
    for one in found:
        for name in sorted({name for code in _codes(one.__code__) for name in code.co_names}):
            value = one.__globals__.get(name)
            if isinstance(value, FunctionType) and value.__module__ == function.__module__ and value not in found:
                found.append(value)
    return found


def _globals_used(function: FunctionType) -> Iterator[tuple[int, Any, list[str]]]:
    """The globals and builtins that a function uses: the line, the value, and which of its attributes are asked for."""
    for code in _codes(function.__code__):
        values = {name: function.__globals__.get(name, getattr(builtins, name, None)) for name in code.co_names}
        if not any(_is_suspect(value) for value in values.values()):
            continue
        instructions = list(dis.get_instructions(code))
        for place, instruction in enumerate(instructions):
            if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                rest = takewhile(lambda one: one.opname in ("LOAD_ATTR", "LOAD_METHOD"), instructions[place + 1:])
                yield _line(instruction), values[instruction.argval], [one.argval for one in rest]


def _is_suspect(value: Any) -> bool:
    return value is print or _origin(value, [])[0] in UNTOLD


def _origin(value: Any, attributes: list[str]) -> tuple[str, list[str]]:
    """The module of what is used, and its name: what is asked for of a module or a class, or the value's own."""
    if isinstance(value, ModuleType):
        return value.__name__, attributes
    if isinstance(value, Random):
        return "random", attributes
    if isinstance(value, (BuiltinFunctionType, MethodType)) and isinstance(value.__self__, Random):
        return "random", [value.__name__]
    if isinstance(value, type):
        return value.__module__, attributes or [value.__name__]
    if isinstance(value, (BuiltinFunctionType, FunctionType)):
        return value.__module__ or "", [value.__name__]
    return "", []


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a function, and of those inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _line(instruction: dis.Instruction) -> int:
    return (instruction.positions.lineno if instruction.positions else None) or 0
