"""New-old inversions over random orders of delivery: without write-back as often as published, with it never."""

from math import sqrt

from dslab.experiments.inversions import PUBLISHED, inversions

RUNS = 50_000


def deviations(count: int, runs: int, share: float) -> float:
    """By how many standard deviations a count differs from the expected one."""
    return abs(count - runs * share) / sqrt(runs * share * (1 - share))


def test_majorities_invert_as_often_as_published():
    """N34: 916 of 200,000, which is itself a sample: 4 standard deviations of the difference of the two."""
    published, of = PUBLISHED
    share = published / of
    assert deviations(inversions(RUNS), RUNS, share) < 4 * sqrt(1 + RUNS / of)


def test_with_write_back_there_is_none():
    assert inversions(RUNS, write_back=True) == 0


def test_more_replicas_do_not_help():
    assert inversions(RUNS // 2, n=5) > 0
    assert inversions(RUNS // 2, n=5, write_back=True) == 0


def test_one_replica_never_inverts():
    assert inversions(1_000, n=1) == 0
