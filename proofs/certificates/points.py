"""Values of terms at rational points in many digits: to find points of a domain, and points where a claim is wrong."""

from __future__ import annotations

import itertools
import operator
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from proofs.certificates.statements import Slope
from proofs.certificates.terms import CASES, CONDITIONS, Term, term, variables

# A fraction for each variable; for one that is moved a little a number of mpmath.
Point = Mapping[str, Any]
DIGITS = 40
PLAIN = tuple(Fraction(n, 12) for n in (6, 24, -6, 4, -24, 36, 12, 0, -12, 30, 3, -36, 84, -84, 9))


def _no_number(*parts: Any) -> Any:
    raise ZeroDivisionError("no real number")


def _log(x: Any) -> Any:
    return mpmath.log(x) if x > 0 else _no_number()


def _root(x: Any) -> Any:
    return mpmath.sqrt(x) if x >= 0 else _no_number()


def _power(x: Any, y: Any) -> Any:
    return mpmath.power(x, y) if x > 0 else _no_number()


def _inside(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: f(x) if -1 < x < 1 else _no_number()


VALUES: Mapping[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": operator.truediv,
    "^": lambda a, n: a ** int(n),
    "opp": operator.neg,
    "inv": lambda a: 1 / a,
    "exp": mpmath.exp,
    "ln": _log,
    "sqrt": _root,
    "Rpower": _power,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "asin": _inside(mpmath.asin),
    "acos": _inside(mpmath.acos),
    "atan": mpmath.atan,
    "arcsinh": mpmath.asinh,
    "arccosh": lambda x: mpmath.acosh(x) if x > 1 else _no_number(),
    "arctanh": _inside(mpmath.atanh),
    "atan2": mpmath.atan2,
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "erfinv": _inside(mpmath.erfinv),
    "gammaln": lambda x: mpmath.loggamma(x) if x > 0 else _no_number(),
    "polygamma": lambda n, x: mpmath.psi(int(n), x) if x > 0 and n == int(n) >= 0 else _no_number(),
    "floor_real": mpmath.floor,
    "ceil_real": mpmath.ceil,
    "round_real": mpmath.nint,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "<>": operator.ne,
    "~": operator.not_,
    "\\/": lambda a, b: a or b,
}


def value(of: Term, point: Point) -> Any:
    """The number that the term is at the point, or whether the proposition holds; ZeroDivisionError for no number."""
    if of.head in CASES:
        left, right, chosen, otherwise = of.parts
        holds = value(Term(CONDITIONS[of.head], (left, right)), point)
        return value(chosen if holds else otherwise, point)
    if of.head == "->":
        return not value(of.parts[0], point) or value(of.parts[1], point)
    if of.parts:
        return VALUES[of.head](*(value(part, point) for part in of.parts))
    return _leaf(of.head, point)


def _leaf(word: str, point: Point) -> Any:
    if word in point:
        given = point[word]
        return mpmath.mpf(given.numerator) / given.denominator if isinstance(given, Fraction) else given
    return mpmath.pi + 0 if word == "PI" else mpmath.mpf(word)


def holds(of: Term, point: Point) -> bool:
    """Whether the proposition holds at the point; what is not defined there does not."""
    with mpmath.workdps(DIGITS):
        try:
            return bool(value(of, point))
        except (ZeroDivisionError, ValueError, OverflowError):
            return False


def exact(number: Fraction) -> Term:
    """The number as a term."""
    return term(sympy.Rational(number.numerator, number.denominator))


def points(names: Sequence[str], most: int = 400) -> Iterator[Point]:
    """Rational points in an order that is always the same: all values alike, then plain ones, then any."""
    stream = random.Random(8)
    alike = ((v,) * len(names) for v in PLAIN)
    plain = (tuple(stream.choice(PLAIN) for _ in names) for _ in range(most if len(names) > 1 else 0))
    drawn = (tuple(Fraction(stream.randint(-40, 40), stream.choice((1, 2, 4, 8))) for _ in names) for _ in range(most))
    for chosen in itertools.chain(alike, plain, drawn):
        yield dict(zip(names, chosen, strict=True))


def inside(slope: Slope) -> Iterator[Point]:
    """Points of the claim's domain, with orders whole; its equations are solved, each for the last variable in it."""
    equations = [a for a in slope.assumed if a.head == "="]
    solved = (_solved(equations, p) for p in points(slope.names))
    whole = (p for p in solved if all(p[n].denominator == 1 and p[n] >= 0 for n in slope.orders))
    return (p for p in whole if all(holds(h, p) for h in slope.assumed))


def _solved(equations: Sequence[Term], point: Point) -> Point:
    made = dict(point)
    for left, right in (e.parts for e in equations):
        name = max(variables(left) | variables(right))
        at = [value(Term("-", (left, right)), {**made, name: Fraction(n)}) for n in (0, 1)]
        made[name] = Fraction(str(at[0] / (at[0] - at[1]))).limit_denominator(10**6) if at[0] != at[1] else made[name]
    return made


__all__ = ["DIGITS", "Point", "exact", "holds", "inside", "points", "value"]
