"""The payment service as real processes: outcomes and executions, bytes on the wire, and nobody left behind."""

import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from hpack import Encoder
from hyperframe.frame import ContinuationFrame, DataFrame, HeadersFrame

import dslab
from dslab.services.comparison import bytes_of_calls, statuses
from dslab.services.http2 import PREFACE, Header, HeaderReader, frames
from dslab.services.ledger import Charge
from dslab.services.payments import payments
from dslab.services.proxy import TO_CLIENT, TO_SERVER, Chunk
from dslab.services.tcp import over_tcp
from dslab.services.wire import wire
from dslab.values import DslabError

both = pytest.mark.parametrize("transport", ["rest", "grpc"])


# ---- outcomes and executions ----

@both
def test_a_charge_without_a_key_is_executed_each_time(transport):
    with payments(transport) as service:
        outcomes = [service.charge("alice", 399) for _ in range(2)]
        assert [outcome.kind for outcome in outcomes] == ["ok", "ok"]
        assert [outcome.receipt.number for outcome in outcomes] == [1, 2]
        assert service.executed == [Charge("alice", 399)] * 2


@both
def test_charges_with_the_same_key_are_one(transport):
    with payments(transport) as service:
        first, second, other = (service.charge("bob", 250, key=key) for key in ("order-7", "order-7", "order-8"))
        assert first == second and other.receipt.number == 2
        assert len(service.executed) == 2


@both
def test_a_server_killed_before_its_reply_leaves_the_client_in_the_dark(transport):
    """The retry is a second charge, unless it has a key: then the next server finds it in the ledger."""
    for key, executions in (("", 2), ("order-7", 1)):
        with payments(transport, faults={1: "crash after"}) as service:
            assert service.charge("alice", 399, key=key).kind == "unknown"
            assert len(service.executed) == 1
            service.restart()
            assert service.charge("alice", 399, key=key).kind == "ok"
            assert len(service.executed) == executions


@both
def test_no_reply_looks_the_same_whether_it_was_executed_or_not(transport):
    told = []
    for fault in ("crash before", "crash after"):
        with payments(transport, faults={1: fault}) as service:
            outcome = service.charge("alice", 399)          # its detail may be in the words of the operating system
            told.append(((outcome.kind, outcome.status, outcome.receipt), len(service.executed)))
    (one, not_executed), (other, executed) = told
    assert one == other and one[0] == "unknown" and (not_executed, executed) == (0, 1)


@both
def test_after_a_deadline_the_charge_may_be_in_the_ledger(transport):
    with payments(transport, faults={1: "hang"}) as service:
        assert service.charge("alice", 399, deadline=1.0).kind == "unknown"
        assert len(service.executed) == 1
        assert service.charge("bob", 1).receipt.number == 2         # a late reply is not taken for this one


def test_the_statuses_of_grpc_and_rest_side_by_side():
    rows = [line.rsplit(maxsplit=1) for line in statuses().splitlines()[1:]]
    table = {line[:23].strip(): (line[23:].split("  "), int(done)) for line, done in rows}
    cells = {what: ([cell.strip() for cell in told if cell.strip()], done) for what, (told, done) in table.items()}
    assert cells == {
        "all is well": (["OK", "ok", "200 OK", "ok"], 1),
        "no such account": (["NOT_FOUND", "error", "404 Not Found", "error"], 0),
        "a charge of 0": (["INVALID_ARGUMENT", "error", "400 Bad Request", "error"], 0),
        "it cannot serve now": (["UNAVAILABLE", "unknown", "503 Service Unavailable", "unknown"], 0),
        "no reply in time": (["DEADLINE_EXCEEDED", "unknown", "timed out", "unknown"], 1),
        "killed before executing": (["UNAVAILABLE", "unknown", "disconnected", "unknown"], 0),
        "killed after executing": (["UNAVAILABLE", "unknown", "disconnected", "unknown"], 1),
        "nobody listens": (["UNAVAILABLE", "unknown", "connection refused", "error"], 0)}


# ---- processes ----

