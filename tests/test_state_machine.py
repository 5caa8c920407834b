"""State machine replication: one log, equal states; what breaks determinism, order and retries (D5.10)."""

import pytest

from dslab import Network, at, crash, explore, exponential, judge, linearizable, search, simulate
from dslab.checkers.specs import KEY_VALUE
from dslab.protocols.client import Add, Answer, Command, Get, Put
from dslab.protocols.state_machine import (
    DEMOS,
    PROMISES,
    SAFETY,
    DecidesAlone,
    Eager,
    Move,
    Numbered,
    OwnError,
    Replicated,
    Touch,
    WithoutSessions,
    a_command_has_one_result,
    a_command_takes_effect_once_on_a_replica,
    at_once,
    each_client_is_answered,
    equal_logs_mean_equal_states,
    moved,
    picked,
    replicated,
    retried,
    touched,
)
from dslab.protocols.total_order import Placed
from dslab.testing import notes, outputs, receive, sent, start

FAULTS = ("pause", "loss", "duplication", "delay", "partition")


def at_b(protocol=Replicated):
    return start(protocol, "B", peers="AC", clients=["alice"])


def delivers(node, *commands, by="A"):
    for position, command in enumerate(commands, len(node.delivered) + 1):
        receive(node, Placed((by, position), command, position), src="A")


def accounts(run) -> dict[str, dict]:
    return {node: state["machine"] for node, state in simulate(run).state_at(-1).items() if "machine" in state}


def broken(trace) -> set[str]:
    return {verdict.promise.name for verdict in judge(trace, PROMISES) if verdict.status == "broken"}


# ---- one replica -----------------------------------------------------------------------------------------------------

def test_a_command_is_broadcast_and_executed_when_it_is_delivered():
    """Schneider 1990, section 3: a replica executes requests in the order in which they are delivered."""
    node = at_b()
    receive(node, Command(1, Put("x", 1)), src="alice")
    assert node.machine == {} and [dst for dst, _ in sent(node)] == ["A"]
    delivers(node, Numbered("alice", 1, Put("x", 1)), by="B")
    assert node.machine == {"x": 1} and sent(node) == [("alice", Answer(1, 1))]


def test_only_the_replica_that_was_asked_answers():
    node = at_b()
    delivers(node, Numbered("alice", 1, Put("x", 1)))
    assert node.machine == {"x": 1} and sent(node) == []


def test_a_retry_is_answered_with_the_stored_result():
    node = at_b()
    delivers(node, Numbered("alice", 1, Add("x", 1)), Numbered("bob", 1, Add("x", 1)))
    delivers(node, Numbered("alice", 1, Add("x", 1)), by="B")
    assert node.machine == {"x": 2} and sent(node) == [("alice", Answer(1, 1))]
    assert notes(node) == ["a retry: has been executed already"]


def test_a_command_that_fails_changes_nothing():
    node = at_b()
    delivers(node, Numbered("alice", 1, Put("x", 3)), Numbered("alice", 2, Move("x", "y", 4)))
    assert node.machine == {"x": 3} and ("execute", "alice", 2, "refused") in outputs(node)


# ---- runs ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["a retry, and an error", "one clock for all", "C crashes"])
def test_replicas_that_are_up_stay_the_same_and_answer_each_client(name):
    trace = simulate(DEMOS[name])
    assert not broken(trace) and all(operation.result is not None for operation in trace.operations)
    last = trace.state_at(-1)
    assert len({repr(last[node]["machine"]) for node in "AB"}) == 1


def test_of_two_commands_at_once_all_replicas_execute_the_same_one_first():
    assert accounts(at_once()) == dict.fromkeys("ABC", {"x": 20})


def test_a_retry_is_in_the_log_twice_and_moves_money_once():
    """E5.3: a client retry appears twice in the log."""
    log = simulate(retried()).state_at(-1)["C"]["delivered"]
    assert len(log) == 5 and log[2] == log[3]
    assert accounts(retried()) == dict.fromkeys("ABC", {"x": 16, "y": 4})
    assert accounts(retried(WithoutSessions)) == dict.fromkeys("ABC", {"x": 12, "y": 8})


