"""`causal_graph(trace)`: the transitive reduction of happened-before, in which two steps are chosen and related."""

from __future__ import annotations

from typing import Any

import networkx

from dslab.checkers.causality import happens_before
from dslab.describe import describe
from dslab.player.scene import Playable, watched
from dslab.trace import Trace
from dslab.values import DslabError, brief, shorten
from dslab.widgets.demonstration import Demonstration

MOST = 80               # steps in a picture


def causal_graph(what: Playable, *, first: int = 0, last: int | None = None) -> Demonstration:
    """The graph of a run beside its player: an edge for each step that another one directly depends on.

    Args:
        what: a `Run`, a `Trace` or a `Verdict` with a trace.
        first: the first step to show.
        last: the step to end before; None: the last of the run, or as many as there is room for.

    >>> from dslab.protocols.rpc import DEMO
    >>> causal_graph(DEMO)
    <happened-before: 9 steps, 9 edges after transitive reduction>
    """
    trace = watched(what, "draw")[0]
    graph = happens_before(trace)
    shown = [step for step in graph if first <= step < (len(trace) if last is None else last)][:MOST]
    if not shown:
        raise DslabError(f"there is no step from {first} on to draw: the trace has {len(trace)} steps")
    reduced = networkx.transitive_reduction(graph.subgraph(shown))
    facts = {"title": f"Happened before: {trace.title or 'a run'}", "nodes": list(trace.nodes),
             "steps": _placed(trace, reduced), "edges": sorted(map(list, reduced.edges()))}
    text = f"<happened-before: {len(reduced)} steps, {reduced.number_of_edges()} edges after transitive reduction>"
    return Demonstration("widgets/causal_graph.js", facts, text=text, height=170 + 62 * len(trace.nodes))


def _placed(trace: Trace, graph: networkx.DiGraph[int]) -> list[dict[str, Any]]:
    """The steps on the lines of their nodes; a step is to the right of all that happened before it."""
    lines = {node: number for number, node in enumerate(trace.nodes)}
    return [{"id": index, "node": trace[index].node, "x": column, "y": lines[trace[index].node or ""],
             "says": shorten(describe(trace[index]), limit=160)}
            for column, steps in enumerate(networkx.topological_generations(graph)) for index in sorted(steps)]


def relation(graph: networkx.DiGraph[int], one: int, other: int) -> str:
    """How two steps of `happens_before(trace)` are related: "1 → 4", "4 → 1" or "1 ∥ 4" (concurrent).

    Raises:
        DslabError: one of them is not a step of the graph.
    """
    for step in (one, other):
        if step not in graph:
            raise DslabError(f"step {brief(step)} is not in the graph, which has the steps of nodes:"
                             f" {brief(list(graph))}")
    if one != other and networkx.has_path(graph, one, other):
        return f"{one} → {other}"
    return f"{other} → {one}" if one != other and networkx.has_path(graph, other, one) else f"{one} ∥ {other}"
