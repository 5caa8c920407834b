"""What a learner gets who installed dslab without its extras: everything else, and a sentence where one is needed."""

import ast
import subprocess
import sys
import textwrap
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
OF_EXTRAS = ("grpc", "grpc_tools", "google", "hpack", "hyperframe", "msgpack", "fastavro",       # services
             "jupyterlab", "nbformat", "nbconvert", "ipykernel", "jupyter_client",               # lab
             "nbval", "pytest", "tqdm")                                                          # grading
HIDE = f"""
import sys
from importlib.machinery import PathFinder

class Core(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {OF_EXTRAS} else super().find_spec(name, path, target)

sys.meta_path = [Core if finder is PathFinder else finder for finder in sys.meta_path]
"""


def core_only(code: str) -> str:
    """What a program prints in a process that finds no package of an extra."""
    return subprocess.check_output([sys.executable, "-c", HIDE + textwrap.dedent(code)], text=True, cwd=ROOT)


def sentence(code: str) -> str:
    """The one sentence of the `DslabError` that an expression raises there; it has no chain of other errors."""
    return core_only(f"""
        import dslab
        from dslab.services import comparison, encodings, interface, payments, protobuf, proxy, schema, tcp, wire
        try:
            {code}
        except dslab.DslabError as problem:
            print(problem)
            assert problem.__cause__ is None and (problem.__context__ is None or problem.__suppress_context__)
    """).strip()


def test_the_core_plays_simulates_explores_and_checks():
    told = core_only("""
        from dslab import Run, check, diagram, exercise, explore, play, simulate
        from dslab.protocols import raft
        from dslab.charts.plots import boxes

        trace = simulate(raft.DEMO)
        print(type(play(trace)).__name__, "RequestVote" in str(diagram(trace)), boxes.__name__)
        print(explore(Run(raft.Raft, 3), raft.PROMISES, depth=4).states > 1)
        handlers = exercise("1.2")
        print(check(handlers, handlers.reference).outcome)
    """)
    assert told.split() == ["Player", "True", "boxes", "True", "right"]


@pytest.mark.parametrize("code, words", [
    ("payments.payments('grpc').__enter__()", "A payment service over gRPC needs grpc and grpc_tools"),
    ("comparison.bytes_of_calls()", "A comparison of REST and gRPC needs grpc, grpc_tools, hpack and hyperframe"),
    ("comparison.statuses()", "A payment service over gRPC needs grpc and grpc_tools"),
    ("wire.wire([proxy.Chunk('->', b'PRI * HTTP/2.0')])", "Reading HTTP/2 needs hpack and hyperframe"),
    ("encodings.to_messagepack(encodings.RECORD)", "MessagePack needs msgpack"),
    ("encodings.to_avro(encodings.RECORD)", "Avro needs fastavro"),
    ("encodings.to_protobuf(encodings.RECORD)", "A schema of protobuf needs google.protobuf and grpc_tools"),
    ("schema.evolution()", "A schema of protobuf needs google.protobuf and grpc_tools"),
    ("protobuf.protoc(interface.PROTO)", "Protobuf's compiler needs grpc_tools"),
])
def test_a_real_service_without_its_packages_is_one_sentence(code, words):
    assert sentence(code) == f"{words}, not installed here: pip install 'dslab[services]'"


def test_a_cell_shows_the_sentence_and_no_traceback():
    told = core_only("""
        from IPython.core.interactiveshell import InteractiveShell

        shell = InteractiveShell.instance(colors="nocolor")
        shell.run_cell("from dslab.services.payments import payments\\nwith payments('grpc') as bank: pass")
    """)
    assert told.strip() == ("DslabError: A payment service over gRPC needs grpc and grpc_tools, not installed here: "
                            "pip install 'dslab[services]'")


def test_rest_and_plain_bytes_need_no_extra():
    assert sentence("""
            print(interface.PROTO.read_text()[:2], tcp.over_tcp([b'ab'], [1, 1]), encodings.to_json([1]))
            print(protobuf.explain(bytes([8, 1])).count('VARINT'), encodings.explain(b'[1]').count('list'))
            with payments.payments('rest', capture=True) as bank:
                print(bank.charge('carol', 399).kind)
            print('POST' in wire.wire(bank.captured))
    """).split("\n") == ["// [b'a', b'b'] b'[1]'", "1 1", "ok", "True"]


@pytest.mark.parametrize("command, words", [
    ("lab {folder}", "dslab: dslab lab needs jupyterlab, not installed here: pip install 'dslab[lab]'"),
    ("check 1", "dslab: dslab check needs nbval, pytest and tqdm, not installed here: pip install 'dslab[grading]'"),
])
def test_a_command_without_its_packages_is_one_sentence(command, words, tmp_path):
    arguments = command.format(folder=tmp_path).split()
    told = core_only(f"""
        sys.stderr = sys.stdout
        from dslab.command.cli import main
        assert main({arguments}) == 2
    """)
    assert told.splitlines()[-1] == words


def test_only_these_modules_need_an_extra_to_be_imported():
    """They are imported after `require`; any other would fail in cells that have nothing to do with it."""
    told = core_only("""
        from importlib import import_module
        from pkgutil import walk_packages
        import dslab

        for module in walk_packages(dslab.__path__, "dslab."):
            if module.name != "dslab.__main__":
                try:
                    import_module(module.name)
                except ModuleNotFoundError:
                    print(module.name.removeprefix("dslab."))
    """)
    assert set(told.split()) == {"services.grpc_payment", "services.http2", "command.batch", "command.grading",
                                 "command.nbval_runner", "command.notebook", "command.output", "player.nbconvert"}


def required() -> list[tuple[str, str]]:
    """All (extra, package) pairs that `require` is called with."""
    calls = [node for file in (ROOT / "dslab").rglob("*.py") for node in ast.walk(ast.parse(file.read_text()))
             if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "require"]
    return [(call.args[0].value, name.value) for call in calls for name in call.args[2:]]


def test_each_package_that_is_required_comes_with_the_extra_that_the_sentence_names():
    homes, told = packages_distributions(), required()
    assert len(told) > 10
    for extra, package in told:
        names = {name.split(">=")[0] for name in EXTRAS[extra]} | ({"protobuf"} if extra == "services" else set())
        assert set(homes[package.split(".")[0]]) & names, f"{package} does not come with dslab[{extra}]"
