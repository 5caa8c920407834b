"""Happened-before, orders and cuts, and what becomes of stamps by the time of day."""

import pytest

from dslab.charts.light_cones import light_cones, standing
from dslab.experiments.consistent_cuts import (
    chain,
    consistent_cuts,
    contradictions,
    crossing,
    cut_table,
    pairs,
    past_of,
    relation,
    relation_matrix,
    share_of_contradictions,
    total_orders,
)
from dslab.properties import judge
from dslab.protocols import hybrid_clock
from dslab.protocols.logical_clocks import EXAMPLE, VectorClock, compare, drawing, events
from dslab.protocols.physical_timestamps import DEMOS, MOON, NO, PROMISES, RIDDLE, last_writer_wins, moon
from dslab.simulator.simulate import simulate
from dslab.values import DslabError

RIDDLE_TRACE, FIGURE_TRACE = simulate(DEMOS["riddle"]), simulate(DEMOS["figure 1"])


def broken(run) -> list[str]:
    return [verdict.promise.name for verdict in judge(simulate(run), PROMISES) if verdict.status == "broken"]


# ---- the moon and the cheese ----

def test_with_right_clocks_the_stamps_mend_the_order_of_arrival():
    reads = simulate(DEMOS["right clocks"]).outputs("reads")
    assert [output.values[0] for output in reads if output.node == "C"] == [(NO,), (MOON, NO)]


@pytest.mark.parametrize(("ahead", "wrong"), [(0, False), (1.9, False), (2, True), (3, True), (-3, False)])
def test_the_answer_is_stamped_before_its_question_once_the_skew_reaches_the_latency(ahead, wrong):
    """Chapter 3, D3.6: A ahead by 3 ms, the network takes 2 ms."""
    assert bool(broken(moon(ahead=ahead, latency=2))) == wrong


def test_a_clock_that_is_three_ms_ahead_makes_everybody_read_the_answer_first():
    last = simulate(DEMOS["a clock ahead"]).state_at(5)
    assert {state["reads"] for state in last.values()} == {(NO, MOON)}


def test_the_last_writer_wins_and_the_increment_is_lost():
    """DDIA, "Timestamps for ordering events": x = 1 at 42.004 s, then x = 2 at 42.003 s; 1 is kept."""
    trace = simulate(DEMOS["two writes"])
    assert [output.values for output in trace.outputs("wrote")] == [(1, 42_004.0), (2, 42_003.0)]
    assert {state["value"] for state in trace.state_at(len(trace) - 1).values()} == {1}
    assert broken(trace.run) == ["a write that knew of another is not thrown away for it"]


def test_with_right_clocks_the_increment_stays():
    run = last_writer_wins()
    assert {state["value"] for state in simulate(run).state_at(len(simulate(run)) - 1).values()} == {2}
    assert broken(run) == []


def test_the_more_the_clocks_differ_the_more_often_stamps_lie():
    shares = [share_of_contradictions(skew, 2) for skew in (1, 4, 20)]
    assert shares[0] == 0 and 0.15 < shares[1] < 0.35 and 0.35 < shares[2] < 0.55


# ---- happened before ----

def test_e_is_concurrent_with_all_that_came_before_f():
    """D3.7: Kleppmann's fixture; e is concurrent with a, b, c and d."""
    assert [relation(RIDDLE_TRACE, "e", other) for other in "abcdf"] == ["∥", "∥", "∥", "∥", "→"]
    assert relation(RIDDLE_TRACE, "f", "e") == "←"


def test_moving_e_in_time_changes_nothing():
    assert past_of(simulate(DEMOS["e comes first"])) == past_of(RIDDLE_TRACE)


def test_five_total_orders_are_consistent_with_it():
    assert len(total_orders(RIDDLE_TRACE)) == 5
    assert {order.index("e") for order in total_orders(RIDDLE_TRACE)} == {0, 1, 2, 3, 4}


def test_figure_1_has_47_concurrent_pairs_of_105():
    """D3.9: Lamport 1978, figure 1; p1 → r4, and p3 and q3 are concurrent."""
    assert pairs(FIGURE_TRACE) == {"ordered": 58, "concurrent": 47}
    assert relation(FIGURE_TRACE, "p1", "r4") == "→" and relation(FIGURE_TRACE, "p3", "q3") == "∥"


