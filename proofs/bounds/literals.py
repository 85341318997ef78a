"""Numbers in source: the float that Python makes of them, and the real number that they stand for."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy
from sympy import Expr, Rational, sqrt

# A float that is one of these, correctly rounded, stands for it.
KNOWN = (
    sympy.pi, sqrt(sympy.pi), sqrt(2), sqrt(2 * sympy.pi), sqrt(sympy.pi / 2), sqrt(2 / sympy.pi),
    2 * sqrt(2 / sympy.pi), sympy.log(2), sympy.log(10),
)  # fmt: skip
NAMES: dict[float, Expr] = {float(known.evalf(40)): known for known in KNOWN}


@dataclass(frozen=True)
class Constant:
    """A Python number, and what it stands for."""

    value: float | int
    ref: Expr


def constant(value: float | int) -> Constant:
    """The number of a literal.

    >>> constant(1.4142135623730951)
    Constant(value=1.4142135623730951, ref=sqrt(2))
    """
    if isinstance(value, float) and value in NAMES:
        return Constant(value, NAMES[value])
    exact = Fraction(value)
    return Constant(value, Rational(exact.numerator, exact.denominator))


OPERATIONS: dict[str, Any] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
    "neg": operator.neg,
}


def folded(op: str, parts: Sequence[Constant]) -> Constant:
    """What Python computes of constants, once, and what that stands for.

    >>> folded("div", [constant(1), constant(3)])
    Constant(value=0.3333333333333333, ref=1/3)
    """
    run = OPERATIONS[op]
    return Constant(run(*(p.value for p in parts)), run(*(p.ref for p in parts)))
