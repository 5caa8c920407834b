"""`play(run)`: step through a run in the notebook, and change it while you watch.

The trace goes to the browser once; stepping and playing need no kernel. Only a change (a crash, a dropped
message) comes back here: it becomes an event of the run's script, the run is simulated again, and the new
trace takes the place of the old one at the same moment.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import anywidget
import ipywidgets
import traitlets

from dslab.mishap import ProtocolError
from dslab.properties import Verdict
from dslab.run import Run
from dslab.script import at, crash, drop, recover
from dslab.simulate import simulate
from dslab.trace import Step, Trace
from dslab.values import DslabError, brief
from dslab.views.bundle import script, style
from dslab.views.export import html
from dslab.views.layout import Point
from dslab.views.payload import NO_RUN, payload, title

EDITS = {"crash": crash, "recover": recover, "drop": drop}
Layout = str | Mapping[str, Point] | None


def play(what: Any, *, step: int = 0, height: int = 600, layout: Layout = None, **choices: Any) -> Any:
    """A player for a run.

    Args:
        what: a `Run`, a `Trace`, a `Verdict` (its trace opens at the step that matters), or a function of
            choices that returns one of them: `play(lambda seed: DEMO.but(seed=seed), seed=(0, 9))`.
        step: where the player opens.
        height: of its four views, px.
        layout: "circle", "line", "grid" or a dict from node to point; None chooses.
        choices: for a function, what each argument can be: (low, high) a slider, a list a menu, a bool a
            check box.

    Raises:
        DslabError: one sentence, if `what` cannot be played.
    """
    if callable(what) and not isinstance(what, type):
        return _with_choices(what, choices, height=height, layout=layout)
    if choices:
        raise DslabError(f"{', '.join(choices)}: choices need a function that takes them, such as "
                         "play(lambda seed: ..., seed=(0, 9))")
    if os.environ.get("DSLAB_STATIC"):
        return Page(_watched(what)[0], step=_opening(what, step), height=height, layout=layout)
    player = Player(height=height, layout=layout)
    player.show(what, step=step)
    return player


class Player(anywidget.AnyWidget):
    """One player. `run` is what it plays now, all changes by hand included; `run.code()` is that as code."""

    _esm = script()
    _css = style()
    payload = traitlets.Dict().tag(sync=True)
    notice = traitlets.Dict().tag(sync=True)    # an error's sentence, numbered so that it can be told twice
    step = traitlets.Int(0).tag(sync=True)      # the cursor, when the play stops or the reader turns away

    def __init__(self, *, height: int = 600, layout: Layout = None) -> None:
        super().__init__()
        self.trace: Trace | None = None
        self.runs: list[Run] = []                   # the original, then a run for each change
        self._height, self._layout, self._serial = height, layout, 0
        self.on_msg(lambda _, content, buffers: self.receive(content))

    @property
    def run(self) -> Run | None:
        """The run as it is now, None for a trace that was not simulated here."""
        return self.runs[-1] if self.runs else None

    def show(self, what: Any, *, step: int = 0) -> None:
        """Play something else."""
        trace, error = _watched(what)
        self.runs = [trace.run] if trace.run is not None else []
        self._put(trace, focus=_opening(what, step))
        self._tell(error)

    def edit(self, verb: str, target: str, *, step: int, time: float | None = None) -> None:
        """Crash or recover a node, or drop a message, just after `step` (or at `time`, if that is later)."""
        if self.run is None:
            raise DslabError(NO_RUN)
        if verb not in EDITS:
            raise DslabError(f"there is no change {brief(verb)}: the player knows {', '.join(EDITS)}")
        moment = moment_after(self.trace, step, time)
        self._replay([*self.runs, self.run.plus(at(moment, EDITS[verb](target)))])

    def undo(self) -> None:
        """Take back the last change."""
        if len(self.runs) > 1:
            self._replay(self.runs[:-1], back=1)

    def original(self) -> None:
        """Take back all changes."""
        if len(self.runs) > 1:
            self._replay(self.runs[:1], back=1)

    def receive(self, content: Mapping[str, Any]) -> None:
        """Do what the browser asks."""
        if content.get("type") == "edit":
            self.attempt(lambda: self.edit(content["verb"], content["target"], step=content["step"],
                                           time=content.get("time")))
        elif content.get("type") in ("undo", "original"):
            self.attempt(getattr(self, content["type"]))

    def attempt(self, change: Callable[[], None]) -> None:
        """Make a change; what goes wrong becomes a sentence in the player, and what it shows stays."""
        try:
            change()
        except Exception as problem:        # the browser waits for an answer, whatever happened
            known = isinstance(problem, DslabError)
            self._tell(str(problem) if known else f"{type(problem).__name__}: {problem}")

    def _replay(self, runs: list[Run], back: int = 0) -> None:
        """Simulate the last of `runs` and show it where it first differs from before, or `back` steps earlier."""
        trace = simulate(runs[-1])
        focus = first_difference(self.trace, trace) - back
        self.runs = runs
        self._put(trace, focus=max(0, min(focus, len(trace) - 1)))
        self._tell("")

    def _put(self, trace: Trace, *, focus: int) -> None:
        self.trace, self._serial = trace, self._serial + 1
        self.payload = payload(trace, layout=self._layout, height=self._height, focus=focus, reason=NO_RUN,
                               editable=bool(self.runs), edits=max(0, len(self.runs) - 1),
                               serial=self._serial)
        self.step = focus

    def _tell(self, sentence: str) -> None:
        if sentence or self.notice.get("text"):
            self.notice = {"text": sentence, "serial": self.notice.get("serial", 0) + 1}

    def __repr__(self) -> str:
        return _described(self.trace)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget, with a text that is the same in every process."""
        made = super()._repr_mimebundle_(**kwargs)
        if made is None:
            return {"text/plain": repr(self)}
        data = made[0] if isinstance(made, tuple) else made
        data["text/plain"] = repr(self)
        return made


