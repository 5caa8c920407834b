"""`source(Raft.on_vote)`: highlighted source code, taken from the module, so that text and code cannot drift apart."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

from dslab.node import Node
from dslab.properties import Promise
from dslab.values import DslabError, brief, shorten

# Classes of Pygments -> (light, dark): a contrast of at least 4.5 to the background of either.
INK = {
    "k kc kd kn kr kt ow": ("#7a3a9a", "#d5a3ee"),
    "s s1 s2 sa sb sd se si sr": ("#14683a", "#6fd698"),
    "c c1 cm ch sd": ("#545d68", "#a9b3c0"),
    "m mb mf mh mi mo": ("#b3420b", "#ff9d63"),
    "nf fm nc": ("#0a5dc2", "#74b6ff"),
    "nd": ("#8a5a00", "#f0bc52"),
    "bp nb": ("#0b6670", "#6fd0da"),
}
CARD, TEXT, SOFT, RULE = (
    ("#f6f8fa", "#1a1e24"),
    ("#15191e", "#eef1f5"),
    ("#545d68", "#a9b3c0"),
    ("#d3dae1", "#3a424d"),
)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One class, function or module: its name, its file and its lines."""

    name: str
    file: str
    first: int
    code: str

    @property
    def caption(self) -> str:
        """`Raft.on_vote: dslab/protocols/raft.py, lines 71–84`."""
        last = self.first + self.code.count("\n")
        lines = f"line {self.first}" if last == self.first else f"lines {self.first}–{last}"
        return f"{self.name}: {self.file}, {lines}"


class Source:
    """Source code to show: HTML in a notebook, plain text elsewhere."""

    def __init__(self, pieces: tuple[Excerpt, ...]) -> None:
        self.pieces = pieces

    def __str__(self) -> str:
        return "\n\n".join(f"# {piece.caption}\n{piece.code}" for piece in self.pieces)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        figures = "".join(map(_figure, self.pieces))
        return f'<div class="dslab-source"><style>{_style()}</style>{figures}</div>'


def source(*objects: Any) -> Source:
    """The source code of classes, methods, functions or modules, as a notebook shows it.

    Args:
        objects: what to show, one below the other.

    Raises:
        DslabError: there is nothing to show.

    >>> from dslab.protocols.raft import Raft
    >>> print(str(source(Raft.on_request_vote)).partition(":")[0])
    # Raft.on_request_vote
    """
    if not objects:
        raise DslabError("source() needs something to show, such as source(Raft.on_vote) or source(Raft)")
    return Source(tuple(map(_piece, objects)))


def _piece(what: Any) -> Excerpt:
    found = _function_of(what)
    if not isinstance(found, (type, ModuleType)) and not inspect.isroutine(found):
        hint = f"; the class is source({type(what).__name__})" if isinstance(what, Node) else ""
        hint = "; its function is source(promise.judge)" if isinstance(what, Promise) else hint
        raise DslabError(
            f"cannot show the source of {brief(what)}: expected a class, a method, a function "
            f"or a module{hint}"
        )
    name = found.__name__ if isinstance(found, ModuleType) else found.__qualname__.replace("<locals>.", "")
    try:
        lines, first, file = _lines(found)
    except (OSError, TypeError, SyntaxError):
        raise DslabError(
            f"the source of {shorten(name)} cannot be found: it is built in, or the cell or file "
            "in which it was written is not there any more"
        ) from None
    code = dedent("".join(lines)).rstrip()
    return Excerpt(name, _place(file, found), max(first, 1), code)


def _function_of(what: Any) -> Any:
    """The function inside a method, a property, a partial or a wrapper; anything else as it is."""
    if isinstance(what, property):
        what = what.fget
    while isinstance(what, partial):
        what = what.func
    if isinstance(what, (staticmethod, classmethod)) or inspect.ismethod(what):
        what = what.__func__
    return inspect.unwrap(what) if inspect.isfunction(what) else what


# ---- finding the lines -------------------------------------------------------------------------------------

def _lines(what: Any) -> tuple[list[str], int, str]:
    """The lines, the number of the first one, and the file; raises `OSError` or `TypeError` without any."""
    if not isinstance(what, type):
        lines, first = inspect.getsourcelines(what)
        return lines, first, inspect.getfile(what)
    try:
        lines, first = inspect.getsourcelines(what)
        return lines, first, inspect.getfile(what)
    except (OSError, TypeError):                    # a class defined in a cell: its module has no file
        return _from_cells(what)


