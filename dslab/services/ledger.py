"""The payment service itself, whatever the transport: a charge is a line in a file that survives a crash."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Lock

from dslab.services.interface import Receipt, Refusal
from dslab.values import DslabError, nearest

ACCOUNTS = ("alice", "bob", "carol")
FAULTS = {
    "refuse": "answers that it cannot serve now",
    "crash before": "is killed before it executes the request",
    "crash after": "is killed after it has executed the request, before it replies",
    "hang": "executes the request, and never replies",
}


@dataclass(frozen=True)
class Charge:
    """A line of the ledger. The key stands beside the effect, so that no crash can come between them."""

    account: str
    cents: int
    key: str = ""


def read(file: Path) -> list[Charge]:
    """All charges that were executed, in order; a torn last line was never executed."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return [Charge(**json.loads(line)) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def check_faults(faults: Mapping[int, str]) -> None:
    """Raises `DslabError` for a fault that is unknown."""
    for number, fault in faults.items():
        if fault not in FAULTS:
            raise DslabError(f"request {number}: expected one of {', '.join(FAULTS)}, found {fault!r}."
                             f"{nearest(str(fault), FAULTS)}")


class Ledger:
    """Executes charges; chosen requests meet an injected fault.

    Args:
        file: the log of charges.
        faults: number of the request since the start of the process, from 1 -> one of `FAULTS`.
    """

    def __init__(self, file: Path, faults: Mapping[int, str]) -> None:
        self._file, self._faults = file, faults
        self._requests = 0
        self._one_at_a_time = Lock()

    def charge(self, account: str, cents: int, key: str = "") -> Receipt:
        """Take money and write it down, once for all requests with the same key; raises `Refusal`."""
        with self._one_at_a_time:
            self._requests += 1
            fault = self._faults.get(self._requests)
            if fault == "refuse":
                raise Refusal("unavailable", "the service is too busy")
            if fault == "crash before":
                os._exit(1)                 # as a kill does: no clean-up, no reply, the system closes the connections
            receipt = self._execute(Charge(account, cents, key))
        if fault == "crash after":
            os._exit(1)
        if fault == "hang":
            Event().wait()
        return receipt

    def _execute(self, charge: Charge) -> Receipt:
        _check(charge)
        charges = read(self._file)
        for number, earlier in enumerate(charges, 1):
            if charge.key and earlier.key == charge.key:
                return Receipt(number, earlier.cents)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(charge)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        return Receipt(len(charges) + 1, charge.cents)


def _check(charge: Charge) -> None:
    if charge.account not in ACCOUNTS:
        raise Refusal("not found", f"there is no account {charge.account!r} ({', '.join(ACCOUNTS)})")
    if type(charge.cents) is not int or charge.cents <= 0:
        raise Refusal("invalid", f"expected a whole number of cents above 0, found {charge.cents!r}")
