"""Exercises 7.5: be the network, the clocks and the bad luck of a Raft with one line changed.

Nobody stands for election unless the script says so: request("A", TimeOut()). A leader appends what the script
proposes: request("A", Propose(Put("x", 1))). A message takes 10 ms, a leader's heartbeat comes every 50 ms.
"""

from collections.abc import Mapping
from typing import Any

from dslab.grader.exercise import BreakIt
from dslab.network import Network, constant
from dslab.properties import Promise
from dslab.protocols.client import Put
from dslab.protocols.raft import (
    a_leader_has_all_entries_committed_in_earlier_terms,
    two_leaders_never_share_a_term,
)
from dslab.protocols.raft_figures import cluster
from dslab.protocols.raft_variants import (
    Amnesia,
    AnyLog,
    Bookworm,
    DirectedCommitByCounting,
    DirectedRaft,
    Propose,
    Timeless,
    TimeOut,
    Truncate,
)
from dslab.run import Run
from dslab.script import at, crash, cut, delay, partition, recover, request

# ---- Raft with one line changed --------------------------------------------------------------------------------------


class ForgetsItsVote(Amnesia, DirectedRaft):
    """A server forgets its vote in a crash."""


class ForgetsItsTerm(Timeless, DirectedRaft):
    """A server forgets its term in a crash."""


class ForgetsItsLog(Bookworm, DirectedRaft):
    """A server forgets its log in a crash."""


class VotesForAnyLog(DirectedRaft, AnyLog):
    """A server votes without comparing logs."""


class TruncatesAlways(DirectedRaft, Truncate):
    """A follower drops all that follows the entries of a message."""


class HalfIsEnough(DirectedRaft):
    """Half of the servers count as a majority."""

    def is_majority(self, servers):
        return servers >= (len(self.peers) + 1) / 2


# ---- the exercises ---------------------------------------------------------------------------------------------------

def servers(protocol: type, count: int, *, script: tuple = ()) -> Run:
    """A cluster in which all takes its time."""
    return Run(protocol, count, network=Network(latency=constant(10)), duration=600, script=script,
               title=f"Raft, but: {(protocol.__doc__ or '').splitlines()[0]}")


def task(letter: str, title: str, run: Run, promise: Promise, allowed: Mapping[str, int], **parts: Any) -> BreakIt:
    """One of these exercises; the protocol's docstring says what is wrong with it."""
    mistake = (next(iter(run.protocols.values())).__doc__ or "").splitlines()[0]
    return BreakIt(number=f"7.5{letter}", title=title, run=run, mended=DirectedRaft, promise=promise, allowed=allowed,
                   task=f"{mistake} Make it break the promise: {promise.name}. Raft itself must survive the same "
                   "script.", **parts)


def stands(node: str) -> Any:
    """The election timer of a node goes off."""
    return request(node, TimeOut())


ELECTED = (at(0, stands("A")),)                     # A leads term 1 from 20 ms on
SAYS = request("A", Propose(Put("x", 1)))
ELECTION, COMPLETENESS = two_leaders_never_share_a_term, a_leader_has_all_entries_committed_in_earlier_terms
LEADER_AND_CUT = (at(40, cut("A", "C")), at(50, SAYS))          # A commits x = 1 with B; C knows nothing of it

