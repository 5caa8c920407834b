"""Why a search did not end: what grows along the path from the initial state to the deepest."""

from __future__ import annotations

from dslab.model_checker.freeze import measures
from dslab.model_checker.model import NETWORK, OUTPUTS, Model, State


def growing(model: Model, path: list[State]) -> str:
    """The two quantities that grow most along a path; empty if none grows."""
    first, middle, last = (_sizes(model, state) for state in (path[0], path[len(path) // 2], path[-1]))
    grown = [what for what in last if first[what] < middle[what] < last[what]]
    if not grown:
        return ""
    most = sorted(grown, key=lambda what: first[what] - last[what])[:2]
    return " and ".join(f"{what} (from {first[what]} to {last[what]})" for what in most)


def _sizes(model: Model, state: State) -> dict[str, int]:
    """The size of each attribute and of the network in a state."""
    sizes = {"the number of messages in flight": len(state[NETWORK]),
             "the number of outputs": len(model.outputs(state[OUTPUTS]))}
    for local in state[:model.size]:
        node = model.nodes[model.locals[local].place]
        for attribute, value in model.locals[local].values.items():
            sizes[f"{node}.{attribute}"] = measures(value)
    return sizes
