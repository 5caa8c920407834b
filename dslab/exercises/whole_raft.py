"""Exercise 7.4: when the servers of Raft wait, and how long [Ongaro and Ousterhout 2014, sections 5.2, 5.6, 9.3]."""

from collections.abc import Iterator
from itertools import pairwise
from math import inf
from random import Random
from typing import Any

from dslab.checkers.linearizability import linearizable
from dslab.grader.demands import Demand, Objection, at_the_end, for_each
from dslab.grader.exercise import MakeItRight, Names
from dslab.grader.readings import Moment, moments, sendings
from dslab.grader.runs import asks, calm
from dslab.model_checker.random_faults import schedule
from dslab.network import Network, constant, uniform
from dslab.node import Node
from dslab.protocols.client import Add, Client, Get, Put
from dslab.protocols.raft import PROMISES, Raft, RequestVote, Vote
from dslab.run import Run
from dslab.script import At, at, crash, heal, isolate, recover, request, set_link
from dslab.trace import Trace

# ---- what the learner starts from ----------------------------------------------------------------------------------


class Server(Raft):
    """A Raft server. What is missing is everything to do with time: who waits for whom, and what happens then."""

    def set_election_timer(self):
        """Start waiting for a leader: `self.set_timer("election", low, high)`, in ms. Choose the two numbers."""

    def on_election_timer(self):
        """No leader has been heard from in time: stand for election, in the next term.

        Set `self.term`, `self.voted_for`, `self.role` ("candidate"), `self.leader` and `self.votes` (a set),
        broadcast `RequestVote(term, len(self.log), self.last_term())`, and finally call `self.count_votes()`.
        """

    def on_request_vote(self, src, msg):
        """`src` asks for a vote: `self.adopt(msg.term)`, then send it `Vote(self.term, granted)`.

        `self.objection(src, msg)` says why you must refuse ("" if you need not). Remember whom you vote for.
        """

    def lead(self):
        """This server has just won the election: `self.role` is "leader". What must stop, and what must start?"""

    def follow(self, leader):
        """Become a follower of `leader`, or of nobody yet (None: a newer term has begun).

        Called for each message from the leader of this term, and when a newer term begins. Set `self.role` and
        `self.leader`, and take care of the timers: this server may have been a follower, a candidate or the leader.
        """

    def on_heartbeat_timer(self):
        """The leader shows that it is alive: `self.replicate()`, again and again (timer "heartbeat")."""

    def on_start(self):
        self.set_election_timer()

    def await_leader(self):
        """Raft waits where it calls this; here the methods above decide."""

    def count_votes(self):
        if self.role == "candidate" and self.is_majority(len(self.votes)):
            self.role, self.leader = "leader", self.id
            self.next_index = dict.fromkeys(self.peers, len(self.log) + 1)
            self.match_index = dict.fromkeys(self.peers, 0)
            self.output("leader", self.term)
            self.lead()


# ---- answers -------------------------------------------------------------------------------------------------------

class Reference(Server):
    def set_election_timer(self):
        self.set_timer("election", 150, 300)

    def on_election_timer(self):
        self.term, self.voted_for = self.term + 1, self.id
        self.role, self.leader, self.votes = "candidate", None, {self.id}
        self.broadcast(RequestVote(self.term, len(self.log), self.last_term()))
        self.set_election_timer()
        self.count_votes()

    def on_request_vote(self, src, msg):
        self.adopt(msg.term)
        granted = not self.objection(src, msg)
        if granted:
            self.voted_for = src
            self.set_election_timer()
        self.send(src, Vote(self.term, granted))

    def lead(self):
        self.cancel_timer("election")
        self.on_heartbeat_timer()

    def follow(self, leader):
        if self.role == "leader":
            self.cancel_timer("heartbeat")
        if self.role == "leader" or leader:
            self.set_election_timer()
        self.role, self.leader = "follower", leader

    def on_heartbeat_timer(self):
        self.replicate()
        self.set_timer("heartbeat", 50)


