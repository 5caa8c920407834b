"""No answer before the question: in JupyterLab, in a saved notebook, on a page and in a deck, whatever is run.

What must not be seen is taken from the notebook itself, run by a kernel: the answers, the lines of what is shown after
them, and the sentences of the steps that come after a question. Each test ends by asking for the answers: then the same
lines must be seen, or the test would look in the wrong place.
"""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import Locator, Page, expect
from traitlets.config import Config

import notebooks
from lab import Lab

pytestmark = pytest.mark.browser

VIEW = "application/vnd.jupyter.widget-view+json"
STATES = "application/vnd.jupyter.widget-state+json"
CONFIG = Config(json.loads((notebooks.ROOT / "tools" / "jupyter_nbconvert_config.json").read_text()))
SHORTEST = 8            # characters of a line that is looked for: shorter ones are everywhere
# All that is seen or heard of an element: its text as it is rendered, the text of its pictures, and its names.
PERCEIVED = """(root) => {
    const names = ["aria-label", "aria-valuetext", "aria-description", "title", "alt"];
    const seen = [...root.querySelectorAll("*")].filter((one) => one.checkVisibility({ visibilityProperty: true }));
    return [root.innerText,
            ...seen.filter((one) => one.matches("svg text, [role=status]")).map((one) => one.textContent),
            ...seen.flatMap((one) => [...one.children].filter((child) => child.matches("svg title")).map(
                (title) => title.textContent)),
            ...seen.flatMap((one) => names.map((name) => one.getAttribute(name)))].filter(Boolean).join("\\n");
}"""
OUTPUTS = """(perceive) => {
    const cells = window.jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === "code");
    const output = (cell) => cell.node.querySelector(".jp-Cell-outputWrapper");          // none: not drawn yet
    return Object.fromEntries(cells.map((cell) => [cell.model.id, output(cell) ? eval(perceive)(output(cell)) : ""]));
}"""
CLICK = "(all) => all.forEach((one) => one.click())"           # at once: a key for each takes seconds; it does the same
# Opens both views of a player; returns those that are not open then. Comparisons and demonstrations have none.
OPENED = """async (root) => {
    const closed = [];
    for (const view of root.querySelector(":scope > .dslab-player:not(.dslab-compare)") ? ["history", "state"] : []) {
        const tab = root.querySelector(`[data-key="tab ${view}"]`);
        if (tab?.getAttribute("aria-pressed") !== "true") tab?.click();
        await new Promise(requestAnimationFrame);
        if (tab?.getAttribute("aria-pressed") !== "true") closed.push(view);
    }
    return closed;
}"""
SCROLLED_AWAY = ".jp-Notebook * { content-visibility: visible !important; }"         # JupyterLab would not lay it out
# The output of a cell that is a widget and has been drawn. What is no widget is HTML.
DRAWN = (".jp-Cell-outputArea > .jp-OutputArea-child > .jp-OutputArea-output:not(.jp-RenderedHTMLCommon)"
         ":has(.dslab-player, .dslab-form, .dslab-grid, .dslab-varied, .dslab-told, .dslab-question)")
ALL_VIEWS = """localStorage.setItem(`dslab-views ${location.pathname}`, '["cluster", "history", "state"]')"""

with_questions = pytest.mark.parametrize(
    "path", [path for path in notebooks.NOTEBOOKS if re.search(r"\b(ask|reveal)\b", path.read_text("utf-8"))],
    ids=lambda path: path.stem)


@dataclass
class Hidden:
    """What the outputs of one cell may not show."""

    questions: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    cards: int = 0                  # questions that stand alone
    players: int = 0
    lines: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)        # the lines to be seen when the answer is asked for
    answers: set[str] = field(default_factory=set)

    def given_away(self, perceived: str) -> list[str]:
        """What of it is perceived, beyond the question and its choices."""
        offered = plain(" ".join([*self.questions, *self.choices]))
        said = plain(perceived)
        found = [line for line in sorted(self.lines) if line in said and line not in offered]
        return found + [answer for answer in sorted(self.answers) if words(said, answer) > words(offered, answer)]


def plain(text: str) -> str:
    return " ".join(text.split())


def words(text: str, answer: str) -> int:
    return len(re.findall(rf"(?<![\w.,]){re.escape(answer)}(?![\w.,]*\w)", text))


def without_numbers(text: str) -> str:
    """Ports and times of real servers differ from one run to the next."""
    return re.sub(r"\d+", "0", text)


# ---- what is hidden, by a notebook that was run ----

RUNS: dict[Path, nbformat.NotebookNode] = {}         # by JupyterLab: each chapter runs once, for it and its saved page


