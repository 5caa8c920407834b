"""dslab: see a distributed protocol run, step by step, and find out what would have happened otherwise.

Five verbs: `simulate` a run, `play` it, draw its `diagram`, `explore` all runs, `check` an exercise.
"""

from importlib import import_module

_WHERE = {
    "dslab.node": ("Node", "message"),
    "dslab.run": ("Limits", "Run"),
    "dslab.network": ("Network", "constant", "exponential", "long_tail", "uniform"),
    "dslab.script": ("at", "clock", "crash", "cut", "delay", "drop", "duplicate", "heal", "isolate", "partition", "pause", "recover",
                     "request", "resume", "set_link"),
    "dslab.trace": ("Trace",),
    "dslab.values": ("DslabError",),
    "dslab.mishap": ("ProtocolError",),
    "dslab.properties": ("Verdict", "always", "judge", "sometimes"),
    "dslab.simulate": ("simulate",),
    "dslab.views.player": ("play",),
    "dslab.views.diagram": ("diagram",),
    "dslab.views.source": ("source",),
}
_HOME = {name: module for module, names in _WHERE.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    """Import a name when it is first used: the bench needs no widgets, and a simulation needs no browser."""
    if name not in _HOME:
        raise AttributeError(f"module 'dslab' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOME[name]), name)
    return found


def __dir__() -> list[str]:
    return __all__
