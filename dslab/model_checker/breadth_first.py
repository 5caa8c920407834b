"""Breadth-first search of a state graph, in which each state is reached by a shortest path."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Protocol

from dslab.simulator.garbage import gc_paused

COMPLETE, FOUND, LIMIT, GAVE_UP = "explored completely", "found", "nothing found up to the limit", "gave up"
REPORT_EVERY = 256      # states between two reports of progress
Judge = Callable[[Any], Any]


class StateGraph(Protocol):
    """A directed graph of hashable states."""

    def initial(self) -> Iterable[Hashable]:
        """The initial states."""

    def successors(self, state: Any) -> Iterable[Hashable]:
        """The successors of a state, one for each move."""


class Walk:
    """A search in progress, and its results so far.

    Args:
        look: called with each new state; a true result ends the search.
        within: a predicate; states for which it is false are not explored.
        depth: the limit of levels, the initial one included.
        states: the limit of distinct states.
        progress: called periodically with this walk.
    """

    def __init__(self, graph: StateGraph, *, look: Judge | None = None, within: Judge | None = None,
                 depth: int | None = None, states: int = 1_000_000,
                 progress: Callable[[Walk], None] | None = None) -> None:
        self.graph, self.look, self.within = graph, look, within
        self.most_levels, self.most_states, self.progress = depth, states, progress
        self.came_from: dict[Any, Any] = {}         # each state -> its predecessor on a shortest path
        self.begun = 0                              # initial states, with repetitions
        self.transitions = 0
        self.levels = 0
        self.last: list[Any] = []                   # the deepest level with states
        self.looked = 0                             # the states of that level that were expanded
        self.status = ""

    def go(self) -> Walk:
        """Search until there is no new state, `look` is true, or a limit is reached."""
        try:
            with gc_paused():
                level = self.begin()
                while level and not self.status:
                    self.last, self.levels = level, self.levels + 1
                    if self.levels == self.most_levels:
                        self.status = LIMIT
                    else:
                        level = self.next_level(level)
            self.status = self.status or COMPLETE
        except KeyboardInterrupt:
            self.status = GAVE_UP
        return self

    def begin(self) -> list[Any]:
        """The first level."""
        level = []
        for state in self.graph.initial():
            self.begun += 1
            if state not in self.came_from and (self.within is None or self.within(state)):
                self.came_from[state] = None
                level.append(state)
                if self.look is not None and self.look(state):
                    self.status, self.levels = FOUND, 1
                    break
        return level

    def next_level(self, level: list[Any]) -> list[Any]:
        """The new states that are one move away from this level."""
        successors, came_from, look, within = self.graph.successors, self.came_from, self.look, self.within
        found: list[Any] = []
        transitions = 0
        for number, state in enumerate(level):
            if not number % REPORT_EVERY and self.progress is not None:
                self.looked = number
                self.progress(self)
            for after in successors(state):
                transitions += 1
                if after not in came_from and (within is None or within(after)):
                    came_from[after] = state
                    found.append(after)
                    if look is not None and look(after):
                        self.status = FOUND
                        break
            if self.status or len(came_from) >= self.most_states:
                self.status = self.status or LIMIT
                break
        self.transitions += transitions
        if self.status and found:
            self.last, self.levels = found, self.levels + 1
        return found

    def path(self, state: Any) -> list[Any]:
        """The states on a shortest path from an initial state to this one, both included."""
        path = [state]
        while self.came_from[path[-1]] is not None:
            path.append(self.came_from[path[-1]])
        return path[::-1]
