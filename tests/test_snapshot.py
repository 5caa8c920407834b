"""A snapshot shows a state that could have been, whatever the links and the banks do meanwhile."""

import pytest

from dslab import Network, Run, at, explore, judge, request, simulate, uniform
from dslab.protocols.snapshot import DEMO, DEMOS, MONEY, PROMISES, Bank, Pay, TakeSnapshot, payments, snapshots


@pytest.mark.parametrize("seed", range(40))
def test_the_recorded_cut_is_consistent(seed):
    """Theorem 1 of [Chandy and Lamport 1985]: each seed has other delays, and every third run two initiators."""
    verdicts = judge(simulate(payments(Bank, seed=seed, first=seed % 3 > 0)), PROMISES[:3])
    assert all(verdicts), verdicts


def test_no_order_of_events_breaks_it():
    found = explore(Run(Bank, 3, network=Network(fifo=True), script=[
        at(0, request("A", Pay("B", 1))), at(0, request("B", Pay("A", 2))), at(0, request("C", TakeSnapshot()))]),
        PROMISES)
    assert found and (found.status, found.states) == ("explored completely", 2_269)


def test_links_that_reorder_break_it():
    """The markers must not be overtaken: the paper assumes links that keep order."""
    run = payments(Bank).replace(network=Network(latency=uniform(5, 60)))
    assert any(not all(judge(simulate(run.replace(seed=seed)), PROMISES[:2])) for seed in range(40))


def test_the_demo_records_money_that_is_under_way():
    parts = snapshots(simulate(DEMO))
    assert sum(balance for balance, _ in parts.values()) < 3 * MONEY
    assert any(amounts for _, links in parts.values() for _, amounts in links)


def test_one_who_has_nothing_pays_nothing():
    trace = simulate(Run(Bank, 2, script=[at(0, request("A", Pay("B", MONEY + 1)))]))
    assert "has only 100" in trace.describe(0) and not trace.messages


def test_two_may_begin_at_once():
    trace = simulate(DEMOS["two begin"])
    assert len(trace.outputs("recorded")) == len(trace.outputs("snapshot")) == 3
