"""Wrong variants of the leader database, each with the run that shows it. Every class asks "What if ...?"."""

from dslab.protocols.failover import Operator, Position
from dslab.protocols.leader_database import OVERLAPPING, Server, behind, database, fail_over
from dslab.script import at, cut, delay, drop, duplicate


class PlainOrder(Operator):
    """What if the first by name is promoted?"""

    def choose(self):
        return min(self.answers)


class Hasty(Operator):
    """What if the first that answers is promoted?"""

    def enough(self):
        return True


class ObeysAll(Server):
    """What if a server that has told how far it is goes on to obey the leader of before?"""

    def on_how_far(self, src, msg):
        self.send(src, Position(msg.epoch, self.follows, len(self.log)))


class AppendsAll(Server):
    """What if a follower appends whatever arrives, though it may arrive twice?"""

    def new(self, msg):
        return msg.entries


def unnoticed(server=Server):
    """The operator cannot reach A and replaces it by B, while A commits T1, which reaches C."""
    return database(at(0, cut("operator", "A")), at(0, drop("A->B#2")), at(0, delay("operator->B#2", by=30)),
                    *OVERLAPPING, fail_over(40), server=server, duration=300,
                    title="A is replaced, and goes on")


def twice(server=Server):
    """A message to B is duplicated."""
    return database(at(0, duplicate("A->B#1", after=5)), *OVERLAPPING, server=server, duration=300,
                    title="A message arrives twice")


VARIANTS = {
    "the first by name": behind(PlainOrder, leader="B", title="The first by name is promoted"),
    "the first to answer": behind(Hasty, leader="B", title="The first to answer is promoted"),
    "the leader of before is obeyed": unnoticed(ObeysAll),
    "what arrives twice is appended twice": twice(AppendsAll),
}
