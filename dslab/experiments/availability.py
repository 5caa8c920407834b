"""The availability of systems made of parts: computed exactly, and measured in a simulated year.

Availability is the share of time in which a part or system is up. Parts are assumed to fail independently, which is the
first assumption to fail in practice: a power cut, or a bad upgrade, is one fault of many parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from heapq import merge
from itertools import combinations
from math import comb, log
from random import Random

from dslab.values import DslabError

Number = float | Fraction
YEAR = 365 * 24                 # hours


# ---- systems and parts -----------------------------------------------------------------------------------------------

class System:
    """A system of parts: each is a number, its availability, or a system."""

    def __init__(self, *parts: System | Number) -> None:
        if not parts:
            raise DslabError(f"{type(self).__name__} needs a part: there is nothing to be up or down")
        for part in parts:
            if not isinstance(part, System) and not 0 <= part <= 1:
                raise DslabError(f"an availability is a number from 0 to 1, not {part!r}")
        self.parts = parts

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.parts))})"


class Series(System):
    """Up while all its parts are up: each is a single point of failure."""


class Parallel(System):
    """Up while at least one of its parts is up."""


class Majority(System):
    """Up while more than half of its parts are up."""


class AtLeast(System):
    """Up while at least `k` of its parts are up."""

    def __init__(self, k: int, *parts: System | Number) -> None:
        super().__init__(*parts)
        if not 0 <= k <= len(parts):
            raise DslabError(f"of {len(parts)} parts at least {k} can never be up")
        self.k = k

    def __repr__(self) -> str:
        return f"AtLeast({', '.join(map(repr, (self.k, *self.parts)))})"


def needed(system: System) -> int:
    """The number of parts that must be up."""
    if isinstance(system, AtLeast):
        return system.k
    if isinstance(system, Majority):
        return len(system.parts) // 2 + 1
    return 1 if isinstance(system, Parallel) else len(system.parts)


def availability(tree: System | Number) -> Number:
    """The share of time in which the system is up; exact if all numbers in it are fractions."""
    return tree if not isinstance(tree, System) else sum(chances(tree)[needed(tree):])


def chances(system: System) -> list[Number]:
    """The probability that exactly 0, 1, 2 ... of its parts are up."""
    up: list[Number] = [1]
    for part in system.parts:
        p = availability(part)
        up = [stays * (1 - p) + comes * p for stays, comes in zip([*up, 0], [0, *up], strict=True)]
    return up


# ---- n equal nodes, each down with probability p ---------------------------------------------------------------------

def any_down(n: int, p: Number) -> Number:
    """The probability that at least one of n nodes is down."""
    return 1 - (1 - p) ** n


def majority_down(n: int, p: Number) -> Number:
    """The probability that more than half of n nodes are down."""
    return sum(comb(n, down) * p ** down * (1 - p) ** (n - down) for down in range(n // 2 + 1, n + 1))


def quorum_up(n: int, q: int, p: Number) -> Number:
    """The probability that at least q of n nodes are up."""
    return sum(comb(n, up) * (1 - p) ** up * p ** (n - up) for up in range(q, n + 1))


def always_overlap(n: int, r: int, w: int) -> bool:
    """Whether every set of r of n nodes intersects every set of w of them, by trying all pairs of sets."""
    sets = [list(map(set, combinations(range(n), size))) for size in (r, w)]
    return all(read & write for read in sets[0] for write in sets[1])


# ---- tables ----------------------------------------------------------------------------------------------------------

def downtime(up: Number) -> float:
    """The downtime in a year, in hours, for this availability; a year has 365 days."""
    return float((1 - up) * YEAR)


def nines() -> str:
    """The downtime that each number of nines allows: in a year, a month of 30 days, and a day."""
    rows = ["availability   in a year  in a month    in a day"]
    for up in ("0.9", "0.99", "0.999", "0.9999", "0.99999"):
        year = downtime(Fraction(up))
        spans = (spell(year), spell(year / 365 * 30), spell(year / 365))
        rows.append(f"{float(Fraction(up) * 100):>10g} %" + "".join(f"{span:>12}" for span in spans))
    return "\n".join(rows)


def spell(hours: float) -> str:
    """A duration in a suitable unit."""
    for size, unit in ((48, "days"), (1, "h"), (1 / 60, "min")):
        if hours >= size:
            return f"{hours / min(size, 24):.3g} {unit}"
    return f"{hours * 3600:.3g} s"


def replicas(p: float = 0.01, counts: tuple[int, ...] = (1, 3, 5, 100)) -> str:
    """For n nodes, each down with probability p: the probabilities that any is down, and that more than half are."""
    rows = [f"each is down {100 * p:g} % of the time", "nodes   one is down   most are down"]
    rows += [f"{n:>5}   {any_down(n, p):>11.4f}   {majority_down(n, p):>13.3g}" for n in counts]
    return "\n".join(rows)


# ---- a simulated year ------------------------------------------------------------------------------------------------

def outages(tree: System | Number, *, seed: int = 0, years: int = 1, repair: float = 8.0) -> list[tuple[float, float]]:
    """The outages of a simulated system: (begin, end) in hours, in order.

    Each part alternates between up and down, for exponentially distributed times, so that its expected share of uptime
    is its availability.

    Args:
        seed: each part has its own random stream, derived from this and its place in the tree.
        repair: the mean time to repair, in hours.
    """
    up, since, found = True, 0.0, []
    for moment, works in _changes(tree, f"{seed}", years * YEAR, float(repair)):
        if up and not works:
            since = moment
        elif works and not up:
            found.append((since, moment))
        up = works
    return [span for span in found if span[1] > span[0]] + ([(since, years * YEAR)] if not up else [])


def measured(tree: System | Number, *, seed: int = 0, years: int = 1, repair: float = 8.0) -> float:
    """The share of time in which it was up in a simulation; the arguments are those of `outages`."""
    down = [end - begin for begin, end in outages(tree, seed=seed, years=years, repair=repair)]
    return 1 - sum(down) / (years * YEAR)


def _changes(tree: System | Number, place: str, end: float, repair: float) -> Iterator[tuple[float, bool]]:
    """The times at which the system goes down or up; it is up before the first."""
    if not isinstance(tree, System):
        yield from _part(float(tree), Random(f"{place} part").random, end, repair)
        return
    least, working = needed(tree), len(tree.parts)
    streams = [_changes(part, f"{place} {number}", end, repair) for number, part in enumerate(tree.parts)]
    for moment, works in merge(*streams):
        before = working >= least
        working += 1 if works else -1
        if (working >= least) != before:
            yield moment, not before


def _part(up: float, draw: Callable[[], float], end: float, repair: float) -> Iterator[tuple[float, bool]]:
    if up in (0.0, 1.0):
        if up == 0.0:
            yield 0.0, False
        return
    works, moment = draw() < up, 0.0
    if not works:
        yield moment, False
    while True:
        mean = repair * up / (1 - up) if works else repair
        moment -= mean * log(1 - draw())
        if moment >= end:
            return
        works = not works
        yield moment, works
