"""Orders of delivery: those that each guarantee allows, and those of each algorithm in the same run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dslab.properties import Promise, judge
from dslab.protocols.broadcast import payloads
from dslab.protocols.causal_broadcast import CAUSAL_ORDER, FIFO_ORDER, GUARANTEES, allowed_orders
from dslab.protocols.total_order import TOTAL_ORDER
from dslab.run import Run
from dslab.simulator.simulate import simulate
from dslab.text import text_table
from dslab.trace import Trace

ORDERS = {"FIFO": FIFO_ORDER, "causal": CAUSAL_ORDER, "total": TOTAL_ORDER}
MESSAGES = ("m1", "m2", "m3")


def order_table(runs: Iterable[Run], promises: Mapping[str, Promise] = ORDERS) -> str:
    """A line for each run: the deliveries of each node in order, and whether each ordering property holds."""
    lines: list[tuple[str, ...]] = []
    for run in runs:
        trace = simulate(run)
        orders = payloads(trace)
        if not lines:
            lines.append(("", *orders, *promises))
        verdicts = ("kept" if verdict else "broken" for verdict in judge(trace, promises.values()))
        protocol, = {protocol.__name__ for protocol in run.protocols.values()}
        lines.append((protocol, *(" ".join(map(str, order)) or "nothing" for order in orders.values()), *verdicts))
    return text_table(lines, gap=3)


def story(trace: Trace, node: str) -> str:
    """The messages that a node holds back, and those that it delivers: a line each, in the order of time."""
    lines = []
    for step in trace.steps:
        if step.node == node:
            if step.message is not None and step.message.payload in step.changes.get("held", ()):
                why = "; ".join(step.notes)
                lines.append(f"{step.time:g} ms: {node} receives {step.message.payload.payload}, {why}")
            lines += [f"{step.time:g} ms: {node} delivers {values[2]}" for name, *values in step.outputs
                      if name == "deliver"]
    return "\n".join(lines)


def guarantee_table(messages: tuple[str, ...] = MESSAGES, *, nodes: int = 3) -> str:
    """For each guarantee the number of orders that it allows to one node, and to all nodes together, by enumeration."""
    lines = [("guarantee", "orders of one node", f"of all {nodes} together")]
    for name, guarantee in GUARANTEES.items():
        one, each = (len(allowed_orders(messages, nodes=count, **guarantee)) for count in (1, nodes))
        lines.append((name, str(one), str(each)))
    return text_table(lines, gap=3)
