"""Code that cannot run in many digits: floats serve, right gradients agree, and faults are still seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

from proofs import verify


def distances(x: Any, y: Any) -> Any:
    return np.sum(cdist(x, y, "sqeuclidean") ** 2)


def distances_gradient(x: Any, y: Any) -> Any:
    d = 4 * cdist(x, y, "sqeuclidean")[..., None] * (x[:, None] - y[None])
    return d.sum(axis=1), -d.sum(axis=0)


def likelihood(x: Any) -> Any:
    return -np.sum(stats.norm.logpdf(x))


def pairs(x: Any) -> Any:
    return np.sum((x[:, None] - x[None]) ** 2) / 2


def pairs_gradient(x: Any) -> Any:
    return 2 * np.array([float(np.sum(v - x)) for v in x.tolist()])


D, X = {"x": "n d", "y": "m d"}, {"x": "n"}
ROWS: dict[str, tuple[Callable[..., Any], Callable[..., Any], dict[str, str], str]] = {
    "forward": (distances, distances_gradient, D, "agree"),
    "forward, off by 1e-3": (distances, lambda x, y: tuple(1.001 * g for g in distances_gradient(x, y)), D, "wrong"),
    "an offset": (lambda x: likelihood(x) + 1e6, lambda x: 1.0 * x, X, "agree"),
    "a sign": (likelihood, lambda x: -x, X, "wrong"),
    "nan": (likelihood, lambda x: np.where(x > 2.5, np.nan, x), X, "non-finite"),
    "a kink": (lambda x: likelihood(np.abs(x)) + np.sum(np.abs(x)), lambda x: x + np.sign(x), X, "kink"),
    "gradient only": (pairs, lambda x: stats.norm.logpdf(0) * 0 + pairs_gradient(x), X, "agree"),
    "gradient only, a factor": (pairs, lambda x: stats.norm.logpdf(0) * 0 + 2 * pairs_gradient(x), X, "wrong"),
}


@pytest.mark.parametrize("name", ROWS)
def test_floats_serve(name: str) -> None:
    forward, gradient, inputs, expected = ROWS[name]
    effort = {"examples": 16} if expected in ("agree", "kink") else {"seconds": 20}
    report = verify(forward, gradient, inputs=inputs, **effort)
    assert report.verdict == expected, (report.reasons, report.test)


def test_it_is_said_that_floats_serve() -> None:
    report = verify(distances, distances_gradient, inputs=D, seconds=2)
    assert "floats" in report.witnesses[0]
    assert any("cdist is not known in many digits" in r for r in report.reasons)
