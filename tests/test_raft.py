"""Elections, a test for each sentence of the paper [Ongaro and Ousterhout 2014, extended version].

The servers are called by hand: `on_request_vote("B", ...)` is a message from B.
"""

import re
from itertools import product

import pytest
from oracles import there
from raft_parts import candidate, leader, sent, server

from dslab import Run, simulate
from dslab.protocols.raft import Appended, AppendEntries, Raft, RequestVote, Vote
from dslab.testing import receive, timers

ROLES = {"follower": server, "candidate": candidate, "leader": leader}
any_role = pytest.mark.parametrize("make", ROLES.values(), ids=ROLES)


# ---- 5.1: terms ----


@any_role
@pytest.mark.parametrize("msg", [
    RequestVote(7, 0, 0), Vote(7, False), AppendEntries(7, 0, 0, (), 0), Appended(7, False, 0),
])
def test_a_server_that_hears_of_a_newer_term_becomes_a_follower_in_it(make, msg):
    """5.1: a candidate or leader that discovers that its term is out of date reverts to follower state."""
    node = make(term=3)
    receive(node, msg, src="B")
    assert (node.role, node.term) == ("follower", 7)


def test_a_newer_term_brings_a_new_vote():
    """Figure 2: votedFor is the candidate that received the vote in the *current* term."""
    node = candidate(term=3)
    node.on_appended("B", Appended(4, False, 0))
    assert node.voted_for is None


def test_a_leader_that_is_deposed_stops_to_beat_and_waits_for_its_successor():
    """5.1; without an election timer it would wait for ever."""
    node = leader(term=3)
    node.on_vote("B", Vote(4, False))
    assert timers(node)["heartbeat"] is None and "election" in timers(node)


@any_role
def test_a_request_with_a_stale_term_is_rejected(make):
    """5.1: and the answer tells the sender the current term."""
    node = make("1", term=3)
    before, _ = dict(vars(node)), node.clear_effects()
    node.on_request_vote("B", RequestVote(2, 9, 2))
    node.on_append_entries("C", AppendEntries(2, 0, 0, (), 1))
    assert sent(node, Vote) == {"B": Vote(3, False)} and sent(node, Appended) == {"C": Appended(3, False, 0)}
    assert vars(node) == before and not timers(node)


def test_replies_from_an_earlier_term_are_ignored():
    """5.1; a vote for an earlier candidacy must not count for this one."""
    node = candidate(term=3)
    node.on_vote("B", Vote(2, True))
    assert node.votes == {"A"} and node.role == "candidate"
    node = leader("1", term=3)
    node.on_appended("B", Appended(2, True, 1))
    assert node.match_index["B"] == 0


# ---- 5.2: leader election ----


def test_servers_start_up_as_followers():
    """5.2: and wait between 150 and 300 ms [9.3]."""
    node = server()
    node.on_start()
    assert node.role == "follower" and node.effects == [("timer", "election", 150, 300)]


def test_a_follower_waits_on_as_long_as_it_hears_from_a_leader():
    """5.2: whether or not the leader's entries fit."""
    for terms, prev in (("1", 1), ("", 5)):
        node = server(terms, term=1)
        node.on_append_entries("B", AppendEntries(1, prev, 1, (), 0))
        assert node.leader == "B" and timers(node) == {"election": (150, 300)}


@pytest.mark.parametrize("make", [server, candidate], ids=["follower", "candidate"])
def test_to_begin_an_election_a_server_raises_its_term_votes_for_itself_and_asks_all_others(make):
    """5.2: a follower that hears from nobody, and a candidate that neither won nor lost."""
    node = make("12", term=2)
    node.clear_effects()
    node.on_election_timer()
    assert (node.role, node.term, node.voted_for, node.votes) == ("candidate", 3, "A", {"A"})
    assert sent(node, RequestVote) == dict.fromkeys("BC", RequestVote(3, 2, 2)) and "election" in timers(node)


def test_a_follower_never_becomes_leader_without_an_election():
    """Figure 4 has no arrow from follower to leader."""
    with pytest.raises(RuntimeError, match="A is a follower in term 3: only a candidate can become leader"):
        server(term=3).lead()


