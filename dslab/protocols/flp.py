"""Two ways to agree on 0 or 1 without clocks, and why neither is sure to end: the FLP result in small.

Nodes vote 0 or 1 and must all decide for one of the two; any message may take any time. Asking one node to
choose is simple, and hangs when that node crashes. Going by what all but one node say survives a crash, but a
clever network can keep the votes even for ever, without losing a message.

Sources: Fischer, Lynch and Paterson (1985); the second protocol is the one-third rule of Charron-Bost and
Schiper, "The Heard-Of model" (2009). Both expect links that neither lose nor double a message.
"""

from typing import Any

from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run


@message
class Wish:
    value: int          # 0 or 1


@message
class Choice:
    value: int


@message
class Vote:
    round: int
    value: int


class Arbiter(Node):
    """C chooses: the first wish that reaches it is the decision of all."""

    shown = ("value", "decision")
    arbiter = "C"

    def init(self):
        self.value = 0                  # what it wishes for
        self.decision = None

    def on_start(self):
        if self.id != self.arbiter:
            self.send(self.arbiter, Wish(self.value))

    def on_wish(self, src, msg):
        if self.decision is not None:
            return self.note("has chosen before")
        self.broadcast(Choice(msg.value))
        self.decide(msg.value)

    def on_choice(self, src, msg):
        self.decide(msg.value)

    def decide(self, value):
        self.decision = value
        self.output("decide", value)


class Voter(Node):
    """The one-third rule: in each round hear all votes but one, adopt the majority, decide if they are equal.

    Safe for four nodes or more: of the votes that made one decide, everybody else hears all but one, a majority.
    """

    roles = ("voting", "decided")
    shown = ("round", "value")

    def init(self):
        self.value = 0                  # its vote
        self.round = 0
        self.role = "voting"
        self.votes = []                 # heard in this round, its own included
        self.early = []                 # messages of rounds to come

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
        """Hear what came early, as long as it is needed."""
        now = self.round
        early = [vote for vote in self.early if vote.round == now]
        self.early = [vote for vote in self.early if vote.round > now]
        for vote in early:
            if self.round == now:
                self.hear(vote.value)


# ---- what is promised --------------------------------------------------------------------------------------

@always
def no_two_nodes_decide_differently(world):
    """Agreement: safe, however slow the network is."""
    decided = {output.values[0]: output.node for output in world.outputs("decide")}
    if len(decided) > 1:
        return f"{decided[0]} decides 0 and {decided[1]} decides 1"


@in_the_end
def all_that_are_up_decide(world):
    """Termination, of runs that end: that one never does is no breach of it."""
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
    """A run in which A, B, C, ... begin with these votes: "0011"."""
    initial = {node: {"value": int(value)} for node, value in zip("ABCDEFG", values, strict=False)}
    return Run(protocol, len(values), initial=initial, **options)


DEMO = votes(Voter, "0011", seed=1, duration=200, title="Four votes, and everybody goes by three of them")

# Whom each voter hears first, second, and too late: an ally, an opponent, the other opponent.
EVEN = {"A": "BCD", "B": "ACD", "C": "DAB", "D": "CAB"}


def adversary(rounds: int) -> list[str]:
    """Decisions that keep the votes of `DEMO` at two against two: nothing is lost, and nobody crashes."""
    return [f"deliver {EVEN[node][place]}->{node}#{number}"
            for number in range(1, rounds + 1) for place in range(3) for node in EVEN]
