"""The third front door: formulas in LaTeX."""
