"""Demonstrations that compute in the browser: what they begin with, and what is left of them without one."""

import re

import pytest

import dslab.widgets.demonstration as views
from dslab import DslabError, ask
from dslab.player.bundle import style
from dslab.protocols.rpc import DEMO, marshal
from dslab.widgets.call_anatomy import CALL, call_anatomy, parts
from dslab.widgets.causal_graph import causal_graph
from dslab.widgets.clock_hands import clock_hands
from dslab.widgets.detector_lamp import detector_lamp
from dslab.widgets.framing import framing
from dslab.widgets.happened_before import happened_before
from dslab.widgets.history_editor import history_editor

ALL = [lambda: causal_graph(DEMO), framing, clock_hands, happened_before, detector_lamp, call_anatomy,
       history_editor]


@pytest.mark.parametrize("make", ALL)
def test_without_a_kernel_a_demonstration_is_a_page_that_works_and_a_text(make):
    shown = make()._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html"}
    assert shown["text/plain"] == repr(make()) and re.fullmatch(r"<.+>", repr(make()))
    assert "<iframe srcdoc=" in shown["text/html"] and "function createFrame" in shown["text/html"]


@pytest.mark.parametrize("make", ALL)
def test_with_a_kernel_it_is_a_widget_too(make, monkeypatch):
    monkeypatch.setattr(views, "has_kernel", lambda: True)
    assert {"text/plain", "text/html"} < set(make()._repr_mimebundle_())


@pytest.mark.parametrize("tasks, words", [
    ({"x": []}, "none empty"), ({"x": ["ü"]}, "ASCII"), ({"x": [""]}, "none empty"),
    ({"x": ["a" * 26]}, "more than 26 bytes")])
def test_messages_that_cannot_be_drawn_are_refused(tasks, words):
    with pytest.raises(DslabError, match=words):
        framing(tasks)


@pytest.mark.parametrize("lines, messages, words", [
    ({"A": "a b"}, "a>x", "needs two events, as in b>c: there are a, b"),
    ({"A": "a", "B": "b"}, "a>b", "a>b goes back in time, or to its own node"),
    ({"A": "a b"}, "a>b", "to its own node"),
    ({"A": "a", "B": "a"}, "", "a small letter of its own, and these are 'a a'"),
    ({"A": "ab"}, "", "a small letter"), ({"A": ". " * 13}, "", "1 nodes and 13 moments"), ({}, "", "0 nodes"),
    ({"A": "a b"}, "a", "needs two events"),
])
def test_a_drawing_that_cannot_be_is_refused(lines, messages, words):
    with pytest.raises(DslabError, match=words):
        happened_before(lines, messages)


def test_the_bytes_of_the_call_are_those_that_the_protocol_sends():
    assert marshal("charge", customer="Carol", cents=399) == CALL
    assert "".join(text for text, _, _ in parts(CALL)) == CALL


def test_each_byte_belongs_to_a_field_or_to_the_punctuation():
    meanings = {text.strip(): meaning for text, _, meaning in parts(CALL)}
    assert meanings['"Carol"'] == "the value of customer: text, in quotes"
    assert meanings["399"] == "the value of cents: a number, in decimal digits"
    assert meanings['"cents"'] == "the name of a field, which both sides must write alike"
    assert meanings[","] == "it separates two fields"


@pytest.mark.parametrize("call, reply, words", [
    ("{", "{}", "is not a message"), ('{"call": "x"}', "{}", "expected {\"call\": \"charge\""),
    (CALL, "[]", "is not a message"), (CALL, '{"x": "' + "y" * 120 + '"}', "at most 120"),
    (CALL, '{"x": "ü"}', "ASCII")])
def test_what_no_stub_would_send_is_refused(call, reply, words):
    with pytest.raises(DslabError, match=words):
        call_anatomy(call, reply)


def test_its_style_stays_inside_of_a_demonstration():
    """A player, a question and a demonstration stand on one page: none may change the look of another."""
    rules = style("demonstration.css").split("*/", 1)[1].strip().split("\n")
    own = (".dslab-touch ", "main > .dslab-hidden", "@container")
    assert [rule for rule in rules if not rule.startswith(own)] == []


def test_without_a_kernel_a_question_shows_it_after_the_answer(tmp_path, monkeypatch):
    monkeypatch.setenv("DSLAB_PROGRESS", str(tmp_path / "progress.json"))
    asked = ask("Does it come as it was sent?", ["yes", "no"], answer="no", then=framing())
    shown = asked._repr_mimebundle_()
    assert "function createFrame" in shown["text/html"].partition("<details")[2]
    assert shown["text/plain"].endswith(repr(framing()))
