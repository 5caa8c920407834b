"""The histories of exercise 6.2 have the verdicts that are written beside them."""

from collections import Counter
from itertools import permutations

import pytest

from dslab.checkers.linearizability import linearizable, linearizations
from dslab.exercises.check_history import objection
from dslab.exercises.histories import HISTORIES, by_chance


@pytest.mark.parametrize("name", HISTORIES)
def test_a_drawn_history_has_the_verdict_beside_it(name):
    """By the checker, and by whether there is any order at all."""
    operations, model, verdict = HISTORIES[name]
    assert bool(linearizable(operations, model)) is verdict
    assert any(True for _ in linearizations(operations, model)) is verdict


def test_there_are_enough_of_both_kinds():
    """E6.2: forty small histories."""
    assert min(Counter(known.is_linearizable for known in HISTORIES.values()).values()) >= 15
    assert len(HISTORIES) >= 40


def test_chance_makes_both_kinds_with_operations_that_never_returned_and_without():
    made = Counter((known.is_linearizable, any(one.returned is None for one in known.operations))
                   for known in map(by_chance, range(300)))
    assert len(made) == 4 and min(made.values()) >= 20


SMALL = [name for name, known in HISTORIES.items()
         if len(known.operations) < 6 and all(one.returned is not None for one in known.operations)]


@pytest.mark.parametrize("name", SMALL)
def test_exactly_the_orders_that_explain_a_history_are_taken(name):
    """Of all permutations, those that the checker enumerates; and none that lacks an operation."""
    known = HISTORIES[name]
    orders = list(linearizations(known.operations, known.model))
    taken = [order for order in permutations(known.operations) if objection(order, known) is None]
    assert sorted(taken, key=str) == sorted(orders, key=str)
    assert [order for order in orders if order and objection(order[1:], known) is None] == []
