"""What the author of a protocol meets: messages, handlers called by hand, recorded effects."""

import pickle
from copy import copy, deepcopy

import pytest
from samples import Gossip, Nothing, Ping, Pinger, Put, Quiet

from dslab.node import Node, message
from dslab.values import DslabError, NotPlain, decode, encode, show


@message
class Carries:
    value: object


@message
class Special(Ping):
    why: str = ""


class NotDecorated(Ping):
    pass


def test_a_handler_is_tested_without_a_simulator():
    node = Pinger("A", peers=("B", "C"))
    node.on_start()
    assert node.effects == [("send", "B", Ping(1)), ("send", "C", Ping(1))]


def test_each_effect_is_recorded_in_order_and_forgotten_on_request():
    node = Gossip("A", peers=("B",))
    node.set_timer("beat", 5)
    node.set_timer("beat", 5, 9)
    node.cancel_timer("beat")
    node.output("news", 1, [2])
    node.note("why")
    node.reply("alice", {"x": 1})
    assert node.effects == [
        ("timer", "beat", 5, 5),
        ("timer", "beat", 5, 9),
        ("cancel", "beat"),
        ("output", "news", (1, [2])),
        ("note", "why"),
        ("reply", "alice", {"x": 1}),
    ]
    node.clear_effects()
    assert node.effects == []


def test_the_state_of_a_node_is_its_attributes():
    assert vars(Gossip("A")) == {"known": {}, "beats": 0}


def test_an_output_is_not_changed_by_what_happens_later():
    node, values = Quiet("A"), [1]
    node.output("seen", values)
    values.append(2)
    assert node.effects == [("output", "seen", ([1],))]


def test_messages_of_different_types_are_never_equal():
    @message
    class Other:
        n: int = 0

    assert Ping(1) == Ping(1) and Ping(1) != Other(1)
    assert len({Ping(1), Ping(1), Other(1)}) == 2


def test_a_message_shows_itself_as_the_code_that_makes_it():
    assert repr(Put("x", 1)) == "Put(key='x', value=1)" and repr(Nothing()) == "Nothing()"
    assert repr(Carries(frozenset({"b", "a", "c"}))) == "Carries(value=frozenset({'a', 'b', 'c'}))"


def test_a_message_cannot_be_changed():
    with pytest.raises(
        DslabError, match=r"Ping\.n cannot be changed: .* would not see the change"
    ):
        Ping(1).n = 2


def test_a_message_may_extend_another():
    assert repr(Special(1, "so")) == "Special(n=1, why='so')"
    assert decode(encode(Special(1, "so")), lambda name, fields: Special) == Special(1, "so")


def test_a_subclass_without_the_decorator_is_no_message():
    with pytest.raises(
        NotPlain, match="a message is an instance of a class with @message, not a NotDecorated"
    ):
        Quiet("A", peers="B").send("B", NotDecorated(1))


@pytest.mark.parametrize("again", [copy, deepcopy, lambda msg: pickle.loads(pickle.dumps(msg))])
def test_a_message_can_be_copied(again):
    assert again(Put("x", 1)) == Put("x", 1)


@pytest.mark.parametrize(
    "value",
    [0, -5, 1.5, "ü", True, None, (), (1, ("a", None)), frozenset({1}), Ping(1), (Ping(1), Nothing())],
)
def test_plain_data_survives_json(value):
    assert decode(
        encode(Carries(value), lambda cls: cls.__name__), lambda name, fields: globals()[name]
    ) == Carries(value)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (
            [1],
            r"cannot send Carries\(value=\[1\]\): .* a list can be changed by both sides: use tuple\(...\)",
        ),
        ({1}, r"use frozenset\(...\)"),
        ({"a": 1}, r"use tuple\(sorted\(d.items\(\)\)\)"),
        (b"x", "bytes are not JSON: use a string"),
        (float("nan"), "nan is not JSON: use None or a number"),
        (float("-inf"), "-inf is not JSON"),
        (print, "only numbers, strings, booleans, None, tuples, frozensets and messages can be sent"),
        (Quiet("A"), "<Quiet> is a Quiet; only numbers"),
        ((1, (2, [3])), "a list can be changed"),
        ("x" * 10_000_000, "cannot send a Carries of 10000 kB: the limit is 64 kB"),
        (1 << 1_000_000, "cannot send a Carries of 125 kB"),
    ],
    ids=range(11),
)
def test_what_a_network_cannot_carry_is_refused_with_a_sentence(value, sentence):
    with pytest.raises(NotPlain, match=sentence) as caught:
        Quiet("A", peers="B").send("B", Carries(value))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


def test_a_message_nested_beyond_all_measure_is_refused():
    deep = ()
    for _ in range(100_000):
        deep = (deep,)
    with pytest.raises(NotPlain, match="Carries: it is nested too deeply"):
        Carries(deep)


def test_a_message_to_nobody_names_who_is_there():
    node = Quiet("A", peers=("B", "Carol"))
    with pytest.raises(
        DslabError, match=r"A sent to 'Karol', which is not in this cluster \(A, B, Carol\)\. .*'Carol'"
    ):
        node.send("Karol", Ping())
    with pytest.raises(DslabError, match="A sent to itself: call a method instead"):
        node.send("A", Ping())
    with pytest.raises(DslabError, match=r"A sent to 'alice', .* A client gets its answer by self\.reply"):
        node.send("alice", Ping())
    with pytest.raises(DslabError, match="A sent to None"):
        node.send(None, Ping())


@pytest.mark.parametrize(
    "delay", [(-5,), (float("nan"),), (float("inf"),), (9, 5), ("5",), (None,), (5, "9")]
)
def test_a_delay_is_a_finite_number_of_at_least_0(delay):
    with pytest.raises(DslabError, match=r"set_timer\('beat', .*a delay is"):
        Gossip("A").set_timer("beat", *delay)


def test_a_timer_needs_its_handler():
    with pytest.raises(
        DslabError, match="Gossip sets the timer 'baet' but has no on_baet_timer.*'on_beat_timer'"
    ):
        Gossip("A").set_timer("baet", 5)


def test_a_node_may_declare_its_state_only_in_init():
    class Hasty(Quiet):
        def init(self):
            self.broadcast(Ping())

    with pytest.raises(
        DslabError, match="Hasty.init asks for 'send': init only declares the state, on_start acts"
    ):
        Hasty("A", peers="B")


def test_drawing_takes_different_options_and_never_more_than_there_are():
    node = Quiet("A")
    drawn = node.draw(range(10), 4)
    assert len(set(drawn)) == 4 and set(drawn) <= set(range(10))
    assert sorted(node.draw("abc", 7)) == ["a", "b", "c"] and node.draw([], 2) == ()


def test_drawing_from_a_set_does_not_depend_on_the_order_of_the_set():
    assert Quiet("A").draw(set("zyxwvutsrq"), 9) == Quiet("A").draw(sorted("zyxwvutsrq"), 9)


def test_a_set_is_shown_in_order():
    assert (
        show({"b", "a"}) == "{'a', 'b'}"
        and show({2, "a", None}) == "{None, 2, 'a'}"
        and show(set()) == "set()"
    )


def test_a_node_without_handlers_is_a_node():
    assert Node("A").effects == [] and Node("A").now == 0.0


def test_a_node_by_itself_knows_its_place_by_the_order_of_names():
    node = Pinger("B", peers=("C", "A"))
    assert (node.nodes, node.index, node.peers) == (("A", "B", "C"), 1, ("C", "A"))
    assert vars(node).keys() == vars(Pinger("A")).keys(), "the place in a ring is no part of the state"
