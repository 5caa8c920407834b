"""Plain specifications: counts that others published, as distinct states, states generated, levels.

The counts are those of TLC in the tlaplus/Examples, and of Stateright for `increment`; where ours differ, the
test says why.
"""

import tracemalloc
from collections import namedtuple
from dataclasses import dataclass

import pytest
from specifications.puzzles import all_are_across, boat, four_gallons_are_measured, jugs, nobody_is_eaten
from specifications.rings import (
    a_winner_is_the_smallest_candidate,
    chang_roberts,
    termination,
    what_is_detected_has_happened,
)
from specifications.sharing import (
    a_writer_is_alone,
    alternating_bit,
    increment,
    neighbours_never_eat_together,
    no_increment_is_lost,
    philosophers,
    readers_and_writers,
    what_is_acknowledged_was_seen,
)
from specifications.two_phase_commit import (
    all_commit,
    nobody_commits_what_another_aborts,
    transaction_commit,
    two_phase_commit,
)

from dslab.appearance import in_words
from dslab.diagrams.diagram import diagram
from dslab.model_checker.breadth_first import Walk
from dslab.model_checker.explore import explore
from dslab.model_checker.specification import Specification
from dslab.player.play import play
from dslab.properties import always, in_the_end, sometimes
from dslab.trace import Trace
from dslab.values import DslabError, show


def queues_of_two(state):
    return len(state[0]) <= 2 and len(state[1]) <= 2


@pytest.mark.parametrize(
    "specification, promises, within, counts",
    [
        (two_phase_commit(3), [nobody_commits_what_another_aborts], None, (288, 1146, 11)),
        (transaction_commit(3), [], None, (34, 94, 7)),
        (chang_roberts(3), [a_winner_is_the_smallest_candidate], None, (137, 227, 10)),
        (alternating_bit(2), [what_is_acknowledged_was_seen], queues_of_two, (240, 1392, 10)),
        (philosophers(5), [neighbours_never_eat_together], None, (67, 336, 29)),
        (readers_and_writers(3), [a_writer_is_alone], None, (21527, 59674, 13)),
    ],
    ids=[
        "two-phase commit",
        "transaction commit",
        "Chang-Roberts",
        "alternating bit",
        "philosophers",
        "readers and writers",
    ],
)
def test_published_counts(specification, promises, within, counts):
    found = explore(specification, promises, within=within)
    assert found and found.status == "explored completely"
    assert (found.states, found.generated, found.depth) == counts


def test_termination_on_a_ring():
    """The published depth is 10, ours 9: TLC with several workers is not strictly breadth-first."""
    found = explore(termination(3), [what_is_detected_has_happened])
    assert found
    assert (found.states, found.generated, found.depth) == (302, 2001, 9)


@pytest.mark.parametrize("managers, states", [(5, 8832), (7, 296448)])
def test_larger_two_phase_commits(managers, states):
    found = explore(two_phase_commit(managers), [nobody_commits_what_another_aborts, all_commit])
    assert found and found.states == states


def test_a_true_symmetry_leaves_one_state_of_each_orbit():
    full, orbits = explore(two_phase_commit(5)), explore(two_phase_commit(5, symmetric=True))
    assert (full.states, orbits.states) == (8832, 314)
    assert full.depth == orbits.depth


def test_die_hard():
    assert explore(jugs()).states == 16
    found = explore(jugs(), [four_gallons_are_measured])
    assert found and len(found.paths["four gallons are measured"]) - 1 == 6
    assert "after 6 moves" in repr(found)


def test_missionaries_and_cannibals():
    found = explore(boat(), [all_are_across, nobody_is_eaten])
    assert found and len(found.paths["all are across"]) - 1 == 11


def test_two_threads_lose_an_increment():
    assert explore(increment(2)).states == 13
    assert explore(increment(2, symmetric=True)).states == 8
    found = explore(increment(2), [no_increment_is_lost])
    assert not found and found.status == "found"
    assert found.verdicts[0].status == "broken" and found.verdicts[0].step == 4