class TimersThatAsk(Reference):
    """Right: no timer is ever cancelled; each handler checks whether it still applies."""

    def on_election_timer(self):
        if self.role != "leader":
            super().on_election_timer()

    def lead(self):
        self.on_heartbeat_timer()

    def follow(self, leader):
        self.role, self.leader = "follower", leader
        self.set_election_timer()

    def on_heartbeat_timer(self):
        if self.role == "leader":
            self.replicate()
            self.set_timer("heartbeat", 70)


class InAHurry(Reference):
    """Right: shorter times, and a vote that is checked by hand."""

    def set_election_timer(self):
        self.set_timer("election", 100, 250)

    def on_request_vote(self, src, msg):
        self.adopt(msg.term)
        mine, its = (self.last_term(), len(self.log)), (msg.last_term, msg.last_index)
        if msg.term < self.term or its < mine or self.voted_for not in (None, src):
            return self.send(src, Vote(self.term, False))
        self.voted_for = src
        self.send(src, Vote(self.term, True))
        self.set_election_timer()


# ---- classic mistakes ----------------------------------------------------------------------------------------------

class AllAlike(Reference):
    """All wait equally long, stand for election together, and nobody gets a majority."""

    def set_election_timer(self):
        self.set_timer("election", 150)


class BelowBroadcastTime(Reference):
    """The next election begins before the votes of this one are in."""

    def set_election_timer(self):
        self.set_timer("election", 8, 16)


class TooPatient(Reference):
    """The timeout is so long that seconds pass before a server stands for election."""

    def set_election_timer(self):
        self.set_timer("election", 5000, 9000)


class GrantsAndGoesOn(Reference):
    """A server that has just voted for another soon stands for election, too."""

    def on_request_vote(self, src, msg):
        self.adopt(msg.term)
        granted = not self.objection(src, msg)
        self.voted_for = src if granted else self.voted_for
        self.send(src, Vote(self.term, granted))


class LeaderKeepsTimer(Reference):
    """A leader stands for election against itself."""

    def lead(self):
        self.on_heartbeat_timer()


class CandidateKeepsTimer(Reference):
    """A candidate hears from the leader of its term, and its timer keeps running."""

    def follow(self, leader):
        if self.role != "candidate":
            return super().follow(leader)
        self.role, self.leader = "follower", leader


class CandidateStays(Reference):
    """A candidate gives up only when a newer term begins."""

    def follow(self, leader):
        role = "candidate" if leader and self.role == "candidate" else "follower"
        super().follow(leader)
        self.role = role


class DeposedAndStill(Reference):
    """A deposed leader does not restart its election timer."""

    def follow(self, leader):
        if leader and self.role != "leader":
            self.set_election_timer()
        self.cancel_timer("heartbeat")
        self.role, self.leader = "follower", leader


class VotesForAll(Reference):
    """It does not remember its vote."""

    def on_request_vote(self, src, msg):
        super().on_request_vote(src, msg)
        self.voted_for = self.id if self.role == "candidate" else None


# ---- what is judged ------------------------------------------------------------------------------------------------

ROUND = 30                      # ms: a request and its answer, at most
STORM, ENOUGH = 1400, 3900      # ms: when the faults are over; 13 election timeouts of 300 ms
SETTLED = 2000                  # ms: time for several elections
OVER = {"crash": "recover", "pause": "resume"}
FAULTS = {*OVER, *OVER.values(), "partition", "isolate", "heal", "set_link"}
QUICK = Network(latency=uniform(5, 15))
LAST = Get("x")                 # what is asked then


def servers(trace: Trace) -> list[Moment]:
    """All steps of servers, in order."""
    return [one for one in moments(trace) if "role" in one.before]


@for_each(lambda trace: sendings(trace, Vote))
def a_server_that_votes_for_another_waits_anew(trace, message):
    if message.payload.granted and not trace[message.sent].timers.get("election"):
        return (f"{message.src} votes for {message.dst} in term {message.payload.term} ({message.name}) and does not"
                " restart its election timer")


@for_each(servers)
def a_server_that_hears_of_its_leader_follows_it_and_waits_anew(trace, one):
    step, before, after = one
    if step.name == "AppendEntries" and step.message.payload.term >= after["term"]:
        fault = f"is still a {after['role']}" if after["role"] != "follower" else (
            "" if step.timers.get("election") else f"does not restart its election timer (it was a {before['role']})")
        if fault:
            return (f"{step.node} {fault}, though {step.message.src} leads term {after['term']}"
                    f" ({step.message.name})")


