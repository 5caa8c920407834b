"""The coverage, speed and cost of broadcasts: gossip over many seeds, flooding over several topologies.

Each node relays a new message once, to f others at random. In a large group the share s that receives it solves
s = 1 - exp(-f s), the final size of an epidemic [Kermack and McKendrick 1927]; and all of n nodes receive it with a
probability of about exp(-n exp(-f)), if n is large [Kermarrec, Massoulié and Ganesh 2003].
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import exp
from typing import Any

from dslab.network import Network, constant
from dslab.protocols.broadcast import Broadcast, Flooding, gossip
from dslab.run import Run, node_names
from dslab.script import at, request
from dslab.simulator.simulate import simulate
from dslab.trace import Trace

Links = Sequence[tuple[str, str]]
HOP = 10                        # ms: the delay of one link


# ---- gossip ------------------------------------------------------------------------------------------------

def reached(nodes: int, fanout: int, *, runs: int = 100) -> list[int]:
    """The number of nodes that deliver the message, in each of `runs` runs with seeds 0, 1, 2, ..."""
    return [len(simulate(gossip(nodes, fanout=fanout, seed=seed), states=False).outputs("deliver"))
            for seed in range(runs)]


def predicted_share(fanout: float) -> float:
    """The share of a large group that receives the message: s = 1 - exp(-f s), by fixed-point iteration."""
    share = 1.0
    for _ in range(1000):
        share = 1 - exp(-fanout * share)
    return share


def predicted_chance(nodes: int, fanout: int) -> float:
    """The approximate probability that all receive it: exp(-n q), where q is that of one node to be chosen by none.

    Each of the n - 1 others does not choose it with probability 1 - f / (n - 1); in a large group q is exp(-f).
    """
    return exp(-nodes * (1 - fanout / (nodes - 1)) ** (nodes - 1))


def coverage_table(groups: Iterable[tuple[int, int]], *, runs: int = 100) -> str:
    """For each (nodes, fanout) the nodes reached in `runs` runs, and the number of runs that reach all."""
    lines = ["nodes   fanout   reached on average   all reached   predicted"]
    for nodes, fanout in groups:
        counts = reached(nodes, fanout, runs=runs)
        share, everyone = sum(counts) / len(counts) / nodes, counts.count(nodes) / len(counts)
        predicted = predicted_chance(nodes, fanout)
        lines.append(f"{nodes:>5} {fanout:>8} {share:>20.1%} {everyone:>13.0%} {predicted:>11.0%}")
    return "\n".join(lines)


def rounds(trace: Trace) -> list[int]:
    """The numbers of nodes that have delivered after 0, 1, 2, ... hops."""
    times = [output.time for output in trace.outputs("deliver")]
    last = round((times[-1] - times[0]) / HOP)
    return [sum(time <= times[0] + hop * HOP for time in times) for hop in range(last + 1)]


def spanning_tree(trace: Trace) -> Any:
    """Who told whom first, as a networkx.DiGraph: an edge to each node that delivers, from whom it heard first."""
    # Imported here, because a simulation must not wait for networkx.
    from networkx import DiGraph

    tree: DiGraph[str] = DiGraph()
    for step in trace.steps:
        if step.node is None or step.node in tree or not any(name == "deliver" for name, *_ in step.outputs):
            continue
        tree.add_node(step.node)
        if step.message is not None:
            tree.add_edge(step.message.src, step.node)
    return tree


# ---- flooding ----------------------------------------------------------------------------------------------

def networks(side: int = 5) -> dict[str, Links]:
    """Four topologies of side x side nodes."""
    names = node_names(side * side)
    return {
        "line": list(zip(names, names[1:], strict=False)),
        "tree": [(names[(child - 1) // 2], names[child]) for child in range(1, len(names))],
        "grid": [(names[place], names[place + step]) for place in range(len(names)) for step in (1, side)
                 if place + step < len(names) and (step > 1 or (place + 1) % side)],
        "complete": list(combinations(names, 2)),
    }


def flood(links: Links) -> Run:
    """The first node broadcasts, and each node relays to all neighbours but the one that it came from."""
    names = node_names(len({node for link in links for node in link}))
    return Run(Flooding, names, topology=links, network=Network(latency=constant(HOP)),
               script=[at(HOP, request(names[0], Broadcast("m1")))], title=f"Flooding: {len(names)} nodes")


def price_table(networks: dict[str, Links]) -> str:
    """The cost of one broadcast on each topology: messages, and hops until the last node has it."""
    lines = ["network    links   messages   hops"]
    for name, links in networks.items():
        trace = simulate(flood(links), states=False)
        lines.append(f"{name:<10} {len(links):>5} {len(trace.messages):>10} {len(rounds(trace)) - 1:>6}")
    return "\n".join(lines)
