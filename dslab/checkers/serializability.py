"""Serializability: is there an order of the transactions in which each, running alone, would have read what it read?

    verdict = serializable('''
        T1   read x [], append y 1
        T2   read y [], append x 1
        then
        T3   read x [1], read y [1]
    ''')
    verdict             # not serializable: G2-item, write skew: T1 -rw-> T2 -rw-> T1
    diagram(verdict)    # the cycle as a graph

Serializability says nothing about recency: a transaction may read what was true long ago. Strict serializability adds
real time: what ended before another one began comes before it. For transactions of one operation that is
linearizability.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from dslab.checkers.anomalies import Anomaly, anomaly_of
from dslab.checkers.dependencies import dependencies
from dslab.checkers.dependency_edges import Edge
from dslab.checkers.linearization_search import Deadline
from dslab.checkers.serial_order import OutOfTime, serial_order
from dslab.checkers.transactions import Transaction, Transactions, transactions_of, value_in_words
from dslab.mistakes.calls import teaching
from dslab.values import DslabError, brief

MOST_CHOICES = 2_000_000        # orders of two writes to a register that are open: about what fits into the memory
NO_ORDER = "whichever of two writes to a register came first, the reads close a cycle"


@dataclass(frozen=True)
class Serializability:
    """The verdict on transactions. It is true if the history has the property.

    status: the property ("serializable", "strictly serializable"), "not " and the property, or "unknown".
    """

    question: str
    status: str
    history: tuple[Transaction, ...] = field(repr=False)
    order: tuple[Transaction, ...] = ()         # a serial order that explains all that was read
    anomaly: Anomaly | None = None              # "not ...": what is wrong
    remark: str = ""                            # "unknown": why

    def __bool__(self) -> bool:
        return self.status == self.question

    def __repr__(self) -> str:
        why = self.remark or self.objection()
        return f"{self.status}: {why or ', '.join(one.name for one in self.order) or 'no transactions'}"

    def objection(self) -> str:
        """The anomaly and its cycle, in a line; empty if there is none."""
        if self.anomaly is None:
            return ""
        name = ", ".join(filter(None, (self.anomaly.name, self.anomaly.meaning)))
        return f"{name}: {self.anomaly.sentence or self.arrows()}"

    def arrows(self) -> str:
        """The cycle: T1 -ww-> T2 -rw-> T1."""
        cycle = self.anomaly.cycle if self.anomaly else ()
        return "".join(f"{self.history[edge.source].name} -{edge.kind}-> " for edge in cycle) + (
            self.history[cycle[0].source].name if cycle else "")

    def explanation(self) -> tuple[str, ...]:
        """A sentence for each edge of the cycle."""
        return tuple(self._because(edge) for edge in (self.anomaly.cycle if self.anomaly else ()))

    def _because(self, edge: Edge) -> str:
        source, target = self.history[edge.source].name, self.history[edge.target].name
        before, after = value_in_words(edge.before), value_in_words(edge.after)
        did = {name for name, key, _ in self.history[edge.target if edge.kind != "wr" else edge.source].accesses
               if key == edge.key and name != "read"}
        wrote = "appended" if "append" in did else "wrote"
        return {
            "ww": f"{source} {wrote} {before} to {edge.key} before {target} {wrote} {after}",
            "wr": f"{target} read {edge.key} as {after}, where {source} {wrote} {before}",
            "rw": f"{source} read {edge.key} as {before}, before {target} {wrote} {after} to it",
            "rt": f"{source} ended before {target} began",
        }[edge.kind]


@teaching('serializable("T1  append x 1, read y []")')
def serializable(history: Transactions, *, initial: Any = None, seconds: float = 10.0) -> Serializability:
    """Is there a serial order of the transactions that explains all that they read?

    One that aborted is in no order; one of unknown outcome is in it if that is needed. The verdict is three-valued: it
    is "unknown" if two transactions wrote one value and somebody read it, or at the time limit.

    Args:
        history: a text or a list of transactions (`dslab.checkers.transactions`), or a trace or a list of operations.
        initial: the value of a register that nobody has written.
        seconds: the limit of CPU time.

    Raises:
        DslabError: something in the history is no transaction.

    >>> serializable("T1  append x 1, read y [1]" + chr(10) + "T2  append y 1, read x [1]")
    not serializable: G1c, circular information flow: T1 -wr-> T2 -wr-> T1
    """
    return _decide("serializable", history, initial, seconds, real_time=False)


@teaching('strict_serializable("T1  append x 1, read y []")')
def strict_serializable(history: Transactions, *, initial: Any = None, seconds: float = 10.0) -> Serializability:
    """Is there a serial order, as for `serializable`, that also keeps real time?

    A transaction that ended before another one began comes before it. Arguments and errors are those of `serializable`.

    >>> strict_serializable("T1  append x 1" + chr(10) + "then" + chr(10) + "T2  read x []")
    not strictly serializable: G-single-realtime, stale read: T1 -rt-> T2 -rw-> T1
    """
    return _decide("strictly serializable", history, initial, seconds, real_time=True)


def _decide(question: str, what: Transactions, initial: Any, seconds: float, *, real_time: bool) -> Serializability:
    if not isinstance(seconds, (int, float)) or not seconds >= 0:
        raise DslabError(f"seconds={brief(seconds)} is not a limit: expected a number")
    history, deadline = transactions_of(what), Deadline(seconds)
    found = dependencies(history, initial=initial, real_time=real_time)
    verdict = Serializability(question, f"not {question}", history)
    if anomaly := anomaly_of(found):
        return replace(verdict, anomaly=anomaly)
    if found.ambiguous:
        return replace(verdict, status="unknown", remark=found.ambiguous)
    if len(found.choices) > MOST_CHOICES:
        return replace(verdict, status="unknown", remark=f"{len(found.choices):,} orders of two writes are open, more"
                       " than can be tried")
    try:
        quick = _quick_order(history, initial, seconds) if found.choices and not real_time else None
        order = quick or serial_order(found, deadline)
    except OutOfTime:
        return replace(verdict, status="unknown", remark="gave up at the time limit: the order of many writes to a"
                       " register is open")
    if order is None:
        return replace(verdict, anomaly=anomaly_of(found) or Anomaly("no order", "", sentence=NO_ORDER))
    return replace(verdict, status=question, order=tuple(history[number] for number in order))


def _quick_order(history: tuple[Transaction, ...], initial: Any, seconds: float) -> tuple[int, ...] | None:
    """An order that keeps real time as well, if one is found soon: real time decides most choices."""
    try:
        return serial_order(dependencies(history, initial=initial, real_time=True), Deadline(seconds / 2))
    except OutOfTime:
        return None
