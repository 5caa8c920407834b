"""Events per second of `simulate`, as ratios to SimPy on the same workloads in the same run.

Two peers: idiomatic SimPy (a process for each node with a `Store` as its mailbox, and a process for each message on
its way) and SimPy's fastest honest use (a callback on a bare timeout for each message and timer). Neither records
anything; dslab records the whole trace, with or without the states of the nodes. The CPU time of each is the median of
several rounds taken in turn, so that a noisy machine disturbs all alike.

Workloads: "ping", small handlers written natively for each simulator, so that the simulator dominates; "raft", five
servers and a client, where both simulators run the same `Raft` class.

    python benchmarks/simulator.py
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import time
from collections.abc import Callable

import simpy

from dslab import Network, Node, Run, at, constant, message, request, simulate
from dslab.contract import find_handler
from dslab.protocols.client import Client, Put
from dslab.protocols.raft import Raft

ROUNDS = 7
NODES = 5


# ---- ping: every node asks all others every 10 ms, all answer --------------------------------------------------------

@message
class Ping:
    n: int


@message
class Pong:
    n: int


class Pinger(Node):
    """The workload for dslab."""

    def init(self):
        self.asked = 0
        self.answered = 0

    def on_start(self):
        self.set_timer("ask", 10)

    def on_ask_timer(self):
        self.asked += 1
        self.broadcast(Ping(self.asked))
        self.set_timer("ask", 10)

    def on_ping(self, src, msg):
        self.send(src, Pong(msg.n))

    def on_pong(self, src, msg):
        self.answered += 1


def ping_dslab(duration: float, *, states: bool) -> int:
    """dslab: every step is recorded."""
    return len(simulate(Run(Pinger, NODES, duration=duration, network=Network(latency=constant(1)), seed=1), states=states))


def ping_processes(duration: float) -> int:
    """Idiomatic SimPy; returns how many events it handled: messages received and timers gone off."""
    env = simpy.Environment()
    boxes = [simpy.Store(env) for _ in range(NODES)]
    events = 0

    def travel(dst: int, msg: tuple):
        yield env.timeout(1)
        boxes[dst].put(msg)

    def node(me: int):
        nonlocal events
        answered = 0
        while True:
            kind, src, n = yield boxes[me].get()
            events += 1
            if kind == "ping":
                env.process(travel(src, ("pong", me, n)))
            else:
                answered += 1

    def asker(me: int):
        nonlocal events
        asked = 0
        while True:
            yield env.timeout(10)
            events += 1
            asked += 1
            for peer in range(NODES):
                if peer != me:
                    env.process(travel(peer, ("ping", me, asked)))

    for me in range(NODES):
        env.process(node(me))
        env.process(asker(me))
    env.run(until=duration)
    return events


def ping_callbacks(duration: float) -> int:
    """SimPy with a callback on a bare timeout for all that takes time."""
    env = simpy.Environment()
    asked, answered = [0] * NODES, [0] * NODES
    events = 0

    def after(delay: float, handler: Callable, *args: object) -> None:
        env.timeout(delay).callbacks.append(lambda _: handler(*args))

    def ask(me: int) -> None:
        nonlocal events
        events += 1
        asked[me] += 1
        for peer in range(NODES):
            if peer != me:
                after(1, ping, peer, me, asked[me])
        after(10, ask, me)

    def ping(me: int, src: int, n: int) -> None:
        nonlocal events
        events += 1
        after(1, pong, src, me, n)

    def pong(me: int, src: int, n: int) -> None:
        nonlocal events
        events += 1
        answered[me] += 1

    for me in range(NODES):
        after(10, ask, me)
    env.run(until=duration)
    return events


# ---- raft: the same Node classes under both simulators ---------------------------------------------------------------

CLUSTER = dict.fromkeys("ABCDE", Raft) | {"alice": Client}


def raft_run(duration: float) -> Run:
    """Five servers, one client, a command every 500 ms."""
    script = [at(time, request("alice", Put("x", time))) for time in range(500, int(duration), 500)]
    return Run(CLUSTER, duration=duration, seed=6, script=script)


def raft_dslab(duration: float, *, states: bool) -> int:
    """dslab: every step is recorded."""
    return len(simulate(raft_run(duration), states=states))


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
        self.kernel.timers.pop((self.id, name), None)

    def output(self, name, *values):
        pass

    def reply(self, client, value=None):
        pass

    def note(self, text):
        pass


class Kernel:
    """What both SimPy programs share: the nodes, and how they handle messages and timers."""

    def __init__(self, run: Run) -> None:
        self.env, self.draw, self.events = simpy.Environment(), random.Random(6).random, 0
        self.timers: dict[tuple[str, str], object] = {}
        self.handlers: dict[tuple[str, type], Callable] = {}
        classes = {cls: type(cls.__name__, (OnSimPy, cls), {"kernel": self}) for cls in set(run.protocols.values())}
        self.nodes = {name: classes[cls](name, [peer for peer in run.nodes if peer != name and run.protocols[peer] is cls],
                                         neighbours=[other for other in run.nodes if other != name])
                      for name, cls in run.protocols.items()}
        for node in self.nodes.values():
            self.begin(node)
            node.on_start()
        for event in run.script:
            name, msg = event.action.args
            self.env.timeout(event.time).callbacks.append(lambda _, name=name, msg=msg: self.receive(name, "user", msg))
        self.env.run(until=run.duration)

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
        timeout = self.timers[node.id, name] = self.env.timeout(delay)
        timeout.callbacks.append(lambda _: self.go_off(node, name, timeout))

    def go_off(self, node: Node, name: str, timeout: object) -> None:
        if self.timers.get((node.id, name)) is timeout:
            self.fire(node, name)


class Processes(Kernel):
    """A process for each node, which waits for its mailbox or its next timer, and one for each message on its way."""

    def begin(self, node: Node) -> None:
        self.boxes = getattr(self, "boxes", {})
        self.boxes[node.id] = simpy.Store(self.env)
        self.env.process(self.live(node))

    def transmit(self, src: str, dst: str, msg: object) -> None:
        self.env.process(self.travel(src, dst, msg))

    def travel(self, src: str, dst: str, msg: object):
        yield self.env.timeout(5 + 10 * self.draw())
        self.boxes[dst].put((src, msg))

    def arm(self, node: Node, name: str, delay: float) -> None:
        self.timers[node.id, name] = self.env.now + delay

    def live(self, node: Node):
        mail = self.boxes[node.id].get()
        while True:
            due, name = min(((due, name) for (owner, name), due in self.timers.items() if owner == node.id), default=(float("inf"), ""))
            if name:
                yield mail | self.env.timeout(max(0.0, due - self.env.now))
            else:
                yield mail
            if mail.triggered:
                src, msg = mail.value
                mail = self.boxes[node.id].get()
                self.receive(node.id, src, msg)
            elif name and self.timers.get((node.id, name)) == due:
                del self.timers[node.id, name]
                self.fire(node, name)


# ---- measuring -------------------------------------------------------------------------------------------------------

def measure(contestants: dict[str, Callable[[], int]]) -> dict[str, float]:
    """Thousands of events per second of CPU time: the median of several rounds, the contestants taking turns."""
    rates: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, contestant in contestants.items():
            gc.collect()
            begin = time.process_time()
            events = contestant()
            rates[name].append(events / (time.process_time() - begin) / 1000)
    return {name: statistics.median(values) for name, values in rates.items()}


def report(title: str, rates: dict[str, float]) -> None:
    """One table: events per second, and the ratios to both peers."""
    print(f"\n{title}\n{'':34}{'k events/s':>12}{'x processes':>14}{'x callbacks':>14}")
    for name, rate in rates.items():
        print(f"{name:34}{rate:12.0f}{rate / rates['SimPy, processes']:14.1f}{rate / rates['SimPy, callbacks']:14.2f}")


def main() -> None:
    """Both workloads."""
    print(f"Python {sys.version.split()[0]}, SimPy {simpy.__version__}, CPU time, median of {ROUNDS} rounds")
    report("ping, 5 nodes", measure({
        "SimPy, processes": lambda: ping_processes(2000),
        "SimPy, callbacks": lambda: ping_callbacks(5000),
        "dslab, full trace with states": lambda: ping_dslab(5000, states=True),
        "dslab, full trace without states": lambda: ping_dslab(5000, states=False),
    }))
    report("raft, 5 servers and a client", measure({
        "SimPy, processes": lambda: Processes(raft_run(20_000)).events,
        "SimPy, callbacks": lambda: Callbacks(raft_run(40_000)).events,
        "dslab, full trace with states": lambda: raft_dslab(40_000, states=True),
        "dslab, full trace without states": lambda: raft_dslab(40_000, states=False),
    }))


if __name__ == "__main__":
    main()
