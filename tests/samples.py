"""Small protocols and runs that several test files look at."""

from dslab.network import Network, exponential
from dslab.node import Node, message
from dslab.run import Run
from dslab.script import at, clock, crash, partition, pause, recover, request, resume


@message
class Ping:
    n: int = 0


@message
class Pong:
    n: int = 0


@message
class Put:
    key: str
    value: int


@message
class Nothing:
    pass


class Quiet(Node):
    """Does nothing of its own accord and remembers what it receives."""

    def init(self):
        self.received = []

    def on_ping(self, src, msg):
        self.received.append(msg.n)

    def on_nothing(self, src, msg):
        self.received.append(None)


class Pinger(Quiet):
    """A sends one ping to all when it starts."""

    def on_start(self):
        if self.id in ("A", "N1"):
            self.broadcast(Ping(1))


class Sender(Quiet):
    """A sends a ping to B each 10 ms, with a count."""

    def init(self):
        self.received, self.count = [], 0

    def on_start(self):
        if self.id == "A":
            self.set_timer("beat", 10)

    def on_beat_timer(self):
        self.count += 1
        self.send("B", Ping(self.count))
        self.set_timer("beat", 10)


class Gossip(Node):
    """Every node tells random others what it knows, now and then: all that is random in one protocol."""

    persistent = ("known",)
    shown = ("beats",)

    def init(self):
        self.known = {}  # node -> its highest count of beats heard of
        self.beats = 0  # lost in a crash

    def on_start(self):
        self.set_timer("beat", 20, 60)

    def on_beat_timer(self):
        self.beats += 1
        self.known[self.id] = self.known.get(self.id, 0) + 1
        for peer in self.draw(self.peers, 2):
            self.send(peer, Put(self.id, self.known[self.id]))
        self.set_timer("beat", 20, 60)

    def on_put(self, src, msg):
        if msg.value <= self.known.get(msg.key, 0):
            return self.note("old news")
        self.known[msg.key] = msg.value
        self.output("news", msg.key, msg.value)
        for peer in self.draw(self.peers):
            self.send(peer, msg)


ROUGH = Network(
    latency=exponential(12, least=1), loss=0.1, duplication=0.1, links={("A", "B"): {"fifo": True}}
)


def gossip_run(seed: int = 3) -> Run:
    """A run in which much goes wrong."""
    return Run(
        Gossip,
        5,
        seed=seed,
        duration=600,
        network=ROUGH,
        title="gossip",
        script=[
            at(50, clock("C", drift=5000, step=-3)),
            at(100, crash("B")),
            at(120, partition(("A", "B"), ("C", "D"))),
            at(200, pause("D")),
            at(260, resume("D")),
            at(300, recover("B")),
            at(310, request("A", Put("user", 7), client="alice")),
            at(400, partition(("A", "B", "C", "D", "E"))),
        ],
    )


class Store(Node):
    """A register that answers its clients, by way of another node if there is one."""

    def init(self):
        self.values = {}

    def on_put(self, src, msg):
        self.values[msg.key] = msg.value
        self.reply(src, msg.value)


def kinds(trace):
    """The steps in short: (kind, node)."""
    return [(step.kind, step.node) for step in trace.steps]


def only(trace, kind):
    """The steps of one kind."""
    return [step for step in trace.steps if step.kind == kind]
