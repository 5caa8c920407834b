"""A server in a process of its own: it can be killed, and it never outlives the process that started it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event, Thread, Timer
from typing import IO

from dslab.services.ledger import Ledger
from dslab.values import DslabError

TIMEOUT = 30.0                  # seconds for a server to start or to end; it takes less than one


class ServerProcess:
    """Starts a server, which runs until `kill` or until the process that started it has ended, for whatever reason.

    Args:
        module: of dslab; run as `python -m module`, it prints its port.
        file: of the ledger.
        faults: number of the request, from 1 -> what is injected.

    Raises `DslabError`, with the server's own error output, if it does not start.
    """

    def __init__(self, module: str, file: Path, faults: Mapping[int, str]) -> None:
        command = [sys.executable, "-m", module, str(file), json.dumps(faults)]
        # Its standard input is a pipe from here; it ends when that is closed, even if this process is killed.
        with TemporaryFile("w+", encoding="utf-8") as errors:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                                             text=True)
            assert self._process.stdout is not None         # it is a pipe
            self.port = self._port(module, self._process.stdout, errors)
        self.pid = self._process.pid

    def _port(self, module: str, stdout: IO[str], errors: IO[str]) -> int:
        watchdog = Timer(TIMEOUT, self._process.kill)
        watchdog.start()
        line = stdout.readline()
        watchdog.cancel()
        if not line.strip().isdigit():
            self.kill()
            errors.seek(0)
            raise DslabError(f"{module} did not start: {errors.read().strip()[-500:] or 'it printed nothing'}")
        return int(line)

    def kill(self) -> None:
        """Kill it at once, as kill -9 does; it may have ended already."""
        self._process.kill()
        self._process.communicate()

    def wait(self) -> None:
        """Wait until it has ended by itself."""
        self._process.wait(TIMEOUT)


def serve(listen: Callable[[Ledger], tuple[int, object]]) -> None:
    """The main program of a server: print the port, then serve until the parent process is gone.

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
