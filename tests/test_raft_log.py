"""Log replication and commitment, a test for each sentence of the paper [Ongaro and Ousterhout 2014].

As in `test_raft.py`, server A is called by hand.
"""

import re
from itertools import combinations_with_replacement

import pytest
from oracles import there
from raft_parts import leader, sent, server, terms_of

from dslab.protocols.client import Add, Answer, Command, Get, NotLeader, Put
from dslab.protocols.raft import Appended, AppendEntries, Entry, Vote
from dslab.protocols.raft_figures import log_of
from dslab.protocols.raft_variants import BackUpByOne
from dslab.testing import outputs


def append(node, prev, prev_term, terms="", *, commit=0, term=None):
    """B, the leader, sends entries that follow entry `prev`; returns A's answer."""
    entries = tuple(log_of("0" * prev + terms)[prev:])
    node.on_append_entries("B", AppendEntries(term or node.term, prev, prev_term, entries, commit))
    return sent(node, Appended)["B"]


def acknowledge(node, **indices):
    """Followers say up to where they have the leader's log."""
    for name, index in indices.items():
        node.on_appended(name, Appended(node.term, True, index))


def applied(node):
    """The indices that A has applied since its effects were last cleared."""
    return [index for name, index, *_ in outputs(node) if name == "apply"]


# ---- 5.3: the leader ----


def test_the_leader_appends_a_command_and_sends_it_to_all_others():
    """5.3."""
    node = leader("12", term=3)
    node.on_command("alice", Command(7, Put("x", 1)))
    entry = Entry(3, "alice", 7, Put("x", 1))
    assert node.log == [*log_of("12"), entry]
    assert sent(node, AppendEntries) == dict.fromkeys("BC", AppendEntries(3, 2, 2, (entry,), 0))


def test_who_does_not_lead_names_the_leader_and_logs_nothing():
    """8: it rejects the request and tells of the most recent leader it has heard from."""
    node = server("1", term=1)
    node.on_command("alice", Command(1, Put("x", 1)))
    append(node, 1, 1)
    node.on_command("alice", Command(1, Put("x", 1)))
    assert [effect[2] for effect in node.effects if effect[1] == "alice"] == [NotLeader(None), NotLeader("B")]
    assert terms_of(node.log) == "1"


def test_a_new_leader_supposes_that_the_others_have_all_it_has():
    """5.3: nextIndex is the one just after the last in the leader's log; figure 2: matchIndex is 0."""
    node = leader("112", term=3)
    assert node.next_index == dict.fromkeys("BC", 4) and node.match_index == dict.fromkeys("BC", 0)


def test_the_leader_sends_again_until_a_follower_answers():
    """5.3: it retries indefinitely, even after it has answered the client."""
    node = leader("11", term=2)
    acknowledge(node, B=2)
    node.on_command("alice", Command(1, Put("x", 1)))
    acknowledge(node, B=3)
    for _ in range(3):
        node.clear_effects()
        node.on_heartbeat_timer()
        assert [len(msg.entries) for msg in sent(node, AppendEntries).values()] == [0, 1]


@pytest.mark.parametrize(("servers", "acknowledged", "committed"), [
    (1, "", True), (2, "", False), (2, "B", True), (3, "", False), (3, "B", True), (3, "BC", True),
    (4, "B", False), (4, "BC", True), (5, "B", False), (5, "BC", True), (5, "BCD", True), (5, "BCDE", True),
])
def test_an_entry_is_committed_once_a_majority_stores_it(servers, acknowledged, committed):
    """5.3: the leader counts as one."""
    node = leader("", term=1, servers=servers)
    node.on_command("alice", Command(1, Put("x", 1)))
    acknowledge(node, **dict.fromkeys(acknowledged, 1))
    assert node.commit_index == committed == len(sent(node, Answer))


def test_an_acknowledgement_that_comes_twice_counts_once():
    """5.3 and 5.5; a server is one server, however often it speaks."""
    node = leader("1", servers=5)
    for _ in range(4):
        acknowledge(node, B=1)
    assert node.commit_index == 0


