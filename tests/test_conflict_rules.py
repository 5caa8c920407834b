"""What a rule for conflicts costs: acknowledged writes that are gone."""

import pytest

from dslab.experiments.conflict_rules import RULES, WRITES, last_writer, lost, lost_table, multi_valued
from dslab.protocols.anti_entropy import LastWriterWins, Put
from dslab.protocols.multi_value import Write
from dslab.simulator.simulate import simulate

TABLE = """\
of 15 writes, lost             0 s  1 s  2 s  3 s  4 s  5 s
order of arrival                 1    1    1    1    1    1
last writer wins, time of day    1    3    5    7    9   11
last writer wins, Lamport        1    1    1    1    1    1
multi-value                      0    0    0    0    0    0"""


def test_only_the_time_of_day_loses_more_when_a_clock_is_ahead():
    """D5.5."""
    assert lost_table() == TABLE


@pytest.mark.parametrize("ahead", [0, 0.2, 0.3, 0.7, 0.8, 2, 5])
def test_the_time_of_day_loses_what_is_written_before_its_timestamp(ahead):
    """alice's write at 1 s is stamped 1 s + ahead; and one of the two writes at once is lost."""
    later = [time for time, _, value in WRITES if value > 3]
    assert lost("last writer wins, time of day", ahead) == 1 + sum(time < 1000 + 1000 * ahead for time in later)


@pytest.mark.parametrize("ahead", [0, 1.3, 5])
def test_all_rules_are_given_the_same_writes_and_acknowledge_them_all(ahead):
    puts = simulate(last_writer(LastWriterWins, ahead))
    asked = simulate(multi_valued(ahead))
    for trace, kind in (puts, Put), (asked, Write):
        done = [operation for operation in trace.operations if isinstance(operation.call, kind)]
        assert len(done) == len(WRITES) and all(operation.returned is not None for operation in done)
        assert not trace.unapplied and trace.came_to_rest


def test_there_are_four_rules():
    assert len(RULES) == 4 and lost("multi-value", 5) == 0
