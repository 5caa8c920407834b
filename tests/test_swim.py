"""SWIM: a failure is noticed soon however large the group is, at a price that does not grow, and news spread."""

from math import e, isclose, sqrt
from statistics import mean, stdev

import pytest

from dslab import at, crash, cut, isolate, judge, pause, resume, simulate
from dslab.experiments.detector_quality import (
    expected_false_alarm,
    expected_first_detection,
    false_alarms,
    first_detections,
    load,
    swim_table,
)
from dslab.protocols.swim import (
    ANSWER,
    DEMO,
    PERIOD,
    PROMISES,
    Ack,
    InTurn,
    News,
    Ping,
    PingRequest,
    Swim,
    all_hear_of_a_death,
    group,
)
from dslab.testing import sent, start


@pytest.mark.parametrize(("members", "published", "runs"), [(5, 1.46, 1500), (10, 1.53, 1200), (30, 1.57, 500)])
def test_a_failure_is_first_noticed_after_about_one_and_a_half_periods(members, published, runs):
    """N10, within 5 %: 1 / (1 - (1 - 1/(n-1))^(n-1)) periods on average [Das et al. 2002, section 3.1]."""
    assert round(expected_first_detection(members), 2) == published
    found = first_detections(members, runs=runs)
    assert isclose(mean(found), published, rel_tol=0.05), (mean(found), stdev(found) / sqrt(runs))


def test_in_a_large_group_the_time_does_not_depend_on_its_size():
    """N10: e / (e - 1) = 1.582 periods."""
    assert round(e / (e - 1), 3) == 1.582
    assert isclose(expected_first_detection(100_000), e / (e - 1), rel_tol=1e-4)


@pytest.mark.parametrize("protocol", [Swim, InTurn])
def test_the_load_of_a_member_does_not_depend_on_the_size_of_the_group(protocol):
    """One ping and, on average, one answer in each period, if nothing is lost [section 3.3]."""
    assert [load(members, protocol=protocol) for members in (5, 10, 40)] == [2.0, 2.0, 2.0]


def test_losses_cost_a_message_or_two_more_in_any_group():
    loads = [load(members, loss=0.05, settings={"patience": 1000}) for members in (10, 20, 40)]
    assert 2 < min(loads) < max(loads) < 3.5 and isclose(min(loads), max(loads), rel_tol=0.1)


@pytest.mark.parametrize("members", [5, 10])
def test_who_pings_in_turn_notices_a_failure_in_bounded_time(members):
    """At most 2n - 1 periods, here for n - 1 others [section 4.3]; a random choice has no such bound."""
    assert max(first_detections(members, protocol=InTurn, runs=200)) <= 2 * (members - 1) - 1


@pytest.mark.parametrize(("loss", "helpers"), [(0.1, 0), (0.1, 1), (0.3, 3)])
def test_helpers_make_false_alarms_rare(loss, helpers):
    """(1 - q^2)(1 - q^4)^k, where a message arrives with the chance q [section 3.1]; within three sigma."""
    runs, chance = 500, expected_false_alarm(loss, helpers)
    assert abs(false_alarms(loss, helpers, runs=runs) - chance) < 3 * sqrt(chance * (1 - chance) / (6 * runs))


def test_suspicion_saves_the_living_whose_answers_were_lost():
    """A member that hears of its suspicion objects in time, mostly [section 4.2]."""
    def deaths(patience):
        runs = [group(10, loss=0.1, periods=30, seed=seed, settings={"patience": patience}) for seed in range(4)]
        return sum(len({output.values for output in simulate(run, states=False).outputs("dead")}) for run in runs)

    assert deaths(0) > 8 and deaths(4) <= deaths(0) / 4


@pytest.mark.parametrize("seed", range(12))
def test_all_hear_of_a_failure(seed):
    """Completeness, with 5 % of the messages lost."""
    trace = simulate(group(8, at(500, crash("C")), loss=0.05, seed=seed, settings={"patience": 4}))
    *safety, _, heard = judge(trace, PROMISES)
    assert all(safety) and heard
    assert all("C" not in state["suspects"] for node, state in trace.state_at(-1).items() if node != "C")


