"""What a learner sees: the panel of a report, hints, the answer, forms, and the page over all chapters."""

import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from dslab import ask, exercise, hint, progress, solution
from dslab.exercises.lamport_clock import Clock, Reference, SameStamp
from dslab.grader.catalogue import exercises
from dslab.grader.check import check
from dslab.grader.display import Asked, marks, run_of
from dslab.grader.exercise import BreakIt, Compute, FillIn, MakeItRight, Predict
from dslab.grader.report import OUTCOMES, Report
from dslab.network import Network, constant
from dslab.node import Node
from dslab.player.bundle import style
from dslab.progress_file import note, progress_file, recall
from dslab.protocols.logical_clocks import EXAMPLE, LamportClock, VectorClock, drawing
from dslab.run import Run
from dslab.simulator.simulate import simulate
from dslab.values import DslabError
from dslab.widgets import panel as views
from dslab.widgets.form import DiagramForm, Form, blind, form, parse, standing
from dslab.widgets.grid import Grid
from dslab.widgets.panel import SIGNS, Card, Panel, panel

EVIL = "</script><img src=x onerror=alert(1)>\x1b[31m\u202e'\""


def stamps(trace):
    return {output.values[0]: output.values[1] for output in trace.outputs("event")}


VECTORS = FillIn(
    number="4.2z", title="Vectors", task="Write the vectors.", run=drawing(VectorClock, *EXAMPLE), answer=stamps,
    questions={name: f"the vector of {name}" for name in "abcdefg"}, hints=("Count.",),
    look=lambda trace: {output.values[0]: output.step for output in trace.outputs("event")})


