"""Writes array expressions as NumPy."""

# ruff: noqa: N802, N815  -- SymPy's printer finds its methods by these names.
from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

import sympy
from sympy import Add, Basic, Expr, Integer, Mul, Number, Pow, Symbol, Tuple
from sympy.core.symbol import Str
from sympy.printing.numpy import NumPyPrinter

from numeric.arrays import (
    ATOM,
    COMPARISON,
    DTYPE,
    EXACT,
    FUNCTIONS,
    HELPERS,
    LINALG,
    PLUS,
    POWER,
    TIMES,
    Apply,
    Arange,
    Array,
    AsNumber,
    Both,
    Choose,
    Copy,
    DefaultDtype,
    Dot,
    DtypeOf,
    Einsum,
    Expand,
    Fold,
    Full,
    Helper,
    Item,
    Linalg,
    MatMul,
    Not,
    NumberRange,
    Overlap,
    Printed,
    Quotient,
    Relation,
    Size,
    Spread,
    Take,
    TensorDot,
    Times,
    Transpose,
    Window,
    is_number,
)

Writer = Callable[..., str]


@dataclass
class Names:
    """What compiled code calls the modules, helpers and extents that it uses; no tensor has such a name."""

    taken: set[str] = field(default_factory=set)
    spelled: Mapping[str, str] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    extents: dict[Symbol, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        if name not in self.used:
            self.used[name] = self._free(self.spelled.get(name, name))
        return self.used[name]

    def extent(self, symbol: Symbol) -> str:
        if symbol not in self.extents:
            name = re.sub(r"\W", "_", symbol.name)
            self.extents[symbol] = self._free(name + "_" * (name in HELPERS or not name.isidentifier()))
        return self.extents[symbol]

    def _free(self, name: str) -> str:
        while name in self.taken or name in self.used.values() or name in self.extents.values():
            name += "_"
        return name


class Printer(NumPyPrinter):
    """Writes array expressions in the names given: as NumPy, or as the tables of another target say."""

    def __init__(
        self, names: Names, writers: Mapping[type, Writer] | None = None, functions: Mapping[str, Printed] = FUNCTIONS
    ) -> None:
        super().__init__({"fully_qualified_modules": False, "allow_unknown_functions": True})
        self.names, self.writers, self.functions = names, WRITERS if writers is None else writers, functions
        self.written: dict[Any, str] = {}

    def doprint(self, expr: Any, assign_to: Any = None) -> str:
        if expr not in self.written:
            self.written[expr] = str(self._print(expr))
        return self.written[expr]

    def _print_Symbol(self, expr: Symbol) -> str:
        if expr == DTYPE:
            return self.names["dtype"]
        return self.names.extent(expr) if expr.is_integer else str(expr.name)

    _print_Dummy = _print_Symbol

    def _print_Str(self, expr: Str) -> str:
        return repr(expr.name)

    def _print_Tuple(self, expr: Tuple) -> str:
        inside = [self._print(e) for e in expr]
        return f"({inside[0]},)" if len(inside) == 1 else f"({', '.join(inside)})"

    def _print_Integer(self, expr: Integer) -> str:
        return str(int(expr)) if abs(int(expr)) <= EXACT else repr(float(expr))

    def _print_Rational(self, expr: sympy.Rational) -> str:
        return f"{int(expr.p)}/{int(expr.q)}"

    def _print_Float(self, expr: sympy.Float) -> str:
        return repr(float(expr))

    def _print_NumberSymbol(self, expr: Expr) -> str:
        return repr(float(expr))

    _print_Pi = _print_Exp1 = _print_NumberSymbol

    def _print_Infinity(self, expr: Expr) -> str:
        return f"{self.names['np']}.inf"

    def _print_NegativeInfinity(self, expr: Expr) -> str:
        return f"-{self.names['np']}.inf"

    def _print_NaN(self, expr: Expr) -> str:
        return f"{self.names['np']}.nan"

    def _print_Add(self, expr: Add, order: Any = None) -> str:
        terms = [self.parenthesize(t, PLUS, strict=True) for t in _positive_first(expr.args)]
        return terms[0] + "".join(f" - {t[1:]}" if t.startswith("-") else f" + {t}" for t in terms[1:])

    def _print_Mul(self, expr: Mul) -> str:
        sign, above, below = _rounded_once(*_fraction(expr))
        numbers = [f for f in above if is_number(f)]
        arrays = [f for f in above if not is_number(f)]
        scale = self._product(numbers) if numbers else ""
        plain = [f for f in below if is_number(f)]
        if plain and (scale or not arrays):
            scale, below = f"{scale or '1'}/{self._group(plain)}", [f for f in below if not is_number(f)]
        text = "*".join(part for part in (scale, self._product(arrays)) if part) or "1"
        return sign + text + (f"/{self._group(below)}" if below else "")

    def _product(self, factors: Sequence[Expr]) -> str:
        return "*".join(self.parenthesize(f, TIMES) for f in factors)

    def _group(self, factors: Sequence[Expr]) -> str:
        text = self._product(factors)
        return text if len(factors) == 1 else f"({text})"

    def _print_Pow(self, expr: Pow, rational: bool = False) -> str:
        base, exponent = expr.args
        if exponent.is_Number and exponent.is_negative:
            return f"1/{self.parenthesize(Pow(base, -exponent, evaluate=False) if exponent != -1 else base, TIMES)}"
        if exponent == sympy.Rational(1, 2) and not is_number(base):
            return f"{self.names['np']}.sqrt({self._print(base)})"
        # A Python number to a negative or fractional power is a Python number, too.
        return f"{self.parenthesize(base, POWER)}**{self.parenthesize(exponent, POWER)}"

    def parenthesize(self, item: Any, level: int, strict: bool = False) -> str:
        # 1/x is a Pow to SymPy, but in the text it binds no tighter than a product does.
        if isinstance(item, Pow) and item.exp.is_Number and item.exp.is_negative:
            text = self._print(item)
            return f"({text})" if level > TIMES or (not strict and level == TIMES) else text
        return str(super().parenthesize(item, level, strict))

    def _print_floor(self, expr: Expr) -> str:
        above, below = sympy.fraction(sympy.together(expr.args[0]))
        return f"({self.parenthesize(above, TIMES)}//{self.parenthesize(below, TIMES)})"

    def _print_Mod(self, expr: Expr) -> str:
        return f"({self.parenthesize(expr.args[0], TIMES)} % {self.parenthesize(expr.args[1], TIMES)})"

    def _print(self, expr: Any, **kwargs: Any) -> str:
        # By table and not by method name: SymPy's printer has methods for other classes of these names.
        if isinstance(expr, Array):
            return self.writers[type(expr)](self, *expr.args)
        return str(super()._print(expr, **kwargs))

    def atom(self, expr: Basic) -> str:
        return self.parenthesize(expr, ATOM, strict=True)

    def filled(self, text: str, *parts: str) -> str:
        """The text with these parts for {0}, {1}, ..., and the names of modules and helpers for the others."""
        fields = {name for _, name, _, _ in Formatter().parse(text) if name and not name.isdigit()}
        return text.format(*parts, **{name: self.names[name] for name in sorted(fields)})


def _positive_first(terms: Sequence[Expr]) -> list[Expr]:
    # A leading minus sign would cost a pass over an array.
    return sorted(terms, key=lambda t: t.could_extract_minus_sign())


def _fraction(expr: Mul) -> tuple[str, list[Expr], list[Expr]]:
    """Sign, factors above and factors below the stroke."""
    negative, above, below = False, list[Expr](), list[Expr]()
    for factor in expr.args:
        if isinstance(factor, Number) and factor.is_Rational:
            negative ^= bool(factor < 0)
            above += [Integer(abs(factor.p))] * (abs(factor.p) != 1)
            below += [Integer(factor.q)] * (factor.q != 1)
        elif isinstance(factor, Pow) and factor.exp.is_Rational and factor.exp < 0:
            below.append(factor.base if factor.exp == -1 else Pow(factor.base, -factor.exp, evaluate=False))
        else:
            above.append(factor)
    return "-" * negative, above, below


def _rounded_once(sign: str, above: list[Expr], below: list[Expr]) -> tuple[str, list[Expr], list[Expr]]:
    """The same with constants such as 2, sqrt(2) and 1/sqrt(pi) as one number, if there are two irrational ones."""
    constant = [[f for f in factors if f.is_number and not f.has(Array)] for factors in (above, below)]
    if sum(not f.is_Rational for factors in constant for f in factors) < 2:
        return sign, above, below
    number = (Mul(*constant[0]) / Mul(*constant[1])).evalf(30)
    return sign, [number, *(f for f in above if f not in constant[0])], [f for f in below if f not in constant[1]]


def _write_einsum(p: Printer, spec: Str, *operands: Expr) -> str:
    inside = ", ".join(map(p._print, operands))
    optimize = ", optimize=True" if len(operands) > 2 else ""
    return f"{p.names['np']}.einsum({spec.name!r}, {inside}{optimize})"


def _write_tensordot(p: Printer, a: Expr, b: Expr, axes: Tuple, first: Expr) -> str:
    return f"{p.names['np']}.tensordot({p._print(a)}, {p._print(b)}, {p._print(axes)})"


def _write_transpose(p: Printer, array: Expr, order: Tuple) -> str:
    if tuple(order) == (1, 0):
        return f"{p.atom(array)}.T"
    return f"{p.atom(array)}.transpose{p._print(order)}"


def _write_expand(p: Printer, array: Expr, pattern: Tuple) -> str:
    return f"{p.atom(array)}[{', '.join(':' if kept else 'None' for kept in pattern)}]"


def _write_fold(p: Printer, head: Str, array: Expr, axes: Tuple) -> str:
    shown = {0: "", 1: f"axis={p._print(axes[0])}" if axes else ""}.get(len(axes), f"axis={p._print(axes)}")
    return f"{p.atom(array)}.{head.name}({shown})"


def _write_full(p: Printer, shape: Tuple, value: Expr, dtype: Expr) -> str:
    # Zeros cost nothing until they are written to.
    made, filled = ("zeros", ()) if value == 0 else ("full", (value,))
    return f"{p.names['np']}.{made}({', '.join(map(p._print, (shape, *filled, dtype)))})"


def _write_take(p: Printer, array: Expr, *index: Expr) -> str:
    return f"{p.atom(array)}[{', '.join(map(p._print, index))}]"


def _write_helper(p: Printer, name: Str, *args: Expr) -> str:
    return f"{p.names[name.name]}({', '.join(map(p._print, args))})"


def _write_named(name: str) -> Callable[..., str]:
    return lambda p, *args: f"{p.names[name]}({', '.join(map(p._print, args))})"


def _write_apply(p: Printer, name: Str, *args: Expr) -> str:
    return p.filled(p.functions[name.name].text, *map(p._print, args))


def _write_times(p: Printer, name: Str, arg: Expr, factor: Expr) -> str:
    return p.filled(p.functions[name.name].times, p._print(arg), p.parenthesize(factor, TIMES))


def _write_linalg(p: Printer, name: Str, *args: Expr) -> str:
    return p.filled(LINALG[name.name], *map(p._print, args))


def _numpy(name: str) -> Callable[..., str]:
    return lambda p, *args: f"{p.names['np']}.{name}({', '.join(map(p._print, args))})"


def _infix(operator: str, level: int) -> Callable[..., str]:
    return lambda p, a, b: f"{p.parenthesize(a, level - 1)} {operator} {p.parenthesize(b, level)}"


WRITERS: dict[type, Writer] = {
    MatMul: lambda p, a, b: f"{p.parenthesize(a, TIMES)} @ {p.parenthesize(b, TIMES)}",
    Quotient: _infix("//", TIMES),
    Both: lambda p, a, b: f"{p.parenthesize(a, COMPARISON)} & {p.parenthesize(b, COMPARISON)}",
    Relation: lambda p, op, a, b: f"{p.parenthesize(a, COMPARISON)} {op.name} {p.parenthesize(b, COMPARISON)}",
    Dot: _numpy("vdot"),
    Einsum: _write_einsum,
    TensorDot: _write_tensordot,
    Transpose: _write_transpose,
    Expand: _write_expand,
    Fold: _write_fold,
    Choose: _numpy("where"),
    Not: _numpy("logical_not"),
    AsNumber: _numpy("asarray"),
    Arange: _numpy("arange"),
    NumberRange: lambda p, size, dtype: f"{p.names['np']}.arange({p._print(size)}, dtype={p._print(dtype)})",
    Size: lambda p, array, axis: f"{p.atom(array)}.shape[{axis}]",
    Take: _write_take,
    Helper: _write_helper,
    Window: _write_named("window"),
    Overlap: _write_named("overlap"),
    Full: _write_full,
    Spread: _numpy("broadcast_to"),
    Copy: _numpy("array"),
    Apply: _write_apply,
    Times: _write_times,
    Linalg: _write_linalg,
    Item: lambda p, value: f"{p.atom(value)}.item()",
    DefaultDtype: lambda p: f"{p.names['np']}.dtype({p.names['np']}.float64)",
    DtypeOf: lambda p, array: f"{p.atom(array)}.dtype",
}
