"""Exercises and their judge: what an author writes, and what a learner is told."""
