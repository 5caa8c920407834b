"""Raft: a cluster of servers agrees on one log of commands, though servers crash and messages are lost.

The idea in three sentences. Servers elect a leader, at most one in each term, and only a server whose log is as
complete as that of a majority can win. Clients talk to the leader, which appends their commands to its log and
replicates it. An entry of the current term that a majority stores is committed, with all before it: every later leader
has it, and every server applies it, in the same order.

Source: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (2014, extended version): read it
beside figure 2. Numbered comments argue why it is safe. Left out: membership changes (section 6), log compaction (7),
reads that bypass the log and the no-op entry at the start of a term (8). Where this file differs from figure 2:

* Every message has a sender, `src`, so none carries candidateId or leaderId.
* Replies may be duplicated and reordered: Appended carries the index it is about, or the one to try next (5.3).
* RequestVote is not retried, as it is in section 5.1: the next election is the retry.
* Committed entries are applied immediately: `commit_index` is lastApplied too.
* A command that a client retries is logged again, but executed once: the answer is the stored result.
"""

from itertools import combinations
from typing import Any

from dslab.marks import Chosen, Cursor, Quorum
from dslab.node import Node, message
from dslab.properties import always, sometimes
from dslab.protocols.client import Add, Answer, Client, NotLeader, Put, execute
from dslab.run import Run
from dslab.script import at, crash, recover, request


@message
class Entry:
    term: int           # when the leader received it
    client: str         # whose command it is
    serial: int         # and the client's number for it
    command: Any
    label = "{command}"


@message
class RequestVote:
    term: int
    last_index: int     # the length of the candidate's log
    last_term: int      # the term of its last entry
    label, look = "vote for me?", "ask"
    sentence = "{src} asks {dst} for its vote in term {term}"


@message
class Vote:
    term: int
    granted: bool
    label = property(lambda self: "✓ vote" if self.granted else "✗ no vote")


@message
class AppendEntries:
    term: int
    prev_index: int     # the entry just before the new ones ...
    prev_term: int      # ... and its term: the receiver must have it
    entries: tuple      # empty for a heartbeat
    leader_commit: int
    label = property(lambda self: self.entries or "heartbeat")
    look = property(lambda self: "plain" if self.entries else "quiet")


@message
class Appended:
    term: int
    success: bool
    index: int          # success: the logs agree up to here; otherwise: try again from here
    label = property(lambda self: f"{'✓ up to' if self.success else '✗ again from'} {self.index}")


