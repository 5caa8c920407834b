"""Text for a terminal: columns as the library wcwidth counts them, and tables that stay straight in any script."""

import unicodedata

import pytest
from wcwidth import wcwidth

from dslab.text import text_table, width_of
from dslab.values import first_difference


def newer_in_wcwidth(char: str) -> bool:
    """Trigrams and the like, which are wide since Unicode 16, and the parts of Korean syllables, which are joined."""
    return unicodedata.category(char) in ("So", "No") or "HANGUL" in unicodedata.name(char, "")


def test_widths_are_those_of_wcwidth():
    """Ours needs the standard library only: the core runs where nothing else is installed."""
    letters = [char for char in map(chr, range(32, 0x110000))
               if unicodedata.category(char)[0] in "LMNPSZ" and unicodedata.category(char) not in ("Zl", "Zp")]
    differing = [char for char in letters if width_of(char) != wcwidth(char) and not newer_in_wcwidth(char)]
    assert differing == []
    assert len(letters) > 100_000


def test_a_table_s_columns_are_straight_in_chinese_japanese_and_with_accents():
    rows = [["name", "ms", "end"], ["共识", "7", "x"], ["カタカナ", "1234", "y"], ["e\u0301te\u0301", "56", "z"]]
    lines = text_table(rows, "<>").splitlines()
    assert lines == ["name        ms  end", "共识         7  x", "カタカナ  1234  y", "e\u0301te\u0301         56  z"]
    assert {width_of(line[:-1]) for line in lines[1:]} == {16}


def test_no_line_of_a_table_ends_with_a_space():
    assert text_table([["a", "b", ""], ["", "", ""]], gap=3) == "a   b\n"


def test_rows_of_different_lengths_are_no_table():
    with pytest.raises(ValueError):
        text_table([["a", "b"], ["c"]])


@pytest.mark.parametrize("one, other, place", [
    ("abc", "abc", None), ("abc", "abd", 2), ("abc", "ab", 2), ("", "a", 0), ("", "", None), ([None], [], 0)])
def test_the_first_difference_of_two_sequences(one, other, place):
    assert first_difference(one, other) == place == first_difference(other, one)
