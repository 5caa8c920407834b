"""Copies of the nodes' states for the record, and the checks that they are plain data which no two nodes share."""

from __future__ import annotations

from typing import Any

from dslab.contract import SharedState
from dslab.run import Run
from dslab.simulator.hosts import Host, undeclared
from dslab.simulator.record import Record
from dslab.values import ATOMS, DslabError, NotPlain, snapshot


class Snapshots:
    """Writes into the record what a handler has changed in its node's state."""

    def __init__(self, run: Run, record: Record) -> None:
        self.record = record
        self.shared = SharedState(sorted(set(run.protocols.values()), key=lambda cls: cls.__qualname__))

    def first(self, host: Host) -> None:
        """Record the state of a node before the first step."""
        host.saved = {name: self.keep(host, name, value) for name, value in host.node.__dict__.items()}
        self.record.initial[host.name] = dict(host.saved)

    def changed(self, host: Host, step: int) -> None:
        """Record what a step changed in the state of a node: its index, then names and copies in turn.

        A dict would be three times as big. What counts is whether values are equal, here and in `Simulation.finish`,
        since that is what Python compares fastest: a 0 that becomes False, or a 1 that becomes True, is no change.
        """
        state, saved = host.node.__dict__, host.saved
        changed: tuple[Any, ...] = (step,)
        if state.keys() != saved.keys():
            raise undeclared(host.node, saved)
        for name, value in state.items():
            before = saved[name]
            if value is not before and value != before:
                saved[name] = value if type(value) in ATOMS else self.keep(host, name, value)
                changed += (name, saved[name])
        self.record.changes.append(changed)

    def keep(self, host: Host, name: str, value: Any) -> Any:
        """A copy of an attribute's value for the record; other nodes must not hold the same list, set or dict."""
        try:
            if value is not host.owned.get(name):
                host.owned[name] = value
                self.shared.claim(host.name, name, value)
            return snapshot(value, host.saved.get(name))
        except NotPlain as problem:
            raise DslabError(f"{host.name}.{name} cannot be state: {problem}") from None
        except RecursionError:
            why = "it contains itself, or is nested too deeply"
            raise DslabError(f"{host.name}.{name} cannot be state: {why}") from None
