"""Servers in processes of their own: they can be killed, and none is left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event, Thread, Timer
from typing import TextIO

from dslab.services.ledger import Ledger
from dslab.values import DslabError

PATIENCE = 30.0                 # seconds that a server may take to start; it takes less than one


class ServerProcess:
    """A server that runs until `kill`, or until the process that started it has ended, however that came.

    Raises `DslabError`, with what the server said, if it does not start.
    """

    def __init__(self, module: str, file: Path, faults: Mapping[int, str]) -> None:
        command = [sys.executable, "-m", module, str(file), json.dumps(faults)]
        # Its input is a pipe from here, and it ends when that ends: even if this process is killed.
        with TemporaryFile("w+", encoding="utf-8") as errors:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                                             text=True)
            self.port = self._port(module, errors)
        self.pid = self._process.pid

    def _port(self, module: str, errors: TextIO) -> int:
        watchdog = Timer(PATIENCE, self._process.kill)
        watchdog.start()
        told = self._process.stdout.readline()
        watchdog.cancel()
        if not told.strip().isdigit():
            self.kill()
            errors.seek(0)
            raise DslabError(f"{module} did not start: {errors.read().strip()[-500:] or 'it said nothing'}")
        return int(told)

    def kill(self) -> None:
        """End it at once, without a word, as kill -9 does; it may have ended already."""
        self._process.kill()
        self._process.communicate()

    def wait(self) -> None:
        """Wait until it has ended by itself."""
        self._process.wait(PATIENCE)


def serve(listen: Callable[[Ledger], tuple[int, object]]) -> None:
    """What the server's process does: tell the port, then serve until the parent is gone.

    Args:
        listen: begins to serve, and returns the port and the server, which lives as long as somebody holds it.
    """
    file, faults = sys.argv[1:]
    ledger = Ledger(Path(file), {int(number): fault for number, fault in json.loads(faults).items()})
    port, _server = listen(ledger)
    print(port, flush=True)
    Thread(target=_end_with_parent, daemon=True).start()
    Event().wait()


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)
