"""Traces as JSON, and back: checked before anything is built, with no pickle and no eval.

A trace file is one object: `format`, `version`, `title`, `nodes`, `links`, `initial`, `steps`, `messages`,
`operations`, `faults`, `unapplied`, `end`, and the `run` it came from. A message has a `label`, a `look` and a
`sentence` if its class gives it some; files without them can be read. Empty keys of a step are left out; steps name
messages by their index. Why it ended, a message was lost or an event did not apply is a code with its values, such as
{"code": "cut", "link": "A->B"} (`dslab.reasons`). Values that JSON lacks are objects with one key, such as
{"tuple": [1, 2]} (`dslab.values`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from math import isfinite
from typing import Any

from dslab.appearance import DECLARED, LOOKS, declared_label
from dslab.describe import describe
from dslab.logical_time import Stamps
from dslab.marks import Mark, mark_from_dict, mark_to_dict
from dslab.reasons import Reason, reason_from_dict
from dslab.run import Run
from dslab.run_json import run_from_dict, run_to_dict
from dslab.trace import OF_A_MESSAGE, VERSION, ClientOperation, Envelope, NodeInfo, Output, Step, Trace
from dslab.values import DslabError, brief, called, decode, encode, is_text
from dslab.verbs import VERBS

FORMAT = "dslab-trace"
PLAIN = LOOKS[0]
READABLE = (2, VERSION)         # 2: messages without labels
FATES = ("received", "lost", "in flight")
OF_A_NODE = {"start", "receive", "timer", "event"} | {verb.name for verb in VERBS.values() if verb.about == "node"}
TEXT, TIME, WHOLE = (str,), (int, float), (int,)
OPTIONAL = ("request", "node", "cause", "lamport", "vector", "timers", "outputs", "replies", "notes", "changes",
            "sent", "message")


def trace_to_json(trace: Trace) -> str:
    """The trace as JSON text, the same bytes for the same run."""
    return json.dumps(trace_to_dict(trace), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def trace_to_dict(trace: Trace) -> dict[str, Any]:
    """The trace as JSON data."""
    return {
        "format": FORMAT, "version": VERSION, "title": trace.title,
        "run": None if trace.run is None else run_to_dict(trace.run),
        "nodes": [_info_to_dict(info) for info in trace.infos],
        "links": None if trace.links is None else [list(pair) for pair in trace.links],
        "initial": {node: _encoded(state) for node, state in trace.initial.items()},
        "steps": [_step_to_dict(step) for step in trace.steps],
        "messages": [_message_to_dict(message) for message in trace.messages],
        "operations": [_operation_to_dict(operation) for operation in trace.operations],
        "faults": trace.faults, "unapplied": [[event, why.to_dict()] for event, why in trace.unapplied],
        "end": trace.end.to_dict(),
    }


def _step_to_dict(step: Step) -> dict[str, Any]:
    data = {
        "time": step.time, "node": step.node, "kind": step.kind, "name": step.name, "cause": step.cause,
        "message": step.message and step.message.id,
        "lamport": step.lamport, "vector": step.vector and list(step.vector),
        "sent": [message.id for message in step.sent], "timers": step.timers,
        "outputs": [[name, *map(_encode, values)] for name, *values in step.outputs],
        "replies": [[client, _encode(value)] for client, value in step.replies], "notes": list(step.notes),
        "changes": _encoded(step.changes), "request": step.request and [*step.request[:2], _encode(step.request[2])],
        "text": describe(step),
    }
    if step.local != step.time:
        data["local"] = step.local
    if step.cuts is not None:
        data["cuts"] = [list(link) for link in step.cuts]
    return {key: value for key, value in data.items()
            if key not in OPTIONAL or (value is not None and value != [] and value != {})}


def _message_to_dict(message: Envelope) -> dict[str, Any]:
    type_name, fields, *_ = _encode(message.payload)["message"]
    said = {"label": declared_label(message.payload), "look": message.look if message.look != PLAIN else "",
            "sentence": message.sentence}
    return {"name": message.name, "src": message.src, "dst": message.dst, "type": type_name, "fields": fields,
            **{key: text for key, text in said.items() if text},
            "sent": message.sent, "departs": message.departs, "arrives": message.arrives,
            "fate": message.fate, "ended": message.ended, "why": message.why and message.why.to_dict()}


def _operation_to_dict(operation: ClientOperation) -> dict[str, Any]:
    return {"client": operation.client, "node": operation.node, "call": _encode(operation.call),
            "invoked": operation.invoked, "returned": operation.returned, "result": _encode(operation.result)}


def _encode(value: Any) -> Any:
    return encode(value, label=declared_label)


def _encoded(state: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _encode(value) for name, value in state.items()}


def trace_from_json(text: str) -> Trace:
    """The trace in a text; raises `DslabError`, and loads nothing, if any part of it is not as it must be."""
    data = _parse(text)
    if data.get("format") != FORMAT:
        raise DslabError(f"not a trace: the key 'format' is {brief(data.get('format'))}, expected '{FORMAT}'")
    if data.get("version") not in READABLE:
        readable = " and ".join(map(str, READABLE))
        raise DslabError(f"the trace has version {brief(data.get('version'))}; this dslab reads versions {readable}")
    try:
        return _Reader(data).trace()
    except KeyError as problem:
        raise DslabError(f"the trace is damaged: the key {problem} is missing. Nothing is loaded") from None
    except (TypeError, ValueError, AttributeError, IndexError) as problem:
        raise DslabError(f"the trace is damaged: {type(problem).__name__}, {problem}. Nothing is loaded") from None
    except RecursionError:
        raise DslabError("the trace is nested too deeply. Nothing is loaded") from None


class _Reader:
    """Builds a trace out of JSON data, checking each part of it."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        _text(data["title"], "the title")
        self.infos = [NodeInfo(_text(one["id"], "the id of a node"), _text(one["protocol"], "the protocol of a node"),
                               tuple(one["roles"]), tuple(one["shown"]),
                               tuple(_log(pair) for pair in one.get("logs", ())),
                               tuple(_mark(mark) for mark in one.get("marks", ())),
                               _expect(one.get("peers", 0), WHOLE, "the number of peers of a node"))
                      for one in data["nodes"]]
        self.nodes = dict.fromkeys(info.id for info in self.infos)
        self.no_repeats([info.id for info in self.infos], "nodes")
        self.messages = [self.message(number, one) for number, one in enumerate(data["messages"])]
        self.no_repeats([message.name for message in self.messages], "messages")
        self.stamps = Stamps(list(self.nodes))

    def trace(self) -> Trace:
        """The whole trace, once all of it has been read."""
        data = self.data
        for number, one in enumerate(data["steps"]):
            self.stamps.steps.append(self.step(number, one))
        steps = self.stamps.steps
        outputs = [Output(step.index, step.time, step.node or "", name, tuple(values))
                   for step in steps for name, *values in step.outputs]
        operations = [self.operation(number, one) for number, one in enumerate(data["operations"])]
        pairs = None if data["links"] is None else tuple(
            (self.known(a, "a link"), self.known(b, "a link")) for a, b in data["links"])
        faults = {fault: _expect(times, WHOLE, f"the count of {fault}") for fault, times in data["faults"].items()}
        unapplied = [(_text(event, "an event"), _reason(why, "why an event did not apply"))
                     for event, why in data["unapplied"]]
        initial = {self.known(node, "the initial state"): _decoded(state) for node, state in data["initial"].items()}
        return Trace(nodes=self.infos, length=len(steps), load=lambda: (steps, self.messages, operations),
                     run=_known_run(data["run"]), title=data["title"], links=pairs,
                     end=_reason(data["end"], "the end"), outputs=outputs, faults=faults, unapplied=unapplied,
                     initial=initial)

    def message(self, number: int, one: dict[str, Any]) -> Envelope:
        """A message, with its ends and its steps."""
        where = f"message {number}"
        for end in ("src", "dst"):
            self.known(one[end], where)
        for moment in ("departs", "arrives"):
            _expect(one[moment], TIME, f"{moment} of {where}")
        for key in ("name", "type"):
            _text(one[key], f"{key} of {where}")
        if one["fate"] not in FATES:
            raise DslabError(f"the fate of {where} is {brief(one['fate'])}, expected one of {', '.join(FATES)}."
                             " Nothing is loaded")
        ended = None if one["ended"] is None else self.reference(one["ended"], "steps", f"the end of {where}")
        sent = self.reference(one["sent"], "steps", f"the sending of {where}")
        said = {key: _text(one[key], f"the {key} of {where}") for key in DECLARED if key in one}
        if said.get("look", PLAIN) not in LOOKS:
            raise DslabError(f"the look of {where} is {brief(said['look'])}, expected one of {', '.join(LOOKS)}."
                             " Nothing is loaded")
        payload = decode({"message": [one["type"], one["fields"]]})
        payload = called(payload, **said) if said else payload
        return Envelope(number, one["name"], one["src"], one["dst"], payload, sent, one["departs"], one["arrives"],
                        one["fate"], ended, None if one["why"] is None else _reason(one["why"], f"the loss of {where}"))

    def step(self, number: int, one: dict[str, Any]) -> Step:
        """A step, which must not lie before the last one and must name only what exists."""
        where = f"step {number}"
        time, node = _expect(one["time"], TIME, f"the time of {where}"), one.get("node")
        earlier = self.stamps.steps[-1].time if self.stamps.steps else time
        if time < earlier:
            raise DslabError(f"{where} of the trace is at {time} ms, before the step that precedes it ({earlier} ms)."
                             " Nothing is loaded")
        if "node" in one:
            self.known(node, where)
        elif one["kind"] in OF_A_NODE or "changes" in one:
            raise DslabError(f"{where} of the trace is a {brief(one['kind'])} at no node. Nothing is loaded")
        cause = self.reference(one["cause"], "steps", f"the cause of {where}") if "cause" in one else None
        if cause is not None and cause >= number:
            raise DslabError(f"{where} of the trace is caused by step {cause}, which is not before it."
                             " Nothing is loaded")
        if one["kind"] in OF_A_MESSAGE and "message" not in one:
            raise DslabError(f"{where} of the trace is a {one['kind']} of no message. Nothing is loaded")
        message = self.messages[self.reference(one["message"], "messages", where)] if "message" in one else None
        sent = [self.messages[self.reference(index, "messages", where)] for index in one.get("sent", ())]
        timers = {timer: due if due is None else _expect(due, TIME, f"a timer of {where}")
                  for timer, due in one.get("timers", {}).items()}
        outputs = [(_text(name, f"an output of {where}"), *map(decode, values))
                   for name, *values in one.get("outputs", ())]
        replies = [(_text(client, f"a client in {where}"), decode(value)) for client, value in one.get("replies", ())]
        notes = [_text(note, f"a note of {where}") for note in one.get("notes", ())]
        local = _expect(one.get("local", time), TIME, f"the local time of {where}")
        asked = self.asked(one["request"], where) if "request" in one else None
        cuts = tuple((self.known(a, where), self.known(b, where)) for a, b in one["cuts"]) if "cuts" in one else None
        kind, name = _text(one["kind"], f"the kind of {where}"), _text(one["name"], f"the name of {where}")
        return Step(number, time, node, kind, name, cause, message, tuple(sent), timers, tuple(outputs),
                    tuple(replies), tuple(notes), _decoded(one.get("changes", {})), local, self.stamps, asked, cuts)

    def asked(self, one: list[Any], where: str) -> tuple[str, str, Any]:
        """The client, the node and the message of a request."""
        client, node, msg = one
        return _text(client, f"the client of {where}"), self.known(node, where), decode(msg)

    def operation(self, number: int, one: dict[str, Any]) -> ClientOperation:
        """A client's operation, with the times of its two steps."""
        where, steps = f"operation {number}", self.stamps.steps
        invoked = self.reference(one["invoked"], "steps", where)
        returned = None if one["returned"] is None else self.reference(one["returned"], "steps", where)
        return ClientOperation(_text(one["client"], f"the client of {where}"), self.known(one["node"], where),
                         decode(one["call"]), invoked, steps[invoked].time, returned,
                         None if returned is None else steps[returned].time, decode(one["result"]))

    def known(self, node: Any, where: str) -> str:
        """A name that must be one of the trace's nodes."""
        if type(node) is not str or node not in self.nodes:
            raise DslabError(f"{where} of the trace names node {brief(node)}, which its header does not list."
                             " Nothing is loaded")
        return node

    def reference(self, index: Any, key: str, where: str) -> int:
        """The number of a step or a message, which must exist."""
        if type(index) is not int or not 0 <= index < len(self.data[key]):
            raise DslabError(f"{where} of the trace names number {brief(index)} of its {len(self.data[key])} {key}."
                             " Nothing is loaded")
        return index

    def no_repeats(self, names: list[str], what: str) -> None:
        """Two things with one name would be taken for each other."""
        twice = sorted({name for name, times in Counter(names).items() if times > 1})
        if twice:
            raise DslabError(f"two {what} of the trace have the name {brief(twice[0])}. Nothing is loaded")


