"""How much order do updates need? Each kind of update by each broadcast: do replicas converge?

Three replicas make two updates each, on a network that delays and duplicates messages at random. "At least once" and
"best effort" apply each copy that arrives; with the second, first updates may get lost, and last ones do not: an update
tolerates loss if those after it make up for it. A cell has "converged" if the replicas end in one state for each seed,
and its run shows what it says. What theory demands of the updates [Kleppmann, "Distributed systems", lecture notes,
2021, section 5.3] is computed beside it, from the updates alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from random import Random
from typing import Any

from dslab.network import Network, uniform
from dslab.node import Node
from dslab.protocols.broadcast import Broadcast
from dslab.protocols.updates import (
    Assign,
    AssignKey,
    AssignLatest,
    ByBestEffort,
    ByCausal,
    ByReliable,
    ByTotalOrder,
    Increment,
    Insert,
    Raise,
    apply,
    said,
)
from dslab.run import Run
from dslab.script import at, request, set_link
from dslab.simulator.simulate import simulate
from dslab.text import text_table

REPLICAS = "ABC"
TOTAL, CAUSAL, RELIABLE, REPEATED, LOSSY = "total order", "causal", "reliable", "at least once", "best effort"
BROADCASTS: dict[str, type[Node]] = {TOTAL: ByTotalOrder, CAUSAL: ByCausal, RELIABLE: ByReliable,
                                     REPEATED: ByBestEffort, LOSSY: ByBestEffort}
COLOURS = ("red", "green", "blue", "black", "white", "grey")
LOSS, SAFE_FROM, LAST = 0.4, 40, 60         # a probability; ms: from when nothing is lost, and when updates end

# The name of an update -> from a replica, the number of its update and a random number to the update.
UPDATES: dict[str, Callable[[str, int, int], Any]] = {
    "assign": lambda node, number, drawn: Assign(colour(node, number)),
    "assign own key": lambda node, number, drawn: AssignKey(node, number),
    "increment": lambda node, number, drawn: Increment(),
    "add to a set": lambda node, number, drawn: Insert(f"{node}{number}"),
    "assign, last writer wins": lambda node, number, drawn: AssignLatest(colour(node, number)),
    "maximum": lambda node, number, drawn: Raise(drawn),
}


def colour(node: str, number: int) -> str:
    """Each update has its own."""
    return COLOURS[2 * REPLICAS.index(node) + number - 1]


@dataclass(frozen=True)
class UpdateRun:
    """One run of a cell."""

    update: str
    broadcast: str
    seed: int

    @property
    def name(self) -> str:
        """Its seed."""
        return f"seed {self.seed}"

    @property
    def run(self) -> Run:
        """The run. For one seed and kind of update, all broadcasts have the same requests."""
        network = Network(latency=uniform(5, 60), duplication=0.2, loss=LOSS if self.broadcast == LOSSY else 0)
        return Run(BROADCASTS[self.broadcast], tuple(REPLICAS), network=network, seed=self.seed, script=self._script(),
                   title=f"{self.update}, {self.broadcast}, seed {self.seed}")

    def _script(self) -> list[Any]:
        draw = Random(f"{self.seed} updates")
        events = [at(SAFE_FROM, set_link(loss=0))] if self.broadcast == LOSSY else []
        for node, number in product(REPLICAS, (1, 2)):
            moment = draw.randrange(SAFE_FROM) if number == 1 else draw.randrange(SAFE_FROM, LAST)
            update = UPDATES[self.update](node, number, draw.randrange(1, 100))
            events.append(at(moment, request(node, Broadcast(update))))
        return sorted(events, key=lambda event: event.time)

    def states(self) -> dict[str, str]:
        """Replica -> its state in the end, as a text."""
        return {node: said(state["state"]) for node, state in simulate(self.run).state_at(-1).items()}

    def outcome(self) -> str:
        """The states in the end; all in one text if they are the same."""
        states = self.states()
        return "; ".join(f"{node}: {state}" for node, state in states.items()) if self.diverged() else states["A"]

    def diverged(self) -> bool:
        """Do the replicas end in different states?"""
        return len(set(self.states().values())) > 1


@cache
def first_diverging(update: str, broadcast: str, seeds: int) -> UpdateRun | None:
    """The first of so many runs after which replicas differ."""
    runs = (UpdateRun(update, broadcast, seed) for seed in range(seeds))
    return next((run for run in runs if run.diverged()), None)


@dataclass(frozen=True)
class UpdateTable:
    """The matrix: `rows`, `columns` and `examples` are those of `Grid`.

    Args:
        seeds: how many runs of a cell have to converge.
    """

    seeds: int = 30

    @property
    def columns(self) -> tuple[str, ...]:
        """The broadcasts, from the strongest to the weakest."""
        return tuple(BROADCASTS)

    @property
    def rows(self) -> dict[str, tuple[str, ...]]:
        """The name of an update -> a verdict for each broadcast."""
        return {update: tuple("converged" if self.converges(update, broadcast) else "diverged"
                              for broadcast in BROADCASTS) for update in UPDATES}

    def converges(self, update: str, broadcast: str) -> bool:
        """Do all runs of the cell end with equal replicas?"""
        return first_diverging(update, broadcast, self.seeds) is None

    def examples(self, update: str, broadcast: str) -> list[UpdateRun]:
        """The first run that diverges; if none does, the first run."""
        return [first_diverging(update, broadcast, self.seeds) or UpdateRun(update, broadcast, 0)]

    def __repr__(self) -> str:
        return text_table([["update", *self.columns], *([update, *cells] for update, cells in self.rows.items())])


# ---- what theory demands ---------------------------------------------------------------------------------------------

Pair = tuple[tuple[str, int, Any], tuple[str, int, Any]]


def pairs(update: str) -> Iterator[Pair]:
    """All pairs of six updates, each with its replica and number: a replica's second maximum is less than its first."""
    made = [(node, number, UPDATES[update](node, number, 50 - 10 * number))
            for node, number in product(REPLICAS, (1, 2))]
    stamped = [(node, number, AssignLatest(one.value, (number, node)) if isinstance(one, AssignLatest) else one)
               for node, number, one in made]
    return product(stamped, stamped)


