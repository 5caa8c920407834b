"""Text for a terminal: control characters written out, columns as a terminal counts them, tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def visible(text: str) -> str:
    """The text with control characters written out: no escape acts, no override turns the line round."""
    return "".join(map(_seen, text))


def _seen(char: str) -> str:
    hidden = unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") or char in "\ufffe\uffff"
    return char.encode("unicode_escape").decode() if hidden else char


def width_of(text: str) -> int:
    """The columns of a text in a terminal: two for a Chinese or Japanese character, none for an accent."""
    return sum(
        0 if unicodedata.category(char)[0] == "M" else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def fit(text: str, room: int) -> str:
    """The text, or as much of it as fits into `room` columns, with an ellipsis."""
    if width_of(text) <= room and len(text) <= 2 * room:
        return text
    kept = text[: 2 * room]
    while kept and width_of(kept) > room - 1:
        kept = kept[:-1]
    return kept + "…" if room > 0 else ""


def pad(text: str, room: int) -> str:
    """The text, with spaces up to `room` columns."""
    return text + " " * (room - width_of(text))


def text_table(rows: Sequence[Sequence[str]], sides: str = "", *, gap: int = 2) -> str:
    """Rows of texts, usually with the heads first, in columns as wide as what stands in them.

    Args:
        sides: a letter for each column, "<" for one that is flush left, ">" for numbers; left where none is given.
        gap: the spaces between two columns.
    """
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    flush = sides.ljust(len(widths), "<")
    return "\n".join((" " * gap).join(map(_cell, row, flush, widths)).rstrip() for row in rows)


def _cell(text: str, side: str, width: int) -> str:
    return pad(text, width) if side == "<" else " " * (width - width_of(text)) + text
