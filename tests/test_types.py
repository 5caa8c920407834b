"""The types hold: those of the package, and those that a user's program meets (see [tool.mypy] in pyproject.toml)."""

import re
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields
from importlib.util import find_spec
from pathlib import Path

import pytest
import typed_program
from programs import missing

import dslab
from dslab import DslabError, Network, Run, Specification, at, crash, exercise, explore, judge, search, simulate
from dslab.grader.report import Report
from dslab.protocols.raft import PROMISES, Raft

ROOT = Path(__file__).parent.parent
PATIENCE = 900                  # s, on however busy a machine; without others, a first run takes half a minute
FOUND = re.compile(r".*?:(\d+): error: (.*)")


def mypy(*targets: object) -> str:
    """What mypy says of these files; of none, of all that is configured."""
    if find_spec("mypy") is None:
        missing("mypy is not installed: pip install dslab[test]")
    return subprocess.run([sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"),
                           *map(str, targets)], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE).stdout


def errors(tmp_path: Path, program: str) -> dict[int, str]:
    """The errors in a program, by their lines."""
    file = tmp_path / "planted.py"
    file.write_text(program, encoding="utf-8")
    return {int(line): sentence for line, sentence in FOUND.findall(mypy(file))}


def test_the_package_and_a_users_program_have_no_type_error():
    said = mypy()
    assert said.startswith("Success: no issues found"), said


def test_the_users_program_runs(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("DSLAB_PROGRESS", str(tmp_path / "progress.json"))       # it checks an exercise
    typed_program.main()
    assert "all have the same total" in capsys.readouterr().out


RUN = Run(Raft, 3, network=Network(loss=0.1), script=[at(5, crash("A"))])
VALUES = [
    RUN, RUN.network, RUN.network.default, RUN.network.default.latency, RUN.script[0], RUN.script[0].action, RUN.limits,
    PROMISES[0], judge(simulate(RUN), PROMISES)[0], explore(Run(Raft, 1), [], depth=1), search(RUN, [], seeds=[1]),
    Specification(list, list), exercise("4.1"), Report(exercise="4.1", outcome="right", sentence=""),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_public_value_is_a_frozen_dataclass(value):
    """So that its attributes are known, and that nobody has to ask who changes it."""
    name, *_ = [field.name for field in fields(value)]
    before = getattr(value, name)
    with pytest.raises((FrozenInstanceError, DslabError)):
        setattr(value, name, None)
    assert getattr(value, name) is before


PLANTED = [
    # what a user writes, and what mypy says of it
    ('Run(Raft, 3).sed', '"Run" has no attribute "sed"; maybe "seed"?'),
    ('Run(Raft, 3).seed = 4', 'Property "seed" defined in "Run" is read-only'),
    ('Run(Raft, 3, sed=4)', 'Unexpected keyword argument "sed" for "Run"; did you mean "seed"?'),
    ('Run(Raft(), 3)', 'Argument 1 to "Run" has incompatible type "Raft"'),
    ('Run(Raft, 3).replace(sed=4)', 'Unexpected keyword argument "sed" for "replace" of "Run"; did you mean "seed"?'),
    ('Run(Raft, 3).replace(seed="4")',
     'Argument "seed" to "replace" of "Run" has incompatible type "str"; expected "int"'),
    ('Network(los=0.1)', 'Unexpected keyword argument "los" for "Network"; did you mean "loss"?'),
    ('set_link("A", "B", loss="much")', 'Argument "loss" to "set_link" has incompatible type "str"; expected "float"'),
    ('at(500, "crash A")', 'Argument 2 to "at" has incompatible type "str"; expected "Action"'),
    ('explore(Run(Raft, 3), PROMISES, crashs=1)', 'Unexpected keyword argument "crashs"; did you mean "crashes"?'),
    ('explore(Run(Raft, 3), PROMISES).stats', '"Exploration" has no attribute "stats"; maybe "states" or "status"?'),
    ('search(Run(Raft, 3), PROMISES, seeds=5)', 'Argument "seeds" has incompatible type "int"'),
    ('search(Run(Raft, 3), PROMISES).runz', '"RandomSearch" has no attribute "runz"'),
    ('judge(Run(Raft, 3), PROMISES)', 'Argument 1 to "judge" has incompatible type "Run"; expected "Trace"'),
    ('judge(simulate(Run(Raft, 3)), [len])', 'List item 0 has incompatible type "Callable[[Sized], int]"'),
    ('simulate(Raft)', 'Argument 1 to "simulate" has incompatible type "type[Raft]"; expected "Run"'),
    ('play(Raft)', 'Argument 1 to "play" has incompatible type "type[Raft]"'),
    ('linearizable(Run(Raft, 3))', 'No overload variant of "linearizable" matches argument type "Run"'),
    ('diagram(3)', 'Argument 1 to "diagram" has incompatible type "int"'),
    ('Ping()', 'Missing positional argument "n" in call to "Ping"'),
    ('Ping(1).n = 2', 'Property "n" defined in "Ping" is read-only'),
    ('always(lambda world: 3)', 'Incompatible return value type (got "int", expected "bool | str | None")'),
    ('World(["A"], {}).ups', '"World" has no attribute "ups"; maybe "up"?'),
]
HEAD = """\
from dslab import (
    Network, Run, World, always, at, diagram, explore, judge, linearizable, message, play, search, set_link, simulate,
)
from dslab.protocols.raft import PROMISES, Raft


@message
class Ping:
    n: int


"""


def test_a_users_mistake_is_found_before_the_program_runs(tmp_path):
    first = HEAD.count("\n") + 1
    found = errors(tmp_path, HEAD + "".join(f"{mistake}\n" for mistake, _ in PLANTED))
    assert {PLANTED[line - first][0]: sentence for line, sentence in found.items()} == {
        mistake: found.get(first + place, "nothing") for place, (mistake, _) in enumerate(PLANTED)}
    assert [(mistake, found[first + place]) for place, (mistake, sentence) in enumerate(PLANTED)
            if not found[first + place].startswith(sentence)] == []


def test_editors_know_all_exported_names(tmp_path):
    """Those that are imported late, too: `dir` is what a notebook completes from."""
    assert set(dslab.__all__) <= set(dir(dslab))
    assert errors(tmp_path, f"from dslab import {', '.join(dslab.__all__)}\n") == {}
