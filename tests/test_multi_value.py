"""Of concurrent writes a multi-value register keeps all, and nothing else, if it can tell which they are."""

import pytest

from dslab.model_checker.explore import explore
from dslab.model_checker.random_search import search
from dslab.properties import judge
from dslab.protocols.multi_value import (
    DEMOS,
    PROMISES,
    DottedVectors,
    OneVector,
    Put,
    Read,
    ServerVectors,
    Siblings,
    Version,
    Write,
    cluster,
    covers,
    interleaved,
    join,
    no_acknowledged_write_is_silently_lost,
    two_servers,
    what_was_overwritten_is_no_sibling,
)
from dslab.script import at, request
from dslab.simulator.simulate import simulate
from dslab.testing import receive, sent, start


def kept(run):
    state = simulate(run).state_at(-1)
    return [[version.value for version in state[name]["versions"]] for name in "AB"]


def after(server, *puts):
    """The values of a server after these puts: (value, context)."""
    node = start(server, "A", peers="B", clients=["alice"])
    for value, context in puts:
        receive(node, Put(value, context), src="alice")
    return [version.value for version in node.versions]


def test_a_context_covers_a_prefix_of_each_servers_writes():
    assert covers((("A", 2), ("B", 1)), ("A", 2)) and not covers((("A", 2),), ("A", 3)) and not covers((), ("B", 1))
    assert join((("A", 1),), (("B", 2), ("A", 3)), ()) == (("A", 3), ("B", 2))


def test_the_answer_to_a_write_is_all_siblings_with_their_context():
    node = start(DottedVectors, "A", peers="B", clients=["alice"], number=1, versions=(Version("w1", ("A", 1), ()),))
    receive(node, Put("w2", ()), src="alice")
    assert sent(node) == [("alice", Siblings(("w1", "w2"), (("A", 2),), "w2"))]


@pytest.mark.parametrize("server, values", [
    (DottedVectors, ["w1", "w2"]), (ServerVectors, ["w2"]), (OneVector, ["w1", "w2"])])
def test_two_writes_through_one_server_that_have_not_seen_each_other(server, values):
    """Preguiça et al. 2010: a vector with an entry for each server takes the second for the later one."""
    assert after(server, ("w1", ()), ("w2", ())) == values


def test_a_write_replaces_what_its_writer_has_seen_and_not_its_neighbour():
    seen_first = (("A", 1),)
    assert after(DottedVectors, ("w1", ()), ("w2", ()), ("w3", seen_first)) == ["w2", "w3"]
    assert after(OneVector, ("w1", ()), ("w2", ()), ("w3", seen_first)) == ["w1", "w2", "w3"]


@pytest.mark.parametrize("writes", [4, 10, 40])
def test_siblings_stay_two_with_dots_and_explode_with_one_vector(writes):
    """Each of two clients overwrites what it knows of: two values are concurrent at any time."""
    sizes = {server: len(kept(interleaved(server, writes))[0])
             for server in (DottedVectors, ServerVectors, OneVector)}
    assert sizes == {DottedVectors: 2, ServerVectors: 1, OneVector: writes}


def test_at_two_servers_vectors_with_an_entry_for_each_are_enough():
    for server in (DottedVectors, ServerVectors):
        trace = simulate(two_servers(server))
        assert trace.operations[2].result == ["w1", "w2"] and kept(two_servers(server)) == [["w3"]] * 2
        assert all(judge(trace, PROMISES))


SMALL = cluster(at(10, request("alice", Write("w1"), client="u")), at(10, request("bob", Write("w2"), client="v")),
                at(90, request("alice", Write("w3"), client="u")))


def test_the_promises_are_kept_in_all_orders():
    found = explore(SMALL, PROMISES, crashes=1, recoveries=1, progress=False)
    assert found and found.status == "explored completely" and found.states == 22_037


@pytest.mark.parametrize("server, promise, moves, sentence", [
    (ServerVectors, no_acknowledged_write_is_silently_lost, 11, "w2 was acknowledged, is nowhere, and nobody"),
    (OneVector, what_was_overwritten_is_no_sibling, 11, "A keeps w1 beside a value whose writer had seen w1")])
def test_a_shortest_run_shows_what_is_wrong(server, promise, moves, sentence):
    protocols = {**SMALL.protocols, "A": server, "B": server}
    found = explore(SMALL.replace(protocol=protocols), [promise], progress=False)
    assert found.verdicts[0].status == "broken" and found.moves[promise.name] == moves
    assert found.verdicts[0].sentence.startswith(sentence)


BUSY = cluster(*(at(10 + 15 * place, request(name, Read() if place % 4 == 3 else Write(f"w{place}"), client=name))
                 for place, name in enumerate(("alice", "bob", "carol") * 4)),
               at_server=(("alice", "A"), ("bob", "A"), ("carol", "B")), duration=5000)


@pytest.mark.sample(50, 500)
def test_random_crashes_pauses_and_delays_break_nothing(sample):
    assert search(BUSY, PROMISES, seeds=sample, faults=("crash", "pause", "delay"), progress=False)


@pytest.mark.parametrize("name", DEMOS)
def test_every_order_of_a_demo_takes_effect(name):
    trace = simulate(DEMOS[name])
    assert trace.came_to_rest and not trace.unapplied
