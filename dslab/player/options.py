"""The options of `play`, validated before anything is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from dslab.player.layout import Layout
from dslab.script import At
from dslab.trace import Trace
from dslab.values import DslabError, brief, nearest

VIEWS = ("cluster", "history", "state", "messages", "promises", "script", "more")
HEIGHT = 560            # px of a player: it is seen whole in a small window
LOGS = 30               # px more where logs stand below the cluster: still seen whole in a window of 1280 by 720


class Look(TypedDict, total=False):
    """How a player looks, whatever it plays: `play` says what each option means."""

    height: int | None
    layout: Layout
    lang: str | None
    show: Sequence[str]
    tour: bool


def check_options(*, step: Any, height: Any, scenarios: Any, show: Any) -> None:
    """Raise `DslabError`, one sentence, for what is not of its kind."""
    listed_views(show)
    if type(step) is not int:
        raise DslabError(f"step={brief(step)}: expected the number of a step, 0 for the first")
    if height is not None and (type(height) not in (int, float) or not 0 < height < 10_000):
        raise DslabError(f"height={brief(height)}: expected a number of pixels, such as 560")
    if scenarios is not None and not isinstance(scenarios, Mapping):
        raise DslabError(f"scenarios={brief(scenarios)}: {SCENARIOS}")
    for name, events in (scenarios or {}).items():
        given = list(events) if isinstance(events, (list, tuple)) else [events]
        if not isinstance(name, str) or not all(isinstance(event, At) for event in given):
            raise DslabError(f"the scenario {brief(name)} is {brief(events)}: {SCENARIOS}")


def height_for(trace: Trace, height: int | None = None) -> int:
    """The height of a player of this trace, px, if its author has not chosen one."""
    return HEIGHT + LOGS * any(info.logs for info in trace.infos) if height is None else height


def listed_views(show: Any) -> tuple[str, ...]:
    """The views to open, given as one name or several; raises `DslabError` for a name that no view has."""
    names = (show,) if isinstance(show, str) else show
    if not isinstance(names, (list, tuple)):
        raise DslabError(f"show={brief(show)}: expected the name of a view, or several: {', '.join(VIEWS)}")
    for name in names:
        if name not in VIEWS:
            close = nearest(name, VIEWS) if isinstance(name, str) else ""
            raise DslabError(f"show={brief(show)}: there is no view {brief(name)}, only {', '.join(VIEWS)}.{close}")
    return tuple(names)


SCENARIOS = 'expected names and scripts, such as {"split vote": [at(300, crash("A"))]}'
