"""ShiViz logs: what is read has the clocks of the log, what is written is read back, and a bad log gets a sentence."""

import json
import subprocess
from itertools import combinations

import pytest
from oracles import files
from samples import Quiet, gossip_run
from test_contract import DEMOS, MODULES

from dslab.diagrams.diagram import diagram
from dslab.run import Run
from dslab.shiviz import DEFAULT, read_shiviz, to_shiviz
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.values import DslabError

ON_ONE_LINE = r"user/(?<host>\S*)\] (?<clock>{.*}) (?<event>.*)"
KNOWN = {            # of each log, its pattern, and how many events, hosts and concurrent pairs it has
    "parcels": (ON_ONE_LINE, 34, 3, 53), "simple-reliable-broadcast": (ON_ONE_LINE, 39, 3, 195),
    "kitchen": (DEFAULT, 40, 4, 294), "facebook": (DEFAULT, 47, 4, 68),
}
LOGS = files("clocks/*.log", "clocks/*.log")
JOIN = """\
A works
A {"A": 1}
B works
B {"B": 1}
C has heard of both
C {"A": 1, "B": 1, "C": 1}
C goes on
C {"A": 1, "B": 1, "C": 2}
"""
each_log = pytest.mark.parametrize("path", LOGS, ids=lambda path: path.stem)


def log(*events: tuple[str, dict]) -> str:
    """A log in the form that ShiViz expects, each event with its own number as its words."""
    return "".join(f"event {clock.get(host)}\n{host} {json.dumps(clock)}\n" for host, clock in events)


def clocks(trace: Trace) -> list[tuple[str, dict[str, int]]]:
    """The host and the clock of each step that has one, without zeros."""
    return [(step.node, {node: count for node, count in zip(trace.nodes, step.vector, strict=True) if count})
            for step in trace if step.node and step.vector]


def arrows(trace: Trace) -> set[tuple[str, str]]:
    """The messages as (words of the sending event, words of the receiving one)."""
    return {(trace[one.sent].name, trace[one.ended].name) for one in trace.messages}


# ---- reading -----------------------------------------------------------------------------------------------------

@each_log
def test_a_recorded_log_has_the_published_number_of_concurrent_pairs(path):
    pattern, events, hosts, concurrent = KNOWN[path.stem]
    trace = read_shiviz(path.read_text(encoding="utf-8"), pattern)
    pasts = [trace.causal_past(k) for k in range(len(trace))]
    apart = sum(a not in pasts[b] and b not in pasts[a] for a, b in combinations(range(len(trace)), 2))
    assert (len(trace), len(trace.nodes), apart) == (events, hosts, concurrent)


@each_log
def test_the_clocks_that_follow_from_the_messages_are_those_of_the_log(path):
    """The trace computes its vectors from the inferred messages: they are right if nothing is missing or too much."""
    text = path.read_text(encoding="utf-8")
    told = [json.loads(line[line.index("{"):line.rindex("}") + 1]) for line in text.splitlines() if "{" in line]
    found = [clock for _, clock in clocks(read_shiviz(text, KNOWN[path.stem][0]))]
    assert sorted(map(str, map(sorted, map(dict.items, found)))) == sorted(map(str, map(sorted, map(dict.items, told))))


@pytest.mark.parametrize("path", [path for path in LOGS if KNOWN[path.stem][0] == ON_ONE_LINE],
                         ids=lambda path: path.stem)
def test_each_receipt_is_an_arrow_from_its_sending(path):
    """These logs name both ends of a message: every inferred one joins a sending and the receipt of the same."""
    trace = read_shiviz(path.read_text(encoding="utf-8"), ON_ONE_LINE)
    receipts = {step.index for step in trace if step.name.startswith("Received")}
    assert {one.ended for one in trace.messages} == receipts
    for one in trace.messages:
        what, _, src = trace[one.ended].name.removeprefix("Received ").rpartition(" from ")
        assert (one.src, trace[one.sent].name) == (src, f"Sending {what} to {one.dst}")


