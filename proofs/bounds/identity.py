"""How far two expressions of one function are apart: by algebra, so that what is equal is 0 and not merely small.

    (a - b)/b = sum_k c_k m_k / d,   m_k products of powers of x, exp, log, erf, ...,   c_k constants

Every function is unfolded to exp, log, erf and roots first, exponents are split into whole multiples of common parts.
The coefficients are enclosed by Arb, the rest by intervals over the box: a constant of the code that was rounded leaves
c_k of 1e-17, a wrong one leaves what it is wrong by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, reduce
from typing import Any

import sympy
from sympy import Add, Expr, Mul, Pow, Symbol, exp

from derive.functions import row_of
from proofs.bounds import intervals
from proofs.bounds.intervals import Interval
from proofs.bounds.library import CALLED
from proofs.enclosure.evaluation import ready
from proofs.enclosure.exact import ball, precision

BITS = 400  # of coefficients: what is 0 to so many bits and not by algebra counts as 2^-300
Box = Mapping[str, Interval]


def apart(a: Expr, b: Expr, box: Box) -> float:
    """|a - b|/|b| over the box, at most; 0 where algebra makes it 0."""
    if b == 0:
        return 0.0 if a == 0 else float("inf")
    above, below = ratio(a, b)
    if not above:
        return 0.0
    low = _sum(below, box)
    if low.holds_zero:
        return float("inf")
    return float((_sum(above, box).largest / low.least).upper())


Terms = tuple[tuple[Interval, Expr], ...]


@lru_cache(maxsize=4096)
def ratio(a: Expr, b: Expr) -> tuple[Terms, Terms]:
    """(a - b)/b as two sums of coefficients times monomials; the first is empty where a = b."""
    if a == b:
        return (), ()
    (first, second), back = _polynomials(*_complemented(unfolded(a), unfolded(b)))
    above, below = sympy.fraction(sympy.cancel(sympy.together((first - second) / second)))
    return _terms(above, back), _terms(below, back)


def _terms(expr: Expr, back: Mapping[Expr, Expr]) -> Terms:
    """The terms, with constants apart from what varies; those that are 0 left out."""
    collected: dict[Expr, Expr] = {}
    for term in Add.make_args(sympy.expand(expr)):
        constant, rest = term.as_independent(Symbol, as_Add=False)
        collected[rest] = collected.get(rest, sympy.Integer(0)) + constant
    made = ((coefficient(value), rest.xreplace(back)) for rest, value in collected.items())
    return tuple((value, rest) for value, rest in made if value != intervals.point(0))


def coefficient(value: Expr) -> Interval:
    """An enclosure of a constant: the point 0 where algebra says so."""
    if value == 0:
        return intervals.point(0)
    with precision(BITS):
        found = ball(ready(value.replace(TAIL, sympy.erfc))(None, {}))
    if found.contains(0) and value.equals(0):
        return intervals.point(0)
    return intervals.around(found)


def _sum(terms: Terms, box: Box) -> Interval:
    made = intervals.point(0)
    for value, rest in terms:
        made = intervals.add(made, intervals.multiply(value, over(rest, box)))
    return made


# ---------------------------------------------------------------- one way to say each function


@lru_cache(maxsize=4096)
def unfolded(expr: Expr) -> Expr:
    """By exp, log, erf and roots alone."""
    if not expr.args:
        return expr
    made = expr.func(*map(unfolded, expr.args))
    for kind, rule in UNFOLD.items():
        if isinstance(made, kind):
            return unfolded(rule(*made.args))
    row = row_of(made)
    if row is not None and row.definition is not None and not made.has(sympy.Piecewise):
        return unfolded(row.definition(*made.args))
    return made


def _tanh(x: Expr) -> Expr:
    return (1 - exp(-2 * x)) / (1 + exp(-2 * x))


UNFOLD: dict[Any, Callable[[Expr], Expr]] = {
    sympy.tanh: _tanh,
    sympy.sinh: lambda x: (exp(x) - exp(-x)) / 2,
    sympy.cosh: lambda x: (exp(x) + exp(-x)) / 2,
    sympy.erfc: lambda x: 1 - sympy.erf(x),
}


def _complemented(*given: Expr) -> tuple[Expr, ...]:
    """erf(u) as 1 - erfc(u), or as erfc(-u) - 1, whichever leaves fewer terms: in the tails erfc keeps its digits."""
    atoms = sorted({e for g in given for e in g.atoms(sympy.erf)}, key=str)
    for u in (a.args[0] for a in atoms):
        ways = [tuple(g.xreplace({sympy.erf(u): w}) for g in given) for w in (_upper_tail(u), _lower_tail(u))]
        given = min(ways, key=lambda way: sum(len(Add.make_args(sympy.expand(g))) for g in way))
    return given


def _upper_tail(u: Expr) -> Expr:
    return 1 - TAIL(u)


def _lower_tail(u: Expr) -> Expr:
    return TAIL(-u) - 1


# erfc without SymPy's own rules, which turn erfc(-u) into 2 - erfc(u).
TAIL = sympy.Function("TAIL", real=True)


def _polynomials(*given: Expr) -> tuple[list[Expr], dict[Expr, Expr]]:
    """Each exp(q m + ...) as whole powers of a symbol for exp(m d), d the same for all of one m; what these mean."""
    powers = {e for g in given for e in sympy.preorder_traversal(g) if _is_exponential(e)}
    parts: dict[Expr, list[Expr]] = {}
    for power in powers:
        for factor, rest in _exponents(power):
            parts.setdefault(rest, []).append(factor)
    common = {rest: sympy.gcd_list(found) for rest, found in parts.items()}
    symbols = {rest: Symbol(f"exp_{k}", positive=True) for k, rest in enumerate(parts)}
    made = {p: Mul(*(symbols[m] ** (q / common[m]) for q, m in _exponents(p))) for p in powers}
    back = {symbols[rest]: exp(rest * common[rest]) for rest in parts}
    return [g.xreplace(made) for g in given], back


def _is_exponential(expr: Expr) -> bool:
    return isinstance(expr, exp) or (isinstance(expr, Pow) and expr.exp.has(Symbol))


def _exponents(power: Expr) -> list[tuple[Expr, Expr]]:
    """The terms of the exponent as rational numbers times the rest."""
    exponent = power.args[0] if isinstance(power, exp) else power.exp * sympy.log(power.base)
    terms = (t.as_coeff_Mul() for t in Add.make_args(sympy.expand(exponent)))
    return list(terms)


# ---------------------------------------------------------------- over a box


def over(expr: Expr, box: Box) -> Interval:
    """An interval that holds the expression over the box."""
    return _ready(expr)(box)


@lru_cache(maxsize=4096)
def _ready(expr: Expr) -> Callable[[Box], Interval]:
    if isinstance(expr, Symbol):
        return lambda box: box[expr.name]
    if not expr.free_symbols:
        with precision(intervals.BITS):
            value = intervals.around(ball(ready(expr.replace(TAIL, sympy.erfc))(None, {})))
        return lambda box: value
    if isinstance(expr, sympy.log) and (below := _complement(expr.args[0])) is not None:
        part, log1p = _ready(below), intervals.rising(lambda x: x.log1p())
        return lambda box: log1p(-part(box))
    if isinstance(expr, Add) and (tail := _tail(expr)) is not None:
        return _ready(tail)
    parts = [_ready(a) for a in expr.args]
    join = {Add: intervals.add, Mul: intervals.multiply}.get(expr.func)
    if join is not None:
        return lambda box: reduce(join, (part(box) for part in parts))
    function = _function(expr)
    return lambda box: function(*(part(box) for part in parts))


def _complement(expr: Expr) -> Expr | None:
    """erfc(u)/2 of 1/2 + erf(u)/2, whose logarithm is log1p of the negative: the sum would lose every digit."""
    rest = sympy.expand(1 - expr)
    made = 2 * rest - 1
    return sympy.erfc(-made.args[0] if isinstance(made, sympy.erf) else (-made).args[0]) / 2 if _is_erf(made) else None


def _tail(expr: Expr) -> Expr | None:
    """c erfc(-u) + ... of c + c erf(u) + ..."""
    constant = expr.args[0]
    if not constant.is_number:
        return None
    for term in expr.args[1:]:
        if _is_erf(made := term / constant):
            u = made.args[0] if isinstance(made, sympy.erf) else -(-made).args[0]
            return Add(constant * TAIL(-u), *(a for a in expr.args if a not in (constant, term)))
    return None


def _is_erf(expr: Expr) -> bool:
    return isinstance(expr, sympy.erf) or isinstance(-expr, sympy.erf)


def _function(expr: Expr) -> Callable[..., Interval]:
    if isinstance(expr, Pow):
        if expr.exp.is_Integer:
            return lambda base, exponent: intervals.power(base, int(expr.exp))
        return lambda base, exponent: intervals.hull(intervals.around(x**y) for x in base for y in exponent)
    if isinstance(expr, (sympy.erfc, TAIL)):
        return intervals.falling(lambda x: x.erfc())
    name = RANGES.get(type(expr).__name__)
    return CALLED[name].range if name else lambda *parts: intervals.everything()


RANGES = {
    **{n: f"np.{n}" for n in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "floor", "ceil")},
    **{"asin": "np.arcsin", "acos": "np.arccos", "atan": "np.arctan", "erf": "special.erf", "round": "np.rint"},
    **{"asinh": "np.arcsinh", "acosh": "np.arccosh", "atanh": "np.arctanh", "erfinv": "special.erfinv"},
}

__all__ = ["apart", "over", "ratio"]
