"""Byzantine generals: exhaustive and random strategies of traitors, and the recursion of one lieutenant.

[Lamport, Shostak and Pease 1982, sections 2 to 4]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, permutations, product
from random import Random
from typing import Any

from dslab.properties import judge
from dslab.protocols.byzantine import ATTACK, IC1, IC2, LOYAL, RETREAT, TRAITOR, council
from dslab.protocols.signed_messages import Signed
from dslab.run import Run, node_names
from dslab.simulator.simulate import simulate
from dslab.trace import Trace

BOTH = (ATTACK, RETREAT)
SILENCE = None
SUBSETS = ((), (ATTACK,), (RETREAT,), BOTH)             # the orders that a traitor may send to one receiver
CONDITIONS = {"IC1": IC1, "IC2": IC2}
Place = tuple[tuple[str, ...], str]                     # a path that ends with a traitor, and a receiver

# ---- message complexity -----------------------------------------------------------------------------------------


def messages(generals: int, m: int) -> int:
    """The number of messages of OM(m): the commander's, plus those of each lieutenant as the commander of OM(m - 1)."""
    others = generals - 1
    return others * (1 + messages(others, m - 1)) if m else others


def counted(generals: int, m: int) -> int:
    """The number of messages in a run of OM(m)."""
    return len(simulate(council(generals, m), states=False).messages)


def message_table(sizes: Iterable[tuple[int, int]] = ((4, 1), (7, 2), (10, 3), (13, 4)), *, most: int = 10_000) -> str:
    """A line for each number of generals and of traitors; runs with more messages than `most` are only computed."""
    lines = ["generals  traitors  by formula  counted"]
    for generals, m in sizes:
        formula = messages(generals, m)
        found = f"{counted(generals, m):,}" if formula <= most else "–"
        lines.append(f"{generals:8}  {m:8}  {formula:10,}  {found:>7}")
    return "\n".join(lines)


# ---- strategies of traitors -------------------------------------------------------------------------------------

def places(names: Sequence[str], m: int, traitors: Iterable[str]) -> list[Place]:
    """The places at which traitors can lie to loyal generals; their messages to each other change nothing."""
    traitors, (commander, *lieutenants) = set(traitors), names
    paths = [(commander, *relays) for length in range(m + 1) for relays in permutations(lieutenants, length)]
    return [(path, other) for path in paths if path[-1] in traitors
            for other in lieutenants if other not in {*path, *traitors}]


def plots(where: Sequence[Place], says: Sequence[Any]) -> Iterator[dict[str, dict[Place, Any]]]:
    """All ways to fill these places with values: traitor -> its lies."""
    for chosen in product(says, repeat=len(where)):
        yield _by_traitor(where, chosen)


def _by_traitor(where: Sequence[Place], chosen: Iterable[Any]) -> dict[str, dict[Place, Any]]:
    lies: dict[str, dict[Place, Any]] = {}
    for place, value in zip(where, chosen, strict=True):
        lies.setdefault(place[0][-1], {})[place] = value
    return lies


def all_runs(generals: int | Iterable[str], m: int = 1, *, says: Sequence[Any] = BOTH, traitors: Sequence[str] = (),
             make: Any = council, **options: Any) -> Iterator[Run]:
    """A run for each order, and for each strategy of these traitors; without names, of each single traitor.

    Args:
        says: the possible values at each place: orders, SILENCE, or, with signed messages, the SUBSETS of orders.
        make: `council`, or `signed`.
        options: for it, such as protocol=Trusting.
    """
    names = node_names(generals)
    for group in [traitors] if traitors else [(name,) for name in names]:
        for order in BOTH:
            for lies in plots(places(names, m, group), says):
                yield make(names, m, order=order, traitors=dict.fromkeys(group, {}) | lies, **options)


def sampled_runs(generals: int | Iterable[str], m: int, traitors: Sequence[str], *, seed: int = 0,
                 says: Sequence[Any] = (*BOTH, SILENCE), make: Any = council, **options: Any) -> Iterator[Run]:
    """An endless series of runs with random orders and lies, among them plots in which most lies are the same."""
    names, draw = node_names(generals), Random(f"{seed} traitors").random
    where = places(names, m, traitors)
    while True:
        order = BOTH[int(2 * draw())]
        habit, share = says[int(len(says) * draw())], draw()
        chosen = [habit if draw() < share else says[int(len(says) * draw())] for _ in where]
        lies = dict.fromkeys(traitors, {}) | _by_traitor(where, chosen)
        yield make(names, m, order=order, traitors=lies, **options)


