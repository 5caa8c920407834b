"""Mistakes in a protocol: one sentence says what was found, what was expected, and the nearest right thing.

What a simulator cannot see (an endless loop, another behaviour at the same seed) is for the grader.
"""

import json
import re
import sys

import pytest
from samples import Ping, Pong, Put, Quiet

from dslab.marks import Cursor, Lock, Quorum
from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.reasons import Reason
from dslab.run import Run
from dslab.script import at, crash, recover, request
from dslab.simulator.errors import ProtocolError
from dslab.simulator.simulate import simulate
from dslab.values import DslabError

NETWORK = Network(latency=constant(10))
LOG: list = []
SEEN = {"nothing": 0}


def refused(protocol, sentence, **arguments):
    """Run the protocol, which must be refused with this one sentence; returns the error."""
    with pytest.raises(DslabError) as caught:
        simulate(Run(protocol, arguments.pop("nodes", 2), network=NETWORK, **arguments))
    said = str(caught.value)
    assert re.search(sentence, said), said
    assert "\n" not in said and len(said) < 400
    return caught.value


class Base(Node):
    """A pings B when it starts."""

    def init(self):
        self.x = 0

    def on_start(self):
        if self.id == "A":
            self.send("B", Ping(3))


# ---- handlers ----


def test_a_missing_handler():
    refused(
        Base,
        r"^Base has no handler on_ping\(self, src, msg\) for Ping\. "
        r"When B received Ping\(n=3\) from A at 10 ms; replay: seed 0$",
    )


def test_a_misspelt_handler():
    class Misspelt(Base):
        def on_pign(self, src, msg):
            pass

    refused(
        Misspelt,
        r"no handler on_ping\(self, src, msg\) for Ping; it has on_pign\. "
        r"Did you mean on_ping where it says on_pign\?",
    )


def test_a_handler_without_src():
    class Short(Base):
        def on_ping(self, msg):
            pass

    refused(Short, r"Short\.on_ping\(self, msg\) cannot be called: expected on_ping\(self, src, msg\)")


def test_a_timer_handler_with_an_argument():
    class Long(Base):
        def on_beat_timer(self, name):
            pass

    refused(Long, r"Long\.on_beat_timer\(self, name\) cannot be called: expected on_beat_timer\(self\)")


def test_a_handler_that_waits():
    class Coroutine(Base):
        async def on_ping(self, src, msg):
            pass

    class Generator(Base):
        def on_ping(self, src, msg):
            yield

    class Both(Base):
        async def on_ping(self, src, msg):
            yield

    for protocol in (Coroutine, Generator, Both):
        refused(
            protocol,
            r"\.on_ping waits \(async or yield\): a handler runs to completion; use set_timer to wait",
        )


def test_a_message_that_takes_the_name_of_another_handler():
    @message
    class Start:
        pass

    @message
    class ElectionTimer:
        pass

    class Confused(Base):
        def on_election_timer(self):
            pass

    refused(
        Confused,
        "a message cannot be called Start: on_start is not a handler of messages",
        script=[at(1, request("A", Start()))],
    )
    refused(
        Confused, "a message cannot be called ElectionTimer", script=[at(1, request("A", ElectionTimer()))]
    )


def test_a_node_that_defines_its_constructor():
    class Constructed(Node):
        def __init__(self):
            self.x = 0

    refused(Constructed, r"Constructed defines __init__: a node declares its state in init\(self\)")


# ---- exceptions ----


class Raises(Base):
    """Fails in a method that its handler calls."""

    def on_ping(self, src, msg):
        self.x = 1
        self.output("too late")
        self.helper()

    def helper(self):
        return {}["term"]


def test_an_exception_says_where_and_when():
    line = Raises.helper.__code__.co_firstlineno + 1
    error = refused(
        Raises,
        rf"^KeyError: 'term'\. In Raises\.helper, line {line}, "
        r"when B received Ping\(n=3\) from A at 10 ms; replay: seed 0$",
    )
    assert isinstance(error, ProtocolError) and isinstance(error.__cause__, KeyError)


def test_an_exception_leaves_the_trace_of_all_that_happened_before():
    trace = refused(Raises, "KeyError").trace
    assert trace.end == Reason("error", step=2) and len(trace.steps) == 2 and trace.outputs() == []
    assert trace.messages[0].fate == "in flight" and json.loads(trace.to_json())


def test_an_exception_at_a_request_leaves_a_trace_without_that_request():
    trace = refused(
        Raises, r"by the script's at\(1, request\('A', Ping\(n=0\)\)\)", script=[at(1, request("A", Ping()))]
    ).trace
    assert trace.operations == [] and len(trace.steps) == 2


