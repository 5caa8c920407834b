"""Clock synchronisation: the four timestamps, the limits, Berkeley, Lamport's bound, and numbers about clocks."""

from itertools import pairwise

import pytest

from dslab.charts.clock_charts import error_chart, leap_chart
from dslab.charts.clock_faces import exchange, faces
from dslab.experiments.clock_accuracy import (
    LEAPS,
    POLICIES,
    best_of,
    drift_table,
    drifted,
    estimates,
    is_leap_year,
    leap_table,
    marzullo,
    seconds_between,
    shown_by,
    skew_bound,
    slew_time,
    smear_ppm,
    to_iso,
    to_unix,
)
from dslab.network import uniform
from dslab.properties import judge
from dslab.protocols import berkeley, measuring_time, physical_clocks
from dslab.protocols.clock_sync import DEMO, DEMOS, PROMISES, CristianClient, ahead, asking, round_trip
from dslab.script import at, clock, delay
from dslab.simulator.simulate import simulate
from dslab.values import DslabError


def estimate(run) -> tuple[float, float]:
    return simulate(run).outputs("estimate")[0].values


# ---- four timestamps ----

def test_the_four_timestamps_of_the_chapter():
    """N13, D3.3: 50 ms ahead, 15 ms there, 5 ms back, 5 ms of work: δ = 20, θ = 55."""
    sample, = simulate(DEMO).state_at(5)["C"]["samples"]
    assert sample == (100, 165, 170, 125)
    assert round_trip(sample) == 20 and ahead(sample) == 55
    assert estimate(DEMO) == (55, 10)


@pytest.mark.parametrize(("there", "back"), [(15, 5), (5, 15), (10, 10), (0, 40), (40, 0)])
def test_the_error_is_half_of_the_difference_of_the_ways(there, back):
    """N13: error = (forward − backward)/2, at most δ/2."""
    offset, bound = estimate(asking(there=there, back=back))
    assert offset - 50 == (there - back) / 2 and abs(offset - 50) <= bound == (there + back) / 2


def test_a_client_cannot_tell_which_way_was_slow():
    """15 there and 5 back with 50 ms, or 5 there and 15 back with 60 ms: the same four numbers."""
    readings = [simulate(asking(offset=offset, there=there, back=back)).state_at(5)["C"]["samples"]
                for offset, there, back in ((50, 15, 5), (60, 5, 15))]
    assert readings[0] == readings[1]


def test_no_estimate_is_farther_off_than_its_bound():
    assert all(abs(error) <= bound + 1e-9 for error, bound in estimates(100, there=(1, 40), back=(2, 9)))


def test_the_quickest_of_eight_is_better_than_one():
    run = asking(asks=8, there=uniform(2, 60), back=uniform(2, 6), script=[at(0, delay("C->S#3", by=300))], seed=1)
    assert abs(estimate(run)[0] - 50) < abs(estimate(run.replace(initial={
        **run.initial, "C": {**run.initial["C"], "asks": 1}}))[0] - 50)
    assert best_of(8, 2000) < best_of(1, 2000) / 3


def test_cristian_knows_less_but_a_shortest_delay_helps():
    """Cristian 1989: the error is at most half of the way there and back minus the shortest delay."""
    offset, bound = estimate(asking(client=CristianClient, least=4))
    assert (offset, bound) == (57.5, 8.5)


@pytest.mark.parametrize(("offset", "expected"), [
    (0, "slew"), (124, "slew"), (126, "step"), (-124, "slew"), (-126, "step"), (999_999, "step"),
    (1_000_001, "panic"), (-1_000_001, "panic"),
])
def test_a_clock_is_slewed_stepped_or_left_alone(offset, expected):
    trace = simulate(asking(offset=offset, there=5, back=5))
    assert trace.outputs("adjust")[0].values == (expected,)


