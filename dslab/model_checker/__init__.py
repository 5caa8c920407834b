"""The parts of `explore` and `search`: states as numbers, moves between them, and the way back to a trace."""
