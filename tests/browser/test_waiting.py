"""A player is never empty: it says that it waits, and then plays, on slow machines and after a kernel's end, too."""

import re

import nbformat
import pytest
from playwright.sync_api import expect

import notebooks

pytestmark = pytest.mark.browser

STATUS = "[role=status][aria-live]"         # what a player says of its step
CELL = """\
from dslab.player.player import Player
from dslab.protocols.raft import DEMO
player = Player(lang={!r})
player"""
TELL = """() => {
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    return kernel.requestExecute({ code: "player.show(DEMO, step=9)" }).done;
}"""
SHOWN_LATER = """\
import time
from IPython.display import display
from dslab.player.player import Player
from dslab.protocols.raft import DEMO
p = Player(); display(p); time.sleep(3); p.show(DEMO)"""
# What else is drawn by a widget's own code: a question, a table of runs, an exercise.
OTHERS = ["from dslab import ask, check, exercise, play\nask('Two and two?', answer=lambda: 4)",
          "from dslab.protocols.raft import DEMO\nplay(lambda seed: DEMO.replace(seed=seed), seed=(0, 9))",
          "check(exercise('4.1'), None)"]
RESTART = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
LATE = "[anywidget] Failed to initialize model."
# anywidget waits two seconds for a widget's code; with this, every machine is too slow for it.
TOO_SLOW = """
const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => timeout(ms === 2000 ? 0 : ms);"""


def opened(lab, course, name: str, *cells: str) -> None:
    written = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, cells)], metadata=notebooks.METADATA)
    nbformat.write(written, course / f"{name}.ipynb")
    lab.open(f"{name}.ipynb")


@pytest.mark.parametrize(("lang", "said", "step"), [
    ("en", "waiting for the kernel …", "^Step 9 of"),
    ("zh", "正在等待内核…", "^第 9 /"),
])
def test_it_says_that_it_waits_and_shows_the_run_when_it_comes(lab, course, errors, lang, said, step):
    opened(lab, course, f"waiting_{lang}", CELL.format(lang))
    lab.run_all()
    expect(lab.page.locator(".dslab-player")).to_contain_text(said)
    lab.page.evaluate(TELL)
    player = lab.page.locator(".dslab-player")
    expect(player.locator(STATUS)).to_have_text(re.compile(step))
    expect(player).not_to_contain_text(said)
    player.press("ArrowRight")
    expect(player.locator(STATUS)).to_have_text(re.compile(step.replace("9", "10")))
    assert lab.complaints() == errors == []


def test_a_player_that_was_too_slow_to_load_hears_the_kernel_all_the_same(lab, course, errors):
    """What came while its code was loading, and what comes later: two runs, shown one after the other."""
    lab.page.add_init_script(TOO_SLOW)
    opened(lab, course, "too_slow", SHOWN_LATER, "p.show(DEMO, step=9)")
    lab.run_all()
    player = lab.page.locator(".dslab-player")
    expect(player.locator(STATUS)).to_have_text(re.compile("^Step 9 of"))
    lab.page.evaluate(TELL.replace("player.show(DEMO, step=9)", "p.show(DEMO, step=20)"))
    expect(player.locator(STATUS)).to_have_text(re.compile("^Step 20 of"))
    assert lab.complaints() == []
    assert set(errors) <= {LATE}, "which is said before any code of ours has arrived"


def test_a_notebook_runs_at_a_twentieth_of_the_speed(lab, course, errors):
    opened(lab, course, "slow", SHOWN_LATER, *OTHERS)
    session = lab.page.context.new_cdp_session(lab.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 20})
    lab.run_all()
    expect(lab.page.locator(f".dslab-player {STATUS}").first).to_have_text(re.compile("^Step 0 of"))
    expect(lab.page.locator(".dslab-player .dslab-title")).to_have_count(2)
    expect(lab.page.locator(".dslab-question, .dslab-told")).to_have_count(2)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    assert lab.complaints() == errors == []


def test_a_kernel_that_restarts_leaves_no_player_waiting(lab, course, errors):
    """What was there can still be stepped through; what waits says what helps, and that helps."""
    opened(lab, course, "restarted", CELL.format("en"), "from dslab import play\nplay(DEMO, step=9)")
    lab.run_all()
    players = lab.page.locator(".dslab-player")
    expect(players).to_have_count(2)
    waiting, playing = players.all()
    expect(playing.locator(STATUS)).to_have_text(re.compile("^Step 9 of"))
    lab.page.evaluate(RESTART)
    expect(waiting).to_have_text("The kernel was restarted: run this cell again.")
    playing.press("ArrowRight")
    expect(playing.locator(STATUS)).to_have_text(re.compile("^Step 10 of"))
    lab.run_all()
    lab.page.evaluate(TELL)
    expect(lab.page.locator(f".dslab-player {STATUS}").first).to_have_text(re.compile("^Step 9 of"))
    assert lab.complaints() == errors == []


def test_a_page_that_is_loaded_again_shows_the_players_that_the_kernel_has(lab, course, errors):
    opened(lab, course, "reloaded", CELL.format("en"), "from dslab import play\nplay(DEMO, step=9)")
    lab.run_all()
    lab.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    lab.open("reloaded.ipynb")
    players = lab.page.locator(".dslab-player")
    expect(players).to_have_count(2)
    waiting, playing = players.all()
    expect(waiting).to_contain_text("waiting for the kernel …")
    expect(playing.locator(STATUS)).to_have_text(re.compile("^Step 9 of"))
    lab.page.evaluate(TELL)
    expect(lab.page.locator(f".dslab-player {STATUS}").first).to_have_text(re.compile("^Step 9 of"))
    assert lab.complaints() == errors == []
