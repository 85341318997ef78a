"""Index form to matrix form: Z_bar W^T for sum_k Z_bar[i,k] W[j,k]; None where matrices cannot say it.

One example a row. A vector is a column; a bias added to every row is 1 b^T. Functions, powers and masks act on
each entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeAlias

import sympy
from sympy import Add, Dummy, Expr, Function, Integer, Mul, Pow

from derive.equation import Equation
from derive.index import Along, Call, Compare, Delta, Entry, Reduce, Where
from derive.pages.matrices import (
    Apply,
    Diagonal,
    Identity,
    Inverse,
    Mask,
    MatrixNode,
    Name,
    Norm,
    Ones,
    Over,
    Plus,
    Power,
    Quotient,
    Rowwise,
    Scalar,
    Scale,
    Times,
    Trace,
    Transpose,
    hadamard,
    product,
    scaled,
    show,
    transposed,
)
from derive.pages.styles import LATEX, Style
from derive.pages.whole_axes import Axes, NoMatrixForm, check_whole_axes

Letter: TypeAlias = Dummy | None
Place: TypeAlias = tuple[Letter, Letter]
NOWHERE: Place = (None, None)


def matrix_equation(equation: Equation, style: Style = LATEX, program: Axes | None = None) -> str | None:
    """The equation without indices, or None where there is no matrix form.

    >>> from derive.models import multi_output_perceptron
    >>> from derive.pages.latex import TEXT
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
            check_whole_axes(equation, program)
        elif equation.rhs.has(Delta):
            raise NoMatrixForm("whether a delta is an identity, only the extents say")
        return _array(equation.rhs, (*equation.indices, None, None)[:2])
    except NoMatrixForm:
        return None


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
    numbers = [f for f in arrays if not f.has(*(d for d in place if d))] if rows is not None else arrays[:-1]
    if numbers or (rows is None and _inverse(arrays[0])):
        return scaled(scalar, _with_numbers(numbers, [f for f in arrays if f not in numbers], place))
    deltas = [f for f in arrays if isinstance(f, Delta) and set(f.args) == {rows, columns}]
    if deltas:
        return scaled(scalar, _on_the_diagonal(Mul(*(f for f in arrays if f not in deltas)), place))
    opened = _opened(arrays, place)
    if opened is not None:
        return scaled(scalar, _array(opened, place))
    if columns is not None and not any(f.has(rows) and f.has(columns) for f in arrays):
        left, right = (Mul(*(f for f in arrays if f.has(d))) for d in place)
        if Mul(left, right) == Mul(*arrays):
            return scaled(scalar, product(_array(left, (rows, None)), transposed(_array(right, (columns, None)))))
    return scaled(scalar, _entrywise(arrays, place))


def _with_numbers(numbers: list[Expr], arrays: list[Expr], place: Place) -> MatrixNode:
    """(x^T y) A and A/|x|: sums that are numbers beside an array, or beside each other."""
    if place == NOWHERE:
        numbers, arrays = [*numbers, *arrays], []
    made = _array(Mul(*arrays), place) if arrays else None
    for factor in sorted((f for f in numbers if not _inverse(f)), key=_reading, reverse=True):
        number = _array(factor, NOWHERE)
        made = number if made is None else Times(number, made)
    below = [1 / f for f in numbers if _inverse(f)]
    made = made if made is not None else Scalar(Integer(1))
    return Over(made, _array(Mul(*below), NOWHERE)) if below else made


def _on_the_diagonal(factor: Expr, place: Place) -> MatrixNode:
    """delta(i,k) u[i] is diag(u), and delta(i,k) is the identity."""
    rows, columns = place
    alone = factor.xreplace({columns: rows})
    if not alone.has(rows):
        number = _array(alone, NOWHERE)
        identity = Identity(rows)
        return scaled(number.value, identity) if isinstance(number, Scalar) else Times(number, identity)
    made = _array(alone, (rows, None))
    return scaled(made.factor, Diagonal(made.of)) if isinstance(made, Scale) else Diagonal(made)


def _opened(factors: list[Expr], place: Place) -> Expr | None:
    """u[i] delta(i,k) - u[i] v[k] for u[i] (delta(i,k) - v[k]): brackets with a delta are multiplied out."""
    for factor in factors:
        if isinstance(factor, Add) and any(d in set(place) for node in factor.atoms(Delta) for d in node.args):
            others = Mul(*(f for f in factors if f is not factor))
            return Add(*(term * others for term in factor.args))
    return None


def _delta(expr: Delta, place: Place) -> MatrixNode:
    if set(expr.args) == set(place):
        return Identity(place[0])
    raise NoMatrixForm(f"{expr} is no identity here")


def _call(expr: Call, place: Place) -> MatrixNode:
    """inv(A)[i,k] is A^-1, inv(A)[k,i] its transpose."""
    if expr.head == "inv" and None not in place and set(expr.indices) == set(place):
        inverse = Inverse(Name(expr.tensors[0].name))
        return inverse if expr.indices == place else Transpose(inverse)
    raise NoMatrixForm(f"{expr.head} is not read at every row and column")


