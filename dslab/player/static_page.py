"""A player without a kernel, for notebooks that are converted to web pages: the exported page in a frame."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Unpack

from dslab.player.bundle import style
from dslab.player.html_export import html, page
from dslab.player.options import Look, height_for
from dslab.player.payload import title
from dslab.predictions.prediction import Prediction
from dslab.properties import Promise
from dslab.trace import Trace

ROOT, STYLE, TALL = "compare.js", style() + style("compare.css"), 636       # of two runs beside each other; px
FRAME = 16              # px: the page's padding


class StaticPage:
    """The exported page of a trace, in a frame."""

    def __init__(self, trace: Trace, *, step: int = 0, promises: Sequence[Promise] | None = None,
                 ask: Sequence[Prediction] = (), **look: Unpack[Look]) -> None:
        self.trace, self.height = trace, height_for(trace, look.get("height"))
        self.page = html(trace, focus=step, promises=promises, ask=ask, **look)

    def _repr_html_(self) -> str:
        return frame(self.page, title=repr(self), height=self.height)

    def __repr__(self) -> str:
        return described(self.trace)


def comparison_frame(data: dict[str, Any]) -> str:
    """Two runs beside each other: the payload of `dslab.widgets.compare`, in a page that needs no kernel."""
    return frame(page(data, root=ROOT, css=STYLE), title=data["title"], height=TALL)


def frame(page: str, *, title: str, height: int) -> str:
    """A page with a player of this height, px, in a sandboxed frame."""
    return (f"<iframe srcdoc='{quoted(page)}' "
            f'title="{escape(title)}" loading="lazy" sandbox="allow-scripts" allowfullscreen '
            f'style="width:100%;height:{height + FRAME}px;border:0"></iframe>')


def quoted(text: str) -> str:
    """Text as an attribute in single quotes: a page is full of double quotes, which need no escape then."""
    return text.replace("&", "&amp;").replace("'", "&#39;")


def described(trace: Trace | None) -> str:
    """A player in one line of text, the same in every process."""
    return "<player: empty>" if trace is None else f"<player: {title(trace)}, {len(trace)} steps>"
