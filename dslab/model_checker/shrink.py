"""Shrinking: delta debugging of a failing run's script, then simpler times and delays.

It is deterministic: the same failing run always shrinks to the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil, floor, inf

from dslab.network import Network, constant
from dslab.properties import Promise, Verdict, judge
from dslab.run import Run
from dslab.script import Action, At
from dslab.simulator.errors import ProtocolError
from dslab.simulator.simulate import simulate

MOST = 2000             # the limit of runs per shrinking

Fails = Callable[[Run], float | None]       # the time at which a run fails, in ms (infinity: at its end), or None


def broken(run: Run, promise: Promise) -> Verdict | None:
    """The verdict on a run that breaks the promise, None if it does not."""
    try:
        verdict, = judge(simulate(run), [promise])
    except ProtocolError:           # a different failure
        return None
    return verdict if verdict.status == "broken" else None


def breaks(promise: Promise) -> Fails:
    """The failure in which this promise is broken."""
    def moment(run: Run) -> float | None:
        verdict = broken(run, promise)
        if verdict is None or verdict.trace is None or verdict.step is None:
            return None
        return inf if promise.kind == "in the end" else verdict.trace.steps[verdict.step].time

    return moment


def shrink(run: Run, failure: Fails, *, most: int = MOST) -> Run:
    """A simpler run that fails in the same way. Without any single event of its script it would not fail.

    Args:
        run: a failing run.
        failure: the failure to preserve.
        most: the limit of runs simulated.
    """
    left = most

    def fails(candidate: Run) -> bool:
        nonlocal left
        left -= 1
        return left > 0 and failure(candidate) is not None

    before = None
    while run != before:
        before = run
        run = _first(_calmer(run), fails) or run
        run = _without(run, fails)
        run = _sooner(run, failure, fails)
        for index in range(len(run.script)):
            run = _first(_simpler(run, index), fails) or run
    return run


def _calmer(run: Run) -> Iterator[Run]:
    """The run with a simpler network: less randomness."""
    calm = Network(latency=constant(10), fifo=run.network.default.fifo)
    for changes in ({"network": calm, "seed": 0}, {"network": calm}, {"seed": 0}):
        if run.replace(**changes) != run:
            yield run.replace(**changes)
        if run.network == calm:
            return


def _without(run: Run, fails: Callable[[Run], bool]) -> Run:
    """The run without the events that it fails without: halves are removed first, single events last."""
    size = max(1, len(run.script) // 2)
    while True:
        start, gone = 0, False
        while start < len(run.script):
            candidate = run.replace(script=run.script[:start] + run.script[start + size:])
            if fails(candidate):
                run, gone = candidate, True
            else:
                start += size
        if size == 1 and not gone:
            return run
        size = max(1, size // 2)


def _sooner(run: Run, failure: Fails, fails: Callable[[Run], bool]) -> Run:
    """The run with its duration cut to just after the failure."""
    moment = failure(run)
    if moment is None or moment >= run.duration:
        return run
    candidate = run.replace(duration=ceil(moment))
    return candidate if ceil(moment) < run.duration and fails(candidate) else run


def _simpler(run: Run, index: int) -> Iterator[Run]:
    """The run with one event at a rounder time, or with a rounder delay; the roundest first."""
    event = run.script[index]
    for time in _rounder(event.time):
        yield _with(run, index, At(time, event.action))
    for name, value in event.action.options:
        if name in ("by", "after"):
            for rounder in _rounder(value):
                options = tuple((key, rounder if key == name else old) for key, old in event.action.options)
                yield _with(run, index, At(event.time, Action(event.action.verb, event.action.args, options)))


def _rounder(value: float) -> Iterator[int]:
    """Rounder numbers, the roundest first. All are smaller, so that rounding terminates."""
    for unit in (1000, 500, 100, 50, 10, 5, 1):
        down = floor(value / unit) * unit
        if down < value:
            yield down


def _with(run: Run, index: int, event: At) -> Run:
    script = [*run.script[:index], event, *run.script[index + 1:]]
    return run.replace(script=sorted(script, key=lambda event: event.time))


def _first(candidates: Iterator[Run], fails: Callable[[Run], bool]) -> Run | None:
    return next((candidate for candidate in candidates if fails(candidate)), None)
