"""An exercise as a learner meets it in JupyterLab: told why an attempt is wrong, shown where, and asked by a form."""

import re

import nbformat
import pytest
from playwright.sync_api import expect

import notebooks

pytestmark = pytest.mark.browser

STUB = """from dslab.exercises.lamport_clock import Clock

class MyClock(Clock):
    def tick(self):
        self.time += 1
        return self.time

    def sending(self):
        return self.tick()

    def receiving(self, stamp):
        self.time = max(self.time, stamp)
        return self.time

    def key(self, stamp, node):
        return stamp, node
"""
FILL_IN = """from dslab import ask
from dslab.exercises.lamport_clock import EXAMPLE, drawing
from dslab.grader.exercise import FillIn
from dslab.protocols.logical_clocks import VectorClock

events = lambda trace: trace.outputs("event")
ask(FillIn(number="4.2z", title="Vectors", task="Write the vectors.", run=drawing(VectorClock, *EXAMPLE),
           questions={name: f"the vector of {name}" for name in "abcdefg"},
           answer=lambda trace: {event.values[0]: event.values[1] for event in events(trace)},
           look=lambda trace: {event.values[0]: event.step for event in events(trace)}))"""
VECTORS = {"a": "1,0,0", "b": "<2,0,0>", "c": "(2, 1, 0)", "d": "2 2 0", "g": "3,0,0", "e": "(0,0,1)", "f": "2,2,2"}


@pytest.fixture
def run(lab, course, tmp_path):
    """Run cells as a notebook in JupyterLab; what they remember is forgotten after the test."""
    def run(*cells: str):
        memory = f"import os\nos.environ['DSLAB_PROGRESS'] = {str(tmp_path / 'progress.json')!r}"
        made = [nbformat.v4.new_code_cell(cell) for cell in (memory, *cells)]
        nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=notebooks.METADATA), course / "exercise.ipynb")
        lab.open("exercise.ipynb")
        lab.run_all()
        assert lab.complaints() == []
        return lab.page
    return run


def test_a_wrong_attempt_is_explained_and_played_at_the_offending_step(run):
    page = run(STUB, "from dslab import check, exercise\ncheck(exercise('4.1'), MyClock)")
    told = page.get_by_role("region", name="Exercise 4.1 Lamport clock wrong")
    expect(told).to_contain_text("has the same timestamp as the send")
    expect(told).to_contain_text("IR2: a receiver sets its counter to the maximum")
    told.get_by_text("See it again").click()
    expect(told.get_by_text("simulate(Run(MyClock")).to_be_visible()
    hint = told.get_by_role("button", name="Hint")
    hint.focus()
    page.keyboard.press("Enter")
    expect(told).to_contain_text("Hint 3 of 4: A receipt must have a larger stamp than the send")
    expect(hint).to_be_focused()
    told.get_by_role("button", name="Play it").click()
    player = page.get_by_role("group", name=re.compile("^Player: "))
    expect(player.locator("[role=status][aria-live]")).to_have_text(re.compile("^Step 1 of 1, .*C receives Stamped"))
    told.get_by_role("button", name="Play it: below").press("Enter")         # once is enough
    hint.click()
    expect(told).to_contain_text("Hint 4 of 4")
    expect(player).to_have_count(1)


def test_the_answer_comes_after_a_question(run):
    page = run("from dslab import exercise, solution\nsolution(exercise('4.1'))")
    expect(page.get_by_text("def receiving(self, stamp):")).to_have_count(0)
    page.get_by_role("button", name="Yes, show it").click()
    expect(page.get_by_text("def receiving(self, stamp):")).to_be_visible()


def test_a_diagram_is_filled_in_by_keyboard(run):
    page = run(FILL_IN)
    form = page.get_by_role("form", name="Exercise 4.2z, Vectors")
    form.get_by_role("textbox").first.focus()
    for name, value in VECTORS.items():                 # in the order of time, which is the order of Tab
        expect(form.get_by_role("textbox", name=f"the vector of {name}")).to_be_focused()
        page.keyboard.type("0,0,0" if name == "f" else value)
        page.keyboard.press("Enter" if name == "f" else "Tab")
    expect(form.get_by_role("status")).to_have_text("6 right, 1 wrong")
    wrong = form.get_by_role("textbox", name="the vector of f: wrong")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("region", name="Exercise 4.2z Vectors wrong")).to_contain_text("not (0, 0, 0)")
    expect(wrong).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type(VECTORS["f"])
    page.keyboard.press("Enter")
    expect(form.get_by_role("status")).to_have_text("7 right")
    expect(page.get_by_role("region", name="Exercise 4.2z Vectors right")).to_be_visible()
