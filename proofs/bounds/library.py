"""Functions that emitted code calls: what each is assumed to be within, and how it passes on an error of its argument.

    |called(x) - g(x)| <= ulps of g(x)             an assumption of every theorem that rests on it
    g(x (1 + d)):  |t g'(t)/g(t)| <= condition     the relative error is multiplied by that, at most

`tests/proofs/test_bounds.py` holds every assumption against what a search of the whole range finds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, exp, log, sqrt

from derive.functions import ROWS
from proofs.bounds import floats, intervals
from proofs.bounds.floats import INFINITE, SLACK, Straddles, Value
from proofs.bounds.intervals import Interval, Point, falling, rising, wave
from proofs.enclosure.exact import flint

Range = Callable[..., Interval]
Factor = Callable[[Interval], float]


@dataclass(frozen=True)
class Called:
    """A function: what it means, its range over a box, the assumed bound, and its condition numbers.

    `condition` bounds |t g'/g|, `steep` |g'/g|, `change` |t g'|; None means that exact arguments are asked for.
    `linear` is said of a helper of our own that is assumed as a whole, and whose last argument is a factor.
    Results below the normal range are within `below` of the gap there, if that differs; `slope` bounds |g'|.
    `domain` is said where the bound is assumed, and the function called, there alone.
    """

    ref: Callable[..., Expr]
    range: Range
    ulps: float
    condition: Factor | None = None
    steep: Factor | None = None
    change: Factor | None = None
    linear: bool = False
    below: float | None = None
    slope: Factor | None = None
    domain: tuple[float, float] | None = None

    @property
    def tiny(self) -> float:
        """The assumed bound below the normal range."""
        return self.ulps if self.below is None else self.below


def _upper(x: Point) -> float:
    return float(x.upper())


def _one(a: Interval) -> float:
    return 1.0


def _size(a: Interval) -> float:
    return _upper(a.largest)


def _own(name: str, kind: Callable[[Any], Range] = rising) -> Range:
    return kind(lambda x: getattr(x, name)())


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + (-x).exp()) if x > 0 else x.exp() / (1 + x.exp())


def _softplus(x: Any) -> Any:
    return (-abs(x)).exp().log1p() + (x if x > 0 else 0)


def _normal(x: Any) -> Any:
    return (-x / flint.arb(2).sqrt()).erfc() / 2


def _scaled_erfc(x: Any) -> Any:
    """exp(x**2) erfc(x), also where the second factor is below 2^-10000."""
    with flint.ctx.extraprec(80 + int(abs(float(x))) // 4):
        return (x * x).exp() * x.erfc()


def _even(a: Interval) -> Interval:
    return rising(lambda x: x.cosh())(Interval(a.least, a.largest))


def _pow(a: Interval, b: Interval) -> Interval:
    return intervals.hull(intervals.around(x**y) for x in a for y in b)


def _hypot(a: Interval, b: Interval) -> Interval:
    low, high = a.least**2 + b.least**2, a.largest**2 + b.largest**2
    return Interval(low.sqrt().lower(), high.sqrt().upper())


def _times(name: str) -> Range:
    """a g(b), and 0 where a is: so does the library say where g(b) is infinite."""

    def made(a: Interval, b: Interval) -> Interval:
        return a if a.is_point and a.lo == 0 else intervals.multiply(a, _own(name)(b))

    return made


def _digamma(order: int) -> Called:
    def value(x: Any) -> Any:
        return x.digamma() if order == 0 else flint.acb(x).polygamma(order).real

    shape = falling if order % 2 else rising
    return Called(lambda x: sympy.polygamma(order, x), shape(value), (9, 8, 5)[order])


def _log1p_slope(a: Interval) -> float:
    """1/(1 + t), and at most 1 for t >= 0; |t g'/g| is no larger."""
    return 1.0 if a.lo >= 0 else _upper(1 / (1 + a.lo)) if a.lo > -1 else INFINITE


def _round(x: Any) -> Any:
    """For ends only: rint rises, so that its ends are those of the box."""
    return (x + flint.arb(0.5)).floor()


