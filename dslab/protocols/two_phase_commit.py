"""Two-phase commit: several nodes commit a transaction together, or none of them does, though nodes crash.

The idea in three sentences. The coordinator asks the participants to prepare, and each votes: a yes is a promise, on
its disk before it is sent, to commit or abort as it will be told, and to hold its locks until then. If all have voted
yes the coordinator writes "commit" to its disk, else "abort", and then says so to all. Between its yes and the decision
a participant can do nothing alone: if the coordinator is down that long, it waits, and its locks with it (blocking).

Sources: Gray, "Notes on data base operating systems" (1978); Mohan, Lindsay and Obermarck, "Transaction management in
the R* distributed database management system" (1986); Gray and Lamport, "Consensus on transaction commit" (2006,
section 3) for the costs. A run is one transaction. Left out: what it
reads and writes, other transactions that wait for its locks, acknowledgements (the coordinator keeps its decision for
ever), three-phase commit (it needs a bound on delays). Cooperative termination, presumed abort, and what goes wrong
where a rule is left out: `two_phase_variants`.

The node that a client asks for `Commit` begins: the coordinator, or a participant, whose yes is then the first message
[Gray and Lamport, figure 1]. A participant does not write down the decision: if it forgets it, it asks again.
"""

from collections.abc import Iterable
from typing import Any

from dslab.marks import Lock, Quorum
from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run
from dslab.script import At, at, crash, drop, recover, request

COMMITTED, ABORTED = "committed", "aborted"
DECISIONS = (COMMITTED, ABORTED)


@message
class Commit:
    """A request: commit the transaction."""

    label, look = "commit?", "ask"


@message
class Prepare:
    label, look = "prepare", "ask"
    sentence = "{src} asks {dst} to prepare, and to vote"


@message
class Vote:
    yes: bool
    label = property(lambda self: f"vote {'yes' if self.yes else 'no'}")
    look = property(lambda self: "yes" if self.yes else "no")


@message
class Decision:
    outcome: str        # committed or aborted
    label = property(lambda self: "commit" if self.outcome == COMMITTED else "abort")
    look = property(lambda self: "yes" if self.outcome == COMMITTED else "no")


@message
class Ask:
    label, look = "decided?", "ask"
    sentence = "{src} asks {dst} what was decided"


class Member(Node):
    """What coordinator and participants share: a log on disk, a role that ends in a decision, and a patience.

    The coordinator is the first node of the run, the participants are the others.
    """

    persistent = ("log",)
    shown = ("log",)
    patience = 100                      # ms

    def init(self):
        self.log = []                   # what was forced to disk: "yes", or the decision
        self.client = None              # who asked this node to commit

    def force(self, record):
        """Write to disk, and go on when it is there."""
        self.log.append(record)
        self.note(f"“{record}” is on its disk")

    def on_commit(self, src, msg):
        self.client = src
        if self.role in DECISIONS:
            return self.reply(src, self.role)
        self.begin()

    def begin(self):
        """What a client's request sets off."""

    def end(self, outcome):
        self.role = outcome
        self.output("decide", outcome)
        self.cancel_timer("patience")
        if self.client is not None:
            self.reply(self.client, outcome)

    def on_ask(self, src, msg):
        if self.role in DECISIONS:
            self.send(src, Decision(self.role))
        else:
            self.note("does not know either")


