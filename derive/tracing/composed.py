"""Functions that are made of others: kron, cross, meshgrid, ptp, select, trapezoid, and the methods of ufuncs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import sympy
from sympy import Expr

from derive.tracing.arrays import Traced, said, single
from derive.tracing.constants import traced
from derive.tracing.reductions import axis_of, reduction, stored
from derive.tracing.registry import TraceError, Twin, numpy_twin, twin
from derive.tracing.sizes import extent_of


@twin("numpy.kron")
def _kron(a: Any, b: Any) -> Traced:
    """a[i//m] b[i%m] on each axis, where m is the size of b's."""
    count = max(traced(a).ndim, traced(b).ndim)
    left, right = (numpy_twin("reshape", x, (1,) * (count - x.ndim) + x.shape) for x in map(traced, (a, b)))
    first, second = left.element, right.element
    pairs = list(zip(left.shape, right.shape, strict=True))

    def element(*index: Any) -> Expr:
        blocks, places = [], []
        for i, (outer, inner) in zip(index, pairs, strict=True):
            blocks.append(sympy.S.Zero if single(outer) else sympy.floor(i / extent_of(inner)))
            places.append(sympy.S.Zero if single(inner) else sympy.Mod(i, extent_of(inner)))
        return first(*blocks) * second(*places)

    return Traced([outer * inner for outer, inner in pairs], element)


@twin("numpy.cross", "numpy.linalg.cross")
def _cross(a: Any, b: Any, axis: int = -1) -> Traced:
    """(a1 b2 - a2 b1, a2 b0 - a0 b2, a0 b1 - a1 b0)."""
    left, right = (numpy_twin("moveaxis", x, axis, -1) for x in (stored(a), stored(b)))
    for array in (left, right):
        if extent_of(array.shape[-1]) != 3:
            raise TraceError(f"the cross product of {said(array)}: vectors have 3 entries here")

    def entry(one: int, two: int) -> Any:
        return left[..., one] * right[..., two] - left[..., two] * right[..., one]

    return numpy_twin("moveaxis", numpy_twin("stack", [entry(1, 2), entry(2, 0), entry(0, 1)], axis=-1), -1, axis)


@twin("numpy.meshgrid")
def _meshgrid(*xi: Any, indexing: str = "xy", sparse: bool = False, copy: bool = True) -> tuple[Traced, ...]:
    arrays = [numpy_twin("ravel", x) for x in xi]
    axes = list(range(len(arrays)))
    if indexing == "xy":
        axes[:2] = axes[:2][::-1]
    shape = tuple(arrays[k].shape[0] for k in axes)
    thin = [numpy_twin("reshape", x, _thin(x, axes[k], len(axes))) for k, x in enumerate(arrays)]
    return tuple(thin) if sparse else tuple(numpy_twin("broadcast_to", x, shape) for x in thin)


def _thin(array: Traced, axis: int, count: int) -> tuple[Any, ...]:
    """The shape of a vector that runs along one axis of many."""
    return tuple(array.shape[0] if k == axis else 1 for k in range(count))


@twin("numpy.ptp")
def _ptp(a: Any, axis: Any = None, *, keepdims: bool = False) -> Traced:
    array = stored(a)
    ends = (reduction(head, array, axis, keepdims) for head in ("max", "min"))
    return numpy_twin("subtract", *ends)


@twin("numpy.select")
def _select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """The choice of the first condition that holds."""
    made = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        made = numpy_twin("where", condition, choice, made)
    return made


@twin("numpy.logaddexp2")
def _logaddexp2(a: Any, b: Any) -> Traced:
    """log2(2^a + 2^b) = logaddexp(a log 2, b log 2) / log 2."""
    unit = numpy_twin("log", 2)
    return numpy_twin("logaddexp", *(numpy_twin("multiply", x, unit) for x in (a, b))) / unit


@twin("numpy.ediff1d")
def _ediff1d(ary: Any) -> Traced:
    return numpy_twin("diff", numpy_twin("ravel", ary))


@twin("numpy.trapezoid")
def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Traced:
    """The sum of (y[i+1] + y[i])/2 times the steps."""
    array = numpy_twin("moveaxis", stored(y), axis, -1)
    if x is not None:
        dx = numpy_twin("diff", x if traced(x).ndim == 1 else numpy_twin("moveaxis", x, axis, -1))
    return reduction("sum", (array[..., 1:] + array[..., :-1]) / 2 * dx, -1, False)


@twin("numpy.rot90")
def _rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Traced:
    """Four quarter turns are none; each is a flip and a swap of two axes."""
    array = traced(m)
    first, second = (axis_of(axis, array) for axis in axes)
    for _ in range(k % 4):
        array = numpy_twin("swapaxes", numpy_twin("flip", array, second), first, second)
    return array


# ---------------------------------------------------------------- methods of ufuncs


def _reduced(head: str) -> Twin:
    def twin_of(array: Any, axis: Any = 0, *, keepdims: bool = False) -> Traced:
        return reduction(head, array, axis, keepdims)

    return twin_of


def _outer(name: str, a: Any, b: Any) -> Traced:
    """name(a[i], b[j]) for each i and j."""
    left, right = traced(a), traced(b)
    return numpy_twin(name, numpy_twin("reshape", left, left.shape + (1,) * right.ndim), right)


def _accumulated(name: str) -> Twin:
    def twin_of(array: Any, axis: int = 0) -> Traced:
        return numpy_twin(name, array, axis)

    return twin_of


REDUCED = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logaddexp": "logsumexp"}
for _name, _head in REDUCED.items():
    twin(f"numpy.{_name}.reduce")(_reduced(_head))
for _name in ("add", "subtract", "multiply", "divide", "maximum", "minimum", "logaddexp"):
    twin(f"numpy.{_name}.outer")(partial(_outer, _name))
for _name, _head in {"add": "cumsum", "multiply": "cumprod"}.items():
    twin(f"numpy.{_name}.accumulate")(_accumulated(_head))
