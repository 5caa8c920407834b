"""A widget's JavaScript bundled as one module: widgets and exported pages cannot resolve relative imports."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from dslab.values import DslabError

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[^"]+)";\n', re.MULTILINE)
OTHER = re.compile(r"^import\b.*", re.MULTILINE)
TYPES = re.compile(r"^(?:// @ts-check|/\*\* @import .* \*/)\n", re.MULTILINE)        # for the type checker only
DEFINED = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


@cache
def script(root: str = "player.js", folder: Path = HERE / "js") -> str:
    """All modules in one, each after those that it imports, with the exports of the root module only.

    Args:
        root: the widget's module, below `folder`.

    Raises:
        DslabError: if two of the modules define the same name, if they import each other or what is not there, or if
            an import is none of names.
    """
    sources: dict[str, str] = {}
    _collect(folder, root, sources, ())
    _refuse_twins(sources)
    return "\n".join(f"// ---- {name}\n{_stripped(text)}" for name, text in sources.items())


@cache
def widget_module(root: str = "player.js") -> str:
    """The module that a widget sends to the browser: `loader.js` with the bundle in it, as a string.

    Args:
        root: the widget's module, below the folder `js`.
    """
    code = script(root)
    loader = (HERE / "js" / "loader.js").read_text("utf-8")
    return (loader.replace('"its hash"', json.dumps(hashlib.sha256(code.encode()).hexdigest()[:16]))
            .replace('"the code"', json.dumps(code)))


@cache
def style(*names: str) -> str:
    """A widget's style sheets, joined; those of the player, if none is named."""
    return "".join((HERE / "css" / name).read_text("utf-8") for name in names or ("player.css", "question.css"))


def _collect(folder: Path, name: str, sources: dict[str, str], importing: tuple[str, ...]) -> None:
    """Add a module to `sources`, after all that it imports."""
    if name in importing:
        raise DslabError(f"JavaScript modules import each other: {' -> '.join([*importing, name])}")
    if name in sources:
        return
    if not (folder / name).is_file():
        raise DslabError(f"the JavaScript module {importing[-1] if importing else name} imports {name}, and there is no"
                         f" such file in {folder}")
    text = (folder / name).read_text("utf-8")
    if left := OTHER.search(IMPORT.sub("", text)):
        raise DslabError(f"the JavaScript module {name} says {left[0]!r}, which the bundle cannot join: import by name,"
                         ' from a relative path: import { t } from "../words.js";')
    for imported in IMPORT.findall(text):
        _collect(folder, normpath(join(dirname(name), imported)), sources, (*importing, name))
    sources[name] = text


def _refuse_twins(sources: dict[str, str]) -> None:
    """Raise `DslabError` if two modules define one name, which would be a syntax error in the bundle."""
    homes: dict[str, str] = {}
    for module, text in sources.items():
        for name in DEFINED.findall(text):
            if name in homes:
                raise DslabError(f"the JavaScript modules {homes[name]} and {module} both define {name}:"
                                 " they become one module, so give one of the two another name")
            homes[name] = module


def _stripped(text: str) -> str:
    return re.sub(r"^export (?!default)", "", TYPES.sub("", IMPORT.sub("", text)), flags=re.MULTILINE)
