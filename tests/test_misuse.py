"""What somebody meets who uses the API wrongly: one sentence each (the tables are in `misuses`); and what is taken."""

import json
import os
import random
import re
import subprocess
import sys
from math import nan
from pathlib import Path

import pytest
from misuses import (
    ASKED,
    CALLS,
    ENGINES,
    HANDLERS,
    HUGE,
    MESSAGES,
    PROMISES,
    PROTOCOLS,
    RUN,
    RUNS,
    SCRIPTS,
    TRACE,
    VIEWS,
    Carries,
    Draws,
    Write,
    a_recieves,
    all_is_lost,
    doing,
    nothing_is_wrong,
)
from samples import Ping, Quiet

import dslab
from dslab import (
    REGISTER,
    DslabError,
    Node,
    ProtocolError,
    Run,
    Trace,
    at,
    check,
    crash,
    diagram,
    exercise,
    explore,
    follow,
    judge,
    linearizable,
    message,
    partition,
    play,
    request,
    search,
    simulate,
)
from dslab.contract import NotDeterministic, PrintsWarning
from dslab.values import brief, show


class Prints(Quiet):
    def on_ping(self, src, msg):
        print("a ping")


TABLES = (CALLS, RUNS, SCRIPTS, MESSAGES, PROTOCOLS, PROMISES, ENGINES, VIEWS)
MISUSES = {name: case for table in TABLES for name, case in table.items()}
PLACE = re.compile(r"\.? (In <lambda>, line N, by|By) the script's at\(5, request\('A', Ping\(n=0\)\)\);"
                   " replay: seed 0")
ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def nothing_done_yet(tmp_path, monkeypatch):
    monkeypatch.setenv("DSLAB_PROGRESS", str(tmp_path / "progress.json"))


def sentence_of(make) -> tuple[DslabError, str]:
    """The error that a misuse gets, and its text, in which every line number is N."""
    with pytest.raises(DslabError) as caught:
        make()
    return caught.value, re.sub(r"line \d+", "line N", str(caught.value))


def test_there_are_no_two_misuses_of_one_name():
    assert len(MISUSES) == sum(map(len, TABLES)) and len(MISUSES) + len(HANDLERS) >= 60


@pytest.mark.parametrize("name", MISUSES)
def test_a_misuse_gets_one_sentence_and_no_chain_of_tracebacks(name):
    make, expected = MISUSES[name]
    error, said = sentence_of(make)
    assert said == expected and "\n" not in said and len(said) < 400
    assert error.__cause__ is None and (error.__context__ is None or error.__suppress_context__)


@pytest.mark.parametrize("name", HANDLERS)
def test_a_slip_in_a_handler_gets_one_sentence_and_leaves_the_trace_so_far(name):
    act, expected = HANDLERS[name]
    error, said = sentence_of(lambda: doing(act))
    assert said.startswith(expected) and "\n" not in said
    assert PLACE.fullmatch(said.removeprefix(expected).lstrip("?")), said
    assert isinstance(error, ProtocolError) and error.__cause__ is None and error.__suppress_context__
    assert [step.notes for step in error.trace.steps] == [("here",), ("here",)] and json.loads(error.trace.to_json())


@pytest.mark.parametrize(("make", "kind"), [
    (lambda: Write(), TypeError), (lambda: crash(), TypeError), (lambda: Carries([1]), TypeError),
    (lambda: judge(TRACE, a_recieves), AttributeError), (lambda: dslab.simulat, AttributeError),
])
def test_whoever_catches_the_error_that_python_would_raise_catches_the_sentence(make, kind):
    assert isinstance(sentence_of(make)[0], kind)


def test_an_exception_of_the_protocol_s_own_stays_beside_its_sentence():
    error, _ = sentence_of(lambda: doing(lambda self: {}["key"]))
    assert isinstance(error.__cause__, KeyError)


@pytest.mark.parametrize(("given", "sentence"), [
    (("4.1", Quiet), "'4.1' is not an exercise: write check(exercise, your_attempt), the exercise first."),
    ((Quiet, "4.1"), "<class Quiet> is not an exercise: write check(exercise, your_attempt), the exercise first."),
    ((exercise("4.1"), Quiet("A")), "expected your class, such as check(exercise, MyClock), not <Quiet>."),
    ((exercise("4.1"), RUN), "expected your class, such as check(exercise, MyClock), not <Run>."),
    ((exercise("4.1"), Quiet), "Quiet does not extend Clock: write class Quiet(Clock)."),
])
def test_a_check_raises_nothing_and_says_it_in_its_report(given, sentence):
    assert check(*given).sentence == sentence


@pytest.mark.parametrize("seconds", ["20", nan, -1, None])
def test_a_check_without_a_limit_is_no_check(seconds):
    report = check(exercise("4.1"), exercise("4.1").reference, seconds=seconds)
    assert report.outcome == "cannot tell" and report.sentence.endswith("is not a limit: expected a number such as 20.")


# ---- what is taken, though it might be refused -----------------------------------------------------------------------

def test_one_promise_is_a_list_of_one():
    alone = nothing_is_wrong
    assert judge(TRACE, alone) == judge(TRACE, [alone])
    assert explore(RUN, alone, progress=False).verdicts == explore(RUN, [alone], progress=False).verdicts
    assert search(RUN, alone, seeds=range(2)) == search(RUN, [alone], seeds=range(2))
    assert play(TRACE, promises=alone).payload["lights"] == play(TRACE, promises=[alone]).payload["lights"]


