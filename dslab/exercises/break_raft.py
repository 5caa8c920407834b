"""Exercises 7.5 to 7.5h: be the network, and make a Raft with one changed line violate a property.

Elections happen when the script says so: request("A", TimeOut()). A leader takes request("A", Propose(Put("x", 1))).
Each message takes 10 ms, so that a script can say exactly what happens.
"""

from collections.abc import Mapping
from typing import Any

from dslab.grader.exercise import BreakIt
from dslab.network import Network, constant
from dslab.properties import Promise
from dslab.protocols.client import Put
from dslab.protocols.raft import (
    Appended,
    a_leader_has_all_entries_committed_in_earlier_terms,
    logs_that_agree_on_an_entry_agree_on_all_before_it,
    two_leaders_never_share_a_term,
)
from dslab.protocols.raft_figures import ENDING_E, figure_8
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
from dslab.script import At, at, crash, cut, delay, drop, heal, isolate, partition, recover, request

# ---- Raft with one thing changed, directed by a script -------------------------------------------------------------


class DirectedAmnesia(DirectedRaft, Amnesia):
    """A server forgets its vote when it crashes."""


class DirectedTimeless(DirectedRaft, Timeless):
    """A server forgets the term when it crashes."""


class DirectedBookworm(DirectedRaft, Bookworm):
    """A server forgets its log when it crashes."""


class DirectedTruncate(DirectedRaft, Truncate):
    """A follower removes everything after the leader's entries."""


class DirectedAnyLog(DirectedRaft, AnyLog):
    """A server votes without comparing logs."""


class HalfIsEnough(DirectedRaft):
    """Half of the servers count as a majority."""

    def is_majority(self, servers):
        return servers >= (len(self.peers) + 1) / 2


class Trusting(DirectedRaft):
    """A follower appends without checking the entry before."""

    def on_append_entries(self, src, msg):
        if msg.prev_index <= len(self.log):
            msg = type(msg)(msg.term, msg.prev_index, self.term_at(msg.prev_index), msg.entries, msg.leader_commit)
        super().on_append_entries(src, msg)


class AcknowledgesAll(DirectedRaft):
    """A follower acknowledges its whole log, though the message may not reach that far."""

    def send(self, dst, msg):
        is_success = isinstance(msg, Appended) and msg.success
        super().send(dst, Appended(msg.term, True, len(self.log)) if is_success else msg)


# ---- what a script can do ------------------------------------------------------------------------------------------

def stand(time: float, name: str) -> At:
    return at(time, request(name, TimeOut()))


def propose(time: float, name: str, value: int = 1) -> At:
    return at(time, request(name, Propose(Put("x", value))))


def task(number: str, title: str, variant: type[DirectedRaft], promise: Promise, allowed: Mapping[str, int], task: str,
         *, servers: int = 3, **options: Any) -> BreakIt:
    """An exercise with an empty script, the correct Raft for comparison, and fast messages."""
    run = Run(variant, servers, network=Network(latency=constant(10)), title=f"Raft: {title.lower()}")
    return BreakIt(**{"run": run} | options, number=number, title=title, mended=DirectedRaft, promise=promise,
                   allowed=allowed, task=task)


# ---- scripts that do it --------------------------------------------------------------------------------------------

FIGURE_8_D = [                      # as in the paper: S5, whose entry 2 is of term 3, wins and lacks that of term 2
    at(550, crash("S1")), at(560, heal()), at(570, recover("S5")), stand(580, "S5"), stand(620, "S5"),
]
SECOND_VOTE = [                     # B votes for A, forgets it, and is asked by C
    at(0, cut("A", "C")), stand(1, "A"), at(50, crash("B")), at(60, recover("B")), stand(70, "C"),
]
SECOND_VOTE_IN_TIME = [             # the same, while A's request and C's are on their way
    stand(0, "A"), stand(3, "C"), at(11, crash("B")), at(12, recover("B")),
]
LATE_MESSAGE = [                    # A's message to B with one entry comes after that with two
    at(0, partition(("A", "B"), ("C",))), stand(1, "A"), at(40, delay("A->B#3", by=60)), propose(50, "A"),
    propose(51, "A", 2), at(160, heal()), stand(170, "B"),
]
SHORT_LOG = [                       # A and B store an entry; C, which has none, asks B for its vote, in its second term
    at(0, partition(("A", "B"), ("C",))), stand(1, "A"), propose(50, "A"), at(120, crash("A")), at(130, heal()),
    stand(140, "C"), stand(200, "C"),
]
LOST_LOG = [                        # as before, but B would remember, had it not crashed
    at(0, isolate("C")), stand(1, "A"), propose(50, "A"), at(100, crash("B")), at(110, recover("B")),
    at(120, crash("A")), at(130, heal()), stand(140, "C"), stand(200, "C"),
]
TWO_HALVES = [at(0, partition(("A", "B"), ("C", "D"))), stand(1, "A"), stand(2, "C")]
WRONG_PLACE = [                     # A has another entry 1 than B and C, and C sends it entry 2 only
    stand(0, "A"), at(30, isolate("A")), propose(40, "A"), stand(50, "B"), propose(80, "B", 2), stand(110, "C"),
    at(150, heal()), propose(200, "C", 3),
]
FALSE_WITNESS = [                   # B has an entry that nobody else has; A takes its word for one of its own
    stand(0, "B"), at(30, isolate("B")), propose(40, "B"), stand(60, "A"), at(150, heal()), at(210, isolate("A")),
    propose(220, "A", 2), stand(250, "B"),
]