def test_a_helper_gets_the_answer_where_the_own_link_is_cut():
    """Only A's link to B is bad: nobody suspects B."""
    trace = simulate(group(5, at(0, cut("A", "B")), periods=30))
    assert any(isinstance(message.payload, PingRequest) for message in trace.messages)
    assert not trace.outputs()


def test_a_paused_member_objects_and_is_trusted_again():
    trace = simulate(DEMO)
    about_b = [output.name for output in trace.outputs() if output.values == ("B",)]
    assert about_b == ["suspect"] * 4 + ["alive"] * 4
    assert trace.state_at(-1)["B"]["life"] == 1


def test_a_member_that_stands_still_for_too_long_is_dead_to_all_others():
    """It lives on and cannot know: it is told only if it comes back under another name."""
    trace = simulate(group(4, at(210, pause("B")), at(2500, resume("B")), periods=18))
    assert {output.node for output in trace.outputs("dead")} == {"A", "C", "D"}


def test_who_is_cut_off_thinks_that_all_others_are_dead():
    trace = simulate(group(4, at(150, isolate("A")), periods=40))
    assert trace.state_at(-1)["A"]["dead"] == {"B", "C", "D"}
    assert all(trace.state_at(-1)[node]["dead"] == {"A"} for node in "BCD")


# ---- the parts -------------------------------------------------------------------------------------------------------

def member() -> Swim:
    """A, which has just pinged somebody."""
    node = start(Swim, peers="BCD")
    node.clear_effects()
    return node


@pytest.mark.parametrize(("first", "second", "believed"), [
    (("suspect", 0), ("alive", 0), "suspect"), (("suspect", 0), ("alive", 1), "alive"),
    (("alive", 1), ("suspect", 0), "alive"), (("alive", 1), ("suspect", 1), "suspect"),
    (("suspect", 1), ("suspect", 0), "suspect"), (("dead", 0), ("alive", 9), "dead"),
    (("alive", 5), ("dead", 0), "dead"),
])
def test_which_news_count_more(first, second, believed):
    """The order of preference of section 4.2."""
    node = member()
    for status, life in (first, second):
        node.hear(News("B", status, life), "")
    assert believed == ("dead" if "B" in node.dead else "suspect" if "B" in node.suspects else "alive")


def test_only_a_suspicion_of_the_present_life_is_objected_to():
    node = member()
    node.hear_all((News("A", "suspect", 0), News("A", "suspect", 0), News("A", "dead", 1)))
    assert node.life == 1 and node.gossip["A"][0] == News("A", "alive", 1)


def test_an_answer_goes_back_the_way_that_the_ping_came():
    helper = member()
    helper.on_ping_request("D", PingRequest("B", 7, ()))
    helper.on_ack("B", Ack("D", 7, ()))
    assert sent(helper) == [("B", Ping("D", 7, ())), ("D", Ack("D", 7, ()))]


def test_an_answer_of_an_earlier_period_is_too_late():
    node = member()
    node.target, node.period = "B", 4
    node.on_ack("B", Ack("A", 3, ()))
    assert node.target == "B"
    node.on_ack("B", Ack("A", 4, ()))
    assert node.target == ""


def test_each_piece_of_news_is_passed_on_a_limited_number_of_times():
    """About 3 log n times [section 4.1]: 6 in a group of four."""
    node = member()
    node.hear(News("B", "suspect", 0), "")
    told = [node.some_news() for _ in range(10)]
    assert [len(one) for one in told] == [1] * 6 + [0] * 4


def test_the_freshest_news_go_first():
    node = member()
    node.gossip = {"B": (News("B", "suspect", 0), 3), "C": (News("C", "suspect", 0), 0)}
    assert [one.member for one in node.some_news()] == ["C", "B"]


def test_the_table_of_swim():
    lines = swim_table((5,), runs=50).splitlines()
    assert lines[0].startswith("members") and lines[1].split()[0] == "5" and lines[1].split()[2:] == ["1.46", "2.0"]


def test_all_hear_of_a_death_is_not_said_before():
    assert judge(simulate(group(4, at(500, crash("C")), periods=3)), (all_hear_of_a_death,))[0].status == "not decided"


def test_a_period_is_long_enough_for_the_way_over_a_helper():
    """Two messages there and two back after the wait for the direct answer, 10 ms each at most."""
    assert ANSWER >= 2 * 10 and ANSWER + 4 * 10 < PERIOD
