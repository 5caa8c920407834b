"""The kit for unit tests: what one node does, event by event, and histories that are drawn."""

import pytest

from dslab import DslabError, Node, linearizable, message
from dslab.checkers.history import ANY, Operation
from dslab.checkers.specs import REGISTER
from dslab.protocols.raft import AppendEntries, Raft, RequestVote, Vote
from dslab.testing import fire, history, make, notes, outputs, receive, recover, replies, request, sent, start, timers


@message
class Ask:
    what: str


class Echo(Node):
    persistent = ("heard",)

    def init(self):
        self.heard, self.asleep = 0, True

    def on_start(self):
        self.asleep = False
        self.set_timer("nap", 10, 20)

    def on_ask(self, src, msg):
        self.heard += 1
        self.output("heard", msg.what)
        self.reply(src, msg.what)
        self.note("that was easy")
        self.cancel_timer("nap")

    def on_nap_timer(self):
        self.broadcast(Ask("wake up"))


def test_a_node_wins_an_election_by_hand():
    node = start(Raft, "A", peers="BC")
    assert timers(node)["election"] == (150, 300) and sent(node) == []
    fire(node, "election")
    assert sent(node) == [("B", RequestVote(1, 0, 0)), ("C", RequestVote(1, 0, 0))]
    receive(node, Vote(1, True), src="B")
    assert node.role == "leader" and outputs(node) == [("leader", 1)]
    assert [dst for dst, _ in sent(node, AppendEntries)] == ["B", "C"] and sent(node, Vote) == []


def test_each_event_forgets_what_the_last_one_asked_for():
    node = start(Echo, peers=["n1", "n10"])
    request(node, Ask("tea"), client="bob")
    assert (outputs(node), replies(node)) == ([("heard", "tea")], [("bob", "tea")])
    assert notes(node) == ["that was easy"] and timers(node) == {"nap": None}
    fire(node, "nap")
    assert sent(node) == [("n1", Ask("wake up")), ("n10", Ask("wake up"))] and outputs(node) == []


def test_a_node_recovers_with_what_was_on_its_disk():
    node = start(Echo, heard=3)
    again = recover(node)
    assert (again.heard, again.asleep) == (3, False) and again is not node and timers(again) == {"nap": (10, 20)}


@pytest.mark.parametrize(("mistake", "sentence"), [
    (lambda: make(Echo, herd=1), "Echo.init declares no attribute 'herd'. Did you mean 'heard'?"),
    (lambda: make(Ask), "a protocol is a subclass of Node, not Ask"),
    (lambda: receive(make(Echo), Vote(1, True), src="B"), "Echo has no handler on_vote(self, src, msg) for Vote"),
    (lambda: fire(make(Echo), "nip"), "Echo sets the timer 'nip' but has no on_nip_timer."),
])
def test_mistakes_are_sentences(mistake, sentence):
    with pytest.raises(DslabError) as told:
        mistake()
    assert str(told.value).startswith(sentence)


def test_a_drawing_is_a_history():
    drawn = history("""
        alice  |-- write 1 --|      |-- write 'a b' ...
        bob         |-- read -> 1 ------|
    """)
    alice, bob, never = drawn
    assert alice == Operation("alice", ("write", 1), 15, 29, ANY)
    assert bob == Operation("bob", ("read",), 20, 40, 1)
    assert never == Operation("alice", ("write", "a b"), 36)


@pytest.mark.parametrize(("drawing", "right"), [
    ("""
        alice  |-- write 1 --|
        bob                       |-- read -> 1 --|
     """, True),
    ("""
        alice  |-- write 1 --|
        bob                       |-- read -> None --|
     """, False),
    ("""
        alice  |-- write 1 ...
        bob                       |-- read -> None --|   |-- read -> 1 --|
     """, True),
])
def test_what_is_drawn_can_be_judged(drawing, right):
    assert bool(linearizable(history(drawing), spec=REGISTER)) == right


@pytest.mark.parametrize("drawing", [
    "alice write 1", "alice |-- write 1", "|-- write 1 --|", "alice |-- read --| then",
])
def test_what_is_no_drawing_is_told(drawing):
    with pytest.raises(DslabError, match="is no part of a history: expected a client's name and bars"):
        history(drawing)
