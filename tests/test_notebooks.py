"""The notebooks as files. Their cells are run by nbval: pytest collects notebooks/ as well as tests/."""

import ast
import dis
import json
import re
from pathlib import Path
from types import CodeType
from urllib.parse import unquote

import nbformat
import pytest
from bs4 import BeautifulSoup

import notebooks
import slides
from dslab.command.notebook import STUB, code_cells, read
from dslab.grader.catalogue import exercise

each_notebook = pytest.mark.parametrize("path", notebooks.NOTEBOOKS, ids=lambda path: path.stem)


def markdown(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def headings(path: Path) -> list[str]:
    return re.findall(r"^#+ +(.+?) *$", re.sub(r"```.*?```", "", markdown(path), flags=re.S), re.M)


def anchors(path: Path) -> set[str]:
    """What can follow the # in a link: headings with hyphens for blanks, in JupyterLab as in nbconvert."""
    return {re.sub(r"[*`]", "", heading).replace(" ", "-") for heading in headings(path)}


@each_notebook
def test_it_is_stripped(path):
    assert notebooks.complaints(path) == []


@each_notebook
def test_its_cells_have_names_that_last(path):
    ids = [cell["id"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    assert len(set(ids)) == len(ids)


@each_notebook
def test_its_links_lead_somewhere(path):
    links = re.findall(r"""(?:\]\(|href="|src=")([^)"\s]+)""", markdown(path))
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        file, _, section = unquote(link).partition("#")
        target = path.parent / file if file else path
        assert target.exists(), f"{link}: there is no {file}"
        if section and target.suffix == ".ipynb":
            assert section in anchors(target), f"{link}: {target.name} has no such heading"


@each_notebook
def test_its_sections_are_bilingual(path):
    sections = re.findall(r"^## +\d+\.\d+ .+", markdown(path), re.M)
    assert [section for section in sections if " | " not in section] == []


# ---- the tool that takes care of them ----

@pytest.fixture
def written(tmp_path) -> Path:
    """A small notebook as an author leaves it: run, saved, and with a promise that is out of date."""
    v4 = nbformat.v4
    promise = v4.new_code_cell("print(6 * 7)\n6 * 7", id="promise", execution_count=9, outputs=[
        v4.new_output("stream", text="41\n")], metadata={"tags": [notebooks.PROMISE], "scrolled": True})
    other = v4.new_code_cell("import os; os.getcwd()", id="other", execution_count=3, outputs=[
        v4.new_output("execute_result", {"text/plain": "'/home/me'"}, execution_count=3)])
    text = v4.new_markdown_cell("# Six | 六\n\nSee [chapter 4](04_broadcast.ipynb#4.1-Why).", id="text")
    notebook = v4.new_notebook(cells=[text, promise, other], metadata={
        "language_info": {"name": "python", "version": "3.99"}})
    path = tmp_path / "06_six.ipynb"
    nbformat.write(notebook, path)
    return path


def outputs(path: Path) -> list:
    return [cell.outputs for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_strip_keeps_only_what_was_promised(written):
    assert notebooks.complaints(written) == ["06_six.ipynb is not stripped: make strip"]
    notebooks.main("strip", str(written))
    assert notebooks.complaints(written) == []
    promised, other = outputs(written)
    assert [output.text for output in promised] == ["41\n"] and other == []
    assert "3.99" not in written.read_text() and "scrolled" not in written.read_text()


def test_a_promise_without_a_text_is_reported(written):
    notebook = nbformat.read(written, as_version=4)
    notebook.cells[1].outputs = []
    nbformat.write(notebook, written)
    assert any("promises a text but has none" in sentence for sentence in notebooks.complaints(written))


def test_what_follows_an_answer_has_a_cell_of_its_own(written):
    notebook = nbformat.read(written, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("<details><summary>Answer</summary>\n\nYes.\n\n</details>\n\nOn."))
    nbformat.write(notebook, written)
    assert any("needs a cell of its own" in sentence for sentence in notebooks.complaints(written))


def test_run_renews_the_promises_and_strips_the_rest(written):
    notebooks.main("run", str(written))
    promised, other = outputs(written)
    assert [output.get("text") or output.data for output in promised] == ["42\n", {"text/plain": "42"}]
    assert other == [] and notebooks.complaints(written) == []


def test_the_pages_need_no_network(written, tmp_path, monkeypatch):
    monkeypatch.setenv("DSLAB_STATIC", "")      # put back after the test
    notebooks.write_site([written], tmp_path / "site")
    page = (tmp_path / "site" / "06_six.html").read_text()
    assert notebooks.fetched(page) == []
    assert "<title>Six | 六</title>" in page
    assert 'href="04_broadcast.html#4.1-Why"' in page
    assert 'href="06_six.html"' in (tmp_path / "site" / "index.html").read_text()


def test_a_page_has_a_player_that_steps_and_answers_that_stay_folded(tmp_path, monkeypatch):
    monkeypatch.setenv("DSLAB_STATIC", "")
    v4 = nbformat.v4
    nbformat.write(v4.new_notebook(cells=[
        v4.new_code_cell("from dslab import play\nfrom dslab.protocols.logical_clocks import DEMO\nplay(DEMO)"),
        v4.new_markdown_cell("<details><summary>Answer</summary>\n\nThe *smaller* stamp.\n\n</details>"),
    ]), tmp_path / "one.ipynb")
    notebooks.write_site([tmp_path / "one.ipynb"], tmp_path / "site")
    page = BeautifulSoup((tmp_path / "site" / "one.html").read_text(encoding="utf-8"), "html.parser")
    assert page.find("details").get_text().split() == ["Answer", "The", "smaller", "stamp."]
    player = page.find("iframe")["data-page"]
    assert 'id="payload"' in player and notebooks.fetched(str(page)) == notebooks.fetched(player) == []


def test_what_a_page_would_fetch_is_noticed():
    page = """<script src="https://x.org/a.js"></script> <img src="data:image/png,"> <a href="https://x.org">x</a>
              <style>@import "//x.org/b.css"; p { background: url(http://x.org/c.png) }</style>"""
    assert notebooks.fetched(page) == ["https://x.org/a.js", "//x.org/b.css", "http://x.org/c.png"]


# ---- decks ----

def slide_types(path: Path) -> list[tuple[str, nbformat.NotebookNode]]:
    cells = nbformat.read(path, as_version=4).cells
    for place, cell in enumerate(cells):
        assert "slideshow" in cell.metadata, f"cell {place} of {path.name} is on no slide: make strip deals the cells"
    return [(cell.metadata.slideshow.slide_type, cell) for cell in cells]


@each_notebook
def test_every_heading_begins_a_slide(path):
    headed = [(kind, cell.source) for kind, cell in slide_types(path)
              if cell.cell_type == "markdown" and re.match("##?#? ", cell.source)]
    assert [source for kind, source in headed if kind not in ("slide", "subslide")] == []
    assert headed, f"{path.name} has no heading: a chapter begins with one"
    assert headed[0][0] == "slide"


@each_notebook
def test_no_slide_is_too_long(path):
    length = players = 0
    for kind, cell in slide_types(path):
        if kind in ("slide", "subslide"):
            length = players = 0
        length += kind != "skip"
        players += cell.cell_type == "code" and "play(" in cell.source
        assert length <= slides.LONGEST + 2 and players <= 1, f"the slide with {cell.source[:60]!r} is too long"


def test_a_cell_without_a_slide_gets_one_and_an_author_is_heard():
    v4 = nbformat.v4
    chosen = v4.new_markdown_cell("An aside", metadata={"slideshow": {"slide_type": "notes"}})
    check = v4.new_code_cell("check(exercise('1.1'), Mine)", metadata={"tags": ["exercise-check"]})
    cells = [v4.new_code_cell("from dslab import play"), v4.new_markdown_cell("## 1 One"),
             v4.new_code_cell("play(ONE)"), chosen, v4.new_code_cell("play(TWO)"),
             v4.new_markdown_cell("### 1.1 Exercise"), check]
    slides.deal(cells)
    assert [cell.metadata.slideshow.slide_type for cell in cells] == [
        "skip", "slide", "-", "notes", "subslide", "subslide", "skip"]


def test_an_answer_stays_with_its_question():
    v4 = nbformat.v4
    cells = [v4.new_markdown_cell("## 1 One"), *(v4.new_markdown_cell("And so on.") for _ in range(slides.LONGEST)),
             v4.new_markdown_cell("<details><summary>Answer</summary>\n\nYes.\n\n</details>")]
    slides.deal(cells)
    assert [cell.metadata.slideshow.slide_type for cell in cells][-3:] == ["-", "subslide", "-"]


# ---- exercises -------------------------------------------------------------------------------------------------------

def globals_of(code: CodeType) -> set[str]:
    """The global names that some code reads."""
    names = {step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return names.union(*(globals_of(part) for part in code.co_consts if isinstance(part, CodeType)))


def own_globals(answer) -> set[str]:
    """What a reference takes from its module: the names that a learner will need, too."""
    functions = [answer] if callable(answer) and not isinstance(answer, type) else vars(answer).values()
    known = [function for function in functions if hasattr(function, "__code__")]
    return {name for function in known for name in globals_of(function.__code__) if name in function.__globals__}


@each_notebook
def test_a_stub_imports_what_its_answer_needs(path):
    for cell in code_cells(read(path), STUB):
        task = exercise(cell.metadata["dslab"]["exercise"])
        if hasattr(task, "reference"):
            found = [alias.asname or alias.name for line in ast.walk(ast.parse(cell.source))
                     if isinstance(line, ast.ImportFrom) for alias in line.names]
            assert own_globals(task.reference) - {task.reference.__name__} <= set(found), task.number
