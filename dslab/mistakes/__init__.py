"""Mistakes and their sentences: calls that do not fit, handlers that draw or read clocks, what is nearly plain data."""