def test_a_leader_never_stands_for_election():
    """Figure 4 has no arrow from leader to candidate: a leader steps down first, for a newer term."""
    with pytest.raises(RuntimeError, match="A leads term 3: a leader has no election timer"):
        leader(term=3).on_election_timer()


@pytest.mark.parametrize(("servers", "votes", "role"), [
    (1, "", "leader"),
    (2, "", "candidate"), (2, "B", "leader"),
    (3, "", "candidate"), (3, "B", "leader"), (3, "BC", "leader"),
    (4, "B", "candidate"), (4, "BC", "leader"),
    (5, "B", "candidate"), (5, "BC", "leader"), (5, "BCDE", "leader"),
])
def test_a_candidate_wins_with_the_votes_of_a_majority_of_the_full_cluster(servers, votes, role):
    """5.2."""
    node = candidate(servers=servers)
    for voter in votes:
        node.on_vote(voter, Vote(1, True))
    assert node.role == role


def test_a_refused_vote_and_a_vote_that_comes_twice_win_nothing():
    """5.2; the network may double messages."""
    node = candidate(servers=5)
    for msg in (Vote(1, True), Vote(1, True), Vote(1, True)):
        node.on_vote("B", msg)
    node.on_vote("C", Vote(1, False))
    assert node.role == "candidate" and node.votes == {"A", "B"}


def test_a_server_gives_one_vote_in_a_term_first_come_first_served():
    """5.2; the same candidate gets the same answer again."""
    node = server(term=1)
    answers = []
    for src in ("B", "C", "B"):
        node.on_request_vote(src, RequestVote(1, 0, 0))
        answers.append(sent(node, Vote)[src].granted)
    assert answers == [True, False, True] and node.voted_for == "B"


@pytest.mark.parametrize("make", [candidate, leader])
def test_who_stands_or_leads_has_given_its_vote_to_itself(make):
    """5.2."""
    node = make(term=3)
    node.on_request_vote("B", RequestVote(3, 9, 3))
    assert sent(node, Vote) == {"B": Vote(3, False)} and node.voted_for == "A"


def test_only_a_vote_that_is_given_puts_off_the_own_election():
    """Figure 2: a server that refuses goes on waiting, or a candidate without hope could block all."""
    node = server("2", term=2)
    node.on_request_vote("B", RequestVote(3, 1, 1))
    assert not sent(node, Vote)["B"].granted and "election" not in timers(node)
    node.on_request_vote("C", RequestVote(3, 1, 2))
    assert sent(node, Vote)["C"].granted and "election" in timers(node)


def test_once_a_candidate_wins_it_tells_all_others_at_once():
    """5.2: to establish its authority and prevent new elections; it has no election timer any more."""
    node = candidate("1", term=2)
    node.on_vote("B", Vote(2, True))
    assert sent(node, AppendEntries) == dict.fromkeys("BC", AppendEntries(2, 1, 1, (), 0))
    assert timers(node) == {"election": None, "heartbeat": (50, 50)}


def test_a_leader_beats_all_the_time():
    """5.2: heartbeats are AppendEntries that carry no entries."""
    node = leader("1", term=2)
    node.on_heartbeat_timer()
    assert sent(node, AppendEntries) == dict.fromkeys("BC", AppendEntries(2, 1, 1, (), 0))
    assert "heartbeat" in timers(node)


def test_a_candidate_recognises_a_leader_of_its_own_term_or_a_later_one():
    """5.2: and no leader of an earlier term. Its entries need not fit."""
    for term, role in ((2, "candidate"), (3, "follower"), (4, "follower")):
        node = candidate(term=3)
        node.on_append_entries("B", AppendEntries(term, 8, 1, (), 0))
        assert (node.role, node.leader) == (role, "B" if role == "follower" else None)


def test_late_votes_change_nothing_for_a_leader():
    """5.2; a second inauguration would forget what the followers have."""
    node = leader("1", servers=5)
    node.on_appended("B", Appended(1, True, 1))
    node.on_vote("C", Vote(1, True))
    assert node.match_index["B"] == 1 and not sent(node, AppendEntries)


