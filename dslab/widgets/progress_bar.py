"""A progress bar for long searches: it appears after a second, and disappears when the search is done.

    with ProgressBar() as bar:
        found = bar.over(explore(run, promises, progress=bar))

A notebook shows a widget, a terminal a line on stderr; files, pipes and tests get nothing. If the user interrupts the
search (the square button in JupyterLab, Ctrl+C in a terminal), a sentence about it stays.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeVar

PATIENCE, PULSE = 1.0, 0.2          # seconds: before it appears, and between two updates


class SearchProgress(NamedTuple):
    """The progress of a search."""

    words: str
    share: float | None             # the expanded share of the present level; None if unknown


class Surface(Protocol):
    """A display of a bar."""

    def show(self, report: SearchProgress) -> None:
        """Show the progress."""

    def leave(self, sentence: str) -> None:
        """Disappear, and leave the sentence, if there is one, in its place."""


class Stoppable(Protocol):
    """The result of a search."""

    @property
    def stopped(self) -> bool:
        """Whether the user interrupted it."""


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
        """Update the bar: `search` is a `Walk`, or the number of runs so far."""
        now = self.clock()
        if now < self.next:
            return
        self.next = now + PULSE
        self.report = progress_of(search, now - self.begun)
        self.surface = self.surface or self.make()
        if self.surface is None:
            self.next = float("inf")                # no display: no more updates
        else:
            self.surface.show(self.report)

    def over(self, found: Found) -> Found:
        """Note that the search ended with this result, and return it."""
        self.stopped = found.stopped
        return found

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *problem: object) -> None:
        if self.surface is not None and self.report is not None:
            sentence = f"Stopped by you at {self.report.words}. What was found is kept."
            self.surface.leave(sentence if self.stopped else "")


def progress_of(search: Any, seconds: float) -> SearchProgress:
    """The progress of a search after this time."""
    if isinstance(search, int):
        return SearchProgress(f"{search:,} runs, {search / seconds:,.0f} a second", None)
    states, level = len(search.came_from), len(search.last)
    return SearchProgress(f"{states:,} states, {states / seconds:,.0f} a second; level {search.levels} has {level:,}",
                  search.looked / level if level else None)


# ---- where it is shown -------------------------------------------------------------------------------------

def surface_here() -> Surface | None:
    """A widget in a notebook, a line in a terminal, None in a test, a pipe, a file or a static page."""
    if "PYTEST_VERSION" in os.environ or "DSLAB_STATIC" in os.environ:
        return None
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if hasattr(shell, "kernel"):
        return Widget()
    return TextBar() if sys.stderr.isatty() else None


class Widget:
    """A bar and a text in the output of a cell. The bar shows the expanded share of the present level."""

    def __init__(self) -> None:
        import ipywidgets
        from IPython.display import DisplayHandle
        self.bar = ipywidgets.FloatProgress(min=0, max=1, layout={"width": "12em"})
        self.words = ipywidgets.Label()
        self.box = ipywidgets.HBox([self.bar, self.words])
        self.place, self.is_there = DisplayHandle(), False

    def show(self, report: SearchProgress) -> None:
        """Move the bar, or hide it if the share is unknown."""
        if not self.is_there:
            self.is_there = True                    # first, since the user may interrupt at any moment
            self.place.display(self.box)
        self.bar.layout.display = None if report.share is not None else "none"
        self.bar.value = report.share or 0.0
        self.words.value = report.words + ". ■ stops it, and keeps what was found."

    def leave(self, sentence: str) -> None:
        """Replace the widget by the sentence, or by nothing: a closed one is an error when the notebook is reopened."""
        self.place.update({"text/plain": sentence} if sentence else {}, raw=True)
        for widget in (self.bar, self.words, self.box):
            widget.close()


class TextBar:
    """A line on stderr, overwritten at each update."""

    def show(self, report: SearchProgress) -> None:
        """Overwrite the line."""
        self._write(f"{report.words}. Ctrl+C stops")

    def leave(self, sentence: str) -> None:
        """Overwrite the line with the sentence, or clear it."""
        self._write(f"{sentence}\n" if sentence else "")

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()
