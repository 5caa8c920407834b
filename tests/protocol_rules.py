"""What a protocol on the shelf must have: each rule yields sentences for the author of a module that lacks it."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from dslab.contract import check_protocol
from dslab.node import Node
from dslab.properties import Promise, Verdict, judge
from dslab.run import Run
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.values import DslabError, nearest

LONGEST = 25  # lines of a function in a protocol


def file(module: ModuleType) -> str:
    return Path(module.__file__).name


def functions(module: ModuleType) -> list[ast.FunctionDef]:
    """All functions of a module, methods too."""
    return [
        node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.FunctionDef)
    ]


def nodes(module: ModuleType) -> list[type[Node]]:
    """The Node subclasses that a module defines."""
    return [
        cls
        for cls in vars(module).values()
        if inspect.isclass(cls) and issubclass(cls, Node) and cls.__module__ == module.__name__
    ]


# ---- how it is written -----------------------------------------------------------------------------------------------

def undocumented(module: ModuleType) -> Iterator[str]:
    first = (module.__doc__ or "").split("\n")[0]
    if not first.endswith((".", ":", "?")):
        yield (f"{file(module)} begins with {first!r}: expected a docstring whose first line is a sentence that says"
               " what problem the protocol solves, as in broadcast.py")
    for cls in nodes(module):
        if not cls.__doc__:
            yield (f"{file(module)}, {cls.__name__}: it has no docstring. Say in a sentence what such a node does; of a"
                   ' wrong variant, "What if ...?"')


def too_long(module: ModuleType) -> Iterator[str]:
    for function in functions(module):
        length = function.end_lineno - function.lineno + 1
        if length > LONGEST:
            yield (f"{file(module)}, line {function.lineno}: {function.name} has {length} lines, and a function of a"
                   f" protocol at most {LONGEST}, so that a notebook can show it: make two of it")


# ---- what it has -----------------------------------------------------------------------------------------------------

def breaks_the_contract(module: ModuleType) -> Iterator[str]:
    for cls in nodes(module):
        try:
            check_protocol(cls)
            has = vars(cls("A", peers=("B",)))
        except DslabError as problem:
            yield f"{file(module)}: {problem}"
            continue
        for group in ("persistent", "shown"):
            for name in getattr(cls, group):
                if name not in has:
                    yield (f"{file(module)}: {cls.__name__}.{group} names {name!r}, which init does not assign."
                           f"{nearest(name, has)}")


def incomplete(module: ModuleType) -> Iterator[str]:
    promises, demo = getattr(module, "PROMISES", None), getattr(module, "DEMO", None)
    if (promises is None) != (demo is None):
        there, missing = ("DEMO", "PROMISES") if promises is None else ("PROMISES", "DEMO")
        yield (f"{file(module)} has {there} and no {missing}. PROMISES is a tuple of the properties that the protocol"
               " claims, DEMO the Run that shows it; a file of variants or figures has neither")
    if promises is not None and not isinstance(promises, tuple):
        yield f"{file(module)}: PROMISES is a tuple of properties, not {promises!r}: write (first, second), or (only,)"
    for one in promises if isinstance(promises, tuple) else ():
        if not isinstance(one, Promise):
            yield (f"{file(module)}: PROMISES has {getattr(one, '__name__', one)}, which is no property: put @always,"
                   " @in_the_end or @sometimes above its def")
    if demo is not None and not isinstance(demo, Run):
        yield f"{file(module)}: DEMO is a Run, not {demo!r}"
    for name in vars(module):
        if name.endswith("_PROMISES"):
            yield (f"{file(module)}: a player shows PROMISES for every protocol of the file, so it has no {name}:"
                   " properties of another kind need a file of their own")


# ---- what its demo does ----------------------------------------------------------------------------------------------

def unfinished(module: ModuleType, trace: Trace) -> Iterator[str]:
    if not trace.title:
        yield f'{file(module)}: DEMO has no title, which every view writes above it: Run(..., title="...")'
    if trace.was_cut_short:
        yield f"{file(module)}: DEMO was stopped before its end: {trace.end}"
    for event, why in trace.unapplied:
        yield f"{file(module)}: the script of DEMO has {event}, which did nothing: {why}"


def unkept(module: ModuleType, trace: Trace) -> Iterator[str]:
    for verdict in judge(trace, module.PROMISES):
        if not verdict:
            yield f"{file(module)}: DEMO must show that PROMISES are kept, and {_verdict(verdict)}"


def _verdict(verdict: Verdict) -> str:
    at = "" if verdict.step is None else f" at step {verdict.step}"
    why = f": {verdict.sentence}" if verdict.sentence else ""
    return f"'{verdict.promise.name}' ({verdict.promise.kind}) is {verdict.status}{at}{why}"


# ---- all that can be said without a golden trace ---------------------------------------------------------------------

def complaints(module: ModuleType) -> list[str]:
    """All that is wrong with a module: first how it is written and what it has; if nothing is, what its demo does."""
    found = [said for rule in (undocumented, too_long, breaks_the_contract, incomplete) for said in rule(module)]
    if found or not hasattr(module, "DEMO"):
        return found
    try:
        trace = simulate(module.DEMO)
    except DslabError as problem:
        return [f"{file(module)}: DEMO stops. {problem}"]
    return [*unfinished(module, trace), *unkept(module, trace)]
