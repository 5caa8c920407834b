"""Computations on physical clocks: drift, Unix time, leap seconds, Marzullo's algorithm, and Lamport's skew bound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random

from dslab.network import uniform
from dslab.protocols.clock_sync import ahead, asking, round_trip
from dslab.simulator.simulate import simulate
from dslab.values import DslabError, brief

DAY = 86_400                # s
YEAR = 365.25 * DAY         # s


# ---- drift -----------------------------------------------------------------------------------------------------------

def drifted(ppm: float, seconds: float) -> float:
    """The error of a clock with this drift (ppm) after this time, both in seconds."""
    return ppm * 1e-6 * seconds


def drift_table(rates: Iterable[float] = (1, 20, 50, 200)) -> str:
    """The errors of clocks with these drifts (ppm) after 30 s, a day and a year."""
    lines = [f"{'drift':>8} {'after 30 s':>12} {'after a day':>12} {'after a year':>13}"]
    for ppm in rates:
        half, day, year = (drifted(ppm, span) for span in (30, DAY, YEAR))
        lines.append(f"{ppm:>4} ppm {half * 1e3:>9.2f} ms {day * 1e3:>9.1f} ms {year / 60:>9.1f} min")
    return "\n".join(lines)


def slew_time(ms: float, ppm: float = 500.0) -> float:
    """The time to correct an error of `ms` by slewing at `ppm`, in seconds."""
    return abs(ms) / 1e3 / (ppm * 1e-6)


# ---- Unix time and leap seconds --------------------------------------------------------------------------------------

# The ends of UTC days that had a second 23:59:60, since 1972 [IERS Bulletin C].
LEAPS = ("1972-06-30", "1972-12-31", "1973-12-31", "1974-12-31", "1975-12-31", "1976-12-31", "1977-12-31",
         "1978-12-31", "1979-12-31", "1981-06-30", "1982-06-30", "1983-06-30", "1985-06-30", "1987-12-31",
         "1989-12-31", "1990-12-31", "1992-06-30", "1993-06-30", "1994-06-30", "1995-12-31", "1997-06-30",
         "1998-12-31", "2005-12-31", "2008-12-31", "2012-06-30", "2015-06-30", "2016-12-31")
MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap_year(year: int) -> bool:
    """Whether it is a leap year: divisible by 4, and not by 100 unless by 400 [Gregorian calendar]."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def to_unix(iso: str) -> int:
    """The Unix time of an ISO 8601 date in UTC, such as "2012-06-30T23:59:59Z": leap seconds are not counted.

    The second 23:59:60 has the same Unix time as the second after it. Raises `DslabError` if the text is no such date.
    """
    try:
        date, clock = iso.removesuffix("Z").split("T")
        year, month, day = map(int, date.split("-"))
        hour, minute, second = map(int, clock.split(":"))
    except ValueError:
        raise DslabError(f"{brief(iso)} is not a date such as 2012-06-30T23:59:59Z") from None
    leap = second == 60 and (hour, minute) == (23, 59) and date in LEAPS
    if not (year >= 1970 and 1 <= month <= 12 and 1 <= day <= _days(year, month)
            and 0 <= hour < 24 and 0 <= minute < 60 and (0 <= second < 60 or leap)):
        raise DslabError(f"there is no {iso}: expected a moment since 1970-01-01T00:00:00Z that a clock in UTC showed")
    days = sum(366 if is_leap_year(one) else 365 for one in range(1970, year))
    days += sum(_days(year, one) for one in range(1, month)) + day - 1
    return days * DAY + hour * 3600 + minute * 60 + second


def to_iso(unix: int) -> str:
    """The ISO 8601 date of a Unix time, in UTC."""
    days, seconds = divmod(unix, DAY)
    year = 1970
    while days >= (long := 366 if is_leap_year(year) else 365):
        days, year = days - long, year + 1
    month = 1
    while days >= _days(year, month):
        days, month = days - _days(year, month), month + 1
    return f"{year:04}-{month:02}-{days + 1:02}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"


def seconds_between(first: str, second: str) -> int:
    """The elapsed time between two UTC dates in seconds, with leap seconds."""
    start, end = to_unix(first), to_unix(second)
    return end - start + _leaps_before(second) - _leaps_before(first)


def _leaps_before(iso: str) -> int:
    """The number of leap seconds before this moment."""
    return sum(iso.removesuffix("Z") > f"{date}T23:59:60" for date in LEAPS)


