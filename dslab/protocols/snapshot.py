"""Distributed snapshots: a consistent global state of all nodes and links, recorded without stopping them.

No node can observe the global state. Instead, a node records its own state and sends a marker on every link before any
other message; a node that receives its first marker does the same. A payment that was sent before its sender recorded,
and arrives after its receiver did, was in flight: it is recorded as part of the link's state.

Source: Chandy and Lamport, "Distributed snapshots" (1985). Links must be FIFO. Left out: repeated snapshots, and
collecting the parts at one node.
"""

from dslab.network import Network, constant, uniform
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run
from dslab.script import at, request

MONEY = 100             # what each bank has at first


@message
class Pay:
    """A request: send money to another node."""

    to: str
    amount: int
    label = "{amount} to {to}"


@message
class TakeSnapshot:
    """A request: begin a snapshot."""


@message
class Transfer:
    amount: int
    label = "{amount}"
    sentence = "{src} transfers {amount} to {dst}"


@message
class Marker:
    """Messages sent before the marker belong to the snapshot; messages sent after it do not."""

    look = "ask"
    sentence = "{src} tells {dst}: all that I sent before this belongs to the snapshot"


class Bank(Node):
    """A bank: it pays others, and takes part in snapshots of all accounts."""

    shown = ("balance", "recorded")

    def init(self):
        self.balance = MONEY
        self.recorded = None            # the balance in the snapshot
        self.open = set()               # the senders whose links are being recorded
        self.under_way = {}             # sender -> the amounts recorded in flight on its link

    def on_pay(self, src, msg):
        if msg.amount > self.balance:
            return self.note(f"has only {self.balance}")
        self.balance -= msg.amount
        self.output("paid", msg.to, msg.amount)
        self.send(msg.to, Transfer(msg.amount))

    def on_transfer(self, src, msg):
        self.balance += msg.amount
        self.output("got", src, msg.amount)
        if src in self.open:
            self.note(f"{msg.amount} from {src} was in flight")
            self.under_way[src].append(msg.amount)

    def on_take_snapshot(self, src, msg):
        self.record()

    def on_marker(self, src, msg):
        self.record()
        self.close(src)

    def record(self):
        """Record this node's state, once, and send markers before any other message."""
        if self.recorded is not None:
            return self.note("has recorded its state already")
        self.recorded = self.balance
        self.under_way = {peer: [] for peer in self.peers}
        self.open = set(self.peers)
        self.output("recorded", self.recorded)
        self.broadcast(Marker())

    def close(self, src):
        """The marker of `src` ends the recording of its link; after the last one this node's part is complete."""
        self.open.discard(src)
        if not self.open:
            links = tuple((peer, tuple(amounts)) for peer, amounts in sorted(self.under_way.items()))
            self.output("snapshot", self.recorded, links)


# ---- properties --------------------------------------------------------------------------------------------

@always
def no_money_is_lost_or_made(world):
    """The recorded balances and the amounts in flight add up to all the money there is."""
    parts = snapshots(world)
    if len(parts) < len(world.nodes):
        return None
    balances = sum(balance for balance, _ in parts.values())
    links = sum(sum(amounts) for _, links in parts.values() for _, amounts in links)
    if balances + links != MONEY * len(world.nodes):
        return f"balances of {balances} and {links} in flight were recorded, but there is {MONEY * len(world.nodes)}"


@always
def what_was_received_in_the_snapshot_was_also_sent_in_it(world):
    """The cut is consistent: it contains no effect without its cause."""
    sent, got, before = {}, {}, {}
    for output in world.outputs():
        node = output.node
        if output.name == "recorded":
            before.setdefault(node, (dict(sent), dict(got)))
        elif output.name == "paid":
            sent[node, output.values[0]] = sent.get((node, output.values[0]), 0) + 1
        elif output.name == "got":
            got[output.values[0], node] = got.get((output.values[0], node), 0) + 1
    for src, (paid, _) in sorted(before.items()):
        for dst, (_, received) in sorted(before.items()):
            if received.get((src, dst), 0) > paid.get((src, dst), 0):
                return (f"{dst} has recorded that it got payment {received[src, dst]} of {src}, but {src} recorded"
                        f" its state after {paid.get((src, dst), 0)} payments to {dst}")


@in_the_end
def a_snapshot_that_was_begun_is_finished(world):
    begun, done = world.outputs("recorded"), snapshots(world)
    missing = sorted(set(world.nodes) - set(done))
    if begun and missing:
        return f"{begun[0].node} began a snapshot, and {' and '.join(missing)} never finished its part"


@sometimes
def money_is_recorded_while_it_is_under_way(world):
    return any(amounts for _, links in snapshots(world).values() for _, amounts in links)


def snapshots(world):
    """The complete parts: node -> (balance, the amounts in flight on its links)."""
    return {output.node: output.values for output in world.outputs("snapshot")}


PROMISES = (
    no_money_is_lost_or_made,
    what_was_received_in_the_snapshot_was_also_sent_in_it,
    a_snapshot_that_was_begun_is_finished,
    money_is_recorded_while_it_is_under_way,
)


def payments(protocol, names=("A", "B", "C"), *, seed=0, first=True):
    """Payments in a circle, back and forth, and a snapshot among them, begun by one node, or by two if not `first`."""
    a, b, c = names
    begin = [at(35, request(a, TakeSnapshot()))] + ([] if first else [at(36, request(c, TakeSnapshot()))])
    paying = [at(10 * place, request(src, Pay(dst, place)))
              for place, (src, dst) in enumerate(((a, b), (b, c), (c, a), (b, a), (a, c), (c, b)), 1)]
    return Run(protocol, names, network=Network(latency=uniform(5, 60), fifo=True), seed=seed,
               script=sorted([*paying, *begin], key=lambda event: event.time), title="A snapshot of three banks")


DEMO = payments(Bank, seed=4)
DEMOS = {
    "snapshot": DEMO,
    "two begin": payments(Bank, seed=4, first=False),
    "in step": payments(Bank).replace(network=Network(latency=constant(25), fifo=True)),
}
