"""Quorum reads and writes: a value on n replicas can be read and written though some replicas do not answer.

A client coordinates its own operation. A write is complete when w replicas have stored it with its timestamp; a read
takes the newest of r answers. If r + w > n, every r replicas include one of any w, so the read sees each write that was
complete before it began. Read repair stores the newest pair on those that answered with an older one.

Source: Kleppmann, lecture notes "Distributed Systems", section 5.2; Gifford, "Weighted voting for replicated data"
(1979). Left out: several keys, weights, replicas that exchange what they store (`anti_entropy`). Such a register is not
linearizable: `abd` is.
"""

from typing import Any

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, sometimes
from dslab.run import Run
from dslab.script import at, clock, crash, drop, request

NEVER = (0, "-")                         # the timestamp of the initial value


@message
class Write:
    """A request: set the register."""

    value: Any
    label = "write {value}"


@message
class Read:
    """A request: what is the value?"""

    label, look = "read", "ask"


def words(stamp):
    """A timestamp as a text."""
    return f"({stamp[0]}, {stamp[1]})" if stamp != NEVER else "0"


def pair(stamp, value):
    """A value and its timestamp as a text."""
    return f"{value} at {words(stamp)}"


@message
class Set:
    """Store this value, unless a newer one is there."""

    operation: int                      # the number of the client's operation
    stamp: tuple                        # (a counter, the client that writes)
    value: Any

    def label(self):
        """The pair."""
        return "set " + pair(self.stamp, self.value)


@message
class Stored:
    operation: int
    label, look = "stored", "yes"


@message
class Get:
    operation: int
    label, look = "get", "ask"


@message
class Found:
    """The value that a replica stores."""

    operation: int
    stamp: tuple
    value: Any

    def label(self):
        """The pair."""
        return pair(self.stamp, self.value)


class Replica(Node):
    """Stores the value with the greatest timestamp that it has been sent."""

    persistent = ("stamp", "value")
    shown = ("value", "stamp")

    def init(self):
        self.value = "v0"
        self.stamp = NEVER

    def on_set(self, src, msg):
        if self.is_newer(msg.stamp):
            self.stamp, self.value = msg.stamp, msg.value
            self.output("stores", self.stamp)
        elif msg.stamp < self.stamp:
            self.note(f"keeps {pair(self.stamp, self.value)}, which is newer")
        self.send(src, Stored(msg.operation))

    def is_newer(self, stamp):
        return stamp > self.stamp

    def on_get(self, src, msg):
        self.send(src, Found(msg.operation, self.stamp, self.value))


class Client(Node):
    """Coordinates its user's reads and writes, one at a time. A majority is enough for each, unless r and w differ."""

    persistent = ("r", "w", "counter", "operation")
    patience = 100                      # ms until an operation without enough answers is reported as failed

    def init(self):
        self.r = self.w = len(self.replicas()) // 2 + 1
        self.counter = 0                # the greatest that it has seen in a timestamp
        self.operation = 0              # the number of the present operation
        self.user = None                # who asked for it; None: it is over
        self.pair = None                # a write's timestamp and value
        self.stored = []                # the replicas that have stored it
        self.answers = {}               # a read's answers: replica -> (timestamp, value)

    def begin(self, user):
        self.operation += 1
        self.user, self.stored, self.answers = user, [], {}
        self.set_timer("patience", self.patience)

    def on_write(self, src, msg):
        self.begin(src)
        self.pair = (self.next_stamp(), msg.value)
        self.output("writes", *self.pair)
        self.tell(self.replicas(), Set(self.operation, *self.pair))

    def next_stamp(self):
        self.counter += 1
        return (self.counter, self.id)

    def on_stored(self, src, msg):
        if self.is_over(msg):
            return
        if src not in self.stored:
            self.stored.append(src)
        if len(self.stored) == self.w:
            self.output("written", *self.pair, tuple(self.stored))
            self.end("ok")

    def on_read(self, src, msg):
        self.begin(src)
        self.output("asks")
        self.tell(self.replicas(), Get(self.operation))

    def on_found(self, src, msg):
        if self.is_over(msg):
            return
        self.answers[src] = (msg.stamp, msg.value)
        if len(self.answers) == self.r:
            self.finish_read(*self.choose())

    def choose(self):
        """The answer with the greatest timestamp."""
        return max(self.answers.values())

    def finish_read(self, stamp, value):
        self.counter = max(self.counter, stamp[0])
        self.output("read", stamp, value, tuple(self.answers))
        self.end(value)

    def end(self, result):
        self.reply(self.user, result)
        self.user = None
        self.cancel_timer("patience")

    def on_patience_timer(self):
        self.note("too few answers: reported as failed, and yet some replicas may have stored it" if self.stored else
                  "too few answers: reported as failed")
        self.end("failed")

    def is_over(self, msg):
        """Is this an answer to an operation that is over?"""
        over = self.user is None or msg.operation != self.operation
        if over:
            self.note("that operation is over")
        return over

    def tell(self, replicas, msg):
        for replica in replicas:
            self.send(replica, msg)

    def replicas(self):
        """The neighbours that are not clients."""
        return [name for name in self.neighbours if name not in self.peers]


