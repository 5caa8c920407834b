"""Exercise 6.3: a linearizable register on replicas, of which a minority may crash."""

from dslab.checkers.linearizability import linearizable
from dslab.checkers.specs import REGISTER
from dslab.exercises.register_runs import scenarios, searches, swarm
from dslab.grader.demands import Demand, Objection
from dslab.grader.exercise import MakeItRight
from dslab.grader.readings import first_repeated, sendings
from dslab.node import Node
from dslab.properties import in_the_end
from dslab.protocols.quorums import NEVER, Found, Get, Set, Stored, Write
from dslab.trace import Trace

# ---- what the learner starts from ------------------------------------------------------------------------------------

class Register(Node):
    """A replica, or a client that reads from the replicas and writes to them for its users."""

    persistent = ("stamp", "value")
    shown = ("value",)

    def init(self):
        self.stamp = NEVER          # replica: the timestamp, a pair (number, client), of the value that it stores
        self.value = "v0"           # replica: that value
        self.waiting = []           # client: what its users have asked for; one operation begins when another ends
        self.user = None            # client: who asked for the present operation
        self.operation = 0          # client: its number
        self.new = None             # for you: the rest is the client's, and about the present operation
        self.answers = {}
        self.chosen = None
        self.stored = set()

    @property
    def replicas(self):
        """At a client: the names of all replicas. It has links to these."""
        return self.neighbours

    def on_read(self, src, msg):
        self.waiting.append((src, msg))
        if self.user is None:
            self.begin()

    on_write = on_read

    def begin(self):
        self.user, asked = self.waiting.pop(0)
        self.operation += 1
        self.new, self.answers, self.chosen, self.stored = None, {}, None, set()
        if isinstance(asked, Write):
            self.write(asked.value)
        else:
            self.read()

    def end(self, result):
        """Answers the user: with the value of a read, "ok" for a write. Then the next operation begins."""
        if self.user is not None:
            self.reply(self.user, result)
            self.user = None
            if self.waiting:
                self.begin()

    def majority(self):
        """How many replicas are enough."""
        return len(self.replicas) // 2 + 1

    def tell(self, msg):
        """Send a message to all replicas, such as self.tell(Get(self.operation))."""
        for replica in self.replicas:
            self.send(replica, msg)

    def on_get(self, src, msg):
        self.send(src, Found(msg.operation, self.stamp, self.value))

    def on_set(self, src, msg):
        """At a replica: store msg.value with msg.stamp, unless you have a newer one. Answer Stored(msg.operation)."""

    def read(self):
        """At a client: begin to read. The operation ends with self.end(value), perhaps in another handler."""

    def write(self, value):
        """At a client: begin to write; other clients may do so, too. The operation ends with self.end("ok")."""

    def on_found(self, src, msg):
        """At a client: the replica src answers a Get: msg.operation, msg.stamp, msg.value."""

    def on_stored(self, src, msg):
        """At a client: the replica src answers a Set: msg.operation."""


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Register):
    """Two phases for each operation: ask a majority for its newest pair, then let a majority store a pair."""

    def on_set(self, src, msg):
        if msg.stamp > self.stamp:
            self.stamp, self.value = msg.stamp, msg.value
        self.send(src, Stored(msg.operation))

    def read(self):
        self.tell(Get(self.operation))

    def write(self, value):
        self.new = (value,)
        self.read()

    def is_late(self, msg):
        return msg.operation != self.operation

    def on_found(self, src, msg):
        if self.is_late(msg) or self.chosen is not None:
            return
        self.answers[src] = (msg.stamp, msg.value)
        if len(self.answers) == self.majority():
            self.found(*max(self.answers.values(), key=lambda answer: answer[0]))

    def found(self, stamp, value):
        if self.new is not None:
            stamp, value = self.above(stamp), self.new[0]
        self.store(stamp, value)

    def above(self, stamp):
        return (stamp[0] + 1, self.id)

    def store(self, stamp, value):
        self.chosen = (stamp, value)
        self.tell(Set(self.operation, stamp, value))

    def on_stored(self, src, msg):
        if not self.is_late(msg):
            self.stored.add(src)
            if len(self.stored) == self.majority():
                self.end("ok" if self.new is not None else self.chosen[1])


