"""A run as a value: which protocol runs on which nodes and network, and what happens to it when.

    run = Run(Raft, 5, script=[at(500, crash("A")), at(900, recover("A"))], seed=7)

The same run always gives the same trace. Edit it with `run.replace(seed=8)` and `run.plus(at(700, heal()))`. Times are
milliseconds of true time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, NoReturn, TypedDict, Unpack

from dslab.contract import check_protocol
from dslab.mistakes.calls import teaching
from dslab.network import Network
from dslab.node import Node
from dslab.script import Action, At
from dslab.topology import Topology, names_of, pairs_of, with_edges
from dslab.values import MOST_BITS, DslabError, brief, hint, is_text, is_time, nearest, show, snapshot

MOST_NODES = 10_000             # each knows all others: more would not fit into the memory
NOTHING: Mapping[str, Any] = MappingProxyType({})


@teaching("Limits(steps=10_000)")
@dataclass(frozen=True, kw_only=True)
class Limits:
    """Where a run is stopped, so that no mistake can make it endless. The trace's `end` says so.

    Args:
        steps: in all.
        at_once: events at one and the same moment: more, and nodes answer each other without end.
        in_flight: messages and timers that wait, at one moment.

    >>> Limits(steps=500)
    Limits(steps=500, at_once=10000, in_flight=100000)
    """

    steps: int = 100_000            # steps in all
    at_once: int = 10_000           # events at one and the same moment
    in_flight: int = 100_000        # messages and timers that wait

    def __post_init__(self) -> None:
        for one in fields(self):
            most = getattr(self, one.name)
            if type(most) is not int or most < 0:
                raise DslabError(f"the limit {one.name}={brief(most)}: expected a whole number, at least 0{hint(most)}")


class Changes(TypedDict, total=False):
    """The arguments of `Run`, any of which `replace` replaces."""

    protocol: type[Node] | Mapping[str, type[Node]]
    nodes: int | Iterable[str]
    network: Network | None
    script: Iterable[At]
    seed: int
    duration: float
    until: str
    topology: Topology | None
    initial: Mapping[str, Mapping[str, Any]]
    title: str
    limits: Limits | None


@teaching("Run(Raft, 5, seed=7)")
@dataclass(frozen=True, init=False, repr=False, slots=True)
class Run:
    """Everything that decides what will happen, as plain data.

    Args:
        protocol: a subclass of `Node`, or a dict from node name to class when nodes differ (clients, a traitor).
        nodes: how many (they are called A, B, C, ... or N1, N2, ... beyond 26), or their names; or a networkx graph,
            which is the topology as well.
        network: latency, loss, duplication and order of the links.
        script: what is done to the run, such as `[at(500, crash("A"))]`.
        seed: decides all that is random.
        duration: the run ends after this many ms.
        until: the run ends with the first output of this name.
        topology: the undirected links: a networkx graph or pairs of names; None links all nodes with all. Attributes
            `latency` (a number is ms), `loss` and the like of a graph's edges become exceptions of the network.
        initial: attributes that start otherwise than `init` says, such as `{"A": {"term": 8}}`. They hold for the
            first start only: a node that recovers from a crash has what was on its disk, and the rest from `init`.
        title: what views write above the run.
        limits: where a run that would not end is stopped.

    Raises:
        DslabError: one sentence, if the parts do not fit together.

    >>> from dslab.protocols.raft import Raft
    >>> run = Run(Raft, 3, script=[at(500, crash("A"))], seed=7)
    >>> run.replace(seed=8).plus(at(900, recover("A"))).script
    (at(500, crash('A')), at(900, recover('A')))
    """

    protocols: Mapping[str, type[Node]]             # node -> its class
    nodes: tuple[str, ...]
    network: Network
    script: tuple[At, ...]
    seed: int
    duration: float                                 # ms
    until: str
    topology: tuple[tuple[str, str], ...] | None
    initial: Mapping[str, Mapping[str, Any]]        # node -> attribute -> value
    title: str
    limits: Limits

    def __init__(self, protocol: type[Node] | Mapping[str, type[Node]], nodes: int | Iterable[str] = 3, *,
                 network: Network | None = None, script: Iterable[At] = (), seed: int = 0, duration: float = 1000.0,
                 until: str = "", topology: Topology | None = None,
                 initial: Mapping[str, Mapping[str, Any]] = NOTHING, title: str = "",
                 limits: Limits | None = None) -> None:
        if hasattr(nodes, "is_directed"):               # a graph: its nodes, and, unless others are given, its links
            nodes, topology = names_of(nodes), nodes if topology is None else topology
        protocols = _protocols(protocol, nodes)
        parts = {
            "protocols": protocols, "nodes": node_names(protocols),
            "network": with_edges(Network() if network is None else network, topology),
            "script": tuple(script) if isinstance(script, Iterable) and not isinstance(script, str) else (script,),
            "seed": seed,
            "duration": duration, "until": until, "topology": None if topology is None else pairs_of(topology),
            "initial": _states(initial), "title": title, "limits": Limits() if limits is None else limits,
        }
        for name, part in parts.items():
            object.__setattr__(self, name, part)        # what is frozen is filled in so, once
        self._check()

    def _check(self) -> None:
        for cls in dict.fromkeys(self.protocols.values()):
            check_protocol(cls)
        for name, kind in (("network", Network), ("limits", Limits), ("until", str), ("title", str)):
            if not isinstance(getattr(self, name), kind):
                raise DslabError(f"{name} is a {kind.__name__}, not {brief(getattr(self, name))}")
        for name in ("until", "title"):
            if not is_text(getattr(self, name)):
                raise DslabError(f"{name}={getattr(self, name)!r} holds half a character (a lone surrogate), which no"
                                 " file can hold: leave it out")
        if type(self.seed) is not int:
            raise DslabError(f"a seed is a whole number, not {brief(self.seed)}{hint(self.seed)}")
        if self.seed.bit_length() > MOST_BITS:
            raise DslabError(f"a seed is a whole number of at most 600 digits, not {brief(self.seed)}")
        if not is_time(self.duration):
            raise DslabError(f"a duration is a number of ms, at least 0, not {brief(self.duration)}"
                             f"{hint(self.duration)}")
        for site, nodes in self.network.sites.items():
            self._check_names(nodes, f"the site {site}")
        for pair in (*(self.topology or ()), *self.network.links):
            self._check_names(pair, "a link")
            if pair[0] == pair[1]:
                raise DslabError(f"a link joins {pair[0]} to itself: a node needs no link to itself")
        self._check_names(self.initial, "the initial state")
        for event in self.script:
            if not isinstance(event, At):
                found = f"{event!r}, which has no moment" if isinstance(event, Action) else brief(event)
                raise DslabError(f'a script is a list of events such as at(500, crash("A")), not {found}')
            self._check_names(event.action.nodes(), repr(event))

    def _check_names(self, names: Iterable[str], where: str) -> None:
        for name in names:
            if name not in self.protocols:
                raise DslabError(f"{where} names {brief(name)}, which is not in this cluster ({', '.join(self.nodes)})."
                                 + nearest(str(name), self.nodes))

    @teaching("run.replace(seed=3)", method=True)
    def replace(self, **changes: Unpack[Changes]) -> Run:
        """This run with some arguments replaced: `run.replace(seed=3)`."""
        now = self._arguments()
        for name in changes:
            if name not in now:
                raise DslabError(f"a Run has no argument {name!r}.{nearest(name, now)}")
        if "nodes" in changes and "protocol" not in changes:
            classes = set(self.protocols.values())
            if len(classes) != 1:
                raise DslabError("these nodes differ in protocol: change them by replace(protocol={name: class})")
            now["protocol"] = classes.pop()
        now.update(changes)
        return Run(**now)

    @teaching('run.plus(at(500, crash("A")))', method=True)
    def plus(self, *events: At) -> Run:
        """This run with events added to its script, which stays in the order of time."""
        for event in events:
            if not isinstance(event, At):
                found = f"{event!r}, which has no moment" if isinstance(event, Action) else brief(event)
                raise DslabError(f'plus takes events, one by one, such as run.plus(at(500, crash("A"))), not {found}')
        return self.replace(script=sorted((*self.script, *events), key=lambda event: event.time))

    def _arguments(self) -> dict[str, Any]:
        """What `Run` was called with, and what it was not."""
        return {"protocol": self.protocols, "nodes": self.nodes} | {name: getattr(self, name) for name in ARGUMENTS}

    def code(self) -> str:
        """Python code that makes this run again (after the imports of its protocol)."""
        lines = [self._code_of_protocol(), *(f"{name}={value}" for name, value in self._unusual())]
        return "Run(" + ",\n    ".join(lines) + ")"

    def _code_of_protocol(self) -> str:
        classes = list(self.protocols.values())
        if len(set(classes)) > 1 or not classes:
            return "{" + ", ".join(f"{node!r}: {cls.__name__}" for node, cls in self.protocols.items()) + "}"
        counted = self.nodes == node_names(len(self.nodes))
        return f"{classes[0].__name__}, {len(self.nodes) if counted else repr(self.nodes)}"

    def _unusual(self) -> Iterable[tuple[str, str]]:
        for name, usual in ARGUMENTS.items():
            value = getattr(self, name)
            if name == "script" and value:
                yield name, "[" + "".join(f"\n        {event!r}," for event in value) + "\n    ]"
            elif value != usual:
                yield name, show(value) if name == "initial" else repr(value)

    def to_json(self) -> str:
        """This run as JSON; `Run.from_json` reads it back."""
        # The reader imports Run, so this cannot stand at the top.
        from dslab.run_json import run_to_json
        return run_to_json(self)

    @staticmethod
    def from_json(text: str, *, classes: Mapping[str, type] = NOTHING) -> Run:
        """The run that `to_json` wrote. `classes` names protocol and message classes that cannot be found otherwise."""
        from dslab.run_json import run_from_json
        return run_from_json(text, classes)

    def __hash__(self) -> int:
        return hash((self.nodes, self.seed, self.script))

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, pickled or deep, is made anew: a value that does not change cannot be filled in later."""
        return _made_of, (self._arguments(),)

    def __repr__(self) -> str:
        return self.code()


