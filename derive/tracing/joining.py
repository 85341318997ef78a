"""Arrays joined, framed and moved: concatenate, stack, split, pad, flip, roll, repeat, tile, diag, tril."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy
from sympy import Expr

from derive.index import Compare, Delta, Where
from derive.tracing.arrays import TAPE, Traced, said, single
from derive.tracing.constants import number, shape_of, traced
from derive.tracing.reductions import axes_of, axis_of
from derive.tracing.registry import TraceError, numpy_twin, twin
from derive.tracing.sizes import Size, extent_of

# ---------------------------------------------------------------- joining


def inserted(index: Sequence[Any], axis: int, place: Any) -> list[Any]:
    """The same index with another place on one axis."""
    return [place if k == axis else i for k, i in enumerate(index)]


@twin("numpy.concatenate", "numpy.concat")
def _concatenate(arrays: Any, axis: Any = 0) -> Traced:
    """where(i < size of the first, the first, the others)."""
    given = [traced(a) for a in arrays]
    if axis is None:
        given, axis = [numpy_twin("ravel", a) for a in given], 0
    at = axis_of(axis, given[0])
    _check_joined(given, at)
    starts: list[Any] = [0]
    for array in given:
        starts.append(array.shape[at] + starts[-1])
    elements = [a.element for a in given]

    def element(*index: Any) -> Expr:
        parts = [e(*inserted(index, at, index[at] - extent_of(s))) for e, s in zip(elements, starts, strict=False)]
        made = parts[-1]
        for part, end in zip(reversed(parts[:-1]), reversed(starts[1:-1]), strict=True):
            made = Where(Compare("<", index[at], extent_of(end)), part, made)
        return made

    return Traced(inserted(given[0].shape, at, starts[-1]), element, _common_kind(given))


def _common_kind(arrays: Sequence[Traced]) -> str:
    kinds = {a.kind for a in arrays}
    return kinds.pop() if len(kinds) == 1 else "f" if "f" in kinds else "i"


def _check_joined(arrays: Sequence[Traced], axis: int) -> None:
    first = arrays[0]
    for array in arrays[1:]:
        alike = array.ndim == first.ndim and all(
            extent_of(a) == extent_of(b)
            for k, (a, b) in enumerate(zip(array.shape, first.shape, strict=True))
            if k != axis
        )
        if not alike:
            raise TraceError(f"{said(first)} and {said(array)} do not join along axis {axis}{TAPE.get().bound()}")


@twin("numpy.stack")
def _stack(arrays: Any, axis: int = 0) -> Traced:
    given = [traced(a) for a in arrays]
    if not given:
        raise TraceError("an array of nothing: np.stack and np.array need an entry")
    at = axis % (given[0].ndim + 1)
    _check_joined(given, -1)
    elements = [a.element for a in given]

    def element(*index: Any) -> Expr:
        rest = [i for k, i in enumerate(index) if k != at]
        if index[at].is_Integer:
            return elements[int(index[at])](*rest)
        parts = [e(*rest) for e in elements]
        made = parts[-1]
        for k in reversed(range(len(parts) - 1)):
            made = Where(Compare("==", index[at], k), parts[k], made)
        return made

    shape = list(given[0].shape)
    shape.insert(at, len(given))
    return Traced(shape, element, _common_kind(given))


@twin("numpy.vstack", "numpy.row_stack")
def _vstack(arrays: Any) -> Traced:
    return _concatenate([numpy_twin("reshape", a, (1, -1)) if traced(a).ndim == 1 else a for a in arrays], 0)


@twin("numpy.hstack")
def _hstack(arrays: Any) -> Traced:
    return _concatenate(arrays, 0 if traced(arrays[0]).ndim == 1 else 1)


@twin("numpy.column_stack")
def _column_stack(arrays: Any) -> Traced:
    return _concatenate([numpy_twin("expand_dims", a, 1) if traced(a).ndim == 1 else a for a in arrays], 1)


@twin("numpy.split", "numpy.array_split")
def _split(a: Any, indices_or_sections: Any, axis: int = 0) -> list[Traced]:
    array = traced(a)
    at = axis_of(axis, array)
    if isinstance(indices_or_sections, int):
        step = array.shape[at] // indices_or_sections
        cuts = [k * step for k in range(1, indices_or_sections)]
        if extent_of(step * indices_or_sections) != extent_of(array.shape[at]):
            raise TraceError(f"np.split: {array.shape[at]} entries do not fall into {indices_or_sections} equal parts")
    else:
        cuts = list(indices_or_sections)
    before = (slice(None),) * at
    return [array[(*before, slice(a, b))] for a, b in zip([0, *cuts], [*cuts, None], strict=True)]


# ---------------------------------------------------------------- moving along an axis


@twin("numpy.pad")
def _pad(array: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Traced:
    """A named tensor reads 0 outside, so zeros around one are only a shift."""
    given = traced(array)
    if mode != "constant":
        raise TraceError(f"np.pad in mode {mode!r}: only zeros are put around; join the pieces by np.concatenate")
    widths = _widths(pad_width, given.ndim)
    shape = [sum(pair) + size for pair, size in zip(widths, given.shape, strict=True)]
    if not constant_values:
        element = given.kept("padded").element
        return Traced(shape, lambda *index: element(*(i - w for i, (w, _) in zip(index, widths, strict=True))))
    inner, outside = given.element, number(constant_values)

    def framed(*index: Any) -> Expr:
        at = [i - w for i, (w, _) in zip(index, widths, strict=True)]
        tests = [
            Compare("<=", 0, i) * Compare("<", i, extent_of(s))
            for i, s, pair in zip(at, given.shape, widths, strict=True)
            if any(pair)
        ]
        return Where(sympy.Mul(*tests), inner(*at), outside)

    return Traced(shape, framed)


def _widths(given: Any, count: int) -> list[tuple[int, int]]:
    if isinstance(given, int):
        return [(given, given)] * count
    pairs = [(p, p) if isinstance(p, int) else tuple(p) for p in given]
    if len(pairs) == 2 and all(isinstance(p, int) for p in given):
        return [tuple(given)] * count
    return [(p[0], p[-1]) for p in (pairs * count if len(pairs) == 1 else pairs)]


@twin("numpy.flip", "numpy.flipud", "numpy.fliplr")
def _flip(m: Any, axis: Any = None) -> Traced:
    array = traced(m)
    axes = axes_of(axis, array)
    return array[tuple(slice(None, None, -1) if k in axes else slice(None) for k in range(array.ndim))]


@twin("numpy.roll")
def _roll(a: Any, shift: int, axis: Any = None) -> Traced:
    array = traced(a)
    if axis is None and array.ndim > 1:
        raise TraceError("np.roll over all axes at once; name the axis")
    at = axis_of(axis or 0, array)
    size = extent_of(array.shape[at])
    moved = array.element
    return Traced(
        array.shape, lambda *index: moved(*inserted(index, at, sympy.Mod(index[at] - shift, size))), array.kind
    )


@twin("numpy.repeat")
def _repeat(a: Any, repeats: Any, axis: Any = None) -> Traced:
    array = traced(a) if axis is not None else numpy_twin("ravel", a)
    at, inner = axis_of(axis or 0, array), array.element
    if not isinstance(repeats, (int, Size)):
        raise TraceError("np.repeat by different counts; only one count for all entries is traced")
    count = extent_of(repeats)
    shape = inserted(array.shape, at, array.shape[at] * repeats)
    return Traced(shape, lambda *index: inner(*inserted(index, at, sympy.floor(index[at] / count))), array.kind)


@twin("numpy.tile")
def _tile(A: Any, reps: Any) -> Traced:
    array = traced(A)
    counts = shape_of(reps)
    count = max(array.ndim, len(counts))
    array = numpy_twin("reshape", array, (1,) * (count - array.ndim) + array.shape)
    counts = (1,) * (count - len(counts)) + tuple(counts)
    inner, old = array.element, array.shape
    shape = [size * c for size, c in zip(old, counts, strict=True)]

    def element(*index: Any) -> Expr:
        at = (i if single(c) else sympy.Mod(i, extent_of(s)) for i, s, c in zip(index, old, counts, strict=True))
        return inner(*at)

    return Traced(shape, element, array.kind)


@twin("numpy.diag", "numpy.diagonal", "numpy.linalg.diagonal")
def _diag(v: Any) -> Traced:
    array = traced(v)
    inner = array.element
    if array.ndim == 1:
        return Traced(array.shape * 2, lambda i, j: Delta(i, j) * inner(i), array.kind)
    if array.ndim != 2:
        raise TraceError(f"the diagonal of {said(array)}: only a matrix has one here")
    return Traced([_shorter(*array.shape)], lambda i: inner(i, i), array.kind)


def _shorter(rows: Any, columns: Any) -> Any:
    """The smaller of two sizes, where that is the same for all extents."""
    return rows if rows == columns or rows < columns else columns


@twin("numpy.tril")
def _tril(m: Any, k: int = 0) -> Traced:
    return _triangle(m, lambda i, j: Compare("<=", j, i + k))


@twin("numpy.triu")
def _triu(m: Any, k: int = 0) -> Traced:
    return _triangle(m, lambda i, j: Compare(">=", j, i + k))


def _triangle(m: Any, inside: Callable[[Any, Any], Expr]) -> Traced:
    array = traced(m)
    inner = array.element

    def element(*index: Any) -> Expr:
        test, value = inside(index[-2], index[-1]), inner(*index)
        return test if value == 1 else Where(test, value, 0)

    return Traced(array.shape, element, array.kind)
