"""Exercise 4.5: a snapshot of banks that go on paying each other [Chandy and Lamport 1985]."""

from collections.abc import Iterator
from random import Random

from dslab.grader.demands import Demand, Objection
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.readings import first_repeated, sendings
from dslab.grader.runs import asks, calm
from dslab.network import Network, uniform
from dslab.node import Node
from dslab.properties import always
from dslab.protocols.snapshot import (
    Bank,
    Marker,
    Pay,
    TakeSnapshot,
    a_snapshot_that_was_begun_is_finished,
    no_money_is_lost_or_made,
    payments,
    what_was_received_in_the_snapshot_was_also_sent_in_it,
)
from dslab.run import Run
from dslab.trace import Trace

# ---- what the learner starts from ------------------------------------------------------------------------------------


class Teller(Bank):
    """A bank whose payments work; what is missing is the snapshot. self.close(src) ends the recording of a link."""

    def record(self):
        """Begin your own part, unless you already have.

        Set self.recorded to the balance, self.open to the set of all peers, and self.under_way to an empty list for
        each peer; call self.output("recorded", self.recorded); and send every peer a Marker().
        """

    def on_marker(self, src, msg):
        """A marker has arrived: begin your own part if need be, and close the link from src."""

    def note_payment(self, src, amount):
        """A payment from src has just arrived and is in the balance already: is it part of the state of its link?"""

    def on_transfer(self, src, msg):
        self.balance += msg.amount
        self.output("got", src, msg.amount)
        self.note_payment(src, msg.amount)


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Teller):
    def record(self):
        if self.recorded is None:
            self.recorded = self.balance
            self.open = set(self.peers)
            self.under_way = {peer: [] for peer in self.peers}
            self.output("recorded", self.recorded)
            self.broadcast(Marker())

    def on_marker(self, src, msg):
        self.record()
        self.close(src)

    def note_payment(self, src, amount):
        if src in self.open:
            self.under_way[src].append(amount)


class MarkersBeforePapers(Teller):
    """Right: the markers are handed over first; they leave only when the handler is done, so nothing changes."""

    def record(self):
        if self.open or self.recorded is not None:
            return
        for peer in self.peers:
            self.send(peer, Marker())
            self.open.add(peer)
            self.under_way[peer] = []
        self.recorded = self.balance
        self.output("recorded", self.recorded)

    def on_marker(self, src, msg):
        if self.recorded is None:
            self.record()
        self.close(src)

    def note_payment(self, src, amount):
        if self.recorded is not None and src in self.open:
            self.under_way[src] = [*self.under_way[src], amount]


class AsksTheList(Reference):
    """Right: which links are open is read from the lists."""

    def note_payment(self, src, amount):
        if src in self.under_way and src in self.open:
            self.under_way[src] += [amount]


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class RecordsAfterwards(Reference):
    """The markers go out at once, the state is recorded a little later."""

    def record(self):
        if not self.open:
            self.open = set(self.peers)
            self.under_way = {peer: [] for peer in self.peers}
            self.broadcast(Marker())
            self.set_timer("papers", 1, 40)

    def on_papers_timer(self):
        self.recorded = self.balance
        self.output("recorded", self.recorded)

    def note_payment(self, src, amount):
        if self.recorded is not None:
            super().note_payment(src, amount)


class ForgetsTheLinks(Reference):
    """Does not record what is in flight."""

    def note_payment(self, src, amount):
        self.note("was on its way")


class KeepsTheFirstLinkOpen(Reference):
    """The link on which the first marker came is recorded as well, until the end."""

    def init(self):
        super().init()
        self.first = None

    def on_marker(self, src, msg):
        if self.recorded is None:
            self.first = src
            return self.record()
        self.close(src)
        if self.open == {self.first}:
            self.close(self.first)


class MarkersTwice(Reference):
    """Answers every marker with markers."""

    def on_marker(self, src, msg):
        if self.recorded is None:
            self.record()
            self.broadcast(Marker())
        self.close(src)


class RecordsAgain(Reference):
    """Each marker makes the node record its state anew."""

    def on_marker(self, src, msg):
        self.record()
        self.recorded = self.balance
        self.close(src)


class KeepsItToItself(Reference):
    """Records its state when a marker arrives, but sends no markers."""

    def on_marker(self, src, msg):
        if self.recorded is None:
            self.recorded, self.open = self.balance, set(self.peers)
            self.under_way = {peer: [] for peer in self.peers}
            self.output("recorded", self.recorded)
        self.close(src)


class NeverCloses(Reference):
    """The links stay open after their markers."""

    def on_marker(self, src, msg):
        self.record()