# Where the result is below the normal range it may be 0 as well: `code.py` follows both.
SQUASH = Called(lambda x: 1 / (1 + exp(-x)), rising(_sigmoid), 2.25, _size, _one)
# The bound is a whole number at least a quarter above what a search finds, or one below where IEEE 754 decides it.
CALLED: dict[str, Called] = {
    "np.exp": Called(exp, _own("exp"), 0.55, _size, _one),
    "np.exp2": Called(lambda x: 2**x, rising(lambda x: flint.arb(2) ** x), 1, _size, _one),
    "np.expm1": Called(lambda x: exp(x) - 1, _own("expm1"), 2, lambda a: 1 + max(0.0, _upper(a.hi)), below=0.0),
    "np.log": Called(log, _own("log"), 0.55, change=_one),
    "np.log1p": Called(
        lambda x: log(1 + x), _own("log1p"), 2, lambda a: _log1p_slope(a), slope=lambda a: _log1p_slope(a)
    ),
    "np.log2": Called(lambda x: log(x) / log(2), rising(lambda x: x.log() / flint.arb(2).log()), 2),
    "np.log10": Called(lambda x: log(x) / log(10), rising(lambda x: x.log() / flint.arb(10).log()), 3),
    "np.sqrt": Called(sqrt, _own("sqrt"), 0.5, lambda a: 0.5, below=0.5),
    "np.sin": Called(sympy.sin, _own("sin", wave), 1),
    "np.cos": Called(sympy.cos, _own("cos", wave), 1),
    "np.tan": Called(sympy.tan, _own("tan", wave), 1),
    "np.sinh": Called(sympy.sinh, _own("sinh"), 2, lambda a: 1 + _size(a)),
    "np.cosh": Called(sympy.cosh, _even, 2, _size),
    "np.tanh": Called(sympy.tanh, _own("tanh"), 2, _one, slope=_one),
    "np.arcsin": Called(sympy.asin, _own("asin"), 1),
    "np.arccos": Called(sympy.acos, _own("acos", falling), 1),
    "np.arctan": Called(sympy.atan, _own("atan"), 1, _one, slope=_one),
    "np.arcsinh": Called(sympy.asinh, _own("asinh"), 2, _one, slope=_one),
    "np.arccosh": Called(sympy.acosh, _own("acosh"), 2),
    "np.arctanh": Called(sympy.atanh, _own("atanh"), 2),
    "np.hypot": Called(lambda x, y: sqrt(x**2 + y**2), _hypot, 1, _one),
    "np.power": Called(lambda x, y: x**y, _pow, 1),
    # Of two numbers it is 0 along a curve, beside which no ulps of it suffice: only softplus is assumed.
    "np.logaddexp": Called(lambda x, y: log(1 + exp(y)), lambda a, b: rising(_softplus)(b), 2),
    "np.arctan2": Called(
        sympy.atan2, lambda a, b: intervals.around(flint.arb.atan2(a.lo.union(a.hi), b.lo.union(b.hi))), 1
    ),
    "np.floor": Called(ROWS["floor"].head, rising(lambda x: x.floor()), 0),
    "np.ceil": Called(ROWS["ceil"].head, rising(lambda x: x.ceil()), 0),
    "np.rint": Called(ROWS["round"].head, rising(_round), 0),
    "special.expit": SQUASH,
    "special.logit": Called(lambda x: log(x) - log(1 - x), rising(lambda x: x.log() - (-x).log1p()), 2),
    "special.log_expit": Called(lambda x: -log(1 + exp(-x)), rising(lambda x: -_softplus(-x)), 2),
    "special.erf": Called(sympy.erf, _own("erf"), 3, _one, slope=lambda a: 1.13),
    "special.erfinv": Called(sympy.erfinv, _own("erfinv"), 3),
    "special.erfcx": Called(
        lambda x: exp(x**2) * (1 - sympy.erf(x)), falling(_scaled_erfc), 8, _one, domain=(0.0, math.inf)
    ),
    "special.log_ndtr": Called(
        lambda x: log((1 + sympy.erf(x / sqrt(2))) / 2),
        rising(lambda x: _normal(x).log()),
        6,
        domain=(-math.inf, 1.0),
    ),
    "special.xlogy": Called(lambda x, y: x * log(y), _times("log"), 2),
    "special.xlog1py": Called(lambda x, y: x * log(1 + y), _times("log1p"), 2),
    "special.polygamma(0)": _digamma(0),
    "special.polygamma(1)": _digamma(1),
    "special.polygamma(2)": _digamma(2),
}
GATE = 2 * sqrt(2 / sympy.pi)


def _gate(a: Interval) -> Interval:
    def at(x: Any) -> Any:
        return _sigmoid((8 / flint.arb.pi()).sqrt() * (x + flint.arb(44715) / 10**6 * x**3))

    return rising(at)(a)


def _excess(x: Any) -> Any:
    """x + density/distribution: to the left by 1/(|x| + 2/|x|) < it < 1/|x|, where x would cancel it."""
    if x < -(10**6):
        return (1 / -x).union(1 / (-x - 2 / x))
    with flint.ctx.extraprec(200):
        return x + (2 / flint.arb.pi()).sqrt() / _scaled_erfc(-x / flint.arb(2).sqrt())


