"""Transactions: what each read and wrote, when it ran, and whether it committed, as values that a checker can judge.

    history = transactions('''
        T1   append x 1, read y []
        T2   append y 1, read x []
        then
        T3   read x [1], read y [1]
    ''')

An object is a list, which grows by `append` (its reads say in which order), or a register, which `write` replaces. In
the text a line is a transaction, `!` behind its name says that it aborted, `?` that nobody knows; all overlap in time,
except that a line `then` stands where all above have ended and none below has begun.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dslab.checkers.history import ANY, Malformed, Operation, history_of
from dslab.trace import Trace
from dslab.values import DslabError, brief, nearest

Access = tuple[str, Hashable, Any]      # ("append", "x", 1), ("write", "x", 1), ("read", "x", (1,)); ANY: not known

NAMES = ("append", "write", "read")
OUTCOMES = {"": "committed", "!": "aborted", "?": "unknown"}
LINE = re.compile(r"(?P<name>[^\s!?:]+)(?P<outcome>[!?]?):?\s+(?P<accesses>.+)")
ACCESS = re.compile(r"(?P<name>\w+)\s+(?P<key>[^\s\[\]]+)\s+(?:->\s*)?(?P<value>\[[^\]]*\]|[^\s\[\]]+)")
READS, WRITES = ("read", "get"), ("write", "put", "set")    # calls of a history that are transactions of one access


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction.

    Args:
        name: what it is called.
        accesses: what it did, in order: (name, key, value), with the name "append", "write" or "read". A list is read
            as a tuple, in order; None is a register that nobody has written.
        invoked, returned: when it began and ended, in any unit; None: it never ended.
        outcome: "committed", "aborted" or "unknown".
    """

    name: str
    accesses: tuple[Access, ...]
    invoked: float = 0.0
    returned: float | None = None
    outcome: str = "committed"

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(map(in_words, self.accesses))}"


Transactions = str | Trace | Iterable[Any]


def in_words(access: Access) -> str:
    """An access as the text form has it: append x 1, read x [1 2]."""
    name, key, value = access
    return f"{name} {key} {value_in_words(value)}"


def value_in_words(value: Any) -> str:
    """[1 2] for a list, the value itself for a register."""
    if value is ANY:
        return "?"
    if isinstance(value, tuple):
        return f"[{' '.join(map(str, value))}]"
    return "none" if value is None else str(value)


def transactions(text: str) -> tuple[Transaction, ...]:
    """The transactions of a text, a line each.

    Raises:
        DslabError: a line is none, or two have one name.

    >>> for one in transactions("T1  append x 1" + chr(10) + "T2? read x [1]"):
    ...     print(one, one.outcome)
    T1: append x 1 committed
    T2: read x [1] unknown
    """
    found: list[Transaction] = []
    block = 0
    for line in filter(None, (line.partition("#")[0].strip() for line in text.splitlines())):
        if line == "then":
            block += 1
        else:
            found.append(_read(line, block))
    return _checked(found)


def _read(line: str, block: int) -> Transaction:
    found = LINE.fullmatch(line)
    if not found:
        raise DslabError(f"{brief(line)} is no transaction: expected a name and what it did, such as"
                         " T1 append x 1, read y [2]")
    accesses = tuple(_access(part.strip()) for part in re.split(r",(?![^\[]*\])", found["accesses"]))
    return Transaction(found["name"], accesses, 2.0 * block, 2.0 * block + 1, OUTCOMES[found["outcome"]])


def _access(text: str) -> Access:
    found = ACCESS.fullmatch(text)
    if not found or found["name"] not in NAMES:
        name = text.split()[0] if text.split() else ""
        raise DslabError(f"{brief(text)} is no access: expected append x 1, write x 1 or read x [1 2]."
                         + nearest(name, NAMES))
    value = found["value"]
    if value.startswith("["):
        return found["name"], found["key"], tuple(map(_atom, value[1:-1].replace(",", " ").split()))
    return found["name"], found["key"], _atom(value)


def _atom(text: str) -> Any:
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    return {"none": None, "nil": None, "?": ANY}.get(text, text)


def transactions_of(what: Transactions) -> tuple[Transaction, ...]:
    """Transactions from a text, from a list of them, or from a trace or a history of operations.

    An operation is a transaction if its call is ("transaction", accesses), where a read is ("read", key): its result is
    the tuple of what was read, or None if it aborted. A single read, write, get, put or append is one, too.

    Raises:
        DslabError: something in it is no transaction.
        Malformed: one ended before it began.
    """
    if isinstance(what, str):
        return transactions(what)
    if isinstance(what, Trace):
        return _checked(_of_operations(history_of(what)))
    if not isinstance(what, Iterable):
        raise DslabError(f"expected transactions, a trace, or a text with a line for each, not {brief(what)}")
    given = list(what)
    if given and all(isinstance(one, Transaction) for one in given):
        return _checked(given)
    return _checked(_of_operations(history_of(given)))


def _of_operations(operations: Iterable[Operation]) -> Iterator[Transaction]:
    for number, one in enumerate(operations, 1):
        outcome, accesses = "unknown" if one.returned is None else "committed", _accesses(one)
        if one.call[0] == "transaction" and one.returned is not None and one.result is None:
            outcome = "aborted"
        yield Transaction(f"T{number}", accesses, one.invoked, one.returned, outcome)


def _accesses(one: Operation) -> tuple[Access, ...]:
    name, *rest = one.call
    if name == "transaction":
        results = iter(one.result if isinstance(one.result, tuple) else ())
        return tuple((kind, key, next(results, ANY) if kind == "read" else value[0])
                     for kind, key, *value in rest[0])
    if name in READS:
        return ("read", rest[0] if rest else "x", one.result),
    if name in WRITES or name == "append":
        key, value = rest if len(rest) == 2 else ("x", rest[0])
        return ("append" if name == "append" else "write", key, value),
    raise DslabError(f"{one} is no transaction: expected a read, a write, an append, or a call (\"transaction\","
                     ' (("append", "x", 1), ("read", "y")))')


def _checked(given: Iterable[Transaction]) -> tuple[Transaction, ...]:
    """The transactions, in the order of their beginnings; each can be judged."""
    found = sorted(given, key=lambda one: one.invoked)
    kinds: dict[Hashable, str] = {}
    names: set[str] = set()
    for one in found:
        if one.name in names:
            raise DslabError(f"there are two transactions {one.name}: give each a name of its own")
        names.add(one.name)
        _check(one, kinds)
    return tuple(found)


def _check(one: Transaction, kinds: dict[Hashable, str]) -> None:
    if one.outcome not in OUTCOMES.values():
        raise DslabError(f"{one.name} is {brief(one.outcome)}: expected committed, aborted or unknown."
                         + nearest(str(one.outcome), tuple(OUTCOMES.values())))
    if one.returned is not None and not one.invoked <= one.returned:
        raise Malformed(f"malformed history: {one.name} ended at {one.returned}, before it began at {one.invoked}")
    for name, key, value in one.accesses:
        if name not in NAMES:
            raise DslabError(f"{one.name} does {brief(name)}: expected append, write or read." + nearest(name, NAMES))
        try:
            hash((key, value))
        except TypeError as problem:
            raise DslabError(f"{one.name}: {name} {brief(key)} {brief(value)}: {problem}; a list is read as a tuple"
                             ) from None
        kind = {"append": "list", "write": "register"}.get(name, "")
        if kind and kinds.setdefault(key, kind) != kind:
            raise DslabError(f"{key} is a list in one place and a register in another (in {one.name}): append to it, or"
                             " write it")
