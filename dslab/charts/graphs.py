"""Small graphs and trees as pictures, drawn from networkx graphs: who told whom, who waits for whom."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import networkx

from dslab.charts.plots import LINE, MARKED, OURS, PAPER, Chart
from dslab.values import DslabError, brief

MOST = 60               # nodes that fit on a page
Places = Mapping[Any, tuple[float, float]]
BOX = {"boxstyle": "round,pad=0.35", "facecolor": OURS, "edgecolor": LINE, "linewidth": 1.0}


def draw_graph(graph: Any, *, title: str = "") -> Chart:
    """A networkx graph with few nodes: a tree from its root downwards, anything else by networkx's spring layout.

    What is on a cycle of a `DiGraph`, such as a deadlock in a graph of who waits for whom, is marked. An attribute
    `label` of a node or an edge is written on it. A node with the attribute `pos` stands there.

    Args:
        graph: a `networkx.Graph` or `DiGraph` of at most 60 nodes.
        title: the title of the chart.

    Raises:
        DslabError: this is no graph, or too large a one.

    >>> draw_graph(networkx.DiGraph([("A", "B"), ("B", "A"), ("C", "A")]))
    a graph of 3 nodes and 3 edges, 2 of them on a cycle: A → B, B → A
    """
    if not isinstance(graph, networkx.Graph):
        raise DslabError(f"draw_graph takes a networkx graph, not {brief(graph)}")
    if len(graph) > MOST:
        raise DslabError(f"the graph has {len(graph)} nodes: a picture has room for {MOST}")
    cyclic = _on_cycles(graph)
    places = _places(graph)
    wide = max(4.0, min(12.0, 1.5 * max((len({x for x, _ in places.values()}), 1))))
    figure = Chart(figsize=(wide, 0.9 + 0.8 * max(2, min(6, len({y for _, y in places.values()})))),
                   layout="constrained", facecolor=PAPER)
    axes = figure.subplots()
    colours = [MARKED if edge in cyclic else LINE for edge in graph.edges()]
    networkx.draw_networkx_edges(graph, places, ax=axes, edge_color=colours, node_size=450)
    written = networkx.get_edge_attributes(graph, "label")
    networkx.draw_networkx_edge_labels(graph, places, written, ax=axes, font_size=9)
    marked = {node for edge in cyclic for node in edge}
    draw_boxes(axes, places, lambda node: str(graph.nodes[node].get("label", node)),
               lambda node: {"edgecolor": MARKED, "linewidth": 1.8} if node in marked else {})
    axes.margins(0.04)
    axes.set_title(title)
    axes.axis("off")
    return figure.said(_sentence(graph, cyclic))


def draw_boxes(axes: Any, places: Places, text: Callable[[Any], str], look: Callable[[Any], Mapping[str, Any]]) -> None:
    """A box with a text for each node. `look` says in what the box of a node differs from others."""
    for node, (x, y) in places.items():
        axes.text(x, y, text(node), bbox=BOX | dict(look(node)), ha="center", va="center", fontsize=9)


def _places(graph: Any) -> Places:
    """Given positions; the levels of a tree; or what networkx finds."""
    given: Places = networkx.get_node_attributes(graph, "pos")
    if graph and len(given) == len(graph):
        return given
    if graph and networkx.is_directed(graph) and networkx.is_arborescence(graph):
        root = next(node for node, degree in graph.in_degree() if not degree)
        return _tree(graph, root, 0.0, 0)[0]
    return {node: (float(x), float(y)) for node, (x, y) in networkx.spring_layout(graph, seed=0).items()}


def _tree(graph: Any, node: Hashable, left: float, depth: int) -> tuple[dict[Any, tuple[float, float]], float]:
    """The places of a tree that begins at `left`, and its width: leaves side by side, others over their children."""
    places: dict[Any, tuple[float, float]] = {}
    width = 0.0
    for child in graph.successors(node):
        below, wide = _tree(graph, child, left + width, depth + 1)
        places |= below
        width += wide
    children = [places[child][0] for child in graph.successors(node)]
    places[node] = ((children[0] + children[-1]) / 2 if children else left, -float(depth))
    return places, width or 1.0


def _on_cycles(graph: Any) -> set[tuple[Any, Any]]:
    """The edges of a directed graph that are on a cycle."""
    if not graph.is_directed():
        return set()
    parts = [part for part in networkx.strongly_connected_components(graph)]
    return {(a, b) for a, b in graph.edges() if a == b or any(a in part and b in part for part in parts)}


def _sentence(graph: Any, cyclic: set[tuple[Any, Any]]) -> str:
    said = f"a graph of {len(graph)} nodes and {graph.number_of_edges()} edges"
    if not cyclic:
        return said
    return f"{said}, {len(cyclic)} of them on a cycle: {', '.join(f'{a} → {b}' for a, b in sorted(cyclic, key=str))}"
