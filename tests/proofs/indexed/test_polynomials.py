"""Polynomials in atoms: what grows without end is given up."""

import pytest

from proofs.certificates.indexed.polynomials import MOST, Unproved, constant, plus, single, times


def long(terms):
    """x0 + x1 + ..."""
    total = constant(0)
    for number in range(terms):
        total = plus(total, single(("read", f"x{number}", ())))
    return total


def test_a_product_is_multiplied_out():
    assert len(times(long(3), long(2))) == 5


def test_a_product_that_is_too_long_is_no_proof():
    with pytest.raises(Unproved, match="too long to multiply out"):
        times(long(MOST // 4), long(5))
