"""A user's NumPy code in arithmetic of many digits: numbers, arrays of them, and copies of functions that use them."""

from proofs.precise.copies import Run
from proofs.precise.number import Real, Unprecise, digits

__all__ = ["Real", "Run", "Unprecise", "digits"]
