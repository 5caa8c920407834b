"""What the chapter on consensus shows beside its runs: logs, who can win, lamps, histories, charts."""

import pytest

from dslab import at, crash, cut, delay, drop, heal, judge, partition, recover, request, simulate
from dslab.charts.plots import boxes
from dslab.experiments.elections import PUBLISHED, compare
from dslab.experiments.raft_logs import (
    attempts,
    elections,
    granted,
    leading,
    logs,
    moment,
    repairs,
    same_logs,
    terms,
    voters,
)
from dslab.experiments.safety_liveness import FIVE, MERGED, lamps
from dslab.protocols.broadcast import BestEffort, crashing_sender
from dslab.protocols.causal_broadcast import Causal
from dslab.protocols.client import Add, Get, Put, history, service
from dslab.protocols.raft import PROMISES, Raft
from dslab.protocols.raft_figures import FIGURE_7, FIGURE_8_BROKEN, THREE_LOGS, figure_7
from dslab.protocols.raft_variants import (
    Amnesia,
    Bookworm,
    DirectedBackUpByOne,
    LocalRead,
    Timeless,
    Truncate,
)
from dslab.protocols.total_order import together
from dslab.run import Run


def broken(run: Run) -> list[str]:
    return [verdict.promise.name for verdict in judge(simulate(run), PROMISES) if verdict.status == "broken"]


# ---- logs ----

def test_a_log_is_a_line_of_terms_with_a_bar_behind_what_is_committed():
    trace = simulate(FIGURE_8_BROKEN)
    assert logs(trace).splitlines() == [
        "S1  down      term 4  commit 2    1   2 | 4",
        "S2  follower  term 5  commit 3    1   3   5 |",
        "S3  follower  term 5  commit 3    1   3   5 |",
        "S4  follower  term 5  commit 3    1   3   5 |",
        "S5  leader    term 5  commit 3    1   3   5 |"]
    assert logs(trace, 0).startswith("S1  follower  term 1  commit 0  | 1\n")


def test_a_moment_is_the_last_step_up_to_it():
    trace = simulate(FIGURE_8_BROKEN)
    k = moment(trace, 299)
    assert trace.steps[k].time <= 299 < trace.steps[k + 1].time
    assert moment(trace, 10_000) == len(trace) - 1


def test_an_entry_of_an_earlier_term_is_overwritten_by_the_votes_of_three():
    """Figure 8 (d): S5 wins term 5 after it failed to win term 4."""
    trace = simulate(FIGURE_8_BROKEN)
    assert granted(trace, "S5", term=4) == {"S4"} and granted(trace, "S5", term=5) == {"S2", "S3", "S4"}
    assert terms(trace, "S3", moment(trace, 499)) == "1 2" and terms(trace, "S3") == "1 3 5"
    assert same_logs(trace, "S5") == {"S2", "S3", "S4"}


def test_a_server_that_is_down_leads_no_longer():
    trace = simulate(FIGURE_8_BROKEN)
    assert leading(trace, moment(trace, 499)) == {"S1"} and leading(trace, moment(trace, 600)) == set()


def test_by_these_logs_the_leader_and_a_c_d_can_win():
    """Figure 7: votes of all seven servers, the candidate's own included."""
    assert {name: len(voters(FIGURE_7, name)) for name in FIGURE_7} == {
        "leader": 5, "a": 4, "b": 2, "c": 6, "d": 7, "e": 3, "f": 1}
    assert "f        1 of 7  cannot win  f" in elections(FIGURE_7)
    assert voters(THREE_LOGS, "A") == ["A"] and voters(THREE_LOGS, "B") == ["B", "A"]


def test_an_empty_log_finds_no_vote_but_of_the_empty():
    assert voters({"A": "", "B": "", "C": "1"}, "A") == ["A", "B"]


def test_attempts_are_told_in_a_line_for_each_follower():
    assert repairs(simulate(figure_7()), "leader").splitlines()[1:3] == ["b        prev_index 10, 4",
                                                                         "c        prev_index 10"]


def test_fast_back_up_needs_fewer_attempts():
    """Section 5.3: one attempt a term in conflict, not one an entry."""
    def count(run: Run) -> dict[str, int]:
        return {name: len(places) for name, places in attempts(simulate(run), "leader").items()}
    assert count(figure_7(DirectedBackUpByOne)) == {"a": 2, "b": 7, "c": 1, "d": 1, "e": 6, "f": 8}
    assert count(figure_7()) == {"a": 2, "b": 2, "c": 1, "d": 1, "e": 3, "f": 3}


# ---- lamps ----

