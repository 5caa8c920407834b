"""The code that the player copies: a branch as a Python script, and as a test that asserts its outcome."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from textwrap import indent
from typing import Any

import dslab
from dslab.player.edits import message_classes
from dslab.properties import Promise
from dslab.run import Run
from dslab.trace import Trace
from dslab.values import show


def script_of(trace: Trace, making: str = "") -> str:
    """The code `making` with its imports, or code that recreates the trace's run; empty if it has no run."""
    making = making or ("" if trace.run is None else _run(trace.run))
    return _with_imports(making, trace) if making else ""


def simulating(run: Run) -> str:
    """Python code, without imports, that makes a trace of a run."""
    return f"{_run(run)}\ntrace = simulate(run)"


def following(run: Run, decisions: Sequence[str]) -> str:
    """Python code, without imports, that makes the trace of a run in which these decisions are taken."""
    listed = "".join(f"\n    {decision!r}," for decision in decisions)
    return f"{_run(run)}\ntrace = follow(run, [{listed}\n])"


def test_of(making: str, trace: Trace, promises: Sequence[Promise] = (), lights: Sequence[Mapping[str, Any]] = (),
            error: str = "") -> str:
    """Python code that makes a trace and asserts its outcome: the error, the verdicts, or the last output."""
    named = [promise for promise in promises if _is_importable(promise)]
    if error:
        tried = f"try:\n{indent(making, '    ')}\nexcept ProtocolError as problem:\n    error = str(problem)"
        return _with_imports(f"{tried}\nassert error == {error!r}", trace)
    statuses = {light["name"]: light["status"] for light in lights}
    asserted = _verdicts(named, statuses) if named else _last_output(trace)
    return _with_imports(f"{making}\n{asserted}", trace, named)


def _run(run: Run) -> str:
    return f"run = {run.code()}"


def _verdicts(promises: Sequence[Promise], statuses: Mapping[str, str]) -> str:
    names = "".join(f"    {promise.judge.__name__},\n" for promise in promises)
    expected = "".join(f"    {promise.name!r}: {statuses[promise.name]!r},\n" for promise in promises)
    return (f"verdicts = judge(trace, [\n{names}])\n"
            f"assert {{verdict.promise.name: verdict.status for verdict in verdicts}} == {{\n{expected}}}")


def _last_output(trace: Trace) -> str:
    outputs = trace.outputs()
    if not outputs:
        return f"assert str(trace.end) == {str(trace.end)!r}"
    _, _, node, name, values = outputs[-1]
    return f"assert trace.outputs()[-1][2:] == {show((node, name, values))}"


# ---- imports ---------------------------------------------------------------------------------------------------------

def _with_imports(code: str, trace: Trace, promises: Sequence[Promise] = ()) -> str:
    """The code after the imports that it needs. Names defined in the notebook itself need none."""
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    homes = {"dslab": used & set(dslab.__all__)}
    classes = message_classes(trace) | {cls.__name__: cls for cls in trace.protocols.values()}
    named: list[type | Callable[..., object]] = [*classes.values(), *(promise.judge for promise in promises)]
    for made in named:
        if made.__name__ in used - homes["dslab"] and made.__module__ != "__main__":
            homes.setdefault(made.__module__, set()).add(made.__qualname__)
    return "\n".join([_import(home, sorted(names)) for home, names in homes.items() if names] + ["", code])


def _import(home: str, names: list[str]) -> str:
    if any("." in name for name in names):
        return f"# Needed here: {', '.join(names)} of {home}."
    line = f"from {home} import {', '.join(names)}"
    return line if len(line) <= 110 else f"from {home} import (" + "".join(f"\n    {name}," for name in names) + "\n)"


def _is_importable(promise: Promise) -> bool:
    """Whether it can be imported by name: not if it was made inside a function."""
    return promise.judge.__name__.isidentifier() and "<locals>" not in promise.judge.__qualname__
