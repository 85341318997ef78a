"""The same elements in other places: transpose, reshape, concatenate, stack, pad, flip, roll, repeat, split."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sympy
from sympy import Expr

from derive.tracing.arrays import TAPE, Element, Traced, View, said, single
from derive.tracing.constants import shape_of, traced
from derive.tracing.reductions import axes_of, axis_of
from derive.tracing.registry import TraceError, twin
from derive.tracing.sizes import Size, extent_of, int_of

Places = Callable[[tuple[Any, ...]], Sequence[Any]]


def looking(array: Traced, shape: Sequence[Any], places: Places) -> Traced:
    """An array of this shape whose element at an index is that of `array` at `places(index)`."""

    def transform(element: Element) -> Element:
        return lambda *index: element(*places(index))

    return Traced(tuple(shape), None, array.kind, View(array, transform))


@twin("numpy.shape")
def _shape(a: Any) -> tuple[Any, ...]:
    return traced(a).shape


@twin("numpy.size")
def _size(a: Any, axis: int | None = None) -> Any:
    return traced(a).size if axis is None else traced(a).shape[axis]


@twin("numpy.ndim")
def _ndim(a: Any) -> int:
    return traced(a).ndim


@twin("numpy.transpose", "numpy.permute_dims")
def _transpose(a: Any, *axes: Any) -> Traced:
    array = traced(a)
    if len(axes) == 1:
        axes = tuple(axes[0]) if axes[0] is not None else ()
    order = [axis_of(k, array) for k in axes] or list(reversed(range(array.ndim)))
    if sorted(order) != list(range(array.ndim)):
        raise TraceError(f"transpose of {said(array)} by axes {tuple(axes)}: each axis must stand once")
    back = [order.index(k) for k in range(array.ndim)]
    return looking(array, [array.shape[k] for k in order], lambda index: [index[k] for k in back])


@twin("numpy.swapaxes")
def _swapaxes(a: Any, axis1: int, axis2: int) -> Traced:
    array = traced(a)
    order = list(range(array.ndim))
    first, second = axis_of(axis1, array), axis_of(axis2, array)
    order[first], order[second] = order[second], order[first]
    return _transpose(array, order)


@twin("numpy.linalg.matrix_transpose", "numpy.matrix_transpose")
def _matrix_transpose(a: Any) -> Traced:
    return _swapaxes(a, -1, -2)


@twin("numpy.moveaxis")
def _moveaxis(a: Any, source: int, destination: int) -> Traced:
    array = traced(a)
    first, last = axis_of(source, array), axis_of(destination, array)
    order = [k for k in range(array.ndim) if k != first]
    order.insert(last, first)
    return _transpose(array, order)


@twin("numpy.expand_dims")
def _expand_dims(a: Any, axis: Any) -> Traced:
    array = traced(a)
    given = axis if isinstance(axis, tuple) else (axis,)
    count = array.ndim + len(given)
    new = {k % count for k in given}
    sizes = iter(array.shape)
    shape = [1 if k in new else next(sizes) for k in range(count)]
    return looking(array, shape, lambda index: [i for k, i in enumerate(index) if k not in new])


@twin("numpy.squeeze")
def _squeeze(a: Any, axis: Any = None) -> Traced:
    array = traced(a)
    gone = [k for k, s in enumerate(array.shape) if single(s)] if axis is None else axes_of(axis, array)
    for k in gone:
        if not single(array.shape[k]):
            raise TraceError(f"squeeze of axis {k} of {said(array)}: only axes of size 1 go")
    kept = [k for k in range(array.ndim) if k not in gone]
    zero = sympy.S.Zero
    return looking(
        array,
        [array.shape[k] for k in kept],
        lambda index: [dict(zip(kept, index, strict=True)).get(k, zero) for k in range(array.ndim)],
    )


@twin("numpy.broadcast_to")
def _broadcast_to(a: Any, shape: Any) -> Traced:
    array, wanted = traced(a), shape_of(shape)
    element = array.element
    given = (1,) * (len(wanted) - array.ndim) + array.shape
    for mine, size in zip(given, wanted, strict=True):
        if not single(mine) and extent_of(mine) != extent_of(size):
            raise TraceError(f"{said(array)} does not broadcast to ({', '.join(map(str, wanted))})")
    skip = len(wanted) - array.ndim

    def stretched(*index: Any) -> Expr:
        return element(*(sympy.S.Zero if single(s) else i for s, i in zip(array.shape, index[skip:], strict=True)))

    return Traced(wanted, stretched, array.kind)


# ---------------------------------------------------------------- reshape


@twin("numpy.reshape")
def _reshape(a: Any, *shape: Any, order: str = "C") -> Traced:
    array = traced(a)
    wanted = _without_unknown(array, shape_of(shape[0]) if len(shape) == 1 else shape)
    if order != "C":
        raise TraceError(f"reshape in order {order}; write a transpose")
    groups = list(_groups(array, wanted))

    def places(index: tuple[Any, ...]) -> list[Any]:
        return [p for old, new in groups for p in _unravelled(_ravelled(index, new, wanted), old, array.shape)]

    return looking(array, wanted, places)


@twin("numpy.ravel")
def _ravel(a: Any, order: str = "C") -> Traced:
    return _reshape(a, -1)


@twin("numpy.flatten")
def _flatten(a: Any, order: str = "C") -> Traced:
    flat = _reshape(a, -1)
    return Traced(flat.shape, flat.element, flat.kind)


def _without_unknown(array: Traced, shape: Sequence[Any]) -> tuple[Any, ...]:
    """The shape with -1 put as what is left."""
    free = [k for k, size in enumerate(shape) if not isinstance(size, Size) and size == -1]
    if not free:
        return tuple(shape)
    known = [s for k, s in enumerate(shape) if k != free[0]]
    expr = sympy.cancel(extent_of(_product(array.shape)) / extent_of(_product(known)))
    value = int_of(_product(array.shape)) // max(1, int_of(_product(known)))
    if not expr.is_integer:
        raise _misfit(array, shape)
    size = int(expr) if expr.is_Integer else Size(expr, value)
    return (*shape[: free[0]], size, *shape[free[0] + 1 :])


def _product(sizes: Sequence[Any]) -> Any:
    total: Any = 1
    for size in sizes:
        total = size * total
    return total


def _misfit(array: Traced, shape: Sequence[Any]) -> TraceError:
    return TraceError(
        f"reshape of {said(array)} to ({', '.join(map(str, shape))}): the counts of entries differ{TAPE.get().bound()}"
    )


def _groups(array: Traced, shape: Sequence[Any]) -> Iterator[tuple[list[int], list[int]]]:
    """The least runs of old and new axes that have equally many entries."""
    old, new = 0, 0
    while old < array.ndim or new < len(shape):
        mine: list[int] = []
        other: list[int] = []
        left, right = 1, 1
        while not mine or not other or left != right:
            if old < array.ndim and (left <= right or new == len(shape)):
                left, old = left * int_of(array.shape[old]), old + 1
                mine.append(old - 1)
            elif new < len(shape):
                right, new = right * int_of(shape[new]), new + 1
                other.append(new - 1)
            else:
                break
        sides = (_product([array.shape[k] for k in mine]), _product([shape[k] for k in other]))
        if sympy.expand(extent_of(sides[0]) - extent_of(sides[1])) != 0:
            raise _misfit(array, shape)
        yield mine, other


def _ravelled(index: Sequence[Any], axes: Sequence[int], shape: Sequence[Any]) -> Expr:
    """The place in row-major order: i*m + j."""
    total: Expr = sympy.S.Zero
    for k in axes:
        total = total * extent_of(shape[k]) + index[k]
    return sympy.expand(total)


def _unravelled(place: Expr, axes: Sequence[int], shape: Sequence[Any]) -> list[Expr]:
    """The indices of a place: place // m, place % m; an axis of size 1 has only 0."""
    real = [k for k in axes if not single(shape[k])]
    found: dict[int, Expr] = {}
    stride = sympy.S.One
    for k in reversed(real):
        count = sympy.floor(place / stride)
        found[k] = count if k == real[0] else sympy.Mod(count, extent_of(shape[k]))
        stride *= extent_of(shape[k])
    return [found.get(k, sympy.S.Zero) for k in axes]
