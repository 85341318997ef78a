"""What compiled code calls beyond NumPy itself; the source of each is copied into a standalone module.

Each function here uses NumPy and SciPy's `special` alone and no name of this package, so that the copy works without
it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special


def checked(index: Any, size: int, entry: str) -> Any:
    """The stored index itself, if all of it lies in 0 .. size - 1; IndexError names the entry."""
    index = np.asarray(index)
    wrong = index[(index < 0) | (index >= size)]
    if wrong.size:
        raise IndexError(f"{entry}: the stored index {wrong.flat[0]} is outside 0 .. {size - 1}")
    return index


def read(array: Any, *index: Any) -> Any:
    """array[index], and 0 where the index is outside the array."""
    inside: Any = np.True_
    for axis, place in enumerate(index):
        inside = inside & (place >= 0) & (place < array.shape[axis])
    safe = tuple(np.clip(place, 0, array.shape[axis] - 1) for axis, place in enumerate(index))
    inside = np.reshape(inside, np.shape(inside) + (1,) * (np.ndim(array) - len(index)))
    return np.where(inside, array[safe], 0)


def window(array: Any, axes: Any) -> Any:
    """array[offset + sum of step * letter, ...] with an axis for each letter, and 0 outside; a view if nothing is.

    `axes` has the offset of each axis and the (step, size) of its letters.
    """
    reach = [[offset + sum(f(0, step * (n - 1)) for step, n in steps) for f in (min, max)] for offset, steps in axes]
    pads = [(max(0, -low), max(0, high - size + 1)) for (low, high), size in zip(reach, array.shape, strict=True)]
    array = np.pad(array, pads) if any(map(any, pads)) else array
    corner = array[tuple(slice(offset + before, None) for (offset, _), (before, _) in zip(axes, pads, strict=True))]
    shape = [n for _, steps in axes for _, n in steps]
    strides = [step * stride for (_, steps), stride in zip(axes, array.strides, strict=True) for step, _ in steps]
    return np.lib.stride_tricks.as_strided(corner, shape, strides, writeable=False)


def overlap(values: Any, sizes: Any, axes: Any) -> Any:
    """Zeros of these sizes, with values added at offset + sum of step * letter; what lands outside is left out.

    The last axes of the values are the letters. The longest letter of an axis is added at once, the others in turn.
    """
    turns = [n for _, steps in axes for _, n in steps]
    lead = values.ndim - len(turns)
    reach = [[offset + sum(f(0, step * (n - 1)) for step, n in steps) for f in (min, max)] for offset, steps in axes]
    before = [max(0, -low) for low, _ in reach]
    ends = [b + max(size, high + 1) for b, size, (_, high) in zip(before, sizes, reach, strict=True)]
    made: Any = np.zeros((*values.shape[:lead], *ends), values.dtype)
    corner = made[(..., *(slice(offset + b, None) for (offset, _), b in zip(axes, before, strict=True)))]
    strides = [step * s for (_, steps), s in zip(axes, made.strides[lead:], strict=True) for step, _ in steps]
    view: Any = np.lib.stride_tricks.as_strided(corner, values.shape, (*made.strides[:lead], *strides))
    whole = [k == max(range(len(steps)), key=lambda j: steps[j][1]) for _, steps in axes for k in range(len(steps))]
    for at in np.ndindex(*(1 if w else n for w, n in zip(whole, turns, strict=True))):
        place = (..., *(slice(None) if w else k for w, k in zip(whole, at, strict=True)))
        view[place] += values[place]
    return made[(..., *(slice(b, b + size) for b, size in zip(before, sizes, strict=True)))]


def add_at(shape: tuple[int, ...], index: tuple[Any, ...], values: Any, dtype: Any) -> Any:
    """An array of zeros with values added at the index, as often as it occurs; places outside are left out."""
    made = np.zeros(shape, dtype)
    inside: Any = np.True_
    for place, size in zip(index, shape, strict=False):
        inside = inside & (np.asarray(place) >= 0) & (np.asarray(place) < size)
    safe = tuple(np.clip(place, 0, size - 1) for place, size in zip(index, shape, strict=False))
    rest = np.ndim(values) - np.ndim(inside)
    inside = np.reshape(inside, np.shape(inside) + (1,) * rest)
    np.add.at(made, safe, np.where(inside, values, 0))
    return made


def with_diagonal(array: Any, first: int, second: int, values: Any) -> Any:
    """The array itself, with its entries where these two axes have equal places replaced by the values."""
    places = np.arange(array.shape[first])
    np.moveaxis(array, (first, second), (0, 1))[places, places] = values
    return array


def decided(made: Any, x: Any) -> Any:
    """The array itself, with NaN where x is NaN: its cases were told apart by x, and no order holds of NaN."""
    # A sum of squares is NaN only if an entry is, and takes next to no time.
    return np.where(np.isnan(x), np.nan, made) if np.isnan(np.vdot(x, x)) else made


def logsumexp(x: Any, axis: Any) -> Any:
    """log(sum(exp(x))) over the axes, shifted by the maximum; -inf where every entry is -inf."""
    top = x.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    with np.errstate(divide="ignore", over="ignore"):
        total = np.log(np.exp(x - top).sum(axis=axis))
    return total + top.reshape(np.shape(total))


def norm(x: Any, axis: Any) -> Any:
    """sqrt(sum(x**2)) over the axes, divided by the maximum first where squares leave the range."""
    with np.errstate(over="ignore"):
        total = np.asarray((x * x).sum(axis=axis))
    if np.isfinite(total).all() and (total > np.finfo(total.dtype).tiny * 2.0**60).all():
        return np.sqrt(total)
    top = np.abs(x).max(axis=axis, keepdims=True)
    _, scale = np.frexp(np.where(np.isfinite(top), top, 1))
    parts = np.ldexp(x, -scale)
    return np.ldexp(np.sqrt((parts * parts).sum(axis=axis)), scale.reshape(total.shape))


def softmax(x: Any, axis: Any) -> Any:
    """exp(x) / sum(exp(x)) over the axes, shifted by the maximum; 0 where every entry is -inf."""
    top = x.max(axis=axis, keepdims=True)
    powers = np.exp(x - np.where(np.isinf(top), 0, top))
    total = powers.sum(axis=axis, keepdims=True)
    return powers / np.where(total == 0, 1, total)


def log_softmax(x: Any, axis: Any) -> Any:
    """x - log(sum(exp(x))) over the axes, shifted by the maximum."""
    top = x.max(axis=axis, keepdims=True)
    shifted = x - np.where(np.isinf(top), 0, top)
    with np.errstate(divide="ignore"):
        return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def sigmoid(x: Any) -> Any:
    """1/(1 + exp(-x)), and exp(x) where that rounds to 0 too early. For many numbers NumPy's exp is the faster one."""
    if np.size(x) < 1000:
        made = special.expit(x)
    else:
        made = np.negative(x)
        with np.errstate(over="ignore"):
            np.exp(made, out=made)
        made += 1
        np.divide(1, made, out=made)
    return made if np.count_nonzero(made) == made.size else np.where(made == 0, np.exp(np.minimum(x, 0)), made)


