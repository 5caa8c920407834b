"""Figures of the Raft paper, and three small logs: who can win, how logs are repaired, what is committed."""

import pytest
from raft_parts import SAFETY, final, leader_of, sent, server, terms_of

from dslab import judge, simulate
from dslab.protocols.client import Put
from dslab.protocols.raft import Appended, AppendEntries, RequestVote, Vote
from dslab.protocols.raft_figures import (
    ENDING_D,
    ENDING_E,
    FIGURE_7,
    FIGURE_8_BROKEN,
    figure_7,
    figure_8,
    three_logs,
)
from dslab.protocols.raft_variants import DirectedBackUpByOne, DirectedRaft

FIGURES = {
    "7": figure_7(), "8 d": figure_8(ENDING_D), "8 e": figure_8(ENDING_E),
    "A": three_logs("A"), "B": three_logs("B"), "C": three_logs("C"),
}


def logs(trace):
    """The logs at the end."""
    return {name: terms_of(state["log"]) for name, state in final(trace).items()}


def between(trace, one, other):
    """What two servers say to each other, in the order of sending: (sender, message)."""
    return [(message.src, message.payload) for message in trace.messages
            if {message.src, message.dst} == {one, other}]


@pytest.mark.parametrize("run", FIGURES.values(), ids=FIGURES)
def test_the_figures_keep_all_promises(run):
    trace = simulate(run)
    assert all(judge(trace, SAFETY)) and trace.unapplied == []


# ---- figure 7 ----

def votes_for(name):
    """How many of the seven logs of figure 7 would vote for this one, itself included."""
    request, votes = RequestVote(8, len(FIGURE_7[name]), int(FIGURE_7[name][-1])), 1
    for other in FIGURE_7.keys() - {name}:
        voter = server(FIGURE_7[other], term=7)
        voter.on_request_vote("B", request)
        votes += sent(voter, Vote)["B"].granted
    return votes


def test_the_leader_a_c_and_d_could_win_with_the_logs_of_figure_7():
    votes = {name: votes_for(name) for name in FIGURE_7}
    assert votes == {"leader": 5, "a": 4, "b": 2, "c": 6, "d": 7, "e": 3, "f": 1}
    assert [name for name in FIGURE_7 if 2 * votes[name] > 7] == ["leader", "a", "c", "d"]


def tries(protocol):
    """How many places the leader of figure 7 tries in each follower's log. Heartbeats repeat the last one."""
    places = {name: set() for name in "abcdef"}
    for message in simulate(figure_7(protocol)).messages:
        if isinstance(message.payload, AppendEntries) and message.departs < 400:
            places[message.dst].add(message.payload.prev_index)
    return [len({place for place in places[name] if place <= 10}) for name in "abcdef"]


def test_the_leader_finds_where_the_logs_agree():
    """5.3: by one entry at a time, or, with the fast back-up, by one term at a time."""
    assert tries(DirectedBackUpByOne) == [2, 7, 1, 1, 6, 8]
    assert tries(DirectedRaft) == [2, 2, 1, 1, 3, 3]


def test_the_logs_of_figure_7_are_repaired():
    """5.3: extra entries stay until one in conflict comes; then all logs are the leader's."""
    run = figure_7()
    before = logs(simulate(run.replace(duration=399)))
    kept = {"c": FIGURE_7["c"], "d": FIGURE_7["d"]}
    assert before == dict.fromkeys(FIGURE_7, FIGURE_7["leader"]) | kept
    assert set(logs(simulate(run)).values()) == {"11144556668"}


# ---- figure 8 ----

def applied(trace):
    """The values that servers applied at index 2."""
    return {output.values[1].command.value for output in trace.outputs("apply") if output.values[0] == 2}


def test_an_entry_on_a_majority_may_still_be_overwritten():
    """Figure 8 (c) and (d): so nobody has applied it."""
    trace = simulate(figure_8(ENDING_D))
    copied = trace.state_at(next(step.index for step in trace.steps if step.time > 450))
    assert [terms_of(copied[name]["log"]) for name in ("S1", "S2", "S3")] == ["12", "12", "12"]
    assert logs(trace) == {"S1": "124"} | dict.fromkeys(("S2", "S3", "S4", "S5"), "135")
    assert applied(trace) == {"3.2"}


def test_an_entry_of_the_own_term_on_a_majority_protects_those_before_it():
    """Figure 8 (e): S5 cannot win an election."""
    trace = simulate(figure_8(ENDING_E))
    assert leader_of(trace, 900) == "S1" and applied(trace) == {"2.2"}
    assert logs(trace) == dict.fromkeys(("S1", "S2", "S3"), "124") | {"S4": "1", "S5": "13"}
    assert final(trace)["S5"]["role"] == "candidate" and final(trace)["S5"]["votes"] == {"S4", "S5"}


def test_counting_copies_of_an_old_entry_applies_two_entries_at_one_index():
    """Figure 8 (d), if 5.4.2 is left out."""
    assert applied(simulate(FIGURE_8_BROKEN)) == {"2.2", "3.2"}


# ---- three logs: 1 1, 1 2 2 2 and 1 2 3 ----

@pytest.mark.parametrize(("candidate", "votes", "wins"), [
    ("A", "A", False), ("B", "AB", True), ("C", "ABC", True),
])
def test_the_later_last_term_decides_then_the_length(candidate, votes, wins):
    """5.4.1."""
    trace = simulate(three_logs(candidate))
    granted = {message.src for message in trace.messages if message.payload == Vote(4, True)}
    assert granted | {candidate} == set(votes) and bool(trace.outputs("leader")) == wins


def test_b_goes_back_until_c_agrees_and_c_gives_up_an_entry_that_was_not_committed():
    """5.3: B tries behind its entries 4, 3 and 2; C refuses, refuses, accepts."""
    trace = simulate(three_logs("B"))
    talk = between(trace, "B", "C")
    offers = [msg.prev_index for src, msg in talk if src == "B" and isinstance(msg, AppendEntries)]
    answers = [msg.success for src, msg in talk if isinstance(msg, Appended)]
    assert offers[:3] == [4, 3, 2] and answers[:3] == [False, False, True]
    assert logs(trace) == dict.fromkeys("ABC", "1222")
    assert final(trace)["C"]["log"][2].command == Put("x", "2.3")
