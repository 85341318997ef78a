"""Numbers that carry their proof: an exact rational where arithmetic is exact, else a ball of Arb that holds the value.

    fmpq     the number itself: sums, products and quotients of floats, and what Arb finds exactly, as exp(0) = 1
    arb      a ball [mid +/- rad] that holds the number; nan where it has no finite real value, or none was shown

Only this file loads python-flint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import reduce
from importlib import import_module
from importlib.util import find_spec
from typing import Any

# What needs balls says so when it is asked; all else works without.
flint: Any = import_module("flint") if find_spec("flint") else None

Number = Any
LONGEST = 40_000  # bits of an exact rational, beyond which a ball takes its place


class NoBalls(RuntimeError):
    """Balls are asked for, and python-flint is not installed."""


def needed() -> Any:
    """The module flint; NoBalls says what to install."""
    if flint is None:
        raise NoBalls('enclosures need python-flint, which is not installed: pip install "gradproof[balls]"')
    return flint


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Balls of so many bits."""
    with needed().ctx.workprec(bits):
        yield


def is_exact(x: Number) -> bool:
    """Whether the number itself is known, and not only a ball around it."""
    return isinstance(x, flint.fmpq)


def number(value: float | int) -> Number:
    """The float or the whole number itself; a ball that is no number for one that is not finite."""
    if value != value or value in (float("inf"), float("-inf")):
        return flint.arb(value)
    return flint.fmpq(*value.as_integer_ratio())


def rational(p: int, q: int) -> Number:
    """p/q"""
    return flint.fmpq(p, q)


def ball(x: Number) -> Number:
    """A ball around the number."""
    return flint.arb(x) if is_exact(x) else x


def settled(x: Number) -> Number:
    """The number itself where the ball is one point, a rational of moderate length."""
    if is_exact(x):
        return x if x.p.bit_length() + x.q.bit_length() < LONGEST else flint.arb(x)
    if not x.is_exact() or not x.is_finite():
        return x
    mantissa, power = (int(part) for part in x.man_exp())
    if abs(power) > LONGEST:
        return x
    return flint.fmpq(mantissa) * flint.fmpq(2) ** power


def undefined() -> Number:
    """What has no finite real value."""
    return flint.arb.nan()


def finite(x: Number) -> bool:
    """Whether a finite real value is enclosed."""
    return is_exact(x) or bool(x.is_finite())


# ---------------------------------------------------------------- arithmetic


def add(a: Number, b: Number) -> Number:
    """a + b"""
    return settled(a + b)


def multiply(a: Number, b: Number) -> Number:
    """a b; exactly 0 where one is and the other is finite."""
    if (is_exact(a) and a == 0 and finite(b)) or (is_exact(b) and b == 0 and finite(a)):
        return flint.fmpq(0)
    return settled(a * b)


def total(terms: Iterable[Number]) -> Number:
    """The sum of all terms."""
    return reduce(add, terms, flint.fmpq(0))


def product(terms: Iterable[Number]) -> Number:
    """The product of all factors."""
    return reduce(multiply, terms, flint.fmpq(1))


def power(base: Number, exponent: Number) -> Number:
    """base**exponent; of a base that may be negative only for whole exponents."""
    if is_exact(exponent) and exponent.q == 1:
        return _whole_power(base, int(exponent.p))
    if is_exact(exponent) and exponent.q == 2:
        return _whole_power(settled(ball(base).sqrt()), int(exponent.p))
    if is_exact(base) and base == 0:
        return flint.fmpq(0) if ball(exponent) > 0 else undefined()
    if not ball(base) > 0:
        return undefined()
    return settled(ball(base) ** ball(exponent))


def _whole_power(base: Number, exponent: int) -> Number:
    if is_exact(base) and base == 0 and exponent < 0:
        return undefined()
    if is_exact(base) and (base.p.bit_length() + base.q.bit_length()) * abs(exponent) > LONGEST:
        base = flint.arb(base)
    return settled(base**exponent)


# ---------------------------------------------------------------- order


def compare(operator: str, a: Number, b: Number) -> bool | None:
    """Whether a op b; None where the balls meet and neither is shown."""
    return ORDER[operator](ball(a), ball(b), is_exact(a) and is_exact(b) and a == b)


