"""What the participants of a two-phase commit can do, wherever its coordinator crashes (D6.3)."""

import pytest

from dslab import explore, judge, simulate
from dslab.experiments.crash_points import (
    ALONE,
    MOMENTS,
    RESTART,
    SILENCED,
    TOGETHER,
    WAYS,
    CrashRun,
    CrashTable,
    crash_points,
)
from dslab.protocols.two_phase_commit import SAFETY, Coordinator, Participant, all_decide, commit
from dslab.protocols.two_phase_variants import Cooperative, PresumedAbort
from dslab.widgets.grid import Grid

TABLE = """\
the coordinator crashes when        they ask the coordinator  they ask each other too  ... and who was told is down  the coordinator restarts
nobody was asked                    abort                     abort                    abort                         abort
some were asked                     block or abort            abort                    abort                         abort
all were asked, nothing is decided  block                     block                    block                         abort
decided, nobody was told            block                     block                    block                         commit
some were told                      block or commit           commit                   block                         commit
all were told                       commit                    commit                   nobody is up                  commit"""  # noqa: E501


@pytest.mark.parametrize("participants", [2, 3, 4])
@pytest.mark.parametrize("coordinator", [Coordinator, PresumedAbort])
def test_the_table_is_the_same_for_any_number_of_participants(participants, coordinator):
    assert repr(CrashTable(participants, coordinator)) == TABLE


def test_each_crash_differs_in_what_was_asked_written_or_told():
    assert [(point.asked, point.decided, point.told) for point in crash_points(2)] == [
        (0, False, 0), (0, False, 0), (1, False, 0), (2, False, 0), (2, False, 0),
        (2, True, 0), (2, True, 1), (2, True, 2)]
    assert [point.moment for point in crash_points(2)] == [MOMENTS[place] for place in (0, 0, 1, 2, 2, 3, 4, 5)]


@pytest.mark.parametrize("way", WAYS)
def test_no_crash_point_splits_a_decision_and_every_fault_takes_effect(way):
    for point in crash_points(4):
        trace = simulate(CrashRun(point, way).run)
        assert all(judge(trace, SAFETY)) and not trace.unapplied and trace.came_to_rest


def test_a_cell_names_who_ends_how_in_each_of_its_runs():
    some = CrashTable(3).examples("some were told", ALONE)
    assert [one.outcome() for one in some] == ["B C: block, A: commit", "C: block, A B: commit"]
    assert [one.outcome() for one in CrashTable(3).examples("some were told", SILENCED)] == ["B C: block", "C: block"]
    assert [one.name for one in some] == ["told 1 of 3, crash at 34.5 ms", "told 2 of 3, crash at 34.5 ms"]


def test_asking_each_other_helps_only_where_somebody_knows_or_has_not_voted():
    table = CrashTable(3)
    better = [moment for moment in MOMENTS if table.verdict(moment, ALONE) != table.verdict(moment, TOGETHER)]
    assert better == ["some were asked", "some were told"]


def test_what_is_decided_after_a_restart_was_on_the_disk():
    for point in crash_points(3):
        assert set(CrashRun(point, RESTART).ends().values()) == {"commit" if point.decided else "abort"}


@pytest.mark.parametrize(("participant", "way"), [(Participant, ALONE), (Cooperative, TOGETHER)])
def test_in_all_orders_of_events_too_they_decide_only_where_the_table_says_so(participant, way):
    """The crash at each number of votes asked: `explore` from there on."""
    for asked in range(3):
        before = ["request 1", "crash coordinator", *(f"drop coordinator->{name}#1" for name in "AB"[asked:])]
        run = commit(participant=participant, names="AB")
        prepare = [f"deliver coordinator->{name}#1" for name in "AB"[:asked]]
        found = explore(run, [all_decide], after=[*before, *prepare], crashes=1, drops=2 - asked, progress=False)
        assert bool(found) is (CrashTable(2).verdict(MOMENTS[asked], way) == "abort")


def test_it_fills_a_grid_of_runs_to_play():
    table = CrashTable(3)
    grid = Grid(table.rows, table.columns, table.examples, title="The coordinator crashes")
    assert "some were told: block or commit, commit, block, commit" in repr(grid)
    box = grid.widget()
    cells = [one for one in box.children[1].children if hasattr(one, "disabled")]
    assert len(cells) == len(MOMENTS) * len(WAYS) and [cell.description for cell in cells if cell.disabled] == [
        "nobody is up"]
