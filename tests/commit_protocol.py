"""Two-phase commit as nodes, for tests of the explorer."""

from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes


@message
class Prepared:
    pass


@message
class Decision:
    commit: bool


class Coordinator(Node):
    """Decides for commit once all are prepared, and may decide for abort before."""

    def init(self):
        self.prepared, self.decision = set(), None

    def on_start(self):
        self.set_timer("patience", 100)

    def on_prepared(self, src, msg):
        self.prepared.add(src)
        if len(self.prepared) == len(self.neighbours):
            self.decide(True)

    def on_patience_timer(self):
        self.decide(False)

    def decide(self, commit):
        if self.decision is None:
            self.decision = commit
            self.cancel_timer("patience")
            for participant in self.neighbours:
                self.send(participant, Decision(commit))


class Participant(Node):
    """Prepares, or aborts of its own accord, whichever timer goes off first."""

    persistent = ("state",)

    def init(self):
        self.state = "working"

    def on_start(self):
        if self.state == "working":
            self.set_timer("prepare", 10)
            self.set_timer("abort", 20)

    def on_prepare_timer(self):
        self.state = "prepared"
        self.cancel_timer("abort")
        self.send("TM", Prepared())

    def on_abort_timer(self):
        self.end("aborted")
        self.cancel_timer("prepare")

    def on_decision(self, src, msg):
        if self.state in ("working", "prepared"):
            self.end("committed" if msg.commit else "aborted")
            self.cancel_timer("prepare")
            self.cancel_timer("abort")

    def end(self, state):
        self.state = state
        self.output(state)


class Hasty(Coordinator):
    """What if it commits as soon as one is prepared?"""

    def on_prepared(self, src, msg):
        self.decide(True)


def cluster(participants=3, coordinator=Coordinator):
    return {"TM": coordinator} | dict.fromkeys(("P", "Q", "R", "S", "T")[:participants], Participant)


@always
def nobody_commits_what_another_aborts(world):
    if world.outputs("committed") and world.outputs("aborted"):
        return f"{world.outputs('committed')[0].node} commits, {world.outputs('aborted')[0].node} aborts"


@sometimes
def all_commit(world):
    return all(one.state == "committed" for one in world.having("state").values())


@in_the_end
def all_have_decided(world):
    waiting = [
        name for name, one in world.having("state").items() if name in world.up and one.state == "prepared"
    ]
    return f"{waiting[0]} waits for ever" if waiting else ""