def test_the_merged_property_is_kept_though_a_correct_node_never_delivers():
    lines = lamps(simulate(crashing_sender(BestEffort)), (*FIVE, MERGED)).splitlines()
    assert [line.split()[-1] for line in lines[1:]] == ["kept", "kept", "kept", "done", "broken", "done"]


def test_a_safety_lamp_stays_broken_and_a_liveness_lamp_recovers():
    lines = lamps(simulate(together(Causal))).splitlines()
    order, agreement = lines[1].split()[6:], lines[5].split()[6:]
    assert order == ["order", "kept", "broken", "broken", "broken"]
    assert agreement[-4:] == ["waiting", "waiting", "done", "done"]


# ---- a service and its clients ----

STALE = [at(400, request("alice", Put("x", 1))), at(600, partition(("A", "alice"), ("B", "C", "bob"))),
         at(900, request("bob", Put("x", 2))), at(1300, request("alice", Get("x")))]


@pytest.mark.parametrize("protocol, answer", [(LocalRead, "1"), (Raft, "no answer")])
def test_a_deposed_leader_answers_reads_only_from_its_own_state(protocol, answer):
    run = service(protocol, clients=("alice", "bob"), seed=3, duration=1400, script=STALE)
    lines = history(simulate(run)).splitlines()
    assert lines[1].split() == ["900", "to", "1186", "bob", "Put(key='x',", "value=2)", "2"]
    assert lines[2].endswith(f"Get(key='x')              {answer}")


def test_clients_have_no_link_to_each_other():
    run = service(Raft, "AB", clients=("alice", "bob"))
    assert ("alice", "bob") not in run.topology and len(run.topology) == 5


def test_no_answer_does_not_mean_that_nothing_was_done():
    run = service(Raft, seed=3, duration=900, script=[
        at(0, drop("A->alice#1")), at(400, request("alice", Add("x", 1)))])
    trace = simulate(run)
    assert trace.operations[0].result == 1 and "commit 2" in logs(trace)


# ---- what a server must not forget (section 5.1: persistent state) ----

SECOND_VOTE = [at(0, partition(("A", "B", "C"), ("D", "E"))), at(240, crash("C")), at(250, recover("C")),
               at(250, heal()), at(250, partition(("A", "B"), ("C", "D", "E")))]


@pytest.mark.parametrize("protocol", [Amnesia, Timeless])
def test_a_server_that_forgets_its_vote_or_its_term_votes_twice(protocol):
    def run(protocol: type) -> Run:
        return Run(protocol, 5, seed=145, duration=600, script=SECOND_VOTE)
    assert broken(run(protocol)) == ["two leaders never share a term"]
    assert broken(run(Raft)) == []


def test_a_server_that_forgets_its_log_elects_a_leader_without_a_committed_entry():
    def run(protocol: type) -> Run:
        return service(protocol, seed=3, duration=900, script=[
            at(300, cut("A", "C")), at(400, request("alice", Put("x", 1))),
            at(550, crash("B")), at(560, crash("A")), at(570, recover("B"))])
    assert broken(run(Bookworm)) == ["a leader has all entries committed in earlier terms"]
    assert broken(run(Raft)) == []


def test_who_truncates_at_once_loses_what_was_acknowledged():
    def run(protocol: type) -> Run:
        return service(protocol, seed=3, duration=900, script=[
            at(0, delay("A->B#5", by=40)), at(300, cut("A", "C")), at(395, request("alice", Put("x", 1))),
            at(460, crash("A"))])
    assert broken(run(Truncate)) == ["a leader has all entries committed in earlier terms"]
    assert broken(run(Raft)) == []


# ---- charts and tables ----

def test_medians_stand_beside_those_of_the_paper():
    text = compare({(150, 300): [170.0, 180.4, 190.0]})
    assert text.splitlines() == ["timeout (ms)     paper  here", " 150 to 300        171   180"]


def test_a_chart_has_a_box_for_each_group_and_a_diamond_where_there_is_a_mark():
    figure = boxes({(12, 24): [1.0, 2.0, 3.0], "other": [2.0, 4.0]}, marks=PUBLISHED, label="ms", title="t")
    axes, = figure.axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["12–24", "other"]
    diamonds = [line for line in axes.lines if line.get_marker() == "D"]
    assert [list(line.get_xdata()) for line in diamonds] == [[30]]
    assert axes.get_xlabel() == "ms" and axes.get_legend() is not None


def test_a_chart_without_marks_has_no_legend():
    assert boxes({"a": [1.0, 2.0]}, scale="log").axes[0].get_legend() is None


def test_a_chart_shows_itself_in_a_notebook():
    png, size = boxes({"a": [1.0, 2.0]})._repr_png_()
    assert png.startswith(b"\x89PNG") and size["width"] == 800
