"""Numbers put into a derivation, as in an example done by hand: entry by entry, in plain Python numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Function, Mul, Pow, Symbol

from derive.equation import Equation, Program
from derive.functions import definition_of, row_of
from derive.index import COMPARISONS, Along, Binder, Call, Compare, Delta, Entry, Partial, Reduce, Where
from derive.whole import WHOLE, define_call, form_of

LARGEST = 64


@dataclass(frozen=True)
class Array:
    """Numbers by position."""

    shape: tuple[int, ...]
    entries: Mapping[tuple[int, ...], float]

    def rows(self) -> list[list[float]]:
        """A column, or the rows of a matrix; more axes are laid out as rows of the last one."""
        last = self.shape[-1] if len(self.shape) > 1 else 1
        flat = list(self.entries.values())
        return [flat[k : k + last] for k in range(0, len(flat), last)]


class NoNumber(ValueError):
    """There is no number for this expression yet, such as a derivative still to be carried out."""


def read_array(name: str, given: Any) -> Array:
    """A number, nested lists, or whatever has `tolist` as arrays do; ValueError if ragged or too large to print.

    >>> read_array("x", [[1, 2], [3, 4]]).shape
    (2, 2)
    """
    nested = given.tolist() if hasattr(given, "tolist") else given
    shape = tuple(_shape(nested))
    if math.prod(shape) > LARGEST:
        raise ValueError(f"at: {name} has {math.prod(shape)} entries, a worked example shows at most {LARGEST}")
    try:
        return Array(shape, {at: _picked(nested, at, len(shape)) for at in _positions(shape)})
    except (TypeError, IndexError) as error:
        raise ValueError(f"at: {name} must be a number or nested lists of equal lengths") from error


def _shape(nested: Any) -> Iterator[int]:
    while isinstance(nested, Sequence):
        yield len(nested)
        nested = nested[0] if nested else 0.0


def _picked(nested: Any, at: tuple[int, ...], depth: int) -> float:
    for k in range(depth):
        if len(nested) <= at[k] or (at[k] == 0 and len(nested) != len(list(nested))):
            raise IndexError
        nested = nested[at[k]]
    return float(nested)


def _positions(shape: Sequence[int]) -> Iterator[tuple[int, ...]]:
    return product(*map(range, shape))


@dataclass(frozen=True)
class Numbers:
    """Every tensor of a program as numbers, and the sizes of its symbolic extents."""

    sizes: Mapping[Symbol, int]
    tensors: dict[str, Array] = field(default_factory=dict)

    def of(self, expr: Expr, letters: Sequence[Dummy], extents: Sequence[Expr]) -> Array:
        """The expression at every position of the letters; NoNumber where a derivative is still to be carried out."""
        shape = tuple(int(self.value(size, {})) for size in extents)
        made = {at: self.value(expr, dict(zip(letters, at, strict=True))) for at in _positions(shape)}
        return Array(shape, made)

    def value(self, expr: Expr, scope: Mapping[Expr, int]) -> float:
        """The number behind an expression, its letters standing where `scope` says."""
        for kind, meaning in MEANINGS:
            if isinstance(expr, kind):
                return meaning(self, expr, scope)
        raise NoNumber(f"{type(expr).__name__} has no number: {expr}")


def numbers(program: Program, at: Mapping[str, Any]) -> Numbers:
    """All tensors of the program at the given inputs; ValueError names what is missing or does not fit."""
    given = {name: read_array(name, value) for name, value in at.items()}
    missing = [name for name in program.inputs if name not in given]
    strange = [name for name in given if name not in program.inputs]
    if missing or strange:
        wanted = f"the inputs are {', '.join(program.inputs)}"
        raise ValueError(
            f"at: {wanted}; missing {', '.join(missing) or 'none'}, unknown {', '.join(strange) or 'none'}"
        )
    found = Numbers(_sizes(program, given), dict(given))
    for equation in program.equations:
        found.tensors[equation.name] = of_equation(found, equation, program)
    return found


def of_equation(found: Numbers, equation: Equation, program: Program) -> Array:
    """What an equation defines, as numbers."""
    return found.of(equation.rhs, equation.indices, program.extents(equation.name))


def _sizes(program: Program, given: Mapping[str, Array]) -> dict[Symbol, int]:
    sizes: dict[Expr, int] = {}
    for name, array in given.items():
        extents = program.extents(name)
        if len(extents) != len(array.shape):
            raise ValueError(f"at: {name} has {len(array.shape)} axes, the program reads {len(extents)}")
        for axis, (size, length) in enumerate(zip(extents, array.shape, strict=True), start=1):
            wanted = int(size) if size.is_number else sizes.setdefault(size, length)
            if wanted != length:
                raise ValueError(f"at: axis {axis} of {name} has {length} entries, {size} is {wanted}")
    return sizes


# ---------------------------------------------------------------- the meaning of each node

Scope = Mapping[Expr, int]


def _entry(n: Numbers, expr: Entry, scope: Scope) -> float:
    at = tuple(int(n.value(index, scope)) for index in expr.indices)
    array = n.tensors[expr.tensor]
    if at not in array.entries and any(index.has(Entry) for index in expr.indices):
        raise ValueError(f"at: {expr} is read at {at}, outside its axes {array.shape}")
    return array.entries.get(at, 0.0)


def _symbol(n: Numbers, expr: Symbol, scope: Scope) -> float:
    return scope[expr] if expr in scope else n.sizes[expr]


def _compare(n: Numbers, expr: Compare, scope: Scope) -> float:
    left, right = (n.value(side, scope) for side in expr.args[1:])
    return float(COMPARISONS[expr.operator](left, right))


def _delta(n: Numbers, expr: Delta, scope: Scope) -> float:
    return float(n.value(expr.args[0], scope) == n.value(expr.args[1], scope))


def _where(n: Numbers, expr: Where, scope: Scope) -> float:
    condition, chosen, otherwise = expr.args
    return n.value(chosen if n.value(condition, scope) else otherwise, scope)


def _reduce(n: Numbers, expr: Reduce, scope: Scope) -> float:
    if expr.head not in COLLECT:
        return n.value(definition_of(expr), scope)
    return COLLECT[expr.head]([n.value(expr.body, inner) for inner in _places(n, expr, scope)])


def _places(n: Numbers, expr: Binder, scope: Scope) -> Iterator[Scope]:
    shape = [int(n.value(size, scope)) for size in expr.extents]
    return ({**scope, **dict(zip(expr.letters, at, strict=True))} for at in _positions(shape))


COLLECT: Mapping[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "prod": math.prod,
    "max": max,
    "min": min,
    "mean": lambda values: sum(values) / len(values),
}


def _defined(n: Numbers, expr: Expr, scope: Scope) -> float:
    return n.value(definition_of(expr), scope)


def _function(n: Numbers, expr: Expr, scope: Scope) -> float:
    row = row_of(expr)
    if row is not None and row.definition is not None:
        return _defined(n, expr, scope)
    return float(expr.func(*(sympy.Float(n.value(a, scope)) for a in expr.args)))


def _call(n: Numbers, expr: Call, scope: Scope) -> float:
    if expr.head not in ELIMINATED:
        if expr.head in WHOLE and form_of(expr).definition is None:
            raise NoNumber(f"{expr.head} has no number here")
        return n.value(define_call(expr), scope)
    matrix = [list(row) for row in n.tensors[expr.tensors[0].name].rows()]
    return ELIMINATED[expr.head](matrix, *(int(n.value(index, scope)) for index in expr.indices))


def determinant(matrix: list[list[float]]) -> float:
    """det A by elimination, the largest entry of each column being divided by.

    >>> determinant([[0, 2], [3, 1]])
    -6.0
    """
    rows, found = [list(map(float, row)) for row in matrix], 1.0
    for k in range(len(rows)):
        pivot = max(range(k, len(rows)), key=lambda r: abs(rows[r][k]))
        if rows[pivot][k] == 0:
            return 0.0
        if pivot != k:
            rows[k], rows[pivot], found = rows[pivot], rows[k], -found
        found *= rows[k][k]
        for r in range(k + 1, len(rows)):
            factor = rows[r][k] / rows[k][k]
            rows[r] = [a - factor * b for a, b in zip(rows[r], rows[k], strict=True)]
    return found


def cofactor(matrix: list[list[float]], row: int, column: int) -> float:
    """C[i,j] = (-1)^(i+j) det of A without row i and column j."""
    rest = [[*line[:column], *line[column + 1 :]] for k, line in enumerate(matrix) if k != row]
    return (-1.0) ** (row + column) * determinant(rest)


def inverse_entry(matrix: list[list[float]], row: int, column: int) -> float:
    """A^-1[i,j] = C[j,i]/det A; ValueError where A has no inverse.

    >>> inverse_entry([[0, 2], [4, 1]], 0, 1)
    0.25
    """
    whole = determinant(matrix)
    if whole == 0:
        raise ValueError("at: a matrix without an inverse is to be inverted")
    return cofactor(matrix, column, row) / whole


# What has no definition by sums.
ELIMINATED: Mapping[str, Callable[..., float]] = {
    "det": determinant,
    "inv": inverse_entry,
    "cofactor": cofactor,
}


def _none(n: Numbers, expr: Expr, scope: Scope) -> float:
    raise NoNumber(f"{expr} is still to be carried out")


Meaning = Callable[[Numbers, Any, Scope], float]
MEANINGS: tuple[tuple[type, Meaning], ...] = (
    (sympy.Integer, lambda n, e, s: int(e)),
    (sympy.Number, lambda n, e, s: float(e)),
    (sympy.NumberSymbol, lambda n, e, s: float(e)),
    (Entry, _entry),
    (sympy.Symbol, _symbol),
    (Add, lambda n, e, s: sum(n.value(a, s) for a in e.args)),
    (Mul, lambda n, e, s: math.prod(n.value(a, s) for a in e.args)),
    (Pow, lambda n, e, s: n.value(e.base, s) ** n.value(e.exp, s)),
    (Compare, _compare),
    (Delta, _delta),
    (Where, _where),
    (Reduce, _reduce),
    (Along, _defined),
    (Partial, _none),
    (Call, _call),
    (Function, _function),
)
