"""The happens-before relation of a trace, as a graph."""

from __future__ import annotations

from typing import Any

from dslab.arguments import found
from dslab.logical_time import SILENT
from dslab.mistakes.calls import teaching
from dslab.trace import Trace
from dslab.values import DslabError


@teaching("happens_before(simulate(run))")
def happens_before(trace: Trace) -> Any:
    """A networkx.DiGraph of steps: there is a path from a to b if and only if a happened before b [Lamport 1978].

    Its nodes are indices of steps, with attributes `node` and `kind`. The attribute `why` of an edge is "program" (the
    next step of the same node) or "message" (sent in one step, received in the other). Steps of the network, and those
    that a node cannot observe (a pause), are left out. The graph is built from messages, not from timestamps.

    Raises:
        DslabError: this is no trace.

    >>> import networkx
    >>> from dslab.protocols.rpc import DEMO
    >>> graph = happens_before(simulate(DEMO))
    >>> networkx.has_path(graph, 0, 3), sorted(networkx.ancestors(graph, 2))
    (True, [0, 1])
    """
    if not isinstance(trace, Trace):
        raise DslabError(f"happens_before takes a Trace, not {found(trace)}: write happens_before(simulate(run))")
    # Imported here, because a simulation must not wait for networkx.
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
