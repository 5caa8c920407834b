"""dslab: see a distributed protocol run, step by step, and find out what would have happened otherwise.

Five verbs: `simulate` a run, `play` it, draw its `diagram`, `explore` all runs, `check` an exercise.
"""

from importlib import import_module

from dslab.explore import explore
from dslab.explorer.follow import follow
from dslab.mishap import ProtocolError
from dslab.network import Network, constant, exponential, long_tail, uniform
from dslab.node import Node, message
from dslab.properties import Verdict, always, in_the_end, judge, sometimes
from dslab.run import Limits, Run
from dslab.script import (
    at,
    clock,
    crash,
    cut,
    delay,
    drop,
    duplicate,
    heal,
    isolate,
    partition,
    pause,
    recover,
    request,
    resume,
    set_link,
)
from dslab.search import search
from dslab.simulate import simulate
from dslab.specification import Specification
from dslab.trace import Trace
from dslab.values import DslabError

_VIEWS = {"play": "dslab.views.player", "diagram": "dslab.views.diagram", "source": "dslab.views.source"}

__all__ = [
    "DslabError", "Limits", "Network", "Node", "ProtocolError", "Run", "Specification", "Trace", "Verdict",
    "always", "at", "clock", "constant", "crash", "cut", "delay", "diagram", "drop", "duplicate", "explore",
    "exponential", "follow", "heal", "in_the_end", "isolate", "judge", "long_tail", "message", "partition", "pause",
    "play", "recover", "request", "resume", "search", "set_link", "simulate", "sometimes", "source", "uniform",
]


def __getattr__(name: str) -> object:
    """Import a view when it is first used: a simulation needs no widgets."""
    if name not in _VIEWS:
        raise AttributeError(f"module 'dslab' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_VIEWS[name]), name)
    return found
