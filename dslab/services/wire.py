"""What passed over a connection, as text: HTTP/1.1 as it stands there, HTTP/2 as frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dslab.extras import require
from dslab.services.proxy import TO_SERVER, Chunk

HTTP2 = b"PRI * HT"             # how the first line of HTTP/2 begins: no method of HTTP/1.1 is called PRI


def wire(chunks: Iterable[Chunk]) -> str:
    """All that passed, as text; of HTTP/2 only the frames that belong to calls, the others are counted."""
    chunks = list(chunks)
    if not any(chunk.direction == TO_SERVER and chunk.data.startswith(HTTP2) for chunk in chunks):
        return "\n".join(_http1(chunks))
    require("services", "Reading HTTP/2", "hpack", "hyperframe")
    from dslab.services import http2  # here and not above: HTTP/1.1 can be read without an extra

    return "\n".join(http2.lines(chunks))


def _http1(chunks: Iterable[Chunk]) -> Iterator[str]:
    for chunk in chunks:
        yield f"{chunk.direction} {len(chunk.data)} bytes"
        yield from (f"     {line}" for line in chunk.data.decode(errors="replace").split("\r\n"))
