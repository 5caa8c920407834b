"""Who could have known of what: the happens-before relation of a trace as a graph."""

from __future__ import annotations

from typing import Any

from dslab.trace import SILENT, Trace


def happens_before(trace: Trace) -> Any:
    """A networkx.DiGraph of steps: a path leads from one to another exactly if it happened before it [Lamport 1978].

    Its nodes are indices of steps, each with its `node` and `kind`. An edge says why: "program" (the next step of the
    same node) or "message" (sent in the one step, received in the other). Steps of the network, and those that no node
    can notice (a pause), are left out. The graph is made from the messages alone: it knows no timestamp.
    """
    # Here and not above, because a simulation must not wait for networkx.
    from networkx import DiGraph

    graph: DiGraph[int] = DiGraph()
    latest: dict[str, int] = {}
    for step in trace.steps:
        if step.node is None or step.kind in SILENT:
            continue
        graph.add_node(step.index, node=step.node, kind=step.kind)
        if step.node in latest:
            graph.add_edge(latest[step.node], step.index, why="program")
        latest[step.node] = step.index
    for message in trace.messages:
        if message.fate == "received" and message.ended is not None:
            graph.add_edge(message.sent, message.ended, why="message")
    return graph
