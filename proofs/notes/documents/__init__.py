"""Reads documents: where formulas stand in Markdown, LaTeX, reStructuredText and notebooks."""
