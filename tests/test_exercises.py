"""Every exercise on the shelf: its answers pass, and each classic mistake fails for the reason that it is known for.

The learner's way, through a child process, is in test_check.py; here the same judge runs in this process.
"""

import os
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import exercise_rules as rules
import pytest
from sentences import refuse

from dslab import exercises
from dslab.command.notebook import code_cells, read
from dslab.command.notebooks_folder import shipped
from dslab.grader import catalogue
from dslab.grader.display import marks
from dslab.grader.exercise import BreakIt, Compute, MakeItRight, Predict
from dslab.grader.judging import call, examine, same
from dslab.grader.judging import cases as cases_of
from dslab.grader.report import CANNOT_TELL, RIGHT
from dslab.grader.stages import STAGES, Tally, failures
from dslab.player.play import play
from dslab.simulator.simulate import simulate

MODULES = [import_module(f"dslab.exercises.{found.name}") for found in iter_modules(exercises.__path__)]
EXERCISES = list(catalogue.exercises().values())
TO_WRITE = [exercise for exercise in EXERCISES if isinstance(exercise, (Compute, MakeItRight))]
NODES = [exercise for exercise in TO_WRITE if isinstance(exercise, MakeItRight)]
FUNCTIONS = [exercise for exercise in TO_WRITE if isinstance(exercise, Compute)]
MATRIX = Path(__file__).parent.parent / "docs" / "kill_matrix.md"


def name_of(attempt) -> str:
    return getattr(attempt, "__name__", "")


def cases(exercises, attempts) -> list:
    return [pytest.param(exercise, *attempt, id=f"{exercise.number}-{name_of(attempt[0]) or place}")
            for exercise in exercises for place, attempt in enumerate(attempts(exercise))]


def rights(exercise) -> list:
    reference = [exercise.reference] if exercise in TO_WRITE else []
    return [(attempt,) for attempt in (*reference, *exercise.right)]


def wrongs(exercise) -> list:
    return list(exercise.wrong)


def test_every_file_has_exercises_or_serves_those_that_have():
    """A file whose tuple has another name would be found by nobody."""
    used = {(getattr(thing, "__module__", None), file.__name__) for file in MODULES for thing in vars(file).values()}
    served = {home for home, user in used if home != user}
    refuse(f"{module.__name__} has no tuple EXERCISES, by which the catalogue finds them, and no other file uses it"
           for module in MODULES if not hasattr(module, "EXERCISES") and module.__name__ not in served)


@pytest.mark.parametrize(("exercise", "attempt"), cases([one for one in EXERCISES if one not in NODES], rights))
def test_what_is_right_passes(exercise, attempt):
    refuse(rules.refused(exercise, attempt))


@pytest.mark.sample(50, 500)
@pytest.mark.parametrize(("exercise", "attempt"), cases(NODES, rights))
def test_what_is_right_passes_in_all_schedules(exercise, attempt, sample):
    """So many for each cluster; `check` tries those of 50 seeds, too."""
    refuse(rules.refused(replace(exercise, schedules=len(sample) * len(exercise.clusters)), attempt))


@pytest.mark.parametrize("exercise", [exercise for exercise in EXERCISES if isinstance(exercise, Predict)],
                         ids=lambda exercise: exercise.number)
def test_half_an_answer_is_neither_right_nor_wrong(exercise):
    answer, (*said, unsaid) = exercise.answer(simulate(exercise.run)), exercise.questions
    report = examine(exercise, {name: answer[name] for name in said}, Tally())
    assert report.outcome == CANNOT_TELL and report.sentence.endswith(f"still to answer: {unsaid}."), report


@pytest.mark.parametrize("exercise", [exercise for exercise in EXERCISES if isinstance(exercise, Predict)],
                         ids=lambda exercise: exercise.number)
def test_what_is_right_and_what_is_often_said_are_among_the_choices(exercise):
    answer = exercise.answer(simulate(exercise.run))
    for name, choices in exercise.choices.items():
        assert answer[name] in choices and len(choices) > 1
    assert [said for attempt, _ in exercise.wrong for name, said in attempt.items()
            if name in exercise.choices and said not in exercise.choices[name]] == []


