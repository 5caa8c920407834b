"""What is written about the network in the picture of the cluster: data centres, and what differs on single links."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from dslab.network import Latency, Network, Settings
from dslab.trace import Trace

MOST = 30               # labels on links: more could not be read


def network_data(trace: Trace) -> dict[str, Any]:
    """The sites, each with its nodes; and labels, each with the two nodes or sites between which it stands.

    >>> from dslab.protocols.raft import DEMO
    >>> network_data(simulate(DEMO))
    {}
    """
    if trace.run is None:
        return {}
    network = trace.run.network
    labels = [*_between_sites(network), *_on_links(trace, network)]
    found = {"sites": [[site, list(nodes)] for site, nodes in network.sites.items()],
             "labels": labels if len(labels) <= MOST else []}
    return {key: value for key, value in found.items() if value}


def _between_sites(network: Network) -> Iterator[list[Any]]:
    for one, other in combinations(network.sites, 2):
        for a, b in zip(network.sites[one][:1], network.sites[other][:1], strict=True):
            yield ["site", one, other, label_of({"latency": network.settings(a, b).latency})]


def _on_links(trace: Trace, network: Network) -> Iterator[list[Any]]:
    """The links with settings of their own; where the two directions differ, each with its own arrow."""
    own = network.own_links()
    linked = {frozenset(link) for link in trace.links} if trace.links else None
    for a, b in dict.fromkeys((min(link), max(link)) for link in own):
        if linked is not None and frozenset((a, b)) not in linked:
            continue
        there, back = label_of(own.get((a, b), {})), label_of(own.get((b, a), {}))
        yield ["link", a, b, there if there == back else ", ".join(
            f"{src}→{dst} {label}" for src, dst, label in ((a, b, there), (b, a, back)) if label)]


def label_of(settings: Settings) -> str:
    """`10 ms, 5 % lost`: the settings of a link in short."""
    parts = [_short(settings["latency"])] if "latency" in settings else []
    chances = (settings.get("loss", 0), "lost"), (settings.get("duplication", 0), "twice")
    parts += [f"{100 * chance:g} % {word}" for chance, word in chances if chance]
    return ", ".join([*parts, *(["in order"] if settings.get("fifo") else [])])


def _short(latency: Latency) -> str:
    if latency.shape == "uniform" and latency.low != latency.other:
        return f"{latency.low:g}–{latency.other:g} ms"
    return f"{'' if latency.shape == 'uniform' else '≥ '}{latency.low:g} ms"
