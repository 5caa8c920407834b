"""nbval is the grader: whatever is in a notebook, it is graded to the end; and nobody's work is overwritten."""

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from processes import marked

from dslab.command import notebooks_folder
from dslab.command.batch import grade_folder
from dslab.command.cli import main
from dslab.command.grading import Finding, findings, grade
from dslab.command.notebook import (
    CHANGED,
    CHECK,
    MISSING,
    STUB,
    Cell,
    code_cells,
    graded_cells,
    read,
    with_references,
)
from dslab.values import DslabError

IMPORTS = """\
import os, subprocess
from dslab import Node, message
from dslab.exercises.lamport_clock import Clock, Reference, SameStamp
from dslab.grader.check import check
from dslab.grader.catalogue import exercise"""
STUB_41 = "class MyClock(Clock):\n    def tick(self):\n        ..."
RIGHT, WRONG = "class MyClock(Reference):\n    pass", "class MyClock(SameStamp):\n    pass"
CHECK_41 = 'check(exercise("4.1"), MyClock)'


@pytest.fixture(autouse=True)
def progress(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("DSLAB_PROGRESS", str(tmp_path_factory.mktemp("progress") / "progress.json"))
    monkeypatch.delenv("DSLAB_GRADING", raising=False)


def sheet(path: Path, *stubs: str, check: str = CHECK_41, ids: str = "cell") -> Path:
    """A notebook with a check cell after each stub."""
    v4 = nbformat.v4
    cells = [v4.new_code_cell(IMPORTS, id=f"{ids}-imports")]
    for place, stub in enumerate(stubs):
        cells += [
            v4.new_markdown_cell("Your turn.", id=f"{ids}-text-{place}"),
            v4.new_code_cell(stub, id=f"{ids}-stub-{place}", metadata={
                "tags": [STUB], "dslab": {"exercise": "4.1", "name": "MyClock"}}),
            v4.new_code_cell(check, id=f"{ids}-check-{place}", metadata={"tags": [CHECK]})]
    nbformat.write(v4.new_notebook(cells=cells), path)
    return path


def told(graded) -> list[tuple[str, str]]:
    return [(grade.outcome, grade.sentence) for grade in graded.grades]


# ---- every notebook three ways: as shipped all cells pass, which nbval sees to; here are the other two ---------------

SHEETS = [path for path in notebooks_folder.shipped() if code_cells(read(path), CHECK)]
each_sheet = pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)


@each_sheet
def test_as_shipped_only_the_checks_fail_and_with_the_references_all_are_right(path):
    expected = twice(path)
    found = findings([cell for cell, _ in expected])
    wrong = [f"{cell.name} {ends(found[place])}; expected: {end}" for place, (cell, end) in enumerate(expected)
             if not ends(found[place]).startswith(end)]
    assert not wrong, "\n".join(wrong)


def twice(path: Path) -> list[tuple[Cell, str]]:
    """The cells as shipped, each with how it ends; after a check, the references of its stubs, and the check again."""
    shipped, found, references = read(path), [], []
    for cell, answer in zip(graded_cells(shipped), graded_cells(with_references(shipped), shipped), strict=True):
        found.append((cell, "fails" if cell.exercise else "passes"))
        references += [(answer, "passes")] if answer != cell else []
        if cell.exercise:
            found += [*references, (cell, "right")]
            references = []
    assert references == [], "a stub comes before its check"
    return found


def ends(finding: Finding) -> str:
    """How a cell ends; of a check that does not fail, only its report tells."""
    if finding.error:
        return f"fails: {finding.error}"
    return json.loads(finding.reports[-1])["outcome"] if finding.reports else "passes"


def only_checks_fail(path: Path) -> None:
    cells = graded_cells(read(path))
    found = findings(cells)
    assert [cell.source for place, cell in enumerate(cells) if bool(found[place].error) != bool(cell.exercise)] == []


