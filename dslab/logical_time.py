"""The logical timestamps of a trace: who could have known of what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from dslab.verbs import VERBS

if TYPE_CHECKING:
    from dslab.trace import Step

SILENT = frozenset(verb.name for verb in VERBS.values() if verb.silent)     # kinds of steps: no logical time passes


class Stamps:
    """The logical timestamps of all steps, computed lazily, on first access."""

    def __init__(self, nodes: Sequence[str]) -> None:
        self.nodes = {node: index for index, node in enumerate(nodes)}
        self.steps: list[Step] = []

    @cached_property
    def lamport(self) -> list[int | None]:
        """Own counter one up at each step, and above the message's at a receive."""
        stamps: list[int | None] = []
        clock = dict.fromkeys(self.nodes, 0)
        for step in self.steps:
            if step.node is None or step.kind in SILENT:
                stamps.append(None)
                continue
            heard = [stamps[sender] or 0 for sender in self.senders(step)]
            clock[step.node] = max(clock[step.node], *heard, 0) + 1
            stamps.append(clock[step.node])
        return stamps

    @cached_property
    def vector(self) -> list[tuple[int, ...] | None]:
        """Element-wise maximum with the message's vector at a receive, then the own entry one up."""
        stamps: list[tuple[int, ...] | None] = []
        clock = dict.fromkeys(self.nodes, (0,) * len(self.nodes))
        for step in self.steps:
            if step.node is None or step.kind in SILENT:
                stamps.append(None)
                continue
            heard = [past for past in (stamps[sender] for sender in self.senders(step)) if past]
            vector = list(map(max, clock[step.node], *heard)) if heard else list(clock[step.node])
            vector[self.nodes[step.node]] += 1
            clock[step.node] = tuple(vector)
            stamps.append(clock[step.node])
        return stamps

    def senders(self, step: Step) -> Sequence[int]:
        """The steps whose messages this step took in: one at a receive, any number at an event of a log."""
        if step.kind == "event":
            return self._senders_of_events.get(step.index, ())
        return (step.cause,) if step.kind == "receive" and step.cause is not None else ()

    @cached_property
    def _senders_of_events(self) -> dict[int, list[int]]:
        senders: dict[int, list[int]] = {}
        for step in self.steps:
            for message in step.sent:
                if message.fate == "received" and message.ended is not None:
                    senders.setdefault(message.ended, []).append(step.index)
        return senders
