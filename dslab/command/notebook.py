"""Notebooks with exercises: their check cells, and the code of a learner's copy that is graded.

An author tags a cell `exercise-stub` where the learner writes, and `exercise-check` where `check` is called. The cell's
metadata name the exercise, and for a stub also what the learner's code defines:

    {"tags": ["exercise-stub"], "dslab": {"exercise": "4.1", "name": "MyClock"}}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from dslab.grader.catalogue import exercise
from dslab.grader.exercise import Compute, MakeItRight
from dslab.values import DslabError, nearest

CHECK, STUB = "exercise-check", "exercise-stub"
CHANGED = "the check cell was changed; the course's was used"
MISSING = "the check cell is missing; the course's was used"
NONE = "it has no exercise: no cell is tagged exercise-check"


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell as it is graded.

    Args:
        source: its code.
        exercise: of a check cell: its exercise, such as "4.1"; empty for other cells.
        remark: of a check cell: how the learner changed it.
    """

    source: str
    exercise: str = ""
    remark: str = ""

    @property
    def name(self) -> str:
        """Its name in sentences: its first line, since cells have no permanent numbers."""
        line = next((line.strip() for line in self.source.splitlines() if line.strip()), "")
        return f"the cell that begins `{line[:60]}`"


def read(path: Path) -> NotebookNode:
    """Read a notebook; raises `DslabError` with the reason if that fails."""
    try:
        found = json.loads(_text(path))
        if not isinstance(found, dict) or not isinstance(found.get("cells"), list) or found.get("nbformat") != 4:
            raise DslabError(f"{path.name} is not a notebook: expected the cells of nbformat 4. Open and save it in"
                             " JupyterLab")
        return _strict(nbformat.from_dict(found), path)
    except json.JSONDecodeError as problem:
        raise DslabError(f"{path.name} is broken: not JSON at line {problem.lineno}, column {problem.colno}"
                         f" ({problem.msg})") from None
    except UnicodeDecodeError as problem:
        raise DslabError(f"{path.name} is broken: its byte {problem.start} is not UTF-8. Save it as UTF-8") from None
    except OSError as problem:
        raise DslabError(f"{path.name} cannot be read: {problem.strerror or problem}") from None
    except (ValueError, RecursionError) as problem:     # huge numbers, or deeply nested brackets
        raise DslabError(f"{path.name} cannot be read: {problem}") from None


def _text(path: Path) -> str:
    if not path.exists():
        folder = path.parent if path.parent.is_dir() else Path()
        others = [file.name for file in folder.iterdir() if file.name != path.name]     # or a broken symbolic link
        raise DslabError(f"there is no file {path}.{nearest(path.name, others)}")
    if path.suffix != ".ipynb" or not path.is_file():
        raise DslabError(f"{path} is not a notebook: expected a file whose name ends in .ipynb")
    return path.read_text(encoding="utf-8")


def _strict(notebook: NotebookNode, path: Path) -> NotebookNode:
    """The notebook with valid cells: sources are encodable strings and ids are strings, or `DslabError` is raised."""
    for place, cell in enumerate(notebook.cells):
        source = cell.get("source") if isinstance(cell, dict) else None
        lines: list[Any] = source if isinstance(source, list) else [source]
        meta = cell.get("metadata", {}) if isinstance(cell, dict) else None
        if not all(isinstance(line, str) for line in lines) or not isinstance(meta, dict) or "cell_type" not in cell:
            raise DslabError(f"{path.name} is broken: its cell {place} is not a cell")
        cell.source, cell.metadata = "".join(lines), meta
        half = re.search("[\ud800-\udfff]", cell.source)
        if half:
            raise DslabError(f"{path.name} is broken: its cell {place} holds {half[0]!a}, half a character, which no"
                             " file can hold")
        if not isinstance(cell.get("id"), str):
            cell.pop("id", None)
    return notebook


