"""Quorum reads and writes: what r and w promise, what they tolerate, and what read repair must not do."""

from itertools import combinations

import pytest

from dslab import Run, at, crash, explore, judge, search, simulate
from dslab.protocols.quorums import (
    DEMO,
    FAILED,
    FAST_CLOCK,
    PROMISES,
    SAFETY,
    Client,
    CountsReplies,
    FirstReply,
    Found,
    FreshRepair,
    Half,
    LastArrival,
    Read,
    Repairing,
    Replica,
    Set,
    Write,
    fixture,
    own_write,
    repair_during_a_write,
    replicated,
)
from dslab.testing import receive, sent, start

WRITE_AND_READ = ("alice", Write("v1")), ("bob", Read())
FRESH = "a read is as new as each write that was complete before it"


def results(run: Run) -> list:
    return [operation.result for operation in simulate(run).operations]


def explored(run: Run, **faults):
    return explore(run, SAFETY, timers={"patience": 0}, progress=False, **faults)


def broken(found) -> tuple[str, str, int]:
    """The broken promise of an exploration, the sentence, and the number of moves that lead there."""
    verdict, = [verdict for verdict in found.verdicts if verdict.status == "broken"]
    return verdict.promise.name, verdict.sentence, len(found.paths[verdict.promise.name])


# ---- what a read sees ------------------------------------------------------------------------------------------------

def test_a_read_of_a_and_b_sees_a_write_that_reached_b_and_c():
    """D5.8: the answers are (t0, v0) and (t1, v1)."""
    trace = simulate(fixture())
    found = {message.src: message.payload for message in trace.messages if isinstance(message.payload, Found)}
    assert found == {"A": Found(1, (0, "-"), "v0"), "B": Found(1, (1, "alice"), "v1")}
    assert trace.operations[1].result == "v1"


@pytest.mark.parametrize("lost", [(f"alice->{a}#1", f"bob->{b}#1") for a in "ABC" for b in "ABC"])
def test_whichever_replica_each_of_them_misses_the_read_sees_the_write(lost):
    assert results(fixture(lost_messages=lost)) == ["ok", "v1"]


@pytest.mark.parametrize("r, w, read", [(1, 1, "v0"), (2, 1, "failed")])
def test_a_client_loses_its_own_write_with_one_of_two_and_waits_with_two(r, w, read):
    """D5.6: the write reaches B, the read A."""
    assert results(own_write(r, w)) == ["ok", read]
    assert results(own_write(1, 2)) == ["failed", "v0"], "to write both does not tolerate a fault"


def test_a_write_that_failed_is_read_later():
    """D5.8: one replica of three has stored it; who reads that one sees it."""
    assert results(FAILED) == ["failed", "v0", "v1"]


def test_late_replies_do_not_count_for_the_next_operation():
    alice = start(Client, "alice", clients="ABC")
    receive(alice, Read(), src="user")
    receive(alice, Found(1, (0, "-"), "v0"), src="A")
    receive(alice, Found(1, (0, "-"), "v0"), src="B")
    receive(alice, Read(), src="user")
    receive(alice, Found(1, (0, "-"), "v0"), src="C")
    assert alice.answers == {} and alice.user == "user"


# ---- which r and w, proved -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("r, w, states", [(2, 2, 104_482), (1, 3, 77_941), (3, 1, 71_533)])
def test_reads_are_as_new_as_complete_writes_if_r_and_w_exceed_n(r, w, states):
    found = explored(replicated(Client, *WRITE_AND_READ, r=r, w=w))
    assert (found.status, found.states) == ("explored completely", states)


@pytest.mark.parametrize("r, w, moves", [(1, 1, 6), (1, 2, 8), (2, 1, 8)])
def test_and_only_then(r, w, moves):
    found = explored(replicated(Client, *WRITE_AND_READ, r=r, w=w))
    assert broken(found) == (FRESH, "bob reads v0 at 0, though a write at (1, alice) was complete", moves)


@pytest.mark.parametrize("n, r, w", [(3, 2, 2), (3, 1, 3), (3, 3, 1), (4, 3, 2), (5, 3, 3), (5, 2, 4)])
def test_reads_tolerate_n_minus_r_and_writes_n_minus_w_crashes(n, r, w):
    replicas = "ABCDE"[:n]
    for down in range(n):
        for crashed in combinations(replicas, down):
            run = replicated(Client, *WRITE_AND_READ, replicas=replicas, r=r, w=w, duration=300,
                             events=[at(0, crash(node)) for node in crashed])
            write, read = results(run)
            assert (write == "ok") == (down <= n - w)
            assert (read != "failed") == (down <= n - r)


