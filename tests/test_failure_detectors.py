"""Failure detectors: what they promise, what silence can mean, and the numbers of φ."""

from math import isclose, sqrt
from statistics import NormalDist

import pytest

from dslab import Network, Run, at, clock, crash, cut, drop, explore, judge, pause, recover, resume, simulate, uniform
from dslab.charts.suspicion import climbing, histogram, timeline
from dslab.checkers.liveness import recovers
from dslab.experiments.detector_quality import (
    detection_times,
    heartbeats,
    intervals,
    is_accurate,
    is_complete,
    mistakes,
    mistakes_by_time,
    phi_table,
    share_later,
    silence_at,
    silence_at_exponential,
    suspicions,
)
from dslab.protocols.failure_detectors import (
    BOUND,
    CALM,
    CALM_AGAIN,
    DEMO,
    PROMISES,
    ROUGH,
    SILENCES,
    STRONG_ACCURACY,
    TICK,
    EventuallyPerfect,
    FixedTimeout,
    Perfect,
    PhiAccrual,
    for_ever,
    phi,
    phi_exponential,
    rough,
    silence,
    synchronous,
)

ALL = (FixedTimeout, EventuallyPerfect, Perfect, PhiAccrual)
silent_beyond_the_timeout, noticed, taken_back = PROMISES


# ---- completeness and accuracy -------------------------------------------------------------------------------------

@pytest.mark.parametrize("protocol", ALL)
@pytest.mark.parametrize("seed", range(20))
def test_every_detector_is_complete(protocol, seed):
    """Strong completeness [Chandra and Toueg 1996, section 2]: a crash is suspected by all others, and for good."""
    trace = simulate(rough(protocol, seed=seed), states=False)
    assert set(detection_times(trace)) == {("A", "C"), ("B", "C")}
    assert is_complete(trace, within=500)


@pytest.mark.parametrize("seed", range(20))
def test_the_growing_timeout_is_accurate_in_a_good_period(seed):
    """Eventual strong accuracy: when delays are short again, the last mistakes are taken back, and no more are made."""
    trace = simulate(rough(EventuallyPerfect, seed=seed), states=False)
    assert mistakes(trace, until=CALM_AGAIN) and not mistakes(trace, since=CALM_AGAIN + 400)
    assert is_accurate(trace, since=CALM_AGAIN + 400) and not is_accurate(trace, since=0)


def test_the_checker_of_liveness_agrees():
    run = DEMO.replace(script=[at(100, crash("C"))])
    goal = noticed.judge
    assert recovers(run, goal, at=1000, within=1000, core=("A", "B")).status == "holds"


def test_delays_that_are_never_short_make_the_fixed_timeout_wrong_for_ever():
    """The timeout is below the true delays. The number of its mistakes does not fall; that of the adaptive one does."""
    fixed, adaptive = (mistakes_by_time(protocol) for protocol in (FixedTimeout, EventuallyPerfect))
    assert min(fixed) > 0.8 * max(fixed) and min(fixed) > 100
    assert adaptive[0] > 30 and adaptive[-1] <= 2
    assert sum(adaptive) < sum(fixed) / 10


def test_a_node_makes_finitely_many_mistakes_about_each_peer():
    """No silence lasts longer than the longest delay and a tick, so the timeout cannot grow beyond that.

    When the last mistake comes, nobody can say: a rare delay may be a long time coming.
    """
    trace = simulate(for_ever(EventuallyPerfect, duration=100_000, seed=3))
    most = (ROUGH.at(1) + TICK) // TICK + 1
    for node, state in trace.state_at(-1).items():
        peer = "AB".replace(node, "")
        taken_back = [one for one in mistakes(trace) if one.observer == node and one.end < 100_000]
        assert 2 < state["allowed"][peer] == 2 + len(taken_back) <= most


@pytest.mark.parametrize("seed", range(60))
def test_in_a_synchronous_system_the_detector_is_perfect(seed):
    """Strong accuracy, if delays have a known bound, links are reliable and a crash is for ever [Cachin, 2.6.2]."""
    trace = simulate(synchronous(seed=seed))
    accuracy, completeness = judge(trace, (STRONG_ACCURACY, noticed))
    assert accuracy and completeness
    assert max(detection_times(trace).values()) <= BOUND + (Perfect("A").patience + 1) * TICK


