"""Logical clocks keep the clock condition, and the values are those of the literature (numbers as N17)."""

import random

import pytest

from dslab import Run, judge, simulate
from dslab.protocols.logical_clocks import (
    DEMO,
    DEMOS,
    EXAMPLE,
    FIGURE_1,
    NINE_MESSAGES,
    PROMISES,
    Deaf,
    DeafVector,
    LamportClock,
    Local,
    Send,
    Stamped,
    UncountedSend,
    UncountedSendVector,
    VectorClock,
    compare,
    drawing,
    events,
    happened_before,
    in_total_order,
)

FIXTURES = {"example": EXAMPLE, "figure 1": FIGURE_1, "nine messages": NINE_MESSAGES}
each_fixture = pytest.mark.parametrize("fixture", FIXTURES.values(), ids=FIXTURES)


def stamps(clock, fixture) -> dict:
    return {event.name: event.stamp for event in events(simulate(drawing(clock, *fixture)))}


def concurrent_pairs(trace) -> set:
    past = happened_before(events(trace))
    return {(a, b) for a in past for b in past if a < b and a not in past[b] and b not in past[a]}


def random_drawing(seed: int) -> tuple:
    """Twelve events on each of three nodes, and up to twelve messages between them."""
    draw = random.Random(seed)
    rows = {node: [f"{node}{column}" for column in range(12)] for node in "ABC"}
    messages, taken = [], set()
    for _ in range(12):
        src, dst = draw.sample("ABC", 2)
        start, end = sorted(draw.sample(range(12), 2))
        if not {f"{src}{start}", f"{dst}{end}"} & taken:
            taken |= {f"{src}{start}", f"{dst}{end}"}
            messages.append(f"{src}{start}>{dst}{end}")
    return {node: " ".join(row) for node, row in rows.items()}, " ".join(messages)


def test_lamport_stamps_of_the_example():
    """N17, D4.1."""
    assert stamps(LamportClock, EXAMPLE) == {"a": 1, "b": 2, "g": 3, "c": 3, "d": 4, "e": 1, "f": 5}


def test_vector_stamps_of_the_example():
    """N17, D4.3."""
    assert stamps(VectorClock, EXAMPLE) == {
        "a": (1, 0, 0), "b": (2, 0, 0), "g": (3, 0, 0),
        "c": (2, 1, 0), "d": (2, 2, 0), "e": (0, 0, 1), "f": (2, 2, 2)}


def test_lamport_stamps_of_figure_1():
    """N17, D4.2: [Lamport 1978, figure 1]."""
    found = stamps(LamportClock, FIGURE_1)
    assert [found[f"p{i}"] for i in range(1, 5)] == [1, 2, 3, 6]
    assert [found[f"q{i}"] for i in range(1, 8)] == [1, 2, 3, 4, 5, 6, 7]
    assert [found[f"r{i}"] for i in range(1, 5)] == [1, 2, 5, 6]


def test_in_figure_1_p1_is_before_r4_and_p3_concurrent_with_q3():
    trace = simulate(drawing(LamportClock, *FIGURE_1))
    assert "p1" in happened_before(events(trace))["r4"]
    assert ("p3", "q3") in concurrent_pairs(trace)


def test_of_the_47_concurrent_pairs_of_figure_1_36_have_different_lamport_stamps():
    """D4.2."""
    found = stamps(LamportClock, FIGURE_1)
    pairs = concurrent_pairs(simulate(drawing(LamportClock, *FIGURE_1)))
    assert (len(found), len(pairs)) == (15, 47)
    assert sum(found[a] != found[b] for a, b in pairs) == 36


def test_final_values_of_the_nine_message_table():
    """N17: Lamport 9, 11, 8, 7, and their vectors."""
    last = ("s8", "r9", "s9", "r6")
    assert [stamps(LamportClock, NINE_MESSAGES)[event] for event in last] == [9, 11, 8, 7]
    assert [stamps(VectorClock, NINE_MESSAGES)[event] for event in last] == [
        (5, 3, 4, 0), (5, 5, 5, 0), (2, 3, 5, 0), (3, 3, 3, 3)]


@pytest.mark.parametrize("first, second, lamport, vector", [
    ("s2", "s3", "<", "<"), ("s3", "s5", "<", "||"), ("s5", "s9", "<", "<")])
