"""Exercise 7.2: a Raft follower appends entries [Ongaro and Ousterhout 2014, figure 2 and section 5.3]."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random

from dslab.exercises.raft_puppets import Puppet, asking, is_server, newest_term, says, term_of
from dslab.grader.demands import Demand, for_each
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.readings import Exchange, exchanges, past
from dslab.grader.runs import restart
from dslab.node import Node
from dslab.properties import always
from dslab.protocols import raft
from dslab.protocols.client import Command, Put
from dslab.protocols.raft import Appended, AppendEntries, Entry, Raft
from dslab.protocols.raft_figures import FIGURE_7, log_of
from dslab.run import Run
from dslab.script import at, duplicate
from dslab.trace import Step, Trace

# ---- what the learner starts from ------------------------------------------------------------------------------------


class Follower(Raft):
    """A Raft server that can do everything but append a leader's entries."""

    def on_append_entries(self, src, msg):
        """Leader src of msg.term sends msg.entries, which follow entry msg.prev_index, of term msg.prev_term.

        Always answer: self.send(src, Appended(self.term, success, index)); index says up to where the logs agree or,
        if you refuse, where to try next (self.first_suspect(msg.prev_index)). Available: self.adopt(term) enters a
        newer term; self.follow(src); self.await_leader() restarts the election timer; self.term_at(index) looks into
        self.log (0 before the first entry, None after the last); self.commit(index).
        """

    append = None                           # the helper of the course's Raft is yours to write, if you want one

    def commit(self, index):                # what is not in the log cannot be applied: what is judged is the rest
        super().commit(min(index, len(self.log)))


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Follower):
    def on_append_entries(self, src, msg):
        self.adopt(msg.term)
        if msg.term < self.term:
            return self.send(src, Appended(self.term, False, 0))
        self.follow(src)
        self.await_leader()
        if self.term_at(msg.prev_index) != msg.prev_term:
            return self.send(src, Appended(self.term, False, self.first_suspect(msg.prev_index)))
        for index, entry in enumerate(msg.entries, msg.prev_index + 1):
            if self.term_at(index) != entry.term:
                self.log[index - 1:] = [entry]
        agreed = msg.prev_index + len(msg.entries)
        self.commit(min(msg.leader_commit, agreed))
        self.send(src, Appended(self.term, True, agreed))


class LikeTheShelf(Follower):
    """Right: the protocol of the course."""

    on_append_entries, append = Raft.on_append_entries, Raft.append


class SlicesAndTriesOneEarlier(LikeTheShelf):
    """Right: the new entries are compared as one slice; a refused leader is told to try the entry before."""

    def append(self, prev_index, entries):
        if tuple(self.log[prev_index:prev_index + len(entries)]) != entries:
            self.log[prev_index:] = entries

    def first_suspect(self, index):
        return index


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class UncheckedHeartbeat(LikeTheShelf):
    """Without entries there is nothing to check."""

    def on_append_entries(self, src, msg):
        super().on_append_entries(src, msg if msg.entries else replace(msg, prev_term=self.term_at(msg.prev_index)))


class CutsAlways(LikeTheShelf):
    """Everything after the entry at prev_index is removed."""

    def append(self, prev_index, entries):
        self.log[prev_index:] = entries


class CutsByLength(LikeTheShelf):
    """A conflict is a log that is longer than the leader's."""

    def append(self, prev_index, entries):
        if len(self.log) > prev_index + len(entries):
            del self.log[prev_index:]
        self.log += entries[len(self.log) - prev_index:]


class ComparesTheFirst(LikeTheShelf):
    """If the first of the new entries is there, assumes that the others are, too."""

    def append(self, prev_index, entries):
        if entries and self.term_at(prev_index + 1) != entries[0].term:
            del self.log[prev_index:]
        self.log += entries[len(self.log) - prev_index:]


class CommitsWhatIsNotChecked(LikeTheShelf):
    """Everything that the leader has committed is committed, as far as its own log goes."""

    def on_append_entries(self, src, msg):
        super().on_append_entries(src, msg)
        if msg.term == self.term and self.term_at(msg.prev_index) == msg.prev_term:
            self.commit(min(msg.leader_commit, len(self.log)))


