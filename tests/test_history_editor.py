"""The editor of histories: what it begins with, and what the kernel answers when bars have been dragged and edited."""

import json

import pytest

from dslab import REGISTER, DslabError
from dslab.checkers.history import Operation
from dslab.checkers.lines import LECTURE
from dslab.checkers.specs import KEY_VALUE, SET, Spec
from dslab.widgets.history_editor import history_editor


def asked(editor, *, points=None, serial=7, **changes):
    """What an editor answers to its operations; `changes` are those of some, by their ids."""
    bars = [bar | changes.get(bar["id"], {}) for bar in editor.payload["sheet"]["bars"]]
    editor.receive({"type": "judge", "serial": serial, "bars": bars, "points": points})
    json.dumps(editor.judged, allow_nan=False)
    return editor.judged


def test_it_opens_with_the_ten_operations_and_the_two_that_contradict_each_other():
    editor = history_editor()
    model, = editor.judged["models"]
    said = {bar["id"]: f"{bar['client']} {bar['call']} {bar['result']}" for bar in editor.payload["sheet"]["bars"]}
    assert model["status"] == "no" and [said[id] for id in model["conflict"]] == ["A get 4", "B get 2"]
    assert repr(editor) == "<history to edit: 10 operations of A, B, C, D on a compare-and-set register>"


def test_a_last_read_of_4_is_explained_with_a_point_for_each_and_the_states_of_the_register():
    """Curriculum D6.5 and N35."""
    editor = history_editor()
    last = next(bar["id"] for bar in editor.payload["sheet"]["bars"] if bar["invoked"] == 7.85)
    told = asked(editor, **{last: {"result": "4"}})
    model, = told["models"]
    assert told["serial"] == 7 and model["status"] == "yes" and len(model["points"]) == 10
    assert model["orders"] == [["", sorted(model["points"], key=model["points"].get)]]
    assert [text for _, text in told["states"]] == ["0", "1", "2", "4"]


def test_a_bar_that_is_dragged_in_time_may_be_explained():
    editor = history_editor("A: write 1 [0, 2]\nB: read -> none [3, 4]", REGISTER)
    assert editor.judged["models"][0]["status"] == "no"
    assert asked(editor, o1={"invoked": 1, "returned": 2})["models"][0]["status"] == "yes"
    assert asked(editor, o0={"returned": None})["models"][0]["status"] == "yes", "a write that never returned"


def test_the_bars_may_change_their_order():
    editor = history_editor("A: write 1 [0, 2]\nB: read -> 1 [3, 4]", REGISTER)
    told = asked(editor, o0={"invoked": 5, "returned": 6})
    assert told["models"][0]["conflict"] == ["o1", "o0"]


def test_points_of_the_reader_are_judged_beside_the_verdict():
    editor = history_editor("A: write 1 [0, 4]\nB: read -> 1 [1, 5]", REGISTER)
    told = asked(editor, points={"o0": 2, "o1": 1.5})
    assert told["mine"] == {"holds": False, "stuck": "o1", "states": [], "sentence":
                            "operation 1 in the order of the points is B's read -> 1, and there it would be told None"}
    assert asked(editor, points={"o0": 2, "o1": 3})["mine"]["holds"]
    assert asked(editor)["mine"] is None


def test_with_models_there_are_four_verdicts_with_their_evidence():
    """Curriculum D6.10."""
    editor = history_editor("A: write 1 [0, 1]\nB: read -> none [2, 3]", REGISTER, models=True)
    assert [(one["model"], one["status"]) for one in editor.judged["models"]] == [
        ("linearizable", "no"), ("sequentially consistent", "yes"), ("causally consistent", "yes"),
        ("serializable", "yes")]
    assert editor.judged["models"][1]["orders"] == [["", ["o1", "o0"]]]
    assert [client for client, _ in editor.judged["models"][2]["orders"]] == ["A", "B"]


@pytest.mark.parametrize("change, why", [
    ({"call": "wirte 1"}, "a register knows read and write value; it does not know ('wirte', 1)"),
    ({"call": ""}, "'' is no call, expected a name and plain arguments"),
    ({"call": "read -> 1"}, "'read -> 1' has an arrow in it: the result stands in a field of its own"),
    ({"call": "write 'x"}, "is no call"), ({"returned": -1}, "returned at -1, before it was invoked at 0"),
    ({"client": "B", "invoked": 3.5}, "a client has one operation open at a time"),
])
def test_what_cannot_be_judged_is_told_in_a_sentence_and_no_verdict_is_left(change, why):
    editor = history_editor("A: write 1 [0, 5]\nB: read -> 1 [3, 4]", REGISTER)
    told = asked(editor, o0=change)
    assert why in told["wrong"] and told["models"] == [] and told["serial"] == 7


def test_a_specification_of_one_s_own_may_fail_without_a_traceback():
    def step(state, call):
        return {"a": 1}[call[0]], None

    editor = history_editor([Operation("A", ("a",), 0, 1, None)], Spec("thing", 0, step))
    assert asked(editor, o0={"call": "b"})["wrong"] == "KeyError: 'b'"


def test_values_of_all_kinds_come_back_as_they_were():
    history = [Operation("A", ("add", "x y"), 0, 1), Operation("B", ("read",), 2, 3, frozenset({"x y"}))]
    assert asked(history_editor(history, SET))["models"][0]["status"] == "yes"
    history = [Operation("A", ("put", "k", "true"), 0, 1), Operation("B", ("get", "k"), 2, 3, "true"),
               Operation("B", ("get", "k"), 4, 5, True)]
    assert asked(history_editor(history, KEY_VALUE))["models"][0]["conflict"] == ["o2"]


def test_a_closed_verdict_is_not_in_the_text_form():
    editor = history_editor(verdict=False)
    assert editor.payload["open"] is False and "linearizable" not in repr(editor)


def test_messages_that_are_no_question_are_ignored():
    editor = history_editor()
    before = editor.judged
    editor.receive({"type": "something"})
    assert editor.judged is before
    editor.receive({"type": "judge", "serial": 3})
    assert editor.judged["serial"] == 3 and editor.judged["wrong"]


def test_one_operation_too_many_is_refused_and_not_left_out_of_the_verdict():
    editor = history_editor([Operation("A", ("read",), n, n + 0.5, None) for n in range(40)], REGISTER)
    bars = editor.payload["sheet"]["bars"]
    more = [*bars, bars[0] | {"id": "o40", "invoked": 50, "returned": 51}]
    editor.receive({"type": "judge", "serial": 1, "bars": more})
    assert editor.judged["wrong"] == "there is room for 40 operations, and these are 41: remove some"


@pytest.mark.parametrize("history, spec, why", [
    ("A: wirte 1 [0, 1]", REGISTER, "it does not know ('wirte', 1)"), ("hello", REGISTER, "line 1 is 'hello'"),
    (LECTURE, REGISTER, "a register knows read and write value; it does not know ('cas'"),
    ([Operation("A", ("read",), n, n + 0.5, None) for n in range(41)], REGISTER,
     "there is room for 40 operations of 8 clients, and this history has 41 of 1: give some of them"),
    ([Operation(f"{n}", ("read",), 0, 1, None) for n in range(9)], REGISTER, "and this history has 9 of 9"),
    (3, REGISTER, "expected a Trace or a list of operations, not 3"),
])
def test_a_history_that_cannot_be_shown_is_refused(history, spec, why):
    with pytest.raises(DslabError) as caught:
        history_editor(history, spec)
    assert why in str(caught.value)
