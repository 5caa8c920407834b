"""Exercise 5.1: a replicated set whose updates may be lost, repeated and late, and whose replicas merge."""

from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

from dslab.grader.exercise import Case, Compute

# ---- what the learner starts from ------------------------------------------------------------------------------------


class Replica:
    """What one replica of a set knows is a state: any plain data of yours. A new replica has the state {}."""

    def on_op(self, state, op, key, ts):
        """The state after an update: op is "add" or "remove". state itself does not change.

        ts is the logical timestamp of the update, a pair (counter, client): (2, "n1") < (2, "n10") < (3, "n1"). A retry
        has the timestamp of its first attempt; no other two updates have the same one.
        """

    def merge(self, mine, theirs):
        """The state of a replica that has seen all updates of both. Neither of them changes."""

    def members(self, state):
        """The set of the keys that are in it."""


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Replica):
    """Of each key the newest update, also if it is a remove: then it is a tombstone."""

    def on_op(self, state, op, key, ts):
        return {**state, key: max(state.get(key, (ts, op)), (ts, op), key=self.age)}

    def merge(self, mine, theirs):
        return {key: max((state[key] for state in (mine, theirs) if key in state), key=self.age)
                for key in {**mine, **theirs}}

    def age(self, record):
        return record[0]

    def members(self, state):
        return {key for key, record in state.items() if record[1] == "add"}


class TwoTimes(Replica):
    """Right: of each key the newest add and the newest remove."""

    def on_op(self, state, op, key, ts):
        known = {"add": (-1, ""), "remove": (-1, ""), **state.get(key, {})}
        return {**state, key: {**known, op: max(known[op], ts)}}

    def merge(self, mine, theirs):
        for key, known in theirs.items():
            for op, ts in known.items():
                mine = self.on_op(mine, op, key, ts)
        return mine

    def members(self, state):
        return {key for key, known in state.items() if known["add"] > known["remove"]}


class AllUpdates(Replica):
    """Right: every update that it has seen, in a list."""

    def on_op(self, state, op, key, ts):
        return {"seen": [*state.get("seen", []), (ts, op, key)]}

    def merge(self, mine, theirs):
        return {"seen": mine.get("seen", []) + theirs.get("seen", [])}

    def members(self, state):
        last = {key: op for _, op, key in sorted(state.get("seen", []), key=lambda update: update[0])}
        return {key for key in last if last[key] == "add"}


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class Deletes(Reference):
    """Deletes the record of a key that is removed."""

    def on_op(self, state, op, key, ts):
        after = super().on_op(state, op, key, ts)
        return {other: record for other, record in after.items() if record[1] == "add"}


class DropsTombstones(Reference):
    """Keeps tombstones, and drops them when replicas merge."""

    def merge(self, mine, theirs):
        return {key: record for key, record in super().merge(mine, theirs).items() if record[1] == "add"}


class LastArrival(Reference):
    """The update that arrives last counts."""

    def on_op(self, state, op, key, ts):
        return {**state, key: (ts, op)}


class CounterOnly(Reference):
    """Compares counters, and not the clients of equal ones."""

    def age(self, record):
        return record[0][0]


class OldestCounts(Reference):
    """Keeps the oldest update."""

    def age(self, record):
        (counter, client), _ = record
        return -counter, client


class NamesFirst(Reference):
    """Compares the clients first, then the counters."""

    def age(self, record):
        return record[0][::-1]


class MineCounts(Reference):
    """Keeps its own record where both have one."""

    def merge(self, mine, theirs):
        return {**theirs, **mine}


class AddsWin(Reference):
    """Merges the members: what is in one of the two is in both."""

    def merge(self, mine, theirs):
        both = super().merge(mine, theirs)
        return {key: next((one[key] for one in (mine, theirs) if one.get(key, ("", ""))[1] == "add"), both[key])
                for key in both}


class RemovedForEver(Reference):
    """A key that was removed cannot be added again."""

    def age(self, record):
        return record[1] == "remove", record[0]


