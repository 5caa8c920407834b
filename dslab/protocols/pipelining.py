"""Head-of-line blocking: three requests are pipelined on one connection, and the first is slow.

If responses must be in the order of the requests, as in HTTP/1.1, two fast responses wait behind the slow one. If
each response carries the number of its request, as in HTTP/2 and gRPC, it is sent when it is ready. The server is
no faster; only the waiting is gone.

Source: RFC 9112 (HTTP/1.1), section 9.3.2, and RFC 9113 (HTTP/2), section 1. Left out: the same effect one layer
below, where TCP holds back all bytes behind a lost packet.
"""

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end
from dslab.run import Run
from dslab.script import at, request


@message
class Open:
    """A request to the browser: fetch pages, all at once."""

    takes: tuple            # the server's processing time of each page, ms


@message
class Fetch:
    number: int             # of the request on this connection
    takes: float            # the server's processing time, ms
    label, look = "page {number}?", "ask"


@message
class Page:
    number: int             # of the request that it answers
    label, look = "page {number}", "yes"


class Browser(Node):
    """Requests all pages at once, and measures how long each takes."""

    shown = ("missing",)

    def init(self):
        self.missing = ()           # the numbers of the pages that have not arrived
        self.asked = 0.0            # the time of the requests: ms, by the monotonic clock
        self.user = None            # the user to reply to when all have arrived

    def on_open(self, src, msg):
        self.missing, self.asked, self.user = tuple(range(1, len(msg.takes) + 1)), self.monotonic, src
        for number, takes in enumerate(msg.takes, 1):
            self.send(self.neighbours[0], Fetch(number, takes))
            self.output("asked", number)

    def on_page(self, src, msg):
        self.missing = tuple(number for number in self.missing if number != msg.number)
        self.output("page", msg.number, self.monotonic - self.asked)
        if not self.missing:
            self.reply(self.user)


class ByNumber(Node):
    """A server that processes all requests concurrently, and sends each response when it is ready."""

    shown = ("working",)

    def init(self):
        self.working = []           # (when it will be ready: ms by the monotonic clock, number, client)
        self.ready = []             # (number, client), in the order of completion

    def on_fetch(self, src, msg):
        self.working.append((self.monotonic + msg.takes, msg.number, src))
        self.wait()

    def wait(self):
        if self.working:
            self.set_timer("ready", max(0, min(self.working)[0] - self.monotonic))

    def on_ready_timer(self):
        done = min(self.working)
        self.working.remove(done)
        self.ready.append(done[1:])
        self.answer()
        self.wait()

    def answer(self):
        for number, src in self.ready:
            self.send(src, Page(number))
        self.ready = []


class InOrder(ByNumber):
    """A server that sends its responses in the order of the requests."""

    def init(self):
        super().init()
        self.next = 1               # the request whose response is sent next

    def answer(self):
        waiting = dict(self.ready)
        while self.next in waiting:
            self.send(waiting.pop(self.next), Page(self.next))
            self.next += 1
        self.ready = list(waiting.items())
        if self.ready:
            self.note(f"page {self.ready[0][0]} is ready, and waits for page {self.next}")


@always
def a_page_comes_once_and_only_if_it_was_asked_for(world):
    asked = {output.values[0] for output in world.outputs("asked")}
    pages = [output.values[0] for output in world.outputs("page")]
    for number in pages:
        if number not in asked or pages.count(number) > 1:
            return f"page {number} came {pages.count(number)} times; asked for were {sorted(asked)}"


@in_the_end
def every_page_comes(world):
    missing = {output.values[0] for output in world.outputs("asked")} - {
        output.values[0] for output in world.outputs("page")}
    if missing:
        return f"page {min(missing)} never came"


PROMISES = (a_page_comes_once_and_only_if_it_was_asked_for, every_page_comes)


def fetching(server, *takes, title=""):
    """One browser and one server, 10 ms apart; `takes` are processing times in ms."""
    return Run({"browser": Browser, "server": server}, network=Network(latency=constant(10), fifo=True), title=title,
               script=[at(0, request("browser", Open(tuple(takes))))])


DEMO = fetching(ByNumber, 300, 20, 20, title="Answers with numbers: nobody waits for the slow one")
DEMOS = {"by number": DEMO, "in order": fetching(InOrder, 300, 20, 20, title="Answers in order: two wait behind one")}
