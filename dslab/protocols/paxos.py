"""Single-decree Paxos: acceptors choose one value, though nodes crash and restart, and messages are lost or late.

The idea in three sentences. A proposer first asks a majority of the acceptors to promise that they will accept nothing
of a lower ballot, and each tells what it has accepted already. If any has accepted a value, the proposer must propose
the one of the highest ballot, since it may have been chosen; only otherwise it is free to propose its own. A value that
a majority accepts in one ballot is chosen, and since two majorities share an acceptor, every later ballot finds it.

Sources: Lamport, "The part-time parliament" (1998), and "Paxos made simple" (2001, section 2): Prepare, Promise, Accept
and Accepted are its phases 1a, 1b, 2a and 2b. A proposer is the only learner of its own ballot; another that wants to
know proposes something, and is told. Left out: several decisions (Multi-Paxos, section 3), a leader that all prefer.
Safety never depends on time. Progress does: two proposers can outbid each other for ever, and random patience ends
that. What goes wrong where a rule is left out: `paxos_variants`.
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from dslab.network import Network, Settings, constant
from dslab.node import Node, message
from dslab.properties import always, sometimes
from dslab.run import Run
from dslab.script import At, at, crash, delay, request

NONE = (0, "-")         # below every ballot


def words(ballot):
    """A ballot as a text: the second of P is 2.P."""
    return f"{ballot[0]}.{ballot[1]}"


@message
class Propose:
    """A request: have a value chosen, this one if you can. Its answer is the value that was chosen."""

    value: Any
    label, look = "{value}?", "ask"
    sentence = "{src} asks {dst} to propose {value}"


@message
class Prepare:
    """Phase 1a."""

    ballot: tuple       # (round, proposer)
    look = "ask"

    def label(self):
        """The ballot."""
        return f"prepare {words(self.ballot)}"

    def sentence(self, src, dst):
        """What is asked for."""
        return f"{src} asks {dst} to promise that it accepts nothing below ballot {words(self.ballot)}"


@message
class Promise:
    """Phase 1b: nothing below this ballot from now on; and what was accepted before."""

    ballot: tuple
    accepted: tuple     # the ballot of what it has accepted, or NONE
    value: Any          # and the value

    look = "yes"

    def label(self):
        """The value is what matters."""
        return "promise" if self.accepted == NONE else f"promise; {self.value} in {words(self.accepted)}"

    def sentence(self, src, dst):
        """What is promised, and what it has accepted."""
        had = "nothing" if self.accepted == NONE else f"{self.value}, in ballot {words(self.accepted)}"
        return f"{src} promises {dst}: nothing below {words(self.ballot)}; so far it has accepted {had}"


@message
class Accept:
    """Phase 2a."""

    ballot: tuple
    value: Any

    def label(self):
        """The value and its ballot."""
        return f"accept {self.value} in {words(self.ballot)}"


@message
class Accepted:
    """Phase 2b."""

    ballot: tuple
    label, look = "accepted", "yes"


@message
class Refused:
    """A higher ballot has the promise of the sender."""

    ballot: tuple
    promised: tuple
    look = "no"

    def label(self):
        """The ballot that stands in the way."""
        return f"no: promised {words(self.promised)}"


class Acceptor(Node):
    """Promises and accepts. All that it has said is on its disk before it is said."""

    persistent = ("promised", "ballot", "value")
    shown = ("promised", "value", "ballot")

    def init(self):
        self.promised = NONE            # it accepts nothing below this ballot
        self.ballot = NONE              # the ballot in which it has accepted
        self.value = None               # what it has accepted in that ballot

    def on_prepare(self, src, msg):
        if msg.ballot < self.promised:
            return self.refuse(src, msg.ballot)
        self.promised = msg.ballot
        self.send(src, Promise(msg.ballot, self.ballot, self.value))

    def on_accept(self, src, msg):
        if msg.ballot < self.promised:
            return self.refuse(src, msg.ballot)
        # A later ballot asks a majority, and this acceptor may be the only one of it that knows: it must remember.
        self.promised = self.ballot = msg.ballot
        self.value = msg.value
        self.send(src, Accepted(msg.ballot))

    def refuse(self, src, ballot):
        self.note(f"has promised {words(self.promised)}, which is above {words(ballot)}")
        self.send(src, Refused(ballot, self.promised))


class Proposer(Node):
    """Proposes a value, in ballot after ballot until one is chosen."""

    persistent = ("round",)
    roles = ("idle", "preparing", "accepting", "decided")
    shown = ("ballot", "value")
    patience = (100, 200)               # ms for one ballot

    def init(self):
        self.role = "idle"
        self.round = 0                  # of its latest ballot: on disk, since no ballot may be used twice
        self.ballot = NONE              # (round, proposer): no two proposers have the same
        self.user = None                # who asked for a decision
        self.wish = None                # the value that it would propose
        self.promises = {}              # acceptor -> (ballot, value) that it has accepted before
        self.value = None               # what it proposes in this ballot
        self.accepted = set()           # the acceptors that have accepted it

    def on_propose(self, src, msg):
        if self.role == "decided":
            return self.reply(src, self.value)
        self.user, self.wish = src, msg.value
        self.output("propose", msg.value)
        self.prepare()

    def prepare(self):
        """Phase 1: a ballot of its own, above all that it has heard of."""
        self.round += 1
        self.ballot = self.next_ballot()
        self.role, self.promises, self.value, self.accepted = "preparing", {}, None, set()
        self.set_timer("patience", *self.patience)
        self.tell_acceptors(Prepare(self.ballot))

    def next_ballot(self):
        return (self.round, self.id)

    def on_promise(self, src, msg):
        if self.role != "preparing" or msg.ballot != self.ballot:
            return self.note("comes too late")
        self.promises[src] = (msg.accepted, msg.value)
        if len(self.promises) == self.enough():
            self.propose(self.choose())

    def choose(self):
        """What may have been chosen already; if nothing can have been, its own wish."""
        accepted, value = max(self.promises.values(), key=itemgetter(0))
        if accepted == NONE:
            return self.wish
        self.note(f"must propose {value}: a majority may have accepted it in {words(accepted)}")
        return value

    def propose(self, value):
        """Phase 2."""
        self.role, self.value = "accepting", value
        self.tell_acceptors(Accept(self.ballot, value))

    def on_accepted(self, src, msg):
        if self.role != "accepting" or msg.ballot != self.ballot:
            return self.note("comes too late")
        self.accepted.add(src)
        if len(self.accepted) == self.enough():
            self.decide()

    def decide(self):
        self.role = "decided"
        self.output("decide", self.value)
        self.cancel_timer("patience")
        self.reply(self.user, self.value)

    def on_refused(self, src, msg):
        self.round = max(self.round, msg.promised[0])
        self.note("its next ballot must be higher")

    def on_patience_timer(self):
        self.note("no majority has answered in time")
        self.prepare()

    def enough(self):
        """A majority of the acceptors."""
        return len(self.acceptors()) // 2 + 1

    def tell_acceptors(self, msg):
        for acceptor in self.acceptors():
            self.send(acceptor, msg)

    def acceptors(self):
        """The neighbours that are no proposers."""
        return [name for name in self.neighbours if name not in self.peers]


class Impatient(Proposer):
    """What if a refused proposer bids higher at once? Two of them can go on for ever, and nothing is ever wrong."""

    def on_refused(self, src, msg):
        super().on_refused(src, msg)
        if msg.ballot == self.ballot and self.role != "decided":
            self.prepare()


# ---- properties --------------------------------------------------------------------------------------------

@always
def nobody_decides_what_another_does_not(world):
    """Agreement, as users see it."""
    decisions = world.outputs("decide")
    for one in decisions[1:]:
        if one.values != decisions[0].values:
            return f"{decisions[0].node} has decided {decisions[0].values[0]}, and {one.node} {one.values[0]}"


@always
def what_is_chosen_stays_chosen(world):
    """No acceptor accepts another value in a later ballot than one in which a majority has accepted [2001, P2b]."""
    acceptors = world.having("promised")
    held = [(one.ballot, one.value) for one in acceptors.values() if one.ballot != NONE]
    for ballot, value in held:
        if held.count((ballot, value)) > len(acceptors) // 2:
            for later, other in held:
                if later > ballot and other != value:
                    return f"{value} is chosen in {words(ballot)}, and {other} is accepted in {words(later)}"


@always
def a_decision_was_proposed(world):
    """Validity."""
    wishes = {output.values for output in world.outputs("propose")}
    for output in world.outputs("decide"):
        if output.values not in wishes:
            return f"{output.node} decides {output.values[0]}, which nobody has proposed"


@sometimes
def somebody_decides(world):
    return bool(world.outputs("decide"))


SAFETY = (nobody_decides_what_another_does_not, what_is_chosen_stays_chosen, a_decision_was_proposed)
PROMISES = (*SAFETY, somebody_decides)


# ---- runs --------------------------------------------------------------------------------------------------

def paxos(proposer: type[Node] = Proposer, acceptor: type[Node] = Acceptor, *, acceptors: Iterable[str] = "ABC",
          asked: Iterable[tuple[float, str, Any]] = (), events: Iterable[At] = (), **options: Any) -> Run:
    """A run in which clients ask proposers, each (ms, proposer, value), to propose; each message takes 10 ms.

    `events` are added to the script; `options` are those of `Run`.
    """
    acceptors, asked = tuple(acceptors), tuple(asked)
    proposers = dict.fromkeys(name for _, name, _ in asked)
    script = [at(ms, request(name, Propose(value), client=f"client {place}"))
              for place, (ms, name, value) in enumerate(asked, 1)]
    options.setdefault("network", Network(latency=constant(10)))
    return Run(dict.fromkeys(acceptors, acceptor) | dict.fromkeys(proposers, proposer), script=[*script, *events],
               topology=[(one, other) for one in proposers for other in acceptors], **options)


TWO = ((10, "P", "tea"), (60, "Q", "coffee"))

# P's Accept reaches A only; then P crashes, and C too, so Q must take what A and B say.
TAKES_OVER = (at(0, delay("P->B#2", by=500)), at(0, delay("P->C#2", by=500)), at(45, crash("P")), at(50, crash("C")))


def duel(proposer: type[Node] = Impatient, **options: Any) -> Run:
    """P and Q propose at nearly the same time. A is near to both, so they soon hear that they were outbid."""
    near: dict[Any, Settings] = {link: {"latency": constant(1)} for one in "PQ" for link in ((one, "A"), ("A", one))}
    return paxos(proposer, asked=((10, "P", "tea"), (21, "Q", "coffee")),
                 network=Network(latency=constant(10), links=near), **{"duration": 300} | options)


DEMO = paxos(asked=TWO, events=TAKES_OVER, title="Paxos: Q takes over", duration=200)
DEMOS = {
    "Q takes over": DEMO,
    "nobody else proposes": paxos(asked=TWO[:1], title="A proposer alone"),
    "a duel": duel(title="Two proposers that outbid each other at once"),
    "a duel, and patience": duel(Proposer, duration=1000, title="Two proposers with random patience"),
}