class RecognisesALeaderLate(LikeTheShelf):
    """A leader is followed only if its entries fit."""

    def on_append_entries(self, src, msg):
        self.adopt(msg.term)
        if self.term_at(msg.prev_index) != msg.prev_term:
            return self.send(src, Appended(self.term, False, self.first_suspect(msg.prev_index)))
        super().on_append_entries(src, msg)


class StopsItsTimerAnyway(LikeTheShelf):
    """Any message of a leader, of whatever term, stops the election timer."""

    def on_append_entries(self, src, msg):
        self.cancel_timer("election")
        super().on_append_entries(src, msg)


class CountsItsOwnLog(LikeTheShelf):
    """It acknowledges its whole log."""

    def send(self, dst, msg):
        success = isinstance(msg, Appended) and msg.success
        super().send(dst, replace(msg, index=len(self.log)) if success else msg)


class ObeysThePast(LikeTheShelf):
    """The term of the message is not compared."""

    def on_append_entries(self, src, msg):
        super().on_append_entries(src, replace(msg, term=max(msg.term, self.term)))


# ---- what is judged --------------------------------------------------------------------------------------------------

class Told:
    """AppendEntries that a server received: what was known before it, and what came of it."""

    def __init__(self, trace: Trace, one: Exchange) -> None:
        self.step, self.node, self.src, self.msg, self.after = one.step, one.node, one.src, one.request, one.after
        self.log: list[Entry] = list(one.before["log"])
        self.answer = one.reply if type(getattr(one.reply, "index", None)) is int else None
        self.term = newest_term(trace, one)                     # that the follower had sent or heard of
        self.committed = 0                                      # how many entries it had applied
        for step in past(trace, one.step):
            self.committed = 0 if step.kind == "crash" else max(self.committed, *applied(step))

    @property
    def stale(self) -> bool:
        return self.msg.term < self.term

    @property
    def fits(self) -> bool:
        """Does the message come from the leader of the term, and is the entry before the new ones there?"""
        return not self.stale and self.own(self.msg.prev_index) == self.msg.prev_term

    @property
    def agreed(self) -> int:
        return self.msg.prev_index + len(self.msg.entries)

    @property
    def due(self) -> list[Entry]:
        """The log that the follower must have now: only an entry in conflict removes what follows it."""
        log = list(self.log)
        for index, entry in enumerate(self.msg.entries if self.fits else (), self.msg.prev_index):
            if index >= len(log) or term_of(log[index]) != entry.term:
                log[index:] = [entry]
        return log

    def own(self, index: int) -> int | None:
        """The term of an entry that it had before: 0 before the first, None after the last."""
        return 0 if index == 0 else term_of(self.log[index - 1]) if index <= len(self.log) else None

    def __str__(self) -> str:
        return f"{self.src}'s message {self.step.message.name} of term {self.msg.term}"


def told(trace: Trace) -> Iterator[Told]:
    """All AppendEntries that servers received, in order."""
    return (Told(trace, one) for one in exchanges(trace, AppendEntries, Appended) if is_server(trace, one.node))


def applied(step: Step) -> list[int]:
    """The entries that are applied in a step, after 0."""
    return [0, *(index for name, index, *_ in step.outputs if name == "apply")]


@for_each(told)
def a_leader_is_answered(trace, one):
    return None if one.answer else f"{one.node} does not answer {one} by Appended(term, success, index)"


@for_each(told)
def an_earlier_term_is_refused_and_changes_nothing(trace, one):
    if one.stale and one.answer and one.answer.success:
        return f"{one.node} accepts {one}, but it is already in term {one.term}: {one.src} no longer leads"
    if one.stale and "election" in one.step.timers:
        return f"{one.node} is already in term {one.term}, and yet restarts or stops its election timer for {one}"


@for_each(told)
def the_leader_of_the_term_is_followed(trace, one):
    term, role, leader = (one.after[name] for name in ("term", "role", "leader"))
    if not one.stale and (term, role, leader) != (one.msg.term, "follower", one.src):
        return f"{one.node} is {role} in term {term} after {one}, led by {leader}: it must follow {one.src} in any case"
    if not one.stale and one.step.timers.get("election") is None:
        return f"{one.node} does not restart its election timer after {one}"


