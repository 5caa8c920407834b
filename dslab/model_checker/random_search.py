"""`search(run, promises) -> RandomSearch`: runs with random faults until one breaks a promise, which is then shrunk.

    search(Run(Raft, 5), PROMISES, seeds=range(1000))

It scales to runs with too many states to explore, and is the only way to test protocols that read clocks or draw random
numbers. It finds bugs; that it finds none proves nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from dslab.arguments import run_of
from dslab.mistakes.calls import teaching
from dslab.model_checker.random_faults import FAULTS, check_kinds, schedule
from dslab.model_checker.shrink import breaks, broken, shrink
from dslab.properties import Promise, Verdict, judge, listed
from dslab.run import Run
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.values import DslabError, brief


@dataclass(frozen=True)
class RandomSearch:
    """The result of a search. It is true if no promise was broken."""

    verdicts: tuple[Verdict, ...]       # of a broken promise: on the shrunk run
    runs: int                           # the number of runs simulated
    faults: dict[str, int]              # kind of fault -> how often it took effect, in all runs
    run: Run | None = None              # the shrunk run that breaks a promise
    found: Run | None = None            # the same run before shrinking
    stopped: bool = False               # whether the user interrupted it

    @property
    def trace(self) -> Trace | None:
        """The trace of the shrunk run, to play."""
        return next((verdict.trace for verdict in self.verdicts if verdict.status == "broken"), None)

    def __bool__(self) -> bool:
        return all(verdict.status != "broken" for verdict in self.verdicts)

    def __repr__(self) -> str:
        struck = ", ".join(f"{kind} {times:,}" for kind, times in self.faults.items()) or "none"
        ended = ", then stopped by you" if self.stopped else ""
        first = f"{self.runs:,} run{'s' * (self.runs != 1)}{ended}; faults that took effect: {struck}."
        if self.run is not None and self.found is not None:
            events = f"{len(self.found.script)} events to {len(self.run.script)}"
            first += f" Shrunk from {events}, seed {self.found.seed}."
        return "\n".join([first, *(f"{verdict}." for verdict in self.verdicts)])


@teaching("search(Run(Raft, 5), PROMISES, seeds=range(100))")
def search(run: Run, promises: Promise | Iterable[Promise], *, seeds: Iterable[int] = range(1000),
           faults: Iterable[str] | None = None,
           progress: Callable[[int], None] | Literal[False] | None = None) -> RandomSearch:
    """Simulate the run once for each seed, with faults added to its script; stop at the first broken promise.

    Args:
        run: the run to simulate. Its script is kept, faults are added.
        promises: the properties to judge in each run.
        seeds: one run for each. The same seeds give the same search.
        faults: kinds of faults to draw from (crash, pause, partition, loss, duplication, delay); None: all.
        progress: called with the number of runs so far. `dslab.search` shows a bar after a second; False turns it off.

    Raises:
        DslabError: a kind of fault was given by name, and none took effect in any run.
        ProtocolError: a handler failed; its `trace` ends before that step.

    >>> from dslab.protocols.raft import Raft, two_leaders_never_share_a_term
    >>> found = search(Run(Raft, 3), [two_leaders_never_share_a_term], seeds=range(20), progress=False)
    >>> found.runs, found.verdicts[0].status
    (20, 'not decided')
    """
    run, promises, seeds = run_of(run, "search"), listed(promises), _seeds(seeds)
    struck = Counter[str]()
    seen: dict[Promise, Verdict] = {}
    kinds = tuple(FAULTS) if faults is None else check_kinds(faults)
    if faults is None and len(run.nodes) < 2:
        kinds = ("crash", "pause")
    number = 0
    try:
        for number, seed in enumerate(seeds, 1):
            candidate = schedule(run, seed, kinds)
            trace = simulate(candidate)
            struck.update({kind: trace.faults.get(FAULTS[kind][1], 0) for kind in kinds})
            verdicts = judge(trace, promises)
            seen.update({one.promise: one for one in verdicts if one and one.promise.kind == "sometimes"})
            bad = next((verdict for verdict in verdicts if verdict.status == "broken"), None)
            if bad is not None:
                small = shrink(candidate, breaks(bad.promise))
                shown = broken(small, bad.promise)
                seen[bad.promise] = bad if shown is None else shown
                return RandomSearch(_verdicts(promises, seen, number), number, dict(struck), small, candidate)
            if progress:
                progress(number)
    except KeyboardInterrupt:
        return RandomSearch(_verdicts(promises, seen, number), number, dict(struck), stopped=True)
    if faults is not None:
        _refuse_empty(struck, number)
    return RandomSearch(_verdicts(promises, seen, number), number, dict(struck))


def _seeds(seeds: Any) -> Iterable[int]:
    if isinstance(seeds, str) or not isinstance(seeds, Iterable):
        example = f"range({seeds})" if type(seeds) is int and seeds > 0 else "range(100)"
        raise DslabError(f"seeds={brief(seeds)}: expected the seeds to try, such as seeds={example}")
    return seeds


def _verdicts(promises: tuple[Promise, ...], seen: dict[Promise, Verdict], runs: int) -> tuple[Verdict, ...]:
    """The verdicts after all runs. A promise that no run broke is not decided."""
    def undecided(promise: Promise) -> Verdict:
        never = "seen" if promise.kind == "sometimes" else "broken"
        return Verdict(promise, "not decided", None, f"not {never} in {runs:,} runs", None)

    return tuple(seen[promise] if promise in seen else undecided(promise) for promise in promises)


def _refuse_empty(struck: Counter[str], runs: int) -> None:
    for kind, times in struck.items():
        if not times:
            raise DslabError(f"{kind} was asked for, but none took effect in {runs:,} runs. Give more seeds, "
                             f"a longer run, or leave {kind} out")
