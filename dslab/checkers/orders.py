"""The ordering properties of broadcast, judged on a trace, with the two events that are in conflict.

    verdict = causal(trace)
    verdict.events          # the broadcast that was overtaken, and the delivery that came too early

They apply to every protocol that outputs ("broadcast", sender, number, ...) and ("deliver", sender, number, ...), where
sender and number identify a message, and to traces from logs. (The properties in a protocol's own file are functions of
a `World`, for the model checker.) The definitions are those of Hadzilacos and Toueg, "A modular approach to
fault-tolerant broadcasts" (1994). A node is correct if it is up at the end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dslab.properties import Promise, Verdict
from dslab.reasons import Reason
from dslab.trace import Output, Trace
from dslab.values import DslabError, brief

Id = tuple[Any, ...]                            # a message: its sender and its number
Conflict = tuple[str, tuple[Output, ...]]       # a sentence, and the events in conflict
Check = Callable[[Trace], Verdict]


@dataclass(frozen=True, repr=False)
class OrderVerdict(Verdict):
    """A verdict with the outputs that are in conflict, the earlier one first; none while nothing is broken."""

    events: tuple[Output, ...] = ()


def fifo(trace: Trace) -> OrderVerdict:
    """FIFO order: before a message, a node delivers all earlier broadcasts of its sender."""
    return _at_every_step(trace, "FIFO order", fifo, _overtaken(trace, through_others=False))


def causal(trace: Trace) -> OrderVerdict:
    """Causal order: before a message, a node delivers all whose broadcast happened before its broadcast.

    "Happened before" is the relation of the application's events, broadcasts and deliveries, and uses no timestamp of
    the protocol. A message that is received and still held back is not yet in it.
    """
    return _at_every_step(trace, "causal order", causal, _overtaken(trace, through_others=True))


def total_order(trace: Trace) -> OrderVerdict:
    """Total order: of two nodes' sequences of deliveries, one is a prefix of the other."""
    order: list[Output] = []
    place: Counter[str] = Counter()
    conflict = None
    for output in _events(trace, "deliver"):
        number = place[output.node] = place[output.node] + 1
        if number > len(order):
            order.append(output)
        elif _id(output) != _id(order[number - 1]):
            first = order[number - 1]
            conflict = f"as number {number}, {_event(first)}, but {_event(output)}", (first, output)
            break
    return _at_every_step(trace, "total order", total_order, conflict)


def integrity(trace: Trace) -> OrderVerdict:
    """Integrity: a node delivers a message at most once, and only if it was broadcast before."""
    return _at_every_step(trace, "integrity", integrity, _unheard_of(trace))


def agreement(trace: Trace) -> OrderVerdict:
    """Agreement: what one correct node delivers, all correct nodes eventually deliver."""
    up, got = _up(trace), _delivered(trace)
    lacking = ((output, node) for output in _events(trace, "deliver") if output.node in up
               for node in trace.nodes if node in up and _id(output) not in got[node])
    return _in_the_end(trace, "agreement", agreement, lacking)


def validity(trace: Trace) -> OrderVerdict:
    """Validity: a correct node eventually delivers what it broadcasts."""
    up, got = _up(trace), _delivered(trace)
    lacking = ((output, output.node) for output in _events(trace, "broadcast")
               if output.node in up and _id(output) not in got[output.node])
    return _in_the_end(trace, "validity", validity, lacking)


# ---- conflicts -------------------------------------------------------------------------------------------------------

def _overtaken(trace: Trace, *, through_others: bool) -> Conflict | None:
    """The first delivery that comes before that of a message which precedes it."""
    heard: defaultdict[str, set[Id]] = defaultdict(set)     # node -> the messages that precede its next broadcast
    got: defaultdict[str, set[Id]] = defaultdict(set)       # node -> the messages that it delivered
    past: dict[Id, frozenset[Id]] = {}                      # message -> the messages that precede it
    first: dict[Id, Output] = {}                            # message -> the first output about it
    for output in _events(trace, "broadcast", "deliver"):
        node, id = output.node, _id(output)
        first.setdefault(id, output)
        if output.name == "broadcast":
            past[id] = frozenset(heard[node])
        else:
            missing = past.get(id, frozenset()) - got[node] - {id}
            if missing:
                cause = next(first[other] for other in first if other in missing)
                return f"{_event(output)}, but not yet {_name(cause)}, which precedes it (step {cause.step})", (
                    cause, output)
            got[node].add(id)
        if output.name == "broadcast" or through_others:
            heard[node].add(id)
    return None


