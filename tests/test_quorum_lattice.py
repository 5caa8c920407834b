"""Quorums by enumeration: when they overlap, what they tolerate, and how available they are."""

import pytest

from dslab import DslabError, vary
from dslab.experiments.availability import always_overlap, quorum_up
from dslab.experiments.quorum_lattice import PUBLISHED, lattice, quorums_up, tolerated
from dslab.widgets.rendering import text_of


@pytest.mark.parametrize("n", range(1, 7))
def test_quorums_overlap_exactly_if_r_plus_w_exceeds_n_and_tolerate_the_rest(n):
    """N5."""
    for r in range(1, n + 1):
        assert tolerated(n, r) == n - r
        for w in range(1, n + 1):
            assert always_overlap(n, r, w) == (r + w > n)


@pytest.mark.parametrize("n, q", PUBLISHED)
def test_a_quorum_is_as_available_as_published(n, q):
    """N4."""
    assert quorum_up(n, q, 0.01) == pytest.approx(PUBLISHED[n, q], abs=5e-7)


def test_four_replicas_are_less_available_than_three():
    """N4: a majority of four is three."""
    assert quorum_up(4, 3, 0.01) < quorum_up(3, 2, 0.01)


def test_the_table_of_three_replicas():
    assert lattice(3) == """\
r  w  every r meets every w  reads tolerate  writes tolerate  reads up  writes up
1  1  no                                  2                2  0.999999   0.999999
1  2  no                                  2                1  0.999999   0.999702
1  3  yes                                 2                0  0.999999   0.970299
2  1  no                                  1                2  0.999702   0.999999
2  2  yes                                 1                1  0.999702   0.999702
2  3  yes                                 1                0  0.999702   0.970299
3  1  yes                                 0                2  0.970299   0.999999
3  2  yes                                 0                1  0.970299   0.999702
3  3  yes                                 0                0  0.970299   0.970299"""


def test_the_chart_says_what_it_shows():
    said = text_of(quorums_up(3, 2, 2, 0.01))
    assert "r + w = 4, n = 3: every read quorum meets every write quorum." in said and "99.9702 %" in said
    assert "some read quorum misses some write quorum" in text_of(quorums_up(4, 2, 2, 0.01))
    with pytest.raises(DslabError, match="at least 1"):
        quorums_up(3, 0, 2, 0.01)


def test_every_corner_of_the_controls_has_an_answer():
    shown = vary(quorums_up, n=(1, 9), r=(1, 9), w=(1, 9), p=(0.0, 0.5))
    for end in ("max", "min"):
        for control in shown.controls.values():
            control.value = getattr(control, end)
            assert not isinstance(shown.value, str), shown.value
