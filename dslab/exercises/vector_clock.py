"""Exercise 4.2: a vector clock, and what its vectors say about two events [Fidge 1988, Mattern 1989]."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from dslab.exercises.lamport_clock import in_line, traffic
from dslab.grader.demands import Demand
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.runs import asks, calm
from dslab.node import Node, message
from dslab.properties import always
from dslab.protocols.logical_clocks import (
    EXAMPLE,
    FIGURE_1,
    Event,
    Local,
    Send,
    Stamped,
    drawing,
    events,
    happened_before,
)
from dslab.run import Run

# ---- what the learner starts from ------------------------------------------------------------------------------------


@message
class Compare:
    """A request: say how two vectors are related; each is a tuple of (node, count)."""

    u: tuple
    v: tuple


class Vector(Node):
    """A node whose events are stamped with vectors: dicts from node to count, in which a missing entry means 0."""

    shown = ("vector",)

    def init(self):
        self.vector = {}                    # node -> how many of its events can have had influence here

    def tick(self):
        """An event happens on this node (a local one, or a send): changes self.vector."""

    def receiving(self, stamp):
        """A message has arrived; its send event has the vector `stamp`, a dict: changes self.vector."""

    def compare(self, u, v):
        """How two vectors are related: "<" (u happened before v), ">", "=" or "||" (concurrent)."""

    def on_local(self, src, msg):
        self.tick()
        self.stamp(msg.event)

    def on_send(self, src, msg):
        self.tick()
        self.stamp(msg.event)
        for dst, receipt in msg.to:
            self.send(dst, Stamped(frozen(self.vector), msg.event, receipt))

    def on_stamped(self, src, msg):
        self.on_compare(src, Compare(msg.stamp, frozen(self.vector)))
        self.receiving(dict(msg.stamp))
        self.stamp(msg.receipt, msg.sent)

    def on_compare(self, src, msg):
        self.output("compare", msg.u, msg.v, self.compare(dict(msg.u), dict(msg.v)))

    def stamp(self, event, *cause):
        self.output("event", event, frozen(self.vector), *cause)


def frozen(vector: Any) -> Any:
    """A vector as a message can carry it: (node, count) by name. Anything that is not a vector stays as it is."""
    if not isinstance(vector, dict) or not all(type(count) is int for count in vector.values()):
        return repr(vector)
    return tuple(sorted((node, count) for node, count in vector.items() if count))


# ---- answers ---------------------------------------------------------------------------------------------------------

SIGN = {(True, True): "=", (True, False): "<", (False, True): ">", (False, False): "||"}    # u <= v, v <= u


class Reference(Vector):
    def tick(self):
        self.vector[self.id] = self.vector.get(self.id, 0) + 1

    def receiving(self, stamp):
        for node, count in stamp.items():
            self.vector[node] = max(self.vector.get(node, 0), count)
        self.tick()

    def compare(self, u, v):
        less = all(count <= v.get(node, 0) for node, count in u.items())
        more = all(count <= u.get(node, 0) for node, count in v.items())
        return {(True, True): "=", (True, False): "<", (False, True): ">", (False, False): "||"}[less, more]


class CountsFirst(Reference):
    """Right: the receipt is counted before the maximum is taken; no message counts more of a node's events than the
    node itself."""

    def receiving(self, stamp):
        self.tick()
        for node, count in stamp.items():
            self.vector[node] = max(self.vector.get(node, 0), count)


class NewDictEachTime(Vector):
    """Right: all entries are there from the beginning, and the dict is made anew."""

    def init(self):
        self.vector = dict.fromkeys((self.id, *self.peers), 0)

    def tick(self):
        self.vector = {node: count + (node == self.id) for node, count in self.vector.items()}

    def receiving(self, stamp):
        self.vector = {node: max(count, stamp.get(node, 0)) + (node == self.id) for node, count in self.vector.items()}

    def compare(self, u, v):
        nodes = {*u, *v}
        signs = {(u.get(node, 0) > v.get(node, 0)) - (u.get(node, 0) < v.get(node, 0)) for node in nodes} - {0}
        return "=" if not signs else "||" if len(signs) == 2 else "<" if -1 in signs else ">"


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class Lexicographic(Reference):
    """Compares vectors lexicographically: by the first entry that differs."""

    def compare(self, u, v):
        nodes = sorted({*u, *v})
        first, second = ([vector.get(node, 0) for node in nodes] for vector in (u, v))
        return SIGN[first <= second, second <= first]


class CountsForAll(Reference):
    """An event increments all entries."""

    def tick(self):
        for node in (self.id, *self.peers):
            self.vector[node] = self.vector.get(node, 0) + 1


class UncountedReceipt(Reference):
    """A receipt takes the maximum, and is not counted itself."""

    def receiving(self, stamp):
        for node, count in stamp.items():
            self.vector[node] = max(self.vector.get(node, 0), count)


class Sums(Reference):
    """Entries are added where the maximum should be taken."""

    def receiving(self, stamp):
        for node, count in stamp.items():
            self.vector[node] = self.vector.get(node, 0) + count
        self.tick()


class ComparesSums(Reference):
    """The vector with the greater sum counts as later."""

    def compare(self, u, v):
        first, second = sum(u.values()), sum(v.values())
        return SIGN[first <= second, second <= first]


class EqualIsConcurrent(Reference):
    """Two equal vectors are called concurrent."""

    def compare(self, u, v):
        return super().compare(u, v).replace("=", "||")


class OneForTheSender(Reference):
    """The receiver counts one more for the sender, as in Fidge's first paper of 1988."""

    def receiving(self, stamp):
        super().receiving(stamp)
        sender = max((node for node in stamp if node != self.id), key=lambda node: stamp[node], default=self.id)
        self.vector[sender] += sender != self.id