class Coordinator(Member):
    """Asks for the votes, decides, writes the decision to its disk, and tells it."""

    roles = ("idle", "collecting", *DECISIONS)
    marks = (Quorum("yes", words="votes yes", needed="peers", role="collecting"),)

    def init(self):
        super().init()
        self.role = "idle"
        self.yes = set()                # who has voted yes

    def begin(self):
        """Phase one. Who has voted already is not asked."""
        self.role = "collecting"
        self.set_timer("patience", self.patience)
        for peer in self.peers:
            if peer not in self.yes:
                self.send(peer, Prepare())

    def on_vote(self, src, msg):
        if self.role in DECISIONS:
            return self.note("has decided already")
        if not msg.yes:
            return self.decide(ABORTED)
        self.yes.add(src)
        if self.role == "idle":
            self.begin()
        if len(self.yes) == len(self.peers):
            self.decide(COMMITTED)

    def on_patience_timer(self):
        """Undecided, it may abort: nobody can have committed."""
        missing = [peer for peer in self.peers if peer not in self.yes]
        self.output("suspect", *missing)
        self.note(f"no vote of {' and '.join(missing)}: aborts")
        self.decide(ABORTED)

    def decide(self, outcome):
        """Phase two. Once it is on disk it is decided, whoever crashes."""
        self.force(outcome)
        self.end(outcome)
        self.broadcast(Decision(outcome))

    def on_recover(self):
        """A decision on disk is told again; without one, nobody can have committed: it aborts."""
        if not self.log:
            return self.on_patience_timer()
        self.note("finds its decision on disk")
        self.end(self.log[-1])
        self.broadcast(Decision(self.role))


class Participant(Member):
    """Votes. Before its yes it may abort alone, and after it only wait, and ask the coordinator."""

    roles = ("working", "prepared", *DECISIONS)
    marks = (Lock("lock"),)

    def init(self):
        super().init()
        self.role = "working"
        self.lock = "held"              # on what the transaction has read and written here
        self.willing = True             # would it vote yes?

    @property
    def coordinator(self):
        return self.nodes[0]

    def on_start(self):
        self.set_timer("patience", self.patience)

    def on_prepare(self, src, msg):
        self.begin()

    def begin(self):
        if self.role == "working" and self.willing:
            self.vote_yes()
        elif self.role == "working":
            self.abort_alone("cannot commit")
        self.send(self.coordinator, Vote(self.role in ("prepared", COMMITTED)))

    def vote_yes(self):
        self.force("yes")
        self.role = "prepared"
        self.output("vote", "yes")
        self.set_timer("patience", self.patience)

    def abort_alone(self, why):
        """Before its yes: the coordinator cannot commit without it."""
        self.note(f"{why}: votes no")
        self.output("vote", "no")
        self.end(ABORTED)

    def on_patience_timer(self):
        if self.role == "working":
            return self.abort_alone("the coordinator is silent")
        self.note("has promised to wait for the decision")
        self.ask()

    def ask(self):
        self.send(self.coordinator, Ask())

    def on_decision(self, src, msg):
        if self.role in DECISIONS:
            return self.note("knows it already")
        self.end(msg.outcome)

    def end(self, outcome):
        super().end(outcome)
        self.lock = "free"

    def on_recover(self):
        """With a yes on its disk it has promised; without, it has forgotten what it would have to commit."""
        if not self.log:
            return self.abort_alone("the transaction was lost in the crash")
        self.role = "prepared"
        self.note("finds its yes on disk, and takes its locks again")
        self.ask()


# ---- properties --------------------------------------------------------------------------------------------

def participants(world: Any) -> dict[str, Any]:
    """Node -> its state, for all that have locks."""
    return dict(world.having("lock"))


@always
def a_decision_never_changes(world):
    """Stability."""
    decided = {}
    for output in world.outputs("decide"):
        outcome, = output.values
        if decided.setdefault(output.node, outcome) != outcome:
            return f"{output.node} has {decided[output.node]}, and now it has {outcome}"


@always
def nobody_commits_what_another_aborts(world):
    """Agreement."""
    ends = {output.values[0]: output.node for output in world.outputs("decide")}
    if len(ends) > 1:
        return f"{ends[COMMITTED]} has committed, and {ends[ABORTED]} has aborted"


@always
def a_commit_needs_a_yes_of_all(world):
    """Validity."""
    yes = {output.node for output in world.outputs("vote") if output.values == ("yes",)}
    for output in world.outputs("decide"):
        missing = [node for node in participants(world) if node not in yes]
        if output.values == (COMMITTED,) and missing:
            return f"{output.node} has committed, and {missing[0]} has not voted yes"


