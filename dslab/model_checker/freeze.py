"""Hashable forms of plain data, equal for values that are equal and of equal type: the keys of visited states.

In Python 1, 1.0 and True are equal; a handler can tell them apart, so their frozen forms differ. Lists, sets and
dicts become tuples that start with their type. The insertion order of a dict is ignored: no handler may depend on it,
as none may depend on the order of a set.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from dslab.values import STORABLE, DslabError, NotPlain, brief, containers, fields_of


def freeze(value: Any) -> Hashable:
    """The frozen form of plain data; raises `NotPlain`, with a remedy, for anything else."""
    kind = type(value)
    if kind is int or kind is str or value is None:
        same: Hashable = value
        return same
    if kind is bool:
        return kind, value
    if kind is float:
        return kind, repr(value)            # -0.0 differs from 0.0, and NaN equals itself
    if kind is tuple or kind is list:
        return kind, *map(freeze, value)
    if kind is set or kind is frozenset:
        return kind, frozenset(map(freeze, value))
    if kind is dict:
        return kind, frozenset([(freeze(key), freeze(item)) for key, item in value.items()])
    fields = fields_of(kind)
    if fields is None:
        raise NotPlain(f"{brief(value, limit=40)} is a {kind.__name__}; {STORABLE}")
    return kind, *[freeze(getattr(value, field)) for field in fields]


def freeze_state(node: str, values: Mapping[str, Any]) -> tuple[Hashable, ...]:
    """The frozen form of a node's attributes; raises `DslabError` with the name of an attribute that has none."""
    frozen = []
    for name, value in values.items():
        try:
            frozen.append(freeze(value))
        except (NotPlain, RecursionError) as problem:
            why = problem if isinstance(problem, NotPlain) else "it contains itself, or is nested too deeply"
            raise DslabError(f"{node}.{name} cannot be explored: {why}") from None
    return tuple(frozen)


def refuse_shared_parts(node: str, values: Mapping[str, Any]) -> None:
    """Raise `DslabError` if two attributes share a list, set or dict: a copy of the node would have two."""
    owners: dict[int, str] = {}
    for name, value in values.items():
        for part in containers(value):
            if id(part) in owners:
                both = f"{node}.{owners[id(part)]} and {node}.{name}"
                raise DslabError(f"{both} share one {type(part).__name__}: a copy of the node would have "
                                 "two. Keep it in one attribute")
            owners[id(part)] = name


def rename(value: Any, names: Mapping[str, str]) -> Any:
    """The same plain data with the names of nodes replaced, at any depth."""
    kind = type(value)
    if kind is str:
        return names.get(value, value)
    if kind in (tuple, list, set, frozenset):
        return kind([rename(item, names) for item in value])
    if kind is dict:
        return {rename(key, names): rename(item, names) for key, item in value.items()}
    fields = fields_of(kind)
    return value if fields is None else kind(*[rename(getattr(value, field), names) for field in fields])


def measures(value: Any) -> int:
    """The size of a value: the magnitude of a number, or the number of items, nested ones included."""
    kind = type(value)
    if kind in (int, float):
        return abs(int(value)) if value == value and abs(value) < float("inf") else 0
    return sum(1 + (measures(part) if type(part) not in (int, float) else 0) for part in parts(value))


def parts(value: Any) -> Iterator[Any]:
    """The direct parts of a value."""
    kind = type(value)
    if kind is dict:
        yield from value.values()
    elif kind in (tuple, list, set, frozenset, str):
        yield from value if kind is not str else ()
    else:
        yield from (getattr(value, field) for field in fields_of(kind) or ())
