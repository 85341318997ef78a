"""Worked examples: numbers that a note gives, put through its formulas."""
