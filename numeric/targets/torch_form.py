"""PyTorch: tensors beside numbers, new tensors like those that are there, and axes that torch calls dim."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Tuple
from sympy.core.symbol import Str

from numeric.arrays import (
    DTYPE,
    FUNCTIONS,
    TIMES,
    Arange,
    AsNumber,
    Choose,
    Copy,
    DefaultDtype,
    Dot,
    DtypeOf,
    Einsum,
    Fold,
    Full,
    Item,
    NumberRange,
    Spread,
    TensorDot,
    Transpose,
)
from numeric.printer import WRITERS, Printer, Writer
from numeric.targets.target import Target, number


def _einsum(p: Printer, spec: Str, *operands: Expr) -> str:
    return f"{p.names['np']}.einsum({spec.name!r}, {', '.join(map(p._print, operands))})"


def _tensordot(p: Printer, a: Expr, b: Expr, axes: Tuple, first: Expr) -> str:
    return f"{p.names['np']}.tensordot({p._print(a)}, {p._print(b)}, dims={p._print(axes)})"


def _transpose(p: Printer, array: Expr, order: Tuple) -> str:
    return f"{p.atom(array)}.T" if tuple(order) == (1, 0) else f"{p.atom(array)}.permute{p._print(order)}"


FOLDS = {"sum": "{0}.sum({1})", "max": "{0}.amax({1})", "min": "{0}.amin({1})"}


def _fold(p: Printer, head: Str, array: Expr, axes: Tuple) -> str:
    if head.name == "prod":
        return f"{p.names['product']}({p._print(array)}, {p._print(axes)})"
    return FOLDS[head.name].format(p.atom(array), f"dim={p._print(axes)}" if axes else "")


def _full(p: Printer, shape: Tuple, value: Expr, like: Expr) -> str:
    if value == 0:
        return f"{p._print(like)}.new_zeros({p._print(shape)})"
    return f"{p.names['filled']}({', '.join(map(p._print, (shape, value, like)))})"


def _like(p: Printer) -> str:
    return str(p._print(DTYPE))


def _helper(name: str) -> Writer:
    """A helper that takes a tensor to be like, after its other arguments."""
    return lambda p, *args: f"{p.names[name]}({', '.join(map(p._print, args))}, {_like(p)})"


def _arange(p: Printer, size: Expr) -> str:
    return f"{p.names['np']}.arange({p._print(size)}, device={_like(p)}.device)"


def _number_range(p: Printer, size: Expr, like: Expr) -> str:
    return f"{p.names['np']}.arange({p._print(size)}, dtype={p._print(like)}.dtype, device={p._print(like)}.device)"


TORCH_WRITERS: dict[type, Writer] = {
    **WRITERS,
    Dot: lambda p, a, b: f"({p.parenthesize(a, TIMES)}*{p.parenthesize(b, TIMES)}).sum()",
    Einsum: _einsum,
    TensorDot: _tensordot,
    Transpose: _transpose,
    Fold: _fold,
    Full: _full,
    Arange: _arange,
    NumberRange: _number_range,
    Choose: _helper("choose"),
    Spread: _helper("spread"),
    AsNumber: lambda p, value, like: f"{p.names['as_tensor']}({p._print(value)}, {p._print(like)})",
    Copy: lambda p, array: f"{p.atom(array)}.clone()",
    Item: number,
    DtypeOf: lambda p, array: p._print(array),
    DefaultDtype: lambda p: f"{p.names['np']}.zeros((), dtype={p.names['np']}.float64)",
}
TEXTS = {
    "softplus": "{logaddexp}(0, {0})",
    "logaddexp": "{logaddexp}({0}, {1})",
    "relu": "{np}.relu({0})",
    "max": "{maximum}({0}, {1})",
    "min": "{minimum}({0}, {1})",
    "hypot": "{hypot}({0}, {1})",
    "atan2": "{arctan2}({0}, {1})",
    "polygamma": "{polygamma}({0}, {1})",
    "round": "{np}.round({0})",
    "log_sigmoid": "{np}.nn.functional.logsigmoid({0})",
}
TORCH = Target(
    name="torch",
    library="torch",
    runtime="numeric.targets.torch_runtime",
    imports={
        "math": "import math",
        "np": "import numpy as np",
        "torch": "import torch",
        "special": "from torch import special",
    },
    spelled={"np": "torch", "numpy": "np", "dtype": "like"},
    writers=TORCH_WRITERS,
    functions={**FUNCTIONS, **{name: replace(FUNCTIONS[name], text=text) for name, text in TEXTS.items()}},
    differentiable=True,
    typed=(Arange, Choose, Spread),
)