EXERCISES = (
    task("", "A vote in memory", servers(ForgetsItsVote, 3), ELECTION,
         {"request": 2, "delay": 2, "crash": 1, "recover": 1},
         hints=("Two candidates must stand in the same term, so both must time out before they hear of each other.",
                "B votes for the first; then it forgets; then the other's request arrives.",
                'Hold "C->B#1" back until B is up again, but let the answer reach C before A\'s first heartbeat does.'),
         right=([at(0, stands("A")), at(0, stands("C")), at(0, delay("C->B#1", by=8)), at(12, crash("B")),
                 at(14, recover("B"))],
                [at(0, stands("A")), at(1, stands("C")), at(0, delay("C->B#1", by=6)), at(13, crash("B")),
                 at(15, recover("B"))]),
         wrong=(([at(0, stands("A")), at(0, stands("C"))], "the promise holds"),
                ([at(0, stands("A")), at(15, crash("B")), at(16, recover("B"))], "the promise holds"),
                ([at(0, stands("A")), at(5, partition(("A",), ("B", "C")))], "partition is used 1 time"))),
    task("a", "A late message", servers(TruncatesAlways, 3, script=ELECTED), COMPLETENESS,
         {"request": 2, "delay": 1, "cut": 1, "crash": 1},
         hints=("An entry must be committed, and then vanish from a server that had promised to keep it.",
                "A heartbeat of before the entry, if it arrives after it, makes B drop the entry.",
                "Keep the entry from C, delay A's heartbeat of 70 ms to B, let A fail, and let C stand."),
         right=([at(60, cut("A", "C")), at(70, delay("A->B#3", by=30)), at(75, SAYS), at(112, crash("A")),
                 at(150, stands("C"))],),
         wrong=(([at(75, SAYS), at(112, crash("A")), at(150, stands("C"))], "the promise holds"),
                ([at(60, cut("A", "C")), at(75, SAYS), at(112, crash("A")), at(150, stands("C"))],
                 "the promise holds"))),
    task("b", "Figure 8", cluster(DirectedCommitByCounting, {"S1": "12", "S3": "1", "S5": "13"}, term=3, duration=600,
                                  title="Figure 8, in the moment before S1 returns"),
         COMPLETENESS, {"request": 2, "cut": 1, "crash": 1},
         hints=("S1 must lead again, and copy its entry of term 2 to S3.",
                "Counting copies, S1 takes entry 2 for committed. Who has a later last term?",
                "Cut S1 from S5 before the first AppendEntries, and let S5 stand afterwards."),
         right=([at(0, stands("S1")), at(15, cut("S1", "S5")), at(100, stands("S5"))],),
         wrong=(([at(0, stands("S1")), at(100, stands("S5"))], "the promise holds"),
                ([at(0, stands("S5"))], "the promise holds"),
                ([at(0, stands("S1")), at(15, crash("S1")), at(100, stands("S5"))], "the promise holds"))),
    task("c", "Any log will do", servers(VotesForAnyLog, 3, script=ELECTED), COMPLETENESS, {"request": 2, "cut": 1},
         hints=("A server without a committed entry must win.", "Keep the entry from C.", "Then let C stand: B votes."),
         right=([*LEADER_AND_CUT, at(100, stands("C"))], [at(100, stands("C")), *LEADER_AND_CUT]),
         wrong=(([at(50, SAYS), at(100, stands("C"))], "the promise holds"),
                ([at(40, cut("A", "C")), at(100, stands("C"))], "the promise holds"))),
    task("d", "A log in memory", servers(ForgetsItsLog, 3, script=ELECTED), COMPLETENESS,
         {"request": 2, "cut": 1, "crash": 1, "recover": 1},
         hints=("An entry is committed when A and B have it.", "Who of the two should forget it, and who should stand?",
                "B must vote before A's next heartbeat brings the entry back."),
         right=([*LEADER_AND_CUT, at(100, crash("B")), at(102, recover("B")), at(104, stands("C"))],),
         wrong=(([*LEADER_AND_CUT, at(100, stands("C"))], "the promise holds"),
                ([*LEADER_AND_CUT, at(100, crash("B")), at(102, recover("B")), at(240, stands("A"))],
                 "the promise holds"))),
    task("e", "Half is enough", servers(HalfIsEnough, 4), ELECTION, {"request": 2, "partition": 1},
         hints=("Two halves have no server in common.", "Each half needs a candidate of the same term."),
         right=([at(0, partition(("A", "B"), ("C", "D"))), at(10, stands("A")), at(10, stands("C"))],),
         wrong=(([at(0, stands("A"))], "the promise holds"),
                ([at(0, partition(("A", "B"), ("C", "D"))), at(10, stands("A"))], "the promise holds"))),
    task("f", "A term in memory", servers(ForgetsItsTerm, 3), ELECTION,
         {"request": 2, "delay": 2, "crash": 1, "recover": 1},
         hints=("A server that enters a term for the second time takes its vote for unused.",
                "It is the same schedule as for the forgotten vote."),
         right=([at(0, stands("A")), at(0, stands("C")), at(0, delay("C->B#1", by=8)), at(12, crash("B")),
                 at(14, recover("B"))],),
         wrong=(([at(0, stands("A")), at(0, stands("C"))], "the promise holds"),
                ([at(0, stands("A")), at(12, crash("B")), at(14, recover("B")), at(60, stands("C"))],
                 "the promise holds"))),
)
