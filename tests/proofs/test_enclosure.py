"""Enclosures against exact rationals and against mpmath: they hold the value, and say what they cannot know."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp

import derive
from derive.functions import ROWS, Row
from proofs.enclosure import FORMATS, Enclosed, NoBalls, enclose, exact
from proofs.rounding import Evaluator

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def only(text: str, **arrays: Any) -> Enclosed:
    """The one entry of a program's last tensor."""
    return enclose(derive.program(text), arrays)[text.split("=")[0].strip().split("\n")[-1]][()]


# ---------------------------------------------------------------- rounding


@settings(max_examples=50)
@given(FLOATS, st.integers(1, 99), st.integers(-1100, 1000))
def test_nearest_is_pythons_division(x: float, divisor: int, power: int) -> None:
    value = Fraction(x) / divisor * Fraction(2) ** power
    assert FORMATS["float64"].nearest(value) == _python(value)


def _python(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


@given(FLOATS, st.sampled_from([("float32", np.float32), ("float16", np.float16)]))
def test_nearest_is_numpys_cast(x: float, form: tuple[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        assert float(form[1](x)) == FORMATS[form[0]].nearest(Fraction(x))


@given(st.floats(-1e308, 1e308))
def test_ulp_is_numpys_spacing(x: float) -> None:
    assert FORMATS["float64"].ulp(Fraction(x)) == Fraction(float(np.spacing(abs(x))))


# ---------------------------------------------------------------- against exact rationals


@settings(max_examples=30)
@given(st.lists(FLOATS, min_size=1, max_size=5), st.data())
def test_rational_programs_are_exact(x: list[float], data: st.DataObject) -> None:
    y = data.draw(st.lists(FLOATS, min_size=len(x), max_size=len(x)))
    found = only("L = sum[i](x[i]*y[i]) + max[i](x[i]) - y[0]", x=x, y=y)
    due = sum(Fraction(a) * Fraction(b) for a, b in zip(x, y, strict=True)) + Fraction(max(x)) - Fraction(y[0])
    assert exact.is_exact(found.number)
    assert found.interval == (due, due)
    assert found.sign == (due > 0) - (due < 0)
    assert found.nearest == FORMATS["float64"].nearest(due)


def test_matrices_of_floats_are_inverted_exactly() -> None:
    matrix = np.array([[2.0, 0.1], [0.3, 1.0]])
    found = enclose(derive.program("L = det(A)"), {"A": matrix})["L"][()]
    assert found.interval[0] == Fraction(2) - Fraction(0.1) * Fraction(0.3)
    product = "B[i,j] = inv(A)[i,j]\nC[i,k] = sum[j](A[i,j]*B[j,k])"
    identity = enclose(derive.program(product), {"A": matrix})["C"]
    assert {at: e.interval[0] for at, e in identity.items()} == {at: Fraction(int(at[0] == at[1])) for at in identity}


# ---------------------------------------------------------------- against mpmath


def _points(row: Row, count: int) -> dict[str, list[float]]:
    stream = np.random.default_rng(sum(map(ord, row.name)))
    made = {}
    for name, domain in zip(row.names, row.domains[row.fixed :], strict=True):
        low, high = max(float(domain.inf), -8.0), min(float(domain.sup), 8.0)
        made[name] = (low + (high - low) * stream.uniform(0.02, 0.98, count)).tolist()
    return made


@pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
def test_every_function_and_slope_holds_what_mpmath_finds(row: Row) -> None:
    derivation = derive.grad(derive.program(f"L = sum[i]({row.text('i')})"))
    arrays = {name: np.array(values) for name, values in _points(row, 2).items()}
    names = ["L", *(derivation.results[name] for name in row.names)]
    found = enclose(derivation.program, arrays, *names)
    run = Evaluator(derivation.program, arrays, 0.0, 60)
    for name in names:
        for at, value in run.tensor(name).items():
            _holds(found[name][at], value.value, name)


def _holds(found: Enclosed, value: Any, name: str) -> None:
    low, high = found.interval
    with mp.workdps(60):
        room = abs(value) * mp.mpf(10) ** -50 + mp.mpf(10) ** -50
        assert mp.mpf(low.numerator) / low.denominator - room <= value, name
        assert value <= mp.mpf(high.numerator) / high.denominator + room, name
        assert found.nearest == float(value) or value == 0, name


@pytest.mark.parametrize("text", [
    "A[i,k] = softmax[k](X[i,k])\nL = -sum[i,k](log(A[i,k])*Y[i,k])",
    "L = logsumexp[i,k](X[i,k]*Y[i,k])",
    "Z[i] = sum[k](where(Y[i,k] > 0, X[i,k], 0))\nL = mean[i](abs(Z[i]))",
    "integer t\nL = sum[i](X[t[i],0]*Y[i,1])",
    "Z[i,h: 2] = X[i,h+1]*Y[i,2-h]\nL = prod[i](sum[h](Z[i,h])) + min[i,k](X[i,k])",
    "C[i,j] = sum[k](X[i,k]*X[j,k]) + delta(i,j)\nL = logdet(C) + sum[i,j](inv(C)[i,j])",
])  # fmt: skip
def test_tensor_programs_hold_what_mpmath_finds(text: str) -> None:
    stream = np.random.default_rng(4)
    arrays = {"X": stream.normal(size=(3, 3)), "Y": stream.normal(size=(3, 3)), "t": np.array([2, 0, 1])}
    program = derive.program(text)
    derivation = derive.grad(program, wrt=["X"])
    names = ["L", "X_bar"]
    found = enclose(derivation.program, arrays, *names)
    run = Evaluator(derivation.program, arrays, 0.0, 60)
    for name in names:
        for at, value in run.tensor(name).items():
            _holds(found[name][at], value.value, name)


# ---------------------------------------------------------------- what is decided, and what is not


def test_zero_and_sign_are_certified_only_with_proof() -> None:
    assert only("L = x*y - y*x", x=0.1, y=0.3).zero is True
    assert only("L = exp(x) - 1", x=0.0).zero is True
    assert only("L = exp(x) - 1", x=1e-300).sign == 1
    assert only("L = tanh(x) - sinh(x)/cosh(x)", x=0.1).zero is None  # it is 0, and no ball shows that
    assert only("L = tanh(x) - sinh(x)/cosh(x)", x=0.1).nearest == 0


def test_a_tie_that_balls_cannot_see_is_not_known() -> None:
    found = only("L = where(tanh(x) > sinh(x)/cosh(x), 1, 2)", x=0.1)
    assert found.nearest is None
    assert found.sign == 1  # both branches are positive
    assert [float(end) for end in found.interval] == pytest.approx([1, 2], abs=1e-8)  # radii have 30 bits


def test_the_branch_beside_a_kink_is_found_by_more_bits() -> None:
    found = only("L = where(exp(x) > 1 + x, 1, 2)", x=1e-30)
    assert (found.nearest, found.bits) == (1.0, 320)
    assert enclose(derive.program("L = where(exp(x) > 1 + x, 1, 2)"), {"x": 1e-30}, most=160)["L"][()].nearest is None


@pytest.mark.parametrize("text", ["L = log(x)", "L = 1/(x + 1)", "L = sqrt(x)", "L = asin(2*x)"])
def test_no_real_value_is_never_a_value(text: str) -> None:
    found = only(text, x=-1.0)
    assert found.nearest is None
    assert found.sign is None
    with pytest.raises(ArithmeticError, match="no finite real value"):
        _ = found.interval


def test_errors_are_counted_in_ulps_of_the_true_value() -> None:
    found = only("L = exp(x)", x=1.0)
    assert found.nearest == math.e
    assert found.ulps(math.e) <= 0.5
    assert 0.5 < found.ulps(math.nextafter(math.e, 3)) <= 1.5
    assert found.ulps(math.nan) == math.inf


def test_without_the_library_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "flint", None)
    with pytest.raises(NoBalls, match=r'pip install "gradproof\[balls\]"'):
        only("L = exp(x)", x=1.0)
