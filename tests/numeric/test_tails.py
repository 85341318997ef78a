"""The helpers that keep digits where a formula as it stands loses them: NumPy's, and their twins, against mpmath."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

import derive
import numeric
from numeric.targets.table import TARGETS

EVERYWHERE = [-1e4, -300.0, -37.5, -9.0, -5.5, -4.9, -3.0, -1.7, -1.0, -0.5, -1e-3, 0.0, 0.3, 1.0, 2.0, 5.0, 37.0]
NEAR_ZEROS = [0.51, 0.75, 0.9, 0.99, 1 - 2**-50, 1 + 2**-50, 1.1, 1.39, 1.41, 1.7, 2 - 2**-50, 2.01, 2.49]

AT_THE_ENDS = {"inverse_mills": (np.inf, 0), "mills_excess": (0, np.inf), "log_normal_cdf": (-np.inf, 0)}
AT_THE_ENDS |= {"mills_slope": (1, 0), "softsign": (-1, 1)}


def mills(x: Any) -> Any:
    return mp.npdf(x) / mp.ncdf(x)


def log_cdf(x: Any) -> Any:
    return mp.log(mp.ncdf(x)) if x < 0 else mp.log1p(-mp.ncdf(-x))


def gate(x: Any) -> Any:
    return 1 / (1 + mp.exp(-2 * mp.sqrt(2 / mp.pi) * (x + mpf(44715) / 10**6 * x**3)))


def sum_of_powers(x: Any) -> Any:
    """log(exp(x) + exp(y)) for y = -10 - x as floats have it, which is near 0 for x near 0."""
    return mp.log(mp.exp(x) + mp.exp(mpf(-10 - float(x))))


# What each computes of x, the exact value, and points. The bound in units of 2**-53 has the roundings of three or four
# operations, of SciPy's erfcx (5) and of the library's own functions; torch's inverse_mills cancels to the right of -5.
HELPERS: dict[str, tuple[Callable[[ModuleType, Any], Any], Callable[[Any], Any], list[float]]] = {
    "inverse_mills": (lambda m, x: m.inverse_mills(x, 1), mills, EVERYWHERE),
    "mills_excess": (lambda m, x: m.mills_excess(x, 1), lambda x: x + mills(x), EVERYWHERE),
    "mills_slope": (lambda m, x: m.mills_slope(x, 1), lambda x: mills(x) * (x + mills(x)), EVERYWHERE),
    "softsign": (lambda m, x: m.softsign(x), lambda x: x / (1 + abs(x)), EVERYWHERE),
    "log_normal_cdf": (lambda m, x: m.log_normal_cdf(x), log_cdf, EVERYWHERE),
    "gelu_gate": (lambda m, x: m.gelu_gate(x, 1), gate, [x for x in EVERYWHERE if x > -20]),
    "gammaln": (lambda m, x: m.gammaln(x), mp.loggamma, NEAR_ZEROS),
    "logaddexp": (lambda m, x: m.logaddexp(x, -10 - x), sum_of_powers, [1e-3, 0.01, 0.123, 0.7, -9.7]),
}
BOUNDS = {"numpy": 8, "jax": 12, "torch": 40}
# PyTorch's own functions, and JAX's log gamma.
LEFT_TO_THE_LIBRARY = {("torch", "log_normal_cdf"), ("torch", "gammaln"), ("torch", "logaddexp"), ("jax", "gammaln")}


def off(target: str, name: str, planted: float = 0) -> float:
    """The largest relative error in units of 2**-53."""
    row = TARGETS[target]
    if importlib.util.find_spec(row.library) is None:
        pytest.skip(f"{row.library} is not installed")
    if target == "jax":
        importlib.import_module("jax").config.update("jax_enable_x64", True)
    compute, exact, points = HELPERS[name]
    x = np.array(points)
    given = row.helpers.as_argument(x, x.dtype) if row.differentiable else x
    found = np.asarray(compute(row.helpers, given)) * (1 + planted)
    with mp.workdps(60):
        pairs = [(mpf(float(f)), exact(mpf(x))) for f, x in zip(found, points, strict=True)]
        return max(float(abs(f - e) / max(abs(e), mpf(2) ** -1022)) for f, e in pairs) * 2**53


@pytest.mark.parametrize("name", HELPERS)
@pytest.mark.parametrize("target", BOUNDS)
def test_digits_are_kept(target: str, name: str) -> None:
    if (target, name) not in LEFT_TO_THE_LIBRARY:
        assert off(target, name) < BOUNDS[target]


@pytest.mark.parametrize("name", HELPERS)
def test_a_planted_error_is_seen(name: str) -> None:
    assert off("numpy", name, planted=16 * 2**-53) > BOUNDS["numpy"]


@pytest.mark.parametrize("name", AT_THE_ENDS)
@pytest.mark.parametrize("target", BOUNDS)
def test_limits_and_nan(target: str, name: str) -> None:
    row = TARGETS[target]
    if importlib.util.find_spec(row.library) is None:
        pytest.skip(f"{row.library} is not installed")
    x = np.array([-np.inf, np.inf, np.nan])
    found = HELPERS[name][0](row.helpers, row.helpers.as_argument(x, x.dtype) if row.differentiable else x)
    assert np.asarray(found)[:2].tolist() == list(AT_THE_ENDS[name])
    assert np.isnan(np.asarray(found)[2])


def test_the_hessian_of_probit_keeps_its_digits_far_out() -> None:
    """-m (x + m) for the Mills ratio m: the sum cancels all digits where x is -1e8."""
    made = numeric.build(derive.hessian(derive.program("L = sum[i](log_normal_cdf(x[i]))"), wrt="x"))
    x = np.array([-1e8, -1e4, -30.0, -2.0, 3.0])
    found = np.diag(next(iter(made(x=x).values())))
    with mp.workdps(60):
        exact = [-mills(mpf(v)) * (mpf(v) + mills(mpf(v))) for v in x]
        assert max(float(abs((mpf(float(f)) - e) / e)) for f, e in zip(found, exact, strict=True)) < 12 * 2**-53


@pytest.mark.parametrize(("name", "y"), [("atan2", -2.5e-251), ("hypot", 1e-323)])
def test_what_is_scaled_with_its_product_gets_no_name(name: str, y: float) -> None:
    """1/hypot(x, y) or its square stands in both slopes, and leaves the range where they do not."""
    made = numeric.build(derive.grad(derive.program(f"L = sum[i]({name}(x[i], y[i]))")))
    found = made(x=np.array([8e-323, 1e200]), y=np.array([y, 1e200]))
    assert all(np.isfinite(slope).all() and slope.all() for slope in found.values())
