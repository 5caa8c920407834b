"""A leader database: one server executes transactions, and its followers copy what it has committed.

The idea in three sentences. Transactions overlap on the leader, and the order in which they commit is the order of its
log; followers execute the log in that order, so each is a state that the leader was in. Asynchronous replication
acknowledges a transaction when the leader has committed it, semi-synchronous replication when a follower has stored it
too. The `Operator` of `failover` replaces a leader by the most up to date server of a majority, and so nothing is lost
that a follower had stored when it was acknowledged.

Source: Kleppmann, "Distributed systems", lecture notes (2021, section 5.3). Left out: what a transaction reads, and
conflicts (writes are blind, and the last commit wins); retries of clients, to whom the outcome of a transaction that
was not acknowledged is unknown.
"""

from typing import Any

from dslab.marks import Cursor
from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, sometimes
from dslab.protocols.failover import FailOver, Leading, Operator, Position
from dslab.run import Run
from dslab.script import at, crash, delay, drop, recover, request


@message
class Write:
    """A request: within this transaction, set a key. Nobody sees it before the transaction commits."""

    transaction: str
    key: str
    value: Any
    label = "{transaction}: {key} = {value}"


@message
class Commit:
    """A request: commit this transaction."""

    transaction: str
    label = "commit {transaction}"


@message
class Read:
    """A request to any server: what is the value?"""

    key: str
    label, look = "read {key}", "ask"


@message
class Entry:
    writes: tuple       # (key, value), ...
    transaction: str
    label = "{transaction}"


@message
class Append:
    epoch: int          # of the leader that sends it: the number of leaders up to it
    start: int          # how many entries of its log come before these
    entries: tuple
    label = "{entries}"


@message
class Stored:
    epoch: int
    length: int         # the receiver's log has all entries up to here
    label, look = "✓ up to {length}", "yes"


class Server(Node):
    """A server of the database; the first one leads, until another is promoted."""

    persistent = ("epoch", "follows", "log", "data", "needed")
    roles = ("follower", "leader")
    shown = ("epoch", "data")
    logs = (("log", ""),)
    marks = (Cursor("stored", role="leader"),)
    patience = 100                      # ms until the leader sends again what a follower has not acknowledged

    def init(self):
        self.needed = 1                 # followers that have stored what is acknowledged; 0: asynchronous
        self.role = "follower"
        self.epoch = 1                  # the greatest that it has heard of
        self.follows = 1                # the epoch of the leader whose log it has
        self.log = []                   # the leader's transactions, in the order of their commits
        self.data = {}                  # key -> value, after all of the log
        self.open = {}                  # leader: transaction -> its writes so far
        self.clients = {}               # leader: position in the log -> the client who waits
        self.stored = {}                # leader: follower -> how many entries it has

    def on_start(self):
        if self.index == 0:
            self.lead()

    def on_recover(self):
        """As a follower: what was open is lost, and another may lead."""

    # ---- transactions on the leader ----

    def on_write(self, src, msg):
        if self.refuses(src):
            return
        self.open.setdefault(msg.transaction, {})[msg.key] = msg.value
        self.reply(src, "ok")

    def on_commit(self, src, msg):
        if self.refuses(src):
            return
        self.append(Entry(tuple(self.open.pop(msg.transaction, {}).items()), msg.transaction))
        self.output("commit", self.epoch, len(self.log), msg.transaction)
        self.clients[len(self.log)] = src
        self.ship()
        self.acknowledge()

    def refuses(self, client):
        if self.role == "leader":
            return False
        self.reply(client, "not the leader")
        return True

    def append(self, entry):
        self.log.append(entry)
        self.data.update(entry.writes)

    def on_read(self, src, msg):
        """A follower's answer may be stale."""
        self.reply(src, self.data.get(msg.key))

    def acknowledge(self):
        for position, client in sorted(self.clients.items()):
            if sum(length >= position for length in self.stored.values()) >= self.needed:
                del self.clients[position]
                self.output("acknowledge", self.epoch, self.log[position - 1].transaction)
                self.reply(client, "committed")

    # ---- from the leader to its followers ----

    def ship(self):
        """Send each follower what it has not acknowledged: so no follower ever misses an entry in between."""
        for follower, length in self.stored.items():
            if length < len(self.log):
                self.send(follower, Append(self.epoch, length, tuple(self.log[length:])))
                self.set_timer("ship", self.patience)

    on_ship_timer = ship

    def on_append(self, src, msg):
        if msg.epoch < self.epoch:
            return self.note(f"obeys no leader of epoch {msg.epoch} any more")
        if msg.epoch > self.follows:
            self.follow(msg.epoch)
        for entry in self.new(msg):
            self.append(entry)
        self.send(src, Stored(self.epoch, len(self.log)))

    def follow(self, epoch):
        """What this server has and a later leader has not was never acknowledged by a majority: it is given up."""
        self.step_down(epoch)
        self.follows, self.log, self.data = epoch, [], {}

    def new(self, msg):
        """Those entries that this server does not have yet: a message may arrive twice, or late."""
        return msg.entries[len(self.log) - msg.start:]

    def on_stored(self, src, msg):
        if self.role != "leader" or msg.epoch < self.epoch:
            return self.note("that epoch is over")
        self.stored[src] = max(self.stored[src], msg.length)
        self.acknowledge()
        if all(length == len(self.log) for length in self.stored.values()):
            self.cancel_timer("ship")

    # ---- another leader ----

    def on_how_far(self, src, msg):
        if msg.epoch < self.epoch:
            return self.note("has been asked again since")
        self.step_down(msg.epoch)
        self.send(src, Position(msg.epoch, self.follows, len(self.log)))

    def step_down(self, epoch):
        if epoch > self.epoch:
            self.epoch, self.role = epoch, "follower"
            self.open, self.clients, self.stored = {}, {}, {}
            self.cancel_timer("ship")

    def on_promote(self, src, msg):
        if msg.epoch < self.epoch:
            return self.note("another is to lead by now")
        if msg.epoch > self.follows:
            self.follows = self.epoch = msg.epoch
            self.lead()
        self.send(src, Leading(msg.epoch))

    def lead(self):
        self.role = "leader"
        self.stored = dict.fromkeys(self.peers, 0)
        self.output("leads", self.epoch, tuple(entry.transaction for entry in self.log))
        self.ship()


