"""Grades a folder of submissions, each in its own process, as many concurrently as there are processors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import psutil
from tqdm import tqdm

from dslab.command.grading import Graded, grade
from dslab.command.notebook import CHECK, code_cells, original_of, read
from dslab.command.notebooks_folder import shipped
from dslab.command.output import tally
from dslab.grader.process import plain
from dslab.values import DslabError


def submissions(folder: Path) -> list[Path]:
    """The notebooks in a folder and its subfolders, without those chapters of the course that have no exercises."""
    found = sorted(path for path in folder.rglob("*.ipynb")
                   if not _is_folder(path) and not any(part.startswith(".") for part in path.relative_to(folder).parts))
    asked = [path for path in found if _asks(path)]
    if not asked:
        raise DslabError(f"there is no notebook with exercises in {folder}")
    return asked


def _is_folder(path: Path) -> bool:
    """Whether it is a folder; an unreadable one is not, and is reported to the teacher as a file."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _asks(path: Path) -> bool:
    """Whether to grade it: if it has exercises, or if it cannot be read or is foreign, which grading reports."""
    try:
        copy = read(path)
        original = original_of(copy, shipped())
        return original is None or bool(code_cells(original, CHECK) or code_cells(copy, CHECK))
    except Exception:                               # grading it reports the reason
        return True


def grade_folder(folder: Path, *, jobs: int | None = None, **options: Any) -> list[Graded]:
    """Grade all submissions; options are those of `grade`. Progress is a bar, or a line for each in a log."""
    paths = submissions(folder)
    with tqdm(total=len(paths), unit="notebook", disable=not sys.stderr.isatty()) as bar:
        def done(graded: Graded) -> None:
            bar.update()
            if bar.disable:
                print(f"{graded.name}: {tally(graded)}", file=sys.stderr, flush=True)

        return _at_once(paths, lambda path, stop: _named(path, folder, stop=stop, **options), done, jobs)


def _named(path: Path, folder: Path, **options: Any) -> Graded:
    """Grade one submission, under its name in the folder. An error does not stop the others."""
    name = plain(path.relative_to(folder).with_suffix("").as_posix(), cut=False)
    try:
        return replace(grade(path, **options), name=name)
    except DslabError as problem:
        return Graded(name=name, trouble=plain(str(problem), cut=False))
    except Exception as problem:                    # a submission can contain anything: the others are still graded
        return Graded(name=name, trouble=plain(f"it cannot be graded: {type(problem).__name__}: {problem}", cut=False))


def _at_once(paths: Iterable[Path], work: Callable[[Path, Callable[[], bool]], Graded],
             done: Callable[[Graded], None], jobs: int | None) -> list[Graded]:
    """Grade concurrently. The work is done in other processes; a thread here waits for each."""
    stop = Event()
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        futures = [pool.submit(work, path, stop.is_set) for path in paths]
        try:
            for future in as_completed(futures):
                done(future.result())
        except BaseException:                       # most likely an interrupt: leave no process behind
            stop.set()
            _end(futures)
            raise
    return [future.result() for future in futures]


def _end(futures: list[Future[Any]]) -> None:
    """Kill the running processes; the threads that wait for them then clean up."""
    for future in futures:
        future.cancel()
    while wait(futures, timeout=0.2).not_done:
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
