"""A lock that relies on a bound: no message takes longer than BOUND, so the lock is never released explicitly.

A clerk gives each worker a turn and expects no reply: the turn is over after the longest delay plus the time of the
work. In a synchronous system that is correct. One message that is late, or one worker that is paused at work, and two
are inside at once: the algorithm cannot detect it.

Source: Dwork, Lynch and Stockmeyer, "Consensus in the presence of partial synchrony" (1988) for the models; the lock
is a minimal algorithm that needs the synchronous one. Left out: workers that crash, which do no harm here.
"""

from typing import Any

from dslab.marks import Lock
from dslab.network import Latency, Network, uniform
from dslab.node import Node, message
from dslab.properties import always, sometimes
from dslab.run import Run
from dslab.script import At

BOUND = 50              # ms: the longest message delay that the lock assumes
WORK = 500              # ms: how long a worker is inside


@message
class Enter:
    turn: int
    label, look = "turn {turn}", "yes"
    sentence = "{src} tells {dst}: enter, it is your turn"


class Clerk(Node):
    """The lock server: it grants the lock to one worker after the other, by timeout alone."""

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
    """Enters the critical section when its turn is granted, and leaves it when its work is done."""

    roles = ("outside", "inside")
    marks = (Lock("role", held="inside"),)

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
    """A clerk and two workers, for `turns` turns; each turn takes one message."""
    options = {"title": f"A lock that believes in {BOUND} ms"} | options
    return Run({"clerk": Clerk, "A": Worker, "B": Worker}, network=Network(latency=latency), script=events,
               duration=turns * (BOUND + WORK) - 1, topology=[("clerk", "A"), ("clerk", "B")], **options)


DEMO = lock(uniform(5, BOUND), title="A lock that believes in a bound, and the bound holds")
