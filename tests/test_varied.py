"""What depends on a number, in words: the sentences under the charts, and the controls that change them."""

import pytest

from dslab import DslabError, vary
from dslab.experiments.varied import (
    gossip_spread,
    moon_and_cheese,
    ntp,
    phi_threshold,
    replicas_up,
    traitors_tree,
    writes_lost,
)
from dslab.widgets.rendering import text_of


@pytest.mark.parametrize("n, k, words", [(5, 3, "99.999 % of the time: down 5.18 min"), (1, 1, "99 % of the time"),
                                         (3, 5, "At least 3 of 3"), (3, 0, "At least 0 of 3 are up 100 %")])
def test_replicas_are_as_available_as_the_binomial_says(n, k, words):
    assert words in text_of(replicas_up(n, k, 0.01))


def test_what_is_down_for_a_moment_a_year_is_not_up_all_the_time():
    assert "are up nearly 100 % of the time: down 0.0294 s" in text_of(replicas_up(15, 1, 0.25))


def test_three_generals_fail_with_one_traitor_and_four_do_not():
    assert "IC2 broken" in text_of(traitors_tree(3, 1, 1))
    assert text_of(traitors_tree(4, 1, 1)) == "9 messages. IC1 and IC2 hold."
    assert text_of(traitors_tree(7, 2, 2)) == "156 messages. IC1 and IC2 hold."


def test_two_of_three_generals_cannot_be_traitors_of_a_loyal_commander_and_lieutenant():
    assert text_of(traitors_tree(3, 1, 2)) == text_of(traitors_tree(3, 1, 1))


def test_where_only_the_commander_speaks_no_lieutenant_can_lie():
    assert text_of(traitors_tree(3, 0, 1)).endswith("not more than 3 × 1: in OM(0) no lieutenant says anything.")


def test_phi_says_how_many_of_the_living_are_later():
    assert "after 1,618 ms of silence" in text_of(phi_threshold(3, 200))
    assert "one in 1,000 comes later" in text_of(phi_threshold(3, 200))


@pytest.mark.parametrize("offset, there, back, error", [(50, 15, 5, "5"), (50, 5, 15, "-5"), (-20, 10, 10, "0")])
def test_the_error_of_ntp_is_half_the_difference_of_the_ways(offset, there, back, error):
    assert f"the error is {error} ms" in text_of(ntp(offset, there, back))


def test_a_skew_beyond_the_latency_turns_one_answer_round():
    assert "question first" in text_of(moon_and_cheese(1, 2))
    assert "answer first" in text_of(moon_and_cheese(3, 2))
    assert "question first" in text_of(moon_and_cheese(3, 4))
    assert "both timestamps are the same" in text_of(moon_and_cheese(3, 3))


def test_the_moment_of_suspicion_is_in_the_chart_at_every_choice():
    chart = phi_threshold(12, 300)
    assert "3,110" in [text.get_text() for text in chart.axes[0].texts]


def test_hops_are_whole_numbers():
    chart = gossip_spread(8)
    assert all(tick == int(tick) for tick in chart.axes[0].get_xticks())


def test_gossip_reaches_all_in_more_runs_if_each_tells_more():
    found = [text_of(gossip_spread(fanout)) for fanout in (1, 3, 6)]
    assert ["in 0 of 12" in found[0], "in 3 of 12" in found[1]] == [True, True]
    assert any(f"in {count} of 12" in found[2] for count in (11, 12))
    with pytest.raises(DslabError, match="1 to 29 others, not 30"):
        gossip_spread(30)


def test_a_clock_ahead_loses_writes_by_the_time_of_day_and_by_no_other_rule():
    assert text_of(writes_lost(0)).endswith(
        "order of arrival 1, last writer wins, time of day 1, last writer wins, Lamport 1, multi-value 0.")
    assert text_of(writes_lost(5)).endswith(
        "order of arrival 1, last writer wins, time of day 11, last writer wins, Lamport 1, multi-value 0.")


def test_every_corner_of_the_controls_has_an_answer():
    """What a learner can drag to, at both ends of each slider."""
    for function, choices in CALLS:
        shown = vary(function, **choices)
        for end in ("max", "min"):
            for control in shown.controls.values():
                control.value = getattr(control, end)
                assert not isinstance(shown.value, str), shown.value


CALLS = [
    (replicas_up, dict(n=(1, 15), k=(1, 15), p=(0.0, 0.5, "down"))),
    (traitors_tree, dict(generals=(3, 7), m=(0, 2), traitors=(0, 2))),
    (phi_threshold, dict(threshold=(0.5, 12.0, 0.5), deviation=(50, 300, 10, "ms"))),
    (ntp, dict(offset=(-50, 50, "ms"), there=(1, 40, "ms"), back=(1, 40, "ms"))),
    (moon_and_cheese, dict(ahead=(0, 10, "ms"), latency=(1, 10, "ms"))),
    (gossip_spread, dict(fanout=(1, 8), nodes=(10, 60, 10))),
    (writes_lost, dict(ahead=(0.0, 5.0, 0.5, "s"))),
]
