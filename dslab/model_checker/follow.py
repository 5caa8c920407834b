"""`follow(run, decisions) -> Trace`: a run in which each next event is chosen, not drawn.

A decision is a string: "deliver A->B#1", "fire B election", "request 1" (the script's first request), "crash
C", "recover C", "drop A->B#1" or "duplicate A->B#1". So a counter-example can be printed, edited by hand and
followed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from heapq import heapify
from typing import Any

from dslab import script
from dslab.arguments import names, run_of
from dslab.contract import run_handler
from dslab.mistakes.calls import teaching
from dslab.network import Network, Settings, constant
from dslab.reasons import Reason
from dslab.run import Run
from dslab.script import At
from dslab.simulator import errors
from dslab.simulator.simulate import Entry, Simulation
from dslab.trace import Trace
from dslab.values import DslabError, brief, hint, is_time, nearest

VERBS = ("deliver", "fire", "request", "crash", "recover", "drop", "duplicate")


@teaching('follow(Run(Raft, 3), ["fire A election", "deliver A->B#1"])')
def follow(run: Run, decisions: str | Iterable[str], *, pace: float = 10.0) -> Trace:
    """The trace of a run in which these decisions are taken, one each `pace` ms, once all nodes have started.

    Of the run's script only the requests count, and of its network only which links keep order. The trace has
    no run of its own (`trace.run` is None), since no script makes timers go off at will.

    Args:
        run: who takes part, and what clients can ask.
        decisions: what happens, one after the other: "deliver A->B#1", "fire A election", "crash B", "recover B",
            "request 1" and so on, as `explore` names them in a counter-example.
        pace: ms from one to the next.

    Raises:
        DslabError: a decision does not apply at its moment; the sentence says which and why.
        ProtocolError: a handler failed; its `trace` ends before that step.

    >>> from dslab.protocols.raft import Raft
    >>> trace = follow(Run(Raft, 3), ["fire A election", "deliver A->B#1", "deliver B->A#1"])
    >>> [(output.node, output.values) for output in trace.outputs("leader")]
    [('A', (1,))]
    """
    follower = Follower(run_of(run, "follow"))
    if not is_time(pace):
        raise DslabError(f"pace={brief(pace)}: expected a number of milliseconds, at least 0{hint(pace)}")
    for number, decision in enumerate(names(decisions, "decisions", '["deliver A->B#1"]'), 1):
        follower.take(number, decision, round(pace * 1000))
    return follower.trace()


class Follower:
    """A simulation that waits to be told what happens next."""

    def __init__(self, run: Run) -> None:
        self.requests = [event for event in run.script if event.action.verb == "request"]
        self.sim = Simulation(run.replace(network=_calm(run), until="", script=()), states=True)
        self.taken = 0
        self._happen(None, self._start)

    def take(self, number: int, decision: str, pace: int) -> None:
        """Let one thing happen, `pace` µs after the last."""
        verb, _, what = decision.partition(" ") if isinstance(decision, str) else ("", "", "")
        if verb not in VERBS:
            raise DslabError(f"decision {number} is {brief(decision)}: expected {', '.join(VERBS)} and what."
                             + nearest(verb, VERBS))
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
        busy = sim.queued("receive") or self._can_ask() or any(host.timers for host in sim.hosts.values())
        sim.record.end = Reason("decisions", count=self.taken) if busy else Reason("rest", ms=sim.now / 1000)
        trace = sim.record.trace()
        trace.run = None
        return trace

    def possible(self, budget: Mapping[str, int]) -> list[str]:
        """The decisions that can come next: messages first, then timers, the next request, and faults.

        Faults strike as often as the budget says: {"crash": 1, "recover": 1, "drop": 0, "duplicate": 0}.
        """
        flying = self.sim.queued("receive")
        hosts = self.sim.hosts.values()
        found = [f"deliver {_name(entry)}" for entry in flying if self._first_on_its_link(entry) in (None, entry)]
        found += [f"fire {host.name} {timer}" for host in hosts for timer in sorted(host.timers)]
        if self._can_ask():
            found.append(f"request {len(self.sim.record.calls) + 1}")
        names = list(map(_name, flying))
        struck = {"crash": [host.name for host in hosts if host.up], "drop": names, "duplicate": names,
                  "recover": [host.name for host in hosts if not host.up]}
        return found + [f"{fault} {what}" for fault in struck if budget.get(fault) for what in struck[fault]]

    def _can_ask(self) -> bool:
        """Is there a request to come, of a client that does not wait for an answer?"""
        to_come = self.requests[len(self.sim.record.calls):]
        return bool(to_come) and not self.sim.record.waits(dict(to_come[0].action.options).get("client", ""))

    # ---- one method for each verb ----------------------------------------------------------------------

    def _deliver(self, name: str) -> None:
        found = self._in_flight(name)
        link, first = found.place, self._first_on_its_link(found)
        if first not in (None, found):
            raise Inapplicable(f"this link keeps order, and {_name(first)} comes first")
        self.sim.queue.remove(found)
        entry = found._replace(time=self.sim.now)
        self._happen(entry, partial(self._receive if link.host.awake else self.sim.act["receive"], entry))

    def _first_on_its_link(self, one: Entry) -> Entry | None:
        """The message whose turn it is on a link that keeps order; None on any other."""
        on_link = [entry for entry in self.sim.queued("receive") if entry.place is one.place]
        return min(on_link, key=_order) if one.place.settings.fifo else None

    def _receive(self, entry: Entry) -> None:
        link = entry.place
        run_handler(self.sim.handler(link.host, entry.what), link.src, entry.what)
        self.sim.finish(entry, link.host)

    def _fire(self, what: str) -> None:
        node, _, timer = what.rpartition(" ")
        host = self._host(node)
        if timer not in host.timers:
            raise Inapplicable(f"{node} has no timer {timer!r} set.{nearest(timer, host.timers)}")
        planned = host.timers[timer]
        entry = host.timers[timer] = Entry(*planned)._replace(time=self.sim.now)
        caused = self.sim.record.caused         # when it goes off is now, not the moment that was drawn
        caused[next(index for index, one in enumerate(caused) if one is planned)] = entry
        self._happen(entry, partial(self.sim.fire, entry))

    def _request(self, number: str) -> None:
        if not (number.isdecimal() and 1 <= int(number) <= len(self.requests)):
            raise Inapplicable(f"the script has {len(self.requests)} requests, numbered from 1")
        event = self.requests[int(number) - 1]
        host = self.sim.hosts[event.action.args[0]]
        entry = self.sim.entry(self.sim.now, "request", host, event)
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

    # ---- the simulation below --------------------------------------------------------------------------

    def _start(self) -> None:
        self.sim.prepare()
        for entry in self.sim.queued("start"):
            self.sim.queue.remove(entry)
            self.sim.start(entry)
        heapify(self.sim.queue)

    def _strike(self, action: script.Action) -> None:
        event = At(self.sim.now / 1000, action)
        entry = self.sim.entry(self.sim.now, "script", None, event)
        self._happen(entry, partial(self.sim.script, entry))

    def _happen(self, entry: Entry | None, act: Callable[[], Any]) -> None:
        try:
            act()
        except (Exception, SystemExit) as problem:
            raise errors.explain(problem, self.sim, entry) from errors.cause(problem)

    def _host(self, node: str) -> Any:
        if node not in self.sim.hosts:
            raise Inapplicable(f"there is no node {node!r} ({', '.join(self.sim.hosts)})")
        return self.sim.hosts[node]

    def _in_flight(self, name: str) -> Entry:
        names = {_name(entry): entry for entry in self.sim.queued("receive")}
        if name not in names:
            raise Inapplicable(f"in flight are {', '.join(names) or 'no messages'}")
        return names[name]


class Inapplicable(Exception):
    """A decision does not apply, and why."""


def _calm(run: Run) -> Network:
    """The run's links without chance: nothing is lost or duplicated unless a decision says so."""
    links: dict[tuple[str, str], Settings] = {
        link: {"fifo": rules["fifo"]} for link, rules in run.network.links.items() if "fifo" in rules}
    return Network(latency=constant(10), fifo=run.network.default.fifo, links=links)


def _name(entry: Entry) -> str:
    return f"{entry.place.name}#{entry.number}"


def _order(entry: Entry) -> tuple[int, str]:
    """The order of messages on a link: by number, and a copy behind its original."""
    number = str(entry.number)
    return int(number.rstrip("'")), number
