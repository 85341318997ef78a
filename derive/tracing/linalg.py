"""numpy.linalg: whole-tensor operations read a matrix by its name, so their arguments get equations."""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.functions import apply
from derive.index import Call
from derive.tracing.arrays import TAPE, Traced, said
from derive.tracing.constants import traced
from derive.tracing.elementwise import combine
from derive.tracing.reductions import axes_of, reduction
from derive.tracing.registry import TraceError, numpy_twin, twin
from derive.tracing.sizes import extent_of


def _square(name: str, a: Any) -> Traced:
    array = traced(a)
    if array.ndim != 2 or extent_of(array.shape[0]) != extent_of(array.shape[1]):
        raise TraceError(f"linalg.{name} of {said(array)}: it takes one square matrix{TAPE.get().bound()}")
    return array.kept("M")


def _call(name: str, arrays: list[Traced], shape: tuple[Any, ...]) -> Traced:
    names = [a.symbol for a in arrays]
    extents = [tuple(map(extent_of, a.shape)) for a in arrays]
    return Traced(shape, lambda *index: Call(name, names, index, extents))


@twin("numpy.linalg.inv")
def _inv(a: Any) -> Traced:
    matrix = _square("inv", a)
    return _call("inv", [matrix], matrix.shape)


@twin("numpy.linalg.cholesky")
def _cholesky(a: Any) -> Traced:
    matrix = _square("cholesky", a)
    return _call("cholesky", [matrix], matrix.shape)


@twin("numpy.linalg.det")
def _det(a: Any) -> Traced:
    return _call("det", [_square("det", a)], ())


@twin("numpy.linalg.slogdet")
def _slogdet(a: Any) -> tuple[Traced, Traced]:
    """(sign, log|det|)."""
    matrix = _square("slogdet", a)
    sign = combine(lambda x: apply("sign", x), _call("det", [matrix], ()))
    return sign, _call("logdet", [matrix], ())


@twin("numpy.linalg.solve")
def _solve(a: Any, b: Any) -> Traced:
    matrix, right = _square("solve", a), traced(b)
    if right.ndim not in (1, 2) or extent_of(right.shape[0]) != extent_of(matrix.shape[0]):
        raise TraceError(f"linalg.solve of {said(matrix)} and {said(right)}: the rows differ{TAPE.get().bound()}")
    return _call("solve", [matrix, right.kept("v")], right.shape)


@twin("numpy.linalg.matrix_power")
def _matrix_power(a: Any, n: Any) -> Traced:
    """A A ... A, each product in an equation of its own."""
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise TraceError(
            f"linalg.matrix_power with n={n}: traced are fixed whole powers from 1; for others use inv, eye"
        )
    matrix = power = _square("matrix_power", a)
    for _ in range(int(n) - 1):
        power = numpy_twin("matmul", power, matrix).kept("M")
    return power


@twin("numpy.linalg.norm")
def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Traced:
    """sqrt(sum(x**2)); of a vector also sum(|x|), max(|x|)."""
    array = traced(x)
    axes = axes_of(axis, array)
    plain = ord is None or (ord == 2 and len(axes) == 1) or (ord == "fro" and len(axes) == 2)
    if plain:
        return numpy_twin("sqrt", reduction("sum", numpy_twin("power", array, 2), axes, keepdims))
    if len(axes) == 1 and ord in (1, np.inf):
        return reduction("sum" if ord == 1 else "max", numpy_twin("absolute", array), axes, keepdims)
    raise TraceError(f"linalg.norm with ord={ord!r} over {len(axes)} axes; traced are the 2-norm, 1, inf and 'fro'")
