"""Exercise 7.1: a Raft server gives its vote [Ongaro and Ousterhout 2014, figure 2 and sections 5.2 and 5.4.1]."""

from collections.abc import Iterator
from itertools import product
from random import Random

from dslab.exercises.raft_puppets import asking, is_server, newest_term, says
from dslab.grader.demands import Demand, for_each
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.readings import Exchange, exchanges, past
from dslab.grader.runs import restart
from dslab.node import Node
from dslab.protocols.raft import AppendEntries, Raft, RequestVote, Vote, two_leaders_never_share_a_term
from dslab.protocols.raft_figures import FIGURE_7, log_of
from dslab.run import Run
from dslab.script import at, duplicate
from dslab.trace import Trace

# ---- what the learner starts from ------------------------------------------------------------------------------------


class Voter(Raft):
    """A Raft server that can do everything but vote."""

    def on_request_vote(self, src, msg):
        """Candidate src wants the vote of term msg.term. Its log has msg.last_index entries, the last of msg.last_term.

        Always answer: self.send(src, Vote(self.term, granted)). self.voted_for has the vote of self.term, or is None.
        Available: self.adopt(term) enters a newer term; self.last_term() is the term of the last entry of self.log;
        self.await_leader() restarts the election timer.
        """

    objection = None                        # the helper of the course's Raft is yours to write, if you want one


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Voter):
    def on_request_vote(self, src, msg):
        self.adopt(msg.term)
        free = msg.term == self.term and self.voted_for in (None, src)
        granted = free and (msg.last_term, msg.last_index) >= (self.last_term(), len(self.log))
        if granted:
            self.voted_for = src
            self.await_leader()
        self.send(src, Vote(self.term, granted))


class LikeTheShelf(Voter):
    """Right: the protocol of the course, which says why it refuses."""

    on_request_vote, objection = Raft.on_request_vote, Raft.objection


class RefusesStepByStep(Voter):
    """Right: the newer term is entered by hand, each refusal returns, and a vote given before is only confirmed."""

    def on_request_vote(self, src, msg):
        if msg.term > self.term:
            self.term, self.voted_for = msg.term, None
            self.follow(None)
        older = (msg.last_term, msg.last_index) < (self.last_term(), len(self.log))
        if msg.term < self.term or self.voted_for not in (None, src) or older:
            return self.send(src, Vote(self.term, False))
        self.send(src, Vote(self.term, True))
        if self.voted_for is None:
            self.voted_for = src
            self.await_leader()


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class LengthFirst(LikeTheShelf):
    """The longer log wins; terms are compared only if the lengths are equal."""

    def objection(self, src, msg):
        objection = super().objection(src, msg)
        if (msg.last_index, msg.last_term) < (len(self.log), self.last_term()):
            return objection or "its log is shorter"
        return "" if "less complete" in objection else objection


class VotesForEverybody(LikeTheShelf):
    """Every candidate of the same term gets a vote."""

    def objection(self, src, msg):
        objection = super().objection(src, msg)
        return "" if "went to" in objection else objection


class VotesInThePast(LikeTheShelf):
    """The term of the request is not compared."""

    def objection(self, src, msg):
        objection = super().objection(src, msg)
        return "" if "is over" in objection else objection


class RefusesInItsOldTerm(LikeTheShelf):
    """A newer term is entered only if the vote is given."""

    def on_request_vote(self, src, msg):
        if (msg.last_term, msg.last_index) < (self.last_term(), len(self.log)):
            return self.send(src, Vote(self.term, False))
        super().on_request_vote(src, msg)


class HeartbeatFreesTheVote(LikeTheShelf):
    """Every message of a leader clears voted_for, though the term is the same."""

    def on_append_entries(self, src, msg):
        super().on_append_entries(src, msg)
        self.voted_for = None


class VoteInMemory(LikeTheShelf):
    """The vote is not on disk."""

    persistent = ("term", "log")


class RestartsTheTimerAnyway(LikeTheShelf):
    """Any request restarts the election timer."""

    def on_request_vote(self, src, msg):
        super().on_request_vote(src, msg)
        self.await_leader()


class RefusesTheSecondTime(LikeTheShelf):
    """A candidate that has the vote and asks again, because the answer was lost, is refused."""

    def objection(self, src, msg):
        return "has it already" if self.voted_for == src else super().objection(src, msg)


class SilentRefusal(LikeTheShelf):
    """Only a vote that is granted is sent."""

    def on_request_vote(self, src, msg):
        if not self.objection(src, msg):
            super().on_request_vote(src, msg)


# ---- what is judged --------------------------------------------------------------------------------------------------

