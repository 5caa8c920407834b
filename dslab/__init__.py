"""dslab: see a distributed protocol run, step by step, and find out what would have happened otherwise.

Five verbs: `simulate` a run, `play` it, draw its `diagram`, `explore` all runs, `check` an exercise.
"""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from dslab.mistakes.calls import NoAttribute
from dslab.model_checker.explore import Exploration
from dslab.model_checker.explore import explore as _explore
from dslab.model_checker.follow import follow
from dslab.model_checker.random_search import RandomSearch
from dslab.model_checker.random_search import search as _search
from dslab.model_checker.specification import Specification
from dslab.network import Network, constant, exponential, long_tail, uniform
from dslab.node import Node, message
from dslab.properties import Verdict, World, always, in_the_end, judge, sometimes
from dslab.run import Limits, Run
from dslab.script import (
    at,
    clock,
    crash,
    cut,
    delay,
    deliver,
    drop,
    duplicate,
    fire,
    heal,
    isolate,
    partition,
    pause,
    recover,
    request,
    resume,
    set_link,
)
from dslab.simulator.errors import ProtocolError
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.values import DslabError, nearest

if TYPE_CHECKING:                                   # editors and type checkers know at once what `_LATER` imports later
    from dslab.checkers.causality import happens_before
    from dslab.checkers.linearizability import linearizable
    from dslab.checkers.specs import REGISTER
    from dslab.diagrams.diagram import diagram
    from dslab.diagrams.source import source
    from dslab.grader.catalogue import exercise
    from dslab.grader.check import check
    from dslab.grader.display import ask, solution
    from dslab.grader.hints import hint
    from dslab.grader.progress import progress
    from dslab.player.play import play
    from dslab.predictions.prediction import Prediction
    from dslab.widgets.compare import compare
    from dslab.widgets.reveal import reveal
    from dslab.widgets.vary import vary

_LATER = {
    "play": "dslab.player.play", "compare": "dslab.widgets.compare",
    "diagram": "dslab.diagrams.diagram", "source": "dslab.diagrams.source",
    "happens_before": "dslab.checkers.causality",
    "linearizable": "dslab.checkers.linearizability", "REGISTER": "dslab.checkers.specs",
    "check": "dslab.grader.check", "exercise": "dslab.grader.catalogue", "progress": "dslab.grader.progress",
    "ask": "dslab.grader.display", "solution": "dslab.grader.display", "hint": "dslab.grader.hints",
    "Prediction": "dslab.predictions.prediction", "reveal": "dslab.widgets.reveal",
    "vary": "dslab.widgets.vary",
}

__all__ = [
    "DslabError", "Limits", "Network", "Node", "Prediction", "ProtocolError", "REGISTER", "Run", "Specification",
    "Trace", "Verdict", "World", "always", "ask", "at", "check", "clock", "compare", "constant", "crash", "cut",
    "delay", "deliver", "diagram", "drop", "duplicate", "exercise", "explore", "exponential", "fire", "follow",
    "happens_before", "heal", "hint", "in_the_end", "isolate", "judge", "linearizable", "long_tail", "message",
    "partition", "pause", "play", "progress", "recover", "request", "reveal", "resume", "search", "set_link",
    "simulate", "solution", "sometimes", "source", "uniform", "vary",
]


_Arguments = ParamSpec("_Arguments")
_Found = TypeVar("_Found", Exploration, RandomSearch)


def _watched(engine: Callable[_Arguments, _Found]) -> Callable[_Arguments, _Found]:
    """The engine, with a bar if it takes long. Engines know no screen and no clock, so it is put on here."""
    @wraps(engine)
    def watched(*args: _Arguments.args, **options: _Arguments.kwargs) -> _Found:
        if options.get("progress") is not None:
            return engine(*args, **options)
        from dslab.widgets.progress_bar import ProgressBar  # here and not above: importing dslab loads no view
        with ProgressBar() as bar:
            options["progress"] = bar
            return bar.over(engine(*args, **options))
    return watched


explore, search = _watched(_explore), _watched(_search)


def __getattr__(name: str) -> object:
    """Import views and checkers when they are first used: a simulation needs neither."""
    if name not in _LATER:
        raise NoAttribute(f"module 'dslab' has no attribute {name!r}.{nearest(name, __all__)}".removesuffix("."))
    found = globals()[name] = getattr(import_module(_LATER[name]), name)
    return found


def __dir__() -> list[str]:
    """What completion offers: what is imported later, too."""
    return sorted({*globals(), *__all__})
