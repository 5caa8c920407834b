"""The diagram of a history shows who asked what when, where it acts and what fits nowhere, in text and picture."""

import re
from textwrap import dedent
from xml.etree import ElementTree

import pytest
from oracles import files
from test_linearizability import OPEN, STALE, hard, lecture, op

from dslab import diagram, simulate
from dslab.checkers.history import history_of
from dslab.checkers.linearizability import linearizable
from dslab.checkers.logs import read_jepsen
from dslab.checkers.sequential_consistency import sequential
from dslab.checkers.specs import CAS_REGISTER, REGISTER
from dslab.protocols.client import service
from dslab.protocols.raft_variants import LocalRead
from dslab.text import width_of
from dslab.values import DslabError

SVG = "{http://www.w3.org/2000/svg}"
STALE_RUN = service(LocalRead, clients=("alice", "bob"), script=STALE, seed=3, duration=1400)
SHORT = [op("A", "put", "x", 1, at=(0, 1)), op("A", "get", "y", at=(2, 3), result=None),
         op("B", "put", "y", 1, at=(0, 1)), op("B", "get", "x", at=(2, 3), result=None)]
TOLD = files("register/*.log", "linearizability/etcd/etcd_00[012].log")
each_log = pytest.mark.parametrize("path", TOLD, ids=lambda path: path.stem)


def drawn(what, **options):
    return str(diagram(what, **options))


def text(block):
    return dedent(block).strip("\n")


# ---- text ------------------------------------------------------------------------------------------------------------

def test_operations_are_bars_in_the_order_of_their_calls_and_returns():
    assert drawn(lecture(2)) == text("""
              set 1                     get -> 4
        A    ├─────────────┤           ├────────┤
            get -> 1   cas 1 2 -> True             get -> 2
        B  ├────────┤ ├───────────────┤           ├────────┤
               get -> 1   get -> 2       cas 2 4 -> True
        C     ├────────┤ ├────────┤     ├───────────────┤
             set 0           cas 0 3 -> False
        D   ├─────────────┤ ├────────────────────┤
        """)


def test_a_history_that_can_be_explained_shows_where_each_operation_acts_and_the_states():
    assert drawn(linearizable(lecture(4), CAS_REGISTER)) == text("""
        linearizable: 10 operations of 4 clients on a compare-and-set register
              set 1                       get -> 4
        A    ├──●────────────────┤       ├──●─────┤
            get -> 1   cas 1 2 -> True               get -> 4
        B  ├─────●──┤ ├───────●────────┤            ├●───────┤
                   get -> 1   get -> 2     cas 2 4 -> True
        C         ├──●─────┤ ├──●─────┤   ├●──────────────┤
             set 0                 cas 0 3 -> False
        D   ├─●────────────────┤  ├─────●──────────┤

              0 1             2            4
        ● acts here; below, the compare-and-set register after it
        """)


def test_what_fits_nowhere_is_marked_and_the_beginning_before_it_is_explained():
    lines = drawn(linearizable(lecture(2), CAS_REGISTER)).splitlines()
    assert lines[0] == "not linearizable: B's get -> 2 fits nowhere: it could only be told 4"
    assert lines[4] == "B  ├─────●──┤ ├───────●────────┤            ╞════════╡"
    assert lines[-1] == "● acts here; below, the compare-and-set register after it   ╞═╡ fits nowhere"
    assert "".join(lines[1:-1]).count("●") == 9


def test_what_never_returned_has_no_end():
    history = [OPEN, op("B", "read", at=(1, 2), result=None), op("B", "read", at=(3, 4), result=1)]
    assert drawn(linearizable(history, REGISTER)) == text("""
        linearizable: 3 operations of 2 clients on a register
            write 1
        A  ├──────────────●───────────►
             read -> None   read -> 1
        B   ├●───────────┤ ├●────────┤

             None         1
        ● acts here; below, the register after it   ├─► never returned
        """)


def test_what_need_not_have_acted_has_no_point():
    assert "●" not in drawn(linearizable([OPEN], REGISTER))


def test_of_many_keys_the_one_to_blame_is_shown():
    history = [op("A", "put", "x", 1, at=(0, 1)), op("B", "get", "x", at=(2, 3), result=1),
               op("A", "add", "y", 1, at=(4, 5), result=1), op("B", "add", "y", 1, at=(6, 7), result=1)]
    assert drawn(linearizable(history)) == text("""
        not linearizable: B's add 'y' 1 -> 1 fits nowhere (key 'y'): it could only be told 2
            add 'y' 1 -> 1
        A  ├●─────────────┤
                            add 'y' 1 -> 1
        B                  ╞══════════════╡

            1
        ● acts here; below, the value under 'y' after it   ╞═╡ fits nowhere
        """)


