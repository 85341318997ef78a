"""Numbers of many digits: each function as NumPy and SciPy have it, and none loses digits silently."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special
from mpmath import mp

from proofs.precise import Run, Unprecise, digits
from proofs.precise.arrays import Precise, lifted
from proofs.precise.number import FUNCTIONS, Real, function, real, whole

POINTS = {"arccosh": [1.5, 7.0], "acosh": [1.5, 7.0], "ndtri": [0.1, 0.7], "erfinv": [0.1, -0.7], "logit": [0.1, 0.7]}
POSITIVE = {
    "log",
    "log2",
    "log10",
    "log1p",
    "sqrt",
    "gammaln",
    "lgamma",
    "loggamma",
    "gamma",
    "digamma",
    "psi",
    "entr",
    "reciprocal",
}
UFUNCS = {
    name: found
    for name in FUNCTIONS
    for found in [getattr(np, name, None) or getattr(scipy.special, name, None)]
    if isinstance(found, np.ufunc) and name not in ("beta", "polygamma")
}


def rounded(value: Any) -> float:
    return value.rounded() if isinstance(value, Real) else float(value)


@pytest.mark.parametrize("name", UFUNCS)
def test_functions_are_those_of_numpy_and_scipy(name: str) -> None:
    ufunc = UFUNCS[name]
    points = POINTS.get(name, [0.3, 0.9] if name in POSITIVE or ufunc.nin > 1 else [-0.7, 0.0, 0.3])
    for x in points:
        arguments = (x, 0.4)[: ufunc.nin]
        found = rounded(FUNCTIONS[name](*map(real, arguments)))
        assert math.isclose(found, float(ufunc(*arguments)), rel_tol=1e-12, abs_tol=1e-15), (name, arguments)


def test_many_digits_are_kept() -> None:
    with digits(80):
        third = lifted(np.array([1.0])) / lifted(np.array([3.0]))
        assert abs(third[0] * 3 - 1) < real(10) ** -78


def test_nothing_becomes_a_float() -> None:
    with pytest.raises(Unprecise):
        float(real(0.5))
    with pytest.raises(Unprecise):
        np.zeros(1)[0:1].__setitem__(0, real(0.5))
    with pytest.raises(Unprecise):
        np.add(lifted(np.ones(2)), 1.0, out=np.zeros(2))


def test_infinities_are_those_of_numpy() -> None:
    zero, one = real(0.0), real(1.0)
    assert rounded(one / zero) == math.inf
    assert rounded(-one / zero) == -math.inf
    assert math.isnan(rounded(zero / zero))
    assert math.isnan(rounded(FUNCTIONS["sqrt"](real(-1.0))))
    assert rounded(FUNCTIONS["exp"](real(-1e300))) == 0


def test_lengths_are_whole_and_divide_with_all_digits() -> None:
    x = lifted(np.zeros((3, 2)))
    with digits(60):
        assert abs((1.0 / x.shape[0]) * 3 - 1) < real(10) ** -58
    assert list(range(x.shape[0] - 1)) == [0, 1]
    assert [0] * whole(2) == [0, 0]


IDIOMS: dict[str, Callable[[Any], Any]] = {
    "mean, var, std": lambda x: x.mean(axis=0) + np.var(x, axis=0, ddof=1) + x.std(0),
    "norm": lambda x: np.linalg.norm(x) + np.linalg.norm(x, axis=1).sum() + np.linalg.norm(x, ord=1, axis=0),
    "inv, det, solve": lambda x: np.linalg.inv(x @ x.T + np.eye(len(x))) * np.linalg.det(x @ x.T + np.eye(len(x))),
    "einsum, outer": lambda x: np.einsum("ij,kj->ik", x, x) + np.outer(x[:, 0], x[:, 1]),
    "where, clip": lambda x: np.where(x > 0, np.clip(x, 0, 0.5), 0.25 * x),
    "softmax": lambda x: scipy.special.softmax(x, axis=1) + scipy.special.log_softmax(x, axis=-1),
    "logsumexp": lambda x: scipy.special.logsumexp(x, axis=0),
    "cholesky": lambda x: np.linalg.cholesky(x @ x.T + np.eye(len(x))),
    "eigvalsh": lambda x: np.linalg.eigvalsh(x @ x.T),
    "svd": lambda x: np.linalg.svd(x, compute_uv=False),
    "stack, pad": lambda x: np.pad(np.concatenate([x, 2 * x]), ((1, 0), (0, 1))),
    "float, math": lambda x: math.exp(float(x[0, 0])) + math.sqrt(len(x)),
    "astype": lambda x: (x > 0).astype(float) * x.astype(np.float64) + np.float64(0.5),
    "zeros, add.at": lambda x: _scattered(x),
    "linspace": lambda x: np.linspace(0, 1, 3) * x[0, 0],
    "median, sort": lambda x: np.median(x, axis=0) + np.sort(x, axis=0)[0],
    "isfinite": lambda x: np.where(np.isfinite(np.log(x * x)), x, 0.0),
}


def _scattered(x: Any) -> Any:
    made = np.zeros_like(x)
    np.add.at(made, np.array([0, 0]), x[:2])
    return made


@pytest.mark.parametrize("name", IDIOMS)
def test_idioms_give_what_numpy_gives(name: str) -> None:
    x = np.array([[0.5, -1.25, 2.0], [0.75, 0.3, -0.6], [1.5, 0.1, 0.2]])
    with digits(50), np.errstate(all="ignore"):
        found = Run().call(IDIOMS[name], {"x": lifted(x)})
        due = IDIOMS[name](x)
    assert isinstance(found, (Precise, Real))
    numbers = np.vectorize(rounded, otypes=[float])(np.asarray(found, dtype=object).view(np.ndarray))
    np.testing.assert_allclose(numbers, due, rtol=1e-12, atol=1e-14)


def test_what_is_not_known_says_so() -> None:
    with pytest.raises(Unprecise, match="not known in many digits"), np.errstate(all="ignore"):
        Run().call(lambda x: np.linalg.eig(x)[0], {"x": lifted(np.eye(2))})
    with pytest.raises(Unprecise, match="draws at random"):
        Run().call(lambda x: np.random.default_rng(1).normal() * x, {"x": lifted(np.eye(2))})


def test_a_second_row_is_refused() -> None:
    with pytest.raises(ValueError, match="there already"):
        function("exp")(mp.exp)
