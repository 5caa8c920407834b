"""Exercise 7.3: how a Raft leader handles the answers to its AppendEntries [Ongaro and Ousterhout 2014, 5.3, 5.4.2].

A script directs the elections: commitment is all that is judged.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from dslab.grader.demands import Demand, at_the_end, for_each
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.readings import Moment, moments
from dslab.grader.runs import asks, calm, in_order, restart
from dslab.network import Network, uniform
from dslab.node import Node
from dslab.properties import World, always
from dslab.protocols import raft
from dslab.protocols.client import Add, execute
from dslab.protocols.raft import Appended
from dslab.protocols.raft_figures import ENDING_D, ENDING_E, cluster, figure_8, log_of
from dslab.protocols.raft_variants import DirectedRaft, Propose, TimeOut
from dslab.run import Run
from dslab.script import At, at, cut, delay, heal, isolate, partition
from dslab.trace import Trace

# ---- what the learner starts from ----------------------------------------------------------------------------------


class Leader(DirectedRaft):
    """A Raft server that wins elections and sends entries. What is missing is how it handles the answers."""

    batch = 2                               # entries, at most, in one message: who lacks more needs several

    def on_appended(self, src, msg):
        """A follower answers. `msg.term` is the term in which it answers.

        If msg.success, its log agrees with yours up to `msg.index`: update `self.match_index[src]` (what it stores) and
        `self.next_index[src]` (what to send next), then call `self.advance_commit_index()`.
        Otherwise try again from `msg.index`, at once: `self.replicate_to(src)` sends from `self.next_index[src]` on.
        Answers may be late, duplicated and out of order. `self.adopt(term)` enters a newer term, as a follower.
        """

    def advance_commit_index(self):
        """The leader looks for entries that may be committed, and calls `self.commit(index)` for the last of them.

        Available: `self.log` (its first entry has index 1), `self.term_at(index)`, `self.term`, `self.commit_index`,
        `self.match_index` (of the other servers only) and `self.is_majority(servers)`.
        """

    def commit(self, index):
        """All entries up to `index` are committed: for each new one, advance `self.commit_index` and apply it.

        `self.apply(entry)` executes the entry whose index is `self.commit_index`.
        """

    def apply(self, entry):
        self.output("apply", self.commit_index, entry, self.term)
        execute(entry.command, self.machine)


# ---- answers -------------------------------------------------------------------------------------------------------

class Reference(Leader):
    def on_appended(self, src, msg):
        self.adopt(msg.term)
        if self.role != "leader" or msg.term < self.term:
            return
        if msg.success:
            self.match_index[src] = max(self.match_index[src], msg.index)
            self.next_index[src] = max(self.next_index[src], msg.index + 1)
            self.advance_commit_index()
        elif self.match_index[src] < msg.index < self.next_index[src]:
            self.next_index[src] = msg.index
            self.replicate_to(src)

    def advance_commit_index(self):
        for index in range(len(self.log), self.commit_index, -1):
            copies = 1 + sum(match >= index for match in self.match_index.values())
            if self.is_majority(copies) and self.term_at(index) == self.term:
                return self.commit(index)

    def commit(self, index):
        while self.commit_index < index:
            self.commit_index += 1
            self.apply(self.log[self.commit_index - 1])


class Median(Reference):
    """Right: what a majority stores is the middle one of the sorted indices."""

    def advance_commit_index(self):
        stored = sorted([len(self.log), *self.match_index.values()], reverse=True)
        index = stored[len(stored) // 2]
        if index > self.commit_index and self.log[index - 1].term == self.term:
            self.commit(index)


class GoesBackFreely(Reference):
    """Right: a late refusal may take it back, no further than to what is known; the next answer mends it."""

    def on_appended(self, src, msg):
        if msg.success or self.role != "leader" or self.term != msg.term:
            return super().on_appended(src, msg)
        self.next_index[src] = max(self.match_index[src] + 1, msg.index)
        self.replicate_to(src)


# ---- classic mistakes ----------------------------------------------------------------------------------------------

class CommitByCounting(Reference):
    """A majority is enough, whatever the entry's term."""

    def advance_commit_index(self):
        self.commit(sorted([len(self.log), *self.match_index.values()], reverse=True)[(len(self.peers) + 1) // 2])


class HalfIsEnough(Reference):
    """Half of the servers are taken for a majority."""

    def is_majority(self, servers):
        return servers >= (len(self.peers) + 1) / 2 if self.role == "leader" else super().is_majority(servers)


class LeaderTwice(Reference):
    """The leader counts itself as one of its followers, too."""

    def advance_commit_index(self):
        self.match_index[self.id] = len(self.log)
        super().advance_commit_index()


class LastWord(Reference):
    """The answer that arrives last counts, though it may be an old one."""

    def on_appended(self, src, msg):
        if msg.success:
            self.match_index[src] = self.next_index[src] = 0
        super().on_appended(src, msg)


class NeverForward(Reference):
    """Once it has gone back, it sends from there for ever."""

    def on_appended(self, src, msg):
        following = dict(self.next_index)
        super().on_appended(src, msg)
        if msg.success:
            self.next_index = following


class NeverBack(Reference):
    """A refusal is ignored."""

    def on_appended(self, src, msg):
        if msg.success or msg.term > self.term:
            super().on_appended(src, msg)


class AnyTerm(Reference):
    """An answer to the leader of an earlier term counts in this one."""

    def on_appended(self, src, msg):
        super().on_appended(src, Appended(max(self.term, msg.term), msg.success, msg.index))


class Clings(Reference):
    """It does not notice that its term is over."""

    def on_appended(self, src, msg):
        if msg.term <= self.term:
            super().on_appended(src, msg)


class FromTheBeginning(Reference):
    """Whenever something is committed, everything is applied again."""

    def commit(self, index):
        self.commit_index = 0
        super().commit(index)


class KeepsTheMachine(Reference):
    """After a restart everything is applied again, to a state machine that was kept on disk."""

    persistent = (*Leader.persistent, "machine")


# ---- what is judged ------------------------------------------------------------------------------------------------

CALM = 600                                  # ms: enough for a dozen heartbeats
FIVE = tuple(figure_8([]).nodes)            # the names of figure 8


def decision(world: World) -> tuple[str | None, int, Any, int]:
    """What was applied last: by which leader (None: another server), at which index, the entry, the term."""
    for output in world.outputs("apply")[-1:]:
        server, (index, entry, term) = world.states[output.node], output.values
        return output.node if (server.role, server.term) == ("leader", term) else None, index, entry, term
    return None, 0, None, 0


@always
def a_leader_commits_what_a_majority_stores(world):
    leader, index, entry, _ = decision(world)
    servers = world.having("log")
    stores = [name for name, server in servers.items() if leader and server.log[index - 1:index] == [entry]]
    if leader and len(stores) <= len(servers) / 2:
        return f"{leader} commits entry {index}, which {len(stores)} of {len(servers)} servers store: {stores}"


@always
def a_leader_counts_copies_of_entries_of_its_own_term_only(world):
    leader, index, entry, term = decision(world)
    if leader and entry.term != term:
        return (f"{leader}, which leads term {term}, commits up to entry {index}, of term {entry.term}: an old entry is"
                " committed by counting its copies")


@always
def what_a_leader_believes_a_follower_stores_is_there(world):
    servers = world.having("match_index")
    for name, leader in servers.items():
        for peer, match in leader.match_index.items() if leader.role == "leader" and name in world.up else ():
            log = servers[peer].log
            stored = match <= len(log) and leader.log[:match] == log[:match]
            if servers[peer].term == leader.term and not stored:
                return (f"{name} believes that {peer} stores its log up to entry {match} (match_index); the log of"
                        f" {peer} has {len(log)} entries, of the terms {', '.join(str(one.term) for one in log)}")


@always
def a_server_has_executed_each_committed_command_once(world):
    for name, server in world.having("machine").items():
        machine: dict = {}
        for entry in server.log[:server.commit_index]:
            execute(entry.command, machine)
        if name in world.up and machine != server.machine:
            return (f"{name} has committed {server.commit_index} entries, which give {machine}, but its machine holds"
                    f" {server.machine}")


def answers(trace: Trace) -> list[Moment]:
    """The steps in which a leader receives an answer, with its state before and after."""
    return [one for one in moments(trace) if one.step.name == "Appended" and one.step.kind == "receive"
            and one.before["role"] == "leader"]


@for_each(answers)
def a_leader_that_hears_of_a_newer_term_steps_down(trace, answer):
    step, before, after = answer
    told = step.message.payload.term
    if told > after["term"] or (told > before["term"] and after["role"] == "leader"):
        return (f"{step.node} stays in term {after['term']} as {after['role']}, though {step.message.src} has told it"
                f" of term {told} ({step.message.name})")


@for_each(answers)
def what_a_leader_knows_of_a_follower_only_grows(trace, answer):
    step, before, after = answer
    for peer, known in before["match_index"].items():
        now = after["match_index"].get(peer, 0)
        if after["role"] == "leader" and now < known:
            return (f"{step.node} knew that {peer} stores entry {known}, and a late answer ({step.message.name}) makes"
                    f" it forget that: match_index drops to {now}")


@at_the_end
def a_leader_brings_all_servers_up_to_date_without_faults(trace):
    state, last = trace.state_at(-1), max((step.time for step in trace.steps if step.kind == "request"), default=0)
    leader = max(state, key=lambda name: (state[name]["role"] == "leader", state[name]["term"]))
    if trace.faults or state[leader]["role"] != "leader" or trace.steps[-1].time < last + CALM:
        return None
    log, quiet = state[leader]["log"], f"{leader} leads term {state[leader]['term']}, undisturbed for {CALM} ms, and"
    for peer, following in state[leader]["next_index"].items():
        if state[peer]["log"][:len(log)] != log:
            return (f"{quiet} the log of {peer} still differs from its own, of {len(log)} entries: next time it would"
                    f" send from entry {following} on")
    if log and log[-1].term == state[leader]["term"] and state[leader]["commit_index"] < len(log):
        return f"{quiet} entry {len(log)}, which all servers store, is not committed"


DEMANDS = (
    Demand(a_leader_counts_copies_of_entries_of_its_own_term_only,
           "Only entries of the leader's own term are committed by counting copies; older ones are committed with them "
           "[5.4.2, figure 8].", hint=3),
    Demand(a_leader_commits_what_a_majority_stores,
           "An entry is committed once more than half of all servers, the leader included, store it [5.3].", hint=2),
    Demand(what_a_leader_believes_a_follower_stores_is_there,
           "match_index is what a follower has acknowledged in this term; answers to an earlier term do not count.",
           hint=0),
    Demand(what_a_leader_knows_of_a_follower_only_grows,
           "match_index increases monotonically: of two answers, the one with the higher index counts [figure 2].",
           hint=1),
    Demand(a_leader_that_hears_of_a_newer_term_steps_down,
           "A server that hears of a newer term enters it, as a follower [5.1].", hint=0),
    Demand(a_server_has_executed_each_committed_command_once,
           "When commit_index advances, the entries up to it are applied, one by one. Both it and the machine are "
           "volatile: after a restart they start from the beginning [figure 2].", hint=4),
    Demand(raft.a_leader_has_all_entries_committed_in_earlier_terms, "Leader completeness [5.4].", hint=3),
    Demand(raft.two_servers_never_apply_different_entries_at_one_index, "State machine safety [5.4.3].", hint=3),
    Demand(a_leader_brings_all_servers_up_to_date_without_faults,
           "After a refusal the leader goes back and tries again at once; after a success it continues after what is "
           "stored, and commits what a majority stores [5.3].", hint=1),
)


# ---- the runs ------------------------------------------------------------------------------------------------------

def stand(time: float, *names: str) -> list[At]:
    return [one for name in names for one in asks(time, name, TimeOut())]


def propose(time: float, *names: str) -> list[At]:
    """Commands for whoever leads: all are asked, and only a leader takes them."""
    return [one for name in names for one in asks(time, name, Propose(Add("n", 1)))]


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    a, b, c, d, *rest = names
    stories: tuple[tuple[Any, ...], ...] = (                # those whose logs are up to date, and the script
        ((a,), *propose(50, a)),
        ((a, b, c), at(40, isolate(a)), *propose(50, a), at(200, heal())),
        ((a, b, c, d), at(40, isolate(c)), at(40, isolate(d)), *propose(50, a)),
        ((a, b, c), at(0, delay(f"{b}->{a}#3", by=25)), *propose(50, a), *propose(55, a), *propose(60, a),
         *restart(c, 65, down=235)),                        # the answer to the first entry comes after the second's
        ({a: "11144", b: "1", c: "1112223"}, *propose(50, a, a, a)),
        ((a, b, c), at(40, isolate(a)), *stand(50, b), at(100, heal(a, c)), at(100, heal(c, a)),
         at(500, heal())),                                  # a hears of term 2 in an answer only
        ((a, b, c), *propose(50, a, a), *(one for name in (a, b, c) for one in restart(name, 200, down=10)),
         *stand(220, b), *propose(300, b)),                 # all crash, and begin again
    )
    for group, *events in stories:
        yield started(protocol, group, stand(0, a), *events)
    if names == FIVE:
        yield from (figure_8(ending, protocol=protocol) for ending in (ENDING_D, ENDING_E))
    for e in rest:                                          # a hears b when what b stored has been replaced
        yield started(
            protocol, names, stand(0, a), at(40, partition((a, b), (c, d, e))), at(45, delay(f"{b}->{a}#4", by=300)),
            propose(50, a, a), stand(100, c), propose(130, c), at(150, heal()), stand(300, a), at(330, cut(a, b)),
            propose(335, a, a), at(400, heal()))


def started(protocol: type[Node], logs: Names | dict[str, str], *events: At | list[At]) -> Run:
    """Servers with these logs, in term 4, or with none; the run ends two times CALM after the last event."""
    script = in_order(*events)
    logs, term = (logs, 4) if isinstance(logs, dict) else (dict.fromkeys(logs, ""), 0)
    return cluster(protocol, logs, term=term, script=script, duration=script[-1].time + 2 * CALM)


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    """A leads term 2 and has an entry of term 1 that nobody else has: all orders of answers, one of them doubled."""
    for group, budgets in ((names[:3], {"duplicates": 1}), (names[:4], {})):
        a, *others = group
        leads = {"term": 2, "log": log_of("1"), "role": "leader", "leader": a,
                 "next_index": dict.fromkeys(others, 2), "match_index": dict.fromkeys(others, 0)}
        initial = {a: leads} | {name: {"term": 2, "leader": a} for name in others}
        yield Search(Run(protocol, group, initial=initial, script=propose(0, a)), budgets)


def trouble(protocol: type[Node], names: Names, seed: int) -> Run:
    """Three elections and half a dozen commands at random moments."""
    draw = Random(f"{seed} trouble")
    events = [stand(0, names[0]), *(stand(draw.randrange(100, 500), draw.choice(names)) for _ in range(2)),
              *(propose(draw.randrange(40, 550), *names) for _ in range(6))]
    return calm(protocol, names, *events, network=Network(latency=uniform(5, 15)), duration=600)


EXERCISES = (MakeItRight(
    number="7.3", title="The leader counts",
    task="Write how a Raft leader handles the answers to its AppendEntries: what it knows about each follower "
         "(on_appended), which entries are committed (advance_commit_index), and how they are applied (commit).",
    base=Leader, asks=("on_appended", "advance_commit_index", "commit"), lines=19,
    reference=Reference, right=(Median, GoesBackFreely),
    wrong=(
        (CommitByCounting, "by counting its copies"), (HalfIsEnough, "which 2 of 4 servers store"),
        (LeaderTwice, "which 1 of 3 servers store"), (LastWord, "makes it forget that"), (AnyTerm, "believes that"),
        (NeverForward, "it would send from entry 2 on"), (NeverBack, "it would send from entry 6 on"),
        (Clings, "has told it of term"), (FromTheBeginning, "its machine holds {'n': 2}"),
        (KeepsTheMachine, "has committed 0 entries"),
    ),
    demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=trouble, schedules=60,
    faults=("crash", "partition", "loss", "duplication", "delay"), clusters=(FIVE, ("Q", "X", "B", "M")),
    hints=(
        "First check whether the answer concerns you. Is its term newer? Are you still the leader? Is it of your term?",
        "match_index never decreases, and next_index is always greater. A late refusal of an earlier attempt must not "
        "move next_index back below what is known to be stored.",
        "Copies of an entry: one on the leader, and one for each match_index that is at least the entry's index.",
        "Commit the last entry that a majority stores, if its term is your own; all before it are committed, too.",
        "while self.commit_index < index: add one to it, then apply self.log[self.commit_index - 1].",
    ),
),)
