"""Happened-before as the networkx graph that it is, and its drawing."""

import networkx
import pytest

from dslab import DslabError, happens_before, simulate
from dslab.protocols import raft, rpc
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
