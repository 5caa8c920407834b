"""Two runs beside each other: which steps correspond, what a node can tell apart, and what a notebook shows of it."""

import json
import re
from itertools import combinations
from random import Random
from types import SimpleNamespace

import pytest

from dslab import (
    DslabError,
    Node,
    Run,
    Trace,
    at,
    clock,
    compare,
    crash,
    cut,
    delay,
    drop,
    duplicate,
    judge,
    pause,
    simulate,
)
from dslab.checkers.indistinguishable import local_view, same_view, view_of
from dslab.checkers.side_by_side import Comparison, _by_time, first_different_step
from dslab.experiments.messenger_losses import losing
from dslab.player.nbconvert import STATE, VIEW, Players
from dslab.protocols.byzantine import FIGURE_1, FIGURE_2
from dslab.protocols.clock_sync import asking
from dslab.protocols.failure_detectors import silence
from dslab.protocols.raft import DEMO, Raft
from dslab.protocols.rpc import unplugged
from dslab.protocols.two_generals import PROMISES, generals, last_needed, messenger
from dslab.script import At
from dslab.values import first_difference

CAREFUL = generals(4, last_needed(4))
PAIRS = {
    "two generals": (CAREFUL, losing(CAREFUL, [4])), "Byzantine generals": (FIGURE_1, FIGURE_2),
    "unplugged": (unplugged(15), unplugged(32)), "two worlds": (asking(offset=50, there=15, back=5),
                                                                asking(offset=60, there=5, back=15)),
    "silence": (silence("crashed"), silence("slow")), "a crash": (DEMO, DEMO.plus(at(300, crash("A")))),
}
each_pair = pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)


# ---- what a node sees ----

@each_pair
def test_a_comparison_and_same_view_agree_about_every_node(pair):
    one, other = map(simulate, pair)
    for node in one.nodes:
        assert compare(one, other, view=node).same == same_view(one, other, node)


@each_pair
def test_a_local_view_is_a_trace_that_holds_what_the_node_sees_and_nothing_else(pair):
    for run in pair:
        trace = simulate(run)
        for node in trace.nodes:
            seen = local_view(trace, node)
            assert view_of(seen, node) == view_of(trace, node)
            assert {step.node for step in seen} <= {node} and all(node in (m.src, m.dst) for m in seen.messages)
            assert not any(state for other, state in seen.initial.items() if other != node)
            assert all(message.fate != "lost" for message in seen.messages)
            assert Trace.from_json(seen.to_json()).to_json() == seen.to_json()


def test_a_local_view_does_not_show_whether_a_message_was_lost():
    arrives, is_lost = (local_view(simulate(run), "B").to_dict() for run in PAIRS["two generals"])
    assert arrives["steps"] == is_lost["steps"] and arrives["messages"] == is_lost["messages"]
    assert simulate(PAIRS["two generals"][1]).messages[3].fate == "lost"


class Chooses(Node):
    """Puts out a number, and keeps nothing."""

    def on_start(self):
        self.output("chosen", self.draw(range(1000)))


def test_what_a_node_puts_out_it_knows():
    runs = [Run(Chooses, 1, seed=seed) for seed in (1, 2)]
    assert not compare(*runs, view="A").same and not compare(*runs).same
    assert compare(runs[0], runs[0], view="A").same


def test_a_local_view_goes_by_the_clock_of_its_node():
    seen = local_view(simulate(PAIRS["two worlds"][1]), "S")
    assert [step.time for step in seen if step.kind == "receive"] == [165.0]


# ---- which steps correspond ----

@each_pair
@pytest.mark.parametrize("whole", [True, False])
def test_every_step_of_both_is_in_one_pair_in_the_order_of_time(pair, whole):
    traces = tuple(map(simulate, pair))
    for view in [None] if whole else traces[0].nodes:
        found = Comparison(("", ""), traces, view)
        for side, trace in enumerate(found.seen):
            steps = [one[side] for one in found.pairs if one[side] is not None]
            assert sorted(steps) == list(range(len(trace)))
        times = [found.time(one) for one in found.pairs]
        assert times == sorted(times)
        assert all(one.same <= (None not in (one.one, one.other)) for one in found.pairs)


