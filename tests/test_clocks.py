"""A node's two clocks: the time of day, which is set, and the monotonic one, which is not."""

from itertools import pairwise

import pytest

from dslab import (
    DslabError,
    Network,
    Node,
    Run,
    at,
    clock,
    constant,
    crash,
    explore,
    message,
    pause,
    recover,
    request,
    resume,
    simulate,
)


@message
class Look:
    """A request: read both clocks now."""


class Watch(Node):
    """Reads both clocks each second, by its own timer."""

    def init(self):
        self.plan = {}                  # how often it has read -> (ms, ppm) by which it then sets its clock
        self.read = 0

    def on_start(self):
        self.set_timer("read", 1000)

    def on_look(self, src, msg):
        self.output("look", self.now, self.monotonic)

    def on_read_timer(self):
        self.read += 1
        self.output("read", self.now, self.monotonic)
        if self.read in self.plan:
            ms, ppm = self.plan[self.read]
            if ppm:
                self.slew_clock(ms, ppm)
            else:
                self.step_clock(ms)
        self.set_timer("read", 1000)


def readings(*script, plan=(), duration=4000) -> list[tuple[float, float]]:
    run = Run(Watch, 1, network=Network(latency=constant(1)), script=script, duration=duration,
              initial={"A": {"plan": dict(plan)}})
    return [output.values for output in simulate(run).outputs("read")]


def wrong(run) -> list[float]:
    """How far the time of day is ahead of true time at each reading, ms."""
    return [round(output.values[0] - output.time, 2) for output in simulate(run).outputs("read")]


def test_both_clocks_begin_at_zero_and_run_alike():
    assert readings() == [(1000, 1000), (2000, 2000), (3000, 3000), (4000, 4000)]


def test_a_step_moves_the_time_of_day_only():
    assert readings(at(1500, clock("A", step=-700))) == [(1000, 1000), (1300, 2000), (2300, 3000), (3300, 4000)]


def test_an_offset_is_one_to_true_time():
    assert readings(at(0, clock("A", offset=250)))[0] == (1250, 1000)


def test_a_fast_quartz_drives_both_clocks_and_the_timers_that_are_set_from_then_on():
    run = Run(Watch, 1, duration=2000, script=[at(0, clock("A", drift=250_000))])
    first, second = simulate(run).outputs("read")
    assert first.time == 1000 and first.values == (1250, 1250)
    assert second.time == 1800 and second.values == (2250, 2250)


def test_a_node_sets_its_own_clock_and_says_so():
    run = Run(Watch, 1, initial={"A": {"plan": {1: (-400, 0)}}}, duration=3000)
    trace = simulate(run)
    assert [output.values for output in trace.outputs("read")] == [(1000, 1000), (1600, 2000), (2600, 3000)]
    step = trace[trace.outputs("read")[0].step]
    assert step.notes == ("the clock is set by -400 ms",) and step.local == 600


def test_slewing_makes_up_for_the_error_little_by_little():
    """250,000 ppm: a quarter faster, so 500 ms are made up in two seconds; a second by the node's clocks is 800 ms."""
    run = Run(Watch, 1, initial={"A": {"plan": {1: (500, 250_000)}}}, duration=5000)
    assert wrong(run) == [0, 200, 400, 500, 500]
    assert [output.values[1] for output in simulate(run).outputs("read")] == [1000, 2000, 3000, 4000, 5000]


@pytest.mark.parametrize(("ms", "seconds"), [(125, 250), (128, 256), (-125, 250)])
def test_slewing_at_500_ppm_takes_this_long(ms, seconds):
    """N14: 125 ms takes 250 s, 128 ms takes 256 s."""
    run = Run(Watch, 1, initial={"A": {"plan": {1: (ms, 500)}}}, duration=(seconds + 10) * 1000)
    errors = wrong(run)
    assert errors[0] == 0 and abs(errors[seconds - 1]) < abs(ms) and errors[seconds] == pytest.approx(ms, abs=0.51)
    assert set(errors[seconds + 1:]) == {ms}


def test_a_clock_that_is_slewed_never_goes_back():
    run = Run(Watch, 1, initial={"A": {"plan": {1: (-500, 900_000)}}}, duration=4500, script=[
        at(100 * place, request("A", Look())) for place in range(1, 41)])
    looks = [output.values for output in simulate(run).outputs("look")]
    assert looks == sorted(looks) and looks[-1] == (3500, 3500)


def test_a_new_order_takes_the_place_of_a_slew_that_is_under_way():
    run = Run(Watch, 1, initial={"A": {"plan": {1: (500, 250_000), 2: (100, 250_000)}}}, duration=4000)
    assert wrong(run) == [0, 200, 300, 300]


def test_what_is_left_to_make_up_for_stays_when_the_quartz_becomes_faster():
    plan = {"A": {"plan": {1: (500, 250_000)}}}
    still = Run(Watch, 1, initial=plan, duration=9000, script=[at(0, clock("A", drift=1000))])
    faster = Run(Watch, 1, initial=plan, duration=9000, script=[at(2000, clock("A", drift=1000))])
    assert wrong(still)[-1] - wrong(faster)[-1] == pytest.approx(2, abs=0.01)      # 1000 ppm of two seconds


@pytest.mark.parametrize("drift", [-300_000, -333, 0, 0.5, 200, 123_457])
@pytest.mark.parametrize("slew", [(0, 0), (-100, 500), (100, 500), (0.3, 77), (-20, 900_000)])
def test_a_timer_goes_off_when_the_monotonic_clock_says_so(drift, slew):
    """Never earlier, or a deadline that is looked at by a timer would not be over; and no more than 2 µs later."""
    run = Run(Watch, 1, initial={"A": {"plan": {1: slew}}}, duration=12_000,
              script=[at(300, clock("A", drift=drift, step=5000))])
    found = [output.values[1] for output in simulate(run).outputs("read")][1:]      # set since the clock is as it is
    assert len(found) > 5
    for one, other in pairwise(found):
        assert 1000 <= round(other - one, 3) <= 1000.002


def test_a_restart_sets_the_monotonic_clock_to_zero_and_leaves_the_time_of_day():
    assert readings(at(1500, crash("A")), at(1700, recover("A"))) == [(1000, 1000), (2700, 1000), (3700, 2000)]


def test_clocks_go_on_while_a_node_is_paused():
    assert readings(at(500, pause("A")), at(2500, resume("A")))[0] == (2500, 2500)


@pytest.mark.parametrize(("set_it", "words"), [
    (lambda node: node.step_clock("1"), "by a finite number of milliseconds, not by '1'"),
    (lambda node: node.step_clock(float("nan")), "by a finite number"),
    (lambda node: node.slew_clock(5, ppm=0), "expected millionths above 0"),
    (lambda node: node.slew_clock(5, ppm=2e6), "expected millionths above 0"),
])
def test_a_clock_is_set_by_numbers(set_it, words):
    with pytest.raises(DslabError, match=words):
        set_it(Node("A"))


class Reader(Node):
    """Reads the clock that is no clock for explorations either."""

    def on_start(self):
        self.output("span", self.monotonic)


class Setter(Node):
    """Sets its clock."""

    def on_start(self):
        self.step_clock(5)


@pytest.mark.parametrize(("protocol", "words"), [(Reader, r"reads its clock \(self.monotonic\)"),
                                                 (Setter, "sets its clock")])
def test_what_depends_on_clocks_is_not_explored(protocol, words):
    with pytest.raises(DslabError, match=words):
        explore(Run(protocol, 1), [])
