"""Variants of Raft: each breaks one rule, and a Raft whose elections a script triggers.

Each class differs from `Raft` in a few lines, so any violation is due to them. Left out: variants that need
more state, such as pre-vote.
"""

from typing import Any

from dslab.node import message
from dslab.protocols.client import Answer, Get
from dslab.protocols.raft import Entry, Raft


class Amnesia(Raft):
    """What if a server forgets its vote when it crashes?"""

    persistent = ("term", "log")


class Timeless(Raft):
    """What if a server forgets the current term when it crashes?"""

    persistent = ("voted_for", "log")


class Bookworm(Raft):
    """What if a server forgets its log when it crashes?"""

    persistent = ("term", "voted_for")


class CommitByCounting(Raft):
    """What if a leader counts copies of entries of earlier terms, too? Figure 8 of the paper."""

    def may_commit(self, index):
        return True


class Truncate(Raft):
    """What if a follower truncates its log after the leader's entries?"""

    def append(self, prev_index, entries):
        self.log[prev_index:] = entries


class AnyLog(Raft):
    """What if a server votes without comparing logs [section 5.4.1]?"""

    def objection(self, src, msg):
        objection = super().objection(src, msg)
        return "" if "less complete" in objection else objection


class BackUpByOne(Raft):
    """The leader tries one entry earlier after each refusal, as in the paper's figure 2: correct, but slow."""

    def first_suspect(self, index):
        return index


class LocalRead(Raft):
    """What if a leader answers reads from its own state? A deposed leader does not know that it is one: stale reads."""

    def on_command(self, src, msg):
        if self.role == "leader" and isinstance(msg.command, Get):
            self.note("answers from its own state, without asking anybody")
            return self.send(src, Answer(msg.serial, self.machine.get(msg.command.key)))
        super().on_command(src, msg)


class Impatient(Raft):
    """What if all servers have the same election timeout? Every election is split."""

    election_timeout = (150, 150)


# ---- elections by request, for the figures of the paper ----------------------------------------------------

@message
class TimeOut:
    """A request: stand for election now."""


@message
class Propose:
    """A request: append this command, if you lead."""

    command: Any
    label = "{command}"


class DirectedRaft(Raft):
    """Raft without election timers: the script triggers elections, and submits commands without clients."""

    def await_leader(self):
        pass

    def on_time_out(self, src, msg):
        if self.role == "leader":
            return self.note("leads already: a leader has no election timer")
        self.on_election_timer()

    def on_propose(self, src, msg):
        if self.role != "leader":
            return self.note("only the leader takes commands")
        self.log.append(Entry(self.term, "", len(self.log) + 1, msg.command))
        self.replicate()
        self.advance_commit_index()


class DirectedCommitByCounting(DirectedRaft, CommitByCounting):
    """`CommitByCounting` with elections triggered by a script."""


class DirectedBackUpByOne(DirectedRaft, BackUpByOne):
    """`BackUpByOne` with elections triggered by a script."""
