"""What code for PyTorch calls beyond torch: twins of numeric.runtime, made of operations that torch differentiates.

The source of each is copied into a standalone module, so each uses torch alone. New tensors take dtype and device of
`like`, a tensor that is there.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import special


def differentiable(value: Any, value_and_grad: Any, arguments: Any, wrt: Any) -> Any:
    """value(**arrays) as a `torch.autograd.Function` whose slope is the derived gradient, made along with the value.

    Where a derivative of the slope is wanted too, the gradient is made again of operations that torch differentiates.
    """

    class Loss(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *arrays: Any) -> Any:
            given = dict(zip(arguments, arrays, strict=True))
            needed = [name for name, need in zip(arguments, ctx.needs_input_grad, strict=True) if need]
            other = ", ".join(name for name in needed if name not in wrt)
            if other:
                known = f"derived by {', '.join(wrt)} alone; derive by all of them, or detach"
                raise ValueError(f"a gradient by {other} is asked for, but this is {known}")
            made, slopes = value_and_grad(**given) if needed else (value(**given), {})
            ctx.save_for_backward(*arrays, *slopes.values())
            ctx.names = tuple(slopes)
            return made

        @staticmethod
        def backward(ctx: Any, bar: Any) -> Any:
            arrays, slopes = ctx.saved_tensors[: len(arguments)], ctx.saved_tensors[len(arguments) :]
            found = dict(zip(ctx.names, slopes, strict=True))
            if torch.is_grad_enabled():
                found = value_and_grad(**dict(zip(arguments, arrays, strict=True)))[1]
            needed = zip(arguments, ctx.needs_input_grad, strict=True)
            return tuple(bar * found[name] if need else None for name, need in needed)

    def loss(**arrays: Any) -> Any:
        return Loss.apply(*(torch.as_tensor(arrays[name]) for name in arguments))

    return loss


def as_argument(value: Any, dtype: Any) -> Any:
    """The value as a tensor of the dtype."""
    return torch.as_tensor(value, dtype=getattr(torch, np.dtype(dtype).name))


def values_of(array: Any) -> Any:
    """The tensor as NumPy has it."""
    return array.detach().cpu().numpy()


# ---------------------------------------------------------------- numbers beside tensors


def as_tensor(x: Any, like: Any) -> Any:
    """A tensor or a number as a tensor of dtype and device of `like`."""
    return torch.as_tensor(x, dtype=like.dtype, device=like.device)


def choose(condition: Any, a: Any, b: Any, like: Any) -> Any:
    """a where the condition holds, else b."""
    return torch.where(torch.as_tensor(condition, device=like.device), as_number(a, like), as_number(b, like))


def as_number(x: Any, like: Any) -> Any:
    """A number as a tensor of dtype and device of `like`; a tensor as it is."""
    return x if isinstance(x, torch.Tensor) else as_tensor(x, like)


def beside(a: Any, b: Any) -> Any:
    """Both as tensors, of which one may be a number."""
    like = a if isinstance(a, torch.Tensor) else b
    return as_number(a, like), as_number(b, like)


def logaddexp(a: Any, b: Any) -> Any:
    """log(exp(a) + exp(b)), without a power that leaves the range."""
    return torch.logaddexp(*beside(a, b))


def maximum(a: Any, b: Any) -> Any:
    """The larger of both."""
    return torch.maximum(*beside(a, b))


def minimum(a: Any, b: Any) -> Any:
    """The smaller of both."""
    return torch.minimum(*beside(a, b))


def hypot(a: Any, b: Any) -> Any:
    """sqrt(a**2 + b**2)"""
    return torch.hypot(*beside(a, b))


def arctan2(a: Any, b: Any) -> Any:
    """The angle of the point (b, a)."""
    return torch.arctan2(*beside(a, b))


def filled(shape: Any, value: Any, like: Any) -> Any:
    """A new tensor of a shape, filled with a value that may broadcast."""
    return as_tensor(value, like).expand(shape).clone()


def spread(value: Any, shape: Any, like: Any) -> Any:
    """A value, broadcast to a shape."""
    return as_number(value, like).expand(shape)


def product(x: Any, axes: Any) -> Any:
    """The product over some axes, or over all."""
    for axis in sorted(axes or range(x.ndim), reverse=True):
        x = x.prod(dim=axis)
    return x


# ---------------------------------------------------------------- places


def checked(index: Any, size: int, entry: str) -> Any:
    """The stored index itself, if all of it lies in 0 .. size - 1; IndexError names the entry."""
    wrong = index[(index < 0) | (index >= size)]
    if wrong.numel():
        raise IndexError(f"{entry}: the stored index {int(wrong.flatten()[0])} is outside 0 .. {size - 1}")
    return index


def places_inside(index: Any, shape: Any, device: Any) -> Any:
    """The places, moved into the shape, and whether they lay there."""
    places = [torch.as_tensor(place, device=device) for place in index]
    inside = torch.ones((), dtype=torch.bool, device=device)
    for place, size in zip(places, shape, strict=False):
        inside = inside & (place >= 0) & (place < size)
    return tuple(p.clamp(0, size - 1) for p, size in zip(places, shape, strict=False)), inside


def read(array: Any, *index: Any) -> Any:
    """array[index], and 0 where the index is outside the array."""
    safe, inside = places_inside(index, array.shape, array.device)
    inside = inside.reshape(inside.shape + (1,) * (array.ndim - len(index)))
    return array[safe].masked_fill(~inside, 0)


def add_at(shape: Any, index: Any, values: Any, like: Any) -> Any:
    """A tensor of zeros with values added at the index, as often as it occurs; places outside are left out."""
    safe, inside = places_inside(index, shape, like.device)
    values = as_tensor(values, like)
    inside = inside.reshape(inside.shape + (1,) * (values.ndim - inside.ndim))
    return like.new_zeros(shape).index_put(safe, values.masked_fill(~inside, 0), accumulate=True)


def reached(axes: Any, sizes: Any, device: Any) -> Any:
    """For each axis: the places offset + sum of step * letter from 0 on, and what lies before and after its extent."""
    for (offset, steps), size in zip(axes, sizes, strict=True):
        place = torch.full((), offset, device=device)
        for step, n in steps:
            place = place[..., None] + step * torch.arange(n, device=device)
        low = offset + sum(min(0, step * (n - 1)) for step, n in steps)
        high = offset + sum(max(0, step * (n - 1)) for step, n in steps)
        yield place + max(0, -low), (max(0, -low), max(0, high - size + 1))


def window(array: Any, axes: Any) -> Any:
    """array[offset + sum of step * letter, ...] with an axis for each letter, and 0 outside."""
    places, pads = zip(*reached(axes, array.shape, array.device), strict=True)
    array = torch.nn.functional.pad(array, [n for pair in reversed(pads) for n in pair])
    for axis in reversed(range(len(axes))):
        shape = (*array.shape[:axis], *places[axis].shape, *array.shape[axis + 1 :])
        array = array.index_select(axis, places[axis].flatten()).reshape(shape)
    return array


def overlap(values: Any, sizes: Any, axes: Any) -> Any:
    """Zeros of these sizes, with values added at offset + sum of step * letter; what lands outside is left out."""
    axis = values.ndim - sum(len(steps) for _, steps in axes)
    for size, (place, (before, after)) in zip(sizes, reached(axes, sizes, values.device), strict=True):
        head, tail = values.shape[:axis], values.shape[axis + place.ndim :]
        made = values.new_zeros((*head, before + size + after, *tail))
        made = made.index_add(axis, place.flatten(), values.reshape((*head, place.numel(), *tail)))
        values = made.narrow(axis, before, size)
        axis += 1
    return values


def with_diagonal(array: Any, first: int, second: int, values: Any) -> Any:
    """The array with its entries where these two axes have equal places replaced by the values."""
    places = torch.arange(array.shape[first], device=array.device)
    moved = array.movedim((first, second), (0, 1))
    return moved.index_put((places, places), as_tensor(values, array)).movedim((0, 1), (first, second))


# ---------------------------------------------------------------- sums


def decided(made: Any, x: Any) -> Any:
    """The tensor itself, with NaN where x is NaN: its cases were told apart by x, and no order holds of NaN."""
    return torch.where(torch.isnan(x), torch.nan, made)


def logsumexp(x: Any, axis: Any) -> Any:
    """log(sum(exp(x))) over the axes, shifted by the maximum; -inf where every entry is -inf."""
    return torch.logsumexp(x, dim=axis)


def norm(x: Any, axis: Any) -> Any:
    """sqrt(sum(x**2)) over the axes, divided by a power of 2 so that squares stay within the range."""
    scale = exponent(x.abs().amax(dim=axis, keepdim=True))
    parts = scaled(x, -scale)
    total = (parts * parts).sum(dim=axis).sqrt()
    return scaled(total, scale.reshape(total.shape))


def softmax(x: Any, axis: Any) -> Any:
    """exp(x) / sum(exp(x)) over the axes, shifted by the maximum; 0 where every entry is -inf."""
    top = x.amax(dim=axis, keepdim=True).detach()
    powers = torch.exp(x - top.masked_fill(torch.isinf(top), 0))
    total = powers.sum(dim=axis, keepdim=True)
    return powers / total.masked_fill(total == 0, 1)


def log_softmax(x: Any, axis: Any) -> Any:
    """x - log(sum(exp(x))) over the axes, shifted by the maximum."""
    top = x.amax(dim=axis, keepdim=True).detach()
    shifted = x - top.masked_fill(torch.isinf(top), 0)
    return shifted - torch.exp(shifted).sum(dim=axis, keepdim=True).log()


# ---------------------------------------------------------------- elementwise


def exponent(x: Any) -> Any:
    """The power of 2 of a number, 0 for inf and NaN."""
    x = x.detach()
    return torch.frexp(x.masked_fill(~torch.isfinite(x), 0)).exponent


def scaled(x: Any, power: Any) -> Any:
    """x 2**power, in two halves that both stay within the range."""
    half = torch.div(power, 2, rounding_mode="floor")
    two = torch.full((), 2.0, dtype=x.dtype, device=x.device)
    return x * torch.pow(two, half) * torch.pow(two, power - half)


def sigmoid(x: Any) -> Any:
    """1/(1 + exp(-x)), and exp(x) where that rounds to 0 too early."""
    made = torch.sigmoid(x)
    return torch.where(made == 0, torch.exp(x.clamp(max=0)), made)


def sigmoid_times(x: Any, c: Any) -> Any:
    """c sigmoid(x); where sigmoid(x) is so small that it has lost digits, c exp(x/2) exp(x/2)."""
    return tail_times(sigmoid(x), x, c)


def exp_times(x: Any, c: Any) -> Any:
    """c exp(x); where exp(x) is so small that it has lost digits, c exp(x/2) exp(x/2)."""
    return tail_times(torch.exp(x), x, c)


def tail_times(made: Any, exponent: Any, c: Any) -> Any:
    """c made, where made is exp(exponent) wherever it is so small that it has lost digits."""
    far = made < torch.finfo(made.dtype).tiny
    half = torch.exp(exponent.masked_fill(~far, 0) / 2)
    # x exp(x) at -inf is 0, and so is 4 x exp(x) where 4 x overflows: the exponential is the stronger one.
    strong = (exponent < -1e30) & torch.isinf(torch.as_tensor(c, dtype=made.dtype))
    return torch.where(far, torch.where(strong, 0, c) * half * half, c * made)


def power_times(x: Any, y: Any, c: Any) -> Any:
    """c x**y; where x**y is so small that it has lost digits, c x**(y/2) x**(y/2)."""
    x, y = beside(x, y)
    made = torch.pow(x, y)
    far = made < torch.finfo(made.dtype).tiny
    half = torch.pow(torch.where(far, x, 1), y / 2)
    return torch.where(far, c * half * half, c * made)


def sigmoid_difference(x: Any, y: Any) -> Any:
    """sigmoid(x - y), corrected for what rounding took from the difference."""
    x, y = beside(x, y)
    apart = x - y
    moved = apart - x
    lost = (x - (apart - moved)) - (y + moved)
    return sigmoid(apart) * (1 + lost.masked_fill(~torch.isfinite(lost), 0) * sigmoid(-apart))


def exp_square(x: Any, scale: Any, c: Any) -> Any:
    """c exp(-x**2/scale); the square is taken in two parts, of which the first is exact: exp multiplies its error."""
    wide = x.clamp(-1000, 1000).double()
    high = torch.round(64 * wide) / 64
    rest = torch.exp((high - wide) * (high + wide) / scale)
    below = torch.where(torch.isinf(x), -torch.inf, -high * high / scale)
    return tail_times(torch.exp(below), below, c * rest).to(x.dtype)


def gelu_gate(x: Any, c: Any) -> Any:
    """c sigmoid(2 sqrt(2/pi) (x + 0.044715 x**3)); the cubic is taken in two parts, of which the first is exact."""
    wide = x.clamp(-22, 22).double()
    high = torch.round(64 * wide) / 64
    square, low = high * high, wide - high
    # Coefficients of few bits, so that their products with `high` are exact; and what they leave out.
    main = high * (1.5957691216026433 + 0.07135486602783203 * square)
    rest = high * (3.0874305383944692e-12 - 4.975523178247366e-08 * square)
    rest = rest + low * (1.5957691216057308 + 0.07135481627260025 * (3 * high * wide + low * low))
    made = sigmoid_difference(main, -rest)
    far = made < torch.finfo(made.dtype).tiny
    half = torch.exp(main.masked_fill(~far, 0) / 2)
    return torch.where(far, c * torch.exp(rest) * half * half, c * made).to(x.dtype)


def over_hypot(x: Any, y: Any, power: Any, c: Any) -> Any:
    """c/hypot(x, y)**power for the power 1 or 2, where neither x nor the square may be a number of few digits."""
    x, y = beside(x, y)
    c = as_number(c, x)
    scale, shift = exponent(torch.maximum(x.abs(), y.abs())), exponent(c)
    length = torch.hypot(scaled(x, -scale), scaled(y, -scale))
    return scaled(scaled(c, -shift) / length**power, shift - power * scale)


def power_less_one(x: Any, y: Any, c: Any) -> Any:
    """c x**(y - 1), below y = 1/2 as c x**y/x: there y - 1 is rounded, and the power multiplies its error."""
    x, y = beside(x, y)
    return torch.where(y < 0.5, c * torch.pow(x, y) / x, c * torch.pow(x, y - 1))


def gammaln(x: Any) -> Any:
    """log(gamma(x)), and -log(x) where x is subnormal."""
    made = special.gammaln(x)
    return torch.where((made == torch.inf) & (x < 1), -torch.log(x), made)


def polygamma(n: int, x: Any) -> Any:
    """The n-th derivative of digamma: (-1)**(n + 1) n! zeta(n + 1, x); torch's own has few digits for n = 1."""
    if n == 0:
        return special.digamma(x)
    order = torch.full_like(x, n + 1, requires_grad=False)
    return (-1) ** (n + 1) * math.factorial(n) * special.zeta(order, x)


