"""Variants of Paxos: what if a rule is left out? Each breaks agreement, in a run that shows it.

Source: Lamport, "Paxos made simple" (2001, section 2): each ignores one of its requirements (P1a, P2c), or one of its
remarks on ballots, on majorities and on what must be on stable storage.
"""

from dslab.protocols.paxos import TWO, Acceptor, Proposer, paxos
from dslab.script import at, crash, delay, recover

# ---- proposers ---------------------------------------------------------------------------------------------

class OwnValue(Proposer):
    """What if a proposer proposes its own value, whatever was accepted before? (P2c)"""

    def choose(self):
        return self.wish


class FirstValue(Proposer):
    """What if it takes the first accepted value that it hears of, not that of the highest ballot? (P2c)"""

    def choose(self):
        accepted = [value for _, value in self.promises.values() if value is not None]
        return accepted[0] if accepted else self.wish


class Half(Proposer):
    """What if half of the acceptors, rounded down, are enough?"""

    def enough(self):
        return len(self.acceptors()) // 2


class SharedBallots(Proposer):
    """What if a ballot is a number alone, so that two proposers may use the same?"""

    def next_ballot(self):
        return (self.round, "anybody")


class ForgetsItsRound(Proposer):
    """What if a proposer forgets in a crash which ballots it has used?"""

    persistent = ()


# ---- acceptors ---------------------------------------------------------------------------------------------

class AcceptsAll(Acceptor):
    """What if an acceptor accepts a ballot below the one that it has promised? (P1a)"""

    def on_accept(self, src, msg):
        self.promised = msg.ballot
        super().on_accept(src, msg)


class ForgetsItsPromise(Acceptor):
    """What if it forgets in a crash what it has promised?"""

    persistent = ("ballot", "value")


class ForgetsItsValue(Acceptor):
    """What if it forgets in a crash what it has accepted?"""

    persistent = ("promised",)


# ---- runs --------------------------------------------------------------------------------------------------

def slow(*names, by=500):
    """Events that delay these messages."""
    return [at(0, delay(name, by=by)) for name in names]


def restart(node, ms):
    """A crash, and a recovery 2 ms later."""
    return [at(ms, crash(node)), at(ms + 2, recover(node))]


SAME_TIME = ((10, "P", "tea"), (12, "Q", "coffee"))
LATE = ((10, "P", "tea"), (40, "Q", "coffee"))          # Q has promises when the slow Accepts of P arrive
AGAIN = ((10, "P", "tea"), (60, "P", "coffee"), (160, "Q", "water"))
THIRD = (*TWO, (120, "R", "water"))

VARIANTS = {
    OwnValue: paxos(OwnValue, asked=TWO, title="Q proposes its own value"),
    FirstValue: paxos(FirstValue, asked=THIRD, events=slow("P->B#2", "P->C#2", "Q->A#1", "Q->A#2"), duration=200,
                      title="R takes the first value that it hears of"),
    Half: paxos(Half, asked=TWO, events=slow("P->B#2", "P->C#2", "Q->A#1"), title="One of three is enough",
                duration=200),
    SharedBallots: paxos(SharedBallots, asked=SAME_TIME, title="P and Q use the same ballot"),
    ForgetsItsRound: paxos(ForgetsItsRound, asked=AGAIN, duration=250, title="P uses a ballot twice",
                           events=[*slow("P->A#2", "P->B#2", "P->C#2", by=100), *restart("P", 45)]),
    AcceptsAll: paxos(acceptor=AcceptsAll, asked=LATE, events=slow("P->A#2", "P->B#2", "P->C#2", by=16),
                      title="Acceptors accept what they promised not to"),
    ForgetsItsPromise: paxos(acceptor=ForgetsItsPromise, asked=LATE, duration=200, title="A forgets its promise",
                             events=[*slow("P->A#2", "P->C#2", by=16), *slow("P->B#2", "Q->C#1"), *restart("A", 52)]),
    ForgetsItsValue: paxos(acceptor=ForgetsItsValue, asked=TWO, duration=200, title="A forgets what it has accepted",
                           events=[*slow("P->C#2", "Q->B#1"), *restart("A", 52)]),
}
