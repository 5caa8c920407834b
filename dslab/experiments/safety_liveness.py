"""The five properties of total order broadcast as lamps: three for safety, two for liveness.

A safety lamp shows "kept" until the property is violated, then "broken" for ever: no later event can repair it. A
liveness lamp shows "waiting" while something is due, "done" while nothing is, and "broken" only when the run has ended
with something due: until then it may still happen.

Source: Alpern and Schneider, "Defining liveness" (1985), for the two kinds; the five properties and the question
whether the last two could be one are an exercise of Kleppmann's Cambridge lecture notes.
"""

from __future__ import annotations

from collections.abc import Sequence

from dslab.properties import Promise, World, in_the_end
from dslab.protocols.broadcast import AGREEMENT, SAFETY, VALIDITY, deliveries
from dslab.protocols.total_order import TOTAL_ORDER
from dslab.trace import Trace


@in_the_end
def what_a_correct_node_broadcasts_all_correct_nodes_deliver(world):
    """Properties 4 and 5 combined into one, which looks as strong and is weaker."""
    got = deliveries(world)
    for sender, number, payload in (output.values for output in world.outputs("broadcast")):
        for node in sorted(world.up):
            if sender in world.up and (sender, number) not in got[node]:
                return f"{node} never delivers {payload!r} of {sender}"


FIVE = (TOTAL_ORDER, *reversed(SAFETY), VALIDITY, AGREEMENT)
MERGED = what_a_correct_node_broadcasts_all_correct_nodes_deliver


def lamps(trace: Trace, promises: Sequence[Promise] = FIVE) -> str:
    """The lamp of each promise, a line each, with a column for each time at which a lamp changes."""
    columns: list[tuple[str, list[str]]] = []
    world, broken = World(trace.nodes, trace.initial, trace.operations), set()
    for step in trace.steps:
        world.after(step)
        shown = [_lamp(promise, world, broken) for promise in promises]
        if not columns or shown != columns[-1][1]:
            columns.append((f"step {step.index}", shown))
    columns.append(("at the end", [_last(promise, shown, trace) for promise, shown in
                                   zip(promises, columns[-1][1], strict=True)]))
    return _table(promises, columns)


def _lamp(promise: Promise, world: World, broken: set[Promise]) -> str:
    """The lamp now; violated safety properties are recorded in `broken`."""
    objection = promise.objection(world)
    if promise.kind == "in the end":
        return "waiting" if objection else "done"
    if objection:
        broken.add(promise)
    return "broken" if promise in broken else "kept"


def _last(promise: Promise, shown: str, trace: Trace) -> str:
    """The lamp at the end of the run: one that is waiting is broken if nothing is left to happen."""
    return "broken" if shown == "waiting" and trace.came_to_rest else shown


def _table(promises: Sequence[Promise], columns: list[tuple[str, list[str]]]) -> str:
    names = [f"{'safety' if promise.kind == 'always' else 'liveness':<8}  {promise.name}" for promise in promises]
    width = max(map(len, names))
    lines = [" " * width + "".join(f"  {head:>10}" for head, _ in columns)]
    lines += [name.ljust(width) + "".join(f"  {shown[row]:>10}" for _, shown in columns)
              for row, name in enumerate(names)]
    return "\n".join(lines)
