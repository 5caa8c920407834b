"""Charts of many runs, or of clocks."""
