"""Chain replication: servers in a row; updates enter at the head, and the tail answers, queries too.

The idea in three sentences. Every server passes an update on to the next one, so each has a prefix of what the one
before it has, and what the tail has is everywhere: a query at the tail sees no update that could still get lost. A
server keeps the updates that the tail has not acknowledged in a list, `sent`. If a server fails, a master closes the
gap, and the server before it sends again, from that list, what the one behind it lacks; n servers survive n - 1
failures.

Source: van Renesse and Schneider, "Chain replication for supporting high throughput and availability" (2004, section
3). As there, links are reliable and first in, first out, a server that fails stays down, and the master learns that it
failed (here from the script) and does not fail. Left out: new servers at the end of the chain.
"""

from itertools import combinations, pairwise, product
from typing import Any

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, sometimes
from dslab.protocols.client import Answer, Client, Command, Get, Put, execute
from dslab.run import Run
from dslab.script import at, crash, delay, request


@message
class Update:
    position: int       # in the order of all updates, from 1
    client: str
    serial: int         # the client's number for it, the same in a retry
    command: Any
    label = "{position}: {command}"


@message
class Acknowledgement:
    position: int       # the tail has all updates up to here
    label, look = "✓ {position}", "yes"


@message
class Failed:
    """A request to the master: this server has failed."""

    server: str
    label, look = "{server} has failed", "no"


@message
class NewPredecessor:
    server: str | None      # None: be the head
    label = property(lambda self: f"predecessor {self.server}" if self.server else "be the head")


@message
class Received:
    position: int       # the sender has all updates up to here
    label = "has {position}"


@message
class NewSuccessor:
    server: str | None      # None: be the tail
    received: int           # it has all updates up to here
    label = property(lambda self: f"successor {self.server}, has {self.received}" if self.server else "be the tail")


@message
class Configuration:
    chain: tuple        # the servers, from head to tail
    label = "chain {chain}"


class Server(Node):
    """A server of the chain, which begins as all servers in the run's order."""

    roles = ("head", "middle", "tail", "head and tail")
    shown = ("machine", "sent")
    logs = (("history", ""),)

    def init(self):
        before, behind = self.index - 1, self.index + 1
        self.predecessor = self.nodes[before] if before >= 0 else None
        self.successor = self.nodes[behind] if behind < len(self.nodes) else None
        self.role = self.place()
        self.history = []               # the updates, in order
        self.sent = []                  # those that the tail has not acknowledged
        self.machine = {}               # what the updates have made of the key-value store
        self.sessions = {}              # client -> (its last number executed, the result)

    def place(self):
        if self.predecessor is None:
            return "head" if self.successor else "head and tail"
        return "middle" if self.successor else "tail"

    # ---- updates and queries ----

    def on_command(self, src, msg):
        if isinstance(msg.command, Get):
            return self.send(src, Answer(msg.serial, execute(msg.command, self.machine)))
        if self.predecessor is not None:
            return self.note("is not the head: the client will ask again")
        self.accept(Update(len(self.history) + 1, src, msg.serial, msg.command))

    def on_update(self, src, msg):
        if src != self.predecessor:
            return self.note(f"{src} is not before it any more, and who is will send this again")
        if msg.position <= len(self.history):
            return self.note("has this update")
        self.accept(msg)

    def accept(self, update):
        self.history.append(update)
        self.perform(update)
        if self.successor is None:
            return self.finish(update)
        self.sent.append(update)
        self.send(self.successor, update)

    def perform(self, update):
        """Execute an update, unless it is a retry of one that was executed."""
        if update.serial > self.sessions.get(update.client, (0, None))[0]:
            self.sessions[update.client] = (update.serial, execute(update.command, self.machine))

    def finish(self, update):
        """The tail has it, so every server has: answer, and tell the others."""
        serial, result = self.sessions[update.client]
        if serial == update.serial:
            self.output("answer", update.client, serial)
            self.send(update.client, Answer(serial, result))
        self.acknowledge(update.position)

    def acknowledge(self, position):
        if self.predecessor is not None:
            self.send(self.predecessor, Acknowledgement(position))

    def on_acknowledgement(self, src, msg):
        self.sent = [update for update in self.sent if update.position > msg.position]
        self.acknowledge(msg.position)

    # ---- when a neighbour in the chain has failed ----

    def on_new_predecessor(self, src, msg):
        self.predecessor = msg.server
        self.role = self.place()
        if msg.server is not None:
            self.send(src, Received(len(self.history)))
            self.acknowledge(len(self.history) - len(self.sent))

    def on_new_successor(self, src, msg):
        self.successor = msg.server
        self.role = self.place()
        if msg.server is None:
            self.become_tail()
        else:
            self.send_again(msg.received)

    def become_tail(self):
        """What the failed tail may not have had, the tail has now."""
        for update in self.sent:
            self.finish(update)
        self.sent = []

    def send_again(self, received):
        for update in self.sent:
            if update.position > received:
                self.send(self.successor, update)


