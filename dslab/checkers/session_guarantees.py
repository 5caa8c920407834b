"""The four session guarantees: what one client may rely on while the replicas behind it lag.

    search(run, [READ_YOUR_WRITES, MONOTONIC_READS])        # promises, for judge, search, explore and play
    judge(trace, SESSION_GUARANTEES)

They are judged by what clients wrote and read alone. A read is *too old* for a write of the same key if it saw the
initial value, or a write that is causally before that one. Of two concurrent writes either may be read: no client could
tell which is newer. A session is what one named client asks for; requests without a name belong to the node that they
were put to.

Source: Terry, Demers, Petersen, Spreitzer, Theimer and Welch, "Session guarantees for weakly consistent replicated
data" (1994). Each value is to be written once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from dslab.checkers.history import ANY, Operation, call_of
from dslab.checkers.reads_from import WRITES, causal_steps, causally_before, parts_of, reads_from
from dslab.checkers.serial_order import topological_order
from dslab.properties import Promise, World
from dslab.trace import ClientOperation
from dslab.values import DslabError


class Sessions:
    """The operations of all sessions, and which writes each read must not have missed."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations
        self.sources, remark = reads_from(operations)
        if remark:
            raise DslabError(f"session guarantees: {remark}; write each value once")

    @cached_property
    def before(self) -> list[int]:
        """Operation -> all that is causally before it, as a bit mask; of a circle, nothing."""
        pairs = causal_steps(self.operations, self.sources)
        order = topological_order(range(len(self.operations)), pairs)
        rest = [number for number in range(len(self.operations)) if number not in {*order}]
        return causally_before((*order, *rest), {pair for pair in pairs if not {*pair} & {*rest}})

    def earlier(self, number: int) -> Iterator[int]:
        """What the client of an operation did before it."""
        return (one for one in range(number) if self.operations[one].client == self.operations[number].client)

    def is_too_old(self, read: int, write: int) -> bool:
        """Whether a read of the same key saw what was there before a write."""
        source = self.sources[read]
        return self.key(read) == self.key(write) and source != write and (
            source is None or bool(self.before[write] >> source & 1))

    def key(self, number: int) -> object:
        """The key that an operation is about."""
        return parts_of(self.operations[number])[1]

    def is_write(self, number: int) -> bool:
        """Whether an operation writes."""
        return parts_of(self.operations[number])[0]


Missed = Callable[[Sessions, int], Iterable[tuple[int, str]]]       # of a read: writes it must show, and why


def _own_writes(sessions: Sessions, read: int) -> Iterator[tuple[int, str]]:
    """The client has written it."""
    return ((one, "which it wrote before") for one in sessions.earlier(read) if sessions.is_write(one))


def _seen_writes(sessions: Sessions, read: int) -> Iterator[tuple[int, str]]:
    """The client has read it."""
    return ((source, "which it had read before") for one in sessions.earlier(read)
            if (source := sessions.sources.get(one)) is not None)


def _writes_before(sessions: Sessions, read: int) -> Iterator[tuple[int, str]]:
    """The client has read something that the same writer wrote later."""
    for seen, _ in _seen_writes(sessions, read):
        for one in sessions.earlier(seen):
            if sessions.is_write(one):
                yield one, f"which came before {sessions.operations[seen].label()}, and that it had read"


def _writes_followed(sessions: Sessions, read: int) -> Iterator[tuple[int, str]]:
    """The client has read something that was written by one who had read it."""
    for seen, _ in _seen_writes(sessions, read):
        for one in sessions.earlier(seen):
            if (source := sessions.sources.get(one)) is not None:
                yield source, (f"which {sessions.operations[seen].client} had read before"
                               f" {sessions.operations[seen].label()}, and that it had read")


def _guarantee(name: str, missed: Missed) -> Promise:
    asked: tuple[ClientOperation, ...] = ()     # what was judged last: a world gives the same tuple until it changes
    objection = ""

    def holds(world: World) -> str:
        nonlocal asked, objection
        if world.operations is not asked:
            asked, objection = world.operations, _objection(Sessions(by_session(world.operations)), missed)
        return objection

    return Promise("always", name, holds)


def _objection(sessions: Sessions, missed: Missed) -> str:
    """The first read that is too old for a write that it must show; empty if there is none."""
    for read in sessions.sources:
        for write, why in missed(sessions, read):
            if sessions.is_too_old(read, write):
                wrote = sessions.operations[write]
                return f"{sessions.operations[read]} does not show {wrote.label()} of {wrote.client}, {why}"
    return ""


def by_session(operations: Iterable[ClientOperation]) -> tuple[Operation, ...]:
    """A trace's operations as a history whose clients are sessions.

    A session is a named client; requests without a name belong to the node that they were put to.
    """
    return tuple(Operation(one.node if one.client.startswith("user ") else one.client, call, one.invoked, one.returned,
                           ANY if one.returned is None or call[0] in WRITES else one.result)
                 for one in operations for call in [call_of(one.call)])


READ_YOUR_WRITES = _guarantee("a client reads its own writes", _own_writes)
MONOTONIC_READS = _guarantee("the reads of a client never go back", _seen_writes)
MONOTONIC_WRITES = _guarantee("the writes of a client are seen in its order", _writes_before)
WRITES_FOLLOW_READS = _guarantee("a write is seen after what its writer had read", _writes_followed)
SESSION_GUARANTEES = (READ_YOUR_WRITES, MONOTONIC_READS, MONOTONIC_WRITES, WRITES_FOLLOW_READS)
