"""The reader is the network, in a real JupyterLab: each change by keyboard or by a stroke, and what comes of it."""

import re
from collections.abc import Iterator

import nbformat
import pytest
from playwright.sync_api import Locator, expect

import notebooks
from lab import Lab

pytestmark = pytest.mark.browser

CELLS = [
    "from dslab import play, simulate\nfrom dslab.protocols.raft import DEMO\nplayer = play(DEMO)\nplayer",
    "bare = simulate(DEMO)\nbare.run = None",
]
SENT = 40                   # the first leader's heartbeats leave, and have not arrived
ASK = """async (code) => {
    const future = jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code});
    let said = "";
    future.onIOPub = (message) => { said += message.content.text ?? message.content.evalue ?? ""; };
    await future.done;
    return said;
}"""
# Where the ends of a link are drawn, in the window.
ENDS = """(picture, ids) => ids.map((id) => {
    const box = picture.querySelector(`[data-key="node ${id}"] .dslab-shape`).getBoundingClientRect();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
})"""


@pytest.fixture(scope="module")
def lab(browser, server, course) -> Iterator[Lab]:
    """JupyterLab with a notebook that has one player."""
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=notebooks.METADATA), course / "acting.ipynb")
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    lab = Lab(context.new_page(), *server)
    lab.errors = []
    lab.page.on("pageerror", lambda error: lab.errors.append(str(error)))
    lab.open("acting.ipynb")
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
    """The player as it opened, at a step with messages in flight."""
    python(lab, f"player.show(DEMO, step={SENT})")
    player = lab.page.locator(".dslab-player").first
    player.scroll_into_view_if_needed()
    expect(player.locator("[role='status'][aria-live]")).to_have_text(re.compile(f"^Step {SENT} of"))
    player.focus()
    player.press("Escape")
    yield player


def press(player: Locator, *keys: str) -> None:
    for key in keys:
        player.page.keyboard.press(key)


def choose(player: Locator, thing: str) -> None:
    """Select a node or a message by the keyboard."""
    player.locator(f"[data-key='{thing}']").focus()
    press(player, "Enter")


def happened(player: Locator, *words: str) -> None:
    """Wait until the step at the cursor says this."""
    for word in words:
        expect(player.locator(".dslab-what")).to_contain_text(word)


def changes(lab: Lab) -> list[str]:
    """What was added to the script, each as code without its moment."""
    events = python(lab, "[repr(event.action) for event in player.branches.current.events]")
    return eval(events)


def test_a_node_crashes_and_recovers_by_keys(lab, player):
    choose(player, "node B")
    press(player, "c")
    happened(player, "B crashes")
    expect(player.locator("[data-key='node B']")).to_be_focused()
    expect(player.get_by_role("button", name="Recover it now")).to_be_visible()
    expect(player.get_by_role("button", name="Crash it now")).to_have_count(0)
    press(player, "c")                          # it is down: the reason is said, and nothing is asked for
    expect(player.locator(".dslab-reason", has_text="B is down.")).to_be_visible()
    press(player, "r")
    happened(player, "B recovers")
    assert changes(lab) == ["recover('B')"]


def test_a_node_is_paused_and_resumed_by_one_button_each(lab, player):
    choose(player, "node A")
    player.get_by_role("button", name=re.compile("^Pause it now")).press("Enter")
    expect(player.locator("[data-key='node A']")).to_have_attribute("aria-label", re.compile("paused"))
    assert changes(lab) == ["pause('A')"]
    player.get_by_role("button", name="Resume it now").press("Enter")
    expect(player.locator("[data-key='node A']")).not_to_have_attribute("aria-label", re.compile("paused"))
    assert changes(lab) == ["resume('A')"]


