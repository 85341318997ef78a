"""What code for Numba calls beyond NumPy: scalar functions that loops are fused with, and softmax of rows.

The source of each is copied into a standalone module, so each uses Numba, NumPy and math alone.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np


def called(function: Any, arrays: Any) -> Any:
    """function(*arrays), computed in float64; results are rounded to the dtype of the arrays."""
    floating = [a.dtype for a in arrays if a.dtype.kind == "f"]
    if all(dtype == np.float64 for dtype in floating):
        return [np.asarray(made) for made in function(*arrays)]
    wide = [a.astype(np.float64) if a.dtype.kind == "f" else a for a in arrays]
    return [np.asarray(made, floating[0]) for made in function(*wide)]


@numba.vectorize
def sigmoid(x: Any) -> Any:
    """1/(1 + exp(-x)), of the power that is at most 1."""
    power = math.exp(-abs(x))
    return (1 if x >= 0 else power) / (1 + power)


@numba.vectorize
def log_sigmoid(x: Any) -> Any:
    """log(1/(1 + exp(-x)))"""
    return min(x, 0) - math.log1p(math.exp(-abs(x)))


@numba.vectorize
def softplus(x: Any) -> Any:
    """log(1 + exp(x))"""
    return max(x, 0) + math.log1p(math.exp(-abs(x)))


@numba.vectorize
def sigmoid_times(x: Any, c: Any) -> Any:
    """c sigmoid(x); where sigmoid(x) is so small that it has lost digits, c exp(x/2) exp(x/2)."""
    power = math.exp(-abs(x))
    return c * math.exp(x / 2) * math.exp(x / 2) if x < -600 else c * (1 if x >= 0 else power) / (1 + power)


@numba.vectorize
def exp_times(x: Any, c: Any) -> Any:
    """c exp(x); where exp(x) is so small that it has lost digits, c exp(x/2) exp(x/2)."""
    return c * math.exp(x / 2) * math.exp(x / 2) if x < -600 else c * math.exp(x)


@numba.vectorize
def decided(made: Any, x: Any) -> Any:
    """The number itself, and NaN where x is NaN: its cases were told apart by x, and no order holds of NaN."""
    return math.nan if math.isnan(x) else made


@numba.vectorize
def gelu_gate(x: Any, c: Any) -> Any:
    """c sigmoid(2 sqrt(2/pi) (x + 0.044715 x**3)); the cubic is taken in two parts, of which the first is exact."""
    wide = min(max(x, -22.0), 22.0)
    high = round(64 * wide) / 64
    square, low = high * high, wide - high
    # Coefficients of few bits, so that their products with `high` are exact; and what they leave out.
    main = high * (1.5957691216026433 + 0.07135486602783203 * square)
    rest = high * (3.0874305383944692e-12 - 4.975523178247366e-08 * square)
    rest += low * (1.5957691216057308 + 0.07135481627260025 * (3 * high * wide + low * low))
    if main < -600:
        return c * math.exp(rest) * math.exp(main / 2) * math.exp(main / 2)
    power = math.exp(-abs(main)) * math.exp(rest if main < 0 else -rest)
    return x if math.isnan(x) else c * (1 if main >= 0 else power) / (1 + power)


@numba.njit
def rows_of(x: Any, axis: int) -> Any:
    """The entries that a sum over the axis takes together, in rows."""
    return x.reshape((1, x.size)) if x.ndim == 1 else x if axis == 1 else x.T


@numba.njit
def softmax(x: Any, axis: int) -> Any:
    """exp(x) / sum(exp(x)) over the axis of a matrix or vector, shifted by the maximum; 0 where all are -inf."""
    made = np.empty_like(x)
    for row, out in zip(rows_of(x, axis), rows_of(made, axis)):  # noqa: B905 -- Numba has no strict zip
        top = row.max()
        total = 0.0
        for k in range(row.size):
            out[k] = math.exp(row[k] - (0.0 if math.isinf(top) else top))
            total += out[k]
        for k in range(row.size):
            out[k] /= 1.0 if total == 0 else total
    return made


@numba.njit
def log_softmax(x: Any, axis: int) -> Any:
    """x - log(sum(exp(x))) over the axis of a matrix or vector, shifted by the maximum."""
    made = np.empty_like(x)
    for row, out in zip(rows_of(x, axis), rows_of(made, axis)):  # noqa: B905 -- Numba has no strict zip
        top = row.max()
        total = 0.0
        for k in range(row.size):
            out[k] = row[k] - (0.0 if math.isinf(top) else top)
            total += math.exp(out[k])
        for k in range(row.size):
            out[k] -= math.log(total)
    return made
