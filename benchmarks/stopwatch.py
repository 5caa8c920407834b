"""What some work costs: seconds on the clock, and seconds of computing of this process and all that it has started."""

import time
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage


def now():
    """Both clocks. It imports next to nothing: what is measured is often an import."""
    spent = (getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN))
    return time.perf_counter(), sum(one.ru_utime + one.ru_stime for one in spent)


def since(began):
    """What was spent since `began`, which `now` has said."""
    return tuple(later - earlier for later, earlier in zip(now(), began, strict=True))
