"""Merkle trees: two replicas find the few keys in which they differ without sending all of them.

Each hashes its keys into N = 2^k buckets and builds a binary tree of hashes over them: equal roots mean equal data. One
sends the hashes of a level, the other answers which differ, and only below those do they go on: a difference among N
buckets costs 2k + 1 compared pairs. At the leaves they exchange whole buckets, so a key also brings its bucket mates.

Source: Merkle, "A digital signature based on a conventional encryption function" (1987), for the tree; DeCandia and
others, "Dynamo" (2007), section 4.7, for its use. Left out: replicas that change meanwhile, deleted keys (tombstones,
`anti_entropy`), and trees that are kept up to date instead of computed.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run
from dslab.script import at, request

# A place in a tree is (level, index): the root is (0, 0), and below (l, i) are (l + 1, 2i) and (l + 1, 2i + 1).
ROOT = (0, 0)


def digest(text: str) -> str:
    """The hash of a text, short enough to read: 48 bits of SHA-256."""
    return sha256(text.encode()).hexdigest()[:12]


def bucket_of(key: str, depth: int) -> int:
    """The bucket of a key, of 2 to the power of `depth`."""
    return int(digest(key), 16) % 2 ** depth


def bucket(data: dict[str, Any], index: int, depth: int) -> dict[str, Any]:
    """The part of the data that is in one bucket."""
    return {key: value for key, value in data.items() if bucket_of(key, depth) == index}


def tree(data: dict[str, Any], depth: int, order: Callable[[Iterable[str]], list[str]] = sorted) -> dict[tuple, str]:
    """Place -> hash, of all places below which there are keys: elsewhere the hash is "", so large trees are cheap.

    A leaf is the hash of its bucket's text, in the order of keys; an inner place that of the two hashes below it.
    """
    texts: dict[int, str] = {}
    for key in order(data):
        index = bucket_of(key, depth)
        texts[index] = texts.get(index, "") + f"{key!r}: {data[key]!r}\n"
    hashes = {(depth, index): digest(text) for index, text in texts.items()}
    for level in reversed(range(depth)):
        for index in {index // 2 for above, index in hashes if above == level + 1}:
            hashes[level, index] = digest(" ".join(hashes.get(place, "") for place in below([(level, index)])))
    return hashes


def below(places: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The places right below these."""
    return tuple((level + 1, 2 * index + side) for level, index in places for side in (0, 1))


def differing(places: Iterable[tuple], one: dict[tuple, str], other: dict[tuple, str]) -> tuple[tuple, ...]:
    """Those of these places at which two trees differ."""
    return tuple(place for place in places if one.get(place, "") != other.get(place, ""))


@message
class Synchronize:
    """A request: compare with the other replica, and exchange what differs."""

    look = "ask"


@message
class Hashes:
    """The sender's hashes at these places, all of one level."""

    pairs: tuple        # ((level, index), hash)

    def label(self):
        """The level, and how many."""
        level = self.pairs[0][0][0]
        return f"root {self.pairs[0][1][:4]}" if level == 0 else f"level {level}: {len(self.pairs)} hashes"


@message
class Differing:
    """In these places the hashes differ."""

    places: tuple

    def label(self):
        """Where."""
        return f"differ: {', '.join(str(index) for _, index in self.places)}" if self.places else "all are equal"

    def look(self):
        """Good news, if there is no difference."""
        return "no" if self.places else "yes"


@message
class Buckets:
    """All that the sender has in these buckets; `wanted`: those that it expects from the receiver."""

    indices: tuple
    items: tuple        # (key, (version, value))
    wanted: tuple

    def label(self):
        """The keys."""
        return f"{', '.join(key for key, _ in self.items) or 'nothing'} of {', '.join(map(str, self.indices))}"


