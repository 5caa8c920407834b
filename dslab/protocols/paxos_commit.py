"""Paxos Commit: two-phase commit whose votes are chosen by Paxos, so that no single crash makes the others wait.

The idea in three sentences. Each resource manager's vote is a decision of its own: the manager proposes it in ballot 0,
to acceptors, and it counts once a majority of them has accepted it. The acceptor that leads tells all managers the
outcome, as a coordinator does, but what it knows is on a majority of disks. If it is silent, another acceptor starts a
higher ballot: votes that may have been chosen stay, and for a manager of which nothing is known it proposes a no.

Source: Gray and Lamport, "Consensus on transaction commit" (2006, sections 4 and 5). 2F + 1 acceptors tolerate F
crashes; while nothing fails only the first F + 1 take part, and one of them leads. Managers, their locks, and the
promises are those of `two_phase_commit`; ballots are those of `paxos`. Here one ballot serves for the votes of all
managers, and whoever asks for the outcome makes an acceptor take over. Left out: the election of a leader.
"""

from collections.abc import Iterable
from itertools import combinations, product
from typing import Any

from dslab.marks import Suspects
from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.protocols.paxos import words
from dslab.protocols.two_phase_commit import (
    ABORTED,
    COMMITTED,
    DECISIONS,
    RECOVERY,
    SAFETY,
    TERMINATION,
    Ask,
    Commit,
    Decision,
    Participant,
    Prepare,
    Vote,
    all_decide,
)
from dslab.run import Run
from dslab.script import At, at, crash, request

FIRST = (0, "managers")             # the ballot in which managers propose their own votes


def in_words(votes: Iterable[tuple[str, tuple, bool]]) -> str:
    """Votes as a text: A yes, B no."""
    return ", ".join(f"{manager} {'yes' if yes else 'no'}" for manager, _, yes in votes) or "nothing"


@message
class Accepted:
    """Phase 2b, for all votes at once."""

    ballot: tuple
    votes: tuple        # of (manager, ballot, is it a yes?)
    look = "yes"

    def label(self):
        """The votes."""
        return f"accepted: {in_words(self.votes)}"


@message
class NewBallot:
    """Phase 1a: whoever leads this ballot takes over."""

    ballot: tuple
    look = "ask"

    def label(self):
        """The ballot."""
        return f"ballot {words(self.ballot)}"


@message
class Promise:
    """Phase 1b: what the sender has accepted in lower ballots."""

    ballot: tuple
    votes: tuple

    def label(self):
        """The votes."""
        return f"promise; {in_words(self.votes)}"


@message
class Accept:
    """Phase 2a of a higher ballot."""

    ballot: tuple
    votes: tuple

    def label(self):
        """The votes."""
        return f"accept {in_words(self.votes)}"


def outcome(reports: dict[str, tuple], majority: int, managers: int) -> str | None:
    """What is decided, if enough is known. A vote is chosen when a majority has accepted it, all in one ballot."""
    accepted = [(manager, yes) for votes in reports.values() for manager, _, yes in votes]
    chosen = {vote for vote in accepted if accepted.count(vote) >= majority}
    if not all(yes for _, yes in chosen):
        return ABORTED
    return COMMITTED if len(chosen) == managers else None


