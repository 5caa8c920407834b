"""What follows from the reads of one object, a list or a register: edges, misreads and choices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from dslab.checkers.dependency_edges import Choice, Dependencies, Edge
from dslab.checkers.history import ANY
from dslab.checkers.transactions import value_in_words

Writers = dict[Any, list[int]]                  # value -> the transactions that wrote it
Accesses = dict[int, list[tuple[str, Any]]]     # transaction -> what it did with the object


class View(NamedTuple):
    """What one transaction saw and did of one object."""

    number: int                 # its place in the history
    read: Any                   # the value before its own writes; ANY: it did not read that
    written: tuple[Any, ...]    # what it wrote, in order
    last: Any = ANY             # the value that it read last


class Reads:
    """What follows from the reads of one object."""

    verb = ""                   # what a writer does

    def __init__(self, found: Dependencies, key: Hashable, written: Writers, initial: Any) -> None:
        self.found, self.key, self.written, self.initial = found, key, written, initial
        self.finals: dict[int, Any] = {}            # committed transaction -> what it wrote last

    def infer(self, accesses: Accesses) -> None:
        """Add the edges, misreads and choices."""
        views = [self.view(number, done) for number, done in accesses.items()]
        self.finals = {view.number: view.written[-1] for view in views if view.written}
        reads = [view for view in views if view.read is not ANY]
        for view in reads:
            self.check(view)
        self.order(views, reads)

    def view(self, number: int, done: list[tuple[str, Any]]) -> View:
        """What a transaction saw and did."""
        raise NotImplementedError

    def check(self, view: View) -> None:
        """Find what no order explains about a read."""
        raise NotImplementedError

    def order(self, views: list[View], reads: list[View]) -> None:
        """Add the edges."""
        raise NotImplementedError

    def is_written(self, view: View, element: Any) -> bool:
        """Whether it is known who wrote a value that was read; if it is not as it should be, that is found."""
        text, names = self.says(view), " and ".join(self.name(writer) for writer in self.written.get(element, ()))
        writers = self.written.get(element, [])
        if not writers:
            self.found.find("unwritten value", view.number, f"{text}, and nobody {self.verb} {element}")
        elif len(writers) > 1:
            each = "both" if len(writers) == 2 else "all"
            self.found.ambiguous = (f"{names} {each} {self.verb} {element} to {self.key}, so the read of"
                                    f" {self.name(view.number)} does not tell which it saw")
        elif writers == [view.number]:
            self.found.find("future read", view.number, f"{text}, and it {self.verb} {element} only later")
        elif self.found.history[writers[0]].outcome == "aborted":
            self.found.find("G1a", view.number, f"{text}, and {names}, which {self.verb} {element}, aborted")
        return len(writers) == 1

    def check_last(self, view: View, element: Any) -> None:
        """Find a read of what its writer wrote over."""
        final = self.finals.get(self.written[element][0], element)
        if final != element:
            self.found.find("G1b", view.number, f"{self.says(view)}, and {self.name(self.written[element][0])}"
                            f" {self.verb} {final} after {element}")

    def owner(self, value: Any) -> int | None:
        """The committed transaction that wrote a value."""
        return next((number for number in self.written.get(value, ()) if number in self.finals), None)

    def add(self, source: int | None, target: int | None, kind: str, before: Any, after: Any) -> None:
        """Add an edge between two transactions that committed."""
        if source is not None and target is not None and source != target:
            self.found.add(Edge(source, target, kind, self.key, before, after))

    def says(self, view: View) -> str:
        """What a transaction read, in words."""
        return f"reads {self.key} as {value_in_words(view.read)}"

    def name(self, number: int) -> str:
        """The name of a transaction."""
        return self.found.history[number].name


class ListReads(Reads):
    """A list: a read of it shows all versions before, in order."""

    verb = "appended"

    def view(self, number: int, done: list[tuple[str, Any]]) -> View:
        """What a transaction read before its own appends."""
        seen: Any = ANY
        last: Any = ANY
        own: tuple[Any, ...] = ()
        for name, value in done:
            if name == "append":
                own = (*own, value)
            elif value is not ANY:
                last = value or ()
                before = last[:max(len(last) - len(own), 0)] if seen is ANY else seen
                if last != (*before, *own):
                    known = value_in_words(own if seen is ANY else (*seen, *own))
                    self.found.find("internal", number, f"reads {self.key} as {value_in_words(last)}, where its own"
                                    f" accesses leave {known}")
                    return View(number, ANY, own)
                seen = before
        return View(number, seen, own, last)

    def check(self, view: View) -> None:
        """Each element was appended, once, by a transaction that committed, and the last is the last of its writer."""
        if len(set(view.read)) < len(view.read):
            self.found.find("duplicate element", view.number, f"{self.says(view)}: an element is in it twice")
        for place, element in enumerate(view.read, 1):
            if not self.is_written(view, element):
                continue
            if self.found.history[self.written[element][0]].outcome == "aborted" and place < len(view.read):
                self.found.find("dirty update", view.number, f"{self.says(view)}: {view.read[place]} was appended to"
                                f" the {element} of {self.name(self.written[element][0])}, which aborted")
            if place == len(view.read):
                self.check_last(view, element)

    def order(self, views: list[View], reads: list[View]) -> None:
        """The longest list that was read is the order of its elements; the appends that nobody read come after it."""
        versions: tuple[Any, ...] = max((view.last for view in reads), key=len, default=())
        for view in reads:
            if view.last != versions[:len(view.last)]:
                self.found.find("incompatible order", view.number, f"reads {self.key} as {value_in_words(view.last)},"
                                f" and another one {value_in_words(versions)}: neither begins with the other")
        owners: list[int | None] = [self.owner(value) for value in versions]
        for (before, first), (after, second) in pairwise(zip(versions, owners, strict=True)):
            self.add(first, second, "ww", before, after)
        known = set(versions)
        unread = [view for view in views if view.written and view.written[-1] not in known]
        for view in unread if versions else ():
            self.add(owners[-1], view.number, "ww", versions[-1], view.written[-1])
        for view in reads:
            self.add_read(view, versions, owners, unread)

    def add_read(self, view: View, versions: Sequence[Any], owners: Sequence[int | None], unread: list[View]) -> None:
        """A read depends on the writer of what it saw; the writer of what comes next depends on the read."""
        if view.read:
            self.add(self.owner(view.read[-1]), view.number, "wr", view.read[-1], view.read)
        for place in range(len(view.read), len(versions)):
            if owners[place] not in (None, view.number):
                return self.add(view.number, owners[place], "rw", view.read, versions[place])
        for other in unread:
            self.add(view.number, other.number, "rw", view.read, other.written[-1])


class RegisterReads(Reads):
    """A register: a read shows one version, and who reads before it writes says which version it replaces."""

    verb = "wrote"

    def view(self, number: int, done: list[tuple[str, Any]]) -> View:
        """What a transaction read before its own writes."""
        seen: Any = ANY
        current: Any = ANY
        own: tuple[Any, ...] = ()
        for name, value in done:
            if name == "write":
                current, own = value, (*own, value)
            elif value is not ANY:
                if current is not ANY and value != current:
                    self.found.find("internal", number, f"reads {self.key} as {value_in_words(value)}, where its own"
                                    f" accesses leave {value_in_words(current)}")
                    return View(number, ANY, own)
                seen = value if not own else seen
                current = value
        return View(number, seen, own, current)

    def check(self, view: View) -> None:
        """The value was there at the beginning, or is the last that a transaction wrote which committed."""
        written = self.written.get(view.read, [])
        if view.read == self.initial:
            if written:
                self.found.ambiguous = (f"{self.name(written[0])} wrote {value_in_words(view.read)} to {self.key}, and"
                                        f" it was there before, so the read of {self.name(view.number)} does not tell"
                                        " which it saw")
        elif self.is_written(view, view.read):
            self.check_last(view, view.read)

    def order(self, views: list[View], reads: list[View]) -> None:
        """Each read depends on a writer. Others wrote before that one, or after the read: an edge or a choice."""
        replacing = defaultdict(list)               # value -> who read it and wrote over it
        for view in reads:
            if view.written:
                replacing[view.read].append(view)
        chained = all(view.read is not ANY for view in views if view.written)
        others = [view for view in views if view.written]
        for view in reads:
            writer = self.owner(view.read)
            self.add(writer, view.number, "wr", view.read, view.read)
            for other in replacing[view.read]:
                self.add(writer, other.number, "ww", view.read, other.written[-1])
                self.add(view.number, other.number, "rw", view.read, other.written[-1])
            for other in others if writer is None or not chained else ():
                self.add_choice(view, writer, other)

    def add_choice(self, view: View, writer: int | None, other: View) -> None:
        """Another writer than that of a read: before the writer, or after the read."""
        if other.number in (writer, view.number):
            return
        later = Edge(view.number, other.number, "rw", self.key, view.read, other.written[-1])
        if writer is None:                          # nobody wrote before the initial value
            return self.found.add(later)
        earlier = Edge(other.number, writer, "ww", self.key, other.written[-1], view.read)
        self.found.choices.append(Choice(earlier, later))
