"""The results for a teacher: a table for the terminal, CSV for spreadsheets, JUnit XML for tools."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from math import inf
from pathlib import Path
from xml.etree import ElementTree

from dslab.command.grading import Grade, Graded
from dslab.grader.report import CANNOT_TELL, MARKS, RIGHT
from dslab.text import text_table
from dslab.values import DslabError

COLUMNS = ("submission", "exercise", "title", "outcome", "sentence", "remark")


def tally(graded: Graded) -> str:
    """The number of exercises that are right, or the reason why nothing was graded."""
    right = sum(grade.outcome == RIGHT for grade in graded.grades)
    return graded.trouble or f"{right} of {len(graded.grades)} right"


def results_table(results: Sequence[Graded]) -> str:
    """A table with a row for each submission and a column for each exercise."""
    numbers = sorted({grade.exercise for graded in results for grade in graded.grades}, key=_place)
    rows = [["", *numbers, ""]]
    for graded in results:
        marks = {grade.exercise: MARKS[grade.outcome] for grade in graded.grades}
        rows.append([graded.name, *(marks.get(number, "") for number in numbers), tally(graded)])
    legend = "   ".join(f"{mark} {outcome}" for outcome, mark in MARKS.items())
    return "\n".join([text_table(rows), "", legend])


def _place(number: str) -> tuple[float, int, str]:
    """A sort key: by chapter, then by number; exercises without a chapter come last."""
    chapter = number.split(".")[0]
    return int(chapter) if chapter.isdecimal() else inf, len(number), number


def write_csv(path: Path, results: Sequence[Graded]) -> None:
    """Write a row for each exercise of each submission; one that could not be graded has a row without an exercise."""
    rows = [(graded.name, grade.exercise, grade.title, grade.outcome, grade.sentence, grade.remark)
            for graded in results for grade in graded.grades or (_ungraded(graded),)]
    try:
        with open(path, "w", encoding="utf-8-sig", newline="") as file:     # Excel takes it for UTF-8 only with the BOM
            csv.writer(file).writerows([COLUMNS, *(map(_harmless, row) for row in rows)])
    except OSError as problem:
        raise DslabError(f"{path} cannot be written: {problem.strerror}") from None


def _ungraded(graded: Graded) -> Grade:
    return Grade(exercise="", outcome=CANNOT_TELL, sentence=graded.trouble)


def _harmless(text: str) -> str:
    """A spreadsheet runs what begins like a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def write_junit(path: Path, results: Sequence[Graded]) -> None:
    """Write a test suite for each notebook, with a test case for each exercise."""
    root = ElementTree.Element("testsuites", name="dslab check")
    for graded in results:
        grades = graded.grades or (_ungraded(graded),)
        failed = sum(grade.outcome != RIGHT for grade in grades)
        suite = ElementTree.SubElement(root, "testsuite", name=graded.name, tests=str(len(grades)),
                                       failures=str(failed), errors="0", skipped="0")
        for grade in grades:
            case = ElementTree.SubElement(suite, "testcase", classname=graded.name,
                                          name=f"{grade.exercise} {grade.title}".strip() or "notebook")
            if grade.outcome != RIGHT:
                failure = ElementTree.SubElement(case, "failure", type=grade.outcome, message=grade.sentence)
                failure.text = str(grade) if grade.exercise else grade.sentence
    try:
        ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as problem:
        raise DslabError(f"{path} cannot be written: {problem.strerror}") from None
