"""Rational functions of atoms: what counts as equal."""

from __future__ import annotations

from itertools import pairwise

import pytest
import sympy
from sympy import Integer

from derive.fractions import MANY, equal_fractions, factored
from derive.index import Entry

X, Y = Entry("x"), Entry("y")


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (sympy.exp(2 * X) / (1 + sympy.exp(X)), sympy.exp(X) - 1 + 1 / (1 + sympy.exp(X)), True),
        (sympy.exp(-3 * X) * sympy.exp(X) ** 2, sympy.exp(-X), True),
        (sympy.exp(2 * X + 2 * Y), sympy.exp(X + Y) ** 2, True),
        (sympy.exp(2 * X), sympy.exp(X), False),
        (sympy.exp(2 * X), sympy.exp(3 * X), False),
        (sympy.exp(X / 2) ** 2, sympy.exp(X) + 1, False),
        (sympy.exp(Integer(2)) * X, X * sympy.exp(Integer(1)), False),
    ],
)
def test_powers_of_exponentials(left: sympy.Expr, right: sympy.Expr, equal: bool) -> None:
    assert equal_fractions(left, right) is equal


MANY_NAMES = sympy.symbols(f"a:{MANY + 3}")


@pytest.mark.parametrize(
    "factors",
    [
        [sum(MANY_NAMES)],
        [sum(MANY_NAMES), MANY_NAMES[0] - MANY_NAMES[1]],
        [sum(a**2 for a in MANY_NAMES[1:]) + MANY_NAMES[0], MANY_NAMES[3] ** 2 - 1, sympy.Rational(3, 2)],
        [sum(a * b for a, b in pairwise(MANY_NAMES)), MANY_NAMES[2] + 1],
        [sum(a**2 for a in MANY_NAMES), MANY_NAMES[2] + 1],
    ],
)
def test_factors_of_many_symbols_are_those_of_sympy(factors: list[sympy.Expr]) -> None:
    """Fast where a symbol enters linearly, and the general way where none does."""
    total = sympy.expand(sympy.Mul(*factors))
    found = factored(total / (1 + MANY_NAMES[0]))
    assert sympy.expand(found * (1 + MANY_NAMES[0]) - total) == 0
    assert found * (1 + MANY_NAMES[0]) == sympy.factor(total)
