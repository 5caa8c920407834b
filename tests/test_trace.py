"""Looking things up in a trace, and reading it back from a file."""

import json
from itertools import product

import networkx
import pytest
from samples import Ping, Put, Quiet, Sender, Store, gossip_run, only

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.run import Run
from dslab.script import at, crash, delay, drop, duplicate, recover, request
from dslab.simulate import simulate
from dslab.trace import SILENT, Trace
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


# ---- logical time ----------------------------------------------------------------------------------------------------

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


# ---- states and messages ---------------------------------------------------------------------------------------------

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
    trace = simulate(Run(Store, 1, script=[at(1, request("A", Put("x", 1))), at(2, request("A", Put("x", 1)))]))
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
            assert (end.kind, end.node, end.message, end.time) == ("receive", message.dst, message, message.arrives)
        else:
            assert message.fate in ("lost", "in flight") and bool(message.why) == (message.fate == "lost")
        assert message.arrives >= message.departs >= trace[message.sent].time and trace[message.sent].node == message.src


@each_trace
def test_each_step_comes_after_its_cause(trace):
    for step in trace.steps:
        assert step.cause is None or step.cause < step.index
        if step.kind == "timer":
            assert trace[step.cause].timers[step.name] == step.time or step.node == "D"        # D was paused


def test_there_is_no_step_beyond_the_last():
    trace = TRACES[0]
    assert trace[-1] is trace.steps[-1] and trace.state_at(-1) == trace.state_at(len(trace) - 1)
    for look in (trace.state_at, trace.in_flight, trace.up_at, trace.causal_past, trace.causal_future, trace.describe):
        with pytest.raises(DslabError, match=f"there is no step 9999: the trace has {len(trace)} steps, numbered from 0"):
            look(9999)


def test_an_empty_trace_is_a_trace():
    trace = simulate(Run(Quiet, 0))
    assert (len(trace), trace.messages, trace.operations, trace.outputs()) == (0, [], [], [])
    assert trace.table() == "step  time  node  L  what happened  state that changed"
    assert Trace.from_json(trace.to_json()).to_json() == trace.to_json()
    with pytest.raises(DslabError, match="the trace has 0 steps"):
        trace.state_at(0)


# ---- in words --------------------------------------------------------------------------------------------------------

def test_a_table_says_what_happened_in_words():
    run = Run(Sender, 2, network=Network(latency=constant(10)), duration=40, script=[
        at(0, drop("A->B#1")), at(25, delay("A->B#2", by=3)), at(26, duplicate("A->B#2", after=4)), at(34, crash("B")), at(39, recover("B"))])
    assert simulate(run).table() == """\
step  time  node  L  what happened                                              state that changed
0     0.0   A     1  A starts.
1     0.0   B     1  B starts.
2     10.0  A     2  the beat timer of A goes off: sends Ping(n=1) to B (lost).  count = 1
3     20.0  A     3  the beat timer of A goes off: sends Ping(n=2) to B.        count = 2
4     25.0  -        A->B#2, Ping(n=2) from A to B, is held back.
5     26.0  -        A->B#2, Ping(n=2) from A to B, is doubled: sends Ping(n=2) to B.
6     30.0  A     4  the beat timer of A goes off: sends Ping(n=3) to B.        count = 3
7     33.0  B     4  B receives Ping(n=2) from A.                               received = [2]
8     34.0  B     5  B crashes.
9     37.0  -        Ping(n=2) from A is lost: B is down.
10    39.0  B     6  B recovers.                                                received = []
11    40.0  B     7  B receives Ping(n=3) from A.                               received = [3]
12    40.0  A     5  the beat timer of A goes off: sends Ping(n=4) to B.        count = 4
"""


@each_trace
def test_each_step_has_a_sentence(trace):
    for step in trace.steps:
        sentence = trace.describe(step.index)
        assert sentence[-1] in ".)" and "\n" not in sentence and "None" not in sentence and "<" not in sentence


# ---- files -----------------------------------------------------------------------------------------------------------

@each_trace
def test_a_trace_survives_json(trace):
    again = Trace.from_json(trace.to_json())
    assert again.to_json() == trace.to_json() and again.table() == trace.table() and again.run == trace.run
    assert again.state_at(-1) == trace.state_at(-1) and again.up_at(50) == trace.up_at(50)
    assert again.causal_past(-1) == trace.causal_past(-1) and len(again.in_flight(60)) == len(trace.in_flight(60))
    assert again.outputs() == trace.outputs() and again.faults == trace.faults and again.end == trace.end


def test_equal_messages_are_equal_also_in_a_trace_from_a_file():
    """A promise compares the entries of two logs: it must come to the same verdict."""
    @message
    class Entry:
        n: int

    class Logger(Quiet):
        def init(self):
            self.log = [Entry(1)]

    states = Trace.from_json(simulate(Run(Logger, 2, script=[at(1, crash("A"))])).to_json()).state_at(-1)
    assert states["A"]["log"] == states["B"]["log"] == states["A"]["log"] and repr(states["A"]["log"]) == "[Entry(n=1)]"


def good():
    """The JSON data of a trace with a bit of everything, made anew."""
    run = Run(Store, 2, script=[at(1, request("A", Put("x", 1), client="alice")), at(2, crash("B"))])
    data = json.loads(TRACES[0].to_json())
    data["operations"] = json.loads(simulate(run).to_json())["operations"]
    return data


def step(kind, **changes):
    """Change the first step of a kind; ... takes the key away."""
    def change(data):
        one = next(one for one in data["steps"] if one["kind"] == kind)
        for key, value in changes.items():
            one.pop(key, None) if value is ... else one.update({key: value})
    return change


