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


def within(made: Any, index: Any, size: int) -> Any:
    """The array itself, and NaN throughout where a stored index is outside 0 .. size - 1."""
    return jnp.where(((index < 0) | (index >= size)).any(), jnp.nan, made)


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
    far = made < jnp.finfo(made.dtype).tiny
    half = jnp.exp(jnp.where(far, exponent, 0) / 2)
    # x exp(x) at -inf is 0, and so is 4 x exp(x) where 4 x overflows: the exponential is the stronger one.
    limit = jnp.where((jnp.asarray(exponent) < -1e30) & jnp.isinf(c), 0, c)
    return jnp.where(far, limit * half * half, c * made)


def power_times(x: Any, y: Any, c: Any) -> Any:
    """c x**y; where x**y is so small that it has lost digits, c x**(y/2) x**(y/2)."""
    made = jnp.power(x, y)
    far = made < jnp.finfo(made.dtype).tiny
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


def gelu_gate(x: Any, c: Any) -> Any:
    """c sigmoid(2 sqrt(2/pi) (x + 0.044715 x**3)); the cubic is taken in two parts, of which the first is exact."""
    wide = jnp.clip(x, -22, 22).astype(jnp.result_type(float))
    high = jnp.rint(64 * wide) / 64
    square, low = high * high, wide - high
    # Coefficients of few bits, so that their products with `high` are exact; and what they leave out.
    main = high * (1.5957691216026433 + 0.07135486602783203 * square)
    rest = high * (3.0874305383944692e-12 - 4.975523178247366e-08 * square)
    rest += low * (1.5957691216057308 + 0.07135481627260025 * (3 * high * wide + low * low))
    made = sigmoid_difference(main, -rest)
    far = made < jnp.finfo(made.dtype).tiny
    half, limit = jnp.exp(jnp.where(far, main, 0) / 2), jnp.where(jnp.isinf(x) & jnp.isinf(c), 0, c)
    return jnp.where(far, limit * jnp.exp(rest) * half * half, c * made).astype(jnp.result_type(x, c))


def logaddexp(x: Any, y: Any) -> Any:
    """log(exp(x) + exp(y)), corrected near 0 for what rounding took from the difference."""
    made = jnp.logaddexp(x, y)
    apart = jnp.subtract(x, y)
    moved = apart - x
    lost = (x - (apart - moved)) - (y + moved)
    near = (jnp.abs(made) < 1) & jnp.isfinite(lost)
    return made - jnp.where(near, jnp.sign(apart) * lost * jax.nn.sigmoid(-jnp.abs(apart)), 0)


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


def mills_excess(x: Any, c: Any) -> Any:
    """c (x + inverse_mills(x)); on the left, where x cancels, by a polynomial in (u - 3)/(u + 3) for u = -x."""
    # (u + sqrt(pi/2)) times the excess, interpolated at Chebyshev's points with 60 digits; highest power first.
    powers = (
        1.0773415738837579e-08, 4.7339639652276005e-08, -1.1771485761640195e-08, -4.0189597012969097e-07,
        -5.81951231247102e-07, 1.2433744256586745e-06, 4.4749542735460415e-06, 5.377578509702877e-07,
        -1.7349351508824444e-05, -2.1759815925819045e-05, 3.9636160327426273e-05, 0.00011344307785666574,
        -2.8971604936766594e-05, -0.0003867350241098355, -0.00020609547453513143, 0.001028834264497176,
        0.00126405222049174, -0.002304284516797897, -0.004791182709954093, 0.004697195348580202,
        0.015307142542710723, -0.010447828798629911, -0.04613694574051938, 0.036029474412038236,
        0.13663621239792761, -0.23281727679408298, -0.10207039044497555, 1.204107511270628,
    )
    u = jnp.where(x < 0, -x, 0)
    at = 1 - 6 / (u + 3)
    total = jnp.zeros_like(u)
    for term in powers:
        total = total * at + term
    over = 1.2533141373155001 * (1 + special.erf(jnp.maximum(x, 0) / 1.4142135623730951))
    right = x + exp_square(jnp.maximum(x, 0), 2, 1 / over)
    return c * jnp.where(x < 0, total / (u + 1.2533141373155003), right)


def softsign(x: Any) -> Any:
    """x/(1 + |x|), where 1e30 stands for all that is larger, and the quotient is 1."""
    near = jnp.clip(x, -1e30, 1e30)
    return near / (1 + jnp.abs(near))


def mills_slope(x: Any, c: Any) -> Any:
    """c inverse_mills(x) (x + inverse_mills(x)), which is c from -1e10 on: there one is infinite and the other 0."""
    near = jnp.maximum(x, -1e10)
    return c * jnp.where(near == -1e10, 1, inverse_mills(near, mills_excess(near, 1)))


def inverse_mills(x: Any, c: Any) -> Any:
    """c times the normal density over the distribution function; on the left by what it exceeds -x by."""
    over = 1.2533141373155001 * (1 + special.erf(jnp.maximum(x, 0) / 1.4142135623730951))
    right = exp_square(jnp.maximum(x, 0), 2, c / over)
    return jnp.where(x < 0, c * (mills_excess(x, 1) - jnp.minimum(x, 0)), right)


def log_normal_cdf(x: Any) -> Any:
    """log of the normal distribution function, by the Mills ratio of -abs(x): JAX's own loses digits on both sides."""
    u = jnp.abs(x)
    ratio = 2.5066282746310002 * (mills_excess(-u, 1) + u)
    below = exp_square(u, 2, 1 / jnp.where(jnp.isinf(u), 1, ratio))
    # log(1 - below) over 1 - below less 1, as far as they differ: XLA's log1p has errors of 100 ulp.
    rest = 1 - below
    some = jnp.where(rest < 1, rest, 0.5)
    right = jnp.where(rest < 1, jnp.log(some) * below / (1 - some), -below)
    return jnp.where(x < 0, -u * u / 2 - jnp.log(ratio), right)
