"""Demonstrations in a real browser: by mouse and by keyboard, on a laptop and on a phone; and what axe-core finds."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect
from test_accessible import violations

from dslab import simulate
from dslab.player.html_export import page
from dslab.protocols.logical_clocks import DEMO
from dslab.widgets.call_anatomy import call_anatomy
from dslab.widgets.causal_graph import causal_graph
from dslab.widgets.clock_hands import clock_hands
from dslab.widgets.demonstration import STYLE, Demonstration
from dslab.widgets.detector_lamp import detector_lamp
from dslab.widgets.framing import framing
from dslab.widgets.happened_before import happened_before
from dslab.widgets.history_editor import history_editor

pytestmark = pytest.mark.browser

ALL = {"framing": framing, "clock hands": clock_hands, "events": happened_before, "lamp": detector_lamp,
       "call": call_anatomy, "graph": lambda: causal_graph(simulate(DEMO)), "history": history_editor}


def shown(browser: Browser, made: Demonstration, folder, *, width: int = 960, scheme: str = "light") -> Locator:
    """The page of a demonstration."""
    file = folder / "page.html"
    file.write_text(page({"focus": 0, **made.payload}, root=made.root, css=STYLE), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    window = context.new_page()
    window.problems = []
    window.on("pageerror", lambda error: window.problems.append(str(error)))
    window.goto(file.as_uri())
    return window.locator(".dslab-touch")


@pytest.fixture
def opened(browser, tmp_path) -> Iterator:
    """Opens demonstrations; in the end there was no error in any."""
    windows = []

    def show(made: Demonstration, **options) -> Locator:
        touch = shown(browser, made, tmp_path, **options)
        windows.append(touch.page)
        return touch

    yield show
    for window in windows:
        assert window.problems == []
        window.context.close()


@pytest.mark.parametrize("scheme, width", [("light", 960), ("dark", 480)])
@pytest.mark.parametrize("name", ALL)
def test_it_fits_and_the_checker_finds_nothing(opened, name, scheme, width):
    touch = opened(ALL[name](), width=width, scheme=scheme)
    assert violations(touch) == []
    assert touch.page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 960:
        assert touch.bounding_box()["height"] <= 640


def test_a_cut_is_dragged_and_moved_by_keys(opened):
    touch = opened(framing())
    expect(touch.get_by_role("status")).to_contain_text("2 messages were sent and 1 read")
    touch.get_by_label("A piece").fill("4")
    cut = touch.get_by_role("slider", name="cut").first
    cut.focus()
    cut.press("ArrowRight")
    expect(touch.get_by_role("slider", name="cut").first).to_be_focused()
    expect(touch.get_by_role("slider", name="cut").first).to_have_attribute("aria-valuenow", "5")
    touch.get_by_role("slider", name="cut").nth(1).press("Delete")
    expect(touch.get_by_role("status")).to_contain_text("✓ 2 messages were sent and 2 read")
    box = touch.get_by_role("slider", name="cut").bounding_box()
    mouse = touch.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2 - 100, box["y"] + 20, steps=5)
    mouse.up()
    expect(touch.get_by_role("status")).to_contain_text("not as they were sent")


def test_a_clock_is_slewed_stepped_or_left_alone(opened):
    touch = opened(clock_hands())
    slider, button = touch.get_by_role("slider"), touch.get_by_role("button", name="Correct the clock")
    for place, words in (("14", "Step: it jumped back by 400 ms"), ("35", "Panic: 33.3 min"), ("0", "It is right")):
        slider.fill(place)
        expect(touch.get_by_role("status")).to_be_empty()
        button.click()
        expect(touch.get_by_role("status")).to_contain_text(words)
    slider.press("ArrowLeft")
    expect(touch.get_by_role("img", name="1 ms behind")).to_be_visible()
    button.press("Enter")
    expect(touch.get_by_role("status")).to_contain_text("Slew: it ran 500 ppm faster for 2 s")


def test_a_pair_is_clicked_a_message_is_drawn_and_an_impossible_one_is_refused(opened):
    touch = opened(happened_before())
    told = touch.get_by_role("status")
    expect(told).to_contain_text("6 events; 5 total orders")
    event = {letter: touch.locator(f"[data-event={letter}]") for letter in "abcdefg"}
    event["a"].click()
    event["f"].click()
    expect(told).to_contain_text("a → f: a happened before f, by a → b → c → d → f")
    event["e"].click()
    expect(told).to_contain_text("f")
    event["a"].click()
    expect(told).to_contain_text("e ∥ a")
    event["e"].drag_to(event["c"], force=True)
    expect(told).to_contain_text("✗ c is not later than e")
    event["a"].drag_to(event["e"], force=True)
    expect(told).to_contain_text("a → e")


def test_a_drawing_is_made_by_keys_alone(opened):
    touch = opened(happened_before())
    told = touch.get_by_role("status")
    touch.get_by_role("button", name="Event on C").press("Enter")
    added = touch.get_by_role("button", name="g on C")
    expect(added).to_be_focused()
    touch.locator("[data-event=b]").press("m")
    expect(told).to_contain_text("A message from b")
    added.press("Enter")
    expect(added).to_have_attribute("aria-label", "g on C, 6 ⟨2,2,3⟩")
    added.press("ArrowRight")
    expect(added).to_be_focused()
    touch.locator("[data-event=e]").press("ArrowRight")
    expect(told).to_contain_text("✗ C has an event at that moment already")
    added.press("Delete")
    expect(told).to_contain_text("6 events")


def test_the_lamp_follows_its_sliders(opened):
    touch = opened(detector_lamp())
    told, lamp = touch.get_by_role("status"), touch.get_by_role("img")
    expect(told).to_contain_text("✓ B was never suspected while it was up; its crash is noticed after")
    expect(lamp).to_have_attribute("aria-label", "At 3000 ms B is suspected")
    touch.get_by_role("slider", name="Now").fill("1000")
    expect(lamp).to_have_attribute("aria-label", "At 1000 ms B is trusted")
    touch.get_by_role("slider", name="Timeout").fill("60")
    expect(told).to_contain_text("✗ B was suspected")
    touch.get_by_role("slider", name="Timeout").fill("400")
    touch.get_by_role("slider", name="B crashes").press("End")
    expect(told).to_contain_text("it never crashed")
    touch.get_by_role("button", name="Play").press("Enter")
    expect(touch.get_by_role("button", name="Pause")).to_be_focused()
    expect(touch.get_by_role("button", name="Play")).to_be_visible()
    expect(lamp).to_have_attribute("aria-label", "At 3000 ms B is trusted")


def test_a_call_is_stepped_through_and_a_byte_says_its_field(opened):
    touch = opened(call_anatomy())
    told, forward = touch.get_by_role("status"), touch.get_by_role("button", name="Next")
    expect(told).to_contain_text("1. The shop calls")
    forward.press("Enter")
    expect(told).to_contain_text("name and arguments become 68 bytes")
    touch.get_by_role("button", name="byte 47: C, 43").click()
    expect(touch.locator(".dslab-touch-meaning")).to_have_text(
        'Byte 47 belongs to "Carol": the value of customer: text, in quotes.')
    touch.get_by_role("button", name="byte 47: C, 43").press("ArrowRight")
    expect(touch.get_by_role("button", name="byte 48: a, 61")).to_be_focused()
    for _ in range(7):
        forward.press("Enter")
    expect(told).to_contain_text("✓ 9. The shop goes on: ok")
    touch.get_by_role("button", name="Start again").press("Enter")
    expect(told).to_contain_text("1. The shop calls")


def test_a_page_keeps_the_first_verdict_on_a_history_and_says_that_another_needs_a_kernel(opened):
    touch = opened(history_editor())
    told = touch.get_by_role("status")
    expect(told).to_contain_text("✗ Not linearizable: B's get → 2 fits nowhere")
    expect(touch.locator(".operation.bad")).to_have_count(2)
    bar = touch.get_by_role("button", name="A: set 1, from 1.5 to 4.1")
    bar.focus()
    bar.press("ArrowRight")
    expect(touch.get_by_role("button", name="A: set 1, from 1.6 to 4.2")).to_be_focused()
    expect(told).to_have_text("The verdict on a changed history needs a kernel: run this cell in JupyterLab.")
    touch.get_by_role("button", name="Undo").click()
    expect(told).to_contain_text("✗ Not linearizable")


def test_a_page_shows_a_closed_verdict_when_it_is_asked_for_and_says_that_a_kernel_judges_points(opened):
    touch = opened(history_editor(verdict=False))
    told = touch.get_by_role("status")
    expect(told).to_be_empty()
    touch.locator(".dot").first.drag_to(touch.locator("[data-bar=o2]"), force=True)
    expect(touch.get_by_text("Whether your points explain all results is judged by a kernel")).to_be_visible()
    touch.get_by_role("button", name="Show the verdict").click()
    expect(told).to_contain_text("✗ Not linearizable: B's get → 2 fits nowhere")
