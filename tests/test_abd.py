"""The linearizable register: majorities alone are not enough, reads that write are; costs, faults, wrong variants."""

import pytest

from dslab import Network, at, crash, explore, judge, linearizable, search, simulate, uniform
from dslab.checkers.specs import REGISTER
from dslab.protocols.abd import (
    ABD,
    DEMO,
    PROMISES,
    SAFETY,
    AllReplicas,
    CountsReplies,
    FreshWriteBack,
    MajorityRegister,
    ManyWriters,
    SameTimestamp,
    Sparing,
    fixture,
    two_writers,
)
from dslab.protocols.quorums import Found, LastArrival, Read, Replica, Set, Write, replicated
from dslab.testing import receive, sent, start

V0 = REGISTER.starting("v0")
LINEARIZABLE = linearizable(V0)
WRITE_READ_READ = ("alice", Write("v1")), ("bob", Read()), ("bob", Read())
TWO_WRITERS = ("alice", Write("v1")), ("bob", Write("v2")), ("bob", Read())
INVERTED = "{}'s user's read -> 'v0' fits nowhere: it could only be told 'v1'"


def results(run) -> list:
    return [operation.result for operation in simulate(run).operations]


def explored(client, *asked, **options):
    replicas = options.pop("replicas", "AB")
    return explore(replicated(client, *asked, replicas=replicas), [LINEARIZABLE, *SAFETY], progress=False, **options)


# ---- D6.7, D6.8 ------------------------------------------------------------------------------------------------------

def test_majorities_alone_are_not_linearizable():
    """D6.7: the write has reached A only; bob reads A and B, then carol B and C."""
    trace = simulate(fixture())
    assert [one.result for one in trace.operations] == ["ok", "v1", "v0"]
    bob, carol = trace.operations[1:]
    assert bob.returned < carol.invoked
    broken = [verdict.sentence for verdict in judge(trace, SAFETY) if not verdict]
    assert broken[-1] == "carol has v0 at 0, though (1, alice) was complete before"
    verdict = linearizable(trace, V0)
    assert verdict.status == "not linearizable" and verdict.objection() == INVERTED.format("carol")


@pytest.mark.parametrize("client", [ABD, Sparing, ManyWriters])
def test_a_read_that_writes_back_hands_on_what_it_saw(client):
    trace = simulate(fixture(client))
    assert [one.result for one in trace.operations][1] == [one.result for one in trace.operations][2]
    assert linearizable(trace, V0)


def test_only_replicas_that_did_not_answer_with_the_newest_pair_are_written_to():
    for client, targets in ((ABD, "ABC"), (Sparing, "BC")):
        bob = start(client, "bob", clients="ABC")
        receive(bob, Read(), src="user")
        receive(bob, Found(1, (1, "alice"), "v1"), src="A")
        receive(bob, Found(1, (0, "-"), "v0"), src="B")
        assert sent(bob) == [(replica, Set(1, (1, "alice"), "v1")) for replica in targets]


def test_two_writers_with_the_same_counter_are_told_apart_by_their_names():
    run = replicated(ManyWriters, ("alice", Write("v1")), ("bob", Write("v2")), gap=0, duration=200)
    stores = {state["stamp"] for node, state in simulate(run).state_at(-1).items() if node in "ABC"}
    assert stores == {(1, "bob")}


def test_the_demo_keeps_its_promises_with_one_replica_down():
    assert all(judge(simulate(DEMO), PROMISES))


# ---- proved in the small ---------------------------------------------------------------------------------------------

def test_the_shortest_inversion_of_majorities_takes_twelve_moves():
    found = explored(MajorityRegister, *WRITE_READ_READ, replicas="ABC")
    verdict = found.verdicts[0]
    assert (verdict.sentence, len(found.paths[verdict.promise.name])) == (INVERTED.format("bob"), 12)


@pytest.mark.parametrize("client, asked, states", [
    (ABD, WRITE_READ_READ, 9_014), (Sparing, WRITE_READ_READ, 4_992), (ManyWriters, TWO_WRITERS, 147_219)])
