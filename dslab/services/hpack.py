"""Reads the packed headers of HTTP/2, as far as they are written out [RFC 7541, section 6].

A header is a number where both sides have it already, from the standard's table or because it was sent before on this
connection; else its name or its value is written out. The tables themselves are not kept here.
"""

from __future__ import annotations

from collections.abc import Iterator


def lines(block: bytes) -> list[str]:
    """The headers that are written out, a line each, and how many are numbers."""
    headers = list(_headers(block))
    written = [header for header in headers if header]
    known = len(headers) - len(written)
    return written + [f"and {known} header{'s' * (known > 1)} by number"] * bool(known)


def _headers(block: bytes) -> Iterator[str]:
    """Each header as `name: value`, or empty if it is a number. A name that is a number is written `#number`."""
    place = 0
    while place < len(block):
        first = block[place]
        if first & 0x80:
            _, place = _number(block, place, 7)
            yield ""
        elif first & 0xE0 == 0x20:          # a new size of the table: no header
            _, place = _number(block, place, 5)
        else:
            index, place = _number(block, place, 6 if first & 0x40 else 4)
            name, place = (f"#{index}", place) if index else _text(block, place)
            value, place = _text(block, place)
            yield f"{name}: {value}"


def _number(block: bytes, place: int, bits: int) -> tuple[int, int]:
    """The number in the lowest `bits` of a byte, or, if they are all ones, with seven bits in each byte after it."""
    full = (1 << bits) - 1
    number, place = block[place] & full, place + 1
    if number < full:
        return number, place
    shift = 0
    while True:
        byte = block[place]
        number, place, shift = number + ((byte & 0x7F) << shift), place + 1, shift + 7
        if byte < 0x80:
            return number, place


def _text(block: bytes, place: int) -> tuple[str, int]:
    packed = block[place] & 0x80
    length, place = _number(block, place, 7)
    told = f"({length} bytes, Huffman)" if packed else block[place:place + length].decode(errors="replace")
    return told, place + length
