"""What Numba compiles: what is refused, what the flags of the compiler leave alone, and the runtime's own functions."""

from __future__ import annotations

import importlib
from typing import Any

import mpmath
import numpy as np
import pytest

import derive
import numeric
from numeric.context import NotLowered

REFUSED = {"erfinv": "L = sum[i](erfinv(X[i]))", "polygamma": "L = sum[i](gammaln(X[i]))"}


@pytest.mark.parametrize("name", REFUSED)
def test_numba_refuses_by_name_what_it_cannot(name: str) -> None:
    with pytest.raises(NotLowered, match=f"the numba target has no form for {name}; build it for numpy"):
        numeric.build(derive.grad(derive.program(REFUSED[name])), target="numba")


def test_numba_keeps_nan_and_infinity() -> None:
    """Other orders of a sum are allowed, but none that takes x - (x - y) for y."""
    pytest.importorskip("numba")
    program = derive.program("d[i] = x[i] - y[i]\ne[i] = x[i] - d[i]\nf = sum[i](e[i])")
    run = numeric.build(program, target="numba")
    assert run(x=np.ones(20), y=np.ones(20))["f"] == 20
    for wrong in (np.nan, np.inf):
        assert np.isnan(run(x=np.full(20, wrong), y=np.ones(20))["f"])


# ---------------------------------------------------------------- functions of the runtime


@pytest.fixture
def runtime(numba_as_python: None) -> Any:
    return importlib.import_module("numeric.targets.numba_runtime")


def ulps(found: float, right: Any) -> float:
    """How many units in the last place it is off."""
    return abs(float((mpmath.mpf(found) - right) / np.spacing(abs(float(right)))))


def exact_erfcx(x: float) -> Any:
    return mpmath.exp(mpmath.mpf(x) ** 2) * mpmath.erfc(mpmath.mpf(x))


@pytest.mark.parametrize("x", [0.0, 1e-300, 0.1, 0.46875, 0.469, 1.0, 2.5, 3.999, 4.0, 4.001, 10.0, 30.0, 80.0])
def test_erfcx_is_right_in_all_of_its_parts(x: float, runtime: Any) -> None:
    with mpmath.workdps(40):
        assert ulps(runtime.erfcx(x), exact_erfcx(x)) <= 4
        assert ulps(runtime.erfcx(x) * (1 + 1e-14), exact_erfcx(x)) > 4


@pytest.mark.parametrize("x", [-37.5, -30.0, -5.0, -1.0, -0.8, -0.5, 0.0, 0.7, 3.0, 8.0])
def test_the_normal_distribution_has_its_tails(x: float, runtime: Any) -> None:
    with mpmath.workdps(40):
        cdf = mpmath.erfc(-mpmath.mpf(x) / mpmath.sqrt(2)) / 2
        density = mpmath.npdf(x)
        assert ulps(runtime.normal_cdf(x, 1.0), cdf) <= 8
        assert ulps(runtime.log_normal_cdf(x), mpmath.log(cdf)) <= 8
        assert ulps(runtime.inverse_mills(x, 1.0), density / cdf) <= 8


def test_norms_are_scaled_into_range(runtime: Any) -> None:
    for top in (0.0, 5e-324, 1e-200, 1.0, 1e200, 1.7e308):
        scaled = top * runtime.norm_scale(top)
        assert np.isfinite(scaled * scaled)
        assert (scaled * scaled > 0) == (top > 0)
