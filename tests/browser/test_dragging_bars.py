"""A history is edited in a real JupyterLab, by mouse and by keys, and the kernel's verdict follows."""

import re
from collections.abc import Iterator

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

import notebooks
from lab import Lab

pytestmark = pytest.mark.browser

CELLS = [
    "from dslab import REGISTER\nfrom dslab.widgets.history_editor import history_editor",
    "history_editor()",
    "history_editor('A: write 1 [0, 2]\\nB: read -> none [3, 5]', REGISTER, models=True)",
    "history_editor('A: write 1 [0, 4]\\nB: read -> 1 [0, 4]', REGISTER, verdict=False,"
    " title='Place the points')",
]


@pytest.fixture(scope="module")
def lab(browser, server, course) -> Iterator[Lab]:
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=notebooks.METADATA), course / "editing.ipynb")
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    lab = Lab(context.new_page(), *server)
    lab.open("editing.ipynb")
    lab.run_all()
    assert lab.complaints() == []
    yield lab
    lab.stop_kernels()
    context.close()


def editor(lab: Lab, cell: int) -> Locator:
    shown = lab.page.locator(".jp-CodeCell").nth(cell).locator(".dslab-touch")
    shown.scroll_into_view_if_needed()
    return shown


def violations(lab: Lab) -> list[str]:
    """The rules of axe-core that are broken in what is ours."""
    return [rule["id"] for rule in Axe().run(lab.page, context=".dslab-touch").response["violations"]]


def drag(lab: Lab, part: Locator, px: float) -> None:
    """Take a part of a bar in its middle, and let it go that much to the right."""
    box = part.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lab.page.mouse.move(x, y)
    lab.page.mouse.down()
    lab.page.mouse.move(x + px, y, steps=6)
    lab.page.mouse.up()


def test_a_result_is_edited_and_the_order_is_numbered(lab):
    shown = editor(lab, 1)
    told = shown.get_by_role("status")
    expect(told).to_contain_text("✗ Not linearizable: B's get → 2 fits nowhere: it could only be told 4")
    assert violations(lab) == []
    bar = shown.get_by_role("button", name="B: get → 2")
    bar.focus()
    bar.press("Enter")
    shown.get_by_label("result").fill("4")
    shown.get_by_label("result").press("Enter")
    expect(told).to_contain_text("✓ Linearizable")
    expect(shown.locator(".number")).to_have_text(["2", "9", "3", "5", "10", "4", "6", "8", "1", "7"])
    assert violations(lab) == []
    shown.get_by_role("button", name="Undo").click()
    expect(told).to_contain_text("✗ Not linearizable")
    expect(shown.locator(".operation.bad")).to_have_count(2)
    shown.get_by_label("call").fill("gte")
    shown.get_by_label("call").press("Enter")
    expect(told).to_contain_text("it does not know ('gte',)")
    shown.get_by_role("button", name="Undo").click()
    expect(told).to_contain_text("✗ Not linearizable")


def test_a_bar_is_dragged_in_time_and_one_of_four_verdicts_changes(lab):
    """Curriculum D6.10."""
    shown = editor(lab, 2)
    models = shown.get_by_role("group", name="models").get_by_role("button")
    others = ["✓ sequentially consistent", "✓ causally consistent", "✓ serializable"]
    expect(models).to_have_text(["✗ not linearizable", *others])
    read = shown.locator("[data-bar=o1]")
    drag(lab, read.locator("[data-part=bar]"), -300)
    expect(models).to_have_text(["✓ linearizable", *others])
    expect(read).to_be_focused()
    for _ in range(3):
        read.press("Shift+ArrowRight")
    expect(models).to_have_text(["✗ not linearizable", *others])
    read.press("b")
    expect(read).to_have_attribute("aria-label", re.compile("the arrow keys move its beginning"))
    drag(lab, shown.locator("[data-bar=o0] [data-part=end]"), 400)
    expect(models).to_have_text(["✓ linearizable", *others])
    models.nth(2).click()
    expect(shown.get_by_role("status")).to_contain_text("Numbered: the order of A.")
    read.press("Escape")
    expect(shown.get_by_role("status")).to_contain_text("Numbered: the order of B.")


def test_points_are_placed_by_key_and_by_mouse_before_the_verdict_is_asked_for(lab):
    shown = editor(lab, 3)
    mine = shown.locator(".dslab-bar-mine")
    expect(mine).to_contain_text("Your points: ✓ they explain all results")
    expect(shown.get_by_role("status")).to_be_empty()
    read = shown.locator("[data-bar=o1]")
    read.focus()
    read.press("p")
    read.press("ArrowLeft")
    expect(mine).to_contain_text("✗ operation 1 in the order of the points is B's read → 1, and there it would be told")
    drag(lab, read.locator(".dot"), 150)
    expect(mine).to_contain_text("✓ they explain all results")
    shown.get_by_role("button", name="Show the verdict").press("Enter")
    expect(shown.get_by_role("button", name="Take my points away")).to_be_focused()
    expect(shown.get_by_role("status")).to_contain_text("✓ Linearizable")
    shown.get_by_role("button", name="Take my points away").click()
    expect(mine).to_be_hidden()
    expect(shown.locator(".number")).to_have_text(["1", "2"])


def test_operations_and_clients_are_added_and_removed_by_keys(lab):
    shown = editor(lab, 3)
    shown.get_by_role("button", name="Add client").press("Enter")
    expect(shown.locator("svg .client")).to_have_count(3)
    read = shown.locator("[data-bar=o1]")
    read.focus()
    read.press(" ")
    shown.get_by_role("button", name="Add operation").press("Enter")
    expect(shown.get_by_label("call")).to_be_focused()
    expect(shown.locator("[data-bar]")).to_have_count(3)
    shown.get_by_label("result").fill("7")
    shown.get_by_label("result").press("Enter")
    expect(shown.get_by_role("status")).to_contain_text("✗ Not linearizable: B's read → 7 fits nowhere")
    added = shown.locator("[data-bar=o2]")
    added.focus()
    added.press("Delete")
    expect(shown.locator("[data-bar]")).to_have_count(2)
    expect(read).to_be_focused()
    expect(shown.get_by_role("status")).to_contain_text("✓ Linearizable")
