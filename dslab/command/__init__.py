"""The console command `dslab`: it opens the course, and grades notebooks with nbval."""
