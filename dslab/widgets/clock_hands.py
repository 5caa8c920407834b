"""The hands of a clock that NTP corrects: slewed, stepped, or left alone in panic."""

from __future__ import annotations

from dslab.widgets.demonstration import Demonstration


def clock_hands() -> Demonstration:
    """A clock whose offset is set by a slider, from a millisecond to more than 1000 s, and corrected as ntpd does it.

    Below 128 ms (a menu has 125 ms, too) the clock is slewed at 500 ppm; from there on it is stepped; beyond 1000 s it
    is left alone. Source: Mills, RFC 5905 (2010), and the documentation of ntpd.

    >>> clock_hands()
    <clock hands: slew, step or panic>
    """
    facts = {"title": "Slew, step or panic"}
    return Demonstration("widgets/clock_hands.js", facts, text="<clock hands: slew, step or panic>", height=430)
