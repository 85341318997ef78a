"""Slopes of a forward program by differences of enclosures: the arbiter where another witness is in doubt.

    (L(x + h) - L(x)) / h,  (L(x) - L(x - h)) / h,  (L(x + h) - L(x - h)) / 2h,   h = 2^-200

Each quotient is enclosed, so that no cancellation passes for a slope: where the ball is wider than a float's ulp after
all bits it is not known. By the mean value theorem each is a derivative between the two points. A relative fault of
2^-50 is seen where the second derivative is below 2^100 times the first; at a kink left and right differ. At a jump the
quotients grow as h shrinks to 2^-220, and there is no slope.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from derive.equation import Program
from proofs.enclosure import FORMATS, Format, Run, exact, refined
from proofs.enclosure.exact import Number

STEP = 200
FINER = 220
MOST_ENTRIES = 200  # of arguments; beyond these a search has other witnesses
SMALLEST_FAULT = 2.0**-50
NAME = "differences of Arb balls, where the others are in doubt"


def arbitrated(
    program: Program, arrays: Mapping[str, np.ndarray], name: str, at: tuple[int, ...]
) -> tuple[Fraction, Fraction, Fraction] | None:
    """The slopes of the output to the left, to the right and across; None where one of them is not known.

    >>> import derive
    >>> relu = derive.program("L = sum[i](max(x[i], 0))")
    >>> tuple(map(int, arbitrated(relu, {"x": np.array([0.0])}, "x", (0,))))
    (0, 1, 0)
    """
    if exact.flint is None or sum(np.size(a) for a in arrays.values()) > MOST_ENTRIES:
        return None
    place, form = (name, *at), FORMATS["float64"]
    left = _slope(program, arrays, place, (-1, 0), form)
    right = _slope(program, arrays, place, (0, 1), form) if left is not None else None
    return None if left is None or right is None else (left, right, (left + right) / 2)


def _slope(
    program: Program, arrays: Mapping[str, Any], place: tuple[Any, ...], sides: tuple[int, int], form: Format
) -> Fraction | None:
    """The quotient, if a much smaller step does not double it."""
    found, finer = (_quotient(program, arrays, place, sides, form, step) for step in (STEP, FINER))
    return None if found is None or finer is None or abs(finer - found) > abs(found) else found


def _quotient(
    program: Program, arrays: Mapping[str, Any], place: tuple[Any, ...], sides: tuple[int, int], form: Format, step: int
) -> Fraction | None:
    """(L(x + b h) - L(x + a h)) / h for sides a and b, to more digits than the format has."""

    def value(bits: int) -> Number:
        low, high = (_output(program, arrays, place, side, step) for side in sides)
        return exact.multiply(exact.add(high, -low), exact.rational(2**step, 1))

    found = refined(value, form)
    if found.nearest is None or not np.isfinite(found.nearest):
        return None
    low, high = found.interval
    return (low + high) / 2


def _output(program: Program, arrays: Mapping[str, Any], place: tuple[Any, ...], side: int, step: int) -> Number:
    run = Run(program, arrays)
    name, *at = place
    moved = exact.number(run.arrays[name][tuple(at)].item()) + exact.rational(side, 2**step)
    run.known[place] = moved
    return run.entry(program.output.name, ())
