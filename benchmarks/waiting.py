"""What a learner waits for: seconds on the clock, and seconds of computing of a process and all that it has started.

* `import`: `import dslab` in a fresh interpreter; *cold* is without compiled bytecode, as after an editable install.
* `play`: from `play(DEMO)` to the state that the browser gets; *cold* is the first of an interpreter, imports included.
* `check`: each exercise's reference (or a right answer) and its first classic mistake; *cold* is a fresh interpreter's
  first, the import of the exercises included.
* `cells`: the notebooks' code cells, in place: those that explore or search, and the five slowest others.
* `open`: in JupyterLab, with a fresh kernel: from the start of the first cell that plays until its player is drawn.

    python benchmarks/waiting.py                    # all of them, about fifteen minutes; needs Chromium
    python benchmarks/waiting.py check --rounds 1   # one of them

The medians of several rounds count. On a busy machine read the computing, which the clock cannot spoil.
"""

from __future__ import annotations

import argparse
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

import stopwatch

import dslab

ROOT = Path(dslab.__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
BYTECODE = "PYTHONPYCACHEPREFIX"
EXPLORING, PLAYING = r"\b(explore|search)\(", r"\bplay\("


class Cost(NamedTuple):
    """What was waited for, s."""

    clock: float
    computing: float


Costs = dict[str, list[Cost]]


# ---- a fresh interpreter ---------------------------------------------------------------------------------------------

TIMED = """import sys
sys.path.append({here!r})
import stopwatch
{before}
began = stopwatch.now()
{timed}
print(*stopwatch.since(began))"""
DEMO = "import dslab\nfrom dslab.protocols.raft import DEMO\n"
PLAY = "from dslab import play\nplay(DEMO).get_state()\n"
FIRST = "from dslab import check, exercise, simulate\nfirst = exercise({!r})\ncheck(first, {})"
PREDICTION = "first.answer(simulate(first.run))"


def fresh(timed: str, before: str = "") -> Cost:
    """The cost of some code in a new interpreter that has run `before`."""
    code = TIMED.format(here=str(Path(__file__).parent), before=before, timed=timed)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return Cost(*map(float, done.stdout.split()[-2:]))


def importing(rounds: int) -> Costs:
    """`import dslab`, without bytecode and with it."""
    cold = []
    for _ in range(rounds):
        shutil.rmtree(Path(os.environ[BYTECODE], *(ROOT / "dslab").parts[1:]), ignore_errors=True)
        cold.append(fresh("import dslab"))
    return {"`import dslab`, cold": cold, "`import dslab`": [fresh("import dslab") for _ in range(rounds)]}


def playing(rounds: int) -> Costs:
    """`play(DEMO)`, to the widget's state."""
    fresh(PLAY, DEMO)                   # compiles
    return {"`play(DEMO)`, cold": [fresh(PLAY, DEMO) for _ in range(rounds)],
            "`play(DEMO)`": [fresh(PLAY, DEMO + PLAY) for _ in range(rounds)]}


# ---- exercises -------------------------------------------------------------------------------------------------------

def exercises() -> list[Any]:
    """All exercises of the course: those of the tuples EXERCISES."""
    package = import_module("dslab.exercises")
    modules = [import_module(f"dslab.exercises.{found.name}") for found in pkgutil.iter_modules(package.__path__)]
    return [exercise for module in modules for exercise in getattr(module, "EXERCISES", ())]


def attempts(exercise: Any) -> Iterator[tuple[str, Any]]:
    """One that is right and one that is wrong."""
    if hasattr(exercise, "answer"):
        yield "right", exercise.answer(dslab.simulate(exercise.run))
    else:
        yield "right", getattr(exercise, "reference", None) or exercise.right[0]
    yield from (("wrong", attempt) for attempt, _ in exercise.wrong[:1])


def checking(rounds: int) -> Costs:
    """The check of each exercise, by form and outcome, with the median of its rounds."""
    every, found = exercises(), defaultdict(list)
    for form in ("predict", "make it right"):
        first = next(exercise for exercise in every if exercise.form == form)
        code = FIRST.format(first.number, PREDICTION if form == "predict" else "first.reference")
        fresh(code)                     # compiles
        found[f"check, {form}, cold"] = [fresh(code) for _ in range(rounds)]
    slowest: Costs = {}
    for exercise in every:
        for outcome, attempt in attempts(exercise):
            cost = middle([checked(exercise, attempt) for _ in range(rounds)])
            found[f"check, {exercise.form}, {outcome}"].append(cost)
            slowest[f"- {exercise.number} {exercise.title}, {outcome}"] = [cost]
    order = sorted(slowest, key=lambda name: -slowest[name][0].computing)
    return dict(found) | {name: slowest[name] for name in order[:10]}


def checked(exercise: Any, attempt: Any) -> Cost:
    """One check."""
    began = stopwatch.now()
    dslab.check(exercise, attempt)
    return Cost(*stopwatch.since(began))


# ---- notebooks -------------------------------------------------------------------------------------------------------

def cells(rounds: int) -> Costs:
    """The cells that explore or search, in the order of the course, and the five slowest others."""
    exploring, others = defaultdict(list), defaultdict(list)
    for path in NOTEBOOKS:
        for _ in range(rounds):
            for place, source, cost in executed(path):
                name = f"{path.stem}, cell {place}: `{shortened(source)}`"
                (exploring if re.search(EXPLORING, source) else others)[name].append(cost)
    slowest = sorted(others, key=lambda name: -middle(others[name]).computing)[:5]
    return dict(exploring) | {name: others[name] for name in slowest}


def executed(path: Path) -> Iterable[tuple[int, str, Cost]]:
    """What each code cell of a notebook costs its kernel, and the place of the cell among all."""
    import nbformat
    import psutil
    from nbclient import NotebookClient

    found, began = [], []

    def now() -> Cost:
        return Cost(time.perf_counter(), sum(psutil.Process(client.km.provisioner.pid).cpu_times()[:4]))

    def end(cell: Any, cell_index: int, **reply: Any) -> None:
        cost = Cost(*(later - earlier for later, earlier in zip(now(), began[-1], strict=True)))
        found.append((cell_index, cell.source, cost))

    client = NotebookClient(
        nbformat.read(path, as_version=4), timeout=300, kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}}, extra_arguments=["--log-level=ERROR"],
        on_cell_execute=lambda cell, cell_index: began.append(now()), on_cell_executed=end)
    client.execute()
    return found


