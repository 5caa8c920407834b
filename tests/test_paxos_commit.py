"""Paxos Commit: it decides though its leader crashes, it costs what is published, and no order splits a decision."""

import pytest

from dslab import explore, judge, search, simulate
from dslab.experiments.commit_costs import Cost, paxos_cost, paxos_table
from dslab.protocols.paxos_commit import (
    DEMO,
    DEMOS,
    PROMISES,
    Accepted,
    Acceptor,
    Counts,
    FewAcceptors,
    ForgetsVotes,
    Manager,
    NewBallot,
    Promise,
    SaysNo,
    TellsAll,
    commit,
    outcome,
)
from dslab.protocols.two_phase_commit import SAFETY, Ask, Decision, Prepare, Vote, all_decide
from dslab.testing import receive, sent, start

FIRST = (0, "managers")
ONCE = {"patience": 1}
SPLIT = "nobody commits what another aborts"


def acceptor(name="X", others="YZ", **state):
    return start(Acceptor, name, peers=others, clients="AB", **state)


def voted(name, others, *votes):
    """An acceptor that has received these, (manager, is it a yes?)."""
    node = acceptor(name, others)
    for manager, yes in votes:
        receive(node, Vote(yes), src=manager)
    return node


def decisions(run):
    return {node: state["role"] for node, state in simulate(run).state_at(-1).items() if "lock" in state}


# ---- the roles -------------------------------------------------------------------------------------------------------

def test_the_leader_asks_the_others_to_prepare_when_it_hears_of_the_first_vote():
    assert sent(voted("X", "YZ", ("A", True))) == [("B", Prepare())]
    assert sent(voted("Y", "XZ", ("A", True))) == []


def test_an_acceptor_writes_all_votes_at_once_and_reports_them_to_the_leader():
    node = voted("Y", "XZ", ("A", True), ("B", True))
    votes = (("A", FIRST, True), ("B", FIRST, True))
    assert sent(node) == [("X", Accepted(FIRST, votes))] and node.accepted == {"A": (FIRST, True), "B": (FIRST, True)}


def test_a_no_is_reported_at_once():
    assert sent(voted("Y", "XZ", ("B", False))) == [("X", Accepted(FIRST, (("B", FIRST, False),)))]


def test_a_vote_counts_when_a_majority_has_accepted_it_in_one_ballot():
    yes = {"X": (("A", FIRST, True), ("B", FIRST, True))}
    assert outcome(yes, 2, 2) is None
    assert outcome(yes | {"Y": (("A", FIRST, True),)}, 2, 2) is None
    assert outcome(yes | {"Y": yes["X"]}, 2, 2) == "committed"
    assert outcome({"X": (("B", FIRST, False),), "Y": (("B", FIRST, False),)}, 2, 2) == "aborted"


def test_whoever_is_asked_takes_over_and_keeps_what_it_has_accepted():
    node = voted("Y", "XZ", ("A", True), ("B", True))
    receive(node, Ask(), src="A")
    assert sent(node) == [("X", NewBallot((1, "Y"))), ("Z", NewBallot((1, "Y")))]
    receive(node, Promise((1, "Y"), ()), src="Z")
    assert node.accepted == {"A": ((1, "Y"), True), "B": ((1, "Y"), True)} and node.suspected == []


def test_for_a_manager_of_which_nothing_is_known_it_proposes_a_no():
    node = voted("Y", "XZ", ("A", True))
    receive(node, Ask(), src="A")
    receive(node, Promise((1, "Y"), ()), src="Z")
    assert node.accepted == {"A": ((1, "Y"), True), "B": ((1, "Y"), False)} and node.suspected == ["B"]


def test_a_vote_that_comes_after_a_promise_is_too_late():
    node = acceptor("Z", "XY")
    receive(node, NewBallot((1, "Y")), src="Y")
    receive(node, Vote(True), src="B")
    assert node.votes == {} and sent(node) == []


