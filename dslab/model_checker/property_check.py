"""Properties during a search: their view of a state, and the first state that decides each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any

from dslab.model_checker.breadth_first import COMPLETE, FOUND
from dslab.model_checker.model import LEFT, OUTPUTS, Model, State
from dslab.names import NodeSet
from dslab.properties import Promise, World
from dslab.properties import State as NodeState
from dslab.trace import ClientOperation, Output

Lift = Callable[[Callable[[Any], Any]], Callable[[Any], Any]]
UNKNOWN = object()


class PropertyCheck:
    """The status of each promise so far.

    Args:
        lift: from a function of worlds to a function of states.
        is_terminal: the predicate of states in which nothing but faults can happen.
    """

    def __init__(self, promises: tuple[Promise, ...], lift: Lift, is_terminal: Callable[[Any], bool]) -> None:
        self.promises, self.is_terminal = promises, is_terminal
        self.objections = [(one, lift(one.objection)) for one in promises if one.kind == "always"]
        self.at_terminal = [(one, lift(one.objection)) for one in promises if one.kind == "in the end"]
        self.sometimes = [(one, lift(one.has_happened)) for one in promises if one.kind == "sometimes"]
        self.only_sometimes = len(self.sometimes) == len(promises)
        self.decided: dict[Promise, tuple[Any, str]] = {}       # promise -> the state, the violation
        self.terminal_states = 0                                # the number visited

    def look(self, state: Any) -> bool:
        """Judge a new state; True if the search can end: a promise is broken, or every `sometimes` has happened."""
        broken = self._is_broken(state, self.objections)
        if self.at_terminal and self.is_terminal(state):
            self.terminal_states += 1
            broken = self._is_broken(state, self.at_terminal) or broken
        for promise, has_happened in self.sometimes:
            if promise not in self.decided and has_happened(state):
                self.decided[promise] = (state, "")
        return broken or self.only_sometimes and len(self.decided) == len(self.sometimes)

    def _is_broken(self, state: Any, objections: Iterable[tuple[Promise, Callable[[Any], str]]]) -> bool:
        broken = False
        for promise, objection in objections:
            why = objection(state)
            if why:
                self.decided[promise], broken = (state, why), True
        return broken

    def undecided(self, promise: Promise, status: str) -> tuple[str, str]:
        """The verdict on a promise that no state decided, and the reason, for a search that ended with `status`."""
        if status != COMPLETE:
            return "not decided", "the search ended before" if status == FOUND else status
        if promise.kind == "sometimes":
            return "broken", "it never happens"
        if promise.kind == "in the end" and not self.terminal_states:
            return "not decided", "something is always left to happen, so it was never due"
        return "holds", ""


class StateWorld(World):
    """The world in one state. It is not timed: `time` is 0, and the step and time of an output are its position."""

    def __init__(self, model: Model, state: State) -> None:
        self.model, self.state = model, state
        self.nodes, self.time = model.nodes, 0.0
        self.looked = False             # whether the nodes were looked at,
        self.asked = False              # and whether the clients' operations were
        self._outputs_so_far: list[Output] | None = None

    @property
    def states(self) -> dict[str, NodeState]:
        """The nodes' states; of a node that is down, the state in which it crashed."""
        self.looked = True
        locals_ = [self.model.locals[local] for local in self.state[:OUTPUTS]]
        return {node: NodeState(node, local.values) for node, local in zip(self.nodes, locals_, strict=True)}

    @property
    def up(self) -> NodeSet:
        """The nodes that are not crashed, in the run's order."""
        self.looked = True
        locals_ = [self.model.locals[local] for local in self.state[:OUTPUTS]]
        return NodeSet(node for node, local in zip(self.nodes, locals_, strict=True) if local.up)

    @property
    def operations(self) -> tuple[ClientOperation, ...]:
        """The clients' operations so far; their moments say no more than their order."""
        self.asked = self.model.holds_history
        return self.model.operations(self.state[LEFT])

    def outputs(self, name: str | None = None) -> list[Output]:
        """All outputs so far, or those of this name."""
        if self._outputs_so_far is None:
            self._outputs_so_far = self.model.outputs(self.state[OUTPUTS])
        return [output for output in self._outputs_so_far if name is None or output.name == name]


def lift(model: Model, judge: Callable[[Any], Any]) -> Callable[[State], Any]:
    """From a function of worlds to a function of states, which calls it once for all states that it cannot tell apart.

    If a call read nothing but outputs, its result is that of all states with the same outputs; likewise if it read
    the nodes, the clients' operations, or both.
    """
    keys: dict[tuple[bool, bool], Callable[[State], Any]] = {
        (False, False): itemgetter(OUTPUTS), (True, False): itemgetter(slice(OUTPUTS + 1))}
    if model.holds_history:
        keys[False, True] = lambda state: (state[OUTPUTS], model.past(state[LEFT]))
        keys[True, True] = lambda state: (state[:OUTPUTS + 1], model.past(state[LEFT]))
    results: dict[tuple[bool, bool], dict[Any, Any]] = {read: {} for read in keys}
    known = [(key, results[read]) for read, key in keys.items()]

    def judge_state(state: State) -> Any:
        for key, found in known:
            result = found.get(key(state), UNKNOWN)
            if result is not UNKNOWN:
                return result
        world = StateWorld(model, state)
        result = judge(world)
        read = world.looked, world.asked
        results[read][keys[read](state)] = result
        return result

    return judge_state