def run(path: Path) -> nbformat.NotebookNode:
    """The notebook, run, with the states of its widgets; by nbclient, where JupyterLab's test has not run before."""
    if path not in RUNS:
        notebook = nbformat.read(path, as_version=4)
        RUNS[path] = NotebookClient(notebook, timeout=600, store_widget_state=True, kernel_name="python3",
                                    resources={"metadata": {"path": str(path.parent)}},
                                    extra_arguments=["--log-level=ERROR"]).execute()
    return RUNS[path]


def hidden_in(path: Path) -> dict[str, Hidden]:
    """For each cell that asks or hides something: what must not be seen."""
    notebook = run(path)
    states = notebook.metadata["widgets"][STATES]["state"]
    found = {cell.id: of_cell(cell, states) for cell in notebook.cells if cell.cell_type == "code"}
    return {cell: hidden for cell, hidden in found.items() if hidden.lines or hidden.questions}


def of_cell(cell: nbformat.NotebookNode, states: dict[str, Any]) -> Hidden:
    hidden = Hidden()
    for data in (output.get("data", {}) for output in cell.outputs):
        if "dslab-reveal" in data.get("text/html", ""):
            hide(hidden, data["text/html"])
            if VIEW in data:                        # a button shows it, as widgets
                hidden.shown -= lines_of(data["text/html"], "style, summary, iframe")
        for state in inside(data.get(VIEW, {}).get("model_id"), states):
            if "asked" in state and "then" in state:
                of_card(hidden, state)
            elif state.get("payload", {}).get("questions"):
                of_player(hidden, state["payload"])
    return hidden