def test_a_small_sheet_three_ways(tmp_path):
    path = sheet(tmp_path / "one.ipynb", STUB_41)
    only_checks_fail(path)
    answered = tmp_path / "answered.ipynb"
    nbformat.write(with_references(read(path)), answered)
    assert told(grade(answered)) == [("right", "")]
    ungraded = subprocess.run([sys.executable, "-m", "pytest", "-q", "--nbval-lax", "--nbval-current-env", str(path)],
                              capture_output=True, text=True, cwd=tmp_path)
    assert ungraded.returncode == 0, ungraded.stdout


# ---- graded to the end ----------------------------------------------------------------------------------------------

SECONDS = 6                             # of computing, for a cell: to fill 2 GB takes one or two
HOSTILE = {
    "while True:\n    pass": f"the cell that begins `while True:` did not come to an end within {SECONDS} s",
    "os._exit(0)": "the cell that begins `os._exit(0)` ended the process in which it runs; that is no pass",
    "hoard = []\nwhile True:\n    hoard.append('x' * 2**27)":
        "the cell that begins `hoard = []` asked for more memory than it may have, 2 GB",
    "import signal; os.kill(os.getppid(), signal.SIGKILL)":
        "the cell that begins `import signal; os.kill(os.getppid(), signal.SIGKILL)` ended the process",
    "class MyClock(Reference):\n    def tick(self):\n        self.set_timer('again', 0)\n        return 1\n"
    "    def on_again_timer(self):\n        self.set_timer('again', 0)": "10,000 events at time",
    "subprocess.Popen(['sleep', '600'], start_new_session=True)\n" + RIGHT: "",
    "MyClock = 1\ncheck = lambda *anything: print('right')": "result not accepted: the check cell has run, but",
}


def test_a_notebook_is_graded_to_the_end_whatever_its_cells_do(tmp_path):
    graded = grade(sheet(tmp_path / "hostile.ipynb", *HOSTILE), seconds=SECONDS)
    assert len(graded.grades) == len(HOSTILE) and not graded
    for (outcome, sentence), words in zip(told(graded), HOSTILE.values(), strict=True):
        assert words in sentence and outcome == ("wrong" if words else "right"), sentence
    assert marked() == []


def test_an_interrupt_leaves_no_process_behind(tmp_path):
    folder = tmp_path / "handed_in"
    folder.mkdir()
    for name in "abc":
        sheet(folder / f"{name}.ipynb", "import time; time.sleep(600)")
    process = subprocess.Popen([sys.executable, "-m", "dslab", "check", str(folder)], stderr=subprocess.PIPE, text=True)
    while len(marked()) < 2 and process.poll() is None:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.communicate()[1].endswith("dslab: stopped by you\n")
    assert process.returncode == 2 and marked() == []


# ---- what is graded is the course's check ---------------------------------------------------------------------------

@pytest.fixture
def handed_out(tmp_path) -> Path:
    return sheet(tmp_path / "handed_out.ipynb", STUB_41, STUB_41)


def test_a_changed_check_cell_is_not_used(handed_out, tmp_path):
    copy = read(sheet(tmp_path / "copy.ipynb", RIGHT, RIGHT, check="print('✓ Exercise 4.1, right.')"))
    del copy.cells[-1]
    copy.cells[3].metadata.clear()
    checks = [cell for cell in graded_cells(copy, read(handed_out)) if cell.exercise]
    assert [(cell.source, cell.remark) for cell in checks] == [(CHECK_41, CHANGED), (CHECK_41, MISSING)]


def test_a_check_cell_with_another_name_is_known_by_its_code(handed_out, tmp_path):
    copy = read(sheet(tmp_path / "copy.ipynb", RIGHT, RIGHT, ids="other"))
    assert [cell.remark for cell in graded_cells(copy, read(handed_out)) if cell.exercise] == ["", ""]
    assert [bool(cell.exercise) for cell in graded_cells(copy, read(handed_out))] == [False] + [False, True] * 2


def test_a_check_cell_that_the_learner_has_added_does_not_count(handed_out, tmp_path):
    copy = read(sheet(tmp_path / "copy.ipynb", RIGHT, RIGHT, RIGHT))
    assert sum(bool(cell.exercise) for cell in graded_cells(copy, read(handed_out))) == 2


