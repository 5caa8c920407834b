"""The player: step through a run in the notebook, and intervene in it. `play` makes one.

The trace is sent to the browser once; stepping and playing need no kernel. Only an intervention (a crash, a dropped
message) comes back here: it becomes an event of the run's script, and the edited run a branch of the original. That is
simulated, and its trace is shown from the same moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Unpack

import anywidget
import traitlets

from dslab.checkers.side_by_side import Comparison, first_different_step
from dslab.diagrams.diagram import WINDOW, diagram
from dslab.player.branches import Branch, Branches
from dslab.player.break_mode import Breaking, run_of
from dslab.player.bundle import style, widget_module
from dslab.player.edits import moment_after, requests
from dslab.player.language import language
from dslab.player.options import Look
from dslab.player.payload import CHOSEN, NO_RUN, focused, payload, spoken
from dslab.player.requests import answer
from dslab.player.scene import Scene, Scenes, known_error, opening, promised, watched
from dslab.player.static_page import described
from dslab.player.verdicts import promises_of
from dslab.predictions.guesses import remember_guesses
from dslab.predictions.prediction import Prediction, asked_of, opened, unanswered
from dslab.properties import Promise
from dslab.run import Run
from dslab.script import Action, At, at
from dslab.simulator.garbage import gc_paused
from dslab.trace import Trace
from dslab.values import DslabError, brief, nearest

Scenarios = Mapping[str, Iterable[At]] | None


class Player(anywidget.AnyWidget):
    """One player. `run` is the run that it plays now, with all interventions; `run.code()` is its code.

    Each intervention makes a branch: `branches` is their tree, `branch(name)` shows one of them, and
    `compare(one, other)` two of them side by side.
    """

    _esm = widget_module()
    _css = style()
    payload = traitlets.Dict().tag(sync=True)   # what is shown, and
    acts = traitlets.Dict().tag(sync=True)      # what can be done: see `dslab.player.payload` for both
    notice = traitlets.Dict().tag(sync=True)    # an error's sentence, numbered so that it can be shown twice
    step = traitlets.Int(0).tag(sync=True)      # the cursor, sent when playing stops or the player loses focus
    guesses = traitlets.Dict().tag(sync=True)   # at the questions that were answered, by their identity

    def __init__(self, *, promises: Sequence[Promise] | None = None, scenarios: Scenarios = None, mode: str = "",
                 budget: Mapping[str, int] | None = None, ask: Sequence[Prediction] = (),
                 **look: Unpack[Look]) -> None:
        super().__init__()
        if mode not in ("", "break"):
            raise DslabError(f'there is no mode {brief(mode)}: a player has the mode "" or "break"')
        if mode and ask:
            raise DslabError('mode="break" asks nothing, since the reader chooses what comes next: drop ask=')
        self.scene: Scene | None = None
        self.branches = Branches(None)
        self.breaking: Breaking | None = None
        self._payload = partial(payload, **look | {"lang": language(look.get("lang"))})
        self._promises, self._scenarios, self._mode, self._budget = promises, dict(scenarios or {}), mode, budget
        self._predictions = ask
        self._other: Branch | None = None               # the branch that is shown beside the current one
        self._serial = 0
        self.payload = spoken(language(look.get("lang")))      # it may be displayed before `show` is called
        self.on_msg(lambda _, content, buffers: self.receive(content))
        self.observe(lambda change: self._remember(change.new), names="guesses")

    @property
    def run(self) -> Run | None:
        """The run of the current branch; None for a trace that was not simulated here."""
        return self.branches.current.run

    @property
    def trace(self) -> Trace | None:
        """The trace that is shown."""
        return None if self.scene is None else self.scene.trace

    @property
    def shown(self) -> Scene:
        """The scene that is shown; raises `DslabError` if there is none yet."""
        if self.scene is None:
            raise DslabError("this player has nothing to play yet: give it a run, player.show(run)")
        return self.scene

    def show(self, what: Any, *, step: int = 0) -> None:
        """Show another run, trace or verdict."""
        judged = promised(what) if self._promises is None else self._promises
        breaking = Breaking(run_of(what), self._budget) if self._mode == "break" else None
        shown, error = breaking.play(()) if breaking else watched(what)
        scene = self._make(shown, error, judged)
        scene.data["questions"] = questions = asked_of(self._predictions, shown)
        if scene.trace.run is None or scene.trace.run != self.branches.root.run:
            self.guesses = {}               # another run is another question, even if its answer is the same
        self.breaking, self.branches, self._other = breaking, Branches(scene.trace.run), None
        self._scenes = Scenes(scene, lambda branch: self._make(*watched(branch.run), judged))
        self._put(scene, opened(questions, self.guesses, opening(what, step)))

    # ---- branches --------------------------------------------------------------------------------------

    def edit(self, *actions: Action, step: int, time: float | None = None) -> None:
        """Intervene just after `step` (or at `time`, if that is later), and show the new branch."""
        moment = moment_after(self.shown.trace, step, time)
        self._grow(self.branches.current, [at(moment, action) for action in actions], back=1 - len(actions))

    def scenario(self, name: str) -> None:
        """Show the branch of a scenario: the original with its events."""
        if name not in self._scenarios:
            raise DslabError(f"there is no scenario {brief(name)}: there are {', '.join(self._scenarios) or 'none'}."
                             + nearest(name, self._scenarios))
        self._grow(self.branches.root, self._scenarios[name], name=name)

    def undo(self) -> None:
        """Show the parent of this branch, which is kept; in break mode, undo the last choice."""
        if self.breaking:
            self._take(self.breaking, self.breaking.decisions[:-1])
        elif self.branches.current.parent is not None:
            self._switch(self.branches.current.parent, back=1)

    def original(self) -> None:
        """Show the original run; all branches are kept. In break mode, undo all choices."""
        if self.breaking:
            self._take(self.breaking, ())
        else:
            self._switch(self.branches.root, back=1)

    def branch(self, name: str) -> None:
        """Show the branch of this name, at the step where it first differs from the previous one."""
        self._switch(self.branches[name])

    def rename(self, name: str, to: str) -> None:
        """Give a branch another name."""
        renamed = self.branches[name]
        self.branches.rename(name, to)
        if renamed is self._other:
            self._put(self.shown, self.step)            # its name stands above it
        self._list()

    def delete(self, name: str) -> None:
        """Delete a branch; its children become children of its parent."""
        gone, shown = self.branches[name], self.branches.current
        self.branches.delete(name)
        if gone is self._other:
            self.beside("")
        if gone is shown:
            self._switch(self.branches.current, back=1)
        self._list()

    def compare(self, one: str, other: str) -> Comparison:
        """Show two branches side by side, from the step at which they differ."""
        self.branch(one)
        self.beside(other)
        return Comparison((one, other), (self.shown.trace, self._scenes.of(self.branches[other]).trace))

    def beside(self, name: str) -> None:
        """Show another branch beside the current one; "" ends that."""
        self._other = self.branches[name] if name else None
        first = first_different_step(self.shown.trace, self._scenes.of(self._other).trace) if self._other else None
        self._put(self.shown, self.step if first is None else first)

    # ---- break it --------------------------------------------------------------------------------------

    def choose(self, decision: str) -> None:
        """Take this decision, in the mode "break"."""
        if self.breaking is None:
            raise DslabError('the next event is chosen in play(run, mode="break") only')
        self._take(self.breaking, self.breaking.with_one_more(decision))

    def _take(self, breaking: Breaking, decisions: tuple[str, ...]) -> None:
        scene = self._make(*breaking.play(decisions), self._scenes.first.promises)
        self._put(scene, len(scene.trace) - 1)

    # ---- the browser -----------------------------------------------------------------------------------

    def receive(self, content: Any) -> None:
        """Handle a request of the browser."""
        with gc_paused():                   # the user waits for it
            self.attempt(lambda: answer(self, content))

    def attempt(self, change: Callable[[], Any]) -> None:
        """Make a change. An error is shown as a sentence in the player, whose view stays as it was."""
        answered = self._serial
        try:
            change()
        except Exception as problem:        # the browser waits for an answer in any case
            self._list()
            known = isinstance(problem, DslabError)
            self._tell(str(problem) if known else f"{type(problem).__name__}: {problem}")
        if self._serial == answered:
            self._list()

    def _remember(self, guesses: Mapping[str, Any]) -> None:
        """Record what the learner guesses; the run's error may be known then."""
        if self.scene:
            remember_guesses(self._scenes.first.data["questions"], guesses)
            self._list()

    # ---- how it is shown -------------------------------------------------------------------------------

    def _grow(self, parent: Branch, events: Iterable[At], *, name: str = "", back: int = 0) -> None:
        """Make and show the branch of `parent` with these events."""
        if parent.run is None:
            raise DslabError(CHOSEN if self.breaking else NO_RUN)
        known = len(self.branches)
        branch = self.branches.grow(parent, events, name=name)
        try:
            self._switch(branch, back=back)
        except Exception:                   # a branch that cannot be shown is not kept
            if len(self.branches) > known:
                self.branches.delete(branch.name)
            raise

    def _switch(self, branch: Branch, *, back: int = 0) -> None:
        """Show a branch at the step where it first differs from the previous one, or `back` steps earlier."""
        scene = self._scenes.of(branch)
        differs = first_different_step(self.shown.trace, scene.trace)
        self.branches.current = branch
        if self._other is branch:
            self._other = None
        self._put(scene, self.step if differs is None else differs - back)

    def _put(self, scene: Scene, focus: int) -> None:
        """Send a scene to the browser, with the cursor at `focus`."""
        self.scene, place = scene, focused(scene.trace, focus)
        with self.hold_sync():
            self._list()
            self.payload = scene.data | place | {
                "editable": self.run is not None, "reason": CHOSEN if self.breaking else NO_RUN,
                "edits": len(self.breaking.decisions) if self.breaking else self.branches.current.depth,
                "serial": self._serial, "comparison": self._side(),
            } | (self.breaking.texts(scene) if self.breaking else {})
            self.step = place["focus"]

    def _list(self) -> None:
        """Send the possible actions to the browser, which also acknowledges its request."""
        self._serial += 1
        self.acts = {
            "branch": self.branches.current.name, "branches": self.branches.to_list(),
            "scenarios": list(self._scenarios), "requests": requests(self.shown.trace) if self.run is not None else [],
            "mode": self._mode, "choices": self.breaking and self.breaking.to_dict(self.shown.trace),
            "serial": self._serial,
        }
        if self.notice.get("text", "") != (error := known_error(self.scene, self.guesses)):
            self._tell(error)

    def _side(self) -> dict[str, Any] | None:
        """The branch beside the current one, as part of the payload."""
        if self._other is None:
            return None
        scene = self._scenes.of(self._other)
        return {"branch": self._other.name, "first": first_different_step(self.shown.trace, scene.trace),
                **{key: scene.data[key] for key in ("trace", "lights")}}

    def _make(self, trace: Trace, error: str, promises: Sequence[Promise] | None) -> Scene:
        promises = promises_of(trace) if promises is None else tuple(promises)
        return Scene(trace, error, self._payload(trace, promises=promises, error=error), promises)

    def _tell(self, sentence: str) -> None:
        self.notice = {"text": sentence, "serial": self.notice.get("serial", 0) + 1}

    def __repr__(self) -> str:
        return described(self.trace)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        made = super()._repr_mimebundle_(**kwargs)
        data = made[0] if isinstance(made, tuple) else made or {}
        data.update(self.still())
        return made or data

    def still(self) -> dict[str, str]:
        """The static form, for where no script runs: a text that is the same in every process, and a picture."""
        last = min((one["at"] + 1 for one in unanswered(self.payload.get("questions", ()), self.guesses)), default=None)
        drawn = self.trace and diagram(self.trace, first=max(0, self.step - WINDOW // 2), last=last).svg
        return {"text/plain": repr(self)} | ({"image/svg+xml": drawn} if drawn else {})
