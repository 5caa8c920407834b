"""One click is one like, if the server remembers on disk which clicks it has counted."""

import pytest

from dslab.model_checker.explore import explore
from dslab.model_checker.random_search import search
from dslab.properties import judge
from dslab.protocols.like_button import (
    BEFORE,
    DEMOS,
    PROMISES,
    Button,
    Change,
    CountsAll,
    FreshIds,
    IdsInMemory,
    Like,
    LikeSet,
    Unlike,
    clicking,
    no_click_is_counted_twice,
)
from dslab.simulator.simulate import simulate
from dslab.testing import make, receive

FAULTS = {"crashes": 1, "recoveries": 1, "drops": 1, "duplicates": 1}


def final(name):
    return simulate(DEMOS[name]).state_at(-1)["A"]["count"]


def test_one_click_whose_acknowledgement_is_lost_is_counted_twice():
    """D5.1: 12,300 becomes 12,302."""
    assert (BEFORE, final("no ids"), final("ids on disk"), final("a set")) == (12_300, 12_302, 12_301, 12_301)


def test_ids_in_memory_do_not_survive_the_crash_and_the_count_does():
    assert (final("ids in memory"), final("ids on disk, a crash")) == (12_302, 12_301)


def test_an_unlike_that_is_sent_twice_takes_away_a_like_of_somebody_else():
    """D5.1: the count can become negative."""
    assert final("two clicks") == BEFORE - 1
    run = DEMOS["two clicks"].replace(initial={"A": {"count": 0}})
    assert simulate(run).state_at(-1)["A"]["count"] == -1


def test_adding_twice_is_adding_once_but_not_after_a_removal():
    """D5.2: f(f(x)) = f(x), and f(g(f(x))) is not g(f(x))."""
    like, unlike = Change(("alice", 1), 1), Change(("alice", 2), -1)
    node, sizes = make(LikeSet, "A", clients=["alice"]), []
    for change in (like, like, unlike, like):
        receive(node, change, src="alice")
        sizes.append(len(node.fans))
    assert sizes == [1, 1, 0, 1]


def test_the_ids_keep_all_promises_whatever_is_lost_repeated_or_down():
    found = explore(clicking(clicks=(Like, Unlike)), PROMISES, **FAULTS, progress=False)
    assert found and found.status == "explored completely" and found.states == 9_680


@pytest.mark.parametrize("variant, faults, moves", [
    (dict(server=CountsAll), {}, 4), (dict(client=FreshIds), {}, 4),
    (dict(server=IdsInMemory), dict(crashes=1, recoveries=1), 6), (dict(server=LikeSet, clicks=(Like, Unlike)), {}, 7)])
def test_a_shortest_run_shows_what_is_wrong(variant, faults, moves):
    """A slow answer is enough: nothing need be lost. Only ids in memory need a crash."""
    found = explore(clicking(**variant), PROMISES, **faults, progress=False)
    broken = next(verdict for verdict in found.verdicts if verdict.status == "broken")
    assert broken.sentence == "click 1 of alice is counted twice"
    assert found.moves[broken.promise.name] == moves


def test_without_a_crash_ids_in_memory_are_as_good():
    assert explore(clicking(server=IdsInMemory), PROMISES, drops=1, duplicates=1, progress=False)


@pytest.mark.sample(50, 300)
def test_random_faults_break_nothing(sample):
    assert search(clicking(clicks=(Like, Unlike, Like)), PROMISES, seeds=sample, progress=False)


@pytest.mark.parametrize("name", DEMOS)
def test_every_demo_shows_what_its_classes_promise(name):
    trace = simulate(DEMOS[name])
    assert trace.came_to_rest and not trace.unapplied
    right = set(DEMOS[name].protocols.values()) & {Button, LikeSet} and name != "a set, a late request"
    assert judge(trace, no_click_is_counted_twice)[0].status == ("holds" if right else "broken")
