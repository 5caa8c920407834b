"""What the player lets one see, in one page from a file: filters, search, zoom, causes, promises, operations, code."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from dslab import judge, simulate
from dslab.player.html_export import html
from dslab.protocols.raft import DEMO, PROMISES

pytestmark = pytest.mark.browser

TRACE = simulate(DEMO)
CRASH = next(step.index for step in TRACE if step.kind == "crash")
ANSWERED = next(one for one in TRACE.operations if one.returned is not None)


@pytest.fixture(scope="module")
def window(browser, tmp_path_factory) -> Iterator[Page]:
    """The page, opened once: each test begins at its first step."""
    file = tmp_path_factory.mktemp("page") / "raft.html"
    file.write_text(html(TRACE), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.goto(file.as_uri())
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    page.close()


@pytest.fixture
def player(window) -> Iterator[Locator]:
    """As it opened: nothing selected, marked, searched for or left out."""
    player = window.locator(".dslab-player")
    player.focus()
    player.press("Escape")
    if window.get_by_role("button", name="Show all steps").is_visible():
        window.get_by_role("button", name="Show all steps").click()
    at(player, 0)
    yield player
    assert window.errors == []


def at(player: Locator, step: int) -> None:
    player.get_by_role("slider", name="Step").fill(str(step))
    player.focus()


def step_of(player: Locator) -> int:
    return int(player.get_by_role("slider", name="Step").input_value())


def rows(player: Locator) -> list[str]:
    """The nodes of the log's rows in the page."""
    return player.locator(".dslab-row .dslab-row-node").all_inner_texts()


def test_a_filter_leaves_the_rest_and_says_how_much(player):
    player.press("f")
    bar = player.get_by_role("group", name="Filter", exact=True)
    bar.get_by_role("button", name=re.compile("^A ")).click(modifiers=["Shift"])
    own = sum(step.node == "A" or (step.node is None and step.message is not None
              and "A" in (step.message.src, step.message.dst)) for step in TRACE)
    others = sum(step.node is None and step.message is None for step in TRACE)
    expect(player.locator(".dslab-shown")).to_have_text(f"{own + others} of {len(TRACE)} steps shown")
    assert set(rows(player)) <= {"A", "–"}
    player.get_by_role("button", name="Show all steps").click()
    expect(player.locator(".dslab-shown")).to_be_empty()


def test_repetition_is_hidden_by_a_key_and_the_cursor_steps_over_it(player):
    player.press("x")
    expect(player.locator(".dslab-shown")).to_have_text(re.compile(rf"^\d+ of {len(TRACE)} steps shown$"))
    at(player, 40)                              # among the first leader's heartbeats
    player.press("ArrowRight")
    assert step_of(player) > 45
    player.press("x")
    expect(player.locator(".dslab-shown")).to_be_empty()


def test_the_search_goes_from_match_to_match_by_keys(player):
    player.press("/")
    search = player.get_by_role("searchbox")
    expect(search).to_be_focused()
    search.fill("crash")
    search.press("Enter")
    assert step_of(player) == CRASH
    expect(player.locator("mark").first).to_have_text("crash")
    search.fill("starts")
    player.focus()
    player.press("n")
    first = step_of(player)
    player.press("n")
    player.press("N")
    assert step_of(player) == first


def test_the_zoom_shows_more_time_until_the_log_gives_way(player):
    marks = player.locator(".dslab-spacetime .dslab-mark")
    before = marks.count()
    for _ in range(4):
        player.press("[")
    assert marks.count() > 2 * before and player.locator(".dslab-row").count() == 0
    player.get_by_label("Space-time diagram and event log").hover()
    for _ in range(4):
        player.page.keyboard.down("Control")
        player.page.mouse.wheel(0, -100)
        player.page.keyboard.up("Control")
    expect(player.locator(".dslab-row").first).to_be_visible()


def test_a_drag_of_the_diagram_pans_and_is_no_click(player):
    diagram = player.locator(".dslab-scroll")
    box, before = diagram.bounding_box(), diagram.evaluate("list => list.scrollTop")
    mouse = player.page.mouse
    mouse.move(box["x"] + 60, box["y"] + 300)
    mouse.down()
    mouse.move(box["x"] + 60, box["y"] + 100, steps=4)
    mouse.up()
    assert diagram.evaluate("list => list.scrollTop") - before == pytest.approx(200, abs=10)
    assert step_of(player) == 0


