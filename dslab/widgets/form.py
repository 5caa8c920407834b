"""A form: questions about a run with input fields, in a list, or in a space-time diagram beside the steps."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import anywidget
import ipywidgets
import traitlets

from dslab.diagrams.diagram import Diagram, diagram
from dslab.diagrams.step_labels import PADDING
from dslab.diagrams.style import COLOURS
from dslab.diagrams.svg import SvgPage, drawn
from dslab.player.bundle import style, widget_module
from dslab.predictions.forms import named
from dslab.trace import Trace
from dslab.trace_json import trace_to_dict
from dslab.values import DslabError
from dslab.widgets.panel import SIGNS, attempted

MOST = 1000                 # the limit of characters in an answer
WIDTH = 720                 # px, of a diagram with fields: it scrolls in a narrow window, so that fields stay legible
VECTOR = re.compile(r"[(\[<]?\s*(-?\d+(?:[\s,]+-?\d+)+)[\s,]*[)\]>]?")

Judge = Callable[[dict[str, Any]], tuple[Mapping[str, str], ipywidgets.Widget]]


def parse(text: str) -> Any:
    """The value that was typed: `3`, `(1, 2, 0)`, `1 2 0`, `<1,2,0>`, `'x'`; other text as it is; None if empty."""
    text = text.strip()[:MOST]
    vector = VECTOR.fullmatch(text)
    if vector:
        return tuple(int(number) for number in re.split(r"[\s,]+", vector[1]))
    try:
        return ast.literal_eval(text) if text else None
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


class Form(anywidget.AnyWidget):
    """Questions, and the marks of the answers. `judge` returns a mark for each answer, and a widget to show below."""

    _esm = widget_module("widgets/form.js")
    _css = style("panel.css") + "".join(         # the diagram takes the theme of the page, not of the system
        f".dslab-paper svg .{name} {{ {of}: light-dark({light}, {dark}); }}\n"
        for name, (of, light, dark) in COLOURS.items())
    asked = traitlets.Dict().tag(sync=True)
    answers = traitlets.Dict().tag(sync=True)       # as typed when "Check" was pressed, for other views of this model
    judged = traitlets.Dict().tag(sync=True)

    def __init__(self, asked: Mapping[str, Any], judge: Judge, below: ipywidgets.VBox) -> None:
        super().__init__(asked=dict(asked))
        self.judge, self.below, self.serial = judge, below, 0
        self.on_msg(lambda _, content, buffers: self.receive(content))

    def receive(self, content: Mapping[str, Any]) -> None:
        """Handle a message of the browser: judge the answers in it."""
        typed = content.get("answers")
        if content.get("type") == "check" and isinstance(typed, dict):
            names = [question["name"] for question in self.asked["questions"]]
            self.answers = {name: str(typed.get(name, ""))[:MOST] for name in names}
            self.check()

    def check(self) -> None:
        """Judge `answers`. The serial number makes every verdict a change, since the browser waits for one."""
        values = {name: parse(text) for name, text in self.answers.items()}
        made = attempted(lambda: self.judge(values))
        marks, below = ({}, None) if isinstance(made, str) else made
        self.serial += 1
        self.judged = {"marks": dict(marks), "serial": self.serial,
                       "standing": made if isinstance(made, str) else standing(marks, len(values))}
        self.below.children = (self, below) if below else (self,)

    def __repr__(self) -> str:
        return f"<form: {self.asked['title']}>"


def standing(marks: Mapping[str, str], count: int) -> str:
    """The numbers of right, wrong and empty answers, as text."""
    right, wrong = (sum(mark == state for mark in marks.values()) for state in ("right", "wrong"))
    counts = {"right": right, "wrong": wrong, "empty": count - right - wrong}
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number > 0)


def form(*, title: str, task: str, questions: Mapping[str, str], judge: Judge,
         choices: Mapping[str, Sequence[Any]] = MappingProxyType({}), sheet: DiagramForm | None = None,
         ) -> ipywidgets.VBox:
    """A form, in a box that shows the verdict below it.

    Args:
        title, task: the text above the questions.
        questions: name -> text.
        choices: of some of the names, the possible answers: a button for each instead of a field.
        judge: from the answers (None: left empty) to marks ("right", "wrong") and a widget.
        sheet: the diagram with the fields; None: a list.
    """
    box, places = ipywidgets.VBox(), sheet.places if sheet else {}
    asked = {"title": title, "task": task, "signs": SIGNS, "questions": [
        {"name": name, "words": questions[name]} | ({"place": places[name]} if sheet else {})
        | ({"choices": [[repr(choice), named(choice)] for choice in choices[name]]} if name in choices else {})
        for name in (places or questions)]}         # in a diagram, Tab goes from field to field in the order of time
    if sheet:
        asked["paper"] = {"svg": sheet.svg, "size": sheet.size}
    box.children = (Form(asked, judge, box),)
    return box


# ---- fields in a diagram ---------------------------------------------------------------------------------------------

class DiagramForm:
    """A space-time diagram without outputs, states and contents, and with an empty box beside each step in question.

    Args:
        trace: the trace to draw.
        steps: name of the question -> its step.
        letters: the width of a box, in characters.
    """

    def __init__(self, trace: Trace, steps: Mapping[str, int], *, letters: int = 6) -> None:
        if len(set(steps.values())) < len(steps):
            raise DslabError(f"two questions are about one step, and a diagram has room for one box: {dict(steps)}")
        steps = dict(sorted(steps.items(), key=lambda item: item[1]))
        boxes = {step: f"{name} {'_' * letters}" for name, step in steps.items()}
        drawing = diagram(blind(trace, boxes), last=len(trace))
        assert isinstance(drawing, Diagram)
        page = SvgPage(drawing.picture, WIDTH)
        page.legend = [entry for entry in page.legend if ">output<" not in entry[2]]     # here a frame is a box
        self.text, self.svg, self.size = str(drawing), drawn(page), [page.width, page.height]
        self.places = {name: _box(page, step) for name, step in steps.items()}


def _box(page: SvgPage, step: int) -> list[float]:
    """The left edge, the vertical middle and the width of the box beside a step, px."""
    beside = page.labels[step]
    x, y = page.x(beside.column), page.y(beside.row) + 9 * beside.level
    width = beside.pieces[0].width
    return [x + 9 if beside.side > 0 else x - 13 - width, y - 12, width + 4 + PADDING * (beside.side > 0)]


def blind(trace: Trace, boxes: Mapping[int, str]) -> Trace:
    """A trace without all that a question can be about; `boxes` maps steps to the outputs that stand for fields."""
    data = trace_to_dict(trace)
    for number, step in enumerate(data["steps"]):
        for key in ("outputs", "notes", "changes", "replies", "request", "text"):
            step.pop(key, None)
        if number in boxes:
            step["outputs"] = [[boxes[number]]]
    for one in data["messages"]:
        one.pop("sentence", None)
        one |= {"fields": {}, "label": ""}
    nodes = [node | {"shown": [], "roles": []} for node in data["nodes"]]
    return Trace.from_json(json.dumps(data | {"run": None, "operations": [], "initial": {}, "nodes": nodes}))
