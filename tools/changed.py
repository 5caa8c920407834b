"""Prints what `make quick` runs for what was changed since the branch left main: the test `files`, or the `names`.

A test file concerns itself, what it imports, and what is called as it is: test_raft.py all of raft.py, raft.js and
raft.txt. What tests import from each other counts as theirs; what the player's JavaScript concerns is a list. The long
ones, of the grader, are for `make test`.

Files in `HOUSE` have a test for each module, protocol, exercise or notebook. Of these run those of what was changed, by
the names that pytest gives them, and the few that look at all.
"""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
LONG = {"test_check.py", "test_exercises.py", "test_grading.py", "test_panel.py"}     # over ten seconds each
SCRIPTS = {"test_javascript.py", "test_languages.py", "test_player.py"}     # its units and types, its words, its bundle
PAGES = {"test_contributing.py", "test_project.py"}     # what README, CONTRIBUTING and DESIGN say is true
HOUSE = ["tests/test_layers.py", "tests/test_contract.py", "tests/test_exercises.py", "tests/test_notebooks.py"]
OF_ALL = ["every_file", "no_two", "import_each_other", "every_golden", "every_exercise_is", "every_chapter"]


def git(*command: str) -> list[str]:
    """The lines that git answers; none if it refuses."""
    return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True).stdout.splitlines()


def left_main() -> str:
    """Where this branch left main: the local one or, if that is older, or is this very branch, that of the origin."""
    here = git("branch", "--show-current")
    mains = [name for name in ("main", "origin/main") if [name] != here and git("rev-parse", "--verify", "-q", name)]
    return (git("merge-base", "HEAD", *mains) if mains else ["HEAD"])[0]


def changed() -> set[Path]:
    """The files that differ from where this branch left main, those that git does not know yet included."""
    new = git("ls-files", "--others", "--exclude-standard")
    return {ROOT / name for name in git("diff", "--name-only", left_main()) + new}


def imported(path: Path) -> set[Path]:
    """The files of this repository that a file imports by name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{one.name}" for one in node.names}
    places = [folder.joinpath(*name.split(".")) for name in found for folder in (ROOT, TESTS, ROOT / "tools")]
    return {file for place in places for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()}


def concerned(changes: set[Path]) -> list[Path]:
    """The test files to run."""
    stems = {path.stem.removesuffix(".test") for path in changes}
    endings = {path.suffix for path in changes}
    others = (SCRIPTS if ".js" in endings else set()) | (PAGES if ".md" in endings else set())
    found = []
    for test in sorted(TESTS.glob("test_*.py")):
        read = {test} | imported(test)
        read |= {file for own in read if own.parent == TESTS for file in imported(own)}
        named = test.stem.removeprefix("test_") in stems or test.name in others
        if str(test.relative_to(ROOT)) in HOUSE and test not in changes:
            continue
        if test in changes or test.name not in LONG and (read & changes or named):
            found.append(test)
    return found


def names(changes: set[Path]) -> str:
    """Of the tests in `HOUSE`, which to run: what pytest's option -k takes."""
    found = set(OF_ALL)
    for path in filter(Path.is_file, changes):
        if path.is_relative_to(ROOT / "dslab") and path.suffix in (".py", ".js"):
            found.add(f"[{path.relative_to(ROOT / 'dslab').as_posix()}]")
        if path.parent == ROOT / "dslab/protocols":
            found.add(f"[{path.stem}]")
        if path.parent == ROOT / "dslab/exercises":
            found |= {f"[{number}" for number in numbers(path)}
        if path.suffix == ".ipynb":
            found.add(f"[{path.stem}]")
    return " or ".join(sorted(found))


def numbers(path: Path) -> set[str]:
    """The numbers of the exercises in a file."""
    return {word.value.value for word in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(word, ast.keyword) and word.arg == "number" and isinstance(word.value, ast.Constant)}


if __name__ == "__main__":
    if sys.argv[1:] == ["names"]:
        print(names(changed()))
    else:
        print(*(test.relative_to(ROOT) for test in concerned(changed())))
