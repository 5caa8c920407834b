"""Commit over total order broadcast: several nodes commit a transaction together, and no single one can make them wait.

The idea in three sentences. Each node broadcasts its vote in total order, and all count the votes as they are
delivered, each for itself: there is no coordinator whose decision could be missing. Who suspects a node broadcasts a no
on its behalf, perhaps while its yes is on the way. The first vote of each node counts, and since all deliver the votes
in one order it is the same one everywhere.

Source: Kleppmann, "Distributed systems", lecture notes (2021, section 6.1), after Gray and Lamport, "Consensus on
transaction commit" (2006). A run is one transaction. Left out: restarts, and what the transaction does. It waits for no
node but those for which the broadcast waits: here that is the leader, A, and with a broadcast by consensus (`raft`)
any majority will do. Its promises are those of `two_phase_commit`.
"""

from collections.abc import Iterable
from typing import Any

from dslab.marks import Lock, Quorum, Suspects
from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.protocols.broadcast import BestEffort
from dslab.protocols.total_order import LeaderOrder
from dslab.protocols.two_phase_commit import (
    ABORTED,
    COMMITTED,
    DECISIONS,
    RECOVERY,
    SAFETY,
    TERMINATION,
    Commit,
    Prepare,
    all_decide,
)
from dslab.run import Run
from dslab.script import At, at, crash, delay, drop, request


@message
class Ballot:
    voter: str          # whose vote it is
    yes: bool
    by: str             # who says so: the voter, or who suspects it

    @property
    def label(self):
        vote = f"{self.by} votes {'yes' if self.yes else 'no'}"
        return vote if self.by == self.voter else f"{vote} for {self.voter}"

    look = property(lambda self: "yes" if self.yes else "no")


class BroadcastCommit(LeaderOrder):
    """A node that votes, and counts the votes. Whoever is asked to commit asks the others to prepare."""

    roles = ("working", "prepared", *DECISIONS)
    marks = (Quorum("votes", needed="all"), Lock("lock"), Suspects("suspected"))
    shown = ()
    patience = 100                      # ms

    def init(self):
        super().init()
        self.role = "working"
        self.lock = "held"
        self.willing = True             # would it vote yes?
        self.votes = {}                 # node -> its first vote that was delivered: is it a yes?
        self.suspected = set()          # the nodes on whose behalf it has voted no
        self.client = None              # who asked this node to commit

    def on_start(self):
        self.set_timer("patience", self.patience)

    def on_commit(self, src, msg):
        self.client = src
        self.broadcast(Prepare())
        self.vote()

    def on_prepare(self, src, msg):
        self.vote()

    def vote(self):
        if self.role != "working":
            return self.note("has voted already, or knows the decision")
        self.role = "prepared"
        self.output("vote", "yes" if self.willing else "no")
        self.set_timer("patience", self.patience)
        self.begin(Ballot(self.id, self.willing, self.id))

    def on_patience_timer(self):
        """What is missing may be late: a wrong suspicion does no harm but an abort."""
        if self.role == "working":
            self.willing = False
            return self.vote()
        for node in self.peers:
            if node not in self.votes:
                self.suspect(node)

    def suspect(self, node):
        self.note(f"no vote of {node} has arrived in time: votes no for it")
        self.suspected.add(node)
        self.output("suspect", node)
        self.begin(Ballot(node, False, self.id))

    def deliver(self, msg):
        super().deliver(msg)
        self.count(msg.payload)

    def count(self, ballot):
        """Every node counts the same votes in the same order, so all come to one decision."""
        if ballot.voter in self.votes:
            return self.note(f"a vote of {ballot.voter} has been counted: “{ballot.label}” is too late")
        self.votes[ballot.voter] = ballot.yes
        self.conclude()

    def conclude(self):
        if not all(self.votes.values()):
            self.end(ABORTED)
        elif len(self.votes) == len(self.nodes):
            self.end(COMMITTED)

    def end(self, outcome):
        if self.role != outcome:
            self.role, self.lock = outcome, "free"
            self.output("decide", outcome)
            self.cancel_timer("patience")
            if self.client is not None:
                self.reply(self.client, outcome)


# ---- wrong variants ----------------------------------------------------------------------------------------

class LastVoteCounts(BroadcastCommit):
    """What if a node's last vote counts?"""

    def count(self, ballot):
        self.votes[ballot.voter] = ballot.yes
        self.conclude()


class ProxyOverrides(BroadcastCommit):
    """What if a no on behalf of a node overrides the node's own yes?"""

    def count(self, ballot):
        if ballot.by != ballot.voter:
            self.votes.pop(ballot.voter, None)
        super().count(ballot)


class WithoutOrder(BroadcastCommit):
    """What if votes are broadcast, but in no common order?"""

    spread, on_packet, accept = BestEffort.spread, BestEffort.on_packet, BestEffort.accept


# ---- promises and runs -------------------------------------------------------------------------------------

PROMISES = (*SAFETY, all_decide, RECOVERY, TERMINATION)


def vote(protocol: type[Node] = BroadcastCommit, *, names: Iterable[str] = "ABC", script: Iterable[At] = (),
         **options: Any) -> Run:
    """A run in which alice asks B to commit; each message takes 10 ms.

    `script` comes after her request; `options` are those of `Run`.
    """
    options.setdefault("network", Network(latency=constant(10)))
    events = [at(10, request("B", Commit(), client="alice")), *script]
    return Run(dict.fromkeys(names, protocol), script=events, **options)


C_IS_SLOW = (at(0, delay("C->A#1", by=85)),)            # B suspects C at 110 ms, when the yes of C is on its way
DEMO = vote(script=C_IS_SLOW, title="Votes in total order: C is slow")
DEMOS = {
    "C is slow": DEMO,
    "all vote yes": vote(title="Votes in total order"),
    "C crashes": vote(script=[at(15, crash("C"))], title="C crashes before it votes"),
    "B crashes": vote(script=[at(0, drop("B->C#1")), at(15, crash("B"))],
                      title="B crashes when it has asked A to prepare"),
    "A crashes": vote(script=[at(15, crash("A"))], title="A, which orders the votes, crashes"),
    "the last vote counts": vote(LastVoteCounts, script=C_IS_SLOW, title="The last vote of a node counts"),
    "a proxy overrides": vote(ProxyOverrides, script=C_IS_SLOW, title="A no on behalf of a node overrides its yes"),
    "no order": vote(WithoutOrder, script=[at(0, delay("C->B#1", by=85))], title="Votes in no common order"),
}