def _info_to_dict(info: NodeInfo) -> dict[str, Any]:
    logs = {"logs": [list(pair) for pair in info.logs]} if info.logs else {}
    marks = {"marks": [mark_to_dict(mark) for mark in info.marks], "peers": info.peers} if info.marks else {}
    roles, shown = list(info.roles), list(info.shown)
    return {"id": info.id, "protocol": info.protocol, "roles": roles, "shown": shown} | logs | marks


def _log(pair: Any) -> tuple[str, str]:
    if not (isinstance(pair, list) and len(pair) == 2):
        raise DslabError(f"a log of a node in the trace is {brief(pair)}, expected two names. Nothing is loaded")
    return _text(pair[0], "a log of a node"), _text(pair[1], "the counter of a log")


def _mark(data: Any) -> Mark:
    try:
        return mark_from_dict(data)
    except DslabError as problem:
        raise DslabError(f"a mark of a node in the trace is damaged: {problem}. Nothing is loaded") from None


def _text(value: Any, what: str) -> str:
    text: str = _expect(value, TEXT, what)
    return text


def _reason(data: Any, what: str) -> Reason:
    try:
        return reason_from_dict(data)
    except DslabError as problem:
        raise DslabError(f"{what} in the trace is no reason: {problem}. Nothing is loaded") from None


def _expect(value: Any, kinds: tuple[type, ...], what: str) -> Any:
    if type(value) not in kinds or type(value) is float and not isfinite(value) or kinds is TEXT and not is_text(value):
        expected = "text" if kinds is TEXT else "a number"
        raise DslabError(f"{what} in the trace is {brief(value)}, expected {expected}. Nothing is loaded")
    return value


def _decoded(state: Mapping[str, Any]) -> dict[str, Any]:
    return {name: decode(value) for name, value in state.items()}


def _known_run(data: Any) -> Run | None:
    """The run that a trace came from, if its protocol is at hand: without it a trace can be watched, not edited."""
    try:
        return None if data is None else run_from_dict(data, {})
    except DslabError:
        return None


def _parse(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, TypeError, RecursionError) as problem:
        raise DslabError(f"not JSON: {problem}. Nothing is loaded") from None
    if not isinstance(data, dict):
        raise DslabError(f"expected a JSON object, found a {type(data).__name__}. Nothing is loaded")
    return data
