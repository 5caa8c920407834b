"""The JavaScript of the player, tested by Node's own test runner: `node --test tests/js/*.test.js`."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("file", sorted(ROOT.glob("tests/js/*.test.js")), ids=lambda file: file.name)
def test_javascript(node, file):
    run = subprocess.run([node, "--test", file], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
