"""Each broadcast keeps its promises, breaks those of the next stronger one, and costs what theory says."""

from collections import Counter
from functools import cache
from itertools import permutations
from math import exp

import networkx as nx
import pytest

from dslab import Network, Run, at, crash, duplicate, exponential, judge, request, simulate
from dslab.protocols import broadcast, causal_broadcast, total_order
from dslab.protocols.broadcast import (
    AGREEMENT,
    LIVENESS,
    VALIDITY,
    Answer,
    BestEffort,
    Broadcast,
    EagerReliable,
    Flooding,
    crashing_sender,
    deliveries,
    gossip,
    payloads,
)
from dslab.protocols.causal_broadcast import (
    CAUSAL_ORDER,
    FIFO_ORDER,
    GUARANTEES,
    Causal,
    Dependent,
    Fifo,
    allowed_orders,
    one_answer,
    overtaking,
    same_run,
)
from dslab.protocols.total_order import (
    SECOND_LEADER,
    TOTAL_ORDER,
    LamportOrder,
    LeaderOrder,
    Stamped,
    WithoutAcknowledgements,
    reordered,
    together,
    two_messages_never_share_a_position,
)

KEEPS = broadcast.KEEPS | causal_broadcast.KEEPS | total_order.KEEPS
NEED_FIFO_LINKS = (LamportOrder, LeaderOrder)
DEMOS = broadcast.DEMOS | causal_broadcast.DEMOS | total_order.DEMOS
each_class = pytest.mark.parametrize("protocol", KEEPS)


def busy_run(protocol, seed: int) -> Run:
    """Four nodes speak nine times, three of them in answer to others, over links with all sorts of delays."""
    script = [at(0, request("B", Answer("a1", "b1"))), at(0, request("C", Answer("b1", "c1"))),
              at(0, request("D", Answer("a2", "d1")))]
    script += [at(10 + 4 * i, request("A", Broadcast(f"a{i}"))) for i in (1, 2, 3)]
    script += [at(12 + 4 * i, request("D", Broadcast(f"e{i}"))) for i in (1, 2, 3)]
    network = Network(latency=exponential(15, least=1), fifo=protocol in NEED_FIFO_LINKS)
    return Run(protocol, 4, network=network, seed=seed, script=script, duration=5000)


def broken(trace, *promises) -> list[str]:
    return [verdict.promise.name for verdict in judge(trace, promises) if verdict.status == "broken"]


# ---- promises ----------------------------------------------------------------------------------------------

@each_class
@pytest.mark.parametrize("seed", range(15))
def test_each_class_keeps_its_promises_under_random_delays(protocol, seed):
    trace = simulate(busy_run(protocol, seed))
    assert all(judge(trace, KEEPS[protocol]))


@pytest.mark.parametrize("protocol", [EagerReliable, Fifo, Causal])
@pytest.mark.parametrize("seed", range(15))
def test_reliable_classes_keep_their_promises_though_a_sender_crashes(protocol, seed):
    trace = simulate(busy_run(protocol, seed).plus(at(20, crash("A"))))
    assert trace.faults["crash"] == 1
    assert all(judge(trace, KEEPS[protocol]))


@pytest.mark.parametrize("weak, promise", [
    (BestEffort, FIFO_ORDER), (EagerReliable, FIFO_ORDER), (EagerReliable, CAUSAL_ORDER),
    (Fifo, CAUSAL_ORDER), (Causal, TOTAL_ORDER)])
def test_random_delays_alone_show_what_a_class_does_not_promise(weak, promise):
    assert any(broken(simulate(busy_run(weak, seed)), promise) for seed in range(15))


def test_best_effort_breaks_agreement_if_the_sender_crashes():
    """D4.7."""
    trace = simulate(crashing_sender(BestEffort))
    assert payloads(trace) == {"A": ("m1",), "B": ("m1",), "C": ()}
    assert broken(trace, *LIVENESS) == [AGREEMENT.name]


def test_eager_reliable_keeps_agreement_if_the_sender_crashes():
    """D4.8."""
    trace = simulate(crashing_sender(EagerReliable))
    assert payloads(trace)["C"] == ("m1",)
    assert not broken(trace, *LIVENESS)