@for_each(told)
def the_entry_before_decides(trace, one):
    prev, mine = one.msg.prev_index, one.own(one.msg.prev_index)
    if one.answer is None or one.stale:
        return None
    if one.answer.success and not one.fits:
        found = "it has no such entry" if mine is None else f"its own is of term {mine}"
        return f"{one.node} accepts {one}, which follows entry {prev} of term {one.msg.prev_term}: {found}"
    if one.fits and not one.answer.success:
        return f"{one.node} refuses {one}, though its log has entry {prev} of term {one.msg.prev_term}"
    if not one.fits and not 1 <= one.answer.index <= prev:
        return f"{one.node} refuses {one}, and asks to try from entry {one.answer.index}: expected one from 1 to {prev}"


@for_each(told)
def an_entry_in_conflict_is_replaced(trace, one):
    log = list(one.after["log"])
    for index, entry in enumerate(one.due[:one.agreed] if one.fits else (), 1):
        if (there := log[index - 1:index]) != [entry]:
            mine = f"keeps entry {index} of term {term_of(there[0])}" if there else f"lacks entry {index}"
            return f"{one.node} {mine} after {one}, where the leader's is of term {entry.term}"


@for_each(told)
def an_entry_that_is_not_in_conflict_stays(trace, one):
    due, log = one.due, list(one.after["log"])
    stays = due if one.fits or one.stale else due[:one.msg.prev_index - 1]      # one that does not fit may go at once
    if log[:len(stays)] != stays:
        return f"{one.node} removes entry {len(log) + 1}, which is not in conflict with {one}: it may be committed"
    if len(log) > len(due):
        return f"{one.node} has {len(log)} entries after {one}: it should have {len(due)}"


@for_each(told)
def what_is_acknowledged_was_compared(trace, one):
    if one.fits and one.answer and one.answer.index != one.agreed:
        return f"{one.node} acknowledges entries up to {one.answer.index}, but {one} goes up to {one.agreed}"


@for_each(told)
def what_is_committed_was_compared(trace, one):
    last, due = max(applied(one.step)), max(one.committed, min(one.msg.leader_commit, one.agreed) if one.fits else 0)
    if last > due:
        return f"{one.node} commits entry {last} on {one}, which shows no agreement beyond entry {one.agreed}"
    if max(one.committed, last) < due:
        return f"{one.node} does not commit entry {due} on {one}, though the leader has, and the logs agree up to there"


@always
def what_a_leader_counts_as_stored_is_stored(world):
    for name, leader in world.states.items():
        for peer, index in leader.match_index.items() if leader.role == "leader" else ():
            if list(world.states[peer].log[:index]) != list(leader.log[:index]):
                return f"{name} was told that {peer} stores its entries up to {index}, but {peer} does not"


DEMANDS = (
    Demand(a_leader_is_answered, "Figure 2: AppendEntries is always answered.", 0),
    Demand(an_earlier_term_is_refused_and_changes_nothing, "Figure 2, rule 1: refuse a term that is over.", 0),
    Demand(the_leader_of_the_term_is_followed, "Section 5.2: whoever sends AppendEntries in a term is its leader.", 1),
    Demand(the_entry_before_decides, "Figure 2, rule 2: refuse if the log has no such entry, even a heartbeat.", 2),
    Demand(an_entry_in_conflict_is_replaced, "Figure 2, rules 3 and 4: compare each entry, then add what is new.", 3),
    Demand(an_entry_that_is_not_in_conflict_stays, "Figure 2, rule 3: cut at a conflict; messages may be late.", 3),
    Demand(what_is_acknowledged_was_compared, "Section 5.3: the logs agree up to prev_index + len(entries).", 4),
    Demand(what_is_committed_was_compared, "Figure 2, rule 5: the leader's commit index or the last new entry.", 4),
    Demand(what_a_leader_counts_as_stored_is_stored, "Section 5.3: what is acknowledged is stored.", 4),
    Demand(raft.logs_that_agree_on_an_entry_agree_on_all_before_it, "Figure 3: log matching.", 3),
    Demand(raft.two_servers_never_apply_different_entries_at_one_index, "Figure 3: state machine safety.", 4),
)


# ---- the runs --------------------------------------------------------------------------------------------------------

