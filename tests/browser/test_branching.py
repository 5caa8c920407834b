"""Branches and choices, in a real JupyterLab: listed, named, compared, copied; and a promise broken by keys alone."""

import re
from collections.abc import Iterator

import nbformat
import pytest
from playwright.sync_api import Locator, expect

import notebooks
from dslab import Run, explore
from dslab.protocols.raft import two_leaders_never_share_a_term
from dslab.protocols.raft_variants import Amnesia
from lab import Lab

pytestmark = pytest.mark.browser

CELLS = [
    "from dslab import Run, at, crash, isolate, play, simulate\n"
    "from dslab.protocols.raft import DEMO\n"
    "from dslab.protocols.raft_variants import Amnesia",
    "player = play(DEMO, scenarios={'stale leader': [at(500, isolate('A'))]})\nplayer",
    "breaking = play(Run(Amnesia, 3), mode='break')\nbreaking",
]
BREAKS = explore(Run(Amnesia, 3), [two_leaders_never_share_a_term], crashes=1, recoveries=1).paths
ASK = """async (code) => {
    const future = jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code});
    let said = "";
    future.onIOPub = (message) => { said += message.content.text ?? message.content.evalue ?? ""; };
    await future.done;
    return said;
}"""


@pytest.fixture(scope="module")
def lab(browser, server, course) -> Iterator[Lab]:
    """JupyterLab with one notebook that has a player and one in which each next event is chosen."""
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=notebooks.METADATA), course / "branching.ipynb")
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab = Lab(context.new_page(), *server)
    lab.errors = []
    lab.page.on("pageerror", lambda error: lab.errors.append(str(error)))
    lab.open("branching.ipynb")
    lab.run_all()
    assert lab.complaints() == []
    yield lab
    lab.stop_kernels()
    context.close()
    assert lab.errors == []


def python(lab: Lab, expression: str) -> str:
    """What Python says that this is, now."""
    return lab.page.evaluate(ASK, f"print({expression})").removesuffix("\n")


@pytest.fixture
def player(lab) -> Iterator[Locator]:
    """The first player, as it opened."""
    python(lab, "player.show(DEMO, step=40)")
    player = lab.page.locator(".dslab-player").first
    player.scroll_into_view_if_needed()
    expect(player.locator("[role=status][aria-live]")).to_have_text(re.compile("^Step 40 of"))
    player.focus()
    player.press("Escape")
    yield player


def crash(player: Locator, node: str) -> None:
    """Crash a node now, by the keyboard, and wait for what comes of it."""
    player.locator(f"[data-key='node {node}']").focus()
    player.page.keyboard.press("Enter")
    player.page.keyboard.press("c")
    expect(player.locator(".dslab-what")).to_contain_text(f"{node} crashes")


def shown(player: Locator) -> Locator:
    """The branch that the list marks as the one that is shown."""
    return player.locator(".dslab-branches [aria-current='true']")


def listed(player: Locator) -> Locator:
    """The list of branches, opened by its key."""
    player.press("b")
    branches = player.get_by_role("region", name="Branches")
    expect(branches).to_be_visible()
    return branches


def test_branches_are_listed_shown_and_undone_by_keys(player):
    crash(player, "A")
    branches = listed(player)
    expect(branches.get_by_role("listitem")).to_have_count(2)
    expect(shown(player)).to_contain_text("crash('A')")
    player.press("u")
    expect(shown(player)).to_have_text("original")
    branches.get_by_role("button", name=re.compile(r"^Show the branch at\(.*crash")).press("Enter")
    expect(shown(player)).to_contain_text("crash('A')")
    expect(shown(player)).to_be_focused()
    expect(player.locator(".dslab-what")).to_contain_text("A crashes")


def test_a_branch_gets_a_name_and_is_deleted(lab, player):
    crash(player, "A")
    branches = listed(player)
    branches.get_by_role("button", name=re.compile("^Rename at")).press("Enter")
    field = branches.get_by_role("textbox")
    expect(field).to_be_focused()
    field.fill("<b>no leader</b>")                          # a name is text, whatever it looks like
    field.press("Enter")
    expect(shown(player)).to_have_text("<b>no leader</b>")
    expect(shown(player)).to_be_focused()
    assert python(lab, "player.branches.current.name") == "<b>no leader</b>"
    field.wait_for(state="detached")
    branches.get_by_role("button", name=re.compile("^Rename <b>")).click()
    field.fill("original")
    field.press("Enter")
    expect(player.get_by_role("alert")).to_contain_text("there is a branch 'original' already")
    branches.get_by_role("button", name=re.compile("^Delete <b>")).press("Enter")
    expect(shown(player)).to_have_text("original")
    expect(branches.get_by_role("listitem")).to_have_count(1)


