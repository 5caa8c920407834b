"""The session guarantees of Terry et al. (1994): four stories, each of which breaks one of them."""

import random

import pytest

from dslab import DslabError, Node, Run, at, explore, judge, message, request, simulate
from dslab.checkers.causal_consistency import causal
from dslab.checkers.session_guarantees import (
    MONOTONIC_READS,
    MONOTONIC_WRITES,
    READ_YOUR_WRITES,
    SESSION_GUARANTEES,
    WRITES_FOLLOW_READS,
    by_session,
)
from dslab.protocols.client import Get, Put


@message
class Copy:
    """Between replicas: a write."""

    key: str
    value: int


class Lazy(Node):
    """A replica that answers at once and passes writes on."""

    def init(self):
        self.store = {}

    def on_put(self, src, msg):
        self.store[msg.key] = msg.value
        self.broadcast(Copy(msg.key, msg.value))
        self.reply(src)

    def on_copy(self, src, msg):
        self.store[msg.key] = msg.value

    def on_get(self, src, msg):
        self.reply(src, self.store.get(msg.key))


def told(*asked):
    """The trace of requests (client, replica, message), 1 ms apart; replicas do not hear of each other in time."""
    script = [at(n, request(replica, msg, client=client)) for n, (client, replica, msg) in enumerate(asked, 1)]
    return simulate(Run(Lazy, 3, script=script, duration=len(asked) + 1))


STORIES = {
    READ_YOUR_WRITES: (told(("alice", "A", Put("x", 1)), ("alice", "B", Get("x"))),
                       "alice's get 'x' -> None does not show put 'x' 1 of alice, which it wrote before"),
    MONOTONIC_READS: (told(("alice", "A", Put("x", 1)), ("bob", "A", Get("x")), ("bob", "B", Get("x"))),
                      "bob's get 'x' -> None does not show put 'x' 1 of alice, which it had read before"),
    MONOTONIC_WRITES: (told(("alice", "A", Put("x", 1)), ("alice", "B", Put("y", 2)), ("bob", "B", Get("y")),
                            ("bob", "B", Get("x"))),
                       "bob's get 'x' -> None does not show put 'x' 1 of alice, which came before put 'y' 2, and that"
                       " it had read"),
    WRITES_FOLLOW_READS: (told(("alice", "A", Put("x", 1)), ("bob", "A", Get("x")), ("bob", "B", Put("y", 2)),
                               ("carol", "B", Get("y")), ("carol", "B", Get("x"))),
                          "carol's get 'x' -> None does not show put 'x' 1 of alice, which bob had read before"
                          " put 'y' 2, and that it had read"),
}


@pytest.mark.parametrize("broken", STORIES, ids=lambda promise: promise.name)
def test_each_story_breaks_one_guarantee_and_keeps_the_others(broken):
    trace, sentence = STORIES[broken]
    for promise, verdict in zip(SESSION_GUARANTEES, judge(trace, SESSION_GUARANTEES), strict=True):
        assert bool(verdict) == (promise is not broken), promise.name
        assert promise is not broken or sentence in str(verdict)


def test_of_two_concurrent_writes_either_may_be_read():
    trace = told(("alice", "A", Put("x", 1)), ("bob", "B", Put("x", 2)), ("alice", "B", Get("x")))
    assert all(judge(trace, SESSION_GUARANTEES))


def test_one_copy_keeps_them_all():
    trace = told(*((client, "A", ask) for client in ("alice", "bob") for ask in (Put("x", client), Get("x"))))
    assert all(judge(trace, SESSION_GUARANTEES))


def test_requests_without_a_name_are_of_the_node_that_they_were_put_to():
    run = Run(Lazy, 2, script=[at(1, request("A", Put("x", 1))), at(2, request("A", Get("x")))])
    assert [one.client for one in by_session(simulate(run).operations)] == ["A", "A"]


def test_a_value_that_is_written_twice_is_refused():
    trace = told(("alice", "A", Put("x", 1)), ("bob", "B", Put("x", 1)), ("bob", "B", Get("x")))
    with pytest.raises(DslabError, match="session guarantees: 1 was written more than once"):
        judge(trace, [MONOTONIC_READS])


def test_explore_finds_a_read_that_misses_a_write():
    script = [at(0, request("A", Put("x", 1), client="alice")), at(0, request("B", Get("x"), client="alice"))]
    verdict = explore(Run(Lazy, 2, script=script), [READ_YOUR_WRITES]).verdicts[0]
    assert not verdict and "which it wrote before" in str(verdict)


@pytest.mark.sample(60, 2_000)
def test_what_is_causally_consistent_keeps_all_four(sample):
    for seed in sample:
        rng = random.Random(f"sessions {seed}")
        trace = told(*((client, replica, rng.choice([Put("x", n), Put("y", n), Get("x"), Get("y")]))
                       for n in range(8) for client, replica in [rng.choice(["alice A", "bob A", "bob B"]).split()]))
        if causal(by_session(trace.operations)):
            assert all(judge(trace, SESSION_GUARANTEES)), trace.operations
