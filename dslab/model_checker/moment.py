"""What promises see of a state of an exploration, and how their answers are remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dslab.model_checker.model import OUTPUTS, Model, State
from dslab.properties import State as NodeState
from dslab.properties import World
from dslab.trace import Output

UNKNOWN = object()


class Moment(World):
    """The world in one state. It has no time: there `time` is 0, and outputs are numbered in their order."""

    def __init__(self, model: Model, state: State) -> None:
        self.model, self.state = model, state
        self.nodes, self.time = model.nodes, 0.0
        self.looked = False             # has anybody looked at more than the outputs?
        self._outputs: Any = None

    @property
    def states(self) -> dict[str, NodeState]:
        """The nodes' states; of a node that is down, what it was."""
        self.looked = True
        locals_ = [self.model.locals[local] for local in self.state[:OUTPUTS]]
        return {node: NodeState(node, local.values) for node, local in zip(self.nodes, locals_, strict=True)}

    @property
    def up(self) -> frozenset[str]:
        """The nodes that are not crashed."""
        self.looked = True
        locals_ = [self.model.locals[local] for local in self.state[:OUTPUTS]]
        return frozenset(node for node, local in zip(self.nodes, locals_, strict=True) if local.up)

    def outputs(self, name: str | None = None) -> list[Output]:
        """All that the nodes have told the world so far, or what has this name."""
        if self._outputs is None:
            self._outputs = self.model.outputs(self.state[OUTPUTS])
        return [output for output in self._outputs if name is None or output.name == name]


def asking(model: Model, judge: Callable[[Any], Any]) -> Callable[[State], Any]:
    """What `judge` says of the world in a state, asked once for all states that look alike to it.

    A judge that looked at nothing but outputs would say the same wherever they are the same.
    """
    by_outputs: dict[int, Any] = {}
    by_view: dict[tuple, Any] = {}

    def ask(state: State) -> Any:
        said = by_outputs.get(state[OUTPUTS], UNKNOWN)
        if said is not UNKNOWN:
            return said
        view = state[:OUTPUTS + 1]
        said = by_view.get(view, UNKNOWN)
        if said is UNKNOWN:
            moment = Moment(model, state)
            said = judge(moment)
            if moment.looked:
                by_view[view] = said
            else:
                by_outputs[state[OUTPUTS]] = said
        return said

    return ask
