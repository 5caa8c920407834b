"""Exercises and their grader: the data of an exercise, the judging of attempts, and reports."""