class Sparing(Reference):
    """Right, with fewer messages: what a majority stores already need not be written back."""

    def found(self, stamp, value):
        behind = [replica for replica, answer in self.answers.items() if answer[0] != stamp]
        if self.new is None and not behind:
            return self.end(value)
        super().found(stamp, value)


class OfMessages(Register):
    """Right: keeps the messages themselves, and asks of each whether more than half are there."""

    def on_set(self, src, msg):
        self.stamp, self.value = max((self.stamp, self.value), (msg.stamp, msg.value), key=lambda pair: pair[0])
        self.send(src, Stored(msg.operation))

    def read(self):
        self.tell(Get(self.operation))

    def write(self, value):
        self.new = value
        self.tell(Get(self.operation))

    def on_found(self, src, msg):
        if msg.operation == self.operation and self.chosen is None:
            self.answers.setdefault(src, msg)
            if 2 * len(self.answers) > len(self.replicas):
                self.choose(sorted(self.answers.values(), key=lambda answer: answer.stamp)[-1])

    def choose(self, newest):
        stamp, value = newest.stamp, newest.value
        if self.new is not None:
            stamp, value = (stamp[0] + 1, self.id), self.new
        self.chosen = Set(self.operation, stamp, value)
        self.tell(self.chosen)

    def on_stored(self, src, msg):
        if self.chosen is not None and msg.operation == self.chosen.operation:
            self.stored |= {src}
            if 2 * len(self.stored) > len(self.replicas):
                self.end(self.chosen.value if self.new is None else "ok")


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class NoWriteBack(Reference):
    """A read answers with what it has found: a majority need not store it."""

    def found(self, stamp, value):
        if self.new is None:
            return self.end(value)
        super().found(stamp, value)


class FreshWriteBack(Reference):
    """A read writes back with a timestamp of its own, and so an old value becomes newer than a new one."""

    def found(self, stamp, value):
        super().found(self.above(stamp) if self.new is None else stamp, value)


class DoesNotWait(Reference):
    """A read writes back, and answers at once."""

    def found(self, stamp, value):
        super().found(stamp, value)
        if self.new is None:
            self.end(value)


class CountsFound(Reference):
    """Counts answers to a Get, not replicas: the network may duplicate them."""

    def on_found(self, src, msg):
        super().on_found(f"{src}, answer {len(self.answers) + 1}", msg)


class CountsStored(Reference):
    """Counts answers to a Set, not replicas."""

    def on_stored(self, src, msg):
        super().on_stored(f"{src}, answer {len(self.stored) + 1}", msg)


class StoresWhatComes(Reference):
    """A replica stores what arrives last, with whatever timestamp."""

    def on_set(self, src, msg):
        self.stamp, self.value = msg.stamp, msg.value
        self.send(src, Stored(msg.operation))


class InMemory(Reference):
    """A replica forgets what it stores when it restarts."""

    persistent = ()


class ForgetsTheTimestamp(Reference):
    """A replica keeps the value on its disk, and forgets its timestamp."""

    persistent = ("value",)


class SilentIfNewer(Reference):
    """A replica that has a newer value does not answer."""

    def on_set(self, src, msg):
        if msg.stamp >= self.stamp:
            super().on_set(src, msg)


class SameTimestamp(Reference):
    """A timestamp is a number alone: two writers make the same one."""

    def above(self, stamp):
        return (stamp[0] + 1, "")


class OwnCounter(Reference):
    """A write asks nobody: its client counts its own writes, and those of others may have greater timestamps."""

    def write(self, value):
        self.new = (value,)
        self.store((self.operation, self.id), value)


class NotGreater(Reference):
    """A write takes the greatest number that it has found, with the name of its client."""

    def above(self, stamp):
        return (stamp[0], self.id)


class AllReplicas(Reference):
    """Waits for all replicas, also for one that is down."""

    def majority(self):
        return len(self.replicas)


class HalfOfThem(Reference):
    """Two of four are no majority."""

    def majority(self):
        return (len(self.replicas) + 1) // 2


class TakesLateAnswers(Reference):
    """An answer to an earlier operation counts for this one."""

    def is_late(self, msg):
        return False


class FirstAnswer(Reference):
    """Takes the first answer, not the newest."""

    def found(self, stamp, value):
        super().found(*next(iter(self.answers.values())))


class GreatestValue(Reference):
    """Takes the greatest value, as if values only grew."""

    def found(self, stamp, value):
        super().found(*max(self.answers.values(), key=lambda answer: str(answer[1])))