def test_every_order_on_two_replicas_is_linearizable(client, asked, states):
    found = explored(client, *asked)
    assert (found.status, found.states) == ("explored completely", states)


def test_every_order_of_two_readers_after_a_write_that_reached_one_of_three_is_linearizable():
    """D6.7 with write-back: the writer's other two messages are lost."""
    found = explored(Sparing, ("alice", Write("v1")), ("bob", Read()), ("carol", Read()), replicas="ABC", drops=2,
                     after=["request 1", "deliver alice->A#1", "drop alice->B#1", "drop alice->C#1", "request 2"])
    assert (found.status, found.states) == ("explored completely", 239_276)


# ---- random faults ---------------------------------------------------------------------------------------------------

BUSY = [("alice", Write("v1")), ("bob", Read()), ("carol", Read()), ("alice", Write("v2")), ("bob", Read()),
        ("carol", Read()), ("alice", Write("v3")), ("bob", Read()), ("carol", Read())]
BUSY_WRITERS = [("alice", Write("v1")), ("bob", Write("v2")), ("carol", Read()), ("alice", Read()),
                ("bob", Write("v3")), ("carol", Read()), ("alice", Write("v4")), ("bob", Read()), ("carol", Read())]


def searched(client, asked, seeds, *, replica=Replica, duplication=0.0, events=()):
    run = replicated(client, *asked, gap=20, replica=replica, events=events,
                     network=Network(latency=uniform(1, 40), duplication=duplication))
    return search(run, LINEARIZABLE, seeds=seeds, progress=False)


@pytest.mark.sample(50, 500)
@pytest.mark.parametrize("client, asked", [(ABD, BUSY), (Sparing, BUSY), (ManyWriters, BUSY_WRITERS)])
def test_random_schedules_with_crashes_losses_and_pauses_are_linearizable(client, asked, sample):
    """Crashes of any node, with and without recovery, and one replica that is down all the time."""
    assert searched(client, asked, sample)
    assert searched(client, asked, sample, events=[at(0, crash("C"))])


@pytest.mark.parametrize("client, asked, options", [
    (MajorityRegister, BUSY, {}), (FreshWriteBack, BUSY_WRITERS, {}), (SameTimestamp, BUSY_WRITERS, {}),
    (ManyWriters, BUSY_WRITERS, {"replica": LastArrival}), (CountsReplies, BUSY, {"duplication": 0.5})])
def test_each_wrong_variant_is_found(client, asked, options):
    found = searched(client, asked, range(500), **options)
    assert "fits nowhere" in found.verdicts[0].sentence


def test_two_writers_need_two_timestamps():
    """With one, each replica keeps what came first, and a reader goes back and forth between them."""
    assert results(two_writers()) == ["ok", "ok", "v0", "v1", "v2", "v2"]
    assert linearizable(simulate(two_writers()), V0)
    assert results(two_writers(SameTimestamp)) == ["ok", "ok", "v0", "v1", "v2", "v1"]
    assert "read -> 'v1' fits nowhere" in str(linearizable(simulate(two_writers(SameTimestamp)), V0))


def test_duplicates_alone_do_no_harm():
    assert searched(ABD, BUSY, range(30), duplication=0.5)


@pytest.mark.parametrize("client", [ABD, Sparing, ManyWriters])
def test_a_minority_down_stops_nobody_and_a_majority_all(client):
    for down, answers in (("", ["ok", "v1"]), ("C", ["ok", "v1"]), ("BC", [None])):
        crashes = [at(0, crash(node)) for node in down]
        assert results(replicated(client, ("alice", Write("v1")), ("bob", Read()), events=crashes))[:len(answers)] == (
            answers)


def test_to_wait_for_all_blocks_as_soon_as_one_is_down():
    run = replicated(AllReplicas, ("alice", Write("v1")), ("bob", Read()))
    assert results(run) == ["ok", "v1"]
    assert results(run.plus(at(0, crash("C")))) == [None, None]
