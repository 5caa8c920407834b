"""A tap on a connection: a proxy on this machine that passes all bytes on and remembers them."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock, Thread

THERE, BACK = "->", "<-"            # from the client to the server, and back
PATIENCE = 10.0                     # seconds; the wire ends with the client's connection, so nothing waits so long


@dataclass(frozen=True)
class Piece:
    """Bytes that arrived together, and their direction: `THERE` or `BACK`."""

    way: str
    data: bytes


class Tap:
    """Listens on `port`, passes one connection on to `server` (a port, too), and keeps what passes in `pieces`."""

    def __init__(self, server: int) -> None:
        self.pieces: list[Piece] = []       # in the order in which they passed
        self._server, self._lock = server, Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = Thread(target=self._pass_on, daemon=True)
        self._thread.start()

    def _pass_on(self) -> None:
        client, _ = self._listener.accept()
        self._listener.close()
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", self._server)) as server:
            back = Thread(target=self._pump, args=(server, client, BACK), daemon=True)
            back.start()
            self._pump(client, server, THERE)
            back.join()

    def _pump(self, source: socket.socket, sink: socket.socket, way: str) -> None:
        with suppress(OSError):             # one end is gone: the finally tells the other
            while data := source.recv(65536):
                with self._lock:            # before it is passed on: no reply stands before its request
                    self.pieces.append(Piece(way, data))
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Wait until the connection has ended; its client must have closed it. Nobody may come after this."""
        with suppress(OSError):             # if nobody has come yet, this wakes the listener; else it is refused
            socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join(PATIENCE)