class Overwrites(Reference):
    """The message's vector replaces one's own."""

    def receiving(self, stamp):
        self.vector = {**stamp, self.id: self.vector.get(self.id, 0)}
        self.tick()


class OnlyCommonEntries(Reference):
    """Only entries that both vectors have are compared."""

    def compare(self, u, v):
        common = u.keys() & v.keys()
        return SIGN[all(u[node] <= v[node] for node in common), all(v[node] <= u[node] for node in common)]


# ---- what is judged --------------------------------------------------------------------------------------------------

def says(vector: Any) -> str:
    """⟨A:2 B:1⟩"""
    return f"⟨{' '.join(f'{node}:{count}' for node, count in vector)}⟩" if isinstance(vector, tuple) else str(vector)


def vectored(world: Any) -> dict[str, Event]:
    """The events whose stamp is a vector, by name."""
    return {event.name: event for event in events(world) if isinstance(event.stamp, tuple)}


def is_within(u: tuple, v: tuple) -> bool:
    """Is no entry of u greater than that of v? A missing one is 0."""
    return all(count <= dict(v).get(node, 0) for node, count in u)


@always
def every_event_has_a_vector_of_whole_numbers(world):
    for event in events(world):
        if not isinstance(event.stamp, tuple):
            return f"at {event.name} on {event.node} the vector is {event.stamp}: expected a dict of whole numbers"


@always
def the_own_entry_counts_the_events_of_the_node(world):
    count = dict.fromkeys(world.nodes, 0)
    for event in vectored(world).values():
        count[event.node] += 1
        own = dict(event.stamp).get(event.node, 0)
        if own != count[event.node]:
            kind = f"the receipt of what {event.cause} sent" if event.cause else "an event"
            return (f"{event.name}, {kind}, is event {count[event.node]} on {event.node}, but its vector"
                    f" {says(event.stamp)} counts {own}")


@always
def other_entries_are_the_greatest_that_a_message_has_brought(world):
    told = vectored(world)
    for event, before in in_line(told.values()):
        known, brought, mine = (dict(one.stamp) if one else {} for one in (before, told.get(event.cause), event))
        for node in sorted({*known, *brought, *mine} - {event.node}):
            due = max(known.get(node, 0), brought.get(node, 0))
            if mine.get(node, 0) != due:
                lot = "more" if mine.get(node, 0) > due else "fewer"
                source = f"the message brought {brought.get(node, 0)}" if event.cause else "no message has come"
                return (f"{event.name} on {event.node} counts {mine.get(node, 0)} events of {node}, {lot} than it can:"
                        f" {known.get(node, 0)} were known, {source}")


