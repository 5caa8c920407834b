"""Replicas that compare what they have converge; which writes and deletes survive depends on rule and clock."""

import pytest

from dslab.model_checker.explore import explore
from dslab.model_checker.random_search import search
from dslab.properties import World, judge
from dslab.protocols import anti_entropy
from dslab.protocols.anti_entropy import (
    DEMOS,
    PROMISES,
    ArrivalOrder,
    CollectsEarly,
    Delete,
    LastWriterWins,
    Put,
    Record,
    Synchronize,
    WallClock,
    WithoutTombstones,
    at_once,
    cluster,
    deleted_behind_a_partition,
    lost_writes,
    no_acknowledged_write_is_silently_lost,
    one_after_the_other,
    replicas_have_the_same_values,
    values,
    what_was_deleted_does_not_come_back,
)
from dslab.script import at, request
from dslab.simulator.simulate import simulate
from dslab.testing import receive, sent, start


def found_at_the_end(run):
    state = simulate(run).state_at(-1)
    return [values(state[name]["records"]) for name in run.nodes]


def lost(run):
    trace = simulate(run)
    world = World(trace.nodes, trace.initial)
    for step in trace.steps:
        world.after(step)
    return lost_writes(world)


def test_a_summary_brings_what_is_newer_and_asks_for_the_rest():
    node = start(LastWriterWins, "A", peers="B", records={"x": Record((3, "A"), 1), "y": Record((1, "A"), 2)})
    receive(node, anti_entropy.Summary((("x", (1, "B")), ("y", (1, "A")), ("z", (2, "B")))), src="B")
    assert sent(node) == [("B", anti_entropy.News((("x", Record((3, "A"), 1)),), ("z",)))]
    receive(node, anti_entropy.News((), ("y",)), src="B")
    assert sent(node) == [("B", anti_entropy.News((("y", Record((1, "A"), 2)),), ()))]


def test_equal_replicas_say_nothing_more():
    node = start(LastWriterWins, "A", peers="B", records={"x": Record((3, "A"), 1)})
    receive(node, anti_entropy.Summary((("x", (3, "A")),)), src="B")
    assert sent(node) == []


def test_a_tombstone_keeps_a_deleted_key_deleted():
    """D5.4."""
    assert found_at_the_end(DEMOS["a delete and a partition"]) == [{}, {}, {}]


@pytest.mark.parametrize("replica", [CollectsEarly, WithoutTombstones])
def test_a_tombstone_that_is_collected_before_all_have_seen_it_lets_the_key_return(replica):
    """D5.4."""
    run = deleted_behind_a_partition(replica)
    assert found_at_the_end(run) == [{"x": 1}] * 3
    verdict, = judge(simulate(run), [what_was_deleted_does_not_come_back])
    assert verdict.sentence == "x = 1 was deleted at A, and is there again"


def test_a_grace_longer_than_the_partition_is_long_enough():
    class Patient(CollectsEarly):
        grace = 1500

    assert found_at_the_end(deleted_behind_a_partition(Patient)) == [{}, {}, {}]


def test_of_two_writes_at_once_the_last_writer_is_kept_and_the_other_silently_lost():
    """D5.5: both were acknowledged."""
    trace = simulate(at_once())
    assert all(operation.returned is not None for operation in trace.operations)
    assert found_at_the_end(at_once()) == [{"x": 2}] * 3 and lost(at_once()) == [("x", 1)]
    verdict, = judge(trace, [no_acknowledged_write_is_silently_lost])
    assert verdict.sentence.startswith("x = 1 was acknowledged")


def test_by_order_of_arrival_replicas_do_not_converge():
    assert judge(simulate(at_once(ArrivalOrder)), [replicas_have_the_same_values])[0].status == "broken"


def test_a_clock_5_s_ahead_loses_every_later_write_for_5_s():
    """D5.5: bob writes 2, 3, ... at 0.5, 1.5, ... s; alice's write at 0.01 s is stamped 5.01 s."""
    assert lost(one_after_the_other()) == [("x", value) for value in (2, 3, 4, 5, 6)]
    assert found_at_the_end(one_after_the_other()) == [{"x": 7}] * 3


@pytest.mark.parametrize("ahead, number", [(0, 0), (400, 0), (500, 1), (1000, 1), (1500, 2), (5000, 5)])
def test_it_loses_as_many_as_are_written_before_its_timestamp(ahead, number):
    assert len(lost(one_after_the_other(ahead=ahead))) == number


def test_lamport_timestamps_lose_no_write_that_has_seen_the_other():
    assert lost(one_after_the_other(LastWriterWins)) == []


SMALL = cluster(at(10, request("A", Put("x", 1))), at(60, request("A", Delete("x"))),
                at(300, request("B", Synchronize())), nodes="AB")


def test_the_promises_are_kept_in_all_orders_though_a_replica_crashes():
    found = explore(SMALL, PROMISES, crashes=1, recoveries=1, progress=False)
    assert found and found.status == "explored completely" and found.states == 1_435


@pytest.mark.parametrize("replica, moves", [(WithoutTombstones, 9), (CollectsEarly, 10)])
def test_a_shortest_run_shows_a_resurrection(replica, moves):
    found = explore(SMALL.replace(protocol=replica), [what_was_deleted_does_not_come_back], progress=False)
    assert found.verdicts[0].status == "broken" and found.moves[found.verdicts[0].promise.name] == moves


BUSY = cluster(*(at(10 + 30 * place, request(node, msg)) for place, (node, msg) in enumerate([
    ("A", Put("x", 1)), ("B", Put("y", 2)), ("C", Put("x", 3)), ("A", Delete("x")), ("B", Put("x", 4)),
    ("C", Delete("y"))])), duration=5000)


@pytest.mark.parametrize("replica", [LastWriterWins, WallClock])
@pytest.mark.sample(50, 500)
def test_random_crashes_pauses_and_delays_break_nothing(replica, sample):
    run = BUSY.replace(protocol=replica)
    assert search(run, PROMISES, seeds=sample, faults=("crash", "pause", "delay", "duplication"), progress=False)


@pytest.mark.parametrize("name", DEMOS)
def test_every_order_of_a_demo_takes_effect(name):
    trace = simulate(DEMOS[name])
    assert trace.came_to_rest and not trace.unapplied