def starts(update: str) -> list[Any]:
    """The initial state, and those after one update."""
    return [None, *(apply(one, None) for (_, _, one), _ in pairs(update))]


def after(state: Any, *updates: Any) -> Any:
    """The state after these updates, one after the other."""
    for update in updates:
        state = apply(update, state)
    return state


def commute(update: str, *, concurrent: bool = False) -> bool:
    """Does the order of two updates not matter; if `concurrent`, of two that different replicas make?"""
    return all(after(state, first, second) == after(state, second, first) for state in starts(update)
               for (node, _, first), (other, _, second) in pairs(update) if not concurrent or node != other)


def idempotent(update: str) -> bool:
    """Is an update that is applied twice the same as once?"""
    return all(after(state, one, one) == after(state, one)
               for state in starts(update) for (_, _, one), _ in pairs(update))


def tolerates_loss(update: str) -> bool:
    """Does a replica's later update make up for its earlier one?"""
    return all(after(state, first, second) == after(state, second) for state in starts(update)
               for (node, number, first), (other, later, second) in pairs(update) if node == other and number < later)


PROPERTIES: dict[str, Callable[[str], bool]] = {
    "concurrent ones commute": partial(commute, concurrent=True), "all commute": commute, "idempotent": idempotent,
    "tolerates loss": tolerates_loss}


def properties() -> str:
    """Which property which update has, as a table: computed by trying all pairs of six updates."""
    rows = [[update, *("yes" if holds(update) else "no" for holds in PROPERTIES.values())] for update in UPDATES]
    return text_table([["update", *PROPERTIES], *rows])


def demand(update: str, broadcast: str) -> bool:
    """Does the kind of update meet what theory demands of it with this broadcast?"""
    if broadcast in (TOTAL, CAUSAL):
        return broadcast == TOTAL or commute(update, concurrent=True)
    loses, repeats = broadcast == LOSSY, broadcast in (REPEATED, LOSSY)
    return commute(update) and (idempotent(update) or not repeats) and (tolerates_loss(update) or not loses)
