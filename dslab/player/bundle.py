"""A widget's JavaScript as one module: widgets and exported pages cannot follow relative imports."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
TYPES = re.compile(r"^(?:// @ts-check|/\*\* @import .* \*/)\n", re.MULTILINE)         # for the type checker only
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([a-z]+\.js)";\n', re.MULTILINE)


@cache
def script(root: str = "player.js") -> str:
    """All modules in one, each after those that it imports; only the widget itself, the root, is exported."""
    order: list[str] = []
    _collect(root, order)
    return "\n".join(_stripped(name) for name in order)


@cache
def style(name: str = "player.css") -> str:
    """A widget's style sheet."""
    return (HERE / "css" / name).read_text("utf-8")


def _source(name: str) -> str:
    return (HERE / "js" / name).read_text("utf-8")


def _collect(name: str, order: list[str]) -> None:
    """Append a module to `order`, after all that it imports."""
    for _, imported in IMPORT.findall(_source(name)):
        if imported not in order:
            _collect(imported, order)
    if name not in order:
        order.append(name)


def _stripped(name: str) -> str:
    text = TYPES.sub("", IMPORT.sub("", _source(name)))
    return f"// ---- {name}\n" + re.sub(r"^export (?!default)", "", text, flags=re.MULTILINE)
