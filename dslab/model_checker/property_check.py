"""The properties while a search goes on: what they see of a state, and the first state that decides each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from dslab.model_checker.breadth_first import COMPLETE, FOUND
from dslab.model_checker.model import OUTPUTS, Model, State
from dslab.names import NodeSet
from dslab.properties import Promise, World
from dslab.properties import State as NodeState
from dslab.trace import Output

Asking = Callable[[Callable[[Any], Any]], Callable[[Any], Any]]
UNKNOWN = object()


class PropertyCheck:
    """What became of each promise so far.

    Args:
        asking: turns a judge of worlds into a judge of states.
        at_rest: is a state terminal, can nothing happen any more?
    """

    def __init__(self, promises: tuple[Promise, ...], asking: Asking, at_rest: Callable[[Any], bool]) -> None:
        self.promises, self.at_rest = promises, at_rest
        self.objections = [(one, asking(one.objection)) for one in promises if one.kind == "always"]
        self.at_terminal = [(one, asking(one.objection)) for one in promises if one.kind == "in the end"]
        self.sometimes = [(one, asking(one.has_happened)) for one in promises if one.kind == "sometimes"]
        self.only_sometimes = len(self.sometimes) == len(promises)
        self.decided: dict[Promise, tuple[Any, str]] = {}       # promise -> the state, the objection
        self.terminal_states = 0                                          # how many were met

    def look(self, state: Any) -> bool:
        """Judge a new state; True if the search can end: something is broken, or every `sometimes` has happened."""
        broken = self._is_broken(state, self.objections)
        if self.at_terminal and self.at_rest(state):
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
        """The verdict on a promise that no state has decided, when the search ends like this; and why."""
        if status != COMPLETE:
            return "not decided", "the search ended before" if status == FOUND else status
        if promise.kind == "sometimes":
            return "broken", "it never happens"
        if promise.kind == "in the end" and not self.terminal_states:
            return "not decided", "something is always left to happen, so it was never due"
        return "holds", ""


class StateWorld(World):
    """The world in one state. It has no time: there `time` is 0, and outputs are numbered in their order."""

    def __init__(self, model: Model, state: State) -> None:
        self.model, self.state = model, state
        self.nodes, self.time = model.nodes, 0.0
        self.looked = False             # has anybody looked at more than the outputs?
        self._told: list[Output] | None = None

    @property
    def states(self) -> dict[str, NodeState]:
        """The nodes' states; of a node that is down, what it was."""
        self.looked = True
        locals_ = [self.model.locals[local] for local in self.state[:OUTPUTS]]
        return {node: NodeState(node, local.values) for node, local in zip(self.nodes, locals_, strict=True)}

    @property
    def up(self) -> NodeSet:
        """The nodes that are not crashed, in the run's order."""
        self.looked = True
        locals_ = [self.model.locals[local] for local in self.state[:OUTPUTS]]
        return NodeSet(node for node, local in zip(self.nodes, locals_, strict=True) if local.up)

    def outputs(self, name: str | None = None) -> list[Output]:
        """All that the nodes have told the world so far, or what has this name."""
        if self._told is None:
            self._told = self.model.outputs(self.state[OUTPUTS])
        return [output for output in self._told if name is None or output.name == name]


def asking(model: Model, judge: Callable[[Any], Any]) -> Callable[[State], Any]:
    """What `judge` says of the world in a state, asked once for all states that look alike to it.

    A judge that looked at nothing but outputs would say the same wherever they are the same.
    """
    by_outputs: dict[int, Any] = {}
    by_view: dict[State, Any] = {}

    def ask(state: State) -> Any:
        said = by_outputs.get(state[OUTPUTS], UNKNOWN)
        if said is not UNKNOWN:
            return said
        view = state[:OUTPUTS + 1]
        said = by_view.get(view, UNKNOWN)
        if said is UNKNOWN:
            world = StateWorld(model, state)
            said = judge(world)
            if world.looked:
                by_view[view] = said
            else:
                by_outputs[state[OUTPUTS]] = said
        return said

    return ask
