"""The command line `dslab`: it opens the course, and grades notebooks with nbval."""
