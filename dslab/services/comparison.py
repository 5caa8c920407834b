"""REST and gRPC compared: what a call costs in bytes, and by which status each reports the same event."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import parse_headers
from io import SEEK_CUR, BytesIO

from dslab.extras import require
from dslab.services.interface import Outcome
from dslab.services.payments import payments
from dslab.services.proxy import TO_CLIENT, TO_SERVER, Chunk
from dslab.text import text_table

Counts = dict[tuple[int, str, str], int]        # (call, from 1, or 0 for the connection; part; direction) -> bytes
PARTS = ("message", "around it")
DIRECTIONS = (TO_SERVER, TO_CLIENT)


# ---- bytes -----------------------------------------------------------------------------------------------------------

def bytes_of_calls(calls: int = 2) -> str:
    """How many bytes pass for the same charge, `calls` times on one connection, in each direction.

    The message is JSON's or protobuf's text; around it are headers and frames. (REST has the account in its path.)
    gRPC's frames about the connection itself, some of which come when it pleases, stand in a line of their own.
    """
    rest, grpc = (counts(transport, calls) for transport in ("rest", "grpc"))
    rows = [["", "", "REST ->", "<-", "gRPC ->", "<-"]]
    for call, part in [(0, "connection"), *((call, part) for call in range(1, calls + 1) for part in PARTS)]:
        name = f"call {call}" if part == PARTS[0] else ""
        rows.append([name, part, *(str(counted.get((call, part, direction), 0)) for counted in (rest, grpc)
                                   for direction in DIRECTIONS)])
    return text_table(rows, "<<>>>>")


def counts(transport: str, calls: int) -> Counts:
    """The bytes of so many charges, as the proxy captured them."""
    if transport == "grpc":
        require("services", "A comparison of REST and gRPC", "grpc", "grpc_tools", "hpack", "hyperframe")
    with payments(transport, capture=True) as service:
        for _ in range(calls):
            service.charge("alice", 399)
    return (_rest_counts if transport == "rest" else _grpc_counts)(service.captured)


def _rest_counts(chunks: list[Chunk]) -> Counts:
    found: Counts = {}
    for direction in DIRECTIONS:
        data = b"".join(chunk.data for chunk in chunks if chunk.direction == direction)
        for call, (around, body) in enumerate(_http1_messages(data), 1):
            found[call, "message", direction], found[call, "around it", direction] = body, around
    return found


def _http1_messages(data: bytes) -> Iterator[tuple[int, int]]:
    """For each message of HTTP/1.1 the sizes of its head and its body, in bytes."""
    stream, begin = BytesIO(data), 0
    while stream.readline():                    # the request line, or the status line
        length = int(parse_headers(stream)["Content-Length"])
        yield stream.tell() - begin, length
        begin = stream.seek(length, SEEK_CUR)


def _grpc_counts(chunks: list[Chunk]) -> Counts:
    from dslab.services.http2 import frames  # here and not above: `hpack` and `hyperframe` come with an extra

    found: Counts = {}
    for frame in frames(chunks):
        call = (frame.stream + 1) // 2          # the streams of calls are 1, 3, 5 ...
        for part, size in (("message", len(frame.message)),
                           ("around it" if call else "connection", frame.size - len(frame.message))):
            found[call, part, frame.direction] = found.get((call, part, frame.direction), 0) + size
    return found


# ---- statuses --------------------------------------------------------------------------------------------------------

CALLS = (                                       # what happens; the call; the injected fault
    ("all is well", ("alice", 399), None),
    ("no such account", ("mallory", 399), None),
    ("a charge of 0", ("alice", 0), None),
    ("it cannot serve now", ("alice", 399), "refuse"),
    ("no reply in time", ("alice", 399), "hang"),
    ("killed before executing", ("alice", 399), "crash before"),
    ("killed after executing", ("alice", 399), "crash after"),
    ("nobody listens", ("alice", 399), None),
)
DEADLINE = 0.5                                  # seconds, for the call to which nobody replies


def statuses() -> str:
    """For each injected fault, by gRPC and by REST: the status, the outcome, and how often the call was executed.

    A server that is asked by HTTP never learns of the client's deadline; a gateway that waits for it in vain answers
    504 Gateway Timeout, which is gRPC's DEADLINE_EXCEEDED.
    """
    grpc, rest = list(outcomes("grpc")), list(outcomes("rest"))
    rows = [["what happens", "gRPC", "", "REST", "", "executed"]]
    for (what, _, _), (mine, done), (yours, _) in zip(CALLS, grpc, rest, strict=True):
        rows.append([what, mine.status, mine.kind, yours.status, yours.kind, str(done)])
    return text_table(rows, "<<<<<>")


def outcomes(transport: str) -> Iterator[tuple[Outcome, int]]:
    """The outcome of each of `CALLS`, and how often the server executed it."""
    faults = {number: fault for number, (_, _, fault) in enumerate(CALLS, 1) if fault}
    with payments(transport, faults=faults) as service:
        for number, (_, (account, cents), fault) in enumerate(CALLS, 1):
            before = len(service.executed)
            hangs = fault == "hang"
            outcome = service.charge(account, cents, deadline=DEADLINE) if hangs else service.charge(account, cents)
            yield outcome, len(service.executed) - before
            if fault == "crash before":
                following = CALLS[number][2]            # the next call is the first of the restarted server
                service.restart({1: following} if following else {})
            elif fault == "crash after":
                service.server.wait()
