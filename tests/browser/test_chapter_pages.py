"""Chapters 4 and 7 as a page and as decks: offline, every player plays, and nothing is fetched."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import notebooks

pytestmark = pytest.mark.browser

MOST = 5_000_000        # bytes
BROADCAST, CONSENSUS = (
    next(path for path in notebooks.NOTEBOOKS if path.name.startswith(number)) for number in ("04", "07"))


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, str]:
    """The addresses of a page and two decks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DSLAB_STATIC", "")                # put back after the tests
        run = cache(notebooks.execute)                  # once for the page and the deck of a chapter
        patch.setattr(notebooks, "execute", lambda path: deepcopy(run(path)))
        folder = tmp_path_factory.mktemp("made")
        notebooks.write_site([CONSENSUS], folder / "site")
        notebooks.write_site([BROADCAST, CONSENSUS], folder / "slides", deck=True)
    files = {"page": "site/07_consensus", "04": "slides/04_broadcast", "07": "slides/07_consensus"}
    return {name: (folder / f"{file}.html").as_uri() for name, file in files.items()}


@pytest.fixture
def offline(browser: Browser) -> Iterator[Page]:
    """A window without a network, in which nothing may go wrong and nothing may be asked for."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url) if request.url.startswith("http") else None)
    yield page
    assert wrong == []
    context.close()


def test_every_run_of_the_chapter_plays_in_its_page(made, offline):
    assert Path(made["page"].removeprefix("file://")).stat().st_size < MOST
    offline.goto(made["page"])
    frames = offline.locator("iframe:visible")          # the others are closed, with an answer
    assert frames.count() > 20
    for place in range(frames.count()):
        frames.nth(place).scroll_into_view_if_needed()
        slider = frames.nth(place).content_frame.get_by_role("slider", name="Step")
        slider.press("Home")
        slider.press("End")
        expect(slider).to_have_value(slider.get_attribute("max"))


@pytest.mark.parametrize("chapter", ["04", "07"])
def test_a_deck_is_turned_by_keys_and_its_players_play(made, offline, chapter):
    offline.goto(made[chapter])
    slides = offline.evaluate("slides.map(slide => slide.querySelectorAll('iframe').length)")
    assert len(slides) > 20 and max(slides) == 1
    expect(offline.locator("section.present h1")).to_be_visible()
    for place, players in enumerate(slides):
        if not players:
            continue
        offline.evaluate(f"location.hash = '#/{place + 1}'")
        frames = offline.locator("section.present iframe:visible")
        if not frames.count():                          # it is closed, with an answer
            continue
        slider = frames.content_frame.get_by_role("slider", name="Step")
        slider.press("Home")
        slider.press("End")
        expect(slider).to_have_value(slider.get_attribute("max"))
    offline.evaluate("location.hash = '#/1'")
    for _ in range(200):
        if offline.locator("section.present iframe").is_visible():
            break
        offline.keyboard.press("PageDown")
    expect(offline.locator("section.present iframe")).to_be_visible()


def test_a_deck_and_its_player_do_not_fight_for_the_keys(made, offline):
    offline.goto(made["07"])
    place = offline.evaluate("""slides.findIndex(slide => slide.querySelector('iframe[title*="four buttons"]'))""")
    offline.evaluate(f"location.hash = '#/{place + 2}'")
    offline.wait_for_function(f"now === {place + 1}")
    offline.keyboard.press("PageUp")                                    # now all of the slide is there; it asks nothing
    player = offline.locator("section.present iframe").content_frame.locator(".dslab-player")
    slider = player.get_by_role("slider", name="Step")
    player.focus()
    player.press("Home")
    for key in ("PageDown", "ArrowRight", "PageUp"):
        offline.keyboard.press(key)
    expect(slider).to_have_value("1")
    assert offline.evaluate("now") == place
    player.locator("[data-key='node A']").press("Enter")
    expect(player).to_contain_text("need a running kernel")
    offline.keyboard.press("Escape")
    offline.wait_for_function("document.activeElement.tagName !== 'IFRAME'")     # a message from the frame does it
    for _ in range(offline.locator("section.present .fragment").count() + 1):
        if offline.evaluate("now") == place:                            # first what was turned up last is turned down
            offline.keyboard.press("PageUp")
    assert offline.evaluate("now") == place - 1


def test_a_fragment_waits_for_its_key(made, offline):
    offline.goto(made["07"])
    place = offline.evaluate("slides.findIndex(slide => slide.querySelector('.fragment'))")
    offline.evaluate(f"location.hash = '#/{place + 1}'")
    part = offline.locator("section.present .fragment").first
    expect(part).to_be_hidden()
    offline.keyboard.press("ArrowRight")
    expect(part).to_be_visible()
    offline.keyboard.press("ArrowLeft")
    expect(part).to_be_hidden()
    offline.get_by_role("button", name="Forward").click()
    expect(part).to_be_visible()
