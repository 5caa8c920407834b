"""What every protocol on the shelf must do. A new file in dslab/protocols is found by itself.

The golden traces are rewritten by `UPDATE_GOLDEN=1 python -m pytest tests/test_contract.py`: read the
diff, and change them only when you can say why.
"""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

from dslab import protocols
from dslab.contract import check_protocol, handler_name, protocol_of
from dslab.node import Node
from dslab.player.verdicts import promises_of
from dslab.properties import Promise, judge
from dslab.run import Run
from dslab.simulator.simulate import simulate
from dslab.trace import Trace

GOLDEN = Path(__file__).parent / "golden"
LONGEST = 25  # lines of a function in a protocol
MODULES = {
    module.name: importlib.import_module(f"dslab.protocols.{module.name}")
    for module in pkgutil.iter_modules(protocols.__path__)
}
DEMOS = [name for name, module in MODULES.items() if hasattr(module, "DEMO")]

each_module = pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
each_demo = pytest.mark.parametrize("name", DEMOS)


def functions(module):
    """All functions of a module, methods too."""
    return [
        node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.FunctionDef)
    ]


def nodes(module):
    """The Node subclasses that a module defines."""
    return [
        cls
        for cls in vars(module).values()
        if inspect.isclass(cls) and issubclass(cls, Node) and cls.__module__ == module.__name__
    ]


def test_there_are_protocols():
    assert DEMOS


@each_module
def test_a_protocol_says_what_problem_it_solves(module):
    assert module.__doc__ and module.__doc__.splitlines()[0].endswith((".", ":", "?"))
    assert all(cls.__doc__ for cls in nodes(module))


@each_module
def test_no_function_of_a_protocol_is_longer_than_a_screen(module):
    long = [
        function.name for function in functions(module) if function.end_lineno - function.lineno >= LONGEST
    ]
    assert long == []


@each_module
def test_a_protocol_keeps_the_contract(module):
    for cls in nodes(module):
        check_protocol(cls)
        assert set(cls.persistent) | set(cls.shown) <= set(vars(cls("A", peers=("B",))))


@each_module
def test_a_module_with_promises_has_a_demo_and_the_other_way_round(module):
    assert hasattr(module, "PROMISES") == hasattr(module, "DEMO")
    assert all(isinstance(promise, Promise) for promise in getattr(module, "PROMISES", ()))
    assert isinstance(getattr(module, "DEMO", Run(Node)), Run)


@each_demo
def test_a_demo_gives_the_same_bytes_twice(name):
    assert simulate(MODULES[name].DEMO).to_json() == simulate(MODULES[name].DEMO).to_json()


@each_demo
def test_a_demo_does_all_that_its_script_says(name):
    trace = simulate(MODULES[name].DEMO)
    assert (
        trace.unapplied == []
        and trace.title
        and not trace.was_cut_short
    )


@each_demo
def test_a_demo_keeps_what_is_promised_and_shows_what_can_happen(name):
    verdicts = judge(simulate(MODULES[name].DEMO), MODULES[name].PROMISES)
    assert [verdict for verdict in verdicts if not verdict] == []


@each_demo
def test_a_demo_and_its_trace_survive_json(name):
    demo = MODULES[name].DEMO
    trace = simulate(demo)
    again = Trace.from_json(trace.to_json())
    assert Run.from_json(demo.to_json()) == again.run == demo
    assert again.to_json() == trace.to_json() and again.table() == trace.table()
    assert [(verdict.status, verdict.step) for verdict in judge(again, MODULES[name].PROMISES)] == [
        (verdict.status, verdict.step) for verdict in judge(trace, MODULES[name].PROMISES)
    ]


@each_demo
def test_a_demo_has_the_golden_trace(name, golden):
    golden(GOLDEN / f"{name}.txt", simulate(MODULES[name].DEMO).table() + "\n")


@each_demo
def test_a_player_of_a_demo_shows_the_promises_of_its_file(name):
    assert promises_of(simulate(MODULES[name].DEMO)) == getattr(MODULES[name], "PROMISES", ())


@each_module
def test_a_file_tells_one_story(module):
    """A player shows `PROMISES` for every protocol of the file: promises of another kind need another file."""
    assert [name for name in vars(module) if name.endswith("_PROMISES")] == []


def test_every_golden_trace_has_its_protocol():
    assert sorted(file.stem for file in GOLDEN.glob("*.txt")) == sorted(DEMOS)


# ---- the names that tie a class to its handlers ----


@pytest.mark.parametrize(
    ("name", "handler"),
    [
        ("Vote", "on_vote"),
        ("RequestVote", "on_request_vote"),
        ("HTTPRequest", "on_http_request"),
        ("Prepare2a", "on_prepare2a"),
        ("RPC", "on_rpc"),
    ],
)
def test_a_handler_is_named_after_its_message(name, handler):
    assert handler_name(name) == handler


def test_a_variant_of_a_protocol_is_a_peer_of_the_others():
    class Base(Node):
        pass

    class Variant(Base):
        pass

    assert protocol_of(Variant) is protocol_of(Base) is Base
