"""Traces as JSON, and back: checked before anything is built, with no pickle and no eval.

A trace file is one object: `format`, `version`, `title`, `nodes`, `links`, `initial`, `steps`, `messages`,
`operations`, `faults`, `unapplied`, `end`, and the `run` it came from. Empty keys of a step are left out; steps name
messages by their index. Values that JSON lacks are objects with one key, such as {"tuple": [1, 2]} (`dslab.values`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dslab.narrate import describe
from dslab.run import Run
from dslab.run_file import run_from_dict, run_to_dict
from dslab.trace import VERSION, Envelope, NodeInfo, Operation, Output, Stamps, Step, Trace
from dslab.values import DslabError, brief, decode, encode

FORMAT = "dslab-trace"
OPTIONAL = ("node", "cause", "lamport", "vector", "timers", "outputs", "replies", "notes", "changes", "sent", "message")


# ---- traces ----------------------------------------------------------------------------------------------------------

def trace_to_json(trace: Trace) -> str:
    """The trace as JSON text, the same bytes for the same run."""
    return json.dumps(trace_to_dict(trace), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def trace_to_dict(trace: Trace) -> dict[str, Any]:
    """The trace as JSON data."""
    return {
        "format": FORMAT, "version": VERSION, "title": trace.title,
        "run": None if trace.run is None else run_to_dict(trace.run),
        "nodes": [{"id": info.id, "protocol": info.protocol, "roles": list(info.roles), "shown": list(info.shown)} for info in trace.infos],
        "links": None if trace.links is None else [list(pair) for pair in trace.links],
        "initial": {node: _encoded(state) for node, state in trace.initial.items()},
        "steps": [_step_to_dict(step) for step in trace.steps],
        "messages": [_message_to_dict(message) for message in trace.messages],
        "operations": [_operation_to_dict(operation) for operation in trace.operations],
        "faults": trace.faults, "unapplied": [list(pair) for pair in trace.unapplied], "end": trace.end,
    }


def _step_to_dict(step: Step) -> dict[str, Any]:
    data = {
        "time": step.time, "node": step.node, "kind": step.kind, "name": step.name, "cause": step.cause,
        "message": step.message and step.message.id, "lamport": step.lamport, "vector": step.vector and list(step.vector),
        "sent": [message.id for message in step.sent], "timers": step.timers, "outputs": [[name, *map(encode, values)] for name, *values in step.outputs],
        "replies": [[client, encode(value)] for client, value in step.replies], "notes": list(step.notes),
        "changes": _encoded(step.changes), "text": describe(step),
    }
    if step.local != step.time:
        data["local"] = step.local
    return {key: value for key, value in data.items() if key not in OPTIONAL or (value is not None and value != [] and value != {})}


def _message_to_dict(message: Envelope) -> dict[str, Any]:
    type_name, fields = encode(message.payload)["message"]
    return {"name": message.name, "src": message.src, "dst": message.dst, "type": type_name, "fields": fields, "sent": message.sent,
            "departs": message.departs, "arrives": message.arrives, "fate": message.fate, "ended": message.ended, "why": message.why}


def _operation_to_dict(operation: Operation) -> dict[str, Any]:
    return {"client": operation.client, "node": operation.node, "call": encode(operation.call), "invoked": operation.invoked,
            "returned": operation.returned, "result": encode(operation.result)}


def _encoded(state: Mapping[str, Any]) -> dict[str, Any]:
    return {name: encode(value) for name, value in state.items()}


def trace_from_json(text: str) -> Trace:
    """The trace in a text; raises `DslabError`, and loads nothing, if any part of it is not as it must be."""
    data = _parse(text)
    if data.get("format") != FORMAT:
        raise DslabError(f"not a trace: the key 'format' is {brief(data.get('format'))}, expected '{FORMAT}'")
    if data.get("version") != VERSION:
        raise DslabError(f"the trace has version {brief(data.get('version'))}; this dslab reads version {VERSION}")
    try:
        return _Reader(data).trace()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as problem:
        raise DslabError(f"the trace is damaged: {type(problem).__name__} {problem}. Nothing is loaded") from None
    except RecursionError:
        raise DslabError("the trace is nested too deeply. Nothing is loaded") from None


class _Reader:
    """Builds a trace out of JSON data, checking each reference."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.infos = [NodeInfo(one["id"], one["protocol"], tuple(one["roles"]), tuple(one["shown"])) for one in data["nodes"]]
        self.nodes = [info.id for info in self.infos]
        if len(set(self.nodes)) < len(self.nodes):
            raise DslabError("two nodes of the trace have the same name. Nothing is loaded")
        self.messages = [self.message(number, one) for number, one in enumerate(data["messages"])]
        self.stamps = Stamps(self.nodes)

    def trace(self) -> Trace:
        data = self.data
        for number, one in enumerate(data["steps"]):
            self.stamps.steps.append(self.step(number, one))
        steps = self.stamps.steps
        outputs = [Output(step.index, step.time, step.node or "", name, tuple(values)) for step in steps for name, *values in step.outputs]
        operations = [Operation(one["client"], one["node"], decode(one["call"]), one["invoked"], steps[one["invoked"]].time, one["returned"],
                                None if one["returned"] is None else steps[one["returned"]].time, decode(one["result"]))
                      for one in data["operations"]]
        links = None if data["links"] is None else tuple((a, b) for a, b in data["links"])
        return Trace(nodes=self.infos, length=len(steps), load=lambda: (steps, self.messages, operations), run=_known_run(data["run"]), title=data["title"],
                     links=links, end=data["end"], outputs=outputs, faults=data["faults"], unapplied=[tuple(pair) for pair in data["unapplied"]],
                     initial={node: _decoded(state) for node, state in data["initial"].items()})

    def message(self, number: int, one: dict) -> Envelope:
        for end in ("src", "dst"):
            self.check(one[end], f"message {number}")
        payload = decode({"message": [one["type"], one["fields"]]})
        return Envelope(number, one["name"], one["src"], one["dst"], payload, one["sent"], one["departs"], one["arrives"], one["fate"],
                        one["ended"], one["why"])

    def step(self, number: int, one: dict) -> Step:
        earlier = self.stamps.steps[-1].time if self.stamps.steps else 0.0
        if one["time"] < earlier:
            raise DslabError(f"step {number} of the trace is at {one['time']} ms, before the step that precedes it ({earlier} ms). Nothing is loaded")
        if "node" in one:
            self.check(one["node"], f"step {number}")
        if not 0 <= one.get("cause", 0) < max(number, 1):
            raise DslabError(f"step {number} of the trace is caused by step {one['cause']}, which is not before it. Nothing is loaded")
        return Step(number, one["time"], one.get("node"), one["kind"], one["name"], one.get("cause"),
                    self.messages[one["message"]] if "message" in one else None, tuple(self.messages[sent] for sent in one.get("sent", ())),
                    dict(one.get("timers", {})), tuple((name, *map(decode, values)) for name, *values in one.get("outputs", ())),
                    tuple((client, decode(value)) for client, value in one.get("replies", ())), tuple(one.get("notes", ())),
                    _decoded(one.get("changes", {})), one.get("local", one["time"]), self.stamps)

    def check(self, node: str, where: str) -> None:
        if node not in self.nodes:
            raise DslabError(f"{where} of the trace names node {brief(node)}, which its header does not list. Nothing is loaded")


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
