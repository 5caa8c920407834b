"""Nines, parts in series and in parallel, quorums (N1 to N5), bulk transfer (N51), and their charts."""

from fractions import Fraction
from itertools import product
from math import prod

import pytest

from dslab.charts import downtime as charts
from dslab.exercises.availability import reference
from dslab.experiments import latency_bandwidth
from dslab.experiments.availability import (
    YEAR,
    AtLeast,
    Majority,
    Parallel,
    Series,
    always_overlap,
    any_down,
    availability,
    downtime,
    majority_down,
    measured,
    nines,
    outages,
    quorum_up,
    replicas,
)
from dslab.experiments.latency_bandwidth import DAY, TB, VAN, WAYS, Van, Wire, duration, times, where_the_van_wins
from dslab.values import DslabError

TENTH = Fraction(1, 10)


# ---- nines ----

@pytest.mark.parametrize("up, hours", [
    ("0.99", 87.6), ("0.999", 8.76), ("0.9999", 52.56 / 60), ("0.99999", 5.256 / 60)])
def test_each_nine_divides_the_downtime_by_ten(up, hours):
    """N1 [Kleppmann's notes, section 1.2]: 87.6 h, 8.76 h, 52.6 min and 5.26 min a year."""
    assert downtime(Fraction(up)) == pytest.approx(hours, rel=1e-12)


def test_the_table_of_nines():
    assert [line.split("%")[1].split()[:2] for line in nines().splitlines()[1:]] == [
        ["36.5", "days"], ["3.65", "days"], ["8.76", "h"], ["52.6", "min"], ["5.26", "min"]]


# ---- n equal nodes ----

@pytest.mark.parametrize("n, expected", [(3, 0.0297), (5, 0.0490), (100, 0.634)])
def test_of_many_nodes_one_is_always_down(n, expected):
    """N2 [Kleppmann's notes, section 1.2]: each is down with p = 0.01."""
    assert round(any_down(n, 0.01), 4 if n < 100 else 3) == expected
    assert any_down(n, Fraction(1, 100)) == 1 - availability(Series(*[Fraction(99, 100)] * n))


