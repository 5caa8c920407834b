"""Variants of two-phase commit: what else may those do that wait, and what if a rule is left out?

Participants that ask each other, or ask again; a coordinator that writes no aborts; then the wrong ones, each with a
run in which that shows.

Sources: Bernstein, Hadzilacos and Goodman, "Concurrency control and recovery in database systems" (1987, section 7.4)
for cooperative termination; Mohan, Lindsay and Obermarck, "Transaction management in the R* distributed database
management system" (1986) for presumed abort.
"""

from dslab.protocols.two_phase_commit import (
    ABORTED,
    B_WAS_NOT_TOLD,
    C_OBJECTS,
    C_WAS_NOT_ASKED,
    COMMITTED,
    ONLY_A_WAS_TOLD,
    RESTARTS,
    UNDECIDED,
    Ask,
    Coordinator,
    Decision,
    Participant,
    commit,
)
from dslab.script import at, crash


class Cooperative(Participant):
    """Cooperative termination: it asks the other participants too.

    One that knows the decision tells it; one that has not voted yet aborts, and says so. If all have voted yes and
    none knows more, they wait all the same.
    """

    def ask(self):
        self.broadcast(Ask())

    def on_ask(self, src, msg):
        if self.role == "working":
            self.abort_alone(f"{src} waits for a decision")
        super().on_ask(src, msg)


class AsksAgain(Participant):
    """It asks until it is told: for links that lose messages, and for a coordinator that only answers."""

    def ask(self):
        super().ask()
        self.set_timer("patience", self.patience)


class PresumedAbort(Coordinator):
    """Presumed abort: an abort is never written, and whoever asks about an unknown transaction hears "abort".

    It saves a forced write for each abort, and what is aborted can be forgotten at once. After a restart it tells
    nobody of what it does not know, so participants ask again.
    """

    def force(self, record):
        if record == COMMITTED:
            super().force(record)

    def on_recover(self):
        if self.log:
            return super().on_recover()
        self.presume()

    def on_ask(self, src, msg):
        if self.role == "idle":
            self.presume()
        super().on_ask(src, msg)

    def presume(self):
        self.note("knows nothing of it: whatever there was counts as aborted")
        self.output("suspect", *self.peers)
        self.role = ABORTED


# ---- wrong variants ----------------------------------------------------------------------------------------

class AbortsToBeSafe(Participant):
    """What if it aborts, to be safe, when it has voted yes and hears nothing?"""

    def ask(self):
        self.note("has waited long enough: aborts")
        self.end(ABORTED)


class DecidesBeforeWriting(Coordinator):
    """What if it tells the decision first, and writes it to disk a little later?"""

    def decide(self, outcome):
        self.end(outcome)
        self.broadcast(Decision(outcome))
        self.set_timer("write", 1)

    def on_write_timer(self):
        self.force(self.role)


class Forgetful(Coordinator):
    """What if, after a restart, it forgets what it had not decided?"""

    def on_recover(self):
        if self.log:
            super().on_recover()


class Hopeful(Coordinator):
    """What if a vote that does not come counts as a yes?"""

    def on_patience_timer(self):
        self.note("nobody has objected: commits")
        self.decide(COMMITTED)


class UnlocksEarly(Participant):
    """What if it releases its locks when it votes?"""

    def vote_yes(self):
        super().vote_yes()
        self.lock = "free"


class SilentAfterForgetting(PresumedAbort):
    """What if it forgets what it has aborted, and does not answer who asks about it?"""

    def on_ask(self, src, msg):
        if self.log:
            return super().on_ask(src, msg)
        self.note("knows no such transaction: does not answer")


# ---- runs --------------------------------------------------------------------------------------------------

DEMOS = {
    "participants ask each other": commit(participant=Cooperative, script=ONLY_A_WAS_TOLD,
                                          title="Participants ask each other"),
    "all have voted yes": commit(participant=Cooperative, script=UNDECIDED,
                                 title="Participants ask each other, and all have voted yes"),
    "B asks later": commit(PresumedAbort, script=B_WAS_NOT_TOLD, initial=C_OBJECTS,
                           title="B asks about a transaction of which the coordinator has kept nothing"),
    "abort to be safe": commit(participant=AbortsToBeSafe, script=ONLY_A_WAS_TOLD,
                               title="Participants that have waited long enough abort"),
    "told, then written": commit(DecidesBeforeWriting, title="The coordinator tells first and writes later",
                                 script=[at(30.5, crash("coordinator")), RESTARTS]),
    "what was undecided is forgotten": commit(Forgetful, script=[at(25, crash("coordinator")), RESTARTS],
                                              title="The coordinator forgets what was undecided"),
    "silence is a yes": commit(Hopeful, script=C_WAS_NOT_ASKED, title="A vote that does not come counts as a yes"),
    "locks until the vote": commit(participant=UnlocksEarly, title="Locks are released with the vote"),
    "no answer": commit(SilentAfterForgetting, script=B_WAS_NOT_TOLD, initial=C_OBJECTS,
                        title="The coordinator does not answer about what it has forgotten"),
}
