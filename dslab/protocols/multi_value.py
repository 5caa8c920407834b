"""A multi-value register: of concurrent writes all are kept, as siblings, until a client that has seen them overwrites.

A client reads the siblings with a *context*, a version vector of what it has seen, and sends it with its next write,
which replaces exactly that. Vectors with an entry for each server are small, but two clients that write through one
server with the same context become one after the other in it. A *dotted* version vector keeps the name of the write,
its dot (server, number), apart from the context: a write covers what its context covers, and not its neighbour.

Source: Preguiça et al., "Dotted version vectors: logical clocks for optimistic replication" (2010); Parker et al.
(1983) for version vectors; DeCandia et al., "Dynamo" (2007), section 4.4, for siblings. Left out: many keys, deletes
(`anti_entropy` has both), merging siblings by their meaning.
"""

from typing import Any

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import in_the_end, sometimes
from dslab.run import Run
from dslab.script import at, request


@message
class Write:
    """A request to a client."""

    value: Any
    label = "write {value}"


@message
class Read:
    """A request to a client."""

    label, look = "read", "ask"


@message
class Version:
    """A value with the name of its write, and the version vector of what its writer had seen."""

    value: Any
    dot: tuple          # (server, number)
    context: tuple      # (server, number), each

    def label(self):
        """The value with its dot."""
        return f"{self.value} {dotted(self.dot)}"


@message
class Put:
    value: Any
    context: tuple

    def label(self):
        """The value, and what its writer has seen."""
        return f"{self.value} after {vector(self.context)}"


@message
class Get:
    look = "ask"


@message
class Siblings:
    """To a client: the values and the context of all of them. `written`: the value that it has put, if any."""

    values: tuple
    context: tuple
    written: Any
    look = "yes"

    def label(self):
        """The values and the context."""
        return f"{', '.join(map(str, self.values)) or 'none'} with {vector(self.context)}"


@message
class Versions:
    """To another server: all that the sender has."""

    versions: tuple

    def label(self):
        """The values."""
        return ", ".join(version.label() for version in self.versions) or "none"


def dotted(dot: tuple) -> str:
    """A dot as people write it: A2."""
    return f"{dot[0]}{dot[1]}"


def vector(context: tuple) -> str:
    """A version vector as people write it: ⟨A2 B1⟩."""
    return f"⟨{' '.join(map(dotted, context))}⟩"


def join(*contexts: tuple) -> tuple:
    """The smallest version vector that covers all of these dots and vectors."""
    greatest: dict = {}
    for context in contexts:
        for server, number in context:
            greatest[server] = max(greatest.get(server, 0), number)
    return tuple(sorted(greatest.items()))


def covers(context: tuple, dot: tuple) -> bool:
    """Has who has this context seen this write?"""
    return dict(context).get(dot[0], 0) >= dot[1]


class Client(Node):
    """Reads and writes at one server; a write carries the context of what it has last been told."""

    shown = ("values", "context")

    def init(self):
        self.values = ()            # what it has seen last
        self.context = ()
        self.user = None            # who waits for an answer

    def on_write(self, src, msg):
        self.user = src
        self.output("wrote", msg.value, self.values)
        self.send(self.server(), Put(msg.value, self.context))

    def on_read(self, src, msg):
        self.user = src
        self.send(self.server(), Get())

    def on_siblings(self, src, msg):
        if self.user is None:
            return self.note("does not remember that it asked")
        self.values, self.context = msg.values, msg.context
        if msg.written is not None:
            self.output("acknowledged", msg.written)
        self.reply(self.user, list(msg.values))
        self.user = None

    def server(self):
        return next(name for name in self.neighbours if name not in self.peers)


class DottedVectors(Node):
    """A server. Each version has its dot beside its context; after a write the others are told."""

    persistent = ("versions", "number")
    shown = ("versions",)
    patience = 100                      # ms

    def init(self):
        self.versions = ()          # the siblings
        self.number = 0             # of writes through this server

    def on_put(self, src, msg):
        self.number += 1
        self.store(Version(msg.value, (self.id, self.number), msg.context))
        self.answer(src, msg.value)
        self.set_timer("round", self.patience)

    def store(self, version):
        self.versions = self.newest((*self.versions, version))

    def newest(self, versions):
        """Those that no other one has overwritten, each once, in the order of dots."""
        different = sorted(set(versions), key=lambda version: version.dot)
        return tuple(version for version in different
                     if not any(self.overwrites(other, version) for other in different if other != version))

    def overwrites(self, newer, older):
        """Had the writer of `newer` seen `older`?"""
        return covers(newer.context, older.dot)

    def on_get(self, src, msg):
        self.answer(src, None)

    def answer(self, client, written):
        context = join(*((version.dot, *version.context) for version in self.versions))
        self.send(client, Siblings(tuple(version.value for version in self.versions), context, written))

    def on_round_timer(self):
        self.broadcast(Versions(self.versions))

    def on_recover(self):
        self.on_round_timer()

    def on_versions(self, src, msg):
        """Take over what is new here, and tell the sender what is new there."""
        self.versions = self.newest((*self.versions, *msg.versions))
        if self.versions != msg.versions:
            self.send(src, Versions(self.versions))


