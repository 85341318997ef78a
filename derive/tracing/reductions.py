"""Reductions over axes: sum, mean, var, max, cumsum, logsumexp, softmax."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy
from sympy import Dummy, Expr

from derive.index import Along, Compare, Reduce, Where, letter
from derive.tracing.arrays import Element, Traced, said, single
from derive.tracing.constants import traced
from derive.tracing.registry import TraceError, Twin, numpy_twin, twin
from derive.tracing.sizes import extent_of

# What remains of a letter that the body does not have: all its terms are alike.
ALIKE: dict[str, Callable[[Expr, Expr], Expr]] = {
    "sum": lambda body, count: body * count,
    "mean": lambda body, count: body,
    "max": lambda body, count: body,
    "min": lambda body, count: body,
    "prod": lambda body, count: body**count,
    "logsumexp": lambda body, count: body + sympy.log(count),
}


def axis_of(axis: Any, array: Traced) -> int:
    """A negative axis from the end; TraceError outside."""
    if not isinstance(axis, int):
        raise TraceError(f"an axis is a plain whole number, found {axis!r}")
    if not -array.ndim <= axis < array.ndim:
        raise TraceError(f"axis {axis} of {said(array)}: it has {array.ndim} axes")
    return axis % array.ndim


def axes_of(axis: Any, array: Traced) -> tuple[int, ...]:
    """All axes for None, else those given, from 0."""
    if axis is None:
        return tuple(range(array.ndim))
    return tuple(axis_of(a, array) for a in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def reduced(head: str, body: Expr, letters: Sequence[Dummy], extents: Sequence[Expr]) -> Expr:
    """head[letters](body), where letters that the body lacks are counted, not run over."""
    inside = body.free_symbols
    for dummy, extent in zip(letters, extents, strict=True):
        if dummy not in inside:
            body = ALIKE[head](body, extent)
    kept = [(d, e) for d, e in zip(letters, extents, strict=True) if d in inside]
    return Reduce(head, body, [d for d, _ in kept], [e for _, e in kept])


def _collapse(head: str, array: Traced, axes: tuple[int, ...]) -> Element:
    """The element of the reduction, at an index that still has all axes."""
    inner = array.element
    sizes = {axis: array.shape[axis] for axis in axes if not single(array.shape[axis])}

    def element(*index: Any) -> Expr:
        at = [sympy.S.Zero if axis in axes else i for axis, i in enumerate(index)]
        letters = {axis: letter("j") for axis in sizes}
        body = inner(*(letters.get(axis, i) for axis, i in enumerate(at)))
        return reduced(head, body, list(letters.values()), [extent_of(s) for s in sizes.values()])

    return element


def reduction(head: str, a: Any, axis: Any, keepdims: bool, kind: str = "f") -> Traced:
    """The reduction of an array over axes; with `keepdims` these stay with size 1."""
    array = traced(a)
    axes = axes_of(axis, array)
    element = _collapse(head, array, axes)
    if keepdims:
        return Traced([1 if k in axes else s for k, s in enumerate(array.shape)], element, kind)
    kept = [k for k in range(array.ndim) if k not in axes]

    def squeezed(*index: Any) -> Expr:
        places = dict(zip(kept, index, strict=True))
        return element(*(places.get(k, sympy.S.Zero) for k in range(array.ndim)))

    return Traced([array.shape[k] for k in kept], squeezed, kind)


def _plain(head: str) -> Twin:
    def twin_of(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Traced:
        array = traced(a)
        kind = "i" if array.kind in "ib" and head != "mean" else "f"
        return reduction(head, array, axis, keepdims, kind)

    return twin_of


for _name in ("sum", "mean", "prod"):
    twin(f"numpy.{_name}")(_plain(_name))


def _extreme(head: str) -> Twin:
    return lambda a, axis=None, *, keepdims=False: reduction(head, a, axis, keepdims, traced(a).kind)


twin("numpy.max", "numpy.amax")(_extreme("max"))
twin("numpy.min", "numpy.amin")(_extreme("min"))


@twin("numpy.average")
def _average(a: Any, axis: Any = None, weights: Any = None, *, keepdims: bool = False) -> Traced:
    if weights is None:
        return reduction("mean", a, axis, keepdims)
    array, w = traced(a), traced(weights)
    if w.ndim != array.ndim:
        raise TraceError("np.average: weights of another shape than the array; write np.sum(w*a)/np.sum(w)")
    total = reduction("sum", numpy_twin("multiply", array, w), axis, keepdims)
    return numpy_twin("divide", total, reduction("sum", w, axis, keepdims))


@twin("numpy.var")
def _var(a: Any, axis: Any = None, dtype: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Traced:
    """mean((x - mean(x))**2), in two passes."""
    array = stored(a)
    axes = axes_of(axis, array)
    deviation = numpy_twin("subtract", array, reduction("mean", array, axes, keepdims=True))
    square = numpy_twin("power", deviation, 2)
    if not ddof:
        return reduction("mean", square, axes, keepdims)
    count: Any = 1
    for k in axes:
        count = array.shape[k] * count
    return numpy_twin("divide", reduction("sum", square, axes, keepdims), count - ddof)


@twin("numpy.std")
def _std(a: Any, axis: Any = None, dtype: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Traced:
    return numpy_twin("sqrt", _var(a, axis, ddof=ddof, keepdims=keepdims))


def stored(a: Any) -> Traced:
    """An array that will be read more than once: it has an equation unless it is read off others or holds numbers."""
    array = traced(a)
    return array.kept() if array.symbol is None and not array.owner and array.kind == "f" else array


# ---------------------------------------------------------------- along one axis


def along(head: str, array: Traced, axes: tuple[int, ...]) -> Traced:
    """softmax or log_softmax: an array of the same shape."""
    inner = array.element
    sizes = {axis: extent_of(array.shape[axis]) for axis in axes}

    def element(*index: Any) -> Expr:
        letters = {axis: letter("j") for axis in sizes}
        body = inner(*(letters.get(axis, i) for axis, i in enumerate(index)))
        return Along(head, body, letters.values(), sizes.values(), [index[axis] for axis in sizes])

    return Traced(array.shape, element)


@twin("scipy.special.softmax")
def _softmax(x: Any, axis: Any = None) -> Traced:
    return along("softmax", traced(x), axes_of(axis, traced(x)))


@twin("scipy.special.log_softmax")
def _log_softmax(x: Any, axis: Any = None) -> Traced:
    return along("log_softmax", traced(x), axes_of(axis, traced(x)))


@twin("scipy.special.logsumexp")
def _logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False) -> Traced:
    if b is not None:
        return numpy_twin("log", reduction("sum", numpy_twin("multiply", b, numpy_twin("exp", a)), axis, keepdims))
    return reduction("logsumexp", a, axis, keepdims)


# ---------------------------------------------------------------- so far along an axis


def _cumulative(head: str, neutral: int) -> Twin:
    """sum[j](x[j] where j <= i), and the product alike."""

    def twin_of(a: Any, axis: Any = None, dtype: Any = None) -> Traced:
        array = numpy_twin("ravel", a) if axis is None else traced(a)
        at = axes_of(axis if axis is not None else 0, array)[0]
        inner, extent = array.element, extent_of(array.shape[at])

        def element(*index: Any) -> Expr:
            j = letter("j")
            body = inner(*(j if k == at else i for k, i in enumerate(index)))
            return reduced(head, Where(Compare("<=", j, index[at]), body, neutral), [j], [extent])

        return Traced(array.shape, element, array.kind)

    return twin_of


twin("numpy.cumsum")(_cumulative("sum", 0))
twin("numpy.cumprod")(_cumulative("prod", 1))


@twin("numpy.diff")
def _diff(a: Any, n: int = 1, axis: int = -1) -> Traced:
    array = traced(a)
    for _ in range(n):
        at = axis_of(axis, array)
        before = (slice(None),) * at
        array = numpy_twin("subtract", array[(*before, slice(1, None))], array[(*before, slice(None, -1))])
    return array


def _ranked(name: str, instead: str) -> Twin:
    def refuse(*args: Any, **options: Any) -> Any:
        raise TraceError(f"np.{name} depends on the values of the array; {instead}")

    return refuse


RANKED = {
    "argmax": "pass the places as an integer input",
    "argmin": "pass the places as an integer input",
    "argsort": "pass the order as an integer input",
    "sort": "pass the order as an integer input: x[order]",
    "unique": "pass the classes as an integer input",
    "nonzero": "write np.where(condition, a, b)",
    "any": "write np.where(condition, a, b)",
    "all": "write np.where(condition, a, b)",
    "median": "pass the order as an integer input: x[order]",
}
for _name, _instead in RANKED.items():
    twin(f"numpy.{_name}")(_ranked(_name, _instead))
