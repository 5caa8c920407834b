"""Looking things up in a trace."""

from itertools import product

import networkx
import pytest
from samples import Ping, Put, Quiet, Sender, Store, gossip_run, only

from dslab.logical_time import SILENT
from dslab.network import Network, constant
from dslab.node import Node
from dslab.run import Run
from dslab.script import at, crash, delay, drop, duplicate, recover, request
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.values import DslabError

TRACES = [simulate(gossip_run(seed)) for seed in range(4)]
each_trace = pytest.mark.parametrize("trace", TRACES, ids=range(len(TRACES)))


def happened_before(trace):
    """The relation of Lamport 1978 as a graph: the order at each node, and from sending to receiving."""
    graph = networkx.DiGraph()
    last = {}
    for step in trace.steps:
        if step.node is None or step.kind in SILENT:
            continue
        graph.add_node(step.index)
        if step.node in last:
            graph.add_edge(last[step.node], step.index)
        if step.kind == "receive":
            graph.add_edge(step.message.sent, step.index)
        last[step.node] = step.index
    return graph


# ---- logical time ----


@each_trace
def test_the_causal_past_and_future_are_what_can_be_reached_in_the_graph(trace):
    graph = happened_before(trace)
    for k in graph:
        assert trace.causal_past(k) == networkx.ancestors(graph, k)
        assert trace.causal_future(k) == networkx.descendants(graph, k)


@each_trace
def test_a_vector_is_less_exactly_if_there_is_a_path(trace):
    """Mattern 1989: V(a) < V(b) if and only if a happened before b."""
    graph = happened_before(trace)
    later = {k: networkx.descendants(graph, k) for k in graph}
    vectors = {k: trace[k].vector for k in graph}
    for a, b in product(graph, repeat=2):
        less = vectors[a] != vectors[b] and all(x <= y for x, y in zip(vectors[a], vectors[b], strict=True))
        assert less == (b in later[a])


@each_trace
def test_a_lamport_timestamp_grows_along_each_path_and_by_no_more_than_it_must(trace):
    graph = happened_before(trace)
    for k in graph:
        before = [trace[earlier].lamport for earlier in graph.predecessors(k)]
        assert trace[k].lamport == max(before, default=0) + 1


@each_trace
def test_what_happens_to_the_network_has_no_timestamp_no_past_and_no_future(trace):
    for step in trace.steps:
        if step.node is None or step.kind in SILENT:
            assert (step.lamport, step.vector) == (None, None)
            assert trace.causal_past(step.index) == trace.causal_future(step.index) == set()


# ---- states and messages ----


@each_trace
def test_the_state_after_a_step_is_all_changes_until_then(trace):
    states = {node: dict(trace.initial[node]) for node in trace.nodes}
    for step in trace.steps:
        if step.node:
            states[step.node] |= step.changes
        assert trace.state_at(step.index) == states


def test_a_state_in_a_trace_is_not_changed_by_what_happens_later():
    class Keeper(Node):
        def init(self):
            self.seen = {"list": [], "set": set()}

        def on_ping(self, src, msg):
            self.seen["list"].append((msg.n, msg))
            self.seen["set"].add(msg)

    trace = simulate(Run(Keeper, 1, script=[at(n, request("A", Ping(n))) for n in range(4)]))
    assert [len(trace.state_at(k)["A"]["seen"]["list"]) for k in range(4)] == [1, 2, 3, 4]
    assert [len(trace.state_at(k)["A"]["seen"]["set"]) for k in range(4)] == [1, 2, 3, 4]
    assert trace.initial["A"]["seen"] == {"list": [], "set": set()}


def test_only_what_changes_is_recorded():
    trace = simulate(
        Run(Store, 1, script=[at(1, request("A", Put("x", 1))), at(2, request("A", Put("x", 1)))])
    )
    assert [step.changes for step in trace.steps] == [{"values": {"x": 1}}, {}]


@each_trace
def test_the_nodes_that_are_up_are_those_that_are_not_crashed(trace):
    crashed, recovered = only(trace, "crash")[0].index, only(trace, "recover")[0].index
    for step in trace.steps:
        assert trace.up_at(step.index) == (set("ACDE") if crashed <= step.index < recovered else set("ABCDE"))


