"""What client and server of the payment service agree on: the interface, its results, and how a call can end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

PROTO = Path(__file__).with_name("payment.proto")       # the interface in protobuf's own language


@dataclass(frozen=True)
class Receipt:
    """What a client gets for its money: the number of the charge, from 1, and the cents that were taken."""

    number: int
    cents: int


class Refusal(Exception):
    """The service says no. `reason` is "not found", "invalid" or "unavailable"; nothing was executed."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True)
class Outcome:
    """How a call ended, as far as its caller can know: a remote call has three outcomes, a local one has two.

    Args:
        kind: "ok": it was executed; "error": the server said no, or was not asked; "unknown": it may have been
            executed, once or, after retries, more often.
        status: what the transport called it: "200 OK", "DEADLINE_EXCEEDED", "disconnected" ...
        detail: what was said with it.
        receipt: of the charge, if the outcome is ok.
    """

    kind: Literal["ok", "error", "unknown"]
    status: str
    detail: str = ""
    receipt: Receipt | None = None

    def __repr__(self) -> str:
        said = f"receipt {self.receipt.number} for {self.receipt.cents} cents" if self.receipt else self.detail
        return f"{self.kind} ({self.status}): {said}"


class Client(Protocol):
    """The client's side, over one transport or another."""

    def charge(self, account: str, cents: int, *, key: str = "", deadline: float = 5.0) -> Outcome:
        """Call the service; charges with the same key are one, and after `deadline` seconds the outcome is unknown."""

    def close(self) -> None:
        """Close the connection for good."""
