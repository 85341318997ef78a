"""Running error analysis: the exact value of each entry, and a bound on what floating point can make of it.

    fl(x op y) = (x op y)(1 + d), |d| <= u, for + - * /;  |d| <= 4u for a library function

Source: Higham 2002, sections 2.2 and 3.3. The bound is first order in u and holds for every order of summation:
a sum of m terms is charged m u sum|terms|. Values are computed by mpmath with many digits.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from mpmath import mp
from sympy import Add, Dummy, Expr, Function, Mul, Pow, Symbol

from derive.equation import Equation, Program
from derive.functions import definition_of, row_of
from derive.index import COMPARISONS, Along, Call, Compare, Delta, Entry, Reduce, Where
from derive.whole import define_call

FUNCTION_ULPS = 4
NONE = mp.mpf(0)  # the error where no unit roundoff is given: exact values are asked for
FIRST_ORDER = 1e-3  # an error of an argument beyond which its slope may be another within it
Number = Any
# The value, and the slope in each argument that may carry an error; a row without an entry is evaluated by its
# definition.


def _mills(x: Number) -> Number:
    """The normal density over the distribution function."""
    return mp.npdf(x) / mp.ncdf(x)


ELEMENTARY: dict[str, tuple[Callable[..., Number], tuple[Callable[..., Number], ...]]] = {
    "exp": (mp.exp, (mp.exp,)),
    "log": (mp.log, (lambda x: 1 / x,)),
    "sin": (mp.sin, (mp.cos,)),
    "cos": (mp.cos, (mp.sin,)),
    "tan": (mp.tan, (lambda x: mp.sec(x) ** 2,)),
    "sinh": (mp.sinh, (mp.cosh,)),
    "cosh": (mp.cosh, (mp.sinh,)),
    "tanh": (mp.tanh, (lambda x: mp.sech(x) ** 2,)),
    "asin": (mp.asin, (lambda x: 1 / mp.sqrt(1 - x * x),)),
    "acos": (mp.acos, (lambda x: 1 / mp.sqrt(1 - x * x),)),
    "atan": (mp.atan, (lambda x: 1 / (1 + x * x),)),
    "asinh": (mp.asinh, (lambda x: 1 / mp.sqrt(1 + x * x),)),
    "acosh": (mp.acosh, (lambda x: 1 / mp.sqrt(x * x - 1),)),
    "atanh": (mp.atanh, (lambda x: 1 / (1 - x * x),)),
    "atan2": (mp.atan2, (lambda y, x: x / (x * x + y * y), lambda y, x: y / (x * x + y * y))),
    "erf": (mp.erf, (lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x),)),
    "erfc": (mp.erfc, (lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x),)),
    "erfinv": (mp.erfinv, (lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(mp.erfinv(x) ** 2),)),
    "log_normal_cdf": (lambda x: mp.log(mp.ncdf(x)), (lambda x: _mills(x),)),
    "inverse_mills": (lambda x: _mills(x), (lambda x: -_mills(x) * (x + _mills(x)),)),
    "expm1": (mp.expm1, (mp.exp,)),
    "log1p": (mp.log1p, (lambda x: 1 / (1 + x),)),
    "gammaln": (mp.loggamma, (mp.digamma,)),
    "polygamma": (lambda n, x: mp.psi(int(n), x), (lambda n, x: 0, lambda n, x: mp.psi(int(n) + 1, x))),
    "floor": (mp.floor, (lambda x: 0,)),
    "ceil": (mp.ceil, (lambda x: 0,)),
    "round": (mp.nint, (lambda x: 0,)),
}
Place = tuple[Any, ...]


@dataclass(frozen=True)
class Bounded:
    """A value and a bound on the error with which floating point arrives at it."""

    value: Number
    error: Number


class Undefined(ArithmeticError):
    """The program has no finite real value at these inputs."""


class Evaluator:
    """Evaluates a program entry by entry; `unit` is the unit roundoff of the dtype that is being judged."""

    def __init__(self, program: Program, arrays: Mapping[str, np.ndarray], unit: float, digits: int = 40) -> None:
        self.program, self.unit, self.digits = program, mp.mpf(unit), digits
        self.sizes = bind_sizes(program, arrays)
        self.arrays = {name: np.asarray(array) for name, array in arrays.items()}
        self.cache: dict[Place, Bounded] = {}
        self.wholes: dict[Any, Entries] = {}
        self._readers: dict[Place, set[Place]] = {}
        self._open: list[Place] = []

    def tensor(self, name: str) -> dict[tuple[int, ...], Bounded]:
        """Every entry of a tensor, by position."""
        shape = [self.size(e) for e in self.program.extents(name)]
        with mp.workdps(self.digits):
            return {at: self.entry(name, at) for at in itertools.product(*map(range, shape))}

    def size(self, extent: Expr) -> int:
        return self.index(extent, {})

    def entry(self, name: str, at: tuple[int, ...]) -> Bounded:
        key = (name, *at)
        if self._open:
            self._readers.setdefault(key, set()).add(self._open[-1])
        if key not in self.cache:
            self._open.append(key)
            try:
                self.cache[key] = self._entry(name, at)
            finally:
                self._open.pop()
        return self.cache[key]

    def shifted(self, moves: Mapping[Place, Number]) -> Evaluator:
        """The same arguments but for some entries, which are moved: what never read them is not computed again."""
        run = Evaluator(self.program, self.arrays, float(self.unit), self.digits)
        moved, waiting = set[Place](), list(moves)
        while waiting:
            place = waiting.pop()
            if place not in moved:
                moved.add(place)
                waiting.extend(self._readers.get(place, ()))
        run.cache = {place: kept for place, kept in self.cache.items() if place not in moved}
        for key, value in moves.items():
            known = self.entry(str(key[0]), key[1:])
            run.cache[key] = Bounded(known.value + value, known.error)
        return run

    def _entry(self, name: str, at: tuple[int, ...]) -> Bounded:
        shape = [self.size(e) for e in self.program.extents(name)]
        if any(not 0 <= i < n for i, n in zip(at, shape, strict=True)):
            return Bounded(mp.mpf(0), mp.mpf(0))
        equation: Equation | None = self.program.defined.get(name)
        if equation is None:
            return Bounded(mp.mpf(self.arrays[name][at].item()), mp.mpf(0))
        letters = dict(zip(equation.indices, at, strict=True))
        return self._finite(self.visit(equation.rhs, letters), equation)

    def _finite(self, result: Bounded, equation: Equation) -> Bounded:
        """A mask writes -inf and means it: softmax makes 0 of that."""
        allowed = mp.isinf(result.value) and equation.name != self.program.output.name and _writes_infinity(equation)
        if isinstance(result.value, mp.mpc) or not (allowed or mp.isfinite(result.value)):
            raise Undefined(f"{equation.name} is {result.value}")
        return result

    def visit(self, expr: Expr, letters: Mapping[Dummy, int]) -> Bounded:
        kind: Any = type(expr)
        return _visitor_of(kind)(self, expr, letters)

    def index(self, expr: Expr, letters: Mapping[Dummy, int]) -> int:
        return letters[expr] if isinstance(expr, Dummy) else _place_of(expr)(self, letters)


@functools.lru_cache(maxsize=1024)
def _writes_infinity(equation: Equation) -> bool:
    return equation.rhs.has(sympy.oo, -sympy.oo)


def bind_sizes(program: Program, arrays: Mapping[str, np.ndarray]) -> dict[Expr, sympy.Integer]:
    """The number behind each symbolic extent, read off the arrays."""
    return {
        symbol: sympy.Integer(np.shape(arrays[name])[axis])
        for symbol, (name, axis) in program.axis_of.items()
        if name in arrays
    }


Letters = Mapping[Dummy, int]
# Made once: the letters that it binds are the same each time, and no term holds itself.
_definition_of = functools.lru_cache(maxsize=65536)(definition_of)
_fraction_of = functools.lru_cache(maxsize=65536)(lambda expr: sympy.fraction(sympy.together(expr)))


@functools.cache
def _visitor_of(kind: Any) -> Callable[[Evaluator, Any, Letters], Bounded]:
    for known, visitor in VISITORS:
        if issubclass(kind, known):
            return visitor
    raise TypeError(f"{kind.__name__} cannot be evaluated")


@functools.lru_cache(maxsize=65536)
def _place_of(expr: Expr) -> Callable[[Evaluator, Letters], int]:
    """How an index is computed: sums and products of whole numbers as such, the rest as any other number."""
    if isinstance(expr, Symbol):
        return lambda run, letters: int(letters[expr] if expr in letters else run.sizes[expr])
    if expr.is_Integer:
        return functools.partial(lambda number, run, letters: number, int(expr))
    if isinstance(expr, (Add, Mul)) and not any(a.is_Rational and not a.is_Integer for a in expr.args):
        parts, fold = [_place_of(arg) for arg in expr.args], sum if isinstance(expr, Add) else math.prod
        return lambda run, letters: fold(part(run, letters) for part in parts)
    return lambda run, letters: int(run.visit(expr, letters).value)


def _number(run: Evaluator, expr: Expr, letters: Letters) -> Bounded:
    return Bounded(mp.mpf(expr.p) / expr.q if expr.is_Rational else expr._to_mpmath(mp.prec), mp.mpf(0))


def _symbol(run: Evaluator, expr: Expr, letters: Letters) -> Bounded:
    value = letters[expr] if expr in letters else run.sizes[expr]
    return Bounded(mp.mpf(int(value)), mp.mpf(0))


def _read(run: Evaluator, expr: Entry, letters: Letters) -> Bounded:
    return run.entry(expr.tensor, tuple(run.index(i, letters) for i in expr.indices))


def _add(run: Evaluator, expr: Expr, letters: Letters) -> Bounded:
    return total(run, [run.visit(arg, letters) for arg in expr.args])


def total(run: Evaluator, terms: list[Bounded]) -> Bounded:
    """The sum; its rounding error is at most (m - 1) u sum|terms|, whatever the order."""
    value = mp.fsum(t.value for t in terms)
    if not run.unit:
        return Bounded(value, NONE)
    spread = mp.fsum(abs(t.value) + t.error for t in terms)
    return Bounded(value, mp.fsum(t.error for t in terms) + max(len(terms) - 1, 0) * run.unit * spread)


def _multiply(run: Evaluator, expr: Expr, letters: Letters) -> Bounded:
    return _product(run, [run.visit(arg, letters) for arg in sorted(expr.args, key=lambda a: isinstance(a, Where))])


def times(run: Evaluator, left: Bounded, right: Bounded) -> Bounded:
    """The product, with |x| dy + |y| dx + dx dy + u |xy|."""
    value = left.value * right.value
    if not run.unit:
        return Bounded(value, NONE)
    carried = left.error * right.error
    for one, other in ((left, right), (right, left)):
        carried += abs(one.value) * other.error if other.error else 0
    return Bounded(value, carried + run.unit * abs(value))


def _power(run: Evaluator, expr: Expr, letters: Letters) -> Bounded:
    base, exponent = (run.visit(arg, letters) for arg in expr.args)
    if base.value == 0 and exponent.value < 0:
        raise Undefined("division by zero")
    value = mp.power(base.value, exponent.value)
    if not run.unit:
        return Bounded(value, NONE)
    steep = base.value != 0 and base.error != 0
    steepness = abs(exponent.value * mp.power(base.value, exponent.value - 1)) if steep else mp.mpf(0)
    rounding = FUNCTION_ULPS * run.unit * abs(value) * max(1, abs(exponent.value))
    return Bounded(value, steepness * base.error + rounding)


def _function(run: Evaluator, expr: Expr, letters: Letters) -> Bounded:
    row = row_of(expr)
    if row is None or row.name not in ELEMENTARY:
        return run.visit(_definition_of(expr), letters)
    value_of, slopes_of = ELEMENTARY[row.name]
    arguments = [run.visit(arg, letters) for arg in expr.args]
    at = [a.value for a in arguments]
    try:
        value = value_of(*at)
        carried = mp.fsum(
            _steepest(slope, at, k, a.error) * a.error
            for k, (slope, a) in enumerate(zip(slopes_of, arguments, strict=True))
            if a.error
        )
    except (ValueError, ZeroDivisionError) as error:
        raise Undefined(f"{row.name} has no finite value at {at}") from error
    if isinstance(value, mp.mpc):
        raise Undefined(f"{row.name} has no real value at {at}")
    return Bounded(value, carried + FUNCTION_ULPS * run.unit * abs(value))


def _steepest(slope: Callable[..., Number], at: list[Number], k: int, error: Number) -> Number:
    """The slope in argument k; where that is off by much, the larger of those at the ends of its interval."""
    if error < FIRST_ORDER:
        return abs(slope(*at))
    moved = ([*at[:k], at[k] + side * error, *at[k + 1 :]] for side in (-1, 0, 1))
    return max(abs(slope(*place)) for place in moved)


def _whole(run: Evaluator, expr: Expr, letters: Letters) -> Bounded:
    """A quotient of whole numbers rounded down, or its remainder: exact."""
    parts = [run.visit(arg, letters).value for arg in _fraction_of(expr.args[0])]
    if isinstance(expr, sympy.Mod):
        return Bounded(mp.fmod(parts[0] / parts[1], run.visit(expr.args[1], letters).value), mp.mpf(0))
    return Bounded(mp.mpf(int(parts[0]) // int(parts[1])), mp.mpf(0))


def _holds(run: Evaluator, expr: Compare, letters: Letters) -> Bounded:
    left, right = (run.visit(arg, letters).value for arg in expr.args[1:])
    return Bounded(mp.mpf(int(COMPARISONS[expr.operator](left, right))), mp.mpf(0))


def _equal(run: Evaluator, expr: Delta, letters: Letters) -> Bounded:
    return Bounded(mp.mpf(len({run.index(arg, letters) for arg in expr.args}) == 1), mp.mpf(0))


def _choose(run: Evaluator, expr: Where, letters: Letters) -> Bounded:
    condition, chosen, otherwise = expr.args
    return run.visit(chosen if run.visit(condition, letters).value != 0 else otherwise, letters)


def _reduce(run: Evaluator, expr: Reduce, letters: Letters) -> Bounded:
    if expr.head in ("mean", "logsumexp"):
        return run.visit(_definition_of(expr), letters)
    sizes = [run.size(e) for e in expr.extents]
    places = itertools.product(*map(range, sizes))
    terms = [run.visit(expr.body, {**letters, **dict(zip(expr.letters, at, strict=True))}) for at in places]
    return REDUCE[expr.head](run, terms)


def _product(run: Evaluator, terms: list[Bounded]) -> Bounded:
    result = Bounded(mp.mpf(1), mp.mpf(0))
    for term in terms:
        result = times(run, result, term)
    return result


REDUCE: dict[str, Callable[[Evaluator, list[Bounded]], Bounded]] = {
    "sum": total,
    "prod": _product,
    "max": lambda run, terms: max(terms, key=lambda t: t.value),
    "min": lambda run, terms: min(terms, key=lambda t: t.value),
}


def _along(run: Evaluator, expr: Along, letters: Letters) -> Bounded:
    """By its definition; softmax is computed with the maximum taken off, and exp multiplies what that rounds."""
    made = run.visit(_definition_of(expr), letters)
    if expr.head != "softmax":
        return made
    places = itertools.product(*map(range, [run.size(e) for e in expr.extents]))
    bodies = [run.visit(expr.body, {**letters, **dict(zip(expr.letters, at, strict=True))}).value for at in places]
    finite = [b for b in bodies if mp.isfinite(b)]
    reach = max(finite, default=0) - min(finite, default=0)
    return Bounded(made.value, made.error + 2 * run.unit * reach * abs(made.value))


def _call(run: Evaluator, expr: Call, letters: Letters) -> Bounded:
    if expr.head not in MATRICES:
        return run.visit(define_call(expr), letters)
    key = (expr.head, expr.tensors)
    # Read even where the whole is known: each entry of it depends on every entry of the matrix.
    entries = run.tensor(expr.tensors[0].name)
    if key not in run.wholes:
        run.wholes[key] = MATRICES[expr.head](run, entries)
    return run.wholes[key][tuple(run.index(i, letters) for i in expr.indices)]


def _matrix(run: Evaluator, entries: Entries) -> tuple[Any, Any, Any]:
    """A, A^-1, and what each entry of A may be off by: its own error and that of elimination with partial pivoting."""
    size = 1 + max((i for i, _ in entries), default=-1)
    matrix, error = mp.matrix(size, size), mp.matrix(size, size)
    # Higham 2002, theorem 9.5: |E| <= 2 n^2 2^(n-1) u max|A| for Gaussian elimination.
    off = 2 * size**2 * mp.mpf(2) ** (size - 1) * run.unit * max((abs(b.value) for b in entries.values()), default=0)
    for at, bounded in entries.items():
        matrix[at], error[at] = bounded.value, bounded.error + off
    try:
        return matrix, matrix**-1, error
    except (ZeroDivisionError, TypeError):  # mpmath meets a singular matrix with either
        raise Undefined("the matrix is singular") from None


def _inverse(run: Evaluator, entries: Entries) -> Entries:
    """|fl(A^-1) - A^-1| <= |A^-1| E |A^-1| to first order."""
    _, inverse, error = _matrix(run, entries)
    size = inverse.rows
    spread = inverse.apply(abs) * error * inverse.apply(abs)
    return {at: Bounded(inverse[at], spread[at] + size * run.unit * abs(inverse[at])) for at in np.ndindex(size, size)}


def _determinant(run: Evaluator, entries: Entries) -> Entries:
    """|fl(det A) - det A| <= |det A| sum |A^-T| E to first order; n multiplications of the pivots."""
    matrix, inverse, error = _matrix(run, entries)
    value, size = mp.det(matrix), matrix.rows
    change = mp.fsum(abs(inverse[j, i]) * error[i, j] for i, j in np.ndindex(size, size))
    return {(): Bounded(value, abs(value) * (change + size * run.unit))}


Entries = dict[tuple[int, ...], Bounded]
MATRICES: dict[str, Callable[[Evaluator, Entries], Entries]] = {"inv": _inverse, "det": _determinant}

VISITORS: tuple[tuple[type | tuple[type, ...], Callable[[Evaluator, Any, Letters], Bounded]], ...] = (
    (Entry, _read),
    (sympy.Symbol, _symbol),
    (sympy.Number, _number),
    (sympy.NumberSymbol, _number),
    (Add, _add),
    (Mul, _multiply),
    (Pow, _power),
    (Compare, _holds),
    (Delta, _equal),
    (Where, _choose),
    (Reduce, _reduce),
    (Along, _along),
    (Call, _call),
    ((sympy.floor, sympy.Mod), _whole),
    (Function, _function),
)