def test_eager_reliable_is_not_uniform():
    """D4.8: who delivers and crashes may be the only one that ever delivers."""
    trace = simulate(broadcast.DEMOS["not uniform"])
    assert payloads(trace) == {"A": ("m1",), "B": (), "C": ()}
    assert not broken(trace, *LIVENESS)


def test_reliable_breaks_fifo_order_where_fifo_keeps_it():
    """D4.10."""
    weak, strong = simulate(overtaking(EagerReliable)), simulate(overtaking(Fifo))
    assert payloads(weak)["C"] == ("m2", "m1")
    assert broken(weak, FIFO_ORDER) and not broken(strong, FIFO_ORDER)


def test_fifo_breaks_causal_order_where_causal_keeps_it():
    """D4.11."""
    weak, strong = simulate(one_answer(Fifo)), simulate(one_answer(Causal))
    assert payloads(weak)["Carol"] == ("Yes.", "Tea?")
    assert broken(weak, FIFO_ORDER, CAUSAL_ORDER) == [CAUSAL_ORDER.name]
    assert payloads(strong)["Carol"] == ("Tea?", "Yes.") and not broken(strong, CAUSAL_ORDER)


def test_causal_breaks_total_order_where_both_total_orders_keep_it():
    assert broken(simulate(together(Causal)), CAUSAL_ORDER, TOTAL_ORDER) == [TOTAL_ORDER.name]
    for protocol in NEED_FIFO_LINKS:
        trace = simulate(together(protocol))
        assert set(payloads(trace).values()) == {("m1", "m2")} and not broken(trace, TOTAL_ORDER)


def test_total_order_need_not_be_fifo_order():
    trace = simulate(reordered(LeaderOrder, "B->A#1", sender="B"))
    assert set(payloads(trace).values()) == {("m2", "m1")}
    assert broken(trace, TOTAL_ORDER, FIFO_ORDER, *LIVENESS) == [FIFO_ORDER.name]


@pytest.mark.parametrize("seed", range(15))
def test_positions_keep_total_order_on_links_that_reorder(seed):
    trace = simulate(busy_run(LeaderOrder, seed).replace(network=Network(latency=exponential(15, least=1))))
    assert not broken(trace, TOTAL_ORDER, *LIVENESS)


def test_a_leader_places_a_message_once_though_it_arrives_twice():
    """Otherwise the second position would stay empty, and all wait for it for ever."""
    trace = simulate(together(LeaderOrder).plus(at(0, duplicate("B->A#1", after=5))))
    assert [output.values[0] for output in trace.outputs("position")] == [1, 2]
    assert all(len(ids) == 2 for ids in deliveries(trace).values())


def test_a_naive_second_leader_gives_one_position_twice():
    """D4.12."""
    trace = simulate(SECOND_LEADER)
    verdict, = judge(trace, [two_messages_never_share_a_position])
    assert verdict.sentence.startswith("two messages have number 2")
    assert payloads(trace)["B"] == ("m1", "m2", "m3") and payloads(trace)["C"] == ("m1", "m3", "m2")


def test_without_acknowledgements_a_quiet_node_stops_the_others_until_it_speaks():
    """D4.13."""
    run = together(WithoutAcknowledgements)
    assert payloads(simulate(run)) == {"A": (), "B": (), "C": ("m1", "m2")}
    speaks = payloads(simulate(run.plus(at(100, request("C", Broadcast("m3"))))))
    assert speaks["A"] == speaks["B"] == ("m1", "m2")


def test_quiet_nodes_stop_everybody():
    """D4.13."""
    trace = simulate(total_order.DEMOS["quiet nodes stop all"])
    assert set(payloads(trace).values()) == {()}
    assert broken(trace, VALIDITY) == [VALIDITY.name]


@pytest.mark.parametrize("protocol, node", [(LamportOrder, "C"), (LeaderOrder, "A")])
def test_neither_total_order_survives_a_crash(protocol, node):
    trace = simulate(together(protocol).plus(at(1, crash(node))))
    assert broken(trace, VALIDITY)


