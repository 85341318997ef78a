"""Rational functions of atoms: what counts as equal."""

from __future__ import annotations

import pytest
import sympy
from sympy import Integer

from derive.fractions import equal_fractions
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
