"""What transactions depend on: edges that each serial order of them must keep, and what no order can explain.

ww: both write an object, in this order. wr: one reads what the other wrote. rw: one reads the object as it was before
the other wrote (an anti-dependency). rt: one ended before the other began. For a list all of these follow from its
reads, since a list shows its past; for a register, which of two writes came first may stay open: that is a choice.

Sources: Adya, "Weak consistency" (1999), for edges and names; Kingsbury and Alvaro, "Elle" (2020), for lists;
Papadimitriou, "The serializability of concurrent database updates" (1979), for the choices that registers leave open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from itertools import chain
from typing import Any

from dslab.checkers.dependency_edges import Dependencies, Edge
from dslab.checkers.object_reads import Accesses, ListReads, RegisterReads, Writers
from dslab.checkers.transactions import Transaction


def dependencies(history: tuple[Transaction, ...], *, initial: Any = None, real_time: bool = False) -> Dependencies:
    """The dependencies between the transactions that committed.

    One of unknown outcome has committed if a committed one read what it wrote; otherwise it can be left out.

    Args:
        history: as `transactions_of` gives it.
        initial: the value of a register that nobody has written. A list is empty then.
        real_time: whether one that ended comes before one that began later.
    """
    found = Dependencies(history)
    written = _writers(history)
    found.committed = _committed(history, written)
    for key, accesses in _by_key(history, found.committed).items():
        kind = ListReads if _is_list(accesses) else RegisterReads
        kind(found, key, written[key], initial).infer(accesses)
    for edge in _real_time(history, found.committed) if real_time else ():
        found.add(edge)
    return found


# ---- who wrote what --------------------------------------------------------------------------------------------------

def _writers(history: Sequence[Transaction]) -> dict[Hashable, Writers]:
    found: dict[Hashable, Writers] = defaultdict(lambda: defaultdict(list))
    for number, one in enumerate(history):
        for name, key, value in one.accesses:
            if name != "read":
                found[key][value].append(number)
    return found


def _committed(history: Sequence[Transaction], written: dict[Hashable, Writers]) -> tuple[int, ...]:
    """Those that committed, and those of unknown outcome on which they depend."""
    found = {number for number, one in enumerate(history) if one.outcome == "committed"}
    pending = list(found)
    while pending:
        for key, value in ((key, value) for name, key, value in history[pending.pop()].accesses if name == "read"):
            values = value if isinstance(value, tuple) else (value,)
            for writer in chain.from_iterable(written[key].get(one, ()) for one in values):
                if history[writer].outcome == "unknown" and writer not in found:
                    found.add(writer)
                    pending.append(writer)
    return tuple(sorted(found))


def _by_key(history: Sequence[Transaction], committed: tuple[int, ...]) -> dict[Hashable, Accesses]:
    found: dict[Hashable, Accesses] = defaultdict(lambda: defaultdict(list))
    for number in committed:
        for name, key, value in history[number].accesses:
            found[key][number].append((name, value))
    return found


def _is_list(accesses: Accesses) -> bool:
    """Whether somebody appends to an object; or reads a list, and nobody writes."""
    names = {name for one in accesses.values() for name, _ in one}
    return "append" in names or "write" not in names and any(
        isinstance(value, tuple) for one in accesses.values() for _, value in one)


# ---- real time -------------------------------------------------------------------------------------------------------

def _real_time(history: Sequence[Transaction], committed: tuple[int, ...]) -> Iterator[Edge]:
    """Who ended before whom began, without the edges that follow from two others."""
    begins = {number: history[number].invoked for number in committed}
    ends = {number: end for number in committed
            if (end := history[number].returned) is not None and history[number].outcome == "committed"}
    moments = [*((moment, 0, number) for number, moment in begins.items()),
               *((moment, 1, number) for number, moment in ends.items())]
    ended: list[int] = []       # the latest: none of them ended before another one of them began
    for _, is_end, number in sorted(moments):
        if is_end:
            ended = [*(one for one in ended if ends[one] >= begins[number]), number]
        else:
            yield from (Edge(one, number, "rt") for one in ended)
