"""A leader database: commit order, asynchronous and semi-synchronous replication, promotion (D5.11)."""

import pytest

from dslab import Network, explore, exponential, judge, search, simulate
from dslab.protocols.failover import FailOver, HowFar, Operator, Position, Promote
from dslab.protocols.leader_database import (
    DEMOS,
    PROMISES,
    SAFETY,
    Append,
    Commit,
    Entry,
    Read,
    Server,
    Stored,
    Write,
    a_server_has_a_prefix_of_the_commit_sequence_of_its_leader,
    an_acknowledged_transaction_survives_promotion,
    asks,
    behind,
    database,
    fail_over,
)
from dslab.protocols.leader_database_variants import VARIANTS, AppendsAll, Hasty, ObeysAll, PlainOrder, twice, unnoticed
from dslab.testing import fire, notes, receive, recover, replies, request, sent, start

PREFIX, SURVIVES = (a_server_has_a_prefix_of_the_commit_sequence_of_its_leader,
                    an_acknowledged_transaction_survives_promotion)
T1, T2 = Entry((("x", 1),), "T1"), Entry((("x", 2),), "T2")


def server(name="A", **state):
    return start(Server, name, peers="ABC".replace(name, ""), clients=["operator"], **state)


def operator(**state):
    return start(Operator, "operator", clients="ABC", **state)


def results(run) -> list:
    return [operation.result for operation in simulate(run).operations]


def logs(run) -> dict[str, list[str]]:
    last = simulate(run).state_at(-1)
    return {node: [entry.transaction for entry in state["log"]] for node, state in last.items() if "log" in state}


def broken(run) -> list[str]:
    return [verdict.promise.name for verdict in judge(simulate(run), PROMISES) if verdict.status == "broken"]


# ---- the leader and its followers ------------------------------------------------------------------------------------

def test_nobody_sees_a_transaction_before_it_commits():
    node = server()
    request(node, Write("T1", "x", 1))
    request(node, Read("x"), client="bob")
    assert replies(node) == [("bob", None)]
    request(node, Commit("T1"))
    request(node, Read("x"), client="bob")
    assert replies(node) == [("bob", 1)]


@pytest.mark.parametrize(("needed", "answers"), [(0, 0), (1, 1), (2, 2)])
def test_a_commit_is_acknowledged_when_as_many_followers_as_needed_have_stored_it(needed, answers):
    node, seen = server(needed=needed), []
    request(node, Commit("T1"))
    for follower in "BC":
        seen.append(replies(node))
        receive(node, Stored(1, 1), src=follower)
    seen.append(replies(node))
    assert [bool(one) for one in seen] == [place == answers for place in range(3)]


def test_a_follower_executes_each_entry_once_though_messages_arrive_twice_and_late():
    node = server("B")
    for msg in (Append(1, 0, (T2,)), Append(1, 0, (T2, T1)), Append(1, 0, (T2,)), Append(1, 1, (T1,))):
        receive(node, msg, src="A")
    assert node.log == [T2, T1] and node.data == {"x": 1} and sent(node) == [("A", Stored(1, 2))]


def test_the_leader_sends_again_what_a_follower_has_not_acknowledged():
    node = server()
    request(node, Commit("T1"))
    receive(node, Stored(1, 1), src="C")
    fire(node, "ship")
    assert [dst for dst, _ in sent(node, Append)] == ["B"]


def test_only_the_leader_takes_transactions():
    node = server("B")
    request(node, Write("T1", "x", 1))
    assert replies(node) == [("alice", "not the leader")] and node.open == {}


# ---- another leader --------------------------------------------------------------------------------------------------

def test_who_has_told_how_far_it_is_obeys_no_earlier_leader():
    node = server("B")
    receive(node, HowFar(2), src="operator")
    assert sent(node) == [("operator", Position(2, 1, 0))]
    receive(recover(node), Append(1, 0, (T2,)), src="A")
    receive(node, Append(1, 0, (T2,)), src="A")
    assert node.log == [] and sent(node) == [] and notes(node) == ["obeys no leader of epoch 1 any more"]


def test_a_leader_that_hears_of_a_later_epoch_steps_down():
    node = server()
    receive(node, HowFar(2), src="operator")
    assert node.role == "follower"
    request(node, Commit("T1"))
    assert replies(node) == [("alice", "not the leader")]


def test_the_operator_promotes_the_most_up_to_date_of_a_majority():
    """A later leader's log comes before a longer one [Oki and Liskov 1988]."""
    node = operator()
    request(node, FailOver())
    receive(node, Position(2, 1, 7), src="B")
    assert sent(node) == []
    receive(node, Position(2, 2, 3), src="C")
    assert sent(node) == [("C", Promote(2))]
    receive(node, Position(2, 2, 9), src="A")
    assert sent(node) == []


def test_a_server_leads_an_epoch_once():
    node = server("B")
    receive(node, Promote(2), src="operator")
    assert node.role == "leader"
    again = recover(node)
    receive(again, Promote(2), src="operator")
    assert again.role == "follower"


# ---- runs ------------------------------------------------------------------------------------------------------------