def code_cells(notebook: NotebookNode, tag: str = "") -> list[NotebookNode]:
    """The code cells, or those with a tag."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and (not tag or tag in _tags(cell))]


def _tags(cell: NotebookNode) -> list[Any]:
    tags = cell.metadata.get("tags")
    return tags if isinstance(tags, list) else []


def exercise_of(cell: NotebookNode) -> str:
    """The number of a cell's exercise; empty if it has none."""
    metadata = cell.metadata.get("dslab")
    number = metadata.get("exercise") if isinstance(metadata, dict) else None
    if isinstance(number, str) and re.fullmatch(r"[\w.]+", number):
        return number
    found = re.search(r"""\bexercise\(\s*["']([\w.]+)["']\s*\)""", cell.source)
    return found[1] if found else ""


# ---- the cells to grade ----

def graded_cells(copy: NotebookNode, original: NotebookNode | None = None) -> list[Cell]:
    """The code of a learner's copy, with the original's check cells in place of the copy's: each exactly once.

    Without an original, the copy's own check cells are used.
    """
    checks = code_cells(original or copy, CHECK)
    if not checks:
        raise DslabError(NONE)
    nameless = next((cell for cell in checks if not exercise_of(cell)), None)
    if nameless is not None:
        raise DslabError(f"{Cell(nameless.source).name} is tagged {CHECK}, but names no exercise: expected"
                         ' check(exercise("4.1"), ...)')
    own = code_cells(copy)
    pairs = _counterparts(own, checks)
    cells = [_as_graded(cell, checks[pairs[place]] if place in pairs else None) for place, cell in enumerate(own)]
    missing = [cell for place, cell in enumerate(checks) if place not in pairs.values()]
    return cells + [Cell(cell.source, exercise_of(cell), MISSING) for cell in missing]


def _same_id(one: NotebookNode, other: NotebookNode) -> bool:
    return bool(one.get("id")) and one.get("id") == other.get("id")


def _same_code(one: NotebookNode, other: NotebookNode) -> bool:
    return bool(one.source.strip() == other.source.strip())


def _counterparts(own: list[NotebookNode], checks: list[NotebookNode]) -> dict[int, int]:
    """Place of a check cell of the copy -> its place in `checks`: matched by id, else by code."""
    pairs: dict[int, int] = {}
    for alike in (_same_id, _same_code):
        for at, check in enumerate(checks):
            free = (place for place, cell in enumerate(own) if place not in pairs and alike(cell, check))
            place = next(free, None) if at not in pairs.values() else None
            if place is not None:
                pairs[place] = at
    return pairs


def _as_graded(cell: NotebookNode, check: NotebookNode | None) -> Cell:
    if check is None:
        return Cell(cell.source)
    changed = cell.source.strip() != check.source.strip()
    return Cell(check.source, exercise_of(check), CHANGED if changed else "")


def original_of(copy: NotebookNode, originals: Iterable[Path]) -> NotebookNode | None:
    """The course's notebook that shares most cells with a copy; None if the copy is not from the course."""
    names = {cell.get("id") for cell in copy.cells} - {None}
    course = [read(path) for path in originals]
    shared = [len(names & {cell.get("id") for cell in notebook.cells}) for notebook in course]
    return course[shared.index(max(shared))] if any(shared) else None


# ---- with the references, for tests ----

def with_references(notebook: NotebookNode) -> NotebookNode:
    """A copy of a notebook in which each stub cell is replaced by the reference."""
    notebook = deepcopy(notebook)
    for cell in code_cells(notebook, STUB):
        cell.source = _answer(cell.metadata["dslab"]["exercise"], cell.metadata["dslab"]["name"])
    return notebook


def _answer(number: str, name: str) -> str:
    task, found = exercise(number), f'exercise("{number}")'
    lines = ["from dslab.grader.catalogue import exercise"]
    if isinstance(task, (Compute, MakeItRight)):
        value = f"{found}.reference"
    elif task.right:
        value = f"{found}.right[0]"
    else:
        lines.append("from dslab import simulate")
        value = f"{found}.answer(simulate({found}.run))"
    return "\n".join([*lines, f"{name} = {value}"])
