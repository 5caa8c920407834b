"""Scenes: what a player shows, a trace with its error and the payload for the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dslab.arguments import found, instead
from dslab.player.branches import Branch
from dslab.predictions.prediction import unanswered
from dslab.properties import Promise, Verdict
from dslab.run import Run
from dslab.simulator.errors import ProtocolError
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.values import DslabError

Playable = Run | Trace | Verdict
PLAYABLE = "a Run, a Trace or a Verdict with a trace"
KEPT = 8                # scenes in the cache, so that switching between branches is quick


@dataclass(frozen=True)
class Scene:
    """A trace with its payload, `data`, which is without the cursor."""

    trace: Trace
    error: str                                  # why the trace ends early; "" if it does not
    data: dict[str, Any] = field(repr=False)
    promises: tuple[Promise, ...]


def known_error(scene: Scene | None, guesses: Mapping[str, Any]) -> str:
    """Why the trace ends early, unless a question hides its end."""
    return "" if scene is None or unanswered(scene.data["questions"], guesses) else scene.error


class Scenes:
    """A cache of scenes: that of the first branch, and the most recently used ones of others."""

    def __init__(self, first: Scene, make: Callable[[Branch], Scene]) -> None:
        self.first, self.make = first, make
        self._kept: dict[Branch, Scene] = {}

    def of(self, branch: Branch) -> Scene:
        """The scene of a branch, made on first use."""
        if branch.parent is None:
            return self.first
        scene = self._kept.pop(branch, None) or self.make(branch)
        self._kept[branch] = scene              # the least recently used one is first, and is evicted first
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return scene


def watched(what: Any, verb: str = "play") -> tuple[Trace, str]:
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
    expected = "a Run, a Trace, a Verdict with a trace, or a function that returns one of them"
    raise DslabError(f"cannot {verb} {found(what)}: expected {expected if verb == 'play' else PLAYABLE}"
                     f"{instead(what, verb)}")


def promised(what: Any) -> tuple[Promise, ...] | None:
    """The promise of a verdict; None for anything else: the protocols' own promises are shown."""
    return (what.promise,) if isinstance(what, Verdict) else None


def opening(what: Any, step: int) -> int:
    """The step that a player opens at: of a verdict, the deciding one."""
    return what.step if isinstance(what, Verdict) and what.step is not None and not step else step
