"""ShiViz logs, in and out: a run of real programs plays like a simulated one, and ShiViz shows a simulated one.

    trace = read_shiviz(text)           # play(trace), diagram(trace), trace.table()
    log = to_shiviz(trace)              # to be opened in ShiViz as it is

A log tells events: for each a host, some words and a vector clock [Fidge 1988, Mattern 1989], in which the host's own
entry counts 1, 2, 3. The format is that of ShiViz [Beschastnikh, Liu, Xing, Wang, Brun, Ernst 2020].
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from dslab.logical_time import Stamps
from dslab.node import message
from dslab.reasons import Reason
from dslab.trace import Envelope, NodeInfo, Step, Trace
from dslab.values import DslabError, brief, nearest

DEFAULT = r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})"          # what ShiViz takes if it is not told otherwise
GROUPS = ("host", "clock", "event")
TAKEN_FOR_A_CLOCK = re.compile(r"\S* {.*}")


@message
class Message:
    """A message of which a log says nothing but that it must have been: somebody knew."""


class Event(NamedTuple):
    """One event of a log: where, what each host had done by then as far as it knows, and in the log's own words."""

    host: str
    clock: dict[str, int]
    text: str
    line: int                           # of its clock in the log, from 1

    @property
    def number(self) -> int:
        """Which of its host's events it is, from 1."""
        return self.clock[self.host]


# ---- reading -----------------------------------------------------------------------------------------------------

def read_shiviz(text: str, pattern: str = DEFAULT) -> Trace:
    """The run that a ShiViz log tells of, as a trace of steps of kind "event".

    The steps keep the order of the log as far as causes come before their effects. A log has no times: the time of a
    step is its place. Nor has it messages: an event that knows more of another host than the event before it on its
    own host had a message from the last event that it newly knows of. If there are several such hosts, it had one from
    each, except from those of which it could know by way of another.

    Args:
        text: the log; what the pattern does not match is passed over.
        pattern: a regular expression with the groups host, clock and event, in JavaScript's spelling `(?<host>...)` or
            Python's. The clock is a JSON object of hosts and whole numbers.

    Raises:
        DslabError: one sentence, with the line, if the pattern does not do or the clocks are no vector clocks.
    """
    events = _in_causal_order(_lives(_events(text, pattern)))
    nodes = dict.fromkeys(event.host for event in sorted(events, key=lambda event: event.line))
    messages, stamps = _messages(events), Stamps(list(nodes))
    stamps.steps += _steps(events, messages, stamps)
    return Trace(nodes=[NodeInfo(node, "log") for node in nodes], length=len(events), title="ShiViz log",
                 load=lambda: (stamps.steps, messages, []), end=Reason("log"))


def _events(text: str, pattern: str) -> Iterator[Event]:
    """What the pattern finds in the log, in the order of the log."""
    text = text.replace("\r\n", "\n")
    breaks = [found.start() for found in re.finditer("\n", text)]
    found = None
    for found in _expression(pattern).finditer(text):
        line = bisect_left(breaks, found.start("clock")) + 1
        host, words = found["host"] or "", (found["event"] or "").strip()
        yield Event(host, _clock(host, found["clock"], line), words, line)
    if found is None:
        raise DslabError(f"the pattern matches nothing in this log: expected events that look like {DEFAULT}")


def _expression(pattern: str) -> re.Pattern[str]:
    """The pattern as Python writes it: named groups are the one thing that JavaScript spells otherwise."""
    try:
        found = re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", pattern), re.MULTILINE)
    except re.error as problem:
        raise DslabError(f"{brief(pattern)} is no regular expression: {problem}") from None
    missing = [group for group in GROUPS if group not in found.groupindex]
    if missing:
        raise DslabError(f"the pattern has no group (?<{missing[0]}>...): it needs {', '.join(GROUPS)}")
    return found


def _clock(host: str, text: str | None, line: int) -> dict[str, int]:
    """The vector clock in a piece of JSON; entries of 0 say nothing and are left out."""
    try:
        clock = json.loads(text or "")
    except (ValueError, RecursionError):
        clock = None
    if not isinstance(clock, dict):
        raise _bad(line, f'the clock {brief(text)} is no JSON object, expected one such as {{"A": 1, "B": 2}}')
    for other, count in clock.items():
        if type(count) is not int or count < 0:
            raise _bad(line, f"the clock's entry of {other} is {brief(count)}, expected a whole number")
    if not clock.get(host):
        name = host or "a host without a name"
        raise _bad(line, f"the clock of {name} has no entry of its own.{nearest(host, clock)}")
    return {other: count for other, count in clock.items() if count}


def _lives(found: Iterator[Event]) -> dict[str, list[Event]]:
    """The events of each host in the order of its own counting, all checked: the clocks are vector clocks."""
    lives: dict[str, list[Event]] = {}
    for event in found:
        lives.setdefault(event.host, []).append(event)
    for life in lives.values():
        life.sort(key=lambda event: event.number)
        for number, event in enumerate(life, start=1):
            if event.number != number:
                raise _bad(event.line, f"{event.host}'s own entry is {event.number}, expected {number}: "
                                       "at each host it must run 1, 2, 3")
    for life in lives.values():
        for event in life:
            _check(event, lives)
    return lives