class Asked:
    """A request for a vote that was received: what was known before it, by all messages so far, and what came of it."""

    def __init__(self, trace: Trace, one: Exchange) -> None:
        self.step, self.voter, self.src, self.msg, self.answer = one.step, one.node, one.src, one.request, one.reply
        self.role, self.after, log = one.before["role"], one.after, one.before["log"]
        self.own = (log[-1].term if log else 0, len(log))       # the term of its last entry, and how many there are
        self.term = newest_term(trace, one)                     # that the voter had sent or heard of
        self.voted_for, self.voted_at = vote_in(trace, one)     # who has its vote of msg.term, and since which step

    @property
    def granted(self) -> bool:
        return self.answer is not None and self.answer.granted

    @property
    def refusal(self) -> str:                                   # the paper's reason; empty where it grants
        if self.msg.term < self.term:
            return "stale"
        if self.voted_for not in (None, self.src):
            return "taken"
        return "log" if (self.msg.last_term, self.msg.last_index) < self.own else ""

    def __str__(self) -> str:
        return f"{self.src}'s request {self.step.message.name} for the vote of term {self.msg.term}"


def asked(trace: Trace) -> Iterator[Asked]:
    """All requests for votes that came to servers. Terms and votes are told from messages, not from a node's claims."""
    return (Asked(trace, one) for one in exchanges(trace, RequestVote, Vote) if is_server(trace, one.node))


def vote_in(trace: Trace, one: Exchange) -> tuple[str | None, int | None]:
    """To whom a node had given its vote of a request's term, itself included, and at which step (None: before)."""
    start, term = trace.initial[one.node], one.request.term
    if start["term"] == term and start["voted_for"]:
        return start["voted_for"], None
    for step in past(trace, one.step):
        for sent in step.sent:
            if isinstance(sent.payload, RequestVote) and sent.payload.term == term:
                return one.node, step.index
            if isinstance(sent.payload, Vote) and sent.payload.granted and sent.payload.term == term:
                return sent.dst, step.index
    return None, None


@for_each(asked)
def a_request_is_answered(trace, one):
    return None if one.answer else f"{one.voter} does not answer {one}"


@for_each(asked)
def an_earlier_term_gets_no_vote(trace, one):
    if one.granted and one.refusal == "stale":
        return f"{one.voter} grants {one}, but it is already in term {one.term}: that election is over"


@for_each(asked)
def a_server_gives_one_vote_in_a_term(trace, one):
    if one.granted and one.refusal == "taken":
        whom = "itself" if one.voted_for == one.voter else one.voted_for
        when = "before the run" if one.voted_at is None else f"at step {one.voted_at}"
        return f"{one.voter} grants {one}, but it gave that vote to {whom} {when}{_since(trace, one)}"


def _since(trace, one):
    steps = trace.steps[one.voted_at or 0:one.step.index]
    between = {word for step in steps if step.node == one.voter for word in (step.kind, step.name)}
    if "crash" in between:
        return ", and the vote must survive the restart in between"
    return ", and the message of a leader in between does not free it" if "AppendEntries" in between else ""


@for_each(asked)
def a_less_complete_log_gets_no_vote(trace, one):
    if one.granted and one.refusal == "log":
        return f"{one.voter} grants {one}, but its own log is more complete: {_logs(one)}"


@for_each(asked)
def a_candidate_that_may_have_the_vote_gets_it(trace, one):
    if one.answer and not one.granted and not one.refusal:
        if one.voted_for:
            return f"{one.voter} refuses {one}, though it gave {one.src} that vote: the same question, another answer"
        return f"{one.voter} refuses {one}, though nobody has that vote and the log is complete enough: {_logs(one)}"


def _logs(one):
    return (f"{one.voter}'s last entry is of term {one.own[0]} (length {one.own[1]}),"
            f" {one.src}'s of term {one.msg.last_term} (length {one.msg.last_index})")


@for_each(asked)
def a_newer_term_is_entered(trace, one):
    due = max(one.term, one.msg.term)
    if one.after["term"] != due:
        return f"{one.voter} is in term {one.after['term']} after {one}: it must be in term {due}, vote or no vote"
    if one.msg.term > one.term and one.after["role"] != "follower":
        return f"{one.voter} is still {one.after['role']} after {one}, whose term is newer than its own, {one.term}"
    if one.answer and one.answer.term != due:
        return f"{one.voter} answers {one} with term {one.answer.term}, but it is in term {due}"


@for_each(asked)
def the_election_timer_restarts_only_with_a_vote(trace, one):
    touched = "election" in one.step.timers
    if one.granted and one.voted_for is None and not touched:
        return f"{one.voter} grants {one} and does not restart its election timer"
    if one.answer and not one.granted and touched and one.role != "leader":
        return f"{one.voter} refuses {one}, and yet restarts or stops its election timer"


