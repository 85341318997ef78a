"""Recurrences of known optimisers in notes: their assignments, read and decided against the project's own rows."""
