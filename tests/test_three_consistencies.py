"""Three promises that are all called consistency (D6.1): a run keeps some, and breaks others."""

import pytest

from dslab import judge, simulate
from dslab.experiments.three_consistencies import MEANINGS, course


def kept(**choices):
    return [bool(verdict) for verdict in judge(simulate(course(**choices)), MEANINGS)]


@pytest.mark.parametrize(("choices", "expected"), [
    ({"copies": 2}, [True, True, True]),
    ({"copies": 2, "lecturer": False}, [False, True, True]),
    ({"reads_from": "A"}, [True, True, False]),
    ({"copies": 1, "lag": 25}, [True, True, False]),
    ({"copies": 1, "lag": 40}, [True, False, False]),
    ({"lecturer": False}, [False, False, False]),
])
def test_the_three_are_kept_and_broken_apart(choices, expected):
    assert kept(**choices) == expected


def test_each_violation_is_a_sentence_with_its_step():
    broken = judge(simulate(course(lecturer=False)), MEANINGS)
    assert [(verdict.step, verdict.sentence) for verdict in broken] == [
        (4, "on A the course has 30 students, and no lecturer"),
        (5, "alice has written students = 30, and B answers None"),
        (4, "T1 is acknowledged, and B has not executed it")]


@pytest.mark.parametrize("copies", [0, 1, 2])
@pytest.mark.parametrize("lag", [5, 20, 60])
def test_alice_has_her_answer_before_she_reads(copies, lag):
    *_, commit, read = simulate(course(copies=copies, lag=lag)).operations
    assert commit.result == "committed" and commit.returned_at + 10 == read.invoked_at
