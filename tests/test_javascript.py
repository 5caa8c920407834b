"""The JavaScript of the player, tested by Node's own test runner: `node --test tests/js/*.test.js`."""

import json
import subprocess
from pathlib import Path

import pytest
from sentences import refuse

from dslab import simulate
from dslab.protocols import greeting, raft

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("file", sorted(ROOT.glob("tests/js/*.test.js")), ids=lambda file: file.name)
def test_javascript(node, file):
    run = subprocess.run([node, "--test", file], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


DURATION = """
import { readFileSync } from "node:fs";
import { indexTrace } from "./dslab/player/js/data/trace.js";
import { itinerary } from "./dslab/player/js/playback.js";
import { ALL } from "./tests/js/trace.js";
console.log(itinerary(indexTrace(JSON.parse(readFileSync(process.argv[1], "utf8"))), ALL).moments.at(-1));
"""


@pytest.mark.parametrize("run", [greeting.DEMO, raft.DEMO], ids=["greeting", "raft"])
def test_the_first_runs_of_the_course_play_in_half_a_minute(node, tmp_path, run):
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(simulate(run).to_dict()), encoding="utf-8")
    module = [node, "--input-type=module", "-e", DURATION, file]
    played = subprocess.run(module, cwd=ROOT, capture_output=True, text=True)
    assert 1000 < float(played.stdout or "nan") < 30_000, played.stderr


def test_the_types_of_the_javascript_hold(tsc):
    """Strictly, by `tests/js/tsconfig.json`. The types are comments: what runs is the code as it stands."""
    run = subprocess.run([*tsc, "--project", "tests/js"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_no_javascript_is_left_out_of_the_type_check():
    """`any` and an ignored error would be holes in it: what a value is, is said in `types.js`."""
    sources = {path.name: path.read_text("utf-8") for path in sorted(ROOT.glob("dslab/player/js/**/*.js"))}
    refuse(f"{name} begins without // @ts-check, so nobody checks its types" for name, text in sources.items()
           if not text.startswith("// @ts-check\n"))
    holes = ("@ts-ignore", "@ts-expect-error", "@ts-nocheck", "{any", "any}", "any>", "any[]", "=> any")
    refuse(f"{name} has {hole}, a hole in the type check: say in types.js what the value is" for name, text in
           sources.items() for hole in holes if hole in text)


def test_the_lock_file_names_no_registry():
    """So that npm takes the packages from where it is told to on this machine."""
    assert '"resolved"' not in (ROOT / "tests/js/package-lock.json").read_text("utf-8")
