"""Questions in a deck: one key asks, one reveals, while the slides have the focus."""

import nbformat
import pytest
from playwright.sync_api import expect

import notebooks

pytestmark = pytest.mark.browser

CELLS = ["# Asked", """from dslab import Prediction, ask, play
from dslab.protocols.raft import DEMO
play(DEMO, ask=Prediction("Who leads?", list("ABCDE"), answer=lambda trace: trace.outputs("leader")[0].node, at=9,
                          until=15))""",
         "## And then", "ask('How many are a majority of five?', [2, 3, 4], answer=lambda: 5 // 2 + 1)"]


@pytest.fixture
def deck(tmp_path, monkeypatch) -> str:
    """The address of a deck with two slides: a player that asks, and a question that stands alone."""
    monkeypatch.setenv("DSLAB_STATIC", "")      # put back after the test
    v4 = nbformat.v4
    title, player, heading, question = CELLS
    notebook = v4.new_notebook(metadata=notebooks.METADATA, cells=[
        v4.new_markdown_cell(title), v4.new_code_cell(player),
        v4.new_markdown_cell(heading), v4.new_code_cell(question)])
    notebooks.strip(notebook)
    nbformat.write(notebook, tmp_path / "asked.ipynb")
    notebooks.write_site([tmp_path / "asked.ipynb"], tmp_path / "slides", deck=True)
    return (tmp_path / "slides" / "asked.html").as_uri()


def test_one_key_asks_and_one_reveals(deck, page):
    page.goto(deck)
    player = page.locator("section.present iframe").content_frame.locator(".dslab-player")
    question = player.locator(".dslab-question")
    expect(question).to_have_attribute("data-phase", "open")
    page.locator("body").press("Y")
    expect(question).not_to_have_attribute("data-phase", "open")
    page.evaluate("window.focus()")
    page.locator("body").press("y")
    expect(question.locator(".dslab-result")).to_have_text("It is A.")
    page.evaluate("location.hash = '#/2'")
    answer = page.locator("section.present details")
    expect(page.locator("section.present")).to_contain_text("How many are a majority of five?")
    expect(answer.get_by_text("3", exact=True)).to_be_hidden()
    page.locator("body").press("Y")
    expect(answer.get_by_text("3", exact=True)).to_be_visible()
