"""Questions that are answered before the answer is seen: `ask`, `reveal`, `Prediction`."""

import json
import re

import numpy as np
import pytest
from bs4 import BeautifulSoup

from dslab import DslabError, Node, Prediction, Run, ask, at, crash, judge, message, play, progress, reveal, simulate
from dslab.diagrams.diagram import diagram
from dslab.grader.catalogue import exercises
from dslab.predictions.forms import asked
from dslab.predictions.guesses import guesses
from dslab.progress_file import note, progress_file
from dslab.protocols.raft import DEMO, PROMISES
from dslab.widgets import panel as views

TRACE = simulate(DEMO)
LAST = len(TRACE) - 1
EVIL = "</script><img src=x onerror=alert(1)>\x1b[31m\u202e'\""


@pytest.fixture(autouse=True)
def memory(tmp_path, monkeypatch):
    monkeypatch.setenv("DSLAB_PROGRESS", str(tmp_path / "progress.json"))


@pytest.fixture
def kernel(monkeypatch):
    """As in a notebook: somebody answers the buttons."""
    monkeypatch.setattr(views, "has_kernel", lambda: True)


def leader(trace):
    return trace.outputs("leader")[-1].node


def who(**changes):
    return Prediction(**{"text": "Who leads in the end?", "choices": list("ABCDE"), "answer": leader, "at": 9,
                         "section": "7.2.1"} | changes)


def visible_text(html: str) -> str:
    """What is seen of a page whose details are closed."""
    page = BeautifulSoup(html, "html.parser")
    for hidden in page.select("style, details > div"):
        hidden.decompose()
    return page.get_text(" ")


# ---- the form follows from the choices and the answer ----

@pytest.mark.parametrize(("choices", "answer", "form", "coded", "shown"), [
    (["A", "B"], "B", "one", 1, "B"),
    ([2, 3, 4], 3, "one", 1, "3"),
    ([(1, 2), (2, 1)], (2, 1), "one", 1, "2, 1"),
    (None, True, "one", 0, "yes"),
    (["A", "B", "C"], {"C", "A"}, "some", [0, 2], "A, C"),
    (["A", "B", "C"], set(), "some", [], "none of them"),
    (None, 52.56, "number", 52.56, "52.56"),
    (None, 1_500_000.0, "number", 1_500_000.0, "1,500,000"),
    (None, "attack", "words", "attack", "attack"),
    (None, (1, 2, 0), "words", "1, 2, 0", "1, 2, 0"),
])
def test_the_form_follows_from_the_choices_and_the_answer(choices, answer, form, coded, shown):
    data = asked("What?", choices, answer)
    assert (data["form"], data["answer"], data["shown"]) == (form, coded, shown)


def test_an_order_is_never_shown_as_the_answer_has_it():
    for answer in ("ABC", "ACB", "BAC", "BCA", "CAB", "CBA"):
        data = asked("In which order?", list(answer), list(answer))
        assert data["form"] == "order" and data["choices"] != list(answer)
        assert [data["choices"][place] for place in data["answer"]] == list(answer)


@pytest.mark.parametrize(("choices", "answer", "form", "coded", "shown"), [
    (None, np.int64(3), "number", 3, "3"), (None, np.float32(2.5), "number", 2.5, "2.5"),
    (None, np.bool_(True), "one", 0, "yes"), (None, np.array([1, 2, 0]), "words", "1, 2, 0", "1, 2, 0"),
    ([2, 3, 4], np.int64(3), "one", 1, "3"), (np.array([2, 3]), 3, "one", 1, "3"),
    ([1, 2, 3], {np.int64(1), np.int64(3)}, "some", [0, 2], "1, 3"),
])
def test_numbers_of_numpy_are_numbers(choices, answer, form, coded, shown):
    data = asked("What?", choices, answer)
    assert json.loads(json.dumps(data)) == data
    assert (data["form"], data["answer"], data["shown"]) == (form, coded, shown)


def test_answers_and_choices_are_written_the_same_in_every_process():
    assert asked("Which?", {"C", "A", "B"}, "B")["choices"] == ["A", "B", "C"]
    assert asked("Which?", None, {"C", "A"})["shown"] == "A, C"
    assert [asked("How much?", None, number)["shown"] for number in (-0.0, 1e300)] == ["0", "1e+300"]


