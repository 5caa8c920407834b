"""Chain replication: invariants, the three kinds of failure, and linearizability (van Renesse and Schneider 2004)."""

from random import Random

import pytest

from dslab import Network, at, drop, explore, exponential, judge, linearizable, search, simulate
from dslab.checkers.specs import KEY_VALUE
from dslab.protocols.chain_replication import (
    DEMO,
    DEMOS,
    PROMISES,
    SAFETY,
    Acknowledgement,
    ChainClient,
    Command,
    Configuration,
    Failed,
    Master,
    NewPredecessor,
    NewSuccessor,
    Received,
    Server,
    Update,
    a_server_has_a_prefix_of_what_those_before_it_have,
    asks,
    chained,
    fails,
    head_fails,
    middle_fails,
    what_the_next_server_lacks_can_be_sent_again,
)
from dslab.protocols.chain_replication_variants import AcknowledgesAtOnce, AsksTheHead, WithoutSendingAgain
from dslab.protocols.client import Add, Answer, Get, Put
from dslab.script import request as asked_of
from dslab.testing import make, notes, receive, request, sent, start

PREFIX, AGAIN = a_server_has_a_prefix_of_what_those_before_it_have, what_the_next_server_lacks_can_be_sent_again
X1, X2, X3 = (Update(number, "alice", number, Put("x", number)) for number in (1, 2, 3))


def server(name, **state):
    return start(Server, name, peers="ABC".replace(name, ""), clients=["master", "alice"], **state)


def results(run) -> list:
    return [operation.result for operation in simulate(run).operations if operation.result is not None]


def answered_by(trace) -> list[str]:
    return [output.node for output in trace.outputs("answer")]


# ---- one server (section 3) ------------------------------------------------------------------------------------------

def test_the_head_takes_an_update_and_passes_it_on():
    node = server("A")
    receive(node, Command(1, Put("x", 1)), src="alice")
    assert node.machine == {"x": 1} and sent(node) == [("B", X1)] and node.sent == [X1]


def test_the_tail_answers_and_acknowledges():
    node = server("C")
    receive(node, X1, src="B")
    assert sent(node) == [("alice", Answer(1, 1)), ("B", Acknowledgement(1))] and node.sent == []


def test_an_acknowledgement_is_passed_on_to_the_head_and_shortens_the_list():
    node = server("B")
    for update in (X1, X2):
        receive(node, update, src="A")
    receive(node, Acknowledgement(1), src="C")
    assert node.sent == [X2] and sent(node) == [("A", Acknowledgement(1))]


def test_only_the_head_takes_updates():
    node = server("B")
    receive(node, Command(1, Put("x", 1)), src="alice")
    assert node.history == [] and notes(node) == ["is not the head: the client will ask again"]


def test_a_retry_is_in_the_history_twice_and_executed_once():
    node = server("C")
    receive(node, Update(1, "alice", 1, Add("x", 1)), src="B")
    receive(node, Update(2, "alice", 1, Add("x", 1)), src="B")
    assert node.machine == {"x": 1} and sent(node)[0] == ("alice", Answer(1, 1))


def test_nothing_is_taken_from_a_server_that_is_no_longer_the_predecessor():
    node = server("C")
    receive(node, X1, src="B")
    receive(node, NewPredecessor("A"), src="master")
    assert sent(node) == [("master", Received(1)), ("A", Acknowledgement(1))]
    receive(node, X2, src="B")
    assert node.history == [X1]


def test_the_server_before_a_gap_sends_again_what_the_one_behind_it_lacks():
    """Section 3.3: and no more than that."""
    node = server("A")
    for number in (1, 2, 3):
        receive(node, Command(number, Put("x", number)), src="alice")
    receive(node, NewSuccessor("C", 1), src="master")
    assert sent(node) == [("C", X2), ("C", X3)] and node.sent == [X1, X2, X3]


def test_a_new_tail_answers_what_it_had_passed_on():
    """Section 3.2: an update that the failed tail may not have had is now on every server."""
    node = server("B")
    receive(node, X1, src="A")
    receive(node, NewSuccessor(None, 0), src="master")
    assert sent(node) == [("alice", Answer(1, 1)), ("A", Acknowledgement(1))] and node.role == "tail"


@pytest.mark.parametrize(("failed", "told"), [
    ("A", ("B", NewPredecessor(None))), ("B", ("C", NewPredecessor("A"))), ("C", ("B", NewSuccessor(None, 0)))])
def test_the_master_closes_the_chain(failed, told):
    node = make(Master, "master", clients=["A", "B", "C", "alice"])
    node.chain, node.clients = ["A", "B", "C"], ["alice"]
    request(node, Failed(failed))
    assert sent(node) == [told, ("alice", Configuration(tuple("ABC".replace(failed, ""))))]


def test_the_master_closes_a_gap_once_and_keeps_the_last_server():
    node = make(Master, "master", clients="AB")
    node.chain = ["A", "B"]
    for failed, said in (("A", []), ("A", ["has closed that gap"]), ("B", ["no server is left"])):
        request(node, Failed(failed))
        assert notes(node) == said and node.chain == ["B"]


# ---- runs ------------------------------------------------------------------------------------------------------------

def test_the_last_of_four_servers_has_every_update_and_answers():
    """The middle, the head and the tail fail: n servers survive n - 1 failures."""
    trace = simulate(DEMO)
    assert all(judge(trace, PROMISES)) and linearizable(trace, KEY_VALUE) and results(DEMO) == [1, 2, 3, 4, 4]
    last = trace.state_at(-1)["C"]
    assert last["role"] == "head and tail" and len(last["history"]) == 4 and last["sent"] == []
    assert answered_by(trace) == ["D", "D", "D", "C"]


