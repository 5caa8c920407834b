"""Reliable broadcast by flooding, three times: who hears a message for the first time passes it on to all others.

Each of five nodes broadcasts a message every 100 ms. It is new to the four others, and each of them relays it: twenty
messages for each broadcast. A node knows a message by its sender's count. Messages take 5 to 15 ms.
"""

from __future__ import annotations

import random

import simpy

from dslab import Node, Run, Trace, message, simulate

NODES, INTERVAL = 5, 100


# ---- dslab -----------------------------------------------------------------------------------------------------------

@message
class Packet:
    sender: str
    number: int
    payload: str


class Flooder(Node):
    def init(self):
        self.said, self.ignored = 0, 0
        self.heard = dict.fromkeys([self.id, *self.peers], 0)

    def on_start(self):
        self.set_timer("speak", INTERVAL)

    def on_speak_timer(self):
        self.said += 1
        self.accept(Packet(self.id, self.said, "hello"))
        self.set_timer("speak", INTERVAL)

    def on_packet(self, src, msg):
        if msg.number <= self.heard[msg.sender]:
            self.ignored += 1
        else:
            self.accept(msg)

    def accept(self, msg):
        self.heard[msg.sender] = msg.number
        self.output("deliver", msg.sender, msg.number)
        self.broadcast(msg)


def run(rounds: int) -> Run:
    """So long that the last message reaches all."""
    return Run(Flooder, NODES, duration=INTERVAL * rounds + 50, seed=1)


def dslab(rounds: int, *, states: bool = True) -> tuple[int, Trace]:
    """How many messages were received and timers went off, and the trace."""
    trace = simulate(run(rounds), states=states)
    return len(trace) - NODES, trace              # without the starts


# ---- SimPy, idiomatic: processes and mailboxes -----------------------------------------------------------------------

class Processes:
    """For each node a process that speaks and one that reads the mailbox; a process for each message on its way."""

    def __init__(self, rounds: int) -> None:
        self.env, self.draw, self.events = simpy.Environment(), random.Random(1).random, 0
        self.boxes = [simpy.Store(self.env) for _ in range(NODES)]
        self.heard = [[0] * NODES for _ in range(NODES)]
        self.delivered, self.ignored = [0] * NODES, [0] * NODES
        for me in range(NODES):
            self.env.process(self.speak(me))
            self.env.process(self.listen(me))
        self.env.run(until=INTERVAL * rounds + 50)

    def travel(self, dst: int, msg: tuple) -> simpy.events.ProcessGenerator:
        yield self.env.timeout(5 + 10 * self.draw())
        self.boxes[dst].put(msg)

    def speak(self, me: int) -> simpy.events.ProcessGenerator:
        said = 0
        while True:
            yield self.env.timeout(INTERVAL)
            self.events += 1
            said += 1
            self.accept(me, (me, said, "hello"))

    def listen(self, me: int) -> simpy.events.ProcessGenerator:
        while True:
            msg = yield self.boxes[me].get()
            self.events += 1
            if msg[1] <= self.heard[me][msg[0]]:
                self.ignored[me] += 1
            else:
                self.accept(me, msg)

    def accept(self, me: int, msg: tuple) -> None:
        self.heard[me][msg[0]] = msg[1]
        self.delivered[me] += 1
        for peer in range(NODES):
            if peer != me:
                self.env.process(self.travel(peer, msg))


# ---- SimPy, fast: bare callbacks -------------------------------------------------------------------------------------

class Callbacks:
    """A timeout with a callback for each message and each timer; the message is the timeout's value."""

    def __init__(self, rounds: int) -> None:
        self.env, self.draw, self.events = simpy.Environment(), random.Random(1).random, 0
        nodes = [CallbackNode(self, me) for me in range(NODES)]
        for node in nodes:
            node.peers = [peer for peer in nodes if peer is not node]
        self.env.run(until=INTERVAL * rounds + 50)


class CallbackNode:
    def __init__(self, world: Callbacks, me: int) -> None:
        self.world, self.env, self.draw, self.me, self.peers = world, world.env, world.draw, me, []
        self.said, self.delivered, self.ignored, self.heard = 0, 0, 0, [0] * NODES
        self.env.timeout(INTERVAL).callbacks.append(self.speak)

    def speak(self, _: simpy.Event) -> None:
        self.world.events += 1
        self.said += 1
        self.accept((self.me, self.said, "hello"))
        self.env.timeout(INTERVAL).callbacks.append(self.speak)

    def on_packet(self, event: simpy.Event) -> None:
        self.world.events += 1
        msg = event.value
        if msg[1] <= self.heard[msg[0]]:
            self.ignored += 1
        else:
            self.accept(msg)

    def accept(self, msg: tuple) -> None:
        self.heard[msg[0]] = msg[1]
        self.delivered += 1
        for peer in self.peers:
            self.env.timeout(5 + 10 * self.draw(), msg).callbacks.append(peer.on_packet)
