"""Edits by the browser, validated and turned into actions of the script. Nothing that it sends is evaluated."""

from __future__ import annotations

import ast
import inspect
import math
import sys
from collections.abc import Mapping
from typing import Any

from dslab.contract import handler_name
from dslab.mistakes.calls import WrongCall
from dslab.run import Run
from dslab.script import CONSTRUCTORS, Action
from dslab.trace import Trace
from dslab.values import DslabError, brief, check_sendable, fields_of, nearest, show
from dslab.verbs import VERBS

LONGEST = 10_000            # the limit of characters in a message that is typed in
SCALARS = (str, int, float, bool)
EXAMPLES = {"int": 1, "float": 1.0, "str": "x", "bool": True, "tuple": (), "frozenset": frozenset()}


def action_of(content: Mapping[str, Any], trace: Trace) -> Action:
    """The action of an edit, made by a verb of `dslab.script`; raises `DslabError` if it is invalid."""
    verb, options = content.get("verb"), content.get("options", {})
    args = content.get("args", [content["target"]] if "target" in content else [])
    if not isinstance(verb, str) or verb not in VERBS:
        raise DslabError(f"there is no change {brief(verb)}: the player knows {', '.join(VERBS)}."
                         + (nearest(verb, VERBS) if isinstance(verb, str) else ""))
    if not (isinstance(args, list) and all(map(_is_name_or_group, args)) and isinstance(options, dict)
            and all(isinstance(value, SCALARS) for value in options.values())):
        raise DslabError(f"{verb} was asked for with {brief(args)} and {brief(options)}: expected a list of names, and"
                         " options that are numbers or texts")
    args = [tuple(arg) if isinstance(arg, list) else arg for arg in args]
    try:
        inspect.signature(CONSTRUCTORS[verb]).bind(*args, **options)
    except TypeError as problem:
        raise DslabError(f"{verb} was asked for in a wrong way: {problem}") from None
    if "payload" in VERBS[verb].takes:
        place = VERBS[verb].takes.index("payload")
        args[place] = message_of(args[place], message_classes(trace))
    return CONSTRUCTORS[verb](*args, **options)


def _is_name_or_group(arg: Any) -> bool:
    return isinstance(arg, str) or isinstance(arg, list) and all(isinstance(name, str) for name in arg)


# ---- times -----------------------------------------------------------------------------------------------------------

def moment_after(trace: Trace, step: int, time: float | None = None) -> float:
    """The roundest time, in ms, after `step` (and `time`) and not after the next later step."""
    if type(step) is not int or not (time is None or type(time) in (int, float) and math.isfinite(time)):
        raise DslabError(f"a change comes after a step, at a time in ms: not after {brief(step)}, at {brief(time)}")
    since = trace[step].time if len(trace) else 0.0
    least = round(max(since, time or 0.0) * 1000)                   # in µs, the resolution of a script
    later = (round(one.time * 1000) for one in trace.steps[step + 1:])
    limit = next((moment for moment in later if moment > least), math.inf)
    for unit in (1000, 100, 10, 1):
        moment = (least // unit + 1) * unit
        if moment <= limit:
            break
    return moment // 1000 if moment % 1000 == 0 else moment / 1000


# ---- messages that are typed in --------------------------------------------------------------------------------------

def message_of(text: Any, classes: Mapping[str, type]) -> Any:
    """The message for a text such as "Put('x', 1)": the name of a class, and literal values."""
    try:
        if type(text) is not str or len(text) > LONGEST:
            raise ValueError("it is no text, or too long")
        made = _value(ast.parse(text.strip(), mode="eval").body, classes)
    except WrongCall as problem:
        raise DslabError(f"{brief(text)} is not a message: {problem}") from None
    except DslabError:
        raise
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as problem:
        why = f": {problem}" if isinstance(problem, TypeError) else ""
        raise DslabError(f"{brief(text)} is not a message{why}. Write one as in Put('x', 1)") from None
    check_sendable(made)
    return made


def _value(tree: ast.expr, classes: Mapping[str, type]) -> Any:
    if isinstance(tree, ast.Tuple):
        return tuple(_value(item, classes) for item in tree.elts)
    if not isinstance(tree, ast.Call):
        return ast.literal_eval(tree)
    name = tree.func.id if isinstance(tree.func, ast.Name) else ast.unparse(tree.func)
    args = [_value(arg, classes) for arg in tree.args]
    if name == "frozenset" and not tree.keywords:
        return frozenset(*args)
    if name not in classes:
        raise DslabError(f"no message is called {brief(name)} here: there are {', '.join(sorted(classes)) or 'none'}."
                         + nearest(name, classes))
    fields = {keyword.arg or "**": _value(keyword.value, classes) for keyword in tree.keywords}
    return classes[name](*args, **fields)


def message_classes(trace: Trace) -> dict[str, type]:
    """Name -> class of the messages of a trace: in its requests, in the modules of its protocols, and on its links."""
    homes = {base.__module__: None for cls in trace.protocols.values() for base in cls.__mro__[:-1]}
    beside = [value for home in homes if home in sys.modules for value in vars(sys.modules[home]).values()]
    sent = [type(message.payload) for message in trace.messages]
    found: dict[str, type] = {}
    for cls in [*(type(msg) for _, msg in asked(trace.run)), *beside, *sent]:
        if isinstance(cls, type) and fields_of(cls) is not None:
            found.setdefault(cls.__name__, cls)
    return found


def requests(trace: Trace) -> list[dict[str, Any]]:
    """The requests that a client can make, as JSON data: type, fields, nodes that handle it, and an example.

    First those of the script; then the message types that no node sends to another in this trace.
    """
    first = {type(msg).__name__: msg for _, msg in asked(trace.run)}
    sent = {type(message.payload).__name__ for message in trace.messages}
    others = {name: example(cls) for name, cls in sorted(message_classes(trace).items())
              if name not in sent and name not in first}
    found = []
    for name, msg in (first | others).items():
        nodes = [node for node, cls in trace.protocols.items() if hasattr(cls, handler_name(name))]
        if nodes:
            fields = list(fields_of(type(msg)) or ())
            found.append({"type": name, "fields": fields, "nodes": nodes, "example": show(msg)})
    return found


def asked(run: Run | None) -> list[tuple[str, Any]]:
    """The requests in the script of a run: (node, message)."""
    script = run.script if run is not None else ()
    return [event.action.args for event in script if event.action.verb == "request"]


def example(cls: type) -> Any:
    """A message of this class, with a small value of the right type in each field."""
    kinds = [getattr(field.type, "__name__", str(field.type)) for field in vars(cls)["__dataclass_fields__"].values()]
    return cls(*[EXAMPLES.get(kind.partition("[")[0]) for kind in kinds])
