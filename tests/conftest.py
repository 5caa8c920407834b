"""What several test files need."""

import difflib
import os
import warnings
from pathlib import Path
from random import Random

import pytest
from programs import missing, program

from lab import BROWSERS

PATIENCE = 600                  # s: what takes so long hangs, on however busy a machine
TOGETHER = ("notebooks/", "tests/browser/", "tests/test_types.py")      # files whose tests share what is expensive


def pytest_addoption(parser) -> None:
    """`make soak` runs in full what `make test` runs by a sample. The sample is always the same."""
    parser.addoption("--soak", action="store_true", help="the long tests in full, not by a sample")
    parser.addoption("--computing", type=int, default=0, help="at the end, so many tests that compute longest")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """How long a test has computed, with all that it started and that has ended: a busy machine changes it little."""
    report = yield
    before, item.computed = getattr(item, "computed", 0.0), computed()
    if call.when == "call":
        report.user_properties.append(("computing", item.computed - before))
    return report


def computed() -> float:
    """Seconds that this process, and those that it has started, have computed."""
    return sum(os.times()[:4])


def pytest_terminal_summary(terminalreporter, config) -> None:
    """The tests that compute longest."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    spent = {report.nodeid: seconds for report in reports for name, seconds in report.user_properties
             if name == "computing" and report.when == "call"}
    for test in sorted(spent, key=spent.__getitem__, reverse=True)[:config.getoption("computing")]:
        terminalreporter.write_line(f"{spent[test]:6.1f} s  {test}")


def pytest_generate_tests(metafunc) -> None:
    """A test marked `sample(few, every)` takes a few of so many numbers, and says so in its name: "50 of 500"."""
    for mark in metafunc.definition.iter_markers("sample"):
        few, every = mark.args
        some = sorted(Random("dslab").sample(range(every), few))
        chosen = range(every) if metafunc.config.getoption("soak") else some
        metafunc.parametrize("sample", [chosen], ids=[f"{len(chosen)} of {every}"])


def pytest_collection_modifyitems(items) -> None:
    """A busy machine has more time for the outputs of a notebook's cell than the five seconds that nbval gives it.

    HTML, which is not stored, is compared by its text.
    """
    for item in items:
        if item.path.suffix == ".ipynb":
            item.output_timeout = PATIENCE
            item.parent.skip_compare = (*item.parent.skip_compare, "text/html")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """The cells of a notebook share a kernel, and the tests of a file a browser; all others run where there is room.

    pytest-xdist's own groups (`--dist loadgroup`) are written into the names of tests, which pytest 9.2 does not allow.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFileOrAlone(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return nodeid.partition("::")[0] if nodeid.startswith(TOGETHER) else nodeid

    return ByFileOrAlone(config, log)


@pytest.fixture(scope="session")
def node() -> str:
    """Node.js, which runs the tests of the player's JavaScript."""
    return program("node nodejs", "on Debian and Ubuntu, apt install nodejs")


@pytest.fixture(scope="session")
def tsc(node) -> list[str]:
    """TypeScript's compiler, which checks the types of the player's JavaScript."""
    compiler = Path(__file__).parent / "js/node_modules/typescript/bin/tsc"
    if not compiler.exists():
        missing("TypeScript is not installed: npm ci --prefix tests/js")
    return [node, str(compiler)]


@pytest.fixture(scope="session")
def chromium() -> str:
    """A browser for the tests; the environment variable CHROMIUM names one in an unusual place."""
    return program(BROWSERS, "on Debian, apt install chromium; elsewhere, CHROMIUM=/path/to/chrome make test")


@pytest.fixture
def golden():
    """Compares a text with a file in the repository, and rewrites the file if UPDATE_GOLDEN is set."""
    def compare(file: Path, found: str) -> None:
        expected = file.read_text(encoding="utf-8") if file.exists() else None
        if expected == found:
            return
        if not os.environ.get("UPDATE_GOLDEN"):
            pytest.fail(_no_golden(file) if expected is None else _difference(file, expected, found), pytrace=False)
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8")
        warnings.warn(f"tests/golden/{file.name} is written: read it before you commit it", stacklevel=2)

    return compare


def _no_golden(file: Path) -> str:
    return (f"there is no tests/golden/{file.name} yet, the text that {file.stem} is to give from now on: make golden"
            " writes it; read it before you commit it")


def _difference(file: Path, expected: str, found: str) -> str:
    diff = list(difflib.unified_diff(expected.splitlines(), found.splitlines(), f"tests/golden/{file.name}", "now",
                                     lineterm="", n=1))
    more = f"\n... and {len(diff) - 40} lines more" if len(diff) > 40 else ""
    return (f"{file.stem} does not give tests/golden/{file.name} any more, see below. If that is meant, make golden"
            " rewrites it, and the commit says why.\n" + "\n".join(diff[:40]) + more)
