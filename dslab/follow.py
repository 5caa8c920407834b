"""`follow(run, decisions) -> Trace`: a run in which each next event is chosen, not drawn.

A decision is a string: "deliver A->B#1", "fire B election", "request 1" (the script's first request), "crash C",
"recover C", "drop A->B#1" or "duplicate A->B#1". So a counter-example can be printed, edited by hand and followed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from heapq import heapify
from typing import Any

from dslab import mishap, script
from dslab.network import SETTINGS, Network, constant
from dslab.run import Run
from dslab.script import At
from dslab.simulate import Simulation
from dslab.trace import Trace
from dslab.values import DslabError, brief, nearest

VERBS = ("deliver", "fire", "request", "crash", "recover", "drop", "duplicate")


def follow(run: Run, decisions: Iterable[str], *, pace: float = 10.0) -> Trace:
    """The trace of a run in which these decisions are taken, one each `pace` ms, after all nodes have started.

    Of the run's script only the requests count, and of its network only which links keep order. The trace has no
    run of its own (`trace.run` is None), since no script makes timers go off at will.

    Raises:
        DslabError: a decision does not apply at its moment; the sentence says which and why.
        ProtocolError: a handler failed; its `trace` ends before that step.
    """
    follower = Follower(run)
    for number, decision in enumerate(decisions, 1):
        follower.take(number, decision, round(pace * 1000))
    return follower.trace()


class Follower:
    """A simulation that waits to be told what happens next."""

    def __init__(self, run: Run) -> None:
        self.requests = [event for event in run.script if event.action.verb == "request"]
        self.sim = Simulation(run.but(network=_calm(run), until="", script=()), states=True)
        self.taken = 0
        self._happen(None, self._start)

    def take(self, number: int, decision: str, pace: int) -> None:
        """Let one thing happen, `pace` µs after the last."""
        verb, _, what = decision.partition(" ") if isinstance(decision, str) else ("", "", "")
        if verb not in VERBS:
            raise DslabError(
                f"decision {number} is {brief(decision)}: expected {', '.join(VERBS)} and what.{nearest(verb, VERBS)}"
            )
        self.sim.now += pace
        self.taken = number
        applied = len(self.sim.record.unapplied)
        try:
            getattr(self, f"_{verb}")(what)
            if len(self.sim.record.unapplied) > applied:
                raise Inapplicable(self.sim.record.unapplied.pop()[1])
        except Inapplicable as why:
            raise DslabError(f"decision {number}, '{decision}', does not apply: {why}") from None

    def trace(self) -> Trace:
        """What has happened."""
        sim = self.sim
        busy = (
            sim.queue
            and any(entry[2] == "receive" for entry in sim.queue)
            or any(host.timers for host in sim.hosts.values())
        )
        rest = not busy and sum(step[2] == "request" for step in sim.steps) >= len(self.requests)
        sim.record.end = (f"nothing left to happen after {sim.now / 1000:g} ms" if rest
                          else f"reached the end of {self.taken} decisions")
        trace = sim.record.trace()
        trace.run = None
        return trace

    # ---- one method for each verb ----------------------------------------------------------------------------------

    def _deliver(self, name: str) -> None:
        found = self._in_flight(name)
        ahead = [
            entry
            for entry in self.sim.queue
            if found[3].settings.fifo
            and entry[3] is found[3]
            and entry[2] == "receive"
            and _order(entry) < _order(found)
        ]
        if ahead:
            raise Inapplicable(f"this link keeps order, and {_name(min(ahead, key=_order))} comes first")
        self.sim.queue.remove(found)
        entry = (self.sim.now, *found[1:])
        link, host = entry[3], entry[3].host
        if not host.awake:
            self._happen(entry, partial(self.sim.act["receive"], entry))
        else:
            self._happen(
                entry,
                lambda: (self.sim.handler(host, entry[4])(link.src, entry[4]), self.sim.finish(entry, host)),
            )

    def _fire(self, what: str) -> None:
        node, _, timer = what.rpartition(" ")
        host = self._host(node)
        if timer not in host.timers:
            raise Inapplicable(f"{node} has no timer {timer!r} set.{nearest(timer, host.timers)}")
        planned = host.timers[timer]
        entry = host.timers[timer] = (self.sim.now, *planned[1:])
        caused = self.sim.record.caused
        caused[next(i for i in reversed(range(len(caused))) if caused[i] is planned)] = (
            entry  # it goes off now, not as drawn
        )
        self._happen(entry, partial(self.sim.fire, entry))

    def _request(self, number: str) -> None:
        if not (number.isdecimal() and 1 <= int(number) <= len(self.requests)):
            raise Inapplicable(f"the script has {len(self.requests)} requests, numbered from 1")
        event = self.requests[int(number) - 1]
        entry = (
            self.sim.now,
            next(self.sim.serial),
            "request",
            self.sim.hosts[event.action.args[0]],
            event,
            None,
            None,
        )
        self._happen(entry, partial(self.sim.request, entry))

    def _crash(self, node: str) -> None:
        self._strike(script.crash(self._host(node).name))

    def _recover(self, node: str) -> None:
        self._strike(script.recover(self._host(node).name))

    def _drop(self, name: str) -> None:
        self._in_flight(name)
        self._strike(script.drop(name))

    def _duplicate(self, name: str) -> None:
        self._in_flight(name)
        self._strike(script.duplicate(name))

    # ---- the simulation below --------------------------------------------------------------------------------------

    def _start(self) -> None:
        self.sim.prepare()
        for entry in sorted(self.sim.queue):
            if entry[2] == "start":
                self.sim.queue.remove(entry)
                self.sim.start(entry)
        heapify(self.sim.queue)

    def _strike(self, action: script.Action) -> None:
        event = At(self.sim.now / 1000, action)
        entry = (self.sim.now, next(self.sim.serial), "script", None, event, None, None)
        self._happen(entry, partial(self.sim.script, entry))

    def _happen(self, entry: tuple | None, act: Callable[[], Any]) -> None:
        try:
            act()
        except (Exception, SystemExit) as problem:
            raise mishap.explain(problem, self.sim, entry) from (
                None if isinstance(problem, DslabError) else problem
            )

    def _host(self, node: str) -> Any:
        if node not in self.sim.hosts:
            raise Inapplicable(f"there is no node {node!r} ({', '.join(self.sim.hosts)})")
        return self.sim.hosts[node]

    def _in_flight(self, name: str) -> tuple:
        names = {_name(entry): entry for entry in self.sim.queue if entry[2] == "receive"}
        if name not in names:
            raise Inapplicable(f"in flight are {', '.join(names) or 'no messages'}")
        return names[name]


class Inapplicable(Exception):
    """A decision does not apply, and why."""


def _calm(run: Run) -> Network:
    """The run's links without chance: nothing is lost or doubled unless a decision says so."""
    calm: dict[str, Any] = {"latency": constant(10), "loss": 0.0, "duplication": 0.0}
    plain = {
        name: value
        for name, value in ((name, getattr(run.network.default, name)) for name in SETTINGS)
        if name not in calm
    }
    links = {
        link: {name: value for name, value in special.items() if name not in calm}
        for link, special in run.network.links.items()
    }
    return Network(links={link: special for link, special in links.items() if special}, **calm, **plain)


def _name(entry: tuple) -> str:
    return f"{entry[3].name}#{entry[5]}"


def _order(entry: tuple) -> tuple[int, str]:
    """The order of messages on a link: by number, and a copy behind its original."""
    number = str(entry[5])
    return int(number.rstrip("'")), number
