"""Exercise 6.1: two-phase commit, with crashes and restarts of any node, and messages that are lost or come twice."""

from dslab.exercises.commit_runs import DEMANDS, PATIENCE, scenarios, searches, swarm
from dslab.grader.exercise import MakeItRight
from dslab.node import Node
from dslab.protocols.two_phase_commit import (
    ABORTED,
    COMMITTED,
    DECISIONS,
    Ask,
    Decision,
    Prepare,
    Vote,
)

# ---- what the learner starts from ------------------------------------------------------------------------------------


class Member(Node):
    """The coordinator, which is the first node of the run, or one of the participants, which are its peers."""

    persistent = ("log", "able")
    roles = ("working", "prepared", *DECISIONS)
    shown = ("log",)

    def init(self):
        self.log = []               # what self.force(...) has written to disk
        self.able = True         # participant: can it commit?
        self.role = "working"
        self.lock = "held"          # participant: on what the transaction has read and written
        self.yes = set()            # coordinator: for you
        self.client = None

    @property
    def coordinator(self):
        """Its name."""
        return self.nodes[0]

    @property
    def leads(self):
        """Is this node the coordinator?"""
        return self.id == self.coordinator

    def force(self, record):
        """Write a record to the disk, which is done before a message of the same handler leaves."""
        self.log.append(record)
        self.output("forced", record)

    def end(self, outcome):
        """This node knows the decision, COMMITTED or ABORTED: it releases its locks."""
        self.role, self.lock = outcome, "free"
        self.output("decide", outcome)
        self.cancel_timer("patience")
        if self.client is not None:
            self.reply(self.client, outcome)

    def on_start(self):
        if not self.leads:
            self.set_timer("patience", PATIENCE)

    def on_commit(self, src, msg):
        """At the coordinator: a client asks for it."""
        if self.role in DECISIONS:
            return self.reply(src, self.role)
        self.client = src
        self.set_timer("patience", PATIENCE)
        self.broadcast(Prepare())

    def on_prepare(self, src, msg):
        """At a participant: vote, by a Vote(True) or a Vote(False). A yes is a promise: self.force("yes")."""

    def on_vote(self, src, msg):
        """At the coordinator: msg.yes. It decides, forces the outcome to its disk, and sends a Decision(outcome)."""

    def on_decision(self, src, msg):
        """At a participant: msg.outcome is the decision."""

    def on_ask(self, src, msg):
        """The node src asks what was decided."""

    def on_patience_timer(self):
        """At the coordinator: votes are missing. At a participant: there is no Prepare, or no decision.

        Set it again by self.set_timer("patience", PATIENCE). Who waits for a decision may ask by an Ask().
        """

    def on_recover(self):
        """This node is up again: self.log is as it was, self.role is "working", and no timer is set."""


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Member):
    """Who has not voted yes may abort alone; who has asks until it is told."""

    def on_prepare(self, src, msg):
        if self.role == "working" and self.able:
            self.force("yes")
            self.role = "prepared"
        elif self.role == "working":
            self.end(ABORTED)
        self.send(src, Vote(self.role in ("prepared", COMMITTED)))

    def on_vote(self, src, msg):
        if self.role in DECISIONS:
            return
        if not msg.yes:
            return self.decide(ABORTED)
        self.yes.add(src)
        if len(self.yes) == len(self.peers):
            self.decide(COMMITTED)

    def decide(self, outcome):
        self.force(outcome)
        self.end(outcome)
        self.broadcast(Decision(outcome))

    def on_decision(self, src, msg):
        if self.role not in DECISIONS:
            self.end(msg.outcome)

    def on_ask(self, src, msg):
        if self.role in DECISIONS:
            self.send(src, Decision(self.role))

    def on_patience_timer(self):
        if self.leads:
            self.decide(ABORTED)
        elif self.role == "working":
            self.end(ABORTED)
        else:
            self.wait()

    def wait(self):
        self.send(self.coordinator, Ask())
        self.set_timer("patience", PATIENCE)

    def on_recover(self):
        if self.leads:
            self.decide_again()
        elif self.log:
            self.role = "prepared"
            self.wait()
        else:
            self.end(ABORTED)

    def decide_again(self):
        self.decide(self.log[-1] if self.log else ABORTED)