def test_committing_an_entry_commits_all_before_it():
    """5.3: including entries created by previous leaders; and 5.4.2."""
    node = leader("122", term=3)
    for serial in (1, 2):
        node.on_command("alice", Command(serial, Put("y", serial)))
    acknowledge(node, B=5)
    assert node.commit_index == 5 and applied(node) == [1, 2, 3, 4, 5]


def test_the_others_learn_what_is_committed_from_the_next_message():
    """5.3: the leader includes the highest index it knows to be committed, in heartbeats too."""
    node = leader("1")
    acknowledge(node, B=1)
    node.on_heartbeat_timer()
    assert sent(node, AppendEntries)["C"].leader_commit == 1


def test_replies_that_overtake_each_other_take_nothing_back():
    """5.3; the network reorders: matchIndex grows monotonically (figure 2), and an old refusal is old."""
    node = leader("1111")
    acknowledge(node, B=4)
    acknowledge(node, B=2)
    node.on_appended("B", Appended(1, False, 2))
    assert node.match_index["B"] == 4 and node.next_index["B"] == 5 and not sent(node, AppendEntries)


def test_after_a_refusal_the_leader_tries_earlier_and_at_once():
    """5.3: the leader decrements nextIndex and retries; a refusal that comes twice is one refusal."""
    node = leader("1123")
    for _ in range(2):
        node.on_appended("B", Appended(1, False, 3))
    tries = [effect[2] for effect in node.effects if effect[0] == "send"]
    assert tries == [AppendEntries(1, 2, 1, tuple(log_of("1123")[2:]), 0)]


def test_a_long_way_back_is_gone_in_batches():
    """Not in the paper: a message has a limit. What a batch commits ends with the batch."""
    node = leader("1" * 500)
    node.on_appended("B", Appended(1, False, 1))
    first = sent(node, AppendEntries)["B"]
    acknowledge(node, B=200)
    node.on_heartbeat_timer()
    assert len(first.entries) == 200 and sent(node, AppendEntries)["B"].prev_index == 200


# ---- 5.3: the follower ----


@pytest.mark.parametrize(("prev", "prev_term", "success"), [
    (0, 0, True), (1, 1, True), (2, 2, True), (2, 1, False), (1, 2, False), (3, 3, False), (3, 2, False),
])
def test_a_follower_refuses_unless_it_has_the_entry_before_the_new_ones(prev, prev_term, success):
    """5.3, the consistency check: same index and same term. A refusal changes no log."""
    node = server("12", term=3)
    assert append(node, prev, prev_term).success == success
    assert terms_of(node.log) == "12"


@pytest.mark.parametrize(("prev", "new", "log"), [
    (2, "3", "123"), (1, "34", "134"), (0, "1", "12"), (0, "3", "3"), (0, "123", "123"), (1, "24", "124"),
])
def test_entries_in_conflict_are_deleted_with_all_that_follow_and_no_others(prev, new, log):
    """5.3: and only an entry in conflict deletes anything."""
    node = server("12", term=4)
    assert append(node, prev, prev and int("12"[prev - 1]), new) == Appended(4, True, prev + len(new))
    assert terms_of(node.log) == log


def test_a_message_that_comes_late_or_twice_erases_nothing():
    """5.5: AppendEntries is idempotent. Neither does a heartbeat: figure 7, (c) and (d)."""
    node = server("1", term=1)
    append(node, 1, 1, "111")
    before = list(node.log)
    assert append(node, 1, 1, "1") == Appended(1, True, 2) and append(node, 1, 1) == Appended(1, True, 1)
    assert append(node, 1, 1, "111") == Appended(1, True, 4)
    assert node.log == before


@pytest.mark.parametrize(("prev", "new", "leader_commit", "commit"), [
    (1, "", 3, 1), (1, "2", 3, 2), (1, "2", 1, 1), (3, "", 3, 3), (0, "", 3, 0), (3, "2", 9, 4),
])
def test_a_follower_commits_no_further_than_the_last_new_entry(prev, new, leader_commit, commit):
    """Figure 2: min(leaderCommit, index of last new entry). What lies behind it may be in conflict."""
    node = server("122", term=3)
    append(node, prev, (0, 1, 2, 2)[prev], new, commit=leader_commit)
    assert node.commit_index == commit and applied(node) == list(range(1, commit + 1))


