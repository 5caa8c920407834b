"""Building blocks of runs for exercises: requests, faults, and a network without faults of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dslab.network import Network, constant
from dslab.node import Node
from dslab.run import Run
from dslab.script import At, at, crash, drop, recover, request

CALM = Network(latency=constant(10))        # ms: the delay of every message


def calm(protocol: type[Node] | Mapping[str, type[Node]], names: Iterable[str], *events: At | Iterable[At],
         **options: Any) -> Run:
    """A run in which each message takes 10 ms. Events, and lists of events, may stand in any order.

    Args:
        protocol: a class for all nodes, or a dict from name to class, which then has the names.
        names: of the nodes.
        events: the script; events at the same time happen in this order.
        options: those of `Run`; `network` replaces the calm one.
    """
    return Run(protocol, names, script=in_order(*events), **{"network": CALM} | options)


def in_order(*events: At | Iterable[At]) -> list[At]:
    """Events, and lists of events, as a script: by time, and at the same time in this order."""
    flat = [one for event in events for one in ([event] if isinstance(event, At) else event)]
    return sorted(flat, key=lambda event: event.time)


def asks(time: float, node: str, *messages: Any, client: str = "") -> list[At]:
    """Requests of a client to a node, with these messages, at a time in ms."""
    return [at(time, request(node, message, client=client)) for message in messages]


def restart(node: str, time: float, *, down: float) -> list[At]:
    """The node crashes at a time, and recovers after `down` ms."""
    return [at(time, crash(node)), at(time + down, recover(node))]


def drops(src: str, dst: str, *numbers: int) -> list[At]:
    """The messages from `src` to `dst` with these numbers, from 1, are lost."""
    return [at(0, drop(f"{src}->{dst}#{number}")) for number in numbers]
