"""Anomalies by name: the smallest cycle of dependencies, by the kinds of edges that it needs.

G0 is a cycle of ww edges, G1c one of ww and wr, G-single one with a single rw edge, G2-item one with more. If it takes
an rt edge as well, "-realtime" stands behind the name: then the history may be serializable, and is not so strictly.

Sources: Adya, "Weak consistency" (1999); Kingsbury and Alvaro, "Elle" (2020).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from dslab.checkers.dependency_edges import Dependencies, Edge
from dslab.checkers.serial_order import reachable, topological_order

MEANINGS = {
    "G0": "write cycle", "G1a": "aborted read", "G1b": "intermediate read", "G1c": "circular information flow",
    "G-single": "read skew", "G2-item": "anti-dependency cycle",
}
CLASSES = {"G0": ("ww",), "G1c": ("ww", "wr"), "G-single": ("ww", "wr", "rw"), "G2-item": ("ww", "wr", "rw")}

class Anomaly(NamedTuple):
    """What is wrong: a cycle, or a sentence that says it without one."""

    name: str                           # "G-single", "internal", ...
    meaning: str                        # "lost update"; empty if the name says it
    cycle: tuple[Edge, ...] = ()
    sentence: str = ""


def anomaly_of(found: Dependencies) -> Anomaly | None:
    """The most elementary anomaly: what one read shows, or else the smallest cycle of the first class that has one."""
    if found.misreads:
        name, sentence = found.misreads[0]
        return Anomaly(name, MEANINGS.get(name, ""), sentence=sentence)
    if len(topological_order(found.committed, set(found.edges))) == len(found.committed):
        return None
    for ending, kinds_of_time in (("", ()), ("-realtime", ("rt",))):
        for name, kinds in CLASSES.items():
            if cycle := Cycles(found, {*kinds, *kinds_of_time}).smallest(single=name == "G-single"):
                return Anomaly(name + ending, _meaning(found, name, cycle), cycle)
    return None


class Cycles:
    """The cycles in the edges of some kinds. An rt edge is one step, however much time it spans."""

    def __init__(self, found: Dependencies, kinds: set[str]) -> None:
        self.found = found
        self.edges = [edge for between in found.edges.values() for edge in between if edge.kind in kinds]
        self.begun = [found.history[number].invoked for number in found.committed] if "rt" in kinds else []

    def smallest(self, *, single: bool) -> tuple[Edge, ...]:
        """A smallest cycle, from its first transaction on; empty if there is none.

        Args:
            single: exactly one of its edges is rw; there is no cycle without one.
        """
        adjacent: dict[int, dict[int, Edge]] = {}
        for edge in self.edges:
            if edge.kind != "rt" and not (single and edge.kind == "rw"):
                adjacent.setdefault(edge.source, {}).setdefault(edge.target, edge)
        best: tuple[Edge, ...] = ()
        for edge in sorted(self._with_single() if single else self._on_cycles(), key=self._span, reverse=True):
            path = self._path(adjacent, edge.target, edge.source, len(best) - 2 if best else len(self.edges))
            if path is not None:
                best = (edge, *path)
            if len(best) == 2:
                break
        first = min(range(len(best)), key=lambda place: best[place].source, default=0)
        return best[first:] + best[:first]

    def _with_single(self) -> Iterator[Edge]:
        """The rw edges that lie on a cycle without another one."""
        others = {(edge.source, edge.target) for edge in self.edges if edge.kind != "rw"}
        reach = reachable(topological_order(self.found.committed, others), others)
        return (edge for edge in self.edges
                if edge.kind == "rw" and reach[edge.target] >> edge.source & 1)

    def _on_cycles(self) -> Iterator[Edge]:
        """The edges on cycles and between them, but for rt: no cycle is of rt alone."""
        pairs = {(edge.source, edge.target) for edge in self.edges}
        before = {*topological_order(self.found.committed, {(target, source) for source, target in pairs})}
        outside = before.union(topological_order(self.found.committed, pairs))
        return (edge for edge in self.edges if edge.kind != "rt" and not {edge.source, edge.target} & outside)

    def _span(self, edge: Edge) -> float:
        """How far an edge leads back in time: the farther, the shorter the way forward may be."""
        return self.found.history[edge.source].invoked - self.found.history[edge.target].invoked

    def _path(self, adjacent: dict[int, dict[int, Edge]], start: int, goal: int, most: int) -> list[Edge] | None:
        """A shortest path of at most so many edges; None if there is none."""
        came: dict[int, Edge | None] = {start: None}
        waiting, rest = deque([(start, 0)]), len(self.begun)
        while waiting and goal not in came:
            number, length = waiting.popleft()
            if length == most:
                break
            first = self._first_later(number)
            later = (Edge(number, target, "rt") for target in self.found.committed[first:rest])
            rest = min(rest, first)                 # all that begin after this one ended are reached now
            for edge in (*adjacent.get(number, {}).values(), *later):
                if edge.target not in came:
                    came[edge.target] = edge
                    waiting.append((edge.target, length + 1))
        return _way(came, goal) if goal in came else None

    def _first_later(self, number: int) -> int:
        """The place of the first transaction that began after this one had ended."""
        one = self.found.history[number]
        known = self.begun and one.returned is not None and one.outcome == "committed"
        return bisect_right(self.begun, one.returned) if known and one.returned is not None else len(self.begun)


def _way(came: dict[int, Edge | None], goal: int) -> list[Edge]:
    path: list[Edge] = []
    edge = came[goal]
    while edge is not None:
        path.append(edge)
        edge = came[edge.source]
    return path[::-1]


def _meaning(found: Dependencies, name: str, cycle: tuple[Edge, ...]) -> str:
    """The usual word for a cycle."""
    kinds, keys = [edge.kind for edge in cycle], {edge.key for edge in cycle}
    if sorted(kinds) == ["rt", "rw"]:
        return "stale read"
    if len(cycle) == 2 and len(keys) == 1 and "rw" in kinds and {*kinds} <= {"ww", "rw"}:
        return "lost update"
    if kinds == ["rw", "rw"]:
        return "write skew"
    if name == "G2-item" and kinds.count("rw") == 2 and "rw rw" not in " ".join([*kinds, kinds[0]]):
        return "long fork"
    readers = {edge.target for edge in cycle if edge.kind == "wr"}
    if sorted(kinds) == ["rw", "rw", "wr"] and all(access[0] == "read" for number in readers
                                                   for access in found.history[number].accesses):
        return "read-only anomaly"
    return MEANINGS[name]