def test_one_decision_and_one_kind_of_fault_are_lists_of_one():
    assert follow(RUN, "deliver A->B#1").to_json() == follow(RUN, ["deliver A->B#1"]).to_json()
    assert explore(RUN, after="deliver A->B#1").states == explore(RUN, after=["deliver A->B#1"]).states
    assert search(RUN, [], seeds=range(9), faults="crash") == search(RUN, [], seeds=range(9), faults=["crash"])


def test_a_group_may_be_one_name_where_another_is_a_tuple():
    assert partition(("A", "B"), "C") == partition(("A", "B"), ("C",)) and partition("A") == partition(("A",))


def test_a_history_of_a_register_is_judged_as_one():
    assert linearizable(ASKED, spec=REGISTER).status == "linearizable"


def test_a_handler_that_prints_is_told_of_notes_and_runs():
    with pytest.warns(PrintsWarning, match=r"^Prints\.on_ping, line \d+, prints: self\.note\(\.\.\.\) says it beside"):
        Run(Prints)


def test_chance_with_a_seed_is_no_chance():
    class Seeded(Quiet):
        def on_ping(self, src, msg):
            self.received.append(random.Random(f"{self.id} {msg.n}").random())

    assert simulate(Run(Seeded, 2, script=[at(1, request("A", Ping()))])).end


def test_what_no_run_decides_has_a_name_of_its_own():
    assert isinstance(sentence_of(lambda: Run(Draws))[0], NotDeterministic)


# ---- what cannot be written down -------------------------------------------------------------------------------------

@message
class Told:
    value: object


class Keeps(Node):
    """Keeps what it is asked to keep, and says so in every way."""

    def init(self):
        self.kept, self.seen = None, []

    def on_carries(self, src, msg):
        self.kept = msg.value
        self.seen.append((msg.value, {msg.value}))
        self.note(f"kept {src}")
        self.note("\ud800")
        self.output("kept", msg.value)
        self.reply(src, msg.value)
        self.broadcast(Told(msg.value))

    def on_told(self, src, msg):
        self.kept = msg.value


@pytest.mark.parametrize("value", [HUGE, -HUGE, "half a \ud800 character", "\udfff"], ids=range(4))
def test_a_value_that_no_file_can_hold_is_written_and_read_again(value, tmp_path):
    run = Run(Keeps, 2, initial={"B": {"kept": value}}, script=[at(1, request("A", Carries(value), client="a"))])
    trace = simulate(run)
    again = Trace.from_json(trace.to_json().encode().decode())
    assert again.state_at(-1) == trace.state_at(-1) and again.to_json() == trace.to_json()
    assert again.outputs()[0].values == (value,) and again.operations[0].result == value
    assert Run.from_json(run.to_json().encode().decode(), classes={"Keeps": Keeps, "Carries": Carries}) == run
    trace.to_html(str(tmp_path / "page.html"))
    drawn = diagram(trace)
    for text in (trace.table(), repr(run), str(drawn), drawn.svg, brief(value), show(value),
                 json.dumps(play(run).payload, ensure_ascii=False)):
        assert text.encode()


# ---- in every process alike ------------------------------------------------------------------------------------------

UP = """
import sys
sys.path.insert(0, "tests")
from samples import Quiet
from dslab import Run, always, at, crash, explore, judge, recover, simulate

names = [f"node{number}" for number in (5, 3, 8, 1, 9, 2)]
seen = []

@always
def each_looks(world):
    seen.append((*world.up, "|", *(world.up - {"node8"}), "|", *(world.up & {"node9", "node5"})))

trace = simulate(Run(Quiet, names, script=[at(1, crash("node3")), at(2, recover("node3"))]))
judge(trace, each_looks)
explore(Run(Quiet, names), each_looks, progress=False)
print(seen, list(trace.up_at(-1)), trace.up_at(0))
"""


def test_the_nodes_that_are_up_are_ordered_as_the_nodes_are():
    def told(seed):
        return subprocess.run([sys.executable, "-c", UP], capture_output=True, text=True, check=True, cwd=ROOT,
                              env=os.environ | {"PYTHONHASHSEED": seed}).stdout

    assert told("1") == told("2") == told("3")
    assert "('node5', 'node8', 'node1', 'node9', 'node2', '|', 'node5', 'node1', 'node9', 'node2', '|'," in told("4")


def test_the_nodes_that_are_up_are_a_frozen_set():
    up = TRACE.up_at(-1)
    assert up == {"A", "B", "C"} and isinstance(up, frozenset) and hash(up) == hash(frozenset("ABC"))
    assert up - {"B"} == {"A", "C"} and up & {"C", "Z"} == {"C"} and up <= set("ABCD") and repr(up) == "{'A', 'B', 'C'}"


def test_a_verdict_on_a_run_without_steps_names_no_step():
    still = simulate(Run(Quiet, 2))
    assert len(still) == 0 and judge(still, all_is_lost)[0].step is None
    assert repr(judge(still, all_is_lost)[0]) == "broken: in the end: all is lost. it does not hold"
