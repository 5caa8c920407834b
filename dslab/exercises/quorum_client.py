"""Exercise 5.2: a client that reads from a quorum, writes to one, and repairs what it finds behind."""

from dslab.exercises.quorum_demands import (
    a_write_is_newer_than_what_its_client_knows,
    every_operation_is_answered,
    who_is_behind_is_repaired,
)
from dslab.exercises.quorum_runs import scenarios, searches, swarm
from dslab.grader.demands import Demand
from dslab.grader.exercise import MakeItRight
from dslab.node import Node
from dslab.protocols.quorums import NEVER, Found, Get, Set, Stored, Write
from dslab.protocols.quorums import a_read_is_as_new_as_each_write_that_was_complete_before_it as as_new

# ---- what the learner starts from ------------------------------------------------------------------------------------


class QuorumClient(Node):
    """A replica, or a client that reads from r of its replicas and writes to w of them."""

    persistent = ("stamp", "value")
    shown = ("value",)

    def init(self):
        self.stamp = NEVER          # replica: the timestamp, a pair (number, client), of the value that it stores
        self.value = "v0"           # replica: that value
        self.r = self.w = 2         # client: how many replicas a read and a write need
        self.waiting = []           # client: what its users have asked for; one operation begins when another ends
        self.user = None            # client: who asked for the present operation; None: there is none
        self.operation = 0          # client: its number
        self.newest = 0             # for you: it is kept from one operation to the next
        self.answers = {}           # for you: empty when an operation begins
        self.pair = None            # for you: None when an operation begins

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
        self.answers, self.pair = {}, None
        self.output("asks")
        if isinstance(asked, Write):
            self.write(asked.value)
        else:
            self.read()

    def end(self, name, result, stamp, value):
        self.output(name, stamp, value, ())
        self.reply(self.user, result)
        self.user = None
        if self.waiting:
            self.begin()

    def end_read(self, stamp, value):
        """Answers the user with the value. Then the next operation begins."""
        self.end("read", value, stamp, value)

    def end_write(self, stamp, value):
        """Tells the user "ok". Then the next operation begins."""
        self.end("written", "ok", stamp, value)

    def tell(self, msg):
        """Send a message to all replicas, such as self.tell(Get(self.operation))."""
        for replica in self.replicas:
            self.send(replica, msg)

    def on_get(self, src, msg):
        self.send(src, Found(msg.operation, self.stamp, self.value))

    def on_set(self, src, msg):
        if msg.stamp > self.stamp:
            self.stamp, self.value = msg.stamp, msg.value
        self.send(src, Stored(msg.operation))

    def read(self):
        """Begin to read. The operation ends with self.end_read(stamp, value), perhaps in another handler."""

    def write(self, value):
        """Begin to write. The operation ends with self.end_write(stamp, value)."""

    def on_found(self, src, msg):
        """The replica src answers a Get: msg.operation, msg.stamp, msg.value."""

    def on_stored(self, src, msg):
        """The replica src answers a Set: msg.operation."""


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(QuorumClient):
    """Counts different replicas that answer the present operation."""

    def read(self):
        self.tell(Get(self.operation))

    def write(self, value):
        self.newest += 1
        self.pair = (self.own_stamp(), value)
        self.tell(Set(self.operation, *self.pair))

    def own_stamp(self):
        return (self.newest, self.id)

    def is_over(self, msg):
        return self.user is None or msg.operation != self.operation

    def on_found(self, src, msg):
        if not self.is_over(msg):
            self.answers[src] = (msg.stamp, msg.value)
            if len(self.answers) == self.r:
                self.found(*self.choose())

    def choose(self):
        return max(self.answers.values(), key=lambda answer: answer[0])

    def found(self, stamp, value):
        self.learn(stamp)
        self.repair(stamp, value)
        self.end_read(stamp, value)

    def learn(self, stamp):
        self.newest = max(self.newest, stamp[0])

    def repair(self, stamp, value):
        for replica, (older, _) in self.answers.items():
            if older < stamp:
                self.send(replica, Set(self.operation, stamp, value))

    def on_stored(self, src, msg):
        if not self.is_over(msg) and self.pair is not None:
            self.answers[src] = True
            if len(self.answers) == self.w:
                self.end_write(*self.pair)


