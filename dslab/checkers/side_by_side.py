"""Two runs beside each other, whole or as one node saw them: which steps correspond, and where the two first differ.

What two runs look like to one node decides what it can do in them: see `indistinguishable`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, zip_longest
from textwrap import wrap
from typing import Any, NamedTuple

from dslab.checkers.indistinguishable import local_view, observed
from dslab.describe import Words, describe
from dslab.text import text_table, visible
from dslab.trace import Step, Trace
from dslab.values import brief, first_difference, shorten

SENTENCES = {
    "alike": "The two runs are alike in every step.",
    "at once": "The two runs differ from their first step on.",
    "parted": "The two runs are alike up to step {before} and differ from step {first} on.",
    "same": "To {node} the two runs look the same to the end: {node} cannot tell them apart.",
    "told at once": "{node} can tell the two runs apart from its first step on.",
    "told": "To {node} the two runs look the same up to its step {before}. From its step {first} on it can tell them"
            " apart.",
    "each": "{name}: {what}",
    "nothing": "nothing at that time",
}
CELL = 44               # columns of a run in the text form
AROUND = 12             # steps that the text form shows before and after the first difference


class Pair(NamedTuple):
    """Steps of two runs that stand beside each other, by index; None where one of them has no such step."""

    one: int | None
    other: int | None
    same: bool


@dataclass(frozen=True, repr=False)
class Comparison:
    """Two runs, step beside step.

    Args:
        names: what the two are called.
        traces: the two runs.
        view: the node as which they are seen; None sees everything.
    """

    names: tuple[str, str]
    traces: tuple[Trace, Trace]
    view: str | None = None

    @cached_property
    def seen(self) -> tuple[Trace, Trace]:
        """What is compared: the traces, or what the node saw of them, at the times of its own clock."""
        if self.view is None:
            return self.traces
        one, other = (local_view(trace, self.view) for trace in self.traces)
        return one, other

    @cached_property
    def pairs(self) -> Sequence[Pair]:
        """The steps of both, in the order of time: those of one node at one moment are beside each other."""
        return [Pair(None if a is None else a.index, None if b is None else b.index, _key(a) == _key(b))
                for a, b in _by_time(*(trace.steps for trace in self.seen))]

    @cached_property
    def first(self) -> int | None:
        """The number of the first pair that is not the same, from 0; None if there is none."""
        return next((number for number, pair in enumerate(self.pairs) if not pair.same), None)

    @property
    def same(self) -> bool:
        """Whether the two cannot be told apart."""
        return self.first is None

    def sentence(self, words: Words = None) -> str:
        """Whether the two look the same, and up to which step; in other words, if given."""
        return " ".join([self.verdict(words), *(f"{one}." for one in self._difference(words))])

    def verdict(self, words: Words = None) -> str:
        """Whether the two look the same, and up to which step, without what is different there."""
        number = (self.first or 0) + (self.view is not None)        # a node counts its own steps from 1
        kinds = ("alike", "at once", "parted") if self.view is None else ("same", "told at once", "told")
        kind = kinds[0] if self.first is None else kinds[1 if self.first == 0 else 2]
        return _say(kind, words, node=self.view, before=number - 1, first=number)

    def _difference(self, words: Words) -> Iterable[str]:
        """What happens in each of the two where they first differ."""
        if self.first is None:
            return
        for name, what in zip(self.names, self.cells(self.pairs[self.first], words), strict=True):
            yield _say("each", words, name=name, what=shorten((what or _say("nothing", words)).rstrip("."), limit=100))

    def cells(self, pair: Pair, words: Words = None) -> tuple[str, str]:
        """The two steps of a pair in words, "" where there is none; where the words are the same, the state as well."""
        steps = [None if index is None else trace.steps[index]
                 for index, trace in zip((pair.one, pair.other), self.seen, strict=True)]
        one, other = (describe(step, words) if step else "" for step in steps)
        if one == other and not pair.same:
            one, other = (f"{one} {_state(step)}" for step in steps)
        return one, other

    def __repr__(self) -> str:
        clock = "time" if self.view is None else f"{self.view}'s clock"
        shown = self._shown()
        rows = [*_lines(("step", clock), self.names), *(line for number, pair in shown for line in _lines(
            (str(number + (self.view is not None)), self.moment(pair)), self.cells(pair), differ=not pair.same))]
        left_out = len(self.pairs) - len(shown)
        more = f"\n{left_out} of {len(self.pairs)} steps are not printed here" if left_out else ""
        return f"{self.sentence()}\n\n{text_table(rows, '>>')}{more}"

    def _shown(self) -> Sequence[tuple[int, Pair]]:
        """The pairs that are printed, with their numbers: all, or those around the first difference."""
        begin = max(0, min((self.first or 0) - AROUND, len(self.pairs) - 2 * AROUND))
        return list(enumerate(self.pairs))[begin:begin + 2 * AROUND]

    def time(self, pair: Pair) -> float:
        """When the steps of a pair happened, ms, by the clock that is compared."""
        return next(trace.steps[index].time for index, trace in zip((pair.one, pair.other), self.seen, strict=True)
                    if index is not None)

    def moment(self, pair: Pair) -> str:
        """The same in words, to a tenth of a millisecond."""
        return f"{round(self.time(pair), 1):g} ms"


def first_different_step(one: Trace, other: Trace) -> int | None:
    """The first step at which two traces differ, None if they are equal. One of them may end before it."""
    return first_difference(map(_key, one.steps), map(_key, other.steps))


def _key(step: Step | None) -> tuple[Any, ...] | None:
    """All that is compared of a step, as it can be seen from outside."""
    if step is None:
        return None
    lost_at_once = tuple(message.fate == "lost" and message.ended is None for message in step.sent)
    return step.time, step.node, observed(step), lost_at_once


def _lines(margin: tuple[str, str], cells: Iterable[str], *, differ: bool = False) -> Iterator[tuple[str, ...]]:
    """A pair as lines of the text form, wrapped at spaces."""
    parts = [wrap(visible(cell), CELL) or [""] for cell in cells]
    for place, (one, other) in enumerate(zip_longest(*parts, fillvalue="")):
        yield (*(("", "") if place else margin), one, "≠" if differ and not place else "", other)


def _state(step: Step | None) -> str:
    """The attributes that a step changed."""
    return ", ".join(f"{name} = {brief(value)}" for name, value in step.changes.items()) if step else ""


def _say(kind: str, words: Words, **values: object) -> str:
    sentence = SENTENCES[kind]
    return (words or {}).get(sentence, sentence).format(**values)


def _by_time(one: Sequence[Step], other: Sequence[Step]) -> Iterator[tuple[Step | None, Step | None]]:
    """The steps of two traces: with a partner if the other has a step of the same node at the same time."""
    waiting: dict[tuple[float, str | None], list[Step]] = {}
    later = deque(_timed(other))
    for time, step in later:
        waiting.setdefault((time, step.node), []).append(step)
    for time, step in _timed(one):
        while later and later[0][0] < time:
            yield from _alone(waiting, *later.popleft())
        found = waiting.get((time, step.node))
        yield step, found.pop(0) if found else None
    for time, step in later:
        yield from _alone(waiting, time, step)


def _timed(steps: Sequence[Step]) -> Iterator[tuple[float, Step]]:
    """Each step with the latest time up to it: a node's clock may have been set back, which changes no order."""
    return zip(accumulate((step.time for step in steps), max), steps, strict=True)


def _alone(waiting: dict[tuple[float, str | None], list[Step]], time: float, step: Step) -> Iterator[tuple[None, Step]]:
    """A step of the second trace, if it has no partner: none can come any more."""
    same_moment = waiting[time, step.node]
    if same_moment and same_moment[0] is step:
        yield None, same_moment.pop(0)