def test_nothing_is_applied_twice_and_the_commit_index_never_falls():
    """5.3: in log order."""
    node = server("122", term=3)
    for leader_commit in (2, 1, 2, 3):
        append(node, 3, 2, commit=leader_commit)
    assert applied(node) == [1, 2, 3]


def test_a_refusal_says_where_to_try_next():
    """5.3: after a log that is too short; otherwise before all entries of the term in conflict."""
    assert append(server("11", term=5), 9, 4) == Appended(5, False, 3)
    assert append(server("1222", term=5), 4, 4) == Appended(5, False, 2)
    assert append(server("1222", term=5, protocol=BackUpByOne), 4, 4) == Appended(5, False, 4)


# ---- 5.4.2: committing entries from previous terms ----


@pytest.mark.parametrize(("log", "index", "committed"), [
    ("12", 1, 0), ("12", 2, 0), ("123", 2, 0), ("123", 3, 3),
])
def test_only_entries_of_the_current_term_are_committed_by_counting_copies(log, index, committed):
    """5.4.2: an entry of an earlier term is committed with the first of the leader's own."""
    node = leader(log, term=3)
    acknowledge(node, B=index, C=index)
    assert node.commit_index == committed


def every_way():
    """(indices, committed) for up to five servers with up to three entries: what more than half have is committed."""
    for servers in range(1, 6):
        for indices in combinations_with_replacement(range(4), servers):
            yield indices, sum(sum(index >= place for index in indices) > servers / 2 for place in (1, 2, 3))


def cases_of_etcd(text):
    """The same in etcd's file. The empty cluster is left out: ours has at least the leader."""
    for indices, committed in re.findall(r"^committed .*idx=\((.*)\)\n----\n(?:.+\n)*?(\d+)$", text, re.MULTILINE):
        yield [int(index.replace("_", "0")) for index in indices.split(",")], int(committed)


SOURCES = {"every way": [*every_way()]} | {
    path.stem: [*cases_of_etcd(path.read_text(encoding="utf-8"))] for path in there("raft/majority_commit.txt")}


@pytest.mark.parametrize("source", SOURCES)
def test_copies_are_counted_as_etcd_counts_them(source):
    """5.3, and etcd-io/raft, quorum/testdata/majority_commit.txt; the leader is the server that has most."""
    assert len(SOURCES[source]) == {"every way": 125, "majority_commit": 15}[source]
    for indices, committed in SOURCES[source]:
        own, *others = sorted(indices, reverse=True)
        node = leader("1" * own, servers=len(indices))
        node.advance_commit_index()
        acknowledge(node, **dict(zip(node.peers, others, strict=True)))
        assert node.commit_index == committed, indices


# ---- 8: clients ----


def test_a_command_that_is_logged_twice_is_executed_once_and_answered_twice():
    """8: the state machine tracks the latest serial number of each client, with the response."""
    node = leader(servers=1)
    for _ in range(2):
        node.on_command("alice", Command(1, Add("x", 5)))
    assert [effect[2] for effect in node.effects if effect[0] == "send"] == [Answer(1, 5)] * 2
    node.on_command("alice", Command(2, Get("x")))
    node.on_command("alice", Command(1, Add("x", 5)))
    assert node.machine == {"x": 5} and sent(node, Answer) == {"alice": Answer(2, 5)}


def test_only_the_leader_answers_clients():
    """8."""
    node = server(term=1)
    entry = Entry(1, "alice", 1, Put("x", 1))
    node.on_append_entries("B", AppendEntries(1, 0, 0, (entry,), 1))
    assert node.machine == {"x": 1} and not sent(node, Answer)


def test_a_leader_of_one_commits_by_itself():
    """5.2 and 5.3 for a cluster of one server."""
    node = leader(servers=1)
    node.on_command("alice", Command(1, Put("x", 1)))
    assert node.commit_index == 1 and sent(node, Vote) == {}
