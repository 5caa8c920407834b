"""Two runs beside each other, in a browser: the keyboard, what a checker finds, and the room that it takes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect
from test_accessible import violations

from dslab import compare
from dslab.player.html_export import page
from dslab.player.static_page import ROOT, STYLE
from dslab.protocols.byzantine import FIGURE_1, FIGURE_2

pytestmark = pytest.mark.browser


@pytest.fixture(params=["light", "dark"])
def figures(request, browser: Browser, tmp_path) -> Iterator[Locator]:
    """The two figures as C saw them, in a window that is 960 px wide for them."""
    file = tmp_path / "figures.html"
    data = compare(FIGURE_1, FIGURE_2, view="C").payload
    file.write_text(page(data, root=ROOT, css=STYLE), encoding="utf-8")
    window = browser.new_page(color_scheme=request.param, viewport={"width": 976, "height": 800})
    complaints: list[str] = []
    window.on("pageerror", lambda error: complaints.append(str(error)))
    window.goto(file.as_uri())
    shown = window.locator(".dslab-compare")
    shown.focus()
    yield shown
    assert not complaints
    window.close()


def current(figures: Locator) -> str:
    return figures.locator("[aria-current=step] button").inner_text()


def test_the_keys_walk_through_both_runs_at_once(figures):
    expect(figures.get_by_role("slider", name="Step")).to_have_value("0")
    for key, step in (("ArrowRight", "2"), ("End", "5"), ("ArrowLeft", "4"), ("v", "2"), ("Home", "1")):
        figures.press(key)
        assert current(figures) == step
    figures.get_by_role("button", name="Go to step 4").press("Enter")
    assert current(figures) == "4"


def test_what_the_node_cannot_see_is_shown_on_demand(figures):
    figures.press("End")
    assert "order" not in figures.locator("[data-key='node B']").first.text_content()
    figures.press("e")
    expect(figures.get_by_role("checkbox", name="Show what C cannot see")).to_be_checked()
    assert "order" in figures.locator("[data-key='node B']").first.text_content()


def test_it_plays_to_the_end_and_stops(figures):
    figures.press(" ")
    expect(figures.get_by_role("button", name="Pause")).to_be_visible()
    expect(figures.get_by_role("button", name="Play")).to_be_visible()
    assert current(figures) == "5"


def test_the_checker_finds_nothing_in_a_comparison(figures):
    assert violations(figures) == []
    figures.press("v")
    figures.press("e")
    assert violations(figures) == []


def test_it_is_in_sight_as_a_whole(figures):
    box = figures.bounding_box()
    assert box["width"] == 960 and box["height"] <= 640
    assert figures.evaluate("shown => shown.scrollWidth <= shown.clientWidth")
