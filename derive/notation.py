"""Index form to matrix form: Z_bar W^T for sum_k Z_bar[i,k] W[j,k]; None where matrices cannot say it.

One example a row. A vector is a column; a bias added to every row is 1 b^T.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import sympy
from sympy import Add, Dummy, Expr, Function, Mul, Pow

from derive.equation import Equation
from derive.index import Along, Compare, Entry, Reduce, Where
from derive.latex import ADD, ATOM, LATEX, MULTIPLY, POWER, Renderer, Style

Letter: TypeAlias = "Dummy | None"


@dataclass(frozen=True)
class Signs:
    """How a format writes what only matrix form needs."""

    transpose: str
    hadamard: str
    divide: str
    ones: str
    norm: str
    power: str
    space: str


SIGNS: Mapping[str, Signs] = {
    "latex": Signs(
        r"%s^\top",
        r" \odot ",
        r" \oslash ",
        r"\mathbf{1}",
        r"\left\lVert %s\right\rVert_F^2",
        r"%s^{\odot %s}",
        r" \, ",
    ),
    "text": Signs("%sᵀ", " ⊙ ", " ⊘ ", "1", "‖%s‖²", "%s^%s", " "),
}


class NoMatrixForm(ValueError):
    """Matrices cannot say this; the index form can."""


@dataclass(frozen=True)
class Shown:
    """A piece of a formula and how tightly it binds."""

    text: str
    precedence: int


def matrix_equation(equation: Equation, style: Style = LATEX) -> str | None:
    """The equation without indices, or None.

    >>> from derive.models import multi_output_perceptron
    >>> from derive.latex import TEXT
    >>> [matrix_equation(e, TEXT) for e in multi_output_perceptron().equations]
    ['Z = X W + 1 bᵀ', 'A = σ(Z)', 'L = ‖A - Y‖²/(2 n)']
    """
    if len(equation.indices) > 2:
        return None
    rows, columns = (*equation.indices, None, None)[:2]
    try:
        right = _Matrix(style).show(equation.rhs, rows, columns)
    except NoMatrixForm:
        return None
    return f"{style.tensor(equation.name)} = {right.text}"


class _Matrix:
    def __init__(self, style: Style) -> None:
        self.style, self.signs = style, SIGNS[style.name]

    def show(self, expr: Expr, rows: Letter, columns: Letter) -> Shown:
        """The array whose entry at (rows, columns) is `expr`."""
        for kind, visit in VISITORS:
            if isinstance(expr, kind):
                return visit(self, expr, rows, columns)
        if not expr.has(Dummy):
            return Shown(Renderer(self.style, {}).text(expr, MULTIPLY), MULTIPLY)
        raise NoMatrixForm(f"{expr} is no matrix")

    def bracket(self, shown: Shown, least: int) -> str:
        return shown.text if shown.precedence >= least else self.style.bracket % shown.text

    def transpose(self, shown: Shown) -> Shown:
        text = self.bracket(shown, ATOM)
        if self.style.name == "latex" and "^{" in text:
            # W^{(1)}^T is no LaTeX: the layer number and the transpose share one superscript.
            head, _, tail = text.rpartition("}")
            return Shown(rf"{head} \top}}{tail}", ATOM)
        return Shown(self.signs.transpose % text, ATOM)

    # ------------------------------------------------------------ nodes

    def entry(self, expr: Entry, rows: Letter, columns: Letter) -> Shown:
        name = Shown(self.style.tensor(expr.tensor), ATOM)
        place = tuple(d for d in (rows, columns) if d is not None)
        if expr.indices == place or expr.indices == ():
            return name
        if len(place) == 2 and expr.indices == place[::-1]:
            return self.transpose(name)
        if len(place) == 2 and expr.indices == (columns,):
            return self.join(self.signs.ones, self.transpose(name).text)
        if len(place) == 2 and expr.indices == (rows,):
            return self.join(name.text, self.signs.transpose % self.signs.ones)
        raise NoMatrixForm(f"{expr} does not run over the rows and columns")

    def join(self, *factors: str) -> Shown:
        return Shown(self.signs.space.join(factors), MULTIPLY)

    def add(self, expr: Add, rows: Letter, columns: Letter) -> Shown:
        terms = sorted(expr.args, key=lambda t: (_negative(t), not t.is_Number, not t.has(Reduce), _reading(t)))
        parts = [self._first(terms[0], rows, columns)]
        for term in terms[1:]:
            sign = "-" if _negative(term) else "+"
            shown = self.show(-term if sign == "-" else term, rows, columns)
            parts.append(f"{sign} {self.bracket(shown, MULTIPLY)}")
        return Shown(" ".join(parts), ADD)

    def _first(self, term: Expr, rows: Letter, columns: Letter) -> str:
        return self.show(term, rows, columns).text

    def multiply(self, expr: Mul, rows: Letter, columns: Letter) -> Shown:
        """A scalar in front, then the product of arrays: at most one of them a sum, the others elementwise."""
        scalar = Mul(*(f for f in expr.args if not f.has(Dummy)))
        arrays = [f for f in expr.args if f.has(Dummy)]
        if not arrays:
            return Shown(Renderer(self.style, {}).text(expr), ADD if _negative(expr) else MULTIPLY)
        above = sorted((f for f in arrays if not _inverse(f)), key=_reading)
        below = [1 / f for f in arrays if _inverse(f)]
        if rows is None and len(arrays) > 1 and any(not isinstance(f, Reduce) for f in arrays):
            raise NoMatrixForm("a product of loose entries")
        shown = self._elementwise(above, rows, columns) if above else Shown("1", ATOM)
        if below:
            bottom = self._elementwise(sorted(below, key=_reading), rows, columns)
            shown = Shown(f"{self.bracket(shown, MULTIPLY)}{self.signs.divide}{self.bracket(bottom, ATOM)}", MULTIPLY)
        return self._scaled(scalar, shown)

    def _elementwise(self, factors: Sequence[Expr], rows: Letter, columns: Letter) -> Shown:
        parts = [self.show(f, rows, columns) for f in factors]
        if len(parts) == 1:
            return parts[0]
        return Shown(self.signs.hadamard.join(self.bracket(p, POWER) for p in parts), MULTIPLY)

    def _scaled(self, scalar: Expr, shown: Shown) -> Shown:
        if scalar == 1:
            return shown
        number, below = sympy.fraction(scalar)
        sign = "-" if _negative(number) else ""
        number = abs(number) if number.is_number else number
        factor = Renderer(self.style, {}).text(number, MULTIPLY)
        above = shown.text if number == 1 else self.join(factor, self.bracket(shown, MULTIPLY)).text
        if below == 1:
            text = self.bracket(shown, MULTIPLY) if number == 1 else above
            return Shown(sign + text, ADD if sign else MULTIPLY)
        if self.style.name == "text":
            above = self.bracket(shown, MULTIPLY) if number == 1 else above
        bottom = Renderer(self.style, {}).text(below, ATOM if self.style.name == "text" else 0)
        return Shown(sign + self.style.fraction % (above, bottom), ADD if sign else MULTIPLY)

    def power(self, expr: Pow, rows: Letter, columns: Letter) -> Shown:
        base, exponent = expr.args
        if not exponent.is_Integer or exponent < 0 or rows is None:
            raise NoMatrixForm("a power that is not elementwise")
        return Shown(self.signs.power % (self.bracket(self.show(base, rows, columns), ATOM), exponent), POWER)

    def function(self, expr: Function, rows: Letter, columns: Letter) -> Shown:
        if len(expr.args) != 1 or rows is None:
            raise NoMatrixForm("not elementwise")
        mark = Dummy("mark")
        inside = self.show(expr.args[0], rows, columns).text
        template = Renderer(self.style, {mark: "\0"}).text(expr.func(mark))
        return Shown(template.replace("\0", inside), ATOM)

    def where(self, expr: Where, rows: Letter, columns: Letter) -> Shown:
        condition, chosen, otherwise = expr.args
        if otherwise != 0 or not isinstance(condition, Compare):
            raise NoMatrixForm("cases that are no mask")
        left, right = (self.show(side, rows, columns).text for side in condition.args[1:])
        mask = f"[{left} {self.style.signs[condition.operator]} {right}]"
        if chosen == 1:
            return Shown(mask, ATOM)
        return Shown(f"{self.bracket(self.show(chosen, rows, columns), POWER)}{self.signs.hadamard}{mask}", MULTIPLY)

    def along(self, expr: Along, rows: Letter, columns: Letter) -> Shown:
        if expr.at != (columns,) or columns is None:
            raise NoMatrixForm("softmax along another axis")
        inside = self.show(expr.body.xreplace({expr.letters[0]: columns}), rows, columns)
        head = rf"\operatorname{{{expr.head}}}" if self.style.name == "latex" else expr.head
        return Shown(head + self.style.bracket % inside.text, ATOM)

    # ------------------------------------------------------------ sums

    def reduce(self, expr: Reduce, rows: Letter, columns: Letter) -> Shown:
        if expr.head != "sum":
            raise NoMatrixForm(f"{expr.head} is no matrix product")
        if len(expr.letters) == 2 and rows is None:
            return self._total(expr)
        if len(expr.letters) != 1:
            raise NoMatrixForm("a sum over several letters")
        factors = Mul.make_args(expr.body)
        scalar = Mul(*(f for f in factors if not f.has(Dummy)))
        arrays = [f for f in factors if f.has(Dummy)]
        if not arrays:
            raise NoMatrixForm("a sum of scalars")
        return self._scaled(scalar, self._contraction(arrays, expr.letters[0], rows, columns))

    def _total(self, expr: Reduce) -> Shown:
        one, other = expr.letters
        if isinstance(expr.body, Pow) and expr.body.exp == 2:
            return Shown(self.signs.norm % self.show(expr.body.base, one, other).text, ATOM)
        inside = self.show(expr.body, one, other)
        ones = self.signs.ones
        return self.join(self.signs.transpose % ones, self.bracket(inside, POWER), ones)

    def _contraction(self, factors: Sequence[Expr], bound: Dummy, rows: Letter, columns: Letter) -> Shown:
        """sum_j L[i,j] R[j,k] is L R; a vector has one column, and a missing factor is the vector of ones."""
        if rows is None:
            return self._inner(factors, bound)
        left = Mul(*(f for f in factors if f.has(rows)))
        right = Mul(*(f for f in factors if not f.has(rows)))
        if columns is not None and left.has(columns):
            raise NoMatrixForm("a factor runs over rows and columns")
        if columns is not None and not right.has(columns):
            raise NoMatrixForm("the columns are missing")
        first = self._oriented(left, rows, bound)
        second = Shown(self.signs.ones, ATOM) if right == 1 else self.show(right, bound, columns)
        return self.join(self.bracket(first, POWER), self.bracket(second, POWER))

    def _oriented(self, factor: Expr, rows: Dummy, columns: Dummy) -> Shown:
        """(A - Y)^T rather than A^T - Y^T."""
        flipped = any(entry.indices == (columns, rows) for entry in factor.atoms(Entry))
        if flipped and not isinstance(factor, Entry):
            return self.transpose(self.show(factor, columns, rows))
        return self.show(factor, rows, columns)

    def _inner(self, factors: Sequence[Expr], bound: Dummy) -> Shown:
        if len(factors) == 1 and isinstance(factors[0], Pow) and factors[0].exp == 2:
            return Shown(self.signs.norm.replace("_F", "") % self.show(factors[0].base, bound, None).text, ATOM)
        if len(factors) == 2 and all(isinstance(f, Entry) for f in factors):
            first, second = (self.show(f, bound, None) for f in factors)
            return self.join(self.transpose(first).text, second.text)
        inside = self.show(Mul(*factors), bound, None)
        return self.join(self.signs.transpose % self.signs.ones, self.bracket(inside, POWER))


def _negative(term: Expr) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)


def _inverse(factor: Expr) -> bool:
    power = factor.as_base_exp()[1]
    return bool(power.is_number and power.is_negative) and not isinstance(factor, sympy.exp)


def _reading(term: Expr) -> tuple[bool, str]:
    return isinstance(term, (Add, Where, Function)), str(term)


Visit = Callable[[_Matrix, Expr, Letter, Letter], Shown]
VISITORS: tuple[tuple[type, Visit], ...] = (
    (Entry, _Matrix.entry),
    (Add, _Matrix.add),
    (Mul, _Matrix.multiply),
    (Pow, _Matrix.power),
    (Where, _Matrix.where),
    (Reduce, _Matrix.reduce),
    (Along, _Matrix.along),
    (Function, _Matrix.function),
)
