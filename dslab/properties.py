"""Properties of a protocol, its promises, and the verdicts on them: *always* is a safety property, *in the end* a
liveness property, *sometimes* a witness that something can happen.

    @always
    def two_leaders_never_share_a_term(world):
        '''Election safety [Ongaro and Ousterhout 2014, figure 3].'''
        leaders = {}
        for leader in world.outputs("leader"):
            term, = leader.values
            if leaders.setdefault(term, leader.node) != leader.node:
                return f"{leaders[term]} and {leader.node} both lead term {term}"

An `always` function returns None (or True) while the property holds, and a sentence (or False) when it is violated.
An `in_the_end` function does the same, but is called only in terminal states, in which nothing is left to happen. A
`sometimes` function returns a true value once it has happened. All are functions of the `World`, never of a protocol's
internals (for a `Specification`: of its state).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from inspect import signature
from traceback import walk_tb
from types import ModuleType
from typing import Any

from dslab.mistakes.calls import NoAttribute, explained, teaching
from dslab.names import NodeSet
from dslab.reasons import Reason
from dslab.run import Run
from dslab.trace import ClientOperation, Output, Step, Trace
from dslab.values import DslabError, brief, nearest
from dslab.verbs import STATUS_AFTER

Objecting = Callable[[Any], bool | str | None]      # of a `World`, or of the state of a `Specification`


@dataclass(frozen=True)
class Promise:
    """A sentence about all runs, and the function that judges it in a world."""

    kind: str                                   # "always", "in the end" or "sometimes"
    name: str                                   # the function's name, as words
    judge: Callable[[Any], object]

    def objection(self, world: Any) -> str:
        """Why an `always` or `in_the_end` promise is broken in this world; empty while it is kept."""
        try:
            said = self.judge(world)
        except DslabError:
            raise
        except Exception as problem:
            raise self._failure(problem) from None
        if not (said is None or isinstance(said, (bool, str))):
            raise DslabError(f"the promise '{self.name}' returned {brief(said)}: expected None or True while it is"
                             " kept, a sentence or False")
        return said if isinstance(said, str) else "it does not hold" if said is False else ""

    def has_happened(self, world: Any) -> bool:
        """Has a `sometimes` promise come true?"""
        try:
            return bool(self.judge(world))
        except DslabError:
            raise
        except Exception as problem:
            raise self._failure(problem) from None

    def _failure(self, problem: Exception) -> DslabError:
        """A sentence for an exception that came out of the function."""
        code = getattr(self.judge, "__code__", None)
        lines = [line for frame, line in walk_tb(problem.__traceback__) if code in (frame.f_code, None)]
        where = f", line {lines[-1]}," if lines else ""
        return DslabError(f"the promise '{self.name}'{where} failed: {explained(problem)}")

    def __repr__(self) -> str:
        return f"{self.kind}: {self.name}"


@teaching("@always above a function of the world")
def always(judge: Objecting) -> Promise:
    """A promise that is kept at every step of every run (safety: nothing bad happens).

    Args:
        judge: from a `World` to None or True while the property holds, and to a sentence, or False, where it is
            violated. Its name, read as words, is what is promised.

    >>> @always
    ... def at_most_one_node_is_down(world):
    ...     return len(world.up) >= len(world.nodes) - 1
    >>> at_most_one_node_is_down
    always: at most one node is down
    """
    return _promise("always", judge)


@teaching("@in_the_end above a function of the world")
def in_the_end(judge: Objecting) -> Promise:
    """A promise that is due when nothing is left to happen (liveness: something good happens, sooner or later).

    Before that moment nothing can break it: what is missing may be on its way.

    Args:
        judge: as for `always`.

    >>> @in_the_end
    ... def every_node_is_up(world):
    ...     return set(world.up) == set(world.nodes)
    >>> every_node_is_up
    in the end: every node is up
    """
    return _promise("in the end", judge)


@teaching("@sometimes above a function of the world")
def sometimes(judge: Callable[[Any], object]) -> Promise:
    """Something that can happen: a model in which it never does proves nothing (a witness against vacuous truth).

    Args:
        judge: from a `World` to whether it has happened.

    >>> @sometimes
    ... def a_leader_is_elected(world):
    ...     return world.outputs("leader")
    >>> a_leader_is_elected
    sometimes: a leader is elected
    """
    return _promise("sometimes", judge)


def _promise(kind: str, judge: Callable[[Any], object]) -> Promise:
    mark, name = "@" + kind.replace(" ", "_"), getattr(judge, "__name__", "")
    if not callable(judge) or not name:
        found = judge if isinstance(judge, Promise) else brief(judge)
        raise DslabError(f"{mark} stands above a function of the world, not above {found}")
    try:
        signature(judge).bind(None)
    except TypeError:
        raise DslabError(f"{mark} stands above {name}{signature(judge)}: expected {name}(world), a function of the"
                         " world alone") from None
    return Promise(kind, name.replace("_", " "), judge)


def listed(promises: Any) -> tuple[Promise, ...]:
    """The promises that were given: one alone is a list of one. Raises `DslabError` for what is none."""
    if isinstance(promises, ModuleType) and hasattr(promises, "PROMISES"):
        name = promises.__name__.rpartition(".")[2]
        raise DslabError(f"{name} is a module: its promises are {name}.PROMISES")
    one = isinstance(promises, (Promise, str)) or not isinstance(promises, Iterable)
    given = (promises,) if one else tuple(promises)
    for promise in given:
        if not isinstance(promise, Promise):
            advice = "; its promise is verdict.promise" if isinstance(promise, Verdict) else ""
            raise DslabError("a promise is a function with @always, @in_the_end or @sometimes,"
                             f" not a {type(promise).__name__}{advice}")
    return given


@teaching('judge(simulate(run), [promise])[0]')
@dataclass(frozen=True)
class Verdict:
    """What became of a promise. It is true where the promise holds.

    Attributes:
        promise: the property that was judged.
        status: "holds" (at every step of this trace, at its end, or seen in it), "broken" (at `step`), or "not
            decided" (not seen, or the run was stopped too early to tell).
        step: the index of the step that decides it; None where no single step does.
        why: a sentence, or a reason with a code; empty if there is no more to say. `sentence` is what it says.
        trace: what shows it; None where no single run could. `play(verdict)` opens it at the step.

    >>> from dslab.protocols.raft import DEMO, PROMISES
    >>> verdict = judge(simulate(DEMO), PROMISES)[0]
    >>> verdict.status, bool(verdict)
    ('holds', True)
    """

    promise: Promise
    status: str
    step: int | None
    why: str | Reason
    trace: Trace | None                         # what shows it; None where no single run could

    @property
    def sentence(self) -> str:
        """Why, in English; empty if there is no more to say."""
        return str(self.why)

    def __bool__(self) -> bool:
        return self.status == "holds"

    def __repr__(self) -> str:
        place = "" if self.step is None else f" (step {self.step})"
        return f"{self.status}: {self.promise}{place}{'. ' + self.sentence if self.sentence else ''}"


class State:
    """A node's attributes at one moment, to be read as `state.term`."""

    __slots__ = ("_node", "_values")

    def __init__(self, node: str, values: Mapping[str, Any]) -> None:
        self._node, self._values = node, values

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise NoAttribute(f"{self._node} has no attribute {name!r}.{nearest(name, self._values)}") from None

    def __contains__(self, name: str) -> bool:
        return name in self._values


