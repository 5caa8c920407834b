"""Locality (D6.10): what two objects have one by one, do they have it together?"""

import pytest

from dslab import REGISTER, linearizable, simulate
from dslab.checkers.sequential_consistency import sequential
from dslab.checkers.specs import KEY_VALUE
from dslab.experiments.two_registers import together, two_registers
from dslab.protocols.compare_and_set import OrderedRegister, ReadsAtOnce

EACH, BOTH = REGISTER.starting(0), KEY_VALUE.starting(0)


def test_each_is_sequentially_consistent_and_both_together_are_not():
    """Sequential consistency is not local [Herlihy and Wing, 1990, section 3.2]."""
    runs = two_registers(ReadsAtOnce)
    assert all(sequential(simulate(run), EACH) for run in runs.values())
    assert not sequential(together(runs), BOTH)


def test_both_are_told_that_the_other_has_not_put_anything():
    gets = [one for one in together(two_registers(ReadsAtOnce)) if one.call[0] == "get"]
    assert sorted((one.client, one.call, one.result) for one in gets) == [
        ("alice", ("get", "y"), 0), ("bob", ("get", "x"), 0)]


@pytest.mark.parametrize(("protocol", "expected"), [(OrderedRegister, True), (ReadsAtOnce, False)])
def test_both_together_are_linearizable_exactly_if_each_is(protocol, expected):
    """Linearizability is local [Herlihy and Wing, 1990, theorem 1]."""
    runs = two_registers(protocol)
    assert all(bool(linearizable(simulate(run), EACH)) is expected for run in runs.values())
    assert bool(linearizable(together(runs), BOTH)) is expected
