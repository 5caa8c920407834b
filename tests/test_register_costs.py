"""N33: what the operations of each register cost, counted in traces."""

import pytest

from dslab.experiments.register_costs import cost, cost_table, read_after_write, write_alone
from dslab.protocols.abd import ABD, MajorityRegister, ManyWriters, Sparing


@pytest.mark.parametrize("n", [3, 5, 7])
def test_costs_are_those_that_the_papers_give(n):
    assert cost(write_alone(ABD, n)) == (2 * n, 1)
    assert cost(read_after_write(ABD, n)) == (4 * n, 2)
    assert cost(write_alone(ManyWriters, n)) == cost(read_after_write(ManyWriters, n)) == (4 * n, 2)
    assert cost(read_after_write(MajorityRegister, n)) == (2 * n, 1)


@pytest.mark.parametrize("n", [3, 5, 7])
def test_who_has_answered_with_the_newest_pair_need_not_be_told(n):
    """One of the first majority is stale: the others in it have the pair."""
    newest = n // 2
    assert cost(read_after_write(Sparing, n)) == (2 * n, 1)
    assert cost(read_after_write(Sparing, n, stale=True)) == (2 * n + 2 * (n - newest), 2)


def test_the_table_of_three_replicas():
    assert cost_table(3) == """\
register           write                        read                         read of a stale replica
MajorityRegister   6 messages, 1 round trip     6 messages, 1 round trip     6 messages, 1 round trip
ABD                6 messages, 1 round trip     12 messages, 2 round trips   12 messages, 2 round trips
Sparing            6 messages, 1 round trip     6 messages, 1 round trip     10 messages, 2 round trips
ManyWriters        12 messages, 2 round trips   12 messages, 2 round trips   12 messages, 2 round trips"""
