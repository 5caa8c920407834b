"""A history from whatever holds one: a trace, operations, a typed text, or a log of another tool."""

from __future__ import annotations

import re
from pathlib import Path

from dslab.checkers.history import History, Malformed, Operation, history_of
from dslab.checkers.lines import read_lines
from dslab.checkers.logs import JEPSEN, read_edn, read_jepsen
from dslab.trace import Trace
from dslab.values import brief

NAME = re.compile(r"[^\n{}\[\]|]+\.\w{1,9}")        # of a file: one line that ends as such names do


def read_history(what: History | Path | str) -> tuple[Operation, ...]:
    """The operations of anything that has some, in the order of their invocations.

    Args:
        what: a Trace, or operations; a text with a line for each (`dslab.checkers.lines`), a log of a register, a log
            in EDN (`dslab.checkers.logs`), or the JSON of a trace; or the file (a path) that has such a text in it.

    Raises:
        Malformed: the text is none of these, or contradicts itself. The sentence has the number of the line, what was
            found there and what was expected.
        DslabError: it is no history at all.

    >>> [one.label() for one in read_history("A: write 1 [0, 4]")]
    ['write 1']
    """
    if isinstance(what, str) and NAME.fullmatch(what.strip()):
        what = Path(what.strip())
    if isinstance(what, Path):
        what = _text_of(what)
    return _of_text(what) if isinstance(what, str) else history_of(what)


def _of_text(text: str) -> tuple[Operation, ...]:
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if re.match(r"\{\s*:", first):
        return read_edn(text)
    if first.startswith("{"):
        return history_of(Trace.from_json(text))
    return read_jepsen(text) if JEPSEN.fullmatch(first) else read_lines(text)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = "it is no text" if isinstance(problem, UnicodeDecodeError) else problem.strerror
        raise Malformed(f"the file {brief(str(path))} cannot be read: {why}; expected a file with a history in it"
                        ) from None
