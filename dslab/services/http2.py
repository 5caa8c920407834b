"""Names what passed on a wire: the text of HTTP/1.1, the frames of HTTP/2, the fields of protobuf in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dslab.services import hpack, protobuf
from dslab.services.proxy import BACK, THERE, Piece

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"       # how a client opens HTTP/2 [RFC 9113, section 3.4]
TYPES = ("DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY", "WINDOW_UPDATE",
         "CONTINUATION")                            # [RFC 9113, section 6]
HEADER = 9                      # bytes: length (3), type (1), flags (1), stream (4)
PREFIX = 5                      # bytes before each message of gRPC in DATA: is it compressed (1), its length (4)


@dataclass(frozen=True)
class Frame:
    """A frame of HTTP/2. Each call has a stream of its own, an odd number; stream 0 is the connection itself."""

    way: str
    kind: str
    stream: int
    payload: bytes

    @property
    def size(self) -> int:
        """In bytes, with its header."""
        return len(self.payload) + (HEADER if self.kind != "preface" else 0)

    @property
    def message(self) -> bytes:
        """The message of gRPC in a DATA frame, as long as it is a short one; empty in others."""
        return self.payload[PREFIX:] if self.kind == "DATA" else b""


def frames(pieces: Iterable[Piece]) -> Iterator[Frame]:
    """The frames in the order in which they were complete; one may have come in several pieces."""
    rest = {THERE: b"", BACK: b""}
    opened = False
    for piece in pieces:
        way, data = piece.way, rest[piece.way] + piece.data
        if way == THERE and not opened and data.startswith(PREFACE):
            opened, data = True, data[len(PREFACE):]
            yield Frame(way, "preface", 0, PREFACE)
        while len(data) >= HEADER and len(data) >= (end := HEADER + int.from_bytes(data[:3])):
            kind = TYPES[data[3]] if data[3] < len(TYPES) else f"type {data[3]}"
            yield Frame(way, kind, int.from_bytes(data[5:9]) & 0x7FFFFFFF, data[HEADER:end])
            data = data[end:]
        rest[way] = data


def wire(pieces: Iterable[Piece]) -> str:
    """All that passed, as text; of HTTP/2 only the frames that belong to calls, the others are counted."""
    pieces = list(pieces)
    over_http2 = any(piece.way == THERE and piece.data.startswith(PREFACE[:8]) for piece in pieces)
    return "\n".join(_http2(list(frames(pieces))) if over_http2 else _http1(pieces))


def _http1(pieces: list[Piece]) -> Iterator[str]:
    for piece in pieces:
        yield f"{piece.way} {len(piece.data)} bytes"
        yield from (f"     {line}" for line in piece.data.decode(errors="replace").split("\r\n"))


def _http2(passed: list[Frame]) -> Iterator[str]:
    for frame in passed:
        if frame.stream:
            yield f"{frame.way} {frame.size:>3} bytes  stream {frame.stream}  {frame.kind}"
            yield from (f"     {line}" for line in _inside(frame))
    about = [frame.kind for frame in passed if not frame.stream]
    size = sum(frame.size for frame in passed if not frame.stream)
    yield f"   {size:>3} bytes  the connection itself: {', '.join(dict.fromkeys(about))}"


def _inside(frame: Frame) -> list[str]:
    """What a frame holds, in lines."""
    if frame.kind == "HEADERS":
        return hpack.lines(frame.payload)
    if frame.kind != "DATA" or not frame.payload:
        return []
    prefix = f"{frame.payload[:PREFIX].hex(' ')}: not compressed, {len(frame.message)} bytes follow"
    if len(frame.payload) < PREFIX or len(frame.message) != int.from_bytes(frame.payload[1:PREFIX]):
        return ["a part of a message"]
    return [prefix, *protobuf.explain(frame.message).splitlines()] if frame.message else [prefix]