def test_the_order_of_commits_is_the_order_of_the_log():
    """D5.11: T1 begins first, T2 commits first, and followers execute T2, T1."""
    assert logs(DEMOS["overlapping"]) == dict.fromkeys("ABC", ["T2", "T1"])


def test_a_follower_that_lags_has_a_prefix_of_what_the_leader_has_committed():
    assert logs(behind().replace(duration=75)) == {"A": ["T2", "T1"], "B": ["T2"], "C": ["T2", "T1"]}


def test_asynchronous_replication_loses_an_acknowledged_transaction_at_a_promotion():
    assert results(DEMOS["asynchronous"])[3] == "committed" and broken(DEMOS["asynchronous"]) == [SURVIVES.name]


def test_semi_synchronous_replication_has_not_acknowledged_what_it_loses():
    run = DEMOS["semi-synchronous"]
    assert results(run)[3] is None and logs(run)["B"] == ["T2"] and not broken(run)


def test_the_follower_that_is_ahead_is_promoted_and_brings_the_others_up_to_date():
    assert results(behind())[4] == "C" and logs(behind()) == dict.fromkeys("ABC", ["T2", "T1", "T3"])
    assert all(judge(simulate(behind()), PROMISES))


def test_a_read_from_a_follower_may_be_stale_though_the_commit_was_acknowledged():
    trace = simulate(DEMOS["stale read"])
    committed, stale, later = trace.operations[1:]
    assert committed.returned < stale.invoked and (stale.result, later.result) == (None, 2)


@pytest.mark.parametrize(("name", "sentence"), [
    ("the first by name", "A has acknowledged T1, and B leads without it"),
    ("the first to answer", "A has acknowledged T1, and B leads without it"),
    ("the leader of before is obeyed", "A has acknowledged T1, and B leads without it"),
    ("what arrives twice is appended twice", "B has executed T2, T2, and its leader T2")])
def test_each_wrong_variant_has_a_run_that_shows_it(name, sentence):
    found = [verdict for verdict in judge(simulate(VARIANTS[name]), PROMISES) if verdict.status == "broken"]
    assert [verdict.sentence for verdict in found] == [sentence]


@pytest.mark.parametrize("run", [unnoticed(), twice()])
def test_the_same_runs_break_nothing_with_the_right_classes(run):
    assert not broken(run)


# ---- all orders of events ----------------------------------------------------------------------------------

def explored(crashes=0, drops=0, **options):
    """One transaction, and one failover."""
    run = database(asks(10, "A", Commit("T1"), "alice"), fail_over(20), **options)
    return explore(run, SAFETY, crashes=crashes, drops=drops, timers={"ship": 0, "patience": 0}, progress=False)


@pytest.mark.parametrize(("crashes", "drops", "states"), [(0, 0, 7079), (1, 0, 51309), (0, 1, 25458)])
def test_no_order_of_events_loses_what_was_acknowledged(crashes, drops, states):
    found = explored(crashes, drops)
    assert found and found.status == "explored completely" and found.states == states


@pytest.mark.parametrize(("options", "moves"), [
    ({"needed": 0}, 7), ({"operator": PlainOrder}, 9), ({"operator": Hasty}, 7), ({"server": ObeysAll}, 9)])
def test_explore_loses_an_acknowledged_transaction_by_a_shortest_run(options, moves):
    """And asynchronous replication with it: none of them needs a crash."""
    assert explored(**options).moves == {SURVIVES.name: moves}


# ---- random faults ---------------------------------------------------------------------------------------------------

def busy(**options):
    """Every server is asked for eight transactions, and the leader is replaced three times."""
    asked = [asks(10 + 90 * place + after, node, msg, f"{node}{place}") for place in range(8) for node in "ABC"
             for after, msg in ((0, Write(f"{node}{place}", "x", place)), (20, Commit(f"{node}{place}")))]
    replaced = [asks(time, "operator", FailOver(), f"administrator {time}") for time in (200, 400, 600)]
    options = {"network": Network(latency=exponential(10, least=1)), "duration": 1500} | options
    return database(*sorted([*asked, *replaced], key=lambda event: event.time), **options)





@pytest.mark.sample(50, 500)
def test_no_schedule_of_faults_loses_what_was_acknowledged(sample):
    """D5.11: a majority has what the leader and one follower have stored, and tells it at the next promotion."""
    assert search(busy(), SAFETY, seeds=sample, progress=False)


def test_without_faults_every_promotion_is_followed_by_acknowledgements():
    trace = simulate(busy())
    assert len(trace.outputs("leads")) == 4 and all(judge(trace, PROMISES))


@pytest.mark.parametrize(("options", "promise"), [
    ({"needed": 0}, SURVIVES), ({"operator": PlainOrder}, SURVIVES), ({"operator": Hasty}, SURVIVES),
    ({"server": ObeysAll}, SURVIVES), ({"server": AppendsAll}, PREFIX)])
def test_random_faults_find_each_wrong_variant_and_asynchronous_replication(options, promise):
    found = search(busy(**options), [promise], seeds=range(300), progress=False)
    assert not found and found.verdicts[0].status == "broken"
