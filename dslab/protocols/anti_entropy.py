"""Anti-entropy: replicas that have missed writes compare what they have, two by two, and become equal again.

One sends a summary, the timestamp of each key; the other answers with what is newer there and with the keys that it
wants (push and pull). Of two records the one with the greater timestamp is kept: last writer wins. A deleted key leaves
a tombstone, for to a replica that has no record at all the old value of another replica is news.

Sources: Demers et al., "Epidemic algorithms for replicated database maintenance" (1987), for anti-entropy and its death
certificates; Kleppmann, lecture notes "Distributed Systems", section 5.1. Left out: rounds without end (a replica
begins one after each write, and on request); collecting tombstones safely. Last writer wins loses one of two concurrent
writes: `multi_value` keeps both.
"""

from typing import Any

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run
from dslab.script import at, clock, heal, partition, request


@message
class Record:
    """What a replica keeps under a key; the value None is a tombstone."""

    stamp: tuple        # (time, replica)
    value: Any

    def label(self):
        """The value, or that it is deleted, and since when."""
        return f"{'✗' if self.value is None else self.value} {written(self.stamp)}"


NOTHING = Record((0, ""), None)         # older than any other


@message
class Put:
    """A request."""

    key: str
    value: Any
    label = "{key} = {value}"


@message
class Delete:
    """A request."""

    key: str
    label = "delete {key}"


@message
class Get:
    """A request."""

    key: str
    label, look = "read {key}", "ask"


@message
class Synchronize:
    """A request: begin a round of anti-entropy."""

    look = "ask"


@message
class Summary:
    stamps: tuple       # (key, timestamp), each

    look = "ask"

    def label(self):
        """Which versions the sender has."""
        return ", ".join(f"{key} of {written(stamp)}" for key, stamp in self.stamps) or "I have nothing"


@message
class News:
    records: tuple      # (key, record), each newer than what the receiver has
    wanted: tuple       # keys of which the receiver has something newer

    def label(self):
        """What it brings, and what it asks for."""
        brings = [f"{key} = {record.value}" if record.value is not None else f"{key} deleted"
                  for key, record in self.records]
        return ", ".join([*brings, *(f"{key}?" for key in self.wanted)])


def written(stamp: tuple) -> str:
    """A timestamp as people write it."""
    return f"({stamp[0]:g}, {stamp[1]})"


class LastWriterWins(Node):
    """A replica: of each key the record with the greatest timestamp, of a Lamport clock."""

    persistent = ("records",)
    shown = ("records",)
    patience = 100                      # ms from a write to the round

    def init(self):
        self.records = {}           # key -> its newest record

    def on_put(self, src, msg):
        self.output("wrote", msg.key, msg.value, self.record(msg.key).value)
        self.keep(msg.key, Record(self.stamp(), msg.value))
        self.reply(src)
        self.set_timer("round", self.patience)

    def on_delete(self, src, msg):
        self.on_put(src, Put(msg.key, None))

    def on_get(self, src, msg):
        self.reply(src, self.record(msg.key).value)

    def record(self, key):
        return self.records.get(key, NOTHING)

    def stamp(self):
        """Greater than all that this replica has seen."""
        return max([record.stamp[0] for record in self.records.values()], default=0) + 1, self.id

    def keep(self, key, record):
        """Keep the record if it is newer than what is here."""
        before = self.record(key)
        if record.stamp <= before.stamp:
            return self.note(f"has {key} of {written(before.stamp)}, and {written(record.stamp)} is not newer")
        self.records[key] = record
        if record.value is None and before.value is not None:
            self.output("removed", key, before.value)

    def on_round_timer(self):
        stamps = tuple((key, self.records[key].stamp) for key in sorted(self.records))
        self.broadcast(Summary(stamps))

    def on_synchronize(self, src, msg):
        self.on_round_timer()

    def on_recover(self):
        self.on_round_timer()

    def on_summary(self, src, msg):
        theirs = dict(msg.stamps)
        newer = [key for key, record in self.records.items() if record.stamp > theirs.get(key, NOTHING.stamp)]
        wanted = [key for key, stamp in msg.stamps if stamp > self.record(key).stamp]
        if newer or wanted:
            self.send(src, News(self.pick(newer), tuple(wanted)))

    def on_news(self, src, msg):
        for key, record in msg.records:
            self.keep(key, record)
        if msg.wanted:
            self.send(src, News(self.pick(msg.wanted), ()))

    def pick(self, keys):
        return tuple((key, self.records[key]) for key in keys if key in self.records)


class WallClock(LastWriterWins):
    """Last writer wins by the time of day: a clock that is ahead wins against everybody who writes later."""

    def stamp(self):
        return self.now, self.id


# ---- wrong variants ----------------------------------------------------------------------------------------

class WithoutTombstones(LastWriterWins):
    """What if a deleted key leaves no record?"""

    def keep(self, key, record):
        super().keep(key, record)
        if self.records[key].value is None:
            del self.records[key]