class Page:
    """A player without a kernel, for notebooks that become web pages: the exported page in a frame."""

    def __init__(self, trace: Trace, *, step: int = 0, height: int = 600, layout: Layout = None) -> None:
        self.trace, self.height = trace, height
        self.page = html(trace, height=height, focus=step, layout=layout)

    def _repr_html_(self) -> str:
        return (f'<iframe srcdoc="{escape(self.page)}" title="{escape(repr(self))}" loading="lazy" '
                f'sandbox="allow-scripts" style="width:100%;height:{self.height + 260}px;border:0"></iframe>')

    def __repr__(self) -> str:
        return _described(self.trace)


def moment_after(trace: Trace, step: int, time: float | None = None) -> float:
    """The roundest number of ms after step `step` (and `time`) and not after the next later step."""
    least = round(max(trace[step].time, time or 0.0) * 1000)        # in µs, the finest that a script knows
    later = (round(one.time * 1000) for one in trace.steps[step + 1:])
    limit = next((moment for moment in later if moment > least), math.inf)
    for unit in (1000, 100, 10, 1):
        moment = (least // unit + 1) * unit
        if moment <= limit:
            break
    return moment // 1000 if moment % 1000 == 0 else moment / 1000


def first_difference(old: Trace | None, new: Trace) -> int:
    """The first step at which two traces differ."""
    def key(step: Step) -> tuple:
        return step.time, step.node, step.kind, step.name, step.changes
    pairs = zip(old.steps if old else (), new.steps, strict=False)
    differing = (index for index, (a, b) in enumerate(pairs) if key(a) != key(b))
    return next(differing, min(len(old or ()), len(new)))


def _watched(what: Any) -> tuple[Trace, str]:
    """The trace to show, and the sentence of the error that ended it, if one did."""
    if isinstance(what, Trace):
        return what, ""
    if isinstance(what, Run):
        try:
            return simulate(what), ""
        except ProtocolError as problem:
            return problem.trace, str(problem)
    if isinstance(what, Verdict) and what.trace is not None:
        return what.trace, ""
    raise DslabError(f"cannot play {brief(what)}: expected a Run, a Trace, a Verdict with a trace, "
                     "or a function that returns one of them")


def _opening(what: Any, step: int) -> int:
    return what.step if isinstance(what, Verdict) and what.step is not None and not step else step


def _with_choices(function: Callable[..., Any], choices: Mapping[str, Any], *, height: int,
                  layout: Layout) -> Any:
    """The player under controls that choose what it plays."""
    controls = {name: _control(name, choice) for name, choice in choices.items()}

    def chosen() -> Any:
        return function(**{name: control.value for name, control in controls.items()})

    player = play(chosen(), height=height, layout=layout)
    if isinstance(player, Page):
        return player
    for control in controls.values():
        control.observe(lambda _: player.attempt(lambda: player.show(chosen())), names="value")
    bar = ipywidgets.HBox(list(controls.values()), layout={"flex_flow": "row wrap"})
    return ipywidgets.VBox([bar, player])


def _control(name: str, choice: Any) -> Any:
    """A slider for (low, high), a menu for a list, a check box for a bool."""
    words = name.replace("_", " ")
    if isinstance(choice, bool):
        return ipywidgets.Checkbox(choice, description=words, indent=False)
    if isinstance(choice, list) and choice:
        return ipywidgets.Dropdown(options=choice, description=words)
    if isinstance(choice, tuple) and len(choice) == 2 and all(type(end) in (int, float) for end in choice):
        slider = ipywidgets.IntSlider if all(type(end) is int for end in choice) else ipywidgets.FloatSlider
        low, high = choice
        return slider(min=low, max=high, value=low, description=words, continuous_update=False)
    raise DslabError(f"{name}={brief(choice)}: a choice is (low, high), a list of options, or True or False")


def _described(trace: Trace | None) -> str:
    return "<player: empty>" if trace is None else f"<player: {title(trace)}, {len(trace)} steps>"