def test_the_demo_completes_without_the_replica_that_is_down():
    assert all(judge(simulate(DEMO), PROMISES))
    assert results(DEMO) == ["ok", "v1", "ok"]


@pytest.mark.sample(20, 200)
@pytest.mark.parametrize("client", [Client, Repairing])
def test_random_faults_break_no_promise(client, sample):
    run = replicated(client, ("alice", Write("v1")), ("bob", Read()), ("carol", Write("v2")), ("bob", Write("v3")),
                     ("alice", Read()), ("carol", Read()))
    assert search(run, SAFETY, seeds=sample, progress=False)


# ---- read repair -----------------------------------------------------------------------------------------------------

def test_a_repair_sends_the_newest_pair_as_it_is_to_those_that_are_behind():
    """D5.9."""
    bob = start(Repairing, "bob", clients="ABC")
    receive(bob, Read(), src="user")
    receive(bob, Found(1, (0, "-"), "v0"), src="A")
    receive(bob, Found(1, (1, "alice"), "v1"), src="B")
    assert sent(bob) == [("A", Set(1, (1, "alice"), "v1"))]
    repaired = simulate(fixture(Repairing)).state_at(-1)
    assert {node: repaired[node]["stamp"] for node in "ABC"} == dict.fromkeys("ABC", (1, "alice"))


def test_repairs_keep_the_promises():
    found = explored(replicated(Repairing, *WRITE_AND_READ))
    assert (found.status, found.states) == ("explored completely", 175_762)


def test_a_repair_does_not_touch_a_newer_value_and_one_with_a_fresh_stamp_overwrites_it():
    """D5.9: v2 is written while the repair with v1 is on its way."""
    assert [one.result for one in simulate(repair_during_a_write(Repairing)).operations][-1] == "v2"
    trace = simulate(repair_during_a_write(FreshRepair))
    assert trace.operations[-1].result == "v1"
    verdict, = [verdict for verdict in judge(trace, SAFETY) if not verdict]
    assert verdict.sentence == "carol reads v1 at (2, bob), which nobody has written"


# ---- wrong variants --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("client, replicas, faults, moves", [
    (FirstReply, "ABC", {}, 10), (Half, "ABC", {}, 6), (Half, "ABCD", {}, 10),
    (CountsReplies, "ABC", {"duplicates": 1}, 10)])
def test_a_wrong_quorum_misses_a_complete_write(client, replicas, faults, moves):
    found = explored(replicated(client, *WRITE_AND_READ, replicas=replicas), **faults)
    assert broken(found) == (FRESH, "bob reads v0 at 0, though a write at (1, alice) was complete", moves)


def test_duplicated_replies_are_no_second_replica():
    assert explored(replicated(Client, *WRITE_AND_READ, replicas="AB"), duplicates=1).status == "explored completely"
    for client, over in ((Client, False), (CountsReplies, True)):
        alice = start(client, "alice", clients="ABC")
        receive(alice, Read(), src="user")
        receive(alice, Found(1, (0, "-"), "v0"), src="A")
        receive(alice, Found(1, (0, "-"), "v0"), src="A")
        assert (alice.user is None) == over


def test_a_replica_that_stores_whatever_arrives_last_goes_back_in_time():
    writes = ("alice", Write("v1")), ("alice", Write("v2"))
    found = explored(replicated(Client, *writes, replica=LastArrival, w=1))
    assert broken(found) == ("timestamps never decrease on a replica", "B stores (1, alice), after (2, alice)", 6)
    assert explored(replicated(Client, *writes, replica=Replica, w=1)).status == "explored completely"


def test_a_fast_clock_hides_what_is_written_after_it():
    """bob has read v1 and then writes v2, which is complete: and v1 is still there."""
    trace = simulate(FAST_CLOCK)
    assert [operation.result for operation in trace.operations] == ["ok", "v1", "ok", "v1"]
    verdict, = [verdict for verdict in judge(trace, SAFETY) if not verdict]
    assert "bob writes v2 at (110.0, bob), though it knows of (5010.0, alice)" in verdict.sentence
