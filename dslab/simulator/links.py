"""One direction of one link while a run goes on: when a message will arrive, and whether it does."""

from __future__ import annotations

from random import Random
from typing import Any

from dslab.network import LinkSettings
from dslab.run import Run


class Link:
    """The link from one node to another. Its random numbers are its own, so that no fault elsewhere changes them."""

    __slots__ = ("armed", "chance", "copied", "cut", "fifo_floor", "host", "low", "name", "plain", "random", "seed",
                 "sent", "settings", "span", "src")

    def __init__(self, src: str, host: Any, settings: LinkSettings, seed: int) -> None:
        self.src, self.host, self.seed = src, host, seed        # the sender's name and the receiver
        self.name = f"{src}->{host.name}"
        self.sent = 0                                           # messages so far: the last one is name#sent
        self.cut = False
        self.armed: dict[int, list] = {}                        # what the script wants done to messages still to come
        self.fifo_floor = 0                                     # no message may arrive before this, on a fifo link
        self.random = Random(f"{seed} {self.name}").random
        self.chance = self.copied = None                        # streams for loss and duplication, made when needed
        self.use(settings)

    def use(self, settings: LinkSettings) -> None:
        """Take new settings; messages already on their way keep their times."""
        self.settings = settings
        if settings.loss and not self.chance:
            self.chance = Random(f"{self.seed} {self.name} loss").random
        if settings.duplication and not self.copied:
            self.copied = Random(f"{self.seed} {self.name} duplication").random
        straight = settings.latency.shape == "uniform"
        self.low = int(settings.latency.low * 1000)
        self.span = settings.latency.other * 1000 - self.low if straight else None
        self.refresh()

    def refresh(self) -> None:
        """Find out whether the short way of `finish` will do: nothing but a delay from a uniform distribution."""
        rules = self.settings
        self.plain = not (self.cut or self.armed or rules.loss or rules.duplication or rules.fifo or self.span is None)

    def delay(self) -> int:
        """The next message's time under way, in µs."""
        u = self.random()
        return int(self.low + self.span * u) if self.span is not None else int(self.settings.latency.at(u) * 1000)

    def arrival(self, now: int) -> int:
        """When a message sent now will arrive, in µs."""
        arrival = now + self.delay()
        if self.settings.fifo:
            arrival = self.fifo_floor = max(arrival, self.fifo_floor)
        return arrival


def neighbours(run: Run) -> dict[str, tuple[str, ...]]:
    """For each node those with a direct link, in the order of the run's nodes."""
    if run.topology is None:
        return {name: tuple(other for other in run.nodes if other != name) for name in run.nodes}
    linked: dict[str, set] = {name: set() for name in run.nodes}
    for a, b in run.topology:
        linked[a].add(b)
        linked[b].add(a)
    return {name: tuple(other for other in run.nodes if other in linked[name]) for name in run.nodes}