def test_runs_are_in_step_until_they_differ_and_at_the_same_time_from_there_on():
    found = compare(*PAIRS["a crash"]).comparison
    first = first_different_step(*found.traces)
    assert found.first == first and found.pairs[first].one is None
    assert found.traces[1][found.pairs[first].other].kind == "crash"
    assert [(pair.one, pair.other) for pair in found.pairs[:first]] == [(k, k) for k in range(first)]
    assert any(pair.same for pair in found.pairs[first:]), "steps that the crash did not change stand together"


def test_a_message_that_is_lost_at_once_is_a_difference_of_the_runs_and_none_to_its_sender():
    lost = CAREFUL.plus(at(0, drop(messenger(4))))
    assert compare(CAREFUL, lost, view="B").same and not compare(CAREFUL, lost).same


RANDOM = Random(12)
MESSAGES = [message.name for message in simulate(DEMO).messages]


def mishap() -> At:
    """Something that goes wrong, mostly in two nodes, so that others often see nothing of it."""
    node, other = RANDOM.sample("ABCDE", 2)
    name = RANDOM.choice(MESSAGES)
    action = RANDOM.choice([crash(node), pause(node), cut(node, other), drop(name), delay(name, by=20), duplicate(name),
                            clock(node, offset=RANDOM.choice((-300, 90)))])
    return at(RANDOM.uniform(0, 900), action)


@pytest.mark.parametrize("events", [(mishap(), mishap()) for _ in range(12)], ids=str)
def test_what_a_node_cannot_tell_apart_has_no_difference_and_what_it_can_begins_at_its_first_one(events):
    runs = DEMO, DEMO.plus(events[0]), DEMO.plus(*events)
    for one, other in combinations(map(simulate, runs), 2):
        for node in one.nodes:
            mine, its = view_of(one, node), view_of(other, node)
            differ = first_difference(mine, its)
            found = compare(one, other, view=node)
            assert (found.same, found.first) == (differ is None, differ)
            assert compare(other, one, view=node).first == differ


def test_two_orders_of_the_same_steps_differ_where_a_clock_was_set_back():
    forth, back = ([SimpleNamespace(time=time, node="A", name=name) for name, time in order]
                   for order in ([("x", 10), ("y", 5), ("z", 11)], [("x", 10), ("z", 11), ("y", 5)]))
    assert [one is not None and other is not None and one.name == other.name
            for one, other in _by_time(forth, back)].index(False) == 1


# ---- what is said ----

def test_the_sentence_names_the_first_step_of_the_node_that_differs():
    found = compare(*PAIRS["two generals"], view="A", titles=("it arrives", "it is lost"))
    assert found.sentence().startswith("To A the two runs look the same up to its step 2. From its step 3 on it can "
                                       "tell them apart. it arrives: ")
    assert found.sentence().endswith("it is lost: nothing at that time.")
    assert view_of(simulate(CAREFUL), "A")[found.first].kind == "receive"


def test_a_difference_at_the_start_and_none_at_all_are_said_so():
    assert compare(CAREFUL, CAREFUL).sentence() == "The two runs are alike in every step."
    plan = {"A": {**CAREFUL.initial["A"], "knows": []}, "B": CAREFUL.initial["B"]}
    without = CAREFUL.replace(initial=plan)
    assert compare(CAREFUL, without, view="A").comparison.verdict() == (
        "A can tell the two runs apart from its first step on.")
    assert compare(CAREFUL, without).comparison.verdict() == "The two runs differ from their first step on."


def test_steps_that_differ_in_the_state_only_show_the_state():
    found = compare(FIGURE_1, FIGURE_2, view="C").comparison
    cells = [found.cells(pair) for pair in found.pairs if not pair.same]
    assert all(one != other for one, other in cells)


@each_pair
def test_the_text_has_two_columns_and_fits_a_notebook(pair):
    lines = repr(compare(*pair)).splitlines()
    assert max(map(len, lines[1:])) <= 120 and any("≠" in line for line in lines)
    assert repr(compare(*pair)) == repr(compare(*map(simulate, pair)))


