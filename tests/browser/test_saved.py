"""A notebook that was run and saved: its players step, play and filter again, with no kernel and with no network."""

import json
import re

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import FrameLocator, Locator, Page, expect
from traitlets.config import Config

import notebooks

pytestmark = pytest.mark.browser

CELLS = ["from dslab import play\nfrom dslab.protocols.raft import DEMO\nplay(DEMO, step=9)",
         "play(lambda seed: DEMO.replace(seed=seed), seed=(0, 9))"]
CONFIG = Config(json.loads((notebooks.ROOT / "tools" / "jupyter_nbconvert_config.json").read_text()))
SHUT_DOWN = "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"


def chapter() -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    return nbformat.v4.new_notebook(cells=cells, metadata=notebooks.METADATA)


def steps_and_filters(player: Locator) -> None:
    """Stepping, scrubbing, playing and filtering: all that needs no kernel."""
    slider = player.get_by_role("slider", name="Step")
    player.press("ArrowRight")
    expect(slider).to_have_value("10")
    slider.fill("40")
    player.press("Space")
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    player.page.wait_for_timeout(500)
    player.press("Space")
    assert int(slider.input_value()) >= 40
    player.press("x")
    expect(player.locator(".dslab-shown")).to_have_text(re.compile("steps shown"))


# ---- in JupyterLab ----

def test_it_plays_when_it_is_opened_again(lab, course):
    nbformat.write(chapter(), course / "saved.ipynb")
    lab.open("saved.ipynb")
    lab.run_all()
    expect(lab.page.locator(".dslab-player")).to_have_count(2)
    lab.save()
    assert "widgets" in nbformat.read(course / "saved.ipynb", as_version=4).metadata
    lab.stop_kernels()
    lab.open("saved.ipynb")
    expect(lab.page.locator(".dslab-player")).to_have_count(2)
    lab.page.evaluate(SHUT_DOWN)
    player = lab.page.locator(".dslab-player").first
    steps_and_filters(player)
    player.locator("[data-key='node A']").press("Enter")
    player.press("c")
    expect(player.get_by_text(re.compile("kernel"))).to_be_visible()


# ---- as a page ----

@pytest.fixture(scope="module")
def saved() -> nbformat.NotebookNode:
    """A notebook, run, with the state of its widgets."""
    return NotebookClient(chapter(), timeout=600, store_widget_state=True,
                          extra_arguments=["--log-level=ERROR"]).execute()


def exported(notebook: nbformat.NotebookNode, file, page: Page) -> list[FrameLocator]:
    """The frames of the page that nbconvert makes of it, in a browser without a network."""
    html, _ = HTMLExporter(config=CONFIG).from_notebook_node(notebook)
    file.write_text(html, encoding="utf-8")
    page.context.set_offline(True)
    page.goto(file.as_uri(), wait_until="commit")
    frames = page.locator("iframe")
    return [frames.nth(place).content_frame for place in range(frames.count())]


def test_nbconvert_makes_a_page_in_which_it_plays(saved, tmp_path, page):
    frames = exported(saved, tmp_path / "saved.html", page)
    assert len(frames) == 2
    player = frames[0].locator(".dslab-player")
    steps_and_filters(player)
    player.locator("[data-key='node A']").press("Enter")
    expect(player.get_by_role("button", name=re.compile("^Crash it"))).to_be_disabled()
    expect(frames[1].locator(".dslab-player")).to_be_visible()


def test_where_no_script_may_run_there_is_a_picture(saved, tmp_path, page):
    still = nbformat.from_dict(saved)
    still.metadata.pop("widgets", None)
    picture = still.cells[0].outputs[0].data["image/svg+xml"]
    assert "<script" not in picture and len(picture) < 100_000
    assert exported(still, tmp_path / "still.html", page) == []
    expect(page.get_by_role("img")).to_have_count(2)
