"""A rolling upgrade: replicas are restarted one by one, while the service stays available.

A request is served if a majority of the replicas answers. So up to f of 2f + 1 replicas may be down at once, crashed
or being upgraded. An upgrade uses up one of the f, so a service that must tolerate a crash during an upgrade needs
f = 2: five replicas, not three.

Source: Kleppmann, lecture notes "Distributed Systems", on fault tolerance. Left out: the data on the replicas, and how
a restarted one catches up.
"""

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end
from dslab.run import Run
from dslab.script import at, crash, recover, request

PATIENCE = 50           # ms: the door's timeout for replies of the replicas


@message
class Serve:
    """A customer's request, to the front end."""


@message
class Ask:
    number: int
    label, look = "request {number}", "ask"


@message
class Here:
    number: int
    label, look = "reply {number}", "yes"


class Replica(Node):
    """A replica, which answers whenever it is up."""

    def on_ask(self, src, msg):
        self.send(src, Here(msg.number))


class Door(Node):
    """The front end: forwards each request to all replicas, and serves it if a majority answers."""

    shown = ("number", "answers")

    def init(self):
        self.number = 0             # of the latest request
        self.answers = ()           # the replicas that answered it
        self.user = None            # the user to reply to

    def on_serve(self, src, msg):
        self.number, self.answers, self.user = self.number + 1, (), src
        for replica in self.neighbours:
            self.send(replica, Ask(self.number))
        self.set_timer("patience", PATIENCE)

    def on_here(self, src, msg):
        if msg.number != self.number:
            return self.note("an answer to an earlier request")
        self.answers = (*self.answers, src)
        if len(self.answers) == len(self.neighbours) // 2 + 1:
            self.output("served", self.number)
            self.reply(self.user, "served")
            self.cancel_timer("patience")

    def on_patience_timer(self):
        self.output("rejected", self.number, len(self.answers))
        self.reply(self.user, "rejected")


@always
def no_request_is_rejected(world):
    for output in world.outputs("rejected"):
        number, answers = output.values
        return f"request {number} is rejected: only {answers} replica{'s' * (answers != 1)} answered"


@in_the_end
def some_request_is_served(world):
    return bool(world.outputs("served")) or "nothing was served at all"


PROMISES = (no_request_is_rejected, some_request_is_served)


def rolling(replicas=3, *events, at_once=1, title=""):
    """A request every 100 ms, while all replicas are restarted, `at_once` at a time, each for 200 ms."""
    names = tuple("ABCDEFG"[:replicas])
    upgrade = [event for place, name in enumerate(names) for start in [150 + 300 * (place // at_once)]
               for event in (at(start, crash(name)), at(start + 200, recover(name)))]
    asking = [at(time, request("door", Serve())) for time in range(100, 400 + 300 * replicas, 100)]
    return Run({name: Replica for name in names} | {"door": Door}, topology=[(name, "door") for name in names],
               network=Network(latency=constant(5)), script=sorted([*upgrade, *asking, *events],
                                                                   key=lambda event: event.time),
               duration=600 + 300 * replicas, title=title)


CRASH = at(480, crash("A")), at(700, recover("A"))
DEMO = rolling(title="Three replicas are upgraded one by one")
DEMOS = {
    "three": DEMO,
    "two at once": rolling(3, at_once=2, title="Three replicas, upgraded two at once"),
    "three and a crash": rolling(3, *CRASH, title="Three replicas, an upgrade and a crash"),
    "five and a crash": rolling(5, *CRASH, title="Five replicas, an upgrade and a crash"),
}