def test_a_path_under_symmetry_is_one_that_can_be_walked():
    specification = increment(3, symmetric=True)
    path = explore(specification, [no_increment_is_lost]).paths["no increment is lost"]
    assert path[0] in specification.init()
    assert all(after in specification.next(before) for before, after in zip(path, path[1:], strict=False))


# ---- what is found can be played --------------------------------------------------------------------------


def verdict_on(specification, promise):
    return explore(specification, [promise]).verdicts[0]


def test_four_gallons_play_in_six_named_moves():
    verdict = verdict_on(jugs(), four_gallons_are_measured)
    trace = verdict.trace
    assert [(step.kind, step.name) for step in trace] == [
        ("start", ""),
        ("event", "fill the big one"),
        ("event", "pour big into small"),
        ("event", "empty the small one"),
        ("event", "pour big into small"),
        ("event", "fill the big one"),
        ("event", "pour big into small"),
    ]
    assert trace[1].changes == {"big": 5} and trace[2].changes == {"small": 3, "big": 2}
    assert verdict.step == 6 and trace.state_at(6) == {"jugs": {"small": 3, "big": 4}}
    assert "jugs: pour big into small.  small = 3, big = 4" in trace.table()


def test_all_are_across_after_eleven_moves_of_one_node():
    trace = verdict_on(boat(), all_are_across).trace
    assert [step.name for step in trace][1:] == [f"move {number}" for number in range(1, 12)]
    assert trace.state_at(0) == {"system": {"state": (3, 3, True)}}
    assert trace.state_at(11) == {"system": {"state": (0, 0, False)}}


def test_a_hasty_commit_plays_at_the_managers_that_it_is_about():
    """One prepares, is heard, told to commit and obeys; another gives up, as it may."""
    verdict = verdict_on(two_phase_commit(3, hasty=True), nobody_commits_what_another_aborts)
    moves = [(step.node, step.changes) for step in verdict.trace if step.kind == "event"]
    assert verdict.status == "broken" and len(moves) == 5
    assert moves[-3:-1] == [("TM", {"decision": "committed"}), ("A", {"state": "committed"})]
    assert moves[-1] == ("B", {"state": "aborted"})


@pytest.mark.parametrize("specification, promise", [
    (jugs(), four_gallons_are_measured),
    (boat(), all_are_across),
    (two_phase_commit(3, hasty=True), nobody_commits_what_another_aborts),
    (two_phase_commit(3, hasty=True, symmetric=True), nobody_commits_what_another_aborts),
], ids=["jugs", "boat", "commit", "orbits"])
def test_every_view_opens_at_the_state_that_decides(specification, promise):
    verdict = verdict_on(specification, promise)
    last = verdict.trace[-1]
    assert play(verdict).step == verdict.step == last.index
    drawn = diagram(verdict)
    assert f"►{last.index}" in str(drawn)
    for name, value in last.changes.items():
        assert f"{name} = {in_words(value, inside=True)}" in str(drawn)
    assert Trace.from_json(verdict.trace.to_json()).to_json() == verdict.trace.to_json()


def test_names_of_moves_change_no_count():
    nameless = Specification(jugs().init, jugs().states_after)
    assert explore(nameless).generated == explore(jugs()).generated


def test_a_move_of_several_nodes_is_an_event_at_each_of_them():
    swap = Specification(lambda: [("x", "y")], lambda s: [(s[1], s[0])], shown=lambda s: {"A": {"has": s[0]},
                                                                                        "B": {"has": s[1]}})
    steps = verdict_on(swap, sometimes(lambda s: s[0] == "y")).trace.steps[2:]
    assert [(step.node, step.time, step.changes) for step in steps] == [
        ("A", 10.0, {"has": "y"}), ("B", 10.0, {"has": "x"})]


