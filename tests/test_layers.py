"""The shape of the house: who may import whom, and how long anything may get (DESIGN.md says why)."""

import ast
import subprocess
import sys
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import networkx
import pytest

import dslab

LAYERS = [
    "values remedies calls determinism text extras node contract",              # what a protocol author needs
    "names verbs network script run run_json properties arguments reasons trace trace_json describe shiviz",  # data
    "protocols",
    "simulator",                                                                # the engines and the judges of traces
    "model_checker",
    "checkers testing",
    "diagrams charts services",                                                 # pictures; real servers on loopback
    "player",                                                                   # what steps through a trace
    "widgets",                                                                  # forms, panels, grids of runs
    "grader",                                                                   # judges attempts
    "experiments",                                                              # many runs, beside published numbers
    "exercises",                                                                # tasks
    "command __main__",                                                         # the terminal: it starts all the rest
]
LAYER = {name: layer for layer, names in enumerate(LAYERS) for name in names.split()}
ENGINES = ("simulator", "model_checker", "checkers")
VIEWS = ("diagrams", "charts", "player", "widgets")
ONE_DOOR = ("trace", "Trace.to_html", "dslab.player.html_export")       # the one import that points up

TYPES = "TYPE_CHECKING"
DOORS = {("dslab.run", "dslab.run_json"), ("dslab.trace", "dslab.trace_json"), ("dslab.trace", "dslab.describe"),
         ("dslab.trace", "dslab.player.html_export")}

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "dslab"
FILES = sorted(file for file in PACKAGE.rglob("*.py") if file != PACKAGE / "__init__.py")
SCREEN = {"ipywidgets", "anywidget", "matplotlib", "networkx", "numpy", "IPython"}
A_GRAPH = ("happens_before", "networkx")        # an answer that is a graph; it is imported when somebody asks
UNTOLD = {"time", "datetime", "secrets", "uuid"}                # what differs from one run to the next
CLOCK = PACKAGE / "checkers" / "linearization_search.py"       # its clock only ends a search as undecided

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def board(module: str) -> str:
    """The part of dslab that a module or file belongs to: `protocols` for dslab/protocols/raft.py."""
    return module.split(".")[1]


def board_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(node: ast.AST, inside: str = "") -> list[tuple[str, str]]:
    """All (place, module) pairs: what is imported, and by which function (`Trace.to_html`), or for types."""
    found = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            found += [(inside, alias.name) for alias in child.names]
        elif isinstance(child, ast.ImportFrom):
            assert not child.level, "the course imports by full names: from dslab.node import Node"
            found += [(inside, _module(child.module, alias.name)) for alias in child.names]
        elif isinstance(child, ast.If) and ast.unparse(child.test) == TYPES:
            found += imports(child, TYPES)
        else:
            named = isinstance(child, ast.ClassDef | ast.FunctionDef)
            found += imports(child, f"{inside}.{child.name}".strip(".") if named else inside)
    return found


def _module(where: str, name: str) -> str:
    """What `from where import name` imports: a module of ours by its full name."""
    ours = ROOT.joinpath(*where.split("."), f"{name}.py")
    return f"{where}.{name}" if where == "dslab" or ours.exists() else where


def ours(file: Path) -> list[tuple[str, str]]:
    return [(place, module) for place, module in imports(tree(file)) if module.startswith("dslab.")]


@each_file
def test_every_file_has_a_layer(file):
    assert board_of(file) in LAYER, f"say in LAYERS, above, where {board_of(file)} belongs"


def test_the_grader_has_no_import_circle():
    """Exercises are data, and so are demands: what shows them, or judges them, imports them and not the other way."""
    files = [file for file in FILES if board_of(file) == "grader"]
    graph = {f"dslab.grader.{file.stem}": {module for _, module in ours(file)} for file in files}
    order = list(TopologicalSorter({name: needed & graph.keys() - {name} for name, needed in graph.items()})
                 .static_order())                   # raises CycleError, which names the circle
    assert order.index("dslab.grader.exercise") < order.index("dslab.grader.display")


@each_file
def test_imports_point_down(file):
    mine = board_of(file)
    up = [(mine, place, module) for place, module in ours(file) if LAYER.get(board(module), 9) > LAYER[mine]]
    assert [found for found in up if found != ONE_DOOR] == []


@each_file
def test_engines_and_views_know_no_protocol(file):
    if board_of(file) in (*ENGINES, *VIEWS):
        assert [module for _, module in ours(file) if board(module) == "protocols"] == []