# ---- the command ----------------------------------------------------------------------------------------------------

def test_one_notebook_a_line_an_exercise_and_the_exit_status(tmp_path, capsys):
    assert main(["check", str(sheet(tmp_path / "right.ipynb", RIGHT))]) == 0
    assert capsys.readouterr().out == "✓ 4.1 Lamport clock: right.\n"
    report = tmp_path / "report.xml"
    assert main(["check", str(sheet(tmp_path / "wrong.ipynb", WRONG)), "--junit", str(report)]) == 1
    line, = capsys.readouterr().out.splitlines()
    assert line.startswith("✗ 4.1 Lamport clock: wrong: ") and "has the same timestamp as the send" in line
    suite = ElementTree.parse(report).getroot().find("testsuite")
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("wrong", "1", "1")
    assert "The rule: IR2" in suite.find("testcase/failure").get("message")
    assert main(["progress"]) == 0 and "4.1" in capsys.readouterr().out


def test_a_folder_has_a_row_a_submission(tmp_path, capsys):
    folder, results = tmp_path / "handed_in", tmp_path / "results.csv"
    (folder / "=bob").mkdir(parents=True)
    sheet(folder / "alice.ipynb", RIGHT)
    sheet(folder / "=bob" / "mine.ipynb", STUB_41)
    (folder / "carol.ipynb").write_text('{"cells": [')
    (folder / ".ipynb_checkpoints").mkdir()
    sheet(folder / ".ipynb_checkpoints" / "alice.ipynb", WRONG)
    (folder / "start.ipynb").write_bytes(notebooks_folder.chapter("0").read_bytes())      # a chapter without exercises
    assert main(["check", str(folder), "--csv", str(results)]) == 1
    shown = capsys.readouterr()
    rows = [line.split() for line in shown.out.splitlines()]
    assert rows[:3] == [["4.1"], ["=bob/mine", "○", "0", "of", "1", "right"], ["alice", "✓", "1", "of", "1", "right"]]
    assert rows[3][:4] == ["carol", "carol.ipynb", "is", "broken:"]
    assert sorted(line.split(":")[0] for line in shown.err.splitlines()) == ["=bob/mine", "alice", "carol"]
    table = list(csv.DictReader(results.open(encoding="utf-8-sig")))
    assert [(row["submission"], row["exercise"], row["outcome"]) for row in table] == [
        ("'=bob/mine", "4.1", "not attempted"), ("alice", "4.1", "right"), ("carol", "", "cannot tell")]


HALF = STUB_41.replace("...", "return '\ud800'")
UNREADABLE = {
    "empty": (b"", "is broken: not JSON at line 1, column 1"),
    "cut": (b'{"cells": [', "is broken: not JSON at line 1, column 12"),
    "list": (b"[1]", "is not a notebook: expected the cells of nbformat 4"),
    "digits": (b'{"nbformat": %s}' % (b"4" * 5000), "cannot be read: "),
    "deep": (b"[" * 100_000, "cannot be read: "),
    "marked": ("\ufeff{}".encode(), "is broken: not JSON at line 1, column 1"),
    "wide": ("{}".encode("utf-16"), "is broken: its byte 0 is not UTF-8"),
    "half": (None, "is broken: its cell 2 holds '\\ud800', half a character"),
    "locked": (b"{}", "cannot be read: Permission denied"),
    "mistagged": (None, "it has no exercise"),
}


def unreadable(folder: Path, monkeypatch) -> None:
    """Notebooks that cannot be read, each for another reason."""
    for name, (data, _) in UNREADABLE.items():
        (folder / f"{name}.ipynb").write_bytes(data or b"")
    whole = nbformat.reads(sheet(folder / "half.ipynb", RIGHT).read_text(), 4)
    whole.cells[2].source = HALF
    (folder / "half.ipynb").write_text(json.dumps(whole))
    whole.cells[2].source, whole.cells[3].metadata.tags = RIGHT, 7
    (folder / "mistagged.ipynb").write_text(json.dumps(whole))
    (folder / "folder.ipynb").mkdir()
    (folder / "nowhere.ipynb").symlink_to("elsewhere")
    plain = Path.read_text

    def read_text(path, *args, **options):              # root, who may run this, is refused nothing
        if path.name == "locked.ipynb":
            raise PermissionError(13, "Permission denied", str(path))
        return plain(path, *args, **options)

    monkeypatch.setattr(Path, "read_text", read_text)


