"""Byzantine generals with signed messages: a traitor cannot lie about what it received.

An order carries the signatures of all that relayed it. A lieutenant that receives two orders signed by one commander
has proof of treason and relays it: all loyal lieutenants end with the same set of orders, and choose from it by the
same rule. Any number of traitors is tolerated, if message delays have a known bound.

Signatures cannot be forged, by construction: only `sign` makes a `Signed`, with the sender's name last, and a traitor
passes `Forger.can_sign` first, which requires that it holds the chain up to the last loyal signature. Traitors share
their keys, so they can sign for one another; they can withhold, repeat, and sign contradicting orders.

Source: Lamport, Shostak and Pease, "The Byzantine generals problem" (1982), section 4. Left out: how one signs.
"""

from collections.abc import Iterable, Mapping
from itertools import permutations
from types import MappingProxyType
from typing import Any

from dslab.node import Node, message
from dslab.properties import sometimes
from dslab.protocols.byzantine import (
    ATTACK,
    IC1,
    IC2,
    LOYAL,
    RETREAT,
    ROUND,
    TRAITOR,
    Lies,
    council,
    every_loyal_lieutenant_obeys_something,
    look_of_order,
    loyal,
    says,
)
from dslab.run import Run


@message
class Signed:
    value: str          # the order
    signers: tuple      # in the order of signing: the commander first, its sender last
    label = "{value}"
    look = look_of_order
    sentence = "{src} shows {dst} the order to {value}, signed by {signers}"


class Signer(Node):
    """SM(m), signed messages: agrees with all loyal generals if there are at most m traitors, however few are loyal.

    A chain of k signatures must arrive in round k. So one with m + 1 has a loyal signer, who has relayed it to all.
    """

    roles = (LOYAL, TRAITOR)
    shown = ("order", "decision")

    def init(self):
        self.role = LOYAL
        self.commander = "A"
        self.order = None               # the commander's
        self.m = 1                      # the number of traitors tolerated
        self.round = 0                  # the rounds that are over
        self.orders = {}                # order -> the chain of signatures with which it first arrived
        self.decision = None            # the order that it obeys

    def on_start(self):
        self.set_timer("round", ROUND if self.id == self.commander else 2 * ROUND)

    def on_round_timer(self):
        if self.id == self.commander:
            return self.command()
        self.round += 1
        if self.round > self.m:
            return self.decide()
        self.relay()
        self.set_timer("round", ROUND)

    def command(self):
        self.orders = {self.order: ()}
        self.output("command", self.order)
        self.relay()

    def relay(self):
        """Sign the orders that were new in the round that is over, and send them to all who have not signed them."""
        for value, signers in self.orders.items():
            if len(signers) == self.round:
                for other in self.peers:
                    if other not in signers:
                        self.sign(other, value, signers)

    def sign(self, other, value, signers):
        self.send(other, Signed(value, (*signers, self.id)))

    def on_signed(self, src, msg):
        objection = self.objection(src, msg.signers)
        if objection:
            return self.note(f"ignores it: {objection}")
        if msg.value in self.orders:
            return self.note(f"already knows the order to {msg.value}")
        self.orders[msg.value] = msg.signers
        if len(self.orders) > 1:
            self.note(f"here is the proof: {self.commander} has signed two orders, it is a traitor")

    def objection(self, src, signers):
        """The reason to ignore an order; empty if there is none."""
        if signers[-1:] != (src,) or signers[0] != self.commander or self.id in signers:
            return "its signatures do not lead from the commander to its sender"
        if len(set(signers)) < len(signers):
            return "somebody has signed it twice"
        return f"too late for {len(signers)} signatures" if len(signers) <= self.round else ""

    def decide(self):
        """Obey the order if there is exactly one; else the default, which is the same for all."""
        self.note(f"holds the orders: {', '.join(map(str, self.orders)) or 'none'}")
        self.decision = next(iter(self.orders)) if len(self.orders) == 1 else RETREAT
        self.output("obey", self.decision)


class Forger(Signer):
    """A traitor: signs for each receiver the orders in its `lies`, as far as it has the signatures they need."""

    def init(self):
        super().init()
        self.role = TRAITOR
        self.lies = {}                  # (signers ending with itself, receiver) -> the orders that it sends
        self.conspirators = set()       # the traitors, whose keys it has
        self.held = []                  # every signed message received

    def on_signed(self, src, msg):
        self.held.append(msg)
        super().on_signed(src, msg)

    def relay(self):
        """In each round, for each chain and receiver: send its lies, or what a loyal general would send."""
        for signers in self.chains():
            for other in self.peers:
                if other not in signers:
                    self.whisper(other, signers)

    def chains(self):
        """The chains that it could extend with its signature in this round."""
        if self.id == self.commander:
            return [()]
        others = [peer for peer in self.peers if peer != self.commander]
        return [(self.commander, *rest) for rest in permutations(others, self.round - 1)]

    def whisper(self, other, signers):
        honest = tuple(value for value, first in self.orders.items() if first == signers)
        for value in self.lies.get(((*signers, self.id), other), honest):
            if self.can_sign(value, signers):
                self.sign(other, value, signers)
            else:
                self.note(f"cannot tell {other} to {value}: it would have to forge a signature")

    def can_sign(self, value, signers):
        """Whether it holds the order with all signatures up to the last one that it cannot make itself."""
        while signers and signers[-1] in self.conspirators:
            signers = signers[:-1]
        return not signers or Signed(value, signers) in self.held

    def decide(self):
        self.note("may behave arbitrarily")


# ---- properties, and runs -----------------------------------------------------------------------------------------

@sometimes
def a_lieutenant_holds_proof_that_the_commander_is_a_traitor(world):
    return any(state.role == LOYAL and len(state.orders) > 1 for state in world.states.values())


@sometimes
def the_loyal_lieutenants_retreat(world):
    return any(output.values == (RETREAT,) for output in loyal(world, "obey"))


PROMISES = (IC1, IC2, every_loyal_lieutenant_obeys_something, the_loyal_lieutenants_retreat,
            a_lieutenant_holds_proof_that_the_commander_is_a_traitor)


def signed(generals: int | Iterable[str], m: int = 1, *, order: str = ATTACK,
           traitors: Mapping[str, Lies] = MappingProxyType({}), **options: Any) -> Run:
    """A council with signed messages; each traitor with its lies, (signers, receiver) -> the orders that it sends."""
    options = {"protocol": Signer, "turned": Forger} | options
    run = council(generals, m, order=order, traitors=traitors, **options)
    plot = {name: {**run.initial[name], "conspirators": set(traitors)} for name in traitors}
    title = options.get("title", f"{len(run.nodes)} generals, SM({m})")
    return run.replace(initial={**run.initial, **plot}, title=title)


FIGURE_5 = signed(3, traitors={"A": says("A", B=(ATTACK,), C=(RETREAT,))},
                  title="Figure 5: the commander is a traitor, and has signed")
DEMO = FIGURE_5