def test_one_late_message_is_enough_to_make_it_imperfect():
    verdict, = judge(simulate(synchronous(late=3 * BOUND)), (STRONG_ACCURACY,))
    assert "A suspects B, which is up" in verdict.sentence


def test_no_timeout_is_perfect_in_an_asynchronous_system():
    """The search needs nobody to crash and no message to be lost: it is enough that messages are late."""
    run = Run(FixedTimeout, 2, initial={name: {"patience": 1} for name in "AB"})
    found = explore(run, (STRONG_ACCURACY,), depth=6)
    verdict, = found.verdicts
    assert verdict.status == "broken" and "which is up" in verdict.sentence
    assert not any(step.kind in ("crash", "loss") for step in verdict.trace.steps)


def test_no_order_of_events_hides_a_long_silence():
    run = Run(FixedTimeout, 2, initial={name: {"patience": 1} for name in "AB"})
    verdict, = explore(run, (silent_beyond_the_timeout,), depth=8).verdicts
    assert verdict.status != "broken"


# ---- the four causes of silence --------------------------------------------------------------------------------------

def view(trace, node, until):
    """What a node has seen before a moment, in its own words: no true time, nothing of the others."""
    return [(step.kind, step.name, step.local, step.message and (step.message.src, step.message.payload), step.outputs)
            for step in trace.steps if step.node == node and step.time < until]


def test_four_causes_of_silence_look_the_same():
    """Crashed, slow, lost or delayed: what A sees is the same in all, until B is heard again."""
    traces = {cause: simulate(silence(cause)) for cause in SILENCES}
    seen = {cause: view(trace, "A", 1000) for cause, trace in traces.items()}
    assert len(seen["crashed"]) > 20 and all(one == seen["crashed"] for one in seen.values())
    assert all(("suspect", "B") in step[-1] for one in seen.values() for step in one if step[-1])
    assert {cause for cause, trace in traces.items() if mistakes(trace)} == {"slow", "lost", "delayed"}


@pytest.mark.parametrize("cause", ["slow", "lost", "delayed"])
def test_a_wrong_suspicion_is_taken_back(cause):
    assert [one.end < 1100 for one in suspicions(simulate(silence(cause)))] == [True]


def test_a_pause_of_the_observer_is_no_silence_of_the_others():
    """Own ticks stand still with the node; a clock would have gone on."""
    trace = simulate(Run(FixedTimeout, 2, network=CALM, script=[at(320, pause("A")), at(900, resume("A"))]))
    assert [one.observer for one in suspicions(trace)] == ["B"]


@pytest.mark.parametrize("protocol", ALL)
def test_a_clock_that_is_set_changes_nothing(protocol):
    run = Run(protocol, 2, network=CALM, duration=2000)
    trace = simulate(run.plus(at(520, clock("A", step=60_000)), at(1520, clock("A", step=-90_000))))
    assert not suspicions(trace) and not trace.unapplied


@pytest.mark.parametrize("protocol", [FixedTimeout, EventuallyPerfect])
def test_one_lost_heartbeat_is_no_reason_to_suspect_anybody(protocol):
    assert not suspicions(simulate(Run(protocol, 2, network=CALM, script=[at(0, drop("B->A#5"))])))


def test_a_link_that_is_cut_in_one_direction_is_noticed_on_one_side():
    trace = simulate(Run(FixedTimeout, 2, network=CALM, script=[at(330, cut("B", "A"))]))
    assert [(one.observer, one.subject) for one in suspicions(trace)] == [("A", "B")]


def test_a_node_that_recovers_is_trusted_again():
    trace = simulate(Run(FixedTimeout, 2, network=CALM, script=[at(320, crash("B")), at(700, recover("B"))]))
    one, = suspicions(trace)
    assert not one.mistaken and 700 < one.end < 720 and detection_times(trace) == {}


# ---- φ ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("mean", "deviation", "times"), [(1000, 200, (1256, 1618, 2122)),
                                                         (1000, 100, (1128, 1309, 1561))])
def test_phi_of_normal_intervals(mean, deviation, times):
    """N11: φ = 1, 3, 8 after these times [Hayashibara et al. 2004, section 4.3: φ = -log10(1 - F(t))]."""
    for level, time in zip((1, 3, 8), times, strict=True):
        assert round(silence_at(level, mean, deviation)) == time
        assert isclose(phi(time, mean, deviation), level, abs_tol=0.02)
        assert isclose(phi(silence_at(level, mean, deviation), mean, deviation), level, rel_tol=1e-9)