def test_vectors_decide_what_lamport_stamps_cannot(first, second, lamport, vector):
    """D4.3: s3 || s5 and s5 -> s9 look alike to Lamport clocks."""
    numbers, vectors = stamps(LamportClock, NINE_MESSAGES), stamps(VectorClock, NINE_MESSAGES)
    assert compare((numbers[first],), (numbers[second],)) == lamport
    assert compare(vectors[first], vectors[second]) == vector


@each_fixture
def test_the_clocks_of_the_protocol_agree_with_the_stamps_of_the_trace(fixture):
    for clock, kind in (LamportClock, "lamport"), (VectorClock, "vector"):
        trace = simulate(drawing(clock, *fixture))
        assert [event.stamp for event in events(trace)] == [getattr(step, kind) for step in trace.steps]


@each_fixture
@pytest.mark.parametrize("clock", [LamportClock, VectorClock])
def test_the_clock_condition_holds_in_the_fixtures(clock, fixture):
    assert all(judge(simulate(drawing(clock, *fixture)), PROMISES))


@pytest.mark.parametrize("seed", range(25))
def test_vectors_are_ordered_exactly_as_the_events_of_random_runs(seed):
    trace = simulate(drawing(VectorClock, *random_drawing(seed)))
    told, past = events(trace), happened_before(events(trace))
    for a in told:
        for b in told:
            assert (compare(a.stamp, b.stamp) == "<") == (a.name in past[b.name])


@pytest.mark.parametrize("seed", range(25))
def test_lamport_stamps_grow_along_every_path_of_random_runs(seed):
    trace = simulate(drawing(LamportClock, *random_drawing(seed)))
    assert all(judge(trace, PROMISES))
    assert [event.stamp for event in events(trace)] == [step.lamport for step in trace.steps]


@pytest.mark.parametrize("wrong", [Deaf, UncountedSend, DeafVector, UncountedSendVector])
def test_each_wrong_variant_breaks_the_clock_condition(wrong):
    verdict, _ = judge(simulate(drawing(wrong, *EXAMPLE)), PROMISES)
    assert verdict.status == "broken"
    assert "happened before" in verdict.sentence


def test_the_total_order_goes_by_stamp_and_then_by_node():
    assert in_total_order(events(simulate(DEMO))) == ["a", "e", "b", "g", "c", "d", "f"]


def test_the_total_order_contains_happened_before():
    told = events(simulate(drawing(LamportClock, *FIGURE_1)))
    order = in_total_order(told)
    assert all(order.index(a) < order.index(b) for b, past in happened_before(told).items() for a in past)


def test_a_late_event_may_have_a_small_stamp():
    """D4.1: e happens after d in true time, is concurrent with it, and L(e) = 1 < L(d) = 4."""
    names = [event.name for event in events(simulate(DEMO))]
    assert names.index("e") > names.index("d")
    assert (stamps(LamportClock, EXAMPLE)["e"], stamps(LamportClock, EXAMPLE)["d"]) == (1, 4)


@pytest.mark.parametrize("u, v, sign", [
    ((1, 2), (1, 2), "="), ((1, 2), (2, 2), "<"), ((3, 2), (2, 2), ">"), ((2, 2, 0), (0, 0, 1), "||")])
def test_vectors_compare_entry_by_entry(u, v, sign):
    assert compare(u, v) == sign


def test_a_receiver_takes_the_maximum_before_it_counts():
    node = LamportClock("B", peers=("A",))
    node.on_local("", Local("x"))
    node.on_stamped("A", Stamped(7, "a", "b"))
    assert node.time == 8


def test_a_message_carries_the_stamp_of_its_sending():
    node = VectorClock("B", peers=("A", "C"))
    node.on_send("", Send("b", (("C", "c"),)))
    assert ("send", "C", Stamped((0, 1, 0), "b", "c")) in node.effects


@pytest.mark.parametrize("name", DEMOS)
def test_every_order_of_a_drawing_takes_effect(name):
    """Each message arrives in its column, and the run is a value that survives JSON."""
    trace = simulate(DEMOS[name])
    assert not trace.unapplied
    assert Run.from_json(DEMOS[name].to_json()) == DEMOS[name]