class PresumedAbort(Reference):
    """Right: an abort is not written; a coordinator with an empty disk answers "aborted"."""

    def decide(self, outcome):
        if outcome == COMMITTED:
            self.force(outcome)
        self.end(outcome)
        self.broadcast(Decision(outcome))


class Cooperative(Reference):
    """Right: asks everybody, and a participant that has not voted yet aborts when it is asked."""

    def wait(self):
        self.broadcast(Ask())
        self.set_timer("patience", PATIENCE)

    def on_ask(self, src, msg):
        if self.role == "working" and not self.leads:
            self.end(ABORTED)
        super().on_ask(src, msg)


class ReadsItsDisk(Member):
    """Right: all is read from the disk, to which participants write the decision as well."""

    def on_prepare(self, src, msg):
        if not self.log:
            self.force("yes" if self.able else ABORTED)
            self.follow()
        self.send(src, Vote(self.log[0] == "yes"))

    def follow(self):
        """Do what the last record says."""
        if self.log[-1] == "yes":
            self.role = "prepared"
            self.set_timer("patience", PATIENCE)
        elif self.role not in DECISIONS:
            self.end(self.log[-1])

    def on_vote(self, src, msg):
        self.yes |= {src} if msg.yes else set()
        if not self.log and (not msg.yes or self.yes == set(self.peers)):
            self.on_decision(src, Decision(COMMITTED if msg.yes else ABORTED))

    def on_decision(self, src, msg):
        if self.log[-1:] in ([], ["yes"]):
            self.force(msg.outcome)
        self.follow()
        if self.leads:
            self.broadcast(Decision(self.log[-1]))

    def on_ask(self, src, msg):
        for outcome in {*self.log[-1:]} - {"yes"}:
            self.send(src, Decision(outcome))

    def on_patience_timer(self):
        if not self.log:
            return self.on_decision(self.id, Decision(ABORTED))
        self.send(self.coordinator, Ask())
        self.follow()

    def on_recover(self):
        if not self.log:
            return self.on_patience_timer()
        self.follow()
        if self.leads:
            self.broadcast(Decision(self.log[-1]))


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class AbortsToBeSafe(Reference):
    """Has voted yes, hears nothing, and aborts to be safe."""

    def wait(self):
        self.end(ABORTED)


class TellsThenWrites(Reference):
    """Tells the decision, and writes it to its disk a little later."""

    def decide(self, outcome):
        self.end(outcome)
        self.broadcast(Decision(outcome))
        self.set_timer("write", 1)

    def on_write_timer(self):
        self.force(self.role)


class ForgetsWhatIsUndecided(Reference):
    """The coordinator does nothing after a restart if it had not decided."""

    def decide_again(self):
        if self.log:
            super().decide_again()


class ForgetsItsDecision(Reference):
    """The coordinator aborts after a restart, whatever is on its disk."""

    def decide_again(self):
        self.decide(ABORTED)


class SilenceIsYes(Reference):
    """A vote that does not come counts as a yes."""

    def on_patience_timer(self):
        if self.leads:
            return self.decide(COMMITTED)
        super().on_patience_timer()


class CountsVotes(Reference):
    """Counts votes, not participants: the network may duplicate them."""

    def on_vote(self, src, msg):
        super().on_vote(f"{src}, vote {len(self.yes) + 1}", msg)


class AnyVoteIsYes(Reference):
    """Waits for all votes, and does not read them."""

    def on_vote(self, src, msg):
        super().on_vote(src, Vote(True))


class VotesYesAlways(Reference):
    """Promises what it cannot do."""

    def on_prepare(self, src, msg):
        if self.role == "working":
            self.force("yes")
            self.role = "prepared"
        super().on_prepare(src, msg)


class UnlocksWithItsVote(Reference):
    """Releases its locks when it has voted."""

    def on_prepare(self, src, msg):
        super().on_prepare(src, msg)
        self.lock = "free"


