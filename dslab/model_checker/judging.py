"""The promises while a search goes on: each new state is judged; the first that decides a promise is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dslab.model_checker.breadth_first import COMPLETE, FOUND
from dslab.properties import Promise

Asking = Callable[[Callable[[Any], Any]], Callable[[Any], Any]]


class Jury:
    """What became of each promise so far.

    Args:
        asking: makes a judge of worlds one of states.
        at_rest: can nothing happen any more in a state?
    """

    def __init__(self, promises: tuple[Promise, ...], asking: Asking, at_rest: Callable[[Any], bool]) -> None:
        self.promises, self.at_rest = promises, at_rest
        self.objections = [(one, asking(one.objection)) for one in promises if one.kind == "always"]
        self.due_at_rest = [(one, asking(one.objection)) for one in promises if one.kind == "in the end"]
        self.hopes = [(one, asking(one.has_happened)) for one in promises if one.kind == "sometimes"]
        self.only_hopes = len(self.hopes) == len(promises)
        self.decided: dict[Promise, tuple[Any, str]] = {}       # promise -> the state, the objection
        self.rests = 0                                          # how many states are at rest

    def look(self, state: Any) -> bool:
        """Judge a new state; True if the search can end: something is broken, or all hopes have come true."""
        broken = self._is_broken(state, self.objections)
        if self.due_at_rest and self.at_rest(state):
            self.rests += 1
            broken = self._is_broken(state, self.due_at_rest) or broken
        for promise, has_happened in self.hopes:
            if promise not in self.decided and has_happened(state):
                self.decided[promise] = (state, "")
        return broken or self.only_hopes and len(self.decided) == len(self.hopes)

    def _is_broken(self, state: Any, objections: list) -> bool:
        broken = False
        for promise, objection in objections:
            why = objection(state)
            if why:
                self.decided[promise], broken = (state, why), True
        return broken

    def undecided(self, promise: Promise, status: str) -> tuple[str, str]:
        """The verdict on a promise that no state has decided, when the search ends like this; and why."""
        if status != COMPLETE:
            return "not decided", "the search ended before" if status == FOUND else status
        if promise.kind == "sometimes":
            return "broken", "it never happens"
        if promise.kind == "in the end" and not self.rests:
            return "not decided", "something is always left to happen, so it was never due"
        return "holds", ""
