"""Numbers and arrays of numbers inside a traced function, and the arrays that it makes: zeros, ones, eye, arange."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from sympy import Expr

from derive.index import Compare, Delta
from derive.tracing.arrays import Traced
from derive.tracing.registry import TraceError, numpy_twin, twin
from derive.tracing.sizes import Size, extent_of, int_of

LARGEST_TABLE = 64
NAMED = {math.pi: sympy.pi, -math.pi: -sympy.pi, math.inf: sympy.oo, -math.inf: -sympy.oo}


def number(value: Any) -> Expr:
    """A Python or NumPy number as an exact one: 0.1 is 1/10, 1/3 is 1/3.

    >>> number(0.1), number(1 / 3), number(2)
    (1/10, 1/3, 2)
    """
    if isinstance(value, (bool, int, np.integer, np.bool_)):
        return sympy.Integer(int(value))
    value = float(value)
    if value in NAMED:
        return NAMED[value]
    if math.isnan(value):
        raise TraceError("a constant of the function is nan")
    near = Fraction(value).limit_denominator(10_000)
    return sympy.Rational(near.numerator, near.denominator) if float(near) == value else sympy.Rational(repr(value))


def scalar(expr: Expr, kind: str = "f") -> Traced:
    """A number of the program."""
    return Traced((), lambda: expr, kind)


def traced(value: Any) -> Traced:
    """Any operand as a traced array."""
    for kinds, convert in CONVERSIONS:
        if isinstance(value, kinds):
            return convert(value)
    raise TraceError(f"{type(value).__name__} {value!r} is no array: only numbers, arrays and lists of them are traced")


def _listed(value: Any) -> Traced:
    if any(isinstance(v, (Traced, Size, list, tuple)) for v in value):
        return numpy_twin("stack", [traced(v) for v in value])
    return _table(np.asarray(value))


def _table(array: np.ndarray[Any, Any]) -> Traced:
    """An array of numbers; its entries are told apart by deltas."""
    if array.dtype.kind not in "biuf":
        raise TraceError(f"a constant array of {array.dtype} is not traced; only real numbers are")
    kind = {"b": "b", "f": "f"}.get(array.dtype.kind, "i")
    return Traced(array.shape, _lookup(array.copy()), kind)


def _lookup(array: np.ndarray[Any, Any]) -> Callable[..., Expr]:
    alike = bool(array.size and (array == array.flat[0]).all())
    step = _progression(array)
    if array.size > LARGEST_TABLE and not alike and step is None:
        raise TraceError(
            f"a constant array of shape {array.shape} is too large to write into the program "
            f"(at most {LARGEST_TABLE} numbers); make it an argument of the function"
        )

    def element(*index: Expr) -> Expr:
        if all(i.is_Integer for i in index):
            return number(array[tuple(map(int, index))])
        if alike:
            return number(array.flat[0])
        return number(array[0]) + step * index[0] if step is not None else _told_apart(array, index)

    return element


def _progression(array: np.ndarray[Any, Any]) -> Expr | None:
    """The step of integers a, a + s, a + 2*s, ..."""
    if array.ndim != 1 or array.dtype.kind not in "iu" or len(set(np.diff(array).tolist())) != 1:
        return None
    return number(array[1] - array[0])


def _told_apart(array: np.ndarray[Any, Any], index: tuple[Expr, ...]) -> Expr:
    terms = (
        number(array[at]) * sympy.Mul(*(Delta(i, k) for i, k in zip(index, at, strict=True)))
        for at in np.ndindex(array.shape)
    )
    return sympy.Add(*terms)


CONVERSIONS: tuple[tuple[Any, Callable[[Any], Traced]], ...] = (
    (Traced, lambda value: value),
    (Size, lambda value: scalar(value.expr, "i")),
    ((bool, np.bool_), lambda value: scalar(number(value), "b")),
    ((int, np.integer), lambda value: scalar(number(value), "i")),
    ((float, np.floating), lambda value: scalar(number(value))),
    (np.ndarray, _table),
    ((list, tuple), _listed),
)


# ---------------------------------------------------------------- arrays that a function makes


def shape_of(shape: Any) -> tuple[Any, ...]:
    """(n, 3), [n, 3] or n as a shape."""
    return tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)


def filled(shape: Any, value: Any, dtype: Any = None) -> Traced:
    """An array of one number."""
    given = traced(value)
    element = given.element
    return Traced(shape_of(shape), lambda *index: element(), kind_of(dtype, given.kind))


def kind_of(dtype: Any, otherwise: str) -> str:
    """f, i or b, for what NumPy takes as a dtype."""
    return otherwise if dtype is None else {"b": "b", "i": "i", "u": "i"}.get(np.dtype(dtype).kind, "f")


@twin("numpy.zeros", "numpy.empty")
def _zeros(shape: Any, dtype: Any = None, order: str = "C") -> Traced:
    return filled(shape, 0.0, dtype)


@twin("numpy.ones")
def _ones(shape: Any, dtype: Any = None, order: str = "C") -> Traced:
    return filled(shape, 1.0, dtype)


@twin("numpy.full")
def _full(shape: Any, fill_value: Any, dtype: Any = None) -> Traced:
    return filled(shape, fill_value, dtype)


@twin("numpy.zeros_like", "numpy.empty_like")
def _zeros_like(a: Any, dtype: Any = None) -> Traced:
    return filled(traced(a).shape, 0.0, dtype or traced(a).dtype)


@twin("numpy.ones_like")
def _ones_like(a: Any, dtype: Any = None) -> Traced:
    return filled(traced(a).shape, 1.0, dtype or traced(a).dtype)


@twin("numpy.full_like")
def _full_like(a: Any, fill_value: Any, dtype: Any = None) -> Traced:
    return filled(traced(a).shape, fill_value, dtype)


@twin("numpy.eye", "numpy.identity")
def _eye(N: Any, M: Any = None, k: int = 0, dtype: Any = None) -> Traced:
    return Traced((N, N if M is None else M), lambda i, j: Delta(i + k, j), kind_of(dtype, "f"))


@twin("numpy.arange")
def _arange(start: Any, stop: Any = None, step: int = 1, dtype: Any = None) -> Traced:
    start, stop = (0, start) if stop is None else (start, stop)
    if not all(isinstance(x, (int, Size)) for x in (start, stop, step)) or int_of(step) < 1:
        return traced(np.arange(start, stop, step))
    first = extent_of(start)
    count = -((start - stop) // step)
    return Traced((count,), lambda i: first + step * i, kind_of(dtype, "i"))


@twin("numpy.tri")
def _tri(N: Any, M: Any = None, k: int = 0, dtype: Any = None) -> Traced:
    return Traced((N, N if M is None else M), lambda i, j: Compare("<=", j, i + k), kind_of(dtype, "f"))


@twin("numpy.asarray", "numpy.ascontiguousarray", "numpy.asanyarray")
def _asarray(a: Any, dtype: Any = None) -> Traced:
    """The array itself where nothing must change: a write goes into it."""
    same = isinstance(a, Traced) and kind_of(dtype, a.kind) == a.kind
    return a if same else _array(a, dtype)


@twin("numpy.array", "numpy.copy")
def _array(a: Any, dtype: Any = None, copy: bool | None = None) -> Traced:
    given = traced(a)
    return Traced(given.shape, given.element, kind_of(dtype, given.kind))


@twin("numpy.astype")
def _astype(a: Traced, dtype: Any = None, copy: bool = True) -> Traced:
    return Traced(a.shape, a.element, kind_of(dtype, a.kind))


@twin("numpy.item", "numpy.tolist")
def _item(a: Traced, *args: Any) -> Any:
    raise TraceError("item() and tolist() make numbers of a traced value; leave the array as it is")


@twin("numpy.fill")
def _fill(a: Traced, value: Any) -> None:
    a.become(filled(a.shape, value))