def test_a_promise_that_the_first_state_breaks_is_shown_there():
    verdict = verdict_on(Specification(lambda: [5], lambda n: []), it_stays_below_three)
    assert verdict.step == 0 and verdict.trace.state_at(0) == {"system": {"state": 5}}
    assert "after 0 moves" in repr(explore(Specification(lambda: [5], lambda n: []), [it_stays_below_three]))


Point = namedtuple("Point", "x y")


@dataclass(frozen=True)
class Line:
    start: Point
    colours: frozenset


def test_the_fields_of_a_state_are_its_attributes():
    point = Specification(lambda: [Point(0, 0)], lambda p: [p._replace(x=p.x + 1)])
    trace = verdict_on(point, sometimes(lambda p: p.x == 2)).trace
    assert trace.initial == {"system": {"x": 0, "y": 0}} and trace[2].changes == {"x": 2}
    line = Specification(lambda: [Line(Point(0, 0), frozenset({b"red"}))], lambda one: [], name="line")
    trace = verdict_on(line, sometimes(lambda one: True)).trace
    assert show(trace.initial["line"]["start"]) == "Point(x=0, y=0)"
    assert trace.initial["line"]["colours"] == frozenset({"b'red'"})
    assert Trace.from_json(trace.to_json()).to_json() == trace.to_json()


def test_shown_that_shows_no_node_is_refused():
    bad = Specification(lambda: [0], lambda n: [n + 1], shown=lambda n: {"counter": n})
    with pytest.raises(DslabError, match="expected attributes of nodes"):
        explore(bad, [seven_is_reached])


# ---- what the verdicts mean --------------------------------------------------------------------------------

COUNTER = Specification(lambda: [0], lambda n: [n + 1])
RING = Specification(lambda: [0], lambda n: [(n + 1) % 5])
STAIRS = Specification(lambda: [0], lambda n: [min(n + 1, 3)])


@sometimes
def seven_is_reached(n):
    return n == 7


@always
def it_stays_below_three(n):
    return "" if n < 3 else f"{n} is too much"


@in_the_end
def it_ends_at_three(n):
    return n == 3


def test_what_never_happens_in_a_complete_exploration_is_broken():
    found = explore(RING, [seven_is_reached])
    assert not found and found.status == "explored completely"
    assert found.verdicts[0].status == "broken" and found.verdicts[0].sentence == "it never happens"


def test_a_limit_decides_nothing():
    for found in (
        explore(COUNTER, [always(lambda n: True)], states=100),
        explore(COUNTER, [always(lambda n: True)], depth=9),
    ):
        assert not found and found.status == "nothing found up to the limit"
        assert found.verdicts[0].status == "not decided"
    assert found.depth == 9 and found.states == 9


def test_an_interrupted_search_keeps_what_it_found():
    def interrupt(walk):
        if walk.levels > 5:
            raise KeyboardInterrupt

    found = explore(COUNTER, [seven_is_reached], progress=interrupt)
    assert found.status == "gave up" and found.states > 5


def test_a_counter_example_is_a_shortest_one():
    found = explore(RING, [it_stays_below_three])
    assert found.paths["it stays below three"] == (0, 1, 2, 3)
    assert found.verdicts[0].sentence == "3 is too much"


def test_the_end_is_where_nothing_changes_any_more():
    assert explore(STAIRS, [it_ends_at_three])
    endless = explore(RING, [it_ends_at_three])
    assert endless.verdicts[0].status == "not decided" and "never due" in endless.verdicts[0].sentence


def test_states_beyond_the_bound_are_left_out():
    found = explore(COUNTER, [it_stays_below_three], within=lambda n: n < 3)
    assert found and found.states == 3 and found.transitions == 3


def test_what_is_no_promise_is_refused():
    with pytest.raises(DslabError, match="a promise is a function with @always"):
        explore(RING, [lambda n: True])


def test_a_state_costs_less_than_300_bytes():
    tracemalloc.start()
    walk = Walk(two_phase_commit(5)).go()
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept / len(walk.came_from) < 300