class CollectsEarly(LastWriterWins):
    """What if tombstones are collected after a while, without asking whether all replicas have seen them?"""

    grace = 300                         # ms

    def keep(self, key, record):
        super().keep(key, record)
        if self.records[key].value is None:
            self.set_timer("collect", self.grace)

    def on_collect_timer(self):
        self.records = {key: record for key, record in self.records.items() if record.value is not None}


class ArrivalOrder(LastWriterWins):
    """What if a replica keeps what arrives last, whatever its timestamp?"""

    def keep(self, key, record):
        self.records[key] = record

    def on_round_timer(self):
        """There is nothing to compare: it sends all that it has."""
        self.broadcast(News(self.pick(self.records), ()))


# ---- properties --------------------------------------------------------------------------------------------

def values(records: dict) -> dict:
    """Key -> value, of what is not deleted."""
    return {key: record.value for key, record in records.items() if record.value is not None}


def lost_writes(world: Any) -> list[tuple[str, Any]]:
    """The acknowledged writes (key, value) that are nowhere, and were not seen by who overwrote them.

    Values are told apart, so each is written once in a run.
    """
    overwritten = {(key, value): before for key, value, before in (one.values for one in world.outputs("wrote"))}
    known = set()
    for state in world.having("records").values():
        for key, record in state.records.items():
            value = record.value
            while value is not None and (key, value) not in known:
                known.add((key, value))
                value = overwritten[key, value]
    return [write for write in overwritten if write not in known and write[1] is not None]


@in_the_end
def replicas_have_the_same_values(world):
    """Convergence, of the nodes that are up."""
    found = {node: values(state.records) for node, state in world.having("records").items() if node in world.up}
    for node, theirs in found.items():
        first = next(iter(found))
        for key in sorted({*theirs, *found[first]}):
            if theirs.get(key) != found[first].get(key):
                return f"{key} is {found[first].get(key)} at {first}, and {theirs.get(key)} at {node}"


@always
def what_was_deleted_does_not_come_back(world):
    """No resurrection: a value that a replica has replaced by a tombstone is not there again."""
    for output in world.outputs("removed"):
        key, value = output.values
        if values(world.states[output.node].records).get(key) == value:
            return f"{key} = {value} was deleted at {output.node}, and is there again"


@in_the_end
def no_acknowledged_write_is_silently_lost(world):
    """The last writer wins: who wrote at the same time loses. `multi_value` keeps this."""
    for key, value in lost_writes(world):
        return f"{key} = {value} was acknowledged, is nowhere, and who overwrote it had not seen it"


@sometimes
def all_replicas_have_a_value(world):
    return all(values(state.records) for state in world.having("records").values())


PROMISES = (replicas_have_the_same_values, what_was_deleted_does_not_come_back, all_replicas_have_a_value)


# ---- runs --------------------------------------------------------------------------------------------------

def cluster(*script, replica=LastWriterWins, nodes="ABC", title="", duration=2000):
    """Replicas that are linked with each other; a message takes 10 ms."""
    return Run(replica, tuple(nodes), network=Network(latency=constant(10)), script=script, title=title,
               duration=duration)


def deleted_behind_a_partition(replica=LastWriterWins):
    """All have x; C is cut off when it is deleted, and comes back."""
    return cluster(at(10, request("A", Put("x", 1))), at(200, partition(("A", "B"), ("C",))),
                   at(210, request("A", Delete("x"))), at(900, heal()), at(910, request("C", Synchronize())),
                   replica=replica, title="x is deleted while C is cut off")


def at_once(replica=LastWriterWins):
    """alice and bob write x at the same time, at two replicas; the answers of both say that it is done."""
    return cluster(at(10, request("A", Put("x", 1), client="alice")), at(10, request("B", Put("x", 2), client="bob")),
                   replica=replica, title="alice and bob write x at the same time")


def one_after_the_other(replica=WallClock, ahead=5000):
    """alice writes at A, whose clock is ahead; then bob, who has read her value, writes each second at B."""
    writes = [at(500 + 1000 * place, request("B", Put("x", 2 + place), client="bob")) for place in range(6)]
    return cluster(at(0, clock("A", offset=ahead)), at(10, request("A", Put("x", 1), client="alice")),
                   at(300, request("B", Get("x"), client="bob")), *writes, replica=replica, duration=7000,
                   title=f"A's clock is {ahead / 1000:g} s ahead: alice writes at A, then bob at B")


DEMO = deleted_behind_a_partition()
DEMOS = {
    "a delete and a partition": DEMO,
    "tombstones are collected after 300 ms": deleted_behind_a_partition(CollectsEarly),
    "without tombstones": deleted_behind_a_partition(WithoutTombstones),
    "two writes at once": at_once(),
    "two writes at once, by arrival": at_once(ArrivalOrder),
    "a clock 5 s ahead": one_after_the_other(),
    "a clock 5 s ahead, Lamport timestamps": one_after_the_other(LastWriterWins),
}
