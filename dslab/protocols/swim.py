"""SWIM: group membership and failure detection, for groups too large for all-to-all heartbeats.

In each period a member pings one other, chosen at random. Without an ack it asks a few helpers to ping that member too,
in case only its own link is bad. A member that still does not answer is suspected first, and declared dead if it does
not refute the suspicion within some periods. Membership updates are piggybacked on pings and acks, as gossip.

Source: Das, Gupta and Motivala, "SWIM: scalable weakly-consistent infection-style process group membership protocol"
(2002, sections 3 and 4). As in the paper, a dead member does not rejoin under the same name. Left out: joining and
leaving, and multicast of updates.
"""

from math import ceil, log2
from typing import Any

from dslab.marks import Suspects
from dslab.network import Network, uniform
from dslab.node import Node, message
from dslab.properties import always, sometimes
from dslab.run import Run
from dslab.script import At, at, crash, pause, resume

PERIOD = 200            # ms
ANSWER = 60             # ms: the timeout of a direct ping; the helpers have the rest of the period
ON_ONE_MESSAGE = 6      # the most updates that a message carries


@message
class News:
    """A membership update: a member's status in one of its lives (the paper's incarnation numbers)."""

    member: str
    status: str         # "alive", "suspect" or "dead"
    life: int           # incremented by the member alone, to refute suspicions of earlier lives
    label = "{member} is {status}"


def look_of_news(msg):
    """Without news a message only says that its sender is up."""
    return "plain" if msg.news else "quiet"


@message
class Ping:
    asker: str          # the member on whose behalf it is sent
    period: int         # of the asker
    news: tuple
    label = property(lambda self: self.news or "ping")
    look = look_of_news


@message
class Ack:
    """The reply to a ping. It returns along the ping's path."""

    asker: str
    period: int
    news: tuple
    label = property(lambda self: self.news or "ack")
    look = look_of_news


@message
class PingRequest:
    """Ping this member for me."""

    member: str
    period: int
    news: tuple
    label, look = "ping {member}", "ask"
    sentence = "{src} asks {dst} to ping {member}"


class Swim(Node):
    """A member, with its view of all others: alive, suspected or dead."""

    marks = (Suspects("suspects"), Suspects("dead", "holds dead:", "held dead by", "†"))
    persistent = ("helpers", "patience")

    def init(self):
        self.helpers = 3                # the number of indirect pings
        self.patience = 3               # periods in which a suspected member can refute; 0: it is dead at once
        self.life = 0                   # this member's incarnation number, incremented to refute a suspicion
        self.period = 0
        self.target = ""                # the member pinged in this period, while its ack is due
        self.lives = {}                 # member -> the latest life known
        self.suspects = {}              # member -> periods left to refute
        self.dead = set()
        self.gossip = {}                # member -> (the latest update about it, how often it was sent)

    def on_start(self):
        self.lives = dict.fromkeys(self.peers, 0)
        self.begin_period()

    # ---- a period ----

    def on_period_timer(self):
        if self.target:
            self.hear(News(self.target, "suspect", self.lives[self.target]), "no answer, not even to the helpers")
        for member in sorted(self.suspects):
            self.give_time(member)
        self.begin_period()

    def begin_period(self):
        self.period += 1
        self.target = self.choose()
        self.set_timer("period", PERIOD)
        if self.target:
            self.send(self.target, Ping(self.id, self.period, self.some_news()))
            self.set_timer("answer", ANSWER)

    def choose(self):
        """A random member that is not dead."""
        return next(iter(self.draw(self.living())), "")

    def living(self):
        return [member for member in self.peers if member not in self.dead]

    def on_answer_timer(self):
        """No ack yet: send indirect pings."""
        others = [member for member in self.living() if member != self.target]
        self.note(f"no answer from {self.target} yet")
        for helper in self.draw(others, self.helpers):
            self.send(helper, PingRequest(self.target, self.period, self.some_news()))

    # ---- messages ----

    def on_ping_request(self, src, msg):
        self.hear_all(msg.news)
        if msg.member in self.peers:
            self.send(msg.member, Ping(src, msg.period, self.some_news()))

    def on_ping(self, src, msg):
        self.hear_all(msg.news)
        self.send(src, Ack(msg.asker, msg.period, self.some_news()))

    def on_ack(self, src, msg):
        self.hear_all(msg.news)
        if msg.asker != self.id:
            self.send(msg.asker, Ack(msg.asker, msg.period, self.some_news()))
        elif msg.period == self.period:
            self.target = ""
            self.cancel_timer("answer")
        else:
            self.note(f"too late: the answer was due in period {msg.period}")

    # ---- membership updates: alive, suspected or dead ----

    def hear_all(self, news):
        for one in news:
            self.hear(one, "heard of it")

    def hear(self, news, why):
        """Apply an update if it is newer than what is known, and gossip it."""
        if news.member == self.id:
            return self.object_to(news)
        if not self.is_newer(news):
            return None                 # no note: gossip repeats itself, and notes of it would hide what is new
        if news.status == "suspect" and not self.patience:
            news = News(news.member, "dead", news.life)
        self.believe(news)
        self.gossip[news.member] = (news, 0)
        self.output(news.status, news.member)
        self.note(f"{news.member} is {news.status}: {why}")

    def is_newer(self, news):
        """Dead is final; a later life overrides; within one life, suspect overrides alive [section 4.2]."""
        if news.member in self.dead:
            return False
        if news.status == "dead" or news.life > self.lives[news.member]:
            return True
        return news.status == "suspect" and news.life == self.lives[news.member] and news.member not in self.suspects

    def believe(self, news):
        self.lives[news.member] = news.life
        self.suspects.pop(news.member, None)
        if news.status == "suspect":
            self.suspects[news.member] = self.patience
        elif news.status == "dead":
            self.dead.add(news.member)

    def object_to(self, news):
        """Refute a suspicion of this member: it is alive, in a later life."""
        if news.status == "suspect" and news.life == self.life:
            self.life += 1
            self.gossip[self.id] = (News(self.id, "alive", self.life), 0)
            self.note("is suspected: refutes it")

    def give_time(self, member):
        self.suspects[member] -= 1
        if self.suspects[member] < 0:
            self.hear(News(member, "dead", self.lives[member]), "it did not refute the suspicion in time")

    def some_news(self):
        """The updates sent least often; each is sent about 3 log n times, so that it reaches all [section 4.1]."""
        enough = 3 * ceil(log2(len(self.peers) + 1))
        by_use = sorted(self.gossip, key=lambda member: (self.gossip[member][1], member))[:ON_ONE_MESSAGE]
        updates = tuple(self.gossip[member][0] for member in by_use)
        for member in by_use:
            news, used = self.gossip.pop(member)
            if used + 1 < enough:
                self.gossip[member] = (news, used + 1)
        return updates


