"""Tables as text."""

from __future__ import annotations

from collections.abc import Sequence


def table(rows: Sequence[Sequence[str]], right: str = "") -> str:
    """Rows of text, the first of them the heads, in columns.

    Args:
        right: a letter for each column: ">" for one whose texts end at the same place.
    """
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    sides = right.ljust(len(widths), "<")
    return "\n".join("  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True))
                     .rstrip() for row in rows)
