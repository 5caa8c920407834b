"""A player that is shown before it is told what to play says that it waits, and then plays it."""

import re

import nbformat
import pytest
from playwright.sync_api import expect

import notebooks

pytestmark = pytest.mark.browser

CELL = """\
from dslab.player.player import Player
from dslab.protocols.raft import DEMO
player = Player(lang={!r})
player"""
TELL = """() => {
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    return kernel.requestExecute({ code: "player.show(DEMO, step=9)" }).done;
}"""


@pytest.mark.parametrize(("lang", "said", "step"), [
    ("en", "waiting for the kernel …", "^Step 9 of"),
    ("zh", "正在等待内核…", "^第 9 /"),
])
def test_it_says_that_it_waits_and_shows_the_run_when_it_comes(lab, course, lang, said, step):
    errors = []
    lab.page.on("pageerror", lambda error: errors.append(str(error)))
    cells = [nbformat.v4.new_code_cell(CELL.format(lang))]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=notebooks.METADATA), course / f"waiting_{lang}.ipynb")
    lab.open(f"waiting_{lang}.ipynb")
    lab.run_all()
    expect(lab.page.locator(".dslab-player")).to_have_text(said)
    lab.page.evaluate(TELL)
    player = lab.page.locator(".dslab-player")
    expect(player.locator("[aria-live]")).to_have_text(re.compile(step))
    expect(player).not_to_contain_text(said)
    player.press("ArrowRight")
    expect(player.locator("[aria-live]")).to_have_text(re.compile(step.replace("9", "10")))
    assert lab.complaints() == errors == []
