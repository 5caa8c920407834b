"""Runs an attempt in a child process, and kills it together with all processes that it started.

This is isolation against accidents, not a security sandbox: the child has the rights of its user.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from threading import Thread
from time import monotonic
from uuid import uuid4

import psutil

from dslab.values import shorten

MOST = 1_000_000                # the limit of bytes of output that are kept
GRACE = 5.0                     # s for the child to report after an interrupt
MARK = "DSLAB_ATTEMPT"          # an environment variable of all processes of an attempt; nested marks are concatenated

BY_USER, TOO_LATE = "by its user", "too late"
SENTENCES = {BY_USER: "stopped by you.",
             TOO_LATE: "your code did not come back in time. A handler must return; use a timer to wait."}


@dataclass(frozen=True)
class Ending:
    """How a child ended."""

    report: str | None          # its report as JSON; None: it wrote none
    code: int                   # its exit code
    printed: str
    cut: bool                   # whether there was more output than is kept
    ended: str                  # why it was killed, BY_USER or TOO_LATE; empty if it ended by itself
    errors: str                 # its standard error


class ChildProcess:
    """A process that judges one job.

    Args:
        job: its input, pickled.
        mode: "judge", or "repeat" for a second process that must behave alike.
        hash_seed: its PYTHONHASHSEED, which decides the order of sets.
    """

    def __init__(self, job: bytes, mode: str, *, hash_seed: int) -> None:
        self.mark = os.environ.get(MARK, "") + uuid4().hex
        self.folder = tempfile.TemporaryDirectory(prefix="dslab-", ignore_cleanup_errors=True)
        self.path = Path(self.folder.name) / "report.json"
        environment = os.environ | {"PYTHONHASHSEED": str(hash_seed), MARK: self.mark, "PYTHONIOENCODING": "utf-8",
                                    "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from dslab.grader.child import main; main()", str(self.path), mode],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
            cwd=self.folder.name, start_new_session=True)
        job_in, out, err = self.process.stdin, self.process.stdout, self.process.stderr
        assert job_in and isinstance(out, BufferedReader) and isinstance(err, BufferedReader)   # by PIPE above
        self.out, self.err = PipeReader(out), PipeReader(err)
        with suppress(BrokenPipeError):             # it has ended already: see its exit code
            job_in.write(job)
            job_in.close()

    def wait(self, seconds: float) -> Ending:
        """Wait for its end. An interrupt is passed on to it, and it has `GRACE` seconds to report its progress."""
        end, why = monotonic() + seconds, ""
        try:
            try:
                self.process.wait(seconds)
            except KeyboardInterrupt:
                why = BY_USER
                self.process.send_signal(signal.SIGINT)
                self.process.wait(min(GRACE, max(end - monotonic(), 0.1)))
        except subprocess.TimeoutExpired:
            why = why or TOO_LATE
        return self.close(why)

    def close(self, why: str = "") -> Ending:
        """Kill it, together with all processes that it started."""
        sweep(self.process, self.mark)
        code = self.process.wait()
        for tap in (self.out, self.err):
            tap.join(1.0)
        report = self.path.read_text(encoding="utf-8") if self.path.exists() else None
        self.folder.cleanup()
        return Ending(report, code, self.out.text(), self.out.cut, why, self.err.text())


class PipeReader(Thread):
    """Drains a pipe, so that its writer never blocks, and keeps the first part."""

    def __init__(self, pipe: BufferedReader) -> None:
        super().__init__(daemon=True)
        self.pipe, self.kept, self.cut = pipe, bytearray(), False
        self.start()

    def run(self) -> None:
        """Read to the end."""
        while piece := self.pipe.read1(65_536):
            room = MOST - len(self.kept)
            self.kept += piece[:room]
            self.cut = self.cut or len(piece) > room

    def text(self) -> str:
        """The part that was kept."""
        return self.kept.decode("utf-8", "replace")


def sweep(process: subprocess.Popen[bytes], mark: str) -> None:
    """Kill a process, its session, and every process whose mark begins with this one."""
    with suppress(AttributeError, OSError):         # not supported here, or all have ended
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    for other in psutil.process_iter():
        with suppress(psutil.Error, OSError):       # it has ended, or belongs to another user
            if other.pid != process.pid and other.environ().get(MARK, "").startswith(mark):
                other.kill()


def reason_without_report(outcome: Ending) -> str:
    """The sentence about a child that wrote no report."""
    if outcome.ended:
        return SENTENCES[outcome.ended]
    handler = re.search(r"line \d+ in (on_\w+)", outcome.errors)
    where = f" (in {handler[1]})" if handler else ""
    if outcome.errors.startswith("Timeout"):        # as faulthandler's message begins
        return f"your code did not come back in time{where}. A handler must return; use a timer to wait."
    if outcome.code < 0:
        return f"your code ended the process by signal {-outcome.code}{where}. That does not count as right."
    last = shorten(outcome.errors.strip().splitlines()[-1], limit=200) if outcome.errors.strip() else ""
    return (f"your code ended the process, with exit code {outcome.code}. That does not count as right."
            f"{' ' + last if last else ''}")


def plain(text: str, *, cut: bool, limit: int = 500) -> str:
    """The output of an attempt, without control characters, and shortened."""
    text = re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", text)
    text = "".join(char for char in text if char.isprintable() or char in "\n\t").strip()
    kept = text if len(text) <= limit else text[:limit] + " ..."
    return kept + (f" (output cut after {MOST // 1_000_000} MB)" if cut else "")


def answers(*children: ChildProcess, seconds: float) -> list[Ending]:
    """Wait for children that run concurrently; all are dead when this returns or raises."""
    outcomes: list[Ending] = []
    end = monotonic() + seconds
    try:
        for child in children:
            outcomes.append(child.wait(max(end - monotonic(), 1.0)))
    finally:
        for child in children[len(outcomes):]:
            child.close()
    return outcomes
