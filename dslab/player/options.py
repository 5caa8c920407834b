"""The options of `play`, validated before anything is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dslab.script import At
from dslab.values import DslabError, brief


def check_options(*, step: Any, height: Any, scenarios: Any) -> None:
    """Raise `DslabError`, one sentence, for what is not of its kind."""
    if type(step) is not int:
        raise DslabError(f"step={brief(step)}: expected the number of a step, 0 for the first")
    if type(height) not in (int, float) or not 0 < height < 10_000:
        raise DslabError(f"height={brief(height)}: expected a number of pixels, such as 600")
    if scenarios is not None and not isinstance(scenarios, Mapping):
        raise DslabError(f"scenarios={brief(scenarios)}: {SCENARIOS}")
    for name, events in (scenarios or {}).items():
        given = list(events) if isinstance(events, (list, tuple)) else [events]
        if not isinstance(name, str) or not all(isinstance(event, At) for event in given):
            raise DslabError(f"the scenario {brief(name)} is {brief(events)}: {SCENARIOS}")


SCENARIOS = 'expected names and scripts, such as {"split vote": [at(300, crash("A"))]}'
