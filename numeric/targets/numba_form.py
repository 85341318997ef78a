"""Numba: loops over letters, compiled once; matrix products by BLAS."""

from __future__ import annotations

import importlib
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sympy import Expr, Mul, Tuple
from sympy.core.symbol import Str

from numeric.arrays import (
    COMPARISON,
    FUNCTIONS,
    Apply,
    AsNumber,
    Both,
    Choose,
    DefaultDtype,
    DtypeOf,
    Helper,
    Item,
    Linalg,
    MatMul,
    Not,
    Printed,
    Quotient,
    Relation,
    Size,
    Times,
)
from numeric.loops.nodes import (
    Block,
    Element,
    Fill,
    Indented,
    Loop,
    Matrix,
    New,
    Note,
    Product,
    Scalar,
    Shaped,
    Update,
    When,
)
from numeric.loops.written import loops
from numeric.printer import WRITERS, Printer, Writer
from numeric.targets.target import Target

# Sums may be taken in another order, which lets several numbers be added at once. That NaN, infinity and -0 stay what
# they are is not given up: nsz would let x - (x - y) become y.
MODEL, FASTMATH = "numpy", ("contract", "reassoc")
FLAGS = ", ".join(f'"{flag}"' for flag in FASTMATH)
WIDTH = 116


def _indented(lines: list[str]) -> str:
    return textwrap.indent("\n".join(lines), "    ")


def _element(p: Printer, array: Expr, *index: Expr) -> str:
    return f"{p.atom(array)}[{', '.join(map(p._print, index))}]" if index else p._print(array)


def _indented_lines(p: Printer, first: Expr, *rest: Expr) -> str:
    """The first line stands where it is, the others in the body of a function."""
    return "\n".join([p._print(first), _indented(list(map(p._print, rest)))])


def _loop(p: Printer, letter: Expr, extent: Expr, *body: Expr) -> str:
    return f"for {p._print(letter)} in range({p._print(extent)}):\n{_indented(list(map(p._print, body)))}"


def _new(p: Printer, shape: Tuple, *value: Expr) -> str:
    made = "full" if any(value) else "zeros" if value else "empty"
    filled = value if made == "full" else ()
    size = shape[0] if len(shape) == 1 else shape
    return f"{p.names['np']}.{made}({', '.join(map(p._print, (size, *filled)))})"


OPERATORS = {"": "=", "sum": "+=", "prod": "*="}


def _update(p: Printer, head: Str, target: Expr, value: Expr) -> str:
    made, text = p._print(target), p._print(value)
    if head.name in OPERATORS:
        return f"{made} {OPERATORS[head.name]} {text}"
    return f"{made} = {p.names[head.name + 'imum']}({made}, {text})"


def _note(p: Printer, text: Expr) -> str:
    said = textwrap.wrap(str(text), WIDTH, initial_indent="# ", subsequent_indent="#     ", break_long_words=False)
    return "\n".join(said)


def _matrix(p: Printer, array: Expr, batch: Tuple, *axes: Any) -> str:
    rows, columns, turned = axes
    made = _element(p, array, *batch)
    if max(len(rows), len(columns)) > 1:
        made += f".reshape(({p._print(Mul(*rows))}, {p._print(Mul(*columns))}))"
    return made + ".T" * bool(turned)


def _number(p: Printer, value: Expr, dtype: Expr) -> str:
    text = p._print(value)
    return f"(1.0 if {text} else 0.0)" if isinstance(value, (Relation, Both, Not)) else f"float({text})"


NUMBA_WRITERS: dict[type, Writer] = {
    **{kind: WRITERS[kind] for kind in (Apply, DefaultDtype, DtypeOf, Helper, Linalg, MatMul, Quotient, Relation)},
    **{kind: WRITERS[kind] for kind in (Both, Size, Times)},
    AsNumber: _number,
    Choose: lambda p, c, a, b: f"({p._print(a)} if {p._print(c)} else {p._print(b)})",
    Not: lambda p, a: f"(not {p.parenthesize(a, COMPARISON)})",
    Item: lambda p, value: p._print(value),
    Element: _element,
    Scalar: lambda p, array: f"{p._print(array)}[()]",
    Matrix: _matrix,
    New: _new,
    Block: lambda p, *lines: "\n".join(map(p._print, lines)),
    Indented: _indented_lines,
    Loop: _loop,
    When: lambda p, condition, body: f"if {p._print(condition)}:\n{_indented([p._print(body)])}",
    Update: _update,
    Fill: lambda p, array, value: f"{p._print(array)}[:] = {p._print(value)}",
    Product: lambda p, *matrices: f"{p.names['np']}.dot({', '.join(map(p._print, matrices))})",
    Shaped: lambda p, array, shape: f"({p._print(array)}).reshape({p._print(shape)})",
    Note: _note,
}
PLAIN = (
    *("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh"),
    *("atanh", "atan2", "exp2", "log2", "log10", "expm1", "log1p", "hypot", "relu", "abs", "Abs"),
    *("sign", "max", "min", "floor", "ceil", "round", "sigmoid", "gaussian", "normal_pdf"),
    *("erfc", "normal_cdf", "inverse_mills", "softsign"),
)
OTHERWISE = {
    "logaddexp": "{np}.logaddexp({0}, {1})",
    "softplus": "{softplus}({0})",
    "log_sigmoid": "{log_sigmoid}({0})",
    "logit": "{logit}({0})",
    "xlogy": "{xlogy}({0}, {1})",
    "xlog1py": "{xlog1py}({0}, {1})",
    "clip": "{minimum}({maximum}({0}, {1}), {2})",
    "log_normal_cdf": "{log_normal_cdf}({0})",
    "erf": "{math}.erf({0})",
    "gammaln": "{math}.lgamma({0})",
}
NUMBA_FUNCTIONS: Mapping[str, Printed] = {
    **{name: FUNCTIONS[name] for name in PLAIN},
    **{name: replace(FUNCTIONS[name], text=text) for name, text in OTHERWISE.items()},
}


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    numba, called = importlib.import_module("numba"), importlib.import_module(NUMBA.runtime).called
    made = numba.njit(error_model=MODEL, fastmath=set(FASTMATH))(function)
    return lambda *arrays: called(made, arrays)


NUMBA = Target(
    name="numba",
    library="numba",
    runtime="numeric.targets.numba_runtime",
    imports={"math": "import math", "np": "import numpy as np", "numba": "import numba"},
    spelled={"numpy": "np"},
    writers=NUMBA_WRITERS,
    functions=NUMBA_FUNCTIONS,
    decorator=f'@numba.njit(cache=True, error_model="{MODEL}", fastmath={{{FLAGS}}})',
    lines=loops,
    compiled=_compiled,
)