def test_a_clock_that_was_slewed_is_right_after_four_minutes_and_was_never_set():
    """N14: 124 ms at 500 ppm take 248 s."""
    shown = [output for output in simulate(DEMOS["slew"]).outputs("shows") if output.node == "C"]
    wrong = [round(output.values[0] - output.time, 1) for output in shown]
    assert wrong[0] == 0 and wrong == sorted(wrong) and wrong[-1] == 124
    assert max(other - one for one, other in pairwise(wrong)) < 0.7
    assert 240 < next(output.time for output, far in zip(shown, wrong, strict=True) if far > 123.5) / 1000 < 250


def test_asking_again_and_again_keeps_a_fast_clock_near_the_server():
    """A quartz that is 100 ppm fast is wrong by 0.1 ms each second; left alone for a minute it would be by 6 ms."""
    run = asking(offset=0, there=5, back=5, rounds=60, script=[at(0, clock("C", drift=100))])
    trace = simulate(run)
    wrong = [output.values[0] - output.time for output in trace.outputs("shows") if output.node == "C"]
    assert max(map(abs, wrong)) < 0.25 and len(wrong) == 60
    assert not [verdict for verdict in judge(trace, PROMISES) if verdict.status == "broken"]


def test_a_client_that_claims_too_small_a_bound_breaks_the_promise():
    class Boasts(CristianClient):
        def estimate(self, samples):
            offset, bound = super().estimate(samples)
            return offset, bound / 10

    assert judge(simulate(asking(client=Boasts)), PROMISES)[0].status == "broken"


def test_a_clock_that_was_stepped_is_right_and_one_in_panic_is_not():
    for offset, left in ((800, 0), (1_000_100, 1_000_100)):
        trace = simulate(asking(offset=offset, there=5, back=5))
        step = trace[trace.outputs("adjust")[0].step]
        assert round(offset - (step.local - step.time)) == left


@pytest.mark.parametrize("name", DEMOS)
def test_every_demonstration_keeps_the_promises(name):
    assert not [verdict for verdict in judge(simulate(DEMOS[name]), PROMISES) if verdict.status == "broken"]


# ---- measuring with the wrong clock ----

@pytest.mark.parametrize(("name", "expected"), [("set back", -100), ("set forward", 500), ("slewed", 200),
                                                ("left alone", 200)])
def test_a_span_of_200_ms_by_the_time_of_day_and_by_the_monotonic_clock(name, expected):
    """D3.5: what is set meanwhile spoils the span; a monotonic clock and a slewed one are right to a thousandth."""
    trace = simulate(measuring_time.DEMOS[name])
    took = next(output.values for output in trace.outputs("took") if output.node == "A")
    assert took == (pytest.approx(expected, abs=0.2), pytest.approx(200, abs=0.2))
    assert judge(trace, measuring_time.PROMISES)[0].status == "holds"


def test_monotonic_clocks_of_two_machines_are_not_compared():
    """D3.5: B has started 40 ms after A; a message that took 5 ms seems to have taken -35 or 45."""
    ways = [output.values for output in simulate(measuring_time.DEMO).outputs("way")]
    assert ways == [(5, -35), (5, 45)]


# ---- many clocks ----

def test_berkeley_brings_clocks_together_and_leaves_out_one_that_is_an_hour_ahead():
    for run in berkeley.DEMOS.values():
        shown = [output.values[0] - output.time for output in simulate(run).outputs("shows")]
        assert len(shown) == 4 and max(shown) - min(shown) < 10 and all(abs(error) < 200 for error in shown)


def test_lamports_clocks_stay_within_the_bound():
    """N16: Lamport 1978, about d(2κτ + ξ); 41.6 ms for four links, 200 ppm, a second and 10 ms."""
    assert pytest.approx(41.6) == physical_clocks.BOUND == skew_bound(4, 200e-6, 1000, 10)
    for seed in range(20):
        trace = simulate(physical_clocks.line(200, -200, 0, 200, -200, seed=seed))
        assert judge(trace, physical_clocks.PROMISES)[0]


