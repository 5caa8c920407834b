"""When a run cannot go on: one sentence that says what happened, where, and how to see it again."""

from __future__ import annotations

import traceback
from collections import Counter
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING

from dslab.contract import mistake
from dslab.reasons import Reason
from dslab.values import DslabError, NotPlain, brief, shorten, snapshot, writable

if TYPE_CHECKING:
    from dslab.simulator.simulate import Row, Simulation
    from dslab.trace import Trace

PACKAGE = Path(__file__).parent.parent
BENCH = (PACKAGE, PACKAGE / "mistakes", PACKAGE / "simulator", PACKAGE / "model_checker")
LIBRARY = Path(traceback.__file__).parent       # Python's own: a mistake shows there, but was made by its caller


class ProtocolError(DslabError):
    """A handler raised an exception or broke the contract of `Node`.

    Its text is one sentence: what happened, in which handler and line, at which moment, and the seed that shows it
    again.

    Attributes:
        trace: the `Trace` of all that happened before.
        kind: the name of the exception's class: `DslabError`, or one below it, where the contract was broken.

    >>> class Forgetful(Node):
    ...     def on_start(self):
    ...         self.count += 1
    >>> try:
    ...     simulate(Run(Forgetful, 1))
    ... except ProtocolError as problem:
    ...     print(len(problem.trace), str(problem).partition(".")[0])
    0 Forgetful has no attribute or method 'count', and init assigns none
    """

    def __init__(self, sentence: str, trace: Trace, kind: str = "") -> None:
        super().__init__(sentence)
        self.trace, self.kind = trace, kind


def explain(problem: BaseException, sim: Simulation, entry: Row | None) -> ProtocolError:
    """The error to raise for an exception that came out of a handler."""
    sim.record.end = Reason("error", step=len(sim.steps))
    sim.record.roll_back()
    where = _where(problem)
    ours = isinstance(problem, DslabError) or where         # else it came about while the state was compared
    said = mistake(problem) or ("" if ours else _unfit(sim)) or _told(problem)
    place = ", ".join(([f"in {where}"] if where else []) + ([_event(entry)] if entry else []))
    if place:
        said += "" if said.endswith((".", "?", "!")) else "."
        said += f" {place[0].upper()}{place[1:]}; replay: seed {sim.run.seed}"
    return ProtocolError(said, sim.record.trace(), type(problem).__name__)


def cause(problem: BaseException) -> BaseException | None:
    """What is shown beside the sentence: an exception of the protocol's own, and none that the sentence has told."""
    told = isinstance(problem, DslabError) or mistake(problem) or not _where(problem)
    return None if told else problem


def _told(problem: BaseException) -> str:
    kind = "" if isinstance(problem, DslabError) else f"{type(problem).__name__}: "
    return writable(f"{kind}{problem}".removesuffix(": "))


def _unfit(sim: Simulation) -> str:
    """Which attribute cannot be state, so that it could not even be compared; empty if none is to blame."""
    for host in sim.hosts.values():
        for name, value in vars(host.node).items():
            try:
                snapshot(value)
            except NotPlain as problem:
                return f"{host.name}.{name} cannot be state: {problem}"
    return ""


def _where(problem: BaseException) -> str:
    """`Raft.on_vote, line 17`: the last place in the protocol's own code."""
    frames = [frame for frame in traceback.walk_tb(problem.__traceback__) if not _is_bench(frame[0].f_code)]
    if not frames:
        return ""
    frame, line = frames[-1]
    return f"{getattr(frame.f_code, 'co_qualname', frame.f_code.co_name)}, line {line}"


def _is_bench(code: CodeType) -> bool:
    """Is this code ours, Python's own, or what Python generated for a message class?"""
    path, generated = Path(code.co_filename), code.co_filename == "<string>" and code.co_name == "__init__"
    return path.parent in BENCH or generated or path.name.startswith("<frozen") or (
        LIBRARY in path.parents and "site-packages" not in path.parts)


def _event(entry: Row) -> str:
    time, _, kind, place, what, _, _ = entry
    at = f"at {time / 1000:g} ms"
    if kind in ("receive", "arrived"):
        return f"when {place.host.name} received {brief(what)} from {place.src} {at}"
    if kind == "timer":
        return f"at the {what} timer of {place.name} {at}"
    if kind in ("request", "script", "answer"):
        return f"by the script's {shorten(repr(what))}"
    return f"at the start of {place.name}"


def too_much(sim: Simulation, at_once: int) -> Reason:
    """Why a run was stopped at one of its limits."""
    limits = sim.run.limits
    if at_once > limits.at_once:
        names = sorted({_place(entry) for entry in sim.steps[-100:]})
        return Reason("exchange" if len(names) > 1 else "restless", events=limits.at_once, ms=sim.now / 1000,
                      nodes=" and ".join(names))
    if len(sim.queue) > limits.in_flight:
        kinds = Counter((type(one.what).__name__, one.place.src) for one in sim.queued("receive"))
        (kind, src), most = kinds.most_common(1)[0] if kinds else (("timer", "all"), 0)
        share = round(100 * most / len(sim.queue))
        return Reason("in flight", messages=limits.in_flight, share=share, type=kind, src=src)
    return Reason("steps", steps=limits.steps, ms=sim.now / 1000)


def _place(entry: Row) -> str:
    _, _, kind, place, *_ = entry
    if place is None:
        return "the network"
    return place.host.name if kind in ("receive", "loss") else getattr(place, "name", "")