def test_a_second_one_that_waits_does_not_start_a_second_ballot():
    node = voted("Y", "XZ", ("A", True), ("B", True))
    for manager in "AB":
        receive(node, Ask(), src=manager)
    assert node.promised == (1, "Y") and sent(node) == []
    receive(node, Ask(), src="A")
    assert node.promised == (2, "Y")


def test_a_decision_is_told_to_who_asks():
    node = acceptor()
    node.role = "aborted"
    receive(node, Ask(), src="B")
    assert sent(node) == [("B", Decision("aborted"))]


# ---- runs ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name, ends", [
    ("the leader crashes", "committed"), ("nothing fails", "committed"), ("C votes no", "aborted"),
    ("faster", "committed")])
def test_all_managers_end_with(name, ends):
    assert set(decisions(DEMOS[name]).values()) == {ends}


def test_a_crash_of_a_manager_that_has_not_voted_aborts_the_others():
    assert decisions(DEMOS["C crashes"]) == {"A": "aborted", "B": "aborted", "C": "working"}


def test_the_demo_keeps_its_promises():
    assert all(judge(simulate(DEMO), PROMISES))


@pytest.mark.parametrize("n, f", [(3, 1), (5, 1), (5, 2), (8, 2)])
def test_it_costs_what_is_published(n, f):
    """N32: messages, delays, forced writes; on machines of their own and shared [Gray and Lamport 2006, section 5]."""
    assert paxos_cost(n, f) == Cost((n + 1) * (f + 3) - 4, 5, n + f + 1)
    assert paxos_cost(n, f, shared=True) == Cost(n * (f + 3) - 3, 4, n + f + 1)
    assert paxos_cost(n, f, faster=True).delays == 4
    assert paxos_cost(n, f, faster=True, shared=True) == Cost((n - 1) * (2 * f + 3), 3, n + f + 1)


def test_five_participants_and_one_fault_take_17_messages_or_20_where_two_phase_commit_takes_12():
    """N32."""
    assert [line.split("  ")[0] for line in paxos_table().splitlines()[1:]] == [
        "two-phase commit", "Paxos Commit", "Paxos Commit, faster"]
    assert [line[20:].split()[:2] for line in paxos_table().splitlines()[1:]] == [
        ["12", "(12)"], ["17", "(17)"], ["20", "(20)"]]


# ---- all orders of events --------------------------------------------------------------------------------------------

def test_no_order_of_events_splits_a_decision():
    found = explore(commit(names="AB"), [*SAFETY, all_decide], timers=ONCE, crashes=1, progress=False)
    assert found and found.status == "explored completely" and found.states == 254_754


def test_it_does_not_block_where_two_phase_commit_does():
    """All have voted yes, and the leader has crashed: see `test_two_phase_commit`, where it never happens."""
    window = ["request 1", "deliver A->X#1", "deliver X->B#1", "deliver B->X#1", "crash X"]
    found = explore(commit(names="AB"), [all_decide, *SAFETY], after=window, timers=ONCE, crashes=1, progress=False)
    assert found and found.status == "explored completely"


@pytest.mark.parametrize("cls, faults, moves", [
    (SaysNo, 0, 13), (FewAcceptors, 1, 10), (ForgetsVotes, 1, 15)])
def test_a_shortest_run_breaks_a_wrong_variant(cls, faults, moves):
    found = explore(commit(cls, names="AB"), SAFETY, timers=ONCE, crashes=faults, recoveries=faults, progress=False)
    assert found.moves == {SPLIT: moves}
    assert [verdict.sentence for verdict in found.verdicts if verdict.status == "broken"] == [
        "X has committed, and Y has aborted"]


@pytest.mark.sample(60, 500)
@pytest.mark.parametrize("classes", [(Acceptor, Manager), (TellsAll, Counts)], ids=["as published", "faster"])
def test_random_crashes_losses_and_pauses_break_nothing(classes, sample):
    assert search(commit(*classes, duration=900), SAFETY, seeds=sample, progress=False)
