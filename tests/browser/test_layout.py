"""The player's face is measured: nothing is outside of it, on top of something else, cut off, or written too small."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator

from dslab import Run, at, crash, isolate, play, simulate
from dslab.player.html_export import html, page
from dslab.player.player import Player
from dslab.protocols import byzantine, failure_detectors
from dslab.protocols.raft import DEMO, Raft

pytestmark = pytest.mark.browser

FAULTS = Path(__file__).with_name("boxes.js").read_text("utf-8")
VIEWS = ("history", "state", "promises", "script", "more")
OPEN = [(), ("history",), ("state",), ("history", "state"), ("promises", "more"), ("script",)]
WINDOWS = {"notebook": (976, 656), "laptop": (1280, 720), "half": (496, 700), "projector": (1920, 1080)}
LECTURES = {"laptop", "projector"}


def acting(player: Player) -> str:
    """The page of a player as it is with a kernel, which here never answers."""
    acts = json.dumps(player.acts).replace("<", "\\u003c")
    return page(player.payload).replace('["step", payload.focus]', f'["step", payload.focus], ["acts", {acts}]')


def compared() -> str:
    player = play(DEMO, scenarios={"A alone": [at(300, isolate("A"))], "B crashes": [at(300, crash("B"))]})
    player.edit(crash("A"), step=60)
    player.compare("original", player.branches.current.name)
    return acting(player)


def breaking() -> str:
    player = play(DEMO, mode="break")
    player.choose(player.acts["choices"]["next"][0]["decision"])
    return acting(player)


PAGES = {
    "an election": lambda: html(simulate(DEMO), focus=120),
    "two branches": compared,
    "break it": breaking,
    "ten nodes": lambda: html(simulate(Run(Raft, 10, duration=600)), focus=60),
}


@pytest.fixture(scope="module", params=PAGES)
def address(request, tmp_path_factory) -> str:
    file = tmp_path_factory.mktemp("page") / "player.html"
    file.write_text(PAGES[request.param](), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(params=WINDOWS)
def player(request, browser: Browser, address) -> Iterator[Locator]:
    width, height = WINDOWS[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    window = context.new_page()
    window.goto(address)
    player = window.locator(".dslab-player")
    player.focus()
    player.lectures = request.param in LECTURES
    yield player
    context.close()


def tab(player: Locator, name: str) -> Locator:
    return player.locator(f"[data-key='tab {name}']")


def open_views(player: Locator, names: tuple[str, ...]) -> None:
    """These views, the cluster where there is room, and no other."""
    for name in VIEWS:
        if tab(player, name).count() and tab(player, name).get_attribute("aria-pressed") == "true":
            tab(player, name).press("Enter")
    for name in names:
        tab(player, name).press("Enter")
    player.page.wait_for_timeout(100)           # lists are laid out when they have got their size


def test_whatever_is_open_the_player_keeps_its_height_and_all_of_it_is_seen(player):
    high = player.bounding_box()["height"]
    assert high <= 640
    for lecture in (False, True) if player.lectures else (False,):
        if lecture:
            player.press("l")
        for names in OPEN:
            open_views(player, names)
            assert player.evaluate(FAULTS) == [], names
            assert lecture or player.bounding_box()["height"] == high


WHOLE = """(scrolled) => {
    const [names, ...columns] = [...scrolled.querySelectorAll("thead th")].map((one) => one.getBoundingClientRect());
    const atTheEnd = scrolled.scrollLeft + scrolled.clientWidth >= scrolled.scrollWidth - 1;
    return atTheEnd || columns.some(({ left }) => Math.abs(left - names.right) < 2);
}"""


def test_the_state_is_scrolled_by_whole_columns(player):
    """Beside the names of the attributes a column begins, or the last one ends on the right."""
    open_views(player, ("state",))
    slider, table = player.get_by_role("slider", name="Step"), player.locator(".dslab-state-scroll").first
    for lecture in (False, True) if player.lectures else (False,):
        if lecture:
            player.press("l")
        for step in (0, 15, 31, 60, 61):
            slider.fill(str(step))
            player.page.wait_for_timeout(150)               # it is scrolled with the next frame
            assert table.evaluate(WHOLE), step
        table.evaluate("(one) => { one.scrollLeft = 37; }")
        player.page.wait_for_timeout(600)                   # the browser takes its time to snap
        assert table.evaluate(WHOLE)


def test_a_selection_moves_nothing(player):
    player.page.wait_for_timeout(200)
    stage = player.locator(".dslab-views")
    before = stage.bounding_box()
    for thing in ("node B", "message "):
        player.locator(f"[data-key^='{thing}']").first.press("Enter")
        assert stage.bounding_box() == before
        assert player.evaluate(FAULTS) == []


def test_labels_of_a_broadcast_avoid_each_other_and_the_nodes(player):
    """A leader has just sent to all; then the messages arrive, one after the other."""
    for step in (15, 16, 31, 32, 33, 60, 61):
        player.get_by_role("slider", name="Step").fill(str(step))
        assert player.evaluate(FAULTS) == [], step


def test_the_tabs_stand_in_one_row_and_the_keyboard_brings_each_into_sight(player):
    tabs = player.locator(".dslab-tabs .dslab-tab")
    assert len(set(tabs.evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)"))) == 1
    for one in tabs.all():
        one.focus()
        room, box = player.locator(".dslab-tabs").bounding_box(), one.bounding_box()
        assert room["x"] - 1 <= box["x"] and box["x"] + box["width"] <= room["x"] + room["width"] + 1


@pytest.mark.parametrize(("run", "said", "unsaid"), [
    (DEMO, ["an answer that came", "next_index: a position in this log", "not committed"], ["holds a lock"]),
    (failure_detectors.DEMO, ["suspected by …"], ["an answer that came", "committed", "says yes"]),
    (byzantine.DEMO, ["says yes", "says no"], ["asks", "an answer that came", "suspected by …"]),
])
def test_the_legend_explains_the_marks_of_this_run_and_no_others(browser, tmp_path, run, said, unsaid):
    file = tmp_path / "player.html"
    file.write_text(html(simulate(run)), encoding="utf-8")
    window = browser.new_page(viewport={"width": 1280, "height": 720})
    window.goto(file.as_uri())
    window.get_by_role("button", name="More", exact=True).press("Enter")
    window.get_by_role("button", name="Legend", exact=True).press("Enter")
    words = window.locator(".dslab-legend-item bdi").all_inner_texts()
    assert [one for one in said if one not in words] == []
    assert [one for one in unsaid if any(one in word for word in words)] == []
    assert window.locator(".dslab-player").evaluate(FAULTS) == []
    window.close()
