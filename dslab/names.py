"""Sets of names that are gone through in one order: that of the cluster, in every process alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AnySet


class NodeSet(frozenset[str]):
    """Names of nodes. It is a frozen set, but for its order: that in which the names were given.

    >>> list(NodeSet(["C", "A", "B"]) - {"A"})
    ['C', 'B']
    """

    __slots__ = ("_order",)
    _order: tuple[str, ...]

    def __new__(cls, names: Iterable[str] = ()) -> NodeSet:         # noqa: D102
        order = tuple(dict.fromkeys(names))
        made = super().__new__(cls, order)
        made._order = order
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def __and__(self, other: AnySet[object]) -> NodeSet:
        return NodeSet(name for name in self if name in other) if isinstance(other, AnySet) else NotImplemented

    def __sub__(self, other: AnySet[object]) -> NodeSet:
        return NodeSet(name for name in self if name not in other) if isinstance(other, AnySet) else NotImplemented

    def __repr__(self) -> str:
        return f"{{{', '.join(map(repr, self))}}}" if self else "set()"
