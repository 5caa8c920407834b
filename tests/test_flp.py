"""Agreeing on 0 or 1 without clocks: what is safe, what hangs, and what a clever network keeps open."""

import pytest

from dslab.model_checker.explore import explore
from dslab.model_checker.follow import follow
from dslab.properties import judge
from dslab.protocols.flp import (
    DEMO,
    FUTURES,
    PROMISES,
    Arbiter,
    Voter,
    adversary,
    all_that_are_up_decide,
    no_two_nodes_decide_differently,
    votes,
)
from dslab.simulator.simulate import simulate
from dslab.values import DslabError

CHOICE = votes(Arbiter, "010")
A_FIRST, B_FIRST = ["deliver A->C#1"], ["deliver B->C#1"]


def futures(run, **options):
    """Which of 0 and 1 can still be decided."""
    found = explore(run, FUTURES, **options)
    assert found or found.status == "explored completely"
    return [value for value, verdict in enumerate(found.verdicts) if verdict]


def test_one_delivery_to_the_arbiter_decides_the_future():
    """Bivalent before, univalent after [Fischer, Lynch and Paterson 1985, section 3]."""
    assert (futures(CHOICE), futures(CHOICE, after=A_FIRST), futures(CHOICE, after=B_FIRST)) == ([0, 1], [0], [1])


def test_wishes_that_agree_leave_no_choice():
    assert futures(votes(Arbiter, "000")) == [0] and futures(votes(Arbiter, "111")) == [1]


def test_an_arbiter_is_safe_and_hangs_when_it_crashes():
    assert explore(CHOICE, PROMISES).status == "explored completely" and explore(CHOICE, PROMISES)
    found = explore(CHOICE, PROMISES, crashes=1)
    assert [verdict.status for verdict in found.verdicts] == ["not decided", "broken"]
    assert "crash C" in found.paths[all_that_are_up_decide.name]


@pytest.mark.parametrize("rounds", [0, 1, 7])
def test_the_adversary_keeps_both_futures_open(rounds):
    """From an open configuration the network can always go on to an open one [lemma 3]."""
    assert futures(DEMO, after=adversary(rounds)) == [0, 1]


def test_the_adversary_loses_nothing_and_crashes_nobody():
    trace = follow(DEMO, adversary(20))
    assert {message.fate for message in trace.messages if message.payload.round <= 20} == {"received"}
    assert not trace.outputs() and trace.faults == {}
    after = trace.state_at(-1)
    assert [after[node]["value"] for node in "ABCD"] == [0, 0, 1, 1]
    assert {state["round"] for state in after.values()} == {21}


def test_a_network_that_does_not_mean_it_lets_voters_decide():
    verdicts = [judge(simulate(DEMO.replace(seed=seed)), PROMISES) for seed in range(100)]
    assert all(all(pair) for pair in verdicts)


def test_voters_go_on_without_one():
    """Any three of four decide, whoever is missing [termination with one crash, given luck]."""
    for missing in "ABCD":
        heard = [node for node in "ABCD" if node != missing]
        deliveries = [f"deliver {src}->{dst}#{number}" for number in (1, 2)
                      for dst in heard for src in heard if src != dst]
        trace = follow(votes(Voter, "0000"), [f"crash {missing}", *deliveries])
        assert {output.node for output in trace.outputs("decide")} == set(heard)


def test_voters_agree_whatever_comes_first():
    """As far as 100,000 states reach; two futures are among them."""
    found = explore(DEMO, PROMISES[:1] + FUTURES, states=100_000)
    assert [verdict.status for verdict in found.verdicts] == ["not decided", "holds", "holds"]


def test_three_voters_are_too_few_for_the_one_third_rule():
    found = explore(votes(Voter, "011"), [no_two_nodes_decide_differently])
    assert len(found.paths[no_two_nodes_decide_differently.name]) == 4


def test_what_is_explored_after_decisions_can_be_followed_from_the_beginning():
    found = explore(CHOICE, FUTURES[1:], after=["deliver B->C#1", "deliver C->A#1"])
    assert found.paths[FUTURES[1].name] == ("deliver B->C#1", "deliver C->A#1")
    assert found.verdicts[0].trace.outputs("decide")[0].values == (1,)


def test_a_decision_that_cannot_be_taken_says_what_can_happen():
    with pytest.raises(DslabError, match="decision 1, 'deliver A->B#1', cannot be taken: what can happen is deliver"):
        explore(CHOICE, FUTURES, after=["deliver A->B#1"])
    with pytest.raises(DslabError, match="after and symmetric do not go together"):
        explore(CHOICE, FUTURES, after=A_FIRST, symmetric=("A", "B"))
