"""A question that stands alone: a card with the choices, which judges the answer and shows what comes after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from html import escape
from typing import Any

import anywidget
import ipywidgets
import traitlets

from dslab.player.bundle import style, widget_module
from dslab.predictions.forms import Answer, AskedData, Choices, asked, check_text, computed
from dslab.predictions.guesses import remember_guess
from dslab.values import brief
from dslab.widgets.panel import shown
from dslab.widgets.rendering import html_of, outcome_of, text_of


class QuestionCard(anywidget.AnyWidget):
    """The card in the browser, which judges by itself: it also works in a page that has no kernel."""

    _esm = widget_module("widgets/question.js")
    _css = style("question.css")
    asked = traitlets.Dict().tag(sync=True)
    then = traitlets.Unicode().tag(sync=True)       # HTML that is shown after the answer
    guess = traitlets.Dict().tag(sync=True)         # {value, said, right}; empty: not answered

    def __init__(self, asked: Mapping[str, Any], then: Sequence[Any], below: ipywidgets.VBox) -> None:
        made = [(thing, _live(thing)) for thing in then]
        super().__init__(asked=dict(asked), then=html_of(*(thing for thing, live in made if live is None)))
        self.live, self.below = [live for _, live in made if live is not None], below
        self.observe(lambda _: self._answered(), names="guess")

    def _answered(self) -> None:
        """Remember the guess, and show below what only a kernel can show."""
        if self.guess:
            remember_guess(self.asked, self.guess)
        self.below.children = (self, *(self.live if self.guess else ()))

    def __repr__(self) -> str:
        return f"<question: {self.asked['text']}>"


def _live(thing: Any) -> Any:
    """A widget as it is, or that of an object which is more than HTML where there is a kernel; else None."""
    if isinstance(thing, ipywidgets.Widget):
        return thing
    return thing.widget() if callable(getattr(thing, "widget", None)) else None


class StandaloneQuestion:
    """A question with its answer: a card in a notebook; elsewhere the question, and the answer folded away."""

    def __init__(self, text: str, choices: Choices, answer: Answer, then: Any, section: str) -> None:
        check_text(text, section)
        self.data: AskedData = asked(text, choices, computed(f"the answer to {brief(text)}", answer), section)
        self._then = then

    @cached_property
    def then(self) -> list[Any]:
        """What is shown after the answer."""
        return outcome_of(self._then)

    def __str__(self) -> str:
        return "\n".join([self.data["text"], f"answer: {self.data['shown']}", *map(text_of, self.then)])

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return shown(text=str(self), html=self._repr_html_(), widget=self.widget)

    def _repr_html_(self) -> str:
        choices = "".join(f'<li dir="auto">{escape(choice)}</li>' for choice in self.data["choices"])
        inside = f'<p class="dslab-result">{escape(self.data["shown"])}</p>{html_of(*self.then)}'
        return card(f'<p class="dslab-asks" dir="auto">{escape(self.data["text"])}</p>'
                    + (f'<ul class="dslab-choices">{choices}</ul>' if choices else "") + folded("Answer", inside))

    def widget(self) -> ipywidgets.VBox:
        """The card, and room below it for what is shown after the answer."""
        box = ipywidgets.VBox()
        box.children = (QuestionCard(dict(self.data), self.then, box),)
        return box


def card(html: str) -> str:
    """HTML on a card, with its style."""
    return f'<style>{style("question.css")}</style><section class="dslab-question">{html}</section>'


def folded(title: str, html: str) -> str:
    """HTML that is closed until it is asked for."""
    return f'<details><summary>{escape(title)}</summary><div class="dslab-then">{html}</div></details>'
