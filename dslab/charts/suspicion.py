"""Charts of failure detectors: φ during a silence, heartbeat intervals, and suspicions over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import Any

from dslab.charts.plots import LINE, MARKED, OURS, PAPER, Chart

GRID = "#d8dee4"
STROKES = ("-", "--", ":", "-.")
PLACES = ((4, -11), (-30, 4))           # of a number beside its mark: below it or above, in turn
RIGHT, WRONG = {"color": LINE, "label": "it has crashed"}, {"color": MARKED, "hatch": "//", "label": "it is up"}


def climbing(models: Mapping[str, Callable[[float], float]], *, until: float, thresholds: Sequence[float] = (1, 3, 8),
             label: str = "silence (ms)", title: str = "") -> Chart:
    """A curve for each model: φ over the silence, with a line at each threshold and the time when it is reached.

    Args:
        models: name -> the function from a silence in ms to φ, which is monotonic.
        until: the longest silence that is drawn, in ms.
        thresholds: the values of φ to mark.
        label: the label of the x axis.
        title: the title of the chart.
    """
    figure, axes = _page(8, 3.6)
    silences = [until * step / 400 for step in range(401)]
    for (name, phi), stroke, place in zip(models.items(), cycle(STROKES), cycle(PLACES), strict=False):
        axes.plot(silences, [phi(silence) for silence in silences], color=LINE, linestyle=stroke, label=name)
        for threshold in thresholds:
            if phi(until) >= threshold:
                reached = _reached(phi, threshold, until)
                axes.plot(reached, threshold, marker="D", color=MARKED)
                axes.annotate(f"{reached:,.0f}", (reached, threshold), place, textcoords="offset points",
                              fontsize="small")
    for threshold in thresholds:
        axes.axhline(threshold, color=GRID, zorder=0)
    axes.set(xlabel=label, ylabel="φ", title=title, xlim=(0, until), ylim=(0, 1.25 * max(thresholds, default=1)),
             yticks=list(thresholds))
    axes.legend(loc="upper left")
    return figure


def histogram(intervals: Sequence[float], density: Callable[[float], float] | None = None, *,
              marks: Mapping[str, float] | None = None, title: str = "") -> Chart:
    """A histogram of heartbeat intervals, with the density of a model, and lines where φ reaches given levels.

    Args:
        intervals: the ms between heartbeats; at least one.
        density: the model: from an interval to its density.
        marks: name of a line -> its position, in ms.
        title: the title of the chart.
    """
    figure, axes = _page(8, 3.2)
    axes.hist(intervals, bins=40, density=True, facecolor=OURS, edgecolor=LINE, label="measured")
    low, high = axes.get_xlim()
    if density:
        places = [low + (high - low) * step / 200 for step in range(201)]
        axes.plot(places, [density(place) for place in places], color="black", label="model")
    for (name, place), stroke in zip((marks or {}).items(), cycle(STROKES[1:]), strict=False):
        axes.axvline(place, color=MARKED, linestyle=stroke, label=name)
    axes.set(xlabel="from one heartbeat to the next (ms)", yticks=[], title=title)
    axes.legend(loc="upper right")
    return figure


def timeline(suspicions: Sequence[Any], crashes: Mapping[str, float], *, end: float, good: float | None = None,
             title: str = "") -> Chart:
    """A row for each pair of nodes: the times when one suspected the other, rightly or not.

    Args:
        suspicions: objects with observer, subject, begin and end in ms, and mistaken.
        crashes: node -> the time of its final crash, in ms.
        end: the end of the run, in ms.
        good: the time from which delays are short, in ms, if there is one.
        title: the title of the chart.
    """
    pairs = sorted({(one.subject, one.observer) for one in suspicions}, reverse=True)
    figure, axes = _page(8, 1.3 + 0.32 * max(1, len(pairs)))
    for kind, mistaken in ((WRONG, True), (RIGHT, False)):
        bars = [one for one in suspicions if one.mistaken is mistaken]
        axes.barh([pairs.index((one.subject, one.observer)) for one in bars],
                  [min(one.end, end) - one.begin for one in bars], left=[one.begin for one in bars], height=0.6,
                  facecolor="white" if mistaken else kind["color"], edgecolor=kind["color"], hatch=kind.get("hatch"),
                  label=f"suspected, and {kind['label']}")
    for node, time in crashes.items():
        rows = [row for row, (subject, _) in enumerate(pairs) if subject == node]
        axes.plot([time] * len(rows), rows, linestyle="", marker="X", markersize=9, color="black",
                  label=f"{node} crashes")
    if good is not None:
        axes.axvline(good, color=LINE, linestyle="--", label="delays become short")
    axes.set(yticks=range(len(pairs)), yticklabels=[f"{observer} suspects {subject}" for subject, observer in pairs],
             xlim=(0, end), xlabel="time (ms)", title=title)
    figure.legend(loc="outside lower center", ncols=2, fontsize="small")
    return figure


def _reached(phi: Callable[[float], float], threshold: float, until: float) -> float:
    """The silence at which φ reaches a threshold, by bisection."""
    low, high = 0.0, until
    while high - low > 0.1:
        middle = (low + high) / 2
        low, high = (low, middle) if phi(middle) >= threshold else (middle, high)
    return high


def _page(width: float, height: float) -> tuple[Chart, Any]:
    figure = Chart(figsize=(width, height), layout="constrained", facecolor=PAPER)
    return figure, figure.subplots()
