"""Schemas in protobuf's own language, compiled when they are needed: old readers, new writers, and what they read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dslab.extras import require
from dslab.services.protobuf import protoc
from dslab.text import text_table

PERSON = "string user_name = 1;  int64 favorite_number = 2;  repeated string interests = 3;"
ADDED = PERSON + "  string city = 4;"
REMOVED = "string user_name = 1;  reserved 2;  repeated string interests = 3;"
RENUMBERED = "string user_name = 1;  repeated string interests = 2;  int64 favorite_number = 3;"
REUSED = "string user_name = 1;  int64 age = 2;  repeated string interests = 3;"
ZIGZAG = "string user_name = 1;  sint64 favorite_number = 2;  repeated string interests = 3;"
AS_TEXT = "string user_name = 1;  string favorite_number = 2;  repeated string interests = 3;"
CHANGES = {
    "field 4 added": ADDED,
    "field 2 removed": REMOVED,
    "2 and 3 renumbered": RENUMBERED,
    "2 used again": REUSED,
    "2 is sint64 now": ZIGZAG,
    "2 is string now": AS_TEXT,
}
RECORD = {"user_name": "Martin", "favorite_number": 1337, "interests": ["daydreaming", "hacking"],
          "age": 44, "city": "Cambridge"}


@cache
def message_class(declared: str) -> Any:
    """The class of the message whose fields are `declared`, such as "string name = 1;  int64 cents = 2;".

    Raises `DslabError` with protoc's own words if it refuses the schema.
    """
    require("services", "A schema of protobuf", "google.protobuf", "grpc_tools")
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    with TemporaryDirectory() as folder:
        source, compiled = Path(folder) / "schema.proto", Path(folder) / "schema.bin"
        source.write_text(f'syntax = "proto3";\nmessage Record {{ {declared} }}\n', encoding="utf-8")
        protoc(source, f"--descriptor_set_out={compiled}")
        files = descriptor_pb2.FileDescriptorSet.FromString(compiled.read_bytes())
    pool = descriptor_pool.DescriptorPool()         # its own: all these schemas are called Record
    pool.Add(files.file[0])
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("Record"))


def names(declared: str) -> dict[int, str]:
    """Number -> name of the fields, as the schema has them."""
    return {field.number: field.name for field in message_class(declared).DESCRIPTOR.fields}


def write(declared: str, record: Mapping[str, Any]) -> bytes:
    """The record by this schema; what the schema has no field for is left out."""
    kind = message_class(declared)
    fitting = {field.name: _fit(field, record[field.name]) for field in kind.DESCRIPTOR.fields if field.name in record}
    return bytes(kind(**fitting).SerializeToString(deterministic=True))


def _fit(field: Any, value: Any) -> Any:
    """A number as text where the schema wants text."""
    return str(value) if field.type == field.TYPE_STRING and isinstance(value, int) else value


def read(declared: str, data: bytes) -> dict[str, Any]:
    """What a reader with this schema finds: its fields, with defaults where the bytes have none."""
    message = message_class(declared).FromString(data)
    return {name: _plain(getattr(message, name)) for name in names(declared).values()}


def forward(declared: str, data: bytes) -> bytes:
    """The bytes after a reader with this schema has read and written them again: unknown fields are kept."""
    return bytes(message_class(declared).FromString(data).SerializeToString(deterministic=True))


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float, str, bytes)) else list(value)


def evolution(changes: Mapping[str, str] = CHANGES, *, before: str = PERSON,
              record: Mapping[str, Any] = RECORD) -> str:
    """For each change of the schema, what an old reader makes of new bytes, and a new reader of old bytes."""
    rows = [["change", "who reads what", "and finds"]]
    for name, after in changes.items():
        rows.append([name, "old reader, new bytes", reading(after, before, record)])
        rows.append(["", "new reader, old bytes", reading(before, after, record)])
    return text_table(rows)


def reading(writer: str, reader: str, record: Mapping[str, Any]) -> str:
    """What a reader finds in the bytes of a writer with another schema.

    First the fields that are as they were written, then those that are not: in brackets those that take their
    default because the bytes have none, and with "!" wrong values that nothing gives away.
    """
    found = read(reader, write(writer, record))
    right = [name for name, value in found.items() if value == record[name]]
    other = [f"[{name}={value!r}]" if not value else f"{name}={value!r} !"
             for name, value in found.items() if name not in right]
    return "; ".join(filter(None, [", ".join(right) + " as written", ", ".join(other)]))