def first_timeouts(protocol, seeds):
    """When the servers' first election timers are set to go off, in runs that end at once."""
    for seed in range(seeds):
        for step in simulate(Run(protocol, 3, seed=seed, duration=0)).steps:
            yield step.timers["election"]


def test_election_timeouts_are_chosen_randomly_from_a_fixed_interval():
    """5.2: each server's differs, and they are spread over the whole interval."""
    times = list(first_timeouts(Raft, 100))
    thirds = [sum(low <= time < low + 50 for time in times) for low in (150, 200, 250)]
    assert len(set(times)) == sum(thirds) == 300 and min(thirds) > 75


def test_split_votes_are_rare():
    """5.2: in most cases only a single server times out."""
    runs = [Run(Raft, 5, seed=seed, until="leader", duration=3000) for seed in range(100)]
    first = [simulate(run, states=False).outputs("leader")[0] for run in runs]
    assert sum(output.values == (1,) for output in first) >= 80


# ---- 5.4.1: the election restriction ----


@pytest.mark.parametrize(("voter", "asker", "granted"), [
    ("", "", True), ("1", "1", True), ("1", "11", True), ("11", "1", False),    # same term: the longer log
    ("1", "2", True), ("1", "22", True), ("11", "2", True), ("1111", "12", True),           # the later term
    ("2", "1", False), ("2", "11", False), ("12", "1111", False), ("1", "", False),
])
def test_the_vote_goes_to_a_log_that_is_at_least_as_up_to_date(voter, asker, granted):
    """5.4.1: the later last term counts, and for equal terms the length. The longest log does not win."""
    node = server(voter, term=3)
    node.on_request_vote("B", RequestVote(4, len(asker), int(asker[-1:] or 0)))
    assert sent(node, Vote) == {"B": Vote(4, granted)}


def test_a_refusal_takes_over_the_term_all_the_same():
    """5.1 and 5.4.1; otherwise a server with a high term and a short log could never come back."""
    node = leader("12", term=2)
    node.on_request_vote("B", RequestVote(9, 1, 1))
    assert node.term == 9 and node.role == "follower" and sent(node, Vote) == {"B": Vote(9, False)}


# ---- the verdicts of others ----


def every_way():
    """(votes, verdict) for up to five servers: more than half win, and half that refuse prevent it."""
    for servers in range(1, 6):
        for votes in product("yn_", repeat=servers):
            won, lost = votes.count("y") > servers / 2, votes.count("n") >= servers / 2
            yield votes, "VoteWon" if won else "VoteLost" if lost else "VotePending"


def cases_of_etcd(text):
    """The same in etcd's file. The empty cluster is left out: ours has at least the candidate."""
    for votes, verdict in re.findall(r"votes=\((.*)\)\n----\n(\w+)", text):
        yield votes.split(","), verdict


SOURCES = {"every way": [*every_way()]} | {
    path.stem: [*cases_of_etcd(path.read_text(encoding="utf-8"))] for path in there("raft/majority_vote.txt")}


def count(votes):
    """The role of A, which stands for election, once these votes are in: y, n, or _ for none."""
    node = candidate(servers=len(votes))
    node.role, node.votes = "candidate", set()
    for name, vote in zip(("A", *node.peers), votes, strict=True):
        if vote != "_":
            node.on_vote(name, Vote(1, vote == "y"))
    return node.role


@pytest.mark.parametrize("source", SOURCES)
def test_votes_are_counted_as_etcd_counts_them(source):
    """5.2, and etcd-io/raft, quorum/testdata/majority_vote.txt.

    A candidate that has lost waits for its timer, as one that may still win. Lost is what it cannot win now.
    """
    assert len(SOURCES[source]) == {"every way": 363, "majority_vote": 21}[source]
    for votes, verdict in SOURCES[source]:
        best = [vote.replace("_", "y") for vote in votes]
        can = "VotePending" if count(best) == "leader" else "VoteLost"
        assert verdict == ("VoteWon" if count(votes) == "leader" else can), votes
