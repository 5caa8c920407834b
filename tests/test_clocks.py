"""A node's two clocks: the time of day, which is set, and the monotonic one, which is not."""

import pytest

from dslab import DslabError, Network, Node, Run, at, clock, constant, crash, explore, pause, recover, resume, simulate


class Watch(Node):
    """Reads both clocks each second, by its own timer."""

    def init(self):
        self.plan = {}                  # how often it has read -> (ms, ppm) by which it then sets its clock
        self.read = 0

    def on_start(self):
        self.set_timer("read", 1000)

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
    """100,000 ppm: a tenth faster, so 200 ms are made up in two seconds of true time."""
    run = Run(Watch, 1, initial={"A": {"plan": {1: (200, 100_000)}}}, duration=5000)
    assert [output.values[0] for output in simulate(run).outputs("read")] == [1000, 2100, 3200, 4200, 5200]


@pytest.mark.parametrize(("ms", "seconds"), [(125, 250), (128, 256), (-125, 250)])
def test_slewing_at_500_ppm_takes_this_long(ms, seconds):
    """N14: 125 ms takes 250 s, 128 ms takes 256 s."""
    run = Run(Watch, 1, initial={"A": {"plan": {1: (ms, 500)}}}, duration=(seconds + 10) * 1000)
    wrong = [round(output.values[0] - output.time, 3) for output in simulate(run).outputs("read")]
    assert wrong[0] == 0 and wrong[seconds - 1] != ms and wrong[seconds] == pytest.approx(ms, abs=0.51)
    assert set(wrong[seconds + 1:]) == {ms}


def test_a_clock_that_is_slewed_never_goes_back():
    run = Run(Watch, 1, initial={"A": {"plan": {1: (-500, 900_000)}}}, duration=4000)
    shown = [output.values[0] for output in simulate(run).outputs("read")]
    assert shown == sorted(shown) and shown[-1] == 3500


def test_a_new_order_takes_the_place_of_a_slew_that_is_under_way():
    run = Run(Watch, 1, initial={"A": {"plan": {1: (200, 100_000), 2: (-100, 0)}}}, duration=4000)
    assert [output.values[0] for output in simulate(run).outputs("read")] == [1000, 2100, 3100, 4100]


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
