"""Pictures that are drawn once, with a text form each: space-time diagrams, histories, source code."""