def test_an_update_takes_one_message_a_server_and_two_more():
    """Down the chain, with the request and the answer; acknowledgements follow."""
    trace = simulate(chained(asks(10, Put("x", 1)), servers="ABCDE", duration=200))
    kinds = [type(message.payload).__name__ for message in trace.messages]
    assert {kind: kinds.count(kind) for kind in kinds} == {"Command": 1, "Update": 4, "Answer": 1, "Acknowledgement": 4}


@pytest.mark.parametrize("variant", [WithoutSendingAgain, AcknowledgesAtOnce])
def test_without_the_list_of_what_was_sent_the_servers_behind_a_gap_miss_an_update(variant):
    broken = {verdict.promise: verdict.sentence for verdict in judge(simulate(middle_fails(variant)), SAFETY)
              if verdict.status == "broken"}
    assert broken[PREFIX] == "C has updates 1, 3, and A, before it, 1, 2, 3"
    assert (broken[AGAIN] == "A has forgotten update 2, which C lacks") == (variant is AcknowledgesAtOnce)


def test_a_query_at_the_head_returns_what_may_still_get_lost():
    trace = simulate(head_fails(AsksTheHead))
    assert [one.result for one in trace.operations if one.node == "alice"] == [1, 2, 1] and all(judge(trace, SAFETY))
    assert linearizable(trace, KEY_VALUE).status == "not linearizable"


@pytest.mark.parametrize("name", ["the middle fails", "the head fails"])
def test_the_same_failures_break_nothing_on_the_right_chain(name):
    trace = simulate(DEMOS[name])
    assert all(judge(trace, SAFETY)) and linearizable(trace, KEY_VALUE)


# ---- all orders of events after a failure ----------------------------------------------------------------------------

FIRST_UPDATE = ("request 1", "deliver alice->A#1", "deliver A->B#1", "deliver B->C#1", "deliver C->B#1")


def explored(failed, progress, **options):
    """A server fails when so much of an update has happened; then another update and a query, in all orders."""
    run = chained(asks(10, Put("x", 1)), at(20, asked_of("master", Failed(failed))),
                  asks(30, Put("x", 2)), asks(40, Get("x")), **options)
    return explore(run, [*SAFETY, linearizable(KEY_VALUE)], crashes=1, timers={"retry": 1}, progress=False,
                   after=[*FIRST_UPDATE[:progress], f"crash {failed}", "request 2"])


@pytest.mark.parametrize("progress", range(1, 6))
@pytest.mark.parametrize("failed", "ABC")
def test_whichever_server_fails_at_whichever_moment_of_an_update_all_orders_are_right(failed, progress):
    found = explored(failed, progress)
    assert found and found.status == "explored completely" and found.states > 400


@pytest.mark.parametrize(("variant", "promise"), [(WithoutSendingAgain, PREFIX), (AcknowledgesAtOnce, AGAIN)])
def test_some_order_breaks_each_wrong_server_when_the_middle_fails(variant, promise):
    assert list(explored("B", 3, server=variant).moves) == [promise.name]


# ---- random failures -------------------------------------------------------------------------------------------------

def busy(seed, *, failures=3, **options):
    """Two clients with six commands each; servers fail at random moments, and answers to clients get lost."""
    draw = Random(f"{seed} chain")
    commands = [Put("x", 1), Get("x"), Add("x", 10), Get("x"), Put("x", 5), Get("x")]
    asked = [asks(10 + 60 * place + draw.randrange(50), command, client)
             for client in ("alice", "bob") for place, command in enumerate(commands)]
    failed = [event for name in draw.sample("ABCD", failures) for event in fails(draw.randrange(5, 400), name)]
    lost = [at(0, drop(f"{draw.choice('ABCD')}->{client}#{draw.randrange(1, 4)}")) for client in ("alice", "bob")]
    return chained(*lost, *asked, *failed, servers="ABCD", clients=("alice", "bob"), seed=seed, duration=3000,
                   network=Network(latency=exponential(8, least=1), fifo=True), **options)


@pytest.mark.sample(50, 500)
def test_whatever_servers_fail_and_when_it_is_linearizable_and_answers(sample):
    for seed in sample:
        trace = simulate(busy(seed, failures=seed % 4))
        assert all(judge(trace, SAFETY)) and linearizable(trace, KEY_VALUE), seed
        assert all(state["command"] is None for node, state in trace.state_at(-1).items() if "command" in state), seed


@pytest.mark.parametrize("failures", range(4))
@pytest.mark.sample(15, 125)
def test_pauses_and_delays_break_nothing(failures, sample):
    promises = [*SAFETY, linearizable(KEY_VALUE)]
    assert search(busy(failures, failures=failures), promises, seeds=sample, faults=("pause", "delay"), progress=False)


@pytest.mark.parametrize(("options", "promise"), [
    ({"server": WithoutSendingAgain}, PREFIX), ({"server": AcknowledgesAtOnce}, AGAIN)])
def test_random_failures_find_each_wrong_server(options, promise):
    assert any(not judge(simulate(busy(seed, failures=1, **options)), [promise])[0] for seed in range(300))


@pytest.mark.parametrize(("client", "lost"), [(ChainClient, False), (AsksTheHead, True)])
def test_random_delays_find_a_query_at_the_head_that_sees_what_gets_lost(client, lost):
    run = chained(asks(10, Put("x", 1), "bob"), asks(100, Put("x", 2), "bob"), *fails(119, "A"),
                  *(asks(time, Get("x")) for time in (60, 105, 150, 200)), client=client, clients=("alice", "bob"),
                  duration=1000)
    found = search(run, [linearizable(KEY_VALUE)], seeds=range(100), faults=["delay"], progress=False)
    assert bool(found) is not lost
