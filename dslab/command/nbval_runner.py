"""The process that runs one notebook with nbval; its arguments: the notebook, where the findings go, seconds a cell.

It writes a line of JSON for each cell, at once: if the process is ended from outside, what was found so far is there.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

import nbval.plugin
import psutil
import pytest
from nbval.kernel import RunningKernel

from dslab.command.notebook import CHECK
from dslab.grader.check import REPORTS
from dslab.grader.check import SECONDS as COMPUTING
from dslab.grader.child import limit_memory

LOOK = 0.5                              # s between two looks at a kernel that is busy
PATIENCE = 3 * COMPUTING                # s for a check cell: `check` itself ends what takes longer
BUSY = 5                                # so many times as long may a cell wait, or be kept waiting
ENDED = "ended the process in which it runs; that is no pass"
LATE = "did not come to an end within"
ROOM = 2 * 2**30                        # bytes: below what the system grants, for a kernel without any cannot answer
FULL = f"asked for more memory than it may have, {ROOM / 2**30:g} GB"
LOSSES = (ENDED, LATE, FULL)            # after these, what else the kernel says is not worth much


class Watched(RunningKernel):       # type: ignore[misc]  # nbval has no types
    """A kernel whose end is noticed at once, and that is not asked to stop: it may not hear, or have millions to say.

    nbval itself would wait for a dead kernel until the time is up, then interrupt it and read all that it has printed.
    """

    reply: dict[str, Any] = {}          # what it has answered last

    def get_message(self, stream: str, timeout: float | None = None) -> dict[str, Any]:
        """The next message; an answer is kept, as a kernel with little memory answers but cannot show its error."""
        message: dict[str, Any] = super().get_message(stream, timeout=timeout)
        if stream == "shell":
            self.reply = message["content"]
        return message

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Return when the cell has run; raise `RuntimeError` if the kernel ends, or takes too much time or memory.

        The timeout is in seconds of computing, so that a busy machine changes no grade.
        """
        limit, began = timeout or PATIENCE, (self._computed(), monotonic())
        while True:
            try:
                super().await_reply(msg_id, timeout=LOOK)
                return
            except Empty:
                if not self.is_alive():
                    raise RuntimeError(ENDED) from None
                if self._memory() > ROOM:
                    raise RuntimeError(FULL) from None
                for most, now, then in zip((limit, BUSY * limit), (self._computed(), monotonic()), began, strict=True):
                    if now - then > most:
                        raise RuntimeError(f"{LATE} {most:g} s") from None

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
    """A pytest plugin: it writes down what became of each cell, and stops where the kernel is lost."""

    def __init__(self, findings: Path, reports: Path, seconds: float) -> None:
        self.findings, self.reports, self.seconds = findings, reports, seconds
        self.read = 0                   # bytes of the reports that belong to earlier cells

    def pytest_runtest_call(self, item: Any) -> None:
        """Give a cell its time."""
        checks = CHECK in item.cell.metadata.get("tags", ())
        item.parent.kernel.reply = {}
        item.config.option.nbval_cell_timeout = max(self.seconds, PATIENCE) if checks else self.seconds

    def pytest_runtest_makereport(self, item: Any, call: Any) -> None:
        """Write down how a cell ended."""
        if call.when == "setup" and call.excinfo:
            item.session.shouldstop = "no kernel"
            self._write(trouble=f"its kernel did not start: {call.excinfo.value}")
        if call.when != "call":
            return
        kernel = item.parent.kernel
        said = str(call.excinfo.value) if call.excinfo else ""
        if kernel.reply.get("status") == "error":
            error = kernel.reply["ename"]
            said = FULL if error == "MemoryError" else f"{error}: {kernel.reply['evalue']}"
        lost = said.startswith(LOSSES) or not kernel.is_alive()
        self._write(cell=item.cell_num, said=said, lost=lost, reports=self._new_reports())
        if lost:
            item.session.shouldstop = said or ENDED

    def _new_reports(self) -> list[Any]:
        """What `check` has handed in during this cell."""
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
    """Run a notebook."""
    notebook, findings, seconds = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    limit_memory()
    nbval.plugin.RunningKernel = Watched
    recorder = Recorder(findings, Path(os.environ[REPORTS]), seconds)
    pytest.main([notebook, "-q", "-p", "nbval.plugin", "-p", "no:cacheprovider", "-c", os.devnull,
                 "--rootdir", str(findings.parent), "--nbval-lax", "--nbval-current-env"], plugins=[recorder])

