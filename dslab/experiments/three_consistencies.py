"""Three meanings of "consistent" in one run: each is a promise about the same database, and each can hold alone.

A course gets students and a lecturer, on the leader of a database with two followers; then alice reads.
[Kleppmann, "Distributed systems", lecture notes (2021), chapter 6]
"""

from __future__ import annotations

from dslab.network import Network, constant
from dslab.properties import World, always
from dslab.protocols.leader_database import Commit, Read, Server, Write, asks
from dslab.run import Run

STUDENTS, LECTURER = "students", "lecturer"
COMMIT, LATENCY = 30.0, 10.0            # ms: when alice commits, and what a message takes


@always
def a_course_with_students_has_a_lecturer(world: World) -> str | None:
    """An invariant: the C of ACID. On each server, after each transaction."""
    for node, state in world.having("data").items():
        if STUDENTS in state.data and LECTURER not in state.data:
            return f"on {node} the course has {state.data[STUDENTS]} students, and no lecturer"
    return None


@always
def a_client_reads_what_it_has_written(world: World) -> str | None:
    """Read-after-write: once its transaction is acknowledged."""
    written, committed = {}, {}
    for done in world.operations:
        if isinstance(done.call, Write):
            written.setdefault((done.client, done.call.transaction), {})[done.call.key] = done.call.value
        elif isinstance(done.call, Commit) and done.result == "committed":
            committed.setdefault(done.client, {}).update(written[done.client, done.call.transaction])
        elif isinstance(done.call, Read) and done.returned is not None:
            expected = committed.get(done.client, {}).get(done.call.key, done.result)
            if done.result != expected:
                return f"{done.client} has written {done.call.key} = {expected}, and {done.node} answers {done.result}"
    return None


@always
def all_servers_have_what_is_acknowledged(world: World) -> str | None:
    """Replicas are equal, and that from the moment at which a client has its answer."""
    known = {output.values[1] for output in world.outputs("acknowledge")}
    for node, state in world.having("data").items():
        missing = known - {entry.transaction for entry in state.log}
        if missing:
            return f"{min(missing)} is acknowledged, and {node} has not executed it"
    return None


MEANINGS = (a_course_with_students_has_a_lecturer, a_client_reads_what_it_has_written,
            all_servers_have_what_is_acknowledged)


def course(*, lecturer: bool = True, copies: int = 0, reads_from: str = "B", lag: float = 20) -> Run:
    """alice enters 30 students, in one transaction with the lecturer or without one; 10 ms after the answer she reads.

    Args:
        copies: how many followers have executed a transaction before it is acknowledged.
        reads_from: the server that she reads from; A is the leader.
        lag: what a message from the leader to B takes, ms.
    """
    entered = [asks(10, "A", Write("T1", STUDENTS, 30), "alice")]
    entered += [asks(20, "A", Write("T1", LECTURER, "Ada"), "alice")] * lecturer
    answered = (COMMIT, *(COMMIT + trip for trip in sorted((lag + LATENCY, 2 * LATENCY))))[copies]
    network = Network(latency=constant(LATENCY), links={("A", "B"): {"latency": constant(lag)}})
    script = [*entered, asks(COMMIT, "A", Commit("T1"), "alice"),
              asks(answered + 10, reads_from, Read(STUDENTS), "alice")]
    return Run(Server, 3, network=network, script=script, initial={"A": {"needed": copies}}, duration=200,
               title="A course")