class OnlyCommonKeys(Reference):
    """Merges the keys that both have."""

    def merge(self, mine, theirs):
        return {key: record for key, record in super().merge(mine, theirs).items() if key in mine and key in theirs}


class InPlace(Reference):
    """Changes the state that it is given."""

    def merge(self, mine, theirs):
        for key, record in theirs.items():
            mine[key] = max(mine.get(key, record), record, key=self.age)
        return mine


class ForgetsEmptyKeys(Reference):
    """Takes an empty key for none."""

    def members(self, state):
        return {key for key in super().members(state) if key}


class AllKeys(Reference):
    """Counts tombstones as members."""

    def members(self, state):
        return set(state)


# ---- cases -----------------------------------------------------------------------------------------------------------

Update = tuple[str, Any, tuple[int, str]]
NEWEST = ("Of each key the update with the greatest timestamp counts, whenever it arrives and however often; a remove "
          "leaves a record, its tombstone [Kleppmann, lecture notes, section 5.1].")
MERGED = ("What a replica knows after a merge is what it would know if it had seen all updates of both: merging is "
          "commutative, associative and idempotent.")


def wanted(*updates: Update) -> set[Any]:
    """The members after these updates, in any order."""
    newest: dict[Any, Update] = {}
    for op, key, ts in updates:
        if key not in newest or newest[key][2] < ts:
            newest[key] = (op, key, ts)
    return {key for key, (op, _, _) in newest.items() if op == "add"}


class Spoilt(Exception):
    """A call has changed a state that was given to it."""


def kept(call: Any, *states: Any) -> Any:
    """The result of a call of these states, which must be afterwards as they were before."""
    before = deepcopy(states)
    result = call(*states)
    if states != before:
        raise Spoilt(f"a state was {before[0]!r} and is {states[0]!r} afterwards" if states[0] != before[0] else
                     f"a state was {before[-1]!r} and is {states[-1]!r} afterwards")
    return result


def replica(attempt: Any, updates: tuple[Update, ...]) -> Any:
    """The state of a replica that has seen these updates, in this order."""
    state: Any = {}
    for op, key, ts in updates:
        state = kept(lambda old, op=op, key=key, ts=ts: attempt.on_op(old, op, key, ts), state)
    return state


def shown(updates: tuple[Update, ...]) -> str:
    return ", ".join(f"{op} {key!r} at {ts}" for op, key, ts in updates) or "nothing"


def differs(attempt: Any, state: Any, updates: tuple[Update, ...], story: str) -> str | None:
    """What is wrong with the members of a state, if anything is."""
    members, right = attempt.members(state), wanted(*updates)
    if isinstance(members, (set, frozenset, list, tuple)) and set(members) == right and len(members) == len(right):
        return None
    return f"{story} its members are {members!r}, and should be {right or 'an empty set'}"


def one_replica(*updates: Update) -> Case:
    def judge(make: Any) -> str | None:
        attempt = make()
        try:
            return differs(attempt, replica(attempt, updates), updates, f"after {shown(updates)}")
        except Spoilt as problem:
            return f"on_op changes its argument: {problem}"

    return Case("members(state)", judge, NEWEST, hint=0)


def merged(*replicas: tuple[Update, ...]) -> Case:
    """Replicas that merge, in each order, one of them twice."""
    def judge(make: Any) -> str | None:
        attempt, every = make(), tuple(update for updates in replicas for update in updates)
        try:
            states = [replica(attempt, updates) for updates in replicas]
            for order in (states, states[::-1], [*states, states[0]]):
                state = order[0]
                for other in order[1:]:
                    state = kept(attempt.merge, state, other)
                told = " and ".join(shown(updates) for updates in replicas)
                if found := differs(attempt, state, every, f"when a replica that has seen {told} have merged"):
                    return found.replace("a replica that has seen", "replicas that have seen")
            last = kept(attempt.merge, kept(attempt.merge, states[-1], states[0]), states[0])
            return differs(attempt, last, replicas[-1] + replicas[0], "after merging twice with the same state")
        except Spoilt as problem:
            return f"merge changes its argument: {problem}"

    return Case("members(merge(mine, theirs))", judge, MERGED, hint=2)