def _refuse_change(run: Run, name: str, value: object) -> NoReturn:
    raise DslabError(f"a run is a value and does not change: use run.replace({name}=...)")


# A frozen dataclass may not define this itself; what Python's says does not name the way out.
type.__setattr__(Run, "__setattr__", _refuse_change)


def _made_of(arguments: dict[str, Any]) -> Run:
    return Run(**arguments)


ARGUMENTS: Mapping[str, Any] = {"network": Network(), "script": (), "seed": 0, "duration": 1000.0, "until": "",
                                "topology": None, "initial": {}, "title": "", "limits": Limits()}


def _protocols(protocol: Any, nodes: Any) -> dict[str, Any]:
    if isinstance(protocol, Mapping):
        return dict(protocol)
    if isinstance(nodes, type):
        raise DslabError(f"Run({brief(protocol)}, {nodes.__name__}): the protocol comes first, then the nodes, as in"
                         f" Run({nodes.__name__}, 3)")
    if isinstance(protocol, (list, tuple, set)):
        raise DslabError(f"a protocol is a class, or a dict from node to class such as {{'A': Raft, 'B': Raft}}, not a"
                         f" {type(protocol).__name__}")
    return dict.fromkeys(node_names(nodes), protocol)


def _states(initial: Any) -> dict[str, dict[str, Any]]:
    for state in (initial, *initial.values()) if isinstance(initial, Mapping) else (initial,):
        if not (isinstance(state, Mapping) and all(isinstance(name, str) for name in state)):
            raise DslabError(f"initial names attributes by node, such as {{'A': {{'term': 8}}}}, found {brief(state)}")
    return {node: snapshot(dict(state)) for node, state in initial.items()}