def all_say(generals: int | Iterable[str], m: int, traitors: Sequence[str], said: Any, *, make: Any = council,
            **options: Any) -> Run:
    """A run in which these traitors send one value to every loyal general, for every path.

    Args:
        said: the value, or receiver -> value.
    """
    names = node_names(generals)
    where = places(names, m, traitors)
    chosen = [said[other] if isinstance(said, Mapping) else said for _, other in where]
    return make(names, m, traitors=dict.fromkeys(traitors, {}) | _by_traitor(where, chosen), **options)


def broken(run: Run) -> tuple[str, ...]:
    """The conditions, IC1 and IC2, that a run violates."""
    verdicts = judge(simulate(run), CONDITIONS.values())
    return tuple(name for name, verdict in zip(CONDITIONS, verdicts, strict=True) if verdict.status == "broken")


@dataclass(frozen=True)
class Census:
    """The violations in many runs."""

    runs: int
    violations: Mapping[str, tuple[Run, ...]]           # condition -> the runs that violate it

    def __str__(self) -> str:
        counts = ", ".join(f"{name} in {len(found):,}" for name, found in self.violations.items())
        return f"{self.runs:,} runs; violated: {counts}"


def census(runs: Iterable[Run]) -> Census:
    """Simulate all runs, and keep those that violate a condition."""
    count, violations = 0, {name: [] for name in CONDITIONS}
    for run in runs:
        count += 1
        for name in broken(run):
            violations[name].append(run)
    return Census(count, {name: tuple(found) for name, found in violations.items()})


def attack(generals: int, m: int, traitors: Sequence[str], *, tries: int = 10_000, **options: Any) -> Run | None:
    """The first sampled run that violates IC1 or IC2; None if there is none among `tries`."""
    return next((run for run in islice(sampled_runs(generals, m, traitors, **options), tries) if broken(run)), None)


def forged(trace: Trace) -> list[Signed]:
    """The messages with a forged signature: of a loyal general that never sent that order with that chain."""
    is_loyal = {node: state["role"] == LOYAL for node, state in trace.initial.items()}
    sent = {(message.src, message.payload) for message in trace.messages}
    return [message.payload for message in trace.messages for place, name in enumerate(message.payload.signers, 1)
            if is_loyal[name] and (name, Signed(message.payload.value, message.payload.signers[:place])) not in sent]


# ---- the recursion of one lieutenant ----------------------------------------------------------------------------

@dataclass(frozen=True)
class Opinion:
    """The value that a lieutenant obtains for a path, and those that it is computed from."""

    path: tuple[str, ...]
    heard: Any                          # received along this path; None: nothing
    value: Any                          # the majority
    lie: bool                           # whether the last of the path is a traitor
    parts: tuple[Opinion, ...] = ()     # the values that it obtains from the other receivers


def recursion(trace: Trace, lieutenant: str) -> Opinion:
    """The tree of OM(m) that a lieutenant computes at the end, from the commander's order down to the last relays."""
    node: Any = trace.run.protocols[lieutenant](lieutenant, [name for name in trace.nodes if name != lieutenant])
    vars(node).update(trace.state_at(-1)[lieutenant])
    turned = {name for name, state in trace.initial.items() if state["role"] == TRAITOR}

    def opinion(path: tuple[str, ...]) -> Opinion:
        others = node.outside(path) if len(path) <= node.m else ()
        return Opinion(path, node.heard.get(path), node.obtain(path), path[-1] in turned,
                       tuple(opinion((*path, other)) for other in others))

    return opinion((node.commander,))


def outline(opinion: Opinion, depth: int = 0) -> str:
    """The tree as text: a line for each path, with the value received along it and the value obtained."""
    heard = "nothing, which is retreat" if opinion.heard is None else opinion.heard
    concluded = f" -> obtains {opinion.value}" if opinion.parts else ""
    mark = "  (a traitor's word)" if opinion.lie else ""
    line = f"{'   ' * depth}{' > '.join(opinion.path)}: hears {heard}{concluded}{mark}"
    return "\n".join([line, *(outline(part, depth + 1) for part in opinion.parts)])