def message(log: str, prev: int, most: int, term: int, commit: int = 0) -> AppendEntries:
    """What a leader with this log sends of what follows entry `prev`."""
    return AppendEntries(term, prev, int(f"0{log}"[prev]), tuple(log_of(log)[prev:prev + most]), commit)


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    a, b, c = names
    early, late = says(0, b, a, message("1123", 2, 2, 3, 4)), says(60, b, a, message("1123", 0, 1, 3, 1))
    over = says(40, c, a, message("11222", 2, 2, 2, 5))
    for state in {"term": 3}, {"term": 2, "role": "leader"}, {"term": 3, "role": "candidate"}:
        for log in "1122", "11", "1":
            yield asking(protocol, names, state | {"log": log_of(log)}, early, over, late)
    yield asking(protocol, names, {"log": log_of("11")}, at(0, duplicate(f"{b}->{a}#1", after=90)), early, late)
    yield asking(protocol, names, {"log": log_of("11")}, early, restart(a, 20, down=20), late)
    leader, *others = FIGURE_7.values()
    for log, prev in product(others, range(len(leader) + 1)):
        yield asking(protocol, names, {"term": 7, "log": log_of(log)}, *(
            says(time, b, a, message(leader, prev, most, 8, 9)) for time, most in ((0, 0), (20, 2), (40, 99))))


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    """The leader's log and the follower's differ at entry 2; the leader gets commands from the third server."""
    a, b, c = names
    leads = {"term": 2, "role": "leader", "log": log_of("12"), "next_index": {b: 3, c: 3}, "match_index": {b: 0, c: 0}}
    run = Run({a: protocol, b: protocol, c: Puppet}, initial={a: leads, b: {"log": log_of("11")}},
              script=[*says(0, c, a, Command(1, Put("x", 1))), *says(0, c, a, Command(2, Put("x", 2)))])
    yield Search(run, {"timers": {"election": 0}, "duplicates": 1})


def traffic(protocol: type[Node], names: Names, seed: int) -> Run:
    """Three leaders, one after the other: each keeps what is committed and adds to it, and messages are late."""
    draw, (follower, *puppets) = Random(f"{seed} logs"), names
    log, committed, script = "", 0, []
    for term in 2, 3, 4:
        log = log[:draw.randrange(committed, len(log) + 1)] + str(term) * draw.randrange(1, 4)
        committed = draw.randrange(committed, len(log) + 1)
        for _ in range(4):
            said = message(log, draw.randrange(len(log) + 1), draw.randrange(4), term, draw.randrange(committed + 1))
            script += says(draw.randrange(250), puppets[term % 2], follower, said)
    return asking(protocol, names, {"term": 1, "log": log_of("1" * draw.randrange(4))}, script).replace(duration=350)


EXERCISES = (MakeItRight(
    number="7.2", title="Appending entries",
    task="A leader sends entries, or none at all (a heartbeat). Write what a Raft follower does and what it answers.",
    base=Follower, asks=("on_append_entries",), lines=14,
    reference=Reference, right=(LikeTheShelf, SlicesAndTriesOneEarlier),
    wrong=((UncheckedHeartbeat, "accepts"), (CutsAlways, "which is not in conflict"), (CutsByLength, "keeps entry"),
           (ComparesTheFirst, "keeps entry"), (CommitsWhatIsNotChecked, "commits entry"),
           (RecognisesALeaderLate, "in any case"), (StopsItsTimerAnyway, "restarts or stops its election timer"),
           (CountsItsOwnLog, "acknowledges entries up to"), (ObeysThePast, "no longer leads")),
    demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=traffic,
    faults=("crash", "loss", "duplication", "delay", "pause"),
    hints=(
        "Begin as with votes: self.adopt(msg.term), and refuse a smaller msg.term. Answer every message.",
        "After that, src is the leader: self.follow(src) and self.await_leader(), whatever the logs are like.",
        "Refuse if self.term_at(msg.prev_index) != msg.prev_term, with or without entries.",
        "Compare term_at(index) for each new entry. At the first that differs, cut the log there, then append.",
        "agreed = msg.prev_index + len(msg.entries): commit no more than that, and acknowledge exactly that.",
    ),
),)