def _from_cells(cls: type) -> tuple[list[str], int, str]:
    """The lines of a class defined in a cell: that of its methods, or else the last one that defines such a class."""
    codes = [value.__code__ for value in vars(cls).values() if inspect.isfunction(value)]
    near = [
        (code.co_filename, code.co_firstlineno)
        for code in codes
        if code.co_qualname.startswith(cls.__qualname__)
    ]
    files = [file for file, _ in near] or [
        file for file in reversed(list(linecache.cache)) if "ipy" in file or file.startswith("<")
    ]
    for file in files:
        lines = linecache.getlines(file)
        for definition in _definitions(lines, cls.__qualname__):
            if _fits(definition, cls, near):
                first = min([definition.lineno, *(one.lineno for one in definition.decorator_list)])
                return lines[first - 1: definition.end_lineno], first, file
    raise OSError


def _definitions(lines: list[str], qualname: str) -> Iterator[ast.ClassDef]:
    """The class definitions with this name, the last one first."""
    try:
        nodes = list(ast.walk(ast.parse("".join(lines))))
    except (SyntaxError, ValueError):               # a cell with magics does not parse
        return
    found = [
        node for node in nodes if isinstance(node, ast.ClassDef) and node.name == qualname.rpartition(".")[2]
    ]
    yield from reversed(found)


def _fits(definition: ast.ClassDef, cls: type, near: list[tuple[str, int]]) -> bool:
    """Whether this is the definition of the class, and not an earlier one of the same name."""
    if near:
        return any(definition.lineno <= line <= (definition.end_lineno or 0) for _, line in near)
    fields = [
        one.target.id
        for one in definition.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    ]
    return fields == list(vars(cls).get("__annotations__", {}))


def _place(file: str, what: Any) -> str:
    """The path of the file from its package on; empty for a cell, whose name differs from run to run."""
    path = Path(file)
    if not path.exists() or any(part.startswith("ipykernel_") for part in path.parts):
        return "a cell of this notebook"
    name = what.__name__ if isinstance(what, ModuleType) else what.__module__
    package = sys.modules.get(name.partition(".")[0])
    for home in getattr(package, "__path__", ()):
        if path.resolve().is_relative_to(Path(home).resolve().parent):
            return path.resolve().relative_to(Path(home).resolve().parent).as_posix()
    return path.name


# ---- HTML --------------------------------------------------------------------------------------------------

def _figure(piece: Excerpt) -> str:
    caption = escape(piece.caption)
    width = len(str(piece.first + piece.code.count("\n")))
    lines = "\n".join(
        f'<span class="dslab-line">{number:>{width}}</span>{line}'
        for number, line in enumerate(_highlighted(piece.code), piece.first)
    )
    head = f'<figcaption>{caption}</figcaption><pre tabindex="0" role="region" aria-label="{caption}">'
    return f"<figure>{head}<code>{lines}</code></pre></figure>"


def _highlighted(code: str) -> list[str]:
    """The lines as HTML; without colours if Pygments, which comes with IPython, is not installed."""
    try:
        from pygments import highlight
        from pygments.formatters import HtmlFormatter
        from pygments.lexers import PythonLexer
    except ImportError:
        return escape(code).split("\n")
    page = highlight(code, PythonLexer(stripnl=False, ensurenl=False), HtmlFormatter(nowrap=True))
    return page.rstrip("\n").split("\n")


def _style() -> str:
    """Light or dark by the notebook's theme, or by the reader's preference outside of one."""
    frame = f"border: 1px solid {_pair(RULE)}; background: {_pair(CARD)}"
    ink = "".join(
        f".dslab-source :is(.{', .'.join(names.split())}) {{ color: {_pair(colours)} }}\n"
        for names, colours in INK.items()
    )
    return f"""
.dslab-source {{ color-scheme: light dark; }}
[data-jp-theme-light="true"] .dslab-source, .vscode-light .dslab-source {{ color-scheme: light; }}
[data-jp-theme-light="false"] .dslab-source, .vscode-dark .dslab-source {{ color-scheme: dark; }}
.dslab-source figure {{ margin: 0 0 8px; }}
.dslab-source figcaption {{
  margin: 0; padding: 3px 10px; {frame}; border-bottom: 0; border-radius: 6px 6px 0 0; color: {_pair(SOFT)};
  font: 12px/1.5 system-ui, sans-serif; text-align: left; overflow-wrap: anywhere;
}}
.dslab-source figure pre {{
  max-height: 40em; margin: 0; padding: 8px 10px; overflow: auto; {frame}; border-radius: 0 0 6px 6px;
  color: {_pair(TEXT)}; white-space: pre;
  font: 13px/1.45 var(--jp-code-font-family, "DejaVu Sans Mono", monospace);
}}
.dslab-source figure pre code {{ background: none; color: inherit; font: inherit; white-space: inherit; }}
.dslab-source .dslab-line {{ margin-right: 1.2em; color: {_pair(SOFT)}; user-select: none; }}
{ink}"""


def _pair(colours: tuple[str, str]) -> str:
    return f"light-dark({colours[0]}, {colours[1]})"