def erfc(x: Any) -> Any:
    """1 - erf(x), small where x is large."""
    return special.erfc(x)


def normal_cdf(x: Any, c: Any) -> Any:
    """c times the normal distribution function, as an erfc where that is small."""
    return c * special.erfc(x / -1.4142135623730951) / 2


def softsign(x: Any) -> Any:
    """x/(1 + |x|), where 1e30 stands for all that is larger, and the quotient is 1."""
    near = x.clamp(-1e30, 1e30)
    return near / (1 + near.abs())


def mills_slope(x: Any, c: Any) -> Any:
    """c inverse_mills(x) (x + inverse_mills(x)), which is c from -1e10 on: there one is infinite and the other 0."""
    near = x.clamp(min=-1e10)
    return c * torch.where(near == -1e10, 1, inverse_mills(near, mills_excess(near, 1)))


def inverse_mills(x: Any, c: Any) -> Any:
    """c times the normal density over the distribution function, below 0 as c sqrt(2/pi)/erfcx(-x/sqrt(2))."""
    below = 0.7978845608028654 / special.erfcx(x.clamp(max=0) / -1.4142135623730951)
    over = 1.2533141373155001 * (1 + special.erf(x.clamp(min=0) / 1.4142135623730951))
    return torch.where(x < 0, c * below, exp_square(x.clamp(min=0), 2, c / over))


def mills_excess(x: Any, c: Any) -> Any:
    """c (x + inverse_mills(x)), below -5 by the continued fraction 1/(u + 2/(u + 3/(u + ...))) for u = -x."""
    u = -x.clamp(max=-5)
    total = u
    for n in range(40, 1, -1):
        total = u + n / total
    return c * torch.where(x < -5, 1 / total, x + inverse_mills(x, 1))


def log_normal_cdf(x: Any) -> Any:
    """log of the normal distribution function."""
    return special.log_ndtr(x)
