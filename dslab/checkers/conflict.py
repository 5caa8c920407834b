"""The operations of a history that contradict each other, as few as do.

    found = conflict(history, REGISTER)
    found.operations        # no order fits all of these; without any one of them there is one

To do without an operation is not to remove it, since a later read may have seen what it wrote. It is to know nothing
about it: neither when it ran, nor what it returned, nor whether it took effect at all. What is known less can be
explained more easily, so an operation that is not needed for the contradiction stays unneeded, and one pass over the
history finds a smallest set in this sense: no part of it is a contradiction (the deletion filter for irreducible
infeasible sets, Chinneck and Dravnieks 1991). Another one may have fewer operations.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from dslab.checkers.consistency import Consistency
from dslab.checkers.history import ANY, History, Operation, history_of
from dslab.checkers.linearizability import linearizable
from dslab.checkers.linearization_search import Deadline
from dslab.checkers.specs import KEY_VALUE, Spec
from dslab.mistakes.calls import teaching

Judge = Callable[..., Consistency]


@dataclass(frozen=True)
class Conflict:
    """Operations that contradict each other. It is false if the history has an order, or if that is unknown."""

    history: tuple[Operation, ...] = field(repr=False)
    operations: tuple[Operation, ...]   # in the order of their invocations; empty: there is an order, or it is unknown
    is_minimal: bool                    # whether each is known to be needed; False: a limit was reached before

    def __bool__(self) -> bool:
        return bool(self.operations)

    def __repr__(self) -> str:
        if not self:
            return "no conflict" if self.is_minimal else "unknown: gave up before a conflict was found"
        needed = "each of them is needed" if self.is_minimal else "some may not be needed"
        return f"no order fits {'; '.join(map(str, self.operations))} ({needed})"


@teaching("conflict(simulate(run), REGISTER)")
def conflict(history: History, spec: Spec = KEY_VALUE, *, model: Judge = linearizable, seconds: float = 10.0,
             configurations: int = 200_000) -> Conflict:
    """The operations that contradict each other: no order fits them all, and without any one of them there is one.

    Args:
        history: a Trace, or a list of operations.
        spec: the sequential specification of the object.
        model: what an order must respect: `linearizable`, `sequential` or `causal`.
        seconds: the limit of CPU time for the whole search.
        configurations: the limit of configurations for each history that is tried.

    Raises:
        Malformed, DslabError: as `model` does.

    >>> from dslab.checkers.specs import REGISTER
    >>> from dslab.testing import history
    >>> print(conflict(history('''
    ...     alice  |-- write 1 --|    |-- write 2 --|
    ...     bob                                        |-- read -> 1 --|    |-- read -> 2 --|
    ... '''), REGISTER))
    no order fits alice's write 1; alice's write 2; bob's read -> 1 (each of them is needed)
    """
    operations, deadline = history_of(history), Deadline(seconds)
    verdict = model(operations, spec, seconds=seconds, configurations=configurations)
    if verdict or verdict.remark:
        return Conflict(operations, (), is_minimal=bool(verdict))
    needed, late, is_minimal = _suspects(verdict), _late(verdict), True
    for group in [late, *([number] for number in reversed(needed))]:     # most that are late are not needed: at once
        rest = [number for number in needed if number not in group]
        if len(rest) == len(needed):
            continue
        tried = model(relaxed(operations, rest), spec, seconds=seconds, configurations=configurations)
        needed = needed if tried or tried.remark else rest
        is_minimal = is_minimal and not tried.remark
        if deadline.has_passed():
            is_minimal = False
            break
    return Conflict(operations, tuple(operations[number] for number in needed), is_minimal)


def relaxed(operations: Sequence[Operation], known: Collection[int]) -> tuple[Operation, ...]:
    """The history in which nothing is known of the others but that they were asked for.

    Each of these is by a client of its own, since it has no place in its client's order either.
    """
    start = min((one.invoked for one in operations), default=0)
    return tuple(one if number in known else
                 replace(one, client=("somebody", number), invoked=start, returned=None, result=ANY)
                 for number, one in enumerate(operations))


def _suspects(verdict: Consistency) -> list[int]:
    """The operations that may matter: all, but of linearizability, which is local, only those on the bad key."""
    is_local = verdict.is_by_key_and_time and verdict.spec.part
    return [number for number, one in enumerate(verdict.history) if not is_local or one.call[1] == verdict.key]


def _late(verdict: Consistency) -> list[int]:
    """The operations that were asked for after the violation had been seen."""
    moment = max(one.end for one in verdict.stuck)
    return [number for number, one in enumerate(verdict.history) if one.invoked > moment]
