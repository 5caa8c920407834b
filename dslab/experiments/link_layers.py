"""The link laboratory: how often each layer keeps each promise, over a network with random faults."""

from __future__ import annotations

from collections.abc import Iterable

from dslab.node import Node
from dslab.properties import judge
from dslab.protocols.links import PROMISES, FairLoss, Fifo, Perfect, Stubborn, laboratory
from dslab.simulator.simulate import simulate
from dslab.text import text_table

LAYERS = {"fair loss": FairLoss, "stubborn": Stubborn, "perfect": Perfect, "FIFO": Fifo}
KEPT = PROMISES[:4]             # the last one only asserts that a message is delivered


def promises_kept(link: type[Node], seeds: Iterable[int] = range(200)) -> list[int]:
    """The number of runs that keep each promise (no creation, no duplication, delivery, order), and all four."""
    runs = [[verdict.status == "holds" for verdict in judge(simulate(laboratory(link, seed=seed)), KEPT)]
            for seed in seeds]
    return [sum(column) for column in zip(*runs, strict=True)] + [sum(map(all, runs))]


def layer_table(runs: int = 200) -> str:
    """A line for each link, from fair loss up: the number of runs that keep each promise."""
    names = [str(promise).partition(": ")[2] for promise in KEPT] + ["all of them"]
    rows = [[f"kept in {runs} runs", *names]]
    rows += [[name, *map(str, promises_kept(link, range(runs)))] for name, link in LAYERS.items()]
    return text_table(rows, "<" + ">" * len(names))
