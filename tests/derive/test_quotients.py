"""Quotients of polynomials: what SymPy's general way says of the same, and None where roots may decide."""

from __future__ import annotations

import random

import pytest
import sympy
from sympy import Expr, Integer, Rational, sqrt, symbols

from derive import short_forms
from derive.quotients import equal_quotients, lowest_terms

A, B, C = symbols("a b c")


def drawn(source: random.Random, depth: int = 3) -> Expr:
    """A quotient of sums and products of a, b, c and small numbers."""
    if depth == 0:
        return source.choice([A, B, C, Integer(source.randint(-2, 2)), Rational(1, 3)])
    left, right = drawn(source, depth - 1), drawn(source, depth - 1)
    made = source.choice([left + right, left * right, left - right, left / right if right != 0 else left])
    return made if made.is_finite is not False and not made.has(sympy.nan, sympy.zoo) else left


@pytest.mark.parametrize("seed", range(30))
def test_as_sympy_says(seed: int) -> None:
    source = random.Random(seed)
    value, other = drawn(source), drawn(source)
    difference = sympy.expand(sympy.numer(sympy.together(value - other)))
    assert equal_quotients(value, other) is (difference == 0)
    assert equal_quotients(value, sympy.cancel(value)) is True
    assert equal_quotients(value, sympy.cancel(value) + Rational(1, 1000)) is False


@pytest.mark.parametrize("seed", range(30))
def test_lowest_terms(seed: int) -> None:
    value = drawn(random.Random(seed))
    lowest = lowest_terms(value)
    assert lowest is not None
    above, below = (poly.as_expr(*lowest.symbols) if lowest.symbols else poly.as_expr() for poly in lowest[1:3])
    assert equal_quotients(lowest.number * above / below, value) is True
    assert sympy.gcd(above, below) == 1


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (sqrt(A) * (1 + sqrt(A)), sqrt(A) + A, None),
        (sqrt(A + B) ** 3 / sqrt(A + B), A + B, True),
        ((1 + sqrt(A)) ** 2 - 2 * sqrt(A) * (1 + sqrt(A)) / 1, 1 - sqrt(A) ** 2, None),
        (sympy.pi * (A + 1), sympy.pi * A + sympy.pi, True),
        (sympy.pi, A, None),
        (sympy.oo * A, A, None),
        (1 / (A - B + sympy.Mul(-1, A - B, evaluate=False)), A, None),
        (2**A, A, None),
    ],
)
def test_what_polynomials_do_not_decide(left: Expr, right: Expr, equal: bool | None) -> None:
    assert equal_quotients(left, right) is equal


@pytest.mark.parametrize("shape", [A * (1 - B), A**2 * (1 - A), (A - B) / C, A * B * (A + B + 1) / C, A - B, 3 * A / C])
def test_what_is_settled_has_no_shorter_form(shape: Expr) -> None:
    """Nor has what is not settled one where the quick way finds none."""
    others = short_forms._cancelled(sympy.together(shape))
    rank = short_forms._rank(short_forms.well_signed(shape, {}))
    assert short_forms._is_settled(shape) or not shape.has(sympy.Add)
    assert all(rank <= short_forms._rank(short_forms.well_signed(form, {})) for form in others)


@pytest.mark.parametrize("shape", [2 * A + 2 * B, (A - B) / A, A * (B + B * C), (A - B) * (A + B), 1 / A - B, A**2 - A])
def test_what_may_be_shorter_is_not_settled(shape: Expr) -> None:
    assert not short_forms._is_settled(shape)


@pytest.mark.parametrize("seed", range(20))
def test_forms_are_equal_and_as_short_as_those_of_the_general_way(seed: int) -> None:
    shape = drawn(random.Random(seed))
    forms = short_forms._forms(shape)
    assert all(equal_quotients(form, shape) for form in forms)
    if len(forms) > 1:
        ranks, general = (
            [short_forms._rank(short_forms.well_signed(f, {})) for f in some]
            for some in (forms, short_forms._cancelled(sympy.together(shape)))
        )
        assert min(ranks) <= min(general)
