"""The frames of HTTP/2 in the bytes that passed over a connection, their headers, and the messages of gRPC in them.

`hyperframe` reads the frames, `hpack` the headers: both are what Python's own HTTP/2 stack (h2, httpx) is built on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hpack import Decoder
from hyperframe import frame as parsed

from dslab.services import protobuf
from dslab.services.proxy import TO_CLIENT, TO_SERVER, Chunk

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"       # how a client opens HTTP/2 [RFC 9113, section 3.4]
TYPES = ("DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY", "WINDOW_UPDATE",
         "CONTINUATION")                            # [RFC 9113, section 6]
FRAME_HEADER = 9                # bytes: length (3), type (1), flags (1), stream (4)
PREFIX = 5                      # bytes before each message of gRPC in DATA: is it compressed (1), its length (4)


class Header(NamedTuple):
    """A header, and whether it was only an index: both sides had it already in the table of this connection."""

    name: str
    value: str
    indexed: bool


@dataclass(frozen=True)
class Frame:
    """A frame of HTTP/2. Each call has a stream of its own, an odd number; stream 0 is the connection itself.

    Args:
        direction: `TO_SERVER` or `TO_CLIENT`.
        kind: its type, as the standard names it, or "preface", which is none.
        size: in bytes, with its own header.
        data: what a DATA frame carries; empty in others.
        headers: those that are complete with this frame.
    """

    direction: str
    kind: str
    stream: int
    size: int
    data: bytes = b""
    headers: tuple[Header, ...] = ()

    @property
    def message(self) -> bytes:
        """The message of gRPC in a DATA frame, as long as it is a short one; empty in others."""
        return self.data[PREFIX:]


class HeaderReader:
    """Reads the packed headers [RFC 7541] of one direction: each block changes the table by which the next is read."""

    def __init__(self) -> None:
        self._decoder, self._begun = Decoder(), b""
        self._decoder.max_allowed_table_size = 1 << 32      # the receiver enforces its limit; an observer needs none

    def read(self, block: bytes, complete: bool) -> tuple[Header, ...]:
        """The headers that are complete with this block: none while a CONTINUATION is still to come."""
        self._begun += block
        if not complete:
            return ()
        block, self._begun = self._begun, b""
        table = self._decoder.header_table
        known = {*table.STATIC_TABLE, *table.dynamic_entries}
        return tuple(Header(header[0].decode(errors="replace"), header[1].decode(errors="replace"),
                            header.indexable and header in known)
                     for header in self._decoder.decode(block, raw=True))


class Direction:
    """The bytes that one side has sent so far; a frame is parsed as soon as it is complete."""

    def __init__(self, direction: str) -> None:
        self._direction, self._rest, self._headers = direction, b"", HeaderReader()
        self._opened = direction == TO_CLIENT               # only the client sends a preface

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are complete with these bytes."""
        self._rest += data
        if not self._opened and self._rest.startswith(PREFACE):
            self._opened, self._rest = True, self._rest[len(PREFACE):]
            yield Frame(self._direction, "preface", 0, len(PREFACE))
        while len(self._rest) >= FRAME_HEADER:
            frame, length = parsed.Frame.parse_frame_header(memoryview(self._rest[:FRAME_HEADER]))
            end = FRAME_HEADER + length
            if len(self._rest) < end:
                return
            frame.parse_body(memoryview(self._rest[FRAME_HEADER:end]))
            self._rest = self._rest[end:]
            yield self._frame(frame, end)

    def _frame(self, frame: parsed.Frame, size: int) -> Frame:
        number = frame.type or 0
        kind = TYPES[number] if number < len(TYPES) else f"type {number}"
        data = frame.data if isinstance(frame, parsed.DataFrame) else b""
        headers = (self._headers.read(frame.data, "END_HEADERS" in frame.flags)
                   if isinstance(frame, (parsed.HeadersFrame, parsed.ContinuationFrame)) else ())
        return Frame(self._direction, kind, frame.stream_id, size, data, headers)


def frames(chunks: Iterable[Chunk]) -> Iterator[Frame]:
    """The frames in the order in which they were complete; one may have come in several chunks."""
    directions = {direction: Direction(direction) for direction in (TO_SERVER, TO_CLIENT)}
    for chunk in chunks:
        yield from directions[chunk.direction].feed(chunk.data)


# ---- as text ---------------------------------------------------------------------------------------------------------

def lines(chunks: Iterable[Chunk]) -> Iterator[str]:
    """The frames that belong to calls, and what they hold; those of the connection itself are only counted."""
    passed = list(frames(chunks))
    for frame in passed:
        if frame.stream:
            yield f"{frame.direction} {frame.size:>3} bytes  stream {frame.stream}  {frame.kind}"
            yield from (f"     {line}" for line in [*_header_lines(frame.headers), *_message_lines(frame)])
    about = [frame.kind for frame in passed if not frame.stream]
    size = sum(frame.size for frame in passed if not frame.stream)
    yield f"   {size:>3} bytes  the connection itself: {', '.join(dict.fromkeys(about))}"


def _header_lines(headers: Sequence[Header]) -> Iterator[str]:
    """The headers that are written out, and how many are only an index."""
    yield from (f"{header.name}: {header.value}" for header in headers if not header.indexed)
    known = sum(header.indexed for header in headers)
    if known:
        yield f"and {known} header{'s' * (known > 1)} by number"


def _message_lines(frame: Frame) -> Iterator[str]:
    """The prefix of gRPC, and the fields of the message, if it is whole in this frame."""
    if not frame.data:
        return
    if len(frame.data) < PREFIX or len(frame.message) != int.from_bytes(frame.data[1:PREFIX]):
        yield "a part of a message"
        return
    yield f"{frame.data[:PREFIX].hex(' ')}: not compressed, {len(frame.message)} bytes follow"
    if frame.message:
        yield from protobuf.explain(frame.message).splitlines()
