"""Updates by broadcast: replicas that apply an update whenever the broadcast delivers it. Which updates do converge?

The weaker a broadcast is, the more it asks of the updates. Total order: that they are deterministic. Causal: that
concurrent ones commute. Reliable: that all commute. If copies of a message are delivered again, that they are
idempotent; if messages are lost, that later updates make up for lost ones.

Source: Kleppmann, "Distributed systems", lecture notes (2021, section 5.3). Left out: replicas that compare what they
have, and so make up for any loss (`anti_entropy`). Which updates meet which demand is computed in
`experiments/update_orders`.
"""

from typing import Any

from dslab.network import Network, constant
from dslab.node import message
from dslab.properties import in_the_end, sometimes
from dslab.protocols.broadcast import BestEffort, Broadcast, EagerReliable
from dslab.protocols.causal_broadcast import Causal
from dslab.protocols.total_order import LeaderOrder
from dslab.run import Run
from dslab.script import at, request


@message
class Assign:
    value: Any
    label = "= {value}"


@message
class AssignKey:
    key: str
    value: Any
    label = "{key} = {value}"


@message
class Increment:
    label = "+ 1"


@message
class Insert:
    item: Any
    label = "add {item}"


@message
class AssignLatest:
    """Last writer wins: the assignment with the greatest timestamp stays."""

    value: Any
    time: tuple = ()        # (a Lamport timestamp, its replica), given when it is broadcast

    def label(self):
        """Value and timestamp."""
        return f"= {self.value} at ({self.time[0]}, {self.time[1]})" if self.time else f"= {self.value}"


@message
class Raise:
    value: int
    label = "max {value}"


def apply(update, state):
    """The state after the update; None is the initial state."""
    match update:
        case Assign(value):
            return value
        case AssignKey(key, value):
            return {**(state or {}), key: value}
        case Increment():
            return (state or 0) + 1
        case Insert(item):
            return {*(state or ()), item}
        case AssignLatest():
            return update if state is None else max(state, update, key=lambda one: one.time)
        case Raise(value):
            return max(state or 0, value)


class Updating(BestEffort):
    """A replica. A stronger broadcast is another base of its subclass."""

    shown = ("state",)

    def init(self):
        super().init()
        self.state = None           # what the updates have made of it
        self.time = 0               # a Lamport clock, for `AssignLatest`

    def begin(self, payload):
        if isinstance(payload, AssignLatest):
            self.time += 1
            payload = AssignLatest(payload.value, (self.time, self.id))
        super().begin(payload)

    def deliver(self, msg):
        super().deliver(msg)
        if isinstance(msg.payload, AssignLatest):
            self.time = max(self.time, msg.payload.time[0])
        self.state = apply(msg.payload, self.state)


class ByTotalOrder(Updating, LeaderOrder):
    """Updates in one order."""

    shown = ("state", "held")


class ByCausal(Updating, Causal):
    """Updates after those on which they depend."""

    shown = ("state", "held")


class ByReliable(Updating, EagerReliable):
    """Each update once, in any order."""


class ByBestEffort(Updating):
    """Each copy of an update that arrives: perhaps none, perhaps several."""

    def on_packet(self, src, msg):
        self.relay(src, msg)
        self.accept(msg)


@in_the_end
def replicas_have_the_same_state(world):
    """Convergence: when nothing is on its way any more."""
    replicas = world.having("state")
    first = next(iter(replicas))
    for node, replica in replicas.items():
        if replica.state != replicas[first].state:
            return f"{first} has {said(replicas[first].state)}, and {node} has {said(replica.state)}"


def said(state):
    """A state as a text."""
    if isinstance(state, AssignLatest):
        return str(state.value)
    if isinstance(state, dict):
        return ", ".join(f"{key} = {value}" for key, value in sorted(state.items()))
    return ", ".join(sorted(state)) if isinstance(state, set) else "nothing" if state is None else str(state)


@sometimes
def every_replica_applies_an_update(world):
    return all(replica.state is not None for replica in world.having("state").values())


PROMISES = (replicas_have_the_same_state, every_replica_applies_an_update)


def together(protocol, first, second):
    """A and B make an update each, at the same time."""
    return Run(protocol, network=Network(latency=constant(10)), script=[
        at(10, request("A", Broadcast(first))),
        at(10, request("B", Broadcast(second))),
    ], title=f"{protocol.__name__}: two updates at once")


DEMO = together(ByReliable, AssignLatest("red"), AssignLatest("blue"))
DEMOS = {
    "the last writer wins, reliable": DEMO,
    "assignments, causal": together(ByCausal, Assign("red"), Assign("blue")),
    "assignments, total order": together(ByTotalOrder, Assign("red"), Assign("blue")),
    "increments, causal": together(ByCausal, Increment(), Increment()),
}