def _entrywise(factors: list[Expr], place: Place) -> MatrixNode:
    """Factors entry by entry; those that are the same along rows or columns as diagonal matrices beside the rest."""
    rows, columns = place
    plain = [f for f in factors if not _inverse(f)]
    whole = [f for f in plain if columns is None or (f.has(rows) and f.has(columns))]
    if columns is not None and whole and len(whole) < len(plain):
        sides = [Mul(*(f for f in plain if f not in whole and f.has(d))) for d in place]
        left, right = ([_on_the_diagonal(s, (d, d))] if s != 1 else [] for s, d in zip(sides, place, strict=True))
        above = product(*left, _hadamard(whole, place), *right)
    else:
        above = _hadamard(plain, place)
    below = [1 / f for f in factors if _inverse(f)]
    return Quotient(above, _hadamard(below, place)) if below else above


def _hadamard(factors: list[Expr], place: Place) -> MatrixNode:
    parts = [_array(f, place) for f in sorted(factors, key=_reading)]
    return hadamard(*parts) if parts else Scalar(Integer(1))


def _power(expr: Pow, place: Place) -> MatrixNode:
    base, exponent = expr.args
    if exponent.is_Rational and exponent > 0 and exponent.q == 2:
        inside = _array(base, place)
        if isinstance(inside, Norm):
            return replace(inside, power=exponent.p)
        if exponent.p == 1:
            return Apply(sympy.sqrt, (inside,))
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
    if any(size.has(Dummy) for size in expr.extents):
        raise NoMatrixForm("a sum over an extent that a letter decides")
    if len(expr.letters) > 1:
        return _over_several(expr, place)
    scalar, arrays = _split(expr.body)
    contract = _inner if place == NOWHERE else _contraction
    return scaled(scalar, contract(arrays, expr.letters[0], place))


def _over_several(expr: Reduce, place: Place) -> MatrixNode:
    """sum_ij x[i] A[i,j] y[j] is one sum inside the other; where no factor can stand outside, all entries are added."""
    for split in _sums_apart(expr):
        with suppress(NoMatrixForm):
            return _array(split, place)
    if place == NOWHERE and len(expr.letters) == 2:
        return _total(expr)
    raise NoMatrixForm("a sum over several letters")


def _sums_apart(expr: Reduce) -> Iterator[Expr]:
    """The sum with each of its letters in turn summed first, over the factors that have it."""
    factors = Mul.make_args(expr.body)
    sizes = dict(zip(expr.letters, expr.extents, strict=True))
    for last in reversed(expr.letters):
        inner = Mul(*(f for f in factors if f.has(last)))
        outer = Mul(*(f for f in factors if not f.has(last)))
        if outer.has(*expr.letters):
            others = [d for d in expr.letters if d != last]
            summed = Reduce("sum", inner, [last], [sizes[last]])
            apart = not summed.has(*others)
            whole = Reduce("sum", outer if apart else outer * summed, others, [sizes[d] for d in others])
            yield summed * whole if apart else whole


def _total(expr: Reduce) -> MatrixNode:
    """sum_ij M[i,j] is 1^T M 1, and the norm of A for M = A * A."""
    one, other = sorted(expr.letters, key=lambda d: not _leads(d, expr))
    scalar, arrays = _split(expr.body)
    body = Mul(*arrays)
    if isinstance(body, Pow) and body.exp == 2:
        return scaled(scalar, Norm(_array(body.base, (one, other)), matrix=True))
    if len(arrays) == 2 and all(_is_matrix(f) for f in arrays) and arrays[0].indices == arrays[1].indices[::-1]:
        return scaled(scalar, Trace(product(*(_array(f, f.indices) for f in sorted(arrays, key=_reading)))))
    return scaled(scalar, product(Transpose(Ones(one)), _array(body, (one, other)), Ones(other)))


def _is_matrix(factor: Expr) -> bool:
    """Whether the factor is an entry of a matrix or of its inverse."""
    inverse = isinstance(factor, Call) and factor.head == "inv"
    return (inverse or isinstance(factor, Entry)) and len(factor.indices) == 2


def _leads(letter: Dummy, expr: Expr) -> bool:
    """Whether the letter stands first in the entries that read it."""
    return any(entry.indices[:1] == (letter,) for entry in expr.atoms(Entry) if len(entry.indices) == 2)


def _inner(factors: list[Expr], bound: Dummy, place: Place) -> MatrixNode:
    """sum_i x[i] y[i] is x^T y; sum_i x[i] is 1^T x; sum_i x[i]^2 is the norm of x."""
    column: Place = (bound, None)
    body = Mul(*factors)
    if isinstance(body, Pow) and body.exp == 2:
        return Norm(_array(body.base, column), matrix=False)
    if _is_matrix(body) and body.indices == (bound, bound):
        matrix = Name(body.tensor) if isinstance(body, Entry) else Inverse(Name(body.tensors[0].name))
        return Trace(matrix)
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
    middle = Mul(*(f for f in factors if not f.has(rows) and (columns is None or not f.has(columns))))
    outer = right / middle
    if columns is not None and middle != 1 and left.has(bound) and outer.has(bound):
        between = _on_the_diagonal(middle, (bound, bound))
        return product(_array(left, (rows, bound)), between, _array(outer, (bound, columns)))
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
    (Delta, _delta),
    (Call, _call),
    (Function, _function),
)
