"""Two registers of two systems that know nothing of each other, and a program that uses both.

Each client puts 1 into the register whose leader is nearby, and then gets the other one, whose put is still on its way
to the replica that answers. [Herlihy and Wing, "Linearizability", 1990, section 3.2, with queues]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dslab.checkers.history import Operation, history_of
from dslab.node import Node
from dslab.protocols.compare_and_set import Get, Put, register
from dslab.run import Run
from dslab.script import at, delay
from dslab.simulator.simulate import simulate


def two_registers(protocol: type[Node]) -> dict[str, Run]:
    """x, with the replicas A and B, and y, with C and D: at 10 ms a client puts, and at 30 ms the other one gets."""
    return {"x": _used(protocol, ("A", "B"), "alice", "bob"), "y": _used(protocol, ("C", "D"), "bob", "alice")}


def _used(protocol: type[Node], names: tuple[str, str], writer: str, reader: str) -> Run:
    leader, other = names
    run = register(protocol, (10, leader, Put(1), writer), (30, other, Get(), reader), names=names,
                   title=f"{writer} puts, {reader} gets")
    return run.plus(at(0, delay(f"{leader}->{other}#1", by=30)))


def together(runs: Mapping[str, Run]) -> tuple[Operation, ...]:
    """The history of those who use all of them: each operation has the name of its register as a key."""
    return history_of(replace(one, call=(one.call[0], name, *one.call[1:]))
                      for name, run in runs.items() for one in history_of(simulate(run)))
