"""The exercises of the course, one file a topic."""
