"""One record in four encodings, byte by byte.

The record is the one by which Kleppmann compares encodings (Designing Data-Intensive Applications, 1st edition,
chapter 4); its 81, 66, 33 and 32 bytes are measured here with the libraries that are in use today.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from dslab.extras import require
from dslab.services import protobuf
from dslab.services.schema import PERSON, names, write
from dslab.text import text_table
from dslab.values import DslabError

RECORD = {"userName": "Martin", "favoriteNumber": 1337, "interests": ["daydreaming", "hacking"]}
AVRO = {"type": "record", "name": "Person", "fields": [
    {"name": "userName", "type": "string"},
    {"name": "favoriteNumber", "type": ["null", "long"]},
    {"name": "interests", "type": {"type": "array", "items": "string"}}]}
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s"{}\[\]:,]+')


def to_json(record: Any) -> bytes:
    """The record as JSON, without whitespace."""
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()


def to_messagepack(record: Any) -> bytes:
    """The record as MessagePack: JSON's structure, names included, with lengths instead of punctuation."""
    require("services", "MessagePack", "msgpack")
    import msgpack

    return bytes(msgpack.packb(record))


def to_protobuf(record: Mapping[str, Any]) -> bytes:
    """The record as protobuf: a number instead of each name, which the schema `PERSON` knows."""
    return write(PERSON, {re.sub("[A-Z]", lambda found: "_" + found[0].lower(), name): value
                          for name, value in record.items()})


def to_avro(record: Mapping[str, Any]) -> bytes:
    """The record as Avro: values alone, one after the other; nothing can be read without the writer's schema."""
    require("services", "Avro", "fastavro")
    from fastavro import parse_schema, schemaless_writer

    file = BytesIO()
    schemaless_writer(file, parse_schema(AVRO), record)
    return file.getvalue()


ENCODINGS = {"JSON": to_json, "MessagePack": to_messagepack, "protobuf": to_protobuf, "Avro": to_avro}


def sizes(record: Mapping[str, Any] = RECORD) -> str:
    """The size of the record in each encoding, in bytes, and its first bytes."""
    encoded = {name: encode(record) for name, encode in ENCODINGS.items()}
    return text_table([["encoding", "bytes", "begins with"],
                  *([name, str(len(data)), data[:16].hex(" ")] for name, data in encoded.items())], "<>")


def explain(data: bytes) -> str:
    """What each byte means: of JSON a line a token, of protobuf a line a field, with the names of `PERSON`."""
    return explain_json(data) if data[:1] in (b"{", b"[") else protobuf.explain(data, names(PERSON))


def explain_json(data: bytes) -> str:
    """What each byte of a JSON text means: a line for each name, value or punctuation mark."""
    rows, place = [["bytes", "text", "what"]], 0
    tokens = list(TOKEN.finditer(data.decode()))
    for place, token in enumerate(tokens):
        after = tokens[place + 1][0] if place + 1 < len(tokens) else ""
        rows.append([str(len(token[0].encode())), token[0], _what(token[0], after)])
    if not tokens:
        raise DslabError("there is nothing here")
    return text_table(rows, ">")


def _what(token: str, after: str) -> str:
    marks = {"{": "an object begins", "}": "it ends", "[": "a list begins", "]": "it ends", ":": "its value follows",
             ",": "another follows"}
    if token in marks:
        return marks[token]
    if after == ":":
        return "the name of a field, again in each record"
    return "text" if token.startswith('"') else f"a number, a byte a digit ({len(token)})"


def in_javascript(text: str) -> Any:
    """What a JavaScript program reads in a JSON text: all its numbers are doubles, with 53 bits."""
    return json.loads(text, parse_int=lambda digits: int(float(digits)))
