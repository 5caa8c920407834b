"""Charts and figures: what many runs, or many clocks, have in common."""