class Raft(Node):
    """One server."""

    persistent = ("term", "voted_for", "log")
    roles = ("follower", "candidate", "leader")
    shown = ("term",)
    logs = (("log", "commit_index"),)
    marks = (Quorum("votes", role="candidate"), Chosen("voted_for", "voted for"),
             Cursor("next_index", role="leader"), Cursor("match_index", role="leader"))
    election_timeout = (150, 300)       # ms [section 9.3]
    heartbeat_interval = 50             # ms, well below the least election timeout
    batch = 200                         # entries, at most, in one message

    def init(self):
        self.term = 0                   # the latest term this server has seen
        self.voted_for = None           # the candidate that it voted for in this term
        self.log = []                   # entries; the first has index 1
        self.role = "follower"
        self.leader = None              # the leader of this term, if known
        self.votes = set()              # candidate: the servers that voted for it
        self.commit_index = 0           # the last entry known to be committed, and applied here
        self.machine = {}               # the replicated state machine: a key-value store
        self.sessions = {}              # client -> (serial of its last command, result) [section 8]
        self.next_index = {}            # leader: peer -> the first entry to send next
        self.match_index = {}           # leader: peer -> the last entry known to be stored there

    # ---- elections (section 5.2) ----

    def on_start(self):
        self.await_leader()

    def await_leader(self):
        """Restart the election timer."""
        self.set_timer("election", *self.election_timeout)

    def on_election_timer(self):
        if self.role == "leader":
            raise RuntimeError(f"{self.id} leads term {self.term}: a leader has no election timer")
        self.term, self.voted_for = self.term + 1, self.id
        self.role, self.leader, self.votes = "candidate", None, {self.id}
        self.note(f"no leader was heard from in time: stands for election in term {self.term}")
        self.broadcast(RequestVote(self.term, len(self.log), self.last_term()))
        self.await_leader()
        self.count_votes()

    def on_request_vote(self, src, msg):
        self.adopt(msg.term)
        objection = self.objection(src, msg)
        if objection:
            self.note(f"no vote for {src}: {objection}")
        else:
            self.note(f"votes for {src}: no other has its vote of term {self.term}, and {src}'s log is complete enough")
            self.voted_for = src
            self.await_leader()
        # 1. A stale candidate is answered, not ignored: the reply carries the newer term, and it steps down.
        self.send(src, Vote(self.term, not objection))

    def objection(self, src, msg):
        """The reason to refuse `src` the vote; empty if there is none."""
        if msg.term < self.term:
            return f"its term {msg.term} is over, this is term {self.term}"
        # 2. One vote a term, on disk before the reply is sent; two majorities share a server: one winner a term.
        if self.voted_for not in (None, src):
            return f"the vote of term {self.term} went to {self.voted_for}"
        # 3. A committed entry is on a majority, so some voter of any winner has it. That voter requires a log that
        #    ends in a later term, or in the same term and is at least as long. Such a log has the entry too: in the
        #    same term by log matching, in a later term because its leader had it, by induction over the terms.
        if (msg.last_term, msg.last_index) < (self.last_term(), len(self.log)):
            return "its log is less complete [section 5.4.1]"
        return ""

    def on_vote(self, src, msg):
        self.adopt(msg.term)
        if self.role != "candidate" or msg.term < self.term:
            return self.note("this election is over")
        if msg.granted:
            self.votes.add(src)
            self.count_votes()

    def count_votes(self):
        if self.is_majority(len(self.votes)):
            self.note(f"{len(self.votes)} of {len(self.peers) + 1} votes are a majority")
            self.lead()

    def lead(self):
        if self.role == "follower":
            raise RuntimeError(f"{self.id} is a follower in term {self.term}: only a candidate can become leader")
        self.role, self.leader = "leader", self.id
        self.next_index = dict.fromkeys(self.peers, len(self.log) + 1)
        self.match_index = dict.fromkeys(self.peers, 0)
        self.output("leader", self.term)
        self.cancel_timer("election")
        self.on_heartbeat_timer()

    def adopt(self, term):
        """Enter a newer term as a follower, without a vote cast in it (figure 2, rules for all servers)."""
        if term > self.term:
            self.note(f"enters term {term}")
            self.term, self.voted_for = term, None
            self.follow(None)

    def follow(self, leader):
        if self.role == "leader":
            self.cancel_timer("heartbeat")
            self.await_leader()
        self.role, self.leader = "follower", leader

    # ---- log replication (section 5.3) ----

    def on_command(self, src, msg):
        if self.role != "leader":
            self.note("only the leader takes commands")
            return self.send(src, NotLeader(self.leader))
        self.log.append(Entry(self.term, src, msg.serial, msg.command))
        self.replicate()
        self.advance_commit_index()

    def on_heartbeat_timer(self):
        self.replicate()
        self.set_timer("heartbeat", self.heartbeat_interval)

    def replicate(self):
        for peer in self.peers:
            self.replicate_to(peer)

    def replicate_to(self, peer):
        """Send the entries from `next_index` on; an empty message is a heartbeat."""
        prev = self.next_index[peer] - 1
        entries = tuple(self.log[prev:prev + self.batch])
        self.send(peer, AppendEntries(self.term, prev, self.term_at(prev), entries, self.commit_index))

    def on_append_entries(self, src, msg):
        self.adopt(msg.term)
        if msg.term < self.term:
            self.note(f"{src} no longer leads: its term {msg.term} is over")
            return self.send(src, Appended(self.term, False, 0))
        self.follow(src)
        self.await_leader()
        if self.term_at(msg.prev_index) != msg.prev_term:
            self.note(f"has no entry {msg.prev_index} of term {msg.prev_term}: cannot append")
            return self.send(src, Appended(self.term, False, self.first_suspect(msg.prev_index)))
        self.append(msg.prev_index, msg.entries)
        agreed = msg.prev_index + len(msg.entries)
        self.commit(min(msg.leader_commit, agreed))
        self.send(src, Appended(self.term, True, agreed))

    def append(self, prev_index, entries):
        """Append the entries that are missing; remove a suffix only where an entry conflicts."""
        # 4. An entry that conflicts was never committed: the leader has all that are (3). Without a conflict
        #    nothing is removed: the message may be late, and what follows acknowledged, even committed.
        for index, entry in enumerate(entries, prev_index + 1):
            if self.term_at(index) != entry.term:
                del self.log[index - 1:]
                self.log.append(entry)

    def first_suspect(self, index):
        """The index to try next: the end of a short log, or the first entry of the conflicting term."""
        term = self.term_at(index)
        if term is None:
            return len(self.log) + 1
        return next(i for i in range(1, index + 1) if self.term_at(i) == term)

    def on_appended(self, src, msg):
        self.adopt(msg.term)
        if self.role != "leader" or msg.term < self.term:
            return self.note("answers to an earlier term")
        if msg.success:
            self.match_index[src] = max(self.match_index[src], msg.index)
            self.next_index[src] = max(self.next_index[src], msg.index + 1)
            self.advance_commit_index()
        elif self.match_index[src] < msg.index < self.next_index[src]:
            self.next_index[src] = msg.index
            self.replicate_to(src)
        else:
            self.note("refuses an earlier attempt: the leader has moved on since")

    # ---- commitment (sections 5.3 and 5.4.2) and clients (section 8) ----

    def advance_commit_index(self):
        """Commit up to the last entry that a majority stores and that may be committed by counting."""
        for index in range(len(self.log), self.commit_index, -1):
            copies = 1 + sum(match >= index for match in self.match_index.values())
            if self.is_majority(copies) and self.may_commit(index):
                return self.commit(index)

    def may_commit(self, index):
        """Only entries of the current term are committed by counting copies (figure 8)."""
        # 5. An older entry on a majority can still be overwritten, by a server whose last entry has a term in between:
        #    it passes (3). An entry of the current term on a majority makes it fail (3), and by log matching
        #    protects all entries before it.
        return self.term_at(index) == self.term

    def commit(self, index):
        while self.commit_index < index:
            self.commit_index += 1
            self.apply(self.log[self.commit_index - 1])

    def apply(self, entry):
        """Execute a committed command, unless it is a client's retry of one that was executed."""
        self.output("apply", self.commit_index, entry, self.term)
        serial, result = self.sessions.get(entry.client, (0, None))
        if entry.serial > serial:
            serial, result = entry.serial, execute(entry.command, self.machine)
            self.sessions[entry.client] = (serial, result)
        if self.role == "leader" and entry.client in self.neighbours and entry.serial == serial:
            self.send(entry.client, Answer(serial, result))

    # ---- majorities and terms ----

    def is_majority(self, servers):
        return servers > (len(self.peers) + 1) / 2

    def last_term(self):
        return self.term_at(len(self.log))

    def term_at(self, index):
        """The term of an entry: 0 before the first, None after the last."""
        if index == 0:
            return 0
        return self.log[index - 1].term if index <= len(self.log) else None