def sigmoid_times(x: Any, c: Any) -> Any:
    """c sigmoid(x); where sigmoid(x) is so small that it has lost digits, c exp(x/2) exp(x/2)."""
    return tail_times(np.asarray(sigmoid(x)), x, c)


def exp_times(x: Any, c: Any) -> Any:
    """c exp(x); where exp(x) is so small that it has lost digits, c exp(x/2) exp(x/2)."""
    return tail_times(np.asarray(np.exp(x)), x, c)


def tail_times(made: Any, exponent: Any, c: Any) -> Any:
    """c made, where made is exp(exponent) wherever it is so small that it has lost digits."""
    far = made < np.finfo(made.dtype).tiny * 2.0**60
    if not far.any():
        return c * made
    half = np.exp(np.where(far, exponent, 0).astype(float) / 2)
    # x exp(x) at -inf is 0: the exponential is the stronger one.
    limit = np.where(np.isinf(exponent) & np.isinf(c), 0, c)
    return np.where(far, limit * half * half, c * made).astype(np.result_type(made, c))


def power_times(x: Any, y: Any, c: Any) -> Any:
    """c x**y; where x**y is so small that it has lost digits, c x**(y/2) x**(y/2)."""
    made = np.asarray(np.power(x, y))
    far = made < np.finfo(made.dtype).tiny * 2.0**60
    if not far.any():
        return c * made
    half = np.power(np.where(far, x, 1).astype(float), np.asarray(y, dtype=float) / 2)
    return np.where(far, c * half * half, c * made).astype(np.result_type(made, c))