def part(key, **changes):
    """Change the first element of a list of the trace."""
    return lambda data: data[key][0].update(changes)


def whole(**changes):
    return lambda data: data.update(changes)


DEEP = {"tuple": []}
for _ in range(400):
    DEEP = {"tuple": [DEEP]}

DAMAGES = {
    "another format": (whole(format="csv"), "not a trace: the key 'format' is 'csv', expected 'dslab-trace'"),
    "a later version": (whole(version=2), "the trace has version 2; this dslab reads version 1"),
    "a missing part": (lambda data: data.pop("messages"), "the key 'messages' is missing"),
    "steps that are no list": (whole(steps=3), "the trace is damaged"),
    "a step that is no object": (lambda data: data["steps"].insert(0, 3), "the trace is damaged"),
    "a title that is no text": (whole(title=3), "the title in the trace is 3, expected text"),
    "two nodes of one name": (lambda data: data["nodes"].append(data["nodes"][0]), "two nodes of the trace have the name 'A'"),
    "two messages of one name": (part("messages", name="B->E#1"), "two messages of the trace have the name 'B->E#1'"),
    "a node without protocol": (lambda data: data["nodes"][0].pop("protocol"), "the key 'protocol' is missing"),
    "an unknown node": (step("timer", node="Q"), r"step \d+ of the trace names node 'Q', which its header does not list"),
    "a node that is no text": (step("timer", node=["A"]), r"names node \['A'\]"),
    "a receiver nobody knows": (part("messages", dst="Q"), "message 0 of the trace names node 'Q'"),
    "an unknown node in a link": (whole(links=[["A", "Q"]]), "a link of the trace names node 'Q'"),
    "an initial state of nobody": (whole(initial={"Q": {}}), "the initial state of the trace names node 'Q'"),
    "time going backwards": (step("crash", time=1.0), r"step \d+ of the trace is at 1.0 ms, before the step that precedes it \("),
    "time that is not a number": (step("crash", time="noon"), r"the time of step \d+ in the trace is 'noon', expected a number"),
    "time without end": (step("crash", time=float("nan")), "is nan, expected a number"),
    "a message without end": (part("messages", arrives=float("inf")), "arrives of message 0 in the trace is inf"),
    "a cause that lies ahead": (step("timer", cause=90), r"step \d+ of the trace is caused by step 90, which is not before it"),
    "a cause below 0": (step("timer", cause=-1), r"the cause of step \d+ of the trace names number -1 of its \d+ steps"),
    "a message that is not there": (step("receive", message=99_999), "names number 99999 of its .* messages"),
    "a message below 0": (step("receive", message=-1), "names number -1 of its .* messages"),
    "a sent message that is not there": (step("timer", sent=[True]), "names number True of its .* messages"),
    "receiving nothing": (step("receive", message=...), "a receive of no message"),
    "a crash of nobody": (step("crash", node=...), "a 'crash' at no node"),
    "changes at no node": (step("partition", changes={"x": 1}), "a 'partition' at no node"),
    "a timer that is no number": (step("start", timers={"beat": "soon"}), "a timer of step 0 in the trace is 'soon'"),
    "a note that is no text": (step("start", notes=[{}]), "a note of step 0"),
    "an unknown fate": (part("messages", fate="eaten"), "the fate of message 0 is 'eaten', expected one of received, lost, in flight"),
    "an end that is no step": (part("messages", ended=-7), "the end of message 0 of the trace names number -7"),
    "an operation out of nowhere": (part("operations", invoked=-2), "operation 0 of the trace names number -2"),
    "an unknown kind of value": (step("start", changes={"x": {"lambda": "os"}}), "'lambda' is not a kind of value"),
    "a value with two tags": (step("start", changes={"x": {"a": 1, "b": 2}}), "expected an object with one key"),
    "a set of lists": (step("start", changes={"x": {"set": [[1]]}}), "the trace is damaged"),
    "a field that is code": (part("messages", fields={"x): import os #": 1}), "the trace is damaged"),
    "deep nesting": (step("start", changes={"x": DEEP}), "the trace is nested too deeply"),
}


def test_the_undamaged_trace_can_be_read():
    assert len(Trace.from_json(json.dumps(good()))) == len(good()["steps"])


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_trace_is_refused_with_one_sentence(damage):
    change, sentence = DAMAGES[damage]
    data = good()
    change(data)
    with pytest.raises(DslabError, match=sentence) as caught:
        Trace.from_json(json.dumps(data))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 250


@pytest.mark.parametrize("text", ["", "null", "[]", "3", "{", '{"format": "dslab-trace"', "[" * 100_000, "9" * 10_000, "\x80PNG"])
def test_what_is_no_trace_at_all_is_refused_with_one_sentence(text):
    with pytest.raises(DslabError, match="Nothing is loaded|not a trace"):
        Trace.from_json(text)


def test_a_truncated_trace_is_refused_wherever_it_ends():
    text = TRACES[0].to_json()
    for end in range(0, len(text) - 1, len(text) // 40):
        with pytest.raises(DslabError, match="not JSON"):
            Trace.from_json(text[:end])


def test_a_trace_of_an_unknown_protocol_can_be_watched_but_not_edited():
    data = good()
    data["run"]["protocols"] = dict.fromkeys("ABCDE", "elsewhere:Gossip")
    trace = Trace.from_json(json.dumps(data))
    assert trace.run is None and trace.table() == TRACES[0].table()
