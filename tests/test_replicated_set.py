"""Two histories lead to one state, unless a removed element leaves a tombstone."""

from itertools import product

import pytest

from dslab.model_checker.explore import explore
from dslab.model_checker.random_search import search
from dslab.properties import judge
from dslab.protocols.replicated_set import (
    DEMOS,
    NEVER,
    PROMISES,
    Add,
    ArrivalOrder,
    DeletesWhatIsMissing,
    Read,
    Record,
    Remove,
    ReplicatedSet,
    Update,
    WithoutTombstones,
    add_lost,
    cluster,
    late_retry,
    members,
    merge,
    nothing_that_was_removed_comes_back,
    remove_lost,
    replicas_have_the_same_elements,
    the_last_intention_is_what_is_kept,
)
from dslab.script import at, request
from dslab.simulator.simulate import simulate
from dslab.testing import make, receive

HISTORIES = (remove_lost, add_lost)


def elements(trace, time=None):
    state = trace.state_at(-1 if time is None else max(step.index for step in trace.steps if step.time <= time))
    return {name: members(state[name]["records"]) for name in "AB"}


def status(run):
    return {verdict.promise: verdict.status for verdict in judge(simulate(run), PROMISES)}


@pytest.mark.parametrize("replica", [ReplicatedSet, WithoutTombstones, DeletesWhatIsMissing])
@pytest.mark.parametrize("history", HISTORIES)
def test_both_histories_end_with_x_at_b_and_not_at_a(replica, history):
    """D5.3, before the replicas reconcile."""
    assert elements(simulate(history(replica)), time=200) == {"A": set(), "B": {"x"}}


@pytest.mark.parametrize("replica", [WithoutTombstones, DeletesWhatIsMissing])
def test_without_tombstones_the_two_histories_have_the_same_state_so_each_rule_is_wrong_in_one(replica):
    """D5.3: a function of the two states has one value."""
    traces = [simulate(history(replica)) for history in HISTORIES]
    before = [[trace.state_at(max(step.index for step in trace.steps if step.time <= 200))[name]["records"]
               for name in "AB"] for trace in traces]
    assert before[0] == before[1]
    kept = [status(history(replica))[the_last_intention_is_what_is_kept] for history in HISTORIES]
    assert kept == (["broken", "holds"] if replica is WithoutTombstones else ["holds", "broken"])


def test_with_tombstones_both_end_as_the_client_wanted():
    """D5.3."""
    assert elements(simulate(remove_lost())) == {"A": set(), "B": set()}
    assert elements(simulate(add_lost())) == {"A": {"x"}, "B": {"x"}}
    assert all(all(judge(simulate(history()), PROMISES)) for history in HISTORIES)


def test_a_retry_after_a_remove_brings_the_element_back_unless_a_tombstone_is_newer():
    """D5.2: f(g(f(x)))."""
    assert status(late_retry(WithoutTombstones))[nothing_that_was_removed_comes_back] == "broken"
    assert elements(simulate(late_retry(WithoutTombstones)))["A"] == {"x"}
    assert set(status(late_retry()).values()) == {"holds"}
    assert elements(simulate(late_retry())) == {"A": set(), "B": set()}


@pytest.mark.parametrize("replica", [ReplicatedSet, WithoutTombstones, ArrivalOrder])
def test_an_update_twice_is_an_update_once_but_an_old_one_after_a_newer_is_not(replica):
    """D5.2: all are idempotent, and only timestamps with tombstones withstand f, g, f."""
    add, remove = Update("x", (1, "alice"), True), Update("x", (2, "bob"), False)

    def after(*updates):
        node = make(replica, "A", peers="B", clients=["alice", "bob"])
        for update in updates:
            receive(node, update, src=update.time[1])
        return node.records

    assert after(add, add) == after(add) and after(add, remove, remove) == after(add, remove)
    assert (after(add, remove, add) == after(add, remove)) == (replica is ReplicatedSet)


def test_merging_is_commutative_associative_and_idempotent():
    records = [NEVER, Record((1, "alice"), True), Record((1, "bob"), False), Record((2, "alice"), False)]
    states = [{"x": one, "y": other} for one, other in product(records, repeat=2)]
    for one, two, three in product(states, repeat=3):
        assert merge(one, two) == merge(two, one) and merge(one, one) == one
        assert merge(merge(one, two), three) == merge(one, merge(two, three))


def test_who_has_read_writes_what_is_newer():
    trace = simulate(late_retry())
    assert trace.operations[1].result == ["x"]
    assert trace.state_at(-1)["A"]["records"] == {"x": Record((2, "bob"), False)}


ONE = cluster(at(10, request("alice", Add("x"), client="u")), at(60, request("alice", Remove("x"), client="u")))


def test_the_promises_are_kept_in_all_orders_though_the_client_crashes_and_an_update_is_lost():
    found = explore(ONE, PROMISES, drops=1, crashes=1, timers={"retry": 0}, progress=False)
    assert found and found.status == "explored completely" and found.states == 88_279


@pytest.mark.parametrize("replica, promise, moves, sentence", [
    (WithoutTombstones, nothing_that_was_removed_comes_back, 6, "x was removed from B at (2, alice), and is"),
    (DeletesWhatIsMissing, the_last_intention_is_what_is_kept, 7, "x was last added, at (1, alice), and B lacks it"),
    (ArrivalOrder, nothing_that_was_removed_comes_back, 6, "x was removed from B at (2, alice), and is"),
    (ArrivalOrder, replicas_have_the_same_elements, 14, "x is at B, and not at A")])
def test_a_shortest_run_shows_what_is_wrong(replica, promise, moves, sentence):
    run = ONE.replace(protocol={**ONE.protocols, "A": replica, "B": replica})
    found = explore(run, [promise], timers={"retry": 0}, drops=1, crashes=1, progress=False)
    assert found.verdicts[0].sentence.startswith(sentence) and found.moves[promise.name] == moves


BUSY = cluster(*(at(10 + 60 * place, request(name, msg, client=name)) for place, (name, msg) in enumerate([
    ("alice", Add("x")), ("bob", Read()), ("bob", Remove("x")), ("alice", Add("y")), ("bob", Add("x")),
    ("alice", Remove("x"))])), clients=("alice", "bob")).replace(duration=5000)


@pytest.mark.sample(50, 300)
def test_random_crashes_pauses_and_delays_break_nothing(sample):
    assert search(BUSY, PROMISES, seeds=sample, faults=("crash", "pause", "delay", "duplication"), progress=False)


@pytest.mark.parametrize("name", DEMOS)
def test_every_order_of_a_demo_takes_effect(name):
    trace = simulate(DEMOS[name])
    assert trace.came_to_rest and not trace.unapplied
