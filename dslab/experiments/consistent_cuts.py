"""Consequences of "happened before": related pairs, linear extensions, and consistent cuts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import combinations, product
from typing import Any

from dslab.protocols.logical_clocks import events, happened_before
from dslab.trace import Trace

BEFORE, AFTER, CONCURRENT = "→", "←", "∥"


def past_of(trace: Trace) -> dict[str, set[str]]:
    """Event of a drawing -> the names of the events that happened before it."""
    return happened_before(events(trace))


def relation(trace: Trace, one: str, other: str) -> str:
    """The relation of two different events: "→" the first happened before the second, "←" after, "∥" concurrent."""
    past = past_of(trace)
    return BEFORE if one in past[other] else AFTER if other in past[one] else CONCURRENT


def relation_matrix(trace: Trace) -> str:
    """All pairs as a text: the row's event happened before (→), after (←) the column's, or is concurrent (∥)."""
    past = past_of(trace)
    width = max(map(len, past))
    lines = [" ".join(name.rjust(width) for name in ("", *past))]
    for one in past:
        signs = ("=" if one == other else relation(trace, one, other) for other in past)
        lines.append(" ".join([one.rjust(width), *(sign.rjust(width) for sign in signs)]))
    return "\n".join(lines)


def pairs(trace: Trace) -> dict[str, int]:
    """The numbers of ordered and of concurrent pairs of events."""
    past = past_of(trace)
    ordered = sum(len(names) for names in past.values())
    return {"ordered": ordered, "concurrent": len(list(combinations(past, 2))) - ordered}


def chain(trace: Trace, first: str, second: str) -> list[tuple[str, str, str]]:
    """A causal chain from `first` to `second`: (event, "then" on one node or "message", event) for each link; or []."""
    history = events(trace)
    latest: dict[str, str] = {}
    reached: dict[str, list[tuple[str, str, str]]] = {first: []}
    for event in history:
        for cause, why in ((event.cause, "message"), (latest.get(event.node, ""), "then")):
            if cause in reached and event.name not in reached:
                reached[event.name] = [*reached[cause], (cause, why, event.name)]
        latest[event.node] = event.name
    return reached.get(second, [])


def total_orders(trace: Trace) -> list[tuple[str, ...]]:
    """The linear extensions: all total orders of the events that are consistent with "happened before"."""
    past = past_of(trace)

    def continued(order: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if len(order) == len(past):
            yield order
        for name in past:
            if name not in order and past[name] <= set(order):
                yield from continued((*order, name))

    return list(continued(()))


# ---- cuts ------------------------------------------------------------------------------------------------------------

def crossing(trace: Trace, cut: Mapping[str, int]) -> list[tuple[str, str]]:
    """The messages that cross a cut backwards, received before it and sent after it: none for a consistent cut.

    Args:
        trace: of a drawing.
        cut: node -> the number of its events before the cut.
    """
    inside = _inside(trace, cut)
    return [(event.cause, event.name) for event in events(trace)
            if event.cause and event.name in inside and event.cause not in inside]


def consistent_cuts(trace: Trace) -> list[dict[str, int]]:
    """All consistent cuts: each could have been a global state of the run."""
    counts = {node: sum(event.node == node for event in events(trace)) for node in trace.nodes}
    cuts = (dict(zip(counts, cut, strict=True)) for cut in product(*(range(count + 1) for count in counts.values())))
    return [cut for cut in cuts if not crossing(trace, cut)]


def cut_table(trace: Trace, cuts: Iterable[Mapping[str, int]]) -> str:
    """For each cut whether it is consistent, and the message that violates it."""
    lines = []
    for cut in cuts:
        wrong = crossing(trace, cut)
        named = ", ".join(f"{count} of {node}" for node, count in cut.items())
        verdict = " and ".join(f"{end} is in, {start} is not" for start, end in wrong)
        lines.append(f"{named}: {'not consistent: ' + verdict if wrong else 'consistent'}")
    return "\n".join(lines)


def _inside(trace: Trace, cut: Mapping[str, int]) -> set[str]:
    """The names of the events before a cut."""
    seen: dict[str, int] = {}
    inside = set()
    for event in events(trace):
        seen[event.node] = seen.get(event.node, 0) + 1
        if seen[event.node] <= cut[event.node]:
            inside.add(event.name)
    return inside


# ---- physical timestamps ---------------------------------------------------------------------------------------------

def contradictions(trace: Trace) -> list[tuple[Any, Any]]:
    """The pairs of events that violate the clock condition: the first happened before, without a smaller timestamp."""
    past, by_name = past_of(trace), {event.name: event for event in events(trace)}
    return [(by_name[first], event) for event in by_name.values() for first in sorted(past[event.name])
            if by_name[first].stamp >= event.stamp]


@cache
def share_of_contradictions(skew: float, latency: float, runs: int = 1000) -> float:
    """The share of runs in which an answer gets a smaller timestamp than its question.

    Args:
        skew: ms; the error of each clock is drawn from -skew/2 to skew/2.
        latency: ms, of the network.
        runs: the number of runs.
    """
    from random import Random

    from dslab.protocols.physical_timestamps import moon
    from dslab.simulator.simulate import simulate

    chance, wrong = Random(f"{skew} {latency}"), 0
    for _ in range(runs):
        stamps = [output.values[1] for output in simulate(
            moon(ahead=round(chance.uniform(-skew, skew), 3), latency=latency)).outputs("said")]
        wrong += stamps[1] <= stamps[0]
    return wrong / runs
