"""One record in four encodings (N50), byte by byte, and what readers with another schema make of it."""

import json
import subprocess

import pytest

from dslab.services import protobuf
from dslab.services.encodings import (
    AVRO,
    ENCODINGS,
    RECORD,
    explain,
    in_javascript,
    sizes,
    to_avro,
    to_json,
    to_messagepack,
    to_protobuf,
)
from dslab.services.schema import (
    ADDED,
    AS_TEXT,
    CHANGES,
    PERSON,
    RENUMBERED,
    REUSED,
    ZIGZAG,
    evolution,
    forward,
    message_class,
    read,
    write,
)
from dslab.services.schema import RECORD as FULL
from dslab.values import DslabError

# ---- sizes ----


def test_the_sample_record_takes_81_66_33_and_32_bytes():
    """N50 [DDIA 1st edition, chapter 4: the record Martin, 1337, daydreaming and hacking]."""
    assert {name: len(encode(RECORD)) for name, encode in ENCODINGS.items()} == {
        "JSON": 81, "MessagePack": 66, "protobuf": 33, "Avro": 32}
    assert [line.split()[:2] for line in sizes().splitlines()[1:]] == [
        ["JSON", "81"], ["MessagePack", "66"], ["protobuf", "33"], ["Avro", "32"]]


def test_each_encoding_can_be_read_again():
    from io import BytesIO

    import fastavro
    import msgpack

    assert json.loads(to_json(RECORD)) == msgpack.unpackb(to_messagepack(RECORD)) == RECORD
    assert fastavro.schemaless_reader(BytesIO(to_avro(RECORD)), fastavro.parse_schema(AVRO)) == RECORD
    assert list(read(PERSON, to_protobuf(RECORD)).values()) == list(RECORD.values())


# ---- byte by byte ----

def test_field_1_with_the_number_150_is_08_96_01():
    """N50 [the encoding chapter of protobuf's documentation]: the tag is 1 << 3 | 0, and 150 needs two bytes."""
    data = write("int32 a = 1;", {"a": 150})
    assert data.hex(" ") == "08 96 01"
    assert protobuf.explain(data).splitlines() == ["bytes     first byte  field  wire type  value",
                                                   "08 96 01  1<<3 | 0    1      VARINT     150"]


def test_every_byte_of_the_record_is_in_one_line():
    lines = explain(to_protobuf(RECORD)).splitlines()[1:]
    assert "".join(line.split("  ")[0].replace(" ", "") for line in lines) == to_protobuf(RECORD).hex()
    assert [line.split()[-1] for line in lines] == ["'Martin'", "1337", "'daydreaming'", "'hacking'"]
    lines = explain(to_json(RECORD)).splitlines()[1:]
    assert sum(int(line.split()[0]) for line in lines) == 81
    assert "".join(line[7:].split("  ")[0] for line in lines).encode() == to_json(RECORD)


@pytest.mark.parametrize("declared, value, number, found", [
    ("int64 a = 1;", 2 ** 63 - 1, 1, 2 ** 63 - 1),
    ("int64 a = 1;", -1, 1, 2 ** 64 - 1),                   # two's complement, in ten bytes
    ("bool a = 16;", True, 16, 1),                          # from 16 on a tag takes two bytes
    ("double a = 2;", 0.5, 2, bytes.fromhex("000000000000e03f")),
    ("fixed32 a = 2;", 7, 2, bytes([7, 0, 0, 0])),
    ("bytes a = 2047;", b"\xff\x00", 2047, b"\xff\x00"),
    ("string a = 3;", "慕工", 3, "慕工".encode()),
])
def test_our_reader_finds_what_protobuf_wrote(declared, value, number, found):
    data = write(declared, {"a": value})
    field, = protobuf.fields(data)
    assert (field.number, field.value, field.raw) == (number, found, data)


@pytest.mark.parametrize("data", ["08", "0896", "0a05616c", "0d0000"])
def test_bytes_that_end_too_early_are_told(data):
    with pytest.raises(DslabError, match="the bytes end in the middle of a field"):
        protobuf.fields(bytes.fromhex(data))


def test_what_is_no_protobuf_is_told():
    with pytest.raises(DslabError, match="wire type 3 is none of VARINT, I64, LEN, I32"):
        protobuf.fields(b"{}")


# ---- old readers, new writers ----

def test_an_old_reader_skips_a_new_field_and_keeps_it():
    data = write(ADDED, FULL)
    assert "city" not in read(PERSON, data)
    assert read(ADDED, forward(PERSON, data))["city"] == "Cambridge"


def test_a_new_reader_of_old_bytes_finds_a_default():
    assert read(ADDED, write(PERSON, FULL))["city"] == ""


def test_a_number_used_again_reads_as_the_wrong_field_without_an_error():
    assert read(REUSED, write(PERSON, FULL))["age"] == 1337
    assert read(PERSON, write(REUSED, FULL))["favorite_number"] == 44


def test_renumbering_loses_what_has_another_wire_type():
    assert read(PERSON, write(RENUMBERED, FULL)) == {"user_name": "Martin", "favorite_number": 0, "interests": []}


def test_another_type_with_the_same_wire_type_reads_as_another_number():
    """Zigzag: 1337 is odd, so that it stands for -(1337 + 1) / 2."""
    assert read(ZIGZAG, write(PERSON, FULL))["favorite_number"] == -669
    assert read(AS_TEXT, write(PERSON, FULL))["favorite_number"] == ""


def test_a_number_that_is_reserved_cannot_be_used_again():
    with pytest.raises(DslabError, match='protoc refuses schema.proto: .*Field "age" uses reserved number 2'):
        message_class(CHANGES["field 2 removed"] + " int64 age = 2;")


def test_the_table_of_changes_marks_what_nothing_gives_away():
    lines = evolution().splitlines()
    assert len(lines) == 1 + 2 * len(CHANGES)
    assert {line.split(";")[-1].strip() for line in lines if line.endswith("!")} == {
        "favorite_number=44 !", "age=1337 !", "favorite_number=2674 !", "favorite_number=-669 !"}
    assert "user_name, favorite_number, interests as written; [city='']" in lines[2]


# ---- numbers in JavaScript ----

NUMBER = "9007199254740993"         # 2 ** 53 + 1


def test_a_double_cannot_hold_2_to_the_53_plus_1():
    assert in_javascript(NUMBER) == 9007199254740992 == json.loads(NUMBER) - 1


def test_javascript_agrees(node):
    told = subprocess.check_output([node, "-p", f"JSON.parse('{NUMBER}')"], text=True)
    assert int(told) == in_javascript(NUMBER)
