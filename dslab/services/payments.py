"""The payment service as a notebook uses it: start it, call it, inject faults, restart it, capture its traffic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from dslab.extras import require
from dslab.services.interface import Client, Outcome
from dslab.services.ledger import Charge, check_faults, read
from dslab.services.proxy import Chunk, Proxy
from dslab.services.server_process import ServerProcess
from dslab.values import DslabError, nearest

TRANSPORTS = {"rest": ("dslab.services.rest_payment", "RestClient"),
              "grpc": ("dslab.services.grpc_payment", "GrpcClient")}


class Payments:
    """A payment service and its client, with a capturing proxy between them if wanted. `payments` makes one."""

    def __init__(self, transport: str, file: Path, faults: Mapping[int, str], capture: bool) -> None:
        if transport not in TRANSPORTS:
            raise DslabError(f"expected 'rest' or 'grpc', found {transport!r}.{nearest(str(transport), TRANSPORTS)}")
        check_faults(faults)
        if transport == "grpc":
            require("services", "A payment service over gRPC", "grpc", "grpc_tools")
        self._module, client = TRANSPORTS[transport]
        self._client_class: Callable[[int], Client] = getattr(import_module(self._module), client)
        self._file, self._capture = file, capture
        self._start(faults)

    def _start(self, faults: Mapping[int, str]) -> None:
        self.server = ServerProcess(self._module, self._file, faults)
        self._proxy = Proxy(self.server.port) if self._capture else None
        self._client = self._client_class(self._proxy.port if self._proxy else self.server.port)

    def charge(self, account: str, cents: int, *, key: str = "", deadline: float = 5.0) -> Outcome:
        """Call the service: charge the account, and return the outcome.

        Args:
            key: charges with the same key are one charge; empty: each call is a charge.
            deadline: how long to wait, in seconds.
        """
        return self._client.charge(account, cents, key=key, deadline=deadline)

    @property
    def executed(self) -> list[Charge]:
        """All charges that the service has executed: what the client cannot see."""
        return read(self._file)

    @property
    def captured(self) -> list[Chunk]:
        """What passed between client and server since the last start, for `wire`; only with `capture=True`."""
        if self._proxy is None:
            raise DslabError("nothing was captured: expected payments(..., capture=True)")
        return self._proxy.captured

    def restart(self, faults: Mapping[int, str] | None = None) -> None:
        """Kill the server, if it still runs, and start another on the same ledger, with these faults injected."""
        check_faults(faults or {})
        self.close()
        self._start(faults or {})

    def close(self) -> None:
        """Close the connection and kill the server. What was captured can still be read."""
        self._client.close()
        if self._proxy:
            self._proxy.close()
        self.server.kill()


@contextmanager
def payments(transport: str, *, faults: Mapping[int, str] | None = None, capture: bool = False) -> Iterator[Payments]:
    """A running payment service, in a process of its own that ends with the `with` block.

    Args:
        transport: "rest" or "grpc".
        faults: to inject into the server: number of the request, from 1 -> "refuse", "crash before", "crash after"
            (executing it) or "hang".
        capture: keep all bytes that pass, in `captured`; a proxy stands between client and server then.

    Raises `DslabError` if gRPC is not installed, or the server does not start.
    """
    with TemporaryDirectory() as folder:
        service = Payments(transport, Path(folder) / "ledger", faults or {}, capture)
        try:
            yield service
        finally:
            service.close()
