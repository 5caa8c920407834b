"""A machine of a twentieth of the speed: each notebook runs whole, no player stays empty, the console has no error."""

from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError as TookTooLong

import notebooks

pytestmark = pytest.mark.browser

SHORTEST = "00_start_here"          # of the notebooks: the one that `make test` runs
RELOADED = 10_000                   # ms after which the page is loaded again: some cells have run, not all
PATIENCE = 300_000                  # ms until all widgets of a chapter are drawn
POLLING = 3000                      # ms from look to look, which at this speed is work, too
# The first lines of the cells with a widget that is not drawn, or with a player that has no step to show.
EMPTY = """() => {
    const view = "application/vnd.jupyter.widget-view+json";
    const empty = ".dslab-player:not(:has([role=status][aria-live]), .dslab-compare, .dslab-compare *)";
    const blank = (node) => !node || node.querySelector(empty) || node.textContent.includes("Loading widget")
        || !node.querySelector(".jp-OutputArea-output")?.textContent.trim();
    return jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === "code"
        && cell.model.outputs.toJSON().some(({ data }, at) => data?.[view] && blank(cell.outputArea?.widgets[at]?.node))
    ).map((cell) => cell.model.sharedModel.getSource().split("\\n")[0]);
}"""


def pytest_generate_tests(metafunc) -> None:
    """A chapter takes minutes at this speed: `make soak` runs them all."""
    soak = metafunc.config.getoption("soak")
    metafunc.parametrize("path", [path for path in notebooks.NOTEBOOKS if soak or path.stem == SHORTEST],
                         ids=lambda path: path.stem)


@pytest.fixture
def slow(lab):
    """JupyterLab with a notebook of this name open, on a machine that is slow from then on."""
    def opened(path: Path):
        lab.open(f"notebooks/{path.name}")
        lab.page.context.new_cdp_session(lab.page).send("Emulation.setCPUThrottlingRate", {"rate": 20})
        return lab
    return opened


def left_empty(lab) -> list[str]:
    """The cells whose widgets are still not drawn after five minutes."""
    try:
        lab.page.wait_for_function(f"() => !({EMPTY})().length", timeout=PATIENCE, polling=POLLING)
    except TookTooLong:
        return lab.page.evaluate(EMPTY)
    return []


def test_it_runs_whole_and_leaves_no_player_empty(slow, errors, path):
    lab = slow(path)
    lab.run_all()
    assert left_empty(lab) == lab.complaints() == errors == []


def test_it_runs_whole_after_the_page_was_loaded_again_while_it_ran(slow, errors, path):
    lab = slow(path)
    lab.page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
    lab.page.wait_for_timeout(RELOADED)
    lab.open(f"notebooks/{path.name}")
    lab.run_all()
    assert left_empty(lab) == lab.complaints() == errors == []
