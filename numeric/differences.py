"""The third witness: derivatives by differences, each with an estimate of its own error; nobody chooses a step.

Every entry is moved along a sweep of steps, the quotients are extrapolated to step 0, and the rounding noise of the
function is measured beside it, so that the error of an answer is known from the function and not from a tolerance.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Scalar = Callable[[Any], Any]

# Relative faults that each sees in the gradient of a smooth function of order one; the tests hold them to it.
CENTRAL_SEES = 1e-10
ONE_SIDED_SEES = 1e-8
COMPLEX_STEP_SEES = 1e-14

OCTAVES = 16  # steps go from half a unit down to 2^-16 of it
ORDERS = 6  # extrapolations; each gains a factor of about 4^k, and noise grows by less than 2 (central), 9 (one-sided)
FINEST = 2.0**-26  # the step of the last word: truncation is below rounding there
NOISE_POINTS = 9
UNEVEN = 0.6180339887498949  # spaces the noise points by no power of two, so that f in float32 rounds each differently
UNRESOLVED = 2.0**-12  # noise above this share of f: steps too coarse for f, or f is mostly noise


class Estimate(NamedTuple):
    """Slopes by entry, and how far each may be off; inf where nothing can be said."""

    value: Array
    bound: Array


@dataclass(frozen=True)
class Stencil:
    """(f(x + high h) - f(x + low h)) / ((high - low) h), whose error is a series in h^order.

    Errors are taken `margin` times as large as they look. Over 2,500 points of ten functions, from saturated to fast,
    the true error was at most 0.5 times (central) and 2.4 times (one-sided) what it looked like.
    """

    low: float
    high: float
    order: int
    margin: float


CENTRAL, LEFT, RIGHT = Stencil(-1, 1, 2, 2), Stencil(-1, 0, 1, 8), Stencil(0, 1, 1, 8)


def central(f: Scalar, x: Any) -> Estimate:
    """∂f/∂x[i] = lim (f(x + h e_i) - f(x - h e_i)) / 2h, extrapolated from a sweep of h: (value, bound), shaped like x.

    The bound is the largest of: how far the extrapolation still moves, the measured noise of f as it comes through
    the extrapolation, and the distance to the quotient at the finest step. It is an estimate, no theorem: it holds
    for f that is smooth between the coarsest and the finest step around x. At a kink the value is the mean of the two
    slopes; use `one_sided`. Where f is not finite on both sides the value is nan and the bound inf.
    Sources: Ridders 1982 (the table); Moré and Wild 2011, section 3 (the noise, by differences of order 6).

    >>> value, bound = central(lambda x: (x**3).sum(), np.array([2.0, -1.0]))
    >>> bool((abs(value - [12, 3]) <= bound).all()), bool((bound < 1e-11).all())
    (True, True)
    """
    return _by_entry(f, x, CENTRAL)


def one_sided(f: Scalar, x: Any) -> tuple[Estimate, Estimate]:
    """(lim (f(x) - f(x - h e_i)) / h, lim (f(x + h e_i) - f(x)) / h) for h > 0: the slopes to the left and the right.

    Each is a (value, bound) as `central` has it, but reads f on its own side alone: a kink at x does not disturb it.

    >>> left, right = one_sided(lambda x: np.abs(x).sum(), np.array([0.0]))
    >>> left.value.tolist(), right.value.tolist()
    ([-1.0], [1.0])
    """
    return _by_entry(f, x, LEFT), _by_entry(f, x, RIGHT)


def complex_step(f: Scalar, x: Any) -> Array:
    """∂f/∂x[i] = Im f(x + ih e_i) / h, shaped like x: nothing is subtracted, so it is as exact as f itself.

    f must be analytic at x and take complex arrays. TypeError if f returns a real number, as it does after abs or
    real, which would read as a gradient of 0. Source: Squire and Trapp 1998, eq. 2.

    >>> complex_step(lambda x: (x**3).sum(), np.array([2.0, -1.0])).tolist()
    [12.0, 3.0]
    """
    x = np.asarray(x, dtype=np.float64)
    slopes = np.empty(x.shape)
    for at in np.ndindex(x.shape):
        # A power of two, so that multiplying and dividing by it is exact; below |x|, for functions such as log.
        step = max(2.0**-100 * _power_of_two(min(abs(x[at]), 1.0)), 2.0**-1000)
        moved = x.astype(np.complex128)
        moved[at] += 1j * step
        slopes[at] = _imaginary(f(moved)) / step
    return slopes


def _imaginary(value: Any) -> float:
    if not np.iscomplexobj(value):
        raise TypeError(f"f returned {value!r}, a real number, for complex x: it is not analytic code; use central")
    return float(np.imag(value))


def _power_of_two(size: float) -> float:
    """The power of two in (size / 2, size], and 1 for 0."""
    return math.ldexp(0.5, math.frexp(size)[1]) if size else 1.0


def _by_entry(f: Scalar, x: Any, stencil: Stencil) -> Estimate:
    x = np.asarray(x, dtype=np.float64)
    found = Estimate(np.empty(x.shape), np.empty(x.shape))
    here = float(f(x.copy()))  # an error here is the caller's; one beside it only means that f ends there
    with np.errstate(all="ignore"):  # beyond the domain of f there may be anything; it ends as nan and is left out
        for at in np.ndindex(x.shape):
            found.value[at], found.bound[at] = _slope(_along(f, x, at), float(x[at]), here, stencil)
    return found


def _along(f: Scalar, x: Array, at: tuple[int, ...]) -> Callable[[float], float]:
    """f as a function of one entry; nan where f is not defined."""

    def value(entry: float) -> float:
        moved = x.copy()
        moved[at] = entry
        try:
            return float(f(moved))
        except (ArithmeticError, ValueError):
            return math.nan

    return value


def _slope(f: Callable[[float], float], x: float, here: float, stencil: Stencil) -> tuple[float, float]:
    """The extrapolation with the least error, and that error."""
    noise = _noise(f, x, here, stencil)
    steps = _steps(x)
    samples = np.array([_quotient(f, x, here, step, stencil) for step in steps])
    slopes, widths, sizes, offsets = samples.T
    if noise > max(UNRESOLVED * np.nanmax(np.append(sizes, 0)), math.ulp(here)):
        return float(slopes[-1]), math.inf
    rounding = 2 * (noise + np.finfo(float).eps * sizes) / widths + offsets
    values, errors = _extrapolated(slopes[:-1], rounding[:-1], stencil)
    # Steps that are all multiples of a period agree with each other; the finest step does not.
    doubt = np.abs(values - slopes[-1]) - rounding[-1] - _truncation(slopes, steps, stencil)
    errors = np.maximum(errors, doubt)
    if not np.isfinite(errors).any():
        return math.nan, math.inf
    best = int(np.nanargmin(errors))
    return float(values[best]), float(errors[best])


def _steps(x: float) -> Array:
    """Powers of two: a sweep below 1, one below |x|, nan between if they do not meet, and the finest step."""
    unit = _power_of_two(abs(x))
    tops = sorted({unit, 1.0}, reverse=True)
    sweeps = {top * 2.0**-k for top in tops for k in range(1, OCTAVES + 1)}
    steps = [step for step in sorted(sweeps, reverse=True) if step > 4 * math.ulp(x)]
    apart = [k for k in range(1, len(steps)) if steps[k] < steps[k - 1] / 2]
    finest = max(FINEST * min(unit, 1.0), 16 * math.ulp(x))
    return np.append(np.insert(np.array(steps), apart, math.nan), [math.nan, finest])


def _quotient(f: Callable[[float], float], x: float, here: float, step: float, stencil: Stencil) -> tuple[float, ...]:
    """Slope, width, size of f, and how much the middle of the rounded points shifts the slope."""
    if math.isnan(step):
        return (math.nan,) * 4
    low, high = x + stencil.low * step, x + stencil.high * step
    below, above = (here if point == x else f(point) for point in (low, high))
    middle = abs((high - x) + (low - x)) / 2 if stencil.order == 2 else 0.0
    bend = middle * abs((above - here) - (here - below)) / step**2 if middle else 0.0
    return (above - below) / (high - low), high - low, max(abs(above), abs(below)), bend


def _noise(f: Callable[[float], float], x: float, here: float, stencil: Stencil) -> float:
    """The rounding noise of f near x: an ulp of f, and what close values show beyond."""
    unit = _power_of_two(abs(x))
    measured = _scatter(f, x, here, min(unit, 1.0), stencil)
    if measured == 0 and unit > 1:
        # Either f is flat, or it computes in a narrower type and the points were all rounded to one.
        measured = _scatter(f, x, here, unit, stencil)
    return math.ulp(here) + measured


def _scatter(f: Callable[[float], float], x: float, here: float, unit: float, stencil: Stencil) -> float:
    """Differences of order 6 of nine close values: a smooth f vanishes in them, noise does not."""
    spacing = max(2.0**-OCTAVES * unit, 16 * math.ulp(x)) * UNEVEN
    points = x + np.linspace(stencil.low, stencil.high, NOISE_POINTS) * (4 * spacing)
    sixth = np.diff([here if point == x else f(point) for point in points], 6)
    # The variance of a difference of order 6 is 924 = 12! / 6!² that of the noise; 4 is for having three of them.
    measured = 4 * float(np.max(np.abs(sixth))) / math.sqrt(924)
    return measured if math.isfinite(measured) else 0.0


def _extrapolated(slopes: Array, rounding: Array, stencil: Stencil) -> tuple[Array, Array]:
    """Every entry of the Richardson table from order 1 up, with what it moved by and the rounding in it."""
    values, errors = list[Array](), list[Array]()
    for order in range(1, ORDERS + 1):
        gain = 2.0 ** (stencil.order * order)
        coarse, fine = slopes[:-1], slopes[1:]
        slopes = fine + (fine - coarse) / (gain - 1)
        rounding = (gain * rounding[1:] + rounding[:-1]) / (gain - 1)
        values.append(slopes)
        # Three comparisons, for among a hundred entries two are soon close by chance.
        moves = (slopes - fine, slopes - coarse, np.diff(slopes, prepend=math.nan))
        errors.append(stencil.margin * (np.max(np.abs(moves), axis=0) + rounding))
    return np.concatenate(values), np.concatenate(errors)


def _truncation(slopes: Array, steps: Array, stencil: Stencil) -> float:
    """What the finest quotient may still be off by: its distance to the one before it, scaled to its step."""
    sweep_end = -3  # a nan stands between the sweep and the finest step
    shrunk = (steps[-1] / steps[sweep_end]) ** stencil.order
    moved = abs(slopes[sweep_end] - slopes[-1]) * 2 * shrunk
    return float(moved) if math.isfinite(moved) else 0.0
