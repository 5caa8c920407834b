"""Grades a learner's notebook with nbval, in a separate process, completely, whatever its cells do.

A cell that ends its kernel, or does not terminate, is left out and the rest is run again, so that it does not affect
other exercises. This guards against accidents; it is no security sandbox.
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

from dslab.command.nbval_runner import ENDED
from dslab.command.notebook import CHECK, Cell, graded_cells, original_of, read
from dslab.command.notebooks_folder import shipped
from dslab.grader.catalogue import exercises
from dslab.grader.check import GRADING, REPORTS
from dslab.grader.process import MARK, plain, sweep
from dslab.grader.report import CANNOT_TELL, MARKS, NOT_ATTEMPTED, RIGHT, WRONG
from dslab.values import DslabError

CELL, NOTEBOOK = 60.0, 1800.0           # seconds: the limits of a cell without a check, and of a notebook
LIMIT = 600                             # the limit of characters in a sentence
# jsonschema imports rfc3987_syntax, if installed, to check URLs that no notebook has: 0.8 s of CPU time.
START = "import sys; sys.modules['rfc3987_syntax'] = None; from dslab.command.nbval_runner import main; main()"


@dataclass(frozen=True, kw_only=True)
class Grade:
    """The grade of one exercise; the outcome is one of the six of `check`."""

    exercise: str
    outcome: str
    sentence: str = ""
    remark: str = ""

    @property
    def title(self) -> str:
        """The exercise's title; empty if it is not in the catalogue."""
        known = exercises().get(self.exercise)
        return known.title if known else ""

    def __str__(self) -> str:
        result = ": ".join(filter(None, (self.outcome, self.sentence))).rstrip(".") + "."
        remark = f" ({self.remark})" if self.remark else ""
        return f"{MARKS[self.outcome]} {self.exercise} {self.title}: {result}{remark}"


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A graded notebook; it is true if all its exercises are right.

    Args:
        name: the name of the learner's copy.
        grades: one for each exercise, in the order of the notebook.
        trouble: why it could not be graded; empty if it was.
    """

    name: str
    grades: tuple[Grade, ...] = ()
    trouble: str = ""

    def __bool__(self) -> bool:
        return not self.trouble and all(grade.outcome == RIGHT for grade in self.grades)


@dataclass(frozen=True)
class Finding:
    """The outcome of a cell: its error, whether the kernel was lost, and the reports of `check`."""

    error: str = ""
    lost: bool = False
    own_words: bool = True              # whether `error` is the cell's own, not the reason why the kernel was lost
    reports: list[str] = field(default_factory=list)


def grade(path: Path, *, original: Path | None = None, seconds: float = CELL, remember: bool = False,
          stop: Callable[[], bool] = lambda: False) -> Graded:
    """Grade a learner's copy.

    Args:
        path: the notebook. It is only read; its cells run in an empty folder.
        original: the notebook that was handed out; None: the course's notebook with the same cells.
        seconds: the limit of each cell without a check.
        remember: whether the checks count as tries of this user.
        stop: called before each further run of the notebook; if it is true, the remaining cells are not judged.

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


# ---- from findings to grades ----

def _grade(place: int, cells: Sequence[Cell], found: dict[int, Finding]) -> Grade:
    """The grade of the check cell at a place. Only a report of `check` can make it right."""
    cell, finding = cells[place], found.get(place)
    known = {"exercise": cell.exercise, "remark": cell.remark}
    if finding is None:
        return Grade(**known, outcome=CANNOT_TELL, sentence=f"the notebook took over {NOTEBOOK / 60:g} minutes")
    for line in reversed(finding.reports):
        report = _report(line)
        if report.get("exercise") == cell.exercise and report.get("outcome") in MARKS:
            rule = f" The rule: {report['rule']}" if report.get("rule") else ""
            return Grade(**known, outcome=report["outcome"], sentence=_line(f"{report.get('sentence', '')}{rule}"))
    if not finding.error:
        return Grade(**known, outcome=WRONG, sentence="result not accepted: the check cell has run, but the course's "
                     "`check` was not called; something else has its name")
    culprit = next((at for at in reversed(range(place)) if at in found and found[at].error and not cells[at].exercise),
                   None)
    if culprit is None:
        outcome = WRONG if finding.lost else NOT_ATTEMPTED
        return Grade(**known, outcome=outcome, sentence=_line(f"the check cell {_stopped(finding)}"))
    return Grade(**known, outcome=WRONG, sentence=_line(
        f"{cells[culprit].name} {_stopped(found[culprit])}; then the check cell {_stopped(finding)}"))


def _report(line: str) -> dict[str, Any]:
    """A report of `check`; empty if the line is none, since a learner's code may write to the file."""
    try:
        report = json.loads(line)
    except ValueError:
        return {}
    return report if isinstance(report, dict) else {}


def _stopped(finding: Finding) -> str:
    return f"stopped with {finding.error}" if finding.own_words else finding.error


def _line(text: str) -> str:
    return " ".join(plain(text, cut=False, limit=LIMIT).split())


# ---- running the cells ----

def findings(cells: Sequence[Cell], *, seconds: float = CELL, remember: bool = False,
             stop: Callable[[], bool] = lambda: False) -> dict[int, Finding]:
    """Place of a cell -> its finding. Cells that were not run in time have none."""
    found: dict[int, Finding] = {}
    end = monotonic() + NOTEBOOK
    while monotonic() < end and not stop():
        lost = {place for place, finding in found.items() if finding.lost}
        todo = [place for place, cell in enumerate(cells) if place not in lost
                and not (cell.exercise and place in found)]         # a graded cell is not run again
        fresh = _run([cells[place] for place in todo], seconds, end - monotonic(), remember)
        found |= {todo[at]: finding for at, finding in fresh.items()}
        if len(fresh) == len(todo):
            break
        if not any(finding.lost for finding in fresh.values()) and monotonic() < end:
            found[todo[len(fresh)]] = Finding(ENDED, lost=True, own_words=False)     # it has ended the runner, too
    return found


def _run(cells: Iterable[Cell], seconds: float, limit: float, remember: bool) -> dict[int, Finding]:
    """Run cells in a separate process, and kill it together with all processes that it started."""
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
            pass                                    # the findings so far are in the file
        finally:
            sweep(process, environment[MARK])
            process.wait()
        lines = written.read_text(encoding="utf-8").splitlines() if written.exists() else []
    findings = [json.loads(line) for line in lines]
    for line in findings:
        if "trouble" in line:
            raise DslabError(line["trouble"])
    return {line.pop("cell"): Finding(**line) for line in findings}


def _notebook(cells: Iterable[Cell]) -> nbformat.NotebookNode:
    """A notebook with the code alone: no outputs to compare, and no tags of the learner."""
    notebook: nbformat.NotebookNode = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell(cell.source, metadata={"tags": [CHECK] if cell.exercise else []}) for cell in cells])
    return notebook


def _environment(folder: Path, remember: bool) -> dict[str, str]:
    """Environment variables: grading mode, and no configuration of the user."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "JUPYTER_"))}
    progress = {} if remember else {"DSLAB_PROGRESS": str(folder / "progress.json")}
    return environment | progress | {
        GRADING: "1", REPORTS: str(folder / "reports.jsonl"), MARK: os.environ.get(MARK, "") + folder.name,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"), "OPENBLAS_NUM_THREADS": "1"}
