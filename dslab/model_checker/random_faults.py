"""Random schedules of faults, by swarm testing: each schedule omits about half of the kinds of faults.

A schedule with all kinds of faults masks bugs: while a partition stops all progress, a crash does no harm [Groce and
others, "Swarm testing", 2012]. Faults to messages name the message, so a schedule is plain data that can be edited,
and shrunk event by event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import TypeVar

from dslab.arguments import names
from dslab.run import Run
from dslab.script import At, at, crash, delay, drop, duplicate, heal, partition, pause, recover, resume
from dslab.simulator.simulate import simulate
from dslab.values import DslabError, brief, nearest

Draw = Callable[[], float]
T = TypeVar("T")


def crashes(draw: Draw, run: Run, messages: Sequence[str]) -> Iterable[At]:
    """Nodes crash and recover."""
    for node in _some(draw, run.nodes, most=1.0):
        first, second = _span(draw, run)
        yield from (at(first, crash(node)), at(second, recover(node)))


def pauses(draw: Draw, run: Run, messages: Sequence[str]) -> Iterable[At]:
    """Nodes are paused and resume."""
    for node in _some(draw, run.nodes, most=1.0):
        first, second = _span(draw, run)
        yield from (at(first, pause(node)), at(second, resume(node)))


def partitions(draw: Draw, run: Run, messages: Sequence[str]) -> Iterable[At]:
    """The network is partitioned in two and heals."""
    for _ in range(1 + int(2 * draw())):
        first, second = _span(draw, run)
        order = sorted((draw(), place) for place in range(len(run.nodes)))
        side = sorted(place for _, place in order[:1 + int(draw() * (len(order) - 1))])
        yield from (at(first, partition(tuple(run.nodes[place] for place in side))), at(second, heal()))


def losses(draw: Draw, run: Run, messages: Sequence[str]) -> Iterable[At]:
    """Messages are lost."""
    return [at(0, drop(name)) for name in _some(draw, messages)]


def duplications(draw: Draw, run: Run, messages: Sequence[str]) -> Iterable[At]:
    """Messages are duplicated."""
    return [at(0, duplicate(name, after=_wait(draw, run))) for name in _some(draw, messages)]


def delays(draw: Draw, run: Run, messages: Sequence[str]) -> Iterable[At]:
    """Messages are delayed."""
    return [at(0, delay(name, by=_wait(draw, run))) for name in _some(draw, messages)]


# Kind of fault -> (its generator, the name under which a trace counts those that took effect).
FAULTS: dict[str, tuple[Callable[[Draw, Run, Sequence[str]], Iterable[At]], str]] = {
    "crash": (crashes, "crash"), "pause": (pauses, "pause"), "partition": (partitions, "partition"),
    "loss": (losses, "dropped"), "duplication": (duplications, "duplicated"), "delay": (delays, "delayed"),
}


def schedule(run: Run, seed: int, kinds: Iterable[str]) -> Run:
    """The run with this seed, and with faults of about half of these kinds added to its script."""
    draw = Random(f"{seed} schedule").random
    seeded = run.replace(seed=seed)
    chosen = [kind for kind in kinds if draw() < 0.5]
    messages = names_in(seeded) if {"loss", "duplication", "delay"} & set(chosen) else []
    events: list[At] = [event for kind in chosen for event in FAULTS[kind][0](draw, seeded, messages)]
    return seeded.plus(*events)


def names_in(run: Run) -> list[str]:
    """The names of the messages that are sent in the run without added faults."""
    names = [message.name for message in simulate(run, states=False).messages]
    return [name for name in names if not name.endswith("'")]


def check_kinds(kinds: Iterable[str]) -> tuple[str, ...]:
    """The kinds of faults; raises `DslabError` for an unknown one."""
    kinds = names(kinds, "faults", '["crash", "loss"]')
    for kind in kinds:
        if type(kind) is not str or kind not in FAULTS:
            raise DslabError(f"there is no kind of fault {brief(kind)} ({', '.join(FAULTS)})."
                             + nearest(str(kind), FAULTS))
    return kinds


def _some(draw: Draw, options: Sequence[T], *, most: float = 0.25) -> list[T]:
    """A few of the options: one at least, and about this share of them at most."""
    share = draw() * most
    few = [option for option in options if draw() < share]
    return few or ([options[int(draw() * len(options))]] if options else [])


def _span(draw: Draw, run: Run) -> tuple[int, int]:
    """Two moments, in whole ms, the second within a third of the run after the first."""
    first = int(draw() * run.duration)
    return first, first + 1 + int(draw() * run.duration / 3)


def _wait(draw: Draw, run: Run) -> int:
    """A time in whole ms, a quarter of the run at most."""
    return 1 + int(draw() * run.duration / 4)
