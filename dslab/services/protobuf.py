"""Protobuf: its encoding, read without a schema (each field is a tag, then its value), and its compiler, protoc."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dslab.extras import require
from dslab.text import text_table
from dslab.values import DslabError

WIRE_TYPES = {0: "VARINT", 1: "I64", 2: "LEN", 5: "I32"}
FIXED = {1: 8, 5: 4}            # wire type -> bytes


@dataclass(frozen=True)
class Field:
    """One field as it stands in the bytes.

    Args:
        number, wire_type: what the tag says: the tag is number << 3 | wire_type.
        value: a number if the wire type is VARINT, bytes otherwise.
        raw: all bytes of the field: tag, length if there is one, value.
    """

    number: int
    wire_type: int
    value: int | bytes
    raw: bytes


def fields(data: bytes) -> list[Field]:
    """The fields in the order of the bytes; raises `DslabError` if they are truncated or no protobuf."""
    found, place = [], 0
    while place < len(data):
        tag, after = varint(data, place)
        value, end = _value(data, after, tag & 7)
        found.append(Field(tag >> 3, tag & 7, value, data[place:end]))
        place = end
    return found


def varint(data: bytes, place: int) -> tuple[int, int]:
    """The number that begins at `place`, seven bits a byte, the lowest first, and where the next thing begins."""
    number = shift = 0
    while True:
        byte, = _take(data, place, 1)
        number |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:                     # the highest bit says whether another byte follows
            return number, place


def _value(data: bytes, place: int, wire_type: int) -> tuple[int | bytes, int]:
    if wire_type == 0:
        return varint(data, place)
    if wire_type == 2:
        length, place = varint(data, place)
    elif wire_type in FIXED:
        length = FIXED[wire_type]
    else:
        raise DslabError(f"byte {place}: wire type {wire_type} is none of {', '.join(WIRE_TYPES.values())}: "
                         "this is no protobuf")
    return _take(data, place, length), place + length


def _take(data: bytes, place: int, length: int) -> bytes:
    if place + length > len(data):
        raise DslabError(f"the bytes end in the middle of a field: expected {length} at byte {place}, "
                         f"found {max(len(data) - place, 0)}")
    return data[place:place + length]


def explain(data: bytes, names: Mapping[int, str] | None = None) -> str:
    """What each byte of a protobuf message means: a line a field.

    Args:
        names: number -> name of the field. The bytes do not have it: it comes from the schema.
    """
    heads = ["bytes", "first byte", "field", "wire type", "value"]
    rows = [[field.raw.hex(" "), f"{field.number}<<3 | {field.wire_type}", _field_name(field, names or {}),
             _wire(field), text(field)] for field in fields(data)]
    return text_table([heads, *rows])


def _field_name(field: Field, names: Mapping[int, str]) -> str:
    return " ".join([str(field.number), *filter(None, [names.get(field.number)])])


def _wire(field: Field) -> str:
    if isinstance(field.value, bytes) and field.wire_type not in FIXED:
        return f"{WIRE_TYPES[field.wire_type]} {len(field.value)}"
    return WIRE_TYPES[field.wire_type]


def text(field: Field) -> str:
    """The value as it is probably meant: bytes that can be read are text."""
    if isinstance(field.value, int):
        return str(field.value)
    try:
        decoded = field.value.decode()
    except UnicodeDecodeError:
        return field.value.hex(" ")
    return repr(decoded) if decoded.isprintable() and field.wire_type == 2 else field.value.hex(" ")


# ---- the compiler ----------------------------------------------------------------------------------------------------

def protoc(file: Path, *outputs: str) -> None:
    """Compile a .proto file by protoc, which comes with grpcio-tools, in a process of its own.

    Args:
        outputs: such as "--python_out=FOLDER".

    Raises `DslabError` with protoc's own words if it refuses the file, and if protoc is not installed.
    """
    require("services", "Protobuf's compiler", "grpc_tools")
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{file.parent}", *outputs, file.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.replace(f"{file.parent}{os.sep}", "").strip()
        raise DslabError(f"protoc refuses {file.name}: {said}")