@both
def test_no_process_outlives_the_with_block(transport):
    with pytest.raises(ZeroDivisionError), payments(transport) as service:
        first = service.server.pid
        service.restart()
        second = service.server.pid
        assert not psutil.pid_exists(first) and psutil.pid_exists(second)
        raise ZeroDivisionError
    assert not psutil.pid_exists(second)


@both
def test_a_server_ends_when_its_parent_is_killed(transport):
    probe = textwrap.dedent(f"""
        from dslab.services.payments import payments
        with payments({transport!r}) as service:
            print(service.server.pid, flush=True)
            input()
    """)
    with subprocess.Popen([sys.executable, "-c", probe], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        server = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        server.wait(10)


def test_a_server_that_does_not_start_says_why(tmp_path):
    from dslab.services.server_process import ServerProcess

    with pytest.raises(DslabError, match="did not start: .*No module named dslab.services.nothing"):
        ServerProcess("dslab.services.nothing", tmp_path / "ledger", {})


def test_servers_do_not_disturb_each_other():
    with payments("grpc") as one, payments("grpc") as other, payments("rest") as third:
        for number, service in enumerate((one, other, third), 1):
            assert [service.charge("bob", number).kind for _ in range(number)] == ["ok"] * number
        assert [len(service.executed) for service in (one, other, third)] == [1, 2, 3]


def test_the_code_of_the_stubs_is_made_at_run_time_and_left_nowhere():
    from dslab.services.grpc_payment import PROTO, generated

    messages, stubs = generated()
    assert messages.ChargeRequest.DESCRIPTOR.full_name == "dslab.ChargeRequest" and stubs.PaymentStub
    assert not Path(messages.__file__).exists()
    assert [file.name for file in Path(dslab.__file__).parent.rglob("*_pb2*")] == []
    assert PROTO.exists()


@pytest.mark.parametrize("arguments, words", [
    ({"transport": "soap"}, "expected 'rest' or 'grpc', found 'soap'"),
    ({"transport": "rest", "faults": {1: "crash befor"}}, "Did you mean 'crash before'"),
])
def test_what_cannot_be_started_is_told(arguments, words):
    with pytest.raises(DslabError, match=words), payments(**arguments):
        pass


# ---- the wire ----

def test_rest_can_be_read_on_the_wire():
    with payments("rest", capture=True) as service:
        service.charge("alice", 399, key="order-7")
    text = wire(service.captured)
    assert "POST /accounts/alice/charges HTTP/1.1" in text and "Idempotency-Key: order-7" in text
    assert '     {"cents":399}' in text and '     {"number":1,"cents":399}' in text


def test_grpc_is_frames_on_the_wire():
    with payments("grpc", capture=True) as service:
        service.charge("alice", 399, key="order-7")
    passed = list(frames(service.captured))
    assert [frame.kind for frame in passed if frame.direction == TO_SERVER][:2] == ["preface", "SETTINGS"]
    call = [(frame.direction, frame.kind) for frame in passed if frame.stream and frame.kind in ("HEADERS", "DATA")]
    assert call == [(TO_SERVER, "HEADERS"), (TO_SERVER, "DATA"),
                    (TO_CLIENT, "HEADERS"), (TO_CLIENT, "DATA"), (TO_CLIENT, "HEADERS")]
    text = wire(service.captured)
    for line in (":path: /dslab.Payment/Charge", "0a 05 61 6c 69 63 65        1<<3 | 2    1      LEN 5      'alice'",
                 "10 8f 03                    2<<3 | 0    2      VARINT     399", "grpc-status: 0"):
        assert line in text


def test_every_byte_that_passed_is_in_a_frame():
    with payments("grpc", capture=True) as service:
        service.charge("mallory", 399)
    for way in (TO_SERVER, TO_CLIENT):
        passed = sum(len(chunk.data) for chunk in service.captured if chunk.direction == way)
        assert passed == sum(frame.size for frame in frames(service.captured) if frame.direction == way)


def test_frames_are_the_same_however_the_bytes_were_cut():
    data = PREFACE + bytes([0, 0, 4, 8, 0, 0, 0, 0, 3]) + b"\0\0\0\1" + bytes([0, 0, 0, 1, 4, 0, 0, 0, 3])
    whole = list(frames([Chunk(TO_SERVER, data)]))
    assert [(frame.kind, frame.stream) for frame in whole] == [("preface", 0), ("WINDOW_UPDATE", 3), ("HEADERS", 3)]
    assert list(frames([Chunk(TO_SERVER, data[:30]), Chunk(TO_CLIENT, b"\0"), Chunk(TO_SERVER, data[30:])])) == whole
    assert list(frames([Chunk(TO_SERVER, bytes([byte])) for byte in data])) == whole


def test_a_header_that_was_sent_before_is_an_index_in_the_next_block():
    """RFC 7541, appendix C.4: three requests on one connection, with Huffman coding."""
    reader = HeaderReader()
    first, second, third = (reader.read(bytes.fromhex(block), complete=True) for block in (
        "828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf",
        "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"))
    assert first == (Header(":method", "GET", True), Header(":scheme", "http", True), Header(":path", "/", True),
                     Header(":authority", "www.example.com", False))
    assert second[3:] == (Header(":authority", "www.example.com", True), Header("cache-control", "no-cache", False))
    assert [header.name for header in third if not header.indexed] == ["custom-key"]


def test_a_header_that_is_never_indexed_is_written_out_each_time():
    """RFC 7541, appendix C.2.3."""
    reader, block = HeaderReader(), bytes.fromhex("100870617373776f726406736563726574")
    assert [reader.read(block, complete=True) for _ in range(2)] == [(Header("password", "secret", False),)] * 2


def test_headers_in_several_frames_are_read_when_the_last_has_come():
    block = Encoder().encode([("grpc-status", "0"), ("grpc-message", "fine")])
    parts = [HeadersFrame(1, block[:5]), ContinuationFrame(1, block[5:], flags=["END_HEADERS"])]
    one, other = frames([Chunk(TO_CLIENT, b"".join(part.serialize() for part in parts))])
    assert (one.kind, one.headers, other.kind) == ("HEADERS", (), "CONTINUATION")
    assert [header[:2] for header in other.headers] == [("grpc-status", "0"), ("grpc-message", "fine")]


def test_padding_and_priorities_are_no_part_of_what_a_frame_carries():
    padded = [HeadersFrame(1, Encoder().encode([("te", "trailers")]), flags=["END_HEADERS", "PADDED", "PRIORITY"],
                           pad_length=7), DataFrame(1, bytes(4) + b"\x02\x08\x01", flags=["PADDED"], pad_length=9)]
    headers, data = frames([Chunk(TO_CLIENT, b"".join(frame.serialize() for frame in padded))])
    assert headers.headers == (Header("te", "trailers", False),) and data.message == b"\x08\x01"
    assert data.size == 9 + 1 + 7 + 9


def test_the_second_call_on_a_connection_is_shorter_over_grpc_only():
    rows = [line.split() for line in bytes_of_calls().splitlines()]
    assert rows[2][2:] == ["message", "13", "24", "10", "5"] and rows[4][2:] == rows[2][2:]
    first, second = ([int(number) for number in rows[place][2:]] for place in (3, 5))
    assert first[:2] == second[:2]
    assert second[2] < first[2] / 2 and second[3] < first[3]


# ---- a stream has no messages ----

def test_two_messages_arrive_as_one_or_in_any_pieces():
    messages = [b"pay 3.99", b"pay 5.00"]
    assert over_tcp(messages, [16]) == [b"pay 3.99pay 5.00"]
    assert over_tcp(messages, [3, 8, 5]) == [b"pay", b" 3.99pay", b" 5.00"]


@pytest.mark.parametrize("messages, sizes", [([b"ab"], [1]), ([b"ab"], [0, 2]), ([bytes(20_000)], [20_000])])
def test_pieces_that_cannot_come_are_told(messages, sizes):
    with pytest.raises(DslabError, match="expected"):
        over_tcp(messages, sizes)
