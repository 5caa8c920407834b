"""How a rule of the house fails: with sentences for its author, and nothing else."""

from collections.abc import Iterable

import pytest


def refuse(sentences: Iterable[str]) -> None:
    """Fail with these sentences, a line each; if there are none, all is well."""
    found = list(dict.fromkeys(sentences))
    if found:
        pytest.fail("\n".join(found), pytrace=False)
