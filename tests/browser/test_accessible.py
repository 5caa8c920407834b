"""The player for everybody: what a checker finds, the keyboard alone, no motion, a phone; and in a lecture."""

import json
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from dslab import Prediction, at, crash, isolate, play, simulate
from dslab.player.html_export import html, page
from dslab.protocols.raft import DEMO

pytestmark = pytest.mark.browser

PANELS = {"filters": "f", "messages": "q", "code": "h", "script": "s", "keys": "?", "mark": "m", "observer": "w"}


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> str:
    """A page with all that a trace can have: operations, promises, faults, logs."""
    file = tmp_path_factory.mktemp("page") / "raft.html"
    file.write_text(html(simulate(DEMO), focus=40), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(params=["light", "dark"])
def player(request, browser: Browser, address) -> Iterator[Locator]:
    context = browser.new_context(color_scheme=request.param, viewport={"width": 1300, "height": 900})
    yield opened(context.new_page(), address)
    context.close()


def opened(window: Page, address: str) -> Locator:
    window.goto(address)
    player = window.locator(".dslab-player")
    player.focus()
    return player


def violations(player: Locator) -> list[str]:
    """What axe-core finds: the rule, and where."""
    found = Axe().run(player.page).response["violations"]
    return [f"{rule['id']}: {node['target'][0]} ({node['failureSummary']})" for rule in found for node in rule["nodes"]]


# ---- axe-core ----

def test_the_checker_finds_nothing(player):
    assert violations(player) == []


@pytest.mark.parametrize("panel", PANELS)
def test_the_checker_finds_nothing_in_an_open_panel(player, panel):
    player.press("ArrowRight")
    player.press(PANELS[panel])
    assert violations(player) == []


@pytest.mark.parametrize("tab", ["history", "state", "messages", "promises", "script", "more"])
def test_the_checker_finds_nothing_under_a_tab(player, tab):
    player.locator(f"[data-key='tab {tab}']").press("Enter")
    expect(player.locator(f".dslab-view-{tab}")).to_be_visible()
    assert violations(player) == []


def test_the_checker_finds_nothing_with_a_selection_and_causes(player):
    player.locator("[data-key='node A']").press("Enter")
    player.locator("[data-key='tab more']").press("Enter")
    player.get_by_role("checkbox", name=re.compile("causal")).check()
    assert violations(player) == []


def test_the_checker_finds_nothing_in_a_lecture(player):
    player.press("l")
    assert violations(player) == []
    for name in ("state", "history"):
        player.locator(f"[data-key='tab {name}']").press("Enter")
    assert violations(player) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_checker_finds_nothing_while_a_question_is_asked_and_answered(browser, tmp_path, scheme):
    trace = simulate(DEMO)
    questions = [Prediction("Who leads?", list("ABCDE"), answer="A", at=9, until=15),
                 Prediction("In which order?", list("ABC"), answer=list("BCA"), at=15, until=20),
                 Prediction("How many votes?", answer=3, at=20, until=25),
                 Prediction("Who votes?", list("ABCDE"), answer={"A", "B"}, at=25, until=30)]
    (tmp_path / "asks.html").write_text(html(trace, ask=questions), encoding="utf-8")
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1300, "height": 900})
    player = opened(context.new_page(), (tmp_path / "asks.html").as_uri())
    question = player.locator(".dslab-question")
    for _ in questions:
        expect(question).to_have_attribute("data-phase", "open")
        assert violations(player) == []
        player.press("Y")
        player.press("y")
        expect(question).to_have_attribute("data-phase", "seen")
        assert violations(player) == []
        player.press("y")
    expect(question).to_have_attribute("data-phase", "closed")
    assert violations(player) == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_checker_finds_nothing_in_a_tour_and_its_keys_walk_through_it(browser, tmp_path, scheme):
    (tmp_path / "tour.html").write_text(html(simulate(DEMO), tour=True), encoding="utf-8")
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1300, "height": 900})
    player = opened(context.new_page(), (tmp_path / "tour.html").as_uri())
    tour = player.get_by_role("region", name="Guided tour")
    for key, said in (("", "1 of 2"), ("End", "2 of 2"), ("Home", "Done")):
        if key:
            player.press(key)
        expect(tour).to_contain_text(said)
        assert violations(player) == []
    tour.get_by_role("button", name="End the tour").press("Enter")
    expect(tour).to_be_hidden()
    context.close()


def test_the_checker_is_awake(player):
    player.evaluate("player => player.append(document.createElement('button'))")
    assert [line.partition(":")[0] for line in violations(player)] == ["button-name"]


@pytest.fixture(scope="module", params=["compared", "breaking"])
def acting(request, tmp_path_factory) -> str:
    """A page of a player as it is with a kernel, which here never answers."""
    if request.param == "breaking":
        shown = play(DEMO, mode="break")
        shown.choose(shown.acts["choices"]["next"][0]["decision"])
    else:
        shown = play(DEMO, scenarios={"A alone": [at(300, isolate("A"))]})
        shown.edit(crash("A"), step=60)
        shown.compare("original", shown.branches.current.name)
    acts = json.dumps(shown.acts).replace("<", "\\u003c")
    text = page(shown.payload).replace('["step", payload.focus]', f'["step", payload.focus], ["acts", {acts}]')
    file = tmp_path_factory.mktemp("page") / "acting.html"
    file.write_text(text, encoding="utf-8")
    return file.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_checker_finds_nothing_where_the_run_is_changed(browser, acting, scheme):
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1300, "height": 900})
    player = opened(context.new_page(), acting)
    assert violations(player) == []
    for kind in ("node", "link", "message"):
        if player.locator(f"[data-key^='{kind} ']").count():
            player.locator(f"[data-key^='{kind} ']").first.press("Enter")
            assert violations(player) == []
    player.press("b")
    player.evaluate("""player => player.querySelectorAll("button[aria-expanded=false], details:not([open]) > summary")
        .forEach(folded => folded.click())""")
    assert violations(player) == []
    context.close()