def test_two_branches_stand_side_by_side_and_the_line_between_alike_and_different_is_level(lab, player):
    crash(player, "A")
    first = int(player.get_by_role("slider", name="Step").input_value())
    player.press("v")
    sides = player.locator(".dslab-side")
    expect(sides).to_have_count(2)
    player.locator("[data-key='tab cluster']").press("Enter")           # without it there is room for words, too
    player.press("V")
    expect(player.locator(".dslab-comparison")).to_contain_text(f"Alike up to step {first - 1}; from step {first} on")
    expect(sides.nth(0).locator(".dslab-row.dslab-current")).to_contain_text("A crashes")
    expect(sides.nth(1).locator(".dslab-row.dslab-current .dslab-row-k")).to_have_text(str(first))
    one, other = (sides.nth(n).locator(".dslab-parting").bounding_box()["y"] for n in (0, 1))
    assert one == pytest.approx(other, abs=2)
    player.get_by_role("slider", name="Step").fill(str(first + 60))
    now = float(python(lab, f"player.trace[{first + 60}].time"))
    beside = int(sides.nth(1).locator(".dslab-row.dslab-current .dslab-row-k").inner_text())
    times = [float(time) for time in python(lab, "[s.time for s in simulate(DEMO)]").strip("[]").split(", ")]
    assert times[beside] <= now < times[beside + 1]
    sides.nth(1).locator(f"[data-step='{beside - 3}']").click()
    expect(sides.nth(1).locator(".dslab-row.dslab-current .dslab-row-k")).to_have_text(str(beside - 3))
    assert first < int(player.get_by_role("slider", name="Step").input_value()) < first + 60
    branches = listed(player)
    branches.get_by_role("button", name="Rename original").press("Enter")
    branches.get_by_role("textbox").fill("first")
    branches.get_by_role("textbox").press("Enter")
    expect(sides.nth(1).locator(".dslab-side-head")).to_contain_text("first")
    player.locator("[data-key='tab cluster']").press("Enter")
    player.press("v")
    expect(sides).to_have_count(0)


def test_both_lists_scroll_together(player):
    crash(player, "A")
    player.press("v")
    lists = player.locator(".dslab-side .dslab-scroll")
    expect(lists).to_have_count(2)
    player.press("Home")
    player.page.wait_for_function("""() => {        // again and again: a busy page may still be going to the first step
        const [one, other] = document.querySelectorAll('.dslab-side .dslab-scroll');
        other.scrollTop = 300;
        return Math.abs(one.scrollTop - 300) < 3;
    }""")
    player.press("v")
    expect(lists).to_have_count(0)


def test_what_is_copied_is_the_run_that_is_played(lab, player):
    crash(player, "A")
    player.press("s")
    panel = player.get_by_role("region", name="Script")
    copied = {}
    for name in ("Copy as a Python script", "Copy as JSON", "Copy as a test file"):
        panel.get_by_role("button", name=name).press("Enter")
        expect(panel.get_by_role("status")).to_have_text(re.compile("^Copied: "))
        copied[name] = lab.page.evaluate("navigator.clipboard.readText()")
        assert panel.locator("pre").text_content() == copied[name]
        expect(panel.get_by_role("button", name=name)).to_be_focused()
    assert copied["Copy as a Python script"].endswith("\nrun = " + python(lab, "player.run.code()"))
    assert copied["Copy as JSON"] == python(lab, "player.run.to_json()")
    assert "crash('A')" in copied["Copy as a test file"] and "\n    assert " in copied["Copy as a test file"]
    player.press("s")


def test_a_text_that_cannot_be_copied_is_selected(lab, player):
    lab.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not here')); }")
    player.press("s")
    panel = player.get_by_role("region", name="Script")
    panel.get_by_role("button", name="Copy as a Python script").click()
    expect(panel.get_by_role("status")).to_contain_text("press Ctrl+C")
    assert lab.page.evaluate("getSelection().toString()").endswith(python(lab, "player.run.code()"))
    lab.page.evaluate("delete navigator.clipboard.writeText")
    player.press("s")


def test_a_scenario_is_a_button(lab, player):
    button = player.get_by_role("button", name="Show the scenario stale leader")
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(player.locator(".dslab-what")).to_contain_text("isolate('A')")
    assert python(lab, "player.branches.current.name") == "stale leader"
    player.press("u")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_a_promise_is_broken_by_keys_alone_and_mended_by_one(lab):
    player = lab.page.locator(".dslab-player").nth(1)
    player.scroll_into_view_if_needed()
    player.focus()
    panel = player.get_by_role("region", name="Break it")
    (path,) = BREAKS.values()
    for taken, decision in enumerate(path, 1):
        expect(panel.get_by_role("alert")).to_be_hidden()
        titles = panel.locator(".dslab-choice").evaluate_all("buttons => buttons.map((one) => one.title)")
        page, place = divmod(titles.index(decision), 9)
        for key in ["0"] * page + [str(place + 1)]:
            player.press(key)
        expect(panel).to_contain_text(f"choices taken: {taken}")
    alert = panel.get_by_role("alert")
    expect(alert).to_contain_text("You broke a promise: two leaders never share a term.")
    expect(player.locator("[data-key='tab promises']")).to_have_text("Promises, broken: 1")
    alert.get_by_role("button", name="Copy as a Python script").press("Enter")
    expect(alert.get_by_role("status")).to_have_text(re.compile("^Copied: "))
    script = lab.page.evaluate("navigator.clipboard.readText()")
    assert all(repr(decision) in script for decision in path)
    player.focus()
    player.press("u")
    expect(alert).to_be_hidden()
    expect(player.locator("[data-key='tab promises']")).to_have_text("Promises")


def test_a_kernel_that_does_not_answer_is_told_of(lab):
    player = lab.page.locator(".dslab-player").nth(1)
    panel = player.get_by_role("region", name="Break it")
    python(lab, "setattr(breaking, 'receive', lambda content: None)")
    player.focus()
    player.press("1")
    expect(panel).to_contain_text("simulating again")
    expect(panel).to_contain_text("No answer from the kernel")
    python(lab, "delattr(breaking, 'receive')")
    player.press("1")
    expect(panel).not_to_contain_text("No answer from the kernel")