def _unheard_of(trace: Trace) -> Conflict | None:
    """The first delivery that is a duplicate, or that matches no broadcast."""
    sent: dict[Id, Output] = {}
    got: dict[tuple[str, Id], Output] = {}
    for output in _events(trace, "broadcast", "deliver"):
        id = _id(output)
        if output.name == "broadcast":
            sent.setdefault(id, output)
        elif (output.node, id) in got:
            return f"{_event(output)} again, after step {got[output.node, id].step}", (got[output.node, id], output)
        elif id not in sent:
            return f"{_event(output)}, which no node broadcast", (output,)
        elif sent[id].values != output.values or sent[id].node != id[0]:
            return f"{_event(output)} as {_content(output)}, but {_event(sent[id])} as {_content(sent[id])}", (
                sent[id], output)
        else:
            got[output.node, id] = output
    return None


def _delivered(trace: Trace) -> dict[str, set[Id]]:
    got: dict[str, set[Id]] = {node: set() for node in trace.nodes}
    for output in _events(trace, "deliver"):
        got[output.node].add(_id(output))
    return got


def _up(trace: Trace) -> frozenset[str]:
    return trace.up_at(-1) if len(trace) else frozenset(trace.nodes)


# ---- the verdict -----------------------------------------------------------------------------------------------------

def _at_every_step(trace: Trace, name: str, check: Check, conflict: Conflict | None) -> OrderVerdict:
    """The verdict on a safety property: it holds only for a complete trace with broadcasts or deliveries in it."""
    promise = Promise("always", name, check)
    if conflict:
        sentence, events = conflict
        return OrderVerdict(promise, "broken", events[-1].step, sentence, trace, events)
    why = _nothing_said(trace) or (Reason("stopped", end=trace.end) if trace.was_cut_short else "")
    return OrderVerdict(promise, "not decided" if why else "holds", None, why, trace)


def _in_the_end(trace: Trace, name: str, check: Check, lacking: Iterator[tuple[Output, str]]) -> OrderVerdict:
    """The verdict on a liveness property: it is broken only if nothing is left to happen."""
    promise = Promise("in the end", name, check)
    why = _nothing_said(trace) or _unsettled(trace)
    if why:
        return OrderVerdict(promise, "not decided", None, why, trace)
    output, node = next(lacking, (None, None))
    if output is None:
        return OrderVerdict(promise, "holds", None, "", trace)
    return OrderVerdict(promise, "broken", len(trace) - 1, f"{_event(output)}, and {node} never delivers it", trace,
                        (output,))


def _nothing_said(trace: Trace) -> str:
    return "" if _events(trace, "broadcast", "deliver") else "nothing is broadcast or delivered in this trace"


def _unsettled(trace: Trace) -> str | Reason:
    """What may still happen after the end of the trace; empty if nothing."""
    coming = trace.in_flight(-1) if len(trace) else []
    if coming:
        return f"{coming[0].name} is still in flight"
    return "" if trace.came_to_rest else Reason("no rest", end=trace.end)


# ---- reading and naming events ---------------------------------------------------------------------------------------

def _events(trace: Trace, *names: str) -> list[Output]:
    """The outputs with these names, in the order in which they happened."""
    found = [output for output in trace.outputs() if output.name in names]
    for output in found:
        if len(output.values) < 2:
            raise DslabError(f"{output.node} outputs {output.name!r} with {brief(output.values)} in step {output.step}:"
                             " expected the sender and its count of messages first")
    return found


def _id(output: Output) -> Id:
    return output.values[:2]


def _content(output: Output) -> str:
    return ", ".join(brief(value) for value in output.values[2:]) or "nothing"


def _name(output: Output) -> str:
    sender, number = _id(output)
    return f"message {number} of {sender}"


def _event(output: Output) -> str:
    """C delivers message 2 of A (step 9)."""
    verb = "delivers" if output.name == "deliver" else "broadcasts"
    return f"{output.node} {verb} {_name(output)} (step {output.step})"