def _check(event: Event, lives: dict[str, list[Event]]) -> None:
    """An event knows only of what is in the log, and of that with all that came before it."""
    for host, count in event.clock.items():
        if host not in lives:
            raise _bad(event.line, f"the clock names the host {brief(host)}, which has no event.{nearest(host, lives)}")
        if count > len(lives[host]):
            raise _bad(event.line, f"the clock counts {count} events of {host}, but the log has {len(lives[host])}")
    for earlier in _known(event, lives):
        for host, count in earlier.clock.items():
            if event.clock.get(host, 0) < count:
                raise _bad(event.line, f"event {event.number} of {event.host} knows of event {earlier.number} of "
                                       f"{earlier.host}, but not of event {count} of {host}, which came before that")


def _known(event: Event, lives: dict[str, list[Event]]) -> list[Event]:
    """The last event of each host that an event knows of; of its own host, the one before."""
    last = {**event.clock, event.host: event.number - 1}
    return [lives[host][count - 1] for host, count in last.items() if count]


def _in_causal_order(lives: dict[str, list[Event]]) -> list[Event]:
    """All events, causes first; of those that may come next, the one that stands first in the log."""
    done: Counter[str] = Counter()
    order: list[Event] = []
    while len(order) < sum(map(len, lives.values())):
        waiting = [life[done[host]] for host, life in lives.items() if done[host] < len(life)]
        ready = [event for event in waiting
                 if all(done[host] >= count for host, count in event.clock.items() if host != event.host)]
        if not ready:
            raise _bad(waiting[0].line, f"event {waiting[0].number} of {waiting[0].host} comes before itself: "
                                        "it knows of an event that knows of it")
        order.append(min(ready, key=lambda event: event.line))
        done[order[-1].host] += 1
    return order


def _messages(events: list[Event]) -> list[Envelope]:
    """The messages that must have been, in the order in which they were sent."""
    place = {(event.host, event.number): index for index, event in enumerate(events)}
    ends = sorted((sent, received) for received, event in enumerate(events) for sent in _sources(event, events, place))
    links: Counter[str] = Counter()
    messages: list[Envelope] = []
    for sent, received in ends:
        src, dst = events[sent].host, events[received].host
        links[f"{src}->{dst}"] += 1
        name = f"{src}->{dst}#{links[f'{src}->{dst}']}"
        messages.append(Envelope(len(messages), name, src, dst, Message(), sent, float(sent), float(received),
                                 "received", received))
    return messages


def _sources(event: Event, events: list[Event], place: dict[tuple[str, int], int]) -> list[int]:
    """The places of the events that its news came from: those of which no other piece of its news knows."""
    known = events[place[event.host, event.number - 1]].clock if event.number > 1 else {}
    news = [place[host, count] for host, count in event.clock.items()
            if host != event.host and count > known.get(host, 0)]
    return [one for one in news if not any(
        events[other].clock.get(events[one].host, 0) >= events[one].number for other in news if other != one)]


def _steps(events: list[Event], messages: list[Envelope], stamps: Stamps) -> Iterator[Step]:
    """The events as steps of a trace. The cause of one that had several messages is the one sent last."""
    sent: defaultdict[int, list[Envelope]] = defaultdict(list)
    latest: dict[int | None, Envelope] = {}
    for one in messages:
        sent[one.sent].append(one)
        latest[one.ended] = one
    for place, event in enumerate(events):
        got = latest.get(place)
        yield Step(place, float(place), event.host, "event", event.text, got.sent if got else None, got,
                   tuple(sent[place]), {}, (), (), (), {}, float(place), stamps)


def _bad(line: int, sentence: str) -> DslabError:
    return DslabError(f"line {line} of the log: {sentence}")


# ---- writing -----------------------------------------------------------------------------------------------------

def to_shiviz(trace: Trace) -> str:
    """The trace as a log that ShiViz opens as it is: two lines a step, what happened, then the host and its clock.

    Steps without a vector clock are left out: those of the network, and those that no node notices. Blanks in the names
    of nodes become underscores.
    """
    hosts = _hosts(trace.nodes)
    lines: list[str] = []
    for step in trace.steps:
        if step.node is not None and step.vector is not None:
            clock = {hosts[node]: count for node, count in zip(trace.nodes, step.vector, strict=True) if count}
            lines += [_words(step, trace), f"{hosts[step.node]} {json.dumps(clock, ensure_ascii=False)}"]
    return "".join(line + "\n" for line in lines)


def _hosts(nodes: tuple[str, ...]) -> dict[str, str]:
    """A name without blanks for each node, no two alike."""
    hosts: dict[str, str] = {}
    for node in nodes:
        name = "_".join(node.split()) or "_"
        while name in hosts.values():
            name += "_"
        hosts[node] = name
    return hosts


def _words(step: Step, trace: Trace) -> str:
    """What happened, on one line; an event from a log keeps its own words."""
    words = " ".join((step.name if step.kind == "event" else trace.describe(step.index)).split()) or step.kind
    if TAKEN_FOR_A_CLOCK.match(words):          # "x {1}" would be read as the clock of a host x
        return words.replace(" ", "  ", 1)
    return words