def _days(year: int, month: int) -> int:
    return 29 if month == 2 and is_leap_year(year) else MONTHS[month - 1]


# ---- four policies for a leap second ---------------------------------------------------------------------------------

POLICIES = ("stop", "repeat", "step late", "smear")
HALF = DAY / 2              # s: the smear begins this long before the end of the leap second, and ends as long after it


def shown_by(policy: str, true: float) -> float:
    """The reading of a clock, in s of Unix time relative to midnight UTC, at true time `true`.

    True time counts all seconds; the leap second lasts from 0 to 1, and Unix time does not count it.

    Args:
        policy: "stop" (the clock stops for a second), "repeat" (it shows one second twice), "step late" (it is
            stepped back ten seconds later, as by NTP), "smear" (it runs slow for 24 hours around it, linearly).
        true: s; negative before the leap second.
    """
    if policy == "stop":
        return min(true, 0.0) if true < 1 else true - 1
    if policy == "repeat":
        return true if true < 1 else true - 1
    if policy == "step late":
        return true if true < 10 else true - 1
    if policy == "smear":
        return true - min(max((true + HALF) / DAY, 0.0), 1.0)
    raise DslabError(f"there is no policy {brief(policy)}: there are {', '.join(POLICIES)}")


def leap_table(starts: Sequence[float] = (-2.0, -0.25, 0.25, 0.75, 9.75), span: float = 0.5) -> str:
    """For each policy the duration that a clock measures, of a span that begins at these times (s)."""
    lines = [f"a span of {span:g} s, measured by".ljust(29) + "".join(f"{f'from {start:g} s':>13}" for start in starts)]
    for policy in POLICIES:
        spans = [shown_by(policy, start + span) - shown_by(policy, start) for start in starts]
        lines.append(policy.ljust(29) + "".join(f"{found:>11.3f} s" for found in spans))
    return "\n".join(lines)


def smear_ppm() -> float:
    """How slow a clock runs that smears one second over a day, in ppm."""
    return 1e6 / DAY


# ---- several servers -------------------------------------------------------------------------------------------------

def marzullo(intervals: Sequence[tuple[float, float]]) -> tuple[float, float, int]:
    """The interval that most sources agree on: (low, high, how many of them contain it) [Marzullo 1984].

    Args:
        intervals: (low, high) of each source: its bounds on true time.
    """
    if not intervals or any(low > high for low, high in intervals):
        raise DslabError(f"expected intervals (low, high) with low at most high, not {brief(intervals)}")
    ends = sorted([(low, -1) for low, _ in intervals] + [(high, 1) for _, high in intervals])
    best, found, inside = 0, (0.0, 0.0), 0
    for place, (where, kind) in enumerate(ends):
        inside -= kind
        if inside > best:
            best, found = inside, (where, ends[place + 1][0])
    return *found, best


# ---- measured on runs ------------------------------------------------------------------------------------------------

def estimates(runs: int, *, there: tuple[float, float], back: tuple[float, float], asks: int = 1,
              offset: float = 50) -> list[tuple[float, float]]:
    """(error of the estimate, its bound) in ms, of many clients; delays are drawn from (low, high), in ms."""
    found = []
    for seed in range(runs):
        trace = simulate(asking(there=uniform(*there), back=uniform(*back), asks=asks, offset=offset, seed=seed))
        estimate, bound = trace.outputs("estimate")[0].values
        found.append((estimate - offset, bound))
    return found


def best_of(samples: int, tries: int, *, seed: int = 0) -> float:
    """The mean error, ms, of the sample with the shortest round trip of `samples`, with long-tailed delays."""
    chance = Random(f"{samples} {tries} {seed}")
    errors = []
    for _ in range(tries):
        ways = [(5 + chance.expovariate(1 / 20), 5 + chance.expovariate(1 / 20)) for _ in range(samples)]
        taken = [(0.0, 50 + out, 50 + out, out + home) for out, home in ways]
        errors.append(abs(ahead(min(taken, key=round_trip)) - 50))
    return sum(errors) / tries


def skew_bound(diameter: int, drift: float, interval: float, uncertainty: float) -> float:
    """Lamport's bound on the skew of two clocks, about d(2κτ + ξ), in the unit of the times [Lamport 1978].

    Args:
        diameter: d, the largest number of links between two nodes.
        drift: κ, the bound on the drift, as a fraction.
        interval: τ, the time between two messages on a link.
        uncertainty: ξ, the difference between the longest and the shortest delay.
    """
    return diameter * (2 * drift * interval + uncertainty)