@pytest.mark.parametrize("n, expected", [(3, 2.98e-4), (5, 9.85e-6), (100, 6.1e-74)])
def test_more_nodes_are_less_often_without_a_majority(n, expected):
    """N3 [Kleppmann's notes, section 1.2]: more than half of n are down, with p = 0.01."""
    assert majority_down(n, 0.01) == pytest.approx(expected, rel=0.005)
    up = AtLeast(n - n // 2, *[Fraction(99, 100)] * n)              # at most half of them are down
    assert majority_down(n, Fraction(1, 100)) == 1 - availability(up)


@pytest.mark.parametrize("n, q, expected", [(3, 2, 0.999702), (3, 3, 0.970299), (4, 3, 0.999408), (5, 3, 0.999990)])
def test_quorums_of_all_are_less_available_than_one_node(n, q, expected):
    """N4: the sum over k from q to n of C(n, k) (1 - p)^k p^(n - k), p = 0.01."""
    assert round(quorum_up(n, q, 0.01), 6) == expected
    assert quorum_up(n, q, TENTH) == availability(AtLeast(q, *[1 - TENTH] * n))


def test_quorums_overlap_if_and_only_if_they_are_together_more_than_all():
    """N5: all pairs of sets of up to six nodes; reads then work with n - r nodes down, writes with n - w."""
    for n in range(1, 7):
        for r, w in product(range(1, n + 1), repeat=2):
            assert always_overlap(n, r, w) == (r + w > n)
            for quorum in (r, w):
                assert _still_served(n, quorum) == n - quorum


def _still_served(n: int, quorum: int) -> int:
    """How many of n nodes may be down, whichever they are, for a quorum to be up."""
    system = {down: availability(AtLeast(quorum, *[0] * down, *[1] * (n - down))) for down in range(n + 1)}
    return max(down for down, up in system.items() if up == 1)


def test_the_table_of_replicas():
    assert replicas().splitlines()[-1].split() == ["100", "0.6340", "6.1e-74"]


# ---- trees ----

def by_all_cases(tree):
    """The availability, by trying whether each part is up or down: 2 ** n cases for n parts."""
    if isinstance(tree, Fraction):
        return tree
    parts = [by_all_cases(part) for part in tree.parts]
    enough = {Series: all, Parallel: any, Majority: lambda up: sum(up) > len(up) / 2}.get(
        type(tree), lambda up: sum(up) >= tree.k)
    return sum(prod(p if up else 1 - p for p, up in zip(parts, fate, strict=True))
               for fate in product((True, False), repeat=len(parts)) if enough(fate))


TREES = [
    Series(TENTH, 1 - TENTH), Parallel(TENTH, TENTH, Fraction(1, 2)), Majority(*[TENTH] * 4), Majority(TENTH),
    AtLeast(0, TENTH), AtLeast(2, TENTH, Fraction(1, 3), Fraction(1, 2)),
    Series(1 - TENTH, Parallel(Series(TENTH, 1 - TENTH), Majority(*[1 - TENTH] * 5)), AtLeast(1, TENTH, TENTH)),
]


@pytest.mark.parametrize("tree", TREES, ids=repr)
def test_a_tree_is_worked_out_exactly(tree):
    assert availability(tree) == reference(tree) == by_all_cases(tree)


def test_a_part_that_is_never_or_always_up_decides():
    assert availability(Series(1, 0)) == 0 and availability(Parallel(1, 0)) == 1
    assert availability(Majority(1, 1, 0)) == 1 and availability(Majority(1, 0, 1, 0)) == 0


@pytest.mark.parametrize("make, words", [
    (lambda: Series(), "Series needs a part"), (lambda: Parallel(1.2), "from 0 to 1, not 1.2"),
    (lambda: AtLeast(3, 0.5, 0.5), "of 2 parts at least 3 can never be up")])
def test_what_is_no_system_is_told(make, words):
    with pytest.raises(DslabError, match=words):
        make()


# ---- simulated years ----

@pytest.mark.parametrize("tree", [0.99, Series(0.95, 0.9), Parallel(0.8, 0.7), Majority(0.9, 0.9, 0.9),
                                  Series(0.99, Parallel(0.9, AtLeast(2, 0.9, 0.8, 0.7)))], ids=repr)
def test_the_simulated_downtime_is_what_was_computed(tree):
    """Within a twentieth, over 200 years."""
    assert 1 - measured(tree, seed=1, years=200) == pytest.approx(float(1 - availability(tree)), rel=0.05)


def test_outages_are_in_order_and_within_the_year():
    spans = outages(Series(0.9, 0.9), seed=3)
    moments = [moment for span in spans for moment in span]
    assert len(spans) > 50 and moments == sorted(moments)
    assert min(moments) >= 0 and max(moments) <= YEAR
    assert spans == outages(Series(0.9, 0.9), seed=3) != outages(Series(0.9, 0.9), seed=4)


def test_what_never_fails_has_no_outage_and_what_never_works_one():
    assert outages(1) == [] and outages(Parallel(0, 1)) == []
    assert outages(0) == outages(Series(1, 0)) == [(0.0, YEAR)]


# ---- latency and bandwidth ----

@pytest.mark.parametrize("bandwidth, expected", [(100e6, 46.3 * DAY), (1e9, 4.63 * DAY), (10e9, 11.1 * 3600)])
def test_50_terabytes_take_days(bandwidth, expected):
    """N51: 46.3 days at 100 Mbit/s, 4.63 days at 1 Gbit/s, 11.1 h at 10 Gbit/s."""
    assert Wire(0, bandwidth).time(50 * TB) == pytest.approx(expected, rel=0.002)


def test_a_van_full_of_disks_is_a_link_of_4_63_gigabits():
    """N51: 50 TB in one day."""
    assert VAN.bandwidth == pytest.approx(4.63e9, rel=0.001)
    assert Van().time(1) == DAY and Van().time(51 * TB) == 2 * DAY


def test_the_van_wins_from_a_size_on():
    home = WAYS["home, 100 Mbit/s"]
    size = where_the_van_wins(home)
    assert home.time(0.99 * size) < VAN.time(size) < home.time(1.01 * size)
    assert where_the_van_wins(WAYS["same datacentre, 10 Gbit/s"]) == float("inf")


def test_a_short_message_is_all_latency_and_a_long_one_all_bandwidth():
    far = WAYS["other continent, 1 Gbit/s"]
    assert far.time(100) == pytest.approx(far.latency, rel=1e-4)
    assert far.time(50 * TB) == pytest.approx(8 * 50 * TB / far.bandwidth, rel=1e-4)


def test_the_table_of_times():
    rows = times().splitlines()
    assert rows[0].split("  ")[-1].strip() == "50 TB"
    assert [row.split()[-2:] for row in rows[1:]] == [["11.1", "h"], ["4.63", "days"], ["46.3", "days"],
                                                      ["463", "days"], ["24", "h"]]
    assert duration(5e-5) == "50 µs" and duration(2.5) == "2.5 s"


# ---- charts ----

def test_a_year_has_a_bar_for_each_system_and_a_mark_for_each_outage():
    spans = [(10.0, 20.0), (100.0, 101.0)]
    axes, = charts.year({"one": spans, "two": []}, computed={"one": 12.0}, title="t").axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["one", "two"]
    whole, down = axes.collections[:2]
    assert len(whole.get_paths()) == 1 and len(down.get_paths()) == 2
    assert [text.get_text() for text in axes.texts] == ["11 h (12 h)", "0 h", "down (expected)"]


def test_charts_have_a_line_for_each_name():
    lines = {"a": [0.1, 0.2], "b": [0.01, 0.001]}
    for figure in (charts.replicas([1, 3], lines), charts.transfer([100, 1e6], lines)):
        axes, = figure.axes
        assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
        assert len({line.get_marker() for line in axes.lines}) == 2 and axes.get_yscale() == "log"
    axes, = charts.nines({"99 %": 87.6, "99.9 %": 8.76}).axes
    assert [bar.get_width() for bar in axes.patches] == [87.6, 8.76]


def test_the_van_line_is_flat_as_far_as_it_carries():
    assert {latency_bandwidth.VAN.time(size) for size in (1, 1e9, 50 * TB)} == {DAY}
