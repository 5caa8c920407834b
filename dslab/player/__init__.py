"""The player: steps through a trace in a notebook or a page, and edits the run by interventions."""
