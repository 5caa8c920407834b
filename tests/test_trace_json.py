"""Reading a trace back from a file: all of it, or one sentence and nothing."""

import json

import pytest
from samples import Put, Quiet, Store, gossip_run

from dslab.node import message
from dslab.protocols import raft
from dslab.run import Run
from dslab.script import at, crash, request
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.values import DslabError

TRACES = [simulate(gossip_run(seed)) for seed in range(2)]
each_trace = pytest.mark.parametrize("trace", TRACES, ids=range(2))


@each_trace
def test_a_trace_survives_json(trace):
    again = Trace.from_json(trace.to_json())
    assert again.to_json() == trace.to_json() and again.table() == trace.table() and again.run == trace.run
    assert again.state_at(-1) == trace.state_at(-1) and again.up_at(50) == trace.up_at(50)
    assert again.causal_past(-1) == trace.causal_past(-1) and len(again.in_flight(60)) == len(
        trace.in_flight(60)
    )
    assert again.outputs() == trace.outputs() and again.faults == trace.faults and again.end == trace.end


def test_what_a_protocol_calls_a_log_is_in_the_trace_and_older_traces_have_none():
    class Logger(Quiet):
        logs = (("log", "sure"), ("notes", ""))

        def init(self):
            self.log, self.sure, self.notes = [], 0, []

    data = json.loads(simulate(Run(Logger, 1)).to_json())
    assert data["nodes"][0].pop("logs") == [["log", "sure"], ["notes", ""]]
    assert Trace.from_json(json.dumps(data)).infos[0].logs == ()
    data["nodes"][0]["logs"] = [["log", "sure"]]
    assert Trace.from_json(json.dumps(data)).infos[0].logs == (("log", "sure"),)
    for wrong in ([["log"]], ["log"], [["log", 3]], 7):
        data["nodes"][0]["logs"] = wrong
        with pytest.raises(DslabError, match="Nothing is loaded"):
            Trace.from_json(json.dumps(data))


def test_the_marks_of_a_protocol_are_in_the_trace_and_damaged_ones_are_not_loaded():
    data = json.loads(simulate(raft.DEMO.replace(duration=10)).to_json())
    server, client = data["nodes"][0], data["nodes"][-1]
    assert server["marks"][0] == {"kind": "quorum", "attribute": "votes", "role": "candidate", "words": "votes",
                                  "needed": "majority"}
    assert server["peers"] == 4 and "marks" not in client
    assert Trace.from_json(json.dumps(data)).infos[0].marks == raft.Raft.marks
    damaged = ([{"kind": "star"}], [{"kind": "quorum"}], [{"kind": "lock", "attribute": 3}], ["votes"], 7)
    for wrong in damaged:
        server["marks"] = wrong
        with pytest.raises(DslabError, match="Nothing is loaded"):
            Trace.from_json(json.dumps(data))


def test_equal_messages_are_equal_also_in_a_trace_from_a_file():
    """A promise compares the entries of two logs: it must come to the same verdict."""

    @message
    class Entry:
        n: int

    class Logger(Quiet):
        def init(self):
            self.log = [Entry(1)]

    states = Trace.from_json(simulate(Run(Logger, 2, script=[at(1, crash("A"))])).to_json()).state_at(-1)
    assert (
        states["A"]["log"] == states["B"]["log"] == states["A"]["log"]
        and repr(states["A"]["log"]) == "[Entry(n=1)]"
    )


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


