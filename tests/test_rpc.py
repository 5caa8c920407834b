"""Calls across a network, and what surrounds them in chapter 1."""

import pytest

from dslab.checkers.indistinguishable import first_distinction, same_view, view_of
from dslab.model_checker.explore import explore
from dslab.network import Network, constant
from dslab.properties import judge
from dslab.protocols import pipelining, rolling_upgrade, shared_counter
from dslab.protocols.rpc import (
    DEMOS,
    MISHAPS,
    PROMISES,
    Bank,
    Charge,
    DurableBank,
    PatientShop,
    RememberingBank,
    Shop,
    charging,
    every_call_has_an_outcome,
    nothing_is_executed_twice,
    unplugged,
    what_is_reported_ok_was_executed,
)
from dslab.script import at, drop, request
from dslab.simulator.simulate import simulate
from dslab.values import DslabError


def told(run) -> tuple[str, int]:
    """The outcome at the shop, and how often the bank charged."""
    trace = simulate(run)
    return trace.outputs("outcome")[0].values[1], len(trace.outputs("executed"))


# ---- the call --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("mishap", "outcome", "times"), [
    ("nothing", "ok", 1), ("the request is lost", "unknown", 0), ("the reply is lost", "unknown", 1),
    ("the reply is late", "unknown", 1), ("the request is duplicated", "ok", 2),
    ("a crash before it is executed", "unknown", 0), ("a crash after it was executed", "unknown", 1),
])
def test_without_retries_the_outcome_can_be_unknown(mishap, outcome, times):
    assert told(charging(Shop, Bank, *MISHAPS[mishap])) == (outcome, times)


@pytest.mark.parametrize("shop", [Shop, PatientShop])
def test_before_it_asks_again_the_caller_cannot_tell_no_execution_from_one_or_two(shop):
    """D1.8: the request is lost; the reply is lost; the request is duplicated, and both replies are lost."""
    both_lost = [at(0, drop(f"bank->shop#{number}")) for number in (1, 2)]
    cases = (MISHAPS["the request is lost"], MISHAPS["the reply is lost"],
             (*MISHAPS["the request is duplicated"], *both_lost))
    traces = [simulate(charging(shop, Bank, *mishap)) for mishap in cases]
    early = [[output for output in trace.outputs("executed") if output.time < 110] for trace in traces]
    assert [len(executed) for executed in early] == [0, 1, 2]
    assert all(same_view(traces[0], other, "shop", until=110) for other in traces[1:])
    assert not same_view(traces[0], traces[1], "bank") and not same_view(traces[1], traces[2], "bank")


def test_the_moment_at_which_the_cable_is_pulled_out_cannot_be_seen():
    """D1.5: before the request arrives, before it is executed, after."""
    traces = [simulate(unplugged(moment)) for moment in (15, 22, 32)]
    assert all(same_view(traces[0], other, "shop") for other in traces[1:])
    assert [len(trace.outputs("executed")) for trace in traces] == [0, 1, 1]


@pytest.mark.parametrize(("mishap", "bank", "times"), [
    ("the reply is lost", Bank, 2), ("the reply is lost", RememberingBank, 1),
    ("a crash after it was executed", RememberingBank, 2), ("a crash after it was executed", DurableBank, 1),
    ("the request is duplicated", RememberingBank, 1), ("the reply is late", DurableBank, 1),
])
def test_with_retries_it_depends_on_what_the_bank_remembers(mishap, bank, times):
    assert told(charging(PatientShop, bank, *MISHAPS[mishap])) == ("ok", times)


def test_exactly_once_survives_a_drop_a_copy_and_a_crash_anywhere():
    found = explore(charging(PatientShop, DurableBank), [nothing_is_executed_twice, what_is_reported_ok_was_executed],
                    drops=1, duplicates=1, crashes=1, recoveries=1, timers={"patience": 2},
                    within=lambda world: "shop" in world.up)
    assert found and found.status == "explored completely"


@pytest.mark.parametrize(("bank", "faults"), [
    (Bank, {"duplicates": 1}), (RememberingBank, {"crashes": 1, "recoveries": 1, "timers": {"patience": 2}}),
])
def test_each_weaker_bank_is_found_to_execute_twice(bank, faults):
    assert not explore(charging(PatientShop, bank), [nothing_is_executed_twice], **faults)