def shortened(source: str) -> str:
    """The line of a cell that explores, or its last."""
    lines = source.strip().splitlines()
    return next((line for line in lines if re.search(EXPLORING, line)), lines[-1]).strip().replace("|", "/")[:60]


# Runs the cells before the one that plays, then that one; resolves with the ms until its player is drawn.
FIRST_PLAYER = """async (playing) => {
    const { content } = window.jupyterapp.shell.currentWidget;
    const drawn = () => document.querySelector(".dslab-player .dslab-readout")?.textContent;
    for (let place = 0; place <= playing; place += 1) {
        content.activeCellIndex = place;
        const began = performance.now(), done = window.jupyterapp.commands.execute("notebook:run-cell");
        if (place < playing) { await done; continue; }
        while (!drawn()) await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        return performance.now() - began;
    }
}"""


def opening(rounds: int) -> Costs:
    """Each notebook's first player in JupyterLab. What browser and server compute besides is not counted."""
    import nbformat

    sys.path.insert(0, str(ROOT / "tools"))
    from lab import Lab, browsing, serving

    found: Costs = defaultdict(list)
    with tempfile.TemporaryDirectory() as name, browsing() as browser:
        (home := Path(name, "jupyter")).mkdir()
        shutil.copytree(ROOT / "notebooks", course := Path(name, "course"))
        with serving(course, home) as place:
            for path in NOTEBOOKS * rounds:
                sources = [cell.source if cell.cell_type == "code" else "" for cell in nbformat.read(path, 4).cells]
                playing = next(place for place, source in enumerate(sources) if re.search(PLAYING, source))
                page = browser.new_page(viewport={"width": 1400, "height": 900})
                lab = Lab(page, *place)
                lab.open(path.name)
                found[f"{path.stem}, first player"].append(Cost(page.evaluate(FIRST_PLAYER, playing) / 1000, 0.0))
                lab.stop_kernels()
                page.close()
    return dict(found)


# ---- the tables ------------------------------------------------------------------------------------------------------

PARTS = {"import": importing, "play": playing, "check": checking, "cells": cells, "open": opening}


def middle(costs: list[Cost]) -> Cost:
    """The medians."""
    return Cost(*(median(values) for values in zip(*costs, strict=True)))


def row(name: str, costs: list[Cost]) -> str:
    """Number, then median, 90th percentile and most: of the clock, and of computing."""
    told = [f"{name} | {len(costs)}"]
    for values in zip(*costs, strict=True):
        ninety = quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else values[0]
        told.append(f"{median(values):.2f} | {ninety:.2f} | {max(values):.2f}")
    return f"| {' | '.join(told)} |"


def main() -> None:
    """Measure the parts that the command line names, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help=f"what to measure: {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as own:      # progress and bytecode are not the learner's
        os.environ |= {"DSLAB_PROGRESS": str(Path(own, "progress.json")), BYTECODE: own}
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        report(asked.parts or PARTS, asked.rounds)


def report(parts: Iterable[str], rounds: int) -> None:
    """Measure, and print a table as it grows."""
    print("| s | of | clock: median | 90 % | most | computing: median | 90 % | most |")
    print("| --- | " + " | ".join(["---:"] * 7) + " |")
    for part in parts:
        for name, costs in PARTS[part](rounds).items():
            print(row(name, costs), flush=True)


if __name__ == "__main__":
    main()
