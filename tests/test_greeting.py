"""Two nodes and one message: each way in which the greeting can fail is one lost message."""

import pytest

from dslab.model_checker.explore import explore
from dslab.properties import judge
from dslab.protocols.greeting import DEMO, PROMISES, Greeter, Greeting
from dslab.script import at, drop, duplicate
from dslab.simulator.simulate import simulate
from dslab.testing import outputs, receive, sent, start


def test_only_who_begins_speaks_first():
    assert sent(start(Greeter, "A", peers="B", begins=True)) == [("B", Greeting("hello"))]
    assert sent(start(Greeter, "B", peers="A")) == []


def test_a_greeting_is_answered_by_the_one_who_did_not_begin():
    first, second = start(Greeter, "A", peers="B", begins=True), start(Greeter, "B", peers="A")
    receive(second, Greeting("hello"), src="A")
    receive(first, Greeting("hello to you"), src="B")
    assert sent(second) == [("A", Greeting("hello to you"))] and sent(first) == []
    assert second.role == first.role == "greeted" and outputs(first) == [("greeted", "B")]


@pytest.mark.parametrize("lost, alone", [("A->B#1", "A and B"), ("B->A#1", "A")])
def test_one_lost_message_leaves_somebody_alone(lost, alone):
    twice, everybody = judge(simulate(DEMO.plus(at(0, drop(lost)))), PROMISES)
    assert twice and not everybody and everybody.sentence == f"nobody has greeted {alone}"


def test_a_doubled_greeting_is_answered_twice():
    assert not judge(simulate(DEMO.plus(at(0, duplicate("A->B#1")))), PROMISES)[0]


def test_on_a_network_that_loses_nothing_both_promises_hold_in_all_runs():
    assert all(explore(DEMO, PROMISES).verdicts)