DEMANDS = (
    Demand(a_request_is_answered, "Figure 2: a refusal is an answer, too, and may tell of a newer term.", 0),
    Demand(an_earlier_term_gets_no_vote, "Figure 2, RequestVote, rule 1: refuse a term that is over.", 1),
    Demand(a_server_gives_one_vote_in_a_term, "Section 5.2: at most one candidate in a term gets the vote, first come "
           "first served; it is on disk before the answer leaves, and only a newer term clears it.", 2),
    Demand(a_less_complete_log_gets_no_vote, "Section 5.4.1: the later last term wins, then the longer log.", 3),
    Demand(a_candidate_that_may_have_the_vote_gets_it, "Figure 2, rule 2: vote and log allow it.", 3),
    Demand(a_newer_term_is_entered, "Figure 2, all servers: on hearing of a newer term, enter it as a follower.", 1),
    Demand(the_election_timer_restarts_only_with_a_vote, "Figure 2: granting restarts it, refusing does not.", 2),
    Demand(two_leaders_never_share_a_term, "Section 5.2: one vote per server and term, so at most one majority.", 2),
)


# ---- the runs --------------------------------------------------------------------------------------------------------

def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    yield from moments(protocol, names)
    yield from truth_table(protocol, names)
    for (mine, theirs) in product(FIGURE_7.values(), repeat=2):             # whose vote can each of them win?
        yield asking(protocol, names, {"term": 7, "log": log_of(mine)},
                     says(0, names[1], names[0], RequestVote(8, len(theirs), int(theirs[-1]))))


def moments(protocol: type[Node], names: Names) -> Iterator[Run]:
    """The same term twice: from two candidates, with a restart or a heartbeat in between, and by a duplicated
    message."""
    a, b, c = names
    first, second = says(0, b, a, RequestVote(1, 0, 0)), says(60, c, a, RequestVote(1, 0, 0))
    yield asking(protocol, names, {}, first, second)
    yield asking(protocol, names, {}, first, restart(a, 20, down=20), second)
    yield asking(protocol, names, {}, first, says(20, b, a, AppendEntries(1, 0, 0, (), 0)), second)
    yield asking(protocol, names, {}, at(0, duplicate(f"{b}->{a}#1", after=30)), first)


def truth_table(protocol: type[Node], names: Names) -> Iterator[Run]:
    """Earlier, same and newer term; all relations of logs; and the vote free, the candidate's, another's, its own."""
    a, b, c = names
    roles = [("follower", None), ("follower", b), ("follower", c), ("candidate", a), ("leader", a)]
    logs = [(2, 2), (2, 3), (2, 1), (1, 1), (1, 5), (3, 1)]                 # last term and length; its own: (2, 2)
    for term, (role, voted_for), (last, length) in product((3, 2, 4), roles, logs):
        if last < term:
            yield asking(protocol, names, {"term": 3, "log": log_of("12"), "role": role, "voted_for": voted_for},
                         says(0, b, a, RequestVote(term, length, last)))


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    yield Search(Run(protocol, names), {"timers": {"election": 2, "heartbeat": 0}, "crashes": 1, "recoveries": 1,
                 "within": lambda world: all(server.term < 2 for server in world.states.values())})


def traffic(protocol: type[Node], names: Names, seed: int) -> Run:
    """A dozen messages of candidates and leaders, at random; the server's own election comes in between."""
    draw, (voter, *puppets) = Random(f"{seed} votes"), names
    state, script = {"term": 1, "log": log_of(draw.choice(("", "1", "11")))}, []
    for _ in range(12):
        term = draw.randrange(1, 5)
        vote, beat = RequestVote(term, draw.randrange(4), draw.randrange(term)), AppendEntries(term, 0, 0, (), 0)
        script += says(draw.randrange(300), draw.choice(puppets), voter, draw.choice((vote, vote, beat)))
    return asking(protocol, names, state, script).replace(duration=350)


EXERCISES = (MakeItRight(
    number="7.1", title="Voting",
    task="A candidate asks a Raft server for its vote. Write what the server does and what it answers.",
    base=Voter, asks=("on_request_vote",), lines=8,
    reference=Reference, right=(LikeTheShelf, RefusesStepByStep),
    wrong=((LengthFirst, "its own log is more complete"), (RefusesInItsOldTerm, "vote or no vote"),
           (HeartbeatFreesTheVote, "the message of a leader in between"), (VoteInMemory, "survive the restart"),
           (RestartsTheTimerAnyway, "yet restarts"), (VotesForEverybody, "but it gave that vote to"),
           (RefusesTheSecondTime, "the same question, another answer"), (SilentRefusal, "does not answer"),
           (VotesInThePast, "that election is over")),
    demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=traffic,
    faults=("crash", "loss", "duplication", "delay", "pause"),
    hints=(
        "Answer every request with one Vote, which carries the term that the server is in by then.",
        "Begin with self.adopt(msg.term), which enters newer terms only. Then refuse if msg.term < self.term.",
        "You can grant it if self.voted_for is None, or if it is src: the same candidate may ask again.",
        "Compare (msg.last_term, msg.last_index) with (self.last_term(), len(self.log)): "
        "the lengths decide only if the terms are equal.",
        "If it is granted: self.voted_for = src, and self.await_leader(). A refusal changes neither.",
    ),
),)
