"""Idempotence, and its limit: a retry that comes after another update."""

import pytest

from dslab.experiments.retries import UPDATES, harmless, idempotent


def test_setting_adding_and_removing_may_be_done_twice_and_counting_and_appending_not():
    assert [name for name in UPDATES if not idempotent(name)] == ["add 1 to the counter", "append x to the list"]


@pytest.mark.parametrize("f, g", [("add x to the set", "remove x from the set"),
                                  ("remove x from the set", "add x to the set"),
                                  ("set the counter to 3", "add 1 to the counter")])
def test_what_is_idempotent_does_harm_after_an_update_that_undoes_it(f, g):
    """D5.2: f(f(x)) = f(x), and f(g(f(x))) is not g(f(x))."""
    assert idempotent(f) and not harmless(f, g)


def test_what_is_idempotent_does_no_harm_after_itself_or_after_what_touches_something_else():
    for f in filter(idempotent, UPDATES):
        assert harmless(f, f) and harmless(f, "append x to the list")
