"""Links in the prose, such as [step 9](#step-9), take the player above them to that step."""

import pytest
from playwright.sync_api import Browser, expect

import frames
from dslab import simulate
from dslab.player.html_export import html
from dslab.player.static_page import StaticPage
from dslab.protocols.raft import DEMO

pytestmark = pytest.mark.browser

LINKS = '<p><a href="#step-9">step 9</a> <a href="#step-9999">step 9999</a></p>'
TRACE = simulate(DEMO)


@pytest.fixture
def window(browser: Browser):
    window = browser.new_page(viewport={"width": 1000, "height": 800})
    yield window
    window.close()


def test_a_link_moves_the_player_above_it_from_the_keyboard(window, tmp_path):
    (tmp_path / "page.html").write_text(html(TRACE).replace("</main>", LINKS + "</main>"), encoding="utf-8")
    window.goto((tmp_path / "page.html").as_uri())
    slider = window.get_by_role("slider", name="Step")
    window.get_by_role("link", name="step 9", exact=True).press("Enter")
    expect(slider).to_have_value("9")
    window.get_by_role("link", name="step 9999").press("Enter")
    expect(slider).to_have_value(str(len(TRACE) - 1))
    expect(window.locator(".dslab-selection .dslab-reason")).to_contain_text("There is no step 9999")


def test_in_the_html_edition_a_link_reaches_into_the_frame_above_it_only(window, tmp_path):
    players = [StaticPage(TRACE, step=step)._repr_html_() for step in (3, 4, 5)]
    page = f"<!doctype html>{players[0]}{players[1]}{LINKS}{players[2]}<script>{frames.SCRIPT}</script>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    window.goto((tmp_path / "page.html").as_uri())
    sliders = []
    for place in range(3):
        window.locator("iframe").nth(place).scroll_into_view_if_needed()
        sliders.append(window.frame_locator("iframe").nth(place).get_by_role("slider", name="Step"))
        expect(sliders[-1]).to_have_value(str(3 + place))
    window.get_by_role("link", name="step 9", exact=True).press("Enter")
    expect(sliders[1]).to_have_value("9")
    expect(sliders[0]).to_have_value("3")
    expect(sliders[2]).to_have_value("5")


def test_what_one_player_opens_is_open_in_all_of_the_page(window, tmp_path):
    players = [StaticPage(TRACE)._repr_html_() for _ in range(2)]
    page = f"<!doctype html>{''.join(players)}<script>{frames.SCRIPT}</script>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    window.goto((tmp_path / "page.html").as_uri())
    tabs = []
    for place in range(2):
        window.locator("iframe").nth(place).scroll_into_view_if_needed()
        tabs.append(window.frame_locator("iframe").nth(place).locator("[data-key='tab history']"))
        expect(tabs[-1]).to_be_visible()
    tabs[0].press("Enter")
    for tab in tabs:
        expect(tab).to_have_attribute("aria-pressed", "true")


def test_a_player_says_that_its_step_is_not_there(window, tmp_path):
    (tmp_path / "page.html").write_text(html(TRACE, focus=9999), encoding="utf-8")
    window.goto((tmp_path / "page.html").as_uri())
    expect(window.locator(".dslab-notices")).to_contain_text("There is no step 9999")
    expect(window.get_by_role("slider", name="Step")).to_have_value(str(len(TRACE) - 1))
