"""`explore(run, promises) -> Exploration`: can this ever go wrong? All orders of events are tried.

    explore(Run(Raft, 3), PROMISES, crashes=1, recoveries=1, within=one_term)

What can happen next, in each state: any message in flight arrives (on links that keep order, the first of
each), any timer that is set goes off, whatever its delay; the script's next request is made; and a fault
strikes, as long as the budget lasts. A message that reaches a node that is down is lost. Nothing is sampled
and nothing is timed: what is explored completely is proven for this cluster and these budgets, and for no
other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn, Protocol

from dslab.arguments import names, run_of, whole
from dslab.calls import explained, teaching
from dslab.contract import timers_of
from dslab.model_checker.breadth_first import COMPLETE, GAVE_UP, LIMIT, StateGraph, Walk
from dslab.model_checker.decisions import decisions_along, path_along
from dslab.model_checker.follow import follow
from dslab.model_checker.local_step import NotExplorable
from dslab.model_checker.model import CRASH, DROP, DUPLICATE, RECOVERY, Model, State, Stumble
from dslab.model_checker.property_check import PropertyCheck, asking
from dslab.model_checker.specification import Specification
from dslab.model_checker.specification_trace import retrace, to_trace
from dslab.model_checker.symmetry import Symmetric
from dslab.model_checker.unbounded import growing
from dslab.properties import Promise, Verdict, judge, listed
from dslab.run import Run
from dslab.trace import Trace
from dslab.values import DslabError, brief, nearest

REMEDY = ("What grows all the way to the deepest state: {}. If it never stops, states never repeat: give a bound, such "
          "as within=lambda world: ..., timers={{name: times}} or depth=...")


@dataclass(frozen=True)
class Exploration:
    """What an exploration has found. It is true if every promise holds."""

    verdicts: tuple[Verdict, ...]
    status: str                     # explored completely; found; nothing found up to the limit; gave up
    states: int                     # distinct ones
    transitions: int                # moves tried, to new states and to old ones
    depth: int                      # levels, the initial one included
    initial: int                    # initial states
    paths: Mapping[str, tuple[Any, ...]] = field(repr=False)      # promise -> the decisions (or states) that decide it
    moves: Mapping[str, int] = field(repr=False)        # promise -> how many moves that takes
    grows: str = ""                 # what may be why the search found no end

    @property
    def generated(self) -> int:
        """Initial states and successors, repeated ones too: what TLC calls states generated."""
        return self.initial + self.transitions

    @property
    def stopped(self) -> bool:
        """Was it stopped by its user?"""
        return self.status == GAVE_UP

    def __bool__(self) -> bool:
        return all(self.verdicts)

    def __repr__(self) -> str:
        counted = f"{self.states:,} states, {self.transitions:,} transitions, {self.depth} levels"
        found = f"{self.status[0].upper()}{self.status[1:]}: {counted}."
        stories = [f"{self._story(verdict)}." for verdict in self.verdicts]
        return "\n".join([found, *[REMEDY.format(self.grows)] * bool(self.grows), *stories])

    def _story(self, verdict: Verdict) -> str:
        """A verdict in words, with the number of moves that show it."""
        moves, story = self.moves.get(verdict.promise.name), f"{verdict.status}: {verdict.promise}"
        if moves is not None:
            story += f", after {moves} move{'s' * (moves != 1)}"
        return story + (f": {verdict.sentence}" if verdict.sentence else "")


@teaching("explore(Run(Raft, 3), PROMISES, crashes=1)")
def explore(run: Run | Specification, promises: Promise | Iterable[Promise] = (), *,
            crashes: int = 0, recoveries: int = 0, drops: int = 0, duplicates: int = 0,
            timers: Mapping[str, int] | None = None, within: Callable[[Any], Any] | None = None,
            after: Iterable[str] = (), depth: int | None = None, states: int = 1_000_000,
            symmetric: Iterable[str] = (), check: bool = False,
            progress: Callable[[Walk], None] | Literal[False] | None = None) -> Exploration:
    """Try everything that can happen in a run, or in a plain specification, and judge every state.

    The search ends at the first broken promise, a shortest counter-example, and otherwise goes on as long as
    anything is undecided. A `sometimes` promise that never comes true in a complete exploration is broken. An
    `in_the_end` promise is judged where nothing is left to happen, faults apart; if nothing ever comes to
    rest it is not decided.

    Args:
        run: what is explored. A specification takes no faults, timers and symmetric names.
        promises: what is judged in every state; none, and the states are only counted.
        crashes, recoveries, drops, duplicates: how many such faults may strike, in all.
        timers: how often the timers of a name may go off, in all: {"heartbeat": 0}. Others: without limit.
        within: a predicate of worlds; states for which it is false are not explored.
        after: decisions that are taken first, as in `follow`: all futures of one moment are explored.
        depth, states: how many levels and states to look at, at most.
        symmetric: names of nodes that are interchangeable; the handlers are checked to treat them alike.
        check: run each handler twice, and compare each copy with its original.
        progress: called with the search now and then. `dslab.explore` shows a bar, once a second has passed; False
            keeps it away.

    Raises:
        ProtocolError: a handler failed; its `trace` is a shortest way to that.
        DslabError: the run cannot be explored (it reads clocks, draws lots, or keeps what is not plain data).

    >>> from dslab.protocols.raft import Raft, two_leaders_never_share_a_term
    >>> once = {"election": 1, "heartbeat": 0}
    >>> found = explore(Run(Raft, 3), [two_leaders_never_share_a_term], timers=once, progress=False)
    >>> found.status, found.states
    ('explored completely', 175)
    """
    run = run if isinstance(run, Specification) else run_of(run, "explore")
    promises = listed(promises)
    _check_bounds(depth, states, within)
    budgets = {CRASH: crashes, RECOVERY: recoveries, DROP: drops, DUPLICATE: duplicates}
    subject = _subject(run, budgets, _times(timers or {}), names(symmetric, "symmetric", '("A", "B")'), check,
                       names(after, "after", '["deliver A->B#1"]'))
    checks = PropertyCheck(promises, subject.asking, subject.at_rest)
    walk = Walk(subject.graph, look=checks.look if promises else None, within=within and subject.asking(within),
                depth=depth, states=states, progress=progress or None)
    subject.search(walk)
    verdicts, paths, moves = _verdicts(subject, walk, checks)
    grows = subject.growing(walk) if walk.status in (LIMIT, GAVE_UP) else ""
    return Exploration(verdicts, walk.status, states=len(walk.came_from), transitions=walk.transitions,
                       depth=walk.levels, initial=walk.begun, paths=paths, moves=moves, grows=grows)


class Subject(Protocol):
    """What is explored."""

    @property
    def graph(self) -> StateGraph:
        """Its states, and what can follow each."""

    @property
    def at_rest(self) -> Callable[[Any], bool]:
        """Is nothing left to happen in a state?"""

    def asking(self, judge: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """What judges a promise's world, as a judge of states."""

    def search(self, walk: Walk) -> None:
        """Go through the states; raises `DslabError` if that went wrong, or if what was taken for granted is not so."""

    def evidence(self, path: list[Any], promise: Promise) -> tuple[tuple[Any, ...], Trace, int | None]:
        """What leads along a path, the trace of that, and the step of it that decides."""

    def growing(self, walk: Walk) -> str:
        """Why the search found no end."""


