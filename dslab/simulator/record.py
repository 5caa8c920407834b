"""What a simulation writes down, and how it becomes a readable `Trace` lazily, on first access."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dslab.contract import protocol_of
from dslab.logical_time import Stamps
from dslab.reasons import Reason
from dslab.run import Run
from dslab.script import At
from dslab.simulator.hosts import Link
from dslab.trace import OF_A_MESSAGE, ClientOperation, Envelope, NodeInfo, Output, Step, Trace
from dslab.values import DslabError, brief, nearest

if TYPE_CHECKING:
    from dslab.simulator.simulate import Row

Key = tuple[Link, int | str]        # a message, by its link and its number on it: 3 for the third, "3'" for its copy


@dataclass(slots=True)
class OpenOperation:
    """A client's request while the run goes on."""

    client: str
    node: str
    msg: Any
    invoked: int
    returned: int | None = None
    result: Any = None


class Record:
    """The notes of one simulation."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.steps: list[Row] = []                    # what happened
        self.caused: list[Row] = []                   # what was sent, set or cancelled; its cause is the step
        self.doubled: dict[int, Row] = {}             # step of the script -> the copy that it made of a message
        self.said: dict[int, list[tuple[Any, ...]]] = {}     # step -> its outputs, replies and notes, as effects
        self.changes: list[tuple[Any, ...]] = []        # (step, name, new value, name, new value, ...)
        self.outputs: list[Output] = []
        self.faults: Counter[str] = Counter()           # how often each kind of fault took effect
        self.unapplied: list[tuple[str, Reason]] = []      # event of the script -> why it did not apply
        self.fates: dict[Key, tuple[Reason, int | None]] = {}   # message -> why it was lost, and in which step
        self.moved: dict[Key, int] = {}                 # message -> a new time of arrival, µs
        self.copies: Counter[Key] = Counter()           # message -> how often it was doubled
        self.local: dict[int, int] = {}                 # step -> the node's own clock, µs, where it may differ
        self.cuts: dict[int, tuple[tuple[str, str], ...]] = {}      # step -> the links cut after it, where they changed
        self.calls: list[OpenOperation] = []
        self.initial: dict[str, dict[str, Any]] = {}    # the nodes' states before the first step
        self.end: Reason | None = None

    # ---- while it goes on ------------------------------------------------------------------------------------------

    def copy(self, link: Link, number: int | str) -> str:
        """The number of one more copy of a message: 3' for the first copy of the third, then 3''."""
        original = int(str(number).rstrip("'"))
        self.copies[link, original] += 1
        return str(original) + "'" * self.copies[link, original]

    def invoke(self, client: str, node: str, msg: Any) -> int:
        """A client's request, made in the step that comes next; returns its number."""
        self.calls.append(OpenOperation(client, node, msg, len(self.steps)))
        return len(self.calls) - 1

    def waits(self, client: str) -> bool:
        """Has the client a request that was not answered yet?"""
        return any(call.client == client and call.returned is None for call in self.calls)

    def respond(self, client: str, result: Any) -> None:
        """The step that comes next answers the client's open request, if it has one."""
        for call in self.calls:
            if call.client == client and call.returned is None:
                call.returned, call.result = len(self.steps), result
                return
        clients = [call.client for call in self.calls]
        if client not in clients:
            asked = ", ".join(clients) or "nobody did"
            raise DslabError(f"reply to {brief(client)}, which never made a request ({asked})."
                             + nearest(str(client), clients))

    def did_not_apply(self, event: At, why: Reason) -> None:
        """An event of the script did not apply."""
        self.unapplied.append((repr(event), why))

    def roll_back(self) -> None:
        """Undo the partial record of a step whose handler raised an exception."""
        done = len(self.steps)
        self.outputs[:] = [output for output in self.outputs if output.step < done]
        self.calls = [call for call in self.calls if call.invoked < done]
        for call in self.calls:
            if call.returned is not None and call.returned >= done:
                call.returned = call.result = None

    # ---- afterwards ------------------------------------------------------------------------------------------------

    def trace(self) -> Trace:
        """The trace; its steps are made readable on first access."""
        run = self.run
        assert self.end is not None, "a run that becomes a trace is over"
        kinds = Counter(map(protocol_of, run.protocols.values()))
        infos = [NodeInfo(name, cls.__name__, cls.roles, cls.shown, cls.logs, cls.marks, kinds[protocol_of(cls)] - 1)
                 for name, cls in run.protocols.items()]
        faults = {fault: times for fault, times in sorted(self.faults.items()) if times}
        return Trace(nodes=infos, length=len(self.steps), load=self.load, run=run, title=run.title, links=run.topology,
                     end=self.end, initial=self.initial, outputs=self.outputs, faults=faults, unapplied=self.unapplied)

    def load(self) -> tuple[list[Step], list[Envelope], list[ClientOperation]]:
        """The readable steps, messages and operations."""
        messages: list[Envelope] = []
        by_key: dict[Key, Envelope] = {}
        stamps = Stamps(self.run.nodes)
        changes = {step: dict(zip(changed[::2], changed[1::2], strict=True)) for step, *changed in self.changes}
        caused: dict[int | None, list[Row]] = defaultdict(list)
        for entry in self.caused:
            *_, cause = entry
            caused[cause].append(entry)
        for index, entry in enumerate(self.steps):
            changed = changes.get(index, {})
            stamps.steps.append(self.step(index, entry, caused[index], changed, stamps, messages, by_key))
        times = [step.time for step in stamps.steps]
        operations = [
            ClientOperation(call.client, call.node, call.msg, call.invoked, times[call.invoked], call.returned,
                            None if call.returned is None else times[call.returned], call.result)
            for call in self.calls]
        return stamps.steps, messages, operations

    def step(self, index: int, entry: Row, caused: list[Row], changes: dict[str, Any], stamps: Stamps,
             messages: list[Envelope], by_key: dict[Key, Envelope]) -> Step:
        """One readable step, with the messages that it sent added to `messages`."""
        time, _, kind, place, what, number, cause = entry
        message = by_key[place, number] if kind in OF_A_MESSAGE else None
        if message is not None and kind == "receive":
            message.fate, message.ended, message.arrives = "received", index, time / 1000
        made = caused if index not in self.doubled else [self.doubled[index]]
        sent = tuple(self.envelope(one, time, messages, by_key) for one in made if kind_of(one) == "receive")
        timers = {name: due / 1000 if kind == "timer" else None
                  for due, _, kind, _, name, _, _ in caused if kind != "receive"}
        said = self.said.get(index, ())
        node = place.host.name if kind == "receive" else None if message is not None or place is None else place.name
        return Step(index, time / 1000, node, kind, _name(kind, what, message), cause, message, sent, timers,
                    tuple((effect[1], *effect[2]) for effect in said if effect[0] == "output"),
                    tuple(effect[1:] for effect in said if effect[0] == "reply"),
                    tuple(effect[1] for effect in said if effect[0] == "note"),
                    changes, self.local.get(index, time) / 1000, stamps,
                    self.asked(number) if kind == "request" else None, self.cuts.get(index))

    def asked(self, number: int) -> tuple[str, str, Any]:
        """Who asks whom for what in a request."""
        call = self.calls[number]
        return call.client, call.node, call.msg

    def envelope(self, entry: Row, now: int, messages: list[Envelope], by_key: dict[Key, Envelope]) -> Envelope:
        """The readable form of a message that a step sent."""
        arrival, _, _, link, payload, number, cause = entry
        key = (link, number)
        assert cause is not None, "each message was sent by a step"
        message = Envelope(len(messages), f"{link.name}#{number}", link.src, link.host.name, payload, cause, now / 1000,
                           self.moved.get(key, arrival) / 1000)
        if key in self.fates:
            message.fate = "lost"
            message.why, message.ended = self.fates[key]
        by_key[key] = message
        messages.append(message)
        return message


def kind_of(entry: Row) -> str:
    """The kind of an entry that is a plain tuple."""
    _, _, kind, *_ = entry
    return kind


def _name(kind: str, what: Any, message: Envelope | None) -> str:
    if message is not None:
        return type(message.payload).__name__
    if kind == "request":
        return type(what.action.args[1]).__name__
    if kind == "timer":
        return str(what)
    return repr(what.action) if what is not None else ""
