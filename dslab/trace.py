"""What happened, as data: a `Trace` of `Step`s, with the messages, the states, and who could have known what.

All times are ms of true time. A trace is all that views and checkers see: it comes from a simulation, a model checker,
a file or another tool, and it does not matter which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from dslab import appearance
from dslab.logical_time import Stamps
from dslab.marks import Mark
from dslab.mistakes.calls import teaching
from dslab.names import NodeSet
from dslab.reasons import CUT_SHORT, Reason
from dslab.values import DslabError, brief
from dslab.verbs import OF_MESSAGES, STATUS_AFTER

if TYPE_CHECKING:
    from dslab.node import Node
    from dslab.run import Run

VERSION = 3
OF_A_MESSAGE = ("receive", "loss", *(verb.name for verb in OF_MESSAGES))        # the kinds of steps about one message


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """A node of the cluster: its name, its protocol, and what views show of it."""

    id: str
    protocol: str
    roles: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    logs: tuple[tuple[str, str], ...] = ()      # a log, and the attribute that counts its committed entries, or ""
    marks: tuple[Mark, ...] = ()
    peers: int = 0                              # how many other nodes run its protocol


@dataclass(slots=True)
class Envelope:
    """A message on its way. `name` is its link and place on it, "A->B#3"; `sent` and `ended` are indices of steps."""

    id: int
    name: str
    src: str
    dst: str
    payload: Any
    sent: int
    departs: float
    arrives: float
    fate: str = "in flight"             # "received", "lost" or "in flight" when the run ended
    ended: int | None = None            # the step that received it or lost it; None if it was lost at sending
    why: Reason | None = None           # why it was lost; None if it was not

    @property
    def label(self) -> str:
        """What it says, in a few characters."""
        return appearance.label(self.payload)

    @property
    def look(self) -> str:
        """How views draw it: one of `dslab.appearance.LOOKS`."""
        return appearance.look(self.payload)

    @property
    def sentence(self) -> str:
        """What its sender tells its receiver by it, in plain words; empty if its class does not say."""
        return appearance.sentence(self.payload, self.src, self.dst)


@dataclass(slots=True)
class Step:
    """One thing that happened. `node` is None for what happened to the network."""

    index: int
    time: float
    node: str | None
    kind: str                           # start receive timer request crash recover pause resume loss event, or a verb
    name: str                           # the message's type, the timer's name, the script's event, the log's words
    cause: int | None                   # the step that sent the message or set the timer
    message: Envelope | None
    sent: tuple[Envelope, ...]
    timers: dict[str, float | None]     # when each timer set here will go off; None: cancelled
    outputs: tuple[tuple[Any, ...], ...]    # (name, *values)
    replies: tuple[tuple[str, Any], ...]
    notes: tuple[str, ...]
    changes: dict[str, Any]             # the attributes of the node that are new or different
    local: float                        # what the node's own clock shows
    stamps: Stamps = field(repr=False)
    request: tuple[str, str, Any] | None = None     # of a request: the client, the node it asks, and what
    cuts: tuple[tuple[str, str], ...] | None = None     # where links changed: all (sender, receiver) cut after it

    @property
    def lamport(self) -> int | None:
        """The Lamport timestamp [Lamport 1978], None for a step of the network."""
        return self.stamps.lamport[self.index]

    @property
    def vector(self) -> tuple[int, ...] | None:
        """The vector timestamp [Fidge 1988, Mattern 1989], an entry for each node, None for a step of the network."""
        return self.stamps.vector[self.index]


class Output(NamedTuple):
    """Something a node told the world with `output`."""

    step: int
    time: float
    node: str
    name: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ClientOperation:
    """A client's operation: from the step of its invocation to the step of its return (None: it never returned)."""

    client: str
    node: str
    call: Any
    invoked: int
    invoked_at: float
    returned: int | None
    returned_at: float | None
    result: Any


Loaded = tuple[list[Step], list[Envelope], list[ClientOperation]]


