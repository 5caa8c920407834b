"""`explore(run, promises) -> Exploration`: explicit-state model checking, over all orders of events.

    explore(Run(Raft, 3), PROMISES, crashes=1, recoveries=1, within=one_term)

The moves in each state: any message in flight arrives (on FIFO links, the first of each); any timer that is set
fires, whatever its delay; the script's next request is made; and a fault takes effect, as long as its budget lasts.
A message that reaches a node that is down is lost. Nothing is sampled or timed: a complete exploration is a proof for
this cluster and these budgets, and for no others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, NoReturn, Protocol

from dslab.arguments import names, run_of, whole
from dslab.contract import timers_of
from dslab.mistakes.calls import explained, teaching
from dslab.model_checker.breadth_first import COMPLETE, GAVE_UP, LIMIT, StateGraph, Walk
from dslab.model_checker.client_history import HistoryNeeded
from dslab.model_checker.decisions import decisions_along, path_along
from dslab.model_checker.follow import follow
from dslab.model_checker.local_step import NotExplorable
from dslab.model_checker.model import CRASH, DROP, DUPLICATE, RECOVERY, HandlerFailed, Model, State
from dslab.model_checker.property_check import PropertyCheck, lift
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
    """The result of an exploration. It is true if every promise holds."""

    verdicts: tuple[Verdict, ...]
    status: str                     # explored completely; found; nothing found up to the limit; gave up
    states: int                     # distinct states
    transitions: int                # moves tried, to new states and to known ones
    depth: int                      # levels, the initial one included
    initial: int                    # initial states
    paths: Mapping[str, tuple[Any, ...]] = field(repr=False)      # promise -> the decisions (or states) that decide it
    moves: Mapping[str, int] = field(repr=False)        # promise -> the number of moves on that path
    grows: str = ""                 # an incomplete search: what grows along the path to the deepest state

    @property
    def generated(self) -> int:
        """Initial states and successors, with repetitions: TLC's "states generated"."""
        return self.initial + self.transitions

    @property
    def stopped(self) -> bool:
        """Whether the user interrupted it."""
        return self.status == GAVE_UP

    def __bool__(self) -> bool:
        return all(self.verdicts)

    def __repr__(self) -> str:
        counted = f"{self.states:,} states, {self.transitions:,} transitions, {self.depth} levels"
        lines = [f"{self.status[0].upper()}{self.status[1:]}: {counted}."]
        if self.grows:
            lines.append(REMEDY.format(self.grows))
        return "\n".join([*lines, *(f"{self._line(verdict)}." for verdict in self.verdicts)])

    def _line(self, verdict: Verdict) -> str:
        """A verdict, with the number of moves on its path."""
        moves, line = self.moves.get(verdict.promise.name), f"{verdict.status}: {verdict.promise}"
        if moves is not None:
            line += f", after {moves} move{'s' * (moves != 1)}"
        return line + (f": {verdict.sentence}" if verdict.sentence else "")