def test_lamport_stamps_need_fifo_links():
    """D4.13: a message with a smaller stamp comes after one with a greater was delivered."""
    trace = simulate(reordered(LamportOrder, "A->C#1", sender="A"))
    assert payloads(trace) == {"A": ("m1", "m2"), "B": ("m1", "m2"), "C": ("m2", "m1")}
    assert TOTAL_ORDER.name in broken(trace, TOTAL_ORDER)


@pytest.mark.parametrize("seed", range(10))
def test_nothing_is_delivered_above_the_threshold(seed):
    trace = simulate(busy_run(LamportOrder, seed))
    sent = [message.payload for message in trace.messages if isinstance(message.payload, Stamped)]
    stamp = {msg.id: msg.time for msg in sent}
    for output in trace.outputs("deliver"):
        state = trace.state_at(output.step)[output.node]
        assert stamp[output.values[:2]] <= min(state["greatest"].values())


# ---- the same run, and the orders that each guarantee allows -----------------------------------------------

@pytest.mark.parametrize("guarantee, number", [
    ("none", 216), ("FIFO", 27), ("causal", 8), ("total", 6), ("FIFO and total", 3), ("causal and total", 2)])
def test_number_of_allowed_delivery_orders(guarantee, number):
    """N36, D4.6: three messages on three nodes."""
    assert len(allowed_orders(("m1", "m2", "m3"), **GUARANTEES[guarantee])) == number


def test_per_node_fifo_allows_three_orders_and_causal_two():
    """D4.6."""
    for guarantee, number in ("FIFO", 3), ("causal", 2):
        assert len(allowed_orders(("m1", "m2", "m3"), nodes=1, **GUARANTEES[guarantee])) == number


@pytest.mark.parametrize("protocol, guarantee", [
    (Fifo, "FIFO"), (Causal, "causal"), (LamportOrder, "causal and total"),
    (LeaderOrder, "causal and total")])
def test_the_same_run_delivers_only_in_allowed_orders(protocol, guarantee):
    allowed = allowed_orders(("m1", "m2", "m3"), **GUARANTEES[guarantee])
    for seed in range(40):
        trace = simulate(same_run(protocol, seed=seed, fifo=protocol in NEED_FIFO_LINKS))
        assert tuple(payloads(trace).values()) in allowed


def test_one_run_shows_all_differences():
    """D4.6: the same requests and seed, under each class."""
    def orders(protocol):
        return payloads(simulate(same_run(protocol, fifo=protocol in NEED_FIFO_LINKS)))

    assert orders(EagerReliable)["C"] == ("m3", "m2", "m1")
    assert orders(Fifo)["C"] == ("m2", "m1", "m3")
    assert orders(Causal) == {"A": ("m1", "m3", "m2"), "B": ("m1", "m2", "m3"), "C": ("m1", "m3", "m2")}
    assert set(orders(LamportOrder).values()) == set(orders(LeaderOrder).values()) == {("m1", "m3", "m2")}


# ---- single handlers ---------------------------------------------------------------------------------------

def test_causal_says_why_it_holds_a_message_back():
    """D4.11: the answer depends on a question that is not delivered."""
    node = Causal("C", peers=("A", "B"))
    node.on_dependent("B", Dependent(("B", 1), "yes", (1, 0, 0)))
    assert ("note", "held back: depends on 1 message of A, delivered 0") in node.effects
    assert node.delivered == []
    node.on_dependent("A", Dependent(("A", 1), "tea?", (0, 0, 0)))
    assert node.delivered == ["tea?", "yes"] and node.held == []


def test_one_delivery_frees_a_whole_chain():
    """Every order of arrival of five messages, each of which depends on all before it."""
    chain = [Dependent(("A", number), f"m{number}", (number - 1, 0)) for number in range(1, 6)]
    for arrival in permutations(chain):
        node = Causal("B", peers=("A",))
        for msg in arrival:
            node.on_dependent("A", msg)
        assert node.delivered == ["m1", "m2", "m3", "m4", "m5"]


def test_concurrent_messages_are_delivered_as_they_come():
    node = Causal("C", peers=("A", "B"))
    node.on_dependent("B", Dependent(("B", 1), "b", (0, 0, 0)))
    node.on_dependent("A", Dependent(("A", 1), "a", (0, 0, 0)))
    assert node.delivered == ["b", "a"]


