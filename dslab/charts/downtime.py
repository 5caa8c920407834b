"""Charts of availability and transfer times: downtime in a year, the cost of a nine, latency and bandwidth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING

from dslab.charts.plots import LINE, MARKED, OURS, PAPER, Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HOURS = 365 * 24                # of a year
STARTS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)       # days before each month
Spans = Sequence[tuple[float, float]]


def year(outages: Mapping[str, Spans], *, computed: Mapping[str, float] | None = None, title: str = "") -> Chart:
    """A bar for each system: a year from left to right, dark red where it was down.

    Args:
        outages: name -> its outages: (begin, end) in hours since the year began.
        computed: name -> the expected hours of downtime, to show beside the observed ones.
        title: the title of the chart.
    """
    figure = Chart(figsize=(8, 1.1 + 0.5 * len(outages)), layout="constrained", facecolor=PAPER)
    axes = figure.subplots()
    for place, (name, spans) in enumerate(outages.items()):
        down = sum(end - begin for begin, end in spans)
        axes.broken_barh([(0, HOURS)], (place - 0.3, 0.6), facecolors=OURS)
        axes.broken_barh([(begin, end - begin) for begin, end in spans], (place - 0.3, 0.6), facecolors=MARKED,
                         edgecolors=MARKED, linewidth=0.8)      # the edge shows an outage of an hour, too
        due = f" ({computed[name]:.3g} h)" if computed and name in computed else ""
        axes.text(HOURS * 1.01, place, f"{down:.3g} h{due}", va="center")
    axes.set(xlim=(0, HOURS), title=title, xticks=[day * 24 for day in STARTS], xticklabels="JFMAMJJASOND")
    axes.set_yticks(range(len(outages)), outages)
    axes.invert_yaxis()
    axes.text(HOURS * 1.01, -0.75, "down" + (" (expected)" if computed else ""), va="bottom")
    axes.spines[["top", "right", "left"]].set_visible(False)
    return figure


def nines(hours: Mapping[str, float], *, title: str = "") -> Chart:
    """A bar for each availability: the downtime in a year that it allows, on a log scale.

    Args:
        hours: name, such as "99.9 %" -> hours a year.
        title: the title of the chart.
    """
    figure = Chart(figsize=(8, 1.1 + 0.36 * len(hours)), layout="constrained", facecolor=PAPER)
    axes = figure.subplots()
    axes.barh(list(hours), list(hours.values()), color=OURS, edgecolor=LINE)
    axes.set(xlabel="down in a year", title=title, xscale="log")
    axes.set_xticks([1 / 60, 1, 24, 30 * 24], ["1 min", "1 h", "1 day", "30 days"])
    axes.minorticks_off()
    axes.invert_yaxis()                     # the first on top, as in a table
    axes.grid(axis="x", color="#d8dee4")
    axes.set_axisbelow(True)
    return figure


def replicas(counts: Sequence[int], lines: Mapping[str, Sequence[float]], *, label: str = "number of nodes",
             height: str = "probability", title: str = "") -> Chart:
    """Probabilities by the number of nodes: a line for each, on a log scale.

    Args:
        counts: the numbers on the x axis.
        lines: name -> a probability for each count.
        label: the label of the x axis.
        height: the label of the y axis.
        title: the title of the chart.
    """
    figure = Chart(figsize=(8, 3.6), layout="constrained", facecolor=PAPER)
    axes = figure.subplots()
    _marked(axes, counts, lines)
    axes.set(xlabel=label, ylabel=height, title=title, yscale="log", xticks=counts)
    axes.legend(loc="best")
    axes.grid(color="#d8dee4")
    return figure


def parts_up(shares: Sequence[float], needed: int, *, title: str = "") -> Chart:
    """The probability that so many parts are up, on a log scale; dark red where these are too few.

    Args:
        shares: the probabilities of 0, 1, 2, ... parts.
        needed: the number of parts that are enough.
        title: the title of the chart.
    """
    figure = Chart(figsize=(8, 3.2), layout="constrained", facecolor=PAPER)
    axes = figure.subplots()
    axes.bar(range(needed), shares[:needed], color=MARKED, edgecolor=MARKED, hatch="//", label="too few")
    axes.bar(range(needed, len(shares)), shares[needed:], color=OURS, edgecolor=LINE, label="enough")
    axes.set(xlabel="nodes that are up", ylabel="share of the time", title=title, yscale="log", ylim=(1e-9, 2),
             xticks=range(0, len(shares), 1 + len(shares) // 15))
    axes.minorticks_off()
    axes.set_yticks([1e-8, 1e-6, 1e-4, 1e-2, 1], ["0.000001 %", "0.0001 %", "0.01 %", "1 %", "100 %"])
    axes.legend(loc="upper left")
    axes.grid(axis="y", color="#d8dee4")
    axes.set_axisbelow(True)
    return figure


def transfer(sizes: Sequence[float], seconds: Mapping[str, Sequence[float]], *, title: str = "") -> Chart:
    """Transfer times by size, a line for each medium, log-log: latency dominates where it is flat.

    Args:
        sizes: in bytes.
        seconds: name of the medium -> the time for each size.
        title: the title of the chart.
    """
    figure = Chart(figsize=(8, 4.2), layout="constrained", facecolor=PAPER)
    axes = figure.subplots()
    _marked(axes, sizes, seconds)
    axes.set(xlabel="size", ylabel="time until the last byte is there", title=title, xscale="log", yscale="log")
    axes.set_xticks([1e2, 1e4, 1e6, 1e9, 1e12, 5e13], ["100 B", "10 kB", "1 MB", "1 GB", "1 TB", "50 TB"])
    axes.set_yticks([1e-3, 1, 60, 3600, 86_400, 30 * 86_400], ["1 ms", "1 s", "1 min", "1 h", "1 day", "30 days"])
    axes.minorticks_off()
    axes.legend(loc="lower right", fontsize="small")
    axes.grid(color="#d8dee4")
    return figure


def _marked(axes: Axes, across: Sequence[float], lines: Mapping[str, Sequence[float]]) -> None:
    """Lines that differ in colour and in the shape of their marks."""
    for (name, heights), marker, color in zip(lines.items(), cycle("osD^v"), cycle((LINE, MARKED, "#1a5fb4")),
                                              strict=False):
        axes.plot(across, heights, color=color, marker=marker, markersize=6, markerfacecolor=OURS, label=name)
