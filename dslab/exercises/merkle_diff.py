"""Exercise 5.4: find the buckets in which two replicas differ, with few questions."""

from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from random import Random
from typing import Any

from dslab.grader.exercise import Case, Compute
from dslab.protocols.merkle import below, digest

Place = tuple[int, int]                 # (level, index): (0, 0) is the root

# ---- what the learner starts from ------------------------------------------------------------------------------------


class Tree:
    """Two replicas have their keys in 2**depth buckets, and a binary tree of hashes over them."""

    def leaf(self, bucket):
        """The hash of a bucket, a dict from key to text. Equal dicts have equal hashes, in whatever order their keys
        arrived, and different ones have different hashes. digest(text) hashes a text."""

    def diff(self, mine, depth, ask):
        """The set of the numbers of the buckets that differ.

        mine: a dict from place to hash. A place is (level, index); the root is (0, 0), below (level, i) are
            (level + 1, 2 * i) and (level + 1, 2 * i + 1), and the buckets, numbered from 0, are at the level depth. If
            two hashes are equal, so is all that is below them.
        ask: ask(place) asks the other replica for its hash at a place. Each question is a message: no more than two
            for each place, above the buckets, at which the hashes differ, and one for the root.
        """


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Tree):
    """Looks below a place only if the hashes differ there."""

    def leaf(self, bucket):
        return digest(repr(sorted(bucket.items())))

    def diff(self, mine, depth, ask):
        return self.below(mine, depth, ask, (0, 0))

    def below(self, mine, depth, ask, place):
        level, index = place
        if self.is_equal(mine, ask, place):
            return set()
        if level == depth:
            return {index}
        return self.join(self.below(mine, depth, ask, (level + 1, child)) for child in (2 * index, 2 * index + 1))

    def is_equal(self, mine, ask, place):
        return ask(place) == mine[place]

    def join(self, found):
        return set().union(*found)


class ByLevel(Tree):
    """Right: level by level; and where one of two children is equal, the other one must differ."""

    def leaf(self, bucket):
        return digest("".join(f"{len(key)} {key} {len(bucket[key])} {bucket[key]} " for key in sorted(bucket)))

    def diff(self, mine, depth, ask):
        found = [0] if ask((0, 0)) != mine[0, 0] else []
        for level in range(1, depth + 1):
            parents, found = found, []
            for parent in parents:
                left, right = 2 * parent, 2 * parent + 1
                if ask((level, left)) == mine[level, left]:
                    found.append(right)
                else:
                    found += [left] if ask((level, right)) == mine[level, right] else [left, right]
        return set(found)


class WithAStack(Tree):
    """Right: with a list of the places that are to be looked at."""

    def leaf(self, bucket):
        pairs = sorted((key, value) for key, value in bucket.items())
        return digest(str([list(pair) for pair in pairs]))

    def diff(self, mine, depth, ask):
        waiting, differ = [(0, 0)], []
        while waiting:
            level, index = waiting.pop()
            if ask((level, index)) != mine[level, index]:
                if level < depth:
                    waiting += [(level + 1, 2 * index), (level + 1, 2 * index + 1)]
                else:
                    differ.append(index)
        return set(differ)


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class AllLeaves(Reference):
    """Compares all leaves."""

    def diff(self, mine, depth, ask):
        return {index for index in range(2 ** depth) if ask((depth, index)) != mine[depth, index]}


class WholeTree(Reference):
    """Asks for every place."""

    def below(self, mine, depth, ask, place):
        level, index = place
        equal = self.is_equal(mine, ask, place)
        if level == depth:
            return set() if equal else {index}
        return self.join(self.below(mine, depth, ask, (level + 1, child)) for child in (2 * index, 2 * index + 1))


class FirstOnly(Reference):
    """Stops at the first bucket that differs."""

    def join(self, found):
        return next((part for part in found if part), set())


class LeftOnly(Reference):
    """Looks to the right only if nothing differs on the left."""

    def join(self, found):
        left, right = found
        return left or right


class AskedTwice(Reference):
    """Asks at each place twice."""

    def is_equal(self, mine, ask, place):
        ask(place)
        return super().is_equal(mine, ask, place)


class AllBelowTheRoot(Reference):
    """If the roots differ, takes all buckets."""

    def diff(self, mine, depth, ask):
        return set() if self.is_equal(mine, ask, (0, 0)) else set(range(2 ** depth))


class NeverTheRoot(Reference):
    """Begins below the root."""

    def diff(self, mine, depth, ask):
        return self.join(self.below(mine, depth, ask, (1, child)) for child in (0, 1))


class InTheOrderOfArrival(Reference):
    """Hashes a dict in the order in which its keys arrived."""

    def leaf(self, bucket):
        return digest(repr(bucket))


class WithoutSeparators(Reference):
    """Joins keys and values: "a": "bc" and "ab": "c" are then the same."""

    def leaf(self, bucket):
        return digest("".join(key + bucket[key] for key in sorted(bucket)))


class KeysOnly(Reference):
    """Hashes the keys, and not the values."""

    def leaf(self, bucket):
        return digest(repr(sorted(bucket)))


class ValuesOnly(Reference):
    """Hashes the values, and not the keys."""

    def leaf(self, bucket):
        return digest(repr(sorted(bucket.values())))


