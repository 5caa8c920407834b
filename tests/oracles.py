"""Data whose verdict is known: our own, in tests/data, and that of others where it lies beside this repository.

What is claimed of the one is claimed of the other, so a bare clone leaves no claim untested.
"""

from pathlib import Path

OURS = Path(__file__).parent / "data"
THEIRS = Path(__file__).parents[2] / "shared" / "oracles"


def files(ours: str, theirs: str) -> list[Path]:
    """The files that match one of two patterns, such as "register/*.log"."""
    return [*sorted(OURS.glob(ours)), *there(theirs)]


def there(theirs: str) -> list[Path]:
    """Those of others; none where they are not there."""
    return sorted(THEIRS.glob(theirs))
