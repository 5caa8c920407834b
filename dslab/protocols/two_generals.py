"""Two generals must attack together or not at all, and every messenger may be caught.

The one that has the plan sends it; whatever arrives is acknowledged, as many times as there are messengers. Each
message that arrives makes its receiver know one thing more about what the other knows, and its sender nothing: so
however many there are, losing the last one that mattered leaves one general alone. A shop and a payment service are
better off with the same messages, because a payment can be undone.

Sources: Akkoyunlu, Ekanadham and Huber, "Some constraints and tradeoffs in the design of network communications"
(1975); Gray, "Notes on data base operating systems" (1978); for what is known, Halpern and Moses, "Knowledge and
common knowledge in a distributed environment" (1990). Left out: messengers that are turned.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run
from dslab.script import at, request

PLAN = "the plan"
DAWN = 500              # ms
WAITS, ATTACKS, STAYS = "waits", "attacks", "stays"


@message
class Word:
    number: int         # 1 carries the plan, 2 acknowledges it, 3 acknowledges the acknowledgement, ...
    says: str           # what its sender knows


class General(Node):
    """Acknowledges what it hears, as long as there are messengers; at dawn it attacks if it has heard enough."""

    roles = (WAITS, ATTACKS, STAYS)
    shown = ("heard", "knows")

    def init(self):
        self.knows = []                 # facts, each goes one step deeper into what the other knows
        self.heard = 0                  # the number of the last message that has arrived
        self.needs = 1                  # the number of the message that it must have heard to attack
        self.messengers = 1             # how many messages are sent, if none is lost
        self.copies = 1                 # how many messengers carry the plan
        self.role = WAITS

    def on_start(self):
        self.set_timer("dawn", DAWN)
        for other in self.peers if self.knows else ():
            for _ in range(self.copies):
                self.tell(other, 1)

    def on_word(self, src, msg):
        if msg.number <= self.heard:
            return self.note("has heard that before: it learns nothing by it")
        self.heard = msg.number
        self.knows = [knowledge(src, self.id, depth) for depth in range(msg.number + 1)]
        if self.heard == self.messengers:
            return self.note(f"no messenger is left: {src} will never know that this one has arrived")
        self.tell(src, msg.number + 1)

    def tell(self, other, number):
        self.send(other, Word(number, knowledge(self.id, other, number)))

    def on_dawn_timer(self):
        self.role = ATTACKS if self.is_sure() else STAYS
        self.note(f"the last message that it has heard: {self.heard or 'none'}")
        self.output(self.role)

    def is_sure(self):
        return bool(self.knows) and self.heard >= self.needs


def knowledge(one: str, other: str, depth: int) -> str:
    """What message number `depth` of `one` proves: that it knows that the other knows that ... there is the plan."""
    if not depth:
        return PLAN
    return f"{one} knows {'that ' * (depth > 1)}{knowledge(other, one, depth - 1)}"


class AtOnce(General):
    """What if a general that knows the plan attacks, whatever the other may know?"""

    def is_sure(self):
        return bool(self.knows)


@in_the_end
def both_attack_or_neither(world):
    attacking = sorted({output.node for output in world.outputs(ATTACKS)})
    if len(attacking) == 1:
        return f"{attacking[0]} attacks alone"


@always
def nobody_attacks_without_the_plan(world):
    for output in world.outputs(ATTACKS):
        if PLAN not in world.states[output.node].knows:
            return f"{output.node} attacks and knows of no plan"


@sometimes
def both_attack(world):
    return len(world.outputs(ATTACKS)) == 2


PROMISES = (both_attack_or_neither, nobody_attacks_without_the_plan, both_attack)


def generals(messengers: int, needs: Mapping[str, int] = MappingProxyType({"A": 0, "B": 1}), *,
             protocol: type[Node] = General, copies: int = 1, **options: Any) -> Run:
    """A has the plan; so many messages, to and fro; A and B attack if they have heard the message that each needs."""
    initial = {name: {"messengers": messengers, "needs": needs[name], "copies": copies} for name in "AB"}
    initial["A"]["knows"] = [PLAN]
    options = {"network": Network(latency=constant(20)), "duration": 10 * DAWN,
               "title": f"Two generals, {messengers} messages"} | options
    return Run(protocol, 2, initial=initial, **options)


def last_needed(messengers: int) -> dict[str, int]:
    """The most careful rule: each general waits for the last message that could reach it."""
    return {"A": messengers - messengers % 2, "B": messengers - 1 + messengers % 2}


def messenger(number: int) -> str:
    """The name of message `number`: A sends the odd ones, B the even ones."""
    return f"{'A->B' if number % 2 else 'B->A'}#{(number + 1) // 2}"


DEMO = generals(4, last_needed(4), title="Two generals, and all four messages arrive")


# ---- what can be undone is easier -------------------------------------------------------------------------------

SERVICE = "service"


@message
class Buy:
    """A request of the customer."""


@message
class Charge:
    """Asks for the money."""


@message
class Charged:
    """The money is there."""


@message
class Cancel:
    """Asks for a refund, if anything was paid."""


@message
class Cancelled:
    """Nothing is paid, and nothing will be."""


class Shop(Node):
    """Ships what is paid. If it hears nothing for too long it takes the order back, and the payment with it."""

    persistent = ("role",)
    roles = ("none", "charging", "shipped", "cancelling", "cancelled")

    def init(self):
        self.role = "none"              # how far the order is

    def on_buy(self, src, msg):
        self.role = "charging"
        self.ask()
        self.set_timer("give_up", 200)

    def ask(self):
        """Ask again and again, until there is an answer: the service does nothing twice."""
        self.send(SERVICE, Charge() if self.role == "charging" else Cancel())
        self.set_timer("retry", 60)

    def on_retry_timer(self):
        self.ask()

    def on_give_up_timer(self):
        self.note("was it paid? It cannot know, so it has the payment undone")
        self.role = "cancelling"
        self.ask()

    def on_charged(self, src, msg):
        if self.role != "charging":
            return self.note("too late: the order was taken back, and the money goes back too")
        self.close("shipped")

    def on_cancelled(self, src, msg):
        if self.role != "cancelling":
            return self.note("knows that already")
        self.close("cancelled")

    def close(self, order):
        self.role = order
        self.output(order)
        self.cancel_timer("retry")
        self.cancel_timer("give_up")

    def on_recover(self):
        if self.role in ("charging", "cancelling"):
            self.ask()
        if self.role == "charging":
            self.set_timer("give_up", 200)


class Payments(Node):
    """The payment service: it takes the money once, gives it back once, and answers every time."""

    persistent = ("role",)
    roles = ("untouched", "paid", "closed")

    def init(self):
        self.role = "untouched"         # what became of the money

    def on_charge(self, src, msg):
        if self.role == "closed":
            self.note("this order was taken back before: nothing is charged")
            return self.send(src, Cancelled())
        if self.role == "untouched":
            self.role = "paid"
            self.output("paid")
        self.send(src, Charged())

    def on_cancel(self, src, msg):
        self.undo()
        self.send(src, Cancelled())

    def undo(self):
        if self.role == "paid":
            self.output("refunded")
        self.role = "closed"


class NoRefund(Payments):
    """What if a payment cannot be undone?"""

    def undo(self):
        if self.role == "untouched":
            self.role = "closed"


@in_the_end
def paid_and_shipped_or_neither(world):
    """What was refunded is not paid: this is promised of the end, and of no moment before it."""
    if len(world.up) < len(world.nodes):
        return None                     # who is down has not said its last word
    paid = len(world.outputs("paid")) - len(world.outputs("refunded"))
    shipped = len(world.outputs("shipped"))
    if paid != shipped:
        return "the customer has paid and gets nothing" if paid else "the goods were shipped, and nobody pays"


@always
def nothing_is_shipped_before_it_is_paid(world):
    if world.outputs("shipped") and not world.outputs("paid"):
        return "the goods are on their way, and nobody has paid"


@sometimes
def something_is_paid_and_not_shipped_for_a_while(world):
    return len(world.outputs("paid")) > len(world.outputs("refunded")) + len(world.outputs("shipped"))


@sometimes
def a_payment_is_undone(world):
    return world.outputs("refunded")


SALE_PROMISES = (paid_and_shipped_or_neither, nothing_is_shipped_before_it_is_paid,
                 something_is_paid_and_not_shipped_for_a_while, a_payment_is_undone)


def sale(payments: type[Node] = Payments, *events: Any, **options: Any) -> Run:
    """A customer buys one thing; what is done to the run besides that comes in `events`."""
    options = {"network": Network(latency=constant(20)), "title": "A shop and a payment service"} | options
    return Run({"shop": Shop, SERVICE: payments}, script=[at(10, request("shop", Buy())), *events], **options)
