"""Charts of many runs: boxes, curves and histograms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from io import BytesIO, StringIO
from itertools import cycle
from math import ceil, log10
from typing import Any, Self

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

PAPER, LINE, OURS, MARKED = "#ffffff", "#57606a", "#9ec5f4", "#a33c00"     # readable on light and on dark pages
BY_RUNS = {"facecolor": OURS, "edgecolor": LINE}


class Chart(Figure):
    """A figure that a notebook shows without pyplot and its global state.

    `sentence` is what it shows, in words: its text form, and the line below it where it is drawn again.
    """

    sentence = ""

    def said(self, sentence: str) -> Self:
        """The chart, with its sentence."""
        self.sentence = sentence
        return self

    def shape(self) -> tuple[float, float, int]:
        """The width and the height in inches, and the number of axes."""
        width, height = self.get_size_inches()
        return width, height, len(self.axes)

    def __repr__(self) -> str:
        return self.sentence or super().__repr__()

    __str__ = __repr__

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """The picture at twice the resolution of the page, and its size there."""
        file = BytesIO()
        self.savefig(file, format="png", dpi=2 * self.dpi)
        width, height = self.get_size_inches() * self.dpi
        return file.getvalue(), {"width": round(width), "height": round(height)}

    def redrawn(self, before: object = None) -> str:
        """The picture as SVG, in a third of the time if it is as large as the chart before: the axes stay in place."""
        if isinstance(before, Chart) and before.shape() == self.shape():
            places = [axes.get_position() for axes in before.axes]
            self.set_layout_engine("none")
            for axes, place in zip(self.axes, places, strict=True):
                axes.set_position(place)
        file = StringIO()
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": "dslab", "font.family": "sans-serif"}):
            self.savefig(file, format="svg", metadata={"Date": None})
        svg = file.getvalue()
        titles = " ".join(filter(None, [self.get_suptitle(), *(axes.get_title() for axes in self.axes)]))
        head = f'<svg role="img" aria-label="{escape(titles) or "chart"}" style="max-width: 100%; height: auto" '
        return svg[svg.index("<svg"):].replace("<svg ", head, 1) + f'<p style="margin: 2px">{escape(self.sentence)}</p>'


def boxes(groups: Mapping[Any, list[float]], *, marks: Mapping[Any, float] | None = None, marked: str = "published",
          label: str = "", title: str = "", scale: str = "linear") -> Chart:
    """A horizontal box plot of each group of numbers, with a diamond at a median from another source.

    The box spans the middle half of the numbers, its bar is the median, and the whiskers end at the 5th and the
    95th percentile; outliers are not drawn.

    Args:
        groups: name -> numbers. A name that is a pair (150, 300) is written "150–300".
        marks: name -> the median to compare with; groups without one have no diamond.
        marked: the diamonds' entry in the legend.
        label: the label of the x axis, with the unit.
        title: the title of the chart.
        scale: of the x axis, "linear" or "log".
    """
    figure = Chart(figsize=(8, 1.4 + 0.36 * len(groups)), layout="constrained", facecolor=PAPER)
    axes = figure.subplots()
    names = [_name(group) for group in groups]
    axes.boxplot(list(groups.values()), orientation="horizontal", tick_labels=names, whis=(5, 95), widths=0.55,
                 showfliers=False, patch_artist=True, boxprops=BY_RUNS, medianprops={"color": "black", "linewidth": 2})
    places = [(marks[group], place) for place, group in enumerate(groups, 1) if marks and group in marks]
    if places:
        axes.plot(*zip(*places, strict=True), linestyle="", marker="D", markersize=7, color=MARKED, label=marked)
        axes.legend(loc="lower right")
    axes.invert_yaxis()                     # the first group on top, as in a table
    axes.set(xlabel=label, title=title, xscale=scale)
    if scale == "log":
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:g}")         # 100, not a power of ten
        axes.xaxis.set_minor_formatter("")
    else:
        axes.set_xlim(left=0)
    axes.grid(axis="x", color="#d8dee4")
    return figure


def curves(across: Sequence[float], lines: Mapping[str, Sequence[float]], points: Mapping[str, Sequence[float]], *,
           label: str = "", height: str = "", title: str = "") -> Chart:
    """Lines for predictions, and points of different shapes for measurements.

    Args:
        across: the numbers on the x axis.
        lines: name -> a y value for each number.
        points: name -> a y value for each number.
        label: the label of the x axis.
        height: the label of the y axis.
        title: the title of the chart.
    """
    figure = Chart(figsize=(8, 3.6), layout="constrained", facecolor=PAPER)
    axes = figure.subplots()
    for name, heights in lines.items():
        axes.plot(across, heights, color=LINE, label=name)
    for (name, heights), marker in zip(points.items(), cycle("oD^s"), strict=False):
        face = OURS if marker in "o^" else MARKED
        axes.plot(across, heights, linestyle="", marker=marker, markersize=7, markerfacecolor=face,
                  markeredgecolor=LINE, label=name)
    axes.set(xlabel=label, ylabel=height, title=title)
    axes.legend(loc="best")
    axes.grid(color="#d8dee4")
    return figure


def histograms(groups: Mapping[str, Sequence[float]], *, limit: float, label: str = "", height: str = "",
               title: str = "") -> Chart:
    """A histogram for each group of numbers, one below the other on one scale; bars beyond the limit are highlighted.

    Both axes are logarithmic, so that one of ten thousand is visible. The first bar includes all that is less than a
    hundredth of the limit.

    Args:
        groups: name -> numbers.
        limit: the value at which the line is drawn.
        label: the label of the x axis, with the unit.
        height: the label of the y axis.
        title: the title of the chart.
    """
    figure = Chart(figsize=(8, 0.8 + 1.05 * len(groups)), layout="constrained", facecolor=PAPER)
    figure.suptitle(title, fontsize="large")
    longest = max(limit, *(max(group) for group in groups.values()))
    edges = [limit * 10 ** (place / 16) for place in range(-32, ceil(16 * log10(longest / limit)) + 1)]
    rows = figure.subplots(len(groups), sharex=True, sharey=True, squeeze=False)[:, 0]
    for axes, (name, group) in zip(rows, groups.items(), strict=True):
        beyond = [number for number in group if number > limit]
        axes.hist([max(number, edges[0]) for number in group if number <= limit], edges, **BY_RUNS)
        axes.hist(beyond, edges, facecolor=MARKED, edgecolor=MARKED)
        axes.axvline(limit, color=MARKED, linestyle="--")
        axes.set_title(f"{name}: {len(beyond):,} of {len(group):,} beyond", fontsize="medium", loc="left")
        axes.set(xscale="log", yscale="log", ylim=(0.5, 2 * max(map(len, groups.values()))), axisbelow=True)
        axes.xaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.grid(axis="x", color="#d8dee4")
    rows[-1].set_xlabel(label)
    figure.supylabel(height, fontsize="medium")
    return figure


def _name(group: Any) -> str:
    return f"{group[0]}–{group[1]}" if isinstance(group, tuple) and len(group) == 2 else str(group)
