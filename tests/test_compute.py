"""Exercises in which a function is written: each case is a call, and the sentence says which call went wrong."""

from random import Random

import pytest

from dslab.grader.check import check
from dslab.grader.exercise import Case, Compute
from dslab.values import DslabError


def double(n):
    """Twice n."""


def reference(n):
    return 2 * n


def case(n):
    def judge(attempt):
        found = attempt(n)
        return None if found == 2 * n else f"expected {2 * n}, found {found!r}"

    return Case(f"double({n})", judge, "Twice is n and n again.")


EXERCISE = Compute(
    number="0.1", title="Twice", task="Double it.", base=double, reference=reference, lines=1, hints=("Add.",),
    cases=lambda: map(case, (0, 1, 3)), random_cases=lambda chance: [case(chance.randrange(1000))])


class Pair:
    """Two methods to write."""

    def first(self):
        """The first."""

    def second(self):
        """The second."""


class Half(Pair):
    def first(self):
        return 1


PAIR = Compute(number="0.2", title="Both", task="Write both.", base=Pair, asks=("first", "second"), reference=Half,
               lines=2, cases=lambda: ())


def test_a_right_function_passes_all_cases_and_random_ones():
    report = check(EXERCISE, lambda n: n + n)
    assert report and report.counted == "53 cases"


def test_the_first_case_that_fails_is_told_with_what_was_found():
    report = check(EXERCISE, lambda n: n * n)
    assert report.outcome == "wrong" and report.code == "double(1)"
    assert report.sentence == "double(1): expected 2, found 1."
    with pytest.raises(DslabError, match="nothing to play"):
        report.play()


def test_an_exception_is_told_with_the_line():
    def attempt(n):
        return 1 / n

    assert "double(0): ZeroDivisionError in attempt, line" in check(EXERCISE, attempt).sentence


def test_a_call_that_does_not_return_is_named():
    def attempt(n):
        while n == 3:
            pass
        return 2 * n

    assert check(EXERCISE, attempt).sentence.startswith("double(3) did not return within 2 s.")


@pytest.mark.parametrize(("exercise", "attempt", "outcome", "words"), [
    (EXERCISE, None, "not attempted", "nothing here yet"),
    (EXERCISE, double, "not attempted", "double is still empty"),
    (EXERCISE, 4, "wrong", "expected your function double, not 4"),
    (EXERCISE, lambda: 4, "wrong", "cannot be called: expected double(n)"),
    (PAIR, Half, "not attempted", "second is still empty"),
    (PAIR, lambda: 4, "wrong", "expected your class"),
])
def test_what_is_no_attempt_is_told_so(exercise, attempt, outcome, words):
    report = check(exercise, attempt)
    assert report.outcome == outcome and words in report.sentence


def test_random_cases_are_the_same_each_time():
    assert [one.code for one in EXERCISE.random_cases(Random(3))] == [
        one.code for one in EXERCISE.random_cases(Random(3))]
