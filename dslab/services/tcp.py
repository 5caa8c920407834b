"""TCP carries a stream of bytes and keeps no boundaries between messages."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence

from dslab.values import DslabError

BUFFER = 10_000                 # bytes: any system buffers as many for a receiver that does not read yet


def over_tcp(messages: Sequence[bytes], sizes: Iterable[int]) -> list[bytes]:
    """Write messages into a real connection on this machine, and read pieces of these sizes from its other end.

    A receiver may ask for any number of bytes, and is given what has arrived: here each piece is waited for until it
    is complete, so that the result is the same each time.

    Args:
        messages: each is written by a call of its own; at most `BUFFER` bytes together.
        sizes: in bytes, together those of all messages.
    """
    sizes = list(sizes)
    written = sum(map(len, messages))
    if sum(sizes) != written or min(sizes, default=1) < 1:
        raise DslabError(f"expected sizes above 0 with the sum {written}, as long as all messages, found {sizes}")
    if written > BUFFER:
        raise DslabError(f"expected at most {BUFFER} bytes, as nobody reads before all are written, found {written}")
    with socket.create_server(("127.0.0.1", 0)) as listener, \
            socket.create_connection(listener.getsockname()) as sender:
        receiver, _ = listener.accept()
        with receiver:
            for message in messages:
                sender.sendall(message)
            with receiver.makefile("rb") as stream:
                return [stream.read(size) for size in sizes]
