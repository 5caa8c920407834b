"""A like button: a client whose request is not acknowledged sends it again, and one click may be counted twice.

The client cannot know whether its request was lost or the acknowledgement, so it retries. Each click has an id, the
same in every retry, and the server counts an id once; the ids are on disk with the count, for a crash must not separate
them. Where the server keeps the set of those who like, a retry needs no id: adding twice is adding once (idempotence).

Source: Kleppmann, lecture notes "Distributed Systems", section 5.1. Left out: forgetting the ids of requests that
nobody will repeat; several copies of the count (`replicated_set`).
"""

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run
from dslab.script import at, crash, delay, drop, recover, request

BEFORE = 12_300             # likes, before anybody clicks in these runs


@message
class Like:
    """A request: a click on the button."""

    label = "like"


@message
class Unlike:
    """A request: a click that takes the like back."""

    label = "unlike"


@message
class Change:
    id: tuple           # (the client, the number of its click): the same in a retry
    by: int             # 1: like; -1: unlike

    def label(self):
        """What changes, and whose click it is."""
        return f"{self.by:+}, click {self.id[1]}"


@message
class Done:
    """The change of this id has been made."""

    id: tuple
    count: int
    label, look = "✓ {count:,}", "yes"


class Fan(Node):
    """A client: it sends a change until it is acknowledged, three times at most."""

    persistent = ("clicks",)
    shown = ("clicks",)

    def init(self):
        self.clicks = 0             # the number of clicks, the last request's number
        self.open = {}              # number -> (user, change), not acknowledged
        self.retries = 0            # how often it will still retry

    def on_like(self, src, msg):
        self.click(src, 1)

    def on_unlike(self, src, msg):
        self.click(src, -1)

    def click(self, user, by):
        self.clicks += 1
        self.output("clicked", (self.id, self.clicks), by)
        self.open[self.clicks] = (user, Change((self.id, self.clicks), by))
        self.retries = 2
        self.send("A", self.open[self.clicks][1])
        self.set_timer("retry", 100)

    def on_retry_timer(self):
        if not self.retries:
            return self.note("gives up: was it counted? It cannot know")
        self.note("no answer: was the request lost, or the acknowledgement?")
        self.retries -= 1
        for _, change in self.open.values():
            self.send("A", self.again(change))
        self.set_timer("retry", 100)

    def again(self, change):
        """The request that is sent in a retry: the same."""
        return change

    def on_done(self, src, msg):
        if msg.id[1] not in self.open:
            return self.note("knows that already")
        user, change = self.open.pop(msg.id[1])
        self.output("acknowledged", change.id)
        self.reply(user, msg.count)
        if not self.open:
            self.cancel_timer("retry")


class Button(Node):
    """The server: it counts each id once. Count and ids are on disk."""

    persistent = ("count", "ids")
    shown = ("count",)

    def init(self):
        self.count = BEFORE
        self.ids = set()            # of the requests that have been counted

    def on_change(self, src, msg):
        if self.is_new(msg):
            self.ids.add(msg.id)
            self.count += msg.by
            self.output("counted", msg.id, msg.by)
        else:
            self.note("has been counted already: only acknowledged again")
        self.send(src, Done(msg.id, self.count))

    def is_new(self, msg):
        return msg.id not in self.ids


class LikeSet(Button):
    """Idempotence instead of ids: the server keeps who likes. It works until a retry comes after another change."""

    persistent = ("count", "fans")
    shown = ("count", "fans")

    def init(self):
        super().init()
        self.fans = set()           # who likes, of those who click in this run

    def is_new(self, msg):
        fan, before = msg.id[0], len(self.fans)
        if msg.by > 0:
            self.fans.add(fan)
        else:
            self.fans.discard(fan)
        return len(self.fans) != before


# ---- wrong variants ----------------------------------------------------------------------------------------

class CountsAll(Button):
    """What if the server counts each request that arrives?"""

    def is_new(self, msg):
        return True


class IdsInMemory(Button):
    """What if the ids are in memory, and only the count on disk?"""

    persistent = ("count",)


class FreshIds(Fan):
    """What if a retry gets an id of its own?"""

    persistent = ("clicks", "made")

    def init(self):
        super().init()
        self.made = 0               # ids for retries

    def again(self, change):
        self.made += 1
        return Change((self.id, change.id[1], self.made), change.by)


# ---- properties --------------------------------------------------------------------------------------------

def click_of(id):
    """The click that a request is for: (client, number), whatever else an id says."""
    return id[:2]


@always
def no_click_is_counted_twice(world):
    counted = [click_of(output.values[0]) for output in world.outputs("counted")]
    for place, (client, number) in enumerate(counted):
        if (client, number) in counted[:place]:
            return f"click {number} of {client} is counted twice"


@always
def an_acknowledged_click_is_counted(world):
    counted = {click_of(output.values[0]) for output in world.outputs("counted")}
    for output in world.outputs("acknowledged"):
        client, number = click_of(output.values[0])
        if (client, number) not in counted:
            return f"click {number} of {client} is acknowledged, and was never counted"


@in_the_end
def the_count_is_the_number_of_distinct_clicks(world):
    """Of those that reached the server: who gives up cannot know."""
    reached = dict((click_of(id), by) for id, by in (output.values for output in world.outputs("counted")))
    should = BEFORE + sum(reached.values())
    for state in world.having("count").values():
        if state.count != should:
            return f"the count is {state.count:,}, and should be {should:,}"


@sometimes
def a_click_is_counted(world):
    return world.outputs("counted")


PROMISES = (no_click_is_counted_twice, an_acknowledged_click_is_counted, the_count_is_the_number_of_distinct_clicks,
            a_click_is_counted)


# ---- runs --------------------------------------------------------------------------------------------------

def clicking(*events, server=Button, client=Fan, clicks=(Like,), title="alice clicks"):
    """alice clicks every 400 ms; `events` go wrong."""
    return Run({"A": server, "alice": client}, network=Network(latency=constant(10)), title=title, duration=2000,
               script=[*events, *(at(10 + 400 * place, request("alice", click(), client="a thumb"))
                                  for place, click in enumerate(clicks))])


LOST = at(0, drop("A->alice#1"))                                    # the acknowledgement of the first click
CRASH = at(60, crash("A")), at(80, recover("A"))                    # between the request and its retry
LATE = at(0, delay("alice->A#1", by=500))                           # it arrives after a second click

DEMO = clicking(LOST, title="One click, and an acknowledgement is lost")
DEMOS = {
    "ids on disk": DEMO,
    "no ids": clicking(LOST, server=CountsAll, title="The same, and the server counts what arrives"),
    "ids in memory": clicking(LOST, *CRASH, server=IdsInMemory, title="Ids in memory, and the server restarts"),
    "ids on disk, a crash": clicking(LOST, *CRASH, title="Ids on disk, and the server restarts"),
    "two clicks": clicking(at(0, drop("A->alice#2")), server=CountsAll, clicks=(Like, Unlike),
                           title="A like and an unlike, and an acknowledgement is lost"),
    "a set": clicking(LOST, server=LikeSet, title="The server keeps the set of those who like"),
    "a set, a late request": clicking(LATE, server=LikeSet, clicks=(Like, Unlike),
                                      title="A set, and the first request is late"),
}
