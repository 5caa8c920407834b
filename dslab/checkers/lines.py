"""Histories as people type them: a line for each operation.

    # client: call -> result [invoked, returned]
    A: set 1 [1.5, 4.1]
    B: cas 1 2 -> true [2.7, 5.3]
    C: set 3 [6, ...]                   # never returned

The first word of a call is its name, all others are arguments. A call without an arrow has a result that is unknown, or
says nothing. Times are in any unit. What follows `#` is a comment.
"""

from __future__ import annotations

import ast
import re
from math import isfinite
from typing import Any

from dslab.checkers.history import ANY, Call, History, Malformed, Operation, history_of
from dslab.values import brief, in_order, show

LINE = re.compile(r"(?P<client>[^\s:]+)\s*:\s*(?P<said>.*?)\s*\[(?P<times>[^\[\]]*)\]")
COMMENT = re.compile(r"(?:^|\s)#.*")
PART = re.compile(r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\([^()]*\)|\{[^{}]*\}|[^\s'"(){}])+""")      # of a call
EXAMPLE = "A: cas 1 2 -> true [2.7, 5.3]"
# Ten operations on a register, which no order fits [Kleppmann, lecture notes on distributed systems, chapter 6].
LECTURE = """\
A: set 1 [1.5, 4.1]
A: get -> 4 [5.75, 7.25]
B: get -> 1 [0.7, 2.3]
B: cas 1 2 -> true [2.7, 5.3]
B: get -> 2 [7.85, 9.35]
C: get -> 1 [1.75, 3.25]
C: get -> 2 [3.75, 5.25]
C: cas 2 4 -> true [6.5, 8.9]
D: set 0 [1, 3.8]
D: cas 0 3 -> false [4.5, 7.5]
"""
WORDS = {"true": True, "false": False, "none": None, "nil": None, "?": ANY, "{}": frozenset[Any]()}


def read_lines(text: str) -> tuple[Operation, ...]:
    """The history in a text with a line for each operation, in the order of their invocations.

    Raises:
        Malformed: a line is no operation, or contradicts those above it; the sentence has its number.

    >>> for one in read_lines("A: write 1 [0, 4]" + chr(10) + "B: read -> 1 [3, ...]"):
    ...     print(one)
    A's write 1
    B's read (never returned)
    """
    found: list[tuple[int, Operation]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if bare := COMMENT.sub("", line).strip():
            found.append((number, _operation(bare, number)))
            _check(found)
    return history_of(one for _, one in found)


def _check(found: list[tuple[int, Operation]]) -> None:
    """Refuse a line that cannot be beside those above it; only its own client's can be in its way."""
    number, latest = found[-1]
    try:
        history_of(one for _, one in found if one.client == latest.client)
    except Malformed as problem:
        raise Malformed(f"line {number}: {problem}") from None


def _operation(line: str, number: int) -> Operation:
    parts = LINE.fullmatch(line)
    if not parts:
        raise Malformed(f"line {number} is {brief(line)}, expected: client: call -> result [invoked, returned], such as"
                        f" {EXAMPLE}")
    try:
        call, result = read_call(parts["said"])
        invoked, returned = read_times(parts["times"])
    except Malformed as problem:
        raise Malformed(f"line {number}: {problem}") from None
    return Operation(parts["client"], call, invoked, returned, ANY if returned is None else result)


def read_call(text: str) -> tuple[Call, Any]:
    """A call and its result: "cas 1 2 -> true" gives ("cas", 1, 2) and True.

    Raises:
        Malformed: there is no call in the text, an argument could change, or a quotation does not end.
    """
    call, arrow, result = text.partition("->")
    try:
        if PART.sub("", call).strip():
            raise ValueError
        name, *args = PART.findall(call)
        made = name, *map(read_value, args)
        hash(made)
    except (ValueError, TypeError):
        raise Malformed(f"{brief(text)} is no call, expected a name and plain arguments, such as write 1, or cas 1 2 ->"
                        " true") from None
    if arrow and not result.strip():
        raise Malformed(f"{brief(text)} has nothing behind the arrow, expected a result, such as read -> 1; ? is an"
                        " unknown one")
    return made, read_value(result.strip()) if arrow else ANY


def read_value(text: str) -> Any:
    """The value that a word is: what Python reads, true, false, none (or nil), ? for ANY; any other is a string."""
    if text in WORDS:
        return WORDS[text]
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return frozenset(value) if isinstance(value, set) else value


def read_times(text: str) -> tuple[float, float | None]:
    """Two times of a text such as "1.5, 4.1"; there is one if the operation never returned: "1.5" or "1.5, ...".

    Raises:
        Malformed: it is neither, or a time is not a finite number.
    """
    invoked, *rest = [part.strip() for part in re.sub(r",\s*(\.\.\.|…)?\s*$", "", text).split(",")]
    try:
        if len(rest) > 1:
            raise ValueError
        times = [_number(part) for part in (invoked, *rest)]
    except ValueError:
        raise Malformed(f"the times are {brief(f'[{text}]')}, expected two numbers, such as [1.5, 4.1], or [1.5, ...]"
                        " for an operation that never returned") from None
    return times[0], times[1] if rest else None


def _number(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError
    return int(number) if re.fullmatch(r"[+-]?\d+", text) else number


# ---- the other way ---------------------------------------------------------------------------------------------------

def lines_of(history: History) -> str:
    """The text that `read_lines` reads, of a trace or of operations."""
    return "\n".join(map(_line, history_of(history)))


def _line(one: Operation) -> str:
    end = "..." if one.returned is None else f"{one.returned:.12g}"
    return f"{one.client}: {call_in_words(one.call, one.result)} [{one.invoked:.12g}, {end}]"


def call_in_words(call: Call, result: Any = ANY) -> str:
    """A call, and its result if that is known, as `read_call` reads them."""
    told = " ".join([str(call[0]), *map(in_words, call[1:])])
    return told if result is ANY else f"{told} -> {in_words(result)}"


def in_words(value: Any) -> str:
    """A value as `read_value` reads it."""
    for word, meant in WORDS.items():
        if value is meant:
            return word
    if isinstance(value, (set, frozenset)):
        return "{%s}" % ", ".join(map(show, in_order(value)))
    is_bare = isinstance(value, str) and re.fullmatch(r"[\w.@/+-]+", value) and _is_itself(value)
    return value if is_bare else show(value)


def _is_itself(word: str) -> bool:
    return isinstance(found := read_value(word), str) and found == word
