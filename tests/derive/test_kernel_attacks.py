"""The kernel refuses false theorems, and one without any of its checks accepts one of them."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from kernel_attacks import (
    ATTACKS,
    ZERO,
    X,
    grad,
    straight,
)
from kernel_attacks_names import RIGHT, SIZED, SIZES, formed, renamed

from derive import kernel
from derive.equation import Equation
from derive.index import Along, Compare, Delta, Entry, Partial, Reduce, extent, letter, same


@pytest.mark.parametrize("name", ATTACKS)
def test_refused(name: str) -> None:
    make, said = ATTACKS[name]
    with pytest.raises(kernel.Refused, match=said):
        kernel.check(make())


def test_the_frame_of_the_attacks_is_sound() -> None:
    """What is refused above is refused for its fault: without it the proofs are accepted."""
    kernel.check(renamed("v", *RIGHT))
    kernel.check(renamed("y", *SIZES, proof=grad(SIZED, "x,y"), extents=((extent("n"), extent("m")),)))
    kernel.check(straight(grad("L = x**2"), "x", 2 * X))
    kernel.check(formed())


# ---------------------------------------------------------------- theorems


def test_a_theorem_cannot_be_made_of_another() -> None:
    theorem = grad("L = x**2").check()
    with pytest.raises(kernel.Refused, match="nowhere else"):
        replace(theorem, equations=(Equation("x_bar", (), ZERO),))
    twin = copy.copy(theorem)
    assert twin is not theorem
    assert [e.rhs for e in twin.equations] == [e.rhs for e in theorem.equations]


def test_a_forged_theorem_does_not_survive_a_copy() -> None:
    theorem = copy.copy(grad("L = x**2").check())
    object.__setattr__(theorem, "proof", straight(grad("L = x**2"), "x", 3 * X))
    with pytest.raises(kernel.Refused):
        copy.copy(theorem)


def test_where_a_softmax_is_read_is_not_in_the_scope_of_its_letter() -> None:
    i, j, n = letter("i"), letter("j"), extent("n")
    first = Along("softmax", Entry("u", i), (i,), (n,), (i,))
    second = Along("softmax", Entry("u", j), (j,), (n,), (j,))
    assert not same(first, second)
    assert same(first, Along("softmax", Entry("u", j), (j,), (n,), (i,)))


def test_a_sum_is_not_taken_over_what_a_derivative_is_by() -> None:
    """sum_j d f_j / dx_j is no derivative of a sum."""
    j, n = letter("j"), extent("n")
    trace = Reduce("sum", Partial(Entry("f", j), Entry("x", j)), (j,), (n,))
    with pytest.raises(ValueError, match="summed over"):
        kernel.RULES["product rule backwards"].apply(trace, {}, kernel.Context({}))


def test_masks_and_deltas_are_of_the_language() -> None:
    i, p, n = letter("i"), letter("p"), extent("n")
    lines = kernel.Lines({"x": (n,)})
    lines.check(Compare("<", i, n) * Delta(i, p) * Entry("x", p), frozenset({i, p}))
    with pytest.raises(ValueError, match="loose"):
        lines.check(Delta(i, p), frozenset({i}))
