"""Algorithms of others as plain specifications, each in about ten lines, with published counts."""