def test_an_order_without_real_time_is_shown_by_numbers():
    """It may contradict the picture's time, so it has no points there."""
    assert drawn(sequential(SHORT)) == text("""
        not sequentially consistent: an order explains 3 operations at most, and what comes next does not
        fit: B's get 'x' -> None
            1. put 'x' 1   2. get 'y' -> None
        A  ├────────────┤ ├──────────────────┤
             3. put 'y' 1   get 'x' -> None
        B   ├────────────┤ ╞══════════════════╡
        ╞═╡ cannot come next
        1. 2. 3.: an order that keeps each client's own, whatever the time
        """)
    stale = [op("A", "write", 1, at=(0, 1)), op("B", "read", at=(2, 3), result=None)]
    lines = drawn(sequential(stale, REGISTER)).splitlines()
    assert lines[1].split() == ["2.", "write", "1"] and lines[3].split() == ["1.", "read", "->", "None"]


def test_wide_names_and_long_values_keep_their_columns():
    history = [op("选举客户", "write", "价值" * 30, at=(0, 2)), op("x" * 50, "read", at=(1, 3), result="价值" * 30)]
    _, *rows, key = drawn(linearizable(history, REGISTER)).splitlines()
    assert len(rows) == 4 and key == "● acts here", "a state as long as that is not shown"
    for name, words, bar in (("xxxxxxxxxxxxx…", *rows[:2]), ("选举客户", *rows[2:])):
        assert bar.startswith(name + " ") and words.endswith("…")
        assert width_of(words.strip()) in (29, 30), "a letter of two columns may leave one free"
        assert 16 <= width_of(bar.partition("├")[0]) < width_of(words.partition("r")[0]) + 2
        assert width_of(words) <= width_of(bar), "the words stay above their bar"


def test_a_verdict_that_is_unknown_shows_the_history_alone():
    lines = drawn(linearizable(hard(), configurations=100)).splitlines()
    assert lines[0].startswith("unknown: gave up after") and "●" not in "".join(lines) and "╞" not in "".join(lines)


def test_where_nothing_was_asked_it_says_so():
    assert drawn(linearizable([])) == "linearizable: 0 operations of 0 clients on a key-value store\nnothing was asked"


# ---- long histories --------------------------------------------------------------------------------------------------

LONG = [op("AB"[number % 2], "write", number, at=(number, number + 0.5)) for number in range(100)]


def test_of_a_long_history_as_much_is_shown_as_fits_and_how_to_see_more():
    """A window says what it leaves out, and its successor begins where it ends."""
    shown, first = [], 0
    while first < 100:
        lines = drawn(LONG, first=first).splitlines()
        assert max(map(width_of, lines)) <= 100
        shown += [int(number) for number in re.findall(r"write (\d+)", "".join(lines))]
        if "shows more" not in lines[-1]:
            assert lines[-1] == f"operations {first}–99 of 100; diagram(..., last=...) shows earlier ones"
            break
        begin, end, following = map(int, re.fullmatch(
            r"operations (\d+)–(\d+) of 100; diagram\(\.\.\., first=(\d+)\) shows more", lines[-1]).groups())
        assert (begin, following) == (first, end + 1)
        first = following
    assert sorted(shown) == [*range(100)]


def test_a_part_can_be_asked_for():
    lines = drawn(LONG, first=10, last=13).splitlines()
    assert re.findall(r"write (\d+)", "".join(lines)) == ["10", "12", "11"]
    assert drawn(LONG, first=10, last=13, width=200).splitlines()[-1].startswith("operations 10–12 of 100")


def test_a_wider_text_shows_more():
    assert drawn(LONG, width=300).count("write") > drawn(LONG).count("write") > drawn(LONG, width=40).count("write") > 0


@pytest.mark.parametrize("path", files("register/stale-1.log", "linearizability/etcd/etcd_000.log"),
                         ids=lambda path: path.stem)
def test_the_window_of_a_long_log_ends_at_what_fits_nowhere(path):
    """Those shown were asked before it was clear that they cannot be explained."""
    verdict = linearizable(read_jepsen(path.read_text()), CAS_REGISTER)
    found = diagram(verdict)
    assert max(map(width_of, str(found).splitlines())) <= 100 and 4 <= len(found.picture.bars) < len(verdict.history)
    assert [bar.operation for bar in found.picture.bars if bar.is_stuck] == [verdict.culprit]
    assert max(bar.operation.invoked for bar in found.picture.bars) <= verdict.culprit.returned


