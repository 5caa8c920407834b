"""What every protocol on the shelf must do. A new file in dslab/protocols is found by itself.

`make golden` rewrites the golden traces: read the diff, and change them only when you can say why. What an author must
have is in protocol_rules.py.
"""

import importlib
import pkgutil
from functools import cache
from pathlib import Path

import protocol_rules as rules
import pytest
from sentences import refuse

from dslab import protocols
from dslab.contract import handler_name, protocol_of
from dslab.node import Node
from dslab.player.verdicts import promises_of
from dslab.properties import judge
from dslab.run import Run
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.values import DslabError

GOLDEN = Path(__file__).parent / "golden"
MODULES = {
    module.name: importlib.import_module(f"dslab.protocols.{module.name}")
    for module in pkgutil.iter_modules(protocols.__path__)
}
# What is incomplete is refused by the test that says so, and by no other.
DEMOS = [name for name, module in MODULES.items() if hasattr(module, "DEMO") and not [*rules.incomplete(module)]]

each_module = pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
each_demo = pytest.mark.parametrize("name", DEMOS)


@cache
def _demo(name: str) -> Trace | DslabError:
    try:
        return simulate(MODULES[name].DEMO)
    except DslabError as problem:
        return problem


def trace_of(name: str) -> Trace:
    """What the demo of a protocol does; if it stops, the test fails with the reason."""
    trace = _demo(name)
    refuse([f"{name}.py: DEMO stops. {trace}"] if isinstance(trace, DslabError) else [])
    return trace


def test_there_are_protocols():
    assert DEMOS


@each_module
def test_a_protocol_says_what_problem_it_solves(module):
    refuse(rules.undocumented(module))


@each_module
def test_no_function_of_a_protocol_is_longer_than_a_screen(module):
    refuse(rules.too_long(module))


@each_module
def test_a_protocol_keeps_the_contract(module):
    refuse(rules.breaks_the_contract(module))


@each_module
def test_a_module_with_promises_has_a_demo_and_the_other_way_round(module):
    """And it tells one story: a player shows `PROMISES` for every protocol of the file."""
    refuse(rules.incomplete(module))


@each_demo
def test_a_demo_gives_the_same_bytes_twice(name):
    assert simulate(MODULES[name].DEMO).to_json() == trace_of(name).to_json()


@each_demo
def test_a_demo_does_all_that_its_script_says(name):
    refuse(rules.unfinished(MODULES[name], trace_of(name)))


@each_demo
def test_a_demo_keeps_what_is_promised_and_shows_what_can_happen(name):
    refuse(rules.unkept(MODULES[name], trace_of(name)))


@each_demo
def test_a_demo_and_its_trace_survive_json(name):
    demo, trace = MODULES[name].DEMO, trace_of(name)
    again = Trace.from_json(trace.to_json())
    assert Run.from_json(demo.to_json()) == again.run == demo
    assert again.to_json() == trace.to_json() and again.table() == trace.table()
    assert [(verdict.status, verdict.step) for verdict in judge(again, MODULES[name].PROMISES)] == [
        (verdict.status, verdict.step) for verdict in judge(trace, MODULES[name].PROMISES)
    ]


@each_demo
def test_a_demo_has_the_golden_trace(name, golden):
    golden(GOLDEN / f"{name}.txt", trace_of(name).table() + "\n")


@each_demo
def test_a_player_of_a_demo_shows_the_promises_of_its_file(name):
    found = promises_of(trace_of(name))
    assert found == MODULES[name].PROMISES, f"a player of {name}.py's DEMO shows {found}: where are its classes?"


def test_every_golden_trace_has_its_protocol():
    """The other way round: test_a_demo_has_the_golden_trace."""
    refuse(f"tests/golden/{file.name} belongs to no protocol with a DEMO: git rm it, or rename it with its protocol"
           for file in sorted(GOLDEN.glob("*.txt")) if not hasattr(MODULES.get(file.stem), "DEMO"))


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