def test_a_message_is_delivered_lost_doubled_and_held_back(lab, player):
    choose(player, "message A->B#4")
    press(player, "g")
    happened(player, "B")
    assert changes(lab) == ["deliver('A->B#4')"]
    choose(player, "message A->C#5")
    press(player, "d")
    happened(player, "dropped")
    assert changes(lab) == ["drop('A->C#5')"]
    choose(player, "message A->D#4")
    press(player, "D")
    happened(player, "duplicated")
    assert changes(lab) == ["duplicate('A->D#4', after=1.0)"]
    choose(player, "message A->E#4")
    press(player, ">")
    field = player.get_by_label("Hold it back for (ms):")
    expect(field).to_be_focused()
    field.fill("-5")
    press(player, "Enter")
    expect(player.locator(".dslab-reason", has_text="0 or more")).to_be_visible()
    field.fill("30")
    press(player, "Enter")
    happened(player, "held back")
    assert changes(lab) == ["delay('A->E#4', by=30)"]
    expect(field).to_be_focused()
    press(player, "Escape")
    expect(field).to_be_hidden()
    expect(player).to_be_focused()


def test_a_timer_goes_off_now(lab, player):
    choose(player, "node C")
    expect(player.get_by_role("button", name="Fire its timer election now")).to_be_enabled()
    press(player, "t")
    happened(player, "C")
    assert changes(lab) == ["fire('C', 'election')"]
    press(player, "ArrowRight")
    expect(player.locator("[data-key='node C']")).to_have_attribute("aria-label", re.compile("candidate"))


def test_a_client_asks_what_is_typed(lab, player):
    choose(player, "node alice")
    press(player, "a")
    field = player.get_by_role("textbox", name=re.compile("^The message to alice"))
    expect(field).to_be_focused()
    expect(field).to_have_value("Put(key='x', value=1)")
    field.fill("Put('y', 'a')")
    press(player, "Enter")
    happened(player, "alice", "y = a")
    assert changes(lab) == ["request('alice', Put(key='y', value='a'))"]
    field.fill("Putt('y')")
    press(player, "Enter")
    expect(player.get_by_role("alert")).to_contain_text("Did you mean")
    expect(field).to_have_value("Putt('y')")
    player.get_by_role("button", name="Take Get(key='x')").press("Enter")
    expect(field).to_have_value("Get(key='x')")
    expect(field).to_be_focused()
    press(player, "Escape")
    choose(player, "node A")
    press(player, "a")
    expect(player.locator(".dslab-reason", has_text="A handles no client requests.")).to_be_visible()


def test_a_clock_moves(lab, player):
    choose(player, "node D")
    press(player, "k")
    field = player.get_by_label("Move D's clock by (ms):")
    field.fill("-40")
    press(player, "Enter")
    happened(player, "D")
    assert changes(lab) == ["clock('D', step=-40)"]
    press(player, "Escape")


def test_links_are_cut_and_healed_by_keys(lab, player):
    choose(player, "node A")
    press(player, "j")
    about = player.locator(".dslab-about")
    expect(about).to_have_text("The link between A and B is open.")
    press(player, "C")
    expect(about).to_have_text("The link between A and B is cut in one direction: what A sends to B is lost.")
    assert changes(lab) == ["cut('A', 'B')"]
    press(player, "c")
    expect(about).to_have_text("The link between A and B is cut.")
    press(player, "H")
    expect(about).to_have_text("The link between A and B is open.")
    assert changes(lab) == ["heal('A', 'B')", "heal('B', 'A')"]
    press(player, "j", "J", "J")
    expect(about).to_have_text(re.compile("^The link between A and (?!B )"))


def stroke(player: Locator) -> None:
    """Draw a line across the link from A to B, near its middle, along half of its length."""
    start, end = player.locator(".dslab-topology").evaluate(ENDS, ["A", "B"])
    middle = [(start[axis] + end[axis]) / 2 for axis in "xy"]
    across = [(end["y"] - start["y"]) / 12, (start["x"] - end["x"]) / 12]
    mouse = player.page.mouse
    mouse.move(*[place - aside for place, aside in zip(middle, across, strict=True)])
    mouse.down()
    mouse.move(*middle)
    mouse.move(*[place + aside for place, aside in zip(middle, across, strict=True)])
    expect(player.locator(".dslab-stroke")).to_be_visible()
    mouse.up()
    expect(player.locator(".dslab-stroke")).to_be_hidden()


