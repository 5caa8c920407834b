"""Layouts: the positions of nodes in a picture, as points in the unit square, y downwards."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from dslab.values import DslabError, brief, nearest

Point = tuple[float, float]
Layout = str | Mapping[str, Point] | None


def positions(nodes: Sequence[str], links: Sequence[tuple[str, str]] | None = None, *,
              layout: Layout = None) -> list[Point]:
    """A point for each node, in the order of `nodes`.

    Args:
        nodes: the names.
        links: undirected pairs; None: fully connected.
        layout: "circle", "line", "grid", or a dict from name to point; None chooses by the links.
    """
    if isinstance(layout, Mapping):
        return _given(nodes, layout)
    if layout is not None and layout not in LAYOUTS:
        raise DslabError(f"there is no layout {brief(layout)}: choose {', '.join(LAYOUTS)} or give a dict of "
                         f"points.{nearest(str(layout), LAYOUTS)}")
    if layout is not None:
        return LAYOUTS[layout](len(nodes))
    return _chosen(nodes, links)


def circle(count: int) -> list[Point]:
    """On a circle, clockwise from the top."""
    if count == 1:
        return [(0.5, 0.5)]
    if count == 2:
        return line(2)
    angles = (2 * math.pi * i / count for i in range(count))
    return [_rounded(0.5 + 0.5 * math.sin(angle), 0.5 - 0.5 * math.cos(angle)) for angle in angles]


def line(count: int) -> list[Point]:
    """From left to right."""
    return [_rounded(i / (count - 1) if count > 1 else 0.5, 0.5) for i in range(count)]


def grid(count: int) -> list[Point]:
    """In rows; there are as many rows as columns, or one fewer."""
    columns = max(1, math.ceil(math.sqrt(count)))
    rows = max(1, math.ceil(count / columns))
    return [_rounded((i % columns) / max(1, columns - 1), (i // columns) / max(1, rows - 1))
            for i in range(count)]


LAYOUTS: Mapping[str, Callable[[int], list[Point]]] = {"circle": circle, "line": line, "grid": grid}


def _chosen(nodes: Sequence[str], links: Sequence[tuple[str, str]] | None) -> list[Point]:
    if not links or len(nodes) < 4:             # without links there is no shape to show
        return circle(len(nodes)) if len(nodes) <= 40 else grid(len(nodes))
    pairs = {frozenset(pair) for pair in links}
    if pairs == {frozenset(pair) for pair in zip(nodes, nodes[1:], strict=False)}:
        return line(len(nodes))
    if {frozenset(pair) for pair in zip(nodes, (*nodes[1:], nodes[0]), strict=True)} <= pairs:
        return circle(len(nodes))
    return _drawn_by_networkx(nodes, links) or circle(len(nodes))


def _drawn_by_networkx(nodes: Sequence[str], links: Sequence[tuple[str, str]]) -> list[Point] | None:
    """A layout for any graph, or None if networkx or numpy is not installed."""
    try:
        import networkx
        graph: networkx.Graph[str] = networkx.Graph()
        graph.add_nodes_from(nodes)
        graph.add_edges_from(links)
        start = dict(zip(nodes, circle(len(nodes)), strict=True))
        found = networkx.spring_layout(graph, pos=start, seed=0, iterations=200)
    except ImportError:
        return None
    return _fitted([(float(found[node][0]), float(found[node][1])) for node in nodes])


def _fitted(points: list[Point]) -> list[Point]:
    """The points, stretched to fill the unit square."""
    spans = [(min(axis), (max(axis) - min(axis)) or 1.0) for axis in zip(*points, strict=True)]
    return [_rounded(*((value - low) / span for value, (low, span) in zip(point, spans, strict=True)))
            for point in points]


def _given(nodes: Sequence[str], layout: Mapping[str, Point]) -> list[Point]:
    missing = [node for node in nodes if node not in layout]
    if missing:
        raise DslabError(f"the layout has no point for {brief(missing[0])}: it needs one for each of "
                         f"{brief(list(nodes))}")
    return _fitted([(float(layout[node][0]), float(layout[node][1])) for node in nodes])


def _rounded(x: float, y: float) -> Point:
    return round(x, 3), round(y, 3)