@always
def an_abort_needs_a_no_or_a_suspicion(world):
    """Non-triviality: it does not abort for nothing."""
    reasons = [*world.outputs("suspect"), *(one for one in world.outputs("vote") if one.values == ("no",))]
    for output in world.outputs("decide"):
        if output.values == (ABORTED,) and not reasons:
            return f"{output.node} has aborted, though nobody has voted no or was suspected"


@always
def locks_are_held_until_the_decision(world):
    """No other transaction sees what may still be undone."""
    decided = {output.node for output in world.outputs("decide")}
    for node, state in participants(world).items():
        if node in world.up and state.lock != "held" and node not in decided:
            return f"{node} has released its lock, and does not know the decision"


@sometimes
def all_decide(world):
    decided = {output.node for output in world.outputs("decide")}
    return all(node in decided for node in participants(world))


@in_the_end
def once_all_are_up_nobody_waits(world):
    """Recovery: whatever was down, the decision reaches all in the end, if no message is lost."""
    if set(world.up) == set(world.nodes):
        return waits_for_ever(world)


@in_the_end
def whoever_voted_yes_learns_the_decision(world):
    """Termination. Two-phase commit does not keep it if the coordinator stays down: it blocks."""
    return waits_for_ever(world)


def waits_for_ever(world: Any) -> str | None:
    """A sentence about a node that is up and waits, at the end of a run."""
    for node, state in participants(world).items():
        if node in world.up and state.role == "prepared":
            return f"{node} has voted yes, and waits for the decision for ever"
    return None


SAFETY = (a_decision_never_changes, nobody_commits_what_another_aborts, a_commit_needs_a_yes_of_all,
          an_abort_needs_a_no_or_a_suspicion, locks_are_held_until_the_decision)
RECOVERY, TERMINATION = once_all_are_up_nobody_waits, whoever_voted_yes_learns_the_decision
PROMISES = (*SAFETY, all_decide, RECOVERY, TERMINATION)


# ---- runs --------------------------------------------------------------------------------------------------

def commit(coordinator: type[Node] = Coordinator, participant: type[Node] = Participant, *,
           names: Iterable[str] = "ABC", first: str = "coordinator", script: Iterable[At] = (), **options: Any) -> Run:
    """A run in which alice asks the node `first` to commit; each message takes 10 ms.

    `script` comes after her request; `options` are those of `Run`.
    """
    nodes = {"coordinator": coordinator} | dict.fromkeys(names, participant)
    events = [at(10, request(first, Commit(), client="alice")), *script]
    options.setdefault("network", Network(latency=constant(10)))
    return Run(nodes, script=events, **options)


# Prepare arrives at 20 ms, the votes at 30, the decision at 40.
UNDECIDED = (at(25, crash("coordinator")),)
ONLY_A_WAS_TOLD = (at(0, drop("coordinator->B#2")), at(0, drop("coordinator->C#2")), at(35, crash("coordinator")))
B_WAS_NOT_TOLD = (at(0, drop("coordinator->B#2")), at(50, crash("coordinator")), at(60, recover("coordinator")))
C_WAS_NOT_ASKED = (at(0, drop("coordinator->C#1")),)
RESTARTS = at(200, recover("coordinator"))
C_OBJECTS = {"C": {"willing": False}}

DEMO = commit(script=[at(35, crash("B")), at(60, recover("B"))], title="Two-phase commit: B restarts")
DEMOS = {
    "B restarts": DEMO,
    "A begins": commit(first="A", title="alice asks A to commit"),
    "C votes no": commit(initial=C_OBJECTS, title="C votes no"),
    "C is not asked": commit(script=C_WAS_NOT_ASKED, title="A message to C is lost"),
    "the coordinator crashes": commit(script=UNDECIDED, title="The coordinator crashes before it has decided"),
    "the coordinator restarts": commit(script=[*UNDECIDED, RESTARTS], title="The coordinator restarts"),
    "only A was told": commit(script=ONLY_A_WAS_TOLD, title="The coordinator crashes when it has told A"),
}
