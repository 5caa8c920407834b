"""The two clocks of a node: the time of day, which can be wrong and can be set, and the monotonic clock, which cannot.

One quartz drives both, so both are fast or slow together; slewing lets both run a little faster for a while. Timers go
by the monotonic clock. All times are µs.
"""

from __future__ import annotations


class Clock:
    """What a node's clocks show at a moment of true time."""

    __slots__ = ("beat", "day", "rate", "since", "slew", "until")

    def __init__(self) -> None:
        self.since = 0          # the moment of true time at which
        self.day = 0            # the time of day showed this,
        self.beat = 0           # and the monotonic clock this.
        self.rate = 1.0         # From then on they run so fast,
        self.slew = 0.0         # and by this fraction faster
        self.until = 0          # until this moment of true time

    def shows(self, now: int) -> int:
        """The time of day."""
        return self.day + self._elapsed(now)

    def monotonic(self, now: int) -> int:
        """The time since the node started, as its quartz counts it."""
        return self.beat + self._elapsed(now)

    def set(self, now: int, *, day: int | None = None, rate: float | None = None) -> None:
        """Set the time of day, or change how fast the quartz is."""
        self._begin(now)
        self.day = self.day if day is None else day
        if rate is not None:
            self.until = now + round((self.until - now) * self.rate / rate)     # what is left to make up for stays
            self.rate = rate

    def adjust(self, now: int, ms: float, ppm: float) -> str:
        """Move the time of day by `ms`: at once, or by running `ppm` faster or slower until it is done. In words."""
        if not ppm:
            self.set(now, day=self.shows(now) + round(ms * 1000))
            return f"the clock is set by {ms:+g} ms"
        self.slew_by(now, round(ms * 1000), ppm / 1e6)
        return f"the clock makes up for {ms:g} ms, {ppm:g} ppm {'faster' if ms > 0 else 'slower'}"

    def slew_by(self, now: int, amount: int, slew: float) -> None:
        """Make up for `amount`, by running faster (or slower, if it is negative) by the fraction `slew`."""
        self._begin(now)
        self.slew = slew if amount > 0 else -slew
        self.until = now + round(abs(amount) / (slew * self.rate))

    def after(self, now: int, span: int) -> int:
        """The first moment at which the monotonic clock has counted `span` more, if nothing changes until then."""
        if self.rate == 1.0 and now >= self.until:
            return now + span
        goal = self._elapsed(now) + span
        due = self.since + int(goal / (self.rate * (1 + self.slew)))
        if due > self.until:
            due = self.since + int(goal / self.rate - (self.until - self.since) * self.slew)
        due = max(due, now)
        while self._elapsed(due) < goal:        # by a µs or two: both parts were rounded
            due += 1
        return due

    def restart(self, now: int) -> None:
        """The node starts again: the monotonic clock begins at 0."""
        self._begin(now)
        self.beat = 0

    def _elapsed(self, now: int) -> int:
        counted = int((now - self.since) * self.rate)
        if self.slew:
            counted += round((min(now, self.until) - self.since) * self.rate * self.slew)
        return counted

    def _begin(self, now: int) -> None:
        """Count from this moment on."""
        elapsed = self._elapsed(now)
        self.day, self.beat, self.since = self.day + elapsed, self.beat + elapsed, now
        if now >= self.until:
            self.slew = 0.0
