"""The client of a replicated state machine: a command is sent until it is answered, and executed once."""

import pytest

from dslab import Run, at, crash, drop, partition, recover, request, simulate
from dslab.protocols.client import Add, Answer, Client, Command, Get, NotLeader, Put, execute
from dslab.protocols.raft import Raft
from dslab.testing import make, replies, sent, timers

ADD = Add("x", 1)


def client():
    """Alice, who knows the servers A, B and C; bob is a client too."""
    return make(Client, "alice", peers=["bob"], clients="ABC")


def test_a_client_sends_its_command_to_a_server_and_waits():
    node = client()
    node.on_add("user", ADD)
    assert sent(node) == [("A", Command(1, ADD))] and timers(node) == {"retry": (250, 250)}


def test_it_has_one_command_open_at_a_time():
    """8: so that the servers need to remember only the latest serial number."""
    node = client()
    for amount in (1, 2, 3):
        node.on_add(f"user {amount}", Add("x", amount))
    node.on_answer("A", Answer(1, 1))
    assert sent(node) == [("A", Command(1, Add("x", 1))), ("A", Command(2, Add("x", 2)))]
    assert ("reply", "user 1", 1) in node.effects and node.waiting == [("user 3", Add("x", 3))]


def test_without_an_answer_it_asks_the_next_server_under_the_same_number():
    """8: it retries with another server; and never asks another client."""
    node = client()
    node.on_put("user", Put("x", 1))
    for _ in range(3):
        node.on_retry_timer()
    assert sent(node) == [(name, Command(1, Put("x", 1))) for name in "ABCA"]


def test_it_turns_to_the_leader_that_a_server_names():
    """8."""
    node = client()
    node.on_get("user", Get("x"))
    node.on_not_leader("A", NotLeader("C"))
    assert sent(node)[-1] == ("C", Command(1, Get("x")))


@pytest.mark.parametrize("leader", [None, "Z", "bob"])
def test_where_there_is_no_leader_to_turn_to_it_waits(leader):
    node = client()
    node.on_get("user", Get("x"))
    node.on_not_leader("A", NotLeader(leader))
    assert len(sent(node)) == 1 and node.command is not None


def test_answers_that_come_late_or_twice_are_ignored():
    node = client()
    node.on_add("user", ADD)
    node.on_answer("A", Answer(1, 1))
    node.on_add("user", ADD)
    node.on_answer("B", Answer(1, 1))
    assert node.command == ADD
    node.on_answer("B", Answer(2, 2))
    node.on_answer("B", Answer(2, 2))
    node.on_not_leader("A", NotLeader("B"))
    assert replies(node) == [("user", 1), ("user", 2)]
    assert node.command is None and timers(node)["retry"] is None


def test_the_machine_is_a_key_value_store():
    machine = {}
    calls = [Get("x"), Add("x", 2), Add("x", 3), Put("y", "why"), Get("x"), Put("x", None)]
    assert [execute(call, machine) for call in calls] == [None, 2, 5, "why", 5, None]
    assert machine == {"x": None, "y": "why"}


# ---- clients and servers together ----

def run(*script, servers="ABC", clients=("alice",), **options):
    return Run(dict.fromkeys(servers, Raft) | dict.fromkeys(clients, Client), script=script, **options)


@pytest.mark.parametrize("server", "ABC")
def test_a_command_whose_answer_is_lost_takes_effect_once(server):
    """8: it is sent again, and the servers remember what they have answered."""
    trace = simulate(run(at(0, drop(f"{server}->alice#1")), at(400, request("alice", ADD)), duration=2000))
    machines = [trace.state_at(-1)[name]["machine"] for name in "ABC"]
    assert trace.operations[0].result == 1 and machines == [{"x": 1}] * 3


def test_two_clients_take_turns():
    """Each Add of the two is counted once, and each client sees its own in order."""
    commands = [at(400 + 20 * i, request(name, ADD)) for i in range(5) for name in ("alice", "bob")]
    trace = simulate(run(*commands, clients=("alice", "bob"), duration=2000))
    alice, bob = ([one.result for one in trace.operations if one.node == name] for name in ("alice", "bob"))
    assert sorted(alice + bob) == list(range(1, 11))
    assert alice == sorted(alice) and bob == sorted(bob)


def test_clients_do_not_ask_each_other():
    """Though they are linked: cut off from all servers, they go round in circles until the network heals."""
    script = [at(0, partition(("A", "B", "C"), ("alice", "bob"))), at(400, request("alice", ADD))]
    trace = simulate(run(*script, clients=("alice", "bob"), duration=3000))
    assert {message.dst for message in trace.messages if message.src == "alice"} == {"A", "B", "C"}


def test_a_client_that_crashes_does_not_use_a_number_twice():
    """8: otherwise the servers would take its next command for the last one, and not execute it."""
    script = [at(400, request("alice", ADD)), at(700, crash("alice")), at(800, recover("alice")),
              at(900, request("alice", ADD))]
    first, second = simulate(run(*script, duration=2000)).operations
    assert (first.result, second.result) == (1, 2)