class Repairing(Client):
    """Read repair: replicas that answered with an older pair are sent the newest one, as it is."""

    def finish_read(self, stamp, value):
        behind = [replica for replica, (older, _) in self.answers.items() if older < stamp]
        self.tell(behind, Set(self.operation, self.repair_stamp(stamp), value))
        super().finish_read(stamp, value)

    def repair_stamp(self, stamp):
        return stamp


# ---- wrong variants ----------------------------------------------------------------------------------------

class FreshRepair(Repairing):
    """What if a repair is stamped as a new write?"""

    def repair_stamp(self, stamp):
        self.counter = max(self.counter, stamp[0])
        return self.next_stamp()


class CountsReplies(Client):
    """What if it counts replies instead of replicas? A network may duplicate them."""

    def on_found(self, src, msg):
        super().on_found(f"{src}, reply {len(self.answers) + 1}", msg)

    def on_stored(self, src, msg):
        super().on_stored(f"{src}, reply {len(self.stored) + 1}", msg)


class FirstReply(Client):
    """What if a read returns the first of its answers?"""

    def choose(self):
        return next(iter(self.answers.values()))


class Half(Client):
    """What if half of the replicas are enough?"""

    def init(self):
        super().init()
        self.r = self.w = len(self.replicas()) // 2


class WallClock(Client):
    """What if the timestamp is the time of day?"""

    def next_stamp(self):
        return (self.now, self.id)


class LastArrival(Replica):
    """What if a replica stores whatever arrives last?"""

    def is_newer(self, stamp):
        return stamp != self.stamp


# ---- properties --------------------------------------------------------------------------------------------

@always
def a_read_is_as_new_as_each_write_that_was_complete_before_it(world):
    newest, since = NEVER, {}
    for output in world.outputs():
        if output.name == "written":
            newest = max(newest, output.values[0])
        elif output.name == "asks":
            since[output.node] = newest
        elif output.name == "read" and output.values[0] < since[output.node]:
            stamp, value, _ = output.values
            missed = words(since[output.node])
            return f"{output.node} reads {pair(stamp, value)}, though a write at {missed} was complete"


@always
def a_read_returns_what_was_written(world):
    """The pair: a value with the timestamp of its write."""
    known = {(NEVER, "v0")}
    for output in world.outputs():
        if output.name == "writes":
            known.add(output.values)
        elif output.name == "read" and output.values[:2] not in known:
            return f"{output.node} reads {pair(*output.values[:2])}, which nobody has written"


@always
def a_write_is_newer_than_what_its_client_has_read_or_written(world):
    seen = {}
    for output in world.outputs():
        if output.name in ("read", "writes"):
            stamp, before = output.values[0], seen.get(output.node, NEVER)
            if output.name == "writes" and stamp <= before:
                return f"{output.node} writes {pair(*output.values)}, though it knows of {words(before)}"
            seen[output.node] = max(stamp, before)


@always
def timestamps_never_decrease_on_a_replica(world):
    latest = {}
    for output in world.outputs("stores"):
        stamp, = output.values
        if stamp < latest.get(output.node, NEVER):
            return f"{output.node} stores {words(stamp)}, after {words(latest[output.node])}"
        latest[output.node] = stamp


def completes_without(world, name):
    """Has an operation of this kind completed without an answer of a replica that is down?"""
    down = set(world.having("stamp")) - set(world.up)
    return any(down - set(output.values[2]) for output in world.outputs(name)) if down else False


