"""Generals who surround a city must all attack or all retreat, though some of them are traitors who lie.

A commander gives an order, and every lieutenant tells the others what it has heard, because the commander may have
told each of them something else. Nobody can prove what it was told: messages are *oral*. So they tell each other what
they were told that others were told, one round for each traitor, and believe majorities. More than two thirds must be
loyal: with one traitor among three, a loyal lieutenant cannot tell who lies.

Source: Lamport, Shostak and Pease, "The Byzantine generals problem" (1982), sections 2 and 3. Messengers are reliable,
none takes longer than a known bound, and everybody knows who a message is from; what does not come counts as RETREAT.
Left out: generals who are not all neighbours (section 5).
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
ROUND = 20              # ms: longer than any message takes

Lies = Mapping[tuple[tuple[str, ...], str], Any]        # (path, receiver) -> what the last of the path tells it


@message
class Order:
    value: str          # what its sender says that it was told
    path: tuple         # through whose hands it has come: the commander first, its sender last


@message
class Lie:
    """A request to a traitor: tell this general, where you would relay what has come by this path, another value."""

    to: str
    path: tuple         # the traitor last
    value: str          # or None, to say nothing


class General(Node):
    """OM(m), oral messages: agrees with all loyal generals if there are at most m traitors, and more than 3m generals.

    Time goes in rounds. In the first the commander speaks; in each that follows all lieutenants relay what they have
    heard in the round before; after round m + 1 they decide.
    """

    roles = (LOYAL, TRAITOR)
    shown = ("order", "decision")

    def init(self):
        self.role = LOYAL
        self.commander = "A"
        self.order = None               # the commander's
        self.m = 1                      # so many traitors can be coped with
        self.round = 0                  # the rounds that are over
        self.heard = {}                 # path -> the order that has come by it
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
        """The commander speaks: its order has come by no path at all."""
        self.heard[()] = self.order
        self.output("command", self.order)
        self.relay(())

    def paths(self):
        """The paths by which orders should have come in the round that is over."""
        lieutenants = [peer for peer in self.peers if peer != self.commander]
        return [(self.commander, *relays) for relays in permutations(lieutenants, self.round - 1)]

    def relay(self, path):
        """Tell what has come by this path to all who have not had it in their hands."""
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
        """Why an order does not count; empty if it does."""
        if path[-1:] != (src,):
            return f"{src} was not the last to have it"
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
        """What it takes for the order that has come by this path."""
        opinions = self.opinions(path)
        value, count = Counter(opinions).most_common(1)[0]
        return value if 2 * count > len(opinions) else self.in_doubt(opinions)

    def opinions(self, path):
        """What it has heard by this path itself, and what it obtains from all who should have heard it, too."""
        relayed = self.outside(path) if len(path) <= self.m else []
        return [self.heard.get(path, RETREAT), *(self.obtain((*path, other)) for other in relayed)]

    def in_doubt(self, opinions):
        return RETREAT

    def on_lie(self, src, msg):
        self.note("is loyal, and tells no lies")


class Traitor(General):
    """Tells each receiver what its `lies` say, and where they say nothing, what a loyal general would.

    It can do no more harm than that: a loyal general listens only to what must come, and knows who it is from.
    """

    def init(self):
        super().init()
        self.role = TRAITOR
        self.lies = {}                  # (path, receiver) -> what it tells it, the path ends with itself; None: nothing

    def tell(self, other, path, value):
        lie = self.lies.get((path, other), value)
        if lie is None:
            return self.note(f"tells {other} nothing")
        if lie != value:
            self.note(f"tells {other} a lie: it should be {value}")
        super().tell(other, path, lie)

    def decide(self):
        self.note("does whatever it likes")

    def on_lie(self, src, msg):
        self.lies[msg.path, msg.to] = msg.value


class Trusting(General):
    """What if a lieutenant believes the commander where there is no majority?"""

    def in_doubt(self, opinions):
        return opinions[0]


# ---- what is promised -------------------------------------------------------------------------------------------

@always
def all_loyal_lieutenants_obey_the_same_order(world):
    """IC1, the first condition of interactive consistency: they agree, whatever the commander is."""
    first = None
    for output in loyal(world, "obey"):
        first = first or output
        if output.values != first.values:
            return f"{first.node} obeys {first.values[0]} and {output.node} obeys {output.values[0]}"


@always
def a_loyal_commander_is_obeyed_by_every_loyal_lieutenant(world):
    """IC2: without it all could agree to retreat, always."""
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
    """The outputs of this name, of those who are loyal."""
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
        m: so many traitors the algorithm is to survive.
        order: the commander's.
        traitors: name -> its lies: (path, receiver) -> value; `says` makes some. {} tells the truth.
        protocol, turned: the class of the loyal ones, and of the traitors.
    """
    names = node_names(generals)
    initial = {name: {"commander": names[0], "m": m} for name in names}
    initial[names[0]]["order"] = order
    for name, lies in traitors.items():
        initial[name] |= {"lies": dict(lies)} if lies else {}
    options = {"network": Network(latency=constant(10)), "title": f"{len(names)} generals, OM({m})"} | options
    return Run({name: turned if name in traitors else protocol for name in names}, initial=initial, **options)


def says(path: Iterable[str], **receivers: Any) -> dict[tuple[tuple[str, ...], str], Any]:
    """Lies: what the last of the path tells each receiver, `says("AD", B=RETREAT)`; None is silence."""
    return {(tuple(path), receiver): value for receiver, value in receivers.items()}


# The figures of the paper, with A for the commander, and B, C, D for lieutenants 1, 2, 3.
FIGURE_1 = council(3, traitors={"C": says("AC", B=RETREAT)}, title="Figure 1: lieutenant C is a traitor")
FIGURE_2 = council(3, traitors={"A": says("A", C=RETREAT)}, title="Figure 2: the commander is a traitor")
FIGURE_3 = council(4, traitors={"D": says("AD", B=RETREAT, C=RETREAT)}, title="Figure 3: lieutenant D is a traitor")
FIGURE_4 = council(4, traitors={"A": says("A", B="x", C="y", D="z")}, title="Figure 4: the commander is a traitor")

DEMO = FIGURE_3