# ---- the lecture ----

def test_a_remote_steps_in_a_lecture_and_escape_leaves(player):
    slider = player.get_by_role("slider", name="Step")
    player.press("l")
    expect(player).to_have_class(re.compile("dslab-lecture"))
    player.press("PageDown")
    expect(slider).to_have_value("41")
    cue = player.locator(".dslab-cue").inner_text().removeprefix("Next: ")
    player.press("PageDown")
    expect(player.locator(".dslab-what")).to_have_text(cue)
    player.press("PageUp")
    expect(slider).to_have_value("41")
    player.press("Escape")
    expect(player).not_to_have_class(re.compile("dslab-lecture"))
    assert player.evaluate("player => player.style.zoom || document.fullscreenElement") is None


def test_a_tab_opens_a_view_and_closes_it_in_a_lecture_as_well(player):
    views = {"history": ".dslab-row", "state": ".dslab-states", "cluster": ".dslab-stage"}
    for lecture in (False, True):
        if lecture:
            player.press("l")
        for name, part in views.items():
            tab = player.locator(f"[data-key='tab {name}']")
            for _ in range(2):
                tab.press("Enter")
                shown = tab.get_attribute("aria-pressed") == "true"
                expect(player.locator(part).first).to_be_visible(visible=shown)


def test_one_key_hides_what_comes_next(player):
    player.press("l")
    player.press(".")
    expect(player.locator(".dslab-cue")).to_have_text("What comes next is hidden.")
    player.get_by_role("button", name="Hide what comes next").press("Enter")
    expect(player.locator(".dslab-cue")).to_contain_text("Next: ")


def test_without_a_full_screen_a_lecture_fills_the_window(browser, address):
    window = browser.new_page(viewport={"width": 1920, "height": 1080})
    window.add_init_script("Element.prototype.requestFullscreen = () => Promise.reject(new Error('no'))")
    player = opened(window, address)
    player.get_by_role("button", name=re.compile("^Lecture")).click()
    window.wait_for_function("() => document.querySelector('.dslab-player').matches(':popover-open')")
    box = player.bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 1920, 1080)
    large = player.locator(".dslab-what").evaluate("what => what.getBoundingClientRect().height")
    window.evaluate("document.body.focus()")
    window.keyboard.press("PageDown")                     # wherever the focus is
    expect(player.get_by_role("slider", name="Step")).to_have_value("41")
    window.keyboard.press("Escape")
    assert player.locator(".dslab-what").evaluate("what => what.getBoundingClientRect().height") < large
    window.close()


# ---- without motion, without a mouse, on a phone ----

def test_motion_is_left_out_for_those_who_do_not_want_it(browser, address):
    context = browser.new_context(reduced_motion="reduce")
    player = opened(context.new_page(), address)
    places = "player => [...player.querySelectorAll('.dslab-message')].map(one => one.getAttribute('transform')).join()"
    player.press("ArrowRight")
    before = player.evaluate(places)
    player.page.wait_for_timeout(200)
    assert before == player.evaluate(places)
    running = player.evaluate("player => player.getAnimations({subtree: true}).length")
    assert running == 0
    context.close()


def test_the_tab_key_reaches_every_control_and_shows_where_it_is(player):
    window = player.page
    controls = "button:visible, select:visible, input:visible, summary:visible, [tabindex='0']:visible"
    wanted = player.locator(controls).count()
    seen = set()
    for _ in range(wanted + 5):
        window.keyboard.press("Tab")
        found = window.evaluate("""() => {
            const one = document.activeElement;
            if (!one.closest(".dslab-player")) return null;
            const now = one.querySelector(":scope > .dslab-now, :scope > .dslab-grip");
            const style = getComputedStyle(one);
            const ring = style.outlineStyle !== "none" || (now && getComputedStyle(now).stroke !== "none");
            return [[...document.querySelectorAll(".dslab-player *")].indexOf(one), ring, one.outerHTML.slice(0, 120)];
        }""")
        if found:
            assert found[1], f"the focus is not to be seen on {found[2]}"
            seen.add(found[0])
    assert len(seen) >= wanted - player.locator("[tabindex='-1']:visible, :disabled").count()


@pytest.mark.parametrize("lecture", [False, True])
def test_nothing_is_cut_off_on_a_phone(browser, tmp_path, lecture):
    run = DEMO.plus(at(300, isolate("A")), at(500, crash("B"))).replace(title="Five servers, one of which is alone")
    (tmp_path / "phone.html").write_text(html(simulate(run)), encoding="utf-8")
    window = browser.new_page(viewport={"width": 360, "height": 740})
    player = opened(window, (tmp_path / "phone.html").as_uri())
    for key in ("f", "m", "ArrowRight", "s", *("l" * lecture)):
        player.press(key)
    assert window.evaluate("document.documentElement.scrollWidth") <= 360
    assert player.evaluate("player => player.scrollWidth <= player.clientWidth + 1")
    cut = player.evaluate("""player => [...player.querySelectorAll("button, input, select, h1, h2, p")]
        .filter(one => one.checkVisibility() && one.getBoundingClientRect().width > 1)
        // These scroll:
        .filter(one => !one.closest(".dslab-scroll, .dslab-lanes, .dslab-state-scroll, .dslab-logs, .dslab-tabs"))
        .filter(one => one.getBoundingClientRect().right > 360.5 || one.getBoundingClientRect().left < 0)
        .map(one => one.outerHTML.slice(0, 100))""")
    assert cut == []
    window.close()
