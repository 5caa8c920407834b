"""The payment service as a notebook uses it: start it, call it, let it crash, start it again, look at the wire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from dslab.services.interface import Outcome
from dslab.services.ledger import Charge, check_mishaps, read
from dslab.services.proxy import Tap
from dslab.services.server_process import ServerProcess
from dslab.values import DslabError, nearest

TRANSPORTS = {"rest": ("dslab.services.rest_payment", "RestClient"),
              "grpc": ("dslab.services.grpc_payment", "GrpcClient")}


class Payments:
    """A payment service and its client, with a wire between them that can be listened to. `payments` makes one."""

    def __init__(self, transport: str, file: Path, mishaps: Mapping[int, str], tapped: bool) -> None:
        if transport not in TRANSPORTS:
            raise DslabError(f"expected 'rest' or 'grpc', found {transport!r}.{nearest(str(transport), TRANSPORTS)}")
        check_mishaps(mishaps)
        self._module, client = TRANSPORTS[transport]
        self._client_class = getattr(import_module(self._module), client)
        self._file, self._tapped = file, tapped
        self.tap: Tap | None = None
        self._start(mishaps)

    def _start(self, mishaps: Mapping[int, str]) -> None:
        self.server = ServerProcess(self._module, self._file, mishaps)
        self.tap = Tap(self.server.port) if self._tapped else None
        self._client = self._client_class(self.tap.port if self.tap else self.server.port)

    def charge(self, account: str, cents: int, *, key: str = "", deadline: float = 5.0) -> Outcome:
        """Call the service: a charge, and what its caller knows in the end.

        Args:
            key: charges with the same key are one charge; empty: each call is a charge.
            deadline: how long to wait, in seconds.
        """
        return self._client.charge(account, cents, key=key, deadline=deadline)

    @property
    def executed(self) -> list[Charge]:
        """All charges that the service has executed: what the client cannot see."""
        return read(self._file)

    def restart(self, mishaps: Mapping[int, str] | None = None) -> None:
        """Kill the server, if it still runs, and start another on the same ledger; `mishaps` are those of the new."""
        check_mishaps(mishaps or {})
        self.close()
        self._start(mishaps or {})

    def close(self) -> None:
        """Close the connection and kill the server. What passed on the wire can still be read."""
        self._client.close()
        if self.tap:
            self.tap.close()
        self.server.kill()


@contextmanager
def payments(transport: str, *, mishaps: Mapping[int, str] | None = None, tapped: bool = False) -> Iterator[Payments]:
    """A running payment service, in a process of its own that ends with the `with` block.

    Args:
        transport: "rest" or "grpc".
        mishaps: what befalls the server: number of the request, from 1 -> "refuse", "crash before", "crash after"
            (executing it) or "hang".
        tapped: record all bytes that pass, in `tap`.
    """
    with TemporaryDirectory() as folder:
        service = Payments(transport, Path(folder) / "ledger", mishaps or {}, tapped)
        try:
            yield service
        finally:
            service.close()
