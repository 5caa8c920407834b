"""Sequential consistency: one order of all operations, which keeps each client's own order but no time."""

from __future__ import annotations

from dslab.checkers.consistency import Consistency, Searches, begin, decide
from dslab.checkers.history import History
from dslab.checkers.linearization_search import OrderSearch
from dslab.checkers.precedence import ProgramOrder
from dslab.checkers.specs import KEY_VALUE, Spec
from dslab.mistakes.calls import teaching


@teaching("sequential(simulate(run), REGISTER)")
def sequential(history: History, spec: Spec = KEY_VALUE, *, seconds: float = 10.0,
               configurations: int = 1_000_000) -> Consistency:
    """Is there one order with these results that respects each client's program order [Lamport 1979]?

    Real-time order between clients is ignored. All keys are searched together: two objects may each be sequentially
    consistent, and not be so together. Arguments and errors are those of `linearizable`.

    >>> from dslab.checkers.specs import REGISTER
    >>> from dslab.testing import history
    >>> print(sequential(history('''
    ...     alice  |-- write 1 --|
    ...     bob                      |-- read -> None --|
    ... '''), REGISTER))
    sequentially consistent: 2 operations of 2 clients on a register
    """
    operations, deadline = begin(history, spec, seconds, configurations)
    searches: Searches = {None: (operations, OrderSearch(ProgramOrder(operations), operations, spec))}
    return decide("sequentially consistent", operations, spec, searches, deadline, configurations)