def test_effects_that_stand_first_in_the_file_wait_for_their_causes():
    trace = read_shiviz(log(("B", {"A": 2, "B": 1}), ("A", {"A": 2}), ("A", {"A": 1}), ("B", {"A": 2, "B": 2})))
    assert [(step.node, step.name) for step in trace] == [
        ("A", "event 1"), ("A", "event 2"), ("B", "event 1"), ("B", "event 2")]
    assert trace.nodes == ("B", "A")            # in the order of the file


def test_a_file_in_causal_order_keeps_its_order():
    text = to_shiviz(simulate(gossip_run()))
    assert to_shiviz(read_shiviz(text)) == text


def test_what_was_known_by_way_of_another_needs_no_message_of_its_own():
    trace = read_shiviz(log(("A", {"A": 1}), ("B", {"A": 1, "B": 1}), ("C", {"A": 1, "B": 1, "C": 1})))
    assert [one.name for one in trace.messages] == ["A->B#1", "B->C#1"]


def test_an_event_that_hears_of_two_at_once_had_two_messages():
    trace = read_shiviz(JOIN)
    assert arrows(trace) == {("A works", "C has heard of both"), ("B works", "C has heard of both")}
    assert trace[2].vector == (1, 1, 1) and trace[2].lamport == 2 and trace.causal_past(3) == {0, 1, 2}
    assert Trace.from_json(trace.to_json()).causal_past(3) == {0, 1, 2}


def test_both_messages_of_one_event_are_in_the_text_of_the_diagram():
    line = diagram(read_shiviz(JOIN)).text.splitlines()[4]
    assert line.split()[2:4] == ["├────├───►■", "C:"] and line.endswith("C: C has heard of both")


def test_a_log_is_told_in_its_own_words():
    trace = read_shiviz(JOIN)
    assert trace.describe(2) == "C: C has heard of both."
    assert "C: C goes on" in trace.table() and ">C has heard of both</text>" in diagram(trace).svg
    assert "event" in diagram(trace, kinds="event").text


@pytest.mark.parametrize("pattern", [
    r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})",
    r"(?P<event>.*)\n(?P<host>\S*) (?P<clock>{.*})",
    r"^(?<event>.*)$\n(?<host>(?<!{)\S*)(?<= |\S) (?<clock>{.*})$",
])
def test_a_pattern_may_be_javascript_or_python(pattern):
    assert read_shiviz(JOIN, pattern).to_json() == read_shiviz(JOIN).to_json()


def test_line_ends_of_windows_and_lines_between_events_do_not_matter():
    text = "# a heading\n\n" + JOIN.replace("\nB works", "\n\n\nB works")
    assert read_shiviz(text.replace("\n", "\r\n")).to_json() == read_shiviz(JOIN).to_json()


# ---- bad logs ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "sentence"), [
    ("", "matches nothing in this log"),
    ("x\nA {1}\n", "line 2 of the log: the clock '{1}' is no JSON object"),
    ("x\nA {" + '"A":{' * 100_000 + "}\n", "is no JSON object"),
    ("x\nA {}\n", "line 2 of the log: the clock of A has no entry of its own"),
    ("x\nalice {\"alcie\": 1}\n", "the clock of alice has no entry of its own. Did you mean 'alcie'?"),
    ("x\n {\"A\": 1}\n", "a host without a name"),
    ("x\nA {\"A\": \"1\"}\n", "line 2 of the log: the clock's entry of A is '1', expected a whole number"),
    ("x\nA {\"A\": true}\n", "is True, expected a whole number"),
    ("x\nA {\"A\": 1.5}\n", "is 1.5, expected a whole number"),
    ("x\nA {\"A\": -1}\n", "is -1, expected a whole number"),
    (log(("A", {"A": 2})), "line 2 of the log: A's own entry is 2, expected 1: at each host it must run 1, 2, 3"),
    (log(("A", {"A": 1}), ("A", {"A": 3})), "line 4 of the log: A's own entry is 3, expected 2"),
    (log(("A", {"A": 1}), ("A", {"A": 1})), "line 4 of the log: A's own entry is 1, expected 2"),
    (log(("alice", {"alice": 1}), ("B", {"alcie": 1, "B": 1})),
     "line 4 of the log: the clock names the host 'alcie', which has no event. Did you mean 'alice'?"),
    (log(("A", {"A": 1}), ("B", {"A": 7, "B": 1})),
     "line 4 of the log: the clock counts 7 events of A, but the log has 1"),
    (log(("A", {"A": 1}), ("B", {"A": 1, "B": 1}), ("B", {"B": 2})),
     "line 6 of the log: event 2 of B knows of event 1 of B, but not of event 1 of A, which came before that"),
    (log(("A", {"A": 1}), ("B", {"A": 1, "B": 1}), ("C", {"B": 1, "C": 1})),
     "line 6 of the log: event 1 of C knows of event 1 of B, but not of event 1 of A"),
    (log(("A", {"A": 1, "B": 1}), ("B", {"A": 1, "B": 1})), "line 2 of the log: event 1 of A comes before itself"),
])
def test_a_bad_log_is_refused_with_its_line(text, sentence):
    with pytest.raises(DslabError) as problem:
        read_shiviz(text)
    assert sentence in str(problem.value) and "\n" not in str(problem.value)


