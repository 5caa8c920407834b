"""One history under four consistency models, each verdict with its evidence: orders, or operations in conflict.

    for one in verdicts(history, REGISTER):
        print(one)
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dslab.checkers.causal_consistency import causal
from dslab.checkers.conflict import conflict
from dslab.checkers.consistency import Consistency
from dslab.checkers.history import History, Operation, history_of
from dslab.checkers.linearizability import linearizable
from dslab.checkers.points import moments_of
from dslab.checkers.reads_from import READS, WRITES
from dslab.checkers.sequential_consistency import sequential
from dslab.checkers.serializability import serializable
from dslab.checkers.specs import KEY_VALUE, Spec
from dslab.checkers.transactions import transactions_of

MEANING = {
    "linearizable": "each operation acts at one moment between its call and its return",
    "sequentially consistent": "one order of all operations keeps each client's own, whatever the time",
    "causally consistent": "each client has an order that keeps cause before effect; these may differ",
    "serializable": "one after the other, in some order, the operations would have had these results",
}
NOT_READ_AND_WRITE = "it is judged of reads and writes only, whose values tell which write a read saw"


@dataclass(frozen=True)
class Evidence:
    """The verdict of one model. Numbers are those of operations in the order of their invocations."""

    model: str
    status: str                                 # "yes", "no", "unknown" or "does not apply"
    sentence: str
    orders: Mapping[Hashable, tuple[int, ...]] = field(default_factory=dict)    # "yes": client, or None -> an order
    points: Mapping[int, float] = field(default_factory=dict)                   # "yes", linearizable: the moments
    conflict: tuple[int, ...] = ()                                              # "no"
    is_minimal: bool = False                    # whether each operation of the conflict is known to be needed

    def __str__(self) -> str:
        verdict = {"yes": self.model, "no": f"not {self.model}"}.get(self.status, f"{self.model}: {self.status}")
        return f"{verdict}: {self.sentence}"


def verdicts(history: History, spec: Spec = KEY_VALUE, *, seconds: float = 10.0) -> tuple[Evidence, ...]:
    """The verdicts "linearizable", "sequentially consistent", "causally consistent" and "serializable", in this order.

    Serializability takes each operation as a transaction of its own. It and causality are judged of reads and writes.

    Args:
        history, spec: as `linearizable` takes them.
        seconds: the limit of CPU time for each verdict, and for each conflict.

    Raises:
        Malformed, DslabError: as `linearizable` does.

    >>> from dslab.checkers.specs import REGISTER
    >>> from dslab.checkers.lines import read_lines
    >>> for one in verdicts(read_lines("A: write 1 [0, 1]" + chr(10) + "B: read -> none [2, 3]"), REGISTER):
    ...     print(one.model, one.status)
    linearizable no
    sequentially consistent yes
    causally consistent yes
    serializable yes
    """
    operations = history_of(history)
    found = [linearizability(operations, spec, seconds=seconds), _evidence(sequential, operations, spec, seconds)]
    if all(one.call[0] in READS + WRITES for one in operations):
        return *found, _evidence(causal, operations, spec, seconds), _serializability(operations, spec, seconds)
    return *found, *(Evidence(model, "does not apply", NOT_READ_AND_WRITE) for model in [*MEANING][2:])


def linearizability(history: History, spec: Spec = KEY_VALUE, *, seconds: float = 10.0) -> Evidence:
    """The first of the four verdicts alone; its order has points in time."""
    found = _evidence(linearizable, history, spec, seconds)
    if found.status != "yes":
        return found
    operations, points = history_of(history), dict[int, float]()
    for order in found.orders.values():                     # of each key
        points |= zip(order, moments_of([operations[number] for number in order]), strict=True)
    return replace(found, points=points, orders={None: tuple(sorted(points, key=lambda number: points[number]))})


def _evidence(model: Callable[..., Consistency], history: History, spec: Spec, seconds: float) -> Evidence:
    verdict = model(history, spec, seconds=seconds)
    if verdict.remark:
        return Evidence(verdict.question, "unknown", verdict.remark)
    if not verdict:
        found = conflict(history, spec, model=model, seconds=seconds)
        return Evidence(verdict.question, "no", verdict.objection(),
                        conflict=_numbers(found.operations, found.history), is_minimal=found.is_minimal)
    orders = {key: _numbers(order, verdict.history) for key, order in verdict.orders.items()}
    return Evidence(verdict.question, "yes", MEANING[verdict.question], orders)


def _numbers(chosen: Iterable[Operation], history: Sequence[Operation]) -> tuple[int, ...]:
    place = {id(one): number for number, one in enumerate(history)}
    return tuple(place[id(one)] for one in chosen)


def _serializability(operations: Sequence[Operation], spec: Spec, seconds: float) -> Evidence:
    """Each operation as a transaction: the second one of client A is called A2."""
    counts, names = dict[Hashable, int](), list[str]()
    for one in operations:
        counts[one.client] = counts.get(one.client, 0) + 1
        names.append(f"{one.client}{counts[one.client]}")
    given = [replace(one, name=name) for one, name in zip(transactions_of(operations), names, strict=True)]
    verdict = serializable(given, initial=(spec.part or spec).init, seconds=seconds)
    if verdict.remark:
        return Evidence(verdict.question, "unknown", verdict.remark)
    if not verdict:
        cycle = verdict.anomaly.cycle if verdict.anomaly else ()
        sentence = "; ".join(verdict.explanation()) or verdict.objection()
        return Evidence(verdict.question, "no", sentence, conflict=tuple(sorted({edge.source for edge in cycle})))
    return Evidence(verdict.question, "yes", MEANING[verdict.question],
                    {None: tuple(names.index(one.name) for one in verdict.order)})
