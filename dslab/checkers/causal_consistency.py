"""Causal consistency: an order for each client, which all keep what happened before, and may differ in the rest.

An operation is causally before another one if its client did it earlier, or if the other one is a read that saw what it
wrote, or by a chain of such steps. Each client must be able to explain its own reads by an order of its operations and
all writes in which every operation comes after what is causally before it.

Source: Ahamad, Neiger, Burns, Kohli and Hutto, "Causal memory" (1995). A read must tell which write it saw: each value
is written once, as in Bouajjani, Enea, Guerraoui and Hamza, "On verifying causal consistency" (2017).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from dslab.checkers.consistency import Consistency, begin, decide
from dslab.checkers.history import History, Operation
from dslab.checkers.linearization_search import OrderSearch
from dslab.checkers.reads_from import WRITES, causal_steps, causally_before, initial_value, reads_from
from dslab.checkers.serial_order import topological_order
from dslab.checkers.specs import KEY_VALUE, Spec
from dslab.mistakes.calls import teaching

QUESTION = "causally consistent"


@teaching("causal(simulate(run), REGISTER)")
def causal(history: History, spec: Spec = KEY_VALUE, *, seconds: float = 10.0,
           configurations: int = 1_000_000) -> Consistency:
    """Does each client read what an order of all writes explains that keeps cause before effect?

    The order may be another one for each client, so two concurrent writes may be seen in two orders. An operation that
    never returned counts if somebody read what it wrote. The verdict is "unknown" if two writes of one value leave open
    which of them a read saw. Arguments are those of `linearizable`.

    Args:
        spec: REGISTER or KEY_VALUE: of other objects a result does not tell which operation it saw.

    Raises:
        Malformed: as for `linearizable`.
        DslabError: the history has other operations than read and write, or get and put.

    >>> from dslab.checkers.specs import REGISTER
    >>> from dslab.testing import history
    >>> print(causal(history('''
    ...     alice  |-- write 1 --| |-- write 2 --|
    ...     bob                                   |-- read -> 2 --| |-- read -> 1 --|
    ... '''), REGISTER))
    not causally consistent: bob's read -> 1 fits nowhere: it could only be told 2
    """
    operations, deadline = begin(history, spec, seconds, configurations)
    verdict = Consistency(QUESTION, f"not {QUESTION}", operations, spec, {})
    sources, remark = reads_from(operations)
    if remark:
        return replace(verdict, status="unknown", remark=remark)
    for number, source in sources.items():
        if source is None and operations[number].result != initial_value(spec):
            return replace(verdict, stuck=(operations[number],), because="saw what nobody wrote")
    pairs = causal_steps(operations, sources)
    order = topological_order(range(len(operations)), pairs)
    if len(order) < len(operations):
        first = next(number for number in sources if number not in order)
        return replace(verdict, stuck=(operations[first],), because="saw a write that is causally after it")
    before = causally_before(order, pairs)
    searches = {client: _search(client, operations, sources, before, spec)
                for client in dict.fromkeys(operation.client for operation in operations)}
    return decide(QUESTION, operations, spec, searches, deadline, configurations)


# ---- the order of one client -----------------------------------------------------------------------------------------

class CausalOrder:
    """The causal order, for one client: its own operations, and the writes of all others.

    A place is the operations that have taken effect, as a bit mask. It is complete when all of the client's own have.
    """

    start = 0

    def __init__(self, own: Sequence[int], others: Sequence[int], before: Sequence[int]) -> None:
        self.own, self.others = own, others
        self.needed = {number: before[number] & _mask((*own, *others)) for number in (*own, *others)}

    def choices(self, place: int) -> list[int]:
        """The operations that can take effect next: the client's own one first."""
        return [number for number in (*self.stuck(place), *self.others)
                if not place >> number & 1 and place & self.needed[number] == self.needed[number]]

    def after(self, place: int, number: int) -> int:
        """The place after one more operation."""
        return place | 1 << number

    def is_complete(self, place: int) -> bool:
        """Whether all of the client's own operations have taken effect."""
        return not self.stuck(place)

    def progress(self, place: int) -> int:
        """The number of the client's own operations that have taken effect."""
        return sum(place >> number & 1 for number in self.own)

    def stuck(self, place: int) -> list[int]:
        """The client's own next operation."""
        return [number for number in self.own if not place >> number & 1][:1]


def _mask(numbers: Sequence[int]) -> int:
    return sum(1 << number for number in numbers)


def _search(client: Hashable, operations: Sequence[Operation], sources: dict[int, int | None], before: Sequence[int],
            spec: Spec) -> tuple[Sequence[Operation], OrderSearch]:
    """The search for an order that explains what a client read."""
    seen = set(sources.values())
    counts = [operation.returned is not None or number in seen for number, operation in enumerate(operations)]
    own = [number for number, one in enumerate(operations) if one.client == client and one.returned is not None]
    others = [number for number, one in enumerate(operations)
              if one.client != client and one.call[0] in WRITES and counts[number]]
    return operations, OrderSearch(CausalOrder(own, others, before), operations, spec)