def sigmoid_difference(x: Any, y: Any) -> Any:
    """sigmoid(x - y), corrected for what rounding took from the difference."""
    apart = np.subtract(x, y)
    moved = apart - x
    lost = (x - (apart - moved)) - (y + moved)
    return sigmoid(apart) * (1 + np.where(np.isfinite(lost), lost, 0) * sigmoid(-apart))


def exp_square(x: Any, scale: Any, c: Any) -> Any:
    """c exp(-x**2/scale); the square is taken in two parts, of which the first is exact: exp multiplies its error."""
    wide = np.clip(x, -1000, 1000).astype(float)
    high = np.rint(64 * wide) / 64
    rest = np.exp((high - wide) * (high + wide) / scale)
    below = np.where(np.isinf(x), -np.inf, -high * high / scale)
    return tail_times(np.exp(below), below, c * rest).astype(np.result_type(x, c))


def over_hypot(x: Any, y: Any, power: Any, c: Any) -> Any:
    """c/hypot(x, y)**power for the power 1 or 2, where neither x nor the square may be a number of few digits."""
    _, scale = np.frexp(np.maximum(np.abs(x), np.abs(y)))
    top, shift = np.frexp(c)
    length = np.hypot(np.ldexp(x, -scale), np.ldexp(y, -scale))
    return np.ldexp(top / length**power, shift - power * scale)


def power_less_one(x: Any, y: Any, c: Any) -> Any:
    """c x**(y - 1), below y = 1/2 as c x**y/x: there y - 1 is rounded, and the power multiplies its error."""
    with np.errstate(all="ignore"):
        return np.where(y < 0.5, c * np.power(x, y) / x, c * np.power(x, y - 1))


def gammaln(x: Any) -> Any:
    """log(gamma(x)), and -log(x) where x is subnormal."""
    made = special.gammaln(x)
    return made if np.isfinite(made).all() else np.where((made == np.inf) & (x < 1), -np.log(x), made)


def erfc(x: Any) -> Any:
    """1 - erf(x), from 0.5 on as exp(-x**2) erfcx(x)."""
    made = np.asarray(1 - special.erf(x))
    far = np.asarray(x) > 0.5
    if not far.any():
        return made
    wide = np.where(far, x, 1).astype(float)
    return np.where(far, exp_square(wide, 1, special.erfcx(wide)), made).astype(made.dtype)


def normal_cdf(x: Any, c: Any) -> Any:
    """c times the normal distribution function, below -0.8 as exp(-x**2/2) erfcx(-x/sqrt(2))/2."""
    made = np.asarray((1 + special.erf(x / 1.4142135623730951)) / 2)
    far = np.asarray(x) < -0.8
    if not far.any():
        return c * made
    wide = np.where(far, x, 0).astype(float)
    tail = special.erfcx(wide / -1.4142135623730951) / 2
    return np.where(far, exp_square(wide, 2, c * tail), c * made).astype(np.result_type(made, c))


def inverse_mills(x: Any, c: Any) -> Any:
    """c times the normal density over the distribution function, below 0 as c sqrt(2/pi)/erfcx(-x/sqrt(2))."""
    low = np.asarray(x) < 0
    wide = np.asarray(x).astype(float)
    with np.errstate(divide="ignore"):
        below = 0.7978845608028654 / special.erfcx(np.minimum(wide, 0) / -1.4142135623730951)
    over = 1.2533141373155001 * (1 + special.erf(np.maximum(wide, 0) / 1.4142135623730951))
    made = np.where(low, c * below, exp_square(np.maximum(wide, 0), 2, c / over))
    return made.astype(np.result_type(x, c))
