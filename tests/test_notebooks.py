"""The notebooks as files. Their cells are run by nbval: pytest collects notebooks/ as well as tests/."""

import ast
import dis
import json
import re
from collections import Counter
from pathlib import Path
from types import CodeType
from urllib.parse import unquote

import nbformat
import pytest
from bs4 import BeautifulSoup
from sentences import refuse

import notebooks
import slides
import speaker
from dslab.command.notebook import CHECK, STUB, code_cells, exercise_of, read
from dslab.grader.catalogue import exercises
from dslab.values import nearest

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
    refuse(notebooks.complaints(path))


@each_notebook
def test_its_cells_have_names_that_last(path):
    ids = [cell.get("id") for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    refuse(f"{path.name}: {ids.count(id)} cells have the id {id!r}, by which grading finds them: change all but one"
           for id in ids if ids.count(id) > 1)


@each_notebook
def test_its_tags_are_known(path):
    known = (notebooks.PROMISE, STUB, CHECK)
    refuse(f"{path.name}, cell {cell.id}: no tool knows the tag {tag!r}, only {', '.join(known)}.{nearest(tag, known)}"
           for cell in read(path).cells for tag in cell.metadata.get("tags", []) if tag not in known)


@each_notebook
def test_its_links_lead_somewhere(path):
    links = re.findall(r"""(?:\]\(|href="|src=")([^)"\s]+)""", markdown(path))
    for link in links:
        if re.match(r"[a-z]+:|#step-\d+$", link):       # the latter takes the player above it to that step
            continue
        file, _, section = unquote(link).partition("#")
        target = path.parent / file if file else path
        refuse([] if target.exists() else [f"{path.name} links to {link}, and there is no {file}"])
        if section and target.suffix == ".ipynb" and section not in anchors(target):
            refuse([f"{path.name} links to {link}, and {target.name} has no such heading. A link has hyphens for the"
                    f" blanks of the heading.{nearest(section, anchors(target))}"])


@each_notebook
def test_its_sections_are_bilingual(path):
    sections = re.findall(r"^## +\d+\.\d+ .+", markdown(path), re.M)
    refuse(f"{path.name}: the heading '{section}' has no Chinese: ## 7.2 Raft | Raft 共识算法"
           for section in sections if " | " not in section)


def test_every_chapter_stands_in_the_readme():
    readme = (notebooks.ROOT / "README.md").read_text(encoding="utf-8")
    refuse(f"notebooks/{path.name} is not in the README's table: add its row" for path in notebooks.NOTEBOOKS
           if f"(notebooks/{path.name})" not in readme)


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
    assert notebooks.complaints(written) == ["06_six.ipynb is not stripped: make strip N=06_six"]
    notebooks.main("strip", str(written))
    assert notebooks.complaints(written) == []
    promised, other = outputs(written)
    assert [output.text for output in promised] == ["41\n"] and other == []
    assert "3.99" not in written.read_text() and "scrolled" not in written.read_text()


def test_an_answer_that_was_promised_is_stored_closed(written):
    notebook = nbformat.read(written, as_version=4)
    notebook.cells[1].source = 'ask("6 * 7?", answer=6 * 7)'
    notebook.cells[1].outputs = [nbformat.v4.new_output(
        "execute_result", {"text/plain": "6 * 7?\nanswer: 42"}, execution_count=1)]
    nbformat.write(notebook, written)
    notebooks.main("strip", str(written))
    (stored,), _ = outputs(written)
    page = BeautifulSoup(stored.data["text/html"], "html.parser")
    assert page.p.get_text() == "6 * 7?" and "open" not in page.details.attrs and page.pre.get_text() == "42"


def test_a_promise_without_a_text_is_reported(written):
    notebook = nbformat.read(written, as_version=4)
    notebook.cells[1].outputs = []
    nbformat.write(notebook, written)
    assert any("promises a text but has none" in sentence for sentence in notebooks.complaints(written))


def test_a_notebook_is_found_by_its_name_and_if_there_is_none_the_names_are_told():
    assert notebooks.named("04_broadcast").name == notebooks.named("04_broadcast.ipynb").name == "04_broadcast.ipynb"
    with pytest.raises(SystemExit, match="no notebook 44_broadcast: .* 04_broadcast"):
        notebooks.named("44_broadcast")


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
    refuse([f"{path.name}: some cells are on no slide: make strip N={path.stem} deals the cells"]
           if not all("slideshow" in cell.metadata for cell in cells) else [])
    return [(cell.metadata.slideshow.slide_type, cell) for cell in cells]


@each_notebook
def test_every_heading_begins_a_slide(path):
    headed = [(kind, cell.source.splitlines()[0]) for kind, cell in slide_types(path)
              if cell.cell_type == "markdown" and re.match("##?#? ", cell.source)]
    refuse(f"{path.name}: '{line}' does not begin a slide: give its cell the slide type slide or subslide"
           for kind, line in headed if kind not in ("slide", "subslide"))
    refuse([] if headed else [f"{path.name} has no heading: a chapter begins with one"])
    refuse([] if headed[0][0] == "slide" else [f"{path.name}: its first heading is a subslide, expected a slide"])


@each_notebook
def test_no_slide_is_too_long(path):
    length = players = 0
    for kind, cell in slide_types(path):
        if kind in ("slide", "subslide"):
            length = players = 0
        length += kind != "skip"
        players += cell.cell_type == "code" and "play(" in cell.source
        if length > slides.LONGEST + 2 or players > 1:
            has = "two players" if players > 1 else f"more than {slides.LONGEST + 2} cells"
            refuse([f"{path.name}, cell {cell.id}: its slide has {has}: make this cell, or one before it, a subslide"])


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


# ---- questions -------------------------------------------------------------------------------------------------------

ASKING = ("ask", "reveal", "Prediction")


def calls_in(cell: nbformat.NotebookNode) -> list[ast.Call]:
    """The calls in a code cell that ask or reveal, and not for an exercise."""
    found = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)
             and isinstance(node.func, ast.Name) and node.func.id in ASKING]
    return [call for call in found if not (call.args and ast.unparse(call.args[0]).startswith("exercise("))]


