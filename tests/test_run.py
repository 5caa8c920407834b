"""A run is a value: compared, changed in copies, written as code and as JSON."""

import json
import pickle
import sys
from copy import deepcopy

import networkx
import pytest
from samples import Gossip, Ping, Pinger, Put, Quiet, Store, gossip_run

from dslab.network import Network, constant, exponential, long_tail, uniform
from dslab.node import Node
from dslab.run import Limits, Run, with_limits
from dslab.script import at, clock, crash, delay, duplicate, heal, partition, request, set_link
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.values import DslabError

RUNS = [
    gossip_run(),
    Run(Quiet, 0),
    Run(Quiet, 1),
    Run(Quiet, 30),
    Run(Quiet, ("X", "node 2", "a#1'", "<b>", "ü")),
    Run({"S": Store, "C": Pinger}, topology=[("S", "C")], title='a "title"\n', until="news"),
    Run(Quiet, 3, initial={"A": {"received": [1, (2, Ping(3)), {4, 5}]}}, limits=Limits(steps=9), duration=0),
    Run(
        Quiet,
        2,
        network=Network(
            latency=exponential(3, least=1), links={("A", "B"): {"latency": long_tail(2), "loss": 1}}
        ),
    ),
    Run(
        Store,
        2,
        script=[
            at(1, request("A", Put("x", 1), client="alice")),
            at(2, set_link("A", "B", latency=uniform(1, 2), fifo=True)),
            at(3, partition(("A",), ("B",))),
            at(4, heal()),
            at(5, clock("A", drift=1.5)),
            at(6, delay("A->B#1", by=2)),
            at(7, duplicate("A->B#2")),
        ],
    ),
]
each_run = pytest.mark.parametrize("run", RUNS, ids=range(len(RUNS)))


@each_run
def test_a_run_shows_itself_as_the_code_that_makes_it(run):
    names = (
        vars(__import__("dslab.script", fromlist=["at"]))
        | vars(__import__("dslab.network", fromlist=["Network"]))
        | globals()
    )
    assert eval(run.code(), names) == run
    assert eval(repr(run), names).code() == run.code()


@each_run
def test_a_run_survives_json(run):
    assert Run.from_json(run.to_json()) == run
    assert Run.from_json(run.to_json()).to_json() == run.to_json()


@each_run
def test_equal_runs_have_equal_hashes(run):
    assert hash(run.replace()) == hash(run) and run.replace() == run and run.replace(seed=99) != run


@each_run
def test_a_run_can_be_copied_and_pickled(run):
    assert pickle.loads(pickle.dumps(run)) == deepcopy(run) == run
    assert deepcopy(run).network is not run.network


def test_nodes_are_named_by_letters_and_beyond_26_by_numbers():
    assert Run(Quiet, 3).nodes == ("A", "B", "C") and Run(Quiet, 26).nodes[-1] == "Z"
    assert Run(Quiet, 27).nodes[::26] == ("N1", "N27")


def test_a_changed_copy_leaves_the_run_as_it_was():
    run = Run(Quiet, 3, script=[at(5, crash("A"))])
    assert (
        run.replace(seed=3, nodes=5).nodes == tuple("ABCDE") and run.replace(protocol=Pinger).protocols["A"] is Pinger
    )
    assert [event.time for event in run.plus(at(9, heal()), at(2, heal())).script] == [2, 5, 9]
    assert with_limits(run, steps=7).limits.steps == 7
    assert run == Run(Quiet, 3, script=[at(5, crash("A"))])


def test_a_run_cannot_be_changed():
    with pytest.raises(DslabError, match=r"use run.replace\(seed=...\)"):
        Run(Quiet).seed = 3


def test_later_changes_of_its_arguments_do_not_reach_a_run():
    script, initial, links = [], {"A": {"received": [1]}}, {("A", "B"): {"loss": 1}}
    run = Run(Quiet, script=script, initial=initial, network=Network(links=links))
    script.append(at(1, heal()))
    initial["A"]["received"].append(2)
    links["A", "B"]["loss"] = 0
    assert (run.script, run.initial["A"]["received"], run.network.links["A", "B"]["loss"]) == ((), [1], 1)


