"""What code for JAX calls beyond jax.numpy: twins of numeric.runtime that no branch on a value stops under `jax.jit`.

The source of each is copied into a standalone module, so each uses JAX and NumPy alone.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy import special


def differentiable(value: Any, value_and_grad: Any, arguments: Any, wrt: Any) -> Any:
    """value(**arrays) as a `jax.custom_vjp` whose slope is the derived gradient, made along with the value."""

    primal = jax.custom_vjp(lambda arrays: value(**arrays))

    def forward(arrays: Any) -> Any:
        other = [name for name, array in arrays.items() if array.perturbed and name not in wrt]
        if other:
            known = f"derived by {', '.join(wrt)} alone; derive by all of them, or use jax.lax.stop_gradient"
            raise ValueError(f"a gradient by {', '.join(other)} is asked for, but this is {known}")
        return value_and_grad(**{name: array.value for name, array in arrays.items()})

    def backward(slopes: Any, bar: Any) -> Any:
        return ({name: bar * slopes[name] if name in wrt else None for name in arguments},)

    primal.defvjp(forward, backward, symbolic_zeros=True)

    def loss(**arrays: Any) -> Any:
        return primal({name: jnp.asarray(arrays[name]) for name in arguments})

    return loss


def as_argument(value: Any, dtype: Any) -> Any:
    """The value as an array of the dtype, or of the one that JAX has for it."""
    return jnp.asarray(value, jax.dtypes.canonicalize_dtype(dtype))


def values_of(array: Any) -> Any:
    """The array as NumPy has it; None while JAX traces, when there are no values."""
    return None if isinstance(array, jax.core.Tracer) else np.asarray(array)


# ---------------------------------------------------------------- places


def checked(index: Any, size: int, entry: str) -> Any:
    """The stored index; where it is outside 0 .. size - 1, IndexError, or while JAX traces, a place that reads NaN."""
    index = jnp.asarray(index)
    inside = (index >= 0) & (index < size)
    if not isinstance(index, jax.core.Tracer) and not inside.all():
        raise IndexError(f"{entry}: the stored index {index[~inside].flatten()[0]} is outside 0 .. {size - 1}")
    return jnp.where(inside, index, size)


def take(array: Any, *index: Any) -> Any:
    """array[index], and NaN where the index is outside the array."""
    return jnp.asarray(array).at[index].get(mode="fill")


def read(array: Any, *index: Any) -> Any:
    """array[index], and 0 where the index is outside the array."""
    inside = jnp.asarray(True)
    for axis, place in enumerate(index):
        inside = inside & (place >= 0) & (place < array.shape[axis])
    safe = tuple(jnp.clip(place, 0, array.shape[axis] - 1) for axis, place in enumerate(index))
    inside = inside.reshape(inside.shape + (1,) * (array.ndim - len(index)))
    return jnp.where(inside, jnp.asarray(array)[safe], 0)


def reached(axes: Any, sizes: Any) -> Any:
    """For each axis: the places offset + sum of step * letter from 0 on, and what lies before and after its extent."""
    for (offset, steps), size in zip(axes, sizes, strict=True):
        place = np.full((), offset)
        for step, n in steps:
            place = place[..., None] + step * np.arange(n)
        before, after = max(0, -int(place.min(initial=0))), max(0, int(place.max(initial=0)) - size + 1)
        yield place + before, (before, after)


def window(array: Any, axes: Any) -> Any:
    """array[offset + sum of step * letter, ...] with an axis for each letter, and 0 outside."""
    places, pads = zip(*reached(axes, array.shape), strict=True)
    array = jnp.pad(jnp.asarray(array), pads)
    for axis in reversed(range(len(axes))):
        array = array[(slice(None),) * axis + (places[axis],)]
    return array


def overlap(values: Any, sizes: Any, axes: Any) -> Any:
    """Zeros of these sizes, with values added at offset + sum of step * letter; what lands outside is left out."""
    axis = values.ndim - sum(len(steps) for _, steps in axes)
    for size, (place, (before, after)) in zip(sizes, reached(axes, sizes), strict=True):
        shape = (*values.shape[:axis], before + size + after, *values.shape[axis + place.ndim :])
        made = jnp.zeros(shape, values.dtype).at[(slice(None),) * axis + (place,)].add(values)
        values = jax.lax.slice_in_dim(made, before, before + size, axis=axis)
        axis += 1
    return values


def add_at(shape: Any, index: Any, values: Any, dtype: Any) -> Any:
    """An array of zeros with values added at the index, as often as it occurs; places outside are left out."""
    inside = jnp.asarray(True)
    for place, size in zip(index, shape, strict=False):
        inside = inside & (jnp.asarray(place) >= 0) & (jnp.asarray(place) < size)
    safe = tuple(jnp.clip(place, 0, size - 1) for place, size in zip(index, shape, strict=False))
    inside = inside.reshape(inside.shape + (1,) * (jnp.ndim(values) - inside.ndim))
    return jnp.zeros(shape, dtype).at[safe].add(jnp.where(inside, values, 0))


def with_diagonal(array: Any, first: int, second: int, values: Any) -> Any:
    """The array with its entries where these two axes have equal places replaced by the values."""
    places = np.arange(array.shape[first])
    made = jnp.moveaxis(array, (first, second), (0, 1)).at[places, places].set(values)
    return jnp.moveaxis(made, (0, 1), (first, second))


def decided(made: Any, x: Any) -> Any:
    """The array itself, with NaN where x is NaN: its cases were told apart by x, and no order holds of NaN."""
    return jnp.where(jnp.isnan(x), jnp.nan, made)


# ---------------------------------------------------------------- sums


def logsumexp(x: Any, axis: Any) -> Any:
    """log(sum(exp(x))) over the axes, shifted by the maximum; -inf where every entry is -inf."""
    return special.logsumexp(x, axis=axis)


def norm(x: Any, axis: Any) -> Any:
    """sqrt(sum(x**2)) over the axes, divided by a power of 2 so that squares stay within the range."""
    scale = exponent(jnp.abs(x).max(axis=axis, keepdims=True))
    parts = scaled(x, -scale)
    total = jnp.sqrt((parts * parts).sum(axis=axis))
    return scaled(total, scale.reshape(total.shape))


def softmax(x: Any, axis: Any) -> Any:
    """exp(x) / sum(exp(x)) over the axes, shifted by the maximum; 0 where every entry is -inf."""
    top = jax.lax.stop_gradient(x.max(axis=axis, keepdims=True))
    powers = jnp.exp(x - jnp.where(jnp.isinf(top), 0, top))
    total = powers.sum(axis=axis, keepdims=True)
    return powers / jnp.where(total == 0, 1, total)


def log_softmax(x: Any, axis: Any) -> Any:
    """x - log(sum(exp(x))) over the axes, shifted by the maximum."""
    top = jax.lax.stop_gradient(x.max(axis=axis, keepdims=True))
    shifted = x - jnp.where(jnp.isinf(top), 0, top)
    return shifted - jnp.log(jnp.exp(shifted).sum(axis=axis, keepdims=True))


# ---------------------------------------------------------------- elementwise


def exponent(x: Any) -> Any:
    """The power of 2 of a number, 0 for inf and NaN."""
    x = jax.lax.stop_gradient(x)
    return jnp.where(jnp.isfinite(x), jnp.frexp(jnp.where(jnp.isfinite(x), x, 1))[1], 0)


def scaled(x: Any, power: Any) -> Any:
    """x 2**power, in two halves that both stay within the range."""
    one = jnp.ones((), jnp.result_type(x))
    return x * jnp.ldexp(one, power // 2) * jnp.ldexp(one, power - power // 2)


def sigmoid(x: Any) -> Any:
    """1/(1 + exp(-x)), and exp(x) where that rounds to 0 too early."""
    made = jax.nn.sigmoid(x)
    return jnp.where(made == 0, jnp.exp(jnp.minimum(x, 0)), made)


def sigmoid_times(x: Any, c: Any) -> Any:
    """c sigmoid(x); where sigmoid(x) is so small that it has lost digits, c exp(x/2) exp(x/2)."""
    return tail_times(sigmoid(x), x, c)


def exp_times(x: Any, c: Any) -> Any:
    """c exp(x); where exp(x) is so small that it has lost digits, c exp(x/2) exp(x/2)."""
    return tail_times(jnp.exp(x), x, c)


def tail_times(made: Any, exponent: Any, c: Any) -> Any:
    """c made, where made is exp(exponent) wherever it is so small that it has lost digits."""
    far = made < jnp.finfo(made.dtype).tiny * 2.0**60
    half = jnp.exp(jnp.where(far, exponent, 0) / 2)
    # x exp(x) at -inf is 0: the exponential is the stronger one.
    limit = jnp.where(jnp.isinf(exponent) & jnp.isinf(c), 0, c)
    return jnp.where(far, limit * half * half, c * made)


def power_times(x: Any, y: Any, c: Any) -> Any:
    """c x**y; where x**y is so small that it has lost digits, c x**(y/2) x**(y/2)."""
    made = jnp.power(x, y)
    far = made < jnp.finfo(made.dtype).tiny * 2.0**60
    half = jnp.power(jnp.where(far, x, 1), jnp.asarray(y) / 2)
    return jnp.where(far, c * half * half, c * made)


def sigmoid_difference(x: Any, y: Any) -> Any:
    """sigmoid(x - y), corrected for what rounding took from the difference."""
    apart = jnp.subtract(x, y)
    moved = apart - x
    lost = (x - (apart - moved)) - (y + moved)
    return sigmoid(apart) * (1 + jnp.where(jnp.isfinite(lost), lost, 0) * sigmoid(-apart))


def exp_square(x: Any, scale: Any, c: Any) -> Any:
    """c exp(-x**2/scale); the square is taken in two parts, of which the first is exact: exp multiplies its error."""
    wide = jnp.clip(x, -1000, 1000).astype(jnp.result_type(float))
    high = jnp.rint(64 * wide) / 64
    rest = jnp.exp((high - wide) * (high + wide) / scale)
    below = jnp.where(jnp.isinf(x), -jnp.inf, -high * high / scale)
    return tail_times(jnp.exp(below), below, c * rest).astype(jnp.result_type(x, c))


def over_hypot(x: Any, y: Any, power: Any, c: Any) -> Any:
    """c/hypot(x, y)**power for the power 1 or 2, where neither x nor the square may be a number of few digits."""
    scale = exponent(jnp.maximum(jnp.abs(x), jnp.abs(y)))
    shift = exponent(jnp.asarray(c, jnp.result_type(x, y, c)))
    length = jnp.hypot(scaled(jnp.asarray(x), -scale), scaled(jnp.asarray(y), -scale))
    return scaled(scaled(jnp.asarray(c), -shift) / length**power, shift - power * scale)


def power_less_one(x: Any, y: Any, c: Any) -> Any:
    """c x**(y - 1), below y = 1/2 as c x**y/x: there y - 1 is rounded, and the power multiplies its error."""
    return jnp.where(y < 0.5, c * jnp.power(x, y) / x, c * jnp.power(x, y - 1))


def gammaln(x: Any) -> Any:
    """log(gamma(x)), and -log(x) where x is subnormal."""
    made = special.gammaln(x)
    return jnp.where((made == jnp.inf) & (x < 1), -jnp.log(x), made)


def erfc(x: Any) -> Any:
    """1 - erf(x), small where x is large."""
    return special.erfc(x)


def normal_cdf(x: Any, c: Any) -> Any:
    """c times the normal distribution function."""
    return c * special.ndtr(x)


def inverse_mills(x: Any, c: Any) -> Any:
    """c times the normal density over the distribution function; JAX has no erfcx, so by logarithms."""
    return c * jnp.exp(-x * x / 2 - 0.9189385332046728 - special.log_ndtr(x))