def _not(found: bool | None) -> bool | None:
    return None if found is None else not found


def _less(a: Number, b: Number, same: bool) -> bool | None:
    return True if a < b else False if same or a >= b else None


def _equal(a: Number, b: Number, same: bool) -> bool | None:
    return True if same else None if a.overlaps(b) else False


ORDER: dict[str, Callable[[Number, Number, bool], bool | None]] = {
    "<": _less,
    ">": lambda a, b, same: _less(b, a, same),
    "<=": lambda a, b, same: _not(_less(b, a, same)),
    ">=": lambda a, b, same: _not(_less(a, b, same)),
    "==": _equal,
    "!=": lambda a, b, same: _not(_equal(a, b, same)),
}


def truth(condition: Number) -> bool | None:
    """Whether a 0/1 number is 1; None where a ball holds both."""
    return compare("!=", condition, flint.fmpq(0))


def of_truth(found: bool | None) -> Number:
    """1, 0, or a ball that holds both."""
    return flint.arb(0).union(flint.arb(1)) if found is None else flint.fmpq(int(found))


def hull(a: Number, b: Number) -> Number:
    """A ball that holds both: what is known where it is open which of two branches holds."""
    if is_exact(a) and is_exact(b) and a == b:
        return a
    return ball(a).union(ball(b)) if finite(a) and finite(b) else undefined()


def larger(a: Number, b: Number) -> Number:
    """max(a, b)"""
    found = compare("<", a, b)
    return ball(a).max(ball(b)) if found is None else (b if found else a)


def smaller(a: Number, b: Number) -> Number:
    """min(a, b)"""
    found = compare("<", b, a)
    return ball(a).min(ball(b)) if found is None else (b if found else a)


# ---------------------------------------------------------------- functions


def floor(x: Number) -> Number:
    """The largest whole number that is not above x."""
    return flint.fmpq(x.p // x.q) if is_exact(x) else settled(x.floor())


def _round(x: Number) -> Number:
    """To the nearest whole number, ties to even."""
    if is_exact(x):
        return _half_even(x)
    return hull(*(_half_even(settled(end)) for end in (x.lower(), x.upper())))


def _half_even(x: Number) -> Number:
    if not is_exact(x):
        return undefined()
    low = x.p // x.q
    beyond = x - low - flint.fmpq(1, 2)
    return flint.fmpq(low + int(beyond > 0 or (beyond == 0 and low % 2 == 1)))


def _sign(x: Number) -> Number:
    above, below = (compare(operator, x, flint.fmpq(0)) for operator in "><")
    return add(of_truth(above), -of_truth(below))


def _polygamma(order: Number, x: Number) -> Number:
    return ball(x).digamma() if order == 0 else flint.acb(ball(x)).polygamma(flint.acb(ball(order))).real


def _own(name: str) -> Callable[[Number], Number]:
    return lambda x: getattr(ball(x), name)()


NAMED = (
    *("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan"),
    *("asinh", "acosh", "atanh", "erf", "erfc", "erfinv", "expm1", "log1p"),
)
# By the name of the row, or of SymPy's class. A row without an entry is evaluated by its definition.
BALLS: dict[str, Callable[..., Number]] = {
    **{name: _own(name) for name in NAMED},
    "atan2": lambda y, x: flint.arb.atan2(ball(y), ball(x)),
    "gammaln": lambda x: ball(x).lgamma(),
    "polygamma": _polygamma,
    "floor": floor,
    "ceil": lambda x: -floor(-x),
    "round": _round,
    "sign": _sign,
    "abs": abs,
    "Abs": abs,
    "max": larger,
    "min": smaller,
}


def apply(name: str, *arguments: Number) -> Number:
    """The function at these numbers; no number where Arb finds no finite real value."""
    return settled(BALLS[name](*arguments)) if all(map(finite, arguments)) else _at_infinity(name, arguments)


def _at_infinity(name: str, arguments: tuple[Number, ...]) -> Number:
    """exp(-inf) = 0, and the larger or smaller of two; masks write -inf."""
    if name in ("exp", "max", "min"):
        return settled(BALLS[name](*arguments))
    return undefined()
