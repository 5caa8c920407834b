"""Happened-before as the networkx graph that it is, and its drawing."""

import networkx
import pytest

from dslab import DslabError, happens_before, simulate
from dslab.charts.graphs import draw_graph
from dslab.experiments.gossip import spanning_tree
from dslab.protocols import raft, rpc
from dslab.protocols.broadcast import gossip
from dslab.widgets.causal_graph import MOST, causal_graph, relation

TRACE = simulate(raft.DEMO)
GRAPH = happens_before(TRACE)


def test_ancestors_are_the_causal_past_that_vector_timestamps_say():
    for step in list(GRAPH)[::7]:
        assert networkx.ancestors(GRAPH, step) == TRACE.causal_past(step)
        assert networkx.descendants(GRAPH, step) == TRACE.causal_future(step)


def test_it_has_no_cycle_and_lamport_timestamps_are_one_of_its_topological_sorts():
    assert networkx.is_directed_acyclic_graph(GRAPH)
    assert all(TRACE[a].lamport < TRACE[b].lamport for a, b in GRAPH.edges())


def test_two_steps_are_related_as_vectors_say():
    for a, b in [(0, 40), (40, 0), (0, 1), (5, 5)]:
        before = a != b and a in TRACE.causal_past(b)
        after = a != b and b in TRACE.causal_past(a)
        assert relation(GRAPH, a, b) == (f"{a} → {b}" if before else f"{b} → {a}" if after else f"{a} ∥ {b}")


def test_a_step_that_no_node_takes_is_not_in_the_graph():
    with pytest.raises(DslabError, match="step 9999 is not in the graph"):
        relation(GRAPH, 0, 9999)


def test_the_drawing_is_the_transitive_reduction():
    drawn = causal_graph(rpc.DEMO).payload
    graph = happens_before(simulate(rpc.DEMO))
    reduced = networkx.DiGraph(map(tuple, drawn["edges"]))
    assert networkx.transitive_closure(reduced).edges() == networkx.transitive_closure(graph).edges()
    assert reduced.number_of_edges() < graph.number_of_edges()


def test_a_step_is_drawn_to_the_right_of_its_causes_and_on_the_line_of_its_node():
    drawn = causal_graph(TRACE).payload
    places = {step["id"]: step for step in drawn["steps"]}
    assert len(places) == MOST and all(places[a]["x"] < places[b]["x"] for a, b in drawn["edges"])
    assert all(drawn["nodes"][step["y"]] == step["node"] == TRACE[step["id"]].node for step in places.values())
    assert len({(step["x"], step["y"]) for step in places.values()}) == MOST


def test_a_part_of_a_run_is_drawn():
    assert [step["id"] for step in causal_graph(TRACE, first=10, last=14).payload["steps"]] == [10, 11, 12, 13]
    with pytest.raises(DslabError, match="no step from 9999 on"):
        causal_graph(TRACE, first=9999)


# ---- other graphs ----

def test_the_spanning_tree_of_gossip_has_an_edge_to_each_node_that_delivers_but_the_first():
    trace = simulate(gossip(20, fanout=3, seed=1))
    tree = spanning_tree(trace)
    delivering = {output.node for output in trace.outputs("deliver")}
    assert set(tree) == delivering and networkx.is_arborescence(tree)
    assert all((a, b) in {(message.src, message.dst) for message in trace.messages} for a, b in tree.edges())


def test_a_tree_is_drawn_with_children_below_their_parent_and_no_two_nodes_at_one_place():
    drawn = draw_graph(spanning_tree(simulate(gossip(20, fanout=3, seed=1))), title="Who told whom")
    places = [text.get_position() for text in drawn.axes[0].texts]
    assert len(set(places)) == len(places) > 15
    tree = draw_graph(networkx.DiGraph([("A", "B"), ("A", "C"), ("C", "D")])).axes[0].texts
    (_, a), (_, b), (_, c), (_, d) = (next(t.get_position() for t in tree if t.get_text() == name) for name in "ABCD")
    assert a > b == c > d


def test_a_deadlock_is_marked_in_a_graph_of_who_waits_for_whom():
    waits = networkx.DiGraph([("A", "B"), ("B", "C"), ("C", "A"), ("D", "A")])
    assert repr(draw_graph(waits)).endswith("3 of them on a cycle: A → B, B → C, C → A")
    waits.remove_edge("C", "A")
    assert "cycle" not in repr(draw_graph(waits))


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(DslabError, match="takes a networkx graph, not 3"):
        draw_graph(3)
    with pytest.raises(DslabError, match="the graph has 100 nodes: a picture has room for 60"):
        draw_graph(networkx.path_graph(100))