class OfMessages(QuorumClient):
    """Right: keeps the messages, and asks each time whether there are enough."""

    def read(self):
        for replica in self.replicas:
            self.send(replica, Get(self.operation))

    def write(self, value):
        self.newest = self.newest + 7
        self.pair = Set(self.operation, (self.newest, self.id), value)
        self.tell(self.pair)

    def on_found(self, src, msg):
        if self.user is None or msg.operation < self.operation:
            return
        self.answers.setdefault(src, msg)
        if len(self.answers) < self.r:
            return
        best = sorted(self.answers.values(), key=lambda found: found.stamp)[-1]
        for replica in sorted(self.answers):
            if self.answers[replica].stamp != best.stamp:
                self.send(replica, Set(msg.operation, best.stamp, best.value))
        self.newest = max(self.newest, *best.stamp[:1])
        self.end_read(best.stamp, best.value)

    def on_stored(self, src, msg):
        if self.user is not None and self.pair is not None and msg.operation == self.pair.operation:
            self.answers = {**self.answers, src: msg}
            if len(self.answers) >= self.w:
                self.end_write(self.pair.stamp, self.pair.value)


class InOneList(QuorumClient):
    """Right: a list of what was answered, in order of arrival; who answers twice is passed over."""

    def init(self):
        super().init()
        self.order = []

    def read(self):
        self.pair, self.order = None, []
        self.tell(Get(self.operation))

    def write(self, value):
        self.pair, self.order = ((self.newest + 1, self.id), value), []
        self.newest += 1
        self.tell(Set(self.operation, self.pair[0], value))

    def on_found(self, src, msg):
        if self.is_news(src, msg):
            self.order.append((msg.stamp, src, msg.value))
            if len(self.order) >= self.r:
                stamp, _, value = sorted(self.order, key=lambda answer: answer[:2])[-1]
                for other, replica, _ in self.order:
                    if other < stamp:
                        self.send(replica, Set(msg.operation, stamp, value))
                self.newest = stamp[0] if stamp[0] > self.newest else self.newest
                self.end_read(stamp, value)

    def on_stored(self, src, msg):
        if self.pair and self.is_news(src, msg):
            self.order.append((None, src, None))
            if len(self.order) >= self.w:
                self.end_write(*self.pair)

    def is_news(self, src, msg):
        return self.user is not None and msg.operation == self.operation and src not in {
            replica for _, replica, _ in self.order}


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class CountsFound(Reference):
    """Counts answers, not replicas: the network may duplicate them."""

    def on_found(self, src, msg):
        super().on_found(f"{src}, answer {len(self.answers) + 1}", msg)

    def repair(self, stamp, value):
        self.answers = {name.partition(",")[0]: answer for name, answer in self.answers.items()}
        super().repair(stamp, value)


class CountsStored(Reference):
    """Counts acknowledgements, not replicas."""

    def on_stored(self, src, msg):
        super().on_stored(f"{src}, answer {len(self.answers) + 1}", msg)


class FirstAnswer(Reference):
    """Returns the first answer."""

    def choose(self):
        return next(iter(self.answers.values()))


class GreatestValue(Reference):
    """Returns the greatest value."""

    def choose(self):
        return max(self.answers.values(), key=lambda answer: str(answer[1]))


class Half(Reference):
    """Takes half of the replicas for enough, whatever r and w are."""

    def begin(self):
        self.r = self.w = len(self.replicas) // 2
        super().begin()


class WaitsForAll(Reference):
    """Waits for all replicas, whatever r and w are."""

    def begin(self):
        self.r = self.w = len(self.replicas)
        super().begin()


class Majorities(Reference):
    """Takes a majority, whatever r and w are."""

    def begin(self):
        self.r = self.w = len(self.replicas) // 2 + 1
        super().begin()


class ExchangesThem(Reference):
    """Reads from w and writes to r."""

    def on_found(self, src, msg):
        self.r, self.w = self.w, self.r
        super().on_found(src, msg)
        self.r, self.w = self.w, self.r

    def on_stored(self, src, msg):
        self.r, self.w = self.w, self.r
        super().on_stored(src, msg)
        self.r, self.w = self.w, self.r


