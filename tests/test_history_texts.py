"""Histories as text: what people type, and what other tools have logged."""

import re

import pytest

from dslab import DslabError, at, request, simulate
from dslab.checkers.history import ANY, Malformed, Operation
from dslab.checkers.linearizability import linearizable, linearizations
from dslab.checkers.lines import LECTURE, call_in_words, lines_of, read_call, read_lines
from dslab.checkers.logs import read_edn, read_jepsen
from dslab.checkers.reading import read_history
from dslab.checkers.specs import CAS_REGISTER
from dslab.protocols.client import Put, service
from dslab.protocols.raft import Raft
from dslab.testing import history

TYPED = """
# two clients of a register
A: write 1 [0, 4]
B: read -> 1 [3, 7.5]       # it saw the write

B: cas 1 2 -> true [8, 9]
A: write 3 [5, ...]
"""
OPERATIONS = (
    Operation("A", ("write", 1), 0, 4), Operation("B", ("read",), 3, 7.5, 1), Operation("A", ("write", 3), 5),
    Operation("B", ("cas", 1, 2), 8, 9, True))
JEPSEN = "INFO jepsen.util - 0 :invoke :write 1\nINFO jepsen.util - 0 :ok :write 1"
EDN = ('{:process 0, :type :invoke, :f :get, :key "x", :value nil}\n'
       '{:process 0, :type :ok, :f :get, :key "x", :value "1"}')


def test_a_line_is_an_operation_with_its_client_its_result_and_its_times():
    assert read_lines(TYPED) == OPERATIONS


def test_a_history_is_read_again_as_it_was_written():
    odd = (Operation("A", ("put", "x", "two words"), 0, 1), Operation("A", ("put", "x", "true"), 2, 3),
           Operation("A", ("get", "y"), 3.125, 1234567.891, None), Operation("B", ("put", (1, 2), -1.5), 4),
           Operation("C", ("read",), 5, 6, frozenset({1})), Operation("D", ("put", "?", "it's"), 5, 6, ""))
    for operations in (OPERATIONS, odd[:-2], odd[-1:]):
        assert read_lines(lines_of(operations)) == operations
    assert lines_of(OPERATIONS).splitlines()[2] == "A: write 3 [5, ...]"


@pytest.mark.parametrize("text, call, result", [
    ("read", ("read",), ANY), ("read -> ?", ("read",), ANY), ("read -> none", ("read",), None),
    ("read->nil", ("read",), None), ("cas 1 2 -> false", ("cas", 1, 2), False),
    ("put x 'a b' -> 'c d'", ("put", "x", "a b"), "c d"), ("read -> (1, 2)", ("read",), (1, 2)),
])
def test_words_are_strings_and_values_are_values(text, call, result):
    assert read_call(text) == (call, result)
    assert read_call(call_in_words(call, result)) == (call, result)


def test_the_ten_operations_have_no_linearization_and_ten_if_the_last_read_returns_4():
    """Curriculum N35 and D6.5: Kleppmann's history of ten operations, as people type it; all orders enumerated."""
    assert [*linearizations(read_history(LECTURE), CAS_REGISTER)] == []
    assert not linearizable(read_history(LECTURE), CAS_REGISTER)
    other = read_history(LECTURE.replace("get -> 2 [7.85, 9.35]", "get -> 4 [7.85, 9.35]"))
    assert len(set(linearizations(other, CAS_REGISTER))) == len([*linearizations(other, CAS_REGISTER)]) == 10


def test_each_kind_of_text_is_known_by_its_first_line():
    assert read_history(JEPSEN) == read_jepsen(JEPSEN)
    assert read_history(EDN) == read_edn(EDN)
    assert read_history(TYPED) == read_history(list(OPERATIONS)) == OPERATIONS
    assert read_history("") == ()


def test_a_trace_has_a_history_and_so_has_its_json():
    trace = simulate(service(Raft, script=[at(900, request("alice", Put("x", 1)))], duration=2_000))
    assert [one.label() for one in read_history(trace)] == ["put 'x' 1 -> 1"]
    assert read_history(trace.to_json()) == read_history(trace)


@pytest.mark.parametrize("text", [TYPED, JEPSEN, EDN])
def test_a_file_is_read_by_its_path_or_its_name(tmp_path, text):
    file = tmp_path / "some history.log"
    file.write_text(text, encoding="utf-8")
    assert read_history(file) == read_history(str(file)) == read_history(text) != ()


@pytest.mark.parametrize("text, why", [
    ("A: read [0, 1]\nhello", "line 2 is 'hello', expected: client: call -> result [invoked, returned], such as A"),
    ("A: read", "line 1 is 'A: read', expected: client: call -> result [invoked, returned]"),
    ("\n\nA: [1, 2]", "line 3: '' is no call, expected a name and plain arguments, such as write 1"),
    ("A: write [3] [1, 2]", "line 1: 'write [3]' is no call, expected a name and plain arguments"),
    ("A: write 'x [1, 2]", 'line 1: "write \'x" is no call'),
    ("A: read -> [1, 2]", "line 1: 'read ->' has nothing behind the arrow, expected a result, such as read -> 1"),
    ("A: read [1, x]", "line 1: the times are '[1, x]', expected two numbers, such as [1.5, 4.1], or [1.5, ...]"),
    ("A: read [1, 2, 3]", "line 1: the times are '[1, 2, 3]'"), ("A: read []", "line 1: the times are '[]'"),
    ("A: read [nan, 2]", "line 1: the times are '[nan, 2]'"), ("A: read [1, inf]", "line 1: the times are '[1, inf]'"),
    ("# times\nA: read [3, 1]", "line 2: malformed history: A's read returned at 1, before it was invoked at 3"),
    ("A: read [0, 5]\nB: read [0, 5]\nA: write 1 [3, 6]", "line 3: malformed history: A's write 1 was invoked at 3, "
     "while A's read was still open"),
])
def test_a_line_that_is_none_is_refused_with_its_number(text, why):
    with pytest.raises(Malformed, match=re.escape(why)):
        read_history(text)


@pytest.mark.parametrize("what, why", [
    ("no_such.log", "the file 'no_such.log' cannot be read: No such file or directory; expected a file with a history"),
    ("{", "JSON"), (3, "expected a Trace or a list of operations, not 3"),
    ("x - 0 :invoke :read nil\nhello", "line 2 of the log is 'hello', expected: process :invoke :read nil"),
])
def test_what_holds_no_history_is_refused_in_a_sentence(what, why):
    with pytest.raises(DslabError, match=re.escape(why)):
        read_history(what)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    file = tmp_path / "picture.png"
    file.write_bytes(b"\x89PNG\xff")
    with pytest.raises(Malformed, match="cannot be read: it is no text; expected a file with a history in it"):
        read_history(file)


def test_drawn_and_typed_histories_are_read_by_one_grammar():
    assert history("A |-- cas 1 2 -> true --|")[0].result is True
