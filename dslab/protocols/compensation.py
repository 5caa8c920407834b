"""Compensation: a shop ships goods if and only if they are paid, and the payment service is across the network.

Messages are lost as between the two generals, for whom agreement is impossible. Here it is possible because a payment
can be undone by a *compensation*: if the shop does not learn in time that it was paid, it cancels the order and has the
money refunded. Atomicity holds at the end only; in between, an order may be paid and not shipped.

Source: Garcia-Molina and Salem, "Sagas" (1987), which undo transactions of several steps in this way. Left out: orders
of several goods, and a compensation that fails.
"""

from typing import Any

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run
from dslab.script import at, drop, request

SERVICE = "service"


@message
class Buy:
    """A request: order the goods."""

    look = "ask"


@message
class Charge:
    """Charge the customer."""

    look = "ask"
    sentence = "{src} asks {dst} to charge the customer"


@message
class Charged:
    """The customer has paid."""

    look = "yes"
    sentence = "{src} tells {dst}: the customer has paid"


@message
class Cancel:
    """Refund the customer, if charged, and charge nothing later."""

    look = "no"
    sentence = "{src} asks {dst} to cancel the payment"


@message
class Cancelled:
    """Nothing is paid, and nothing will be."""

    look = "no"
    sentence = "{src} tells {dst}: the payment is cancelled"


class Shop(Node):
    """Ships the goods when they are paid; after a timeout without a reply it cancels order and payment."""

    persistent = ("role",)
    roles = ("none", "charging", "shipped", "cancelling", "cancelled")

    def init(self):
        self.role = "none"              # the state of the order

    def on_buy(self, src, msg):
        self.role = "charging"
        self.ask()
        self.set_timer("give_up", 200)

    def ask(self):
        """Send the request, and retry until it is answered: the service is idempotent."""
        self.send(SERVICE, Charge() if self.role == "charging" else Cancel())
        self.set_timer("retry", 60)

    def on_retry_timer(self):
        self.ask()

    def on_give_up_timer(self):
        self.note("was it paid? It cannot know, so it cancels the payment")
        self.role = "cancelling"
        self.ask()

    def on_charged(self, src, msg):
        if self.role != "charging":
            return self.note("too late: the order was cancelled, and the money is refunded")
        self.close("shipped")

    def on_cancelled(self, src, msg):
        if self.role != "cancelling":
            return self.note("knows that already")
        self.close("cancelled")

    def close(self, order):
        """The transition to one of the two final states."""
        if self.role not in ("charging", "cancelling"):
            raise RuntimeError(f"the order is {self.role}: only an open one can become {order}")
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
    """The payment service: charges at most once, refunds at most once, and answers every request."""

    persistent = ("role",)
    roles = ("untouched", "paid", "closed")

    def init(self):
        self.role = "untouched"         # the state of the payment

    def on_charge(self, src, msg):
        if self.role == "closed":
            self.note("this order was cancelled before: nothing is charged")
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
    """Atomicity, at the end only. A refunded payment counts as not paid."""
    if len(world.up) < len(world.nodes):
        return None                     # a node that is down may still recover and finish the order
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


PROMISES = (paid_and_shipped_or_neither, nothing_is_shipped_before_it_is_paid,
            something_is_paid_and_not_shipped_for_a_while, a_payment_is_undone)


def sale(payments: type[Node] = Payments, *events: Any, **options: Any) -> Run:
    """A customer buys one thing; `events` are the rest of the script."""
    run = Run({"shop": Shop, SERVICE: payments}, script=[at(10, request("shop", Buy())), *events],
              network=Network(latency=constant(20)), title="A shop and a payment service")
    return run.replace(**options)


ANSWERS_LOST = tuple(at(0, drop(f"{SERVICE}->shop#{number}")) for number in (1, 2, 3, 4))

DEMO = sale(Payments, *ANSWERS_LOST, title="A shop that hears nothing has the payment undone")
