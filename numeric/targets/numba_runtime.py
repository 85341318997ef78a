"""What code for Numba calls beyond NumPy: functions of numbers, which loops are fused with.

The source of each is copied into a standalone module, so each uses Numba, NumPy and math alone. None is compiled with
the flags of the loops, so that what they take care of is kept.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np


def called(function: Any, arrays: Any) -> Any:
    """function(*arrays), computed in float64; results are rounded to the dtype of the arrays."""
    floating = [a.dtype for a in arrays if a.dtype.kind == "f"]
    wide = [np.asarray(a, np.float64 if a.dtype.kind == "f" else np.intp, order="C") for a in arrays]
    dtype = floating[0] if floating else np.float64
    try:
        return [np.asarray(made, dtype) for made in function(*wide)]
    except IndexError as error:
        entry, index, size = error.args
        raise IndexError(f"{entry}: the stored index {index} is outside 0 .. {size - 1}") from None


@numba.njit
def checked(index: Any, size: int, entry: str) -> Any:
    """The stored index itself, if it lies in 0 .. size - 1; IndexError names the entry."""
    if index < 0 or index >= size:
        # `called` makes a sentence of it, which compiled code would be seconds longer in compiling.
        raise IndexError(entry, index, size)
    return index


@numba.njit
def maximum(x: Any, y: Any) -> Any:
    """The larger number; NaN if one of them is."""
    return x if x > y or x != x else y


@numba.njit
def minimum(x: Any, y: Any) -> Any:
    """The smaller number; NaN if one of them is."""
    return x if x < y or x != x else y


@numba.njit
def finite(top: Any) -> Any:
    """What a softmax is shifted by: the maximum, and 0 where it is infinite."""
    return 0.0 if math.isinf(top) else top


@numba.njit
def nonzero(total: Any) -> Any:
    """What a softmax is divided by: the sum, and 1 where no entry is above -inf."""
    return 1.0 if total == 0 else total


@numba.njit
def norm_scale(top: Any) -> Any:
    """A power of 2 by which the squares of numbers of this size come into range."""
    return 2.0**-700 if 1e140 < top < math.inf else 2.0**700 if top < 1e-140 else 1.0


@numba.njit
def sigmoid(x: Any) -> Any:
    """1/(1 + exp(-x)), of the power that is at most 1."""
    power = math.exp(-abs(x))
    return (1.0 if x >= 0 else power) / (1.0 + power)


@numba.njit
def log_sigmoid(x: Any) -> Any:
    """log(1/(1 + exp(-x)))"""
    return min(x, 0.0) - math.log1p(math.exp(-abs(x)))


@numba.njit
def softplus(x: Any) -> Any:
    """log(1 + exp(x))"""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


@numba.njit(error_model="numpy")
def logit(x: Any) -> Any:
    """log(x/(1 - x))"""
    return math.log(x) - math.log1p(-x) if x < 0.3 or x > 0.65 else math.log1p((2.0 * x - 1.0) / (1.0 - x))


@numba.njit
def xlogy(x: Any, y: Any) -> Any:
    """x log(y), and 0 where x is 0 and y is a number."""
    return 0.0 if x == 0 and not math.isnan(y) else x * math.log(y)


@numba.njit
def xlog1py(x: Any, y: Any) -> Any:
    """x log(1 + y), and 0 where x is 0 and y is a number."""
    return 0.0 if x == 0 and not math.isnan(y) else x * math.log1p(y)


@numba.njit
def sigmoid_times(x: Any, c: Any) -> Any:
    """c sigmoid(x); where sigmoid(x) is so small that it has lost digits, c exp(x/2) exp(x/2)."""
    power = math.exp(-abs(x))
    return exp_times(x, c) if x < -600 else c * (1.0 if x >= 0 else power) / (1.0 + power)


@numba.njit
def exp_times(x: Any, c: Any) -> Any:
    """c exp(x); where exp(x) is so small that it has lost digits, c exp(x/2) exp(x/2)."""
    if x >= -600 or math.isnan(x):
        return c * math.exp(x)
    # x exp(x) at -inf is 0, and so is 4 x exp(x) where 4 x overflows: the exponential is the stronger one.
    return 0.0 if x < -1e30 and math.isinf(c) else c * math.exp(x / 2) * math.exp(x / 2)


@numba.njit(error_model="numpy")
def power_times(x: Any, y: Any, c: Any) -> Any:
    """c x**y; where x**y is so small that it has lost digits, c x**(y/2) x**(y/2)."""
    made = x**y
    return c * x ** (y / 2) * x ** (y / 2) if made < 1e-290 else c * made


@numba.njit(error_model="numpy")
def power_less_one(x: Any, y: Any, c: Any) -> Any:
    """c x**(y - 1), below y = 1/2 as c x**y/x: there y - 1 is rounded, and the power multiplies its error."""
    return c * x**y / x if y < 0.5 else c * x ** (y - 1)


@numba.njit
def decided(made: Any, x: Any) -> Any:
    """The number itself, and NaN where x is NaN: its cases were told apart by x, and no order holds of NaN."""
    return math.nan if math.isnan(x) else made


@numba.njit
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
def sigmoid_difference(x: Any, y: Any) -> Any:
    """sigmoid(x - y), corrected for what rounding took from the difference."""
    apart = x - y
    moved = apart - x
    lost = (x - (apart - moved)) - (y + moved)
    return sigmoid(apart) * (1.0 + (lost if math.isfinite(lost) else 0.0) * sigmoid(-apart))


@numba.njit(error_model="numpy")
def exp_square(x: Any, scale: Any, c: Any) -> Any:
    """c exp(-x**2/scale); the square is taken in two parts, of which the first is exact: exp multiplies its error."""
    wide = min(max(x, -1000.0), 1000.0)
    high = np.rint(64 * wide) / 64
    rest = math.exp((high - wide) * (high + wide) / scale)
    return exp_times(-math.inf if math.isinf(x) else -high * high / scale, c * rest)


@numba.njit(error_model="numpy")
def over_hypot(x: Any, y: Any, power: int, c: Any) -> Any:
    """c/hypot(x, y)**power for the power 1 or 2, where neither x nor the square may be a number of few digits."""
    scale = math.frexp(max(abs(x), abs(y)))[1]
    top, shift = math.frexp(c)
    length = math.hypot(math.ldexp(x, -scale), math.ldexp(y, -scale))
    return math.ldexp(top / length**power, shift - power * scale)


@numba.njit
def quotient(x: Any, above: Any, below: Any) -> Any:
    """The quotient of two polynomials, with coefficients from the highest power."""
    top, bottom = above[0], below[0]
    for k in range(1, len(above)):
        top = top * x + above[k]
    for k in range(1, len(below)):
        bottom = bottom * x + below[k]
    return top / bottom


@numba.njit(error_model="numpy")
def erfcx(x: Any) -> Any:
    """exp(x**2) erfc(x) for x >= 0, by the rational functions of Cody 1969 as they stand in his CALERF."""
    if x <= 0.46875:
        above = (
            1.85777706184603153e-1,
            3.16112374387056560,
            113.864154151050156,
            377.485237685302021,
            3209.37758913846947,
        )
        below = (1.0, 23.6012909523441209, 244.024637934444173, 1282.61652607737228, 2844.23683343917062)
        return math.exp(x * x) * (1.0 - x * quotient(x * x, above, below))
    if x <= 4.0:
        above2 = (
            *(2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 66.1191906371416295),
            *(298.635138197400131, 881.952221241769090, 1712.04761263407058, 2051.07837782607147, 1230.33935479799725),
        )
        below2 = (
            *(1.0, 15.7449261107098347, 117.693950891312499, 537.181101862009858, 1621.38957456669019),
            *(3290.79923573345963, 4362.61909014324716, 3439.36767414372164, 1230.33935480374942),
        )
        return quotient(x, above2, below2)
    above3 = (
        *(1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1),
        *(1.60837851487422766e-2, 6.58749161529837803e-4),
    )
    below3 = (
        *(1.0, 2.56852019228982242, 1.87295284992346047, 5.27905102951428412e-1, 6.05183413124413191e-2),
        2.33520497626869185e-3,
    )
    square = 1.0 / (x * x)
    return (5.6418958354775628695e-1 - square * quotient(square, above3, below3)) / x


@numba.njit
def erfc(x: Any) -> Any:
    """1 - erf(x), from 0.5 on as exp(-x**2) erfcx(x)."""
    return exp_square(x, 1, erfcx(x)) if x > 0.5 else 1.0 - math.erf(x)


@numba.njit
def normal_cdf(x: Any, c: Any) -> Any:
    """c times the normal distribution function, below -0.8 as exp(-x**2/2) erfcx(-x/sqrt(2))/2."""
    if x < -0.8:
        return exp_square(x, 2, c * erfcx(x / -1.4142135623730951) / 2)
    return c * (1.0 + math.erf(x / 1.4142135623730951)) / 2


@numba.njit
def log_normal_cdf(x: Any) -> Any:
    """The logarithm of the normal distribution function."""
    if x < -1:
        return math.log(erfcx(x / -1.4142135623730951) / 2) - x * x / 2
    return math.log1p(-normal_cdf(-x, 1.0))


@numba.njit
def softsign(x: Any) -> Any:
    """x/(1 + |x|), which is 1 from 1e30 on."""
    return math.copysign(1.0, x) if abs(x) > 1e30 else x / (1.0 + abs(x))


@numba.njit(error_model="numpy")
def inverse_mills(x: Any, c: Any) -> Any:
    """c times the normal density over the distribution function, below 0 as c sqrt(2/pi)/erfcx(-x/sqrt(2))."""
    if x < 0:
        return c * 0.7978845608028654 / erfcx(x / -1.4142135623730951)
    return exp_square(x, 2, c / (1.2533141373155001 * (1.0 + math.erf(x / 1.4142135623730951))))
