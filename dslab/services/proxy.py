"""A proxy on this machine that forwards one TCP connection and captures all bytes of both directions."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock, Thread

TO_SERVER, TO_CLIENT = "->", "<-"
TIMEOUT = 10.0                  # seconds; forwarding ends with the client's connection, so nothing waits so long


@dataclass(frozen=True)
class Chunk:
    """Bytes that arrived together, and their direction: `TO_SERVER` or `TO_CLIENT`."""

    direction: str
    data: bytes


class Proxy:
    """Listens on `port`, forwards one connection to the server's port, and keeps what passes in `captured`."""

    def __init__(self, server_port: int) -> None:
        self.captured: list[Chunk] = []     # in the order in which they passed
        self._server_port, self._lock = server_port, Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = Thread(target=self._forward_connection, daemon=True)
        self._thread.start()

    def _forward_connection(self) -> None:
        client, _ = self._listener.accept()
        self._listener.close()
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", self._server_port)) as server:
            replies = Thread(target=self._forward, args=(server, client, TO_CLIENT), daemon=True)
            replies.start()
            self._forward(client, server, TO_SERVER)
            replies.join()

    def _forward(self, source: socket.socket, sink: socket.socket, direction: str) -> None:
        with suppress(OSError):             # one end is closed: both are shut down, so that the other side learns of it
            while data := source.recv(65536):
                with self._lock:            # before it is forwarded: no reply is recorded before its request
                    self.captured.append(Chunk(direction, data))
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Wait until the connection has ended; its client must have closed it. No other can connect after this."""
        with suppress(OSError):             # if no client has connected yet, this ends `accept`; else it is refused
            socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join(TIMEOUT)
