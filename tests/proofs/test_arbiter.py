"""The arbiter: slopes of the forward by enclosures, asked only where a gradient is about to be called wrong."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import derive
from proofs import verify_each
from proofs.enclosure import slopes
from proofs.points import Point
from proofs.witnesses import Differences, Undefined


@pytest.mark.parametrize("fault", [0.0, 4 * slopes.SMALLEST_FAULT])
def test_it_sees_the_smallest_fault_that_it_declares(fault: float) -> None:
    program, x = derive.program("L = sum[i](tanh(x[i])*exp(x[i]))"), np.array([0.3, -20.0])
    exact = derive.grad(program)
    found = slopes.arbitrated(program, {"x": x}, "x", (1,))
    assert found is not None
    value = Point(exact, {"x": x}).bounds["x"][1,].value
    off = abs(float(found[2]) - float(value) * (1 + fault)) / abs(float(value))
    assert (off > slopes.SMALLEST_FAULT) == (fault > 0)


def test_fifty_digits_are_too_few_where_balls_are_not() -> None:
    """The terms cancel from the 60th digit on: differences in 50 digits see rounding, a jump or any slope at all."""
    program = derive.program("L = sum[i](exp(x[i] + 400) - exp(x[i])*(exp(400) - 1))")
    arrays = {"x": np.array([0.5])}
    found = slopes.arbitrated(program, arrays, "x", (0,))
    assert found is not None
    exact = found[2]
    assert float(exact) == pytest.approx(np.exp(0.5), rel=1e-15)
    with contextlib.suppress(Undefined):
        assert abs(Differences(program, arrays).slope("x", (0,)).middle - np.exp(0.5)) > 1


def test_a_kink_has_two_slopes_and_what_is_undefined_none() -> None:
    absolute = derive.program("L = sum[i](abs(x[i]))")
    assert slopes.arbitrated(absolute, {"x": np.array([0.0])}, "x", (0,)) == (-1, 1, 0)
    assert slopes.arbitrated(derive.program("L = sum[i](log(x[i]))"), {"x": np.array([-1.0])}, "x", (0,)) is None


def test_a_jump_has_no_slope_however_small() -> None:
    program, at_0 = derive.program("L = sum[i](sign(x[i]))/10**12"), {"x": np.array([0.0])}
    assert slopes.arbitrated(program, at_0, "x", (0,)) is None
    assert slopes.arbitrated(program, {"x": np.array([1.0])}, "x", (0,)) == (0, 0, 0)


def test_many_arguments_are_left_to_the_others() -> None:
    program = derive.program("L = sum[i](x[i]**2)")
    assert slopes.arbitrated(program, {"x": np.ones(slopes.MOST_ENTRIES + 1)}, "x", (0,)) is None


def test_it_decides_where_the_others_are_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gradient off by 1e-9 is wrong; if the arbiter saw just that slope, it would not be."""
    cube = derive.grad(derive.program("L = sum[i](x[i]**3)"), "x")
    off = [lambda x: {"x": 3 * x**2 * (1 + 1e-9)}]
    (report,) = verify_each(cube, off)
    assert report.verdict == "wrong"
    assert slopes.NAME in report.witnesses

    def other(program: object, arrays: Any, name: str, at: Any) -> tuple[Fraction, ...]:
        x = arrays[name][at]
        return (Fraction(float(3 * x**2 * (1 + 1e-9))),) * 3

    monkeypatch.setattr("proofs.points.arbitrated", other)
    assert [r.verdict for r in verify_each(cube, off)] == ["agree"]


def test_what_is_plainly_wrong_is_not_brought_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.points.arbitrated", lambda *given: pytest.fail("no doubt here"))
    cube = derive.grad(derive.program("L = sum[i](x[i]**3)"), "x")
    assert [r.verdict for r in verify_each(cube, [lambda x: {"x": 2 * x**2}])] == ["wrong"]