class Replica(Node):
    """Compares its data with another replica's, a level of the tree at a time."""

    shown = ("data",)

    def init(self):
        self.data = {}              # key -> (version, value)
        self.depth = 4              # of the tree: 16 buckets

    def hashes(self):
        return tree(self.data, self.depth)

    def on_synchronize(self, src, msg):
        self.ask((ROOT,))

    def ask(self, places):
        hashes = self.hashes()
        self.send(self.peers[0], Hashes(tuple((place, hashes.get(place, "")) for place in places)))

    def on_hashes(self, src, msg):
        self.output("compared", len(msg.pairs))
        places = [place for place, _ in msg.pairs]
        self.send(src, Differing(differing(places, self.hashes(), dict(msg.pairs))))

    def on_differing(self, src, msg):
        if not msg.places:
            return self.note("the hashes are equal, and so are the data")
        if msg.places[0][0] < self.depth:
            return self.ask(below(msg.places))
        indices = tuple(index for _, index in msg.places)
        self.give(indices, wanted=indices)

    def give(self, indices, wanted=()):
        """Send the keys of these buckets, in order."""
        items = [item for index in indices for item in sorted(bucket(self.data, index, self.depth).items())]
        self.output("transferred", *(key for key, _ in items))
        self.send(self.peers[0], Buckets(indices, tuple(items), wanted))

    def on_buckets(self, src, msg):
        """Answer with the own buckets, then keep the newer version of each key."""
        for index in msg.wanted:
            equal = bucket(self.data, index, self.depth) == bucket(dict(msg.items), index, self.depth)
            self.output("exchanged", index, equal)
        if msg.wanted:
            self.give(msg.wanted)
        for key, versioned in msg.items:
            self.data[key] = max(self.data.get(key, versioned), versioned)


# ---- variants ----------------------------------------------------------------------------------------------

class ComparesAllLeaves(Replica):
    """What if it compares the hashes of all leaves at once? It is right, and as dear as if there were no tree."""

    def on_synchronize(self, src, msg):
        self.ask(tuple((self.depth, index) for index in range(2 ** self.depth)))


class HashesByArrival(Replica):
    """What if a bucket is hashed in the order in which its keys arrived? Equal data then have different hashes."""

    def hashes(self):
        return tree(self.data, self.depth, order=list)


# ---- properties --------------------------------------------------------------------------------------------

def hash_pairs(world: Any) -> int:
    """How many pairs of hashes have been compared."""
    return sum(output.values[0] for output in world.outputs("compared"))


def transferred(world: Any) -> set[str]:
    """The keys that have been sent, in either direction."""
    return {key for output in world.outputs("transferred") for key in output.values}


@in_the_end
def replicas_have_the_same_data(world):
    if world.outputs("compared"):
        (one, state), (other, theirs) = world.having("data").items()
        for key in sorted({*state.data, *theirs.data}):
            if state.data.get(key) != theirs.data.get(key):
                return f"{key} differs between {one} and {other}"


@always
def equal_buckets_are_not_transferred(world):
    for output in world.outputs("exchanged"):
        index, equal = output.values
        if equal:
            return f"bucket {index} is transferred, though it is the same at both"


@sometimes
def a_key_is_transferred(world):
    return transferred(world)


PROMISES = (replicas_have_the_same_data, equal_buckets_are_not_transferred, a_key_is_transferred)


# ---- runs --------------------------------------------------------------------------------------------------

def store(keys: int) -> dict[str, tuple]:
    """Keys k1, k2, ... in their first version."""
    return {f"k{number}": (1, f"v{number}") for number in range(1, keys + 1)}


def replicas(mine: dict[str, tuple], theirs: dict[str, tuple], *, replica: type[Node] = Replica, depth: int = 4,
             title: str = "") -> Run:
    """A with `mine` and B with `theirs`; A begins."""
    states = {name: {"data": data, "depth": depth} for name, data in (("A", mine), ("B", theirs))}
    return Run(replica, 2, initial=states, network=Network(latency=constant(10)), title=title,
               script=[at(10, request("A", Synchronize(), client="operator"))])


def differing_in(*changed: str, keys: int = 20, replica: type[Node] = Replica, depth: int = 4, title: str = "") -> Run:
    """Both have k1, k2, ...; B has a newer version of those that are `changed`."""
    newer = {key: (2, f"new {key}") for key in changed}
    return replicas(store(keys), store(keys) | newer, replica=replica, depth=depth,
                    title=title or f"{keys} keys in {2 ** depth:,} buckets, {len(changed)} changed")


DEMO = differing_in("k7")
DEMOS = {
    "one key changed": DEMO,
    "two keys changed": differing_in("k7", "k12"),
    "nothing changed": differing_in(),
    "1,024 buckets": differing_in("k7", keys=200, depth=10),
    "all leaves at once": differing_in("k7", replica=ComparesAllLeaves, title="One key changed, all leaves at once"),
    "hashed in the order of arrival": replicas(store(20), dict(reversed(store(20).items())), replica=HashesByArrival,
                                               title="The same 20 keys, which arrived in another order"),
}
