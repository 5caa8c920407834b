"""The operations of a history that contradict each other: no order fits them all, and without any one there is one."""

from itertools import combinations, permutations
from random import Random

import pytest
from test_linearizability import CALLS, explains, must_precede, op, random_history

from dslab.checkers.causal_consistency import causal
from dslab.checkers.conflict import conflict, relaxed
from dslab.checkers.history import ANY, history_of
from dslab.checkers.linearizability import linearizable
from dslab.checkers.lines import LECTURE
from dslab.checkers.reading import read_history
from dslab.checkers.sequential_consistency import sequential
from dslab.checkers.specs import CAS_REGISTER, COUNTER, KEY_VALUE, REGISTER


def by_force(history, known, spec, *, real_time):
    """Is there an order, if only the known operations count? Of the others some take effect, anywhere, with any result.

    Tried are all permutations of the known ones with each choice of the others.
    """
    others = [number for number in range(len(history)) if number not in known]
    for size in range(len(others) + 1):
        for more in combinations(others, size):
            for order in permutations([*known, *more]):
                pairs = [(history[early], history[late]) for early, late in combinations(order, 2)
                         if early in known and late in known]
                told = [history[number] if number in known else op("?", *history[number].call, at=(0, 9))
                        for number in order]
                if explains(told, spec) and not any(must_precede(late, early, real_time) for early, late in pairs):
                    return True
    return False


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("model", [linearizable, sequential])
def test_a_conflict_has_no_order_and_without_any_one_of_its_operations_it_has_one(kind, model):
    """By trying all orders of each small history that is refused."""
    (spec, calls, results), chance, sizes = CALLS[kind], Random(f"{kind} in conflict"), []
    while len(sizes) < 40:
        history = history_of(random_history(chance, calls, results))
        if model(history, spec):
            assert not conflict(history, spec, model=model)
            continue
        found = conflict(history, spec, model=model)
        known = [number for number, one in enumerate(found.history) if any(one is other for other in found.operations)]
        assert found.is_minimal and len(known) == len(found.operations)
        assert not by_force(history, known, spec, real_time=model is linearizable), history
        for one in known:
            rest = [number for number in known if number != one]
            assert by_force(history, rest, spec, real_time=model is linearizable), (history, history[one])
        sizes.append(len(known))
    assert len(set(sizes)) > 1, "conflicts of several sizes happen"


def test_in_the_lecture_s_history_a_read_of_4_and_a_later_read_of_2_contradict_each_other():
    """Kleppmann's ten operations: there is one cas to 2 and one from 2 to 4, so after a 4 there is no 2 any more."""
    found = conflict(read_history(LECTURE), CAS_REGISTER)
    assert list(map(str, found.operations)) == ["A's get -> 4", "B's get -> 2"]
    assert repr(found) == "no order fits A's get -> 4; B's get -> 2 (each of them is needed)"


def test_of_many_keys_only_operations_on_the_bad_one_are_in_conflict():
    history = [op("A", "put", "x", 1, at=(0, 1)), op("A", "put", "y", 1, at=(2, 3)),
               op("B", "get", "y", at=(4, 5), result=None), op("B", "get", "x", at=(6, 7), result=1)]
    assert [one.call for one in conflict(history, KEY_VALUE).operations] == [("put", "y", 1), ("get", "y")]


def test_a_client_that_sees_an_effect_before_its_cause_is_in_conflict_with_it():
    history = read_history("A: write 1 [0, 1]\nA: write 2 [2, 3]\nB: read -> 2 [4, 5]\nB: read -> 1 [6, 7]\n"
                           "C: read -> 1 [4, 5]")
    assert [one.label() for one in conflict(history, REGISTER, model=causal).operations] == [
        "write 1", "write 2", "read -> 2", "read -> 1"]


def test_a_consistent_history_has_no_conflict_and_an_undecided_one_an_unknown():
    history = read_history(LECTURE.replace("get -> 2 [7.85", "get -> 4 [7.85"))
    assert repr(conflict(history, CAS_REGISTER)) == "no conflict"
    history = read_history("A: write 1 [0, 1]\nB: write 1 [2, 3]\nC: read -> 1 [4, 5]")
    undecided = conflict(history, REGISTER, model=causal)
    assert not undecided and repr(undecided) == "unknown: gave up before a conflict was found"


def test_where_the_time_is_over_the_conflict_so_far_is_told_and_not_called_minimal():
    history = [op("A", "increment", at=(n, n + 0.5)) for n in range(6)] + [op("B", "read", at=(9, 10), result=1)]
    found = conflict(history, COUNTER, seconds=1e-9)
    assert not found.is_minimal
    assert not found or "(some may not be needed)" in repr(found)


def test_nothing_is_known_of_a_relaxed_operation_but_its_call():
    history = read_history("A: write 1 [0, 1]\nA: read -> 2 [2, 3]")
    first, second = relaxed(history, [0])
    assert first == history[0]
    assert (second.call, second.invoked, second.returned, second.result) == (("read",), 0, None, ANY)
    assert second.client != first.client
