"""Links: what each layer repairs, what crashes undo, and what an algorithm is worth that relies on a bound."""

import pytest

from dslab.charts.plots import histograms
from dslab.experiments.partial_synchrony import DIAL, LATE, collections, count, delays, dial, dial_table, violations
from dslab.model_checker.explore import explore
from dslab.network import Network, constant, uniform
from dslab.properties import judge
from dslab.protocols import stable_storage, timed_lock
from dslab.protocols.links import (
    PROMISES,
    SENDER_CRASHES,
    Durable,
    FairLoss,
    Fifo,
    Perfect,
    Say,
    Stubborn,
    laboratory,
    late_copy,
    no_creation,
    no_duplication,
    reliable_delivery,
    restart,
)
from dslab.run import Run
from dslab.script import at, cut, delay, heal, pause, request, resume
from dslab.simulator.simulate import simulate

LAYERS = {FairLoss: "no creation", Stubborn: "reliable delivery", Perfect: "no duplication", Fifo: "first in first out"}
FOUR = PROMISES[:4]


def names_broken(trace):
    return {verdict.promise.name for verdict in judge(trace, PROMISES) if verdict.status == "broken"}


def two(link, **options):
    return Run(link, 2, script=[at(0, request("A", Say("B", 1))), at(0, request("A", Say("B", 2)))], **options)


# ---- the layers --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("link", LAYERS)
def test_each_layer_keeps_one_promise_more(link):
    """In 60 bad networks, what no layer so far has repaired goes wrong now and then, and nothing else does."""
    kept = list(LAYERS.values())[:list(LAYERS).index(link) + 1]
    broken = set().union(*(names_broken(simulate(laboratory(link, seed=seed))) for seed in range(60)))
    assert broken == {promise.name for promise in FOUR} - set(kept)


@pytest.mark.parametrize("link", LAYERS)
def test_each_layer_is_proven_for_two_messages(link):
    """All orders, with a loss, a copy made by the network, and as many repetitions as two."""
    kept = list(LAYERS.values())[:list(LAYERS).index(link) + 1]
    promises = [promise for promise in FOUR if promise.name in kept]
    found = explore(two(link), promises, drops=1, duplicates=1, timers={"retry": 2})
    assert found and found.status == "explored completely"


@pytest.mark.parametrize("link", [Fifo, Durable])
def test_a_partition_delays_and_does_not_lose(link):
    trace = simulate(laboratory(link, at(5, cut("A", "B")), at(600, heal()), network=Network(latency=constant(10))))
    assert not names_broken(trace) and trace.outputs("deliver")[0].time > 600 and trace.came_to_rest


def test_a_stream_of_messages_does_not_put_off_what_has_to_be_repeated():
    says = [at(20 * number, request("A", Say("B", number))) for number in range(30)]
    trace = simulate(Run(Fifo, 2, network=Network(latency=constant(10), loss=0.2), seed=1, script=says))
    waits = [got.time - 20 * got.values[1] for got in trace.outputs("deliver")]
    assert len(waits) == 30 and max(waits) < 300


# ---- crashes -----------------------------------------------------------------------------------------------------

def test_a_sender_that_crashes_after_a_lost_transmission_breaks_no_promise():
    """Reliable delivery is promised between correct processes [Cachin et al. 2011, module 2.3]."""
    trace = simulate(SENDER_CRASHES)
    assert trace.came_to_rest and not trace.outputs("deliver") and not names_broken(trace)


@pytest.mark.parametrize("node", ["A", "B"])
def test_numbers_in_memory_do_not_survive_a_crash(node):
    """The receiver waits for number 1 for ever; the sender begins again with 1, and is taken for a copy."""
    assert names_broken(simulate(restart(Fifo, node))) == {"reliable delivery"}
    assert not names_broken(simulate(restart(Durable, node)))
    reasons = " ".join(note for step in simulate(restart(Fifo, node)) for note in step.notes)
    assert {"A": "has already delivered this one", "B": "number 1 must come first"}[node] in reasons


