"""Exact values: an expression of scalars as a function of Arb balls, evaluated with as many bits as it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import flint
import sympy
from flint import acb, arb
from sympy import Add, Expr, Function, Mul, Pow

from derive.functions import row_of, unfold
from derive.index import Compare, Entry, Where
from numeric.arrays import FUNCTIONS

Ball = Any
Ready = Callable[[Mapping[str, Ball]], Ball]
# More digits than any sum here can cancel before what is left is below every float.
BITS = 128, 512, 1200, 2400, 5000
# Compiled as one function, but near its zeros a sum like any other.
OF_TERMS = {"logaddexp"}
HALF = sympy.Rational(1, 2)


class Undecided(ArithmeticError):
    """The ball meets both sides of a comparison."""


def exact(expr: Expr, names: Sequence[str]) -> Callable[[Sequence[float], int], Ball | None]:
    """The value at these floats, to 20 bits below its own ulp or `least`; None where there is no finite real value."""
    run = ready(expr)

    def at(values: Sequence[float], least: int) -> Ball | None:
        for bits in BITS:
            flint.ctx.prec = bits
            try:
                ball = run({name: arb(value) for name, value in zip(names, values, strict=True)})
            except Undecided:
                continue
            if ball is not None and ball.is_finite() and _settled(ball, least):
                return ball
        return None

    return at


def _settled(ball: Ball, least: int) -> bool:
    """Whether the radius is 2^-70 of the value, or below 2^(least - 10)."""
    if ball.rel_accuracy_bits() >= 70 or ball.is_zero():
        return True
    return bool(ball.rad() < arb(2) ** (least - 10))


def ready(expr: Expr) -> Ready:
    """The expression as a function of balls by name."""
    for kind, make in KINDS:
        if isinstance(expr, kind):
            return make(expr)
    raise TypeError(f"{type(expr).__name__} has no ball")


def largest(expr: Expr) -> Ready:
    """The size of the largest term: over a sum the largest of its terms, over a product the product."""
    if isinstance(expr, Add):
        parts = [largest(a) for a in expr.args]
        return lambda at: max((part(at) for part in parts), key=lambda ball: ball.mid())
    if isinstance(expr, Mul):
        factors = [largest(a) for a in expr.args]
        return lambda at: _product([factor(at) for factor in factors])
    if isinstance(expr, Where):
        condition, chosen, otherwise = ready(expr.args[0]), largest(expr.args[1]), largest(expr.args[2])
        return lambda at: chosen(at) if condition(at) != 0 else otherwise(at)
    row = row_of(expr)
    if row is not None and row.definition is not None and (row.name not in FUNCTIONS or row.name in OF_TERMS):
        return largest(unfold(expr))
    run = ready(expr)
    return lambda at: abs(run(at))


def _number(expr: Expr) -> Ready:
    if expr.is_Rational:
        return lambda at: arb(int(expr.p)) / int(expr.q)
    return {sympy.pi: lambda at: arb.pi(), sympy.E: lambda at: arb(1).exp()}[expr]


def _product(balls: Sequence[Ball]) -> Ball:
    made = arb(1)
    for ball in balls:
        made *= ball
    return made


def _add(expr: Expr) -> Ready:
    parts = [ready(a) for a in expr.args]
    return lambda at: sum((part(at) for part in parts), arb(0))


def _multiply(expr: Expr) -> Ready:
    parts = [ready(a) for a in expr.args]
    return lambda at: _product([part(at) for part in parts])


def _power(expr: Expr) -> Ready:
    base, exponent = ready(expr.base), ready(expr.exp)
    if expr.exp.is_Integer:
        return lambda at: base(at) ** int(expr.exp)
    if expr.exp == HALF:
        return lambda at: base(at).sqrt()
    if expr.exp.is_Rational and expr.exp.q == 2:
        return lambda at: base(at).sqrt() ** int(expr.exp.p)
    return lambda at: base(at) ** exponent(at)


def _compare(expr: Compare) -> Ready:
    left, right = ready(expr.args[1]), ready(expr.args[2])

    def run(at: Mapping[str, Ball]) -> int:
        a, b = left(at), right(at)
        if a.overlaps(b) and not (a.is_exact() and b.is_exact()):
            raise Undecided
        return int(RELATIONS[expr.operator](a, b))

    return run


RELATIONS: dict[str, Callable[[Ball, Ball], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def _where(expr: Where) -> Ready:
    condition, chosen, otherwise = (ready(a) for a in expr.args)
    return lambda at: chosen(at) if condition(at) != 0 else otherwise(at)


def _function(expr: Expr) -> Ready:
    row = row_of(expr)
    name = row.name if row is not None else type(expr).__name__
    if name not in BALLS:
        return ready(unfold(expr))
    arguments, function = [ready(a) for a in expr.args], BALLS[name]
    return lambda at: function(*(argument(at) for argument in arguments))


def _round(x: Ball) -> Ball:
    """To the nearest integer, ties to even; x is a float, so exact."""
    low = x.floor()
    if x - low == arb(0.5):
        return 2 * ((low + 1) / 2).floor()
    return (x + arb(0.5)).floor()


def _sign(x: Ball) -> Ball:
    return arb(int(x > 0) - int(x < 0))


NAMED = [
    *("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan"),
    *("asinh", "acosh", "atanh", "erf", "erfc", "erfinv", "floor", "ceil"),
]
BALLS: dict[str, Callable[..., Ball]] = {
    **{n: lambda x, n=n: getattr(arb(x), n)() for n in NAMED},
    "atan2": lambda y, x: arb.atan2(arb(y), arb(x)),
    "gammaln": lambda x: x.lgamma(),
    "polygamma": lambda n, x: acb(x).polygamma(acb(n)).real if n != 0 else x.digamma(),
    "round": _round,
    "sign": _sign,
    "abs": lambda x: abs(x),
    "Abs": lambda x: abs(x),
}

KINDS: tuple[tuple[Any, Callable[[Any], Ready]], ...] = (
    (Entry, lambda expr: lambda at: at[expr.tensor]),
    ((sympy.Number, sympy.NumberSymbol), _number),
    (Add, _add),
    (Mul, _multiply),
    (Pow, _power),
    (Compare, _compare),
    (Where, _where),
    (Function, _function),
)
