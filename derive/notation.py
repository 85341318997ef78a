"""Index form to matrix form: Z_bar W^T for sum_k Z_bar[i,k] W[j,k]; None where matrices cannot say it.

One example a row. A vector is a column; a bias added to every row is 1 b^T. Functions, powers and masks act on
each entry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import sympy
from sympy import Add, Dummy, Expr, Function, Integer, Mul, Pow

from derive.equation import Equation
from derive.index import Along, Binder, Compare, Entry, Reduce, Where, substitute, walk
from derive.matrices import (
    Apply,
    Mask,
    MatrixNode,
    Name,
    Norm,
    Ones,
    Plus,
    Power,
    Quotient,
    Rowwise,
    Scalar,
    Transpose,
    hadamard,
    product,
    scaled,
    show,
    transposed,
)
from derive.steps import Proof
from derive.styles import LATEX, Style

Letter: TypeAlias = Dummy | None
Place: TypeAlias = tuple[Letter, Letter]
NOWHERE: Place = (None, None)


class Axes(Protocol):
    """What knows the extents of tensors, as a program does."""

    def extents(self, name: str) -> tuple[Expr, ...]:
        """One extent an axis."""


class NoMatrixForm(ValueError):
    """Matrices cannot say this; the index form can."""


def matrix_equation(equation: Equation, style: Style = LATEX, program: Axes | None = None) -> str | None:
    """The equation without indices, or None where there is no matrix form.

    >>> from derive.models import multi_output_perceptron
    >>> from derive.latex import TEXT
    >>> [matrix_equation(e, TEXT) for e in multi_output_perceptron().equations]
    ['Z = X W + 𝟏 bᵀ', 'A = σ(Z)', 'L = ‖A - Y‖²/(2 n)']
    """
    node = matrix_form(equation, program)
    return None if node is None else f"{style.tensor(equation.name)} = {show(node, style)}"


def matrix_form(equation: Equation, program: Axes | None = None) -> MatrixNode | None:
    """The tree for the right side, one example a row, or None where matrices cannot say it.

    With the program every letter must run over the whole of each axis that it indexes, as a matrix name means it.
    """
    if len(equation.indices) > 2:
        return None
    try:
        if program is not None:
            _check_whole_axes(equation, program)
        return _array(equation.rhs, (*equation.indices, None, None)[:2])
    except NoMatrixForm:
        return None


def _check_whole_axes(equation: Equation, program: Axes) -> None:
    scope: dict[Expr, Expr] = dict(zip(equation.indices, program.extents(equation.name), strict=True))
    for node in walk(equation.rhs):
        if isinstance(node, Binder):
            scope.update(zip(node.letters, node.extents, strict=True))
        if any(scope.get(index) != size for index, size in _reads(node, program)):
            raise NoMatrixForm(f"{node} is not read along a whole axis")


def _reads(node: Expr, program: Axes) -> list[tuple[Expr, Expr]]:
    """The indices at which the node reads, each with the extent of the axis."""
    if isinstance(node, Entry):
        return list(zip(node.indices, program.extents(node.tensor), strict=True))
    return list(zip(node.at, node.extents, strict=True)) if isinstance(node, Along) else []


def with_short_adjoints(equation: Equation, proof: Proof) -> Equation:
    """The equation with those adjoints put in that are sums of no more than a few terms."""
    expr, derived = equation.rhs, {section.equation.name: section.equation for section in proof.sections}
    for entry in sorted(expr.atoms(Entry), key=str):
        known = derived.get(entry.tensor)
        if known is not None and not known.rhs.has(Reduce) and not known.reads & set(derived):
            expr = expr.xreplace({entry: substitute(known.rhs, dict(zip(known.indices, entry.indices, strict=True)))})
    return Equation(equation.name, equation.indices, _constants_out(expr))


def _constants_out(expr: Expr) -> Expr:
    """c sum u for sum c u, where matrix form wants it."""
    if not isinstance(expr, Reduce) or expr.head != "sum":
        return expr
    outside = [f for f in Mul.make_args(expr.body) if not f.has(*expr.letters)]
    inside = [f for f in Mul.make_args(expr.body) if f.has(*expr.letters)]
    return Mul(*outside, Reduce("sum", Mul(*inside), expr.letters, expr.extents))


def _array(expr: Expr, place: Place) -> MatrixNode:
    """The array of full shape whose entry at `place` = (row, column) is `expr`."""
    rows, columns = place
    if not expr.has(Dummy):
        return _filled(expr, place)
    if columns is not None and not expr.has(rows) and expr.has(columns):
        return product(Ones(rows), transposed(_array(expr, (columns, None))))
    if columns is not None and not expr.has(columns) and expr.has(rows):
        return product(_array(expr, (rows, None)), Transpose(Ones(columns)))
    if rows is not None and not expr.has(rows):
        raise NoMatrixForm(f"{expr} is a number that every entry repeats")
    if _flipped(expr, place):
        return transposed(_array(expr, (columns, rows)))
    return _visit(expr, place)


def _visit(expr: Expr, place: Place) -> MatrixNode:
    for kind, visit in VISITORS:
        if isinstance(expr, kind):
            return visit(expr, place)
    raise NoMatrixForm(f"{expr} is no matrix")


def _filled(expr: Expr, place: Place) -> MatrixNode:
    """A scalar in every entry: c, c 1 or c 1 1^T."""
    rows, columns = place
    if rows is None:
        return Scalar(expr)
    ones = Ones(rows) if columns is None else product(Ones(rows), Transpose(Ones(columns)))
    return scaled(expr, ones)


def _beside(expr: Expr, place: Place) -> MatrixNode:
    """As `_array`, but a number beside arrays is written as it is: 1 - A."""
    return Scalar(expr) if expr.is_number else _array(expr, place)


def _flipped(expr: Expr, place: Place) -> bool:
    """Whether only transposed matrices are read at this place: (A - Y)^T rather than A^T - Y^T."""
    if None in place:
        return False
    read = {entry.indices for entry in expr.atoms(Entry)}
    return place[::-1] in read and place not in read


def _split(expr: Expr) -> tuple[Expr, list[Expr]]:
    """The scalar in front, and the factors that are arrays."""
    factors = Mul.make_args(expr)
    return Mul(*(f for f in factors if not f.has(Dummy))), [f for f in factors if f.has(Dummy)]


def _entry(expr: Entry, place: Place) -> MatrixNode:
    if expr.indices == tuple(d for d in place if d is not None):
        return Name(expr.tensor)
    raise NoMatrixForm(f"{expr} does not run over the rows and columns")


def _add(expr: Add, place: Place) -> MatrixNode:
    terms = sorted(expr.args, key=lambda t: (_negative(t), not t.is_Number, not t.has(Reduce), _reading(t)))
    return Plus(tuple(_beside(term, place) for term in terms))


def _multiply(expr: Mul, place: Place) -> MatrixNode:
    """A scalar in front, then x y^T where the factors part into rows and columns, else the product entry by entry."""
    rows, columns = place
    scalar, arrays = _split(expr)
    if rows is None and len(arrays) > 1:
        raise NoMatrixForm("a product of sums")
    if columns is not None and not any(f.has(rows) and f.has(columns) for f in arrays):
        left, right = (Mul(*(f for f in arrays if f.has(d))) for d in place)
        if Mul(left, right) == Mul(*arrays):
            return scaled(scalar, product(_array(left, (rows, None)), transposed(_array(right, (columns, None)))))
    return scaled(scalar, _entrywise(arrays, place))


def _entrywise(factors: list[Expr], place: Place) -> MatrixNode:
    above = _hadamard([f for f in factors if not _inverse(f)], place)
    below = [1 / f for f in factors if _inverse(f)]
    return Quotient(above, _hadamard(below, place)) if below else above


def _hadamard(factors: list[Expr], place: Place) -> MatrixNode:
    parts = [_array(f, place) for f in sorted(factors, key=_reading)]
    return hadamard(*parts) if parts else Scalar(Integer(1))


def _power(expr: Pow, place: Place) -> MatrixNode:
    base, exponent = expr.args
    if exponent == sympy.Rational(1, 2):
        return Apply(sympy.sqrt, (_array(base, place),))
    if _inverse(expr):
        return _entrywise([expr], place)
    if not exponent.is_Integer or place[0] is None:
        raise NoMatrixForm("a power that is not taken entry by entry")
    return Power(_array(base, place), int(exponent))


def _function(expr: Function, place: Place) -> MatrixNode:
    return Apply(expr.func, tuple(_beside(a, place) for a in expr.args))


def _compare(expr: Compare, place: Place) -> MatrixNode:
    left, right = (_beside(side, place) for side in expr.args[1:])
    return Mask(expr.operator, left, right)


def _where(expr: Where, place: Place) -> MatrixNode:
    condition, chosen, otherwise = expr.args
    if otherwise != 0 or not isinstance(condition, Compare):
        raise NoMatrixForm("cases that are no mask")
    mask = _array(condition, place)
    if not chosen.has(Dummy):
        return scaled(chosen, mask)
    return hadamard(_array(chosen, place), mask)


def _along(expr: Along, place: Place) -> MatrixNode:
    axis = place[1] if place[1] is not None else place[0]
    if axis is None or expr.at != (axis,) or expr.body.has(axis):
        raise NoMatrixForm("softmax along another axis")
    inside = _array(expr.body.xreplace({expr.letters[0]: axis}), place)
    return Rowwise(expr.head, inside, matrix=place[1] is not None)


# ---------------------------------------------------------------- sums


def _reduce(expr: Reduce, place: Place) -> MatrixNode:
    if expr.head == "mean":
        return scaled(1 / Mul(*expr.extents), _sum(expr, place))
    if expr.head != "sum":
        raise NoMatrixForm(f"{expr.head} is no matrix product")
    return _sum(expr, place)


def _sum(expr: Reduce, place: Place) -> MatrixNode:
    if place == NOWHERE and len(expr.letters) == 2:
        return _total(expr)
    if len(expr.letters) != 1 or any(size.has(Dummy) for size in expr.extents):
        raise NoMatrixForm("a sum over several letters")
    scalar, arrays = _split(expr.body)
    contract = _inner if place == NOWHERE else _contraction
    return scaled(scalar, contract(arrays, expr.letters[0], place))


def _total(expr: Reduce) -> MatrixNode:
    """sum_ij M[i,j] is 1^T M 1, and the norm of A for M = A * A."""
    one, other = sorted(expr.letters, key=lambda d: not _leads(d, expr))
    scalar, arrays = _split(expr.body)
    body = Mul(*arrays)
    if isinstance(body, Pow) and body.exp == 2:
        return scaled(scalar, Norm(_array(body.base, (one, other)), matrix=True))
    return scaled(scalar, product(Transpose(Ones(one)), _array(body, (one, other)), Ones(other)))


def _leads(letter: Dummy, expr: Expr) -> bool:
    """Whether the letter stands first in the entries that read it."""
    return any(entry.indices[:1] == (letter,) for entry in expr.atoms(Entry) if len(entry.indices) == 2)


def _inner(factors: list[Expr], bound: Dummy, place: Place) -> MatrixNode:
    """sum_i x[i] y[i] is x^T y; sum_i x[i] is 1^T x; sum_i x[i]^2 is the norm of x."""
    column: Place = (bound, None)
    body = Mul(*factors)
    if isinstance(body, Pow) and body.exp == 2:
        return Norm(_array(body.base, column), matrix=False)
    if len(factors) == 2 and not any(map(_inverse, factors)):
        first, second = sorted(factors, key=_reading)
        return product(transposed(_array(first, column)), _array(second, column))
    return product(Transpose(Ones(bound)), _array(body, column))


def _contraction(factors: list[Expr], bound: Dummy, place: Place) -> MatrixNode:
    """sum_j L[i,j] R[j,k] is L R; a missing factor is the column of ones."""
    rows, columns = place
    left = Mul(*(f for f in factors if f.has(rows)))
    right = Mul(*(f for f in factors if not f.has(rows)))
    if columns is not None and left.has(columns):
        raise NoMatrixForm("a factor runs over rows and columns")
    return product(_array(left, (rows, bound)), _array(right, (bound, columns)))


def _negative(term: Expr) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)


def _inverse(factor: Expr) -> bool:
    power = factor.as_base_exp()[1]
    return bool(power.is_number and power.is_negative) and not isinstance(factor, sympy.exp)


def _reading(term: Expr) -> tuple[bool, str]:
    return isinstance(term, (Add, Where, Function, Compare, Reduce)), str(term)


VISITORS: tuple[tuple[type, Callable[[Any, Place], MatrixNode]], ...] = (
    (Entry, _entry),
    (Add, _add),
    (Mul, _multiply),
    (Pow, _power),
    (Compare, _compare),
    (Where, _where),
    (Reduce, _reduce),
    (Along, _along),
    (Function, _function),
)