class InTurn(Swim):
    """Pings the others round-robin, in a new random order each time: detection time is bounded [section 4.3]."""

    def init(self):
        super().init()
        self.turn = []                  # the members still to be pinged in this pass

    def choose(self):
        self.turn = [member for member in self.turn if member not in self.dead]
        if not self.turn:
            self.turn = list(self.draw(self.living(), len(self.peers)))
        return self.turn.pop() if self.turn else ""


# ---- properties ----------------------------------------------------------------------------------------------------

@always
def nobody_has_heard_of_a_life_that_is_still_to_come(world):
    """Only a member itself increments its life."""
    for node, state in world.states.items():
        for member, life in state.lives.items():
            if life > world.states[member].life:
                return f"{node} has heard of life {life} of {member}, which is in life {world.states[member].life}"


@always
def who_is_dead_is_no_suspect(world):
    for node, state in world.states.items():
        both = sorted(state.dead & set(state.suspects))
        if both:
            return f"{node} holds {both[0]} dead, and suspects it"


@sometimes
def a_suspicion_is_taken_back(world):
    return bool(world.outputs("alive"))


@sometimes
def all_hear_of_a_death(world):
    down = set(world.nodes) - world.up
    return down and all(down <= world.states[node].dead for node in world.up)


PROMISES = (nobody_has_heard_of_a_life_that_is_still_to_come, who_is_dead_is_no_suspect, a_suspicion_is_taken_back,
            all_hear_of_a_death)


# ---- runs ----------------------------------------------------------------------------------------------------------

def group(members: int, *script: At, protocol: type[Node] = Swim, periods: int = 20, loss: float = 0.0,
          settings: dict[str, Any] | None = None, **options: Any) -> Run:
    """A group of `members`; `settings` are initial values for each, such as {"helpers": 0, "patience": 0}."""
    run = Run(protocol, members, network=Network(latency=uniform(2, 10), loss=loss), script=script,
              duration=periods * PERIOD - 1, **{"title": f"SWIM: {members} members"} | options)
    return run.replace(initial={name: settings for name in run.nodes} if settings else {})


DEMO = group(5, at(210, pause("B")), at(810, resume("B")), at(1350, crash("D")), periods=13, seed=4,
             title="B pauses for three periods, and D crashes")