def test_nobody_is_answered_when_the_leader_of_the_broadcast_is_down():
    """Section 5.3 of the lecture notes: the approach is as fault-tolerant as its broadcast."""
    trace = simulate(DEMOS["A, which orders the commands, crashes"])
    assert [operation.result for operation in trace.operations] == [10, 20, None, None]


@pytest.mark.parametrize(("run", "promises", "sentence"), [
    (touched(DecidesAlone), {equal_logs_mean_equal_states, a_command_has_one_result},
     "after the same 1 command, A has seen = 20, and B has seen = 30"),
    (picked(DecidesAlone), {equal_logs_mean_equal_states, a_command_has_one_result},
     "after the same 1 command, A has winner = Mei, and B has winner = Ken"),
    (moved(OwnError), {equal_logs_mean_equal_states},
     "after the same 2 commands, A has x = 6, y = 4, and C has x = 6"),
    (at_once(Eager), {equal_logs_mean_equal_states},
     "after the same 2 commands, A has x = 20, and B has x = 10"),
    (retried(WithoutSessions), {a_command_takes_effect_once_on_a_replica}, "A executes command 2 of alice twice")])
def test_each_wrong_variant_breaks_a_promise_for_its_reason(run, promises, sentence):
    trace = simulate(run)
    assert broken(trace) == {promise.name for promise in promises}
    assert sentence in [verdict.sentence for verdict in judge(trace, PROMISES)]


@pytest.mark.parametrize("run", [touched, picked, moved, at_once, retried])
def test_the_same_runs_break_nothing_on_the_right_replica(run):
    assert not broken(simulate(run()))


def test_in_all_orders_of_events_and_of_one_retry_two_replicas_stay_the_same():
    run = replicated(Replicated, ("alice", Put("x", 10)), ("bob", Put("x", 20)), servers="AB")
    found = explore(run, [*SAFETY, linearizable(KEY_VALUE)], timers={"retry": 1}, progress=False)
    assert found and found.status == "explored completely" and found.states == 11681


# ---- random faults ---------------------------------------------------------------------------------------------------

def busy(protocol=Replicated, **options):
    """Two clients with three commands each, on links that reorder nothing and take their time."""
    commands = Put("x", 10), Move("x", "y", 4), Touch("seen")
    asked = [(name, command) for command in commands for name in ("alice", "bob")]
    options = {"network": Network(latency=exponential(10, least=1), fifo=True), "duration": 3000} | options
    return replicated(protocol, *asked, gap=40, **options)


@pytest.mark.sample(50, 500)
def test_no_schedule_of_faults_makes_replicas_differ(sample):
    assert search(busy(), SAFETY, seeds=sample, faults=FAULTS, progress=False)


@pytest.mark.sample(50, 500)
def test_each_client_is_answered_though_b_and_c_crash_at_any_moment(sample):
    for seed in sample:
        victims = ("B", "C")[:1 + seed % 2]
        trace = simulate(busy(seed=seed).plus(*(
            at(10 + (7 * seed + 31 * place) % 250, crash(node)) for place, node in enumerate(victims))))
        assert all(judge(trace, [*SAFETY, each_client_is_answered])), seed


@pytest.mark.sample(50, 500)
def test_commands_and_reads_are_linearizable_whatever_the_faults(sample):
    """Every command, a read too, takes effect at its place in the log."""
    asked = [(name, command) for command in (Add("x", 1), Get("x"), Put("x", 5)) for name in ("alice", "bob")]
    run = replicated(Replicated, *asked, gap=30, duration=3000, network=Network(latency=exponential(10, least=1)))
    assert search(run, [linearizable(KEY_VALUE)], seeds=sample, faults=FAULTS, progress=False)


@pytest.mark.parametrize(("protocol", "promise"), [
    (DecidesAlone, equal_logs_mean_equal_states), (OwnError, equal_logs_mean_equal_states),
    (Eager, equal_logs_mean_equal_states), (WithoutSessions, a_command_takes_effect_once_on_a_replica)])
def test_random_faults_find_each_wrong_variant(protocol, promise):
    found = search(busy(protocol), [promise], seeds=range(200), faults=FAULTS, progress=False)
    assert not found and found.verdicts[0].status == "broken"