def test_a_topology_is_a_graph_or_pairs():
    assert Run(Quiet, 3, topology=networkx.path_graph(["A", "B", "C"])) == Run(
        Quiet, 3, topology=[("A", "B"), ("B", "C")]
    )
    assert Run(Quiet, 3, topology=[]).topology == ()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Run("Quiet"), "a protocol is a subclass of Node, not 'Quiet'"),
        (lambda: Run(Quiet("A")), "a protocol is a subclass of Node, not <Quiet>"),
        (lambda: Run(int), "a protocol is a subclass of Node, not int"),
        (lambda: Run(Quiet, -1), "at least 0 nodes, not -1"),
        (lambda: Run(Quiet, 2.5), "nodes is a number or a list of names, found 2.5"),
        (lambda: Run(Quiet, ["A", 2]), "found 2"),
        (lambda: Run(Quiet, ["A", ""]), "found ''"),
        (lambda: Run(Quiet, "A->B"), "a node cannot be called 'A->B'"),
        (lambda: Run(Quiet, ["A", "A"]), "two nodes have the same name"),
        (lambda: Run(Quiet, seed="7"), "a seed is a whole number, not '7'"),
        (lambda: Run(Quiet, seed=True), "a seed is a whole number, not True"),
        (lambda: Run(Quiet, duration=float("nan")), "a duration is a number of ms, at least 0, not nan"),
        (lambda: Run(Quiet, duration=-1), "a duration is a number of ms, at least 0"),
        (lambda: Run(Quiet, network=constant(3)), r"network is a Network, not <Latency>"),
        (lambda: Run(Quiet, limits={"steps": 3}), "limits is a Limits, not {'steps': 3}"),
        (lambda: Run(Quiet, until=3), "until is a str, not 3"),
        (
            lambda: Run(Quiet, script=crash("A")),
            r'a script is a list of events such as at\(500, crash\("A"\)\)',
        ),
        (lambda: Run(Quiet, script=[crash("A")]), "a script is a list of events"),
        (
            lambda: Run(Quiet, ["Anna"], script=[at(5, crash("Ana"))]),
            r"'Ana', which is not in this cluster \(Anna\)\. Did you mean 'Anna'",
        ),
        (lambda: Run(Quiet, topology=[("A", "Z")]), "a link names 'Z'"),
        (lambda: Run(Quiet, topology=[("A", "A")]), "a link joins A to itself"),
        (lambda: Run(Quiet, topology=[("A",)]), "a topology is a networkx graph or a list of pairs"),
        (lambda: Run(Quiet, topology=3), "a topology is a networkx graph or a list of pairs"),
        (lambda: Run(Quiet, network=Network(links={("A", "Z"): {}})), "a link names 'Z'"),
        (lambda: Run(Quiet, initial={"Z": {}}), "the initial state names 'Z'"),
        (lambda: Run(Quiet, initial={"A": {"x": print}}), "a node's state is plain data"),
        (lambda: Run(Quiet).replace(sed=3), "a Run has no argument 'sed'. Did you mean 'seed'"),
        (lambda: Run({"A": Quiet, "B": Store}).replace(nodes=3), "these nodes differ in protocol"),
    ],
)
def test_a_run_that_cannot_be_is_refused_with_a_sentence(make, sentence):
    with pytest.raises(DslabError, match=sentence):
        make()


def test_an_initial_state_must_name_what_init_declares():
    with pytest.raises(
        DslabError, match="sets A.recieved, but init does not declare it. Did you mean 'received'"
    ):
        simulate(Run(Quiet, initial={"A": {"recieved": []}}))


# ---- files ----


def damaged(change):
    """The JSON text of a run, with one thing changed."""
    data = json.loads(RUNS[-1].to_json())
    change(data)
    return json.dumps(data)


