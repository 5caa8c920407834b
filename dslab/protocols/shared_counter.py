"""Two models of concurrency: a counter in shared memory, and a counter that is updated by messages.

Threads on one machine share memory: they all see the same counter, and if the machine crashes, all stop. Between
machines there are only messages, each of which can be lost, and machines fail independently. So the total can be wrong
although no machine crashed, and when one has crashed the others go on.

Source: Kleppmann, lecture notes "Distributed Systems", introduction. Left out: how threads avoid lost updates.
"""

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run
from dslab.script import at, crash, drop, request


@message
class Work:
    """A request to a worker: add one, this many times."""

    times: int
    label = "{times} times"


@message
class AddOne:
    """Increment the counter."""

    label = "+ 1"


class Counter(Node):
    """The counter, on a machine of its own."""

    shown = ("total",)

    def init(self):
        self.total = 0

    def on_add_one(self, src, msg):
        self.total += 1
        self.output("total", self.total)


class Worker(Node):
    """Sends increments to a counter on another machine, without acknowledgements."""

    shown = ("left",)

    def init(self):
        self.left = 0

    def on_work(self, src, msg):
        self.left = msg.times
        self.set_timer("work", 10)

    def on_work_timer(self):
        self.left -= 1
        self.output("added")
        self.add()
        if self.left:
            self.set_timer("work", 10)

    def add(self):
        self.send("counter", AddOne())


class Machine(Worker):
    """A machine whose threads share a counter in memory: each request is a thread."""

    shown = ("total",)

    def init(self):
        super().init()
        self.total = 0

    def on_work(self, src, msg):
        self.left += msg.times
        self.set_timer("work", 10)

    def add(self):
        self.total += 1
        self.output("total", self.total)


@always
def the_total_is_never_too_large(world):
    if world.outputs("total") and world.outputs("total")[-1].values[0] > len(world.outputs("added")):
        return f"{world.outputs('total')[-1].values[0]} is more than the {len(world.outputs('added'))} that were added"


@in_the_end
def the_total_is_what_was_added(world):
    total = world.outputs("total")[-1].values[0] if world.outputs("total") else 0
    if total != len(world.outputs("added")):
        return f"the total is {total}, and {len(world.outputs('added'))} were added"


@sometimes
def something_is_added(world):
    return bool(world.outputs("added"))


PROMISES = (the_total_is_never_too_large, the_total_is_what_was_added, something_is_added)


def messages(*events, title="", times=100):
    """Three workers on three machines, and the counter on a fourth."""
    workers = ("A", "B", "C")
    return Run({name: Worker for name in workers} | {"counter": Counter}, network=Network(latency=constant(5)),
               topology=[(name, "counter") for name in workers], title=title, duration=2000,
               script=[*events, *(at(0, request(name, Work(times))) for name in workers)])


def memory(*events, title="", times=100):
    """Three threads on one machine."""
    return Run({"machine": Machine}, title=title, duration=20 * 3 * times,
               script=[*events, *(at(0, request("machine", Work(times))) for _ in range(3))])


DEMO = messages(title="Three machines add one, three times each", times=3)
DEMOS = {
    "messages": messages(title="Three machines add one, a hundred times each"),
    "a lost message": messages(at(0, drop("B->counter#50")), title="The same, and one message is lost"),
    "a crash": messages(at(500, crash("B")), title="The same, and one machine crashes half-way"),
    "memory": memory(title="Three threads add one, a hundred times each"),
    "memory, a crash": memory(at(1500, crash("machine")), title="The same, and the machine crashes half-way"),
}
