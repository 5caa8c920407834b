"""The player in Chinese and in Japanese: no English is left, a checker finds nothing, and two languages do not mix."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, expect

from dslab import at, crash, cut, drop, isolate, play, recover, simulate
from dslab.player import html_export
from dslab.player.language import catalogue
from dslab.protocols.raft import DEMO

pytestmark = pytest.mark.browser

RUN = DEMO.plus(at(3, drop("A->B#1")), at(200, cut("A", "C")), at(300, isolate("A")), at(500, crash("B")),
                at(510, recover("A"))).replace(title="一次选举")
SEEN = """player => {
    const seen = new Set(), names = ["title", "aria-label", "placeholder", "aria-valuetext", "aria-description"];
    for (const one of [player, ...player.querySelectorAll(":not(.dslab-row-note)")]) {     // notes are the author's
        for (const name of names) if (one.hasAttribute(name)) seen.add(one.getAttribute(name));
        for (const child of one.childNodes) if (child.nodeType === 3) seen.add(child.data);
    }
    return [...seen].flatMap(text => text.split("\\n")).map(text => text.trim());
}"""
TWO = """
for (const id of ["payload", "other"]) {
    const payload = JSON.parse(document.getElementById(id).textContent);
    const values = new Map([["payload", payload], ["step", payload.focus]]);
    const model = { get: name => values.get(name), set: (name, value) => values.set(name, value),
                    save_changes() {}, on() {}, off() {}, send() {} };
    render({ model, el: document.querySelector("main").appendChild(document.createElement("div")) });
}
"""


def embedded(data: object) -> str:
    return json.dumps(data).replace("<", "\\u003c")


def opened(browser: Browser, tmp_path, text: str) -> Locator:
    """The players of a page, of which each error is an error of the test."""
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    window = browser.new_page(viewport={"width": 1300, "height": 900})
    window.on("pageerror", lambda error: pytest.fail(str(error)))
    window.goto((tmp_path / "page.html").as_uri())
    return window.locator(".dslab-player")


def english_in(player: Locator, lang: str, authors: set[str]) -> list[str]:
    """Sentences of the catalogue that are to be seen or heard in English; not those that a protocol's author wrote."""
    names = {"term", "log", "End"}          # of attributes of Raft, and of a key
    bare = {said for said in catalogue(lang) if "{" not in said} - names
    whole = [re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(said))) for said in catalogue(lang)
             if "{" in said and len(re.sub(r"\{\w+\}|\W", "", said)) > 5]
    seen = [text for text in player.evaluate(SEEN) if not any(own in text for own in authors)]
    return [text for text in seen if text in bare or any(said.fullmatch(text) for said in whole)]


@pytest.fixture(params=["watched", "compared", "breaking"])
def page(request) -> str:
    """A page in Chinese: of a trace, and of players as they are with a kernel, which here never answers."""
    if request.param == "watched":
        return html_export.html(simulate(RUN), lang="zh", focus=60)
    if request.param == "breaking":
        shown = play(RUN, mode="break", lang="zh")
        shown.choose(shown.acts["choices"]["next"][0]["decision"])
    else:
        shown = play(RUN, scenarios={"孤立": [at(300, isolate("A"))]}, lang="zh")
        shown.edit(crash("C"), step=60)
        shown.compare("original", shown.branches.current.name)
    kernel = f'["step", payload.focus], ["acts", {embedded(shown.acts)}]'
    return html_export.page(shown.payload).replace('["step", payload.focus]', kernel)


def test_no_english_is_left_in_a_chinese_player(browser, tmp_path, page):
    player = opened(browser, tmp_path, page)
    expect(player).to_have_attribute("lang", "zh")
    expect(player).to_have_attribute("aria-label", re.compile("^播放器："))
    expect(player.get_by_role("button", name="播放", exact=True)).to_be_visible()
    player.focus()
    authors = set(re.findall('"sentence":"([^"]+)"', page))
    seen = english_in(player, "zh", authors)
    for key in ("f", "m", "ArrowRight", "s", "?", "h", "w", "Escape", "l", "PageDown", "Escape", *"ePjCgb"):
        player.press(key)
        seen += english_in(player, "zh", authors)
    for kind in ("node", "link", "message"):
        if player.locator(f"[data-key^='{kind} ']").count():
            player.locator(f"[data-key^='{kind} ']").first.press("Enter")
            seen += english_in(player, "zh", authors)
    assert sorted(set(seen)) == []
    assert Axe().run(player.page).response["violations"] == []
    player.page.close()


def test_two_players_of_two_languages_do_not_mix(browser, tmp_path):
    trace = simulate(RUN)
    text = html_export.html(trace, lang="zh", focus=60).replace(html_export.START, TWO)
    other = embedded(html_export.payload(trace, lang="ja", focus=60))
    data = f'<script type="application/json" id="other">{other}</script>\n'
    players = opened(browser, tmp_path, text.replace('<script type="module">', data + '<script type="module">'))
    only = {lang: set(catalogue(lang).values()) for lang in ("zh", "ja")}

    def together(key: str, wait: int) -> list[str]:
        """Press a key in both at the same moment: where each is a while later, and its third node."""
        players.evaluate_all("""(players, key) => { for (const player of players)
            player.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true})); }""", key)
        players.page.wait_for_timeout(wait)
        chinese, japanese = (set(player.evaluate(SEEN)) for player in players.all())
        assert chinese & (only["ja"] - only["zh"]) == set() == japanese & (only["zh"] - only["ja"])
        assert len(chinese & (only["zh"] - only["ja"])) > 50 < len(japanese & (only["ja"] - only["zh"]))
        return players.locator(".dslab-readout, .dslab-node:nth-child(3) > title").all_text_contents()

    for key, wait in (("ArrowRight", 400), ("ArrowLeft", 400), ("?", 0), ("w", 0), (" ", 400)):      # " " plays
        node, one, its_node, other = together(key, wait)
        assert one.startswith("第 ") and other.startswith("ステップ ")
        assert node.startswith("节点 ") and its_node.startswith("ノード ")
    together(" ", 0)
    together("c", 0)
    why = "Changes need a running kernel."
    for place, lang in enumerate(("zh", "ja")):
        expect(players.nth(place).locator(".dslab-selection .dslab-reason")).to_have_text(catalogue(lang)[why])
    players.page.close()