@each_log
def test_points_lie_on_their_bars_and_in_the_order_that_explains_them(path):
    verdict = linearizable(read_jepsen(path.read_text()), CAS_REGISTER)
    order = verdict.prefix or verdict.orders[None]
    for first in range(0, len(verdict.history), 9):
        acting = [bar for bar in diagram(verdict, first=first).picture.bars if bar.point is not None]
        assert all(bar.start < bar.point < bar.end for bar in acting)
        points = {id(bar.operation): bar.point for bar in acting}
        columns = [points[id(one)] for one in order if id(one) in points]
        assert columns == sorted(set(columns))


@each_log
def test_a_window_leaves_nothing_out_that_acts_between_what_it_shows(path):
    """So all that is shown after its first point follows from what is shown: no state comes from nowhere."""
    verdict = linearizable(read_jepsen(path.read_text()), CAS_REGISTER)
    order = verdict.prefix or verdict.orders[None]
    for first in range(0, len(verdict.history), 9):
        shown = {id(bar.operation) for bar in diagram(verdict, first=first).picture.bars if bar.point is not None}
        places = [place for place, one in enumerate(order) if id(one) in shown]
        assert places == [*range(min(places, default=0), max(places, default=-1) + 1)]
        assert places or (verdict.culprit and verdict.history[first].invoked > verdict.prefix[-1].invoked)


# ---- picture ---------------------------------------------------------------------------------------------------------

PICTURES = {
    "plain": lecture(2),
    "explained": linearizable(lecture(4), CAS_REGISTER),
    "refuted": linearizable(lecture(2), CAS_REGISTER),
    "open": linearizable([OPEN], REGISTER),
    "without time": sequential(SHORT),
    "hostile": linearizable([op("<script>alert(1)</script>", "write", "]]>&\"'", at=(0, 1)),
                             op("\x1b[31mred", "read", at=(0, 1), result="\u202eevil")], REGISTER),
    "empty": linearizable([]),
    "long": LONG,
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_is_well_formed_and_within_its_frame(name):
    root = ElementTree.fromstring(diagram(PICTURES[name]).svg)
    width, height = float(root.get("width")), float(root.get("height"))
    assert root.get("role") == "img" and root.find(f"{SVG}title").text and not [*root.iter(f"{SVG}script")]
    for text_element in root.iter(f"{SVG}text"):
        assert 0 <= float(text_element.get("x")) < width and 0 < float(text_element.get("y")) < height
        if not text_element.get("text-anchor"):
            assert float(text_element.get("x")) + 4.5 * len(text_element.text) < width, "it would be cut off"


def test_the_picture_shows_what_the_text_shows():
    found = diagram(PICTURES["refuted"])
    root = ElementTree.fromstring(found.svg)
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert {"not linearizable", "A", "D", "cas 1 2 -> True", "fits nowhere"} <= set(words)
    told = [element.find(f"{SVG}title").text for element in root.iter(f"{SVG}g")]
    assert len(told) == 10 and "B's get -> 2: from 7.85 to 9.35" in told
    assert sum(element.get("class") == "receive" for element in root.iter(f"{SVG}path")) == 9 + 1, "and the legend"


def test_a_notebook_gets_both_forms_and_a_file_either(tmp_path):
    found = diagram(PICTURES["explained"])
    assert found._repr_mimebundle_() == {"image/svg+xml": found.svg, "text/plain": found.text}
    assert repr(found) == "<diagram: 10 operations of A, B, C, D>"
    for name, content in (("a.svg", found.svg), ("a.txt", found.text)):
        found.save(tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8") == content + "\n"


# ---- what is drawn ---------------------------------------------------------------------------------------------------

def test_the_operations_of_a_trace_are_drawn_from_its_verdict_or_its_history():
    trace = simulate(STALE_RUN)
    assert drawn(linearizable(trace)).splitlines()[-1] == (
        "● acts here; below, the value under 'x' after it   ╞═╡ fits nowhere")
    assert drawn(history_of(trace)).count("├") == 3


def test_a_trace_itself_is_still_drawn_as_a_space_time_diagram():
    assert repr(diagram(simulate(STALE_RUN))) == "<diagram: 60 steps of A, B, C, alice, bob>"


@pytest.mark.parametrize(("options", "why"), [
    ({"first": 10}, "there is no operation 10 to begin with: the history has 10, from 0"),
    ({"first": "a"}, "there is no operation 'a' to begin with"),
    ({"last": "a"}, "last='a' is not an operation: expected a whole number, or None for as many as fit"),
    ({"width": 10}, "width=10 does not do: the text form takes a whole number of 40 to 1000 columns"),
    ({"stamps": "vector"}, "stamps, nodes and kinds are of a space-time diagram: a history has operations only"),
])
def test_arguments_that_do_not_fit_are_refused_in_a_sentence(options, why):
    with pytest.raises(DslabError, match=re.escape(why)):
        diagram(lecture(2), **options)
