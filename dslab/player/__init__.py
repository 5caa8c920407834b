"""The player: steps through a trace in a notebook or a page, and changes the run while somebody watches."""