@pytest.mark.parametrize("answer", [None, "", "...", (), set(), float("nan"), float("inf"), b"x", object()])
def test_what_nobody_can_type_is_no_answer(answer):
    with pytest.raises(DslabError, match="the answer to 'What.' is .*: expected a value that can be typed"):
        asked("What?", None, answer)


@pytest.mark.parametrize("choices", [["A"], [], "AB", 3, ["A", "A"], ["A", " A"], ["", "A"], [1, "1"]])
def test_choices_that_cannot_be_told_apart_are_none(choices):
    with pytest.raises(DslabError, match="expected at least two that differ"):
        asked("What?", choices, "A")


def test_one_is_not_true():
    with pytest.raises(DslabError, match="expected one of them"):
        asked("How many?", [0, 1], True)


# ---- alone, without a kernel ----

def test_the_answer_and_what_comes_after_it_are_folded_away():
    shown = ask("How many are a majority?", [2, 3, 4], answer=lambda: 5 // 2 + 1, then="three of five")
    html = shown._repr_mimebundle_()["text/html"]
    assert "How many are a majority?" in visible_text(html) and "three of five" not in visible_text(html)
    page = BeautifulSoup(html, "html.parser")
    assert page.details.get("open") is None
    assert page.details.get_text(" ").split() == ["Answer", "3", "three", "of", "five"]


def test_the_text_has_the_question_the_answer_and_the_text_of_what_comes_after():
    assert str(ask("How many?", answer=2, then=lambda: print("a\nb"))) == "How many?\nanswer: 2\na\nb"
    assert str(ask("How many?", answer=2)) == "How many?\nanswer: 2"


def test_what_comes_after_can_be_a_drawing_a_player_or_a_list():
    after = ask("?", answer=1, then=lambda: [diagram(TRACE, last=9), *judge(TRACE, PROMISES)])
    html = after._repr_html_()
    assert html.count("<svg") == 1 and html.count("<pre") == 1 and "two leaders never share a term" in html
    assert "<player: Raft" in str(ask("?", answer=1, then=lambda: play(TRACE)))


def test_a_page_without_a_kernel_plays_what_comes_after(monkeypatch):
    monkeypatch.setenv("DSLAB_STATIC", "1")
    page = BeautifulSoup(ask("?", answer=1, then=lambda: play(TRACE))._repr_html_(), "html.parser")
    assert page.details.iframe


def test_reveal_is_closed_and_its_text_is_what_it_hides():
    verdicts = judge(TRACE, PROMISES)
    shown = reveal("All verdicts", verdicts)._repr_mimebundle_()
    assert shown["text/plain"] == "\n".join(map(str, verdicts))
    assert visible_text(shown["text/html"]).split() == ["All", "verdicts"]


def test_hostile_texts_stay_texts():
    for html in (ask(EVIL, [EVIL, "B"], answer="B", then=EVIL)._repr_html_(), reveal(EVIL, EVIL)._repr_html_()):
        assert "<img" not in html and "<script" not in html


# ---- alone, with a kernel ----

def test_a_card_remembers_the_first_guess_and_shows_what_comes_after(kernel):
    question = ask("How many?", [2, 3], answer=3, then=lambda: ["text", play(TRACE)], section="2.1.3")
    box = question.widget()
    card, = box.children
    assert "<pre" in card.then and repr(card) == "<question: How many?>"
    card.guess = {"value": 0, "said": "2", "right": False}
    assert box.children[1].trace is TRACE
    card.guess = {}
    assert box.children == (card,)
    card.guess = {"value": 1, "said": "3", "right": True}
    guess, = guesses()
    assert (guess.section, guess.text, guess.said, guess.shown, guess.right) == ("2.1.3", "How many?", "2", "3", False)


def test_guesses_that_are_no_data_cost_nothing():
    card, = ask("How many?", answer=3).widget().children
    card.guess = {"value": [], "said": None, "right": "yes", "more": {}}
    assert [guess.right for guess in guesses()] == [False]


def test_the_page_about_a_chapter_has_what_was_guessed_there():
    for section, said, right in (("2.1.3", "3", True), ("2.2", "1", False), ("7.1", "", False), ("2", "5", False)):
        card, = ask("How many?", answer=3, section=section).widget().children
        card.guess = {"value": said, "said": said, "right": right}
    page = progress(chapter=2)
    assert "1 of 2 questions were answered right the first time." in page.sentence
    assert str(page).endswith("""What you guessed
  ✓ 2.1.3 How many? 3
  ✗ 2.2   How many? 1; it is 3""")
    html = page._repr_html_()
    assert "What you guessed" in html and html.count("How many?") == 2 and "7.1" not in html
    assert "  ✗ 7.1   How many? gave up; it is 3" in str(progress())


@pytest.mark.parametrize("content", [
    "", "{", "[]", "null", "[" * 100_000, '{"a":' * 100_000, "\x00", '{"? q": 1}', '{"? q": {}}',
    '{"? q": {"section": "\u00b2.1"}}', '{"? q": {"section": "%s"}}' % ("9" * 5000),
    '{"? q": {"text": "\\ud800\\u001b[31m\\n<img>", "said": [], "right": 1}}',
    '{"1.1": {"outcome": ["x"], "tries": 1e400, "hints": {}}}',
])
def test_no_file_however_broken_stops_the_page_or_the_next_guess(content):
    progress_file().write_text(content, encoding="utf-8")
    card, = ask("How many?", answer=3, section="2.1").widget().children
    card.guess = {"value": "3", "said": "3", "right": True}
    page = progress()
    assert str(page).encode() and page._repr_html_().encode() and "<img" not in page._repr_html_()
    assert "How many?" in [guess.text for guess in page.guesses]


def test_one_broken_entry_does_not_cost_the_others():
    progress_file().write_text('{"1.1": 7, "2.1": {"outcome": "right", "right": true}}')
    assert "1 of" in progress().sentence
    note("? q", section="2.1")
    assert "1 of" in progress().sentence


def test_a_file_that_cannot_be_written_costs_the_guess_only(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DSLAB_PROGRESS", str(tmp_path / "file" / "progress.json"))
    card, = ask("How many?", answer=3).widget().children
    card.guess = {"value": "3", "said": "3", "right": True}
    assert guesses() == [] and "0 of" in progress().sentence


def test_a_chapter_that_there_is_not_is_refused():
    known = ", ".join(dict.fromkeys(number.partition(".")[0] for number in exercises()))
    with pytest.raises(DslabError, match=f"chapter=99: expected one of {known}, as a number"):
        progress(chapter=99)


# ---- in a player ----

def test_a_player_opens_at_the_question_and_computes_the_answer():
    player = play(DEMO, ask=who())
    question, = player.payload["questions"]
    assert player.step == player.payload["focus"] == question["at"] == 9 and question["until"] == LAST
    assert question["choices"][question["answer"]] == leader(TRACE)


def test_steps_are_numbers_or_functions_of_the_trace():
    first = TRACE.outputs("leader")[0].step
    question, = play(DEMO, ask=who(at=lambda trace: trace[first - 1], until=lambda trace: first)).payload["questions"]
    assert (question["at"], question["until"]) == (first - 1, first)


def test_a_question_ends_where_the_next_begins():
    one, other = play(DEMO, ask=[who(at=4), who(text="Still?", at=30)]).payload["questions"]
    assert (one["until"], other["at"], other["until"]) == (30, 30, LAST)


def test_a_guess_in_the_player_is_remembered_and_the_player_opens_at_the_next_question():
    player = play(DEMO, ask=[who(at=4), who(text="Still?", at=30)])
    one, _ = player.payload["questions"]
    player.guesses = {one["id"]: {"value": 0, "said": "A", "right": False}}
    assert [(guess.text, guess.said, guess.shown) for guess in guesses()] == [(one["text"], "A", leader(TRACE))]
    player.show(DEMO)
    assert player.step == 30


@message
class Again:
    """Sent to and fro."""


class Breaks(Node):
    """Fails at the third message."""

    def init(self):
        self.received = 0

    def on_start(self):
        if self.id == "A":
            self.send("B", Again())

    def on_again(self, src, msg):
        self.received += 1
        if self.received > 2:
            raise ValueError("the third message")
        self.send(src, Again())


def test_why_a_run_ends_early_is_hidden_until_the_question_is_answered():
    player = play(Run(Breaks, 2), ask=Prediction("How many steps?", answer=len, at=0))
    assert "the third message" not in str(player.get_state(["notice"]))
    player.receive({"type": "undo"})
    assert "Answer the question first" in player.notice["text"]
    player.guesses = {"How many steps?": {"value": "9", "said": "9", "right": False}}
    assert "the third message" in player.notice["text"]


def test_another_run_is_another_question_even_with_the_same_answer():
    player = play(DEMO, ask=who())
    asks = player.payload["questions"]
    player.guesses = {asks[0]["id"]: {"value": asks[0]["answer"], "said": "right", "right": True}}
    player.show(DEMO)
    assert player.guesses != {} and player.step == 0
    player.show(DEMO.replace(title="Another run"))
    assert player.payload["questions"] == asks
    assert player.guesses == {} and player.step == 9


@pytest.mark.parametrize("request_", [
    {"type": "edit", "verb": "crash", "args": ["B"], "step": 9}, {"type": "scenario", "name": "crash"},
    {"type": "branch", "name": "the original"}, {"type": "compare", "name": "original"},
])
def test_while_a_question_is_open_the_run_cannot_be_changed(request_):
    player = play(DEMO, ask=who(), scenarios={"crash": [at(100, crash("A"))]})
    player.receive(request_)
    assert len(player.branches) == 1 and player.payload["questions"] and player.step == 9
    assert player.notice["text"].startswith("Answer the question first, or give up")


def test_a_branch_asks_nothing():
    player = play(DEMO, ask=who())
    player.guesses = {player.payload["questions"][0]["id"]: {"value": None, "said": "", "right": False}}
    player.receive({"type": "edit", "verb": "crash", "args": ["B"], "step": 9})
    assert player.payload["questions"] == []
    player.undo()
    assert len(player.payload["questions"]) == 1


@pytest.mark.parametrize(("changes", "words"), [
    ({"at": 999}, "expected a step of the run"), ({"at": "9"}, "expected a step of the run"),
    ({"answer": lambda trace: trace.outputs("none")[0]}, "answer to 'Who leads.*' cannot be computed: IndexError"),
    ({"answer": lambda: "A"}, "answer to 'Who leads.*' cannot be computed: TypeError"),
    ({"at": lambda trace: trace[999]}, "there is no step 999"), ({"at": LAST}, "a later step"),
    ({"at": 9, "until": 3}, "expected a later step"), ({"at": 9, "until": LAST + 1}, "expected a step of the run"),
    ({"at": 9, "until": 9}, "expected a later step"), ({"answer": lambda trace: "Z"}, "expected one of them"),
])
def test_a_question_that_cannot_be_asked_says_why(changes, words):
    with pytest.raises(DslabError, match=words):
        play(DEMO, ask=who(**changes))


def test_a_question_is_not_asked_twice():
    with pytest.raises(DslabError, match="asked twice"):
        play(DEMO, ask=[who(at=4), who(at=30)])


def test_an_answer_that_fails_says_so_in_one_sentence():
    with pytest.raises(DslabError, match="the answer to 'How many.' cannot be computed: ZeroDivisionError: integer"):
        ask("How many?", answer=lambda: 1 // 0)


def test_a_step_may_be_a_number_of_numpy():
    question, = play(DEMO, ask=who(at=np.int64(9))).payload["questions"]
    assert question["at"] == 9 and json.dumps(question)


def test_a_question_may_not_begin_before_the_one_before_it_is_answered():
    with pytest.raises(DslabError, match="give them in order"):
        play(DEMO, ask=[who(at=4, until=50), who(text="Still?", at=30)])


def test_the_page_of_a_player_carries_its_questions(monkeypatch):
    monkeypatch.setenv("DSLAB_STATIC", "1")
    page = play(DEMO, ask=who()).page
    data = json.loads(re.search(r'id="payload">(.*?)</script>', page, re.S)[1])
    assert data["focus"] == 9 and data["questions"][0]["text"] == who().text
