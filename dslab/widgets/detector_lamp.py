"""The lamp of a failure detector, which follows period, timeout, delays and a crash."""

from __future__ import annotations

from dslab.widgets.demonstration import Demonstration


def detector_lamp() -> Demonstration:
    """A suspects B when no heartbeat has arrived for a timeout: sliders for period, timeout, delays and a crash.

    It counts the mistakes (B is suspected while it is up), and says how long it takes to notice the crash. A timeout
    that grows after each mistake is that of an eventually perfect detector. Source: Chandra and Toueg (1996).

    >>> detector_lamp()
    <detector lamp: period, timeout, delays, a crash>
    """
    facts = {"title": "Is B alive? The lamp of a failure detector"}
    return Demonstration("widgets/detector_lamp.js", facts, text="<detector lamp: period, timeout, delays, a crash>",
                         height=520)
