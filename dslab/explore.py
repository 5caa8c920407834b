"""`explore(run, promises) -> Exploration`: can this ever go wrong? All orders of events are tried, the shortest first.

    explore(Run(Raft, 3), PROMISES, crashes=1, recoveries=1, within=one_term)

What can happen next, in each state: any message in flight arrives (on links that keep order, the first of each), any
timer that is set goes off, whatever its delay; the script's next request is made; and a fault strikes, as long as the
budget lasts. A message that reaches a node that is down is lost. Nothing is sampled and nothing is timed, so what is
explored completely is proven for this cluster and these budgets, and for no other.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dslab.breadth_first import COMPLETE, FOUND, GAVE_UP, LIMIT, Walk
from dslab.decisions import decisions_along
from dslab.follow import follow
from dslab.growth import growing
from dslab.model import CRASH, DROP, DUPLICATE, RECOVERY, Model, Stumble
from dslab.moment import asking
from dslab.properties import Promise, Verdict, judge
from dslab.run import Run
from dslab.specification import Specification
from dslab.stage import NotExplorable
from dslab.symmetry import Symmetric
from dslab.values import DslabError, brief


@dataclass(frozen=True)
class Exploration:
    """What an exploration has found. It is true if every promise holds."""

    verdicts: tuple[Verdict, ...]
    status: str                     # explored completely; found; nothing found up to the limit; gave up
    states: int                     # distinct ones
    transitions: int                # moves tried, to new states and to old ones
    depth: int                      # levels, the initial one included
    initial: int  # initial states
    paths: Mapping[str, tuple] = field(
        repr=False
    )  # promise -> the decisions (of a specification: the states) that decide it
    remark: str = ""                # why the search found no end

    @property
    def generated(self) -> int:
        """Initial states and successors, repeated ones too: what TLC calls states generated."""
        return self.initial + self.transitions

    def __bool__(self) -> bool:
        return all(self.verdicts)

    def __repr__(self) -> str:
        counted = f"{self.states:,} states, {self.transitions:,} transitions, {self.depth} levels"
        said = [
            f"{self.status[0].upper()}{self.status[1:]}: {counted}.",
            self.remark,
            *(f"{_story(self, one)}." for one in self.verdicts),
        ]
        return " ".join(filter(None, said))


def explore(
    run: Run | Specification,
    promises: Iterable[Promise] = (),
    *,
    crashes: int = 0,
    recoveries: int = 0,
    drops: int = 0,
    duplicates: int = 0,
    timers: Mapping[str, int] | None = None,
    within: Callable[[Any], Any] | None = None,
    depth: int | None = None,
    states: int = 1_000_000,
    symmetric: Iterable[str] = (),
    check: bool = False,
    progress: Callable[[Walk], None] | bool = False,
) -> Exploration:
    """Try everything that can happen in a run, or in a plain specification, and judge every state.

    The search ends at the first broken promise, which is a shortest counter-example, and goes on as long as something is
    undecided. A `sometimes` promise that never comes true in a complete exploration is broken. An `in_the_end` promise is
    judged in the states in which nothing is left to happen, faults apart; where no state comes to rest it is not decided.

    Args:
        crashes, recoveries, drops, duplicates: how many such faults may strike, in all.
        timers: how often the timers of a name may go off, in all nodes together: {"heartbeat": 0}. Others: any number of times.
        within: states (worlds) of which it says no are left out.
        depth, states: how many levels and states to look at, at most.
        symmetric: names of nodes that are interchangeable; the handlers are checked to treat them alike.
        check: run each handler twice, and compare each copy with its original.
        progress: called with the search now and then; True writes a line to stderr.

    Raises:
        ProtocolError: a handler failed; its `trace` is a shortest way to that.
        DslabError: the run cannot be explored (it reads clocks, draws lots, or keeps what is not plain data).
    """
    budgets = {CRASH: crashes, RECOVERY: recoveries, DROP: drops, DUPLICATE: duplicates}
    for name, budget in (*budgets.items(), *(timers or {}).items()):
        if type(budget) is not int or budget < 0:
            raise DslabError(f"the budget of {name!r} is a number from 0 up, not {brief(budget)}")
    promises = tuple(promises)
    for promise in promises:
        if not isinstance(promise, Promise):
            raise DslabError(
                f"a promise is a function with @always, @in_the_end or @sometimes, not a {type(promise).__name__}"
            )
    if isinstance(run, Specification):
        subject: Any = OfSpecification(run)
    else:
        subject = OfRun(
            run,
            {name: budget for name, budget in budgets.items() if budget} | dict(timers or {}),
            tuple(symmetric),
            check,
        )
    jury = Jury(subject, promises)
    walk = Walk(
        subject.graph,
        look=jury.look if promises else None,
        within=within and subject.asking(within),
        depth=depth,
        states=states,
        progress=_report if progress is True else progress or None,
    )
    try:
        subject.finish(walk.go())
    except Stumble as stumble:
        subject.explain(walk, stumble)
    return _conclude(subject, walk, jury)


class OfRun:
    """What is explored is a run."""

    def __init__(self, run: Run, budgets: Mapping[str, int], symmetric: tuple[str, ...], check: bool) -> None:
        self.run, self.model = run, Model(run, budgets, check=check)
        self.graph: Any = Symmetric(self.model, symmetric) if symmetric else self.model
        self.at_rest = self.model.at_rest

    def asking(self, judge: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """A judge of worlds as one of states."""
        return asking(self.model, judge)

    def evidence(self, path: list) -> tuple[tuple[str, ...], Any]:
        """The decisions that lead along a path, and their trace."""
        decisions = decisions_along(self.model, path, getattr(self.graph, "canonical", None))
        return decisions, follow(self.run, decisions)

    def finish(self, walk: Walk) -> None:
        """Check what was taken for granted."""
        self.model.stage.shared.check_globals()
        if isinstance(self.graph, Symmetric) and walk.status in (COMPLETE, LIMIT):
            self.graph.verify()                     # a counter-example needs no proof: it can be followed

    def explain(self, walk: Walk, stumble: Stumble) -> None:
        """Raise what a handler raised, with a shortest trace."""
        problem = stumble.__cause__
        if isinstance(problem, NotExplorable) or stumble.state not in walk.came_from:
            if not isinstance(problem, NotExplorable):
                follow(self.run, ())                    # it fails at the start
            raise problem from None
        path = walk.path(stumble.state)
        follow(
            self.run, decisions_along(self.model, path, getattr(self.graph, "canonical", None), stumble.move)
        )
        raise problem                                   # what a simulation would allow

    def why_endless(self, walk: Walk) -> str:
        """What grows on the way to the deepest state."""
        return growing(self.model, walk.path(walk.last[-1])) if walk.last else ""


class OfSpecification:
    """What is explored is a plain specification."""

    def __init__(self, specification: Specification) -> None:
        self.graph = specification
        self.asking, self.at_rest = specification.asking, specification.at_rest

    def evidence(self, path: list) -> tuple[tuple, None]:
        """The states on the way: there are no steps to play."""
        return tuple(self.graph.retrace(path)), None

    def finish(self, walk: Walk) -> None:
        """Nothing was taken for granted."""

    def why_endless(self, walk: Walk) -> str:
        """A specification says itself what it holds."""
        return ""


class Jury:
    """The promises, and what became of them so far."""

    def __init__(self, subject: Any, promises: tuple[Promise, ...]) -> None:
        self.promises, self.at_rest = promises, subject.at_rest
        self.objections = [
            (promise, subject.asking(promise.objection)) for promise in promises if promise.kind == "always"
        ]
        self.in_the_end = [
            (promise, subject.asking(promise.objection))
            for promise in promises
            if promise.kind == "in the end"
        ]
        self.hopes = [
            (promise, subject.asking(promise.has_happened))
            for promise in promises
            if promise.kind == "sometimes"
        ]
        self.all_are_hopes = len(self.hopes) == len(promises)
        self.found: dict[Promise, tuple[Any, str]] = {}  # promise -> the state that decides it, the objection
        self.rests = 0                                          # states in which nothing is left to happen

    def look(self, state: Any) -> bool:
        """Judge a new state; True if no more need be searched."""
        broken = False
        for promise, objection in self.objections:
            why = objection(state)
            if why:
                self.found[promise], broken = (state, why), True
        if self.in_the_end and self.at_rest(state):
            self.rests += 1
            for promise, objection in self.in_the_end:
                why = objection(state)
                if why:
                    self.found[promise], broken = (state, why), True
        for promise, has_happened in self.hopes:
            if promise not in self.found and has_happened(state):
                self.found[promise] = (state, "")
        return broken or self.all_are_hopes and len(self.found) == len(self.hopes)

    def unmet(self, promise: Promise, status: str) -> tuple[str, str]:
        """The status of a promise that no state has decided, and why."""
        if status != COMPLETE:
            return "not decided", "the search ended before" if status == FOUND else status
        if promise.kind == "sometimes":
            return "broken", "it never happens"
        if promise.kind == "in the end" and not self.rests:
            return "not decided", "something is always left to happen, so it was never due"
        return "holds", ""


def _conclude(subject: Any, walk: Walk, jury: Jury) -> Exploration:
    verdicts, paths = [], {}
    for promise in jury.promises:
        if promise not in jury.found:
            status, why = jury.unmet(promise, walk.status)
            verdicts.append(Verdict(promise, status, None, why, None))
            continue
        state, why = jury.found[promise]
        paths[promise.name], trace = subject.evidence(walk.path(state))
        step = judge(trace, [promise])[0].step if trace is not None else len(paths[promise.name]) - 1
        verdicts.append(Verdict(promise, "broken" if why else "holds", step, why, trace))
    remark = subject.why_endless(walk) if walk.status in (LIMIT, GAVE_UP) else ""
    return Exploration(
        tuple(verdicts),
        walk.status,
        len(walk.came_from),
        walk.transitions,
        walk.levels,
        walk.begun,
        paths,
        remark,
    )


def _story(exploration: Exploration, verdict: Verdict) -> str:
    """A verdict in words, with the number of moves that show it."""
    path = exploration.paths.get(verdict.promise.name)
    if path is None:
        return f"{verdict.status}: {verdict.promise}" + (f" ({verdict.sentence})" if verdict.sentence else "")
    moves = len(path) - (verdict.trace is None)
    return f"{verdict.status}: {verdict.promise}, after {moves} moves" + (
        f": {verdict.sentence}" if verdict.sentence else ""
    )


def _report(walk: Walk) -> None:
    """A line on stderr, written over again and again."""
    if len(walk.came_from) > 50_000:
        sys.stderr.write(
            f"\r{len(walk.came_from):,} states, level {walk.levels}, {len(walk.last):,} states in it "
        )
        sys.stderr.flush()
