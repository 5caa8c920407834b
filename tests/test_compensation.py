"""A shop and a payment service need not know for sure: what a lost message has cost is paid back."""

import pytest

from dslab.model_checker.explore import explore
from dslab.player.verdicts import promises_of
from dslab.properties import judge
from dslab.protocols.compensation import DEMO, PROMISES, NoRefund, Payments, paid_and_shipped_or_neither, sale
from dslab.script import at, pause, resume
from dslab.simulator.simulate import simulate


def test_with_a_refund_all_ends_well_whatever_is_lost_and_whoever_crashes():
    found = explore(sale(), PROMISES, drops=2, crashes=1, recoveries=1, timers={"retry": 2, "give_up": 2})
    assert found and found.status == "explored completely" and found.states > 2_000


def test_without_a_refund_a_lost_answer_costs_the_customer_the_money():
    found = explore(sale(NoRefund), [paid_and_shipped_or_neither], drops=1, timers={"retry": 0})
    assert found.verdicts[0].sentence == "the customer has paid and gets nothing"


def test_for_a_while_it_is_paid_and_not_shipped():
    trace = simulate(DEMO)
    assert [output.name for output in trace.outputs()] == ["paid", "refunded", "cancelled"]
    assert all(judge(trace, PROMISES))


@pytest.mark.parametrize("until", [100, 300, 700])
def test_late_is_not_too_late(until):
    """The service stands still: the order may be taken back, but money and goods stay together."""
    trace = simulate(sale(Payments, at(20, pause("service")), at(until, resume("service"))))
    assert trace.came_to_rest and judge(trace, [paid_and_shipped_or_neither])[0]
    assert bool(trace.outputs("shipped")) == (until < 200)


@pytest.mark.parametrize("payments", [Payments, NoRefund])
def test_a_player_shows_the_promises_of_the_sale(payments):
    assert promises_of(simulate(sale(payments))) == PROMISES
