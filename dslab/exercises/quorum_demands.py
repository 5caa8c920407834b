"""What a client of read and write quorums must keep: reads as new as complete writes, timestamps, answers, repairs."""

from collections.abc import Iterator
from typing import Any

from dslab.grader.demands import Objection
from dslab.grader.readings import sendings
from dslab.properties import in_the_end
from dslab.protocols.quorums import NEVER, Found, Set, pair
from dslab.trace import Trace


@in_the_end
def every_operation_is_answered(world):
    """Enough replicas are up for r and for w."""
    for operation in world.operations:
        if operation.returned is None:
            asked = f"{operation.client}'s {operation.call}"
            return f"{operation.node} never answers {asked}, though enough replicas are up"


def rounds(trace: Trace) -> Iterator[tuple[Any, list[tuple[str, Found]], list[Any]]]:
    """Each operation that has ended: its output, the answers to its Gets before that, and its Sets."""
    for output in trace.outputs():
        if output.name in ("read", "written"):
            began = max(one.step for one in trace.outputs("asks")
                        if one.node == output.node and one.step < output.step)
            number = trace.state_at(began)[output.node]["operation"]
            heard = [(step.message.src, step.message.payload) for step in trace.steps[:output.step + 1]
                     if step.kind == "receive" and step.node == output.node
                     and isinstance(step.message.payload, Found) and step.message.payload.operation == number]
            sets = [sent for sent in sendings(trace, Set) if sent.src == output.node
                    and sent.payload.operation == number and not sent.name.endswith("'")]      # no copy by the network
            yield output, heard, sets


def who_is_behind_is_repaired(trace: Trace) -> Objection | None:
    """A read sends the newest pair to just those of its replicas that have answered with an older one."""
    for output, heard, sets in rounds(trace):
        if output.name != "read":
            continue
        stamp, value, _ = output.values
        behind, caught_up = ({src for src, found in heard if (found.stamp < stamp) is older} for older in (True, False))
        told, reads = {sent.dst for sent in sets}, f"{output.node} reads {pair(stamp, value)}, and"
        for sent in sets:
            if (sent.payload.stamp, sent.payload.value) != (stamp, value):
                return Objection(f"{reads} repairs {sent.dst} with {pair(sent.payload.stamp, sent.payload.value)}",
                                 sent.sent)
        if missed := behind - caught_up - told:
            return Objection(f"{reads} does not repair {min(missed)}, which has answered with an older value",
                             output.step)
        if told - behind:
            return Objection(f"{reads} sends it to {min(told - behind)}, which has not answered with an older value",
                             output.step)
    return None


def a_write_is_newer_than_what_its_client_knows(trace: Trace) -> Objection | None:
    """All replicas are sent one pair, newer than all that the client has read or written, with its own name."""
    seen: dict[str, tuple] = {}
    for output, _, sets in rounds(trace):
        node, stamp = output.node, output.values[0]
        for sent in sets if output.name == "written" else ():
            told = f"{node} writes {pair(sent.payload.stamp, sent.payload.value)}"
            if sent.payload.stamp[1] != node:
                return Objection(f"{told}: another client may make the same timestamp, without its name", sent.sent)
            if sent.payload.stamp <= seen.get(node, NEVER):
                return Objection(f"{told}, and knows of {pair(seen[node], 'a value')}", sent.sent)
        seen[node] = max(seen.get(node, NEVER), stamp)
    return None
