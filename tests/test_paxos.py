"""Single-decree Paxos: what a proposer and an acceptor may say, all orders of events in the small, and each mistake."""

import pytest

from dslab import Network, explore, exponential, judge, search, simulate
from dslab.protocols.paxos import (
    DEMO,
    NONE,
    PROMISES,
    SAFETY,
    TWO,
    Accept,
    Accepted,
    Acceptor,
    Prepare,
    Promise,
    Propose,
    Proposer,
    Refused,
    duel,
    paxos,
)
from dslab.protocols.paxos_variants import SAME_TIME, VARIANTS
from dslab.testing import fire, receive, recover, sent, start

P1, Q1, P2 = (1, "P"), (1, "Q"), (2, "P")
ONCE, TWICE = {"patience": 0}, {"patience": 1}
SPLIT = "what is chosen stays chosen"


def acceptor(*messages):
    node = start(Acceptor, "A", clients="PQ")
    for src, msg in messages:
        receive(node, msg, src=src)
    return node


def proposer(*promises, cls=Proposer):
    node = start(cls, "P", peers="Q", clients="ABC")
    receive(node, Propose("tea"), src="alice")
    for src, accepted, value in promises:
        receive(node, Promise(P1, accepted, value), src=src)
    return node


# ---- an acceptor -----------------------------------------------------------------------------------------------------

def test_an_acceptor_promises_and_tells_what_it_has_accepted():
    node = acceptor(("P", Prepare(P1)), ("P", Accept(P1, "tea")), ("Q", Prepare(Q1)))
    assert sent(node) == [("Q", Promise(Q1, P1, "tea"))]
    assert sent(acceptor(("P", Prepare(P1)))) == [("P", Promise(P1, NONE, None))]


def test_it_refuses_what_is_below_its_promise_and_says_which():
    for msg in (Prepare(P1), Accept(P1, "tea")):
        node = acceptor(("Q", Prepare(Q1)), ("P", msg))
        assert sent(node) == [("P", Refused(P1, Q1))] and node.value is None


def test_it_accepts_a_higher_ballot_that_it_has_not_promised():
    """An Accept is a promise, too: it may not have heard the Prepare."""
    node = acceptor(("Q", Accept(Q1, "coffee")), ("P", Accept(P1, "tea")))
    assert sent(node) == [("P", Refused(P1, Q1))] and node.value == "coffee"


def test_it_remembers_in_a_crash_what_it_has_promised_and_accepted():
    node = recover(acceptor(("P", Accept(P1, "tea")), ("Q", Prepare(Q1))))
    assert (node.promised, node.ballot, node.value) == (Q1, P1, "tea")


# ---- a proposer ------------------------------------------------------------------------------------------------------

def test_a_proposer_that_hears_of_nothing_proposes_its_own_value():
    node = proposer(("A", NONE, None), ("B", NONE, None))
    assert sent(node) == [(name, Accept(P1, "tea")) for name in "ABC"]


def test_it_must_propose_the_value_of_the_highest_ballot_that_it_hears_of():
    """P2c."""
    node = proposer(("A", (0, "R"), "water"), ("B", (0, "S"), "coffee"))
    assert node.value == "coffee"


def test_it_waits_for_a_majority_of_acceptors_not_of_promises():
    assert proposer(("A", NONE, None), ("A", NONE, None)).role == "preparing"


def test_after_a_refusal_its_next_ballot_is_higher_and_after_a_crash_it_is_new():
    node = proposer()
    receive(node, Refused(P1, (7, "Q")), src="A")
    fire(node, "patience")
    assert node.ballot == (8, "P")
    node = recover(node)
    receive(node, Propose("tea"), src="alice")
    assert node.ballot == (9, "P")


def test_answers_to_an_earlier_ballot_do_not_count():
    node = proposer(("A", NONE, None))
    fire(node, "patience")
    receive(node, Promise(P1, NONE, None), src="B")
    receive(node, Accepted(P1), src="B")
    assert (node.ballot, node.promises, node.role) == (P2, {}, "preparing")


# ---- runs ------------------------------------------------------------------------------------------------------------

def test_in_the_demo_q_must_take_the_value_of_p():
    trace = simulate(DEMO)
    assert all(judge(trace, PROMISES))
    assert [one.result for one in trace.operations] == [None, "tea"]


def test_two_proposers_can_outbid_each_other_for_ever_and_random_patience_ends_it():
    """[Lamport 2001, section 2.4]"""
    trace = simulate(duel())
    assert not trace.outputs("decide") and trace.state_at(-1)["P"]["round"] > 20
    for seed in range(50):
        assert simulate(duel(Proposer, seed=seed, duration=3000)).outputs("decide"), seed


@pytest.mark.parametrize("cls", VARIANTS, ids=lambda cls: cls.__name__)
def test_each_wrong_variant_has_a_run_that_shows_it_and_is_right_without_the_mistake(cls):
    wrong = VARIANTS[cls]
    assert not judge(simulate(wrong), SAFETY)[0]
    right = {node: Acceptor if node in "ABC" else Proposer for node in wrong.nodes}
    assert all(judge(simulate(wrong.replace(protocol=right)), SAFETY))


# ---- all orders of events --------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("acceptors", "faults", "timers", "states"), [
    ("ABC", {}, ONCE, 638_553), ("AB", {"crashes": 1, "recoveries": 1}, TWICE, 890_089)],
    ids=["three acceptors", "a restart and a second ballot"])
def test_it_never_decides_twice(acceptors, faults, timers, states):
    """A message that is lost is one that has not arrived yet: losses need no budget of their own."""
    found = explore(paxos(asked=TWO, acceptors=acceptors), PROMISES, timers=timers, progress=False, **faults)
    assert found and (found.status, found.states) == ("explored completely", states)


@pytest.mark.parametrize(("name", "faults", "moves"), [
    ("OwnValue", {}, 13), ("Half", {}, 9), ("AcceptsAll", {}, 13),
    ("ForgetsItsPromise", {"crashes": 1, "recoveries": 1}, 15)])
def test_a_shortest_run_breaks_a_wrong_variant(name, faults, moves):
    cls = next(cls for cls in VARIANTS if cls.__name__ == name)
    run = paxos(acceptor=cls, asked=TWO) if issubclass(cls, Acceptor) else paxos(cls, asked=TWO)
    found = explore(run, SAFETY, timers=ONCE, progress=False, **faults)
    assert found.moves == {SPLIT: moves}


# ---- random faults ---------------------------------------------------------------------------------------------------

@pytest.mark.sample(60, 500)
def test_random_crashes_losses_and_pauses_break_nothing(sample):
    run = paxos(asked=(*SAME_TIME, (70, "R", "water")), acceptors="ABCDE", duration=1500,
                network=Network(latency=exponential(15, least=1), loss=0.1, duplication=0.1))
    assert search(run, SAFETY, seeds=sample, progress=False)
