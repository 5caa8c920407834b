"""The bar of a long search: late, and gone when the search is done, unless its user has stopped it."""

import os
import pty
import subprocess
import sys
from itertools import count
from queue import Empty

import pytest
from jupyter_client.manager import start_new_kernel

import dslab
from dslab.model_checker.explore import explore
from dslab.model_checker.specification import Specification
from dslab.widgets.progress_bar import ProgressBar, SearchProgress, progress_of, surface_here

COUNTER = Specification(lambda: [0], lambda n: [n + 1])


class Paper:
    """A surface that keeps what it is told."""

    def __init__(self):
        self.shown, self.left = [], None

    def show(self, report):
        self.shown.append(report)

    def leave(self, sentence):
        self.left = sentence


def watched(progress_of, *, seconds_a_look, **limits):
    """What an exploration leaves on paper, if a look at the clock takes so many seconds."""
    paper, ticks = Paper(), count()
    with ProgressBar(surface=lambda: paper, clock=lambda: next(ticks) * seconds_a_look) as bar:
        bar.over(explore(COUNTER, progress=progress_of(bar), **limits))
    return paper


def test_a_short_search_shows_nothing():
    paper = watched(lambda bar: bar, seconds_a_look=0.001, states=100)
    assert paper.shown == [] and paper.left is None


def test_a_long_search_shows_how_far_it_is_and_then_nothing():
    paper = watched(lambda bar: bar, seconds_a_look=0.5, states=100)
    assert len(paper.shown) > 10 and paper.left == ""
    assert paper.shown[0].words == "2 states, 2 a second; level 2 has 1"


def test_it_is_looked_at_no_more_often_than_five_times_a_second():
    paper = watched(lambda bar: bar, seconds_a_look=0.1, states=100)
    assert len(paper.shown) <= 100 * 0.1 / 0.2


def test_a_stopped_search_leaves_a_sentence():
    def impatient(bar):
        def progress(walk):
            bar(walk)
            if len(walk.came_from) == 50:
                raise KeyboardInterrupt
        return progress

    paper = watched(impatient, seconds_a_look=0.5, states=100)
    assert paper.left.startswith("Stopped by you at 50 states") and paper.left.endswith("What was found is kept.")


def test_a_search_that_fails_leaves_nothing():
    paper, ticks = Paper(), count()
    bar = ProgressBar(surface=lambda: paper, clock=lambda: next(ticks))
    with pytest.raises(ZeroDivisionError), bar:
        explore(Specification(lambda: [9], lambda n: [n - 1, 1 // n]), progress=bar)
    assert paper.shown and paper.left == ""


def test_runs_are_counted_where_nobody_knows_how_many_there_are():
    assert progress_of(3000, 2.0) == SearchProgress("3,000 runs, 1,500 a second", None)


def test_tests_and_pages_that_are_built_are_silent(monkeypatch):
    assert "PYTEST_VERSION" in os.environ and surface_here() is None
    monkeypatch.delenv("PYTEST_VERSION")
    monkeypatch.setenv("DSLAB_STATIC", "1")
    assert surface_here() is None


def test_another_progress_takes_the_place_of_the_bar():
    seen = []
    dslab.explore(COUNTER, depth=3, progress=lambda walk: seen.append(walk.levels))
    assert seen == [1, 2]
    assert dslab.explore(COUNTER, depth=3, progress=False).depth == 3
    assert dslab.explore.__doc__ == explore.__doc__


# ---- in the form in which users meet it ----------------------------------------------------------------------

LONG = """
from time import sleep
from dslab import Specification, explore

def double(n):
    sleep(0.0002)
    return 2 * n + 1, 2 * n + 2

found = explore(Specification(lambda: [0], double), states=%d)
print(found.status)
"""


@pytest.fixture
def environment():
    """That of a user, who runs no tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DSLAB"))}


@pytest.fixture
def kernel(environment):
    """A real kernel."""
    manager, client = start_new_kernel(env=environment)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(kernel, code, *, interrupt=False):
    """The messages that a cell sends to the page; the user stops it when the bar has come, if so wished."""
    manager, client = kernel
    cell, messages, state = client.execute(code), [], ""
    while state != "idle":
        try:
            message = client.get_iopub_msg(timeout=600)
        except Empty:
            pytest.fail("the cell ran for ten minutes")
        if message["parent_header"].get("msg_id") == cell:
            messages.append(message)
            state = message["content"].get("execution_state")
            if interrupt and message["msg_type"] == "display_data":
                manager.interrupt_kernel()
    return messages


def of_kind(messages, kind):
    return [message["content"] for message in messages if message["msg_type"] == kind]


FOREVER, A_WHILE = 1_000_000_000, 20_000     # states: the latter take two seconds at least


def test_a_notebook_shows_a_widget_and_takes_it_away(kernel):
    messages = run(kernel, LONG % A_WHILE)
    shown, = of_kind(messages, "display_data")
    assert "application/vnd.jupyter.widget-view+json" in shown["data"]
    moved = [update["data"]["state"] for update in of_kind(messages, "comm_msg") if "state" in update["data"]]
    assert any(" states, " in state.get("value", "") for state in moved if isinstance(state.get("value"), str))
    assert any(0 < state["value"] <= 1 for state in moved if isinstance(state.get("value"), float))
    gone, = of_kind(messages, "update_display_data")
    assert gone["data"] == {} and gone["transient"] == shown["transient"]
    assert len(of_kind(messages, "comm_close")) == 3
    assert of_kind(messages, "stream")[0]["text"] == "nothing found up to the limit\n"


def test_an_interrupt_in_a_notebook_keeps_what_was_found(kernel):
    messages = run(kernel, LONG % FOREVER, interrupt=True)
    assert not of_kind(messages, "error")
    assert of_kind(messages, "stream")[0]["text"] == "gave up\n"
    left, = of_kind(messages, "update_display_data")
    assert left["data"]["text/plain"].startswith("Stopped by you at ")


def test_a_terminal_shows_a_line_and_wipes_it_out(environment):
    ours, theirs = pty.openpty()
    ran = subprocess.run([sys.executable, "-c", LONG % A_WHILE], stdout=subprocess.PIPE, stderr=theirs, text=True,
                         env=environment)
    os.close(theirs)
    said = os.read(ours, 100_000).decode()
    os.close(ours)
    assert ran.stdout == "nothing found up to the limit\n"
    assert " states, " in said and said.endswith("\r\x1b[K")


def test_a_file_gets_no_line(environment):
    ran = subprocess.run([sys.executable, "-c", LONG % A_WHILE], capture_output=True, text=True, env=environment)
    assert ran.stderr == ""