# ---- cases -----------------------------------------------------------------------------------------------------------

EQUAL = "The hash of a bucket is that of its keys and values, in one order, each told from the next."
FEW = ("Only below a place at which the hashes differ is there anything to find: 2 log2 N + 1 questions for one "
       "difference among N buckets [DeCandia and others 2007, section 4.7].")


def tree_of(buckets: list[str]) -> dict[Place, str]:
    """The hashes over these; an inner one is that of its two children."""
    depth = (len(buckets) - 1).bit_length()
    tree = {(depth, index): digest(bucket) for index, bucket in enumerate(buckets)}
    for level in range(depth - 1, -1, -1):
        for index in range(2 ** level):
            tree[level, index] = digest(" ".join(tree[place] for place in below([(level, index)])))
    return tree


def most(mine: Mapping[Place, str], theirs: Mapping[Place, str], depth: int) -> int:
    """How many questions are enough."""
    return 1 + 2 * sum(mine[place] != theirs[place] for place in mine if place[0] < depth)


def differing(depth: int, *changed: int) -> Case:
    """Two trees over 2**depth buckets, of which these are changed."""
    buckets = [f"bucket {index}" for index in range(2 ** depth)]
    mine = tree_of(buckets)
    theirs = tree_of([f"{bucket}, changed" if index in changed else bucket for index, bucket in enumerate(buckets)])

    def judge(make: Callable[[], Any]) -> str | None:
        asked: list[Place] = []

        def ask(place: Place) -> str:
            asked.append(place)
            return theirs[place]

        found, enough = make().diff(dict(mine), depth, ask), most(mine, theirs, depth)
        story = f"of {2 ** depth} buckets {', '.join(map(str, sorted(changed))) or 'none'} differ"
        if not isinstance(found, (set, frozenset, list, tuple)) or set(found) != set(changed):
            return f"{story}, and diff returns {found!r}"
        return f"{story}: it asks {len(asked)} questions, and {enough} are enough" if len(asked) > enough else None

    return Case(f"diff(mine, {depth}, ask)", judge, FEW, hint=1)


def same(bucket: Mapping[str, str]) -> Case:
    """All orders of the keys."""
    def judge(make: Callable[[], Any]) -> str | None:
        orders = [dict(order) for order in permutations(bucket.items())]
        hashes = {make().leaf(one) for one in orders}
        return None if len(hashes) == 1 else f"leaf gives {len(hashes)} hashes for {bucket}, in different orders"

    return Case(f"leaf({dict(bucket)!r})", judge, EQUAL, hint=3)


def other(one: Mapping[str, str], another: Mapping[str, str]) -> Case:
    """Two buckets that differ."""
    def judge(make: Callable[[], Any]) -> str | None:
        if make().leaf(dict(one)) == make().leaf(dict(another)):
            return f"leaf gives the same hash for {one} and {another}"
        return None

    return Case(f"leaf({dict(one)!r})", judge, EQUAL, hint=3)


def cases() -> Iterator[Case]:
    """Buckets first, then trees: of one bucket, of two, of sixteen, of many."""
    yield same({})
    yield same({"k1": "v1", "k10": "v2", "k2": ""})
    yield other({}, {"k1": ""})
    yield other({"k1": "v1"}, {"k1": "v2"})
    yield other({"k1": "v1"}, {"k2": "v1"})
    yield other({"a": "bc"}, {"ab": "c"})
    yield other({"a": "b", "c": "d"}, {"a": "d", "c": "b"})
    yield differing(0)
    yield differing(0, 0)
    yield differing(1, 1)
    yield differing(4)
    for changed in (0, 7, 15):
        yield differing(4, changed)
    yield differing(4, 6, 7)
    yield differing(4, 0, 15)
    yield differing(3, *range(8))
    yield differing(10, 513)


def random_cases(chance: Random) -> Iterator[Case]:
    for depth in (2, 4, 6):
        yield differing(depth, *chance.sample(range(2 ** depth), chance.randint(0, 4)))


# ---- the exercise ----------------------------------------------------------------------------------------------------

EXERCISES = (
    Compute(
        number="5.4", title="Which buckets differ?", base=Tree, asks=("leaf", "diff"), lines=10,
        task="Two replicas have their keys in buckets, and a Merkle tree over them. Write the hash of a bucket, and "
             "find the buckets that differ with few questions to the other replica.",
        reference=Reference, right=(ByLevel, WithAStack),
        wrong=((AllLeaves, "questions"), (WholeTree, "questions"), (FirstOnly, "diff returns"),
               (LeftOnly, "diff returns"), (AskedTwice, "questions"), (AllBelowTheRoot, "diff returns"),
               (NeverTheRoot, "KeyError"), (InTheOrderOfArrival, "in different orders"),
               (WithoutSeparators, "the same hash"), (KeysOnly, "the same hash"), (ValuesOnly, "the same hash")),
        cases=cases, random_cases=random_cases,
        hints=("Begin at the root. If the hashes are equal there, you are done, with one question.",
               "If the hashes differ at a place, look at the two below it, and only then.",
               "At the level depth you have found a bucket: its number is the index.",
               "Sort the items of a bucket before you hash them, and hash keys and values so that one can tell where "
               "each ends: repr(sorted(bucket.items())) does."),
    ),
)