def test_without_messages_they_would_drift_apart_beyond_it():
    from dslab.script import cut

    alone = physical_clocks.line(200, -200, 200, 200, -200, duration=150_000).plus(
        *(at(0, cut(one, other)) for pair in physical_clocks.LINE for one, other in (pair, pair[::-1])))
    assert judge(simulate(alone), physical_clocks.PROMISES)[0].status == "broken"


@pytest.mark.parametrize(("intervals", "expected"), [
    ([(8, 12), (11, 13), (10, 12)], (11, 12, 3)), ([(8, 12), (11, 13), (14, 15)], (11, 12, 2)),
    ([(8, 9), (8, 12), (10, 12)], (8, 9, 2)), ([(1, 2)], (1, 2, 1)),
])
def test_marzullos_interval_has_the_most_sources(intervals, expected):
    assert marzullo(intervals) == expected


def test_marzullo_refuses_intervals_that_are_none():
    for wrong in ([], [(2, 1)]):
        with pytest.raises(DslabError, match="expected intervals"):
            marzullo(wrong)


# ---- numbers ----

def test_drift():
    """N12: 1 ppm is 86.4 ms a day, 50 ppm 26.3 min a year, 200 ppm 6 ms in 30 s."""
    assert drifted(1, 86_400) == pytest.approx(0.0864)
    assert drifted(50, 365.25 * 86_400) / 60 == pytest.approx(26.3, abs=0.01)
    assert drifted(200, 30) == pytest.approx(0.006)
    assert "86.4 ms" in drift_table() and "26.3 min" in drift_table()


def test_slewing_takes_long():
    """N14: 125 ms at 500 ppm takes 250 s, 128 ms 256 s."""
    assert slew_time(125) == 250 and slew_time(128) == 256 and slew_time(-125) == 250


def test_a_day_of_smearing_is_11_57_ppm_slow():
    """N15."""
    assert smear_ppm() == pytest.approx(11.57, abs=0.005)
    assert (shown_by("smear", 100.0) - shown_by("smear", 0.0)) == pytest.approx(100 - 100 * smear_ppm() * 1e-6)


def test_all_policies_agree_in_the_end_and_differ_meanwhile():
    for policy in POLICIES:
        assert shown_by(policy, -50_000) == -50_000 and shown_by(policy, 50_000) == 49_999
    assert shown_by("stop", 0.5) == 0 and shown_by("repeat", 0.5) == 0.5 and shown_by("smear", 0.5) != 0.5
    assert shown_by("smear", 0) == -0.5             # half a second from the others, in the middle


def test_spans_that_are_zero_or_negative_inside_a_leap_second():
    """D3.2: two readings 500 ms apart."""
    assert shown_by("stop", 0.75) - shown_by("stop", 0.25) == 0
    assert shown_by("repeat", 1.25) - shown_by("repeat", 0.75) == -0.5
    assert "-0.500 s" in leap_table() and "0.000 s" in leap_table()


@pytest.mark.parametrize(("iso", "unix"), [
    ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:00Z", 951_825_600), ("2012-06-30T23:59:59Z", 1_341_100_799),
    ("2012-07-01T00:00:00Z", 1_341_100_800), ("2038-01-19T03:14:08Z", 2**31), ("2100-03-01T00:00:00Z", 4_107_542_400),
])
def test_unix_time_and_dates(iso, unix):
    assert to_unix(iso) == unix and to_iso(unix) == iso


def test_the_leap_second_has_the_number_of_the_second_after_it():
    assert to_unix("2012-06-30T23:59:60Z") == to_unix("2012-07-01T00:00:00Z")
    assert seconds_between("2012-06-30T23:59:59Z", "2012-07-01T00:00:00Z") == 2
    assert len(LEAPS) == 27 and seconds_between("1972-01-01T00:00:00Z", "2020-01-01T00:00:00Z") == (
        to_unix("2020-01-01T00:00:00Z") - to_unix("1972-01-01T00:00:00Z") + 27)