@pytest.fixture(autouse=True)
def memory(tmp_path, monkeypatch):
    monkeypatch.setenv("DSLAB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.delenv("DSLAB_GRADING", raising=False)


@pytest.fixture
def kernel(monkeypatch):
    """As in a notebook: somebody answers the buttons."""
    monkeypatch.setattr(views, "has_kernel", lambda: True)


@pytest.fixture(scope="module")
def wrong() -> Report:
    return check(exercise("4.1"), SameStamp)


# ---- the panel of a report ----

def test_every_outcome_has_a_shape_of_its_own():
    assert set(SIGNS) == set(OUTCOMES) and len(set(SIGNS.values())) == len(OUTCOMES)


def test_without_a_kernel_a_report_is_its_text_and_the_same_as_html(wrong):
    shown = wrong._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html"} and shown["text/plain"] == str(wrong)
    for words in ("Exercise 4.1", "wrong", "has the same timestamp as the send", "IR2", "1 scenario", "SameStamp"):
        assert words in shown["text/html"]


def test_with_a_kernel_a_report_is_a_widget_and_still_its_text(wrong, kernel):
    shown = wrong._repr_mimebundle_()
    assert shown["text/plain"] == str(wrong)
    box = wrong.panel()
    assert [button["label"] for button in box.children[0].buttons] == ["Play it", "Hint"]


def test_play_opens_the_player_at_the_offending_step_once(wrong):
    box = wrong.panel()
    for _ in range(2):
        box.children[0].receive({"type": "press", "place": 0})
    _, player = box.children
    assert player.payload["focus"] == wrong.step and box.children[0].buttons[0]["used"]


def test_the_first_hint_of_a_panel_is_the_one_that_the_mistake_needs(wrong):
    told = wrong.panel().children[0]
    for _ in range(6):
        told.receive({"type": "press", "place": 1})
    first, second, third, fourth, *rest = told.notes
    assert "take the maximum first" in first and second.startswith("Hint 4 of 4")
    assert third.startswith("Hint 1 of 4") and fourth.startswith("Hint 2 of 4")
    assert len(rest) == 1 and rest[0].startswith("You have read all hints")


def test_what_is_right_needs_no_hint_and_what_was_not_run_has_nothing_to_play():
    assert Report(exercise="4.1", outcome="right", sentence="").panel().children[0].buttons == []
    buttons = Report(exercise="4.1", outcome="not attempted", sentence="").panel().children[0].buttons
    assert [button["label"] for button in buttons] == ["Hint"]
    assert Report(exercise="?", outcome="wrong", sentence="").panel().children[0].buttons == []


def test_hostile_texts_stay_texts():
    report = Report(exercise=EVIL, outcome="wrong", sentence=EVIL, rule=EVIL, printed=EVIL, code=EVIL, counted=EVIL)
    page = report._repr_mimebundle_()["text/html"]
    assert "<img" not in page and "</script" not in page and "\u202e" not in page and "\x1b" not in page
    told = json.dumps(report.panel().children[0].told)
    assert "\\u202e" in told and "\u202e" not in json.loads(told)["sentence"]


def test_a_text_without_end_is_cut():
    told = Card(title="long", folded=[("printed", "x" * 1_000_000)]).told()
    assert len(told["folded"][0][1]) < 30_000


def test_a_button_that_fails_says_so():
    def fails():
        raise ZeroDivisionError("nobody would see this")
    told = panel(Card(title="t"), {"Go": fails}).children[0]
    for content in ({"type": "press", "place": 0}, {"type": "press", "place": 7}, {"type": "press"}, {}):
        told.receive(content)
    assert told.notes == ["ZeroDivisionError: nobody would see this"]
    assert not told.buttons[0]["used"] and repr(told) == "<panel: t>"


# ---- a table whose cells can be pressed ----

RUN = drawing(VectorClock, *EXAMPLE)


class Played:
    name, run = "the example", RUN

    def outcome(self):
        return "as promised"


@pytest.fixture
def grid() -> Grid:
    return Grid({"up": ("1", EVIL), "down": ("3", "4")}, ("left", "right"), title="A table",
                examples=lambda row, column: [Played()] if (row, column) == ("up", "right") else [])


def test_a_cell_of_a_table_tells_of_its_runs_and_plays_them(grid):
    _, cells, below = grid.widget().children
    buttons = [cell for cell in cells.children if hasattr(cell, "on_click")]
    assert [button.description for button in buttons] == ["1", EVIL, "3", "4"]
    assert [button.disabled for button in buttons] == [True, False, True, True]
    for _ in range(2):
        buttons[1].click()
        told, = below.children[0].children
        assert told.told["rows"] == [["the example", "as promised"]] and told.told["title"].startswith("up, right: ")
    assert [button.button_style for button in buttons] == ["", "primary", "", ""]
    told.receive({"type": "press", "place": 0})
    assert below.children[0].children[1].run == RUN


def test_a_table_is_static_without_a_kernel(grid):
    shown = grid._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html"} and "down: 3, 4" in shown["text/plain"]
    assert "<img" not in shown["text/html"] and "A table" in shown["text/html"]


def test_a_table_is_a_widget_with_a_kernel(grid, kernel):
    assert "application/vnd.jupyter.widget-view+json" in grid._repr_mimebundle_()


# ---- hints ----

def test_hints_go_from_vague_to_exact_and_are_remembered():
    lamport = exercise("4.1")
    assert repr(hint(lamport)).startswith("Hint 1 of 4") and hint(lamport).startswith("Hint 2 of 4")
    assert recall()["4.1"]["hints"] == [0, 1]
    probe = "from dslab import exercise, hint; print(hint(exercise('4.1')))"      # another process, as after a restart
    assert subprocess.check_output([sys.executable, "-c", probe], text=True).startswith("Hint 3 of 4")


def test_after_a_failed_attempt_the_next_hint_is_the_one_that_helps():
    check(exercise("4.1"), SameStamp)
    assert "take the maximum first" in hint(exercise("4.1"))
    assert recall()["4.1"]["tries"] == 1 and recall()["4.1"]["hints"] == [2]


@pytest.mark.parametrize("nonsense", [{"hints": "x", "hint": "y"}, {"hints": [None, 99], "hint": 99}, {"tries": -1}])
def test_nonsense_in_the_progress_file_costs_nothing_but_the_memory(nonsense):
    note("4.1", **nonsense)
    assert hint(exercise("4.1")).startswith("Hint 1 of 4")
    assert "4.1" in str(progress()) and "not tried yet" in str(solution(exercise("4.1")))


# ---- what is asked ----

def test_only_a_prediction_asks():
    with pytest.raises(DslabError, match=r'4.1 asks no questions: .* by check\(exercise\(.4.1.\), ...\)'):
        ask(exercise("4.1"))


# ---- the answer ----

def test_the_answer_is_shown_after_a_question_that_says_how_often_you_have_tried():
    check(exercise("4.1"), SameStamp)
    hint(exercise("4.1"))
    asked = str(solution(exercise("4.1")))
    assert "You have tried once and have read 1 of 4 hints" in asked and "def receiving" not in asked
    assert "def receiving(self, stamp):" in str(solution(exercise("4.1"), sure=True))


def test_an_empty_attempt_is_no_try():
    check(exercise("4.1"), Clock)
    assert "You have not tried yet" in str(solution(exercise("4.1")))


@pytest.mark.parametrize("one", exercises().values(), ids=lambda one: one.number)
def test_every_answer_is_shown_and_plays(one):
    shown = solution(one, sure=True)._repr_mimebundle_()
    assert len(shown["text/html"]) > 100
    if isinstance(one, (Compute, MakeItRight)):
        assert all(f"def {name}" in shown["text/plain"] or f"{name} =" in shown["text/plain"] for name in one.asks)
    if isinstance(one, BreakIt):
        assert shown["text/plain"].startswith("script = [")
    if isinstance(one, Predict):
        assert all(words in shown["text/plain"] for words in one.questions.values())
    assert run_of(one) is None or len(solution(one).play().trace)


def test_in_a_notebook_a_button_shows_the_answer_and_another_plays_it(kernel, monkeypatch):
    boxes = []
    monkeypatch.setattr(views, "panel", lambda *args: boxes.append(panel(*args)) or boxes[-1])
    solution(exercise("4.1"))._repr_mimebundle_()
    question, = boxes
    question.children[0].press(0)
    code, after = question.children[1].children
    assert "receiving" in code.value
    after.children[0].press(0)
    assert len(after.children[1].trace)


# ---- forms ----

@pytest.mark.parametrize(("text", "value"), [
    ("3", 3), ("-1", -1), (" (1, 2, 0) ", (1, 2, 0)), ("1,2,0", (1, 2, 0)), ("<1,2,0>", (1, 2, 0)),
    ("[1 2 0]", (1, 2, 0)), ("[1, 2]", (1, 2)), ("before", "before"), ("'B'", "B"), ("True", True), ("", None),
    ("{1", "{1"), ("__import__('os')", "__import__('os')"), ("((1, 'a'), 2)", ((1, "a"), 2)),
])
def test_what_is_typed_becomes_a_value(text, value):
    assert parse(text) == value and type(parse(text)) is type(value)


def test_text_that_would_choke_the_parser_is_text():
    assert isinstance(parse("(" * 100_000), str)


def test_a_diagram_with_boxes_gives_no_answer_away():
    """Neither in what is seen nor in a tooltip, a description or the text form."""
    sheet = Asked(VECTORS).sheet
    root = ElementTree.fromstring(sheet.svg)
    words = " ".join(root.itertext())
    assert "____" in words and "Stamped" in words
    for text in (words, sheet.text):
        assert "(1, 0, 0)" not in text and "maximum" not in text and "vector" not in text


def test_the_fields_stand_beside_their_steps_in_the_order_of_time():
    asked = Asked(VECTORS)
    tops = [top for _, top, _ in asked.sheet.places.values()]
    assert list(asked.sheet.places) == list("abcdgef") and tops == sorted(tops)
    width, height = asked.sheet.size
    assert all(left > 0 and left + wide < width and 0 < top < height for left, top, wide in asked.sheet.places.values())


def test_a_blind_trace_has_the_same_steps_and_messages():
    trace = simulate(VECTORS.run)
    empty = blind(trace, {})
    assert [(step.time, step.node, step.kind) for step in empty] == [(s.time, s.node, s.kind) for s in trace]
    assert [one.name for one in empty.messages] == [one.name for one in trace.messages]
    assert not any(step.outputs or step.changes or step.notes for step in empty)


def test_a_diagram_to_fill_in_does_not_depend_on_the_stamps():
    steps = {"a": 0, "c": 3, "f": 6}
    lamport, vector = (DiagramForm(simulate(drawing(clock, *EXAMPLE, title="Stamps")), steps)
                       for clock in (LamportClock, VectorClock))
    assert lamport.svg == vector.svg and lamport.text == vector.text


def test_answers_are_judged_one_by_one():
    right = {name: list(value) for name, value in stamps(simulate(VECTORS.run)).items()}
    assert set(marks(VECTORS, right).values()) == {"right"} and len(marks(VECTORS, right)) == 7
    assert marks(VECTORS, {"a": (1, 0, 0), "b": (1, 0, 0)}) == {"a": "right", "b": "wrong"}
    assert standing({"a": "right", "b": "wrong"}, 7) == "1 right, 1 wrong, 5 empty"


def test_a_form_checks_what_was_typed_marks_it_and_reveals_it_by_playing(kernel):
    asked = Asked(VECTORS)
    box = form(title=asked.title, task="", questions=VECTORS.questions, judge=asked.judge, sheet=asked.sheet)
    one, = box.children
    assert isinstance(one, Form) and repr(one) == "<form: Exercise 4.2z, Vectors>"
    one.receive({"type": "check", "answers": {"a": "1,0,0", "b": "<1,0,0>", "evil": EVIL}})
    assert one.judged["marks"] == {"a": "right", "b": "wrong"} and "1 wrong" in one.judged["standing"]
    report = box.children[1].children[0]
    assert isinstance(report, Panel) and report.told["state"] == "wrong"
    assert "check(exercise('4.2z'), {'a': (1, 0, 0), 'b': (1, 0, 0)})" in str(report.told["folded"])
    report.press(0)
    player = box.children[1].children[1]
    assert player.trace[player.payload["focus"]].outputs[0][1] == "b"
    one.receive({"type": "check", "answers": {name: str(value) for name, value in answers().items()}})
    assert set(one.judged["marks"].values()) == {"right"} and len(box.children) == 2
    assert box.children[1].children[0].told["state"] == "right"


def answers():
    return stamps(simulate(VECTORS.run))


def test_where_the_choices_are_few_there_is_a_button_for_each():
    asked = Asked(exercise("2.1a"))
    one, = form(title="", task="", questions=asked.exercise.questions, choices=asked.exercise.choices,
                judge=asked.judge).children
    offered = {question["name"]: question.get("choices") for question in one.asked["questions"]}
    assert offered["A"] == [["True", "yes"], ["False", "no"]] and offered["arrived"] is None
    assert [parse(value) for value, _ in offered["A"]] == [True, False]
    assert "attack (True or False)" in str(asked)


def test_an_empty_form_is_not_attempted():
    marked, told = Asked(VECTORS).judge(dict.fromkeys(VECTORS.questions))
    assert marked == {} and told.children[0].told["state"] == "not attempted"


def test_without_a_kernel_the_questions_are_text_and_a_picture_with_boxes():
    shown = ask(VECTORS)._repr_mimebundle_()
    assert "'a': the vector of a" in shown["text/plain"] and "check(exercise('4.2z')" in shown["text/plain"]
    assert shown["text/html"].count("____") >= 7 and "<svg" in shown["text/html"]


def test_two_questions_about_one_step_have_no_room():
    with pytest.raises(DslabError, match="two questions are about one step"):
        DiagramForm(simulate(VECTORS.run), {"a": 0, "b": 0})


class Quiet(Node):
    def on_start(self):
        self.output("here")


def test_hostile_names_in_a_diagram_with_boxes_stay_text():
    names = ("<img src=x>", "]]>", "\u202eevil\x00")
    trace = simulate(Run(Quiet, names, network=Network(latency=constant(1)), duration=5))
    sheet = DiagramForm(trace, {EVIL: 0})
    assert ElementTree.fromstring(sheet.svg) is not None
    assert "<img" not in sheet.svg and "\u202e" not in sheet.svg


# ---- progress ----

def test_the_page_over_all_chapters_shows_what_was_done(wrong):
    assert str(progress()).startswith("0 of ")
    check(exercise("4.1"), SameStamp)
    check(exercise("4.1"), Reference)
    hint(exercise("4.1"))
    check(exercise("4.1"), Clock)
    text = str(progress())
    assert text.startswith("1 of ") and "Chapter 4" in text
    assert "✓ 4.1   Lamport clock (right, 2 tries, 1 hint read)" in text
    page = progress()._repr_html_()
    assert page.count('scope="row"') == len(exercises()) and 'data-state="right"' in page
    progress_file().write_text('{"4.1": {"outcome": "<b>", "right": "yes", "tries": "x"}}')
    assert "○ 4.1   Lamport clock (not attempted)" in str(progress()) and "<b>" not in progress()._repr_html_()


def test_a_panel_and_a_player_on_one_page_leave_each_other_as_they_are():
    """Both sheets hold for the whole page: what has a class that both know must be told apart by the widget."""
    sheets = [style("player.css"), style("panel.css")]
    ours, theirs = (set(re.findall(r"\.(dslab-[\w-]+)", sheet)) for sheet in sheets)
    for name in ours & theirs:
        bare = [re.search(rf"^\.{name}\b(?!-)", sheet, re.MULTILINE) for sheet in sheets]
        assert not all(bare), f"both sheets have a rule for .{name} wherever it is"
