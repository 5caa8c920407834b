"""While a question about a run is open, whatever its reader presses, nothing of what comes next is seen or heard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from test_no_answer_before import PERCEIVED

from dslab import Prediction, simulate
from dslab.describe import describe
from dslab.player.html_export import html
from dslab.protocols.raft import DEMO

pytestmark = pytest.mark.browser

TRACE, AT, UNTIL = simulate(DEMO), 9, 15
KNOWN = {describe(step) for step in TRACE.steps[:AT + 1]}
LATER = {describe(step) for step in TRACE.steps[AT + 1:]} - KNOWN
KEYS = re.findall(r'keys: \[(".*?")\]', Path("dslab/player/js/acting/keys.js").read_text("utf-8"))
TABS = "History", "State", "Messages", "Promises", "Script", "More"
LINK = "const a = document.body.appendChild(document.createElement('a')); a.href = '#step-200'; a.click(); a.remove()"


@pytest.fixture
def player(page, tmp_path):
    """A page with a player that asks who will lead, when nobody leads yet."""
    question = Prediction("Who leads?", list("ABCDE"), answer=lambda trace: trace.outputs("leader")[0].node, at=AT,
                          until=UNTIL)
    (tmp_path / "asks.html").write_text(html(TRACE, ask=[question]), encoding="utf-8")
    page.goto((tmp_path / "asks.html").as_uri())
    return page.locator(".dslab-player")


def check_hidden(player, after):
    seen = " ".join(player.evaluate(PERCEIVED).split())
    given_away = [sentence for sentence in LATER if " ".join(sentence.split()) in seen]
    assert not given_away and str(len(TRACE) - 1) not in re.findall(r"\d+", seen), (after, given_away, seen)
    assert int(player.get_by_role("slider", name="Step").first.get_attribute("max")) <= AT, after


def pressable():
    for keys in KEYS:
        yield from re.findall(r'"(.*?)"', keys)


def test_no_key_tab_or_link_shows_what_comes_next(page, player, errors):
    check_hidden(player, "opening")
    for tab in TABS:
        for one in player.get_by_role("tab", name=tab).or_(player.get_by_role("button", name=tab, exact=True)).all():
            one.click()
        check_hidden(player, tab)
    for selected in (None, "[data-key='node A']"):
        for key in (*pressable(), *"PVLOn"):
            if key in ("Y", "Escape"):                           # gives up
                continue
            if selected:
                player.locator(selected).press("Enter")
            player.focus()
            player.press(key)
            check_hidden(player, key)
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
    page.evaluate(LINK)
    expect(player).to_contain_text("What comes next is hidden until you answer.")
    check_hidden(player, "a link")
    player.press("Y")
    player.press("y")
    expect(player.locator(".dslab-result")).to_be_visible()
    with pytest.raises(AssertionError):                         # or the test would look in the wrong place
        check_hidden(player, "the answer")
    assert not errors
