"""What the payment service does, however it is called: one charge, one line in a file that survives the process."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Lock

from dslab.values import DslabError, nearest

ACCOUNTS = ("alice", "bob", "carol")
MISHAPS = {
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


@dataclass(frozen=True)
class Receipt:
    """What the client gets: the number of the charge, from 1, and what was taken."""

    number: int
    cents: int


class Refusal(Exception):
    """The service says no. `reason` is "not found", "invalid" or "unavailable"; nothing was executed."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


def read(file: Path) -> list[Charge]:
    """All charges that were executed, in order; a torn last line was never executed."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return [Charge(**json.loads(line)) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def check_mishaps(mishaps: Mapping[int, str]) -> None:
    """Raise `DslabError` for a mishap that is unknown."""
    for number, mishap in mishaps.items():
        if mishap not in MISHAPS:
            raise DslabError(f"request {number}: expected one of {', '.join(MISHAPS)}, found {mishap!r}."
                             f"{nearest(str(mishap), MISHAPS)}")


class Ledger:
    """Executes charges, each with the mishap that its place in the order of requests has.

    Args:
        file: where the charges are written down.
        mishaps: number of the request since the start of the process, from 1 -> one of `MISHAPS`.
    """

    def __init__(self, file: Path, mishaps: Mapping[int, str]) -> None:
        self._file, self._mishaps = file, mishaps
        self._requests = 0
        self._one_at_a_time = Lock()

    def charge(self, account: str, cents: int, key: str = "") -> Receipt:
        """Take money and write it down, once for all requests with the same key; raises `Refusal`."""
        with self._one_at_a_time:
            self._requests += 1
            mishap = self._mishaps.get(self._requests)
            if mishap == "refuse":
                raise Refusal("unavailable", "the service is too busy")
            if mishap == "crash before":
                os._exit(1)                 # as a kill does: no clean-up, no reply, the system closes the connections
            receipt = self._execute(Charge(account, cents, key))
        if mishap == "crash after":
            os._exit(1)
        if mishap == "hang":
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