def test_a_message_does_not_depend_on_what_was_only_received():
    node = Causal("C", peers=("A", "B"))
    node.on_dependent("A", Dependent(("A", 2), "second", (1, 0, 0)))
    node.on_broadcast("", Broadcast("mine"))
    assert ("send", "A", Dependent(("C", 1), "mine", (0, 0, 0))) in node.effects


def test_a_run_that_did_not_come_to_rest_decides_nothing_about_the_end():
    trace = simulate(crashing_sender(BestEffort).replace(duration=12))
    assert [verdict.status for verdict in judge(trace, LIVENESS)] == ["not decided", "not decided"]


# ---- what it costs -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("n", [2, 3, 5, 10])
def test_eager_reliable_sends_n_times_n_minus_1_messages(n):
    """N21: 90 messages for ten nodes."""
    trace = simulate(Run(EagerReliable, n, script=[at(10, request("A", Broadcast("m1")))]))
    assert len(trace.messages) == n * (n - 1)


GRAPHS = {"grid": (nx.grid_2d_graph(5, 5), 56), "line": (nx.path_graph(25), 24),
          "tree": (nx.full_rary_tree(4, 25), 24), "complete": (nx.complete_graph(25), 576)}


@pytest.mark.parametrize("graph, number", GRAPHS.values(), ids=GRAPHS)
def test_flooding_sends_2e_minus_n_plus_1_messages(graph, number):
    """N22: 56 for the grid, 24 for line and tree, 576 for the complete graph, and everybody hears."""
    names = [str(node) for node in graph]
    script = [at(10, request(names[0], Broadcast("m1")))]
    trace = simulate(Run(Flooding, names, topology=graph, script=script))
    assert len(trace.messages) == number == 2 * graph.number_of_edges() - (len(graph) - 1)
    assert len(trace.outputs("deliver")) == 25


@cache
def reached(n: int, fanout: int, messages: int) -> tuple[int, ...]:
    """How many of n nodes each message reached: one run carries 50, each with its own choices."""
    script = [at(100 * k, request("N1" if n > 26 else "A", Broadcast(k))) for k in range(50)]
    counts = []
    for seed in range(-(-messages // 50)):
        run = gossip(n, fanout=fanout, seed=seed).replace(script=script[:messages], duration=1e6)
        trace = simulate(run, states=False)
        assert trace.came_to_rest
        counts += Counter(output.values[1] for output in trace.outputs("deliver")).values()
    return tuple(counts)


@pytest.mark.parametrize("n, messages, share", [(30, 800, 0.951), (100, 150, 0.944), (1000, 10, 0.940)])
def test_gossip_to_three_reaches_about_94_percent(n, messages, share):
    """N26, within 1 %."""
    counts = reached(n, 3, messages)
    assert len(counts) == messages
    assert sum(counts) / (n * messages) == pytest.approx(share, rel=0.01)


@pytest.mark.parametrize("n, fanout, messages, chance", [
    (30, 3, 800, 0.25), (30, 5, 400, 0.88), (30, 7, 200, 0.99), (100, 5, 350, 0.54), (100, 7, 150, 0.94)])
def test_chance_that_gossip_reaches_everybody(n, fanout, messages, chance):
    """N27, within 0.05, which is about two standard errors. (n = 1000 would take too long.)"""
    full = sum(count == n for count in reached(n, fanout, messages)) / messages
    assert full == pytest.approx(chance, abs=0.05)
    assert full == pytest.approx(exp(-n * exp(-fanout)), abs=0.1)


# ---- what the notebooks use --------------------------------------------------------------------------------

@pytest.mark.parametrize("name", DEMOS)
def test_every_order_of_a_demo_takes_effect(name):
    run = DEMOS[name]
    trace = simulate(run)
    assert not trace.unapplied
    assert trace.came_to_rest
    assert Run.from_json(run.to_json()) == run


@pytest.mark.parametrize("board", [broadcast, causal_broadcast, total_order])
def test_the_demo_keeps_the_promises_of_its_file(board):
    assert all(judge(simulate(board.DEMO), board.PROMISES))