def script_with(*event):
    return lambda data: data.update(script=[list(event)])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda data: data.update(version=2),
            "not a run: expected an object with format 'dslab-run' and version 1",
        ),
        (lambda data: data.pop("seed"), "the run is damaged: KeyError 'seed'"),
        (lambda data: data.update(duration="long"), "a duration is a number of ms"),
        (
            lambda data: data["protocols"].update(A="samples:Stor"),
            "the class 'samples:Stor' is not here: define or import it first",
        ),
        (lambda data: data["protocols"].update(A="os:system"), "is not here"),
        (
            lambda data: data["protocols"].update(A="dslab.protocols.pasox:Paxos"),
            "this dslab has no dslab.protocols.pasox",
        ),
        (
            lambda data: data["network"]["default"].update(latency={"latency": ["uniform", -5, 3]}),
            "a delay is a number of milliseconds",
        ),
        (
            lambda data: data["network"]["default"].update(latency={"latency": ["normal", 5, 3]}),
            "the run is damaged",
        ),
        (script_with(5, "explode", ["A"], {}), "the script names the verb 'explode', which does not exist"),
        (script_with(5, "crash", ["Q"], {}), "names 'Q', which is not in this cluster"),
        (script_with(-5, "crash", ["A"], {}), "a time is a number of milliseconds"),
        (script_with(5, "crash", ["A"], {"now": 1}), "the run is damaged"),
        (lambda data: data.update(initial={"A": {"values": {"dict": 3}}}), "the run is damaged"),
        (
            lambda data: data.update(initial={"A": {"values": {"banana": 3}}}),
            "'banana' is not a kind of value",
        ),
    ],
)
def test_a_damaged_file_is_refused_with_a_sentence(change, sentence):
    with pytest.raises(DslabError, match=sentence) as caught:
        Run.from_json(damaged(change))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "[" * 100_000, "1" * 10_000, '{"format": "dslab-run"}']
)
def test_what_is_no_run_at_all_is_refused_with_a_sentence(text):
    with pytest.raises(DslabError, match="Nothing is loaded"):
        Run.from_json(text)


def test_a_file_can_make_no_instance_of_a_class_that_is_not_a_message(tmp_path):
    """Else a file could call any class at hand, such as `subprocess.Popen`, with arguments of its choice."""
    import subprocess  # noqa: F401  (it must be imported for the attack to be possible)

    victim = tmp_path / "victim"
    attack = {"message": ["subprocess:Popen", {"args": ["touch", str(victim)]}]}
    with pytest.raises(
        DslabError, match="the class 'subprocess:Popen' is not a message with the fields args"
    ):
        Run.from_json(damaged(lambda data: data.update(initial={"A": {"values": attack}})))
    assert not victim.exists()


# ---- protocols from elsewhere ----

CELL = """
from dslab import Node, message

@message
class Hello:
    name: str

class Greeter(Node):
    def init(self):
        self.greeted = []

    def on_start(self):
        self.broadcast(Hello(self.id))

    def on_hello(self, src, msg):
        self.greeted.append(msg)
"""


@pytest.fixture
def notebook(monkeypatch):
    """The names of a notebook whose cell defines a protocol: it lives in `__main__`."""
    main = sys.modules["__main__"]
    before = dict(vars(main))
    exec(compile(CELL, "<cell 1>", "exec"), vars(main))
    yield main
    vars(main).clear()
    vars(main).update(before)


def test_a_protocol_from_a_notebook_cell_works_like_any_other(notebook):
    run = Run(notebook.Greeter, 3, initial={"A": {"greeted": [notebook.Hello("X")]}})
    trace = simulate(run)
    assert Run.from_json(run.to_json()) == run
    again = Trace.from_json(trace.to_json())
    assert again.run == run and again.to_json() == trace.to_json()
    assert simulate(again.run).to_json() == trace.to_json()


def test_a_protocol_from_inside_a_function_is_read_with_the_classes_at_hand():
    class Local(Node):
        pass

    run = Run(Local, 2)
    with pytest.raises(DslabError, match=r"or pass classes=\{'Local': ...\}"):
        Run.from_json(run.to_json())
    assert Run.from_json(run.to_json(), classes={"Local": Local}) == run
    assert Trace.from_json(simulate(run).to_json()).run is None  # it can be watched, but not edited


def test_a_run_of_thirty_nodes_says_so_in_its_code():
    assert Run(Gossip, 30).code() == "Run(Gossip, 30)"
