"""The model checker, `explore`; random search with shrinking, `search`; and runs by decisions, `follow`."""
