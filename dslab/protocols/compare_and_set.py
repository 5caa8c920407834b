"""Compare-and-set over total order broadcast: of two clients that replace the same value, one is told that it did.

Replicas that each compare and set when they hear of it may see two requests in different orders, and tell both clients
yes. Here an operation is broadcast in total order, and each replica executes it at its place in that order: so all come
to the same answer. A get goes the same way, and is answered when it is delivered, since a replica may be behind.

Sources: Kleppmann, "Distributed systems", lecture notes (2021, section 6.2); Herlihy, "Wait-free synchronization"
(1991): compare-and-set takes consensus, which reads and writes (`abd`) do not. Left out: restarts, retries (see
`state_machine`), and the crash of the leader of the broadcast, A.
"""

from typing import Any

from dslab.network import Network, constant
from dslab.node import message
from dslab.properties import always, sometimes
from dslab.protocols.broadcast import BestEffort
from dslab.protocols.total_order import TOTAL_ORDER, LeaderOrder
from dslab.run import Run
from dslab.script import at, delay, request


@message
class Put:
    """A request: set the register."""

    value: Any
    label = "put {value}"


@message
class Get:
    """A request: what is the value?"""

    label, look = "get", "ask"


@message
class Cas:
    """A request: if the value is `old`, set it to `new`; the answer is whether it was."""

    old: Any
    new: Any
    label = "cas {old}, {new}"


class OrderedRegister(LeaderOrder):
    """A replica of the register."""

    shown = ("value",)
    logs = (("delivered", ""),)

    def init(self):
        super().init()
        self.value = 0
        self.clients = {}               # the number of an operation -> the client who waits for it

    def on_cas(self, src, msg):
        self.clients[self.sent + 1] = src
        self.begin(msg)

    on_put = on_get = on_cas

    def deliver(self, msg):
        super().deliver(msg)
        sender, number = msg.id
        result = self.execute(msg.payload)
        self.output("execute", sender, number, result)
        if sender == self.id:
            self.reply(self.clients.pop(number), result)

    def execute(self, operation):
        if isinstance(operation, Cas):
            return self.compare_and_set(operation.old, operation.new)
        if isinstance(operation, Put):
            self.value = operation.value
        return self.value

    def compare_and_set(self, old, new):
        succeeds = self.is_still(old)
        self.output("cas", old, new, self.value, succeeds)
        if succeeds:
            self.value = new
        return succeeds

    def is_still(self, old):
        return self.value == old


# ---- wrong variants ----------------------------------------------------------------------------------------

class InOrderOfArrival(OrderedRegister):
    """What if each replica executes an operation when it hears of it, in its own order?"""

    spread, on_packet, accept = BestEffort.spread, BestEffort.on_packet, BestEffort.accept


class ReadsAtOnce(OrderedRegister):
    """What if a get is answered from the replica's own state?"""

    def on_get(self, src, msg):
        self.reply(src, self.value)


class ComparesAtOnce(OrderedRegister):
    """What if the condition is tested before the operation is broadcast?"""

    def on_cas(self, src, msg):
        if self.value != msg.old:
            return self.reply(src, False)
        super().on_cas(src, msg)

    def is_still(self, old):
        return True                     # it was, when the client asked


# ---- properties --------------------------------------------------------------------------------------------

@always
def an_operation_has_one_result(world):
    """On all replicas, so that it makes no difference which of them answers."""
    results = {}
    for output in world.outputs("execute"):
        sender, number, result = output.values
        node, other = results.setdefault((sender, number), (output.node, result))
        if other != result:
            return f"operation {number} of {sender} gives {other} on {node}, and {result} on {output.node}"


@always
def a_compare_and_set_succeeds_if_the_value_is_the_old_one(world):
    """And only if it is, at its place in the order."""
    for output in world.outputs("cas"):
        old, new, value, succeeds = output.values
        if succeeds != (value == old):
            return f"cas {old}, {new} gives {succeeds} on {output.node}, where the value is {value}"


@sometimes
def one_compare_and_set_succeeds_and_another_fails(world):
    return {output.values[-1] for output in world.outputs("cas")} == {True, False}


SAFETY = (TOTAL_ORDER, an_operation_has_one_result, a_compare_and_set_succeeds_if_the_value_is_the_old_one)
PROMISES = (*SAFETY, one_compare_and_set_succeeds_and_another_fails)


# ---- runs --------------------------------------------------------------------------------------------------

def register(protocol, *asked, names="ABC", **options):
    """Replicas; `asked` are the requests, each (ms, node, operation, client). A message takes 10 ms."""
    options.setdefault("network", Network(latency=constant(10)))
    script = [at(time, request(node, operation, client=client)) for time, node, operation, client in asked]
    return Run(protocol, tuple(names), script=script, **options)


def at_once(protocol=OrderedRegister, **options):
    """alice and bob replace 0 at the same time."""
    return register(protocol, (10, "B", Cas(0, 1), "alice"), (10, "C", Cas(0, 2), "bob"),
                    title=f"{protocol.__name__}: two clients replace 0", **options)


def stale(protocol=OrderedRegister, **options):
    """carol reads from C when alice has replaced 0; the message to C is slow."""
    return register(protocol, (10, "B", Cas(0, 1), "alice"), (40, "C", Get(), "carol"),
                    title=f"{protocol.__name__}: a replica that is behind", **options,
                    ).plus(at(0, delay("A->C#1", by=30)))


DEMO = register(OrderedRegister, (10, "B", Cas(0, 1), "alice"), (10, "C", Cas(0, 2), "bob"), (35, "A", Get(), "carol"),
                (60, "C", Cas(1, 2), "bob"), title="Two clients replace 0; one succeeds, and the other tries again")
DEMOS = {
    "total order": DEMO,
    "in order of arrival": at_once(InOrderOfArrival),
    "a get at once": stale(ReadsAtOnce),
    "a get in the order": stale(),
    "the condition tested at once": at_once(ComparesAtOnce),
}
