"""Heuristics for the likely source of non-determinism in an attempt: clock, random, id(), the order of a set."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

CLOCK, RANDOM = "reads the wall clock; use self.now", "draws by itself; use self.draw(...) or a range in set_timer"
CALLS = {
    **dict.fromkeys(("time", "datetime", "perf_counter", "monotonic"), CLOCK),
    **dict.fromkeys(("random", "secrets", "urandom", "shuffle", "choice", "randint"), RANDOM),
    **dict.fromkeys(("uuid", "uuid1", "uuid4"), "makes a name by chance; count instead"),
    **dict.fromkeys(("Thread", "threading"), "starts a thread; use a timer"),
    "id": "uses id(), an address in memory; use names",
    "hash": "uses hash(), which differs from process to process",
}
GENERAL = "look for clocks, random numbers, id() and the order of sets; use self.now, self.draw, sorted(...)."


def likely_source(attempt: Any) -> str:
    """`line 12 iterates a set; use sorted(...).`"""
    try:
        lines, first = inspect.getsourcelines(attempt)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError):
        return GENERAL
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in CALLS:
            return f"line {first + node.lineno - 1} {CALLS[node.id]}."
    sets = _sets(tree)
    for node in ast.walk(tree):
        over = node.iter if isinstance(node, (ast.For, ast.comprehension)) else _ordered(node)
        if over is not None and _is_set(over, sets):
            line = getattr(node, "lineno", over.lineno)         # a comprehension has no line of its own
            return f"line {first + line - 1} iterates a set; use sorted(...)."
    return GENERAL


def _sets(tree: ast.AST) -> set[str]:
    """The names of attributes and variables to which a set is assigned somewhere."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _is_set(node.value, set()):
            found |= {ast.unparse(target) for target in node.targets}
    return found


def _is_set(node: ast.expr, sets: set[str]) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_set(node.left, sets) or _is_set(node.right, sets)
    if isinstance(node, ast.Call):
        made = ast.unparse(node.func)
        return made in ("set", "frozenset") or (made in ("list", "tuple", "iter", "next", "enumerate")
                                                and any(_is_set(one, sets) for one in node.args))
    return isinstance(node, (ast.Set, ast.SetComp)) or ast.unparse(node) in sets


def _ordered(node: ast.AST) -> ast.expr | None:
    """The operand that a call takes in order: of `.pop()`, of `join`, or of a conversion to a list."""
    if not isinstance(node, ast.Call):
        return None
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if isinstance(node.func, ast.Attribute) and method == "pop" and not node.args:
        return node.func.value
    ordered = method == "join" or getattr(node.func, "id", "") in ("list", "tuple", "next", "iter", "enumerate")
    return node.args[0] if ordered and node.args else None