# ---- properties --------------------------------------------------------------------------------------------

def sequences(world: Any) -> dict[int, list[str]]:
    """Epoch -> the transactions of its leader, in the order of their commits."""
    found = {}
    for output in world.outputs():
        if output.name == "leads":
            epoch, transactions = output.values
            found[epoch] = list(transactions)
        elif output.name == "commit":
            epoch, _, transaction = output.values
            found[epoch].append(transaction)
    return found


@always
def a_server_has_a_prefix_of_the_commit_sequence_of_its_leader(world):
    found = sequences(world)
    for node, state in world.having("follows").items():
        log = [entry.transaction for entry in state.log]
        leader = found.get(state.follows, [])
        if log != leader[:len(log)]:
            return f"{node} has executed {', '.join(log)}, and its leader {', '.join(leader) or 'nothing'}"


@always
def an_acknowledged_transaction_survives_promotion(world):
    for told in world.outputs("acknowledge"):
        epoch, transaction = told.values
        for leader in world.outputs("leads"):
            later, transactions = leader.values
            if later > epoch and transaction not in transactions:
                return f"{told.node} has acknowledged {transaction}, and {leader.node} leads without it"


@sometimes
def a_transaction_is_acknowledged_after_a_promotion(world):
    leaders = world.outputs("leads")
    return len(leaders) > 1 and any(output.step > leaders[1].step for output in world.outputs("acknowledge"))


SAFETY = (a_server_has_a_prefix_of_the_commit_sequence_of_its_leader, an_acknowledged_transaction_survives_promotion)
PROMISES = (*SAFETY, a_transaction_is_acknowledged_after_a_promotion)


# ---- runs --------------------------------------------------------------------------------------------------

def database(*script, server=Server, operator=Operator, needed=1, **options):
    """Three servers, A leads, and the operator; a message takes 10 ms. `needed`: how many followers have stored what is
    acknowledged; `options` are those of `Run`."""
    names = ("A", "B", "C")
    links = [("A", "B"), ("A", "C"), ("B", "C"), *((name, "operator") for name in names)]
    options.setdefault("network", Network(latency=constant(10)))
    return Run(dict.fromkeys(names, server) | {"operator": operator}, topology=links, script=script,
               initial={name: {"needed": needed} for name in names}, **options)


def asks(time, node, msg, client):
    return at(time, request(node, msg, client=client))


# T1 begins first, and T2 commits first.
OVERLAPPING = (asks(10, "A", Write("T1", "x", 1), "alice"), asks(20, "A", Write("T2", "x", 2), "bob"),
               asks(30, "A", Commit("T2"), "bob"), asks(60, "A", Commit("T1"), "alice"))


def fail_over(time):
    return asks(time, "operator", FailOver(), "administrator")


def behind(operator=Operator, *, leader="C", **options):
    """T1 reaches C, and not B; A crashes, and is replaced. carol writes to the new leader, and A recovers."""
    options = {"title": "A crashes, and C is ahead of B"} | options
    return database(at(0, drop("A->B#2")), *OVERLAPPING, at(85, crash("A")), fail_over(100),
                    asks(200, leader, Write("T3", "y", 3), "carol"), asks(210, leader, Commit("T3"), "carol"),
                    at(300, recover("A")), operator=operator, duration=600, **options)


def lost(needed):
    """T1 commits on A, reaches no follower, and A crashes."""
    kind = "Semi-synchronous" if needed else "Asynchronous"
    return database(at(0, drop("A->B#2")), at(0, drop("A->C#2")), *OVERLAPPING, at(65, crash("A")), fail_over(100),
                    needed=needed, duration=300, title=f"{kind}: A crashes, and T1 has reached no follower")


def stale(needed=1):
    """carol reads x from B, which the leader's message has not reached yet, though T2 is acknowledged."""
    return database(at(0, delay("A->B#1", by=50)), *OVERLAPPING[1:3], asks(60, "B", Read("x"), "carol"),
                    asks(100, "B", Read("x"), "carol"), needed=needed, duration=300, title="A stale read from B")


DEMO = behind()
DEMOS = {
    "C is ahead": DEMO,
    "overlapping": database(*OVERLAPPING, duration=200, title="T1 begins first, and T2 commits first"),
    "asynchronous": lost(0),
    "semi-synchronous": lost(1),
    "stale read": stale(),
}
