"""The recursion of OM(m) as a picture: the values that a lieutenant received along each path, and their majorities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from networkx import DiGraph, draw_networkx_edges

from dslab.charts.graphs import draw_boxes
from dslab.charts.plots import LINE, MARKED, OURS, PAPER, Chart
from dslab.values import DslabError

FILLS = (OURS, "#ffe2b8", "#d9ead3", "#e6d7f2", "#eceff1")     # for the values, in alphabetical order
CAPTION = "dashed: a traitor's word   ·   ⇒ the majority of the word itself and of what is to its right"
MOST = 40                                                      # leaves that fit on a page


def recursion_tree(opinion: Any, *, collapsed: int | None = None, title: str = "") -> Chart:
    """The tree from the commander's order, on the left, to the last relays; majorities are taken from right to left.

    Each box has a path and the value received along it. Where the majority was taken, the box shows it after an arrow,
    and has its colour. A dashed box is a value from a traitor.

    Args:
        opinion: the root: path, heard, value, lie, and parts, which are opinions.
        collapsed: the number of levels whose majorities were taken; None: all.
        title: the title of the chart.
    """
    graph, levels = grown(opinion), depth(opinion)
    leaves = [one for one in opinions(opinion) if not one.parts]
    if len(leaves) > MOST:
        raise DslabError(f"the tree has {len(leaves)} leaves: a picture has room for {MOST}, take fewer generals")
    places = placed(opinion)
    colours = colour_of_values(opinion)
    figure = Chart(figsize=(3.2 * (levels + 1), 1 + 0.36 * len(leaves)), layout="constrained", facecolor=PAPER)
    axes = figure.subplots()
    draw_networkx_edges(graph, places, ax=axes, arrows=False, edge_color=LINE, node_size=0)
    taken = levels if collapsed is None else collapsed
    by_path = {one.path: one for one in opinions(opinion)}
    done = {path: bool(one.parts) and depth(one) <= taken for path, one in by_path.items()}

    def look(path: tuple[str, ...]) -> dict[str, Any]:
        one = by_path[path]
        colour = colours[one.value if done[path] or not one.parts else heard(one)]
        lie = {"edgecolor": MARKED, "linestyle": "--", "linewidth": 1.6} if one.lie else {}
        return {"facecolor": colour, **lie}

    draw_boxes(axes, {path: places[path] for path in by_path}, lambda path: words(by_path[path], done=done[path]), look)
    axes.set(xlim=(-0.5, levels + 0.5), ylim=(len(leaves) - 0.4, -0.6), title=title)
    axes.axis("off")
    figure.supxlabel(CAPTION, fontsize=9, color=LINE)
    return figure


def words(one: Any, *, done: bool) -> str:
    """The text of a box: the path, the value received along it, and the majority if it was taken."""
    return f"{' › '.join(one.path)}:  {heard(one)}" + (f"  ⇒  {one.value}" if done else "")


def heard(one: Any) -> str:
    """The value received along a path, as text."""
    return "nothing" if one.heard is None else one.heard


def opinions(root: Any) -> Iterator[Any]:
    """An opinion and all those that it is computed from, in preorder."""
    yield root
    for part in root.parts:
        yield from opinions(part)


def depth(root: Any) -> int:
    """The number of levels of majorities."""
    return 1 + max(map(depth, root.parts)) if root.parts else 0


def grown(root: Any) -> DiGraph[tuple[str, ...]]:
    """The tree as a graph, with an edge from each opinion to those that it is computed from."""
    graph: DiGraph[tuple[str, ...]] = DiGraph()
    graph.add_nodes_from(one.path for one in opinions(root))
    graph.add_edges_from((one.path, part.path) for one in opinions(root) for part in one.parts)
    return graph


def placed(root: Any, first: int = 0) -> dict[tuple[str, ...], tuple[float, float]]:
    """Path -> its position: a column for each relay, a line for each leaf, and others in the middle of their parts."""
    if not root.parts:
        return {root.path: (len(root.path) - 1, first)}
    places: dict[tuple[str, ...], tuple[float, float]] = {}
    for part in root.parts:
        places |= placed(part, first)
        first += len([one for one in opinions(part) if not one.parts])
    lines = [places[part.path][1] for part in root.parts]
    return places | {root.path: (len(root.path) - 1, (lines[0] + lines[-1]) / 2)}


def colour_of_values(root: Any) -> dict[Any, str]:
    """A colour for each value that occurs; the box shows the value as text, too."""
    values = sorted({value for one in opinions(root) for value in (heard(one), one.value)}, key=str)
    return {value: FILLS[min(place, len(FILLS) - 1)] for place, value in enumerate(values)}