@for_each(servers)
def a_leader_does_not_stand_for_election(trace, one):
    step, before, after = one
    if step.kind == "timer" and before["role"] == "leader" and after["term"] > before["term"]:
        return (f"{step.node} leads term {before['term']} and stands for election against itself, in term"
                f" {after['term']}")


def every_server_waits_for_something(trace: Trace) -> Objection | None:
    timers: dict[str, dict[str, float | None]] = {}             # when they go off (None: cancelled)
    for step, before, after in servers(trace):
        running = {} if step.kind == "crash" else timers.get(step.node, {})
        gone = {step.name: None} if step.kind == "timer" else {}
        timers[step.node] = running | gone | step.timers
        due = "heartbeat" if after["role"] == "leader" else "election"
        if not timers[step.node].get(due) and step.kind not in ("crash", "pause"):
            return Objection(f"{step.node} was {before['role']}, is {after['role']} and has no {due} timer", step.index)
    return None


def a_leader_that_can_be_heard_is_not_replaced(trace: Trace) -> Objection | None:
    """Judged in a run without faults, when there has been time for several elections."""
    stands = [(one.step, one.after["term"]) for one in servers(trace)
              if one.after["term"] > one.before["term"] and one.step.name == "election"]
    leads = {output.values[0]: output.node for output in trace.outputs("leader")}
    for (first, old), (step, new) in pairwise(stands):
        if step.time > SETTLED and not trace.run.script:
            waited = step.time - trace.steps[step.cause].time
            brief = f", less than a vote takes (up to {ROUND} ms)" if waited < ROUND else ""
            last = f"{leads[old]} leads term {old}" if old in leads else f"{first.node} stood in term {old}, and failed"
            return Objection(f"{step.node} stands for election in term {new} at {step.time:.0f} ms: {last}"
                             f" ({first.time:.0f} ms); {step.node} has waited for {waited:.0f} ms{brief}", step.index)
    return None


@at_the_end
def a_command_is_answered_once_the_network_is_good(trace):
    end, won = trace.steps[-1].time, [f"{one.node} at {one.time:.0f} ms" for one in trace.outputs("leader")]
    for one in trace.operations:
        good = end - max(last_trouble(trace), one.invoked_at)
        if one.call == LAST and one.returned is None and good > ENOUGH:
            return (f"{one.node} asks {one.call} at {one.invoked_at:.0f} ms and has no answer at {end:.0f} ms, though"
                    f" nothing has gone wrong for {good:.0f} ms; elections won: {won}")


def last_trouble(trace: Trace) -> float:
    """When the last fault was, or the last message that was late or lost; infinity if a fault is never over."""
    kinds = [step.kind for step in trace.steps if step.kind in FAULTS]
    links = [kind for kind in kinds if kind in ("partition", "isolate", "heal")]
    if any(kinds.count(begin) > kinds.count(end) for begin, end in OVER.items()) or links[-1:] not in ([], ["heal"]):
        return inf
    return max((0, *(step.time for step in trace.steps if step.kind in FAULTS), *(
        one.arrives for one in trace.messages if one.fate == "lost" or one.arrives - one.departs > ROUND)))


@at_the_end
def clients_cannot_tell_the_cluster_from_one_server(trace):
    found = linearizable(trace, configurations=20_000)
    return found.objection() if found.stuck else None


DEMANDS = (
    *(Demand(promise, f"Figure 3: {promise.name}.", hint=2) for promise in PROMISES if promise.kind == "always"),
    Demand(a_leader_does_not_stand_for_election, "A leader has no election timer [5.2].", hint=3),
    Demand(a_server_that_votes_for_another_waits_anew, "Granting a vote restarts the timer [figure 2].", hint=1),
    Demand(a_server_that_hears_of_its_leader_follows_it_and_waits_anew,
           "Each message from the leader of the term restarts the timer, and turns a candidate into a follower [5.2].",
           hint=3),
    Demand(every_server_waits_for_something, "The leader sends heartbeats, and all others wait for them.", hint=1),
    Demand(a_leader_that_can_be_heard_is_not_replaced,
           "broadcast time << election timeout, which is random, so that votes are rarely split [5.2, 5.6].", hint=0),
    Demand(a_command_is_answered_once_the_network_is_good,
           f"As long as messages arrive, a leader is elected and commits: here within {ENOUGH / 1000} s.", hint=0),
    Demand(clients_cannot_tell_the_cluster_from_one_server, "Linearizability [section 8].", hint=2),
)


