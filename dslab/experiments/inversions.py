"""How often do two reads that follow each other see a write, and then not? Over random orders of delivery.

One client writes and two read, one after the other, on n replicas by majorities. The write and the first read begin
together; the next message to arrive is any of those in flight, each as likely as the others; the second read begins
when the first has returned. Exponential latencies, the same on all links, give the same orders.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

PUBLISHED = 916, 200_000        # inversions without write-back, and runs, for three replicas

Message = tuple[str, int, int, int]     # kind, replica, number of the operation (0: the write), version


class RandomOrder:
    """One run: what two reads, one after the other, return while a write is under way. Version 1 is written over 0.

    Args:
        n: the number of replicas.
        write_back: whether a read has a majority store what it returns, before it returns.
        draw: a random number from 0 to 1, by which the next message to arrive is chosen.
    """

    def __init__(self, n: int, write_back: bool, draw: Callable[[], float]) -> None:
        self.n, self.write_back, self.draw = n, write_back, draw
        self.versions = [0] * n
        self.returned: list[int] = []           # what the reads have returned
        self.in_flight: list[Message] = []
        self.ask("set", 0, 1)
        self.begin_read()

    def ask(self, kind: str, operation: int, version: int = 0) -> None:
        """A client sends a message to all replicas."""
        self.in_flight += [(kind, replica, operation, version) for replica in range(self.n)]

    def begin_read(self) -> None:
        """The next read asks all replicas."""
        self.answers: list[int] = []
        self.stored = 0
        self.ask("get", len(self.returned) + 1)

    def reads(self) -> list[int]:
        """The versions that the two reads return."""
        while len(self.returned) < 2:
            kind, replica, operation, version = self.in_flight.pop(int(self.draw() * len(self.in_flight)))
            if kind == "set":
                self.versions[replica] = max(self.versions[replica], version)
                self.in_flight.append(("stored", replica, operation, version))
            elif kind == "get":
                self.in_flight.append(("found", replica, operation, self.versions[replica]))
            elif operation == len(self.returned) + 1:
                self.answer(kind, version)
        return self.returned

    def answer(self, kind: str, version: int) -> None:
        """The present read hears from a replica."""
        most = self.n // 2 + 1
        if kind == "found":
            self.answers.append(version)
            if len(self.answers) == most:
                if self.write_back:
                    self.ask("set", len(self.returned) + 1, max(self.answers))
                else:
                    self.end(max(self.answers))
        else:
            self.stored += 1
            if self.stored == most:
                self.end(version)

    def end(self, version: int) -> None:
        """The present read returns, and the next one begins."""
        self.returned.append(version)
        self.begin_read()


def inversions(runs: int, *, n: int = 3, write_back: bool = False, seed: int = 0) -> int:
    """In how many of so many runs the first read returns the new value, and the second the old one."""
    draw = Random(seed).random
    return sum(RandomOrder(n, write_back, draw).reads() == [1, 0] for _ in range(runs))
