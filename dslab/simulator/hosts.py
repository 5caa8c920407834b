"""A node and what surrounds it while a run goes on: its clocks, its timers, and its links to other nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import TYPE_CHECKING, Any

from dslab.contract import protocol_of
from dslab.network import LinkSettings
from dslab.node import Node
from dslab.run import Run
from dslab.script import At
from dslab.values import DslabError, cached, nearest, snapshot

if TYPE_CHECKING:
    from dslab.simulator.simulate import Entry, Row

Draw = Callable[[], float]
Neighbours = Mapping[str, tuple[str, ...]]
Orders = dict[int, list[tuple[At, int]]]        # number of a message -> what the script wants done to it: (event, µs)


class Host:
    """A node and what surrounds it: is it up, its clock, its timers, its links, its random numbers."""

    __slots__ = ("awake", "clock", "handlers", "links", "name", "node", "owned", "queued", "random", "saved", "streams",
                 "timers", "up", "waiting")

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.node: Node                                     # made, and made again after a crash, by `make_node`
        self.up = self.awake = True                         # awake: up and not paused
        self.handlers: dict[type, Callable[[str, Any], Any]] = {}   # message class -> bound method
        self.links: dict[str, Link] = {}                    # receiver -> link, opened at the first message
        self.timers: dict[str, Row] = {}                    # name -> the entry that will go off
        self.queued: dict[str, Row] = {}                    # name -> its earliest entry in the queue
        self.random = Random(f"{seed} {name}").random       # what `Node.draw` draws from, across crashes
        self.streams: dict[str, Draw] = {}                  # timer -> its random numbers
        self.waiting: list[Entry] = []                      # what arrived during a pause
        self.saved: dict[str, Any] = {}                     # the state as last recorded
        self.owned: dict[str, Any] = {}                     # the very objects that were recorded
        self.clock = Clock()


# ---- nodes, made alike by the simulator and by the model checker -----------------------------------------------------

def make_node(run: Run, name: str, linked: Neighbours, *, random: Draw, clock: Draw, monotonic: Draw) -> Node:
    """The node of this name, as new. Its peers are the other nodes of the same protocol.

    Args:
        linked: for each node its neighbours, as `neighbours` gives them.
        random: what `Node.draw` draws from.
        clock: what `Node.now` shows, in ms.
        monotonic: what `Node.monotonic` shows, in ms.

    Raises:
        DslabError: `persistent`, `logs` or `marks` names an attribute that `init` does not declare.
    """
    cls = run.protocols[name]
    alike = [other for other in run.nodes if protocol_of(run.protocols[other]) is protocol_of(cls)]
    peers = [other for other in alike if other != name]
    node = cls(name, peers, neighbours=linked[name], nodes=alike, random=random, clock=clock, monotonic=monotonic)
    for declaration, attribute in _declared(cls):
        if attribute not in node.__dict__:
            raise DslabError(f"{cls.__name__}.{declaration} names {attribute!r}, which init does not declare."
                             + nearest(attribute, node.__dict__))
    return node


@cached
def _declared(cls: type[Node]) -> tuple[tuple[str, str], ...]:
    """The attributes that a class names, and where. What it inherits is drawn if its own `init` still has it."""
    own = vars(cls)
    drawn = [("logs", name) for log in own.get("logs", ()) for name in log if name]
    drawn += [("marks", mark.attribute) for mark in own.get("marks", ())]
    return *(("persistent", name) for name in cls.persistent), *drawn


def preset(run: Run, node: Node) -> None:
    """Give a new node the attributes that the run's `initial` names for it."""
    for attribute, value in run.initial.get(node.id, {}).items():
        if attribute not in node.__dict__:
            raise DslabError(f"the run's initial state sets {node.id}.{attribute}, but init does not declare it."
                             + nearest(attribute, node.__dict__))
        node.__dict__[attribute] = snapshot(value)


def undeclared(node: Node, declared: Iterable[str]) -> DslabError:
    """The error of an attribute that appeared, or vanished, after `init`."""
    declared = list(declared)
    name = min(node.__dict__.keys() ^ set(declared))
    if name in declared:
        cls = type(node).__name__
        return DslabError(f"{node.id} deleted its attribute {name}: a node keeps the attributes that {cls}.init"
                          " declares")
    return DslabError(f"{node.id} assigned the attribute {name}, which {type(node).__name__}.init does not declare."
                      f"{nearest(name, declared)} All state is first assigned in init")


# ---- clocks and links ------------------------------------------------------------------------------------------------

