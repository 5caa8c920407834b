"""The shape of the house: who may import whom, and how long anything may get (DESIGN.md says why)."""

import ast
import subprocess
import sys
from collections import defaultdict
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import networkx
import pytest
from sentences import refuse

import dslab

LAYERS = [
    "values mistakes text extras appearance marks node contract",               # what a protocol author needs
    "names verbs sites network topology script run run_json properties arguments reasons "     # data
    "logical_time trace trace_json describe shiviz",
    "protocols",
    "simulator",                                                                # the engines and the judges of traces
    "model_checker",
    "checkers testing",
    "diagrams charts services",                                                 # pictures; real servers on loopback
    "predictions progress_file",                                                # questions before answers; what is kept
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
PUBLIC = {f"dslab.{name}" for name in dslab.__all__}
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
            where = "." * child.level + (child.module or "")
            found += [(inside, _module(where, alias.name)) for alias in child.names]
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


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_every_file_has_a_layer():
    refuse(f"{name_of(file)}: no layer has {board_of(file)}. Choose a folder that is there (DESIGN.md tells what each"
           " is for), or say in LAYERS of test_layers.py where yours belongs"
           for file in FILES if board_of(file) not in LAYER)


def test_the_grader_has_no_import_circle():
    """Exercises are data, and so are demands: what shows them, or judges them, imports them and not the other way."""
    files = [file for file in FILES if board_of(file) == "grader"]
    graph = {f"dslab.grader.{file.stem}": {module for _, module in ours(file)} for file in files}
    order = list(TopologicalSorter({name: needed & graph.keys() - {name} for name, needed in graph.items()})
                 .static_order())                   # raises CycleError, which names the circle
    assert order.index("dslab.grader.exercise") < order.index("dslab.grader.display")


@each_file
def test_modules_are_imported_by_their_full_names(file):
    found = imports(tree(file))
    refuse(f"{name_of(file)}: write the full name, from dslab.node import Node, not from {module}"
           for _, module in found if module.startswith("."))
    refuse(f"{name_of(file)}: `from dslab import {board(module)}` is for notebooks and users, here it would import the"
           f" whole course: import {board(module)} from the module that defines it, as dslab/__init__.py does"
           for place, module in found if module in PUBLIC and (place, module) != ("", f"dslab.{board_of(file)}"))


@each_file
def test_imports_point_down(file):
    mine = board_of(file)
    refuse(f"{name_of(file)}: {mine} may not import {module}, for {board(module)} is in a layer above it (LAYERS in"
           " test_layers.py has the lowest first). What both need goes further down; what joins them goes further up,"
           " as an experiment or an exercise does"
           for place, module in ours(file)
           if LAYER.get(board(module), 0) > LAYER.get(mine, 0) and (mine, place, module) != ONE_DOOR)


@each_file
def test_engines_and_views_know_no_protocol(file):
    if board_of(file) in (*ENGINES, *VIEWS):
        refuse(f"{name_of(file)}: an engine, a checker or a view knows no protocol, and this one imports {module}: let"
               " it take the trace, the history or the numbers as an argument"
               for _, module in ours(file) if board(module) == "protocols")


@each_file
def test_a_picture_starts_no_run(file):
    """A chart draws numbers, a diagram a trace: whoever has them can draw them, and an experiment makes them."""
    if board_of(file) == "charts":
        refuse(f"{name_of(file)}: a chart runs nothing, and this one imports {module}: an experiment makes the numbers,"
               " and the notebook hands them to the chart" for _, module in ours(file) if board(module) in ENGINES)


@each_file
def test_only_views_know_that_there_is_a_screen(file):
    if LAYER.get(board_of(file), 0) < LAYER["diagrams"]:
        packages = {module.partition(".")[0] for place, module in imports(tree(file)) if (place, module) != A_GRAPH}
        refuse(f"{name_of(file)}: {package} is for what is drawn, in {', '.join(VIEWS)}; without it this also runs in a"
               " browser" for package in sorted(packages & SCREEN))


@each_file
def test_nothing_is_random_or_timed(file):
    """Same run, same trace: chance comes from the run's seed, time from the simulation."""
    if board_of(file) in ("predictions", "player", "widgets", "grader", "command"):     # people; processes that hang
        return
    untold = {module.partition(".")[0] for _, module in imports(tree(file))} & UNTOLD
    refuse(f"{name_of(file)}: {module} differs from one run to the next; time is the simulation's, in ms: self.now in a"
           " handler, a step's time in a trace"
           for module in sorted(untold - ({"time"} if file == CLOCK else set())))
    refuse(f"{name_of(file)}, line {line}: random.{name} is shared by all runs, so none could be repeated: a handler"
           " says self.draw(...), or gives a timer a range; elsewhere, Random(f\"{seed} what for\")"
           for line, name in chance(tree(file)) if name != "Random")


def chance(source: ast.Module) -> list[tuple[int, str]]:
    """What of the module `random` is used, with lines."""
    named = [(node.lineno, alias.name) for node in ast.walk(source)
             if isinstance(node, ast.ImportFrom) and node.module == "random" for alias in node.names]
    return named + [(node.lineno, node.attr) for node in ast.walk(source)
                    if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "random"]


@each_file
def test_there_is_no_drawer_for_odds_and_ends(file):
    names = set(file.relative_to(PACKAGE).with_suffix("").parts)
    refuse(f"{name_of(file)}: a file is called by what it is for, not {name}"
           for name in names & {"utils", "util", "helpers", "common", "misc"})
    refuse(f"{name_of(file)}, line {node.lineno}: import by name what you use, not *" for node in ast.walk(tree(file))
           if isinstance(node, ast.ImportFrom) and node.names[0].name == "*")


TOPICS = ("protocols", "exercises", "services")     # their classes are named as their story names things


def test_no_two_files_share_a_name():
    """But an exercise has the name of the protocol that it asks for."""
    places = defaultdict(list)
    for file in FILES:
        if file.stem not in ("__init__", "links") and board_of(file) != "exercises":
            places[file.stem].append(name_of(file))
    refuse(f"{' and '.join(same)} share a name, and whoever looks for one opens the other: rename the new one"
           for same in places.values() if len(same) > 1)


def test_no_two_public_classes_share_a_name():
    places = defaultdict(list)
    for file in FILES:
        for node in tree(file).body:
            if board_of(file) not in TOPICS and isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(f"{name_of(file)}, line {node.lineno}")
    refuse(f"there are two classes {name}, in {' and in '.join(same)}: rename the new one, or use the old one"
           for name, same in places.items() if len(same) > 1)


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
    refuse(f"{' imports '.join([*circle, circle[0]])}: move what both need into a module that imports neither"
           for circle in networkx.simple_cycles(graph))


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
    refuse(f"{name_of(file)}: {name} has {length} lines of code, and a function here at most {limit} (usually about"
           " five): make several of it, each with a name that says what it does"
           for name, length in long.items() if length > limit)


SOURCES = [*FILES, *sorted(PACKAGE.rglob("*.js"))]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_files_are_short(file):
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    refuse([f"{name_of(file)} has {len(lines)} lines that are not blank, and a file at most 300, better 250: split it"
            " where it falls apart by itself"] if len(lines) > 300 else [])


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
