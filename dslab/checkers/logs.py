"""Histories from the logs of other tools: Jepsen's logs of a register, and EDN maps of a key-value store.

Both mark how an operation ended. `:ok`: it took effect, with this result. `:fail`: it did not take effect, so an update
is removed from the history, and a read has an unknown result. `:info`: it may take effect at any later time, or never,
so it stays open.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

from dslab.checkers.history import ANY, Call, Malformed, Operation, history_of
from dslab.values import brief

READS = ("read", "get")             # operations without an effect
JEPSEN = re.compile(r".*?(\S+)\s+:(invoke|ok|fail|info)\s+:(\w+)\s+(.*?)\s*")


def read_jepsen(text: str) -> tuple[Operation, ...]:
    """The history in a log of lines that end with `process :invoke|:ok|:fail|:info :read|:write|:cas value`.

    Times are line numbers.
    """
    pairs = Pairs()
    for number, line in enumerate(text.splitlines(), 1):
        found = JEPSEN.fullmatch(line)
        if not found and line.strip():
            raise Malformed(f"line {number} of the log is {brief(line)}, expected: process :invoke :read nil")
        if found:
            process, kind, name, told = found.groups()
            if kind == "invoke":
                pairs.invoke(number, process, (name, *_numbers(told)))
            else:
                pairs.end(kind, number, process, name, _result(name, told))
    return pairs.history()


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers of a value: none for nil, two for [3 4]."""
    return tuple(map(int, re.findall(r"-?\d+", text)))


def _result(name: str, value: str) -> Any:
    """The result of an operation that ended with `:ok`."""
    if name == "write":
        return ANY
    return True if name == "cas" else (*_numbers(value), None)[0]


def read_edn(text: str) -> tuple[Operation, ...]:
    """The history in a log of maps, such as {:process 0, :type :ok, :f :get, :key "x", :value "1"}, a line each.

    The functions are get, put and append. Times are line numbers.
    """
    pairs = Pairs()
    for number, line in enumerate(filter(str.strip, text.splitlines()), 1):
        found = dict(re.findall(r':([\w-]+)\s+("(?:[^"\\]|\\.)*"|[^\s,}]+)', line))
        try:
            process, kind, name, key, value = (found[field] for field in ("process", "type", "f", "key", "value"))
        except KeyError as problem:
            raise Malformed(f"line {number} of the log lacks {problem}: {brief(line)}") from None
        if kind == ":invoke":
            pairs.invoke(number, process, (name[1:], _plain(key), *(() if name == ":get" else (_plain(value),))))
        else:
            pairs.end(kind[1:], number, process, name[1:], _plain(value) if name == ":get" else ANY)
    return pairs.history()


def _plain(text: str) -> Any:
    if text.startswith('"'):
        return _string(text)
    return None if text == "nil" else int(text) if re.fullmatch(r"-?\d+", text) else text


def _string(text: str) -> str:
    try:
        return str(json.loads(text, strict=False))          # EDN's escapes are a subset of JSON's
    except ValueError:
        raise Malformed(f"expected a string of EDN, found {text}: it has an escape that EDN does not know") from None


class Pairs:
    """Matches the invocations of a log with their returns."""

    def __init__(self) -> None:
        self.done: list[Operation] = []
        self.open: dict[Hashable, Operation] = {}

    def invoke(self, moment: int, process: Hashable, call: Call) -> None:
        """An operation begins."""
        if process in self.open:
            raise Malformed(f"malformed history: process {process} invokes {brief(call)} (line {moment}) while its"
                            f" {brief(self.open[process].call)} is open")
        self.open[process] = Operation(process, call, moment)

    def end(self, kind: str, moment: int, process: Hashable, name: str, result: Any) -> None:
        """The open operation of a process ends: "ok", "fail" or "info"."""
        if kind == "info":
            return
        if process not in self.open:
            raise Malformed(f"malformed history: process {process} returns from a {name} (line {moment}) that it never"
                            " invoked")
        begun = self.open.pop(process)
        if begun.call[0] != name:
            raise Malformed(f"malformed history: process {process} invoked {brief(begun.call)} and returns from a"
                            f" {name} (line {moment})")
        if kind == "ok" or name in READS:
            self.done.append(replace(begun, returned=moment, result=result if kind == "ok" else ANY))

    def history(self) -> tuple[Operation, ...]:
        """All operations, also those that never returned."""
        return history_of([*self.done, *self.open.values()])