# ---- what is judged --------------------------------------------------------------------------------------------------

def a_marker_goes_over_each_link_once(trace: Trace) -> Objection | None:
    """At most once: a second one would begin a second snapshot."""
    if pair := first_repeated(sendings(trace, Marker), key=lambda one: (one.src, one.dst)):
        first, again = pair
        both = f"at step {first.sent} and at step {again.sent}"
        return Objection(f"{again.src} sends {again.dst} a marker twice, {both}", again.sent)
    return None


@always
def a_node_finishes_its_part_once(world):
    if pair := first_repeated(world.outputs("snapshot"), key=lambda output: output.node):
        return f"{pair[1].node} finishes its part of the snapshot twice"


@always
def what_is_recorded_is_the_state_at_that_moment(world):
    said = {output.node: output.values[0] for output in reversed(world.outputs("recorded"))}        # the first of each
    for output in world.outputs("snapshot"):
        if output.values[0] != said.get(output.node):
            return (f"{output.node} recorded a balance of {said.get(output.node)}, but its part of the snapshot says"
                    f" {output.values[0]}")


DEMANDS = (
    Demand(a_marker_goes_over_each_link_once, "The marker sending rule: one marker on each link, when the state is "
           "recorded.", hint=1),
    Demand(a_node_finishes_its_part_once, "A node records its state once in a snapshot.", hint=1),
    Demand(what_is_recorded_is_the_state_at_that_moment, "A node that has recorded its state does not record it again: "
           "a later marker only closes its link.", hint=1),
    Demand(what_was_received_in_the_snapshot_was_also_sent_in_it, "The marker leaves after the state is recorded and "
           "before anything else is sent, so that nothing sent later is received before it.", hint=2),
    Demand(no_money_is_lost_or_made, "The state of a link is what arrives on it after the receiver has recorded its "
           "state and before the link's marker; of the link that brought the first marker it is empty.", hint=3),
    Demand(a_snapshot_that_was_begun_is_finished, "The marker receiving rule: a node that gets its first marker "
                                                  "records its state and sends markers, too; a marker closes its "
                                                  "link.", hint=1),
)


# ---- the runs --------------------------------------------------------------------------------------------------------

def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    for seed in range(6):
        yield payments(protocol, names, seed=seed, first=seed % 2 == 0)


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    a, b, c = names
    for script in (asks(0, a, Pay(b, 1)) + asks(0, b, Pay(c, 2)) + asks(0, c, TakeSnapshot()),
                   asks(0, b, Pay(a, 3)) + asks(0, a, TakeSnapshot()) + asks(0, c, TakeSnapshot())):
        yield Search(Run(protocol, names, network=Network(fifo=True), script=script))


def traffic(protocol: type[Node], names: Names, seed: int) -> Run:
    """Payments at random, and one or two nodes that begin a snapshot."""
    draw = Random(f"{seed} payments")
    events = []
    for _ in range(15):
        src, dst = draw.sample(names, 2)
        events += asks(draw.randrange(150), src, Pay(dst, draw.randrange(1, 9)))
    for _ in range(draw.randrange(1, 3)):
        events += asks(draw.randrange(30, 100), draw.choice(names), TakeSnapshot())
    return calm(protocol, names, events, network=Network(latency=uniform(1, 60), fifo=True), duration=2000)


EXERCISES = (MakeItRight(
    number="4.5", title="Snapshot",
    task="Banks pay each other all the time. Write how each bank records its part of a snapshot, so that together the "
         "parts show a possible state: all the money, and none of it twice. Links are first in, first out.",
    base=Teller, asks=("record", "on_marker", "note_payment"), lines=10,
    reference=Reference, right=(MarkersBeforePapers, AsksTheList),
    wrong=((RecordsAfterwards, "recorded"), (ForgetsTheLinks, "0 in flight were recorded"),
           (KeepsTheFirstLinkOpen, "in flight were recorded, but there is"), (MarkersTwice, "a marker twice"),
           (RecordsAgain, "but its part of the snapshot says"), (KeepsItToItself, "never finished its part"),
           (NeverCloses, "never finished its part")),
    demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=traffic, faults=("pause",),
    hints=(
        "Think of the marker as a line drawn across a link: what was sent before it belongs to the snapshot.",
        "record does something only if self.recorded is None; on_marker calls it, and closes the link in any case.",
        "Record the balance first, and send the markers in the same handler, before any payment can follow.",
        "A payment that arrives while its link is in self.open was in flight: append it to self.under_way[src].",
    ),
),)
