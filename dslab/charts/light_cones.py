"""Light cones: which events can have influenced which, if nothing is faster than a message."""

from __future__ import annotations

from collections.abc import Mapping

from dslab.charts.plots import PAPER, Chart
from dslab.values import DslabError, nearest

Point = tuple[float, float]                 # km along the line, ms
FIBRE = 200.0                               # km in a ms: light in glass
LOOKS = {"before": ("<", "#1f6f43"), "after": (">", "#0a5dc2"),
         "concurrent": ("o", "#a33c00"), "itself": ("*", "#333333")}


def standing(one: Point, other: Point, speed: float = FIBRE) -> str:
    """The relation of two events: "before" or "after" (a message can connect them), "concurrent" or "itself".

    Args:
        one, other: (place in km, time in ms).
        speed: of messages, km in a ms.
    """
    if one == other:
        return "itself"
    distance, wait = abs(other[0] - one[0]), other[1] - one[1]
    if abs(wait) * speed < distance:
        return "concurrent"
    return "before" if wait > 0 else "after"


def light_cones(events: Mapping[str, Point], of: str, *, speed: float = FIBRE) -> Chart:
    """A chart of events, with the cones of the past and the future of one of them.

    Args:
        events: name -> (place in km, time in ms).
        of: the event whose cones are drawn.
        speed: of messages, km in a ms; 200 for light in glass.
    """
    if of not in events:
        raise DslabError(f"there is no event {of!r}: there are {', '.join(events)}.{nearest(str(of), events)}")
    x, t = events[of]
    reach = max(abs(place - x) for place, _ in events.values()) * 1.25 or 1
    far = 10 * reach / speed
    low = min(time for _, time in events.values()) - 0.5 * reach / speed
    high = max(time for _, time in events.values()) + 0.5 * reach / speed
    figure = Chart(figsize=(8, 4.2), layout="constrained", facecolor=PAPER)
    axes = figure.subplots()
    cones = (1, "#0a5dc2", high, "it can influence"), (-1, "#1f6f43", low, "can have influenced it")
    for sign, colour, end, words in cones:
        axes.fill_between([x - 10 * reach, x, x + 10 * reach], [t + sign * far, t, t + sign * far],
                          t + sign * far, alpha=0.13, lw=0, color=colour)
        axes.annotate(words, (x, end), xytext=(0, -14 * sign), textcoords="offset points", ha="center", va="center",
                      fontsize=9, color="#555555")
    for name, point in events.items():
        how = standing(point, events[of], speed)
        marker, colour = LOOKS[how]
        left = point[0] > x
        axes.plot(*point, marker, color=colour, ms=9)
        axes.annotate(name if how == "itself" else f"{name}, {how}", point, xytext=(-9 if left else 9, 0),
                      textcoords="offset points", ha="right" if left else "left", va="center")
    axes.set(xlim=(x - reach, x + reach), ylim=(low, high), xlabel="place (km)", ylabel="time (ms)",
             title=f"The cones of {of}: messages make {speed:g} km in a millisecond")
    return figure