def test_a_line_across_links_cuts_them_in_one_direction_with_shift(lab, player):
    stroke(player)
    happened(player, "cut(")
    both = changes(lab)
    assert {"cut('A', 'B')", "cut('B', 'A')"} <= set(both) and len(both) % 2 == 0
    press(player, "u")
    expect(player.locator(".dslab-links .dslab-half")).to_have_count(0)
    player.page.keyboard.down("Shift")
    stroke(player)
    player.page.keyboard.up("Shift")
    happened(player, "cut(")
    one = changes(lab)
    assert len(one) == len(both) / 2 and set(one) < set(both)
    assert len({"cut('A', 'B')", "cut('B', 'A')"} & set(one)) == 1
    press(player, "H")
    happened(player, "heal()")
    expect(player.locator(".dslab-links .dslab-half")).to_have_count(0)


def test_a_click_on_a_link_selects_it_and_one_on_a_node_selects_the_node(player):
    start, end = player.locator(".dslab-topology").evaluate(ENDS, ["B", "C"])
    player.page.mouse.click((start["x"] + end["x"]) / 2, (start["y"] + end["y"]) / 2)
    expect(player.locator(".dslab-about")).to_have_text("The link between B and C is open.")
    player.page.mouse.click(start["x"], start["y"])
    expect(player.locator(".dslab-about")).to_have_text("B is up.")


def test_a_node_is_isolated_and_the_network_falls_apart_by_keys(lab, player):
    choose(player, "node E")
    press(player, "i")
    happened(player, "isolate('E')")
    press(player, "i")
    expect(player.locator(".dslab-reason", has_text="All links of E are cut already.")).to_be_visible()
    press(player, "P")
    sides = player.get_by_role("group", name="Nodes on one side:")
    expect(sides.get_by_role("checkbox", name="A", exact=True)).to_be_focused()
    press(player, "Enter")
    expect(player.locator(".dslab-reason", has_text="Choose some of the nodes")).to_be_visible()
    press(player, " ", "Tab", " ", "Enter")
    happened(player, "partition(('A', 'B'), ('C', 'D', 'E', 'alice'))")
    assert changes(lab) == ["partition(('A', 'B'), ('C', 'D', 'E', 'alice'))"]
    expect(sides.get_by_role("checkbox", name="B")).to_be_focused()
    expect(sides.get_by_role("checkbox", name="B")).to_be_checked()
    press(player, "Escape", "H")
    happened(player, "heal()")


def test_a_trace_without_a_run_says_why_nothing_can_be_done(lab, player):
    python(lab, "player.show(bare)")
    choose(player, "node A")
    expect(player.locator(".dslab-reason", has_text="This trace has no run that could be changed.")).to_be_visible()
    expect(player.get_by_role("button", name="Crash it now")).to_be_disabled()
    expect(player.get_by_role("button", name=re.compile("^More that can"))).to_be_hidden()


# ---- the list of the messages under way ----


def open_messages(player: Locator) -> Locator:
    """The rows of the list: its tab stays open from one player to the next."""
    if player.locator(".dslab-flights").is_hidden():
        press(player, "q")
    return player.locator(".dslab-flights > li")


def test_the_messages_under_way_are_worked_through_like_a_list(lab, player):
    """Keys only: the list opens, the arrows go from message to message, a key or a button changes one."""
    rows = open_messages(player)
    expect(rows).to_have_count(int(python(lab, f"len(player.trace.in_flight({SENT}))")))
    player.locator("[data-key='flight 0']").focus()
    press(player, "ArrowDown")
    chosen = player.locator("[data-key='flight 1']")
    expect(chosen).to_be_focused()
    expect(chosen).to_have_attribute("aria-pressed", "true")
    press(player, "d")
    happened(player, "is dropped")
    assert len(changes(lab)) == 1 and changes(lab)[0].startswith("drop(")


def test_a_message_of_the_list_is_delivered_or_held_back_by_its_button(lab, player):
    first = open_messages(player).first
    player.get_by_label("Hold back for (ms):").fill("30")
    first.get_by_role("button", name=re.compile("^Delay: ")).press("Enter")
    happened(player, "is held back")
    assert changes(lab)[0].startswith("delay(") and "by=30" in changes(lab)[0]
    expect(player.locator("[data-key='flight 0 delay']")).to_be_focused()
    player.locator("[data-key='flight 0 deliver']").press("Enter")
    happened(player, "is delivered at once")
