"""Two asynchronous consensus protocols on 0 or 1, neither of which always terminates: the FLP result in small.

Nodes propose 0 or 1 and must all decide the same of the two; message delays are unbounded. One node that decides
for all is simple, and blocks when it crashes. Deciding by the votes of all nodes but one tolerates a crash, but an
adversarial schedule can keep the votes tied for ever, without losing a message.

Sources: Fischer, Lynch and Paterson (1985); the second protocol is the one-third rule of Charron-Bost and
Schiper, "The Heard-Of model" (2009). Both assume links that neither lose nor duplicate messages. Left out:
randomized consensus, which terminates with probability 1.
"""

from typing import Any

from dslab.marks import Quorum
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run


@message
class Wish:
    value: int          # 0 or 1
    label, look = "{value}?", "ask"
    sentence = "{src} proposes {value} to {dst}"


@message
class Choice:
    value: int
    label, look = "{value}!", "yes"
    sentence = "{src} tells {dst}: the choice is {value}"


@message
class Vote:
    round: int
    value: int
    label = "{value}"
    sentence = "{src} votes {value} in round {round}"


class Arbiter(Node):
    """C decides for all: by the first proposal that reaches it."""

    shown = ("value", "decision")
    arbiter = "C"

    def init(self):
        self.value = 0                  # its proposal
        self.decision = None

    def on_start(self):
        if self.id != self.arbiter:
            self.send(self.arbiter, Wish(self.value))

    def on_wish(self, src, msg):
        if self.decision is not None:
            return self.note("has chosen already")
        self.broadcast(Choice(msg.value))
        self.decide(msg.value)

    def on_choice(self, src, msg):
        self.decide(msg.value)

    def decide(self, value):
        self.decision = value
        self.output("decide", value)


class Voter(Node):
    """The one-third rule: in each round wait for all votes but one, adopt the majority, decide if they are equal.

    Safe for n >= 4 nodes: if one node decides v in a round, n - 1 nodes voted v there, so at least n - 2 of the
    n - 1 votes that any other node receives are for v: a majority.
    """

    roles = ("voting", "decided")
    shown = ("round", "value")
    marks = (Quorum("votes", needed="peers"),)

    def init(self):
        self.value = 0                  # its vote
        self.round = 0
        self.role = "voting"
        self.votes = []                 # received in this round, its own included
        self.early = []                 # messages of later rounds

    def on_start(self):
        self.next_round()

    def next_round(self):
        self.round += 1
        self.votes = [self.value]
        self.broadcast(Vote(self.round, self.value))

    def on_vote(self, src, msg):
        if self.role == "decided":
            return self.note("has decided, and its last vote is on its way")
        if msg.round < self.round:
            return self.note(f"too late: has heard enough in round {msg.round}")
        if msg.round > self.round:
            self.early = sorted([*self.early, msg], key=lambda vote: (vote.round, vote.value))
            return self.note(f"keeps it for round {msg.round}")
        self.hear(msg.value)

    def hear(self, vote):
        self.votes = sorted([*self.votes, vote])
        if len(self.votes) == len(self.peers):      # all but one: the last may have crashed
            self.end_round()

    def end_round(self):
        self.value = int(2 * sum(self.votes) > len(self.votes))
        self.note(f"has heard enough: {', '.join(map(str, self.votes))}, so it goes on with {self.value}")
        if len(set(self.votes)) == 1:
            self.role = "decided"
            self.output("decide", self.value)
        self.next_round()
        if self.role == "voting":
            self.catch_up()

    def catch_up(self):
        """Take the votes that arrived early, until the round is over."""
        now = self.round
        early = [vote for vote in self.early if vote.round == now]
        self.early = [vote for vote in self.early if vote.round > now]
        for vote in early:
            if self.round == now:
                self.hear(vote.value)


# ---- properties --------------------------------------------------------------------------------------------

@always
def no_two_nodes_decide_differently(world):
    """Agreement: it holds for all message delays."""
    decided = {output.values[0]: output.node for output in world.outputs("decide")}
    if len(decided) > 1:
        return f"{decided[0]} decides 0 and {decided[1]} decides 1"


@in_the_end
def all_that_are_up_decide(world):
    """Termination, judged in runs that end: an endless run does not violate it here."""
    undecided = sorted(world.up - {output.node for output in world.outputs("decide")})
    return not undecided or f"{', '.join(undecided)} cannot decide any more"


@sometimes
def somebody_decides_0(world):
    return any(output.values == (0,) for output in world.outputs("decide"))


@sometimes
def somebody_decides_1(world):
    return any(output.values == (1,) for output in world.outputs("decide"))


PROMISES = (no_two_nodes_decide_differently, all_that_are_up_decide)
FUTURES = (somebody_decides_0, somebody_decides_1)


# ---- runs --------------------------------------------------------------------------------------------------

def votes(protocol: type[Node], values: str, **options: Any) -> Run:
    """A run in which A, B, C, ... propose the digits of `values`, such as "0011"."""
    initial = {node: {"value": int(value)} for node, value in zip("ABCDEFG", values, strict=False)}
    return Run(protocol, len(values), initial=initial, **options)


DEMO = votes(Voter, "0011", seed=1, duration=200, title="Four votes, and everybody goes by three of them")

# The order in which each voter receives the votes of the others: an equal vote, a different one, and one too late.
EVEN = {"A": "BCD", "B": "ACD", "C": "DAB", "D": "CAB"}


def adversary(rounds: int) -> list[str]:
    """Decisions (see `follow`) that keep the votes of `DEMO` tied, two to two, without a loss or a crash."""
    return [f"deliver {EVEN[node][place]}->{node}#{number}"
            for number in range(1, rounds + 1) for place in range(3) for node in EVEN]