class Manager(Participant):
    """A resource manager: a participant whose vote goes to acceptors, and who asks one after the other."""

    def init(self):
        super().init()
        self.asked = 0                  # how many acceptors it has asked for the outcome

    def begin(self):
        if self.role == "working" and self.willing:
            self.vote_yes()
        elif self.role == "working":
            self.abort_alone("cannot commit")
        acceptors = self.acceptors()
        for acceptor in acceptors[:len(acceptors) // 2 + 1]:
            self.send(acceptor, Vote(self.role in ("prepared", COMMITTED)))

    def ask(self):
        """The leader would have told it: so it asks the next one, who will then lead."""
        self.asked += 1
        acceptors = self.acceptors()
        self.send(acceptors[self.asked % len(acceptors)], Ask())
        self.set_timer("patience", self.patience)

    def acceptors(self):
        """The neighbours that are no managers."""
        return [name for name in self.neighbours if name not in self.peers]


class Acceptor(Node):
    """Accepts votes; the first acceptor leads ballot 0, and any may lead a higher one."""

    persistent = ("promised", "accepted")
    roles = ("idle", "leading", *DECISIONS)
    shown = ("votes",)
    marks = (Suspects("suspected"),)

    def init(self):
        self.role = "idle"
        self.promised = FIRST           # it accepts nothing below this ballot
        self.accepted = {}              # manager -> (ballot, is it a yes?)
        self.votes = {}                 # manager -> its vote, before all are there to be written together
        self.promises = {}              # of the ballot that this acceptor leads: acceptor -> what it has accepted
        self.reports = {}               # acceptor -> what it has accepted in that ballot
        self.waiting = []               # who has asked for the outcome since it took over
        self.suspected = []             # managers for which this acceptor has proposed a no

    # ---- ballot 0: the managers propose their votes

    def on_vote(self, src, msg):
        if self.promised != FIRST:
            return self.note(f"too late: has promised {words(self.promised)}")
        if self.index == 0 and self.role == "idle":
            self.role = "leading"
            self.tell([name for name in self.managers() if name != src], Prepare())
        self.votes[src] = msg.yes
        if not msg.yes or len(self.votes) == len(self.managers()):
            self.write_votes()
            self.report(self.nodes[0])

    def write_votes(self):
        """One write for all."""
        self.accepted = {manager: (FIRST, yes) for manager, yes in self.votes.items()} | self.accepted

    def report(self, leader):
        votes = self.as_votes()
        if leader == self.id:
            self.hear(self.id, votes)
        else:
            self.send(leader, Accepted(self.promised, votes))

    def as_votes(self):
        return tuple((manager, *self.accepted[manager]) for manager in sorted(self.accepted))

    # ---- whoever leads a ballot

    def on_accepted(self, src, msg):
        if msg.ballot != self.promised or self.role in DECISIONS:
            return self.note("belongs to another ballot" if msg.ballot != self.promised else "has decided already")
        self.hear(src, msg.votes)

    def hear(self, acceptor, votes):
        self.reports[acceptor] = votes
        found = outcome(self.reports, self.enough(), len(self.managers()))
        if found and self.role not in DECISIONS:
            self.role = found
            self.output("decide", found)
            self.tell(self.managers(), Decision(found))

    # ---- a higher ballot: somebody waits

    def on_ask(self, src, msg):
        if self.role in DECISIONS:
            return self.send(src, Decision(self.role))
        if self.waiting and src not in self.waiting:
            self.waiting.append(src)
            return self.note("is about to find out")
        self.waiting = [src]
        self.take_over()

    def take_over(self):
        self.note(f"{self.waiting[0]} waits: takes over, with a higher ballot")
        self.write_votes()
        self.role, self.reports = "leading", {}
        self.promised = (self.promised[0] + 1, self.id)
        self.promises = {self.id: self.as_votes()}
        self.tell(self.peers, NewBallot(self.promised))

    def on_new_ballot(self, src, msg):
        if msg.ballot < self.promised:
            return self.note(f"has promised {words(self.promised)}")
        self.write_votes()
        self.promised = msg.ballot
        self.send(src, Promise(msg.ballot, self.as_votes()))

    def on_promise(self, src, msg):
        if msg.ballot != self.promised or len(self.promises) >= self.enough():
            return self.note("comes too late")
        self.promises[src] = msg.votes
        if len(self.promises) == self.enough():
            self.propose()

    def propose(self):
        """What may have been chosen stays; where nothing is known it is a no, on behalf of a manager."""
        told = sorted(vote for votes in self.promises.values() for vote in votes)
        latest = {manager: yes for manager, _, yes in told}     # sorted by ballot: that of the highest one stays
        self.suspected = [manager for manager in self.managers() if manager not in latest]
        if self.suspected:
            self.output("suspect", *self.suspected)
            self.note(f"nothing is known of {' and '.join(self.suspected)}: proposes a no")
        self.accepted = {manager: (self.promised, latest.get(manager, False)) for manager in self.managers()}
        self.tell(self.peers, Accept(self.promised, self.as_votes()))
        self.hear(self.id, self.as_votes())

    def on_accept(self, src, msg):
        if msg.ballot < self.promised:
            return self.note(f"has promised {words(self.promised)}")
        self.promised = msg.ballot
        self.accepted = {manager: (ballot, yes) for manager, ballot, yes in msg.votes}
        self.report(src)

    # ---- who is who

    def enough(self):
        """A majority of the acceptors."""
        return len(self.nodes) // 2 + 1

    def managers(self):
        """The neighbours that are no acceptors."""
        return [name for name in self.neighbours if name not in self.peers]

    def tell(self, nodes, msg):
        for node in nodes:
            self.send(node, msg)


# ---- variants ----------------------------------------------------------------------------------------------

class TellsAll(Acceptor):
    """Faster: in ballot 0 acceptors tell all managers what they have accepted, and the leader need not [section 5]."""

    def report(self, leader):
        if self.promised != FIRST:
            return super().report(leader)
        self.tell(self.managers(), Accepted(self.promised, self.as_votes()))


class Counts(Manager):
    """The manager for `TellsAll`: it draws the conclusion itself."""

    def init(self):
        super().init()
        self.reports = {}               # acceptor -> what it has accepted in ballot 0

    def on_accepted(self, src, msg):
        self.reports[src] = msg.votes
        found = outcome(self.reports, len(self.acceptors()) // 2 + 1, len(self.nodes))
        if found and self.role not in DECISIONS:
            self.end(found)


class SaysNo(Acceptor):
    """What if whoever takes over proposes a no for all, without asking what was accepted?"""

    def propose(self):
        self.promises = {self.id: ()}
        super().propose()


class FewAcceptors(Acceptor):
    """What if a vote counts as chosen as soon as one acceptor has accepted it?"""

    def enough(self):
        return 1


class ForgetsVotes(Acceptor):
    """What if an acceptor forgets in a crash what it has accepted?"""

    persistent = ("promised",)


# ---- promises and runs -------------------------------------------------------------------------------------

PROMISES = (*SAFETY, all_decide, RECOVERY, TERMINATION)


def commit(acceptor: type[Node] = Acceptor, manager: type[Node] = Manager, *, names: Iterable[str] = "ABC",
           acceptors: Iterable[str] = "XYZ", script: Iterable[At] = (), **options: Any) -> Run:
    """A run in which alice asks the first manager to commit; each message takes 10 ms.

    `script` comes after her request; `options` are those of `Run`.
    """
    names, acceptors = tuple(names), tuple(acceptors)
    options.setdefault("network", Network(latency=constant(10)))
    return Run(dict.fromkeys(names, manager) | dict.fromkeys(acceptors, acceptor),
               topology=[*product(names, acceptors), *combinations(acceptors, 2)],
               script=[at(10, request(names[0], Commit(), client="alice")), *script], **options)


# X leads. At 40 ms it has all votes, and at 50 ms it would hear from Y that a majority has accepted them.
DEMO = commit(script=[at(45, crash("X"))], title="Paxos Commit: the leader crashes", duration=400)
DEMOS = {
    "the leader crashes": DEMO,
    "nothing fails": commit(title="Paxos Commit", duration=100),
    "C crashes": commit(script=[at(25, crash("C"))], title="A manager crashes before it has voted", duration=400),
    "C votes no": commit(initial={"C": {"willing": False}}, title="C votes no", duration=100),
    "faster": commit(TellsAll, Counts, title="Acceptors tell all managers", duration=100),
}
