"""Two Merkle trees are compared only where they differ."""

import pytest

from dslab.model_checker.explore import explore
from dslab.properties import judge
from dslab.protocols.merkle import (
    DEMOS,
    PROMISES,
    ROOT,
    ComparesAllLeaves,
    HashesByArrival,
    below,
    bucket,
    bucket_of,
    differing,
    differing_in,
    equal_buckets_are_not_transferred,
    hash_pairs,
    replicas,
    replicas_have_the_same_data,
    store,
    transferred,
    tree,
)
from dslab.simulator.simulate import simulate


def changed_and_mates(*keys, count, depth):
    """These keys, and all others in their buckets."""
    return {key for one in keys for key in bucket(store(count), bucket_of(one, depth), depth)}


@pytest.mark.parametrize("depth, pairs", [(4, 9), (10, 21), (20, 41)])
def test_one_difference_among_2_to_the_k_leaves_costs_2k_plus_1_pairs(depth, pairs):
    """N47: 9 for 16 leaves, 21 for 1,024, 41 for 1,048,576."""
    trace = simulate(differing_in("k7", keys=100, depth=depth))
    assert hash_pairs(trace) == pairs == 2 * depth + 1
    assert all(judge(trace, PROMISES))


@pytest.mark.parametrize("depth", [0, 1, 4, 8])
@pytest.mark.parametrize("changed", [("k7",), ("k7", "k12", "k50"), ("k1", "k2", "k3", "k4", "k5")])
def test_what_is_transferred_is_the_differences_and_their_bucket_mates(depth, changed):
    """D5.13."""
    trace = simulate(differing_in(*changed, keys=100, depth=depth))
    assert transferred(trace) == changed_and_mates(*changed, count=100, depth=depth) >= set(changed)
    state = trace.state_at(-1)
    assert state["A"]["data"] == state["B"]["data"] == store(100) | {key: (2, f"new {key}") for key in changed}


def test_more_buckets_mean_fewer_mates_and_more_hashes():
    sizes = [(hash_pairs(trace), len(transferred(trace))) for trace in (
        simulate(differing_in("k7", keys=1000, depth=depth)) for depth in (0, 4, 10))]
    assert [pairs for pairs, _ in sizes] == [1, 9, 21]
    assert [keys for _, keys in sizes] == [1000, len(changed_and_mates("k7", count=1000, depth=4)), 1]


def test_equal_data_cost_one_pair_whatever_the_order_of_arrival():
    run = replicas(store(20), dict(reversed(store(20).items())))
    assert hash_pairs(simulate(run)) == 1 and not transferred(simulate(run))


def test_two_differences_share_the_upper_part_of_their_paths():
    """Each level costs two pairs for each place above it that differs."""
    mine, theirs = tree(store(100), 10), tree(store(100) | {"k7": (2, ""), "k12": (2, "")}, 10)
    places, pairs = (ROOT,), 1
    for _ in range(10):
        places = below(differing(places, mine, theirs))
        pairs += len(places)
    assert pairs == hash_pairs(simulate(differing_in("k7", "k12", keys=100, depth=10))) <= 2 * 21 - 1
    assert {index for _, index in differing(places, mine, theirs)} == {bucket_of(key, 10) for key in ("k7", "k12")}


def test_a_key_that_one_of_them_lacks_is_found_from_both_sides():
    mine, theirs = store(20), store(20)
    del mine["k3"], theirs["k11"]
    state = simulate(replicas(mine, theirs)).state_at(-1)
    assert state["A"]["data"] == state["B"]["data"] == store(20)
    assert simulate(replicas({}, store(20))).state_at(-1)["A"]["data"] == store(20)
    assert hash_pairs(simulate(replicas({}, {}))) == 1


def test_hashes_do_not_depend_on_the_process():
    """hash() of a text is another one in each run of Python; SHA-256 is not."""
    assert tree({"x": (1, "y")}, 0) == {ROOT: "d98e1e6e73ca"}


def test_all_leaves_at_once_compare_all_leaves():
    trace = simulate(differing_in("k7", replica=ComparesAllLeaves))
    assert hash_pairs(trace) == 16 and all(judge(trace, PROMISES))


def test_hashes_in_the_order_of_arrival_find_differences_in_equal_data():
    run = DEMOS["hashed in the order of arrival"]
    verdict, = judge(simulate(run), [equal_buckets_are_not_transferred])
    assert verdict.status == "broken" and verdict.sentence.endswith("is transferred, though it is the same at both")
    found = explore(run, [equal_buckets_are_not_transferred], progress=False)
    assert found.moves[found.verdicts[0].promise.name] == 12
    assert HashesByArrival in run.protocols.values()


def test_the_promises_are_kept_in_all_orders_and_a_duplicate_only_costs_more():
    run = differing_in("k7", "k12")
    found = explore(run, PROMISES, progress=False)
    assert found and found.status == "explored completely" and found.states == 14
    again = explore(run, [replicas_have_the_same_data], duplicates=1, progress=False)
    assert again and again.status == "explored completely" and again.states == 6_752


@pytest.mark.parametrize("name", DEMOS)
def test_every_order_of_a_demo_takes_effect(name):
    trace = simulate(DEMOS[name])
    assert trace.came_to_rest and not trace.unapplied