@sometimes
def a_read_completes_without_a_replica_that_is_down(world):
    return completes_without(world, "read")


@sometimes
def a_write_completes_without_a_replica_that_is_down(world):
    return completes_without(world, "written")


SAFETY = (
    a_read_is_as_new_as_each_write_that_was_complete_before_it,
    a_read_returns_what_was_written,
    a_write_is_newer_than_what_its_client_has_read_or_written,
    timestamps_never_decrease_on_a_replica,
)
PROMISES = (
    *SAFETY,
    a_read_completes_without_a_replica_that_is_down,
    a_write_completes_without_a_replica_that_is_down,
)


# ---- runs --------------------------------------------------------------------------------------------------

def replicated(client, *asked, replicas="ABC", events=(), replica=Replica, r=None, w=None, gap=50,
               **options):
    """Clients and replicas, all linked. `asked` are the requests, each (client, message), `gap` ms apart.

    `r` and `w` are majorities where they are not given; `events` are added to the script.
    """
    clients = dict.fromkeys(name for name, _ in asked)
    links = [(name, server) for name in clients for server in replicas]
    chosen = {name: value for name, value in (("r", r), ("w", w)) if value is not None}
    script = [at(10 + gap * place, request(name, msg, client=f"{name}'s user"))
              for place, (name, msg) in enumerate(asked)]
    script = sorted((*script, *events), key=lambda event: event.time)
    options = {"network": Network(latency=constant(10))} | options
    return Run(dict.fromkeys(replicas, replica) | dict.fromkeys(clients, client), topology=links, script=script,
               initial=dict.fromkeys(clients, chosen) if chosen else {}, **options)


def lost(*names):
    """The events that lose these messages."""
    return [at(0, drop(name)) for name in names]


def fixture(client=Client, *, lost_messages=("alice->A#1", "bob->C#1"), **options):
    """alice's write reaches B and C, bob's read A and B, unless other messages are lost."""
    return replicated(client, ("alice", Write("v1")), ("bob", Read()), events=lost(*lost_messages), **options)


def own_write(r, w):
    """alice writes, and then reads, on two replicas: the write reaches B, the read A."""
    return replicated(Client, ("alice", Write("v1")), ("alice", Read()), replicas="AB", r=r, w=w, gap=150,
                      events=lost("alice->A#1", "alice->B#2"), title=f"alice writes and reads: r = {r}, w = {w} of 2")


def repair_during_a_write(client):
    """bob reads, and repairs A, while alice writes v2; then carol reads A and B."""
    return replicated(client, ("alice", Write("v1")), ("bob", Read()), ("carol", Read()),
                      events=[*lost("alice->A#1", "bob->C#1", "carol->C#1"),
                              at(65, request("alice", Write("v2"), client="alice's user"))],
                      title="A repair during a write", duration=200)


# alice's clock is 5 s ahead; bob reads what she wrote, and writes after it.
FAST_CLOCK = replicated(WallClock, ("alice", Write("v1")), ("bob", Read()), ("bob", Write("v2")), ("alice", Read()),
                        events=[at(0, clock("alice", offset=5000))], title="alice's clock is 5 s ahead", duration=300)

# The write reaches C only, bob's first read A and B, his second B and C.
FAILED = replicated(Client, ("alice", Write("v1")), ("bob", Read()), ("bob", Read()),
                    events=lost("alice->A#1", "alice->B#1", "bob->C#1", "bob->A#2"),
                    title="A write that reaches one replica of three", gap=150)

DEMO = replicated(Client, ("alice", Write("v1")), ("bob", Read()), ("bob", Write("v2")),
                  events=[*lost("alice->A#1"), at(55, crash("C"))], duration=200,
                  title="A write reaches B and C, then C crashes")
DEMOS = {
    "C crashes": DEMO,
    "which messages are lost": fixture(title="The write reaches B and C, the read A and B"),
    "read repair": fixture(Repairing, title="The reader repairs"),
    "own write, r = w = 1": own_write(1, 1),
    "own write, r = 2": own_write(2, 1),
    "one replica of three": FAILED,
    "a repair during a write": repair_during_a_write(Repairing),
    "a repair with a stamp of its own": repair_during_a_write(FreshRepair),
    "a clock ahead": FAST_CLOCK,
}
