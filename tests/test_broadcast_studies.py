"""Chapter 4 in tables: stamps, orders, and how a broadcast spreads."""

from statistics import mean

import pytest

from dslab.charts.plots import curves
from dslab.experiments.delivery_orders import guarantee_table, order_table, story
from dslab.experiments.gossip import (
    coverage_table,
    flood,
    networks,
    predicted_chance,
    predicted_share,
    price_table,
    reached,
    rounds,
)
from dslab.experiments.timestamps import concurrent_pairs, relation_table, stamp_table
from dslab.protocols.broadcast import EagerReliable
from dslab.protocols.causal_broadcast import Causal, Fifo, overtaking, same_run
from dslab.protocols.logical_clocks import (
    DEMOS,
    EXAMPLE,
    FIGURE_1,
    NINE_MESSAGES,
    LamportClock,
    drawing,
    events,
)
from dslab.protocols.total_order import LeaderOrder, reordered
from dslab.simulator.simulate import simulate


def test_the_example_has_the_stamps_of_the_lecture():
    assert stamp_table(*EXAMPLE).splitlines() == [
        "A   a 1 ⟨1,0,0⟩   b 2 ⟨2,0,0⟩   g 3 ⟨3,0,0⟩",
        "B   c 3 ⟨2,1,0⟩   d 4 ⟨2,2,0⟩",
        "C   e 1 ⟨0,0,1⟩   f 5 ⟨2,2,2⟩"]


def test_lamport_stamps_cannot_tell_what_vectors_can():
    """The table of determinable relations in Kleppmann's exercise of nine messages."""
    table = relation_table(*NINE_MESSAGES, [("s2", "s3"), ("s3", "s5"), ("s5", "s9")]).splitlines()
    assert [line.split("   ")[-1].strip() for line in table[1:]] == ["s2 → s3", "s3 ∥ s5", "s5 → s9"]
    assert ["cannot tell" in line for line in table] == [False, False, True, True]


def test_equal_lamport_stamps_on_two_nodes_tell_that_events_are_concurrent():
    assert "g ∥ c" in relation_table(*EXAMPLE, [("g", "c")])


def test_most_concurrent_pairs_of_lamports_figure_have_different_stamps():
    pairs = concurrent_pairs(events(simulate(drawing(LamportClock, *FIGURE_1))))
    assert (len(pairs), sum(a.stamp != b.stamp for a, b in pairs)) == (47, 36)
    assert concurrent_pairs(events(simulate(DEMOS["figure 1"]))) == pairs


def test_each_order_needs_its_algorithm():
    kept = {line.split()[0]: line.split()[-3:] for line in order_table(
        [*map(same_run, (EagerReliable, Fifo, Causal)), same_run(LeaderOrder, fifo=True)]).splitlines()[1:]}
    assert kept == {"EagerReliable": ["broken", "broken", "broken"], "Fifo": ["kept", "broken", "broken"],
                    "Causal": ["kept", "kept", "broken"], "LeaderOrder": ["kept", "kept", "kept"]}


def test_total_order_need_not_be_fifo():
    line = order_table([reordered(LeaderOrder, "B->A#1", sender="B")]).splitlines()[1]
    assert line.split()[-3:] == ["broken", "broken", "kept"]


def test_a_node_that_delivers_nothing_is_named():
    assert "nothing" in order_table([overtaking(Fifo).replace(script=())])


def test_a_node_tells_what_waits_and_what_it_delivers():
    assert story(simulate(overtaking(Fifo)), "C").splitlines() == [
        "25 ms: C receives m2, held back: it is message 2 of A, and message 1 comes first",
        "30 ms: C delivers m1", "30 ms: C delivers m2"]


def test_the_orders_that_are_allowed_can_be_counted():
    """216 in all, 27 FIFO, 8 causal, 6 total, 3 FIFO and total, 2 causal and total."""
    counts = [line.split()[-2:] for line in guarantee_table().splitlines()[1:]]
    assert counts == [["6", "216"], ["3", "27"], ["2", "8"], ["6", "6"], ["3", "3"], ["2", "2"]]


@pytest.mark.parametrize("fanout, share", [(3, 0.951), (5, 0.993)])
def test_gossip_reaches_about_the_share_that_epidemics_reach(fanout, share):
    assert mean(reached(30, fanout, runs=200)) / 30 == pytest.approx(share, abs=0.01)
    assert predicted_share(fanout) == pytest.approx(share, abs=0.012)


@pytest.mark.parametrize("fanout, chance", [(3, 0.25), (5, 0.88), (7, 0.99)])
def test_gossip_reaches_everyone_only_sometimes(fanout, chance):
    found = sum(count == 30 for count in reached(30, fanout, runs=300)) / 300
    assert found == pytest.approx(chance, abs=0.06)
    assert predicted_chance(30, fanout) == pytest.approx(chance, abs=0.06)


def test_the_coverage_table_has_a_line_for_each_group():
    line = coverage_table([(30, 29)], runs=2).splitlines()[1]
    assert line.split() == ["30", "29", "100.0%", "100%", "100%"]


def test_flooding_costs_twice_the_links_less_a_tree():
    """2E - (n - 1): 24 on a line or a tree, 56 on a 5 x 5 grid, 576 if all 25 nodes are linked."""
    costs = {line.split()[0]: [int(number) for number in line.split()[1:]]
             for line in price_table(networks()).splitlines()[1:]}
    assert costs == {"line": [24, 24, 24], "tree": [24, 24, 4], "grid": [40, 56, 8],
                     "complete": [300, 576, 1]}


def test_a_wave_grows_hop_by_hop():
    assert rounds(simulate(flood(networks(3)["grid"]))) == [1, 3, 6, 8, 9]


def test_a_chart_names_its_curves_and_its_points():
    axes, = curves([1, 2], {"formula": [0, 1]}, {"found": [0.1, 0.9], "share": [0.5, 1]}).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["formula", "found", "share"]
    assert [line.get_marker() for line in axes.lines] == ["None", "o", "D"]
