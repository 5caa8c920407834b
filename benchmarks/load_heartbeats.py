"""A cluster with a leader, three times: the steady state of Raft, without elections that succeed.

The leader sends its heartbeat to four followers every 50 ms, every tenth time with a new entry. A follower puts its
election timer off, stores the entry and acknowledges; the leader counts the acknowledgements and commits. Messages take
5 to 15 ms, so no election timer ever goes off.
"""

from __future__ import annotations

import random

import simpy

from dslab import Node, Run, Trace, message, simulate

NODES, INTERVAL, ELECTION = 5, 50, (150, 300)


# ---- dslab -----------------------------------------------------------------------------------------------------------

@message
class Append:
    term: int
    index: int              # of the last entry before the new one
    entry: str              # empty for a heartbeat
    commit: int


@message
class Appended:
    term: int
    index: int


class Server(Node):
    def init(self):
        self.term, self.length, self.last, self.commit, self.beats = 1, 0, "", 0, 0
        self.match = dict.fromkeys(self.peers, 0) if self.id == "A" else {}

    def on_start(self):
        if self.id == "A":
            self.set_timer("heartbeat", INTERVAL)
        else:
            self.set_timer("election", *ELECTION)

    def on_heartbeat_timer(self):
        self.beats += 1
        entry = f"command {self.beats}" if self.beats % 10 == 0 else ""
        self.broadcast(Append(self.term, self.length, entry, self.commit))
        if entry:
            self.length, self.last = self.length + 1, entry
        self.set_timer("heartbeat", INTERVAL)

    def on_append(self, src, msg):
        if msg.term < self.term:
            return
        self.set_timer("election", *ELECTION)
        if msg.entry:
            self.length, self.last = msg.index + 1, msg.entry
        self.commit = msg.commit
        self.send(src, Appended(self.term, self.length))

    def on_appended(self, src, msg):
        if msg.index > self.match[src]:
            self.match[src] = msg.index
            if sum(index >= msg.index for index in self.match.values()) >= NODES // 2:
                self.commit = max(self.commit, msg.index)

    def on_election_timer(self):
        raise AssertionError("a follower has not heard from its leader")


def run(beats: int) -> Run:
    """So long that the last heartbeat is answered."""
    return Run(Server, NODES, duration=INTERVAL * beats + 45, seed=1)


def dslab(beats: int, *, states: bool = True) -> tuple[int, Trace]:
    """How many messages were received and timers went off, and the trace."""
    trace = simulate(run(beats), states=states)
    return len(trace) - NODES, trace              # without the starts


# ---- SimPy, idiomatic: processes and mailboxes -----------------------------------------------------------------------

class Processes:
    """A process for the leader's clock, for each mailbox, and for each message on its way."""

    def __init__(self, beats: int) -> None:
        self.env, self.draw, self.events = simpy.Environment(), random.Random(1).random, 0
        self.boxes = [simpy.Store(self.env) for _ in range(NODES)]
        self.length, self.last, self.commit, self.match = 0, "", 0, [0] * NODES
        self.stored, self.committed = [""] * NODES, [0] * NODES         # the followers' last entries and commit indices
        self.env.process(self.beat())
        self.env.process(self.lead())
        for me in range(1, NODES):
            self.env.process(self.follow(me))
        self.env.run(until=INTERVAL * beats + 45)

    def travel(self, dst: int, msg: tuple) -> simpy.events.ProcessGenerator:
        yield self.env.timeout(5 + 10 * self.draw())
        self.boxes[dst].put(msg)

    def beat(self) -> simpy.events.ProcessGenerator:
        beats = 0
        while True:
            yield self.env.timeout(INTERVAL)
            self.events += 1
            beats += 1
            entry = f"command {beats}" if beats % 10 == 0 else ""
            for peer in range(1, NODES):
                self.env.process(self.travel(peer, (1, self.length, entry, self.commit)))
            if entry:
                self.length, self.last = self.length + 1, entry

    def lead(self) -> simpy.events.ProcessGenerator:
        while True:
            src, term, index = yield self.boxes[0].get()
            self.events += 1
            if index > self.match[src]:
                self.match[src] = index
                if sum(match >= index for match in self.match[1:]) >= NODES // 2:
                    self.commit = max(self.commit, index)

    def follow(self, me: int) -> simpy.events.ProcessGenerator:
        term, length = 1, 0
        mail = self.boxes[me].get()
        while True:
            found = yield mail | self.env.timeout(ELECTION[0] + (ELECTION[1] - ELECTION[0]) * self.draw())
            assert mail in found, "a follower has not heard from its leader"
            msg_term, index, entry, commit = mail.value
            mail = self.boxes[me].get()
            self.events += 1
            if msg_term < term:
                continue
            if entry:
                length, self.stored[me] = index + 1, entry
            self.committed[me] = commit
            self.env.process(self.travel(0, (me, term, length)))


# ---- SimPy, fast: bare callbacks -------------------------------------------------------------------------------------

class Callbacks:
    """A timeout with a callback for each message and each timer; the message is the timeout's value."""

    def __init__(self, beats: int) -> None:
        self.env, self.draw, self.events, self.beats = simpy.Environment(), random.Random(1).random, 0, 0
        self.term, self.length, self.last, self.commit, self.match = 1, 0, "", 0, [0] * NODES
        self.followers = [Follower(self, me) for me in range(1, NODES)]
        self.env.timeout(INTERVAL).callbacks.append(self.beat)
        self.env.run(until=INTERVAL * beats + 45)

    def beat(self, _: simpy.Event) -> None:
        self.events += 1
        self.beats += 1
        entry = f"command {self.beats}" if self.beats % 10 == 0 else ""
        msg = (self.term, self.length, entry, self.commit)
        for follower in self.followers:
            self.env.timeout(5 + 10 * self.draw(), msg).callbacks.append(follower.on_append)
        if entry:
            self.length, self.last = self.length + 1, entry
        self.env.timeout(INTERVAL).callbacks.append(self.beat)

    def on_appended(self, event: simpy.Event) -> None:
        self.events += 1
        src, term, index = event.value
        if index > self.match[src]:
            self.match[src] = index
            if sum(match >= index for match in self.match[1:]) >= NODES // 2:
                self.commit = max(self.commit, index)


class Follower:
    """SimPy cannot take a timeout back: one that was put off goes off unheard."""

    def __init__(self, leader: Callbacks, me: int) -> None:
        self.leader, self.env, self.draw, self.me = leader, leader.env, leader.draw, me
        self.term, self.length, self.last, self.commit = 1, 0, "", 0
        self.await_leader()

    def await_leader(self) -> None:
        self.election = self.env.timeout(ELECTION[0] + (ELECTION[1] - ELECTION[0]) * self.draw())
        self.election.callbacks.append(self.stand)

    def stand(self, event: simpy.Event) -> None:
        assert event is not self.election, "a follower has not heard from its leader"

    def on_append(self, event: simpy.Event) -> None:
        self.leader.events += 1
        term, index, entry, commit = event.value
        if term < self.term:
            return
        self.await_leader()
        if entry:
            self.length, self.last = index + 1, entry
        self.commit = commit
        timeout = self.env.timeout(5 + 10 * self.draw(), (self.me, self.term, self.length))
        timeout.callbacks.append(self.leader.on_appended)