@teaching("explore(Run(Raft, 3), PROMISES, crashes=1)")
def explore(run: Run | Specification, promises: Promise | Iterable[Promise] = (), *,
            crashes: int = 0, recoveries: int = 0, drops: int = 0, duplicates: int = 0,
            timers: Mapping[str, int] | None = None, within: Callable[[Any], Any] | None = None,
            after: Iterable[str] = (), depth: int | None = None, states: int = 1_000_000,
            symmetric: Iterable[str] = (), check: bool = False,
            progress: Callable[[Walk], None] | Literal[False] | None = None) -> Exploration:
    """Explore all reachable states of a run, or of a plain specification, and judge every state.

    The search ends at the first broken promise, with a shortest counter-example; otherwise it goes on while a promise
    is undecided. A `sometimes` promise that is never true in a complete exploration is broken. An `in_the_end` promise
    is judged in terminal states, in which nothing but faults can happen; without one it is not decided.

    If a promise looks at clients' operations (`World.operations`, as `linearizable(REGISTER)` does), states with
    different histories are different: which operations have returned, with what, and before which others were asked.

    Args:
        run: the run or the specification. A specification takes no faults, timers and symmetric names.
        promises: the properties to judge; without any, the states are only counted.
        crashes, recoveries, drops, duplicates: the budgets of these faults, in all.
        timers: the budgets of timers, by name: {"heartbeat": 0}. Others may fire without limit.
        within: a predicate of worlds; states for which it is false are not explored.
        after: decisions that are taken first, as in `follow`; the states reachable from there are explored.
        depth, states: the limits of levels and of distinct states.
        symmetric: names of nodes that are interchangeable; the handlers are checked to treat them alike.
        check: run each handler twice, and compare each copy with its original.
        progress: called periodically with the search. `dslab.explore` shows a bar after a second; False turns it off.

    Raises:
        ProtocolError: a handler failed; its `trace` is a shortest path to that.
        DslabError: the run cannot be explored (it reads clocks, draws random numbers, or has state that is not plain
            data).

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
    make = partial(_subject, run, budgets, _times(timers or {}), names(symmetric, "symmetric", '("A", "B")'), check,
                   names(after, "after", '["deliver A->B#1"]'))
    search = partial(_search, promises=promises, within=within, depth=depth, states=states, progress=progress or None)
    try:
        return search(make())
    except HistoryNeeded:               # a promise looks at clients' operations: states are to hold them
        return search(make(history=True))


def _search(subject: Subject, promises: tuple[Promise, ...], within: Callable[[Any], Any] | None, depth: int | None,
            states: int, progress: Callable[[Walk], None] | None) -> Exploration:
    checks = PropertyCheck(promises, subject.lift, subject.is_terminal)
    walk = Walk(subject.graph, look=checks.look if promises else None, within=within and subject.lift(within),
                depth=depth, states=states, progress=progress)
    subject.search(walk)
    verdicts, paths, moves = _verdicts(subject, walk, checks)
    grows = subject.growing(walk) if walk.status in (LIMIT, GAVE_UP) else ""
    return Exploration(verdicts, walk.status, states=len(walk.came_from), transitions=walk.transitions,
                       depth=walk.levels, initial=walk.begun, paths=paths, moves=moves, grows=grows)


class Subject(Protocol):
    """The subject of an exploration: a run or a specification."""

    @property
    def graph(self) -> StateGraph:
        """Its state graph."""

    @property
    def is_terminal(self) -> Callable[[Any], bool]:
        """The predicate of states in which nothing but faults can happen."""

    def lift(self, judge: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """From a function of a promise's world to a function of states."""

    def search(self, walk: Walk) -> None:
        """Run the search; raises `DslabError` if it failed, or if an assumption that it made is false."""

    def evidence(self, path: list[Any], promise: Promise) -> tuple[tuple[Any, ...], Trace, int | None]:
        """The decisions or states along a path, their trace, and the step in it that decides the promise."""

    def growing(self, walk: Walk) -> str:
        """What grows along the path to the deepest state."""


