"""Any result as text and as HTML: what a function prints and returns, a table, a drawing, a list of verdicts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from html import escape
from io import StringIO
from itertools import groupby
from typing import Any

from dslab.text import visible

PICTURES = {"_repr_svg_": "image/svg+xml", "_repr_png_": "image/png", "_repr_html_": "text/html"}


def outcome_of(what: Any) -> list[Any]:
    """The results to show, one below the other: of a function, what it prints and what it returns."""
    if isinstance(what, type) or not callable(what):
        return _parts(what)
    with redirect_stdout(StringIO()) as printed:
        returned = what()
    said = printed.getvalue().rstrip("\n")
    return ([said] if said else []) + _parts(returned)


def _parts(result: Any) -> list[Any]:
    if result is None:
        return []
    return list(result) if isinstance(result, (list, tuple)) else [result]


def text_of(thing: Any) -> str:
    """A result as text, as a terminal shows it."""
    return thing if isinstance(thing, str) else str(_bundle(thing).get("text/plain") or thing)


def html_of(*things: Any) -> str:
    """Results as HTML, one below the other: their own, their pictures, or their texts, which become one block."""
    made = [(_picture(thing), thing) for thing in things]
    blocks = groupby(made, key=lambda one: bool(one[0]))
    return "".join("".join(html for html, _ in block) if drawn else _preformatted([thing for _, thing in block])
                   for drawn, block in blocks)


def _picture(thing: Any) -> str:
    """The HTML of a result that has some, or a picture; else ""."""
    data = {} if isinstance(thing, str) else _bundle(thing)
    if "text/html" in data:
        return str(data["text/html"])
    if "image/svg+xml" in data:
        return f'<div class="dslab-picture">{data["image/svg+xml"]}</div>'
    if "image/png" in data:
        return f'<img alt="{escape(text_of(thing))}" src="data:image/png;base64,{data["image/png"]}">'
    return ""


def _preformatted(things: Sequence[Any]) -> str:
    lines = [visible(line.expandtabs(4)) for thing in things for line in text_of(thing).split("\n")]
    return f'<pre class="dslab-text" tabindex="0">{escape(chr(10).join(lines))}</pre>'


def _bundle(thing: Any) -> dict[str, Any]:
    """The MIME bundle of an object, made as a notebook makes it; empty if it has none."""
    still: Callable[[], dict[str, Any]] | None = getattr(thing, "still", None)      # a player that is not live here
    if callable(still):
        return still()
    if hasattr(thing, "_repr_mimebundle_"):
        made = thing._repr_mimebundle_()
        return dict((made[0] if isinstance(made, tuple) else made) or {})
    found = {kind: getattr(thing, method)() for method, kind in PICTURES.items() if hasattr(thing, method)}
    return {kind: _encoded(data) for kind, data in found.items() if data is not None}


def _encoded(data: Any) -> str:
    """A picture in base64, which may come with its size; texts as they are."""
    inside = data[0] if isinstance(data, tuple) else data
    return b64encode(inside).decode() if isinstance(inside, bytes) else str(inside)
