"""A lock that relies on a bound: no message takes longer than BOUND, so nobody has to ask whether the last one is out.

A clerk gives each worker its turn and does not wait for an answer: a turn is over after the longest delay and the
work itself. In a synchronous system that is right. One message that is later, or one worker that stands still while
it works, and two are in at once: the algorithm has nothing to notice it by.

Source: Dwork, Lynch and Stockmeyer, "Consensus in the presence of partial synchrony" (1988) for the models; the lock
is a very simple algorithm that needs the strongest of them. Left out: workers that crash, which do no harm here.
"""

from typing import Any

from dslab.network import Latency, Network, uniform
from dslab.node import Node, message
from dslab.properties import always, sometimes
from dslab.run import Run
from dslab.script import At

BOUND = 50              # ms: what the lock believes of the network
WORK = 500              # ms: how long a worker is in


@message
class Enter:
    turn: int


class Clerk(Node):
    """The server: it gives the lock to one worker after the other, by the clock alone."""

    shown = ("turn",)

    def init(self):
        self.turn = 0

    def on_start(self):
        self.on_turn_timer()

    def on_turn_timer(self):
        self.turn += 1
        self.send(self.neighbours[(self.turn - 1) % len(self.neighbours)], Enter(self.turn))
        self.set_timer("turn", BOUND + WORK)


class Worker(Node):
    """Goes in when it may, and comes out when its work is done."""

    roles = ("outside", "inside")

    def init(self):
        self.role = "outside"

    def on_enter(self, src, msg):
        self.role = "inside"
        self.output("in", msg.turn)
        self.set_timer("work", WORK)

    def on_work_timer(self):
        self.role = "outside"
        self.output("out")


@always
def never_two_are_inside(world):
    inside = sorted(node for node, state in world.having("role").items() if state.role == "inside")
    if len(inside) > 1:
        return f"{' and '.join(inside)} are both inside"


@sometimes
def the_lock_goes_round(world):
    return len({output.node for output in world.outputs("in")}) == 2


PROMISES = (never_two_are_inside, the_lock_goes_round)


def lock(latency: Latency, *events: At, turns: int = 6, **options: Any) -> Run:
    """A clerk and two workers, for so many turns; each turn takes one message."""
    options = {"title": f"A lock that believes in {BOUND} ms"} | options
    return Run({"clerk": Clerk, "A": Worker, "B": Worker}, network=Network(latency=latency), script=events,
               duration=turns * (BOUND + WORK) - 1, topology=[("clerk", "A"), ("clerk", "B")], **options)


DEMO = lock(uniform(5, BOUND), title="A lock that believes in a bound, and the bound holds")
