"""Algorithms of others as plain specifications, each in about ten lines, with the counts that others published for them."""
