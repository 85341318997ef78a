"""Differences: bounds that hold, faults that are seen, kinks that are told, and no claim where there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import special

from numeric.differences import (
    CENTRAL_SEES,
    COMPLEX_STEP_SEES,
    ONE_SIDED_SEES,
    Estimate,
    central,
    complex_step,
    one_sided,
)

Function = Callable[[Any], Any]

# f, and f' typed so that it is good to an ulp or two wherever it is used below.
CASES: Mapping[str, tuple[Function, Function]] = {
    "exp": (np.exp, np.exp),
    "sin": (np.sin, np.cos),
    "sigmoid": (special.expit, lambda x: special.expit(x) * special.expit(-x)),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "softplus": (lambda x: np.logaddexp(0, x), special.expit),
    "cube": (lambda x: x**3, lambda x: 3 * x**2),
    "log": (np.log, lambda x: 1 / x),
    "sqrt": (np.sqrt, lambda x: 0.5 / np.sqrt(x)),
    "reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2),
    "fast sine": (lambda x: np.sin(128 * x), lambda x: 128 * np.cos(128 * x)),
}
POSITIVE = ("log", "sqrt", "reciprocal")
ORDINARY = sorted(CASES.keys() - {"fast sine"})


def points(name: str, stream: np.random.Generator, count: int = 6) -> Any:
    x = stream.uniform(0.3, 2, count)
    return x if name in POSITIVE else x * stream.choice([-1, 1], count)


def objects(estimate: Estimate, gradient: Any) -> bool:
    """Whether the estimate refutes the gradient."""
    return bool((np.abs(estimate.value - gradient) > estimate.bound).any())


@pytest.mark.parametrize("name", CASES)
@given(x=st.floats(1e-9, 300), negative=st.booleans())
@example(x=30.1, negative=True)
@settings(max_examples=40, deadline=None)
def test_the_bound_of_central_holds(name: str, x: float, negative: bool) -> None:
    f, slope = CASES[name]
    at = np.array([-x if negative and name not in POSITIVE else x])
    value, bound = central(lambda v: f(v[0]), at)
    true = slope(at)
    # Three ulp for the slope typed here, and what underflow leaves of it.
    assert abs(value - true) <= bound + 3 * np.spacing(np.abs(true)) + 1e-300


@pytest.mark.parametrize("name", CASES)
@given(x=st.floats(1e-6, 50))
@settings(max_examples=25, deadline=None)
def test_the_bound_of_one_sided_holds(name: str, x: float) -> None:
    f, slope = CASES[name]
    at = np.array([x])
    for side in one_sided(lambda v: f(v[0]), at):
        true = slope(at)
        assert abs(side.value - true) <= side.bound + 3 * np.spacing(np.abs(true)) + 1e-300


@pytest.mark.parametrize("fault", [1 + CENTRAL_SEES, 1 - CENTRAL_SEES, -1.0, 0.0])
@pytest.mark.parametrize("name", ORDINARY)
def test_central_sees_what_it_promises(name: str, fault: float) -> None:
    f, slope = CASES[name]
    x = points(name, np.random.default_rng(1))
    estimate = central(lambda v: f(v).sum(), x)
    assert not objects(estimate, slope(x))
    for at in range(len(x)):
        wrong = slope(x)
        wrong[at] *= fault
        assert objects(estimate, wrong), (x[at], estimate.bound[at] / abs(slope(x)[at]))


@pytest.mark.parametrize("name", ORDINARY)
def test_one_sided_sees_what_it_promises(name: str) -> None:
    f, slope = CASES[name]
    x = points(name, np.random.default_rng(2))
    for side in one_sided(lambda v: f(v).sum(), x):
        assert not objects(side, slope(x))
        assert objects(side, slope(x) * (1 + ONE_SIDED_SEES))


@pytest.mark.parametrize("name", ["exp", "sin", "cube", "log", "sqrt", "reciprocal"])
@given(x=st.floats(1e-9, 100))
@settings(max_examples=25, deadline=None)
def test_complex_step_sees_what_it_promises(name: str, x: float) -> None:
    f, slope = CASES[name]
    found, true = complex_step(lambda v: f(v[0]), np.array([x]))[0], slope(x)
    scale = abs(true) + abs(x * f(x)) * (name == "sin")  # near a zero of the slope only f's own rounding is left
    assert abs(found - true) < COMPLEX_STEP_SEES * scale
    assert abs(found - true * (1 + 2 * COMPLEX_STEP_SEES)) > COMPLEX_STEP_SEES * abs(true) / 2 or name == "sin"


def network(v: Any) -> Any:
    X = np.array([[0.2, -0.4, 0.9], [1.0, 0.3, -0.7]])
    W, b = v[:6].reshape(3, 2), v[6:8]
    A = 1 / (1 + np.exp(-(X @ W + b)))
    return ((A - 0.25) ** 2).sum() / len(X)


def test_the_two_agree_on_a_network_and_object_to_faults() -> None:
    v = np.random.default_rng(4).standard_normal(8)
    estimate, exact = central(network, v), complex_step(network, v)
    assert not objects(estimate, exact)
    assert (estimate.bound < 1e-12).all()
    W = exact[:6].reshape(3, 2)
    transposed = np.concatenate([W.T.ravel(), exact[6:]])
    for wrong in (-exact, exact * 2, exact / 2, transposed, exact * (1 + CENTRAL_SEES)):
        assert objects(estimate, wrong)


def test_shapes_are_kept() -> None:
    x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    estimate = central(lambda v: (v**2).sum(), x)
    assert estimate.value.shape == estimate.bound.shape == x.shape
    assert complex_step(lambda v: (v**2).sum(), x).tolist() == (2 * x).tolist()
    assert central(lambda v: v * v, 3.0).value.shape == ()


def test_the_argument_stays_as_it_was() -> None:
    x = np.array([1.0, 2.0])

    def careless(v: Any) -> float:
        v *= 2
        return float(v.sum())

    assert not objects(central(careless, x), np.array([2.0, 2.0]))
    assert x.tolist() == [1, 2]


# Kinks.

KINKS: Mapping[str, tuple[Function, float, float, float]] = {
    "abs": (np.abs, 0.0, -1.0, 1.0),
    "relu": (lambda v: np.maximum(v, 0), 0.0, 0.0, 1.0),
    "relu off the grid": (lambda v: np.maximum(v - 0.3, 0), 0.3, 0.0, 1.0),
    "leaky": (lambda v: np.where(v > 0, v, 0.01 * v), 0.0, 0.01, 1.0),
    "smooth": (np.exp, 0.0, 1.0, 1.0),
}


@pytest.mark.parametrize("name", KINKS)
def test_one_sided_tells_both_slopes(name: str) -> None:
    f, at, left, right = KINKS[name]
    found = one_sided(lambda v: f(v).sum(), np.array([at, at + 1]))
    assert [side.value[0] for side in found] == pytest.approx([left, right], abs=1e-10)
    assert all(
        abs(side.value[0] - true) <= side.bound[0] < 1e-9 for side, true in zip(found, (left, right), strict=True)
    )


def test_a_kink_close_by_is_not_smeared() -> None:
    value, bound = central(lambda v: np.maximum(v, 0).sum(), np.array([1e-6, -1e-6]))
    assert (np.abs(value - [1, 0]) <= bound).all()
    assert (bound < 1e-9).all()


# Where nothing is claimed.


def test_outside_the_domain_nothing_is_claimed() -> None:
    value, bound = central(lambda v: np.sqrt(v).sum(), np.array([0.0]))
    assert np.isnan(value[0])
    assert np.isinf(bound[0])


def test_the_edge_of_the_domain_is_no_obstacle() -> None:
    value, bound = central(lambda v: np.log(v).sum(), np.array([1e-12]))
    assert abs(value[0] - 1e12) <= bound[0] < 10


def test_functions_that_raise_beside_x_are_probed_too() -> None:
    def guarded(v: Any) -> float:
        if v[0] <= 0:
            raise ValueError("logarithm of a number that is not positive")
        return float(np.log(v[0]))

    value, bound = central(guarded, np.array([0.01]))
    assert abs(value[0] - 100) <= bound[0] < 1e-8


def test_poles_beside_x_are_probed_in_silence() -> None:
    value, bound = central(lambda v: (1 / v).sum(), np.array([0.5, 0.25]))
    assert (np.abs(value - [-4, -16]) <= bound).all()
    assert (bound < 1e-10).all()


def test_an_error_at_x_itself_is_the_callers() -> None:
    with pytest.raises(ZeroDivisionError):
        central(lambda v: 1 / 0, np.array([1.0]))


def test_a_jump_is_not_given_a_slope() -> None:
    assert np.isinf(central(lambda v: np.floor(v).sum(), np.array([1.0])).bound[0])


def test_unresolved_oscillation_is_not_given_a_slope() -> None:
    value, bound = central(lambda v: np.sin(1e8 * v).sum(), np.array([1.0]))
    assert abs(value[0] - 1e8 * np.cos(1e8)) <= bound[0]


@pytest.mark.parametrize("x", [0.0, 7 / 64, 1 / 3])
def test_steps_that_are_whole_periods_do_not_agree_on_zero(x: float) -> None:
    value, bound = central(lambda v: np.sin(64 * np.pi * v).sum(), np.array([x]))
    assert abs(value[0] - 64 * np.pi * np.cos(64 * np.pi * x)) <= bound[0] < 1e-6


def test_noise_widens_the_bound() -> None:
    def noisy(v: Any) -> float:
        return float(np.sin(v[0]) + 1e-7 * np.sin(1e13 * v[0]))

    value, bound = central(noisy, np.array([0.7]))
    assert abs(value[0] - np.cos(0.7)) <= bound[0]
    assert 1e-9 < bound[0] < 0.05


def test_a_function_computed_in_float32_widens_the_bound() -> None:
    value, bound = central(lambda v: np.sin(v.astype(np.float32)).sum(), np.array([0.7, 1.9]))
    assert (np.abs(value - np.cos([0.7, 1.9])) <= bound).all()
    assert (bound < 1e-4).all()


def test_real_code_is_refused_by_complex_step() -> None:
    with pytest.raises(TypeError, match="not analytic code; use central"):
        complex_step(lambda v: np.abs(v).sum(), np.array([1.0]))