@always
def vectors_are_compared_entry_by_entry(world):
    for output in world.outputs("compare"):
        u, v, told = output.values
        due = SIGN[is_within(u, v), is_within(v, u)]
        if told != due:
            return f"compare({says(u)}, {says(v)}) is {told!r} on {output.node}, expected {due!r}"


@always
def smaller_vectors_are_those_of_what_happened_before(world):
    told = list(vectored(world).values())
    past = happened_before(told)
    for first, second in product(told, repeat=2):
        smaller = first.stamp != second.stamp and is_within(first.stamp, second.stamp)
        if smaller != (first.name in past[second.name]):
            before = "did not happen before" if smaller else "happened before"
            return (f"{first.name} {before} {second.name}, but {says(first.stamp)} and {says(second.stamp)} say"
                    " otherwise")


DEMANDS = (
    Demand(every_event_has_a_vector_of_whole_numbers, "A vector maps each node to a number of its events.", hint=0),
    Demand(the_own_entry_counts_the_events_of_the_node,
           "A node increments its own entry at each of its events; a receipt is one of them.", hint=1),
    Demand(other_entries_are_the_greatest_that_a_message_has_brought,
           "A receiver takes the maximum in each entry; nothing else ever changes the entry of another node.", hint=2),
    Demand(vectors_are_compared_entry_by_entry,
           "u < v if no entry of u is greater and the two differ; a missing entry is 0; if neither is less: "
           "concurrent.",
           hint=3),
    Demand(smaller_vectors_are_those_of_what_happened_before,
           "Vectors are ordered exactly as the events are [Mattern 1989, theorem 10].", hint=2),
)


# ---- the runs --------------------------------------------------------------------------------------------------------

def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    for rows, messages in (EXAMPLE, FIGURE_1):
        yield drawing(protocol, dict(zip(names, rows.values(), strict=True)), messages)
    a, b, c = sorted(names)
    pairs = [({a: 1}, {a: 2}), ({a: 2, b: 1}, {a: 1, b: 2}), ({a: 1}, {b: 1}), ({a: 2, b: 2}, {a: 2, b: 2}),
             ({a: 1, c: 3}, {a: 1, b: 1, c: 3}), ({b: 2}, {}), ({a: 1, b: 9}, {a: 2, b: 9}), ({}, {})]
    yield calm(protocol, names, *(asks(10 * place, a, Compare(frozen(u), frozen(v)))
                                  for place, (u, v) in enumerate(pairs, 1)))


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    a, b, c = names
    yield Search(Run(protocol, names, script=[
        *asks(0, a, Send("p", ((b, "q"), (c, "r")))), *asks(0, b, Send("s", ((c, "t"),))), *asks(0, c, Local("u"))]))


EXERCISES = (MakeItRight(
    number="4.2", title="Vector clock",
    task="Write how events are counted (tick, receiving), and how two vectors are compared; missing entries are 0.",
    base=Vector, asks=("tick", "receiving", "compare"), lines=8,
    reference=Reference, right=(CountsFirst, NewDictEachTime),
    wrong=((Lexicographic, "expected '||'"), (CountsForAll, "more than it can"),
           (UncountedReceipt, "the receipt of what"), (Sums, "counts 3"), (ComparesSums, "expected '||'"),
           (EqualIsConcurrent, "expected '='"), (OneForTheSender, "more than it can"),
           (Overwrites, "fewer than it can"), (OnlyCommonEntries, "expected")),
    demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=traffic, faults=("delay", "pause"),
    hints=(
        "self.vector is a dict; self.vector.get(node, 0) reads an entry that may be missing.",
        "At each event, including a receipt, a node adds one to its own entry, self.vector[self.id], and to no other.",
        "A receiver takes, for each node in the message's vector, the greater of the two counts, and then adds one to "
        "its own.",
        "u is less or equal if each of its entries is at most that of v. Ask this in both directions: that gives four "
        "answers.",
    ),
),)
