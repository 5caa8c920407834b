"""One history under four models, each verdict with evidence that can be checked; and points that somebody placed."""

from math import inf
from random import Random

import pytest
from test_linearizability import CALLS, explains, lecture, op, random_history

from dslab.checkers.history import history_of
from dslab.checkers.linearizability import linearizable
from dslab.checkers.models import linearizability, verdicts
from dslab.checkers.points import moments_of, placed
from dslab.checkers.reading import read_history
from dslab.checkers.specs import CAS_REGISTER, KEY_VALUE, REGISTER

LATE = "A: write 1 [0, 1]\nB: read -> none [2, 3]\nB: read -> 1 [4, 5]"
TWO_ORDERS = ("A: write 1 [0, 2]\nB: write 2 [1, 3]\nC: read -> 2 [4, 5]\nC: read -> 1 [6, 7]\n"
              "D: read -> 1 [4, 5]\nD: read -> 2 [6, 7]")
BACK = "A: write 1 [0, 1]\nA: write 2 [2, 3]\nB: read -> 2 [4, 5]\nB: read -> 1 [6, 7]"
FROM_NOWHERE = "A: write 1 [0, 1]\nB: read -> 3 [2, 3]"


@pytest.mark.parametrize("text, statuses", [
    (LATE, "no yes yes yes"), (LATE.replace("[0, 1]", "[0, 4]"), "yes yes yes yes"), (TWO_ORDERS, "no no yes yes"),
    (BACK, "no no no yes"), (FROM_NOWHERE, "no no no no"), ("", "yes yes yes yes"),
    ("A: write 1 [0, 1]\nB: cas 1 2 -> true [2, 3]", "yes yes - -"),
    ("A: write 1 [0, 1]\nB: write 1 [0, 1]\nC: read -> 1 [2, 3]", "yes yes unknown unknown"),
])
def test_each_model_allows_more_than_the_one_before_it(text, statuses):
    """Curriculum D6.10. Serializability, of transactions of one operation each, knows neither time nor clients."""
    found = verdicts(read_history(text), CAS_REGISTER if "cas" in text else REGISTER)
    assert [one.status.replace("does not apply", "-") for one in found] == statuses.split()


def test_shifting_a_bar_in_time_changes_the_verdict_on_linearizability_alone():
    """Curriculum D6.10: the others do not look at the clock."""
    before, after = (verdicts(read_history(text), REGISTER) for text in (LATE, LATE.replace("[0, 1]", "[0, 4]")))
    assert [one.model for one, other in zip(before, after, strict=True) if one.status != other.status] == [
        "linearizable"]


def test_the_evidence_is_an_order_that_explains_or_operations_that_contradict_each_other():
    history = read_history(TWO_ORDERS)
    strict, sequence, causes, serial = verdicts(history, REGISTER)
    assert strict.conflict == (0, 1, 2, 3) and strict.is_minimal and not strict.orders
    assert sequence.conflict == (2, 3, 4, 5), "the four reads: C and D saw the writes in two orders"
    told = {client: [history[number].label() for number in order] for client, order in causes.orders.items()}
    assert told["C"] == ["write 2", "read -> 2", "write 1", "read -> 1"]
    assert told["D"] == ["write 1", "read -> 1", "write 2", "read -> 2"]
    assert explains([history[number] for number in serial.orders[None]], REGISTER)


def test_a_read_of_what_nobody_wrote_is_told_by_client_and_number():
    found = verdicts(read_history(FROM_NOWHERE), REGISTER)[-1]
    assert str(found) == "not serializable: unwritten value: B1 reads x as 3, and nobody wrote 3"


@pytest.mark.parametrize("kind", CALLS)
def test_the_moments_of_an_order_lie_inside_of_the_bars_and_explain_all_results(kind):
    """For 150 histories: what the search calls linearizable, the points prove."""
    (spec, calls, results), chance, proved = CALLS[kind], Random(f"points of {kind}"), 0
    for _ in range(150):
        history = history_of(random_history(chance, calls, results))
        found = linearizability(history, spec)
        assert (found.status == "yes") == bool(linearizable(history, spec))
        if found.status == "yes":
            assert placed(found.points, history, spec), (history, found.points)
            proved += 1
    assert proved > 20


def test_moments_keep_the_order_and_are_apart_where_there_is_room():
    order = [op("A", "write", 1, at=(0, 4)), op("B", "write", 2, at=(0, 4)), op("C", "write", 3, at=(1,))]
    moments = moments_of(order)
    assert moments == sorted(moments) and len(set(moments)) == 3
    assert all(one.invoked <= moment <= (inf if one.returned is None else one.returned)
               for one, moment in zip(order, moments, strict=True))


def test_placed_points_are_refused_with_the_first_result_that_they_do_not_explain():
    """Curriculum D6.5: your points, and what is wrong with them."""
    history = read_history("A: write 1 [0, 4]\nB: write 2 [0, 4]\nC: read -> 2 [5, 6]")
    assert placed({0: 1, 1: 2, 2: 5.5}, history, REGISTER).states == ((1, "1"), (2, "2"))
    wrong = placed({0: 2, 1: 1, 2: 5.5}, history, REGISTER)
    assert wrong.stuck == history[2] and wrong.states == ((1, "2"), (2, "1"))
    assert wrong.objection == ("operation 3 in the order of the points is C's read -> 2, and there it would be told 1")


def test_a_point_lies_inside_of_its_bar_and_only_what_never_returned_needs_none():
    history = read_history("A: write 1 [0, 4]\nB: write 2 [1, ...]")
    assert placed({0: 4}, history, REGISTER) and placed({0: 4, 1: 99}, history, REGISTER)
    assert placed({0: 5}, history, REGISTER).objection == "the point of A's write 1 lies outside of its bar"
    assert placed({1: 5}, history, REGISTER).objection == "A's write 1 has no point, and it returned"


def test_the_states_of_an_object_with_keys_are_told_by_key():
    history = read_history("A: put x 1 [0, 1]\nA: put y 2 [2, 3]")
    assert placed({0: 1, 1: 2}, history, KEY_VALUE).states == ((1, "x: 1"), (2, "x: 1, y: 2"))


def test_the_lecture_s_history_with_a_last_read_of_4_is_placed_and_replayed():
    history = history_of(lecture(4))
    found = linearizability(history, CAS_REGISTER)
    assert [text for _, text in placed(found.points, history, CAS_REGISTER).states] == ["0", "1", "2", "4"]
