"""Exercise 3.2: which events happened before which, from lifelines and messages alone."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from random import Random

from dslab.grader.exercise import Case, Compute
from dslab.protocols.logical_clocks import EXAMPLE, FIGURE_1, VectorClock, compare, drawing, events
from dslab.protocols.physical_timestamps import RIDDLE, RIDDLE_EARLIER, WallClock
from dslab.simulator.simulate import simulate

Rows = dict[str, list[tuple[str, int]]]         # node -> its events in order: (name, ms in true time)
Messages = list[tuple[str, str]]                # (the event that sends it, the event that receives it)


# ---- what the learner starts from ------------------------------------------------------------------------------------

class Relation:
    """Lamport's relation "happened before"."""

    def before(self, rows, messages):
        """All pairs (a, b) of names such that a happened before b, as a set.

        rows: {node: [(event, time), ...]}, the events of each node in order; time is true time in ms.
        messages: [(sending event, receiving event), ...]; the same pair may occur twice.
        Raises ValueError if an event would happen before itself: a message was received before it was sent.
        """

    def concurrent(self, a, b, before):
        """Are two different events concurrent? `before` is what the other method returned."""


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Relation):
    """Direct edges first, then everything that a chain of them reaches."""

    def before(self, rows, messages):
        found = set(messages)
        for row in rows.values():
            names = [name for name, _ in row]
            found |= set(zip(names, names[1:], strict=False))
        while longer := {(a, d) for a, b in found for c, d in found if b == c} - found:
            found |= longer
        if any(a == b for a, b in found):
            raise ValueError("received before it was sent")
        return found

    def concurrent(self, a, b, before):
        return (a, b) not in before and (b, a) not in before


class Walk(Relation):
    """From each event along the edges, depth first."""

    def before(self, rows, messages):
        after = {name: set() for row in rows.values() for name, _ in row}
        for row in rows.values():
            for (one, _), (next_, _) in zip(row, row[1:], strict=False):
                after[one].add(next_)
        for sent, received in messages:
            after[sent].add(received)
        pairs = {(name, reached) for name in after for reached in self.reached(name, after, set())}
        if any(one == other for one, other in pairs):
            raise ValueError("a circle")
        return pairs

    def reached(self, name, after, seen):
        for next_ in after[name] - seen:
            seen.add(next_)
            self.reached(next_, after, seen)
        return seen

    def concurrent(self, a, b, before):
        return not {(a, b), (b, a)} & set(before)


class ByVectors(Relation):
    """With a set of causes for each event, which is what a vector clock counts."""

    def before(self, rows, messages):
        causes = {name: set() for row in rows.values() for name, _ in row}
        for _ in causes:                            # after so many rounds the news has travelled every chain
            for row in rows.values():
                for place, (name, _) in enumerate(row):
                    sources = [row[place - 1][0]] * (place > 0) + [sent for sent, got in messages if got == name]
                    for source in sources:
                        causes[name] |= causes[source] | {source}
        if any(name in before for name, before in causes.items()):
            raise ValueError("an event among its own causes")
        return {(cause, name) for name, before in causes.items() for cause in before}

    def concurrent(self, a, b, before):
        return all(pair not in before for pair in ((a, b), (b, a)))


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class DirectOnly(Reference):
    """No transitivity."""

    def before(self, rows, messages):
        lines = [list(zip([name for name, _ in row], [name for name, _ in row[1:]], strict=False))
                 for row in rows.values()]
        return set(messages).union(*lines)


class MessagesOnly(Reference):
    """Forgets that the events of one node are in order."""

    def before(self, rows, messages):
        return set(messages)


class ByTheClock(Reference):
    """Sorts by time."""

    def before(self, rows, messages):
        told = [event for row in rows.values() for event in row]
        return {(a, b) for a, s in told for b, t in told if s < t}


class Reflexive(Reference):
    """An event happened before itself."""

    def before(self, rows, messages):
        names = {name for row in rows.values() for name, _ in row}
        return super().before(rows, messages) | {(name, name) for name in names}


class NeverRejects(Reference):
    """Accepts a message that was received before it was sent."""

    def before(self, rows, messages):
        try:
            return super().before(rows, messages)
        except ValueError:
            return set()


class OneWay(Reference):
    """Concurrent is what did not happen before, in one direction."""

    def concurrent(self, a, b, before):
        return (a, b) not in before


class TheSame(Reference):
    """Takes "concurrent" for "the same"."""

    def concurrent(self, a, b, before):
        return a == b


# ---- cases -----------------------------------------------------------------------------------------------------------

STRICT = "Happened before [Lamport 1978]: the order on each node, from sending to receipt, and all chains of these."
IRREFLEXIVE = "The relation is strict: no event happened before itself."
EITHER = "Two events are concurrent if neither happened before the other."


def placed(rows: dict[str, str]) -> Rows:
    """The events of a drawing with their times."""
    return {node: [(name, 10 * column) for column, name in enumerate(row.split(), 1) if name != "."]
            for node, row in rows.items()}


def ends(messages: str) -> Messages:
    """The messages of a drawing."""
    return [(sent, received) for sent, received in (arrow.split(">") for arrow in messages.split())]