@each_file
def test_only_views_know_that_there_is_a_screen(file):
    if LAYER[board_of(file)] < LAYER["diagrams"]:
        packages = {module.partition(".")[0] for place, module in imports(tree(file)) if (place, module) != A_GRAPH}
        assert not packages & SCREEN


@each_file
def test_nothing_is_random_or_timed(file):
    """Same run, same trace: chance comes from the run's seed, time from the simulation."""
    if board_of(file) in ("player", "widgets", "grader", "command"):        # people, and processes that hang
        return
    untold = {module.partition(".")[0] for _, module in imports(tree(file))} & UNTOLD
    assert untold == ({"time"} if file == CLOCK else set())
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ImportFrom) and node.module == "random":
            assert [alias.name for alias in node.names] == ["Random"]
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "random":
            assert node.attr == "Random", f"line {node.lineno}: random.{node.attr} is shared by all runs"


@each_file
def test_there_is_no_drawer_for_odds_and_ends(file):
    names = set(file.relative_to(PACKAGE).with_suffix("").parts)
    assert not names & {"utils", "util", "helpers", "common", "misc"}
    stars = [node.lineno for node in ast.walk(tree(file))
             if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"]
    assert stars == []


TOPICS = ("protocols", "exercises", "services")     # their classes are named as their story names things


def test_no_two_files_share_a_name():
    """But an exercise has the name of the protocol that it asks for."""
    stems = Counter(file.stem for file in FILES if file.stem != "__init__" and board_of(file) != "exercises")
    assert [stem for stem, times in stems.items() if times > 1] in ([], ["links"])


def test_no_two_public_classes_share_a_name():
    classes = Counter(node.name for file in FILES if board_of(file) not in TOPICS for node in tree(file).body
                      if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))
    assert [name for name, times in classes.items() if times > 1] == []


def modules(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def test_no_modules_import_each_other():
    """But for their types, and for methods that are conveniences: `Run.to_json` imports when it is called."""
    names = {modules(file) for file in FILES}
    graph = networkx.DiGraph()
    for file in FILES:
        for place, module in ours(file):
            if module in names and place != TYPES and (modules(file), module) not in DOORS:
                graph.add_edge(modules(file), module)
    assert list(networkx.simple_cycles(graph)) == []


def test_no_module_is_hidden_by_a_function_of_its_name():
    """`import dslab.explore as m` would yield the function."""
    assert [name for name in dslab.__all__ if (PACKAGE / f"{name}.py").exists() or (PACKAGE / name).is_dir()] == []


def code_lines(function: ast.FunctionDef, lines: list[str]) -> int:
    """The length of a function's body without its docstring, comments and blank lines."""
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    if not statements:
        return 0
    body = [line.strip() for line in lines[statements[0].lineno - 1:function.end_lineno]]
    return sum(bool(line) and not line.startswith("#") for line in body)


@each_file
def test_functions_are_short(file):
    limit = 25 if board_of(file) == "protocols" else 40
    lines = file.read_text(encoding="utf-8").splitlines()
    functions = [node for node in ast.walk(tree(file)) if isinstance(node, ast.FunctionDef)]
    long = {function.name: code_lines(function, lines) for function in functions}
    assert {name: length for name, length in long.items() if length > limit} == {}


SOURCES = [*FILES, *sorted(PACKAGE.rglob("*.js"))]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_files_are_short(file):
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= 300, "about 250 lines is the measure: split it where it falls apart by itself"


def test_importing_dslab_loads_no_view_and_no_protocol():
    """Views are looked up when they are first used, so a simulation never waits for widgets."""
    probe = "import sys, dslab; print(*(name for name in sys.modules if name.startswith('dslab.')))"
    loaded = subprocess.check_output([sys.executable, "-c", probe], text=True, cwd=ROOT).split()
    assert [name for name in loaded if board(name) in {*VIEWS, "protocols", "experiments", "exercises"}] == []


@pytest.mark.parametrize("name", dslab.__all__)
def test_every_exported_name_is_there(name):
    assert getattr(dslab, name)


def test_the_bench_needs_nothing_but_the_standard_library():
    """So the course can also run in a kernel inside the browser, where there is no numpy."""
    probe = """if True:
        import sys
        from dslab import Node, Run, judge, message, simulate
        print(*sorted({name.partition(".")[0] for name in sys.modules}))
    """
    loaded = set(subprocess.check_output([sys.executable, "-c", probe], text=True, cwd=ROOT).split())
    assert not loaded & SCREEN