ADD, REMOVE = ("add", "x", (1, "ann")), ("remove", "x", (2, "ann"))


def cases() -> Iterator[Case]:
    """One replica first: order, repetitions, ties. Then two stories that leave the same members, and their merges."""
    yield one_replica()
    yield one_replica(ADD)
    yield one_replica(ADD, REMOVE)
    yield one_replica(ADD, REMOVE, ADD)
    yield one_replica(REMOVE, ADD)
    yield one_replica(ADD, REMOVE, ("add", "x", (3, "ann")))
    yield one_replica(("add", "x", (2, "n10")), ("remove", "x", (2, "n1")))
    yield one_replica(("remove", "x", (2, "n1")), ("add", "x", (2, "n10")))
    yield one_replica(("remove", "x", (2, "n10")), ("add", "x", (2, "n1")))
    yield one_replica(("add", "x", (2, "n10")), ("remove", "x", (10, "n1")))
    yield one_replica(("add", "", (0, "n1")), ("add", 0, (0, "n2")), ("remove", "0", (0, "n1")))
    yield one_replica(("add", "", (0, "n1")), ("remove", "", (1, "n1")), ("add", "y", (1, "n2")))
    yield merged((), ())
    yield merged((ADD,), ())
    yield merged((ADD, REMOVE), (ADD,))                 # the remove was lost at the second
    yield merged((), (ADD,))                            # the add was lost at the first: the same members
    yield merged((REMOVE,), (ADD,))
    yield merged((ADD, REMOVE), (ADD,), (("add", "x", (3, "bob")), ADD))
    yield merged((("add", "x", (2, "n10")),), (("remove", "x", (2, "n1")),), (("add", "y", (0, "n1")),))
    yield merged((("remove", "x", (2, "n10")), ("add", "y", (1, "n10"))), (("add", "x", (2, "n1")),))
    yield merged((ADD, REMOVE), (REMOVE,), (ADD, ADD))


def random_cases(chance: Random) -> Iterator[Case]:
    """Updates of five clients, repeated and shuffled; each of three replicas has seen some of them."""
    for size in (3, 6, 12, 40):
        names = [(counter, client) for counter in range(size) for client in ("n1", "n2", "n10")]
        updates = [(chance.choice(("add", "remove")), chance.choice("xyz"), ts) for ts in chance.sample(names, size)]
        yield one_replica(*chance.choices(updates, k=2 * size))
        yield merged(*(tuple(chance.choices(updates, k=size)) for _ in range(3)))


# ---- the exercise ----------------------------------------------------------------------------------------------------

EXERCISES = (
    Compute(
        number="5.1", title="A set that survives retries", base=Replica, asks=("on_op", "merge", "members"), lines=8,
        task="Clients add and remove keys at the replicas of a set. Messages are lost, repeated and late, so a replica "
             "may see an update never, twice, or after newer ones. Now and then replicas send each other their states, "
             "and merge. Write what a replica keeps, so that in the end all have what the newest updates say.",
        reference=Reference, right=(TwoTimes, AllUpdates),
        wrong=((Deletes, "should be an empty set"), (DropsTombstones, "should be an empty set"),
               (LastArrival, "should be an empty set"), (CounterOnly, "'n1'"), (OldestCounts, "should be"),
               (NamesFirst, "should be"), (MineCounts, "have merged"), (AddsWin, "have merged"),
               (RemovedForEver, "should be {'x'}"), (OnlyCommonKeys, "have merged"), (InPlace, "changes its argument"),
               (ForgetsEmptyKeys, "should be {"), (AllKeys, "should be an empty set")),
        cases=cases, random_cases=random_cases,
        hints=("An update that arrives late must not undo a newer one: what must be known of each key?",
               "Keep, for each key, the newest timestamp with its op, also if that is a remove.",
               "A merge does for each key of the two states what on_op does for one update: the newer record stays. "
               "Make a new dict; do not change the one that you were given.",
               "Timestamps are pairs, and Python compares pairs: max((ts, op), state[key]) nearly does it."),
    ),
)
