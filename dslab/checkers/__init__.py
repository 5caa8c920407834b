"""Judges of what has happened: functions from a trace, or from a history of operations, to a verdict with evidence."""