def test_after_a_crash_an_old_message_is_delivered_as_new():
    assert names_broken(simulate(late_copy(Fifo))) == {"no duplication"}
    assert not names_broken(simulate(late_copy(Durable)))


def test_on_disk_all_promises_survive_a_crash_of_either_node_at_any_moment():
    found = explore(two(Durable), FOUR, crashes=1, recoveries=1, drops=1, timers={"retry": 2})
    assert found and found.status == "explored completely"


@pytest.mark.parametrize("promise", [no_duplication, reliable_delivery])
def test_in_memory_they_do_not(promise):
    assert not explore(two(Fifo), [promise], crashes=1, recoveries=1, timers={"retry": 2})


def test_what_was_never_sent_is_never_delivered():
    for link in (*LAYERS, Durable):
        assert explore(two(link), [no_creation], crashes=1, recoveries=1, duplicates=1, timers={"retry": 1})


def test_a_crash_takes_memory_and_a_pause_takes_nothing():
    """Five events; two of them reach the node that pauses late, and the node that is down never."""
    trace = simulate(stable_storage.DEMO)
    after = {node: (state["in_memory"], state["on_disk"]) for node, state in trace.state_at(-1).items()}
    assert after == {"steady": (5, 5), "paused": (5, 5), "crashed": (1, 3)} and not trace.unapplied


# ---- an algorithm that relies on a bound -----------------------------------------------------------------------------

def test_a_bound_that_holds_is_enough():
    found = count(simulate(timed_lock.lock(uniform(0, timed_lock.BOUND), turns=500)))
    assert (found.messages, found.late, found.violations) == (500, 0, 0)


def test_one_late_message_lets_two_in():
    found = count(simulate(timed_lock.lock(constant(5), turns=4).plus(at(0, delay("clerk->A#1", by=600)))))
    assert (found.late, found.violations) == (1, 1)


def test_one_pause_lets_two_in():
    """Nothing is late on the network: A stands still at the moment at which it should come out."""
    run = timed_lock.lock(constant(5), turns=4).plus(at(400, pause("A")), at(700, resume("A")))
    assert violations(simulate(run)) and count(simulate(run)).late == 0
    assert judge(simulate(run), [timed_lock.never_two_are_inside])[0].sentence == "A and B are both inside"


def test_the_bound_holds_for_all_but_one_in_ten_thousand():
    for latency in list(DIAL.values())[1:3]:
        assert latency.at(1 - LATE) == pytest.approx(timed_lock.BOUND)


@pytest.fixture(scope="module")
def turned():
    return dial()


def test_most_of_the_time_is_no_model(turned):
    """About one message in 10,000 is late, and about every late one lets two in."""
    lines = [line.split()[-3:] for line in dial_table(turned).splitlines()[1:]]
    messages, late, both = zip(*((int(cell.replace(",", "")) for cell in line) for line in lines), strict=True)
    assert set(messages) == {10_000} and late[0] == both[0] == 0
    assert both[1] >= 1 and both[2] >= 1 and both[3] >= 50 and late[3] >= both[3]
    assert both[4] > 0


def test_the_chart_of_the_delays_has_all_of_them_and_tells_the_late_ones(turned):
    groups = {name: delays(trace) for name, trace in turned.items()}
    chart = histograms(groups, limit=timed_lock.BOUND)
    assert len(chart.axes) == len(groups)
    for axes, (name, group) in zip(chart.axes, groups.items(), strict=True):
        within, beyond = (sum(bar.get_height() for bar in bars) for bars in axes.containers)
        assert (within, beyond) == (len(group) - count(turned[name]).late, count(turned[name]).late)
        assert axes.get_title(loc="left").startswith(name)
        assert axes.get_ylim()[1] > max(bar.get_height() for bar in axes.containers[0])


def test_collections_pause_and_go_on():
    assert len(collections(60, turns=1000)) == 2 * 9