@teaching("simulate(Run(Raft, 3)), which makes a trace")
class Trace:
    """All that happened in a run. Steps are numbered from 0; "after step k" means just after it.

    `trace[k]` is a `Step`, `len(trace)` counts them, and a loop goes through them. Times are ms of true time.

    Attributes:
        run: the `Run` it came from; None for what was followed, read or imported.
        nodes: the names of all nodes. `infos`: their protocols, and what views show of them.
        links: the undirected links, pairs of names; None if all nodes are linked.
        end: why it ended; `str(trace.end)` says it.
        initial: node -> its attributes before the first step.
        faults: how often each kind of fault really took effect.
        unapplied: events of the script that found nothing to do, each with the reason.
        steps, messages, operations: all steps; all messages, as sent; all operations of clients, as asked.

    >>> from dslab.protocols.raft import DEMO
    >>> trace = simulate(DEMO)
    >>> trace[0].kind, trace.nodes[:3], trace.state_at(0)["A"]["role"]
    ('start', ('A', 'B', 'C'), 'follower')
    >>> Trace.from_json(trace.to_json()).to_json() == trace.to_json()
    True
    """

    def __init__(self, *, nodes: Sequence[NodeInfo], length: int, load: Callable[[], Loaded],
                 end: Reason, run: Run | None = None, title: str = "", links: Sequence[tuple[str, str]] | None = None,
                 outputs: Sequence[Output] = (), initial: Mapping[str, dict[str, Any]] | None = None,
                 faults: Mapping[str, int] | None = None, unapplied: Sequence[tuple[str, Reason]] = ()) -> None:
        self.run = run                              # the Run it came from, or None
        # Node -> class, if they are at hand.
        self.protocols: Mapping[str, type[Node]] = {} if run is None else run.protocols
        self.title = title
        self.infos: tuple[NodeInfo, ...] = tuple(nodes)
        self.nodes: tuple[str, ...] = tuple(info.id for info in nodes)
        self.links = links                          # undirected pairs, None if all are linked
        self.end = end                              # why it ended
        self.faults: dict[str, int] = dict(faults or {})    # how often each kind of fault really took effect
        self.unapplied = list(unapplied)            # (event of the script, why it did not apply)
        before = initial or {}
        self.initial = {node: dict(before.get(node, {})) for node in self.nodes}    # the states before the first step
        self._outputs = outputs
        self._length, self._load = length, load     # steps are made readable when somebody looks

    @cached_property
    def _loaded(self) -> Loaded:
        return self._load()

    @property
    def steps(self) -> list[Step]:
        """All steps, in the order in which they happened."""
        return self._loaded[0]

    @property
    def messages(self) -> list[Envelope]:
        """All messages, in the order in which they were sent."""
        return self._loaded[1]

    @property
    def operations(self) -> list[ClientOperation]:
        """The clients' operations, in the order of their invocations: the history for checkers."""
        return self._loaded[2]

    @property
    def came_to_rest(self) -> bool:
        """Did the run end because nothing was left to happen?"""
        return self.end.code == "rest"

    @property
    def was_cut_short(self) -> bool:
        """Was the run stopped by a limit, an error or its user?"""
        return self.end.code in CUT_SHORT

    def outputs(self, name: str | None = None) -> list[Output]:
        """What the nodes told the world, all of it or what has this name."""
        return [output for output in self._outputs if name is None or output.name == name]

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __getitem__(self, index: int) -> Step:
        return self.steps[self._index(index)]

    def _index(self, k: int) -> int:
        if type(k) is not int:
            part = "; a part is trace.steps[first:last]" if isinstance(k, slice) else ""
            raise DslabError(f"a step has a number, 0 for the first and -1 for the last: not {brief(k)}{part}")
        if not -len(self.steps) <= k < len(self.steps):
            raise DslabError(f"there is no step {k}: the trace has {len(self.steps)} steps, numbered from 0")
        return k % len(self.steps)

    # ---- looking things up --------------------------------------------------------------------------------------

    def state_at(self, k: int) -> dict[str, dict[str, Any]]:
        """The state of each node after step k. Of a node that is down: what it was when it crashed."""
        states: dict[str, dict[str, Any]] = {node: dict(self.initial[node]) for node in self.nodes}
        for step in self.steps[: self._index(k) + 1]:
            if step.changes and step.node is not None:
                states[step.node].update(step.changes)
        return states

    def up_at(self, k: int) -> NodeSet:
        """The nodes that are up (paused ones too) after step k."""
        down: set[str | None] = set()
        for step in self.steps[: self._index(k) + 1]:
            status = STATUS_AFTER.get(step.kind)
            if status == "down":
                down.add(step.node)
            elif status == "up":
                down.discard(step.node)
        return NodeSet(node for node in self.nodes if node not in down)

    def in_flight(self, k: int) -> list[Envelope]:
        """The messages in the network after step k. One that will be lost on its way is still in it."""
        k = self._index(k)
        now = self.steps[k].time            # a copy that the script made later has the same step of sending
        return [message for message in self.messages if message.sent <= k and message.departs <= now
                and (message.ended > k if message.ended is not None else message.fate == "in flight")]

    def causal_past(self, k: int) -> set[int]:
        """The steps that step k could have known of: those that happened before it [Lamport 1978]."""
        k = self._index(k)
        vector = self[k].vector
        if vector is None:
            return set()
        return {index for index, own, other in self._vectors() if index != k and other[own] <= vector[own]}

    def causal_future(self, k: int) -> set[int]:
        """The steps that could have known of step k."""
        k = self._index(k)
        node, vector = self[k].node, self[k].vector
        if node is None or vector is None:
            return set()
        own = self.nodes.index(node)
        return {index for index, _, other in self._vectors() if index != k and other[own] >= vector[own]}

    def _vectors(self) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """For each step that a node notices: its index, the place of its node in a vector, and its own vector."""
        place = {node: index for index, node in enumerate(self.nodes)}
        for step in self.steps:
            if step.node is not None and step.vector is not None:
                yield step.index, place[step.node], step.vector

    # ---- telling about it ---------------------------------------------------------------------------------------

    def describe(self, k: int) -> str:
        """A sentence that says what happened in step k, and why."""
        from dslab.describe import describe
        return describe(self[k])

    def table(self, *, first: int = 0, last: int | None = None) -> str:
        """The steps as a text table, a line each."""
        from dslab.describe import steps_table
        for end in (first, 0 if last is None else last):
            if type(end) is not int:
                raise DslabError(f"table(first=..., last=...) takes numbers of steps, not {brief(end)}")
        return steps_table(self.steps[first:last])

    def to_dict(self) -> dict[str, Any]:
        """The trace as JSON data, in the form that `dslab.trace_json` documents."""
        from dslab.trace_json import trace_to_dict
        return trace_to_dict(self)

    def to_json(self) -> str:
        """The trace as JSON: the same bytes for the same run."""
        from dslab.trace_json import trace_to_json
        return trace_to_json(self)

    @staticmethod
    def from_json(text: str) -> Trace:
        """The trace that `to_json` wrote; raises `DslabError`, one sentence, for anything else."""
        from dslab.trace_json import trace_from_json
        return trace_from_json(text)

    def to_html(self, path: str, *, lang: str | None = None) -> None:
        """Write one self-contained page in which the run can be stepped through, offline.

        It speaks "en", "zh" or "ja"; None takes what the environment variable DSLAB_LANG says, or else English.
        """
        # The one door from the bench to the screen.
        from dslab.player.html_export import html
        page = html(self, lang=lang)
        with open(path, "w", encoding="utf-8") as file:
            file.write(page)

    def __repr__(self) -> str:
        return f"<trace: {self.title + ', ' if self.title else ''}{len(self)} steps, {self.end}>"


