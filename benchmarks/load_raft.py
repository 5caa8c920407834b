"""The course's own Raft, unchanged, under both simulators: five servers, one client, a command every 500 ms.

The handlers are the same code here and there, so their cost, more than half of SimPy's time, brings all ratios nearer
to 1. SimPy's side does without what dslab adds: effects happen at once, unrecorded, and timers are kept in a dict.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import simpy

from dslab import Node, Run, Trace, at, request, simulate
from dslab.contract import find_handler
from dslab.protocols.client import Client, Put
from dslab.protocols.raft import Raft

CLUSTER = dict.fromkeys("ABCDE", Raft) | {"alice": Client}


def run(duration: float) -> Run:
    """The same for all."""
    script = [at(time, request("alice", Put("x", time))) for time in range(500, int(duration), 500)]
    return Run(CLUSTER, duration=duration, seed=6, script=script)


def dslab(duration: float, *, states: bool = True) -> tuple[int, Trace]:
    """How many steps there were, and the trace."""
    trace = simulate(run(duration), states=states)
    return len(trace) - len(CLUSTER), trace       # without the starts


class OnSimPy:
    """Mixed into a Node class: effects happen at once, as SimPy's events, without dslab's records and checks."""

    kernel: Kernel

    def send(self, dst, msg):
        self.kernel.transmit(self.id, dst, msg)

    def broadcast(self, msg):
        for peer in self.peers:
            self.kernel.transmit(self.id, peer, msg)

    def set_timer(self, name, low, high=None):
        self.kernel.arm(self, name, low if high is None else low + (high - low) * self.kernel.draw())

    def cancel_timer(self, name):
        self.kernel.timers[self.id].pop(name, None)

    def output(self, name, *values):
        pass

    def reply(self, client, value=None):
        pass

    def note(self, text):
        pass


class Kernel:
    """What both SimPy programs share: the nodes, and how they handle messages and timers."""

    def __init__(self, duration: float) -> None:
        load = run(duration)
        self.env, self.draw, self.events = simpy.Environment(), random.Random(6).random, 0
        self.timers: dict[str, dict[str, object]] = {name: {} for name in load.nodes}   # node -> timer -> when
        self.handlers: dict[tuple[str, type], Callable] = {}
        classes = {cls: type(cls.__name__, (OnSimPy, cls), {"kernel": self}) for cls in set(load.protocols.values())}
        self.nodes = {}
        for name, cls in load.protocols.items():
            neighbours = [other for other in load.nodes if other != name]
            peers = [other for other in neighbours if load.protocols[other] is cls]
            self.nodes[name] = classes[cls](name, peers, neighbours=neighbours)
        for node in self.nodes.values():
            self.begin(node)
            node.on_start()
        for event in load.script:
            name, msg = event.action.args
            self.env.timeout(event.time).callbacks.append(lambda _, name=name, msg=msg: self.receive(name, "user", msg))
        self.env.run(until=load.duration)

    def receive(self, dst: str, src: str, msg: object) -> None:
        self.events += 1
        handler = self.handlers.get((dst, type(msg)))
        if handler is None:
            handler = self.handlers[dst, type(msg)] = find_handler(self.nodes[dst], msg)
        handler(src, msg)

    def fire(self, node: Node, name: str) -> None:
        self.events += 1
        getattr(node, f"on_{name}_timer")()


class Callbacks(Kernel):
    """A callback on a bare timeout for each message and each timer."""

    def begin(self, node: Node) -> None:
        pass

    def transmit(self, src: str, dst: str, msg: object) -> None:
        self.env.timeout(5 + 10 * self.draw()).callbacks.append(lambda _: self.receive(dst, src, msg))

    def arm(self, node: Node, name: str, delay: float) -> None:
        timeout = self.timers[node.id][name] = self.env.timeout(delay)
        timeout.callbacks.append(lambda _: self.go_off(node, name, timeout))

    def go_off(self, node: Node, name: str, timeout: object) -> None:
        if self.timers[node.id].get(name) is timeout:
            self.fire(node, name)


class Processes(Kernel):
    """A process for each node, which waits for its mailbox or its next timer, and one for each message on its way."""

    def begin(self, node: Node) -> None:
        self.boxes = getattr(self, "boxes", {})
        self.boxes[node.id] = simpy.Store(self.env)
        self.env.process(self.live(node))

    def transmit(self, src: str, dst: str, msg: object) -> None:
        self.env.process(self.travel(src, dst, msg))

    def travel(self, src: str, dst: str, msg: object) -> simpy.events.ProcessGenerator:
        yield self.env.timeout(5 + 10 * self.draw())
        self.boxes[dst].put((src, msg))

    def arm(self, node: Node, name: str, delay: float) -> None:
        self.timers[node.id][name] = self.env.now + delay

    def live(self, node: Node) -> simpy.events.ProcessGenerator:
        mail, timers = self.boxes[node.id].get(), self.timers[node.id]
        while True:
            name = min(timers, key=timers.get, default="")
            if name:
                due = timers[name]
                yield mail | self.env.timeout(max(0.0, due - self.env.now))
            else:
                yield mail
            if mail.triggered:
                src, msg = mail.value
                mail = self.boxes[node.id].get()
                self.receive(node.id, src, msg)
            elif timers.get(name) == due:
                del timers[name]
                self.fire(node, name)
