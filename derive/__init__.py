"""Symbols only: forward mathematics in index notation, and everything that is computed from it."""
