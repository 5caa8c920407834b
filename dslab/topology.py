"""The links of a run as a networkx graph says them: which there are, and what its edges know about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from dslab.network import SETTINGS, Network, Settings, constant
from dslab.values import DslabError, brief


class TopologyGraph(Protocol):
    """A networkx graph, as far as a run looks at it."""

    @property
    def edges(self) -> Callable[..., Iterable[tuple[Any, ...]]]:
        """Called, it gives the pairs of nodes that are linked."""


Topology = TopologyGraph | Iterable[Iterable[str]]


def names_of(graph: Any) -> list[str]:
    """The nodes of a graph, as names."""
    return [str(node) for node in graph]


def pairs_of(topology: Topology) -> tuple[tuple[str, str], ...]:
    """The undirected links of a networkx graph, or of a list of pairs."""
    edges = topology.edges() if hasattr(topology, "edges") else topology
    try:
        pairs = [(str(a), str(b)) for a, b in edges]
    except (TypeError, ValueError):
        raise DslabError(f"a topology is a networkx graph or a list of pairs of names, not {brief(topology)}") from None
    known: dict[frozenset[str], tuple[str, str]] = {}
    for pair in pairs:                          # a DiGraph has both directions of most links
        known.setdefault(frozenset(pair), pair)
    return tuple(known.values())


def with_edges(network: Network, topology: Any) -> Network:
    """The network with the settings that the edges of a graph carry as attributes: `latency` (a number is ms), `loss`,
    `duplication`, `fifo`. What the network says of a link itself comes first. A DiGraph's edge is about its direction.
    """
    if not hasattr(topology, "is_directed"):
        return network
    links: dict[tuple[str, str], Settings] = {}
    for a, b, attributes in topology.edges(data=True):
        found: Any = {name: attributes[name] for name in SETTINGS if name in attributes}
        if type(found.get("latency")) in (int, float):
            found["latency"] = constant(found["latency"])
        for pair in [(str(a), str(b))] if topology.is_directed() else [(str(a), str(b)), (str(b), str(a))]:
            if found:
                links[pair] = found | network.links.get(pair, {})
    return network.with_links(links) if links else network