class RunSubject:
    """The exploration of a run."""

    def __init__(self, run: Run, budgets: Mapping[str, int], symmetric: tuple[str, ...], check: bool,
                 after: tuple[str, ...], history: bool) -> None:
        self.run, self.model = run, Model(run, budgets, check=check, history=history)
        self.before: list[State] = []   # the path to the state in which the search begins
        self.symmetric = Symmetric(self.model, symmetric) if symmetric else None
        self.canonical = self.symmetric.canonical if self.symmetric else None
        self.graph: StateGraph = self.symmetric or self.model
        self.is_terminal = self.model.is_terminal
        if after:
            *self.before, begin = path_along(self.model, after)
            self.graph = StartingAt(self.graph, begin)

    def lift(self, judge: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """From a function of worlds to a function of states."""
        return lift(self.model, judge)

    def evidence(self, path: list[Any], promise: Promise) -> tuple[tuple[str, ...], Trace, int | None]:
        """The decisions along a path, their trace, and the step in it that decides the promise."""
        decisions = decisions_along(self.model, self.before + path, self.canonical)
        trace = follow(self.run, decisions)
        return decisions, trace, judge(trace, [promise])[0].step

    def search(self, walk: Walk) -> None:
        """Search, then verify the assumptions, unless there is a counter-example: following it is proof enough."""
        try:
            walk.go()
        except HandlerFailed as failure:
            self.explain(walk, failure)
        self.model.stage.shared.check_globals()
        if self.symmetric and walk.status in (COMPLETE, LIMIT):
            self.symmetric.verify()

    def explain(self, walk: Walk, failure: HandlerFailed) -> NoReturn:
        """Raise the handler's error, with a shortest trace that leads to it."""
        problem = failure.__cause__ or failure
        if not isinstance(problem, NotExplorable):
            started = failure.state in walk.came_from
            path = self.before + walk.path(failure.state) if started else []
            follow(self.run, decisions_along(self.model, path, self.canonical, failure.move))
        raise problem from None                 # the error does not occur in a simulation

    def growing(self, walk: Walk) -> str:
        """The description of what grows along the path to the deepest state."""
        return growing(self.model, walk.path(walk.last[-1])) if walk.last else ""


class StartingAt:
    """A state graph with another initial state."""

    def __init__(self, graph: StateGraph, state: State) -> None:
        self.state, self.successors = state, graph.successors

    def initial(self) -> list[State]:
        """The state from which the search starts."""
        return [self.state]


class SpecificationSubject:
    """The exploration of a plain specification."""

    def __init__(self, specification: Specification) -> None:
        self.graph = self.specification = specification
        self.lift, self.is_terminal = specification.lift, specification.is_terminal

    def evidence(self, path: list[Any], promise: Promise) -> tuple[tuple[Any, ...], Trace, int]:
        """The states of the path, their trace, and its last step: promises are functions of the state."""
        walked = retrace(self.specification, path)
        trace = to_trace(self.specification, walked)
        return tuple(state for _, state in walked), trace, len(trace) - 1

    def search(self, walk: Walk) -> None:
        """Run the search. It assumes no more than what a specification is made of."""
        try:
            walk.go()
        except DslabError:
            raise
        except (TypeError, ValueError) as problem:      # what comes of a wrong shape; all else is the author's own
            raise DslabError(f"the specification {self.specification.name!r} failed: {explained(problem)}; init() gives"
                             " a list of states, next(state) the list of those that can follow (named: of pairs of a"
                             " name and a state), and a state can be hashed") from None

    def growing(self, walk: Walk) -> str:
        """Empty: the parts of a specification's state are unknown."""
        return ""


def _subject(run: Run | Specification, budgets: dict[str, int], timers: dict[str, int],
             symmetric: tuple[str, ...], check: bool, after: tuple[str, ...], history: bool = False) -> Subject:
    for name, times in (budgets | timers).items():
        if type(times) is not int or times < 0:
            raise DslabError(f"the budget of {name!r} is a number, at least 0, not {brief(times)}")
    faults = {name: times for name, times in budgets.items() if times}
    if not isinstance(run, Specification):
        for name in timers:
            known = sorted({timer for cls in run.protocols.values() for timer in timers_of(cls)})
            close = nearest(str(name), known)       # what is like none may be the timer of another variant
            if name not in known and close:
                raise DslabError(f"no node has a timer {brief(name)}.{close}")
        if symmetric and after:
            raise DslabError("after and symmetric do not go together: a decision names its nodes")
        return RunSubject(run, faults | timers, symmetric, check, after, history)
    if faults or timers or symmetric or after:
        raise DslabError("a specification has no nodes: faults, timers, symmetric and after are for runs. "
                         "Say what can go wrong in `next`, and what is alike by `canonical`")
    return SpecificationSubject(run)


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
    """The verdicts, and for each promise that a state decided: its path, and the number of moves on it."""
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
