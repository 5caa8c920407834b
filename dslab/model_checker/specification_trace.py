"""The path to a state of a plain specification, as a `Trace` that plays like a run.

A specification has no nodes and no time. Its states are shown as attributes of pseudo-nodes, a move is an event at
each pseudo-node that it changes, and moves are 10 ms apart, as the decisions of `follow` are. Causality is unknown: the
timestamps count the events of each pseudo-node, and no more.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any

from dslab.logical_time import Stamps
from dslab.model_checker.specification import Specification
from dslab.reasons import Reason
from dslab.trace import NodeInfo, Step, Trace
from dslab.values import DslabError, NotPlain, brief, lookalike, snapshot

PACE = 10.0             # ms between two moves
Shown = dict[str, dict[str, Any]]


def retrace(specification: Specification, path: list[Hashable]) -> list[tuple[str, Any]]:
    """The states of a path, without renaming, each with the name of the move that leads to it."""
    canonical = specification.canonical or (lambda state: state)
    choices: Iterable[tuple[str, Any]] = (("", state) for state in specification.init())
    walked = []
    for milestone in path:
        name, state = next(move for move in choices if canonical(move[1]) == milestone)
        walked.append((name, state))
        choices = specification.moves(state)
    return walked


def to_trace(specification: Specification, walked: list[tuple[str, Any]]) -> Trace:
    """The trace of a path: its nodes start in the initial state, followed by an event for each move.

    Raises:
        DslabError: `shown` does not return attributes of nodes.
    """
    pictures = [picture(specification, state) for _, state in walked]
    nodes = {node: attributes for one in reversed(pictures) for node, attributes in one.items()}
    order = list(dict.fromkeys(node for one in pictures for node in one))
    stamps = Stamps(order)
    happened = partial(_happened, stamps)
    for node in order:
        happened(0.0, node, "start", "", {})
    for number, (before, after) in enumerate(zip(pictures, pictures[1:], strict=False), 1):
        changed = {node: _changes(before.get(node, {}), values) for node, values in after.items()}
        name = walked[number][0] or f"move {number}"
        for node in [node for node in order if changed.get(node)] or order[:1]:
            happened(number * PACE, node, "event", name, changed.get(node, {}))
    infos = [NodeInfo(node, specification.name, shown=tuple(nodes[node])) for node in order]
    return Trace(nodes=infos, length=len(stamps.steps), load=lambda: (stamps.steps, [], []), links=(),
                 title=specification.name, end=Reason("moves", count=len(walked) - 1), initial=pictures[0])


def _happened(stamps: Stamps, time: float, node: str, kind: str, name: str, changes: dict[str, Any]) -> None:
    index = len(stamps.steps)
    stamps.steps.append(
        Step(index, time, node, kind, name, None, None, (), {}, (), (), (), changes, time, stamps))


def _changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if name not in before or before[name] != value}


# ---- the attributes of a state -----------------------------------------------------------------------------

def picture(specification: Specification, state: Any) -> Shown:
    """The attributes of each pseudo-node in a state, as plain data."""
    if specification.shown is None:
        return {specification.name: {name: plain(value) for name, value in _parts(state).items()}}
    shown = specification.shown(state)
    if not (isinstance(shown, Mapping) and shown and all(
            isinstance(node, str) and isinstance(values, Mapping) and all(isinstance(name, str) for name in values)
            for node, values in shown.items())):
        raise DslabError(f"shown gave {brief(shown)}: expected attributes of nodes, "
                         'such as {"jugs": {"small": 0, "big": 5}}')
    return {node: {name: plain(value) for name, value in values.items()} for node, values in shown.items()}


def _parts(state: Any) -> Mapping[str, Any]:
    """The named parts of a state; `state` if it has none."""
    parts: Mapping[str, Any] = _fields(state)
    if isinstance(state, Mapping) and all(isinstance(key, str) for key in state):
        parts = state
    return parts or {"state": state}


def _fields(value: Any) -> dict[str, Any]:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return value._asdict() if isinstance(value, tuple) and hasattr(value, "_asdict") else {}


def plain(value: Any) -> Any:
    """A value as a trace can hold it: its `repr` if it is not plain data."""
    try:
        return snapshot(value)
    except NotPlain:
        parts = _fields(value)
    if parts:
        return lookalike(type(value).__name__, tuple(parts))(*map(plain, parts.values()))
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | frozenset | list | set):
        kind = next(kind for kind in (tuple, frozenset, list, set) if isinstance(value, kind))
        return kind(map(plain, value))
    return repr(value)