class World:
    """All that a promise may look at, at one moment of a run.

    A promise is a function of it with `@always`, `@in_the_end` or `@sometimes`; the function's name, read as words, is
    what it promises. Speak about outputs where you can: they stay when a node crashes, while its state at one moment
    hides what is over. (When C wins, A does not look like a leader any more, and yet both have led.)

        @always
        def nothing_is_delivered_that_nobody_sent(world: World) -> str | None:
            said = {output.values for output in world.outputs("say")}
            for delivered in world.outputs("deliver"):
                if delivered.values not in said:
                    return f"{delivered.node} delivered {delivered.values[0]}, which nobody said"
            return None

    `judge` goes through the moments of a trace with it, `explore` through all states that can be reached. There nothing
    is timed: `time` is 0, and the steps and times of outputs and operations only say in which order they came.

    Attributes:
        nodes: the names of all nodes, in the run's order.
        time: the moment, in ms of true time.

    >>> @always
    ... def a_term_never_ends_before_it_began(world):
    ...     return all(state.term >= 0 for state in world.having("term").values())
    >>> from dslab.protocols.raft import DEMO
    >>> print(judge(simulate(DEMO), [a_term_never_ends_before_it_began])[0])
    holds: always: a term never ends before it began
    """

    def __init__(self, nodes: Iterable[str], initial: Mapping[str, Mapping[str, Any]],
                 operations: Iterable[ClientOperation] = ()) -> None:
        self.nodes = tuple(nodes)
        self.time = 0.0
        self._values = {node: dict(initial.get(node, {})) for node in self.nodes}
        self._states = {node: State(node, values) for node, values in self._values.items()}
        self._up = NodeSet(self.nodes)
        self._outputs: dict[str | None, list[Output]] = {None: []}
        self._history = tuple(operations)               # of the whole run, what is still to come included
        self._moments = {moment for one in self._history for moment in (one.invoked, one.returned)}
        self._step = -1
        self._operations: tuple[ClientOperation, ...] | None = ()

    @property
    def states(self) -> Mapping[str, State]:
        """Node -> its attributes: `world.states["A"].term`. Of a node that is down: what it was when it crashed."""
        return self._states

    @property
    def up(self) -> NodeSet:
        """The nodes that are not crashed (paused ones too), in the run's order."""
        return self._up

    def outputs(self, name: str | None = None) -> list[Output]:
        """All outputs so far, or those of this name, oldest first: each has step, time (ms), node, name and values."""
        return self._outputs.get(name, [])

    @property
    def operations(self) -> tuple[ClientOperation, ...]:
        """The clients' operations so far, in the order of their invocations: each has client, node, call, invoked (a
        step), returned (a step, or None) and result. `linearizable(REGISTER)` is a promise about them."""
        if self._operations is None:
            self._operations = tuple(_as_of(self._step, one) for one in self._history if one.invoked <= self._step)
        return self._operations

    def having(self, attribute: str) -> dict[str, State]:
        """The states of the nodes that have this attribute: in a mixed cluster, those of one protocol."""
        return {node: state for node, state in self.states.items() if attribute in state}

    def after(self, step: Step) -> bool:
        """Go on to the moment after `step`; False if it changed nothing that a promise can see."""
        self.time, self._step = step.time, step.index
        if asked := step.index in self._moments:
            self._operations = None
        for name, *values in step.outputs:
            output = Output(step.index, step.time, step.node or "", name, tuple(values))
            self._outputs[None].append(output)
            self._outputs.setdefault(name, []).append(output)
        if step.node is None:
            return asked or bool(step.outputs)
        if step.changes:
            self._values[step.node].update(step.changes)
        up, status = self._up, STATUS_AFTER.get(step.kind)
        if status == "down":
            self._up = up - {step.node}
        elif status == "up" and step.node not in up:
            self._up = NodeSet(node for node in self.nodes if node in up or node == step.node)
        return bool(asked or step.changes or step.outputs) or self._up is not up


