"""What a run of Raft did to the logs: as text; who votes for whom and can win, and how a leader repairs the others.

    A  leader    term 4  commit 1   1 | 2  4

is server A with three entries, of terms 1, 2 and 4. A knows that the entries left of the bar are committed.
"""

from __future__ import annotations

from collections.abc import Mapping

from dslab.protocols.raft import AppendEntries, Raft, RequestVote, Vote
from dslab.protocols.raft_figures import log_of
from dslab.text import text_table
from dslab.trace import Trace


def logs(trace: Trace, k: int = -1) -> str:
    """The log of each server after step k, a line each, as the terms of its entries."""
    up, rows = trace.up_at(k), []
    for name, state in trace.state_at(k).items():
        if "log" in state:
            role = state["role"] if name in up else "down"
            rows.append((name, role, f"term {state['term']}", f"commit {state['commit_index']}",
                         _entries(state["log"], state["commit_index"])))
    return text_table(rows)


def _entries(log: list, committed: int) -> str:
    """The terms, with a bar after the server's commit index."""
    marks = ["|" if index == committed else " " for index in range(len(log) + 1)]
    return marks[0] + "".join(f"{entry.term:>2} {mark}" for entry, mark in zip(log, marks[1:], strict=True))


def terms(trace: Trace, server: str, k: int = -1) -> str:
    """The terms of a server's entries after step k: "1 2 4"."""
    return " ".join(str(entry.term) for entry in trace.state_at(k)[server]["log"])


def same_logs(trace: Trace, server: str, k: int = -1) -> set[str]:
    """The other servers whose logs are equal to this one's after step k."""
    states = trace.state_at(k)
    return {name for name, state in states.items() if state.get("log") == states[server]["log"]} - {server}


def leading(trace: Trace, k: int = -1) -> set[str]:
    """The servers that are up and believe, after step k, that they lead."""
    return {name for name, state in trace.state_at(k).items() if state.get("role") == "leader"} & set(trace.up_at(k))


def granted(trace: Trace, candidate: str, term: int) -> set[str]:
    """The servers that voted for a candidate of this term in this run, itself not included."""
    votes = (message for message in trace.messages if message.dst == candidate and isinstance(message.payload, Vote))
    return {vote.src for vote in votes if vote.payload.granted and vote.payload.term == term}


def moment(trace: Trace, time: float) -> int:
    """The last step up to this time (ms): the k for which `logs`, `play` and `state_at` show that moment."""
    return max(step.index for step in trace.steps if step.time <= time)


def voters(logs_of: Mapping[str, str], candidate: str) -> list[str]:
    """The servers, itself included, that would vote for the candidate in a new term, with these logs.

    Logs are strings of terms, as in `raft_figures`. The votes are those of `Raft.on_request_vote` itself.
    """
    entries, new_term = log_of(logs_of[candidate]), 1 + max(int(term) for terms in logs_of.values() for term in terms)
    question = RequestVote(new_term, len(entries), entries[-1].term if entries else 0)
    granted = [candidate]
    for name, terms in logs_of.items():
        if name != candidate:
            server = Raft(name, [other for other in logs_of if other != name])
            server.log = log_of(terms)
            server.on_request_vote(candidate, question)
            if server.voted_for == candidate:
                granted.append(name)
    return granted


def elections(logs_of: Mapping[str, str]) -> str:
    """For each server the voters that it would get, and whether they are a majority: a line each."""
    lines = []
    for candidate in logs_of:
        granted = voters(logs_of, candidate)
        wins = "can win" if 2 * len(granted) > len(logs_of) else "cannot win"
        lines.append(f"{candidate:<8} {len(granted)} of {len(logs_of)}  {wins:<10}  {', '.join(granted)}")
    return "\n".join(lines)


def attempts(trace: Trace, leader: str) -> dict[str, list[int]]:
    """Follower -> the values of prev_index with which the leader tried to append, until the logs matched."""
    tried: dict[str, list[int]] = {}
    for message in trace.messages:
        if message.src == leader and isinstance(message.payload, AppendEntries):
            places = tried.setdefault(message.dst, [])
            if message.payload.prev_index not in places:
                places.append(message.payload.prev_index)
    first = {name: places[0] for name, places in tried.items()}
    return {name: [place for place in places if place <= first[name]] for name, places in tried.items()}


def repairs(trace: Trace, leader: str) -> str:
    """The attempts of the leader, a line for each follower."""
    return "\n".join(f"{name:<8} prev_index {', '.join(map(str, places))}"
                     for name, places in attempts(trace, leader).items())
