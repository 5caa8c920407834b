"""The command line: `dslab lab`, `dslab check`, `dslab progress`."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from dslab.command.notebooks_folder import FOLDER, copy_of, hand_out
from dslab.extras import require
from dslab.values import DslabError

if TYPE_CHECKING:
    from dslab.command.grading import Graded

EPILOG = """examples:
  dslab lab                       copy the notebooks to ./dslab-course, and open them in JupyterLab
  dslab lab -- --port=9999        what stands after -- is for JupyterLab
  dslab check 4                   grade your copy of chapter 4
  dslab check handed_in --csv results.csv     grade all notebooks in a folder
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns 0 if all is right, 1 if an exercise is not, 2 after an error."""
    mine, theirs = _split(sys.argv[1:] if arguments is None else list(arguments))
    options = _parser().parse_args(mine)
    options.jupyter = theirs
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):       # a missing character is replaced instead of an error
            stream.reconfigure(errors="replace")
    with suppress(ValueError):                      # not the main thread
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        do: Callable[[argparse.Namespace], int] = options.do
        return do(options)
    except DslabError as problem:
        print(f"dslab: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("dslab: stopped by you", file=sys.stderr)
        return 2


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """The arguments before and after `--`."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:at], arguments[at + 1:]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dslab", description="A course on distributed systems.", epilog=EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    lab = commands.add_parser("lab", help="open the course in JupyterLab; your work is never overwritten")
    lab.add_argument("folder", nargs="?", type=Path, default=Path(FOLDER), help=f"your notebooks (./{FOLDER})")
    lab.add_argument("--copy-only", action="store_true", help="copy the notebooks, and do not open them")
    lab.add_argument("--no-browser", action="store_true", help="start JupyterLab, and open no browser")
    lab.add_argument("--fresh", metavar="CHAPTER", help="put the newest notebook of a chapter beside yours, no more")
    lab.set_defaults(do=_lab)
    check = commands.add_parser("check", help="grade the exercises of a chapter, a notebook or a folder of them")
    check.add_argument("what", help="a chapter's number, a notebook, or a folder of submissions")
    check.add_argument("--original", type=Path, metavar="NOTEBOOK", help="what was handed out, if not by the course")
    check.add_argument("--seconds", type=float, metavar="S", help="for a cell that checks nothing (60)")
    check.add_argument("--jobs", type=int, metavar="N", help="how many submissions at once (one a processor)")
    check.add_argument("--csv", type=Path, metavar="FILE", help="a row for each submission and exercise")
    check.add_argument("--junit", type=Path, metavar="FILE", help="the same as JUnit XML")
    check.set_defaults(do=_check)
    progress = commands.add_parser("progress", help="what you have done so far")
    progress.set_defaults(do=_progress)
    return parser


def _lab(options: argparse.Namespace) -> int:
    print("\n".join(hand_out(options.folder, fresh=options.fresh)), flush=True)
    if options.copy_only or options.fresh:
        return 0
    require("lab", "dslab lab", "jupyterlab")
    from jupyterlab.labapp import main as jupyter

    browser = ["--no-browser"] if options.no_browser else []
    jupyter([f"--ServerApp.root_dir={options.folder.resolve()}", "--LabApp.default_url=/lab/tree/00_start_here.ipynb",
             *browser, *options.jupyter])
    return 0


def _check(options: argparse.Namespace) -> int:
    require("grading", "dslab check", "nbval", "pytest", "tqdm")
    from dslab.command.output import results_table, write_csv, write_junit

    what = options.what
    folder = not what.isdecimal() and Path(what).is_dir()
    results = _grade(options, Path(what) if folder else None)
    print(results_table(results) if folder else "\n".join(map(str, results[0].grades)))
    if options.csv:
        write_csv(options.csv, results)
    if options.junit:
        write_junit(options.junit, results)
    return 0 if all(results) else 1


def _grade(options: argparse.Namespace, folder: Path | None) -> list[Graded]:
    from dslab.command.batch import grade_folder  # here and not above: pytest and nbval take their time
    from dslab.command.grading import CELL, grade

    limits = {"original": options.original, "seconds": options.seconds or CELL}
    if folder:
        return grade_folder(folder, jobs=options.jobs, **limits)
    path = copy_of(options.what) if options.what.isdecimal() else Path(options.what)
    return [grade(path, remember=True, **limits)]


def _progress(options: argparse.Namespace) -> int:
    from dslab.grader.progress import progress

    print(progress())
    return 0
