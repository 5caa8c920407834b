"""A replicated set: a client adds and removes elements at two replicas, and may crash when only one of them knows.

If x is at B and not at A, was it added, and A missed that, or removed, and B missed that? Two histories, one state: no
rule of reconciliation can be right in both. So an update carries a logical timestamp, a replica keeps what is newest
of each element, and a removed element leaves a *tombstone*, the record (timestamp, false). A retry that comes after
another client's remove is then older than the tombstone, and changes nothing.

Source: Kleppmann, lecture notes "Distributed Systems", section 5.1; timestamps from Lamport (1978). Left out: when a
tombstone can be collected (`anti_entropy`); quorums.
"""

from typing import Any

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run
from dslab.script import at, crash, drop, request


@message
class Add:
    """A request to a client."""

    item: str
    label = "add {item}"


@message
class Remove:
    """A request to a client."""

    item: str
    label = "remove {item}"


@message
class Read:
    """A request to a client: which elements does the first replica have?"""

    label, look = "read", "ask"


@message
class Update:
    item: str
    time: tuple         # (counter, client)
    present: bool       # true: add; false: remove

    def label(self):
        """What it does, and when."""
        return f"{'add' if self.present else 'remove'} {self.item} at {stamp(self.time)}"


@message
class Record:
    """What a replica keeps of an element; one that is not present is a tombstone."""

    time: tuple
    present: bool

    def label(self):
        """Is it there, and since when."""
        return f"{'+' if self.present else '−'}{stamp(self.time)}"


NEVER = Record((0, ""), False)          # of an element that nobody has added


@message
class Applied:
    """The update with this timestamp has arrived."""

    time: tuple
    look = "yes"

    def label(self):
        """The timestamp."""
        return f"✓ {stamp(self.time)}"


@message
class Fetch:
    """What do you have?"""

    look = "ask"


@message
class Records:
    records: tuple      # (element, record), each

    def label(self):
        """Each element with its record."""
        return ", ".join(f"{item}: {record.label()}" for item, record in self.records) or "empty"


def stamp(time: tuple) -> str:
    """A timestamp as people write it."""
    return f"({time[0]}, {time[1]})"


def merge(one: dict, other: dict) -> dict:
    """Of each element the newer record. It is commutative, associative and idempotent."""
    return {item: max(one.get(item, NEVER), other.get(item, NEVER), key=age) for item in sorted({*one, *other})}


def age(record: Record) -> tuple:
    """What records are compared by."""
    return record.time, record.present


def members(records: dict) -> set:
    """The elements of a set, without the tombstones."""
    return {item for item, record in records.items() if record.present}


class Client(Node):
    """Sends each update to all replicas, and once more to those that do not acknowledge it."""

    persistent = ("counter",)
    shown = ("counter",)

    def init(self):
        self.counter = 0            # a Lamport clock
        self.open = []              # (replica, update), not acknowledged
        self.users = {}             # timestamp -> the user to whom the first acknowledgement is reported
        self.reader = None          # the user who waits for a read

    def on_add(self, src, msg):
        self.update(src, msg.item, True)

    def on_remove(self, src, msg):
        self.update(src, msg.item, False)

    def update(self, user, item, present):
        self.counter += 1
        update = Update(item, (self.counter, self.id), present)
        self.users[update.time] = user
        self.open += [(replica, update) for replica in self.replicas()]
        for replica in self.replicas():
            self.send(replica, update)
        self.set_timer("retry", 100)

    def on_retry_timer(self):
        """The same updates, with the timestamps that they had."""
        for replica, update in self.open:
            self.send(replica, update)
        self.open = []

    def on_applied(self, src, msg):
        self.open = [(replica, update) for replica, update in self.open if (replica, update.time) != (src, msg.time)]
        if msg.time in self.users:
            self.reply(self.users.pop(msg.time))
        if not self.open:
            self.cancel_timer("retry")

    def on_read(self, src, msg):
        self.reader = src
        self.send(self.replicas()[0], Fetch())

    def on_records(self, src, msg):
        """What it writes from now on is newer than what it has read."""
        self.counter = max([self.counter, *(record.time[0] for _, record in msg.records)])
        if self.reader is not None:             # else it has crashed since it asked
            self.reply(self.reader, sorted(members(dict(msg.records))))
            self.reader = None

    def replicas(self):
        """The neighbours that are not clients."""
        return [name for name in self.neighbours if name not in self.peers]


class ReplicatedSet(Node):
    """A replica: the newest record of each element, removed ones included. Some time after an update it sends its
    records to the other (anti-entropy); after a crash it also asks for those of the other."""

    persistent = ("records",)
    shown = ("records",)
    patience = 250                      # ms from an update to the reconciliation

    def init(self):
        self.records = {}           # element -> its newest record

    def on_update(self, src, msg):
        self.output("arrived", msg.item, msg.time, msg.present)
        self.apply(msg)
        self.send(src, Applied(msg.time))
        self.set_timer("sync", self.patience)

    def apply(self, msg):
        record = Record(msg.time, msg.present)
        if age(record) < age(self.records.get(msg.item, NEVER)):
            self.note(f"has a newer record of {msg.item}")
        self.records = merge(self.records, {msg.item: record})

    def on_sync_timer(self):
        self.broadcast(Records(tuple(self.records.items())))

    def on_recover(self):
        self.broadcast(Fetch())
        self.set_timer("sync", self.patience)

    def on_records(self, src, msg):
        self.records = merge(self.records, dict(msg.records))

    def on_fetch(self, src, msg):
        self.send(src, Records(tuple(self.records.items())))