# ---- the exercises -------------------------------------------------------------------------------------------------

IDLE = [at(100, crash("A"))]
STANDS = {"request": 2, "crash": 1, "recover": 1, "cut": 1}
COMMITS = {"request": 5, "partition": 1, "isolate": 1, "crash": 1, "heal": 1}

EXERCISES = (
    task("7.5", "Counting copies", DirectedCommitByCounting, a_leader_has_all_entries_committed_in_earlier_terms,
         {"request": 3, "crash": 1, "recover": 1, "heal": 1},
         "A leader commits every entry that a majority stores, whatever its term. Figure 8 of the paper has begun: S1 "
         "leads term 4, S5 is down, and entry 2 of term 2 is on S1, S2 and S3. Write the rest, from 500 ms on, so that "
         "a leader lacks a committed entry.",
         run=figure_8([], protocol=DirectedCommitByCounting),
         hints=("Who could win an election without entry 2? Only a server whose last entry has a later term.",
                "S5 has an entry of term 3: it needs the votes of servers whose last entry is of an earlier term.",
                "Recover S5 and let it stand for election twice, since the others have already seen term 4. Either "
                "S1 is down, or S5 is quicker than the heartbeat with which S1 would repair S5's log."),
         right=(FIGURE_8_D, [at(570, recover("S5")), stand(571, "S5"), stand(572, "S5")]),
         wrong=((FIGURE_8_D[:4], "the promise holds"), (ENDING_E[1:4], "the promise holds"),
                ([at(510, request("S1", Propose(Put("x", 1)))), *FIGURE_8_D], "the promise holds"),
                ([at(500, crash("S1")), at(505, crash("S2"))], "crash is used 2 times"))),
    task("7.5a", "A forgotten vote", DirectedAmnesia, two_leaders_never_share_a_term, STANDS,
         "A server does not keep its vote (voted_for) on disk. Make two servers win the same term.",
         hints=("B must vote twice in one term, for A and for C.", "In between it must forget its vote: crash it and "
                                                                   "recover it.",
                "C must not hear of A's term, or it will stand in the next one: cut the link from A to C, or be "
                "quick."),
         right=(SECOND_VOTE, SECOND_VOTE_IN_TIME),
         wrong=((IDLE, "the promise holds"), (SECOND_VOTE[1:], "the promise holds"),
                ([*SECOND_VOTE[:2], SECOND_VOTE[-1]], "the promise holds"),
                ([*SECOND_VOTE, stand(300, "B")], "request is used 3 times"))),
    task("7.5b", "A late message", DirectedTruncate, a_leader_has_all_entries_committed_in_earlier_terms,
         COMMITS | {"delay": 1},
         "A follower replaces everything after prev_index with the entries of the message. Make a leader lack a "
         "committed entry.",
         hints=("A message that was overtaken by a longer one removes the entries that the longer one added.",
                "Two commands, one shortly after the other: delay the message with the first.",
                "What B removes must be committed by then, and C must not have it: cut C off until B stands for "
                "election."),
         right=(LATE_MESSAGE,),
         wrong=((IDLE, "the promise holds"), ([*LATE_MESSAGE[:2], *LATE_MESSAGE[3:]], "the promise holds"),
                (LATE_MESSAGE[:-1], "the promise holds"),
                ([at(0, drop("A->B#3"))], "drop is used 1 time"))),
    task("7.5c", "A vote for anyone", DirectedAnyLog, a_leader_has_all_entries_committed_in_earlier_terms, COMMITS,
         "A server votes for whoever asks first in a term, without comparing logs. Make a leader lack a committed "
         "entry.",
         hints=("Two of three servers commit an entry. The third one must win.", "Isolate C while A and B commit.",
                "Then A crashes and C stands for election, twice: B has already voted in C's first term."),
         right=(SHORT_LOG,),
         wrong=((IDLE, "the promise holds"), (SHORT_LOG[:-1], "the promise holds"),
                ([*SHORT_LOG[:2], *SHORT_LOG[3:]], "the promise holds"),
                ([*SHORT_LOG, at(300, crash("B"))], "crash is used 2 times"))),
    task("7.5d", "A forgotten term", DirectedTimeless, two_leaders_never_share_a_term, STANDS,
         "A server does not keep the current term on disk. Make two servers win the same term.",
         hints=("B keeps its vote. When does a server clear it?",
                "A server that enters a term that is new to it may vote again.",
                "Let B vote for A, crash and recover: it is in term 0 again. Then C asks for its vote in term 1."),
         right=(SECOND_VOTE, SECOND_VOTE_IN_TIME),
         wrong=((IDLE, "the promise holds"), (SECOND_VOTE[1:], "the promise holds"),
                (SECOND_VOTE[:4], "the promise holds"), ([at(0, isolate("C"))], "isolate is used 1 time"))),
    task("7.5e", "A forgotten log", DirectedBookworm, a_leader_has_all_entries_committed_in_earlier_terms,
         COMMITS | {"crash": 2, "recover": 1},
         "A server does not keep its log on disk. Make a leader lack a committed entry.",
         hints=("An entry on A and B is committed. One of them forgets it.",
                "The other must not be up to send it again.",
                "Isolate C while A and B commit; crash B and recover it, crash A; heal the network, and C can win."),
         right=(LOST_LOG,),
         wrong=((IDLE, "the promise holds"), ([*LOST_LOG[:3], *LOST_LOG[5:]], "the promise holds"),
                (LOST_LOG[:-1], "the promise holds"), ([*LOST_LOG, at(300, crash("C"))], "crash is used 3 times"))),
    task("7.5f", "Half the votes", HalfIsEnough, two_leaders_never_share_a_term, {"request": 2, "partition": 1},
         "There are four servers, and two count as a majority. Make two servers win the same term.", servers=4,
         hints=("Any two majorities have a server in common. Do two halves?", "Partition the network into two halves.",
                "In each half one server stands for election, both in term 1."),
         right=(TWO_HALVES, [stand(0, "A"), stand(0, "D"), at(5, partition(("A", "C"), ("B", "D")))]),
         wrong=((TWO_HALVES[1:2], "the promise holds"), (TWO_HALVES[:2], "the promise holds"),
                ([stand(1, "A"), stand(100, "C")], "the promise holds"), (IDLE, "crash is used 1 time"))),
    task("7.5g", "No questions asked", Trusting, logs_that_agree_on_an_entry_agree_on_all_before_it,
         COMMITS | {"request": 6},
         "A follower appends without checking the entry before (prev_term). Make two logs agree on an entry but not "
         "on one before it.",
         hints=("Two servers must have different entries at index 1, and then get the same one at index 2.",
                "A leads, is isolated, and takes a command that no other server gets. B leads next, and takes another.",
                "A new leader first sends what follows its last entry: let C, which has entry 1 from B, lead before "
                "A is back."),
         right=(WRONG_PLACE,),
         wrong=((IDLE, "the promise holds"), (WRONG_PLACE[:-1], "the promise holds"),
                ([one for one in WRONG_PLACE if one.time != 110], "the promise holds"),
                ([at(0, delay("A->B#1", by=5))], "delay is used 1 time"))),
    task("7.5h", "Claiming too much", AcknowledgesAll, a_leader_has_all_entries_committed_in_earlier_terms,
         COMMITS | {"isolate": 2},
         "A follower acknowledges its whole log, not just what the message covers. Make a leader lack a committed "
         "entry.",
         hints=("The leader believes that a follower has its entries, when they are in fact different ones.",
                "B leads, is isolated, and takes a command that no other server gets. Then A leads, and B answers it.",
                "Isolate A and let it take a command: it counts a copy on B, and commits. Now let B stand."),
         right=(FALSE_WITNESS,),
         wrong=((IDLE, "the promise holds"), (FALSE_WITNESS[:-1], "the promise holds"),
                ([*FALSE_WITNESS[:2], *FALSE_WITNESS[3:]], "the promise holds"),
                ([*FALSE_WITNESS, at(300, isolate("C"))], "isolate is used 3 times"))),
)
