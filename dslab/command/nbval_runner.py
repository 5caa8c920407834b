"""The process that runs one notebook with nbval; its arguments: the notebook, the file of findings, seconds a cell.

It writes a line of JSON for each cell immediately, so that the findings survive if the process is killed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any, NoReturn

import nbval.plugin
import psutil
import pytest
from nbval.kernel import RunningKernel

from dslab.command.notebook import CHECK
from dslab.grader.check import REPORTS
from dslab.grader.check import SECONDS as COMPUTING
from dslab.grader.child import limit_memory

LOOK = 0.5                              # s between two polls of a busy kernel
PATIENCE = 3 * COMPUTING                # s: the limit of a check cell; `check` itself ends an attempt before
BUSY = 5                                # a cell's limit of wall-clock time, as a multiple of its CPU time
ENDED = "ended the process in which it runs; that is no pass"
LATE = "did not come to an end within"
ROOM = 2 * 2**30                        # bytes: below the limit of the system, so that the kernel can reply
FULL = f"asked for more memory than it may have, {ROOM / 2**30:g} GB"


class Watched(RunningKernel):       # type: ignore[misc]  # nbval has no types
    """A kernel whose death is detected at once, and which is killed, not interrupted: it may hang, or flood stdout.

    nbval itself waits for a dead kernel until the timeout, then interrupts it and reads all its output.
    """

    reply: dict[str, Any] = {}          # its latest reply
    loss = ""                           # why it was given up: later errors are consequences

    def get_message(self, stream: str, timeout: float | None = None) -> dict[str, Any]:
        """The next message; a reply is kept, since a kernel short of memory replies but cannot show its error."""
        message: dict[str, Any] = super().get_message(stream, timeout=timeout)
        if stream == "shell":
            self.reply = message["content"]
        return message

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Return when the cell has run; raise `RuntimeError` if the kernel ends, or exceeds its time or memory.

        The timeout is in seconds of CPU time, so that a busy machine changes no grade.
        """
        limit, began = timeout or PATIENCE, (self._computed(), monotonic())
        while True:
            try:
                super().await_reply(msg_id, timeout=LOOK)
                return
            except Empty:
                if not self.is_alive():
                    self.lose(ENDED)
                if self._memory() > ROOM:
                    self.lose(FULL)
                for most, now, then in zip((limit, BUSY * limit), (self._computed(), monotonic()), began, strict=True):
                    if now - then > most:
                        self.lose(f"{LATE} {most:g} s")

    def lose(self, why: str) -> NoReturn:
        """Give the kernel up."""
        self.loss = why
        raise RuntimeError(why) from None

    def _computed(self) -> float:
        try:
            return sum(psutil.Process(self.km.provisioner.pid).cpu_times()[:2])
        except psutil.Error:            # it has ended just now
            return 0.0

    def _memory(self) -> int:
        try:
            return psutil.Process(self.km.provisioner.pid).memory_info().rss
        except psutil.Error:            # it has ended just now
            return 0


class Recorder:
    """A pytest plugin that records the outcome of each cell, and stops when the kernel is lost."""

    def __init__(self, findings: Path, reports: Path, seconds: float) -> None:
        self.findings, self.reports, self.seconds = findings, reports, seconds
        self.read = 0                   # bytes of the reports that belong to earlier cells

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Compare promised texts, and no HTML, which a notebook does not store."""
        for item in items:
            item.parent.skip_compare = (*item.parent.skip_compare, "text/html")

    def pytest_runtest_call(self, item: Any) -> None:
        """Set the time limit of a cell."""
        checks = CHECK in item.cell.metadata.get("tags", ())
        item.parent.kernel.reply = {}
        item.config.option.nbval_cell_timeout = max(self.seconds, PATIENCE) if checks else self.seconds

    def pytest_runtest_makereport(self, item: Any, call: Any) -> None:
        """Record how a cell ended."""
        if call.when == "setup" and call.excinfo:
            item.session.shouldstop = "no kernel"
            self._write(trouble=f"its kernel did not start: {call.excinfo.value}")
        if call.when != "call":
            return
        kernel = item.parent.kernel
        error = str(call.excinfo.value) if call.excinfo else ""
        if kernel.reply.get("status") == "error":
            kind = kernel.reply["ename"]
            kernel.loss = kernel.loss or (FULL if kind == "MemoryError" else "")
            error = f"{kind}: {kernel.reply['evalue']}"
        lost = bool(kernel.loss) or not kernel.is_alive()
        self._write(cell=item.cell_num, error=kernel.loss or error, lost=lost, own_words=not kernel.loss,
                    reports=self._new_reports())
        if lost:
            item.session.shouldstop = error or ENDED

    def _new_reports(self) -> list[Any]:
        """The reports of `check` during this cell."""
        if not self.reports.exists():
            return []
        with open(self.reports, "rb") as file:
            file.seek(self.read)
            lines = file.readlines()
            self.read = file.tell()
        return [line.decode("utf-8", "replace") for line in lines]

    def _write(self, **finding: Any) -> None:
        with open(self.findings, "a", encoding="utf-8") as file:
            file.write(json.dumps(finding) + "\n")


def main() -> None:
    """Run one notebook with nbval."""
    notebook, findings, seconds = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    limit_memory()
    nbval.plugin.RunningKernel = Watched
    recorder = Recorder(findings, Path(os.environ[REPORTS]), seconds)
    pytest.main([notebook, "-q", "-p", "nbval.plugin", "-p", "no:cacheprovider", "-c", os.devnull,
                 "--rootdir", str(findings.parent), "--nbval-lax", "--nbval-current-env"], plugins=[recorder])

