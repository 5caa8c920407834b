"""SWIM: who is a member, and who has failed, in a group that is too large for heartbeats from all to all.

In each period a member pings one other, chosen at random. If that one does not answer it asks a few helpers to ping
it, too: perhaps only its own link is bad. Who still does not answer is suspected first, and declared dead if it does
not object within some periods. All such news travel on the pings and answers, as gossip.

Source: Das, Gupta and Motivala, "SWIM: scalable weakly-consistent infection-style process group membership protocol"
(2002, sections 3 and 4). As in the paper, members do not come back under the same name. Left out: how members join and
leave, and multicast of urgent news.
"""

from math import ceil, log2
from typing import Any

from dslab.network import Network, uniform
from dslab.node import Node, message
from dslab.properties import always, sometimes
from dslab.run import Run
from dslab.script import At, at, crash, pause, resume

PERIOD = 200            # ms
ANSWER = 60             # ms that an answer to an own ping may take; then the helpers have the rest of the period
ON_ONE_MESSAGE = 6      # how many pieces of news a message carries at most


@message
class News:
    """What somebody says about a member, and of which life of it: the member counts them, to object to what is old."""

    member: str
    status: str         # "alive", "suspect" or "dead"
    life: int


@message
class Ping:
    asker: str          # who wants to know
    period: int         # of the asker
    news: tuple


@message
class Ack:
    """I am alive. It goes back the way that the ping came."""

    asker: str
    period: int
    news: tuple


@message
class PingRequest:
    """Ping this member for me."""

    member: str
    period: int
    news: tuple


class Swim(Node):
    """A member, with a list of all members that it believes in more or less."""

    shown = ("suspects", "dead")
    persistent = ("helpers", "patience")

    def init(self):
        self.helpers = 3                # how many are asked to ping somebody, too
        self.patience = 3               # periods in which a suspected member can object; 0: it is dead at once
        self.life = 0                   # counted up when it objects to a suspicion of itself
        self.period = 0
        self.target = ""                # whom it has pinged in this period, while the answer is due
        self.lives = {}                 # member -> the latest life that it has heard of
        self.suspects = {}              # member -> periods that are left to it
        self.dead = set()
        self.gossip = {}                # member -> (the latest news about it, how often that was passed on)

    def on_start(self):
        self.lives = dict.fromkeys(self.peers, 0)
        self.begin_period()

    # ---- a period ----

    def on_period_timer(self):
        if self.target:
            self.hear(News(self.target, "suspect", self.lives[self.target]), "no answer, to the helpers neither")
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
        """Any other member that is not dead."""
        return next(iter(self.draw(self.living())), "")

    def living(self):
        return [member for member in self.peers if member not in self.dead]

    def on_answer_timer(self):
        """No answer yet: ask for help."""
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

    # ---- news: who is alive, suspected or dead ----

    def hear_all(self, news):
        for one in news:
            self.hear(one, "heard of it")

    def hear(self, news, why):
        """Believe it if it is newer than what is known, and pass it on."""
        if news.member == self.id:
            return self.object_to(news)
        if not self.is_newer(news):
            return None                 # gossip repeats itself: to say so each time would hide what is new
        if news.status == "suspect" and not self.patience:
            news = News(news.member, "dead", news.life)
        self.believe(news)
        self.gossip[news.member] = (news, 0)
        self.output(news.status, news.member)
        self.note(f"{news.member} is {news.status}: {why}")

    def is_newer(self, news):
        """Dead is for ever; a later life counts more; in one life to be suspected counts more [section 4.2]."""
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
        """Alive, in a later life than the one that is suspected."""
        if news.status == "suspect" and news.life == self.life:
            self.life += 1
            self.gossip[self.id] = (News(self.id, "alive", self.life), 0)
            self.note("is suspected, and objects")

    def give_time(self, member):
        self.suspects[member] -= 1
        if self.suspects[member] < 0:
            self.hear(News(member, "dead", self.lives[member]), "it did not object in time")

    def some_news(self):
        """What has been passed on least often; each piece about 3 log n times, so that all hear of it [section 4.1]."""
        enough = 3 * ceil(log2(len(self.peers) + 1))
        by_use = sorted(self.gossip, key=lambda member: (self.gossip[member][1], member))[:ON_ONE_MESSAGE]
        told = tuple(self.gossip[member][0] for member in by_use)
        for member in by_use:
            news, used = self.gossip.pop(member)
            if used + 1 < enough:
                self.gossip[member] = (news, used + 1)
        return told


class InTurn(Swim):
    """Ping the others in turn, in an order that is drawn anew each time round: nobody waits for long [section 4.3]."""

    def init(self):
        super().init()
        self.turn = []                  # who is still to be pinged this time round

    def choose(self):
        self.turn = [member for member in self.turn if member not in self.dead]
        if not self.turn:
            self.turn = list(self.draw(self.living(), len(self.peers)))
        return self.turn.pop() if self.turn else ""


# ---- what is promised ----------------------------------------------------------------------------------------------

@always
def nobody_has_heard_of_a_life_that_is_still_to_come(world):
    """Only a member itself counts its lives."""
    for node, state in world.states.items():
        for member, life in state.lives.items():
            if life > world.states[member].life:
                return f"{node} has heard of life {life} of {member}, which lives its life {world.states[member].life}"


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
    """A group of so many members; `settings` are those of each, such as {"helpers": 0, "patience": 0}."""
    run = Run(protocol, members, network=Network(latency=uniform(2, 10), loss=loss), script=script,
              duration=periods * PERIOD - 1, **{"title": f"SWIM: {members} members"} | options)
    return run.but(initial={name: settings for name in run.nodes} if settings else {})


DEMO = group(5, at(210, pause("B")), at(810, resume("B")), at(1350, crash("D")), periods=13, seed=4,
             title="B pauses for three periods, and D crashes")