def test_phi_of_exponential_intervals():
    """N11: with a mean of 1 s, φ = 8 after 18.4 s: a model of rarer surprises waits nine times as long."""
    assert round(silence_at_exponential(8, 1000), -2) == 18_400
    assert isclose(phi_exponential(silence_at_exponential(8, 1000), 1000), 8)


def test_phi_does_not_break_off_where_one_minus_f_is_too_small_for_a_float():
    """1 - F(t) is 0.0 in floats from about φ = 16 on; φ goes on, and never falls."""
    assert 1 - NormalDist(1000, 200).cdf(4000) == 0.0
    silences = range(0, 20_000, 50)
    values = [phi(one, 1000, 200) for one in silences]
    assert values == sorted(values) and values[0] >= 0 and values[-1] > 1900
    edge = 1000 + 25 * sqrt(2) * 200
    assert isclose(phi(edge - 1e-6, 1000, 200), phi(edge + 1e-6, 1000, 200), abs_tol=1e-3)


def test_the_table_of_phi():
    assert phi_table() == "\n".join([
        "intervals (ms)            φ = 1     φ = 3     φ = 8",
        "normal(1000, 200)         1,256     1,618     2,122",
        "normal(1000, 100)         1,128     1,309     1,561",
        "exponential(1000)         2,303     6,908    18,421"])


@pytest.mark.parametrize("latency", [uniform(5, 15), uniform(5, 45)])
def test_one_in_ten_heartbeats_of_the_living_comes_later_than_at_phi_1(latency):
    """Both nodes are alive all the time: φ = 1 does not say that one of them is dead by 90 %."""
    trace = simulate(heartbeats(latency))
    assert not any(step.kind == "crash" for step in trace.steps)
    assert 0.08 < share_later(trace, 1) < 0.14
    assert share_later(trace, 2) < 0.02
    found = intervals(trace)
    assert len(found) > 1000 and isclose(sum(found) / len(found), TICK, rel_tol=0.01)


def test_a_lower_threshold_notices_sooner_and_is_wrong_more_often():
    def outcome(threshold):
        run = Run(PhiAccrual, 2, network=Network(latency=uniform(5, 150)), duration=30_000,
                  initial={name: {"threshold": threshold} for name in "AB"}, script=[at(29_020, crash("B"))])
        trace = simulate(run, states=False)
        return len(mistakes(trace)), detection_times(trace)["A", "B"]

    (hasty_mistakes, hasty), (patient_mistakes, patient) = outcome(1.0), outcome(8.0)
    assert hasty_mistakes > 10 > patient_mistakes == 0 and hasty <= patient < 500


def test_a_silence_can_be_forgiven():
    run = Run(PhiAccrual, 2, network=CALM, script=[at(520, pause("B")), at(720, resume("B"))])
    slack = {name: {"slack": 200} for name in "AB"}
    assert mistakes(simulate(run)) and not mistakes(simulate(run.replace(initial=slack)))


# ---- the pictures ----------------------------------------------------------------------------------------------------

def test_the_curves_of_phi_are_marked_where_they_reach_the_thresholds():
    """N11, in the picture: the numbers beside the marks."""
    figure = climbing({
        "wide": lambda silence: phi(silence, 1000, 200),
        "narrow": lambda silence: phi(silence, 1000, 100),
        "exponential": lambda silence: phi_exponential(silence, 1000)}, until=2500)
    axes, = figure.axes
    assert [text.get_text() for text in axes.texts] == [
        "1,256", "1,618", "2,122", "1,128", "1,309", "1,561", "2,303"]


def test_the_histogram_has_the_model_and_the_marks_in_its_legend():
    figure = histogram([40, 50, 60, 50], NormalDist(50, 10).pdf, marks={"φ = 1": 63})
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["measured", "model", "φ = 1"]


def test_the_timeline_has_a_row_for_each_pair_and_a_bar_for_each_suspicion():
    trace = simulate(DEMO)
    found = suspicions(trace)
    axes, = timeline(found, {"C": 1700.0}, end=2200, good=CALM_AGAIN).axes
    rows = [label.get_text() for label in axes.get_yticklabels()]
    assert sorted(rows) == sorted({f"{one.observer} suspects {one.subject}" for one in found})
    assert len(axes.patches) == len(found)
    assert sum(bool(bar.get_hatch()) for bar in axes.patches) == len(mistakes(trace))
