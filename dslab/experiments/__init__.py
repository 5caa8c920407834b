"""Experiments: results of many runs, beside the numbers that papers published."""