@each_trace
def test_messages_are_in_flight_from_their_sending_to_their_end(trace):
    flying = []
    for step in trace.steps:
        flying = [message for message in flying if message.ended != step.index]
        flying += [message for message in step.sent if message.fate != "lost" or message.ended is not None]
        assert trace.in_flight(step.index) == flying


@each_trace
def test_each_message_has_one_fate_and_one_name(trace):
    assert len({message.name for message in trace.messages}) == len(trace.messages)
    assert [message.id for message in trace.messages] == list(range(len(trace.messages)))
    for message in trace.messages:
        if message.fate == "received":
            end = trace[message.ended]
            assert (end.kind, end.node, end.message, end.time) == (
                "receive",
                message.dst,
                message,
                message.arrives,
            )
        else:
            assert message.fate in ("lost", "in flight") and (message.why is not None) == (message.fate == "lost")
        assert (
            message.arrives >= message.departs >= trace[message.sent].time
            and trace[message.sent].node == message.src
        )


@each_trace
def test_each_step_comes_after_its_cause(trace):
    for step in trace.steps:
        assert step.cause is None or step.cause < step.index
        if step.kind == "timer":
            assert trace[step.cause].timers[step.name] == step.time or step.node == "D"  # D was paused


def test_there_is_no_step_beyond_the_last():
    trace = TRACES[0]
    assert trace[-1] is trace.steps[-1] and trace.state_at(-1) == trace.state_at(len(trace) - 1)
    for look in (
        trace.state_at,
        trace.in_flight,
        trace.up_at,
        trace.causal_past,
        trace.causal_future,
        trace.describe,
    ):
        with pytest.raises(
            DslabError, match=f"there is no step 9999: the trace has {len(trace)} steps, numbered from 0"
        ):
            look(9999)


def test_an_empty_trace_is_a_trace():
    trace = simulate(Run(Quiet, 0))
    assert (len(trace), trace.messages, trace.operations, trace.outputs()) == (0, [], [], [])
    assert trace.table() == "step  time  node  L  what happened"
    assert Trace.from_json(trace.to_json()).to_json() == trace.to_json()
    with pytest.raises(DslabError, match="the trace has 0 steps"):
        trace.state_at(0)


# ---- in words ----


def test_a_table_says_what_happened_in_words():
    run = Run(
        Sender,
        2,
        network=Network(latency=constant(10)),
        duration=40,
        script=[
            at(0, drop("A->B#1")),
            at(25, delay("A->B#2", by=3)),
            at(26, duplicate("A->B#2", after=4)),
            at(34, crash("B")),
            at(39, recover("B")),
        ],
    )
    assert (
        simulate(run).table()
        == """\
step  time  node  L  what happened                                           state that changed
0     0.0   A     1  A starts.
1     0.0   B     1  B starts.
2     10.0  A     2  A's beat timer goes off: it sends Ping 1 to B (lost).   count = 1
3     20.0  A     3  A's beat timer goes off: it sends Ping 2 to B.          count = 2
4     25.0  -        The script: A->B#2, Ping 2 from A to B, is held back.
5     26.0  -        The script: A->B#2, Ping 2 from A to B, is duplicated.
6     30.0  A     4  A's beat timer goes off: it sends Ping 3 to B.          count = 3
7     33.0  B     4  B receives Ping 2 from A.                               received = [2]
8     34.0  B     5  B crashes.
9     37.0  -        Ping 2 from A to B is lost: B is down.
10    39.0  B     6  B recovers.                                             received = empty
11    40.0  B     7  B receives Ping 3 from A.                               received = [3]
12    40.0  A     5  A's beat timer goes off: it sends Ping 4 to B.          count = 4"""
    )


@each_trace
def test_each_step_has_a_sentence(trace):
    for step in trace.steps:
        sentence = trace.describe(step.index)
        assert (
            sentence[-1] in ".)" and "\n" not in sentence and "None" not in sentence and "<" not in sentence
        )
