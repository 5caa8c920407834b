"""Data centres and networkx graphs as networks: what holds on their links, and what the player draws of them."""

import networkx
import pytest

from dslab import DslabError, Network, Run, at, constant, request, simulate, uniform
from dslab.network import BETWEEN
from dslab.player.layout import positions
from dslab.player.payload import payload
from dslab.protocols.broadcast import Broadcast, Flooding
from dslab.protocols.raft import Raft

SITES = {"eu": ["A", "B"], "us": ["C", "D"], "asia": ["E"]}
THREE = Network(latency=uniform(0.5, 1.5), sites=SITES,
                between={("eu", "us"): uniform(40, 50), ("asia", "eu"): constant(110), ("us", "asia"): constant(80)})
RUN = Run(Raft, 5, network=THREE, seed=3)


def weighted() -> networkx.Graph:
    """A ring of four with a tail, whose edges know their latency and loss."""
    graph = networkx.Graph()
    graph.add_weighted_edges_from([("A", "B", 10), ("B", "C", 30), ("C", "D", 5), ("D", "A", 50)], weight="latency")
    graph.add_edge("D", "E", latency=uniform(5, 15), loss=0.2, colour="red")
    return graph


# ---- data centres ----

def test_a_message_between_sites_takes_longer_than_one_within():
    for message in simulate(RUN).messages:
        home = {node: site for site, nodes in SITES.items() for node in nodes}
        pair = {home[message.src], home[message.dst]}
        low, high = {1: (0.5, 1.5)}.get(len(pair)) or {"us": (40, 50), "asia": (110, 110)}.get(
            (pair - {"eu"}).pop() if "eu" in pair else "", (80, 80))
        assert low <= round(message.arrives - message.departs, 3) <= high


def test_what_is_said_of_a_single_link_comes_before_its_sites():
    network = Network(sites=SITES, between=constant(90), links={("A", "C"): {"latency": constant(3)},
                                                               ("A", "D"): {"loss": 0.5}})
    assert network.settings("A", "C").latency == constant(3)
    assert network.settings("A", "D").latency == constant(90) and network.settings("A", "D").loss == 0.5
    assert network.settings("C", "A").latency == constant(90) and network.settings("A", "B").latency == uniform(5, 15)
    assert network.settings("A", "client") == network.default
    assert Network(sites=SITES).settings("A", "C").latency == BETWEEN


@pytest.mark.parametrize("network", [
    THREE, Network(sites=SITES), Network(sites=SITES, between=constant(7), links={("A", "C"): {"fifo": True}}),
])
def test_a_network_with_sites_is_read_back_from_its_code_and_from_json(network):
    assert eval(repr(network)) == network
    assert Run.from_json(Run(Raft, 5, network=network).to_json()).network == network


def test_a_network_without_sites_is_written_as_before():
    assert '"sites"' not in Run(Raft, 3).to_json()


# ---- graphs ----

def test_a_graph_is_nodes_links_and_settings_at_once():
    run = Run(Flooding, weighted(), script=[at(10, request("A", Broadcast("m")))])
    assert run.nodes == ("A", "B", "C", "D", "E") and len(run.topology) == 5
    assert run.network.settings("C", "B").latency == constant(30) == run.network.settings("B", "C").latency
    assert run.network.settings("E", "D").loss == 0.2 and run.network.settings("E", "D").latency == uniform(5, 15)
    arrivals = {message.dst: message.arrives for message in simulate(run).messages if message.src == "A"}
    assert arrivals == {"B": 20.0, "D": 60.0}
    assert Run.from_json(run.to_json()) == run


def test_a_missing_edge_means_no_link():
    links = {frozenset((message.src, message.dst)) for message in simulate(
        Run(Flooding, weighted(), script=[at(10, request("A", Broadcast("m")))])).messages}
    assert links <= {frozenset(edge) for edge in weighted().edges()}


def test_the_edges_of_a_digraph_have_a_direction_each():
    graph = networkx.DiGraph()
    graph.add_edge("A", "B", latency=10)
    graph.add_edge("B", "A", latency=40)
    run = Run(Flooding, graph)
    assert run.topology == (("A", "B"),)
    assert run.network.settings("A", "B").latency == constant(10) != run.network.settings("B", "A").latency


def test_a_network_comes_before_the_attributes_of_the_graph():
    network = Network(loss=0.1, links={("A", "B"): {"latency": constant(1)}})
    run = Run(Flooding, 5, network=network, topology=weighted())
    assert run.network.settings("A", "B").latency == constant(1) and run.network.default.loss == 0.1


def test_nodes_that_are_numbers_become_names():
    run = Run(Flooding, networkx.petersen_graph())
    assert run.nodes == tuple("0123456789") and len(run.topology) == 15


# ---- what is drawn ----

def test_the_player_draws_the_sites_and_writes_what_differs_on_links():
    shown = payload(simulate(RUN))["trace"]
    assert shown["sites"] == [[site, nodes] for site, nodes in SITES.items()]
    assert shown["labels"] == [["site", "eu", "us", "40–50 ms"], ["site", "eu", "asia", "110 ms"],
                               ["site", "us", "asia", "80 ms"]]
    labels = payload(simulate(Run(Flooding, weighted())))["trace"]["labels"]
    assert ["link", "D", "E", "5–15 ms, 20 % lost"] in labels and len(labels) == 5


def test_two_directions_that_differ_are_written_with_their_arrows():
    run = Run(Raft, 2, network=Network(links={("A", "B"): {"latency": constant(1)}}))
    assert payload(simulate(run))["trace"]["labels"] == [["link", "A", "B", "A→B 1 ms"]]


def test_a_network_without_exceptions_is_drawn_without_a_word():
    assert not {"sites", "labels"} & payload(simulate(Run(Raft, 3)))["trace"].keys()


def test_nodes_of_one_site_stand_together():
    places = dict(zip("ABCDE", positions("ABCDE", sites=SITES), strict=True))
    apart = {frozenset((a, b)): sum((x - y) ** 2 for x, y in zip(places[a], places[b], strict=True))
             for a in places for b in places if a < b}
    assert max(apart[frozenset("AB")], apart[frozenset("CD")]) < min(
        far for pair, far in apart.items() if pair not in (frozenset("AB"), frozenset("CD")))


@pytest.mark.parametrize("layout", ["spring", "planar", "shell", "spectral", "spiral"])
def test_a_layout_of_networkx_has_a_point_of_its_own_for_each_node(layout):
    found = positions("ABCDE", list(weighted().edges()), layout=layout)
    assert len(set(found)) == 5 and all(0 <= x <= 1 and 0 <= y <= 1 for x, y in found)


def test_a_graph_with_positions_is_drawn_as_networkx_draws_it_with_y_upwards():
    graph = networkx.Graph()
    graph.add_node("low", pos=(0, 0))
    graph.add_node("high", pos=(2, 4))
    assert positions(("low", "high"), layout=graph) == [(0, 1), (1, 0)]
    with pytest.raises(DslabError, match="no attribute pos"):
        positions("ABCDE", layout=weighted())


def test_a_layout_that_does_not_fit_is_one_sentence():
    with pytest.raises(DslabError, match="layout='planar' does not fit these links"):
        positions("ABCDE", layout="planar")