@pytest.mark.parametrize("trace", [RIDDLE_TRACE, FIGURE_TRACE], ids=["riddle", "figure 1"])
def test_it_is_a_strict_partial_order(trace):
    past = past_of(trace)
    assert all(name not in before for name, before in past.items())
    assert all(past[cause] <= before for before in past.values() for cause in before)


def test_it_agrees_with_the_vectors():
    vectors = {event.name: event.stamp for event in events(simulate(drawing(VectorClock, *RIDDLE)))}
    signs = {"<": "→", ">": "←", "||": "∥"}
    assert all(relation(RIDDLE_TRACE, one, other) == signs[compare(vectors[one], vectors[other])]
               for one in vectors for other in vectors if one != other)


def test_a_chain_of_steps_and_messages_says_why():
    assert chain(RIDDLE_TRACE, "a", "f") == [
        ("a", "then", "b"), ("b", "message", "c"), ("c", "then", "d"), ("d", "message", "f")]
    assert chain(RIDDLE_TRACE, "e", "d") == [] == chain(RIDDLE_TRACE, "f", "a")


def test_the_matrix_shows_each_pair_both_ways():
    lines = [line.split() for line in relation_matrix(RIDDLE_TRACE).splitlines()]
    assert lines[1] == ["a", "=", "→", "→", "→", "∥", "→"] and lines[6] == ["f", "←", "←", "←", "←", "←", "="]


# ---- cuts ----

def test_a_cut_is_consistent_if_no_message_crosses_it_backwards():
    assert crossing(RIDDLE_TRACE, {"A": 1, "B": 1, "C": 0}) == [("b", "c")]
    assert crossing(RIDDLE_TRACE, {"A": 2, "B": 1, "C": 1}) == []
    assert "not consistent: c is in, b is not" in cut_table(RIDDLE_TRACE, [{"A": 1, "B": 1, "C": 0}])


def test_eleven_of_27_cuts_could_have_been_a_moment():
    """By hand: five places in the chain a b c d (none to all), with e or without, and all six events."""
    assert len(consistent_cuts(RIDDLE_TRACE)) == 11


def test_the_past_of_an_event_is_a_consistent_cut():
    for name, before in past_of(FIGURE_TRACE).items():
        inside = before | {name}
        cut = {node: sum(event.node == node and event.name in inside for event in events(FIGURE_TRACE))
               for node in FIGURE_TRACE.nodes}
        assert crossing(FIGURE_TRACE, cut) == []


# ---- physical and hybrid stamps ----

def test_a_clock_that_is_behind_contradicts_the_order():
    from dslab.script import at, clock

    trace = simulate(DEMOS["riddle"].plus(at(0, clock("B", offset=-25))))
    assert [(first.name, second.name) for first, second in contradictions(trace)] == [
        ("a", "c"), ("b", "c"), ("b", "d")]
    assert contradictions(RIDDLE_TRACE) == []


def test_a_hybrid_clock_drags_everybody_an_hour_ahead():
    """D3.10: one node with a clock an hour ahead."""
    trace = simulate(hybrid_clock.DEMOS["an hour ahead"])
    stamps = {event.name: event.stamp for event in events(trace)}
    assert stamps["f"][0] >= hybrid_clock.HOUR and stamps["e"][0] < 1000
    verdicts = {verdict.promise.name: verdict.status for verdict in judge(trace, hybrid_clock.PROMISES)}
    assert verdicts["what happened before has the smaller stamp"] == "holds"
    assert verdicts["a stamp is near the clock of its node"] == "broken"


def test_with_right_clocks_the_counter_is_not_needed():
    trace = simulate(drawing(hybrid_clock.HybridClock, *EXAMPLE))
    assert {event.stamp[1] for event in events(trace)} == {0}


# ---- light cones ----

@pytest.mark.parametrize(("other", "expected"), [
    ((0.0, 0.0), "before"), ((1000.0, 6.0), "concurrent"), ((1000.0, 5.0), "before"), ((1000.0, 20.0), "after"),
    ((500.0, 10.0), "itself"),
])
def test_an_event_is_in_a_cone_if_a_message_can_make_the_way(other, expected):
    assert standing(other, (500.0, 10.0), speed=100.0) == expected


def test_the_cones_of_an_event_are_drawn():
    figure = light_cones({"a": (0, 0), "b": (2000, 6), "c": (500, 12)}, "c")
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert {"a, before", "b, concurrent", "c"} <= texts
    with pytest.raises(DslabError, match="there is no event 'd'"):
        light_cones({"a": (0, 0)}, "d")
