"""Runs in which one server of Raft, in any state, hears what puppets say: for exercises on a single handler."""

from typing import Any

from dslab.grader.exercise import Names
from dslab.grader.readings import Exchange, past
from dslab.grader.runs import asks, calm
from dslab.node import Node, message
from dslab.protocols.raft import Raft
from dslab.run import Run
from dslab.script import At
from dslab.trace import Trace


@message
class Say:
    """A request of a script: send this message."""

    dst: str
    msg: Any


class Puppet(Raft):
    """A server that sends what the script says, and nothing else."""

    on_start = Node.on_start            # it has no timer

    def on_say(self, src, msg):
        self.send(msg.dst, msg.msg)

    def on_request_vote(self, src, msg):
        self.note("sends only what the script says")

    on_vote = on_append_entries = on_appended = on_answer = on_request_vote


# ---- runs ------------------------------------------------------------------------------------------------------------

def asking(protocol: type[Node], names: Names, state: dict[str, Any], *script: At | list[At]) -> Run:
    """The first server is asked by the two others; it starts in this state."""
    server, *puppets = names
    return calm({server: protocol} | dict.fromkeys(puppets, Puppet), names, *script, initial={server: state},
                duration=140)


def says(time: int, src: str, dst: str, msg: Any) -> list[At]:
    return asks(time, src, Say(dst, msg))


# ---- readings --------------------------------------------------------------------------------------------------------

def is_server(trace: Trace, node: str) -> bool:
    """Is it no puppet?"""
    return all(info.protocol != Puppet.__name__ for info in trace.infos if info.id == node)


def newest_term(trace: Trace, one: Exchange) -> int:
    """The newest term that a node had sent or heard of before a request."""
    told = [message.payload for step in past(trace, one.step)
            for message in (*step.sent, *([step.message] if step.kind == "receive" else []))]
    return max(trace.initial[one.node]["term"], *map(term_of, (None, *told)))


def term_of(msg: Any) -> int:                                   # 0: it has none, or it is no number
    return msg.term if type(getattr(msg, "term", None)) is int else 0