def _as_of(step: int, operation: ClientOperation) -> ClientOperation:
    """An operation as it was after this step."""
    is_open = operation.returned is None or operation.returned > step
    return replace(operation, returned=None, returned_at=None, result=None) if is_open else operation


@teaching("judge(simulate(run), PROMISES)")
def judge(trace: Trace, promises: Promise | Iterable[Promise]) -> list[Verdict]:
    """A verdict on each promise, from the first step of the trace that decides it.

    Args:
        trace: what happened.
        promises: functions with `@always`, `@in_the_end` or `@sometimes`, or one of them.

    Raises:
        DslabError: something is no promise, or a promise said something else than yes, no or a sentence.

    >>> from dslab.protocols.raft import DEMO, PROMISES
    >>> {verdict.status for verdict in judge(simulate(DEMO), PROMISES)}
    {'holds'}
    """
    _check_trace(trace)
    promises = listed(promises)
    world = World(trace.nodes, trace.initial, trace.operations)
    decided: dict[int, Verdict] = {}
    for step in trace.steps:
        if world.after(step) or step.index == 0:
            for number, promise in enumerate(promises):
                if number not in decided and promise.kind != "in the end":
                    verdict = _look(promise, world, step, trace)
                    if verdict is not None:         # a broken promise is a verdict too, and a false one
                        decided[number] = verdict
    return [decided[number] if number in decided else _at_the_end(promise, world, trace)
            for number, promise in enumerate(promises)]


def _look(promise: Promise, world: World, step: Step, trace: Trace) -> Verdict | None:
    if promise.kind == "sometimes":
        return Verdict(promise, "holds", step.index, "", trace) if promise.has_happened(world) else None
    objection = promise.objection(world)
    return Verdict(promise, "broken", step.index, objection, trace) if objection else None


def _at_the_end(promise: Promise, world: World, trace: Trace) -> Verdict:
    if promise.kind == "sometimes":
        return Verdict(promise, "not decided", None, Reason("never seen"), trace)
    if promise.kind == "always":
        if trace.was_cut_short:
            return Verdict(promise, "not decided", None, Reason("stopped", end=trace.end), trace)
        return Verdict(promise, "holds", None, "", trace)
    if not trace.came_to_rest:
        return Verdict(promise, "not decided", None, Reason("no rest", end=trace.end), trace)
    why = promise.objection(world)
    last = len(trace) - 1 if why and len(trace) else None       # a run without steps has no last one
    return Verdict(promise, "broken" if why else "holds", last, why, trace)


def _check_trace(trace: Any) -> None:
    if isinstance(trace, Trace):
        return
    if isinstance(trace, (list, tuple, Promise)):
        raise DslabError("judge(trace, promises): the trace comes first, then the promises")
    if isinstance(trace, Run):
        raise DslabError("judge looks at what happened, a Trace, not at a Run: write judge(simulate(run), promises)")
    raise DslabError(f"judge looks at what happened, a Trace such as simulate(run), not at {brief(trace)}"
                     + ("; a verdict has its trace, verdict.trace" if isinstance(trace, Verdict) else ""))
