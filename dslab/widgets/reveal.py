"""`reveal`: a result that is closed until the reader asks for it."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets

from dslab.mistakes.calls import teaching
from dslab.player.bundle import style
from dslab.values import DslabError, brief
from dslab.widgets.panel import Card, panel, shown, stacked
from dslab.widgets.rendering import html_of, outcome_of, text_of


@teaching('reveal("How often does it hold?", table)')
def reveal(title: str, what: Any) -> Revealed:
    """A result behind its title: closed in a notebook and on a page, its text elsewhere.

    Args:
        title: what is behind it, without saying it.
        what: an object, a text, or a function: what it prints and what it returns.

    >>> reveal("The sums", lambda: print(1 + 2, 3 + 4))
    3 7
    """
    if not isinstance(title, str) or not title.strip():
        raise DslabError(f'the title is {brief(title)}: expected a text, such as reveal("All verdicts", verdicts)')
    return Revealed(title, outcome_of(what))


class Revealed:
    """Results that are closed until the reader asks for them."""

    def __init__(self, title: str, results: list[Any]) -> None:
        self.title, self.results = title, results

    def __str__(self) -> str:
        return "\n".join(map(text_of, self.results))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return (f'<style>{style("question.css")}</style><details class="dslab-reveal"><summary>{escape(self.title)}'
                f'</summary><div class="dslab-then">{html_of(*self.results)}</div></details>')

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        text, html = str(self), self._repr_html_()
        if not any(isinstance(one, ipywidgets.Widget) for one in self.results):
            return {"text/plain": text, "text/html": html}
        return shown(text=text, html=html, widget=lambda: panel(
            Card(title=self.title, state="asked"), {"Show": lambda: stacked(*map(_displayed, self.results))}))


def _displayed(result: Any) -> Any:
    """A widget as it is, anything else by its HTML."""
    return result if isinstance(result, ipywidgets.Widget) else ipywidgets.HTML(html_of(result))
