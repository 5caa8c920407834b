"""The code that the player copies: a branch as a Python script, and as a test that asserts its outcome."""

from __future__ import annotations

import ast
import re
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
    """A file with one test, which makes a trace and asserts what came of it: error, verdicts, or the last output."""
    named = [] if error else [promise for promise in promises if _is_importable(promise)]
    if error:
        body = (f"with pytest.raises(ProtocolError) as caught:\n{indent(making, '    ')}\n"
                f"assert str(caught.value) == {error!r}")
    else:
        statuses = {light["name"]: light["status"] for light in lights}
        body = f"{making}\n{_verdicts(named, statuses) if named else _last_output(trace)}"
    test = f"\ndef {_test_name(trace)}():\n{indent(body, '    ')}\n"
    return _with_imports(test, trace, named, own="\n# Put here what the notebook defines: {names}.")


def _test_name(trace: Trace) -> str:
    """A name for the test, which says what the run's title does."""
    words = re.findall(r"[a-z0-9]+", trace.title.lower())
    return "_".join(["test", *(words[:12] or ["what_came_of_this_run"])])


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

def _with_imports(code: str, trace: Trace, promises: Sequence[Promise] = (), own: str = "") -> str:
    """The code after the imports that it needs, and after the line `own` if it needs what the notebook defines."""
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    homes = {"dslab": used & set(dslab.__all__)}
    classes = message_classes(trace) | {cls.__name__: cls for cls in trace.protocols.values()}
    named: list[type | Callable[..., object]] = [*classes.values(), *(promise.judge for promise in promises)]
    for made in named:
        if made.__name__ in used - homes["dslab"]:
            homes.setdefault(made.__module__, set()).add(made.__qualname__)
    defined = ", ".join(sorted(homes.pop("__main__", ())))
    lines = [_import(home, sorted(names)) for home, names in homes.items() if names]
    if "pytest" in used:
        lines = ["import pytest", "", *lines]
    if own and defined:
        lines.append(own.format(names=defined))
    return "\n".join([*lines, "", code])


def _import(home: str, names: list[str]) -> str:
    if any("." in name for name in names):
        return f"# Needed here: {', '.join(names)} of {home}."
    line = f"from {home} import {', '.join(names)}"
    return line if len(line) <= 110 else f"from {home} import (" + "".join(f"\n    {name}," for name in names) + "\n)"


def _is_importable(promise: Promise) -> bool:
    """Whether it can be imported by name: not if it was made inside a function."""
    return promise.judge.__name__.isidentifier() and "<locals>" not in promise.judge.__qualname__
