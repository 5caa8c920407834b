"""Controls and demonstrations in a real JupyterLab: they have names, the arrow keys are theirs, the chart follows."""

from collections.abc import Iterator

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

import notebooks
from lab import Lab

pytestmark = pytest.mark.browser

CELLS = [
    "from dslab import vary\nfrom dslab.charts.plots import curves",
    "vary(lambda k, p=0.1, kind='line': f'{k} of {p} {kind}', k=(1, 9, 'nodes'), p=(0.0, 1.0), kind=['line', 'tree'])",
    "vary(lambda k: curves(range(9), {'y': [k * x for x in range(9)]}, {}, title=f'{k} x'), k=(1, 9))",
    "from dslab.widgets.framing import framing\nframing()",
    "from dslab.widgets.happened_before import happened_before\nhappened_before()",
]


@pytest.fixture(scope="module")
def lab(browser, server, course) -> Iterator[Lab]:
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=notebooks.METADATA), course / "varying.ipynb")
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    lab = Lab(context.new_page(), *server)
    lab.open("varying.ipynb")
    lab.run_all()
    assert lab.complaints() == []
    yield lab
    lab.stop_kernels()
    context.close()


def output(lab: Lab, cell: int) -> Locator:
    return lab.page.locator(".jp-CodeCell").nth(cell).locator(".jp-Cell-outputArea")


def test_arrow_keys_move_a_slider_and_its_text_follows(lab):
    slider = output(lab, 1).get_by_role("slider", name="k (nodes)")
    slider.focus()
    for text in ("2 of 0.1 line", "3 of 0.1 line"):
        slider.press("ArrowRight")
        expect(output(lab, 1).locator("pre")).to_have_text(text)
    expect(slider).to_be_focused()


def test_a_menu_has_its_name(lab):
    output(lab, 1).get_by_role("combobox", name="kind").select_option("tree")
    expect(output(lab, 1).locator("pre")).to_contain_text("tree")


def test_a_chart_follows_a_slider(lab):
    slider = output(lab, 2).get_by_role("slider", name="k")
    slider.focus()
    slider.press("End")
    expect(output(lab, 2).get_by_role("img", name="9 x")).to_be_visible()


def test_the_checker_finds_nothing_in_the_controls(lab):
    found = Axe().run(lab.page, context=".dslab-varied").response["violations"]
    assert [rule["id"] for rule in found] == []


def test_a_demonstration_takes_the_arrow_keys_of_a_notebook(lab):
    slider = output(lab, 3).get_by_role("slider", name="A piece")
    slider.focus()
    slider.press("ArrowLeft")
    expect(slider).to_be_focused()
    expect(output(lab, 3).get_by_role("listitem").first).to_have_text("9 bytes: helloworl")
    event = output(lab, 4).locator("[data-event=e]")
    event.press("ArrowLeft")
    expect(event).to_be_focused()
    event.press("Enter")
    expect(event).to_have_attribute("aria-pressed", "true")
