"""Programs that tests need, and that Python's packages do not bring."""

import os
import shutil
from typing import NoReturn

import pytest


def missing(sentence: str) -> NoReturn:
    """Something is not installed: the test is skipped, or fails where CI is set."""
    if os.environ.get("CI"):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def program(names: str, remedy: str) -> str:
    """The first program that is there; without one the test is skipped, or fails where CI is set."""
    found = next(filter(None, map(shutil.which, names.split())), None)
    return found or missing(f"{names.split()[0]} is not installed: {remedy}")