class OfRun:
    """What is explored is a run."""

    def __init__(self, run: Run, budgets: Mapping[str, int], symmetric: tuple[str, ...], check: bool,
                 after: tuple[str, ...]) -> None:
        self.run, self.model = run, Model(run, budgets, check=check)
        self.before: list[State] = []   # the states on the way to the moment at which the search begins
        self.symmetric = Symmetric(self.model, symmetric) if symmetric else None
        self.canonical = self.symmetric.canonical if self.symmetric else None
        self.graph: StateGraph = self.symmetric or self.model
        self.at_rest = self.model.at_rest
        if after:
            *self.before, begin = path_along(self.model, after)
            self.graph = From(self.graph, begin)

    def asking(self, judge: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """A judge of worlds as one of states."""
        return asking(self.model, judge)

    def evidence(self, path: list[Any], promise: Promise) -> tuple[tuple[str, ...], Trace, int | None]:
        """The decisions that lead along a path, their trace, and the step of it that decides."""
        decisions = decisions_along(self.model, self.before + path, self.canonical)
        trace = follow(self.run, decisions)
        return decisions, trace, judge(trace, [promise])[0].step

    def search(self, walk: Walk) -> None:
        """Search, then check what was taken for granted. A counter-example needs no proof: it can be followed."""
        try:
            walk.go()
        except Stumble as stumble:
            self.explain(walk, stumble)
        self.model.stage.shared.check_globals()
        if self.symmetric and walk.status in (COMPLETE, LIMIT):
            self.symmetric.verify()

    def explain(self, walk: Walk, stumble: Stumble) -> NoReturn:
        """Raise what a handler raised, with a shortest trace."""
        problem = stumble.__cause__ or stumble
        if not isinstance(problem, NotExplorable):
            started = stumble.state in walk.came_from
            path = self.before + walk.path(stumble.state) if started else []
            follow(self.run, decisions_along(self.model, path, self.canonical, stumble.move))
        raise problem from None                 # what a simulation would allow

    def growing(self, walk: Walk) -> str:
        """What grows on the way to the deepest state."""
        return growing(self.model, walk.path(walk.last[-1])) if walk.last else ""


class From:
    """A graph, from one of its states on."""

    def __init__(self, graph: StateGraph, state: State) -> None:
        self.state, self.successors = state, graph.successors

    def initial(self) -> list[State]:
        """The state from which the search goes on."""
        return [self.state]


class OfSpecification:
    """What is explored is a plain specification."""

    def __init__(self, specification: Specification) -> None:
        self.graph = self.specification = specification
        self.asking, self.at_rest = specification.asking, specification.at_rest

    def evidence(self, path: list[Any], promise: Promise) -> tuple[tuple[Any, ...], Trace, int]:
        """The states on the way, their trace, and its last step: promises look at states, not at traces."""
        walked = retrace(self.specification, path)
        trace = to_trace(self.specification, walked)
        return tuple(state for _, state in walked), trace, len(trace) - 1

    def search(self, walk: Walk) -> None:
        """Search. Nothing was taken for granted, but what a specification is made of."""
        try:
            walk.go()
        except DslabError:
            raise
        except Exception as problem:
            raise DslabError(f"the specification {self.specification.name!r} failed: {explained(problem)}; init() gives"
                             " a list of states, next(state) the list of those that can follow (named: of pairs of a"
                             " name and a state), and a state can be hashed") from None

    def growing(self, walk: Walk) -> str:
        """A specification says itself what it holds."""
        return ""


def _subject(run: Run | Specification, budgets: dict[str, int], timers: dict[str, int],
             symmetric: tuple[str, ...], check: bool, after: tuple[str, ...]) -> Subject:
    for name, times in (budgets | timers).items():
        if type(times) is not int or times < 0:
            raise DslabError(f"the budget of {name!r} is a number from 0 up, not {brief(times)}")
    faults = {name: times for name, times in budgets.items() if times}
    if not isinstance(run, Specification):
        for name in timers:
            known = sorted({timer for cls in run.protocols.values() for timer in timers_of(cls)})
            if name not in known:
                raise DslabError(f"no node has a timer {brief(name)}.{nearest(str(name), known)}")
        if symmetric and after:
            raise DslabError("after and symmetric do not go together: a decision names its nodes")
        return OfRun(run, faults | timers, symmetric, check, after)
    if faults or timers or symmetric or after:
        raise DslabError("a specification has no nodes: faults, timers, symmetric and after are for runs. "
                         "Say what can go wrong in `next`, and what is alike by `canonical`")
    return OfSpecification(run)


def _times(timers: Any) -> dict[str, int]:
    if not isinstance(timers, Mapping):
        raise DslabError(f"timers={brief(timers)}: expected how often each may go off, such as {{'election': 2}}")
    return dict(timers)


def _check_bounds(depth: int | None, states: int, within: Any) -> None:
    whole("states", states)
    if depth is not None:
        whole("depth", depth)
    if within is not None and not callable(within):
        raise DslabError(f"within={brief(within)}: expected a function of the world, such as lambda world: ...")


def _verdicts(subject: Subject, walk: Walk, checks: PropertyCheck,
              ) -> tuple[tuple[Verdict, ...], dict[str, tuple[Any, ...]], dict[str, int]]:
    """A verdict on each promise; the paths of those that a state has decided, and how many moves these are."""
    verdicts: list[Verdict] = []
    paths: dict[str, tuple[Any, ...]] = {}
    moves: dict[str, int] = {}
    for promise in checks.promises:
        if promise not in checks.decided:
            status, why = checks.undecided(promise, walk.status)
            verdicts.append(Verdict(promise, status, None, why, None))
            continue
        state, why = checks.decided[promise]
        path = walk.path(state)
        paths[promise.name], trace, step = subject.evidence(path, promise)
        moves[promise.name] = len(path) - 1
        verdicts.append(Verdict(promise, "broken" if why else "holds", step, why, trace))
    return tuple(verdicts), paths, moves
