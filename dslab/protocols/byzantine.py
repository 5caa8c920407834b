"""Byzantine generals: loyal ones must agree to attack or to retreat, though traitors among them send anything.

A commander sends an order, which may differ from lieutenant to lieutenant, so each lieutenant relays what it received
to the others. Messages are *oral*: a general cannot prove what it received. So they relay in m + 1 rounds for m
traitors, each round about the messages of the round before, and take majorities. More than two thirds must be loyal:
with one traitor among three, a loyal lieutenant cannot find out which of the other two lies.

Source: Lamport, Shostak and Pease, "The Byzantine generals problem" (1982), sections 2 and 3. Links are reliable, with
a known bound on delay, and a receiver knows the sender of a message; a missing message counts as RETREAT. Left out:
generals that are not fully connected (section 5).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import permutations
from types import MappingProxyType
from typing import Any

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run, node_names

ATTACK, RETREAT = "attack", "retreat"
LOYAL, TRAITOR = "loyal", "traitor"
ROUND = 20              # ms: longer than any message delay

Lies = Mapping[tuple[tuple[str, ...], str], Any]        # (path, receiver) -> what the last of the path sends it


def look_of_order(msg: Any) -> str:
    """Attack and retreat differ at a glance."""
    return {ATTACK: "yes", RETREAT: "no"}.get(msg.value, "plain")


@message
class Order:
    value: str          # the order, as its sender claims to have received it
    path: tuple         # the relays: the commander first, its sender last
    label = "{value}"
    look = look_of_order

    def sentence(self, src, dst):
        return f"{src} tells {dst}: {''.join(f'{relay} said ' for relay in self.path[-2::-1])}{self.value}"


@message
class Lie:
    """A request to a traitor: send this general another value, in place of the one relayed along this path."""

    to: str
    path: tuple         # the traitor last
    value: str          # or None, to send nothing
    label = "{value} to {to}"


class General(Node):
    """OM(m), oral messages: agrees with all loyal generals if there are at most m traitors among more than 3m generals.

    It runs in rounds. In the first the commander sends its order; in each later one every lieutenant relays what it
    received in the round before; after round m + 1 they decide.
    """

    roles = (LOYAL, TRAITOR)
    shown = ("order", "decision")

    def init(self):
        self.role = LOYAL
        self.commander = "A"
        self.order = None               # the commander's
        self.m = 1                      # the number of traitors tolerated
        self.round = 0                  # the rounds that are over
        self.heard = {}                 # path -> the order received along it
        self.decision = None            # the order that it obeys

    def on_start(self):
        self.set_timer("round", ROUND if self.id == self.commander else 2 * ROUND)

    def on_round_timer(self):
        if self.id == self.commander:
            return self.command()
        self.round += 1
        if self.round > self.m:
            return self.decide()
        for path in self.paths():
            self.relay(path)
        self.set_timer("round", ROUND)

    def command(self):
        """The commander sends its order: the path so far is empty."""
        self.heard[()] = self.order
        self.output("command", self.order)
        self.relay(())

    def paths(self):
        """The paths along which orders were due in the round that is over."""
        lieutenants = [peer for peer in self.peers if peer != self.commander]
        return [(self.commander, *relays) for relays in permutations(lieutenants, self.round - 1)]

    def relay(self, path):
        """Send the order received along this path to all generals that are not on it."""
        for other in self.outside(path):
            self.tell(other, (*path, self.id), self.heard.get(path, RETREAT))

    def outside(self, path):
        return [peer for peer in self.peers if peer not in path]

    def tell(self, other, path, value):
        self.send(other, Order(value, path))

    def on_order(self, src, msg):
        objection = self.objection(src, msg.path)
        if objection:
            return self.note(f"ignores it: {objection}")
        self.heard[msg.path] = msg.value

    def objection(self, src, path):
        """The reason to ignore an order; empty if there is none."""
        if path[-1:] != (src,):
            return f"{src} is not the last on its path"
        if path[0] != self.commander or self.id in path or len(set(path)) < len(path):
            return "no order takes this path"
        if len(path) <= self.round:
            return "too late, it counts as retreat"
        return "has heard it already" if path in self.heard else ""

    def decide(self):
        top = (self.commander,)
        opinions = ", ".join(map(str, self.opinions(top)))
        self.decision = self.obtain(top)
        self.note(f"obtains from {', '.join((*top, *self.outside(top)))}: {opinions}")
        self.output("obey", self.decision)

    def obtain(self, path):
        """The value that it obtains for the order sent along this path: a majority, or the default."""
        opinions = self.opinions(path)
        value, count = Counter(opinions).most_common(1)[0]
        return value if 2 * count > len(opinions) else self.in_doubt(opinions)

    def opinions(self, path):
        """What it received along this path itself, and what it obtains from each other receiver."""
        relayed = self.outside(path) if len(path) <= self.m else []
        return [self.heard.get(path, RETREAT), *(self.obtain((*path, other)) for other in relayed)]

    def in_doubt(self, opinions):
        return RETREAT

    def on_lie(self, src, msg):
        self.note("is loyal, and tells no lies")


class Traitor(General):
    """Sends each receiver the value in its `lies`, or what a loyal general would send if there is none.

    No traitor can do more harm: a loyal general accepts only messages that are due, and knows their sender.
    """

    def init(self):
        super().init()
        self.role = TRAITOR
        self.lies = {}                  # (path ending with itself, receiver) -> the value it sends; None: nothing

    def tell(self, other, path, value):
        lie = self.lies.get((path, other), value)
        if lie is None:
            return self.note(f"tells {other} nothing")
        if lie != value:
            self.note(f"tells {other} a lie, in place of {value}")
        super().tell(other, path, lie)

    def decide(self):
        self.note("may behave arbitrarily")

    def on_lie(self, src, msg):
        self.lies[msg.path, msg.to] = msg.value


class Trusting(General):
    """What if a lieutenant follows the commander where there is no majority?"""

    def in_doubt(self, opinions):
        return opinions[0]


# ---- properties -------------------------------------------------------------------------------------------------

@always
def all_loyal_lieutenants_obey_the_same_order(world):
    """IC1, interactive consistency: they agree, even if the commander is a traitor."""
    first = None
    for output in loyal(world, "obey"):
        first = first or output
        if output.values != first.values:
            return f"{first.node} obeys {first.values[0]} and {output.node} obeys {output.values[0]}"


@always
def a_loyal_commander_is_obeyed_by_every_loyal_lieutenant(world):
    """IC2, interactive consistency: without it, always to retreat would be a solution."""
    for order in loyal(world, "command"):
        for output in loyal(world, "obey"):
            if output.values != order.values:
                return f"the loyal commander says {order.values[0]}, and {output.node} obeys {output.values[0]}"


@in_the_end
def every_loyal_lieutenant_obeys_something(world):
    obeying = {output.node for output in loyal(world, "obey")}
    for node, state in world.states.items():
        if state.role == LOYAL and node != state.commander and node not in obeying:
            return f"{node} never decides"


@sometimes
def the_loyal_lieutenants_attack(world):
    return any(output.values == (ATTACK,) for output in loyal(world, "obey"))


def loyal(world, name):
    """The outputs of this name of loyal generals."""
    return [output for output in world.outputs(name) if world.states[output.node].role == LOYAL]


IC1, IC2 = all_loyal_lieutenants_obey_the_same_order, a_loyal_commander_is_obeyed_by_every_loyal_lieutenant
PROMISES = (IC1, IC2, every_loyal_lieutenant_obeys_something, the_loyal_lieutenants_attack)


# ---- runs -------------------------------------------------------------------------------------------------------

def council(generals: int | Iterable[str], m: int = 1, *, order: str = ATTACK,
            traitors: Mapping[str, Lies] = MappingProxyType({}), protocol: type[Node] = General,
            turned: type[Node] = Traitor, **options: Any) -> Run:
    """A commander, the first of the generals, and its lieutenants; each traitor with its lies.

    Args:
        generals: how many, or their names.
        m: the number of traitors that the algorithm tolerates.
        order: the commander's.
        traitors: name -> its lies, (path, receiver) -> value, as made by `says`; {}: a traitor that never lies.
        protocol, turned: the classes of the loyal generals and of the traitors.
    """
    names = node_names(generals)
    initial = {name: {"commander": names[0], "m": m} for name in names}
    initial[names[0]]["order"] = order
    for name, lies in traitors.items():
        initial[name] |= {"lies": dict(lies)} if lies else {}
    run = Run({name: turned if name in traitors else protocol for name in names}, initial=initial,
              network=Network(latency=constant(10)), title=f"{len(names)} generals, OM({m})")
    return run.replace(**options)


def says(path: Iterable[str], **receivers: Any) -> dict[tuple[tuple[str, ...], str], Any]:
    """Lies: what the last of the path sends each receiver, `says("AD", B=RETREAT)`; None: nothing."""
    return {(tuple(path), receiver): value for receiver, value in receivers.items()}


# The figures of the paper: A is the commander; B, C and D are lieutenants 1, 2 and 3.
FIGURE_1 = council(3, traitors={"C": says("AC", B=RETREAT)}, title="Figure 1: lieutenant C is a traitor")
FIGURE_2 = council(3, traitors={"A": says("A", C=RETREAT)}, title="Figure 2: the commander is a traitor")
FIGURE_3 = council(4, traitors={"D": says("AD", B=RETREAT, C=RETREAT)}, title="Figure 3: lieutenant D is a traitor")
FIGURE_4 = council(4, traitors={"A": says("A", B="x", C="y", D="z")}, title="Figure 4: the commander is a traitor")

DEMO = FIGURE_3
