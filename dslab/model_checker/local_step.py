"""One handler at a time: a node gets a recorded state, one thing happens to it, and what follows is recorded.

A handler is a function of the node's state and of the event: it may not read a clock or draw random numbers. So what it
did once need not be done again, and the explorer steps through millions of states with a few thousand calls.
"""

from __future__ import annotations

from typing import Any, NamedTuple, NoReturn

from dslab.contract import SharedState, find_handler, run_handler
from dslab.model_checker.freeze import freeze, freeze_state, refuse_shared_parts
from dslab.node import Node, timer_handler
from dslab.run import Run
from dslab.simulator.hosts import make_node, neighbours, preset, require_link, undeclared
from dslab.values import DslabError, snapshot


class Local(NamedTuple):
    """The state of one node."""

    place: int                      # its place among the run's nodes
    up: bool
    timers: tuple[str, ...]         # which are set, in the order of their names
    values: dict[str, Any]          # the attributes; of a node that is down, what they were


class LocalStep(NamedTuple):
    """What follows from an event at a node."""

    local: Local
    sent: tuple[tuple[str, Any], ...] = ()          # (receiver, message)
    told: tuple[tuple[str, tuple[Any, ...]], ...] = ()        # outputs: (name, values)
    answered: tuple[tuple[str, Any], ...] = ()      # (client, result)


class Stage:
    """The nodes of a run, one of which acts."""

    def __init__(self, run: Run, *, check: bool = False) -> None:
        self.run, self.check = run, check
        self.linked = neighbours(run)
        self.nodes = [self.make(name) for name in run.nodes]
        self.shared = SharedState(sorted(set(run.protocols.values()), key=lambda cls: cls.__qualname__))

    def make(self, name: str) -> Node:
        """A node as new, which refuses to tell the time and to draw."""
        cls = self.run.protocols[name]
        return make_node(self.run, name, self.linked,
                         clock=lambda: _refuse(cls, "reads its clock (self.now)"),
                         monotonic=lambda: _refuse(cls, "reads its clock (self.monotonic)"),
                         random=lambda: _refuse(cls, "draws lots (self.draw)"))

    def first(self, place: int) -> Local:
        """The state of a node before it starts."""
        node = self.make(self.run.nodes[place])
        preset(self.run, node)
        return Local(place, True, (), vars(node))

    def play(self, local: Local, event: tuple[Any, ...]) -> LocalStep:
        """What follows if `event` happens to a node in this state."""
        if event[0] == "crash":
            return LocalStep(local._replace(up=False, timers=()))
        if not local.up and event[0] != "recover":
            return LocalStep(local)                   # nobody is there to take it
        outcome = self._act(local, event)
        if self.check:
            self._check(local, event, outcome)
        return outcome

    def _act(self, local: Local, event: tuple[Any, ...]) -> LocalStep:
        node, name = self.nodes[local.place], self.run.nodes[local.place]
        before = local.values
        if event[0] == "recover":
            disk = {attribute: local.values[attribute] for attribute in type(node).persistent}
            before = vars(self.make(name)) | disk
        node.effects.clear()
        vars(node).clear()
        vars(node).update({attribute: snapshot(value) for attribute, value in before.items()})
        _call(node, event)
        if vars(node).keys() != before.keys():
            raise undeclared(node, before)
        refuse_shared_parts(name, vars(node))
        return self._outcome(local, event, node)

    def _outcome(self, local: Local, event: tuple[Any, ...], node: Node) -> LocalStep:
        timers = set(local.timers)
        if event[0] == "fire":
            timers.discard(event[1])
        sent: list[tuple[str, Any]] = []
        told: list[tuple[str, tuple[Any, ...]]] = []
        answered: list[tuple[str, Any]] = []
        for kind, *rest in node.effects:
            if kind == "send":
                require_link(self.linked, node.id, rest[0])
                sent.append((rest[0], rest[1]))
            elif kind == "timer":
                timers.add(rest[0])
            elif kind == "cancel":
                timers.discard(rest[0])
            elif kind == "output":
                told.append((rest[0], rest[1]))
            elif kind == "reply":
                answered.append((rest[0], rest[1]))
            elif kind == "clock":
                _refuse(type(node), "sets its clock")
        after = Local(local.place, True, tuple(sorted(timers)), dict(vars(node)))
        return LocalStep(after, tuple(sent), tuple(told), tuple(answered))

    def _check(self, local: Local, event: tuple[Any, ...], outcome: LocalStep) -> None:
        """Do it once more, on another copy: the same must come out, and the original must be as it was."""
        name, where = self.run.nodes[local.place], f"at '{event[0]} {event[-1]}'"
        copied = {attribute: snapshot(value) for attribute, value in local.values.items()}
        if freeze_state(name, copied) != freeze_state(name, local.values):
            raise DslabError(f"a copy of {name}'s state does not equal its original {where}")
        if _frozen(name, self._act(local, event)) != _frozen(name, outcome):
            raise DslabError(f"{name} did not do the same when it did it again {where}: a handler depends on "
                             "nothing but the node's state and the event")
        self.shared.check_globals()


def _call(node: Node, event: tuple[Any, ...]) -> None:
    verb = event[0]
    if verb == "start":
        run_handler(node.on_start)
    elif verb == "recover":
        run_handler(node.on_recover)
    elif verb == "fire":
        run_handler(getattr(node, timer_handler(type(node), event[1])))
    else:                                           # a message from a node, or a client's request
        run_handler(find_handler(node, event[2]), event[1], event[2])


def _frozen(name: str, outcome: LocalStep) -> tuple[Any, ...]:
    local, *rest = outcome
    return local.timers, freeze_state(name, local.values), freeze(tuple(rest))


def _refuse(cls: type[Node], what: str) -> NoReturn:
    raise NotExplorable(f"{cls.__name__} {what}: it can be simulated and searched, but not explored, "
                        "since what it does does not follow from its state and the event alone")


class NotExplorable(DslabError):
    """A protocol that no model checker of this kind can explore."""
