"""The player in other languages: nothing is left out, nothing is left over, and names stay as they are."""

import json
import re

import pytest
from sentences import refuse

from dslab import DslabError, at, crash, describe, drop, isolate, play, reasons, simulate
from dslab.checkers import side_by_side
from dslab.player import bundle, html_export
from dslab.player import payload as data
from dslab.player.language import LANGUAGES, SETTING, catalogue, language
from dslab.player.payload import payload
from dslab.player.static_page import StaticPage
from dslab.protocols.raft import DEMO
from dslab.reasons import Reason
from dslab.values import nearest

SAID = re.compile(r'\b(?:t|english)\(\s*"((?:[^"\\]|\\.)*)"')       # t("..."), and english("...") in a table
HOLES = re.compile(r"\{\w+[^}]*\}")
TRANSLATED = [lang for lang in LANGUAGES if lang != "en"]
TRACE = simulate(DEMO.plus(at(3, drop("A->B#1")), at(300, isolate("A")), at(500, crash("B"))))

each_language = pytest.mark.parametrize("lang", TRANSLATED)


def english() -> set[str]:
    """All that the player says, in English."""
    told = {*describe.SENTENCES.values(), *describe.DEEDS.values(), *reasons.SENTENCES.values(),
            *side_by_side.SENTENCES.values()}
    refusals = {data.NO_KERNEL, data.NO_RUN, data.CHOSEN, html_export.NO_SCRIPT}
    return {*SAID.findall(bundle.script()), *SAID.findall(bundle.script("compare.js"))} | told | refusals


# ---- the catalogues ----

@each_language
def test_every_sentence_has_a_translation_and_every_translation_a_sentence(lang):
    said, translated, file = english(), catalogue(lang).keys(), f"dslab/player/languages/{lang}.json"
    refuse(f"{file} has no {one!r}: translate it, with its {{placeholders}}" for one in sorted(said - translated))
    refuse(f"{file} has {one!r}, which nothing says any more: drop it, or correct it.{nearest(one, said - translated)}"
           for one in sorted(translated - said))


@each_language
def test_a_translation_fills_in_what_the_sentence_does(lang):
    pairs = catalogue(lang).items()
    refuse(f"{lang}.json: {words!r} must have the placeholders of {said!r}, each once, in any order"
           for said, words in pairs if sorted(HOLES.findall(said)) != sorted(HOLES.findall(words)))


@each_language
def test_a_translation_is_not_english(lang):
    bare = {said: HOLES.sub("", words) for said, words in catalogue(lang).items()}
    refuse(f"{lang}.json: {said!r} is still English there" for said, words in bare.items()
           if not words.strip() or words == HOLES.sub("", said))


@each_language
def test_a_translation_uses_the_signs_of_its_language(lang):
    """Sentences do not mix in the full stops and commas of English."""
    refuse(f"{lang}.json: {words!r} has a full stop, comma, colon or question mark of English: 。，：？"
           for words in catalogue(lang).values() if re.search(r"[.,:;?] |[.,:;?]$", words))


def test_no_two_sentences_differ_in_their_ends_only():
    """A full stop more or less would be a sentence to translate twice."""
    bare = [said.rstrip(".") for said in english() if said.endswith(".") and not said.startswith("{")]
    refuse(f"the player says {said!r} and '{said}.': say one of the two in both places" for said in bare
           if said in english())


# ---- what is told ----

@each_language
def test_a_trace_is_told_in_another_language_and_its_names_are_left_alone(lang):
    words = catalogue(lang)
    for step in TRACE.steps:
        notes = "".join(f" ({note})" for note in step.notes)
        said = describe.describe(step, words)
        assert said != describe.describe(step) and said.endswith(f"。{notes}")
        assert step.kind in ("partition", "isolate") or step.node is None or step.node in said
        spoken = re.sub(r"\w+\(.*?\)", "", said.removesuffix(notes))          # without what the messages say
        assert not re.search(r"\b(receives|sends|from|timer|script|lost|and|it|the)\b", spoken), said


@each_language
def test_why_a_message_was_lost_and_a_run_ended_is_told_too(lang):
    words = catalogue(lang)
    cut = Reason("cut", link="A->B")
    for why in (Reason("chance"), cut, Reason("down", node="B"), Reason("already down", node="A"),
                Reason("time", ms=1500.0), Reason("lost before", message="A->B#1", why=cut)):
        told = describe.told(why, words)
        assert told != str(why) and "the link" not in told and describe.told(why) == str(why)
    assert describe.told("something else", words) == "something else"


def test_values_with_braces_stay_as_they_are():
    words = {"{node} starts": "{node} 启动"}
    step = next(step for step in TRACE.steps if step.kind == "start")
    step.node, name = "{node}", step.node
    assert describe.describe(step, words).startswith("{node} 启动")
    step.node = name


# ---- the payload ----

@each_language
def test_the_payload_carries_its_language(lang):
    shown = payload(TRACE, lang=lang)
    assert shown["lang"] == lang and shown["words"] == catalogue(lang)
    assert shown["trace"]["end"] != str(TRACE.end) and shown["trace"]["steps"][0]["text"] != TRACE.describe(0)
    assert json.loads(json.dumps(shown)) == shown


def test_english_carries_no_words():
    shown = payload(TRACE, lang="en")
    assert shown["lang"] == "en" and "words" not in shown and shown["trace"]["end"] == str(TRACE.end)
    assert shown["trace"]["steps"] == TRACE.to_dict()["steps"]


@each_language
def test_a_player_keeps_its_language_through_a_change(lang):
    player = play(DEMO, lang=lang)
    player.edit(crash("A"), step=9)
    assert player.payload["lang"] == lang and player.payload["words"] and player.payload["edits"] == 1


def test_a_page_says_its_language(tmp_path):
    TRACE.to_html(str(tmp_path / "zh.html"), lang="zh")
    text = (tmp_path / "zh.html").read_text(encoding="utf-8")
    assert '<html lang="zh">' in text and "需要 JavaScript" in text
    assert '<html lang="en">' in html_export.html(TRACE)


# ---- the choice ----

def test_an_unknown_language_is_one_sentence(tmp_path):
    with pytest.raises(DslabError, match="lang='zh-CN': the player speaks en, zh, ja. Did you mean 'zh'?"):
        play(DEMO, lang="zh-CN")
    with pytest.raises(DslabError, match="speaks en, zh, ja"):
        TRACE.to_html(str(tmp_path / "no.html"), lang=7)
    assert not (tmp_path / "no.html").exists()


def test_the_environment_says_the_usual_language(monkeypatch):
    monkeypatch.setenv(SETTING, "ja")
    assert language() == "ja" and play(DEMO).payload["lang"] == "ja" and language("en") == "en"
    assert '<html lang="ja">' in StaticPage(TRACE).page
    monkeypatch.setenv(SETTING, "klingon")
    with pytest.raises(DslabError, match="DSLAB_LANG='klingon'"):
        play(DEMO)
    monkeypatch.setenv(SETTING, "")
    assert language() == "en"
