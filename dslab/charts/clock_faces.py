"""Pictures of clocks: clock faces beside true time, and the four timestamps of an NTP exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import cos, pi, sin

from dslab.charts.plots import LINE, MARKED, PAPER, Chart
from dslab.trace import Envelope
from dslab.values import DslabError, brief

OWN, TRUE, DIAL = "#0a5dc2", "#8a929b", "#d8dee4"
HOUR, TURN = 3600, 43_200                   # s: an hour, and one turn of the hour hand


def faces(wrong: Mapping[str, float], *, true: float = 10 * HOUR, title: str = "") -> Chart:
    """A face for each clock: blue hands show its reading, grey dashed ones true time.

    Args:
        wrong: name -> how far the clock is ahead, s; behind if it is negative.
        true: true time, s since midnight.
        title: the title of the picture.
    """
    if not wrong:
        raise DslabError("there is no clock to draw: expected names and how far each is ahead, in seconds")
    figure = Chart(figsize=(max(2.1 * len(wrong), 4), 2.8), layout="constrained", facecolor=PAPER)
    figure.suptitle(title, fontsize=11)
    for axes, (name, ahead) in zip(figure.subplots(1, len(wrong), squeeze=False)[0], wrong.items(), strict=True):
        for mark in range(12):
            axes.plot(*zip(_at(mark / 12, 0.9), _at(mark / 12, 1), strict=True), color=LINE, lw=1)
        axes.plot(*zip(*(_at(place / 90, 1) for place in range(91)), strict=True), color=DIAL, lw=1.5)
        for seconds, colour, stroke in ((true, TRUE, "--"), (true + ahead, OWN, "-")):
            for turn, length, width in ((TURN, 0.5, 3), (HOUR, 0.82, 1.8)):
                x, y = _at(seconds % turn / turn, length)
                axes.plot([0, x], [0, y], stroke, color=colour, lw=width)
        axes.set(aspect="equal", title=name, xlabel=_said(ahead), xticks=(), yticks=(), frame_on=False)
    return figure


def exchange(there: Envelope, back: Envelope, readings: Sequence[float], *, caption: str = "") -> Chart:
    """A request and its reply, slanted by their delays, with the four timestamps of two clocks.

    True time runs downwards; the client is on the left.

    Args:
        there, back: the request and its reply, as in `trace.messages`.
        readings: (t1, t2, t3, t4), ms, by the clocks of the client, twice the server, the client.
        caption: the text below.
    """
    if (there.src, there.dst) != (back.dst, back.src) or back.departs < there.arrives:
        raise DslabError(f"expected a request and its reply, not {there.id} and {back.id}")
    if len(readings) != 4:
        raise DslabError(f"expected four readings (t1, t2, t3, t4), not {brief(readings)}")
    figure = Chart(figsize=(7, 4.2), layout="constrained", facecolor=PAPER)
    axes = figure.subplots()
    moments = (there.departs, there.arrives, back.departs, back.arrives)
    room = 0.15 * (moments[3] - moments[0])
    for side, node in enumerate((there.src, there.dst)):
        axes.plot([side, side], [moments[0] - room, moments[3] + room], color=LINE, lw=2)
        axes.annotate(node, (side, moments[0] - room), xytext=(0, 8), textcoords="offset points", ha="center",
                      fontsize=12, weight="bold")
    for (x, start), (to, end) in (((0, moments[0]), (1, moments[1])), ((1, moments[2]), (0, moments[3]))):
        axes.annotate("", (to, end), (x, start), arrowprops={"arrowstyle": "-|>", "color": OWN, "lw": 1.8,
                                                             "shrinkA": 0, "shrinkB": 0})
        axes.annotate(f"{end - start:g} ms", (0.5, (start + end) / 2), ha="center", va="center", color=OWN,
                      bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 2})
    for place, (moment, reading, side) in enumerate(zip(moments, readings, (0, 1, 1, 0), strict=True), 1):
        axes.plot(side, moment, "o", color=MARKED, ms=7)
        axes.annotate(f"t{place} = {reading:g}", (side, moment), xytext=(12 if side else -12, 0),
                      textcoords="offset points", ha="left" if side else "right", va="center", fontsize=11)
    axes.set(xlim=(-0.45, 1.45), ylim=(moments[3] + room, moments[0] - 1.8 * room), ylabel="true time (ms)",
             xlabel=caption, xticks=())
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    return figure


def _at(part: float, far: float) -> tuple[float, float]:
    """The point on a face at this fraction of a turn and this distance from the middle."""
    return far * sin(2 * pi * part), far * cos(2 * pi * part)


def _said(ahead: float) -> str:
    """How far ahead or behind a clock is, as text."""
    for size, unit in ((HOUR, "h"), (60, "min"), (1, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if abs(ahead) >= size:
            return f"{abs(ahead) / size:.3g} {unit} {'ahead' if ahead > 0 else 'behind'}"
    return "right"