# ---- the runs ------------------------------------------------------------------------------------------------------

class Customer(Client):
    """A client that says when it has been told what was asked last."""

    def on_answer(self, src, msg):
        if self.command == LAST and msg.serial == self.serial:
            self.output("done")
        super().on_answer(src, msg)


def cluster(protocol: type[Node], names: Names, *events: At | list[At], **options: Any) -> Run:
    """The servers with three clients. Carol asks last, when the network is good again; that ends the run."""
    nodes = dict.fromkeys(names, protocol) | {"alice": Client, "bob": Client, "carol": Customer}
    return calm(nodes, (), *events, asks(STORM, "carol", LAST),
                **{"network": QUICK, "duration": STORM + ENOUGH + 100, "until": "done"} | options)


def work(names: Names, seed: int) -> list[At]:
    """What alice and bob ask, at random moments."""
    draw = Random(f"{seed} work")
    moments = sorted(draw.randrange(200, STORM) for _ in range(6))
    return [at(time, request(draw.choice(("alice", "bob")), draw.choice((Put("x", time), Add("x", 1), Get("x")))))
            for time in moments]


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    yield Run(dict.fromkeys(names, protocol), network=QUICK, duration=2 * SETTLED)
    for seed in range(4):               # two that hear late of each other stand in the same term
        slow = [at(0, set_link(*link, latency=constant(110))) for link in (names[:2], names[1::-1])]
        yield cluster(protocol, names, slow, seed=seed, duration=1000)
    for fault, end in ((crash, recover), (isolate, lambda name: heal())):
        yield cluster(protocol, names, work(names, 0), *(
            [at(400 * turn + 100, fault(name)), at(400 * turn + 450, end(name))]
            for turn, name in enumerate(names[:3])))


def storm(protocol: type[Node], names: Names, seed: int) -> Run:
    """All kinds of faults, until STORM. (They are drawn with the reference, so that all attempts meet the same.)"""
    quiet = cluster(Reference, names, work(names, seed), seed=seed, duration=1000, until="")
    stormy = schedule(quiet, seed, ("crash", "pause", "partition", "loss", "duplication", "delay"))
    return cluster(protocol, names, [event for event in stormy.script if event.time < STORM], seed=seed)


EXERCISES = (MakeItRight(
    number="7.4", title="A whole cluster under fire",
    task="Write everything in Raft that has to do with time: how long a server waits, when it starts waiting again, "
         "what it does when it hears from nobody, and when heartbeats start and stop. A message takes 5 to 15 ms.",
    base=Server, lines=22,
    asks=("set_election_timer", "on_election_timer", "on_request_vote", "lead", "follow", "on_heartbeat_timer"),
    reference=Reference, right=(TimersThatAsk, InAHurry),
    wrong=(
        (AllAlike, "and failed"), (BelowBroadcastTime, "less than a vote takes"), (TooPatient, "has no answer"),
        (GrantsAndGoesOn, "and does not restart its election timer"), (LeaderKeepsTimer, "against itself"),
        (CandidateKeepsTimer, "timer (it was a candidate)"), (CandidateStays, "is still a candidate"),
        (DeposedAndStill, "was leader, is follower and has no election timer"), (VotesForAll, "both lead term"),
    ),
    demands=DEMANDS, scenarios=scenarios, swarm=storm, schedules=100,
    clusters=(("A", "B", "C"), ("Q", "X", "B", "M", "S")),
    hints=(
        "An election takes a round of messages, and servers that wait equally long get in each other's way.",
        "Restart the election timer when you start, stand, grant a vote, hear from the leader, or are deposed.",
        "One vote per term: for yourself if you stand for election, otherwise for the first that may have it.",
        "Followers and candidates need the election timer, the leader the heartbeat timer: check both at every change.",
        'self.set_timer("election", 150, 300) and self.set_timer("heartbeat", 50) are the numbers in the paper.',
    ),
),)
