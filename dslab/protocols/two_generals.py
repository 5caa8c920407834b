"""Two generals must attack together or not at all, and every message between them may be lost.

One general sends the plan; each message that arrives is acknowledged, up to a given number of messages. A message adds
one level to what its receiver knows about the other's knowledge, and nothing to what its sender knows. So however many
are sent, losing the last one that a decision depends on leaves one general attacking alone. (If actions can be undone,
there is a solution: see `compensation`.)

Sources: Akkoyunlu, Ekanadham and Huber, "Some constraints and tradeoffs in the design of network communications"
(1975); Gray, "Notes on data base operating systems" (1978); for what is known, Halpern and Moses, "Knowledge and
common knowledge in a distributed environment" (1990). Left out: forged messages.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run

PLAN = "the plan"
DAWN = 500              # ms
WAITS, ATTACKS, STAYS = "waits", "attacks", "stays"


@message
class Word:
    number: int         # 1 carries the plan, 2 acknowledges it, 3 acknowledges the acknowledgement, ...
    says: str           # the knowledge of its sender
    label = "{says}"
    sentence = "{src} tells {dst}: {says}"


class General(Node):
    """Acknowledges each message, as long as there are messengers; at dawn it attacks if it has received enough."""

    roles = (WAITS, ATTACKS, STAYS)
    shown = ("heard", "knows")

    def init(self):
        self.knows = []                 # facts, each one level deeper in what the other knows
        self.heard = 0                  # the number of the last message received
        self.needs = 1                  # the number of the message that it must have received to attack
        self.messengers = 1             # the messages that are sent in all, if none is lost
        self.copies = 1                 # the copies of the first message
        self.role = WAITS

    def on_start(self):
        self.set_timer("dawn", DAWN)
        for other in self.peers if self.knows else ():
            for _ in range(self.copies):
                self.tell(other, 1)

    def on_word(self, src, msg):
        if msg.number <= self.heard:
            return self.note("has heard that before: it learns nothing new")
        self.heard = msg.number
        self.knows = [knowledge(src, self.id, depth) for depth in range(msg.number + 1)]
        if self.heard == self.messengers:
            return self.note(f"no messenger is left: {src} will never know that this one has arrived")
        self.tell(src, msg.number + 1)

    def tell(self, other, number):
        self.send(other, Word(number, knowledge(self.id, other, number)))

    def on_dawn_timer(self):
        self.role = ATTACKS if self.is_sure() else STAYS
        self.note(f"last message received: {self.heard or 'none'}")
        self.output(self.role)

    def is_sure(self):
        return bool(self.knows) and self.heard >= self.needs


def knowledge(one: str, other: str, depth: int) -> str:
    """The fact that message number `depth`, sent by `one`, proves: that one knows that the other knows ... the plan."""
    if not depth:
        return PLAN
    return f"{one} knows {'that ' * (depth > 1)}{knowledge(other, one, depth - 1)}"


class AtOnce(General):
    """What if a general that knows the plan attacks, whatever the other knows?"""

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
            return f"{output.node} attacks without knowing the plan"


@sometimes
def both_attack(world):
    return len(world.outputs(ATTACKS)) == 2


PROMISES = (both_attack_or_neither, nobody_attacks_without_the_plan, both_attack)


def generals(messengers: int, needs: Mapping[str, int] = MappingProxyType({"A": 0, "B": 1}), *,
             protocol: type[Node] = General, copies: int = 1, **options: Any) -> Run:
    """A has the plan; the generals exchange `messengers` messages, and each attacks if it received the one it needs."""
    initial = {name: {"messengers": messengers, "needs": needs[name], "copies": copies} for name in "AB"}
    initial["A"]["knows"] = [PLAN]
    run = Run(protocol, 2, initial=initial, network=Network(latency=constant(20)), duration=10 * DAWN,
              title=f"Two generals, {messengers} messages")
    return run.replace(**options)


def last_needed(messengers: int) -> dict[str, int]:
    """The most cautious rule: each general needs the last message that can reach it."""
    return {"A": messengers - messengers % 2, "B": messengers - 1 + messengers % 2}


def messenger(number: int) -> str:
    """The name of message `number`: A sends the odd ones, B the even ones."""
    return f"{'A->B' if number % 2 else 'B->A'}#{(number + 1) // 2}"


DEMO = generals(4, last_needed(4), title="Two generals, and all four messages arrive")