def truth(rows: dict[str, str], messages: str) -> set[tuple[str, str]]:
    """What vector clocks say: the oracle."""
    told = events(simulate(drawing(VectorClock, rows, messages)))
    return {(one.name, other.name) for one in told for other in told if compare(one.stamp, other.stamp) == "<"}


def cases_of(rows: dict[str, str], messages: str, title: str) -> Iterator[Case]:
    """The relation of a drawing, and its concurrent pairs."""
    where, sent, run = placed(rows), ends(messages), drawing(WallClock, rows, messages, title=title)

    def relation(attempt):
        return difference(attempt().before(where, sent), truth(rows, messages))

    def concurrency(attempt):
        expected = truth(rows, messages)
        names = [name for row in where.values() for name, _ in row]
        for a, b in combinations(sorted(names), 2):
            for one, other in ((a, b), (b, a)):
                wanted = (a, b) not in expected and (b, a) not in expected
                found = attempt().concurrent(one, other, set(expected))
                if found != wanted or type(found) is not bool:
                    return f"concurrent({one!r}, {other!r}, ...) is {wanted}, not {found!r}"
        return None

    yield Case(f"before({where}, {sent})", relation, STRICT, hint=0, run=run)
    yield Case(f"concurrent(...) for {where}, {sent}", concurrency, EITHER, hint=3, run=run)


def difference(found, expected) -> str | None:
    """What is too much or missing, in one sentence."""
    if not isinstance(found, (set, frozenset)):
        return f"expected a set of pairs, not {type(found).__name__}"
    itself = sorted(str(pair) for pair in found if isinstance(pair, tuple) and len(set(pair)) == 1)
    if itself:
        return f"{itself[0]} says that an event happened before itself"
    for pair in sorted(expected - found):
        return f"the pair {pair} is missing: there is a chain from {pair[0]} to {pair[1]}"
    for pair in sorted(found - expected, key=str):
        return f"the pair {pair} is wrong: no chain leads from the first to the second, whatever the times say"
    return None


def circle() -> Case:
    """Received before it was sent."""
    rows, sent = {"A": [("a", 10), ("b", 20)], "B": [("c", 10), ("d", 20)]}, [("b", "c"), ("d", "a")]

    def judge(attempt):
        try:
            found = attempt().before(rows, sent)
        except ValueError:
            return None
        return f"a is received before it is sent (a, b, c, d form a cycle): expected a ValueError, not {found!r}"

    return Case(f"before({rows}, {sent})", judge, "Nothing is received before it is sent.", hint=2)


def cases() -> Iterator[Case]:
    """From one node to Lamport's figure."""
    yield from cases_of({"A": "a b"}, "", "One node")
    yield from cases_of({"A": "a", "B": "b"}, "", "No message")
    yield from cases_of({"A": "a .", "B": ". b"}, "a>b", "One message")
    yield from cases_of({"A": "a . .", "B": ". b c"}, "a>b", "One message, and one more event")
    yield from cases_of(*RIDDLE, "Three nodes")
    yield from cases_of(*RIDDLE_EARLIER, "Three nodes, e earlier")
    yield from cases_of(EXAMPLE[0], f"{EXAMPLE[1]}", "Seven events")
    yield circle()
    yield from cases_of(*FIGURE_1, "Lamport's figure 1")


def random_cases(chance: Random) -> Iterable[Case]:
    """A random diagram: some events send, some receive."""
    nodes = "ABC"[:chance.randrange(2, 4)]
    columns, letters = chance.randrange(2, 6), iter("abcdefghijklmnopq")
    names = {(node, column): next(letters) for column in range(columns) for node in nodes if chance.random() < 0.8}
    sending, received = {}, set()
    for (node, column), name in names.items():
        later = [other for (dst, when), other in names.items()
                 if dst != node and when > column and other not in received and other not in sending]
        if later and name not in received and chance.random() < 0.6:
            sending[name] = chance.choice(later)
            received.add(sending[name])
    rows = {node: " ".join(names.get((node, column), ".") for column in range(columns)) for node in nodes}
    return cases_of(rows, " ".join(f"{one}>{other}" for one, other in sending.items()), "At random")


EXERCISES = (
    Compute(
        number="3.2", title="Happened before", base=Relation, asks=("before", "concurrent"), lines=12,
        task="Find all pairs of events in which the first happened before the second, and say which events are "
             "concurrent. Times are given, but prove nothing.",
        reference=Reference, right=(Walk, ByVectors), cases=cases, random_cases=random_cases,
        wrong=((DirectOnly, "is missing: there is a chain"), (MessagesOnly, "('a', 'b') is missing"),
               (ByTheClock, "is wrong: no chain"), (Reflexive, "before itself"), (NeverRejects, "expected a "
                                                                                                "ValueError"),
               (OneWay, "concurrent('b', 'a', ...) is False, not True"), (TheSame, "is True, not False")),
        hints=("Start with what is certain: neighbours on one node, and the two ends of each message.",
               "If a happened before b, and b before c, then a happened before c: add such pairs until there are no "
               "new ones.",
               "A pair (a, a) at the end means that there is a cycle: raise ValueError.",
               "Concurrent means neither (a, b) nor (b, a). It is not about equal times.")),
)
