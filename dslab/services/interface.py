"""What the client of a remote call knows in the end: three outcomes, where a local call has two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dslab.services.ledger import Receipt


@dataclass(frozen=True)
class Outcome:
    """How a call ended, as its caller can tell.

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