def _over_hypot(a: Interval, b: Interval, p: Interval) -> Interval:
    return intervals.power(intervals.inverse(_hypot(a, b)), int(float(p.lo)))


# Helpers of our own that are assumed as a whole: their bodies approximate, or scale by powers of two.
CALLED |= {
    "gelu_gate": Called(
        lambda x, c: c / (1 + exp(-GATE * (x + sympy.Rational(44715, 10**6) * x**3))), _gate, 5, linear=True
    ),
    "over_hypot": Called(lambda x, y, p, c: c / sqrt(x**2 + y**2) ** p, _over_hypot, 4, linear=True),
    "sigmoid_difference": Called(
        lambda x, y: 1 / (1 + exp(y - x)), lambda a, b: rising(_sigmoid)(intervals.add(a, -b)), 5
    ),
    "mills_excess": Called(
        lambda x, c: c * (x + exp(-(x**2) / 2) / sqrt(2 * sympy.pi) / ((1 + sympy.erf(x / sqrt(2))) / 2)),
        rising(lambda x: _excess(x)),
        4,
        linear=True,
    ),
    "gammaln": Called(sympy.loggamma, wave(lambda x: x.lgamma()), 5),
}
OWN = frozenset(name for name in CALLED if "." not in name)


def apply(name: str, arguments: list[Value]) -> Value:
    """What the library's function makes of values that are off."""
    row = CALLED[name]
    ranges = [a.range for a in arguments]
    if any(a.seen for a in arguments):
        raise Straddles
    if row.domain is not None and not _inside(arguments[0].computed, row.domain):
        raise Straddles
    if row.linear:
        return _linear(row, arguments)
    reached = row.range(*(a.computed for a in arguments))
    made = row.range(*ranges)
    ref = row.ref(*(a.ref for a in arguments))
    if all(a.exact for a in arguments):
        value = floats.exact(made, ref, 0 if row.ulps == 0 else None)
        return value if row.ulps == 0 else floats.rounded(value, row.ulps, below=row.tiny)
    relative, absolute = _passed_on(row, arguments, made, reached)
    return floats.rounded(Value(made, relative, absolute, ref), row.ulps, below=row.tiny)


def _inside(range_: Interval, domain: tuple[float, float]) -> bool:
    return bool(range_.lo >= domain[0] and range_.hi <= domain[1])


def _linear(row: Called, arguments: list[Value]) -> Value:
    """c g(x, ...): the error of c is passed on as it is."""
    *rest, factor = arguments
    if not all(a.exact for a in rest):
        raise Straddles
    core = row.range(*(a.range for a in rest))
    absolute = flint.arb(factor.absolute * core.largest).upper()
    ref = row.ref(*(a.ref for a in arguments))
    made = Value(intervals.multiply(core, factor.range), factor.relative, absolute, ref)
    return floats.rounded(made, row.ulps, below=row.tiny)


def _passed_on(row: Called, arguments: list[Value], made: Interval, reached: Interval) -> tuple[float, Point]:
    """What the errors of the arguments do to the result: a relative and an absolute part."""
    zero, wide = flint.arb(0), intervals.hull([a.computed for a in arguments])
    if len(arguments) > 1 and row.condition is None:
        raise Straddles
    relative, absolute = max(a.relative for a in arguments), max(a.absolute for a in arguments)
    if absolute > 0 and row.steep is not None:
        change = _grown(row.steep(wide), float(absolute.upper()))
        return (_compounded(change, _grown(_need(row.condition)(wide), _log_of(relative))), zero)
    if absolute > 0 and row.slope is not None and len(arguments) == 1:
        passed = flint.arb(absolute * row.slope(wide) * SLACK).upper()
        return _grown(_need(row.condition)(wide), _log_of(relative)), passed
    pure = max(a.pure for a in arguments)
    if row.change is not None and pure < 0.5:
        return 0.0, flint.arb(row.change(wide) * _log_of(pure) * SLACK)
    return _grown(_need(row.condition)(wide), _log_of(pure)), zero


def _need(factor: Factor | None) -> Factor:
    if factor is None:
        raise Straddles
    return factor


def _log_of(relative: float) -> float:
    """|log(1 + d)| for |d| <= relative"""
    return -math.log1p(-relative) * SLACK if relative < 1 else INFINITE


def _grown(factor: float, off: float) -> float:
    """exp(factor off) - 1"""
    if off == 0:
        return 0.0
    return math.expm1(min(factor * off, 700.0)) * SLACK if factor * off < 700 else INFINITE


def _compounded(a: float, b: float) -> float:
    return (a + b + a * b) * SLACK
