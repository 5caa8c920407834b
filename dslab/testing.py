"""A kit for unit tests of protocols: one node by hand, without a network, and histories drawn as text.

    node = start(Raft, "A", peers="BC")
    fire(node, "election")
    assert sent(node) == [("B", RequestVote(1, 0, 0)), ("C", RequestVote(1, 0, 0))]
    receive(node, Vote(1, True), src="B")
    assert node.role == "leader" and "heartbeat" in timers(node)

Each event (`start`, `receive`, `fire`, `request`, `recover`) runs one handler, as the simulator does, and checks what
it checks. `sent`, `timers`, `outputs`, `replies` and `notes` say what that handler has asked for; the next event
forgets it. A handler that is called directly (`node.on_vote("B", Vote(1, True))`) adds to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar, overload

from dslab.checkers.history import Operation, history_of
from dslab.checkers.lines import read_call
from dslab.contract import check_protocol, find_handler, run_handler
from dslab.node import Node, timer_handler
from dslab.values import DslabError, brief, nearest, snapshot

SomeNode = TypeVar("SomeNode", bound=Node)
Sent = TypeVar("Sent")

LINE = re.compile(r"\s*(?P<client>[^\s|]+)\s*(?=\|)")
BAR = re.compile(r"\|-+ (?P<said>[^|]*?) (?:-+\||(?P<open>\.\.\.))")


# ---- one node, event by event ----------------------------------------------------------------------------------------

def make(protocol: type[SomeNode], id: str = "A", *, peers: Iterable[str] = (), clients: Iterable[str] = (),
         **state: Any) -> SomeNode:
    """A node that has not started yet.

    Args:
        protocol: its class.
        id: its name.
        peers: the other nodes of the protocol: "BC", or a list of names.
        clients: further nodes to which it has a link.
        state: attributes with another value than `init` gives them.

    Raises:
        DslabError: the class breaks the contract of `Node`, or `init` declares no such attribute.
    """
    check_protocol(protocol)
    node = protocol(id, tuple(peers), neighbours=(*peers, *clients))
    for name, value in state.items():
        if name not in vars(node):
            raise DslabError(f"{protocol.__name__}.init declares no attribute {name!r}.{nearest(name, vars(node))}")
        setattr(node, name, snapshot(value))
    return node


def start(protocol: type[SomeNode], id: str = "A", *, peers: Iterable[str] = (), clients: Iterable[str] = (),
          **state: Any) -> SomeNode:
    """A node that has just started: `make`, then `on_start`."""
    node = make(protocol, id, peers=peers, clients=clients, **state)
    run_handler(node.on_start)
    return node


def receive(node: Node, msg: Any, *, src: str) -> None:
    """The node receives a message from `src`.

    Raises:
        DslabError: the node has no handler for it.
    """
    handler = find_handler(node, msg)
    node.clear_effects()
    run_handler(handler, src, msg)


def request(node: Node, msg: Any, *, client: str = "alice") -> None:
    """A client asks the node for something."""
    receive(node, msg, src=client)


def fire(node: Node, timer: str) -> None:
    """A timer of the node goes off, whether it was set or not.

    Raises:
        DslabError: the node has no handler for it.
    """
    handler = getattr(node, timer_handler(type(node), timer))
    node.clear_effects()
    run_handler(handler)


def recover(node: SomeNode) -> SomeNode:
    """The node as it is after a crash: a new one that has read `persistent` from its disk, and run `on_recover`."""
    again = type(node)(node.id, node.peers, neighbours=node.neighbours, nodes=node.nodes)
    for name in node.persistent:
        setattr(again, name, snapshot(getattr(node, name)))
    run_handler(again.on_recover)
    return again


# ---- what it asked for -----------------------------------------------------------------------------------------------

@overload
def sent(node: Node) -> list[tuple[str, Any]]: ...
@overload
def sent(node: Node, kind: type[Sent]) -> list[tuple[str, Sent]]: ...
def sent(node: Node, kind: type | None = None) -> list[tuple[str, Any]]:
    """The messages that the last event sent, in order, as (receiver, message); all, or those of one class."""
    messages = [(effect[1], effect[2]) for effect in node.effects if effect[0] == "send"]
    return [(dst, msg) for dst, msg in messages if kind is None or isinstance(msg, kind)]


def timers(node: Node) -> dict[str, tuple[float, float] | None]:
    """The timers that the last event set: name -> (shortest, longest) delay in ms; None: it was cancelled."""
    changed: dict[str, tuple[float, float] | None] = {}
    for kind, name, *delay in node.effects:
        if kind in ("timer", "cancel"):
            changed[name] = (delay[0], delay[1]) if kind == "timer" else None
    return changed


def outputs(node: Node) -> list[tuple[Any, ...]]:
    """What the last event told the world, as (name, *values)."""
    return [(effect[1], *effect[2]) for effect in node.effects if effect[0] == "output"]


def replies(node: Node) -> list[tuple[str, Any]]:
    """The answers that the last event gave, as (client, value)."""
    return [(effect[1], effect[2]) for effect in node.effects if effect[0] == "reply"]


def notes(node: Node) -> list[str]:
    """The reasons that the last event gave."""
    return [effect[1] for effect in node.effects if effect[0] == "note"]


# ---- histories -------------------------------------------------------------------------------------------------------

def history(drawing: str) -> tuple[Operation, ...]:
    """A history from a drawing: a line for each client, a bar for each operation; columns are moments.

        alice  |-- write 1 --|      |-- write 2 ...
        bob         |-- read -> 1 ------|

    A bar that ends in `...` never returned. In it stand the call (a name and its arguments), and after `->` the
    result. Words are strings, except those that `dslab.checkers.lines` reads as values: numbers, None, true, ...

    Raises:
        DslabError: a line is none of that, or no history comes out (`dslab.checkers.history`).
    """
    operations: list[Operation] = []
    for line in filter(str.strip, drawing.splitlines()):
        begins = LINE.match(line)
        rest = BAR.sub("", line[begins.end():]) if begins else line
        if begins is None or rest.strip():
            raise DslabError(f"{brief(rest.strip() or line.strip())} is no part of a history: expected a client's name"
                             " and bars such as |-- write 1 --| or |-- read -> 1 --| or |-- write 2 ...")
        operations += [_operation(begins["client"], bar) for bar in BAR.finditer(line)]
    return history_of(operations)


def _operation(client: str, bar: re.Match[str]) -> Operation:
    call, result = read_call(bar["said"])
    return Operation(client, call, bar.start(), None if bar["open"] else bar.end() - 1, result)