def as_floats(value):
    """The same answer with 20.0 for 20."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(as_floats, value))
    return float(value) if type(value) is int else value


@pytest.mark.parametrize("exercise", [exercise for exercise in EXERCISES if isinstance(exercise, Predict)],
                         ids=lambda exercise: exercise.number)
def test_a_number_may_be_written_with_a_point(exercise):
    answer = exercise.answer(simulate(exercise.run))
    said = {name: as_floats(value) for name, value in answer.items()}
    assert examine(exercise, said, Tally()).outcome == RIGHT
    assert set(marks(exercise, said).values()) == {RIGHT}


@pytest.mark.parametrize(("said", "answer", "expected"), [
    (20.0, 20, True), (20, 20.0, True), (20.5, 20, False), ([1.0, 2], (1, 2), True), ([[1]], ((1.0,),), True),
    (True, 1, False), (1, True, False), (1.0, True, False), ([True], (1,), False), (False, 0.0, False),
    (True, True, True), ("20", 20, False), ("A", "A", True), (None, 0, False), (float("nan"), 0, False),
])
def test_numbers_are_compared_as_numbers_and_true_is_none(said, answer, expected):
    assert same(said, answer) is expected


PLAYED = re.compile(r'play\(exercise\("([^"]+)"\)\.run.*\)')


def test_who_is_to_break_a_promise_sees_its_light():
    """In the player of the notebook: the protocol may promise less, or its file something else."""
    seen = {}
    for path in shipped():
        for cell in code_cells(read(path)):
            if found := PLAYED.fullmatch(cell.source):
                player = eval(cell.source, {"play": play, "exercise": catalogue.exercise})
                seen[found[1]] = [light["name"] for light in player.payload["lights"]]
    to_break = {exercise.number: exercise.promise.name for exercise in EXERCISES if isinstance(exercise, BreakIt)}
    assert len(to_break) > 20 and set(seen) == set(to_break)
    assert [number for number, name in to_break.items() if name not in seen[number]] == []


@pytest.mark.sample(100, 500)
@pytest.mark.parametrize(("exercise", "attempt"), cases(FUNCTIONS, rights))
def test_what_is_right_passes_in_all_cases(exercise, attempt, sample):
    assert not [case.code for case in cases_of(exercise, len(sample)) if call(case, attempt)]


@pytest.mark.parametrize(("exercise", "attempt", "words"), cases(EXERCISES, wrongs))
def test_each_mistake_is_found_for_its_reason(exercise, attempt, words):
    report = examine(exercise, attempt, Tally())
    refuse(rules.undetected(exercise, attempt, words, report))
    assert report.code
    if not isinstance(exercise, Compute) or report.data is not None:
        assert report.data is not None and report.step is not None
        assert len(report.trace) > report.step or not len(report.trace)


@pytest.mark.parametrize("exercise", TO_WRITE, ids=lambda exercise: exercise.number)
def test_there_are_enough_answers_and_mistakes(exercise):
    refuse(rules.incomplete(exercise))


@pytest.mark.parametrize("exercise", TO_WRITE, ids=lambda exercise: exercise.number)
def test_the_stub_is_no_attempt(exercise):
    assert exercise.missing(None)
    refuse(rules.not_blank(exercise))


# ---- which stage finds which mistake -----------------------------------------------------------------------------

HEAD = """# Which stage finds which mistake

Each wrong variant was judged by each stage alone. `pytest tests/test_exercises.py` keeps this true
(`UPDATE_GOLDEN=1` renews it).

"""


def heading(exercise) -> str:
    return f"## {exercise.number} {exercise.title}\n"


def section(exercise) -> str:
    """For each mistake the stages that find it."""
    lines = [heading(exercise), f"| mistake | {' | '.join(STAGES)} |", "| --- |" + " --- |" * len(STAGES)]
    for attempt, _ in exercise.wrong:
        found = [next(failures(exercise, attempt, stage, Tally()), None) is not None for stage in STAGES]
        lines.append(f"| {attempt.__name__} | {' | '.join('found' if one else '–' for one in found)} |")
    return "\n".join([*lines, ""])


def sections() -> dict[str, str]:
    """What the file says now, by heading."""
    parts = re.split(r"^(?=## )", MATRIX.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.splitlines(keepends=True)[0]: part.rstrip() + "\n" for part in parts}


def renew(exercise) -> None:
    """Write the section of one exercise, and drop those that no exercise has any more."""
    known = sections() | {heading(exercise): section(exercise)}
    kept = [known[heading(one)] for one in NODES if heading(one) in known]
    MATRIX.write_text(HEAD + "\n".join(kept), encoding="utf-8")


@pytest.mark.parametrize("exercise", NODES, ids=lambda exercise: exercise.number)
def test_the_kill_matrix_is_true(exercise):
    if os.environ.get("UPDATE_GOLDEN"):
        return renew(exercise)
    found, expected = sections().get(heading(exercise)), section(exercise)
    if found != expected:
        said = f"says of exercise {exercise.number}:\n{found}but it is" if found else f"has no {exercise.number} yet:"
        refuse([f"docs/kill_matrix.md {said}\n{expected}To renew it: UPDATE_GOLDEN=1 .venv/bin/python -m pytest"
                f" tests/test_exercises.py -k 'matrix and {exercise.number}'"])


def test_the_kill_matrix_has_all_exercises_in_order():
    assert MATRIX.read_text(encoding="utf-8").startswith(HEAD)
    found, expected = list(sections()), [heading(exercise) for exercise in NODES]
    refuse(f"docs/kill_matrix.md has a section {one.strip()!r}, and there is no such exercise: renew any other section,"
           " and it is dropped" for one in found if one not in expected)
    assert [one for one in expected if one in found] == found