@pytest.mark.parametrize(("pattern", "sentence"), [
    ("(?<host>", "is no regular expression"),
    (r"(?<event>.*)\n(?<host>\S*)", "has no group (?<clock>...): it needs host, clock, event"),
    (r"(?<event>never)(?<host>\S*) (?<clock>{.*})", "matches nothing in this log"),
])
def test_a_bad_pattern_is_refused(pattern, sentence):
    with pytest.raises(DslabError) as problem:
        read_shiviz(JOIN, pattern)
    assert sentence in str(problem.value)


# ---- writing -----------------------------------------------------------------------------------------------------

TRACES = {name: simulate(MODULES[name].DEMO) for name in DEMOS} | {
    f"gossip {seed}": simulate(gossip_run(seed)) for seed in range(8)}


@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
def test_a_trace_read_back_has_the_same_clocks(trace):
    again = read_shiviz(to_shiviz(trace))
    assert clocks(again) == clocks(trace) != []


@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
def test_a_trace_read_back_has_those_messages_that_brought_news(trace):
    """All inferred messages were sent; a message that told nothing new leaves no trace in the clocks."""
    kept = [step.index for step in trace if step.node and step.vector]
    sent = {(one.src, one.dst, one.sent, one.ended) for one in trace.messages}
    for one in read_shiviz(to_shiviz(trace)).messages:
        assert (one.src, one.dst, kept[one.sent], kept[one.ended]) in sent


def test_steps_that_no_node_notices_are_left_out():
    trace = TRACES["gossip 3"]
    silent = [step for step in trace if step.vector is None]
    assert {"partition", "loss", "pause", "clock"} <= {step.kind for step in silent}
    assert len(read_shiviz(to_shiviz(trace))) == len(trace) - len(silent)


@pytest.mark.parametrize("names", [("a b", "a_b", "a\tb"), ("x {1}", "{}", "{ {"), ('"', "\\", "é\u2028")])
def test_names_that_the_format_cannot_hold_stay_apart(names):
    trace = simulate(Run(Quiet, names).replace(script=(), duration=10))
    events = [{"node": name, "kind": "event", "name": f"{name} {{1}}\n\u2028two", "time": 0.0} for name in names]
    data = trace.to_dict() | {"steps": events, "run": None}
    again = read_shiviz(to_shiviz(Trace.from_json(json.dumps(data))))
    assert len(again) == len(set(again.nodes)) == 3 and [step.vector for step in again] == [
        (1, 0, 0), (0, 1, 0), (0, 0, 1)]


def test_an_event_without_words_is_not_lost():
    """ShiViz takes away the blank lines before the first event."""
    assert to_shiviz(read_shiviz('\nA {"A": 1}\n')) == 'event\nA {"A": 1}\n'


def test_shiviz_own_expression_finds_every_event(node):
    """In JavaScript, as ShiViz does it: the default expression, matched again and again over the trimmed text."""
    program = """
        const text = require("fs").readFileSync(0, "utf8").trim();
        const found = [...text.matchAll(/(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})/g)];
        console.log(JSON.stringify(found.map(({groups}) => [groups.host, JSON.parse(groups.clock)])));
    """
    for trace in TRACES.values():
        run = subprocess.run([node, "-e", program], input=to_shiviz(trace), capture_output=True, text=True, check=True)
        assert [tuple(pair) for pair in json.loads(run.stdout)] == clocks(trace)
