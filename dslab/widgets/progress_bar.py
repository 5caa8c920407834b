"""A bar for long searches: it appears once a second has passed, and goes when the search is done.

    with ProgressBar() as bar:
        found = bar.over(explore(run, promises, progress=bar))

A notebook shows a widget, a terminal a line on stderr; a file, a pipe and a test get nothing. If the search is stopped
by its user (the square button in JupyterLab, Ctrl+C in a terminal), a sentence stays that says what was kept.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeVar

PATIENCE, PULSE = 1.0, 0.2          # seconds: before it appears, and between two looks


class SearchProgress(NamedTuple):
    """How far a search is."""

    words: str
    share: float | None             # of the level that it looks at; None where nobody knows


class Surface(Protocol):
    """Where a bar is shown."""

    def show(self, report: SearchProgress) -> None:
        """Show how far the search is."""

    def leave(self, sentence: str) -> None:
        """Go, and leave a sentence behind; nothing if it is empty."""


class Stoppable(Protocol):
    """What a search has found."""

    @property
    def stopped(self) -> bool:
        """Was it stopped by its user?"""


Found = TypeVar("Found", bound=Stoppable)


class ProgressBar:
    """The `progress` of one search."""

    def __init__(self, *, surface: Callable[[], Surface | None] | None = None,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self.clock, self.begun = clock, clock()
        self.next = self.begun + PATIENCE
        self.make = surface or surface_here
        self.surface: Surface | None = None
        self.report: SearchProgress | None = None
        self.stopped = False

    def __call__(self, search: Any) -> None:
        """Take a look at a search: a walk through states, or a number of runs."""
        now = self.clock()
        if now < self.next:
            return
        self.next = now + PULSE
        self.report = tell(search, now - self.begun)
        self.surface = self.surface or self.make()
        if self.surface is None:
            self.next = float("inf")                # nobody looks
        else:
            self.surface.show(self.report)

    def over(self, found: Found) -> Found:
        """The search has ended with this; returns it."""
        self.stopped = found.stopped
        return found

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *problem: object) -> None:
        if self.surface is not None and self.report is not None:
            sentence = f"Stopped by you at {self.report.words}. What was found is kept."
            self.surface.leave(sentence if self.stopped else "")


def tell(search: Any, seconds: float) -> SearchProgress:
    """How far a search is after so many seconds."""
    if isinstance(search, int):
        return SearchProgress(f"{search:,} runs, {search / seconds:,.0f} a second", None)
    states, level = len(search.came_from), len(search.last)
    return SearchProgress(f"{states:,} states, {states / seconds:,.0f} a second; level {search.levels} has {level:,}",
                  search.looked / level if level else None)


# ---- where it is shown -------------------------------------------------------------------------------------

def surface_here() -> Surface | None:
    """A widget in a notebook, a line in a terminal, None where nobody looks: in a test, a file, or a page built."""
    if "PYTEST_VERSION" in os.environ or "DSLAB_STATIC" in os.environ:
        return None
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if hasattr(shell, "kernel"):
        return Widget()
    return TextBar() if sys.stderr.isatty() else None


class Widget:
    """A bar and words in the output of a cell. The bar shows how much of the level has been looked at."""

    def __init__(self) -> None:
        import ipywidgets
        from IPython.display import DisplayHandle
        self.bar = ipywidgets.FloatProgress(min=0, max=1, layout={"width": "12em"})
        self.words = ipywidgets.Label()
        self.box = ipywidgets.HBox([self.bar, self.words])
        self.place, self.is_there = DisplayHandle(), False

    def show(self, report: SearchProgress) -> None:
        """Move the bar; it is hidden where nobody knows the end."""
        if not self.is_there:
            self.is_there = True                    # first, since the user may stop the search at any moment
            self.place.display(self.box)
        self.bar.layout.display = None if report.share is not None else "none"
        self.bar.value = report.share or 0.0
        self.words.value = report.words + ". ■ stops it, and keeps what was found."

    def leave(self, sentence: str) -> None:
        """Put the sentence, or nothing, in the place of the widget: a closed one would be an error when reopened."""
        self.place.update({"text/plain": sentence} if sentence else {}, raw=True)
        for widget in (self.bar, self.words, self.box):
            widget.close()


class TextBar:
    """A line on stderr, written over again and again."""

    def show(self, report: SearchProgress) -> None:
        """Write it over."""
        self._write(f"{report.words}. Ctrl+C stops")

    def leave(self, sentence: str) -> None:
        """Wipe it out."""
        self._write(sentence + "\n" * bool(sentence))

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()