def test_an_exception_in_each_kind_of_handler_says_which():
    class Fails(Quiet):
        at_start = True

        def on_start(self):
            self.set_timer("beat", 5)
            assert 1 / (0 if self.at_start else 1)

        def on_recover(self):
            return [][0]

        def on_beat_timer(self):
            return int("x")

    class Later(Fails):
        at_start = False

    refused(
        Fails,
        r"ZeroDivisionError: .*\. In .*Fails\.on_start, line \d+, at the start of A; replay: seed 7",
        seed=7,
    )
    refused(Later, r"ValueError: invalid literal .*on_beat_timer, line \d+, at the beat timer of A at 5 ms")
    refused(
        Later,
        r"IndexError: .*on_recover, line \d+, by the script's at\(2, recover\('A'\)\)",
        script=[at(1, crash("A")), at(2, recover("A"))],
    )


def test_an_exception_from_inside_a_library_names_the_line_that_called_it():
    class Caller(Base):
        def on_ping(self, src, msg):
            json.dumps(self)

    line = Caller.on_ping.__code__.co_firstlineno + 1
    refused(Caller, rf"TypeError: .* In .*Caller\.on_ping, line {line}, when B received")


def test_ending_the_process_and_endless_recursion():
    class Exits(Base):
        def on_ping(self, src, msg):
            sys.exit(0)

    class Recurses(Base):
        def on_ping(self, src, msg):
            self.on_ping(src, msg)

    refused(Exits, r"SystemExit: 0\. In .*Exits\.on_ping, line \d+, when B received")
    refused(Recurses, r"RecursionError: .* In .*Recurses\.on_ping, line \d+, when B received")


# ---- messages ----


@message
class Carries:
    value: object


def itself(value):
    """No message, but the value."""
    return value


@pytest.mark.parametrize(
    ("make", "value", "sentence"),
    [
        (
            Carries,
            len,
            "cannot send Carries.*<builtin_function_or_method> is a .*; only numbers, strings",
        ),
        (Carries, [1], r"\[1\] is a list; a list can be changed by both sides: use tuple\(...\)"),
        (Carries, float("nan"), "nan is not JSON"),
        (Carries, "x" * 100_000, "cannot send a Carries of 100 kB: the limit is 64 kB"),
        (
            itself,
            ("put", "x"),
            r"cannot send \('put', 'x'\): a message is an instance of a class with @message, not a tuple",
        ),
        (itself, Ping, "a message is an instance of a class with @message, not a type"),
        (itself, None, "cannot send None"),
    ],
    ids=["a function", "a list", "NaN", "too much", "a tuple", "a class", "None"],
)
def test_what_cannot_be_sent(make, value, sentence):
    class Sends(Base):
        def on_ping(self, src, msg):
            self.send("A", make(value))

    refused(Sends, sentence + r".* In .*Sends\.on_ping, line \d+, when B received")


def test_sending_to_nobody_or_to_itself():
    class ToNobody(Base):
        def on_ping(self, src, msg):
            self.send("Z", msg)

    class ToItself(Base):
        def on_ping(self, src, msg):
            self.send(self.id, msg)

    refused(ToNobody, r"B sent to 'Z', which is not in this cluster \(A, B\)")
    refused(ToItself, "B sent to itself: call a method instead")


def test_changing_a_message_that_was_received():
    class Changes(Base):
        def on_ping(self, src, msg):
            msg.n += 1

    refused(Changes, r"Ping\.n cannot be changed: .* Make a new message\. In .*Changes\.on_ping")


@pytest.mark.parametrize("delay", [-5, float("nan"), "5"])
def test_a_delay_that_is_none(delay):
    class Times(Base):
        def on_ping(self, src, msg):
            self.set_timer("beat", delay)

        def on_beat_timer(self):
            pass

    refused(Times, r"set_timer\('beat', .*\): a delay is .* In .*Times\.on_ping")


# ---- state ----


def test_an_attribute_that_init_does_not_declare():
    class Grows(Base):
        def on_ping(self, src, msg):
            self.xx = 1

    class Shrinks(Base):
        def on_ping(self, src, msg):
            del self.x

    refused(Grows, r"B assigned the attribute xx, which Grows\.init does not declare\. Did you mean 'x'\?")
    refused(Shrinks, r"B deleted its attribute x: a node keeps the attributes that Shrinks\.init declares")


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (lambda node: len, "builtin_function"),
        (lambda node: node, "<Stores> is a Stores"),
        (lambda node: (i for i in "ab"), "generator"),
        (lambda node: {1: [object()]}, "object"),
        (lambda node: bytearray(), "bytearray"),
        (lambda node: {(1, Quiet("A"))}, "Quiet"),
    ],
)
def test_state_that_is_not_plain_data(value, what):
    class Stores(Base):
        def on_ping(self, src, msg):
            self.x = value(self)

    refused(
        Stores,
        rf"B\.x cannot be state: .*{what}.*; a node's state is plain data: .*\. When B received Ping",
    )