def given(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def is_written_down(value: ast.expr, cell: nbformat.NotebookNode) -> bool:
    """Whether a value needs no computing: a literal, a function that returns one, or a name of one."""
    if isinstance(value, ast.Lambda):
        return is_written_down(value.body, cell)
    if isinstance(value, ast.Name):
        meant = [line.value for line in ast.walk(ast.parse(cell.source)) if isinstance(line, ast.Assign)
                 and any(isinstance(target, ast.Name) and target.id == value.id for target in line.targets)]
        return any(is_written_down(one, cell) for one in meant)
    return not any(isinstance(node, ast.Name | ast.Call | ast.BinOp | ast.Compare) for node in ast.walk(value))


@each_notebook
def test_a_prediction_is_followed_by_its_question(path):
    cells = read(path).cells
    refuse(f"{path.name}, cell {cell.id}: says **Predict**, and the cell after it asks nothing: let it ask(...),"
           " play(..., ask=Prediction(...)) or reveal(...)"
           for cell, following in zip(cells, [*cells[1:], None], strict=True)
           if cell.cell_type == "markdown" and "**Predict" in cell.source
           and not (following and following.cell_type == "code" and re.search(r"\b(ask|reveal|Prediction)\(",
                                                                            following.source)))


@each_notebook
def test_a_question_names_its_section(path):
    """By which the learner's guess is found again."""
    number = None
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            number = ([found[1] for found in re.finditer(r"^#+ +(\d+(?:\.\d+)*)\b", cell.source, re.M)] or [number])[-1]
        for call in calls_in(cell) if cell.cell_type == "code" else ():
            section = given(call, "section")
            said = None if section is None else ast.literal_eval(section)
            if call.func.id != "reveal" and said != number:
                refuse([f"{path.name}, cell {cell.id}: {ast.unparse(call.args[0])} has section={said!r}, and the"
                        f" heading above it is {number}: write section={number!r}"])


@each_notebook
def test_an_answer_is_computed_and_nowhere_written_down(path):
    for cell in code_cells(read(path)):
        for call in calls_in(cell):
            for name in ("answer", "then"):
                value = given(call, name)
                if value is not None and is_written_down(value, cell):
                    refuse([f"{path.name}, cell {cell.id}: {name}={ast.unparse(value)} can be read before the question:"
                            f" compute it; what explains it stands in the next cell, under <summary>Why?</summary>"])


@pytest.mark.parametrize(("value", "written"), [
    ('"D"', True), ("3", True), ('lambda: "D"', True), ('{"A", "B"}', True), ("found", True), ("True", True),
    ("lambda: 5 // 2 + 1", False), ("trace.end", False), ("lambda trace: leader(trace)", False), ("counted", False),
])
def test_what_is_written_down_is_known(value, written):
    cell = nbformat.v4.new_code_cell("found = 3\ncounted = len(trace)\nother = 4")
    assert is_written_down(ast.parse(value, mode="eval").body, cell) is written


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


def unknown_stub(cell: nbformat.NotebookNode) -> str:
    """What is wrong with the metadata of a stub's cell, in a sentence."""
    told = cell.metadata.get("dslab")
    if not isinstance(told, dict) or {type(told.get("exercise")), type(told.get("name"))} != {str}:
        return (f"it is tagged {STUB}, and has the metadata {json.dumps({'dslab': told})}: expected the exercise, and"
                ' what the learner defines, {"dslab": {"exercise": "4.1", "name": "MyClock"}}')
    if told["exercise"] not in exercises():
        return f"no exercise has the number {told['exercise']!r}.{nearest(told['exercise'], exercises())}"
    names = {name for line in ast.parse(cell.source).body for name in defined(line)}
    return "" if told["name"] in names else (f"its metadata says that it defines {told['name']}, and it defines"
                                             f" {', '.join(sorted(names)) or 'nothing'}.{nearest(told['name'], names)}")


def defined(line: ast.stmt) -> list[str]:
    if isinstance(line, ast.ClassDef | ast.FunctionDef):
        return [line.name]
    targets = line.targets if isinstance(line, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


@each_notebook
def test_a_stub_says_what_the_learner_writes_for_which_exercise(path):
    refuse(f"{path.name}, cell {cell.id}: {said}"
           for cell in code_cells(read(path), STUB) if (said := unknown_stub(cell)))


@each_notebook
def test_a_stub_imports_what_its_answer_needs(path):
    for cell in code_cells(read(path), STUB):
        task = None if unknown_stub(cell) else exercises()[cell.metadata["dslab"]["exercise"]]
        if hasattr(task, "reference"):
            found = {alias.asname or alias.name for line in ast.walk(ast.parse(cell.source))
                     if isinstance(line, ast.ImportFrom) for alias in line.names}
            needed = own_globals(task.reference) - {task.reference.__name__} - found
            refuse([f"{path.name}, cell {cell.id}: the answer to {task.number} uses {', '.join(sorted(needed))}: import"
                    " it in the stub, or it is missing where the learner writes"] if needed else [])


FORM = re.compile(r"^\*\*(Predict|Fill in|Make it right|Break it|Compute)\.\*\*", re.M)


@each_notebook
def test_a_chapter_states_an_exercise_in_its_own_words(path):
    found, heading = [], ""
    for cell in (cell for cell in read(path).cells if cell.cell_type == "markdown"):
        heading = (re.findall(r"^#+ .*", cell.source, re.M) or [heading])[-1]
        number = (re.findall(r" Exercise (\d\S*):", heading) or [""])[0]
        if number in exercises() and FORM.search(cell.source):
            task = exercises()[number].task
            if " ".join(task.split()) not in " ".join(cell.source.split()):
                found.append(f"{path.name}, cell {cell.id}: exercise {number} says: {task}")
    refuse(found)


@each_notebook
def test_every_exercise_begun_is_checked_and_every_check_has_its_stub(path):
    begun = [cell.metadata.get("dslab", {}).get("exercise") for cell in code_cells(read(path), STUB)]
    checked = [exercise_of(cell) for cell in code_cells(read(path), CHECK)]
    refuse(f"{path.name}: exercise {number} has a cell tagged {STUB if number in begun else CHECK}, and none tagged"
           f" {CHECK if number in begun else STUB}" for number in sorted({*begun} ^ {*checked}, key=str))


def test_every_exercise_is_in_a_chapter():
    asked = {exercise_of(cell) for path in notebooks.NOTEBOOKS for cell in code_cells(read(path), CHECK)}
    refuse(f"exercise {number} is in no notebook: CONTRIBUTING.md says which cells it needs"
           for number in exercises() if number not in asked)


# ---- what a deck shows, and what its speaker says ----

def test_of_a_text_the_first_sentence_is_shown_and_the_rest_is_said():
    text = "## 2.1 Two generals\n\nThey agree, or they lose (e.g. a war). Why? Read on.\n\n* one\n* two\n\nMore prose."
    shown, said = speaker.parted(text)
    assert shown == "## 2.1 Two generals\n\nThey agree, or they lose (e.g. a war).\n\n* one\n* two"
    assert said == "Why? Read on.\n\nMore prose."


@pytest.mark.parametrize("standing", ["```python\nx = 1\n\ny = 2\n```", "| a | b |\n| - | - |", "$$\nx\n\ny\n$$",
                                      "<details><summary>Why?</summary>\n\nSo. Yes.\n\n</details>", "> Said. Twice."])
def test_what_is_no_prose_stays_on_the_slide(standing):
    assert speaker.parted(standing) == (standing, "")


@each_notebook
def test_nothing_of_a_chapter_is_lost_in_its_deck(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            words = Counter(cell.source.split())
            assert Counter(" ".join(speaker.parted(cell.source)).split()) == words, cell.id
