"""Commit over total order broadcast: one decision everywhere, and no single participant that all wait for (D6.4)."""

import pytest

from dslab import Network, at, crash, explore, exponential, judge, search, simulate
from dslab.properties import sometimes
from dslab.protocols.broadcast_commit import (
    DEMOS,
    PROMISES,
    Ballot,
    BroadcastCommit,
    LastVoteCounts,
    ProxyOverrides,
    WithoutOrder,
    vote,
)
from dslab.protocols.total_order import TOTAL_ORDER, Placed
from dslab.protocols.two_phase_commit import (
    ABORTED,
    COMMITTED,
    SAFETY,
    TERMINATION,
    Commit,
    Prepare,
    a_decision_never_changes,
    all_decide,
    nobody_commits_what_another_aborts,
)
from dslab.testing import fire, notes, outputs, receive, replies, request, sent, start

YES, NO_BY_B = Ballot("C", True, "C"), Ballot("C", False, "B")
RACE = ("request 1", "deliver B->A#1", "deliver B->C#1", "deliver A->B#1", "fire B patience")


def decided(trace) -> dict[str, str]:
    return {output.node: output.values[0] for output in trace.outputs("decide")}


def broken(trace) -> list[str]:
    return [verdict.promise.name for verdict in judge(trace, PROMISES) if verdict.status == "broken"]


def at_b(**state):
    return start(BroadcastCommit, "B", peers="AC", **state)


def delivers(node, *ballots):
    for position, ballot in enumerate(ballots, len(node.delivered) + 1):
        receive(node, Placed((ballot.by, position), ballot, position), src="A")


# ---- one node ----------------------------------------------------------------------------------------------

def test_who_is_asked_asks_the_others_to_prepare_and_votes():
    node = at_b()
    request(node, Commit())
    assert sent(node, Prepare) == [("A", Prepare()), ("C", Prepare())]
    assert [msg.payload for _, msg in sent(node)[2:]] == [Ballot("B", True, "B")]


def test_its_own_vote_counts_when_it_is_delivered_like_all_others():
    node = at_b()
    request(node, Commit())
    assert node.votes == {} and node.role == "prepared" and node.lock == "held"
    delivers(node, Ballot("A", True, "A"), Ballot("B", True, "B"))
    assert outputs(node)[1:] == []
    delivers(node, YES)
    assert ("decide", COMMITTED) in outputs(node) and replies(node) == [("alice", COMMITTED)] and node.lock == "free"


@pytest.mark.parametrize(("order", "outcome"), [((YES, NO_BY_B), COMMITTED), ((NO_BY_B, YES), ABORTED)])
def test_only_the_first_vote_of_a_node_counts(order, outcome):
    """"Commit by C" and "abort on behalf of C" are both delivered, and their order decides."""
    node = at_b()
    delivers(node, Ballot("A", True, "A"), Ballot("B", True, "B"), *order)
    assert node.role == outcome and [words for words in notes(node) if "too late" in words]


def test_a_second_no_decides_nothing_new():
    node = at_b()
    request(node, Commit())
    delivers(node, NO_BY_B)
    assert ("decide", ABORTED) in outputs(node) and replies(node) == [("alice", ABORTED)]
    delivers(node, Ballot("A", False, "A"))
    assert [one for one in outputs(node) if one[0] == "decide"] == replies(node) == []


def test_who_has_not_voted_in_time_is_suspected_and_voted_for():
    node = at_b()
    request(node, Commit())
    delivers(node, Ballot("A", True, "A"))
    fire(node, "patience")
    assert outputs(node)[0] == ("suspect", "C") and [msg.payload for _, msg in sent(node)] == [NO_BY_B]


def test_who_is_never_asked_votes_no_for_itself():
    node = at_b()
    fire(node, "patience")
    assert [msg.payload for _, msg in sent(node)] == [Ballot("B", False, "B")]


def test_it_does_not_vote_twice_nor_when_the_decision_is_known():
    node = at_b()
    receive(node, Prepare(), src="A")
    receive(node, Prepare(), src="A")
    assert sent(node) == [] and notes(node) == ["has voted already, or knows the decision"]
    node = at_b()
    delivers(node, Ballot("C", False, "C"))
    receive(node, Prepare(), src="A")
    assert sent(node) == [] and node.role == ABORTED


