"""`simulate(run) -> Trace`: play a run, event by event, and record all that happens.

The queue holds entries in the order of time, and an entry that has happened *is* the trace's record of it: nothing is
written twice, and the readable `Step`s are made lazily, on first access.

Deterministic: ties go by the serial number, random numbers come from a stream for each link, timer and node, and no
set, hash or wall clock decides anything. So one more fault changes what it causes and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any, NamedTuple

from dslab.arguments import run_of
from dslab.contract import find_handler, returned, run_handler
from dslab.mistakes.calls import teaching
from dslab.node import Node, timer_handler
from dslab.reasons import Reason
from dslab.run import Run
from dslab.simulator import errors, faults
from dslab.simulator.garbage import gc_paused
from dslab.simulator.hosts import Host, Link, make_node, neighbours, preset, require_link
from dslab.simulator.record import Record, kind_of
from dslab.simulator.snapshots import Snapshots
from dslab.trace import Output, Trace


class Entry(NamedTuple):
    """Something that happens at a moment: first it waits in the queue, then it is a step of the record.

    Kinds: "start", "receive", "timer", "request" and "script" happen at their time, "arrived" and "answer" are messages
    and requests that waited for a paused node; a record has also "loss", "cancel" (of a timer), and the script's verbs.
    """

    time: int                       # µs of true time
    serial: int                     # of two entries at one time the one that was queued first happens first
    kind: str
    place: Any                      # the Link of a message, the Host of all else, None for the network
    what: Any = None                # the message, the name of the timer, or the event of the script
    number: Any = None              # of a message on its link (3, "3'" for a copy of it), of a request in the record
    cause: int | None = None        # the step that sent the message or set the timer


# An entry as the hot loop makes and unpacks it: a plain tuple with the fields of `Entry` takes a sixth of its time.
Row = tuple[int, int, str, Any, Any, Any, int | None]


@teaching("simulate(Run(Raft, 3))")
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
    simulation = Simulation(run_of(run, "simulate"), states)
    with gc_paused():
        simulation.go()
    return simulation.record.trace()


class Simulation:
    """One run in progress."""

    def __init__(self, run: Run, states: bool) -> None:
        self.run, self.states = run, states
        self.now = 0                                        # true time, µs
        self.horizon = round(run.duration * 1000)
        self.queue: list[Row] = []
        self.serial = count()
        self.record = Record(run)
        self.steps, self.caused, self.faults = self.record.steps, self.record.caused, self.record.faults
        self.snapshots = Snapshots(run, self.record)
        self.hosts = {name: Host(name, run.seed) for name in run.nodes}
        self.linked = neighbours(run)
        self.network = faults.NetworkState()
        self.clocks_differ = False
        self.act: dict[str, Callable[[Entry], None]] = {
            "start": self.start, "request": self.request, "answer": self.answer, "script": self.script,
            "receive": partial(faults.turn_away, self), "arrived": self.take}

    # ---- the loop --------------------------------------------------------------------------------------------------

    def go(self) -> None:
        """Play the whole run. Where it ends early, `record.end` says why."""
        entry: Row | None = None
        queue, steps, record, act, finish = self.queue, self.steps, self.record, self.act, self.finish
        now, at_once, limits = 0, 0, self.run.limits
        most_steps, most_at_once, most_in_flight = limits.steps, limits.at_once, limits.in_flight
        try:
            self.prepare()
            while queue and not record.end:
                entry = heappop(queue)
                time, _, kind, place, what, _, _ = entry
                if time != now:
                    if time > self.horizon:
                        heappush(queue, entry)
                        self.now, record.end = self.horizon, Reason("time", ms=self.horizon / 1000)
                        break
                    now, self.now, at_once = time, time, 0
                at_once += 1
                if kind == "receive" and (host := place.host).awake and not place.cut:      # how a message arrives
                    handler = host.handlers.get(type(what)) or self.handler(host, what)
                    if (value := handler(place.src, what)) is not None:
                        raise returned(handler, value)
                    finish(entry, host)
                elif kind == "timer":
                    self.fire(entry)
                else:
                    act[kind](Entry(*entry))
                if at_once > most_at_once or len(queue) > most_in_flight or len(steps) >= most_steps:
                    record.end = errors.too_much(self, at_once)
            entry = None
            self.snapshots.shared.check_globals()
        except KeyboardInterrupt:
            record.end = Reason("user", step=len(self.steps))
            record.roll_back()
        except (Exception, SystemExit) as problem:
            raise errors.explain(problem, self, entry) from errors.cause(problem)
        self.close()

    def handler(self, host: Host, msg: Any) -> Callable[[str, Any], Any]:
        """The method that handles this type of message, looked up once for each node."""
        host.handlers[type(msg)] = found = find_handler(host.node, msg)
        return found

    # ---- what a handler's effects become ---------------------------------------------------------------------------

    def finish(self, entry: Row, host: Host) -> None:
        """Let the effects of the handler that has just run happen, in order, and record the step."""
        effects, step, queue, caused = host.node.effects, len(self.steps), self.queue, self.caused
        for effect in effects:
            kind = effect[0]
            if kind == "send":
                _, dst, msg = effect
                link = host.links.get(dst) or self.link(host, dst)
                number = link.sent = link.sent + 1
                if link.plain:                              # no fault can strike it: the usual case, kept short
                    arrival = self.now + int(link.low + link.span * link.random())
                    sent = (arrival, next(self.serial), "receive", link, msg, number, step)
                    heappush(queue, sent)
                    caused.append(sent)
                else:
                    caused += faults.transmit(self, link, msg, step)
            elif kind == "timer":
                self.arm(host, effect[1], effect[2], effect[3], step)
            else:
                self.tell(host, effect, step)
        effects.clear()
        if self.states and host.node.__dict__ != host.saved:
            self.snapshots.changed(host, step)
        if self.clocks_differ:
            self.record.local[step] = host.clock.shows(self.now)
        self.steps.append(entry)

    def link(self, host: Host, dst: str) -> Link:
        """The link from a host to a node, opened when it is first used."""
        link = host.links.get(dst)
        if link is None:
            require_link(self.linked, host.name, dst)
            settings = self.run.network.settings(host.name, dst)
            link = host.links[dst] = Link(host.name, self.hosts[dst], settings, self.run.seed)
            self.network.adopt(link)
        return link

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
        if queued is None or queued > entry:
            host.queued[name] = entry
            heappush(self.queue, entry)
        self.caused.append(entry)

    def tell(self, host: Host, effect: tuple[Any, ...], step: int) -> None:
        """The rarer effects: a timer that is cancelled, a clock that is set, outputs, replies, notes."""
        kind, name, *values = effect
        if kind == "clock":
            effect, self.clocks_differ = ("note", host.clock.adjust(self.now, name, *values)), True
        if kind == "cancel":
            host.timers.pop(name, None)
            self.caused.append(Entry(self.now, 0, "cancel", host, name, cause=step))
            return
        self.record.said.setdefault(step, []).append(effect)
        if kind == "reply":
            self.record.respond(name, *values)
        elif kind == "output":
            self.record.outputs.append(Output(step, self.now / 1000, host.name, name, *values))
            if name == self.run.until:
                self.record.end = Reason("output", name=name)

    # ---- what else can happen ---------------------------------------------------------------------------------------

    def start(self, entry: Entry) -> None:
        """A node starts."""
        host: Host = entry.place
        if host.up:
            run_handler(host.node.on_start)
            self.finish(entry, host)

    def fire(self, entry: Row) -> None:
        """A timer goes off, unless it was set anew or cancelled meanwhile."""
        _, _, _, host, name, _, _ = entry
        current = host.timers.get(name)
        if host.queued.get(name) is entry:
            del host.queued[name]
        if current is not entry:
            if current is not None and name not in host.queued:
                host.queued[name] = current
                heappush(self.queue, current)
        elif not host.awake:
            host.waiting.append(Entry(*entry))
        else:
            del host.timers[name]
            handler = getattr(host.node, timer_handler(type(host.node), name))
            if (value := handler()) is not None:
                raise returned(handler, value)
            self.finish(entry, host)

    def take(self, entry: Entry) -> None:
        """A message that arrived during a pause is handled: whether its link is cut by now does not matter."""
        link: Link = entry.place
        if link.host.awake:
            run_handler(self.handler(link.host, entry.what), link.src, entry.what)
            self.finish(entry._replace(kind="receive"), link.host)
        else:                                               # it fell asleep again, or crashed, at the same moment
            faults.turn_away(self, entry)

    def request(self, entry: Entry) -> None:
        """A client asks something of a node; the operation is open until the node replies."""
        host, event = entry.place, entry.what
        client = dict(event.action.options).get("client") or f"user {len(self.record.calls) + 1}"
        if self.record.waits(client):
            self.record.did_not_apply(event, Reason("unanswered", client=client))
            return
        entry = entry._replace(number=self.record.invoke(client, host.name, event.action.args[1]))
        if host.awake:
            self.answer(entry)
            return
        if host.up:
            host.waiting.append(entry._replace(kind="answer", cause=len(self.steps)))
        note = f"{host.name} is {'paused: the request waits' if host.up else 'down: nobody answers'}"
        self.record.said[len(self.steps)] = [("note", note)]
        self.steps.append(entry._replace(place=None))

    def answer(self, entry: Entry) -> None:
        """The node handles a request, unless it was paused again, or crashed, at the moment when it resumed."""
        host, call = entry.place, self.record.calls[entry.number]
        if host.awake:
            run_handler(find_handler(host.node, call.msg), call.client, call.msg)
            self.finish(entry._replace(kind="request"), host)
        elif host.up:
            host.waiting.append(entry)

    def script(self, entry: Entry) -> None:
        """A fault, or another event of the script."""
        action = entry.what.action
        faults.EFFECTS[action.verb](self, entry.what, *action.args, **dict(action.options))

    # ---- how it begins and how it is over ---------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make the nodes, then queue the starts and the script."""
        for host in self.hosts.values():
            self.boot(host)
            preset(self.run, host.node)
            if self.states:
                self.snapshots.first(host)
        for host in self.hosts.values():
            if type(host.node).on_start is not Node.on_start:
                self.push(0, "start", host)
        for event in self.run.script:
            kind = "request" if event.action.verb == "request" else "script"
            place = self.hosts[event.action.args[0]] if kind == "request" else None
            self.push(round(event.time * 1000), kind, place, event)

    def boot(self, host: Host) -> None:
        """Make the node, as new."""
        host.node = make_node(self.run, host.name, self.linked, random=host.random,
                              clock=lambda: host.clock.shows(self.now) / 1000,
                              monotonic=lambda: host.clock.monotonic(self.now) / 1000)
        host.handlers = {}

    def entry(self, time: int, kind: str, place: Any, what: Any = None, number: Any = None,
              cause: int | None = None) -> Entry:
        """An entry, which comes after all those of the same time that are there already."""
        return Entry(time, next(self.serial), kind, place, what, number, cause)

    def push(self, time: int, kind: str, place: Any, what: Any = None, number: Any = None,
             cause: int | None = None) -> Entry:
        """Queue an event and return its entry."""
        entry = self.entry(time, kind, place, what, number, cause)
        heappush(self.queue, entry)
        return entry

    def again(self, entry: Row, time: int) -> Entry:
        """Queue an entry anew, for another time."""
        _, _, kind, place, what, number, cause = entry
        return self.push(time, kind, place, what, number, cause)

    def queued(self, *kinds: str) -> list[Entry]:
        """The entries of these kinds that wait in the queue, in the order of time."""
        return [Entry(*row) for row in sorted(row for row in self.queue if kind_of(row) in kinds)]

    def close(self) -> None:
        """Say why the run is over, and which events of the script found no message or no time."""
        self.record.end = self.record.end or Reason("rest", ms=self.now / 1000)
        for event in self.network.still_awaited():
            self.record.did_not_apply(event, Reason("never sent"))
        for entry in self.queued("script", "request"):
            self.record.did_not_apply(entry.what, Reason("over"))
