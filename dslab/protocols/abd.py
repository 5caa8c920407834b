"""A linearizable register on replicas of which a minority may crash, without consensus.

Majority quorums alone allow this: a read sees a write that is under way, and a later read does not. ABD lets a reader
write back what it found, and answer once a majority stores it: no later read can find less. With several writers, a
write first asks a majority for their timestamps, and takes a greater one; its own name makes it unique.

Sources: Attiya, Bar-Noy and Dolev, "Sharing memory robustly in message-passing systems" (1995); Lynch and Shvartsman,
"Robust emulation of shared memory using dynamic quorum-acknowledged broadcasts" (1997), for several writers. Left out:
retransmissions (an operation whose messages are lost waits for ever), and replicas that are replaced.
"""

from dslab.network import Network, constant
from dslab.node import Node
from dslab.properties import always
from dslab.protocols import quorums
from dslab.protocols.quorums import NEVER, Get, Read, Set, Write, pair, replicated, words
from dslab.run import Run
from dslab.script import at, crash, delay, request


class MajorityRegister(Node):
    """One writer, any readers: a write waits for a majority that stores it, a read for the answers of a majority."""

    persistent = ("counter", "operation")

    def init(self):
        self.counter = 0                # of the last timestamp that this client has made
        self.operation = 0              # the number of the present operation
        self.user = None                # who asked for it; None: it is over
        self.writing = None             # the value to be written; None: it is a read
        self.answers = {}               # replica -> (timestamp, value)
        self.pair = None                # the timestamp and the value that replicas are to store
        self.stored = []                # the replicas that store them

    def begin(self, user, value):
        self.operation += 1
        self.user, self.writing, self.answers, self.pair, self.stored = user, value, {}, None, []
        self.output("asks")

    def on_write(self, src, msg):
        self.begin(src, msg.value)
        self.counter += 1
        self.store((self.counter, self.id), msg.value)

    def on_read(self, src, msg):
        self.begin(src, None)
        self.ask()

    def ask(self):
        """The first phase of a read: what does a majority store?"""
        self.tell(self.replicas(), Get(self.operation))

    def on_found(self, src, msg):
        if self.user is None or msg.operation != self.operation or self.pair is not None:
            return self.note("comes too late")
        self.answers[src] = (msg.stamp, msg.value)
        if len(self.answers) == self.enough():
            self.found(*max(self.answers.values()))

    def found(self, stamp, value):
        """A majority has answered: the newest pair."""
        self.pair = (stamp, value)
        self.end()

    def store(self, stamp, value):
        """The second phase of a read, and the only one of a single writer: a majority is to store this pair."""
        self.pair = (stamp, value)
        if self.writing is not None:
            self.output("writes", stamp, value)
        self.tell(self.replicas(), Set(self.operation, stamp, value))

    def on_stored(self, src, msg):
        if msg.operation != self.operation or self.user is None:
            return self.note("comes too late")
        if src not in self.stored:
            self.stored.append(src)
        if len(self.stored) == self.enough():
            self.end()

    def end(self):
        heard = tuple(self.stored or self.answers)
        self.output("read" if self.writing is None else "written", *self.pair, heard)
        self.reply(self.user, self.pair[1] if self.writing is None else "ok")
        self.user = None

    def enough(self):
        return len(self.replicas()) // 2 + 1

    def tell(self, replicas, msg):
        for replica in replicas:
            self.send(replica, msg)

    def replicas(self):
        """The neighbours that are not clients."""
        return [name for name in self.neighbours if name not in self.peers]


class ABD(MajorityRegister):
    """One writer, any readers; a read writes back, to all replicas, the pair that it returns [ABD 1995]."""

    def found(self, stamp, value):
        self.note(f"a majority must store {pair(stamp, value)} before it answers")
        self.store(stamp, value)


class Sparing(ABD):
    """The same with fewer messages: replicas that have answered with that pair store it already."""

    def store(self, stamp, value):
        if self.writing is not None:
            return super().store(stamp, value)
        self.pair = (stamp, value)
        self.stored = [replica for replica, answer in self.answers.items() if answer[0] == stamp]
        if len(self.stored) >= self.enough():
            self.note("and does already")
            return self.end()
        missing = [replica for replica in self.replicas() if replica not in self.stored]
        self.tell(missing, Set(self.operation, stamp, value))


