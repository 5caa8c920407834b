"""Strong convergence: replicas that have received the same updates have the same state [Shapiro and others, 2011].

    converged(trace, updates="seen", value="data")
    converged(trace, updates="seen", value=lambda state: sorted(state.added - state.removed))
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import combinations
from typing import Any

from dslab.model_checker.freeze import freeze
from dslab.properties import Promise, State, Verdict, World
from dslab.reasons import Reason
from dslab.trace import Trace
from dslab.values import DslabError, brief

Reading = str | Callable[[State], Any]      # an attribute, or a function of a node's state


def converged(trace: Trace, *, updates: Reading = "seen", value: Reading = "data") -> Verdict:
    """Whenever two nodes that are up have received the same updates, they have the same state.

    Args:
        updates: the updates that a node has received: an attribute, or a function of its state. A list, tuple or set is
            compared as a set, since their order must not matter; anything else (a version vector) as it is.
        value: what must then be equal: an attribute, or a function of the node's state.

    The status is "broken" at the first step at which two such nodes differ; "holds" if there is none, and all nodes
    that are up have received the same updates at the end; "not decided" if there is none, but updates are missing
    somewhere. Nodes without a named attribute (clients) are ignored.

    Raises:
        DslabError: no node, or only one, has these attributes.
    """
    promise = Promise("always", "same updates, same state", lambda world: _difference(world, updates, value))
    world = World(trace.nodes, trace.initial, trace.operations)
    _check(world, updates, value)
    for step in trace.steps:
        if world.after(step) or step.index == 0:
            sentence = _difference(world, updates, value)
            if sentence:
                return Verdict(promise, "broken", step.index, sentence, trace)
    why = Reason("stopped", end=trace.end) if trace.was_cut_short else _missing(world, updates, value)
    return Verdict(promise, "not decided" if why else "holds", None, why, trace)


def _difference(world: World, updates: Reading, value: Reading) -> str:
    """The violation: two nodes with the same updates whose states differ; empty if there are none."""
    first: dict[Hashable, tuple[str, Any]] = {}
    for node, state in _replicas(world, updates, value).items():
        mine = _read(state, value)
        other, theirs = first.setdefault(_as_set(_read(state, updates)), (node, mine))
        if freeze(mine) != freeze(theirs):
            return (f"{other} and {node} have seen the same updates, {brief(_read(state, updates))}, but {other} has"
                    f" {brief(theirs)} and {node} has {brief(mine)}")
    return ""


def _missing(world: World, updates: Reading, value: Reading) -> str:
    """The reason why the end of the trace decides nothing: two nodes with different updates; empty if there is none."""
    seen = {node: _read(state, updates) for node, state in _replicas(world, updates, value).items()}
    if len(seen) < 2:
        return f"at the end {len(seen)} node is up: nothing to compare" if seen else "at the end no node is up"
    for one, other in combinations(seen, 2):
        if _as_set(seen[one]) != _as_set(seen[other]):
            return (f"at the end {one} and {other} have not seen the same updates: {one} {brief(seen[one])},"
                    f" {other} {brief(seen[other])}")
    return ""


def _replicas(world: World, *readings: Reading) -> dict[str, State]:
    """The nodes that are up and have the named attributes."""
    names = [reading for reading in readings if isinstance(reading, str)]
    return {node: state for node, state in world.states.items()
            if node in world.up and all(name in state for name in names)}


def _check(world: World, updates: Reading, value: Reading) -> None:
    for name, reading in (("updates", updates), ("value", value)):
        if not isinstance(reading, str) and not callable(reading):
            raise DslabError(f"{name}={brief(reading)}: expected the name of an attribute or a function of a state")
    found = _replicas(world, updates, value)
    if len(found) < 2:
        named = " and ".join(repr(reading) for reading in (updates, value) if isinstance(reading, str))
        whose = f"only {', '.join(found)} has" if found else "no node has"
        raise DslabError(f"{whose} {named or 'a state'}: expected two nodes or more to compare (a trace without"
                         " states has none)")


def _read(state: State, reading: Reading) -> Any:
    return getattr(state, reading) if isinstance(reading, str) else reading(state)


def _as_set(seen: Any) -> Hashable:
    return frozenset(map(freeze, seen)) if isinstance(seen, (list, tuple, set, frozenset)) else freeze(seen)
