"""Studies: what thousands of runs say, beside the numbers that papers published."""
