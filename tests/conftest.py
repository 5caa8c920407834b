"""What several test files need."""

import os
import shutil

import pytest

from lab import BROWSERS


def program(names: str, remedy: str) -> str:
    """The first program that is there; without one the test is skipped, or fails where CI is set."""
    found = next(filter(None, map(shutil.which, names.split())), None)
    if found:
        return found
    sentence = f"{names.split()[0]} is not installed: {remedy}"
    if os.environ.get("CI"):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def node() -> str:
    """Node.js, which runs the tests of the player's JavaScript."""
    return program("node nodejs", "on Debian and Ubuntu, apt install nodejs")


@pytest.fixture(scope="session")
def chromium() -> str:
    """A browser for the tests; the environment variable CHROMIUM names one in an unusual place."""
    return program(BROWSERS, "on Debian, apt install chromium; elsewhere, CHROMIUM=/path/to/chrome make test")
