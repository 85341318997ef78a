"""Numba: one compiled function for small networks. Matrices and vectors, sums, softmax and elementwise functions."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy
from sympy import Expr, Symbol, Tuple
from sympy.core.symbol import Str

from numeric.arrays import (
    FUNCTIONS,
    TIMES,
    Apply,
    Arange,
    AsNumber,
    Both,
    Choose,
    Copy,
    DefaultDtype,
    Dot,
    DtypeOf,
    Expand,
    Fold,
    Full,
    Helper,
    Item,
    MatMul,
    Not,
    NumberRange,
    Relation,
    Size,
    Spread,
    Times,
    Transpose,
    is_number,
)
from numeric.context import NotLowered
from numeric.printer import WRITERS, Printer, Writer
from numeric.targets.target import Target, number


def _fold(p: Printer, head: Str, array: Expr, axes: Tuple) -> str:
    """Sums over one axis at a time, since Numba knows no other."""
    if head.name != "sum":
        raise NotLowered(f"the numba target has no form for {head.name} over an axis; build it for numpy")
    return p.atom(array) + "".join(f".sum(axis={axis})" for axis in sorted(axes, reverse=True)) + ".sum()" * (not axes)


def _full(p: Printer, shape: Tuple, value: Expr, dtype: Expr) -> str:
    if is_number(value) or not shape:
        return WRITERS[Full](p, shape, value, dtype)
    return f"{p.names['np']}.broadcast_to({p._print(value)}, {p._print(shape)}).copy()"


AS_IN_NUMPY = (
    *(Apply, Arange, Both, Choose, DefaultDtype, DtypeOf, Expand, Helper, MatMul, Not, NumberRange, Relation),
    *(Size, Spread, Times, Transpose),
)
NUMBA_WRITERS: dict[type, Writer] = {
    **{kind: WRITERS[kind] for kind in AS_IN_NUMPY},
    Fold: _fold,
    Full: _full,
    Dot: lambda p, a, b: f"({p.parenthesize(a, TIMES)}*{p.parenthesize(b, TIMES)}).sum()",
    AsNumber: lambda p, value, dtype: f"{p.names['np']}.asarray({p._print(value)}).astype({p._print(dtype)})",
    Copy: lambda p, array: f"{p.atom(array)}.copy()",
    Item: number,
}
PLAIN = (
    *("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh"),
    *("atanh", "atan2", "exp2", "log2", "log10", "expm1", "log1p", "logaddexp", "hypot", "relu", "abs", "Abs"),
    *("sign", "max", "min", "floor", "ceil", "round", "sigmoid"),
)
NUMBA_FUNCTIONS = {name: FUNCTIONS[name] for name in PLAIN} | {
    "softplus": replace(FUNCTIONS["softplus"], text="{softplus}({0})"),
    "log_sigmoid": replace(FUNCTIONS["log_sigmoid"], text="{log_sigmoid}({0})"),
    "logaddexp": replace(FUNCTIONS["logaddexp"], text="{np}.logaddexp({0}, {1})"),
}


# ---------------------------------------------------------------- axes


def rank(expr: Expr, ranks: Mapping[str, int]) -> int:
    """How many axes an array expression has."""
    counted = RANKS.get(type(expr))
    if counted is not None:
        return counted(*expr.args, ranks=ranks)
    if isinstance(expr, Symbol):
        return ranks.get(expr.name, 0)
    return max((rank(arg, ranks) for arg in expr.args if isinstance(arg, Expr)), default=0)


def _product(a: Expr, b: Expr, ranks: Mapping[str, int]) -> int:
    found = (rank(a, ranks), rank(b, ranks))
    return sum(found) - 2 if max(found) < 3 else max(found)


RANKS: dict[type, Callable[..., int]] = {
    MatMul: _product,
    Fold: lambda head, array, axes, ranks: rank(array, ranks) - len(axes) if axes else 0,
    Expand: lambda array, pattern, ranks: len(pattern),
    Full: lambda shape, value, dtype, ranks: len(shape),
    Spread: lambda value, shape, ranks: len(shape),
    Arange: lambda size, ranks: 1,
    NumberRange: lambda size, dtype, ranks: 1,
    Size: lambda array, axis, ranks: 0,
}


ALONG = ("softmax", "log_softmax")


def more_axes(statements: Sequence[tuple[Symbol, Expr]], ranks: Mapping[str, int]) -> str | None:
    """What a statement does with arrays of more axes than Numba, or the helpers here, can."""
    known = dict(ranks)
    for symbol, expr in statements:
        for node in sympy.preorder_traversal(expr):
            if isinstance(node, MatMul) and max(rank(a, known) for a in node.args) > 2:
                return "products of arrays of three or more axes"
            if isinstance(node, Helper) and node.args[0].name in ALONG and _is_wide(node, known):
                return f"{node.args[0].name} of arrays of three or more axes"
        known[symbol.name] = rank(expr, known)
    return None


def _is_wide(node: Helper, ranks: Mapping[str, int]) -> bool:
    return isinstance(node.args[2], Tuple) or rank(node.args[1], ranks) > 2


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    numba, called = importlib.import_module("numba"), importlib.import_module(NUMBA.runtime).called
    made = numba.njit(function)
    return lambda *arrays: called(made, arrays)


NUMBA = Target(
    name="numba",
    library="numba",
    runtime="numeric.targets.numba_runtime",
    imports={"math": "import math", "np": "import numpy as np", "numba": "import numba"},
    spelled={"numpy": "np"},
    writers=NUMBA_WRITERS,
    functions=NUMBA_FUNCTIONS,
    decorator="@numba.njit(cache=True)",
    cannot=more_axes,
    compiled=_compiled,
)
