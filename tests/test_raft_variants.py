"""Every mistake of `raft_variants` is caught by a promise; without it the same run keeps them all."""

import pytest
from raft_parts import SAFETY

from dslab import Run, at, crash, cut, delay, heal, judge, partition, recover, request, simulate
from dslab.protocols import raft_variants
from dslab.protocols.client import Client, Get, Put
from dslab.protocols.raft import PROMISES, Raft
from dslab.protocols.raft_figures import FIGURE_8_BROKEN, figure_7
from dslab.protocols.raft_variants import (
    Amnesia,
    AnyLog,
    BackUpByOne,
    Bookworm,
    CommitByCounting,
    DirectedRaft,
    Impatient,
    LocalRead,
    Propose,
    Timeless,
    TimeOut,
    Truncate,
)


def stand(time, name):
    return at(time, request(name, TimeOut()))


def propose(time, name, value):
    return at(time, request(name, Propose(Put("x", value))))


SECOND_VOTE = [                         # B votes for A, forgets something, and is asked again by C
    at(0, cut("A", "C")),
    stand(1, "A"),
    at(50, crash("B")),
    at(60, recover("B")),
    stand(70, "C"),
]
LOST_LOG = [                            # A and B store an entry; B forgets its log, and A is gone
    at(0, partition(("A", "B"), ("C",))),
    stand(1, "A"),
    propose(50, "A", 1),
    at(100, crash("B")),
    at(110, recover("B")),
    at(120, crash("A")),
    at(130, heal()),
    stand(140, "C"),
    stand(200, "C"),
]
LATE_MESSAGE = [                        # A's message to B with one entry comes after that with two
    at(0, partition(("A", "B"), ("C",))),
    stand(1, "A"),
    at(40, delay("A->B#3", by=60)),
    propose(50, "A", 1),
    propose(51, "A", 2),
    at(150, crash("A")),
    at(160, heal()),
    stand(170, "B"),
]
SHORT_LOG = [                           # A and B store an entry; C, which has none, asks B for its vote
    at(0, partition(("A", "B"), ("C",))),
    stand(1, "A"),
    propose(50, "A", 1),
    at(120, crash("A")),
    at(130, heal()),
    stand(140, "C"),
    stand(200, "C"),
]
ELECTION_SAFETY, LOG_MATCHING, LEADER_COMPLETENESS, STATE_MACHINE_SAFETY = SAFETY


def directed(variant):
    """A variant whose elections a script directs."""
    return type(f"Directed{variant.__name__}", (DirectedRaft, variant), {"__doc__": variant.__doc__})


def broken(run):
    return {verdict.promise for verdict in judge(simulate(run), SAFETY) if verdict.status == "broken"}


@pytest.mark.parametrize(("variant", "script", "promise"), [
    (Amnesia, SECOND_VOTE, ELECTION_SAFETY),
    (Timeless, SECOND_VOTE, ELECTION_SAFETY),
    (Bookworm, LOST_LOG, LEADER_COMPLETENESS),
    (Truncate, LATE_MESSAGE, LEADER_COMPLETENESS),
    (AnyLog, SHORT_LOG, LEADER_COMPLETENESS),
])
def test_a_mistake_breaks_a_promise_that_raft_keeps(variant, script, promise):
    """Each piece of state on disk, and each rule, is there for one of the promises of figure 3."""
    run = Run(DirectedRaft, 3, script=script)
    assert broken(run) == set() and simulate(run).unapplied == []
    assert promise in broken(run.replace(protocol=directed(variant), nodes=3))


def test_counting_copies_of_old_entries_breaks_two_promises():
    """5.4.2, figure 8: an entry that is stored on a majority can still be overwritten."""
    assert broken(FIGURE_8_BROKEN) == {LEADER_COMPLETENESS, STATE_MACHINE_SAFETY}


READ_WHERE_A_LEADER_WAS = [
    stand(1, "A"),
    at(50, request("alice", Put("x", "old"))),
    at(150, partition(("A", "alice"), ("B", "C", "bob"))),
    stand(160, "B"),
    at(200, request("bob", Put("x", "new"))),
    at(900, request("alice", Get("x"))),
]


@pytest.mark.parametrize(("variant", "read"), [(LocalRead, "old"), (Raft, None)])
def test_a_leader_that_was_deposed_reads_what_is_stale(variant, read):
    """8: read-only operations must not return stale data. Raft rather does not answer."""
    cluster = dict.fromkeys("ABC", directed(variant)) | {"alice": Client, "bob": Client}
    trace = simulate(Run(cluster, script=READ_WHERE_A_LEADER_WAS, duration=1500))
    write, late = trace.operations[-2:]
    assert write.result == "new" and write.returned_at < late.invoked_at
    assert late.result == read


@pytest.mark.parametrize(("variant", "status"), [(Impatient, "not decided"), (Raft, "holds")])
def test_with_equal_timeouts_nobody_is_elected(variant, status):
    """5.2: randomised timeouts are what ends split votes. Safety does not suffer."""
    verdicts = judge(simulate(Run(variant, 5, duration=5000)), PROMISES)
    assert {verdict.promise.name: verdict.status for verdict in verdicts}["a leader is elected"] == status
    assert all(verdicts[:4])


def test_backing_up_by_one_is_slow_but_right():
    """5.3: it is what figure 2 says."""
    assert broken(figure_7(directed(BackUpByOne))) == set()


def test_no_mistake_goes_without_a_test():
    classes = [cls for cls in vars(raft_variants).values() if isinstance(cls, type)]
    wrong = {cls.__name__ for cls in classes if (cls.__doc__ or "").startswith("What if")}
    caught = (Amnesia, Timeless, Bookworm, Truncate, AnyLog, CommitByCounting, LocalRead, Impatient)
    assert wrong == {cls.__name__ for cls in caught}