def test_notebooks_that_cannot_be_read_cost_no_other_its_marks(tmp_path, monkeypatch, capsys):
    """Each is a row that says why; the rest is graded, and all files are written, whatever a cell complains of."""
    folder, results, report = tmp_path / "handed_in", tmp_path / "results.csv", tmp_path / "report.xml"
    folder.mkdir()
    unreadable(folder, monkeypatch)
    sheet(folder / "folder.ipynb" / "right.ipynb", RIGHT)
    sheet(folder / "odd.ipynb", "raise ValueError('odd: ' + chr(0xd800) + chr(1) + chr(0xfffe))")
    assert main(["check", str(folder), "--csv", str(results), "--junit", str(report)]) == 1
    rows = {row["submission"]: row for row in csv.DictReader(results.open(encoding="utf-8-sig"))}
    for name, (_, words) in UNREADABLE.items():
        assert words in rows[name]["sentence"] and rows[name]["outcome"] == "cannot tell"
    assert rows["folder.ipynb/right"]["outcome"] == "right" and "odd:" in rows["odd"]["sentence"]
    assert set(rows) == {*UNREADABLE, "folder.ipynb/right", "odd", "nowhere"}
    assert {suite.get("name") for suite in ElementTree.parse(report).getroot()} == set(rows)
    shown = capsys.readouterr().out.splitlines()
    assert all(any(line.startswith(f"{name} ") for line in shown) for name in rows)


def test_what_nobody_thought_of_stops_no_other_either(tmp_path, monkeypatch):
    """Should grading itself fail, that too is a row."""
    def failing(path, **options):
        if path.stem == "bob":
            raise TypeError("unheard of")
        return grade(path, **options)

    monkeypatch.setattr("dslab.command.batch.grade", failing)
    sheet(tmp_path / "alice.ipynb", RIGHT)
    sheet(tmp_path / "bob.ipynb", RIGHT)
    alice, bob = grade_folder(tmp_path)
    assert alice and bob.trouble == "it cannot be graded: TypeError: unheard of"


def test_submissions_are_graded_side_by_side_under_a_bar(tmp_path, capsys, monkeypatch):
    """Two that wait for each other both end: each in its own process, at the same time."""
    meet = "from pathlib import Path\nfrom time import sleep\nhere, there = Path({!r}), Path({!r})\nhere.touch()\n" \
           "while not there.exists():\n    sleep(0.1)\n"
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    folder = tmp_path / "handed_in"
    folder.mkdir()
    sheet(folder / "one.ipynb", meet.format(one, two) + RIGHT)
    sheet(folder / "two.ipynb", meet.format(two, one) + RIGHT)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert [told(graded) for graded in grade_folder(folder, jobs=2, seconds=30)] == [[("right", "")]] * 2
    shown = capsys.readouterr().err
    assert "0/2" in shown and "2/2" in shown and "1 of 1 right" not in shown