def test_state_that_contains_itself():
    class Cycles(Base):
        def on_ping(self, src, msg):
            self.x = []
            self.x.append(self.x)

    refused(Cycles, r"B\.x cannot be state: it contains itself, or is nested too deeply")


def test_persistent_attributes_that_do_not_exist():
    class Forgets(Base):
        persistent = ("y", "x")

    class Comma(Base):
        persistent = "x"

    class Listed(Base):
        persistent = ["x"]

    refused(Forgets, r"Forgets\.persistent names 'y', which init does not declare")
    refused(Comma, r'Comma\.persistent is a tuple of names: write \("x",\)')
    refused(Listed, r"Listed\.persistent is a tuple of names, not \['x'\]")


def test_logs_are_pairs_of_a_log_and_its_counter():
    class Alone(Base):
        logs = ("log",)

    class Bare(Base):
        logs = "log"

    for cls in (Alone, Bare):
        refused(cls, rf"{cls.__name__}\.logs is a tuple of pairs, .* not .*'log'")


def test_marks_are_made_by_the_classes_of_marks():
    class Bare(Base):
        marks = Quorum("x")

    class Named(Base):
        marks = ("x",)

    class Misspelt(Base):
        marks = (Quorum("votse"),)

        def init(self):
            self.votes = set()

    class Leaderless(Base):
        roles = ("leader", "follower")
        marks = (Cursor("x", role="leaders"),)

    for cls in (Bare, Named):
        refused(cls, rf"{cls.__name__}\.marks is a tuple of marks, each made by a class of dslab\.marks")
    refused(Misspelt, r"Misspelt\.marks names 'votse', which init does not declare. Did you mean 'votes'")
    refused(Leaderless, r"draws 'x' in the role 'leaders', and its roles are leader, follower. Did you mean 'leader'")
    with pytest.raises(DslabError, match=r"Quorum needs 'mayority': expected .* Did you mean 'majority'"):
        Quorum("votes", needed="mayority")
    with pytest.raises(DslabError, match=r"Lock: attribute is 3, expected a text"):
        Lock(3)


def test_a_list_that_nodes_share_through_their_class():
    class Classwide(Base):
        log = []

    class Deep(Base):
        log = ((), ([],))

    class Default(Base):
        def on_ping(self, src, msg, log=[]):  # noqa: B006
            log.append(msg)

    class Keyword(Base):
        def on_ping(self, src, msg, *, log={}):  # noqa: B006
            log[src] = msg

    refused(Classwide, r"all nodes would share one list, Classwide\.log\. Nodes may talk by messages only")
    refused(Deep, r"all nodes would share one tuple, Deep\.log")
    refused(Default, r"all nodes would share the default value of Default\.on_ping, a list")
    refused(Keyword, r"all nodes would share the default value of Keyword\.on_ping, a dict")


def test_a_list_that_nodes_share_through_a_global():
    class Shares(Base):
        def init(self):
            self.x = LOG

    class Changes(Base):
        def on_ping(self, src, msg):
            SEEN[src] = msg.n

    refused(Shares, r"A\.x and B\.x are one and the same list\. Nodes may talk by messages only")
    refused(
        Changes,
        r"^Changes changed the global dict SEEN, which all nodes share\. Nodes may talk by messages[^;]*$",
    )
    SEEN.pop("A")


def test_a_constant_may_be_global():
    class Reads(Base):
        def on_ping(self, src, msg):
            self.x = len(SEEN)

    assert simulate(Run(Reads, 2)).state_at(-1)["B"]["x"] == 1


# ---- names and texts from a protocol ----


def test_a_hostile_repr_is_never_called():
    class Hostile:
        def __repr__(self):
            raise RuntimeError("boo")

        __str__ = __repr__

    class Stores(Base):
        def on_ping(self, src, msg):
            self.x = Hostile()

    refused(Stores, r"B\.x cannot be state: <Hostile> is a Hostile")


def test_long_texts_are_shortened_in_sentences():
    class Stores(Base):
        def on_ping(self, src, msg):
            self.note("n" * 10_000)
            self.send("A", Pong(msg))

    class Sends(Base):
        def on_ping(self, src, msg):
            self.send("Z" * 10_000, msg)

    refused(Sends, "B sent to 'ZZZ")
    refused(Quiet, "Quiet has no handler on_put", script=[at(1, request("A", Put("k" * 10_000, 1)))])


def test_a_reply_to_somebody_who_never_asked_is_refused():
    class Wrong(Node):
        def on_ping(self, src, msg):
            self.reply("alcie", 1)

    with pytest.raises(DslabError, match="reply to 'alcie', which never made a request .*Did you mean 'alice'"):
        simulate(Run(Wrong, 1, script=[at(1, request("A", Ping(1), client="alice"))]))


def test_a_message_with_code_of_its_own_is_refused():
    with pytest.raises(DslabError, match="a message only carries data"):
        @message
        class Busy:
            n: int

            def __post_init__(self):
                pass
