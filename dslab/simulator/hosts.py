"""A node and what surrounds it while a run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dslab.node import Node
from dslab.simulator.clocks import Clock

if TYPE_CHECKING:
    from dslab.simulator.links import Link


class Host:
    """A node and what surrounds it: is it up, its disk, its clock, its timers, its links."""

    __slots__ = ("awake", "clock", "handlers", "index", "links", "name", "node", "owned", "queued", "saved", "streams",
                 "timers", "up", "waiting")

    def __init__(self, name: str, index: int) -> None:
        self.name, self.index = name, index
        self.node: Node = None                              # type: ignore[assignment]  # set by Simulation.boot
        self.up = self.awake = True                         # awake: up and not paused
        self.handlers: dict[type, Any] = {}                 # message class -> bound method
        self.links: dict[str, Link] = {}                    # receiver -> link, opened at the first message
        self.timers: dict[str, tuple] = {}                  # name -> the entry that will go off
        self.queued: dict[str, tuple] = {}                  # name -> its earliest entry in the queue
        self.streams: dict[str, Any] = {}                   # timer -> its random numbers
        self.waiting: list[tuple] = []                      # what arrived during a pause
        self.saved: dict[str, Any] = {}                     # the state as last recorded
        self.owned: dict[str, Any] = {}                     # the very objects that were recorded
        self.clock = Clock()