class Master(Node):
    """Knows the chain, and closes it when a server has failed."""

    shown = ("chain",)

    def init(self):
        self.chain = []                 # the servers, from head to tail
        self.clients = []               # who has to know them

    def on_failed(self, src, msg):
        if self.chain == [msg.server] or msg.server not in self.chain:
            return self.note("no server is left" if msg.server in self.chain else "has closed that gap")
        place = self.chain.index(msg.server)
        self.chain.remove(msg.server)
        self.close(place)
        for client in self.clients:
            self.send(client, Configuration(tuple(self.chain)))

    def close(self, place):
        """Join what was on both sides of the failed server, or make what is left the head, or the tail."""
        if place == len(self.chain):
            self.send(self.chain[-1], NewSuccessor(None, 0))
        else:
            self.send(self.chain[place], NewPredecessor(self.chain[place - 1] if place else None))

    def on_received(self, src, msg):
        """The server behind the gap has told what it has: the one before the gap sends it the rest."""
        if src in self.chain[1:]:
            self.send(self.chain[self.chain.index(src) - 1], NewSuccessor(src, msg.position))


class ChainClient(Client):
    """Sends updates to the head and queries to the tail; again, if it is not answered or another server is it now."""

    def init(self):
        super().init()
        self.chain = []                 # the servers, from head to tail

    def ask(self):
        if self.chain:
            self.send(self.asked(self.chain), Command(self.serial, self.command))
        self.set_timer("retry", self.patience)

    on_retry_timer = ask

    def asked(self, chain):
        """Whom it asks: the head or the tail."""
        return chain[-1 if isinstance(self.command, Get) else 0]

    def on_configuration(self, src, msg):
        before, self.chain = self.chain, list(msg.chain)
        if self.command is not None and self.asked(before) != self.asked(self.chain):
            self.ask()


# ---- properties --------------------------------------------------------------------------------------------

def chain(world: Any) -> dict:
    """The servers that are up, from head to tail."""
    return {node: state for node, state in world.having("history").items() if node in world.up}


@always
def a_server_has_a_prefix_of_what_those_before_it_have(world):
    """The update propagation invariant [section 3.1]."""
    for (node, before), (other, behind) in combinations(chain(world).items(), 2):
        if before.history[:len(behind.history)] != behind.history:
            return f"{other} has updates {numbers(behind.history)}, and {node}, before it, {numbers(before.history)}"


def numbers(updates):
    return ", ".join(str(update.position) for update in updates) or "none"


@always
def what_the_next_server_lacks_can_be_sent_again(world):
    """The inprocess requests invariant [section 3.1]: it is in the list `sent`."""
    for (node, before), (other, behind) in pairwise(chain(world).items()):
        missing = [update for update in before.history[len(behind.history):] if update not in before.sent]
        if missing:
            return f"{node} has forgotten update {numbers(missing)}, which {other} lacks"


@always
def an_update_that_was_answered_is_on_every_server(world):
    answered = {output.values for output in world.outputs("answer")}
    for node, state in chain(world).items():
        missing = answered - {(update.client, update.serial) for update in state.history}
        if missing:
            client, serial = min(missing)
            return f"{client}'s command {serial} was answered, and {node} does not have it"


@sometimes
def two_servers_have_answered_as_the_tail(world):
    return len({output.node for output in world.outputs("answer")}) > 1


SAFETY = (a_server_has_a_prefix_of_what_those_before_it_have, what_the_next_server_lacks_can_be_sent_again,
          an_update_that_was_answered_is_on_every_server)
PROMISES = (*SAFETY, two_servers_have_answered_as_the_tail)


# ---- runs --------------------------------------------------------------------------------------------------

def chained(*script, server=Server, client=ChainClient, servers="ABC", clients=("alice",), **options):
    """A chain, its master and clients, on reliable links that are first in, first out; a message takes 10 ms."""
    options.setdefault("network", Network(latency=constant(10), fifo=True))
    row, others = tuple(servers), ("master", *clients)
    links = [*combinations(row, 2), *product(row, others), *product(["master"], clients)]
    known = {name: {"chain": list(row)} for name in others}
    known["master"]["clients"] = list(clients)
    return Run(dict.fromkeys(row, server) | {"master": Master} | dict.fromkeys(clients, client), topology=links,
               initial=known, script=sorted(script, key=lambda event: event.time), **options)


def asks(time, command, client="alice"):
    return at(time, request(client, command, client=f"{client}'s user"))


def fails(time, server):
    """It crashes, and 25 ms later the master knows."""
    return at(time, crash(server)), at(time + 25, request("master", Failed(server)))


def middle_fails(server=Server):
    """B fails when it has passed on the second update, which is slow and is not accepted any more."""
    return chained(at(0, delay("B->C#2", by=60)), asks(10, Put("x", 1)), asks(100, Put("x", 2)), *fails(125, "B"),
                   asks(250, Put("x", 3)), server=server, duration=1000,
                   title=f"{server.__name__}: the middle of the chain fails")


def head_fails(client=ChainClient):
    """A fails when it has passed on bob's update, which is slow and is not accepted any more; alice reads twice."""
    return chained(at(0, delay("A->B#2", by=60)), asks(10, Put("x", 1)), asks(100, Put("x", 2), "bob"),
                   asks(105, Get("x")), *fails(119, "A"), asks(150, Get("x")), client=client, clients=("alice", "bob"),
                   duration=1000, title=f"{client.__name__}: the head fails")


DEMO = chained(asks(10, Put("x", 1)), asks(100, Put("x", 2)), *fails(115, "B"), asks(250, Put("x", 3)),
               *fails(255, "A"), asks(400, Put("x", 4)), *fails(415, "D"), asks(500, Get("x")), servers="ABCD",
               duration=1000, title="The middle, the head and the tail of a chain fail")
DEMOS = {
    "three failures": DEMO,
    "no failure": chained(asks(10, Put("x", 1)), asks(70, Get("x")), duration=500, title="A chain of three servers"),
    "the middle fails": middle_fails(),
    "the head fails": head_fails(),
}