def test_what_cannot_be_graded_is_refused_with_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("four.ipynb").write_text("{}")
    Path("cut.ipynb").write_text('{"cells": [}')
    Path("cell.ipynb").write_text('{"cells": [7], "nbformat": 4}')
    Path("notes.txt").write_text("")
    Path("empty").mkdir()
    sheet(Path("plain.ipynb"))
    sheet(Path("nameless.ipynb"), RIGHT, check="check(mine, MyClock)")
    known = ", ".join(str(int(path.name[:2])) for path in notebooks_folder.shipped())
    for what, words in {
        "99": f"there is no notebook for chapter 99; there are {known}",
        "4": "there is no 04_broadcast.ipynb in ",
        "for.ipynb": "there is no file for.ipynb. Did you mean 'four.ipynb'?",
        "notes.txt": "notes.txt is not a notebook: expected a file whose name ends in .ipynb",
        "cut.ipynb": "cut.ipynb is broken: not JSON at line 1, column 12",
        "four.ipynb": "four.ipynb is not a notebook: expected the cells of nbformat 4",
        "cell.ipynb": "cell.ipynb is broken: its cell 0 is not a cell",
        "plain.ipynb": "plain.ipynb cannot be graded: it has no exercise: no cell is tagged exercise-check",
        "nameless.ipynb": "is tagged exercise-check, but names no exercise",
        "empty": "there is no notebook with exercises in empty",
    }.items():
        assert main(["check", what]) == 2
        line, = capsys.readouterr().err.splitlines()
        assert line.startswith("dslab: ") and words in line


# ---- the learner's folder -------------------------------------------------------------------------------------------

@pytest.fixture
def shelf(tmp_path, monkeypatch) -> Path:
    """A course of one notebook, which can be changed."""
    (tmp_path / "shipped").mkdir()
    path = tmp_path / "shipped" / "04_broadcast.ipynb"
    path.write_text("first edition")
    monkeypatch.setattr(notebooks_folder, "shipped", lambda: [path])
    return path


def test_work_is_never_overwritten(shelf, tmp_path):
    folder = tmp_path / "mine"
    mine = folder / shelf.name
    assert notebooks_folder.hand_out(folder) == ["04_broadcast.ipynb: copied"]
    assert notebooks_folder.hand_out(folder) == ["04_broadcast.ipynb: as in the course"]
    mine.write_text("my work")
    assert notebooks_folder.hand_out(folder) == ["04_broadcast.ipynb: yours, kept"]
    shelf.write_text("second edition")
    said, = notebooks_folder.hand_out(folder)
    assert "newer version" in said and f"dslab lab {folder} --fresh 04" in said
    assert notebooks_folder.hand_out(folder, fresh="04") == ["04_broadcast.new.ipynb: copied"]
    assert (folder / "04_broadcast.new.ipynb").read_text() == "second edition" and mine.read_text() == "my work"
    (folder / "04_broadcast.new.ipynb").write_text("my work, too")
    with pytest.raises(DslabError, match="you have changed it"):
        notebooks_folder.hand_out(folder, fresh="4")


def test_what_was_not_changed_is_renewed(shelf, tmp_path):
    notebooks_folder.hand_out(tmp_path / "mine")
    shelf.write_text("second edition")
    assert notebooks_folder.hand_out(tmp_path / "mine") == ["04_broadcast.ipynb: renewed; you had not changed it"]
    assert (tmp_path / "mine" / shelf.name).read_text() == "second edition"


@pytest.mark.parametrize("manifest", ["", "[]", '{"04_broadcast.ipynb": 7}'])
def test_without_a_manifest_everything_is_the_learner_s_work(shelf, tmp_path, manifest):
    folder = tmp_path / "mine"
    notebooks_folder.hand_out(folder)
    (folder / notebooks_folder.MANIFEST).write_text(manifest)
    shelf.write_text("second edition")
    assert "yours, kept" in notebooks_folder.hand_out(folder)[0]
    assert (folder / shelf.name).read_text() == "first edition"


def test_the_copy_of_a_chapter_is_found_again(shelf, tmp_path, monkeypatch):
    folder = tmp_path / "mine"
    notebooks_folder.hand_out(folder)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert notebooks_folder.copy_of("4") == notebooks_folder.copy_of("04") == folder / shelf.name
    monkeypatch.chdir(folder)
    assert notebooks_folder.copy_of("4") == Path(shelf.name)


def test_a_folder_that_cannot_be_made_is_one_sentence(shelf, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["lab", str(tmp_path / "file"), "--copy-only"]) == 2
    assert capsys.readouterr().err == f"dslab: the notebooks cannot be copied to {tmp_path / 'file'}: File exists\n"