def test_two_steps_are_compared_and_the_chain_is_drawn_in_all_views(player):
    answer, request = ANSWERED.returned, ANSWERED.invoked
    at(player, request)
    player.press("m")
    at(player, answer)
    said = player.locator(".dslab-pair")
    expect(said).to_contain_text(f"Step {request} happened before step {answer}")
    at(player, next(step.index for step in TRACE if step.kind == "timer" and step.node == "A"))
    at(player, max(step.index for step in TRACE if step.node == "C"))
    expect(said).to_contain_text(f"Step {request} happened before step")
    expect(player.locator(".dslab-route line").first).to_be_attached()
    expect(player.locator(".dslab-row.dslab-chain").first).to_be_attached()
    player.press("M")
    assert step_of(player) == request
    player.press("Escape")
    expect(said).to_be_hidden()


def test_steps_that_could_not_know_of_each_other_are_concurrent(player):
    starts = [step.index for step in TRACE if step.kind == "start"]
    at(player, starts[0])
    player.press("m")
    at(player, starts[1])
    expect(player.locator(".dslab-pair")).to_contain_text("are concurrent")


def test_what_a_node_knows_is_its_causal_past(player):
    step = max(step.index for step in TRACE if step.node == "C" and step.index < CRASH + 40)
    at(player, step)
    player.press("w")
    known = len(TRACE.causal_past(step)) + 1
    expect(player.locator(".dslab-shown")).to_have_text(f"{known} of {len(TRACE)} steps shown")
    expect(player.locator("[data-key='node A']")).to_have_attribute("aria-label", re.compile("up$"))    # C was not told
    player.press("ArrowRight")
    assert TRACE[step_of(player)].node == "C"
    player.press("w")
    expect(player.locator(".dslab-shown")).to_be_empty()


def test_the_lights_follow_the_cursor_and_a_key_finds_the_next_change(player):
    seen = sorted(verdict.step for verdict in judge(TRACE, PROMISES)
                  if verdict.promise.kind == "sometimes" and verdict.step)
    unseen = player.locator(".dslab-light-unseen")
    expect(unseen).to_have_count(len(seen))
    player.press("p")
    assert step_of(player) == seen[0]
    expect(unseen).to_have_count(len(seen) - 1)


def test_the_keys_go_along_the_operations_and_their_bars_are_buttons(player):
    player.press("o")
    assert step_of(player) == TRACE.operations[0].invoked
    bars = player.locator(".dslab-operation")
    expect(bars).to_have_count(len(TRACE.operations))
    bars.last.click(position={"x": 2, "y": 5})
    assert step_of(player) == TRACE.operations[-1].invoked


def test_a_log_is_a_row_of_boxes_and_says_what_is_committed(player):
    at(player, len(TRACE) - 1)
    row = player.get_by_role("img", name=re.compile("^Log of B: "))
    final = TRACE.state_at(len(TRACE) - 1)["B"]
    expect(row).to_have_accessible_name(re.compile(f"; committed up to {final['commit_index']}; next_index of "))
    expect(row.locator(".dslab-box[title]")).to_have_count(len(final["log"]))
    expect(row.locator(".dslab-box[title*=', committed']")).to_have_count(final["commit_index"])


def test_values_open_and_stay_open(player):
    at(player, len(TRACE) - 1)
    player.locator("[data-key='tab state']").press("Enter")
    player.locator("td details summary").first.focus()
    player.page.keyboard.press("Enter")
    expect(player.locator("td details[open] li").first).to_be_visible()
    player.focus()
    player.press("ArrowLeft")
    expect(player.locator("td details[open] li").first).to_be_visible()


def test_the_code_that_ran_is_a_key_away(player):
    step = next(step for step in TRACE if step.kind == "receive" and step.name == "RequestVote")
    at(player, step.index)
    player.press("h")
    expect(player.get_by_role("region", name="Code of the handler")).to_contain_text("def on_request_vote")
    player.press("h")


def test_all_of_it_fits_a_phone(player):
    player.page.set_viewport_size({"width": 360, "height": 740})
    player.press("f")
    player.press("m")
    wide = player.page.evaluate("() => document.documentElement.scrollWidth")
    player.page.set_viewport_size({"width": 1300, "height": 1000})
    assert wide <= 360
