"""Layouts: the positions of nodes in a picture, as points in the unit square, y downwards."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

from dslab.values import DslabError, brief, nearest

Point = tuple[float, float]
NOWHERE: Mapping[str, Sequence[str]] = {}
Layout = str | Mapping[str, Point] | Any        # any: a networkx graph
Sites = Mapping[str, Sequence[str]]


def positions(nodes: Sequence[str], links: Sequence[tuple[str, str]] | None = None, *,
              layout: Layout = None, sites: Sites = NOWHERE) -> list[Point]:
    """A point for each node, in the order of `nodes`.

    Args:
        nodes: the names.
        links: undirected pairs; None: fully connected.
        layout: "circle", "line", "grid", a layout of networkx ("spring", "planar", "shell", "spectral", "spiral"), a
            dict from name to point, or a networkx graph whose nodes have the attribute `pos`; None chooses by sites
            and links.
        sites: data centres with their nodes.
    """
    if hasattr(layout, "is_directed"):
        return _of_graph(nodes, layout)
    if isinstance(layout, Mapping):
        return _given(nodes, layout)
    known = (*LAYOUTS, *OF_NETWORKX)
    if layout is not None and layout not in known:
        raise DslabError(f"there is no layout {brief(layout)}: choose {', '.join(known)} or give a dict of "
                         f"points.{nearest(str(layout), known)}")
    if layout in OF_NETWORKX:
        return _drawn_by_networkx(nodes, links, layout) or circle(len(nodes))
    if layout is not None:
        return LAYOUTS[layout](len(nodes))
    return _by_site(nodes, sites) if len(sites) > 1 else _chosen(nodes, links)


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


OF_NETWORKX = ("spring", "planar", "shell", "spectral", "spiral")
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


def _drawn_by_networkx(nodes: Sequence[str], links: Sequence[tuple[str, str]] | None,
                       layout: str = "spring") -> list[Point] | None:
    """A layout for any graph, or None if networkx or numpy is not installed."""
    try:
        import networkx
        graph: networkx.Graph[str] = networkx.Graph()
        graph.add_nodes_from(nodes)
        graph.add_edges_from(combinations(nodes, 2) if links is None else links)
        start = dict(zip(nodes, circle(len(nodes)), strict=True))
        options: dict[str, Any] = {"pos": start, "seed": 0, "iterations": 200} if layout == "spring" else {}
        found = getattr(networkx, f"{layout}_layout")(graph, **options)
    except ImportError:
        return None
    except networkx.NetworkXException as problem:
        raise DslabError(f"layout={layout!r} does not fit these links: {problem}") from None
    return _fitted([(float(found[node][0]), float(found[node][1])) for node in nodes])


def _of_graph(nodes: Sequence[str], graph: Any) -> list[Point]:
    """The attribute `pos` of a graph's nodes, drawn as networkx draws it: y upwards."""
    places = {str(node): place for node, place in graph.nodes(data="pos") if place is not None}
    missing = [node for node in nodes if node not in places]
    if missing:
        raise DslabError(f"layout=graph: its node {brief(missing[0])} has no attribute pos, such as (0.5, 1.0); or name"
                         f" a layout: {', '.join(OF_NETWORKX)}")
    return _fitted([(float(places[node][0]), -float(places[node][1])) for node in nodes])


def _by_site(nodes: Sequence[str], sites: Sites) -> list[Point]:
    """The sites far apart, and the nodes of each in a small circle; nodes of no site in the middle."""
    places: dict[str, Point] = {}
    homeless = [node for node in nodes if not any(node in site for site in sites.values())]
    groups = [*zip(sites.values(), circle(len(sites)), strict=True), (homeless, (0.5, 0.5))]
    for members, (x, y) in groups:
        size = 0.0 if len(members) == 1 else 0.26
        places |= {node: (x + size * (a - 0.5), y + size * (b - 0.5))
                   for node, (a, b) in zip(members, circle(len(members)), strict=True)}
    return _fitted([places[node] for node in nodes])


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
