"""Latency is not bandwidth: the transfer times of small messages and of bulk data over different media.

Latencies and bandwidths are the orders of magnitude of Kleppmann's lecture notes (section 1.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

DAY = 86_400                    # seconds
TB = 10 ** 12                   # bytes


@dataclass(frozen=True)
class Wire:
    """A link: `latency` in seconds, `bandwidth` in bits a second."""

    latency: float
    bandwidth: float

    def time(self, size: float) -> float:
        """Seconds until the last of `size` bytes has arrived."""
        return self.latency + 8 * size / self.bandwidth


@dataclass(frozen=True)
class Van:
    """A van full of disks: `capacity` in bytes, `trip` in seconds; trips are sequential."""

    capacity: float = 50 * TB
    trip: float = DAY

    def time(self, size: float) -> float:
        """Seconds until the last of `size` bytes has arrived."""
        return max(1, ceil(size / self.capacity)) * self.trip

    @property
    def bandwidth(self) -> float:
        """The bandwidth of full trips, in bits a second."""
        return 8 * self.capacity / self.trip


Way = Wire | Van
VAN = Van()
WAYS: Mapping[str, Way] = {
    "same datacentre, 10 Gbit/s": Wire(100e-6, 10e9),
    "other continent, 1 Gbit/s": Wire(100e-3, 1e9),
    "home, 100 Mbit/s": Wire(10e-3, 100e6),
    "4G phone, 10 Mbit/s": Wire(50e-3, 10e6),
    "a van full of disks": VAN,
}
SIZES = {"100 B": 100, "1 MB": 1e6, "1 GB": 1e9, "50 TB": 50 * TB}


def times(ways: Mapping[str, Way] = WAYS, sizes: Mapping[str, float] = SIZES) -> str:
    """A table of transfer times, by size and medium."""
    width = max(map(len, ways))
    rows = [" " * width + "".join(f"{name:>13}" for name in sizes)]
    for name, way in ways.items():
        rows.append(f"{name:<{width}}" + "".join(f"{duration(way.time(size)):>13}" for size in sizes.values()))
    return "\n".join(rows)


def duration(seconds: float) -> str:
    """A duration in a suitable unit."""
    for size, unit in ((2 * DAY, "days"), (3600, "h"), (60, "min"), (1, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{seconds / min(size, DAY):.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def where_the_van_wins(link: Wire, van: Van = VAN) -> float:
    """The size, in bytes, from which one trip of the van is faster than the link; infinite if it never is."""
    size = (van.trip - link.latency) * link.bandwidth / 8
    return size if size < van.capacity else float("inf")
