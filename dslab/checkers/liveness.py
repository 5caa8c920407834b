"""Recovery: does the cluster make progress within a bound, once a core of it is healed?

    recovers(run, "leader", at=2000, within=1000)

A liveness property cannot be decided in a finite run. Bounded progress after the faults can: heal a core of the nodes,
leave the rest as broken as it is, and require progress within a number of ms. A protocol that is merely slow fails only
if `within` is too short; one that is deadlocked fails however long it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from dslab import script
from dslab.network import Settings
from dslab.properties import Promise, Verdict, World
from dslab.reasons import Reason
from dslab.run import Run
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.values import DslabError, brief, nearest
from dslab.verbs import VERBS

Goal = str | Callable[[World], Any]

RELIABLE: Settings = {"loss": 0.0, "duplication": 0.0}


def recovers(run: Run, goal: Goal, *, at: float, within: float, steps: int | None = None,
             core: Iterable[str] | None = None) -> Verdict:
    """After its core is healed, the cluster reaches the goal in time.

    The run is simulated with its script until `at`. Then all faults stop: the core's nodes recover and resume, the
    links between them are healed, and lose and duplicate nothing; of the script only the requests remain. Faults
    outside the core persist.

    Args:
        goal: the name of an output that a node of the core must make after `at`; or a function of the world that
            is true once the goal is reached.
        at: the time of the healing, in ms.
        within: the time limit after that, in ms.
        steps: a limit in steps after that (the repairs count); None: no such limit.
        core: the nodes to heal; None: all of them.

    The verdict is "holds" (at the step that reached the goal), "broken", or "not decided" if a limit cut the run
    short. Its trace is that of the healed run.

    Raises:
        DslabError: the core names an unknown node, `goal` is no name and no function, or a time is no number.
    """
    core = _checked_core(run, core)
    promise = _promise(goal, at, core)
    trace = simulate(_healed(run, core, at, within))
    start = next((step.index for step in trace.steps if step.time >= at), len(trace))
    last = len(trace) if steps is None else min(start + steps, len(trace))
    reached = _reached(trace, promise, start, last)
    if reached is not None:
        return Verdict(promise, "holds", reached, "", trace)
    if trace.was_cut_short and last == len(trace):
        return Verdict(promise, "not decided", None, Reason("stopped", end=trace.end), trace)
    due = f"{within:g} ms" if steps is None else f"{within:g} ms and {steps} steps"
    return Verdict(promise, "broken", last - 1 if last else None, f"not within {due} after {at:g} ms", trace)


def _promise(goal: Goal, at: float, core: tuple[str, ...]) -> Promise:
    if isinstance(goal, str):
        return Promise("in the end", f"{goal!r} comes once {', '.join(core)} are healed", lambda world: any(
            output.time >= at and output.node in core for output in world.outputs(goal)))
    if not callable(goal):
        raise DslabError(f"goal={brief(goal)}: expected the name of an output, or a function of the world")
    name = getattr(goal, "__name__", "the goal").replace("_", " ")
    return Promise("in the end", f"{name} once {', '.join(core)} are healed", goal)


def _reached(trace: Trace, promise: Promise, start: int, last: int) -> int | None:
    """The first step in the range from `start` to `last`, exclusive, after which the goal is reached."""
    world = World(trace.nodes, trace.initial, trace.operations)
    for step in trace.steps[:last]:
        world.after(step)
        if step.index >= start and promise.judge(world):
            return step.index
    is_terminal = start == len(trace) > 0       # no step after the healing: the goal may have been reached before
    return start - 1 if is_terminal and promise.judge(world) else None


# ---- healing ---------------------------------------------------------------------------------------------------------

def _healed(run: Run, core: tuple[str, ...], time: float, within: float) -> Run:
    """The run with its faults until `time`, and with a healed core from then on."""
    before = [event for event in run.script if event.time < time]
    after = [event for event in run.script if event.time >= time and event.action.verb == "request"]
    repairs = [script.at(time, action) for action in _repairs(run, core)]
    trial = simulate(run.replace(script=[*before, *repairs], duration=time, until=""), states=False)
    sent = {message.name for message in trial.messages if message.departs < time}
    useless = {event for event, _ in trial.unapplied}
    # A fault to a message that is sent later would take effect after the healing.
    before = [event for event in before if VERBS[event.action.verb].about != "message" or event.action.args[0] in sent]
    repairs = [event for event in repairs if repr(event) not in useless]
    return run.replace(script=[*before, *repairs, *after], duration=time + within, until="")


def _repairs(run: Run, core: tuple[str, ...]) -> list[script.Action]:
    """All repairs that may be needed. Links come first, so that messages sent at recovery get through."""
    whole = set(core) == set(run.nodes)
    pairs = [()] if whole else [(src, dst) for src in core for dst in core if src != dst]
    reliable = [script.set_link(*pair, **RELIABLE) for pair in pairs] if _has_unreliable_links(run) else []
    return [*(script.heal(*pair) for pair in pairs), *reliable, *map(script.recover, core), *map(script.resume, core)]


def _has_unreliable_links(run: Run) -> bool:
    """Whether any link of this run loses or duplicates messages at random."""
    scripted = [dict(event.action.options) for event in run.script if event.action.verb == "set_link"]
    always = {name: getattr(run.network.default, name) for name in RELIABLE}
    return any(settings.get(name) for settings in (always, *run.network.links.values(), *scripted) for name in RELIABLE)


def _checked_core(run: Run, core: Iterable[str] | None) -> tuple[str, ...]:
    names = run.nodes if core is None else tuple(core)
    for name in names:
        if name not in run.nodes:
            raise DslabError(f"the core names {brief(name)}, which is not in this cluster ({', '.join(run.nodes)})."
                             + nearest(str(name), run.nodes))
    if not names:
        raise DslabError("the core has no nodes: expected at least one to heal")
    return names