class ManyWriters(ABD):
    """Any writers: a write first asks for the greatest timestamp [Lynch and Shvartsman 1997]."""

    def on_write(self, src, msg):
        self.begin(src, msg.value)
        self.ask()

    def found(self, stamp, value):
        if self.writing is None:
            super().found(stamp, value)
        else:
            self.store(self.above(stamp), self.writing)

    def above(self, stamp):
        """A timestamp that is greater, and that no other client makes."""
        return (stamp[0] + 1, self.id)


# ---- wrong variants ----------------------------------------------------------------------------------------

class FreshWriteBack(ManyWriters):
    """What if a read writes back with a timestamp of its own?"""

    def found(self, stamp, value):
        super().found(self.above(stamp) if self.writing is None else stamp, value)


class CountsReplies(ABD):
    """What if it counts replies instead of replicas? A network may duplicate them."""

    def on_found(self, src, msg):
        super().on_found(f"{src}, reply {len(self.answers) + 1}", msg)

    def on_stored(self, src, msg):
        super().on_stored(f"{src}, reply {len(self.stored) + 1}", msg)


class SameTimestamp(ManyWriters):
    """What if a timestamp is a counter only, so that two writers can make the same one?"""

    def above(self, stamp):
        return (stamp[0] + 1, "a writer")


class AllReplicas(ABD):
    """What if each phase waits for all replicas?"""

    def enough(self):
        return len(self.replicas())


# Also wrong: no write-back, MajorityRegister; a replica that stores whatever arrives last, quorums.LastArrival.


# ---- properties --------------------------------------------------------------------------------------------

@always
def an_operation_is_not_older_than_one_that_was_complete_before_it(world):
    """By their timestamps. `linearizable(REGISTER.starting("v0"))` asks the same of what the users see."""
    newest, since = NEVER, {}
    for output in world.outputs():
        if output.name == "asks":
            since[output.node] = newest
        elif output.name in ("read", "written"):
            stamp, value, _ = output.values
            if stamp < since[output.node]:
                return f"{output.node} has {pair(stamp, value)}, though {words(since[output.node])} was complete before"
            newest = max(newest, stamp)


NOT_OLDER = an_operation_is_not_older_than_one_that_was_complete_before_it
SAFETY = (*quorums.SAFETY, NOT_OLDER)
PROMISES = (*quorums.PROMISES, NOT_OLDER)


# ---- runs --------------------------------------------------------------------------------------------------

def fixture(client: type[Node] = MajorityRegister, **options) -> Run:
    """alice's write has reached A only; bob reads from A and B, and after him carol from B and C."""
    slow = [("alice", "B"), ("alice", "C"), ("bob", "C"), ("carol", "A")]
    network = Network(latency=constant(10), links=dict.fromkeys(slow, {"latency": constant(160)}))
    options = {"title": "alice writes slowly; bob reads, then carol", "duration": 300, "network": network} | options
    return replicated(client, ("alice", Write("v1")), ("bob", Read()), ("carol", Read()), gap=45, **options)


def two_writers(client: type[Node] = ManyWriters) -> Run:
    """alice and bob write at once, and reach the replicas in different orders; carol reads, again and again."""
    slow = ["alice->B#2", "bob->A#2", "bob->C#2"]
    others = ["carol->B#3", "carol->A#5", "carol->B#7"]         # she hears A and C, then B and C, then A and C
    return replicated(client, ("alice", Write("v1")), ("bob", Write("v2")), ("carol", Read()), gap=5, duration=400,
                      events=[at(0, delay(name, by=150)) for name in (*slow, *others)],
                      title="Two writers, and a reader",
                      ).plus(*(at(time, request("carol", Read(), client="carol's user")) for time in (80, 140, 200)))


DEMO = replicated(Sparing, ("alice", Write("v1")), ("bob", Read()), ("carol", Read()), gap=60,
                  events=[at(5, crash("C")), at(0, delay("alice->B#1", by=130))], network=Network(latency=constant(10)),
                  duration=300, title="ABD: C is down, and alice's message to B is slow")
DEMOS = {
    "C is down": DEMO,
    "majorities": fixture(),
    "majorities, and reads that write": fixture(ABD),
    "two writers": two_writers(),
    "two writers, one timestamp": two_writers(SameTimestamp),
}