class ZeroIsNothing(Reference):
    """Takes a write of 0, "" or False for a read."""

    def write(self, value):
        self.new = (value,) if value else None
        self.read()


class ChoosesAgain(Reference):
    """Begins the second phase again with each answer that comes after a majority."""

    def on_found(self, src, msg):
        if not self.is_late(msg):
            self.answers[src] = (msg.stamp, msg.value)
            if len(self.answers) >= self.majority():
                self.found(*max(self.answers.values(), key=lambda answer: answer[0]))


# ---- what is judged --------------------------------------------------------------------------------------------------

LINEARIZABLE = linearizable(REGISTER.starting("v0"))


@in_the_end
def every_operation_is_answered(world):
    """A client does not crash, and a majority of the replicas never does."""
    for operation in world.operations:
        if operation.returned is None:
            down = [node for node in world.nodes if node not in world.up]
            without = f", though only {' and '.join(down)} {'is' if len(down) == 1 else 'are'} down" if down else ""
            return f"{operation.node} never answers {operation.client}'s {operation.call}{without}"


def a_replica_is_asked_once_and_told_once(trace: Trace) -> Objection | None:
    """An operation costs at most 4 messages for each replica, with the answers."""
    def phase(sent):
        return sent.src, sent.dst, type(sent.payload), sent.payload.operation

    said = [sent for sent in sendings(trace, Get, Set) if not sent.name.endswith("'")]      # no copy by the network
    if pair := first_repeated(said, key=phase):
        sent = pair[1]
        return Objection(f"{sent.src} sends {sent.dst} a second {type(sent.payload).__name__} in operation"
                         f" {sent.payload.operation}: {sent.payload}", sent.sent)
    return None


DEMANDS = (
    Demand(LINEARIZABLE, "What an operation has returned or written is stored by a majority before it ends, with the "
                         "timestamp of its write; and a write takes a timestamp that is greater than all before it, "
                         "and that no other client makes [Attiya, Bar-Noy and Dolev 1995; Lynch and Shvartsman 1997].",
           hint=2),
    Demand(every_operation_is_answered, "A majority of the replicas is enough, and each replica answers every message.",
           hint=1),
    Demand(a_replica_is_asked_once_and_told_once, "Each operation has two phases at most, and each phase sends one "
                                                  "message to each replica.", hint=1),
)


# ---- the exercise ----------------------------------------------------------------------------------------------------

CLUSTERS = (("ann", "bob", "eve", "A", "B", "C", "D", "E"), ("n10", "n2", "n1", "s10", "s1", "s2", "s3", "s20"))

EXERCISES = (
    MakeItRight(
        number="6.3", title="A linearizable register", base=Register,
        asks=("on_set", "read", "write", "on_found", "on_stored"), lines=22,
        task="Replicas store a value with its timestamp; several clients read and write. Fewer than half of the "
             "replicas may be down, the network is slow now and then and duplicates messages, but loses none on the "
             "way to a node that is up. Write the clients' part, and how a replica stores, so that the register is "
             "linearizable.",
        reference=Reference, right=(Sparing, OfMessages), clusters=CLUSTERS,
        wrong=(*((mistake, "fits nowhere") for mistake in (
                   NoWriteBack, DoesNotWait, FreshWriteBack, CountsFound, CountsStored, StoresWhatComes, SameTimestamp,
                   OwnCounter, NotGreater, HalfOfThem, TakesLateAnswers, FirstAnswer, GreatestValue,
                   ZeroIsNothing, InMemory, ForgetsTheTimestamp)),
               (SilentIfNewer, "never answers"), (AllReplicas, "never answers"), (ChoosesAgain, "a second Set")),
        demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=swarm, faults=("duplication", "delay"),
        hints=("A replica stores a pair if its timestamp is greater than its own, and answers in any case.",
               "An operation waits for a majority of different replicas, twice: for what they store, and until they "
               "store what it says. Count replicas, in a dict or a set, and leave out answers to earlier operations.",
               "A read may find a value that only one replica stores: before it returns it, a majority must store it, "
               "with the timestamp that it has. A write takes (greatest number found + 1, self.id).",
               "read and write both begin with self.tell(Get(self.operation)). When a majority has answered, choose "
               "the pair, keep it, and self.tell(Set(self.operation, stamp, value)); when a majority has stored it, "
               "self.end(...)."),
    ),
)