# ---- runs --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "ends"), [
    ("all vote yes", {"A": COMMITTED, "B": COMMITTED, "C": COMMITTED}),
    ("C is slow", {"A": COMMITTED, "B": COMMITTED, "C": COMMITTED}),
    ("C crashes", {"A": ABORTED, "B": ABORTED}),
    ("B crashes", {"A": ABORTED, "C": ABORTED})])
def test_whoever_is_up_decides_whichever_participant_crashes(name, ends):
    trace = simulate(DEMOS[name])
    assert decided(trace) == ends and not broken(trace)


def test_in_the_race_both_votes_for_c_are_delivered_everywhere():
    trace = simulate(DEMOS["C is slow"])
    votes = [output.values[2] for output in trace.outputs("deliver") if output.values[2].voter == "C"]
    assert votes.count(YES) == votes.count(NO_BY_B) == 3 and judge(trace, TOTAL_ORDER)[0]


def test_it_waits_for_the_leader_of_the_broadcast():
    """Left out: a broadcast that survives its leader takes consensus."""
    assert broken(simulate(DEMOS["A crashes"])) == [TERMINATION.name]


@pytest.mark.parametrize(("name", "sentence"), [
    ("the last vote counts", "A has committed, and now it has aborted"),
    ("a proxy overrides", "A has committed, and now it has aborted"),
    ("no order", "A has committed, and B has aborted")])
def test_each_wrong_variant_has_a_run_that_shows_it(name, sentence):
    assert sentence in [verdict.sentence for verdict in judge(simulate(DEMOS[name]), PROMISES)]


# ---- all orders of events, and random ones -----------------------------------------------------------------

def test_two_nodes_never_split_a_decision_though_one_crashes():
    found = explore(vote(names="AB"), [*SAFETY, all_decide], crashes=1, progress=False)
    assert found and found.status == "explored completely" and found.states == 23721


def test_two_nodes_that_stay_up_both_decide():
    found = explore(vote(names="AB"), PROMISES, progress=False)
    assert found and found.status == "explored completely" and found.states == 5134


def test_three_nodes_decide_if_nobody_is_suspected():
    found = explore(vote(), [*SAFETY, TERMINATION], after=RACE[:3], timers={"patience": 0}, progress=False)
    assert found and found.status == "explored completely" and found.states == 3767


def test_however_the_race_ends_three_nodes_agree():
    """B suspects C, whose yes is on its way: both outcomes are possible, and never both at once."""
    @sometimes
    def they_commit(world):
        return any(output.values == (COMMITTED,) for output in world.outputs("decide"))

    @sometimes
    def they_abort(world):
        return any(output.values == (ABORTED,) for output in world.outputs("decide"))

    run = vote(network=Network(fifo=True))
    found = explore(run, [nobody_commits_what_another_aborts, they_commit, they_abort], after=RACE,
                    timers={"patience": 1}, progress=False)
    assert found and found.status == "explored completely" and found.states == 7068


@pytest.mark.parametrize(("protocol", "promise", "moves", "sentence"), [
    (LastVoteCounts, a_decision_never_changes, 4, "A has aborted, and now it has committed"),
    (ProxyOverrides, a_decision_never_changes, 5, "A has committed, and now it has aborted"),
    (WithoutOrder, nobody_commits_what_another_aborts, 4, "A has committed, and B has aborted")])
def test_explore_finds_each_wrong_variant_by_a_shortest_run(protocol, promise, moves, sentence):
    found = explore(vote(protocol, names="AB"), [promise], progress=False)
    assert (found.moves[promise.name], found.verdicts[0].sentence) == (moves, sentence)


@pytest.mark.sample(60, 500)
def test_no_schedule_of_faults_splits_a_decision(sample):
    """Without crashes: in a random schedule whoever crashes restarts, which is left out."""
    faults = ("pause", "loss", "duplication", "delay", "partition")
    assert search(vote(names="ABCD", duration=500), SAFETY, seeds=sample, faults=faults, progress=False)


@pytest.mark.sample(60, 500)
def test_whoever_is_up_decides_though_any_but_the_leader_crash_at_any_moment(sample):
    for seed in sample:
        victims = ("B", "C", "D")[:1 + seed % 3]
        run = vote(names="ABCD", network=Network(latency=exponential(10, least=1)), seed=seed, script=[
            at(10 + (7 * seed + 11 * place) % 90, crash(node)) for place, node in enumerate(victims)])
        trace = simulate(run)
        assert all(judge(trace, [*SAFETY, TERMINATION])), seed
        assert set(decided(trace)) >= set("ABCD") - set(victims), seed