def test_after_ten_tries_even_a_patient_shop_gives_up():
    run = charging(PatientShop, DurableBank).replace(network=Network(loss=1.0), duration=5000)
    trace = simulate(run)
    assert told(run) == ("unknown", 0) and len(trace.messages) == 10
    assert judge(trace, [every_call_has_an_outcome])[0]


def test_a_charge_of_nothing_is_an_error_and_no_execution():
    assert told(charging().replace(script=[at(10, request("shop", Charge("Carol", 0)))])) == ("error", 0)


@pytest.mark.parametrize(("name", "broken"), [
    ("maybe", []), ("at least once", ["nothing is executed twice"]), ("at most once", []),
    ("at most once, crash", ["nothing is executed twice"]), ("exactly once", []),
])
def test_the_demonstrations_show_what_they_say(name, broken):
    verdicts = judge(simulate(DEMOS[name]), PROMISES)
    assert [verdict.promise.name for verdict in verdicts if verdict.status == "broken"] == broken


# ---- views -----------------------------------------------------------------------------------------------------------

def test_a_view_has_the_nodes_own_steps_and_nothing_else():
    seen = view_of(simulate(DEMOS["maybe"]), "shop")
    assert [one.kind for one in seen] == ["request", "timer"]
    assert str(seen[0]).startswith("10 ms: request Charge → Call(number=1")


def test_the_first_difference_is_told_from_both_sides():
    fine, lost = simulate(charging()), simulate(charging(Shop, Bank, *MISHAPS["the reply is lost"]))
    one, other = first_distinction(fine, lost, "shop")
    assert one.kind == "receive" and other.kind == "timer"
    assert first_distinction(fine, lost, "shop", until=39) is None


def test_a_sender_does_not_see_that_the_network_doubles_its_message():
    """A copy has the same step of sending, but only the receiver can notice it."""
    fine = simulate(charging())
    doubled = simulate(charging().replace(network=Network(latency=constant(10), duplication=1.0)))
    assert len(doubled.outputs("executed")) == 2
    assert view_of(doubled, "shop")[0] == view_of(fine, "shop")[0]
    assert len([one for one in view_of(doubled, "bank") if one.kind == "receive"]) == 2


def test_a_view_needs_a_node():
    with pytest.raises(DslabError, match="there is no node 'shp'.*Did you mean 'shop'"):
        view_of(simulate(DEMOS["maybe"]), "shp")


# ---- head-of-line blocking, two models of concurrency, a rolling upgrade ---------------------------------------------

def test_numbers_let_quick_answers_pass_the_slow_one():
    """D1.4: 300, 20 and 20 ms of work, 10 ms each way."""
    took = {name: [output.values for output in simulate(run).outputs("page")] for name, run in pipelining.DEMOS.items()}
    assert took["by number"] == [(2, 40), (3, 40), (1, 320)] and took["in order"] == [(1, 320), (2, 320), (3, 320)]


@pytest.mark.parametrize(("name", "total", "added"), [
    ("messages", 300, 300), ("a lost message", 299, 300), ("memory", 300, 300),
])
def test_a_lost_message_makes_the_total_wrong(name, total, added):
    """D1.1."""
    trace = simulate(shared_counter.DEMOS[name])
    assert trace.outputs("total")[-1].values == (total,) and len(trace.outputs("added")) == added


def test_one_machine_stops_alone_and_threads_stop_together():
    messages, memory = (simulate(shared_counter.DEMOS[name]) for name in ("a crash", "memory, a crash"))
    assert messages.outputs("added")[-1].time == 1000 and {"A", "C"} == {
        output.node for output in messages.outputs("added") if output.time > 500}
    assert memory.outputs("added")[-1].time <= 1500


@pytest.mark.parametrize(("name", "rejected"), [
    ("three", 0), ("two at once", 2), ("three and a crash", 2), ("five and a crash", 0),
])
def test_an_upgrade_and_a_crash_need_five_replicas(name, rejected):
    """D1.7."""
    trace = simulate(rolling_upgrade.DEMOS[name])
    assert len(trace.outputs("rejected")) == rejected and trace.unapplied == []
    assert bool(judge(trace, rolling_upgrade.PROMISES)[0]) == (not rejected)
