"""Raft servers by hand, and clusters that a script directs, for several test files."""

from dslab import testing
from dslab.protocols.raft import PROMISES, Raft, Vote
from dslab.protocols.raft_figures import log_of
from dslab.trace import Trace

SAFETY = [promise for promise in PROMISES if promise.kind == "always"]


def server(terms: str = "", *, term: int = 0, servers: int = 3, protocol: type[Raft] = Raft) -> Raft:
    """Server A, whose log has entries of these terms. The others are B, C, ..., and alice is a client."""
    return testing.make(protocol, peers="BCDEFG"[: servers - 1], clients=["alice"], term=term, log=log_of(terms))


def candidate(terms: str = "", *, term: int = 1, **options) -> Raft:
    """Server A, which stands for election in this term."""
    node = server(terms, term=term - 1, **options)
    node.on_election_timer()
    return node


def leader(terms: str = "", *, term: int = 1, **options) -> Raft:
    """Server A, which has won this term, with all votes, and has asked for nothing yet."""
    node = candidate(terms, term=term, **options)
    for peer in node.peers:
        node.on_vote(peer, Vote(term, True))
    assert node.role == "leader"
    node.clear_effects()
    return node


def sent(node: Raft, kind: type) -> dict:
    """What A has sent of this kind: receiver -> the last such message."""
    return dict(testing.sent(node, kind))


def terms_of(log: list) -> str:
    """The terms of the entries: what `log_of` makes a log of."""
    return "".join(str(entry.term) for entry in log)


def final(trace: Trace) -> dict:
    """The states at the end."""
    return trace.state_at(-1)


def leader_of(trace: Trace, time: float) -> str:
    """Who was the last to win an election up to this time."""
    return [output.node for output in trace.outputs("leader") if output.time <= time][-1]