# ---- wrong variants ----------------------------------------------------------------------------------------

class ServerVectors(DottedVectors):
    """What if the dot is an entry of the vector like any other? Then A2 has seen A1, whether its writer had or not."""

    def overwrites(self, newer, older):
        return covers(join(newer.context, (newer.dot,)), older.dot)


class OneVector(DottedVectors):
    """What if all siblings share one vector, and a write whose context is not up to date adds one more?"""

    def store(self, version):
        up_to_date = all(covers(version.context, other.dot) for other in self.versions)
        self.versions = (version,) if up_to_date else (*self.versions, version)

    def newest(self, versions):
        return tuple(sorted(set(versions), key=lambda version: version.dot))


# ---- properties --------------------------------------------------------------------------------------------

def siblings(world: Any) -> dict[str, list]:
    """Server -> the values that it has."""
    return {node: [version.value for version in state.versions] for node, state in world.having("versions").items()}


def overwritten(world: Any, values: list) -> set:
    """All that the writers of these values had seen, and the writers of that, and so on."""
    seen, found = dict(output.values for output in world.outputs("wrote")), set()
    waiting = list(values)
    while waiting:
        new = set(seen[waiting.pop()]) - found
        found |= new
        waiting += new
    return found


@in_the_end
def servers_have_the_same_values(world):
    """Convergence, of the servers that are up."""
    found = {node: values for node, values in siblings(world).items() if node in world.up}
    for node, values in found.items():
        if sorted(values) != sorted(found[min(found)]):
            return f"{min(found)} has {', '.join(found[min(found)]) or 'nothing'}, and {node} {', '.join(values)}"


def lost_writes(world: Any) -> list:
    """The acknowledged values that are nowhere, and were overwritten by nobody who had seen them."""
    kept = [value for values in siblings(world).values() for value in values]
    known = {*kept, *overwritten(world, kept)}
    return [output.values[0] for output in world.outputs("acknowledged") if output.values[0] not in known]


@in_the_end
def no_acknowledged_write_is_silently_lost(world):
    """It is kept, or was overwritten by somebody who had seen it."""
    for value in lost_writes(world):
        return f"{value} was acknowledged, is nowhere, and nobody who had seen it has overwritten it"


@in_the_end
def what_was_overwritten_is_no_sibling(world):
    """No false concurrency: of two siblings, neither writer had seen the other's."""
    for node, values in siblings(world).items():
        for value in values:
            if value in overwritten(world, values):
                return f"{node} keeps {value} beside a value whose writer had seen {value}"


@sometimes
def there_are_siblings(world):
    return any(len(values) > 1 for values in siblings(world).values())


PROMISES = (servers_have_the_same_values, no_acknowledged_write_is_silently_lost, what_was_overwritten_is_no_sibling,
            there_are_siblings)


# ---- runs --------------------------------------------------------------------------------------------------

def cluster(*script, server=DottedVectors, at_server=(("alice", "A"), ("bob", "A")), title="", duration=2000):
    """Two servers, and clients at one of them each."""
    clients = dict(at_server)
    return Run({"A": server, "B": server} | dict.fromkeys(clients, Client), script=script, title=title,
               topology=[("A", "B"), *at_server], network=Network(latency=constant(10)), duration=duration)


def interleaved(server=DottedVectors, writes=4, every=20):
    """Two clients write in turn through A; each knows what it was last told, when it wrote."""
    turns = [(("alice", "u"), ("bob", "v"))[place % 2] for place in range(writes)]
    script = [at(10 + every * place, request(name, Write(f"w{place + 1}"), client=user))
              for place, (name, user) in enumerate(turns)]
    return cluster(*script, server=server, title=f"alice and bob write through A in turn, {writes} writes")


def two_servers(server=DottedVectors):
    """alice writes at A and bob at B, at once; carol reads both values, and writes one that replaces them."""
    return cluster(at(10, request("alice", Write("w1"), client="u")), at(10, request("bob", Write("w2"), client="v")),
                   at(300, request("carol", Read(), client="w")), at(400, request("carol", Write("w3"), client="w")),
                   server=server, at_server=(("alice", "A"), ("bob", "B"), ("carol", "A")),
                   title="alice and bob write at two servers; carol reads and writes")


DEMO = interleaved()
DEMOS = {
    "dotted version vectors": DEMO,
    "a vector with an entry for each server": interleaved(ServerVectors),
    "one vector for all siblings": interleaved(OneVector),
    "two servers": two_servers(),
    "two servers, a vector with an entry for each": two_servers(ServerVectors),
}