class VotesFromMemory(Reference):
    """Does not write its yes to the disk: after a restart it does not know of its promise."""

    def force(self, record):
        if record != "yes":
            super().force(record)


class ForgetsItsPromise(Reference):
    """Has its yes on disk, and aborts after a restart all the same."""

    def on_recover(self):
        if self.leads:
            self.decide_again()
        else:
            self.end(ABORTED)


class WaitsInSilence(Reference):
    """Waits for the decision, and asks nobody."""

    def wait(self):
        self.note("waits")


class AsksOnce(Reference):
    """Asks once: the question may be lost, or the coordinator may be down."""

    def wait(self):
        self.send(self.coordinator, Ask())


class AnswersNobody(Reference):
    """The coordinator has told all, and does not answer questions: a Decision may have been lost."""

    def on_ask(self, src, msg):
        self.note("has told all of them")


class ForgetsAborted(PresumedAbort):
    """Writes no abort, and does not answer who asks about what it has forgotten."""

    def on_ask(self, src, msg):
        if self.log:
            super().on_ask(src, msg)


class TellsWhoAsks(Reference):
    """Decides, and waits until it is asked."""

    def broadcast(self, msg):
        if isinstance(msg, Prepare):
            super().broadcast(msg)


class ChangesItsMind(Reference):
    """Has aborted, because it has waited long enough, and commits when the last vote comes."""

    def on_vote(self, src, msg):
        if self.role == ABORTED:
            self.role = "working"
        super().on_vote(src, msg)


class AlwaysAborts(Reference):
    """Breaks no promise but one."""

    def on_prepare(self, src, msg):
        self.end(ABORTED)
        self.send(src, Vote(False))

# ---- the exercise ----------------------------------------------------------------------------------------------------

EXERCISES = (
    MakeItRight(
        number="6.1", title="Two-phase commit", base=Member,
        asks=("on_prepare", "on_vote", "on_decision", "on_ask", "on_patience_timer", "on_recover"), lines=30,
        task="A coordinator and its participants commit a transaction together, or none of them does. Write both: any "
             "node may crash between two handlers and restart, and a message may be lost, be late or come twice. "
             "Nobody may commit what another aborts, and when all are up again, all learn what was decided.",
        reference=Reference, right=(PresumedAbort, Cooperative, ReadsItsDisk),
        clusters=(("hub", "A", "B", "C"), ("n2", "n10", "n1", "n3")),
        wrong=((AbortsToBeSafe, "has aborted"), (TellsThenWrites, "that is not on the disk of"),
               (ForgetsWhatIsUndecided, "never learns"), (ForgetsItsDecision, "has aborted"),
               (SilenceIsYes, "has aborted"), (CountsVotes, "no yes is on the disk"), (AnyVoteIsYes, "has aborted"),
               (VotesYesAlways, "could not"), (UnlocksWithItsVote, "has released its lock"),
               (VotesFromMemory, "no yes is on the disk"), (ForgetsItsPromise, "has aborted"),
               (WaitsInSilence, "never learns"), (AsksOnce, "never learns"), (AnswersNobody, "never learns"),
               (ForgetsAborted, "never learns"), (TellsWhoAsks, "has to ask"), (ChangesItsMind, "has committed"),
               (AlwaysAborts, "nothing goes wrong")),
        demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=swarm,
        faults=("crash", "loss", "duplication", "delay"),
        hints=("A participant votes once, and repeats its vote if it is asked again. The coordinator commits when it "
               "has a yes of each; one no, or patience that has ended, is an abort.",
               "Before its yes a participant may abort alone; with its yes on disk it may only wait, whatever happens, "
               "and after a restart it is prepared again.",
               "decide: self.force(outcome), self.end(outcome), self.broadcast(Decision(outcome)), in one handler, and "
               "not again once it is decided. After a restart the coordinator tells what is on its disk; if there is "
               "nothing, nobody can have committed, and it aborts.",
               "Who waits sends an Ask() each time when the patience timer goes off, sets the timer again, and begins "
               "so after a restart, too. on_ask answers with a Decision if there is one."),
    ),
)
