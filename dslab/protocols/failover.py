"""Failover: an operator, a person or a program, replaces the leader of a database.

It asks the servers how far they are, which also forbids them to obey a leader of an earlier epoch, and promotes the
most up to date of a majority. So two leaders never lead one epoch, and what a leader and a follower of three have
stored is known to whoever leads later: two majorities share a server.

Source: the view change of Oki and Liskov, "Viewstamped replication" (1988), with one node that decides. Left out: who
notices that the leader has failed (`failure_detectors`), and that the operator may fail, too (`raft`).
"""

from dslab.node import Node, message


@message
class FailOver:
    """A request to the operator: replace the leader."""


@message
class HowFar:
    """Obey no leader of an earlier epoch any more, and tell how far you are."""

    epoch: int
    label, look = "how far? (epoch {epoch})", "ask"


@message
class Position:
    epoch: int          # of the question
    follows: int        # whose log it has: the epoch of that leader
    length: int
    label = "{length} of epoch {follows}"


@message
class Promote:
    epoch: int
    label = "lead epoch {epoch}"


@message
class Leading:
    epoch: int
    label, look = "leads", "yes"


class Operator(Node):
    """Replaces the leader when it is told to."""

    persistent = ("epoch",)
    shown = ("chosen",)
    patience = 100                      # ms until it asks again

    def init(self):
        self.epoch = 1                  # of the latest leader that it has looked for
        self.user = None                # who wants a new leader
        self.answers = {}               # server -> (whose log it has, how much of it)
        self.chosen = None              # the server to promote

    def on_fail_over(self, src, msg):
        self.epoch += 1
        self.user, self.answers, self.chosen = src, {}, None
        self.ask()

    def ask(self):
        if self.chosen is None:
            for server in self.neighbours:
                self.send(server, HowFar(self.epoch))
        else:
            self.send(self.chosen, Promote(self.epoch))
        self.set_timer("patience", self.patience)

    on_patience_timer = ask

    def on_position(self, src, msg):
        if msg.epoch < self.epoch or self.user is None or self.chosen is not None:
            return self.note("has chosen already, or looks for another leader")
        self.answers[src] = (msg.follows, msg.length)
        if self.enough():
            self.chosen = self.choose()
            self.ask()

    def enough(self):
        """A majority of all servers, so one of them has whatever the leader and a follower have stored."""
        return len(self.answers) > len(self.neighbours) / 2

    def choose(self):
        """The most up to date."""
        return max(self.answers, key=self.answers.get)

    def on_leading(self, src, msg):
        if msg.epoch == self.epoch and self.user is not None:
            self.reply(self.user, src)
            self.user = None
            self.cancel_timer("patience")
