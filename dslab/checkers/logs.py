"""Logs of other tools, read as histories: Jepsen's logs of a register, and maps in EDN of a key-value store."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

from dslab.checkers.history import ANY, Malformed, Operation, history_of
from dslab.values import brief

JEPSEN = re.compile(r".*?(\S+)\s+:(invoke|ok|fail|info)\s+:(\w+)\s+(.*?)\s*")


def read_jepsen(text: str) -> tuple[Operation, ...]:
    """The history in a log of lines that end with `process :invoke|:ok|:fail|:info :read|:write|:cas value`.

    A compare-and-set that failed did not match. What failed by a time-out returned, but nobody knows what. What ended
    with `:info` may still happen at any later time: it never returned. Moments are numbers of lines.
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
            elif kind != "info":
                pairs.give_back(number, process, name, _answer(name, kind, told))
    return pairs.history()


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers of a value: none for nil, two for [3 4]."""
    return tuple(map(int, re.findall(r"-?\d+", text)))


def _answer(name: str, kind: str, told: str) -> Any:
    if told.endswith("timed-out") or name == "write":
        return ANY
    if name == "cas":
        return kind == "ok"
    return (*_numbers(told), None)[0] if kind == "ok" else ANY


def read_edn(text: str) -> tuple[Operation, ...]:
    """The history in a log of maps, such as {:process 0, :type :ok, :f :get, :key "x", :value "1"}, a line each.

    The functions are get, put and append; `:info` stays open, and what failed returned, but nobody knows what.
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
        elif kind != ":info":
            pairs.give_back(number, process, name[1:], _plain(value) if (name, kind) == (":get", ":ok") else ANY)
    return pairs.history()


def _plain(text: str) -> Any:
    if text.startswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return None if text == "nil" else int(text) if re.fullmatch(r"-?\d+", text) else text


class Pairs:
    """Puts the invocations and the returns of a log together."""

    def __init__(self) -> None:
        self.done: list[Operation] = []
        self.open: dict[Hashable, Operation] = {}

    def invoke(self, moment: int, process: Hashable, call: tuple) -> None:
        """An operation begins."""
        if process in self.open:
            raise Malformed(f"malformed history: process {process} invokes {brief(call)} (line {moment}) while its"
                            f" {brief(self.open[process].call)} is open")
        self.open[process] = Operation(process, call, moment)

    def give_back(self, moment: int, process: Hashable, name: str, result: Any) -> None:
        """The open operation of a process ends."""
        if process not in self.open:
            raise Malformed(f"malformed history: process {process} returns from a {name} (line {moment}) that it never"
                            " invoked")
        begun = self.open.pop(process)
        if begun.call[0] != name:
            raise Malformed(f"malformed history: process {process} invoked {brief(begun.call)} and returns from a"
                            f" {name} (line {moment})")
        self.done.append(Operation(process, begun.call, begun.invoked, moment, result))

    def history(self) -> tuple[Operation, ...]:
        """All operations; those that are open stay so."""
        return history_of([*self.done, *self.open.values()])