def node_names(nodes: int | Iterable[str]) -> tuple[str, ...]:
    """A, B, C, ... for a number up to 26, N1, N2, ... beyond; names stay as they are."""
    if type(nodes) is int:
        if not 0 <= nodes <= MOST_NODES:
            bound = f"at least 0 nodes, not {brief(nodes)}" if nodes < 0 else f"at most {MOST_NODES:,} nodes"
            raise DslabError(f"a cluster has {bound}")
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        return tuple(letters[:nodes]) if nodes <= 26 else tuple(f"N{i}" for i in range(1, nodes + 1))
    names: tuple[Any, ...] = tuple(nodes) if isinstance(nodes, Iterable) and not isinstance(nodes, str) else (nodes,)
    for name in names:
        if not is_text(name) or not name:
            raise DslabError(f"nodes is a number or a list of names, found {brief(name)}{hint(name)}")
        if nodes == name and name.isdecimal():
            raise DslabError(f"nodes={name!r}: write the number without quotes, nodes={name}")
        if "->" in name:
            raise DslabError(f"a node cannot be called {brief(name)}: '->' stands between the names of a link")
    if len(set(names)) < len(names):
        raise DslabError(f"two nodes have the same name in {brief(names)}")
    return names


def with_limits(run: Run, **limits: int) -> Run:
    """The same run, stopped earlier or later than usual: `with_limits(run, steps=1000)`."""
    return run.replace(limits=replace(run.limits, **limits))