@pytest.mark.parametrize("wrong", ["yesterday", "2011-06-30T23:59:60Z", "2023-02-29T00:00:00Z", "1969-12-31T00:00:00Z",
                                   "2023-04-31T00:00:00Z", "2023-01-01T24:00:00Z"])
def test_what_no_clock_showed_is_refused(wrong):
    with pytest.raises(DslabError, match="there is no|is not a date"):
        to_unix(wrong)


def test_leap_years():
    assert [year for year in (1900, 2000, 2023, 2024, 2100) if is_leap_year(year)] == [2000, 2024]


# ---- charts ----

def test_the_error_of_each_clock_is_drawn():
    figure = error_chart(simulate(physical_clocks.DEMO))
    axes, = figure.axes
    assert [line.get_label() for line in axes.lines[:5]] == list("ABCDE")
    assert max(axes.lines[0].get_ydata()) == pytest.approx(4, abs=0.1)          # 200 ppm for 20 s


def test_no_clock_leaves_the_range_of_the_bound_that_is_drawn():
    figure = error_chart(simulate(physical_clocks.DEMO.replace(duration=120_000)), bound=physical_clocks.BOUND)
    axes, = figure.axes
    within, = axes.collections
    times, fastest = max((line.get_data() for line in axes.lines[:5]), key=lambda data: data[1][-1])
    rate = fastest[-1] / times[-1]                                              # ms per second
    behind = [rate * time - error for line in axes.lines[:5] for time, error in line.get_xydata()]
    assert min(behind) > -1 and 1 < max(behind) < physical_clocks.BOUND
    assert within.get_label() == "within 41.6 ms"


def test_the_two_messages_are_slanted_by_true_time_and_have_their_readings():
    trace = simulate(DEMO)
    sample, = trace.state_at(len(trace) - 1)["C"]["samples"]
    axes, = exchange(*trace.messages[:2], sample, caption="δ = 20, θ = 55").axes
    assert {"t1 = 100", "t2 = 165", "t3 = 170", "t4 = 125", "15 ms", "5 ms", "C", "S"} <= {
        text.get_text() for text in axes.texts}
    dots = [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines if line.get_marker() == "o"]
    assert dots == [(0, 100), (1, 115), (1, 120), (0, 125)] and axes.get_xlabel() == "δ = 20, θ = 55"


def test_what_is_no_exchange_is_not_drawn():
    there, back = simulate(DEMO).messages
    with pytest.raises(DslabError, match="expected a request and its reply"):
        exchange(back, there, (1, 2, 3, 4))
    with pytest.raises(DslabError, match="expected four readings"):
        exchange(there, back, (1, 2, 3))


def test_each_clock_has_a_face_and_its_error_in_words():
    """N12: after a year, 50 ppm are 26.3 min."""
    dials = faces({f"{ppm} ppm": drifted(ppm, 365.25 * 86_400) for ppm in (-20, 0, 50)}).axes
    assert [axes.get_xlabel() for axes in dials] == ["10.5 min behind", "right", "26.3 min ahead"]
    assert [axes.get_title() for axes in dials] == ["-20 ppm", "0 ppm", "50 ppm"]
    minutes = [[line.get_xdata()[1] for line in axes.lines[-3::2]] for axes in dials]       # true, and its own
    assert minutes[1][0] == minutes[1][1] and minutes[2][0] != minutes[2][1]


def test_without_clocks_there_are_no_faces():
    with pytest.raises(DslabError, match="no clock to draw"):
        faces({})


def test_all_policies_are_drawn():
    near, day = leap_chart(shown_by, POLICIES).axes
    assert [line.get_label() for line in near.lines] == list(POLICIES)
    assert {round(line.get_ydata()[-1], 6) for line in day.lines} == {-1}
