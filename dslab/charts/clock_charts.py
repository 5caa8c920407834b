"""Charts of physical clocks: their errors over true time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle

from dslab.charts.plots import PAPER, Chart
from dslab.trace import Trace

STROKES = (("#0a5dc2", "-"), ("#a33c00", "--"), ("#1f6f43", "-."), ("#7a3a9a", ":"), ("#333333", "-"))


def error_chart(trace: Trace, *, bound: float | None = None, title: str = "") -> Chart:
    """How far each node's time of day is from true time, at each of its steps.

    Args:
        trace: a run whose clocks are wrong.
        bound: how far (ms) a clock may be behind the fastest one; that range is shaded.
        title: that of the run by default.
    """
    figure = Chart(figsize=(8, 3.4), layout="constrained", facecolor=PAPER)
    axes = figure.subplots()
    errors = {node: [(step.time / 1000, (step.time if step.local is None else step.local) - step.time)
                     for step in trace.steps if step.node == node] for node in trace.nodes}
    for (node, points), (colour, stroke) in zip(errors.items(), cycle(STROKES), strict=False):
        axes.plot(*zip(*points, strict=True), stroke, color=colour, label=node, lw=1.8)
    if bound is not None:
        times, fastest = zip(*max(errors.values(), key=lambda points: points[-1][1]), strict=True)
        axes.fill_between(times, [error - bound for error in fastest], fastest, color="#d8dee4", alpha=0.5,
                          label=f"within {bound:g} ms")
    axes.axhline(0, color="#8a929b", lw=0.8)
    axes.set(xlabel="true time (s)", ylabel="clock minus true time (ms)", title=title or trace.title)
    axes.grid(color="#d8dee4")
    axes.legend(ncols=min(6, len(trace.nodes) + 1), loc="best")
    return figure


def leap_chart(shown_by: Callable[[str, float], float], policies: Sequence[str], *, seconds: float = 3.0) -> Chart:
    """The readings of clocks around a leap second, by policy, and the same for a whole day.

    Args:
        shown_by: from a policy and true time (s) to the reading of its clock (s), such as
            `dslab.experiments.clock_accuracy.shown_by`.
        policies: their names.
        seconds: the end of the picture, in s after the beginning of the leap second.
    """
    figure = Chart(figsize=(9, 3.6), layout="constrained", facecolor=PAPER)
    near, day = figure.subplots(1, 2, width_ratios=(3, 2))
    moments = [-1 + place * (seconds + 1) / 800 for place in range(801)]
    for policy, (colour, stroke) in zip(policies, cycle(STROKES), strict=False):
        near.plot(moments, [shown_by(policy, moment) for moment in moments], stroke, color=colour, label=policy, lw=1.8)
        hours = [-14 + place / 20 for place in range(561)]
        day.plot(hours, [shown_by(policy, 3600 * hour) - 3600 * hour for hour in hours], stroke, color=colour, lw=1.8)
    near.axvspan(0, 1, color="#f0bc52", alpha=0.25, lw=0)
    near.annotate("23:59:60", (0.5, -0.95), ha="center", fontsize=9)
    near.set(xlabel="true time (s), 0 is the end of 23:59:59", ylabel="the clock shows (s after midnight)",
             title="Four ways over a leap second")
    day.set(xlabel="true time (hours)", ylabel="clock minus true count (s)", title="The same, a day long")
    near.legend(loc="upper left")
    for axes in (near, day):
        axes.grid(color="#d8dee4")
    return figure
