"""Causal consistency: between sequential consistency and nothing, with published small histories."""

import random
from itertools import permutations

import pytest

from dslab import REGISTER, DslabError, diagram, linearizable
from dslab.checkers.causal_consistency import causal
from dslab.checkers.history import Operation
from dslab.checkers.sequential_consistency import sequential
from dslab.checkers.specs import COUNTER, KEY_VALUE
from dslab.testing import history

# What is said of each history by causal; and whether it is sequentially consistent.
SMALL = {
    "two concurrent writes are seen in two orders": ("""
        alice  |-- write 1 --|
        bob    |-- write 2 --|
        carol  |-- read -> 1 --| |-- read -> 2 --|
        dave   |-- read -> 2 --| |-- read -> 1 --|
        """, "", False),
    "an answer without its question": ("""
        alice  |-- put q 1 --|
        bob       |-- get q -> 1 --| |-- put a 2 --|
        carol                           |-- get a -> 2 --| |-- get q -> None --|
        """, "carol's get 'q' -> None fits nowhere: it could only be told 1", False),
    "a read goes back": ("""
        alice  |-- write 1 --| |-- write 2 --|
        bob      |-- read -> 2 --| |-- read -> 1 --|
        """, "bob's read -> 1 fits nowhere: it could only be told 2", False),
    "a write is read before it was written": ("""
        alice  |-- get x -> 1 --| |-- put y 2 --|
        bob    |-- get y -> 2 --| |-- put x 1 --|
        """, "alice's get 'x' -> 1 saw a write that is causally after it", False),
    "a value from nowhere": ("alice  |-- read -> 9 --|", "alice's read -> 9 saw what nobody wrote", False),
    "the newest is not there yet": ("""
        alice  |-- write 1 --|
        bob                     |-- read -> None --|
        """, "", True),
    "a write that never returned was read": ("""
        alice  |-- write 1 ...
        bob       |-- read -> 1 --| |-- read -> None --|
        """, "bob's read -> None fits nowhere: it could only be told 1", False),
    "two stores, each right and both wrong": ("""
        alice  |-- put x 1 --| |-- get y -> None --|
        bob    |-- put y 2 --| |-- get x -> None --|
        """, "", False),
    "nothing": ("", "", True),
}


@pytest.mark.parametrize("name", SMALL)
def test_each_small_history_has_its_verdict(name):
    drawn, objection, in_one_order = SMALL[name]
    spec = KEY_VALUE if "put" in drawn else REGISTER
    verdict = causal(history(drawn), spec)
    assert verdict.objection() == objection and bool(verdict) == (not objection)
    assert bool(sequential(history(drawn), spec)) == in_one_order


def test_each_client_has_an_order_of_its_own():
    verdict = causal(history(SMALL["two concurrent writes are seen in two orders"][0]), REGISTER)
    assert [str(one) for one in verdict.orders["carol"]] == [
        "alice's write 1", "carol's read -> 1", "bob's write 2", "carol's read -> 2"]
    assert [str(one) for one in verdict.orders["dave"]] == [
        "bob's write 2", "dave's read -> 2", "alice's write 1", "dave's read -> 1"]


def test_two_writes_of_one_value_leave_the_verdict_open():
    verdict = causal(history("alice |-- write 1 --|\nbob |-- write 1 --|\ncarol |-- read -> 1 --|"), REGISTER)
    assert verdict.status == "unknown" and not verdict
    assert verdict.remark == "1 was written more than once, so carol's read -> 1 does not tell which it saw"


def test_other_operations_are_refused_in_a_sentence():
    with pytest.raises(DslabError, match="alice's increment: causal consistency is judged of read and write, or get"):
        causal([Operation("alice", ("increment",), 0, 1)], COUNTER)


def test_the_culprit_is_drawn():
    drawn = diagram(causal(history(SMALL["a read goes back"][0]), REGISTER))
    assert "not causally consistent: bob's read -> 1 fits nowhere" in str(drawn)


# ---- against the bad patterns of Bouajjani et al. --------------------------------------------------------------------