def test_verdicts_are_compared_by_their_traces():
    broken = judge(simulate(PAIRS["two generals"][1]), PROMISES)[0]
    assert compare(CAREFUL, broken, view="B").same


# ---- what the browser gets ----

@each_pair
@pytest.mark.parametrize("lang", ["en", "zh", "ja"])
def test_the_payload_is_json_and_hides_nothing_but_what_the_node_cannot_see(pair, lang):
    data = compare(*pair, view=simulate(pair[0]).nodes[0], lang=lang).payload
    assert json.loads(json.dumps(data)) == data and data["lang"] == lang
    for side in data["sides"]:
        whole, seen = side["trace"]["steps"], side["local"]["steps"]
        assert [whole[index]["kind"] for index in side["own"]] == [step["kind"] for step in seen]
        assert len(side["positions"]) == len(side["trace"]["nodes"])


def test_a_page_without_a_kernel_holds_the_comparison(monkeypatch):
    shown = compare(FIGURE_1, FIGURE_2, view="B")
    table = shown._repr_mimebundle_()["text/html"]
    assert table.startswith("<p>To B ") and table.count("<tr>") == 1 + len(shown.comparison.pairs)
    monkeypatch.setenv("DSLAB_STATIC", "1")
    assert "<iframe" in shown._repr_mimebundle_()["text/html"]


def test_a_saved_comparison_becomes_a_page_of_its_own():
    from nbformat.v4 import new_code_cell, new_notebook, new_output
    state = {"m1": {"state": {"payload": compare(FIGURE_1, FIGURE_2, view="B").payload}}}
    output = new_output("display_data", {VIEW: {"model_id": "m1"}, "text/plain": "two figures"})
    notebook = new_notebook(cells=[new_code_cell(outputs=[output])], metadata={"widgets": {STATE: {"state": state}}})
    made, _ = Players().preprocess(notebook, {})
    assert "<iframe" in made.cells[0].outputs[0].data["text/html"] and "widgets" not in made.metadata


@pytest.mark.parametrize("node, answer", [("B", "no"), ("A", "yes")])
def test_a_comparison_can_be_shown_after_the_question_whether_the_node_can_tell_the_runs_apart(node, answer):
    asked = compare(*PAIRS["two generals"], view=node, ask=True, section="2.1.4")
    lines = str(asked).splitlines()
    assert lines[:2] == [f"Can {node} tell the two runs apart?", f"answer: {answer}"]
    assert lines[2].startswith(f"To {node} the two runs look the same")
    assert "<details><summary>Answer" in asked._repr_html_() and asked.data["section"] == "2.1.4"
    assert str(compare(CAREFUL, CAREFUL, ask="Is there a difference?")).startswith("Is there a difference?\nanswer: no")


def test_names_in_a_table_are_text():
    assert "<b>" not in compare(CAREFUL, CAREFUL, titles=("<b>one</b>", "two")).still()["text/html"]
    with pytest.raises(DslabError, match="expected two names"):
        compare(CAREFUL, CAREFUL, titles=("one",))


@pytest.mark.parametrize(("view", "words"), [
    ("Z", "view='Z': the first run has no such node, it has A, B"), ("b", "Did you mean 'B'"), (3, "view=3"),
    ("B ", "Did you mean 'B'"), (["B"], "view="), ("", "view=''"),
])
def test_a_node_that_is_not_there_is_named_with_the_nearest(view, words):
    with pytest.raises(DslabError, match=re.escape(words)):
        compare(FIGURE_1, FIGURE_2, view=view)


def test_runs_of_different_length_and_size_are_compared_as_far_as_they_go():
    short, long = (Run(Raft, size, duration=end) for size, end in ((3, 300), (5, 900)))
    assert compare(short, long).first == 3                      # where D starts
    assert compare(short, short, view="A").same
    with pytest.raises(DslabError, match="the first run has no such node, it has A, B, C"):
        compare(short, long, view="D")
    with pytest.raises(DslabError, match="the second run has no such node, it has A, B, C"):
        compare(long, short, view="D")