class OwnCounter(Reference):
    """Counts its own writes, and learns nothing from what it reads."""

    def learn(self, stamp):
        """Nothing."""


class SameStamp(Reference):
    """Writes with the greatest number that it has seen, not a greater one."""

    def write(self, value):
        self.newest = max(self.newest, 1)
        self.pair = (self.own_stamp(), value)
        self.tell(Set(self.operation, *self.pair))


class NoName(Reference):
    """A timestamp is a number alone."""

    def own_stamp(self):
        return (self.newest, "")


class NoRepair(Reference):
    """Leaves replicas as they are."""

    def repair(self, stamp, value):
        """Nothing."""


class FreshRepair(Reference):
    """Repairs with a timestamp of its own."""

    def repair(self, stamp, value):
        self.newest += 1
        super().repair(self.own_stamp(), value)


class RepairsAll(Reference):
    """Sends the newest pair to those that have it, too."""

    def repair(self, stamp, value):
        for replica in self.answers:
            self.send(replica, Set(self.operation, stamp, value))


class RepairsByValue(Reference):
    """Compares values, not timestamps: two writes may have written the same."""

    def repair(self, stamp, value):
        for replica, (_, other) in self.answers.items():
            if other != value:
                self.send(replica, Set(self.operation, stamp, value))


class TakesLateAnswers(Reference):
    """An answer to an earlier operation counts for this one."""

    def is_over(self, msg):
        return self.user is None


# ---- what is judged --------------------------------------------------------------------------------------------------

DEMANDS = (
    Demand(as_new, "If r + w > n, every r replicas include one of any w: the answer with the greatest timestamp is at "
                   "least as new as each write that was complete [Gifford 1979].", hint=1),
    Demand(every_operation_is_answered, "A read needs r different replicas, and a write w: not more.", hint=1),
    Demand(a_write_is_newer_than_what_its_client_knows, "A write's timestamp is (a number greater than all that the "
                                                        "client has seen, its name).", hint=2),
    Demand(who_is_behind_is_repaired, "Read repair moves the newest pair as it is, with its timestamp, to those that "
                                      "have answered with an older one.", hint=3),
)


# ---- the exercise ----------------------------------------------------------------------------------------------------

CLUSTERS = (("ann", "bob", "eve", "A", "B", "C", "D", "E"), ("n10", "n2", "n1", "s10", "s1", "s2", "s3", "s20"))

EXERCISES = (
    MakeItRight(
        number="5.2", title="Read and write quorums", base=QuorumClient,
        asks=("read", "write", "on_found", "on_stored"), lines=25,
        task="Replicas store a value with its timestamp. Write the client: a read takes the newest of r answers, and "
             "repairs those of these replicas that have answered with an older value; a write is complete when w "
             "replicas have stored it. r and w are given, and r + w > n. The network is slow now and then, and "
             "duplicates messages.",
        reference=Reference, right=(OfMessages, InOneList), clusters=CLUSTERS,
        wrong=((CountsFound, "was complete"), (CountsStored, "was complete"), (FirstAnswer, "was complete"),
               (GreatestValue, "was complete"), (Half, "was complete"), (WaitsForAll, "never answers"),
               (Majorities, "never answers"), (ExchangesThem, "never answers"), (OwnCounter, "and knows of"),
               (SameStamp, "and knows of"), (NoName, "without its name"), (NoRepair, "does not repair"),
               (FreshRepair, "and repairs"),
               (RepairsAll, "which has not answered"), (RepairsByValue, "does not repair"),
               (TakesLateAnswers, "was complete")),
        demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=swarm, faults=("duplication", "delay"),
        hints=("read and write both begin with a message to all replicas; the rest is counting answers.",
               "Count different replicas, in a dict, and leave out answers to an operation that is over. A read ends "
               "with the r-th, a write with the w-th.",
               "self.newest is the greatest number that you have seen in a timestamp, also in what you read. A write "
               "takes (self.newest + 1, self.id).",
               "When r replicas have answered, choose the pair with the greatest timestamp. To each of these replicas "
               "with a smaller one, send Set(self.operation, stamp, value), with the stamp that the pair has."),
    ),
)