def inside(model: str | None, states: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The states of a widget and of all within it."""
    state = states.get(model, {}).get("state")
    if state is not None:
        yield state
        for child in state.get("children", []):
            yield from inside(child.removeprefix("IPY_MODEL_"), states)


def of_card(hidden: Hidden, state: dict[str, Any]) -> None:
    hidden.cards += 1
    note(hidden, state["asked"])
    hide(hidden, state["then"])


def hide(hidden: Hidden, html: str) -> None:
    """Nothing of it may be seen; and all that is not a picture, which may become a player, when it is asked for."""
    hidden.lines |= lines_of(html, "style, summary, iframe")
    hidden.shown |= lines_of(html, "style, summary, iframe, svg")


def of_player(hidden: Hidden, payload: dict[str, Any]) -> None:
    """The sentences of the steps after the first question; those that were there before are no secret."""
    hidden.players += 1
    first = payload["questions"][0]
    hidden.questions.append(first["text"])          # a number would be found in a state, or before a step
    hidden.choices += first["choices"]
    steps = [plain(step.get("text", "")) for step in payload["trace"]["steps"]]
    known = " ".join(steps[:first["at"] + 1])
    hidden.lines |= {line for line in steps[first["at"] + 1:] if line not in known}
    hidden.lines.add(f"of {len(steps) - 1} ·")


def note(hidden: Hidden, asked: dict[str, Any]) -> None:
    hidden.questions.append(asked["text"])
    hidden.choices += asked["choices"]
    if not asked["choices"]:
        hidden.answers.add(plain(asked["shown"]))


def lines_of(html: str, without: str) -> set[str]:
    page = BeautifulSoup(html, "html.parser")
    for part in page.select(without):
        part.decompose()
    return {line for text in page.get_text("\n").split("\n") if len(line := plain(text)) >= SHORTEST}


def check(hidden: dict[str, Hidden], perceived: dict[str, str]) -> None:
    """Fail with each line that is given away; a question must be there, with all its choices."""
    wrong = []
    for cell, one in hidden.items():
        said = plain(perceived[cell])
        missing = [words for words in [*one.questions, *one.choices] if plain(words) not in said]
        wrong += [f"cell {cell} does not ask: {words}" for words in missing]
        wrong += [f"cell {cell} gives away: {line}" for line in one.given_away(perceived[cell])]
    assert not wrong, "\n".join(wrong)


def check_answered(hidden: dict[str, Hidden], perceived: dict[str, str]) -> None:
    """After the answers were asked for, the lines are where they were looked for before.

    Not of cells that talk to real servers, which do not say the same twice.
    """
    said = {cell: without_numbers(plain(perceived[cell])) for cell in hidden}
    lines = [(cell, without_numbers(line)) for cell, one in hidden.items() if not cell.startswith("real-")
             for line in one.shown]
    assert lines
    assert [(cell, line) for cell, line in lines if line not in said[cell]] == []


# ---- in JupyterLab ----

@with_questions
def test_all_cells_run_and_none_shows_its_answer(lab, course, errors, path):
    lab.page.add_init_script(ALL_VIEWS)
    lab.open(f"notebooks/{path.name}")
    lab.run_all()
    assert lab.complaints() == []
    RUNS[path] = saved(lab, course / "notebooks" / path.name)
    hidden = hidden_in(path)
    lab.page.add_style_tag(content=SCROLLED_AWAY)
    cards = lab.page.locator(".dslab-question:not(.dslab-player *)")
    expect(cards).to_have_count(sum(one.cards for one in hidden.values()))
    asking = lab.page.locator(".dslab-player .dslab-question[data-phase=open]")
    expect(asking).to_have_count(sum(one.players for one in hidden.values()))
    check(hidden, lab.page.evaluate(OUTPUTS, PERCEIVED))
    widgets = sum(VIEW in output.get("data", {}) for cell in lab.cells() for output in cell["outputs"])
    expect(lab.page.locator(DRAWN)).to_have_count(widgets)
    assert errors == []
    cards.get_by_role("button", name="I give up").evaluate_all(CLICK)
    lab.page.locator("details.dslab-reveal > summary").evaluate_all(CLICK)
    expect(lab.page.locator(".dslab-question .dslab-result:not(:empty)")).to_have_count(cards.count())
    check_answered(hidden, lab.page.evaluate(OUTPUTS, PERCEIVED))
    if asking.count():
        plays_to_its_answer(lab.page.locator(".dslab-player:has(.dslab-question)").first)


def saved(lab: Lab, copy: Path) -> nbformat.NotebookNode:
    """The notebook in front with the states of its widgets; the file is put back for other tests."""
    before = copy.read_bytes()
    lab.save()
    notebook = nbformat.read(copy, as_version=4)
    copy.write_bytes(before)
    return notebook


def plays_to_its_answer(player: Locator) -> None:
    player.get_by_role("button", name="I give up").press("Enter")
    player.press("y")
    expect(player.locator(".dslab-question .dslab-result")).to_contain_text("It is ")


# ---- in pages: of a saved notebook, of the HTML edition, and in a deck ----

@with_questions
def test_no_page_of_a_saved_notebook_shows_an_answer(path, page, tmp_path):
    html, _ = HTMLExporter(config=CONFIG).from_notebook_node(deepcopy(run(path)))
    (tmp_path / "saved.html").write_text(html, encoding="utf-8")
    page.context.set_offline(True)
    page.goto((tmp_path / "saved.html").as_uri(), wait_until="commit")
    check_page(page, hidden_in(path))


static = cache(notebooks.execute)                   # what a page shows, a deck shows, too


@with_questions
@pytest.mark.parametrize("deck", [False, True], ids=["page", "deck"])
def test_no_page_and_no_deck_shows_an_answer(path, deck, page, tmp_path, monkeypatch):
    hidden = hidden_in(path)                    # by a run with widgets: before the next line
    monkeypatch.setenv("DSLAB_STATIC", "")      # put back after the test
    monkeypatch.setattr(notebooks, "execute", lambda path: deepcopy(static(path)))
    notebooks.write_site([path], tmp_path, deck=deck)
    page.context.set_offline(True)
    page.goto((tmp_path / f"{path.stem}.html").as_uri())
    if deck:                                    # as it is printed: all slides, with all that is turned up by keys
        page.emulate_media(media="print")
    if deck:
        on_slides = {cell.id for cell in run(path).cells if cell.metadata.slideshow.slide_type != "skip"}
        hidden = {cell: one for cell, one in hidden.items() if cell in on_slides}
    check_page(page, hidden)


def check_page(page: Page, hidden: dict[str, Hidden]) -> None:
    places = {cell: page.locator(f"[id='cell-id={cell}']") for cell in hidden}
    check(hidden, {cell: everything(place) for cell, place in places.items()})
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    outputs = {cell: place.locator(".jp-Cell-outputWrapper") for cell, place in places.items()}
    check_answered(hidden, {cell: output.evaluate(PERCEIVED) for cell, output in outputs.items()})


def everything(cell: Locator) -> str:
    """What is perceived of the outputs of a cell, and within the frames of its players."""
    output = cell.locator(".jp-Cell-outputWrapper")
    said = [output.evaluate(PERCEIVED)]
    for frame in output.locator("iframe:visible").all():
        frame.scroll_into_view_if_needed()
        inside = frame.content_frame.locator("#player")
        inside.locator("> *").first.wait_for()
        assert inside.evaluate(OPENED) == [], f"of a player in {cell}"
        said.append(inside.evaluate(PERCEIVED))
    return "\n".join(said)
