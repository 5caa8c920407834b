"""The one clock of the checkers: it can end a search that takes too long as undecided, and decides nothing else."""

from __future__ import annotations

from time import process_time


class Deadline:
    """So many seconds of CPU time from now on."""

    def __init__(self, seconds: float) -> None:
        self.end = process_time() + seconds

    def has_passed(self) -> bool:
        """Is the time over?"""
        return process_time() > self.end
