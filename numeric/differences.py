"""The third witness: derivatives by differences, with an estimate of their own error; nobody chooses a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Scalar = Callable[[Array], Any]

# Relative faults that each witness sees on smooth functions of order one; tests hold them to it.
SMALLEST_FAULT_CENTRAL = 1e-7
SMALLEST_FAULT_COMPLEX = 1e-12
LEVELS = 8


def central(f: Scalar, x: Array) -> tuple[Array, Array]:
    """(f(x + h) - f(x - h)) / 2h for a sweep of h, extrapolated to h = 0: the estimate and an error estimate, by entry.

    The error is the larger of the spread of the last extrapolations and the rounding noise eps |f| / h at that step.
    It is an estimate, no theorem: it needs f smooth within the sweep.  Source: Ridders 1982.

    >>> slope, error = central(lambda x: (x**3).sum(), np.array([2.0]))
    >>> bool(abs(slope[0] - 12) <= error[0] < 1e-6)
    True
    """
    x = np.asarray(x, dtype=np.float64)
    estimate, error = np.zeros_like(x), np.zeros_like(x)
    for at in np.ndindex(x.shape):
        estimate[at], error[at] = _ridders(f, x, at)
    return estimate, error


def _ridders(f: Scalar, x: Array, at: tuple[int, ...]) -> tuple[float, float]:
    step = 0.1 * max(1.0, abs(float(x[at])))
    table: list[list[float]] = []
    best, best_error = np.nan, np.inf
    for level in range(LEVELS):
        h = step / 2**level
        up, down = _moved(f, x, at, h), _moved(f, x, at, -h)
        row = [(up - down) / (2 * h)]
        noise = np.finfo(np.float64).eps * (abs(up) + abs(down)) / h
        for order in range(1, level + 1):
            factor = 4.0**order
            row.append((factor * row[-1] - table[-1][order - 1]) / (factor - 1))
            error = max(abs(row[order] - row[order - 1]), abs(row[order] - table[-1][order - 1]), noise)
            if error < best_error:
                best, best_error = row[order], error
        table.append(row)
    return best, best_error


def _moved(f: Scalar, x: Array, at: tuple[int, ...], h: complex) -> float:
    moved = x.copy()
    moved[at] += h
    return float(f(moved))


def one_sided(f: Scalar, x: Array, at: tuple[int, ...], h: float = 1e-7) -> tuple[float, float]:
    """((f(x) - f(x - h)) / h, (f(x + h) - f(x)) / h): the slopes to the left and to the right of one entry.

    >>> left, right = one_sided(lambda x: np.abs(x).sum(), np.array([0.0]), (0,))
    >>> round(left), round(right)
    (-1, 1)
    """
    x = np.asarray(x, dtype=np.float64)
    here = float(f(x))
    return (here - _moved(f, x, at, -h)) / h, (_moved(f, x, at, h) - here) / h


def complex_step(f: Scalar, x: Array) -> Array:
    """Im f(x + ih) / h with h = 1e-30: no subtraction, so the result is as exact as f; f must be analytic.

    Source: Squire and Trapp 1998, eq. 2.

    >>> complex_step(lambda x: (x**3).sum(), np.array([2.0]))
    array([12.])
    """
    h = 1e-30
    x = np.asarray(x, dtype=np.complex128)
    found = np.zeros(x.shape)
    for at in np.ndindex(x.shape):
        moved = x.copy()
        moved[at] += 1j * h
        found[at] = np.imag(f(moved)) / h
    return found