# ---- wrong variants ----------------------------------------------------------------------------------------

class WithoutTombstones(ReplicatedSet):
    """What if a removed element is simply deleted, and reconciliation adds what is missing?"""

    def apply(self, msg):
        if msg.present:
            self.records = merge(self.records, {msg.item: Record(msg.time, True)})
        else:
            self.records.pop(msg.item, None)


class DeletesWhatIsMissing(WithoutTombstones):
    """What if reconciliation removes what the other does not have?"""

    def on_records(self, src, msg):
        self.records = {item: record for item, record in self.records.items() if item in dict(msg.records)}


class ArrivalOrder(ReplicatedSet):
    """What if the update that arrives last wins, whatever its timestamp?"""

    def apply(self, msg):
        self.records[msg.item] = Record(msg.time, msg.present)


# ---- properties --------------------------------------------------------------------------------------------

def intentions(world: Any) -> dict:
    """Element -> the newest record of the updates that have arrived anywhere."""
    newest: dict = {}
    for output in world.outputs("arrived"):
        item, time, present = output.values
        newest = merge(newest, {item: Record(time, present)})
    return newest


@in_the_end
def replicas_have_the_same_elements(world):
    found = {node: members(state.records) for node, state in world.having("records").items() if node in world.up}
    for node, items in found.items():
        for other in found:
            if items - found[other]:
                return f"{min(items - found[other])} is at {node}, and not at {other}"


@in_the_end
def the_last_intention_is_what_is_kept(world):
    """Of the updates that reached a replica at all, before their client crashed."""
    for node, state in world.having("records").items():
        for item, last in intentions(world).items():
            if (item in members(state.records)) != last.present and node in world.up:
                return (f"{item} was last {'added' if last.present else 'removed'}, at {stamp(last.time)}, and {node}"
                        f" {'lacks' if last.present else 'has'} it")


@always
def nothing_that_was_removed_comes_back(world):
    """After a remove, a replica has the element only if somebody added it later."""
    newest = intentions(world)
    for output in world.outputs("arrived"):
        item, time, present = output.values
        state = world.states[output.node]
        if not present and item in members(state.records) and newest[item] == Record(time, False):
            return f"{item} was removed from {output.node} at {stamp(time)}, and is there again"


@sometimes
def an_element_is_added(world):
    return any(members(state.records) for state in world.having("records").values())


PROMISES = (replicas_have_the_same_elements, the_last_intention_is_what_is_kept, nothing_that_was_removed_comes_back,
            an_element_is_added)


# ---- runs --------------------------------------------------------------------------------------------------

def cluster(*script, replica=ReplicatedSet, clients=("alice",), title=""):
    """Two replicas and their clients; a message takes 10 ms."""
    links = [("A", "B"), *((server, client) for client in clients for server in "AB")]
    return Run({"A": replica, "B": replica} | dict.fromkeys(clients, Client), topology=links, script=script,
               network=Network(latency=constant(10)), title=title, duration=2000)


def remove_lost(replica=ReplicatedSet):
    """x is added at both; the remove reaches A, and alice crashes."""
    return cluster(at(0, drop("alice->B#2")), at(10, request("alice", Add("x"), client="u")),
                   at(60, request("alice", Remove("x"), client="u")), at(65, crash("alice")), replica=replica,
                   title="alice adds x, removes it, and crashes")


def add_lost(replica=ReplicatedSet):
    """The add reaches B, and alice crashes."""
    return cluster(at(0, drop("alice->A#1")), at(10, request("alice", Add("x"), client="u")), at(15, crash("alice")),
                   replica=replica, title="alice adds x and crashes")


def late_retry(replica=ReplicatedSet):
    """bob removes what alice has added; then she, whose acknowledgement was lost, repeats the add."""
    return cluster(at(0, drop("A->alice#1")), at(10, request("alice", Add("x"), client="u")),
                   at(40, request("bob", Read(), client="v")), at(70, request("bob", Remove("x"), client="v")),
                   replica=replica, clients=("alice", "bob"), title="alice adds x, bob removes it, alice retries")


DEMO = remove_lost()
DEMOS = {
    "remove and crash": DEMO,
    "add and crash": add_lost(),
    "a retry after a remove": late_retry(),
    "remove and crash, without tombstones": remove_lost(WithoutTombstones),
    "add and crash, without tombstones": add_lost(WithoutTombstones),
    "remove and crash, what is missing is deleted": remove_lost(DeletesWhatIsMissing),
    "add and crash, what is missing is deleted": add_lost(DeletesWhatIsMissing),
    "a retry after a remove, without tombstones": late_retry(WithoutTombstones),
}