# ---- properties (figure 3); the fifth, leader append-only, is seen in the code: only `append` removes entries ----

@always
def two_leaders_never_share_a_term(world):
    """Election safety [section 5.2]."""
    leaders = {}
    for output in world.outputs("leader"):
        term, = output.values
        if leaders.setdefault(term, output.node) != output.node:
            return f"{leaders[term]} and {output.node} both lead term {term}"


@always
def logs_that_agree_on_an_entry_agree_on_all_before_it(world):
    """Log matching [section 5.3]."""
    for (a, first), (b, second) in combinations(world.having("log").items(), 2):
        pairs = list(zip(first.log, second.log, strict=False))
        agreed = max((i for i, (x, y) in enumerate(pairs, 1) if x.term == y.term), default=0)
        for index, (x, y) in enumerate(pairs[:agreed], 1):
            if x != y:
                return f"{a} and {b} agree on entry {agreed} but not on entry {index}"


@always
def a_leader_has_all_entries_committed_in_earlier_terms(world):
    """Leader completeness [section 5.4]."""
    for index, (_, entry, since) in first_applied(world).items():
        for name, server in world.having("log").items():
            leads = name in world.up and server.role == "leader" and server.term > since
            if leads and server.log[index - 1:index] != [entry]:
                return f"{name} leads term {server.term} without entry {index}, committed in term {since}"


@always
def two_servers_never_apply_different_entries_at_one_index(world):
    """State machine safety [section 5.4.3]."""
    first = first_applied(world)
    for output in world.outputs("apply"):
        index, entry, _ = output.values
        if first[index][1] != entry:
            return f"{first[index][0]} and {output.node} apply different entries at index {index}"


def first_applied(world):
    """Index -> (the first server that applied it, the entry, that server's term at the time)."""
    first = {}
    for output in world.outputs("apply"):
        index, entry, term = output.values
        first.setdefault(index, (output.node, entry, term))
    return first


@sometimes
def a_leader_is_elected(world):
    return world.outputs("leader")


@sometimes
def a_command_is_applied_by_all(world):
    return world.outputs("apply") and all(server.commit_index for server in world.having("commit_index").values())


PROMISES = (two_leaders_never_share_a_term, logs_that_agree_on_an_entry_agree_on_all_before_it,
            a_leader_has_all_entries_committed_in_earlier_terms,
            two_servers_never_apply_different_entries_at_one_index, a_leader_is_elected, a_command_is_applied_by_all)

CLUSTER = dict.fromkeys("ABCDE", Raft) | {"alice": Client}

DEMO = Run(CLUSTER, seed=6, duration=1500, title="Raft: an election, a crash, another election", script=[
    at(350, request("alice", Put("x", 1))), at(600, crash("A")),
    at(650, request("alice", Add("x", 1))), at(1200, recover("A")),
])