DAMAGES = {
    "another format": (whole(format="csv"), "not a trace: the key 'format' is 'csv', expected 'dslab-trace'"),
    "a later version": (whole(version=4), "the trace has version 4; this dslab reads versions 2 and 3"),
    "an end in prose": (whole(end="reached 30 ms"), "the end in the trace is no reason: a reason is an object"),
    "an end of no kind": (whole(end={"code": "rust"}), "there is no reason 'rust'. Did you mean 'rest'?"),
    "an end without its values": (whole(end={"code": "rest"}), "the reason 'rest' speaks of ms, not of nothing"),
    "an end that cannot be said": (whole(end={"code": "rest", "ms": "noon"}), "cannot be said"),
    "an end with a list": (whole(end={"code": "rest", "ms": [1]}), "a reason's ms is a text or a number"),
    "cut links of nobody": (step("partition", cuts=[["A", "Q"]]), "names node 'Q'"),
    "a missing part": (lambda data: data.pop("messages"), "the key 'messages' is missing"),
    "steps that are no list": (whole(steps=3), "the trace is damaged"),
    "a step that is no object": (lambda data: data["steps"].insert(0, 3), "the trace is damaged"),
    "a title that is no text": (whole(title=3), "the title in the trace is 3, expected text"),
    "two nodes of one name": (
        lambda data: data["nodes"].append(data["nodes"][0]),
        "two nodes of the trace have the name 'A'",
    ),
    "two messages of one name": (
        part("messages", name="B->E#1"),
        "two messages of the trace have the name 'B->E#1'",
    ),
    "a node without protocol": (
        lambda data: data["nodes"][0].pop("protocol"),
        "the key 'protocol' is missing",
    ),
    "an unknown node": (
        step("timer", node="Q"),
        r"step \d+ of the trace names node 'Q', which its header does not list",
    ),
    "a node that is no text": (step("timer", node=["A"]), r"names node \['A'\]"),
    "a receiver nobody knows": (part("messages", dst="Q"), "message 0 of the trace names node 'Q'"),
    "an unknown node in a link": (whole(links=[["A", "Q"]]), "a link of the trace names node 'Q'"),
    "an initial state of nobody": (whole(initial={"Q": {}}), "the initial state of the trace names node 'Q'"),
    "time going backwards": (
        step("crash", time=1.0),
        r"step \d+ of the trace is at 1.0 ms, before the step that precedes it \(",
    ),
    "time that is not a number": (
        step("crash", time="noon"),
        r"the time of step \d+ in the trace is 'noon', expected a number",
    ),
    "time without end": (step("crash", time=float("nan")), "is nan, expected a number"),
    "a message without end": (
        part("messages", arrives=float("inf")),
        "arrives of message 0 in the trace is inf",
    ),
    "a cause that lies ahead": (
        step("timer", cause=90),
        r"step \d+ of the trace is caused by step 90, which is not before it",
    ),
    "a cause below 0": (
        step("timer", cause=-1),
        r"the cause of step \d+ of the trace names number -1 of its \d+ steps",
    ),
    "a message that is not there": (step("receive", message=99_999), "names number 99999 of its .* messages"),
    "a message below 0": (step("receive", message=-1), "names number -1 of its .* messages"),
    "a sent message that is not there": (step("timer", sent=[True]), "names number True of its .* messages"),
    "receiving nothing": (step("receive", message=...), "a receive of no message"),
    "a request to nobody": (step("request", request=["alice", "Q", None]), "names node 'Q'"),
    "a crash of nobody": (step("crash", node=...), "a 'crash' at no node"),
    "changes at no node": (step("partition", changes={"x": 1}), "a 'partition' at no node"),
    "a timer that is no number": (
        step("start", timers={"beat": "soon"}),
        "a timer of step 0 in the trace is 'soon'",
    ),
    "a note that is no text": (step("start", notes=[{}]), "a note of step 0"),
    "an unknown fate": (
        part("messages", fate="eaten"),
        "the fate of message 0 is 'eaten', expected one of received, lost, in flight",
    ),
    "an end that is no step": (
        part("messages", ended=-7),
        "the end of message 0 of the trace names number -7",
    ),
    "an operation out of nowhere": (
        part("operations", invoked=-2),
        "operation 0 of the trace names number -2",
    ),
    "an unknown kind of value": (
        step("start", changes={"x": {"lambda": "os"}}),
        "'lambda' is not a kind of value",
    ),
    "a value with two tags": (
        step("start", changes={"x": {"a": 1, "b": 2}}),
        "expected an object with one key",
    ),
    "a set of lists": (step("start", changes={"x": {"set": [[1]]}}), "the trace is damaged"),
    "a field that is code": (part("messages", fields={"x): import os #": 1}), "the trace is damaged"),
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


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "3", "{", '{"format": "dslab-trace"', "[" * 100_000, "9" * 10_000, "\x80PNG"]
)
def test_what_is_no_trace_at_all_is_refused_with_one_sentence(text):
    with pytest.raises(DslabError, match="Nothing is loaded|not a trace"):
        Trace.from_json(text)


def test_a_trace_with_a_value_nested_beyond_all_measure_is_refused():
    data = good()
    step("start", changes={"x": "DEEP"})(data)
    for depth in (490, 100_000):
        text = json.dumps(data).replace('"DEEP"', '{"tuple": [' * depth + "]}" * depth)
        with pytest.raises(DslabError, match="nested too deeply|recursion"):
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