def closed(relation, size):
    """The transitive closure, as a set of pairs."""
    reach = set(relation)
    for middle in range(size):
        into, out = [a for a, b in reach if b == middle], [b for a, b in reach if a == middle]
        reach |= {(a, b) for a in into for b in out}
    return reach


def has_bad_pattern(operations):
    """Causal memory by the patterns of section 5: CyclicCO, ThinAirRead, WriteCOInitRead, and those of happened-before.

    Happened-before of an operation o: the causal order up to o, and a write comes before the write of a read of the
    same key by o's client, if it happened before that read.
    """
    size = len(operations)
    key, value = ([one.call[1] for one in operations], [one.call[2] if one.call[0] == "put" else one.result
                                                       for one in operations])
    writes = [number for number in range(size) if operations[number].call[0] == "put"]
    source = {number: next((write for write in writes if (key[write], value[write]) == (key[number], value[number])),
                           None) for number in range(size) if number not in writes}
    if any(origin is None and value[read] is not None for read, origin in source.items()):
        return True
    program = {(a, b) for a in range(size) for b in range(size) if a < b
               and operations[a].client == operations[b].client}
    order = closed(program | {(origin, read) for read, origin in source.items() if origin is not None}, size)
    if any(a == b for a, b in order):
        return True
    for last in range(size):
        past = {number for number in range(size) if (number, last) in order} | {last}
        happened = {(a, b) for a, b in order if a in past and b in past}
        reads = [read for read in source if read == last or (read, last) in program]
        before = None
        while happened != before:
            before = set(happened)
            happened |= {(write, source[read]) for read in reads if source[read] is not None for write in writes
                         if write != source[read] and key[write] == key[read] and (write, read) in happened}
            happened = closed(happened, size)
        if any(a == b for a, b in happened):
            return True
        if any(source[read] is None and (write, read) in happened and key[write] == key[read]
               for read in reads for write in writes):
            return True
    return False


def random_operations(rng):
    """Two or three clients with two to four operations each on two keys; each value is written once."""
    written = {key: [None] for key in "xy"}
    calls = []
    for client in range(rng.randint(2, 3)):
        for place in range(rng.randint(2, 4)):
            key = rng.choice("xy")
            if rng.random() < 0.5:
                written[key].append(len(calls))
                calls.append((client, place, ("put", key, len(calls))))
            else:
                calls.append((client, place, ("get", key)))
    return sorted((Operation(client, call, 10 * place, 10 * place + 5,
                             rng.choice(written[call[1]]) if call[0] == "get" else None)
                   for client, place, call in calls), key=lambda one: one.invoked)


@pytest.mark.sample(400, 10_000)
def test_the_verdict_is_that_of_the_published_patterns_and_weaker_than_one_order(sample):
    for seed in sample:
        operations = random_operations(random.Random(f"causal {seed}"))
        verdict = causal(operations)
        assert bool(verdict) != has_bad_pattern(operations), (verdict, operations)
        if linearizable(operations):
            assert sequential(operations)
        if sequential(operations):
            assert verdict


@pytest.mark.sample(50, 1_000)
def test_the_orders_explain_what_each_client_read(sample):
    for seed in sample:
        verdict = causal(random_operations(random.Random(f"witness {seed}")))
        for client, order in verdict.orders.items():
            state = KEY_VALUE.init
            for one in order:
                state, result = KEY_VALUE.step(state, one.call)
                assert one.client != client or one.call[0] == "put" or one.result == result


def test_all_orders_of_three_writes_can_be_seen_at_once():
    """Six clients see three concurrent writes in the six orders."""
    drawn = ["alice |-- write 1 --|", "bob |-- write 2 --|", "carol |-- write 3 --|"]
    for number, order in enumerate(permutations((1, 2, 3))):
        drawn.append(f"reader{number} " + " ".join(f"|-- read -> {value} --|" for value in order))
    assert causal(history("\n".join(drawn)), REGISTER) and not sequential(history("\n".join(drawn)), REGISTER)
