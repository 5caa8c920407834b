"""Compare-and-set by total order broadcast is linearizable; decided by each replica alone it is not (D6.9)."""

from itertools import permutations

import pytest

from dslab import Network, at, crash, explore, exponential, judge, linearizable, search, simulate
from dslab.checkers.sequential_consistency import sequential
from dslab.checkers.specs import CAS_REGISTER
from dslab.protocols.compare_and_set import (
    DEMO,
    DEMOS,
    PROMISES,
    SAFETY,
    Cas,
    ComparesAtOnce,
    Get,
    InOrderOfArrival,
    OrderedRegister,
    Put,
    ReadsAtOnce,
    a_compare_and_set_succeeds_if_the_value_is_the_old_one,
    an_operation_has_one_result,
    at_once,
    register,
    stale,
)
from dslab.protocols.total_order import TOTAL_ORDER, Placed
from dslab.testing import receive, replies, request, sent, start

FROM_ZERO = CAS_REGISTER.starting(0)
LINEARIZABLE = linearizable(FROM_ZERO)
FAULTS = ("pause", "loss", "duplication", "delay", "partition")
TWO_CAS_AND_A_GET = ((10, "A", Cas(0, 1), "alice"), (10, "B", Cas(0, 2), "bob"), (20, "B", Get(), "carol"))


def results(run) -> list:
    return [operation.result for operation in simulate(run).operations]


def broken(trace) -> set[str]:
    return {verdict.promise.name for verdict in judge(trace, SAFETY) if verdict.status == "broken"}


# ---- one replica -----------------------------------------------------------------------------------------------------

def at_b(protocol=OrderedRegister):
    return start(protocol, "B", peers="AC")


def delivers(node, *operations):
    for position, (sender, number, operation) in enumerate(operations, len(node.delivered) + 1):
        receive(node, Placed((sender, number), operation, position), src="A")


def test_a_get_is_answered_when_it_is_delivered_and_not_before():
    """E6.4."""
    node = at_b()
    request(node, Get(), client="carol")
    assert replies(node) == [] and [dst for dst, _ in sent(node)] == ["A"]
    delivers(node, ("C", 1, Put(7)), ("B", 1, Get()))
    assert replies(node) == [("carol", 7)]


@pytest.mark.parametrize("order", list(permutations(((1, Cas(0, 1)), (2, Cas(0, 2)), (3, Cas(1, 3))))))
def test_in_each_order_of_delivery_the_first_of_two_rivals_succeeds(order):
    """E6.4: conflicting pairs in all orders."""
    node = at_b()
    delivers(node, *(("A", number, operation) for number, operation in order))
    assert node.value == {(1, 2, 3): 3, (1, 3, 2): 3, (3, 1, 2): 1, (2, 1, 3): 2, (2, 3, 1): 2, (3, 2, 1): 2}[
        tuple(number for number, _ in order)]


# ---- runs ------------------------------------------------------------------------------------------------------------

def test_of_two_clients_that_replace_one_value_one_is_told_that_it_did():
    trace = simulate(DEMO)
    assert [one.result for one in trace.operations] == [True, False, 1, True]
    assert all(judge(trace, PROMISES)) and linearizable(trace, FROM_ZERO)


def test_both_are_told_so_if_each_replica_executes_what_it_hears_of():
    """D6.9: two clients both told true."""
    trace = simulate(at_once(InOrderOfArrival))
    assert results(at_once(InOrderOfArrival)) == [True, True] and results(at_once()) == [True, False]
    assert broken(trace) == {TOTAL_ORDER.name, an_operation_has_one_result.name}
    assert linearizable(trace, FROM_ZERO).objection() == (
        "bob's cas 0 2 -> True fits nowhere: it could only be told False")


def test_both_are_told_so_if_the_condition_is_tested_before_the_broadcast():
    trace = simulate(at_once(ComparesAtOnce))
    assert [one.result for one in trace.operations] == [True, True]
    assert broken(trace) == {a_compare_and_set_succeeds_if_the_value_is_the_old_one.name}
    assert linearizable(trace, FROM_ZERO).status == "not linearizable"


def test_a_get_from_local_state_is_stale_though_all_replicas_agree():
    trace = simulate(stale(ReadsAtOnce))
    assert [one.result for one in trace.operations] == [True, 0] and not broken(trace)
    assert linearizable(trace, FROM_ZERO).status == "not linearizable"
    assert results(stale()) == [True, 1]


@pytest.mark.parametrize("name", ["total order", "a get in the order"])
def test_the_right_register_is_linearizable_in_the_same_runs(name):
    assert linearizable(simulate(DEMOS[name]), FROM_ZERO)


# ---- all orders of events, and random ones ---------------------------------------------------------------------------

def test_whatever_the_order_of_events_it_is_linearizable():
    found = explore(register(OrderedRegister, *TWO_CAS_AND_A_GET, names="AB"), [LINEARIZABLE, *SAFETY], progress=False)
    assert found and found.status == "explored completely" and found.states == 193


@pytest.mark.parametrize(("protocol", "moves"), [(InOrderOfArrival, 2), (ReadsAtOnce, 3), (ComparesAtOnce, 5)])
def test_explore_finds_each_wrong_variant_by_a_shortest_run(protocol, moves):
    found = explore(register(protocol, *TWO_CAS_AND_A_GET, names="AB"), [LINEARIZABLE], progress=False)
    assert found.moves[LINEARIZABLE.name] == moves


def busy(protocol=OrderedRegister, **options):
    """Three clients, each with four operations at a replica of its own."""
    asked = [(10 + 40 * place + 7 * number, node, operation, client)
             for number, (node, client) in enumerate(zip("ABC", ("alice", "bob", "carol"), strict=True))
             for place, operation in enumerate((Cas(0, number + 1), Get(), Cas(number + 1, 0), Get()))]
    options = {"network": Network(latency=exponential(25, least=1)), "duration": 900} | options
    return register(protocol, *sorted(asked, key=lambda one: one[0]), **options)


@pytest.mark.sample(50, 500)
def test_no_schedule_of_faults_makes_it_other_than_linearizable(sample):
    assert search(busy(), [LINEARIZABLE, *SAFETY], seeds=sample, faults=FAULTS, progress=False)


@pytest.mark.sample(50, 500)
def test_clients_of_a_replica_that_is_up_are_answered_though_another_crashes(sample):
    for seed in sample:
        trace = simulate(busy(seed=seed).plus(at(10 + 7 * seed % 120, crash("C"))))
        assert linearizable(trace, FROM_ZERO), seed
        assert all(one.result is not None for one in trace.operations if one.node != "C"), seed


@pytest.mark.sample(50, 500)
def test_gets_from_local_state_are_sequentially_consistent(sample):
    """Attiya and Welch 1994: with writes in total order, reads may be fast, and only real time is lost."""
    kinds = set()
    for seed in sample:
        trace = simulate(busy(ReadsAtOnce, seed=seed))
        assert sequential(trace, FROM_ZERO), seed
        kinds.add(bool(linearizable(trace, FROM_ZERO)))
    assert kinds == {True, False}
