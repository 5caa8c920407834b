"""Grades a learner's notebook with nbval, in a process of its own, to the end, whatever its cells do.

A cell that ends its kernel, or does not come to an end, is left out and the rest is run again: one lost exercise costs
no other. This guards against accidents; it is no security sandbox.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import nbformat

from dslab.command.nbval_runner import ENDED, LOSSES
from dslab.command.notebook import CHECK, Cell, graded_cells, original_of, read
from dslab.command.notebooks_folder import shipped
from dslab.grader.catalogue import exercises
from dslab.grader.check import GRADING, REPORTS
from dslab.grader.process import MARK, plain, sweep
from dslab.grader.report import CANNOT_TELL, MARKS, NOT_ATTEMPTED, RIGHT, WRONG
from dslab.values import DslabError

CELL, NOTEBOOK = 60.0, 1800.0           # seconds: for a cell that checks nothing, and for all of a notebook
LIMIT = 600                             # characters of a sentence
# jsonschema imports rfc3987_syntax, if it is there, to check addresses that no notebook has: 0.8 s of computing.
START = "import sys; sys.modules['rfc3987_syntax'] = None; from dslab.command.nbval_runner import main; main()"


@dataclass(frozen=True, kw_only=True)
class Grade:
    """What became of one exercise; the outcome is one of the six that `check` has."""

    exercise: str
    outcome: str
    sentence: str = ""
    remark: str = ""

    @property
    def title(self) -> str:
        """The exercise's name; empty if it is not on the shelf."""
        known = exercises().get(self.exercise)
        return known.title if known else ""

    def __str__(self) -> str:
        said = ": ".join(filter(None, (self.outcome, self.sentence))).rstrip(".") + "."
        remark = f" ({self.remark})" if self.remark else ""
        return f"{MARKS[self.outcome]} {self.exercise} {self.title}: {said}{remark}"


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A graded notebook; it is true if all its exercises are right.

    Args:
        name: the learner's copy, as a teacher knows it.
        grades: an entry an exercise, in the order of the notebook.
        trouble: why it could not be graded.
    """

    name: str
    grades: tuple[Grade, ...] = ()
    trouble: str = ""

    def __bool__(self) -> bool:
        return not self.trouble and all(grade.outcome == RIGHT for grade in self.grades)


@dataclass(frozen=True)
class Finding:
    """What became of a cell: what it complained about, whether the kernel was lost, and what `check` reported."""

    said: str = ""
    lost: bool = False
    reports: list[str] = field(default_factory=list)


def grade(path: Path, *, original: Path | None = None, seconds: float = CELL, remember: bool = False,
          stop: Callable[[], bool] = lambda: False) -> Graded:
    """Grade a learner's copy.

    Args:
        path: the notebook. It is read only; it runs in an empty folder.
        original: what was handed out; None: the course's notebook with the same cells.
        seconds: for each cell that checks nothing.
        remember: should the checks count as tries of this user?
        stop: is asked before the notebook is run once more; what was not judged by then stays so.

    Raises:
        DslabError: it cannot be read, has no exercise, or no kernel starts.
    """
    copy = read(path)
    handed_out = read(original) if original else original_of(copy, shipped())
    try:
        cells = graded_cells(copy, handed_out)
    except DslabError as problem:
        raise DslabError(f"{path.name} cannot be graded: {problem}") from None
    found = findings(cells, seconds=seconds, remember=remember, stop=stop)
    return Graded(name=path.stem, grades=tuple(
        _grade(place, cells, found) for place, cell in enumerate(cells) if cell.exercise))


# ---- from what was found to a grade ----

def _grade(place: int, cells: Sequence[Cell], found: dict[int, Finding]) -> Grade:
    """The grade for the check cell at a place. Only what `check` has handed in makes it right."""
    cell, finding = cells[place], found.get(place)
    told = {"exercise": cell.exercise, "remark": cell.remark}
    if finding is None:
        return Grade(**told, outcome=CANNOT_TELL, sentence=f"the notebook took over {NOTEBOOK / 60:g} minutes")
    for line in reversed(finding.reports):
        report = _report(line)
        if report.get("exercise") == cell.exercise and report.get("outcome") in MARKS:
            rule = f" The rule: {report['rule']}" if report.get("rule") else ""
            return Grade(**told, outcome=report["outcome"], sentence=_line(f"{report.get('sentence', '')}{rule}"))
    if not finding.said:
        return Grade(**told, outcome=WRONG, sentence="result not accepted: the check cell has run, but the course's "
                     "`check` was not called; something else has its name")
    culprit = next((at for at in reversed(range(place)) if at in found and found[at].said and not cells[at].exercise),
                   None)
    if culprit is None:
        outcome = WRONG if finding.lost else NOT_ATTEMPTED
        return Grade(**told, outcome=outcome, sentence=_line(f"the check cell {_stopped(finding.said)}"))
    return Grade(**told, outcome=WRONG, sentence=_line(
        f"{cells[culprit].name} {_stopped(found[culprit].said)}; then the check cell {_stopped(finding.said)}"))


def _report(line: str) -> dict[str, Any]:
    """What `check` has written; empty if somebody else has written into its file."""
    try:
        report = json.loads(line)
    except ValueError:
        return {}
    return report if isinstance(report, dict) else {}


def _stopped(said: str) -> str:
    return said if said.startswith(LOSSES) else f"stopped with {said}"


def _line(text: str) -> str:
    return " ".join(plain(text, cut=False, limit=LIMIT).split())


# ---- running the cells ----

def findings(cells: Sequence[Cell], *, seconds: float = CELL, remember: bool = False,
             stop: Callable[[], bool] = lambda: False) -> dict[int, Finding]:
    """What became of each cell, by its place. Cells that the time did not reach have no entry."""
    found: dict[int, Finding] = {}
    end = monotonic() + NOTEBOOK
    while monotonic() < end and not stop():
        lost = {place for place, finding in found.items() if finding.lost}
        todo = [place for place, cell in enumerate(cells) if place not in lost
                and not (cell.exercise and place in found)]         # what is graded is not graded again
        fresh = _run([cells[place] for place in todo], seconds, end - monotonic(), remember)
        found |= {todo[at]: finding for at, finding in fresh.items()}
        if len(fresh) == len(todo):
            break
        if not any(finding.lost for finding in fresh.values()) and monotonic() < end:
            found[todo[len(fresh)]] = Finding(ENDED, lost=True)     # it has even ended the inspector
    return found


def _run(cells: Iterable[Cell], seconds: float, limit: float, remember: bool) -> dict[int, Finding]:
    """Run cells in a process of its own, and end it with all that it has started."""
    with tempfile.TemporaryDirectory(prefix="dslab-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        written = folder / "findings.jsonl"
        nbformat.write(_notebook(cells), folder / "notebook.ipynb")
        environment = _environment(folder, remember)
        process = subprocess.Popen(
            [sys.executable, "-c", START, "notebook.ipynb", str(written), str(seconds)],
            env=environment, cwd=folder, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            pass                                    # what is written by now is what there is
        finally:
            sweep(process, environment[MARK])
            process.wait()
        lines = written.read_text(encoding="utf-8").splitlines() if written.exists() else []
    told = [json.loads(line) for line in lines]
    for line in told:
        if "trouble" in line:
            raise DslabError(line["trouble"])
    return {line.pop("cell"): Finding(**line) for line in told}


def _notebook(cells: Iterable[Cell]) -> nbformat.NotebookNode:
    """Code only: no outputs to compare, no tags but ours."""
    notebook: nbformat.NotebookNode = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell(cell.source, metadata={"tags": [CHECK] if cell.exercise else []}) for cell in cells])
    return notebook


def _environment(folder: Path, remember: bool) -> dict[str, str]:
    """Grading mode, and nothing of the user's own set-up."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "JUPYTER_"))}
    progress = {} if remember else {"DSLAB_PROGRESS": str(folder / "progress.json")}
    return environment | progress | {
        GRADING: "1", REPORTS: str(folder / "reports.jsonl"), MARK: os.environ.get(MARK, "") + folder.name,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"), "OPENBLAS_NUM_THREADS": "1"}
