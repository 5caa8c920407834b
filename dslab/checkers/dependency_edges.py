"""Edges between transactions, misreads and choices: the vocabulary of `dependencies`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dslab.checkers.transactions import Transaction


class Edge(NamedTuple):
    """One dependency: in each serial order the source comes before the target."""

    source: int                 # a place in the history
    target: int
    kind: str                   # "ww", "wr", "rw" or "rt"
    key: Hashable = None
    before: Any = None          # what the source wrote or read
    after: Any = None           # what the target wrote or read


class Misread(NamedTuple):
    """What no order explains, and no cycle is needed to see it."""

    name: str                   # "G1a", "G1b", "internal", ...
    sentence: str


class Choice(NamedTuple):
    """A register that `writer` wrote and `reader` read: `other` wrote it before the first, or after the second."""

    earlier: Edge               # other ww writer
    later: Edge                 # reader rw other


@dataclass
class Dependencies:
    """The edges of a history, what it cannot be, and what is still open."""

    history: tuple[Transaction, ...]
    committed: tuple[int, ...] = ()
    edges: dict[tuple[int, int], list[Edge]] = field(default_factory=dict)      # at most one of each kind
    misreads: list[Misread] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    ambiguous: str = ""         # why it cannot be told where a value came from

    def add(self, edge: Edge) -> None:
        """Add an edge, unless there is one of its kind already."""
        between = self.edges.setdefault((edge.source, edge.target), [])
        if all(other.kind != edge.kind for other in between):
            between.append(edge)

    def find(self, name: str, number: int, sentence: str) -> None:
        """Note what no order explains, of one transaction."""
        self.misreads.append(Misread(name, f"{self.history[number].name} {sentence}"))
