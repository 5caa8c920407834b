"""`simulate(run) -> Trace`: play a run, event by event, and record all that happens.

The queue holds entries `(time in µs, serial, kind, place, what, count, cause)`, and an entry that has happened *is*
the trace's record of it: nothing is written twice, and the readable `Step`s are made when somebody looks. `place` is
the link for a message and the host for all else; `cause` is the step that sent the message or set the timer.

Deterministic: ties go by the serial number, random numbers come from a stream for each link, timer and node, and no
set, hash or wall clock decides anything. So one more fault changes what it causes and nothing else.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from dslab.contract import SharedState, find_handler, protocol_of
from dslab.node import Node, timer_handler
from dslab.run import Run
from dslab.simulator import errors, faults
from dslab.simulator.garbage import kept
from dslab.simulator.hosts import Host
from dslab.simulator.links import Link, neighbours
from dslab.simulator.record import Record
from dslab.trace import Output, Trace
from dslab.values import ATOMS, DslabError, NotPlain, nearest, snapshot


def simulate(run: Run, *, states: bool = True) -> Trace:
    """The trace of a run: the same run gives the same trace, everywhere.

    Args:
        run: what is played. Its `duration` and `limits` end it, if it does not come to rest before.
        states: False records no states and checks less, for statistics over thousands of runs.

    Raises:
        ProtocolError: a handler raised an exception or broke the contract; its `trace` ends before that step.

    >>> from dslab.protocols.raft import Raft
    >>> simulate(Run(Raft, 3, seed=7)).outputs("leader")[0].node
    'C'
    """
    simulation = Simulation(run, states)
    with kept():
        simulation.go()
    return simulation.record.trace()


class Simulation:
    """One run in progress."""

    def __init__(self, run: Run, states: bool) -> None:
        self.run, self.states = run, states
        self.now = 0                                        # true time, µs
        self.queue: list[tuple] = []
        self.serial = count()
        self.record = Record(run)
        self.steps, self.caused = self.record.steps, self.record.caused
        self.faults: Counter = self.record.faults
        self.hosts = {name: Host(name, index) for index, name in enumerate(run.nodes)}
        self.neighbours = neighbours(run)
        self.shared = SharedState(sorted(set(run.protocols.values()), key=lambda cls: cls.__qualname__))
        self.weather = faults.Weather()
        self.clocks_differ = False
        self.horizon = round(run.duration * 1000)
        self.act = {"start": self.start, "timer": self.fire, "request": self.request, "answer": self.answer,
                    "script": self.script, "receive": partial(faults.turn_away, self), "arrived": self.take}

    def go(self) -> None:
        """Play the whole run. Where it ends early, `record.end` says why."""
        entry: Any = None
        queue, steps, record, act, at_once = self.queue, self.steps, self.record, self.act, 0
        limits = self.run.limits
        most_steps, most_at_once, most_in_flight = limits.steps, limits.at_once, limits.in_flight
        try:
            self.prepare()
            while queue and not record.end:
                entry = heappop(queue)
                time, _, kind, place, what, _, _ = entry
                if time != self.now:
                    if time > self.horizon:
                        heappush(queue, entry)
                        self.now, record.end = self.horizon, f"reached {self.horizon / 1000:g} ms"
                        break
                    self.now, at_once = time, 0
                at_once += 1
                if kind == "receive" and place.host.awake and not place.cut:        # the usual case, kept short
                    handler = place.host.handlers.get(type(what)) or self.handler(place.host, what)
                    handler(place.src, what)
                    self.finish(entry, place.host)
                else:
                    act[kind](entry)
                if at_once > most_at_once or len(queue) > most_in_flight or len(steps) >= most_steps:
                    record.end = errors.too_much(self, at_once)
            entry = None
            self.shared.check_globals()
        except KeyboardInterrupt:
            record.end = f"stopped by you at step {len(self.steps)}"
            record.forget_unfinished()
        except (Exception, SystemExit) as problem:
            raise errors.explain(problem, self, entry) from (None if isinstance(problem, DslabError) else problem)
        self.close()

    def close(self) -> None:
        """Say why the run is over, and which events of the script found no message or no time."""
        self.record.end = self.record.end or f"nothing left to happen after {self.now / 1000:g} ms"
        for orders in self.weather.orders.values():
            for event, _, _ in (order for waiting in orders.values() for order in waiting):
                self.record.did_not_apply(event, "that message was never sent")
        for entry in sorted(entry for entry in self.queue if entry[2] in ("script", "request")):
            self.record.did_not_apply(entry[4], "the run ended before")

    def prepare(self) -> None:
        """Boot the nodes, then queue the starts and the script."""
        for host in self.hosts.values():
            self.boot(host)
            self.preset(host)
        for host in self.hosts.values():
            if type(host.node).on_start is not Node.on_start:
                self.push(0, "start", host)
        for event in self.run.script:
            kind = "request" if event.action.verb == "request" else "script"
            place = self.hosts[event.action.args[0]] if kind == "request" else None
            self.push(round(event.time * 1000), kind, place, event)

    def boot(self, host: Host) -> None:
        """Make the node, as new."""
        cls = self.run.protocols[host.name]
        peers = [name for name in self.run.nodes if name != host.name
                 and protocol_of(self.run.protocols[name]) is protocol_of(cls)]
        stream = host.node._random if host.node else Random(f"{self.run.seed} {host.name}").random
        host.node = cls(host.name, peers, neighbours=self.neighbours[host.name], random=stream,
                        clock=lambda: host.clock.shows(self.now) / 1000,
                        monotonic=lambda: host.clock.monotonic(self.now) / 1000)
        host.handlers = {}
        for name in cls.persistent:
            if name not in host.node.__dict__:
                raise DslabError(f"{cls.__name__}.persistent names {name!r}, which init does not declare."
                                 + nearest(name, host.node.__dict__))

    def preset(self, host: Host) -> None:
        """Give the node the attributes that the run's `initial` names, and record its first state."""
        state = host.node.__dict__
        for name, value in self.run.initial.get(host.name, {}).items():
            if name not in state:
                raise DslabError(f"the run's initial state sets {host.name}.{name}, but init does not declare it."
                                 + nearest(name, state))
            state[name] = snapshot(value)
        if self.states:
            host.saved = {name: self.keep(host, name, value) for name, value in state.items()}
            self.record.initial[host.name] = dict(host.saved)

    def push(self, time: int, kind: str, place: Any, what: Any = None, number: Any = None,
             cause: int | None = None) -> tuple:
        """Queue an event and return its entry."""
        entry = (time, next(self.serial), kind, place, what, number, cause)
        heappush(self.queue, entry)
        return entry

    # ---- what can happen: each makes a step ------------------------------------------------------------------------

    def start(self, entry: tuple) -> None:
        """A node starts."""
        if entry[3].up:
            entry[3].node.on_start()
            self.finish(entry, entry[3])

    def take(self, entry: tuple) -> None:
        """A message that arrived during a pause is handled: whether its link is cut by now does not matter."""
        link, msg = entry[3], entry[4]
        if link.host.awake:
            self.handler(link.host, msg)(link.src, msg)
            self.finish((*entry[:2], "receive", *entry[3:]), link.host)
        else:                                               # it fell asleep again, or crashed, at the same moment
            faults.turn_away(self, entry)

    def fire(self, entry: tuple) -> None:
        """A timer goes off, unless it was set anew or cancelled meanwhile."""
        host, name = entry[3], entry[4]
        current = host.timers.get(name)
        if host.queued.get(name) is entry:
            del host.queued[name]
        if current is not entry:
            if current is not None and name not in host.queued:
                host.queued[name] = current
                heappush(self.queue, current)
        elif not host.awake:
            host.waiting.append(entry)
        else:
            del host.timers[name]
            getattr(host.node, timer_handler(type(host.node), name))()
            self.finish(entry, host)

    def request(self, entry: tuple) -> None:
        """A client asks something of a node; the operation is open until the node replies."""
        host, event = entry[3], entry[4]
        client = dict(event.action.options).get("client") or f"user {len(self.record.calls) + 1}"
        if self.record.waits(client):
            self.record.did_not_apply(event, f"{client} still waits for the answer to its last request")
            return
        call = self.record.invoke(client, host.name, event.action.args[1])
        entry = (*entry[:5], call, None)
        if host.awake:
            self.answer(entry)
            return
        if host.up:
            host.waiting.append((*entry[:2], "answer", *entry[3:6], len(self.steps)))
        note = f"{host.name} is {'paused: the request waits' if host.up else 'down: nobody answers'}"
        self.record.said[len(self.steps)] = [("note", note)]
        self.steps.append((*entry[:3], None, *entry[4:]))

    def answer(self, entry: tuple) -> None:
        """The node handles a request, unless it fell asleep again, or crashed, at the moment when it resumed."""
        host, call = entry[3], self.record.calls[entry[5]]
        if not host.awake:
            if host.up:
                host.waiting.append(entry)
            return
        find_handler(host.node, call.msg)(call.client, call.msg)
        self.finish((*entry[:2], "request", *entry[3:]), host)

    def script(self, entry: tuple) -> None:
        """A fault, or another event of the script."""
        faults.VERBS[entry[4].action.verb](self, entry[4], *entry[4].action.args, **dict(entry[4].action.options))

    def handler(self, host: Host, msg: Any) -> Any:
        """The method that handles this type of message, looked up once for each node."""
        host.handlers[type(msg)] = found = find_handler(host.node, msg)
        return found

    # ---- what follows from it --------------------------------------------------------------------------------------

    def finish(self, entry: tuple, host: Host) -> None:
        """Let the effects of the handler that has just run happen, in order, and record the step."""
        effects, step, queue, caused = host.node.effects, len(self.steps), self.queue, self.caused
        for effect in effects:
            kind = effect[0]
            if kind == "send":
                link = host.links.get(effect[1]) or self.link(host, effect[1])
                number = link.sent = link.sent + 1
                if link.plain:
                    arrival = self.now + int(link.low + link.span * link.random())
                    sent = (arrival, next(self.serial), "receive", link, effect[2], number, step)
                    heappush(queue, sent)
                    caused.append(sent)
                else:
                    caused += faults.transmit(self, link, effect[2], step)
            elif kind == "timer":
                self.arm(host, effect[1], effect[2], effect[3], step)
            else:
                self.tell(host, effect, step)
        effects.clear()
        if self.states and host.node.__dict__ != host.saved:
            self.record.changes.append(self.changes(host, step))
        if self.clocks_differ:
            self.record.local[step] = host.clock.shows(self.now)
        self.steps.append(entry)

    def tell(self, host: Host, effect: tuple, step: int) -> None:
        """The rarer effects: a timer that is cancelled, a clock that is set, what the world and clients hear, notes."""
        kind, name, *values = effect
        if kind == "clock":
            effect, self.clocks_differ = ("note", host.clock.adjust(self.now, name, *values)), True
        if kind == "cancel":
            host.timers.pop(name, None)
            return self.caused.append((self.now, 0, "cancel", host, name, None, step))
        self.record.said.setdefault(step, []).append(effect)
        if kind == "reply":
            self.record.respond(name, *values)
        elif kind == "output":
            self.record.outputs.append(Output(step, self.now / 1000, host.name, name, *values))
            if name == self.run.until:
                self.record.end = f"reached the first output {name!r}"

    def arm(self, host: Host, name: str, low: float, high: float, step: int) -> None:
        """Set a timer, which runs by the node's own clock.

        A timer that is put off, as a heartbeat puts off an election, stays in the queue as it was: when that moment
        comes, `fire` queues it for the later one. So a thousand heartbeats do not leave a thousand dead timers.
        """
        if high > low:
            stream = host.streams.get(name)
            if stream is None:
                stream = host.streams[name] = Random(f"{self.run.seed} {host.name} {name}").random
            low += (high - low) * stream()
        due = host.clock.after(self.now, int(low * 1000))
        entry = host.timers[name] = (due, next(self.serial), "timer", host, name, None, step)
        queued = host.queued.get(name)
        if queued is None or queued[0] > due:
            host.queued[name] = entry
            heappush(self.queue, entry)
        self.caused.append(entry)

    def link(self, host: Host, dst: str) -> Link:
        """The link from a host to a node, opened when it is first used."""
        link = host.links.get(dst)
        if link is None:
            if dst not in self.neighbours[host.name]:
                known = ", ".join(self.neighbours[host.name]) or "none"
                raise DslabError(f"{host.name} has no link to {dst}: its neighbours are {known}")
            settings = self.run.network.settings(host.name, dst)
            link = host.links[dst] = Link(host.name, self.hosts[dst], settings, self.run.seed)
            faults.adopt(self, link)
        return link

    def changes(self, host: Host, step: int) -> tuple:
        """What a step changed in the state of a node: its index, then names and copies in turn.

        A dict would be three times as big. What counts is whether values are equal, here and in `finish`, since that
        is what Python compares fastest: a 0 that becomes False, or a 1 that becomes True, is no change.
        """
        state, saved, changed = host.node.__dict__, host.saved, (step,)
        if state.keys() != saved.keys():
            raise DslabError(errors.undeclared(host))
        for name, value in state.items():
            before = saved[name]
            if value is not before and value != before:
                saved[name] = value if type(value) in ATOMS else self.keep(host, name, value)
                changed += (name, saved[name])
        return changed

    def keep(self, host: Host, name: str, value: Any) -> Any:
        """A copy of an attribute's value for the record; other nodes must not hold the same list, set or dict."""
        try:
            if value is not host.owned.get(name):
                host.owned[name] = value
                self.shared.claim(host.name, name, value)
            return snapshot(value, host.saved.get(name))
        except NotPlain as problem:
            raise DslabError(f"{host.name}.{name} cannot be state: {problem}") from None
        except RecursionError:
            why = "it contains itself, or is nested too deeply"
            raise DslabError(f"{host.name}.{name} cannot be state: {why}") from None