class Clock:
    """What a node's two clocks show at a moment of true time, in µs.

    The time of day can be wrong and can be set; the monotonic clock cannot be set. One quartz drives both, so both are
    fast or slow together; slewing lets both run a little faster for a while. Timers go by the monotonic clock.
    """

    __slots__ = ("beat", "day", "rate", "since", "slew", "until")

    def __init__(self) -> None:
        self.since = 0          # the moment of true time at which
        self.day = 0            # the time of day showed this,
        self.beat = 0           # and the monotonic clock this.
        self.rate = 1.0         # From then on they run so fast,
        self.slew = 0.0         # and by this fraction faster
        self.until = 0          # until this moment of true time

    def shows(self, now: int) -> int:
        """The time of day."""
        return self.day + self._elapsed(now)

    def monotonic(self, now: int) -> int:
        """The time since the node started, as its quartz counts it."""
        return self.beat + self._elapsed(now)

    def set(self, now: int, *, day: int | None = None, rate: float | None = None) -> None:
        """Set the time of day, or change how fast the quartz is."""
        self._begin(now)
        self.day = self.day if day is None else day
        if rate is not None:
            self.until = now + round((self.until - now) * self.rate / rate)     # what is left to make up for stays
            self.rate = rate

    def adjust(self, now: int, ms: float, ppm: float) -> str:
        """Move the time of day by `ms`: at once, or by running `ppm` faster or slower until it is done. In words."""
        if not ppm:
            self.set(now, day=self.shows(now) + round(ms * 1000))
            return f"the clock is set by {ms:+g} ms"
        self.slew_by(now, round(ms * 1000), ppm / 1e6)
        return f"the clock makes up for {ms:g} ms, {ppm:g} ppm {'faster' if ms > 0 else 'slower'}"

    def slew_by(self, now: int, amount: int, slew: float) -> None:
        """Make up for `amount`, by running faster (or slower, if it is negative) by the fraction `slew`."""
        self._begin(now)
        self.slew = slew if amount > 0 else -slew
        self.until = now + round(abs(amount) / (slew * self.rate))

    def after(self, now: int, span: int) -> int:
        """The first moment at which the monotonic clock has counted `span` more, if nothing changes until then."""
        if self.rate == 1.0 and now >= self.until:
            return now + span
        goal = self._elapsed(now) + span
        due = self.since + int(goal / (self.rate * (1 + self.slew)))
        if due > self.until:
            due = self.since + int(goal / self.rate - (self.until - self.since) * self.slew)
        due = max(due, now)
        while self._elapsed(due) < goal:        # by a µs or two: both parts were rounded
            due += 1
        return due

    def restart(self, now: int) -> None:
        """The node starts again: the monotonic clock begins at 0."""
        self._begin(now)
        self.beat = 0

    def _elapsed(self, now: int) -> int:
        counted = int((now - self.since) * self.rate)
        if self.slew:
            counted += round((min(now, self.until) - self.since) * self.rate * self.slew)
        return counted

    def _begin(self, now: int) -> None:
        """Count from this moment on."""
        elapsed = self._elapsed(now)
        self.day, self.beat, self.since = self.day + elapsed, self.beat + elapsed, now
        if now >= self.until:
            self.slew = 0.0


class Link:
    """The link from one node to another. Its random numbers are its own, so that no fault elsewhere changes them."""

    __slots__ = ("armed", "chance", "copied", "cut", "fifo_floor", "host", "low", "name", "plain", "random", "seed",
                 "sent", "settings", "span", "src", "straight")

    def __init__(self, src: str, host: Host, settings: LinkSettings, seed: int) -> None:
        self.src, self.host, self.seed = src, host, seed        # the sender's name and the receiver
        self.name = f"{src}->{host.name}"
        self.sent = 0                                           # messages so far: the last one is name#sent
        self.cut = False
        self.armed: Orders = {}                                 # what the script wants done to messages still to come
        self.fifo_floor = 0                                     # no message may arrive before this, on a fifo link
        self.random = Random(f"{seed} {self.name}").random
        self.chance: Draw | None = None                         # streams for loss and for
        self.copied: Draw | None = None                         # duplication, made when needed
        self.use(settings)

    def use(self, settings: LinkSettings) -> None:
        """Take new settings; messages already on their way keep their times."""
        self.settings = settings
        if settings.loss and not self.chance:
            self.chance = Random(f"{self.seed} {self.name} loss").random
        if settings.duplication and not self.copied:
            self.copied = Random(f"{self.seed} {self.name} duplication").random
        self.straight = settings.latency.shape == "uniform"
        self.low = int(settings.latency.low * 1000)
        self.span = settings.latency.other * 1000 - self.low
        self.refresh()

    def refresh(self) -> None:
        """Find out whether the short way of `finish` will do: nothing but a delay from a uniform distribution."""
        rules = self.settings
        self.plain = self.straight and not (self.cut or self.armed or rules.loss or rules.duplication or rules.fifo)

    def delay(self) -> int:
        """The next message's time under way, in µs."""
        u = self.random()
        return int(self.low + self.span * u) if self.straight else int(self.settings.latency.at(u) * 1000)

    def loses(self) -> bool:
        """Is the next message lost by chance?"""
        return self.chance is not None and self.settings.loss > 0 and self.chance() < self.settings.loss

    def copies(self, now: int) -> list[int]:
        """When a copy of a message sent now will arrive, in µs, if chance wants one."""
        rules = self.settings
        if self.copied is None or not rules.duplication or self.copied() >= rules.duplication:
            return []
        return [now + int(rules.latency.at(self.copied()) * 1000)]

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
    linked: dict[str, set[str]] = {name: set() for name in run.nodes}
    for a, b in run.topology:
        linked[a].add(b)
        linked[b].add(a)
    return {name: tuple(other for other in run.nodes if other in linked[name]) for name in run.nodes}


def require_link(linked: Neighbours, src: str, dst: str) -> None:
    """Raise `DslabError` if there is no link from `src` to `dst`."""
    if dst not in linked[src]:
        raise DslabError(f"{src} has no link to {dst}: its neighbours are {', '.join(linked[src]) or 'none'}")
