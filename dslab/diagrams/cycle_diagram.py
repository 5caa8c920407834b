"""The diagram of a verdict on transactions: the cycle of dependencies that no order can keep, or a serial order."""

from __future__ import annotations

from collections.abc import Iterator
from math import atan2, cos, hypot, pi, sin
from textwrap import wrap

import networkx

from dslab.checkers.serializability import Serializability
from dslab.checkers.transactions import Transaction
from dslab.diagrams.drawing import Drawing
from dslab.diagrams.style import label, num, path, rect, stylesheet, text_of
from dslab.text import fit, visible

SIZE, RADIUS, ROUND = 230, 78, 19       # px: the room for a cycle, its radius, that of a transaction
FLAT = 110                              # px: the height of a cycle of two, which stand beside each other
CIRCLE = f"M{-ROUND} 0A{ROUND} {ROUND} 0 1 1 {ROUND} 0A{ROUND} {ROUND} 0 1 1 {-ROUND} 0Z"
LINE, MARGIN, WIDTH = 17, 14, 680       # px: of a line of text, at the edge, in all
LETTERS = 64                            # of a line of text beside the cycle
MOST = 12                               # transactions of a serial order that are listed


class CycleDiagram(Drawing):
    """A finished drawing of a verdict on transactions."""

    def __init__(self, verdict: Serializability, *, width: int = 100) -> None:
        super().__init__(text="\n".join(_lines(verdict, width)), svg=_svg(verdict))
        self.graph = dependency_graph(verdict)

    def __repr__(self) -> str:
        return f"<diagram: {len(self.graph)} transactions, {self.graph.number_of_edges()} dependencies>"


def dependency_graph(verdict: Serializability) -> networkx.DiGraph[str]:
    """The cycle as a graph: transactions by name, with the attributes `kind`, `key` and `label` of an edge."""
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    for edge in verdict.anomaly.cycle if verdict.anomaly else ():
        source, target = (verdict.history[number].name for number in (edge.source, edge.target))
        words = edge.kind if edge.key is None else f"{edge.kind} {edge.key}"
        graph.add_edge(source, target, kind=edge.kind, key=edge.key, label=words)
    return graph


def _told(verdict: Serializability) -> tuple[list[Transaction], list[str]]:
    """The transactions that are listed, and the sentences below them."""
    graph = dependency_graph(verdict)
    if verdict.order:
        left = len(verdict.order) - MOST
        return list(verdict.order[:MOST]), [f"... and {left} more" if left > 0 else "in this serial order"]
    return [one for one in verdict.history if one.name in graph], list(verdict.explanation())


# ---- text ------------------------------------------------------------------------------------------------------------

def _lines(verdict: Serializability, width: int) -> Iterator[str]:
    yield from wrap(visible(repr(verdict)), width)
    listed, sentences = _told(verdict)
    for words in (*map(str, listed), *sentences):
        yield fit(f"  {visible(words)}", width)


# ---- picture ---------------------------------------------------------------------------------------------------------

def _svg(verdict: Serializability) -> str:
    graph = dependency_graph(verdict)
    listed, sentences = _told(verdict)
    left = MARGIN + (SIZE if graph else 0)
    texts = [("strong text", str(one)) for one in listed] + [("soft", words) for words in sentences]
    rows = [(style, part) for style, words in texts for part in wrap(visible(words), LETTERS if graph else 100)]
    head = wrap(visible(repr(verdict)), 88)
    top = MARGIN + 10 + LINE * len(head)
    height = top + max(LINE * len(rows) + MARGIN, _room(graph))
    parts = [
        rect("card edge", 0.5, 0.5, WIDTH - 1, height - 1, 6),
        *(label(MARGIN, MARGIN + 10 + LINE * place, line, "title text", 200) for place, line in enumerate(head)),
        *_cycle(graph, top),
        *(label(left, top + 12 + LINE * place, line, style) for place, (style, line) in enumerate(rows)),
    ]
    size = f'width="{WIDTH}" height="{num(height)}" viewBox="0 0 {WIDTH} {num(height)}"'
    return (f'<svg xmlns="http://www.w3.org/2000/svg" class="dslab-diagram" role="img" {size}'
            f' style="max-width:100%;height:auto"><title>{text_of(repr(verdict))}</title>'
            f"<style>{stylesheet()}</style>" + "\n".join(parts) + "</svg>")


def _cycle(graph: networkx.DiGraph[str], top: float) -> Iterator[str]:
    """The transactions on a circle, and the edges between them, each bent to its own side."""
    middle = MARGIN + SIZE / 2 - 8, top + _room(graph) / 2
    places = {name: (middle[0] - RADIUS * x, middle[1] - RADIUS * y)
              for name, (x, y) in networkx.circular_layout(graph).items()}
    for source, target in graph.edges():
        yield from _arrow(places[source], places[target], graph[source][target]["label"])
    for name, (x, y) in places.items():
        yield path("card ink hollow", d=CIRCLE, at=(x, y))
        yield label(x, y + 4, name, "strong text", 6, anchor="middle")


def _room(graph: networkx.DiGraph[str]) -> int:
    """The height of the cycle."""
    return 0 if not graph else FLAT if len(graph) == 2 else SIZE


def _arrow(source: tuple[float, float], target: tuple[float, float], words: str) -> Iterator[str]:
    """A bent line from one circle to another, its head, and what it says."""
    (x1, y1), (x2, y2) = source, target
    long, angle = hypot(x2 - x1, y2 - y1), atan2(y2 - y1, x2 - x1)
    bend = (x1 + x2) / 2 + 34 * sin(angle), (y1 + y2) / 2 - 34 * cos(angle)
    start, end = (_towards(place, bend, ROUND + 3) for place in (source, target))
    turn = atan2(end[1] - bend[1], end[0] - bend[0])
    yield path("arrow line", d=f"M{num(start[0])} {num(start[1])}Q{num(bend[0])} {num(bend[1])} {num(end[0])}"
               f" {num(end[1])}")
    yield path("head", d="M0 0L-9 -4.5V4.5Z", at=end, turn=180 * turn / pi)
    at = (x1 + x2) / 2 + 27 * sin(angle), (y1 + y2) / 2 - 27 * cos(angle) + 4
    yield label(at[0], at[1], words, "halo text strong", 12 if long > RADIUS else 6, anchor="middle")


def _towards(place: tuple[float, float], goal: tuple[float, float], distance: float) -> tuple[float, float]:
    long = hypot(goal[0] - place[0], goal[1] - place[1])
    return place[0] + distance * (goal[0] - place[0]) / long, place[1] + distance * (goal[1] - place[1]) / long
